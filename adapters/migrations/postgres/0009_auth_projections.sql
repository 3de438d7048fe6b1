-- A read model of users, folded from the log.
CREATE TABLE user_activity (
    generation bigint NOT NULL,
    user_id uuid NOT NULL,
    position bigint NOT NULL,
    registered_at timestamptz NOT NULL,
    last_login_at timestamptz,
    logins bigint NOT NULL,
    password_changed_at timestamptz,
    last_event_at timestamptz NOT NULL,
    CONSTRAINT user_activity_pkey PRIMARY KEY (generation, user_id)
);
