-- Work that takes long. Rows that run are fenced: whoever writes must hold the newest fence.
CREATE TABLE jobs (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE CHECK (length(id) > 0),
  kind TEXT NOT NULL CHECK (length(kind) > 0),
  payload TEXT NOT NULL CHECK (json_valid(payload)),
  key TEXT,
  status TEXT NOT NULL DEFAULT 'queued'
    CHECK (status IN ('queued', 'running', 'completed', 'failed', 'cancelled', 'interrupted')),
  attempt INTEGER NOT NULL DEFAULT 0 CHECK (attempt BETWEEN 0 AND max_attempts),
  max_attempts INTEGER NOT NULL CHECK (max_attempts > 0),
  fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= attempt),
  beat INTEGER NOT NULL DEFAULT 0,
  owner TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0 CHECK (cancel_requested IN (0, 1)),
  percent REAL NOT NULL DEFAULT 0 CHECK (percent BETWEEN 0 AND 100),
  stage TEXT NOT NULL DEFAULT '',
  eta_ms REAL CHECK (eta_ms >= 0 AND eta_ms < 9e999),
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  result TEXT CHECK (json_valid(result)),
  error TEXT CHECK (json_valid(error)),
  CHECK ((status = 'running') = (owner IS NOT NULL)),
  CHECK ((status IN ('queued', 'running')) = (finished_at IS NULL)),
  CHECK ((status = 'completed') = (result IS NOT NULL))
) STRICT;

CREATE UNIQUE INDEX jobs_live_key ON jobs (key) WHERE status IN ('queued', 'running');
CREATE INDEX jobs_status ON jobs (status);
