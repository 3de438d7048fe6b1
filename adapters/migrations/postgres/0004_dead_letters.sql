-- Deliveries that were given up, where there is no broker to keep them.
CREATE TABLE dead_letters (
    reactor text NOT NULL,
    event_id uuid NOT NULL,
    reason text NOT NULL,
    failed_at timestamptz NOT NULL,
    requeued boolean NOT NULL,
    CONSTRAINT dead_letters_pkey PRIMARY KEY (reactor, event_id)
);
