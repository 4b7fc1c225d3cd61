-- The tables of a replica, version 1. What each means and which invariants hold: docs/store.md.

-- The log: the truth. Everything below "projections" can be rebuilt from these three tables.
CREATE TABLE race (
  only         INTEGER PRIMARY KEY CHECK (only = 1),
  race_id      BLOB NOT NULL,
  director     BLOB NOT NULL,
  -- How much of the journal beside this database is in it.
  journal_bytes INTEGER NOT NULL
) STRICT;

CREATE TABLE log (
  log_ix     INTEGER PRIMARY KEY,
  log_id     BLOB NOT NULL UNIQUE,
  head_seq   INTEGER NOT NULL,
  head_hash  BLOB NOT NULL,
  head_depth INTEGER NOT NULL,
  signed_seq INTEGER NOT NULL,
  -- Projection: what the log says of itself, as CBOR.
  enrolment  BLOB
) STRICT;

CREATE TABLE op (
  log_ix INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  bytes  BLOB NOT NULL,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE head (
  log_ix    INTEGER NOT NULL,
  seq       INTEGER NOT NULL,
  hash      BLOB NOT NULL,
  signature BLOB NOT NULL,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER op_never_changes BEFORE UPDATE ON op BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER op_never_goes BEFORE DELETE ON op BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER head_never_changes BEFORE UPDATE ON head BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER head_never_goes BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- Segments that came before the ones they follow.
CREATE TABLE staged (
  log_id    BLOB NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  bytes     BLOB NOT NULL,
  PRIMARY KEY (log_id, first_seq, last_seq)
) STRICT, WITHOUT ROWID;

-- Projections.
CREATE TABLE register (
  entity BLOB PRIMARY KEY,
  state  BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE conflict (
  entity BLOB NOT NULL,
  field  INTEGER NOT NULL,
  PRIMARY KEY (entity, field)
) STRICT, WITHOUT ROWID;

-- Operations that this app cannot read, or whose kind it does not know (kind is NULL if not even that reads).
CREATE TABLE unread (
  log_ix INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  kind   INTEGER,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE scan (
  log_ix     INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  depth      INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  kind       INTEGER NOT NULL,
  bib        TEXT NOT NULL,
  time_ms    INTEGER NOT NULL,
  is_void    INTEGER NOT NULL,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

CREATE INDEX scan_by_bib ON scan (checkpoint, kind, bib) WHERE is_void = 0;

CREATE TABLE tally (
  checkpoint TEXT NOT NULL,
  kind       INTEGER NOT NULL,
  scans      INTEGER NOT NULL,
  bibs       INTEGER NOT NULL,
  PRIMARY KEY (checkpoint, kind)
) STRICT, WITHOUT ROWID;

CREATE TABLE entrant (
  entrant_id BLOB PRIMARY KEY,
  bib        TEXT,
  shown      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX entrant_by_bib ON entrant (bib) WHERE bib IS NOT NULL;
