-- A code is for one purpose, and a user may have one for each.
ALTER TABLE login_codes RENAME TO codes_for_login;

CREATE TABLE login_codes (
    user_id BLOB NOT NULL,
    purpose TEXT NOT NULL,
    challenge_id BLOB NOT NULL UNIQUE,
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    sent_at INTEGER NOT NULL,
    PRIMARY KEY (user_id, purpose)
) STRICT;

INSERT INTO login_codes
SELECT user_id, 'login', challenge_id, issued_at, expires_at, attempts, sent_at FROM codes_for_login;

DROP TABLE codes_for_login;
