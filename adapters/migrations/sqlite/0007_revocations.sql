-- Access tokens that are dead before their time, as events told. With a user, the session is the one that goes on.
CREATE TABLE revocations (
    place INTEGER PRIMARY KEY AUTOINCREMENT,
    event_id BLOB NOT NULL UNIQUE,
    session_id BLOB,
    user_id BLOB,
    at INTEGER NOT NULL,
    CHECK (session_id IS NOT NULL OR user_id IS NOT NULL)
) STRICT;

CREATE INDEX revocations_by_time ON revocations (at);
