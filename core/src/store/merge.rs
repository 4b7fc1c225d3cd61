//! Merging: segments of any log, from anyone, in any order, as often as they come.
//!
//! Invariant: a log only grows by operations whose chain and signature proved right; what comes too early waits in a
//! bounded place; what is refused is named, and stops nothing else.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use thiserror::Error;

use super::{
    Durability, Store, StoreError,
    append::Transaction,
    journal::{Record, segment_frame},
    sql::{self, SqlTables},
};
use crate::{
    bundle::{self, Bundle, BundleError},
    ids::{Hash, LogId, OpRef, RaceId},
    log::{SEGMENT_MAX_BYTES, SEGMENT_MAX_OPS, Segment, SegmentError, SignedHead, chain_start},
};

/// How many segments may wait for the ones before them.
const STAGED_MAX: i64 = 4096;

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
    /// Another operation already stands in the same place of the same log.
    #[error("log {} has two different operations {}: two phones write under one key. Keep the file and tell the director", .0.log.short(), .0.seq)]
    Forked(OpRef),
    /// Too much waits already.
    #[error(
        "{STAGED_MAX} segments already wait for earlier ones. Merge the earlier bundles first, then this one again"
    )]
    TooManyWaiting,
}

/// What became of one segment.
pub(super) enum Fate {
    Taken { new_ops: u64 },
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
        self.retry()?;
        self.reopen_database()?;
        let mut bundle = Bundle::open(bytes)?;
        if bundle.race() != self.race {
            return Err(BundleError::Foreign { found: bundle.race(), expected: self.race }.into());
        }
        let merged = self.merge_segments(&mut bundle);
        if merged.is_err() {
            self.database = None;
        }
        let report = merged?;
        self.load_own()?;
        Ok(report)
    }

    fn merge_segments(&mut self, bundle: &mut Bundle<'_>) -> Result<MergeReport, StoreError> {
        let Self { database: Some(db), place, journal, members, race, .. } = self else {
            return Err(StoreError::Closed);
        };
        place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let mut tables = SqlTables::new(db, *members);
        let mut report = MergeReport::default();
        let mut frames = Vec::new();
        while let Some((segment, encoded)) = bundle.next_segment()? {
            let ops = segment.ops.len() as u64;
            match take(db, &mut tables, *race, &segment)? {
                Fate::Taken { new_ops } => {
                    report.new_ops += new_ops;
                    report.held_ops += ops - new_ops;
                    frames.extend_from_slice(&segment_frame(&encoded));
                    take_waiting(db, &mut tables, *race, segment.log, &mut report, &mut frames)?;
                }
                Fate::Held => report.held_ops += ops,
                Fate::Early => match stage(db, &segment, &encoded)? {
                    true => report.waiting_ops += ops,
                    false => report.reject(&segment, RejectReason::TooManyWaiting),
                },
                Fate::Refused(reason) => report.reject(&segment, reason),
            }
        }
        tables.finish()?;
        report.missing = missing(db)?;
        if !frames.is_empty() {
            let length = journal.append_frames(&frames).map_err(StoreError::Journal)?;
            match place.durability {
                Durability::Full => journal.sync(length).map_err(StoreError::Journal)?,
                Durability::Normal | Durability::Off => journal.trust(length),
            }
            sql::mark_journal(db, length)?;
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

    /// The segments from `since` on, up to the last signed head of each log, logs in order of id.
    pub(super) fn segments(&self, since: &BTreeMap<LogId, u64>) -> Result<Vec<Segment>, StoreError> {
        let db = self.db()?;
        let mut select = db.prepare_cached("SELECT log_id, log_ix FROM log ORDER BY log_id")?;
        let logs = select.query_map([], |row| Ok((LogId(row.get(0)?), row.get(1)?)))?;
        let mut segments = Vec::new();
        for log in logs {
            let (log, ix) = log?;
            cut_log(db, log, ix, since.get(&log).copied().unwrap_or_default(), &mut segments)?;
        }
        Ok(segments)
    }

    /// The whole log as journal records: what others wrote as segments, the own log operation by operation.
    pub(super) fn all_records(&self) -> Result<Vec<Record>, StoreError> {
        let segments = self.segments(&BTreeMap::new())?;
        let mut records: Vec<Record> = segments.into_iter().map(Record::Segment).collect();
        let db = self.db()?;
        if let Some(row) = sql::log_row(db, self.own.log)? {
            let mut select = db.prepare_cached("SELECT seq, bytes FROM op WHERE log_ix = ?1 AND seq > ?2")?;
            let from = sql::signed(row.signed_seq);
            let ops = select.query_map(params![row.ix, from], |r| Ok((sql::unsigned(r, 0)?, r.get(1)?)))?;
            for op in ops {
                let (seq, bytes) = op?;
                records.push(Record::Own(OpRef { log: self.own.log, seq }, bytes));
            }
        }
        Ok(records)
    }
}

impl MergeReport {
    fn reject(&mut self, segment: &Segment, reason: RejectReason) {
        let (log, first_seq, last_seq) = (segment.log, segment.first_seq, segment.head.seq);
        self.rejected.push(Rejected { log, first_seq, last_seq, reason });
    }
}

/// Takes a segment into the log, if its time has come and it proves right.
pub(super) fn take(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    race: RaceId,
    segment: &Segment,
) -> Result<Fate, StoreError> {
    let start = chain_start(race, segment.log);
    let known = sql::log_row(db, segment.log)?;
    let (head_seq, head_hash) = known.map_or((0, start), |row| (row.seq, row.hash));
    if segment.first_seq > head_seq + 1 {
        return Ok(Fate::Early);
    }
    if let Some(row) = known
        && let Some(forked) = first_difference(db, row.ix, head_seq, segment)?
    {
        return Ok(Fate::Refused(RejectReason::Forked(forked)));
    }
    if segment.head.seq <= head_seq {
        return Ok(Fate::Held);
    }
    let held = usize::try_from(head_seq + 1 - segment.first_seq).unwrap_or(usize::MAX);
    let news = Segment {
        first_seq: head_seq + 1,
        ops: segment.ops[held..].to_vec(),
        log: segment.log,
        head: segment.head,
    };
    if let Err(error) = news.verify(race, head_hash) {
        return Ok(Fate::Refused(error.into()));
    }
    let mut row = known.map_or_else(|| sql::new_log(db, segment.log, start), Ok)?;
    for (at, bytes) in news.iter() {
        let op = tables.append(row.ix, at, bytes)?;
        row.depth = op.map_or(row.depth, |op| op.depth.max(row.depth));
    }
    (row.seq, row.hash, row.signed_seq) = (news.head.seq, news.head.hash, news.head.seq);
    sql::set_log(db, row)?;
    sql::add_head(db, row.ix, &news.head)?;
    Ok(Fate::Taken { new_ops: news.ops.len() as u64 })
}

/// The first operation that both hold and that is not the same.
fn first_difference(
    db: &Connection,
    ix: i64,
    head_seq: u64,
    segment: &Segment,
) -> Result<Option<OpRef>, StoreError> {
    if segment.first_seq > head_seq || is_known_head(db, ix, &segment.head)? {
        return Ok(None);
    }
    for (at, bytes) in segment.iter().take_while(|(at, _)| at.seq <= head_seq) {
        if sql::op_bytes(db, ix, at.seq)?.as_deref() != Some(bytes) {
            return Ok(Some(at));
        }
    }
    Ok(None)
}

fn is_known_head(db: &Connection, ix: i64, head: &SignedHead) -> Result<bool, StoreError> {
    let mut select = db.prepare_cached("SELECT 1 FROM head WHERE log_ix = ?1 AND seq = ?2 AND hash = ?3")?;
    Ok(select.exists(params![ix, sql::signed(head.seq), head.hash.0])?)
}

/// Keeps a segment until its time comes; not if too many wait.
fn stage(db: &Connection, segment: &Segment, encoded: &[u8]) -> Result<bool, StoreError> {
    let waiting: i64 = db.query_row("SELECT count(*) FROM staged", [], |row| row.get(0))?;
    if waiting >= STAGED_MAX {
        return Ok(false);
    }
    db.execute(
        "INSERT OR REPLACE INTO staged (log_id, first_seq, last_seq, bytes) VALUES (?1, ?2, ?3, ?4)",
        params![segment.log.0, sql::signed(segment.first_seq), sql::signed(segment.head.seq), encoded],
    )?;
    Ok(true)
}

/// Takes what waited for the operations that just came.
fn take_waiting(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    race: RaceId,
    log: LogId,
    report: &mut MergeReport,
    frames: &mut Vec<u8>,
) -> Result<(), StoreError> {
    let mut select = db.prepare_cached(
        "SELECT first_seq, last_seq, bytes FROM staged JOIN log USING (log_id)
         WHERE log_id = ?1 AND first_seq <= head_seq + 1 ORDER BY first_seq LIMIT 1",
    )?;
    loop {
        let next = select.query_row([log.0], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?, row.get::<_, Vec<u8>>(2)?))
        });
        let (first, last, encoded) = match next {
            Ok(next) => next,
            Err(rusqlite::Error::QueryReturnedNoRows) => return Ok(()),
            Err(error) => return Err(error.into()),
        };
        db.execute(
            "DELETE FROM staged WHERE log_id = ?1 AND first_seq = ?2 AND last_seq = ?3",
            params![log.0, first, last],
        )?;
        let segment = Segment::decode(&encoded)?;
        match take(db, tables, race, &segment)? {
            Fate::Taken { new_ops } => {
                report.new_ops += new_ops;
                frames.extend_from_slice(&segment_frame(&encoded));
            }
            Fate::Refused(reason) => report.reject(&segment, reason),
            Fate::Held | Fate::Early => {}
        }
    }
}

