-- The sets of rows of each read model: the live one, and one that is being built in its shadow. A row belongs to the set
-- whose number it has, so that swapping sets is one update.
CREATE TABLE projections (
    name text NOT NULL,
    generation bigint NOT NULL,
    is_live boolean NOT NULL,
    -- How far in the log it has come.
    position bigint NOT NULL,
    CONSTRAINT projections_pkey PRIMARY KEY (name, generation)
);

CREATE UNIQUE INDEX projections_one_live ON projections (name) WHERE is_live;
CREATE UNIQUE INDEX projections_one_shadow ON projections (name) WHERE NOT is_live;
