//! Cutting logs into segments, for files, sessions and the journal.
//!
//! Invariant: every segment ends at a head that its author signed and follows what the receiver has: the operations
//! before it in the same path through the tree, or those of an earlier segment.

use std::collections::BTreeMap;

use rusqlite::Connection;

use super::{
    Store, StoreError,
    rows::{self, LogRow},
};
use crate::{
    ids::LogId,
    log::{SEGMENT_MAX_BYTES, SEGMENT_MAX_OPS, Segment, SignedHead},
};

/// A way through a key's tree, from the root to a tip.
pub(super) struct Path {
    rows: Vec<LogRow>,
}

impl Path {
    /// All paths of a key, by the name of the tip.
    pub(super) fn all(logs: &[LogRow]) -> Vec<Self> {
        let is_tip = |row: &&LogRow| !logs.iter().any(|other| other.parent_ix == Some(row.ix));
        let to_root = |tip: &LogRow| {
            let mut rows = vec![*tip];
            while let Some(parent) =
                rows.last().and_then(|row| logs.iter().find(|other| Some(other.ix) == row.parent_ix))
            {
                rows.push(*parent);
            }
            rows.reverse();
            Self { rows }
        };
        logs.iter().filter(is_tip).map(to_root).collect()
    }

    pub(super) fn rows(&self) -> &[LogRow] {
        &self.rows
    }

    /// The row that covers a place, if the path goes that far.
    pub(super) fn row_at(&self, seq: u64) -> Option<LogRow> {
        self.rows.iter().find(|row| row.base_seq < seq && seq <= row.seq).copied()
    }

    /// Signed heads beyond `seq`, in order: enough for one segment.
    fn heads_beyond(&self, db: &Connection, seq: u64) -> Result<Vec<SignedHead>, StoreError> {
        let mut heads = Vec::new();
        for row in self.rows.iter().filter(|row| row.seq > seq) {
            heads.extend(rows::heads_beyond(db, row.ix, seq, SEGMENT_MAX_OPS)?);
            if heads.len() >= SEGMENT_MAX_OPS {
                break;
            }
        }
        Ok(heads)
    }

    fn ops(&self, db: &Connection, first: u64, last: u64) -> Result<Vec<Vec<u8>>, StoreError> {
        let mut ops = Vec::new();
        for row in &self.rows {
            if row.seq >= first && row.base_seq < last {
                ops.extend(rows::ops_between(db, row.ix, first, last)?);
            }
        }
        Ok(ops)
    }

    /// The next segment after `seq` and not beyond `end`, as long as the limits allow; nothing if no head is signed there.
    pub(super) fn next(&self, db: &Connection, seq: u64, end: u64) -> Result<Option<Segment>, StoreError> {
        let mut best: Option<Segment> = None;
        for head in self.heads_beyond(db, seq)?.into_iter().take_while(|head| head.seq <= end) {
            let from = best.as_ref().map_or(seq + 1, Segment::end_seq);
            let more = self.ops(db, from, head.seq)?;
            let Some(longer) = &mut best else {
                best = Some(Segment { log: self.rows[0].key, first_seq: seq + 1, ops: more, head });
                continue;
            };
            let bytes: usize = longer.ops.iter().chain(&more).map(Vec::len).sum();
            if longer.ops.len() + more.len() > SEGMENT_MAX_OPS || bytes > SEGMENT_MAX_BYTES / 8 {
                break;
            }
            longer.ops.extend(more);
            longer.head = head;
        }
        Ok(best)
    }
}

impl Store {
    /// The segments from `since` on, up to the last signed head of each log: the director's first, so that whoever
    /// takes them knows who may say what, then by key.
    pub(super) fn segments(&self, since: &BTreeMap<LogId, u64>) -> Result<Vec<Segment>, StoreError> {
        let db = self.db()?;
        let mut segments = Vec::new();
        for key in self.keys_in_order()? {
            let logs = rows::logs_of_key(db, key)?;
            let mut sent: BTreeMap<LogId, u64> = BTreeMap::new();
            for path in Path::all(&logs) {
                let held = |row: &LogRow| {
                    let held = since.get(&row.log).copied().unwrap_or_default();
                    held.max(sent.get(&row.log).copied().unwrap_or_default()).max(row.base_seq)
                };
                let Some(from) = path.rows().iter().find(|row| held(row) < row.seq) else { continue };
                let mut seq = held(from);
                while let Some(segment) = path.next(db, seq, u64::MAX)? {
                    seq = segment.head.seq;
                    segments.push(segment);
                }
                sent.extend(path.rows().iter().map(|row| (row.log, row.seq)));
            }
        }
        Ok(segments)
    }

    /// The keys that wrote something here: the director's first.
    pub(super) fn keys_in_order(&self) -> Result<Vec<LogId>, StoreError> {
        let director = self.members.director();
        let mut keys: Vec<LogId> = rows::all_logs(self.db()?)?.into_iter().map(|row| row.key).collect();
        keys.sort_by_key(|key| (*key != director, *key));
        keys.dedup();
        Ok(keys)
    }
}
