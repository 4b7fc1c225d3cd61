//! Merging: segments of any log, from anyone, in any order, as often as they come.
//!
//! Invariant: a log only grows by operations whose chain and signature proved right; what comes too early waits in a
//! bounded place; what is refused is named and listed, and stops nothing else; of a fork both branches are kept.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use thiserror::Error;

use super::{
    Durability, Store, StoreError,
    append::Transaction,
    erase,
    journal::{Record, segment_frame},
    rebuild,
    rows::{self, LogRow},
    sql::SqlTables,
    tree::{self, Grown},
};
use crate::{
    bundle::{self, Bundle, BundleError},
    ids::{LogId, OpRef, RaceId},
    log::{Segment, SegmentError},
    members::Members,
    op::Role,
};

/// How many segments may wait for the ones before them.
const STAGED_MAX: i64 = 4096;

/// How many operations of one log are taken while nobody has vouched for it: some days of a busy checkpoint.
pub const UNAPPROVED_OPS_MAX: u64 = 20_000;

/// How many logs a race may have. A list of all their heads must fit into one message of a session.
pub const LOGS_MAX: usize = 2048;

/// How many refusals are listed.
const REFUSED_MAX: i64 = 256;

/// What a merge did.
#[derive(Debug, Default)]
pub struct MergeReport {
    /// Operations that were new here.
    pub new_ops: u64,
    /// Operations that were here already.
    pub held_ops: u64,
    /// Operations that wait for earlier ones of their log.
    pub waiting_ops: u64,
    /// For each log with operations waiting, the first one that is missing.
    pub missing: BTreeMap<LogId, u64>,
    /// Keys that signed two histories, found by this merge.
    pub forked: Vec<LogId>,
    /// What was not taken, and why. The rest was.
    pub rejected: Vec<Rejected>,
}

/// Operations that were not taken.
#[derive(Debug)]
pub struct Rejected {
    /// Whose.
    pub log: LogId,
    /// The first of them.
    pub first_seq: u64,
    /// The last of them.
    pub last_seq: u64,
    /// Why.
    pub reason: RejectReason,
}

/// Why operations were not taken.
#[derive(Debug, Error)]
pub enum RejectReason {
    /// Chain or signature is wrong.
    #[error(transparent)]
    Untrue(#[from] SegmentError),
    /// Too much waits already.
    #[error(
        "{STAGED_MAX} segments already wait for earlier ones. Merge the earlier bundles first, then this one again"
    )]
    TooManyWaiting,
    /// Too much from a log that nobody vouched for.
    #[error(
        "log {} wrote more than {UNAPPROVED_OPS_MAX} operations and nobody has approved it. Approve it, then take this again", .0.short()
    )]
    TooMuchUnapproved(LogId),
    /// Too many logs.
    #[error("the race has {LOGS_MAX} logs already, so the log {} is not taken. Tell the director: somebody may be flooding it", .0.short())]
    TooManyLogs(LogId),
}

/// What became of one segment.
pub(super) enum Fate {
    Taken { new_ops: u64, forked: bool },
    Held,
    Early,
    Refused(RejectReason),
}

impl Store {
    /// Takes a bundle in. A damaged one is refused as a whole; of a whole one every log lands that proves right.
    ///
    /// # Errors
    /// When the bundle is refused or the store fails. Then nothing of it was taken.
    pub fn merge(&mut self, bytes: &[u8]) -> Result<MergeReport, StoreError> {
        let mut bundle = Bundle::open(bytes)?;
        if bundle.race() != self.race {
            return Err(BundleError::Foreign { found: bundle.race(), expected: self.race }.into());
        }
        self.take_all(|_| Ok(bundle.next_segment()?))
    }

    /// Takes segments in, in one commit: all that come, or after a failure none.
    pub(super) fn take_all(
        &mut self,
        next: impl FnMut(&Connection) -> Result<Option<(Segment, Vec<u8>)>, StoreError>,
    ) -> Result<MergeReport, StoreError> {
        // Should one of the segments be of the own log, a fork must not hide what is not signed yet.
        self.settle()?;
        self.reopen_database()?;
        let merged = self.merge_segments(next);
        if merged.is_err() {
            self.database = None;
        }
        let report = merged?;
        self.timing.take();
        self.load_own()?;
        self.erase_after();
        Ok(report)
    }

