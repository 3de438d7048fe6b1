CREATE TABLE users (
    id uuid CONSTRAINT users_pkey PRIMARY KEY,
    email text NOT NULL CONSTRAINT users_email_key UNIQUE,
    username text NOT NULL,
    username_key text NOT NULL CONSTRAINT users_username_key UNIQUE,
    full_name text,
    phone_number text,
    language text NOT NULL,
    is_active boolean NOT NULL,
    is_superuser boolean NOT NULL,
    scopes text NOT NULL,
    password_hash text NOT NULL,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    password_changed_at timestamptz NOT NULL,
    sessions_from timestamptz NOT NULL,
    kept_session uuid,
    version bigint NOT NULL
);

CREATE TABLE sessions (
    id uuid CONSTRAINT sessions_pkey PRIMARY KEY,
    user_id uuid NOT NULL,
    address text,
    user_agent text,
    started_at timestamptz NOT NULL,
    refreshed_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    generation bigint NOT NULL,
    end_reason text,
    version bigint NOT NULL
);

CREATE INDEX sessions_open ON sessions (user_id) WHERE end_reason IS NULL;

-- The code itself isn't kept: it is a keyed hash of challenge_id.
CREATE TABLE login_codes (
    user_id uuid CONSTRAINT login_codes_pkey PRIMARY KEY,
    challenge_id uuid NOT NULL CONSTRAINT login_codes_challenge_key UNIQUE,
    issued_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    attempts bigint NOT NULL,
    sent_at timestamptz NOT NULL
);
