-- How often things were done lately: until when the debt of a bucket lasts, and when the next time may be. Both count
-- microseconds since 1970, since they are reckoned with.
CREATE TABLE throttle (
    bucket TEXT NOT NULL PRIMARY KEY,
    debt_until INTEGER NOT NULL,
    free_at INTEGER NOT NULL
) STRICT;

CREATE INDEX throttle_by_debt ON throttle (debt_until);