    fn merge_segments(
        &mut self,
        mut next: impl FnMut(&Connection) -> Result<Option<(Segment, Vec<u8>)>, StoreError>,
    ) -> Result<MergeReport, StoreError> {
        let Self { database: Some(db), place, journal, members, race, own, .. } = self else {
            return Err(StoreError::Closed);
        };
        place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let mut merge = Merge {
            db,
            tables: SqlTables::new(db),
            members,
            race: *race,
            report: MergeReport::default(),
            frames: Vec::new(),
        };
        let mut is_behind = false;
        while let Some((segment, encoded)) = next(db)? {
            let before = merge.report.new_ops;
            merge.take(&segment, &encoded)?;
            is_behind |= segment.log == own.log && merge.report.new_ops > before;
        }
        let Merge { tables, report, frames, members, .. } = merge;
        if tables.finish(members)? {
            rebuild::projections(db, *race, members)?;
        }
        if is_behind {
            // Somebody knows operations of this log that are not here: it was rolled back, or is written twice.
            rows::retire(db, own.log)?;
        }
        let report = MergeReport { missing: missing(db)?, ..report };
        list_refused(db, &report.rejected)?;
        if !frames.is_empty() {
            let length = journal.append_frames(&frames).map_err(StoreError::Journal)?;
            match place.durability {
                Durability::Full => journal.sync(length).map_err(StoreError::Journal)?,
                Durability::Normal | Durability::Off => journal.trust(length),
            }
            rows::mark_journal(db, length)?;
        }
        transaction.commit()?;
        Ok(report)
    }

    /// Everything held, or what lies beyond `since`, as a bundle. Vouches for the own log first.
    ///
    /// # Errors
    /// When the log cannot be read or signed.
    pub fn bundle(&mut self, since: &BTreeMap<LogId, u64>) -> Result<Vec<u8>, StoreError> {
        self.settle()?;
        Ok(bundle::encode(self.race, &self.segments(since)?))
    }

    /// The whole log as journal records: what others wrote as segments, the own log operation by operation.
    pub(super) fn all_records(&self) -> Result<Vec<Record>, StoreError> {
        let segments = self.segments(&BTreeMap::new())?;
        let mut records: Vec<Record> = segments.into_iter().map(Record::Segment).collect();
        let db = self.db()?;
        if let Some(row) = rows::log_row(db, self.own.log)? {
            for (seq, bytes) in
                (row.signed_seq + 1..).zip(rows::ops_between(db, row.ix, row.signed_seq + 1, row.seq)?)
            {
                records.push(Record::Own(OpRef { log: self.own.log, seq }, bytes));
            }
        }
        Ok(records)
    }
}

/// A merge under way, inside its transaction.
struct Merge<'a> {
    db: &'a Connection,
    tables: SqlTables<'a>,
    members: &'a mut Members,
    race: RaceId,
    report: MergeReport,
    frames: Vec<u8>,
}

impl Merge<'_> {
    fn take(&mut self, segment: &Segment, encoded: &[u8]) -> Result<(), StoreError> {
        // What is to be erased gets into no file: the journal takes what came, also where the log holds it already.
        match erase::without_erased(self.db, segment)? {
            Some(shorter) => self.take_as_it_is(&shorter, &shorter.encode()),
            None => self.take_as_it_is(segment, encoded),
        }
    }

    fn take_as_it_is(&mut self, segment: &Segment, encoded: &[u8]) -> Result<(), StoreError> {
        let ops = segment.ops.len() as u64;
        match self.fate(segment)? {
            Fate::Taken { new_ops, forked } => {
                self.note_taken(segment, encoded, new_ops, forked);
                self.take_waiting(segment.log)?;
            }
            Fate::Held => self.report.held_ops += ops,
            Fate::Early => match stage(self.db, segment, encoded)? {
                true => self.report.waiting_ops += ops,
                false => self.report.reject(segment, RejectReason::TooManyWaiting),
            },
            Fate::Refused(reason) => self.report.reject(segment, reason),
        }
        Ok(())
    }

    fn fate(&mut self, segment: &Segment) -> Result<Fate, StoreError> {
        if segment.ops.is_empty() {
            // It came packed, and what it follows is not here or is something else.
            let (log, first, last) = (segment.log, segment.first_seq, segment.head.seq);
            return Ok(Fate::Refused(SegmentError::Chain { log, first, last }.into()));
        }
        if let Some(reason) = over_quota(self.db, &mut self.tables, self.members, segment)? {
            return Ok(Fate::Refused(reason));
        }
        take(self.db, &mut self.tables, self.members, self.race, segment)
    }

    fn note_taken(&mut self, segment: &Segment, encoded: &[u8], new_ops: u64, forked: bool) {
        self.report.new_ops += new_ops;
        self.report.held_ops += segment.ops.len() as u64 - new_ops;
        self.frames.extend_from_slice(&segment_frame(encoded));
        if forked && !self.report.forked.contains(&segment.log) {
            self.report.forked.push(segment.log);
        }
    }

    /// Takes what waited for the operations that just came, and what waited for those.
    fn take_waiting(&mut self, log: LogId) -> Result<(), StoreError> {
        loop {
            let before = self.report.new_ops;
            for (first, last, encoded) in waiting(self.db, log)? {
                let segment = Segment::decode(&encoded)?;
                let shorter = erase::without_erased(self.db, &segment)?;
                let (segment, encoded) = match shorter {
                    Some(shorter) => {
                        let encoded = shorter.encode();
                        (shorter, encoded)
                    }
                    None => (segment, encoded),
                };
                match self.fate(&segment)? {
                    Fate::Taken { new_ops, forked } => self.note_taken(&segment, &encoded, new_ops, forked),
                    Fate::Refused(reason) => self.report.reject(&segment, reason),
                    Fate::Held => {}
                    Fate::Early => continue,
                }
                self.db.execute(
                    "DELETE FROM staged WHERE log_id = ?1 AND first_seq = ?2 AND last_seq = ?3",
                    params![log.0, first, last],
                )?;
            }
            if self.report.new_ops == before {
                return Ok(());
            }
        }
    }
}

