-- Work in parts: a job is not taken before its children, and the job it comes after, have ended.
ALTER TABLE jobs ADD COLUMN parent_id TEXT REFERENCES jobs (id);
ALTER TABLE jobs ADD COLUMN after_id TEXT REFERENCES jobs (id);
CREATE INDEX jobs_parent ON jobs (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX jobs_after ON jobs (after_id) WHERE after_id IS NOT NULL;

-- The strategy that a first version was made from, where it was made from another one.
ALTER TABLE strategies ADD COLUMN parent_name TEXT;
