-- What is known: strategies and their versions, what was computed with them, what was learnt, and every look that was taken.
CREATE TABLE experiments (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL CHECK (length(name) > 0),
  hypothesis TEXT NOT NULL,
  criterion TEXT CHECK (json_valid(criterion)),
  budget TEXT CHECK (json_valid(budget)),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  parent_id TEXT REFERENCES experiments (id),
  outcome TEXT CHECK (outcome IN ('supported', 'refuted', 'inconclusive')),
  conclusion TEXT,
  created_at INTEGER NOT NULL,
  ended_at INTEGER,
  CHECK ((ended_at IS NULL) = (outcome IS NULL))
) STRICT;

CREATE TABLE events (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  experiment_id TEXT REFERENCES experiments (id),
  kind TEXT NOT NULL,
  subject_id TEXT,
  summary TEXT NOT NULL,
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX events_experiment ON events (experiment_id, sequence);

CREATE TABLE calls (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  tool TEXT NOT NULL,
  arguments TEXT NOT NULL,
  duration_ms REAL NOT NULL CHECK (duration_ms >= 0 AND duration_ms < 9e999),
  outcome TEXT NOT NULL CHECK (outcome IN ('ok', 'error')),
  error_code TEXT,
  at INTEGER NOT NULL
) STRICT;

CREATE TABLE strategies (
  name TEXT NOT NULL,
  version INTEGER NOT NULL CHECK (version > 0),
  parent_version INTEGER,
  fingerprint TEXT NOT NULL CHECK (length(fingerprint) = 64),
  yaml TEXT NOT NULL,
  document TEXT NOT NULL CHECK (json_valid(document)),
  decider TEXT NOT NULL,
  description TEXT NOT NULL,
  hypothesis TEXT NOT NULL,
  reason TEXT,
  experiment_id TEXT REFERENCES experiments (id),
  created_at INTEGER NOT NULL,
  PRIMARY KEY (name, version)
) STRICT;
CREATE INDEX strategies_fingerprint ON strategies (fingerprint);

CREATE TABLE series (
  symbol TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  hash TEXT NOT NULL,
  underlying TEXT NOT NULL,
  family TEXT NOT NULL,
  grade TEXT NOT NULL,
  findings TEXT NOT NULL CHECK (json_valid(findings)),
  imported_at INTEGER NOT NULL,
  PRIMARY KEY (symbol, timeframe, hash)
) STRICT;

CREATE TABLE tasks (
  id TEXT PRIMARY KEY REFERENCES jobs (id),
  experiment_id TEXT REFERENCES experiments (id),
  subject TEXT NOT NULL,
  read_at INTEGER
) STRICT;
CREATE INDEX tasks_experiment ON tasks (experiment_id);

CREATE TABLE models (
  id TEXT PRIMARY KEY,
  strategy_name TEXT NOT NULL,
  strategy_version INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  symbols TEXT NOT NULL CHECK (json_valid(symbols)),
  timeframe TEXT NOT NULL,
  seed INTEGER NOT NULL,
  engine TEXT NOT NULL,
  artifact_hash TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  metrics TEXT NOT NULL CHECK (json_valid(metrics)),
  task_id TEXT REFERENCES jobs (id),
  experiment_id TEXT REFERENCES experiments (id),
  created_at INTEGER NOT NULL,
  FOREIGN KEY (strategy_name, strategy_version) REFERENCES strategies (name, version)
) STRICT;
CREATE INDEX models_strategy ON models (strategy_name, strategy_version);

CREATE TABLE backtests (
  id TEXT PRIMARY KEY,
  strategy_name TEXT NOT NULL,
  strategy_version INTEGER NOT NULL,
  fingerprint TEXT NOT NULL,
  model_id TEXT REFERENCES models (id),
  symbol TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  segment TEXT NOT NULL,
  sample TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  data_hash TEXT NOT NULL,
  result_hash TEXT NOT NULL,
  sharpe REAL CHECK (sharpe > -9e999 AND sharpe < 9e999),
  total_return REAL CHECK (total_return > -9e999 AND total_return < 9e999),
  verdict TEXT NOT NULL,
  answer TEXT NOT NULL CHECK (json_valid(answer)),
  experiment_id TEXT REFERENCES experiments (id),
  created_at INTEGER NOT NULL,
  FOREIGN KEY (strategy_name, strategy_version) REFERENCES strategies (name, version)
) STRICT;
CREATE INDEX backtests_strategy ON backtests (strategy_name, strategy_version);

CREATE TABLE trials (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  family TEXT NOT NULL,
  -- One distinct decision rule: strategy fingerprint, model weights, execution.
  decision TEXT NOT NULL,
  fingerprint TEXT NOT NULL,
  subject_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  counted INTEGER NOT NULL CHECK (counted IN (0, 1)),
  reason TEXT NOT NULL,
  symbol TEXT NOT NULL,
  timeframe TEXT NOT NULL,
  data_hash TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  end_at INTEGER NOT NULL,
  -- Session dates and the returns of those sessions, float64 little-endian; null where only a model's metrics were shown.
  sessions BLOB,
  returns BLOB,
  experiment_id TEXT REFERENCES experiments (id),
  at INTEGER NOT NULL
) STRICT;
CREATE INDEX trials_family ON trials (family, decision);

CREATE TABLE insights (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  category TEXT NOT NULL CHECK (category IN ('pattern', 'success', 'failure', 'hypothesis', 'technique')),
  content TEXT NOT NULL CHECK (length(content) > 0),
  tags TEXT NOT NULL CHECK (json_valid(tags)),
  importance INTEGER NOT NULL CHECK (importance BETWEEN 1 AND 10),
  evidence TEXT NOT NULL CHECK (json_valid(evidence)),
  experiment_id TEXT REFERENCES experiments (id),
  created_at INTEGER NOT NULL
) STRICT;

CREATE VIRTUAL TABLE insight_words USING fts5 (content, tags, tokenize = 'porter unicode61');
CREATE TRIGGER insights_indexed AFTER INSERT ON insights BEGIN
  INSERT INTO insight_words (rowid, content, tags) VALUES (new.sequence, new.content, new.tags);
END;
