-- From where an event was asked for. What is personal in it is sealed: see docs/adr/0013-erasure-by-key.md.
ALTER TABLE events ADD COLUMN origin jsonb;

-- A digest of every event and of all before it: see docs/adr/0020-audit-chain.md.
CREATE TABLE audit_chain (
    position bigint CONSTRAINT audit_chain_pkey PRIMARY KEY,
    event_id uuid NOT NULL,
    previous bytea NOT NULL,
    digest bytea NOT NULL
);
