CREATE TABLE events (
    -- In the order in which events are added, which isn't that in which they are committed.
    position bigserial CONSTRAINT events_pkey PRIMARY KEY,
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

CREATE TABLE checkpoints (
    subscriber text CONSTRAINT checkpoints_pkey PRIMARY KEY,
    position bigint NOT NULL
);
