-- Who may use the lab over a network. Of a token only its hash is kept.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY CHECK (length(id) = 12),
  name TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 64),
  sha256 TEXT NOT NULL UNIQUE CHECK (length(sha256) = 64),
  scopes TEXT NOT NULL CHECK (json_valid(scopes)),
  created_at INTEGER NOT NULL,
  expires_at INTEGER CHECK (expires_at > created_at),
  revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX tokens_name ON tokens (name) WHERE revoked_at IS NULL;

-- Who made a call; null in calls made before this step.
ALTER TABLE calls ADD COLUMN principal TEXT;
