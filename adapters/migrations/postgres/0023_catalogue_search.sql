-- What is searched, apart from the products: their stock changes all the time, their texts seldom, and each new version
-- of a row would add all its trigrams to the index again.
CREATE TABLE product_search (
    id uuid CONSTRAINT product_search_pkey PRIMARY KEY,
    search_text text NOT NULL
);

CREATE FUNCTION keep_product_search() RETURNS trigger LANGUAGE plpgsql SET search_path FROM CURRENT AS $$
BEGIN
    IF TG_OP = 'DELETE' THEN
        DELETE FROM product_search WHERE id = OLD.id;
    ELSE
        INSERT INTO product_search (id, search_text) VALUES (NEW.id, NEW.search_text)
        ON CONFLICT (id) DO UPDATE SET search_text = EXCLUDED.search_text;
    END IF;
    RETURN NULL;
END
$$;

CREATE TRIGGER product_search_added AFTER INSERT OR DELETE ON products
    FOR EACH ROW EXECUTE FUNCTION keep_product_search();
CREATE TRIGGER product_search_changed AFTER UPDATE ON products
    FOR EACH ROW WHEN (OLD.search_text <> NEW.search_text) EXECUTE FUNCTION keep_product_search();

-- Nobody writes since the triggers were made, so that nothing is missed.
INSERT INTO product_search (id, search_text) SELECT id, search_text FROM products;

-- Without the index, searches are right all the same, and slower. The extension belongs to the whole database, so it is
-- not put in our schema, whose end would be the end of everybody's indexes.
DO $$
DECLARE
    home text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('panal pg_trgm'), 0);
    BEGIN
        CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
    EXCEPTION WHEN OTHERS THEN
        RAISE WARNING 'pg_trgm: %', SQLERRM;
    END;
    SELECT nspname INTO home
    FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace WHERE extname = 'pg_trgm';
    IF home IS NOT NULL AND has_schema_privilege(home, 'USAGE') THEN
        EXECUTE format(
            'CREATE INDEX product_search_trigrams ON product_search USING gin (search_text %I.gin_trgm_ops)', home
        );
    END IF;
END
$$;
