-- The queue: priority, not before an instant, what a holder must offer, and the call that made the job (W3C traceparent).
ALTER TABLE jobs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN run_at INTEGER;
ALTER TABLE jobs ADD COLUMN capability TEXT NOT NULL DEFAULT 'cpu';
ALTER TABLE jobs ADD COLUMN trace TEXT;
-- How many of its children, and of the jobs it comes after, have not ended yet.
ALTER TABLE jobs ADD COLUMN waiting INTEGER NOT NULL DEFAULT 0 CHECK (waiting >= 0);

-- Jobs that come after others. Where success is needed, a job fails with one that it waits for.
CREATE TABLE job_waits (
  job_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  awaited_id TEXT NOT NULL REFERENCES jobs (id) ON DELETE CASCADE,
  needs TEXT NOT NULL CHECK (needs IN ('end', 'success')),
  PRIMARY KEY (awaited_id, job_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX job_waits_job ON job_waits (job_id);

INSERT INTO job_waits SELECT id, after_id, 'end' FROM jobs WHERE after_id IS NOT NULL;
DROP INDEX jobs_after;
ALTER TABLE jobs DROP COLUMN after_id;
UPDATE jobs SET waiting =
  (SELECT count(*) FROM jobs AS child WHERE child.parent_id = jobs.id AND child.status IN ('queued', 'running'))
  + (SELECT count(*) FROM job_waits JOIN jobs AS other ON other.id = job_waits.awaited_id
     WHERE job_waits.job_id = jobs.id AND other.status IN ('queued', 'running'))
WHERE status IN ('queued', 'running');

CREATE INDEX jobs_ready ON jobs (capability, priority DESC, sequence) WHERE status = 'queued' AND waiting = 0;

-- What happened to the jobs, in order.
CREATE TABLE job_events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  job_id TEXT NOT NULL,
  status TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER job_added AFTER INSERT ON jobs BEGIN
  INSERT INTO job_events (job_id, status, attempt, at)
  VALUES (new.id, new.status, new.attempt, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;
CREATE TRIGGER job_changed AFTER UPDATE OF status ON jobs WHEN new.status <> old.status BEGIN
  INSERT INTO job_events (job_id, status, attempt, at)
  VALUES (new.id, new.status, new.attempt, CAST(unixepoch('subsec') * 1000 AS INTEGER));
END;

-- While there is its one row, no job is taken.
CREATE TABLE queue_pause (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  reason TEXT NOT NULL CHECK (length(reason) > 0),
  at INTEGER NOT NULL
) STRICT;

-- Who takes jobs, as far as they say so themselves.
CREATE TABLE workers (
  id TEXT PRIMARY KEY,
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  slots TEXT NOT NULL CHECK (json_valid(slots)),
  started_at INTEGER NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT;
