-- The last visible close of each session of a symbol, or of each week: by these the family of another one is found
-- without reading bars. Made from the store when they are missed; forgotten when the bars or the seal of the symbol change.
CREATE TABLE session_closes (
  symbol TEXT NOT NULL,
  frame TEXT NOT NULL CHECK (frame IN ('1d', '1w')),
  -- Float64, little-endian, ascending; empty where they have been forgotten.
  sessions BLOB NOT NULL,
  closes BLOB NOT NULL CHECK (length(closes) = length(sessions)),
  PRIMARY KEY (symbol, frame)
) STRICT;
