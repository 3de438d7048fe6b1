-- Which substrings of three characters occur in which product. The index knows products by number, and the rowids of a
-- table without such a column may change.
CREATE TABLE product_search (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE
) STRICT;

CREATE VIRTUAL TABLE product_trigrams USING fts5 (
    search_text, content = '', contentless_delete = 1, tokenize = 'trigram case_sensitive 1'
);

CREATE TRIGGER product_search_added AFTER INSERT ON products BEGIN
    INSERT INTO product_search (id) VALUES (new.id);
    INSERT INTO product_trigrams (rowid, search_text)
    SELECT number, new.search_text FROM product_search WHERE id = new.id;
END;

CREATE TRIGGER product_search_changed AFTER UPDATE ON products WHEN old.search_text <> new.search_text BEGIN
    UPDATE product_trigrams SET search_text = new.search_text
    WHERE rowid = (SELECT number FROM product_search WHERE id = new.id);
END;

CREATE TRIGGER product_search_removed AFTER DELETE ON products BEGIN
    DELETE FROM product_trigrams WHERE rowid = (SELECT number FROM product_search WHERE id = old.id);
    DELETE FROM product_search WHERE id = old.id;
END;

INSERT INTO product_search (id) SELECT id FROM products;
INSERT INTO product_trigrams (rowid, search_text)
SELECT product_search.number, products.search_text FROM product_search JOIN products USING (id);
