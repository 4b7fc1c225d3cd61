//! What this replica recorded itself, under whichever key.
//!
//! Invariant: a log that was left, because its key was lost or written with elsewhere, is its own all the same, with all
//! branches of it: what is in it is no less to be shared. Where in doubt more is to be shared, never less.

use std::collections::BTreeSet;

use rusqlite::{OptionalExtension, params};

use super::{
    Store, StoreError,
    rows::{self, LogRow, unsigned},
    sql,
};
use crate::{
    ids::{Key, LogId, OpRef},
    op::ScanKind,
    state::Sighting,
};

impl Store {
    /// The logs that this replica wrote, as far as it knows: the present one, and those before it; of a log that two
    /// devices wrote both branches.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_logs(&self) -> Result<BTreeSet<LogId>, StoreError> {
        // One of which nothing is here yet has no row.
        let rows = self.own_rows()?.into_iter().flatten().map(|row| row.log);
        Ok(rows.chain([self.own.log]).collect())
    }

    /// How many scans of this replica no other is known to hold, void ones included.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_own_scans_to_share(&self) -> Result<usize, StoreError> {
        let (db, peers) = (self.db()?, self.peers()?);
        let mut select = db.prepare_cached("SELECT COUNT(*) FROM scan WHERE log_ix = ?1 AND seq > ?2")?;
        let mut count = 0;
        for logs in self.own_rows()? {
            let mut paths = Vec::new();
            for tip in peers.iter().flat_map(|peer| &peer.held) {
                if logs.iter().any(|row| row.key == tip.key)
                    && let Some(path) = self.path_to(&logs, *tip)?
                {
                    paths.push((path, tip.mark.seq));
                }
            }
            for row in &logs {
                let through = paths.iter().filter(|(path, _)| path.rows().iter().any(|on| on.ix == row.ix));
                let held = through.map(|(_, seq)| *seq).max().unwrap_or_default();
                count += select.query_row(params![row.ix, rows::signed(held)], |row| unsigned(row, 0))?;
            }
        }
        Ok(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The way of this replica's last scan that counts at a checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_own_kind(&self, checkpoint: &Key) -> Result<Option<ScanKind>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT depth, kind FROM scan WHERE log_ix = ?1 AND checkpoint = ?2 AND is_void = 0
             ORDER BY seq DESC LIMIT 1",
        )?;
        let mut last: Option<(i64, i64)> = None;
        for row in self.own_rows()?.into_iter().flatten() {
            let of_row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
            last = last.max(select.query_row(params![row.ix, checkpoint.as_str()], of_row).optional()?);
        }
        last.map(|(_, kind)| sql::scan_kind(kind)).transpose()
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

    /// The keys that this replica wrote with.
    fn own_keys(&self) -> Result<BTreeSet<LogId>, StoreError> {
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

    /// For each of those the rows of its log and branches.
    fn own_rows(&self) -> Result<Vec<Vec<LogRow>>, StoreError> {
        let db = self.db()?;
        self.own_keys()?.into_iter().map(|key| rows::logs_of_key(db, key)).collect()
    }
}
