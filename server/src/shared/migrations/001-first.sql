-- The log of logs, version 1. What each means: docs/scaling.md.

CREATE TABLE bibtrail.race (
  race     BYTEA PRIMARY KEY,
  director BYTEA NOT NULL,
  root     BYTEA NOT NULL,
  -- The last number given to a segment. Whoever adds some holds this row, so numbers come in the order of commits.
  last     BIGINT NOT NULL
);

-- Consecutive operations of one log that end at a head which their author signed, as they travel.
CREATE TABLE bibtrail.segment (
  race       BYTEA NOT NULL REFERENCES bibtrail.race (race),
  key        BYTEA NOT NULL,
  -- The head at its end.
  seq        BIGINT NOT NULL,
  hash       BYTEA NOT NULL,
  -- The head that it follows; nothing at the beginning of a log.
  after_seq  BIGINT,
  after_hash BYTEA,
  number     BIGINT NOT NULL,
  -- Which server process wrote it.
  writer     BYTEA NOT NULL,
  bytes      BYTEA NOT NULL,
  came       TIMESTAMPTZ NOT NULL DEFAULT now(),
  PRIMARY KEY (race, key, seq, hash),
  UNIQUE (race, number),
  CHECK ((after_seq IS NULL) = (after_hash IS NULL)),
  -- A log has no holes: what a segment follows is here.
  FOREIGN KEY (race, key, after_seq, after_hash) REFERENCES bibtrail.segment (race, key, seq, hash)
);

CREATE FUNCTION bibtrail.never() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'the log is append-only'; END $$;

CREATE TRIGGER segment_never_changes BEFORE UPDATE OR DELETE ON bibtrail.segment
FOR EACH ROW EXECUTE FUNCTION bibtrail.never();
