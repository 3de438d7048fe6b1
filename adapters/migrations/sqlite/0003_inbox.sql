-- What each consumer has dealt with. Ids of events grow with time, so old rows can be found and dropped by them.
CREATE TABLE inbox (
    consumer TEXT NOT NULL,
    event_id BLOB NOT NULL,
    PRIMARY KEY (consumer, event_id)
) STRICT, WITHOUT ROWID;
