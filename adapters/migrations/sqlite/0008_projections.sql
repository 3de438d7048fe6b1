-- The sets of rows of each read model: the live one, and one that is being built in its shadow. A row belongs to the set
-- whose number it has, so that swapping sets is one update.
CREATE TABLE projections (
    name TEXT NOT NULL,
    generation INTEGER NOT NULL,
    is_live INTEGER NOT NULL,
    -- How far in the log it has come.
    position INTEGER NOT NULL,
    PRIMARY KEY (name, generation)
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX projections_one_live ON projections (name) WHERE is_live;
CREATE UNIQUE INDEX projections_one_shadow ON projections (name) WHERE NOT is_live;
