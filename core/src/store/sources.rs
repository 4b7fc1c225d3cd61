//! What a replica holds of other sources: for whoever imports from them again.
//!
//! Invariant: reading changes nothing; a record is found whatever became of its scan.

use super::{
    Store, StoreError,
    read::log_ids,
    sql::{SELECT_SCAN, cbor, scan_row},
};
use crate::{op::Source, state::Sighting};

impl Store {
    /// The scans that were copied from records of a source, void ones included, in order of log and place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn records_of(&self, source: &str) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db()?;
        let mut select = db.prepare_cached(&format!(
            "{SELECT_SCAN} WHERE log_ix = ?1 AND source IS NOT NULL ORDER BY seq"
        ))?;
        let mut scans = Vec::new();
        for (log, ix) in log_ids(db)? {
            let mut rows = select.query([ix])?;
            while let Some(row) = rows.next()? {
                let scan = scan_row(log, row)?;
                if scan.source.as_ref().is_some_and(|of| of.name == source) {
                    scans.push(self.sighting(scan)?);
                }
            }
        }
        Ok(scans)
    }

    /// The scans that were copied from exactly this record: as [`Store::records_of`], for who brings one at a time.
    ///
    /// # Errors
    /// When the database fails.
    pub fn record_of(&self, source: &Source) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db()?;
        // One record has one encoding.
        let mut select =
            db.prepare_cached(&format!("{SELECT_SCAN} WHERE log_ix = ?1 AND source = ?2 ORDER BY seq"))?;
        let mut scans = Vec::new();
        for (log, ix) in log_ids(db)? {
            let mut rows = select.query(rusqlite::params![ix, cbor(source)])?;
            while let Some(row) = rows.next()? {
                scans.push(self.sighting(scan_row(log, row)?)?);
            }
        }
        Ok(scans)
    }
}
