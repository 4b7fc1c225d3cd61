-- Version 3: personal words of runners can be erased. What each column means: docs/store.md.

-- Bits: 1 somebody was erased, 2 words may stand in the log, 4 in the journal, 8 in the WAL.
ALTER TABLE race ADD COLUMN erasure INTEGER NOT NULL DEFAULT 0;

-- Of a sealed put (kind 17) what stands after the operation may go: the chain does not cover it.
DROP TRIGGER op_never_changes;
CREATE TRIGGER op_never_changes BEFORE UPDATE OF seq, bytes ON op
WHEN NEW.seq <> OLD.seq
  OR substr(OLD.bytes, 1, 2) <> x'8311'
  OR length(NEW.bytes) >= length(OLD.bytes)
  OR substr(OLD.bytes, 1, length(NEW.bytes)) <> NEW.bytes
BEGIN SELECT RAISE(ABORT, 'the log is append-only'); END;
