-- Deliveries that were given up.
CREATE TABLE dead_letters (
    reactor TEXT NOT NULL,
    event_id BLOB NOT NULL,
    reason TEXT NOT NULL,
    failed_at INTEGER NOT NULL,
    requeued INTEGER NOT NULL,
    PRIMARY KEY (reactor, event_id)
) STRICT, WITHOUT ROWID;
