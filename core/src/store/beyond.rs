//! What a place that keeps segments lacks: servers lay down there what they hold, and take up what others laid down.
//!
//! Invariant: what is handed out ends at heads that its author signed and follows heads that the other side has; so
//! whoever stores it in this order never has a hole.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    MergeReport, Store, StoreError,
    cut::Path,
    rows::{self, LogRow},
    tree,
};
use crate::{
    ids::{Hash, LogId},
    log::Segment,
};

/// A place in a key's log, as far as the chain's hash tells: two histories of one key have different ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// The last operation.
    pub seq: u64,
    /// The chain's hash after it.
    pub hash: Hash,
}

/// Heads by key. Whoever has a head has everything below it.
pub type Heads = BTreeMap<LogId, BTreeSet<Head>>;

/// A segment, and the head that it follows; none at the beginning of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Following {
    /// What comes before it.
    pub after: Option<Head>,
    /// It.
    pub segment: Segment,
}

impl Following {
    /// Where it ends.
    #[must_use]
    pub fn head(&self) -> Head {
        Head { seq: self.segment.head.seq, hash: self.segment.head.hash }
    }
}

impl Store {
    /// The first `most` segments that somebody lacks who has `held` and all below: the director's first, each after
    /// those it follows. Nothing of the own log that is not vouched for: [`Store::settle`] comes before.
    ///
    /// # Errors
    /// When the database fails.
    pub fn beyond(&self, held: &Heads, most: usize) -> Result<Vec<Following>, StoreError> {
        let db = self.db()?;
        let mut logs: BTreeMap<LogId, Vec<LogRow>> = BTreeMap::new();
        for row in rows::all_logs(db)? {
            logs.entry(row.key).or_default().push(row);
        }
        let director = self.members().director();
        let mut keys: Vec<LogId> = logs.keys().copied().collect();
        keys.sort_by_key(|key| (*key != director, *key));
        let nothing = BTreeSet::new();
        let mut found = Vec::new();
        for key in keys {
            let has = held.get(&key).unwrap_or(&nothing);
            for path in logs.get(&key).map(|rows| Path::all(rows)).unwrap_or_default() {
                let is_there = path.rows().last().is_some_and(|tip| {
                    tip.signed_seq == tip.seq && has.contains(&Head { seq: tip.seq, hash: tip.hash })
                });
                if is_there {
                    continue;
                }
                let mut after = self.last_on(&path, has)?;
                while let Some(segment) = path.next(db, after.map_or(0, |head| head.seq), u64::MAX)? {
                    let next = Following { after, segment };
                    after = Some(next.head());
                    found.push(next);
                    if found.len() >= most {
                        return Ok(found);
                    }
                }
            }
        }
        Ok(found)
    }

    /// The furthest of these heads that lies on a way through the tree.
    fn last_on(&self, path: &Path, heads: &BTreeSet<Head>) -> Result<Option<Head>, StoreError> {
        for head in heads.iter().rev() {
            if let Some(row) = path.row_at(head.seq)
                && tree::hash_at(self.db()?, &row, head.seq)? == head.hash
            {
                return Ok(Some(*head));
            }
        }
        Ok(None)
    }

    /// Whether all up to this head is here.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_head(&self, key: LogId, head: Head) -> Result<bool, StoreError> {
        let db = self.db()?;
        for row in rows::logs_of_key(db, key)? {
            if row.base_seq < head.seq
                && head.seq <= row.seq
                && tree::hash_at(db, &row, head.seq)? == head.hash
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Takes segments in, in one commit. Those that do not prove right are named in the report.
    ///
    /// # Errors
    /// When the store fails. Then nothing was taken.
    pub fn take_segments(&mut self, segments: &[Segment]) -> Result<MergeReport, StoreError> {
        let mut segments = segments.iter();
        self.take_all(|_| Ok(segments.next().map(|segment| (segment.clone(), segment.encode()))))
    }
}
