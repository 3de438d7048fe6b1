-- Read models of products, folded from the log.
CREATE TABLE stock_ledger (
    generation bigint NOT NULL,
    id uuid NOT NULL,
    product_id uuid NOT NULL,
    version bigint NOT NULL,
    position bigint NOT NULL,
    delta bigint NOT NULL,
    stock_after bigint NOT NULL,
    reason text,
    reference text,
    actor uuid,
    occurred_at timestamptz NOT NULL,
    CONSTRAINT stock_ledger_pkey PRIMARY KEY (generation, id)
);

CREATE INDEX stock_ledger_by_product ON stock_ledger (generation, product_id, version);

CREATE TABLE inventory (
    generation bigint NOT NULL,
    product_id uuid NOT NULL,
    position bigint NOT NULL,
    category text,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    stock bigint NOT NULL,
    low_stock_threshold bigint NOT NULL,
    is_active boolean NOT NULL,
    CONSTRAINT inventory_pkey PRIMARY KEY (generation, product_id)
);
