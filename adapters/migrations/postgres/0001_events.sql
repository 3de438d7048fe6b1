CREATE SEQUENCE events_position_seq AS bigint;

CREATE TABLE events (
    -- A transaction has its id before it gets a position: whoever reads the log can then tell, from a position and an
    -- id, whether anything at or before that position may still be on its way. A CASE is evaluated in order.
    position bigint CONSTRAINT events_pkey PRIMARY KEY
        DEFAULT CASE WHEN pg_current_xact_id() IS NOT NULL THEN nextval('events_position_seq') END,
    id uuid NOT NULL CONSTRAINT events_id_key UNIQUE,
    aggregate_type text NOT NULL,
    aggregate_id uuid NOT NULL,
    sequence bigint NOT NULL,
    type text NOT NULL,
    occurred_at timestamptz NOT NULL,
    actor uuid,
    command_id uuid NOT NULL,
    traceparent text,
    data jsonb NOT NULL,
    CONSTRAINT events_aggregate_key UNIQUE (aggregate_id, sequence)
);

ALTER SEQUENCE events_position_seq OWNED BY events.position;

CREATE TABLE checkpoints (
    subscriber text CONSTRAINT checkpoints_pkey PRIMARY KEY,
    position bigint NOT NULL
);
