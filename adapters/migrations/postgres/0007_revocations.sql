-- Access tokens that are dead before their time, as events told. With a user, the session is the one that goes on.
CREATE TABLE revocations (
    place bigserial CONSTRAINT revocations_pkey PRIMARY KEY,
    event_id uuid NOT NULL CONSTRAINT revocations_event_key UNIQUE,
    session_id uuid,
    user_id uuid,
    at timestamptz NOT NULL,
    CONSTRAINT revocations_of_somebody CHECK (session_id IS NOT NULL OR user_id IS NOT NULL)
);

CREATE INDEX revocations_by_time ON revocations (at);
