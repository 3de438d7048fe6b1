-- A read model of users, folded from the log.
CREATE TABLE user_activity (
    generation INTEGER NOT NULL,
    user_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    registered_at INTEGER NOT NULL,
    last_login_at INTEGER,
    logins INTEGER NOT NULL,
    password_changed_at INTEGER,
    last_event_at INTEGER NOT NULL,
    PRIMARY KEY (generation, user_id)
) STRICT, WITHOUT ROWID;