fn missing(db: &Connection) -> Result<BTreeMap<LogId, u64>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT DISTINCT log_id, coalesce(head_seq, 0) + 1 FROM staged LEFT JOIN log USING (log_id)",
    )?;
    let rows = select.query_map([], |row| Ok((LogId(row.get(0)?), sql::unsigned(row, 1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Cuts a log into segments that end at signed heads, each as long as the limits allow.
fn cut_log(
    db: &Connection,
    log: LogId,
    ix: i64,
    since: u64,
    segments: &mut Vec<Segment>,
) -> Result<(), StoreError> {
    let mut select = db.prepare_cached(
        "SELECT seq, hash, signature FROM head WHERE log_ix = ?1 AND seq > ?2 ORDER BY seq",
    )?;
    let heads = select.query_map(params![ix, sql::signed(since)], |row| {
        Ok(SignedHead { seq: sql::unsigned(row, 0)?, hash: Hash(row.get(1)?), signature: row.get(2)? })
    })?;
    let mut first_seq = since + 1;
    let mut best: Option<Segment> = None;
    for head in heads {
        let head = head?;
        let mut longer = best.take().unwrap_or(Segment { log, first_seq, ops: Vec::new(), head });
        let more = ops_between(db, ix, longer.first_seq + longer.ops.len() as u64, head.seq)?;
        let fits = longer.ops.len() + more.len() <= SEGMENT_MAX_OPS
            && longer.ops.iter().chain(&more).map(Vec::len).sum::<usize>() <= SEGMENT_MAX_BYTES / 8;
        if fits || longer.ops.is_empty() {
            longer.ops.extend(more);
            longer.head = head;
            best = Some(longer);
        } else {
            first_seq = longer.end_seq();
            segments.push(longer);
            best = Some(Segment { log, first_seq, ops: more, head });
        }
    }
    segments.extend(best);
    Ok(())
}

fn ops_between(db: &Connection, ix: i64, first: u64, last: u64) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT bytes FROM op WHERE log_ix = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq")?;
    let ops = select.query_map(params![ix, sql::signed(first), sql::signed(last)], |row| row.get(0))?;
    Ok(ops.collect::<Result<_, _>>()?)
}
