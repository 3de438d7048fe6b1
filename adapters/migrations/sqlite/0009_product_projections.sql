-- Read models of products, folded from the log.
CREATE TABLE stock_ledger (
    generation INTEGER NOT NULL,
    id BLOB NOT NULL,
    product_id BLOB NOT NULL,
    version INTEGER NOT NULL,
    position INTEGER NOT NULL,
    delta INTEGER NOT NULL,
    stock_after INTEGER NOT NULL,
    reason TEXT,
    reference TEXT,
    actor BLOB,
    occurred_at INTEGER NOT NULL,
    PRIMARY KEY (generation, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX stock_ledger_by_product ON stock_ledger (generation, product_id, version);

CREATE TABLE inventory (
    generation INTEGER NOT NULL,
    product_id BLOB NOT NULL,
    position INTEGER NOT NULL,
    category TEXT,
    price_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    stock INTEGER NOT NULL,
    low_stock_threshold INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    PRIMARY KEY (generation, product_id)
) STRICT, WITHOUT ROWID;
