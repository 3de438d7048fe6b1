-- Keys that callers gave to their requests, and the answers these got. `key` and `fingerprint` are digests.
CREATE TABLE idempotency_keys (
    key bytea CONSTRAINT idempotency_keys_pkey PRIMARY KEY,
    fingerprint bytea NOT NULL,
    command_id uuid NOT NULL,
    leased_until timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    answer bytea
);

CREATE INDEX idempotency_keys_expires_at ON idempotency_keys (expires_at);
