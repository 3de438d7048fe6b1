-- Keys of access tokens. What signs is sealed, and gone once a key was retired.
CREATE TABLE signing_keys (
    id TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    sealed BLOB,
    created_at INTEGER NOT NULL,
    signs_from INTEGER NOT NULL
) STRICT;
