CREATE TABLE users (
    id BLOB NOT NULL PRIMARY KEY,
    email TEXT NOT NULL,
    username TEXT NOT NULL,
    username_key TEXT NOT NULL,
    full_name TEXT,
    phone_number TEXT,
    language TEXT NOT NULL,
    is_active INTEGER NOT NULL,
    is_superuser INTEGER NOT NULL,
    scopes TEXT NOT NULL,
    password_hash TEXT NOT NULL,
    search_text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    password_changed_at INTEGER NOT NULL,
    sessions_from INTEGER NOT NULL,
    kept_session BLOB,
    version INTEGER NOT NULL
) STRICT;

-- The newest index is checked first: where both are taken, the answer is the e-mail address, as on PostgreSQL.
CREATE UNIQUE INDEX users_username_key ON users (username_key);
CREATE UNIQUE INDEX users_email_key ON users (email);

CREATE TABLE sessions (
    id BLOB NOT NULL PRIMARY KEY,
    user_id BLOB NOT NULL,
    address TEXT,
    user_agent TEXT,
    started_at INTEGER NOT NULL,
    refreshed_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    generation INTEGER NOT NULL,
    end_reason TEXT,
    version INTEGER NOT NULL
) STRICT;

CREATE INDEX sessions_open ON sessions (user_id) WHERE end_reason IS NULL;

-- The code itself isn't kept: it is a keyed hash of challenge_id.
CREATE TABLE login_codes (
    user_id BLOB NOT NULL PRIMARY KEY,
    challenge_id BLOB NOT NULL UNIQUE,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at INTEGER NOT NULL
) STRICT;
