-- Version 2: scans that were copied from records of others. What each column means: docs/store.md.

ALTER TABLE scan ADD COLUMN is_corrected INTEGER NOT NULL DEFAULT 0;
-- The record that it was copied from, as CBOR.
ALTER TABLE scan ADD COLUMN source BLOB;
ALTER TABLE scan ADD COLUMN with_pacer INTEGER;