impl MergeReport {
    fn reject(&mut self, segment: &Segment, reason: RejectReason) {
        let (log, first_seq, last_seq) = (segment.log, segment.first_seq, segment.head.seq);
        self.rejected.push(Rejected { log, first_seq, last_seq, reason });
    }
}

/// Takes a segment into the log, if its time has come and it proves right. Whether there is room for its author was
/// asked when it first came: what the journal holds is not refused again.
pub(super) fn take(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    members: &mut Members,
    race: RaceId,
    segment: &Segment,
) -> Result<Fate, StoreError> {
    Ok(match tree::grow(db, tables, members, race, segment)? {
        Grown::By { new_ops, forked } => Fate::Taken { new_ops, forked },
        Grown::Held => Fate::Held,
        Grown::Early => Fate::Early,
        Grown::Untrue(error) => Fate::Refused(error.into()),
    })
}

/// Capture by a phone that waits for approval is kept; a flood by a stranger is not.
fn over_quota(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    members: &mut Members,
    segment: &Segment,
) -> Result<Option<RejectReason>, StoreError> {
    let log = segment.log;
    if segment.first_seq == 1 && rows::log_row(db, log)?.is_none() && rows::count_logs(db)? >= LOGS_MAX {
        return Ok(Some(RejectReason::TooManyLogs(log)));
    }
    if segment.head.seq <= UNAPPROVED_OPS_MAX {
        return Ok(None);
    }
    // The word for its author may have come just before.
    tables.judge(members)?;
    let standing = members.standing(log);
    let trusted_to = match standing.role {
        None | Some(Role::Pending) => 0,
        Some(_) => standing.cut.unwrap_or(u64::MAX),
    };
    if segment.head.seq > trusted_to.saturating_add(UNAPPROVED_OPS_MAX) {
        return Ok(Some(RejectReason::TooMuchUnapproved(log)));
    }
    Ok(None)
}

/// Keeps a segment until its time comes; not if too many wait.
fn stage(db: &Connection, segment: &Segment, encoded: &[u8]) -> Result<bool, StoreError> {
    let waiting: i64 = db.query_row("SELECT count(*) FROM staged", [], |row| row.get(0))?;
    if waiting >= STAGED_MAX {
        return Ok(false);
    }
    db.execute(
        "INSERT OR REPLACE INTO staged (log_id, first_seq, last_seq, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![segment.log.0, rows::signed(segment.first_seq), rows::signed(segment.head.seq), encoded],
    )?;
    Ok(true)
}

/// Segments that waited and whose time may have come.
fn waiting(db: &Connection, key: LogId) -> Result<Vec<(i64, i64, Vec<u8>)>, StoreError> {
    let held_to = rows::logs_of_key(db, key)?.iter().map(|row: &LogRow| row.seq).max().unwrap_or_default();
    let mut select = db.prepare_cached(
        "SELECT first_seq, last_seq, bytes FROM staged WHERE log_id = ?1 AND first_seq <= ?2
         ORDER BY first_seq, last_seq",
    )?;
    let rows = select.query_map(params![key.0, rows::signed(held_to + 1)], |row| {
        Ok((row.get(0)?, row.get(1)?, row.get(2)?))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn missing(db: &Connection) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT staged.log_id, coalesce(max(head_seq), 0) + 1 FROM staged LEFT JOIN log ON log.key = staged.log_id
         GROUP BY staged.log_id",
    )?;
    let rows = select.query_map([], |row| Ok((LogId(row.get(0)?), rows::unsigned(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The list is for people: a flood of refusals does not fill the disk.
fn list_refused(db: &Connection, rejected: &[Rejected]) -> Result<(), StoreError> {
    for refused in rejected {
        db.execute(
            "INSERT OR REPLACE INTO refused (log_id, first_seq, last_seq, reason)
             SELECT ?1, ?2, ?3, ?4 WHERE (SELECT count(*) FROM refused) < ?5",
            params![
                refused.log.0,
                rows::signed(refused.first_seq),
                rows::signed(refused.last_seq),
                refused.reason.to_string(),
                REFUSED_MAX
            ],
        )?;
    }
    Ok(())
}
