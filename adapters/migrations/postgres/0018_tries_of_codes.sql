-- Strangers can't use up the tries of whoever asked for a code: a keyed digest of from where that was, null if unknown, and
-- the tries of others. Instances that don't know these columns yet count all tries as the asker's.
ALTER TABLE login_codes ADD COLUMN place text;
ALTER TABLE login_codes ADD COLUMN tries_known bigint NOT NULL DEFAULT 0;
ALTER TABLE login_codes ADD COLUMN tries_of_others bigint NOT NULL DEFAULT 0;
