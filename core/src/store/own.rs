//! What this replica recorded itself, under whichever key.
//!
//! Invariant: a log that was left, because its key was lost or written with elsewhere, is its own all the same: what is in
//! it is no less to be shared.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::{
    Store, StoreError,
    rows::{self, unsigned},
    sql,
};
use crate::{
    ids::{Key, LogId, OpRef},
    op::ScanKind,
    state::Sighting,
};

impl Store {
    /// The logs that this replica wrote, as far as it knows: the present one, and those before a key was lost or written
    /// with elsewhere.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_logs(&self) -> Result<BTreeSet<LogId>, StoreError> {
        let mut select = self.db()?.prepare_cached("SELECT log_id FROM own_log")?;
        let known = select.query_map([], |row| Ok(LogId(row.get(0)?)))?.collect::<Result<Vec<_>, _>>()?;
        let mut own = BTreeSet::new();
        for mut log in known.into_iter().chain([self.own.log]) {
            // What was forgotten with a lost database the logs still say of each other.
            while own.insert(log) {
                log = self.enrolment(log)?.and_then(|enrol| enrol.previous).unwrap_or(log);
            }
        }
        Ok(own)
    }

    /// How many scans of this replica no other is known to hold, void ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_own_scans_to_share(&self) -> Result<usize, StoreError> {
        let (db, peers) = (self.db()?, self.peers()?);
        let mut count = 0;
        for own in self.own_logs()? {
            let Some(log) = rows::log_row(db, own)? else { continue };
            let held = peers.iter().flat_map(|peer| &peer.held).filter(|tip| tip.key == own);
            let held = held.map(|tip| tip.mark.seq).max().unwrap_or_default();
            let mut select = db.prepare_cached("SELECT COUNT(*) FROM scan WHERE log_ix = ?1 AND seq > ?2")?;
            count += select.query_row(params![log.ix, rows::signed(held)], |row| unsigned(row, 0))?;
        }
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The way of the last scan that counts in the own log at a checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_own_kind(&self, checkpoint: &Key) -> Result<Option<ScanKind>, StoreError> {
        let db = self.db()?;
        let Some(log) = rows::log_row(db, self.own.log)? else { return Ok(None) };
        let mut select = db.prepare_cached(
            "SELECT kind FROM scan WHERE log_ix = ?1 AND checkpoint = ?2 AND is_void = 0 ORDER BY seq DESC LIMIT 1",
        )?;
        let kind = select.query_row(params![log.ix, checkpoint.as_str()], |row| row.get(0)).optional()?;
        kind.map(sql::scan_kind).transpose()
    }

    /// The scans of this replica that count and have no bib yet, the latest first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_times(&self) -> Result<Vec<Sighting>, StoreError> {
        let own = self.own_logs()?;
        // Crossed in this order, so that the index of scans by bib is read, once for each checkpoint and way.
        let mut select = self.db()?.prepare_cached(
            "SELECT log_id, seq FROM tally CROSS JOIN scan USING (checkpoint, kind) JOIN log USING (log_ix)
             WHERE bib = '' AND is_void = 0",
        )?;
        let mut rows = select.query([])?;
        let mut scans = Vec::new();
        while let Some(row) = rows.next()? {
            let at = OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? };
            if own.contains(&at.log) {
                scans.extend(self.scan(at)?);
            }
        }
        scans.sort_by_key(|scan| std::cmp::Reverse((scan.depth, scan.at)));
        Ok(scans)
    }
}
