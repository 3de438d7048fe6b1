-- Keys of access tokens. What signs is sealed, and gone once a key was retired.
CREATE TABLE signing_keys (
    id text COLLATE "C" CONSTRAINT signing_keys_pkey PRIMARY KEY,
    algorithm text NOT NULL,
    sealed bytea,
    created_at timestamptz NOT NULL,
    signs_from timestamptz NOT NULL
);
