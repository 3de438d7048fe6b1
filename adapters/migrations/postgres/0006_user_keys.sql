-- With what is personal in a user's events is sealed. Without a key it can't be read, and never will be: see
-- docs/adr/0013-erasure-by-key.md. The row stays, so that nobody makes another key for somebody who was forgotten.
CREATE TABLE user_keys (
    user_id uuid CONSTRAINT user_keys_pkey PRIMARY KEY,
    key bytea
);
