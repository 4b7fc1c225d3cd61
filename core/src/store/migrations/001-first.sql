-- The tables of a replica, version 1. What each means and which invariants hold: docs/store.md.

-- The log: the truth. Everything below "projections" can be rebuilt from these three tables.
CREATE TABLE race (
  only         INTEGER PRIMARY KEY CHECK (only = 1),
  race_id      BLOB NOT NULL,
  director     BLOB NOT NULL,
  root         BLOB NOT NULL,
  -- How much of the journal beside this database is in it.
  journal_bytes INTEGER NOT NULL,
  -- What the projections below were made by: another number, and they are made again.
  projection_version INTEGER NOT NULL
) STRICT;

-- A log, or a branch of one whose key signed two histories. Its operations follow its parent's at base_seq.
CREATE TABLE log (
  log_ix     INTEGER PRIMARY KEY,
  log_id     BLOB NOT NULL UNIQUE,
  key        BLOB NOT NULL,
  parent_ix  INTEGER,
  base_seq   INTEGER NOT NULL,
  base_hash  BLOB NOT NULL,
  head_seq   INTEGER NOT NULL,
  head_hash  BLOB NOT NULL,
  head_depth INTEGER NOT NULL,
  signed_seq INTEGER NOT NULL,
  -- Projection: whether what it may say ever mattered.
  is_judged  INTEGER NOT NULL DEFAULT 0,
  -- Projection: what the log says of itself, as CBOR.
  enrolment  BLOB
) STRICT;

CREATE INDEX log_by_key ON log (key);

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

-- An operation may move to a branch of its log, when a fork is found; nothing else about it ever changes. One that
-- nobody signed goes when the key is lost, in the commit that says it again in a new log.
CREATE TRIGGER op_never_changes BEFORE UPDATE OF seq, bytes ON op BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER op_never_goes BEFORE DELETE ON op
WHEN OLD.seq <= (SELECT signed_seq FROM log WHERE log_ix = OLD.log_ix)
  OR EXISTS (SELECT 1 FROM log WHERE parent_ix = OLD.log_ix)
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER head_never_changes BEFORE UPDATE OF seq, hash, signature ON head BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
CREATE TRIGGER head_never_goes BEFORE DELETE ON head BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;

-- The logs that this replica wrote, in their order. One that is retired is never written again.
CREATE TABLE own_log (
  number     INTEGER PRIMARY KEY,
  log_id     BLOB NOT NULL UNIQUE,
  is_retired INTEGER NOT NULL
) STRICT;

-- What was offered and not taken, for people to see.
CREATE TABLE refused (
  log_id    BLOB NOT NULL,
  first_seq INTEGER NOT NULL,
  last_seq  INTEGER NOT NULL,
  reason    TEXT NOT NULL,
  PRIMARY KEY (log_id, first_seq, last_seq)
) STRICT, WITHOUT ROWID;

-- What other devices said they hold when we last parted as equals: a cache, and what a screen shows.
CREATE TABLE peer (
  log_id   BLOB PRIMARY KEY,
  digest   BLOB NOT NULL,
  held     BLOB NOT NULL,
  met      BLOB NOT NULL
) STRICT, WITHOUT ROWID;

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

-- Operations about members and official times.
CREATE TABLE fact (
  log_ix INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

-- Puts that count for nothing, or not yet: their author may not, or the scan they correct is not here.
CREATE TABLE held (
  entity BLOB NOT NULL,
  log_ix INTEGER NOT NULL,
  seq    INTEGER NOT NULL,
  PRIMARY KEY (entity, log_ix, seq)
) STRICT, WITHOUT ROWID;

-- How clocks stood when they met.
CREATE TABLE contact (
  log_ix  INTEGER NOT NULL,
  seq     INTEGER NOT NULL,
  contact BLOB NOT NULL,
  PRIMARY KEY (log_ix, seq)
) STRICT, WITHOUT ROWID;

-- Runs of devices' clocks, numbered as they come.
CREATE TABLE boot (
  boot_ix INTEGER PRIMARY KEY,
  boot_id BLOB NOT NULL UNIQUE
) STRICT;

CREATE TABLE scan (
  log_ix     INTEGER NOT NULL,
  seq        INTEGER NOT NULL,
  depth      INTEGER NOT NULL,
  checkpoint TEXT NOT NULL,
  kind       INTEGER NOT NULL,
  bib        TEXT NOT NULL,
  boot_ix    INTEGER NOT NULL,
  boot_ms    INTEGER NOT NULL,
  wall_ms    INTEGER NOT NULL,
  -- The time that a person set instead.
  set_ms     INTEGER,
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
