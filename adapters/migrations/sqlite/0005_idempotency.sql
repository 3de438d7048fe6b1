-- Keys that callers gave to their requests, and the answers these got. `key` and `fingerprint` are digests.
CREATE TABLE idempotency_keys (
    key BLOB NOT NULL PRIMARY KEY,
    fingerprint BLOB NOT NULL,
    command_id BLOB NOT NULL,
    leased_until INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    answer BLOB
) STRICT;

CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
