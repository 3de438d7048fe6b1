-- A code is for one purpose, and a user may have one for each.
ALTER TABLE login_codes
    ADD COLUMN purpose text NOT NULL DEFAULT 'login',
    DROP CONSTRAINT login_codes_pkey,
    ADD CONSTRAINT login_codes_pkey PRIMARY KEY (user_id, purpose);

ALTER TABLE login_codes ALTER COLUMN purpose DROP DEFAULT;
