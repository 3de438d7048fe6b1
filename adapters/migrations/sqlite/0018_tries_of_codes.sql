-- Strangers can't use up the tries of whoever asked for a code: a keyed digest of from where that was, null if unknown, and
-- the tries of others. Instances that don't know these columns yet count all tries as the asker's.
ALTER TABLE login_codes ADD COLUMN place TEXT;
ALTER TABLE login_codes ADD COLUMN tries_known INTEGER NOT NULL DEFAULT 0;
ALTER TABLE login_codes ADD COLUMN tries_of_others INTEGER NOT NULL DEFAULT 0;
