CREATE TABLE products (
    id uuid CONSTRAINT products_pkey PRIMARY KEY,
    name text NOT NULL,
    -- lower case, and compared by code point whatever the database's language
    name_key text COLLATE "C" NOT NULL,
    description text,
    price_minor bigint NOT NULL,
    currency text NOT NULL,
    -- the price in units of 10^-4, in which all currencies compare
    price_e4 bigint NOT NULL,
    stock bigint NOT NULL CONSTRAINT products_stock_check CHECK (stock >= 0),
    sku text,
    category text,
    low_stock_threshold bigint NOT NULL,
    is_active boolean NOT NULL,
    is_deleted boolean NOT NULL,
    search_text text NOT NULL,
    created_at timestamptz NOT NULL,
    updated_at timestamptz NOT NULL,
    version bigint NOT NULL
);

CREATE UNIQUE INDEX products_sku_key ON products (sku) WHERE NOT is_deleted;

-- One for each order of the catalogue; that by creation is the primary key's.
CREATE INDEX products_by_name ON products (name_key, id) WHERE NOT is_deleted;
CREATE INDEX products_by_price ON products (price_e4, id) WHERE NOT is_deleted;
CREATE INDEX products_by_stock ON products (stock, id) WHERE NOT is_deleted;
