CREATE TABLE products (
    id BLOB NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- lower case, and compared by code point, as SQLite compares all text
    name_key TEXT NOT NULL,
    description TEXT,
    price_minor INTEGER NOT NULL,
    currency TEXT NOT NULL,
    -- the price in units of 10^-4, in which all currencies compare
    price_e4 INTEGER NOT NULL,
    stock INTEGER NOT NULL CHECK (stock >= 0),
    sku TEXT,
    category TEXT,
    low_stock_threshold INTEGER NOT NULL,
    is_active INTEGER NOT NULL,
    is_deleted INTEGER NOT NULL,
    search_text TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    version INTEGER NOT NULL
) STRICT;

CREATE UNIQUE INDEX products_sku_key ON products (sku) WHERE NOT is_deleted;

-- One for each order of the catalogue; that by creation is the primary key's.
CREATE INDEX products_by_name ON products (name_key, id) WHERE NOT is_deleted;
CREATE INDEX products_by_price ON products (price_e4, id) WHERE NOT is_deleted;
CREATE INDEX products_by_stock ON products (stock, id) WHERE NOT is_deleted;
