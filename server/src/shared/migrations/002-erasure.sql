-- Version 2: words of runners who were erased are cut out of segments. What may change and how: docs/scaling.md.

CREATE OR REPLACE FUNCTION bibtrail.never() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN
  IF TG_OP = 'UPDATE' AND current_setting('bibtrail.erases', true) = 'yes'
    AND length(NEW.bytes) < length(OLD.bytes)
    AND (NEW.race, NEW.key, NEW.seq, NEW.hash, NEW.after_seq, NEW.after_hash, NEW.number, NEW.writer, NEW.came)
      IS NOT DISTINCT FROM
        (OLD.race, OLD.key, OLD.seq, OLD.hash, OLD.after_seq, OLD.after_hash, OLD.number, OLD.writer, OLD.came)
  THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'the log is append-only';
END $$;
