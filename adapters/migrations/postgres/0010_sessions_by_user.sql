-- The history of a user is that of all their sessions.
CREATE INDEX sessions_by_user ON sessions (user_id);
