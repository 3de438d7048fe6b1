-- From where an event was asked for. What is personal in it is sealed: see docs/adr/0013-erasure-by-key.md.
ALTER TABLE events ADD COLUMN origin TEXT;

-- A digest of every event and of all before it: see docs/adr/0020-audit-chain.md.
CREATE TABLE audit_chain (
    position INTEGER PRIMARY KEY,
    event_id BLOB NOT NULL,
    previous BLOB NOT NULL,
    digest BLOB NOT NULL
) STRICT;
