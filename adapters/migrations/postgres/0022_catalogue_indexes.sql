-- For what few products have, which the indexes that order the catalogue would walk a long way to find.
CREATE INDEX products_by_category ON products (category, id) WHERE NOT is_deleted;
CREATE INDEX products_low_in_stock ON products (id) WHERE NOT is_deleted AND stock <= low_stock_threshold;
