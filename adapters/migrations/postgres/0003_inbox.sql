-- What each consumer has dealt with. Ids of events grow with time, so old rows can be found and dropped by them.
CREATE TABLE inbox (
    consumer text NOT NULL,
    event_id uuid NOT NULL,
    CONSTRAINT inbox_pkey PRIMARY KEY (consumer, event_id)
);
