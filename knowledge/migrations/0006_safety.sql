-- SHA-256 of every row that matters, taken as the row is written: integrity_check does not see a changed value.
CREATE TABLE row_hashes (
  name TEXT NOT NULL,
  id TEXT NOT NULL,
  hash BLOB NOT NULL CHECK (length(hash) = 32),
  PRIMARY KEY (name, id)
) STRICT, WITHOUT ROWID;

-- What the policy of keeping has removed.
CREATE TABLE removals (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL CHECK (kind IN ('result', 'checkpoint', 'model', 'unfinished', 'jobs')),
  -- Hash of a result, path of another file below the home; of jobs what was removed, in words.
  subject TEXT NOT NULL,
  bytes INTEGER NOT NULL CHECK (bytes >= 0),
  reason TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX removals_subject ON removals (subject);
