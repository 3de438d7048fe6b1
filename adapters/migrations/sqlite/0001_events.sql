CREATE TABLE events (
    -- AUTOINCREMENT: a position is never given twice
    position INTEGER PRIMARY KEY AUTOINCREMENT,
    id BLOB NOT NULL UNIQUE,
    aggregate_type TEXT NOT NULL,
    aggregate_id BLOB NOT NULL,
    sequence INTEGER NOT NULL,
    type TEXT NOT NULL,
    occurred_at INTEGER NOT NULL,
    actor BLOB,
    command_id BLOB NOT NULL,
    traceparent TEXT,
    data TEXT NOT NULL,
    UNIQUE (aggregate_id, sequence)
) STRICT;

CREATE TABLE checkpoints (
    subscriber TEXT NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT;
