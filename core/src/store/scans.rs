//! Scans as they count: all of them, those that a log says beyond a place, one.
//!
//! Invariant: reading changes nothing; what a log grew by costs what it grew by.

use rusqlite::{OptionalExtension, params};

use super::{
    Store, StoreError,
    read::log_ids,
    rows,
    sql::{SELECT_SCAN, scan_row},
};
use crate::{
    ids::{LogId, OpRef},
    state::Sighting,
};

impl Store {
    /// All scans as they count, void ones included, in order of log and place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn scans(&self) -> Result<Vec<Sighting>, StoreError> {
        let mut scans = Vec::new();
        for (log, ix) in log_ids(self.db()?)? {
            scans.extend(self.scans_after(log, ix, 0)?);
        }
        Ok(scans)
    }

    /// The scans of one log beyond a place, as they count, void ones included, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn scans_beyond(&self, log: LogId, seq: u64) -> Result<Vec<Sighting>, StoreError> {
        let row = rows::log_row(self.db()?, log)?;
        row.map_or_else(|| Ok(Vec::new()), |row| self.scans_after(log, row.ix, seq))
    }

    fn scans_after(&self, log: LogId, ix: i64, seq: u64) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db()?;
        let mut select =
            db.prepare_cached(&format!("{SELECT_SCAN} WHERE log_ix = ?1 AND seq > ?2 ORDER BY seq"))?;
        let mut rows = select.query(params![ix, rows::signed(seq)])?;
        let mut scans = Vec::new();
        while let Some(row) = rows.next()? {
            scans.push(self.sighting(scan_row(log, row)?)?);
        }
        Ok(scans)
    }

    /// One scan as it counts.
    ///
    /// # Errors
    /// When the database fails.
    pub fn scan(&self, at: OpRef) -> Result<Option<Sighting>, StoreError> {
        let db = self.db()?;
        let Some(log) = rows::log_row(db, at.log)? else { return Ok(None) };
        let mut select = db.prepare_cached(&format!("{SELECT_SCAN} WHERE log_ix = ?1 AND seq = ?2"))?;
        let row = select
            .query_row(params![log.ix, rows::signed(at.seq)], |r| Ok(scan_row(at.log, r)))
            .optional()?;
        row.transpose()?.map(|row| self.sighting(row)).transpose()
    }
}
