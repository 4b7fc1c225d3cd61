//! A key's operations as a tree: one line while its author is one, branches where a copied or restored phone made two.
//!
//! Invariant: rows are a pure function of the set of operations held. Where two histories part, the common part ends
//! and each goes on as a branch named after its first operation; so nothing is dropped and nothing depends on which
//! came first.

use rusqlite::{Connection, params};

use super::{
    StoreError,
    rows::{self, LogRow},
    sql::SqlTables,
};
use crate::{
    ids::{Hash, LogId, OpRef, RaceId},
    log::{Branch, Segment, SegmentError, branch_name, chain_next, chain_start},
    members::Members,
    op::{Check, chained},
};

/// What became of a segment's operations.
pub(super) enum Grown {
    /// They follow what is held: so many were new, and perhaps a fork came to light.
    By { new_ops: u64, forked: bool },
    /// All were held.
    Held,
    /// They follow something that is not held.
    Early,
    /// Chain or signature is wrong.
    Untrue(SegmentError),
}

/// A place in the tree: the row that covers it, and the chain's hash there.
struct Spot {
    row: Option<LogRow>,
    hash: Hash,
}

/// Takes a segment into the tree of its key, if it follows what is held and proves right.
pub(super) fn grow(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    members: &mut Members,
    race: RaceId,
    segment: &Segment,
) -> Result<Grown, StoreError> {
    let logs = rows::logs_of_key(db, segment.log)?;
    if is_held(db, &logs, segment)? {
        return Ok(Grown::Held);
    }
    let Some((spot, hashes)) = attach(db, race, &logs, segment)? else {
        let held_to = logs.iter().map(|row| row.seq).max().unwrap_or_default();
        let (log, first, last) = (segment.log, segment.first_seq, segment.head.seq);
        // With a head that its author signed it may belong to a branch whose beginning is still on its way.
        let is_early = first > held_to + 1 || (first > 1 && segment.head.verify(race, log).is_ok());
        return Ok(if is_early {
            Grown::Early
        } else {
            Grown::Untrue(SegmentError::Chain { log, first, last })
        });
    };
    if let Err(error) = segment.head.verify(race, segment.log) {
        return Ok(Grown::Untrue(error));
    }
    let row = match spot.row {
        Some(row) => row,
        None => rows::new_log(db, segment.log, chain_start(race, segment.log))?,
    };
    let mut growth = Growth {
        db,
        tables,
        members,
        row,
        seq: segment.first_seq - 1,
        hash: spot.hash,
        new_ops: 0,
        forked: false,
    };
    for (bytes, hash) in segment.ops.iter().zip(hashes) {
        growth.step(bytes, hash)?;
    }
    growth.end(segment)
}

/// Whether this very head is held, and so everything below it.
fn is_held(db: &Connection, logs: &[LogRow], segment: &Segment) -> Result<bool, StoreError> {
    for row in logs {
        if (row.seq == segment.head.seq && row.hash == segment.head.hash && row.signed_seq == row.seq)
            || rows::is_known_head(db, row.ix, &segment.head)?
        {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Where the segment follows: the chain from there leads to its head. With it the hash after each operation.
fn attach(
    db: &Connection,
    race: RaceId,
    logs: &[LogRow],
    segment: &Segment,
) -> Result<Option<(Spot, Vec<Hash>)>, StoreError> {
    let before = segment.first_seq - 1;
    let mut spots = Vec::new();
    if before == 0 {
        let row = logs.iter().find(|row| row.log == segment.log).copied();
        spots.push(Spot { row, hash: chain_start(race, segment.log) });
    }
    for row in logs.iter().filter(|row| row.base_seq < before && before <= row.seq) {
        spots.push(Spot { row: Some(*row), hash: hash_at(db, row, before)? });
    }
    for spot in spots {
        let mut hash = spot.hash;
        let hashes: Vec<Hash> = segment
            .ops
            .iter()
            .map(|op| {
                hash = chain_next(hash, op);
                hash
            })
            .collect();
        if hash == segment.head.hash {
            return Ok(Some((spot, hashes)));
        }
    }
    Ok(None)
}

/// A walk along a segment's operations through the tree.
struct Growth<'a, 'b> {
    db: &'a Connection,
    tables: &'a mut SqlTables<'b>,
    members: &'a mut Members,
    row: LogRow,
    seq: u64,
    hash: Hash,
    new_ops: u64,
    forked: bool,
}

impl Growth<'_, '_> {
    /// One operation: it is held here, or leads into a branch, or makes one, or makes the row longer.
    fn step(&mut self, bytes: &[u8], hash: Hash) -> Result<(), StoreError> {
        let seq = self.seq + 1;
        if seq <= self.row.seq {
            if rows::op_bytes(self.db, self.row.ix, seq)?.as_deref().map(chained) != Some(chained(bytes)) {
                self.split()?;
                self.branch(bytes, hash)?;
            }
        } else if let Some(child) = self.child(hash)? {
            self.row = child;
        } else if self.has_children()? {
            self.branch(bytes, hash)?;
        } else {
            self.append(bytes, hash)?;
        }
        (self.seq, self.hash) = (seq, hash);
        Ok(())
    }

    fn child(&self, hash: Hash) -> Result<Option<LogRow>, StoreError> {
        let name = branch_name(self.row.key, hash);
        let found = rows::log_row(self.db, name)?;
        Ok(found.filter(|row| row.parent_ix == Some(self.row.ix)))
    }

    fn has_children(&self) -> Result<bool, StoreError> {
        let mut select = self.db.prepare_cached("SELECT 1 FROM log WHERE parent_ix = ?1 LIMIT 1")?;
        Ok(select.exists([self.row.ix])?)
    }

    fn append(&mut self, bytes: &[u8], hash: Hash) -> Result<(), StoreError> {
        let at = OpRef { log: self.row.log, seq: self.seq + 1 };
        // Growth beside a fork may be what an earlier reference meant: it is read again from the log.
        if self.row.parent_ix.is_some() {
            self.tables.go_stale();
        }
        let op = self.tables.append(self.members, self.row.ix, at, bytes)?;
        self.row.depth = op.map_or(self.row.depth, |op| op.depth.max(self.row.depth));
        (self.row.seq, self.row.hash) = (at.seq, hash);
        self.new_ops += 1;
        Ok(())
    }

    /// Ends the row where the histories part: what it held beyond becomes a branch.
    fn split(&mut self) -> Result<(), StoreError> {
        let (db, trunk, at) = (self.db, self.row, self.seq);
        let next = rows::op_bytes(db, trunk.ix, at + 1)?.ok_or(StoreError::Decode("a log"))?;
        let name = branch_name(trunk.key, chain_next(self.hash, &next));
        let signed_seq = if trunk.signed_seq > at { trunk.signed_seq } else { at };
        let tail = LogRow {
            log: name,
            parent_ix: Some(trunk.ix),
            base_seq: at,
            base_hash: self.hash,
            signed_seq,
            ..trunk
        };
        let tail = rows::insert_log(db, tail)?;
        db.execute(
            "UPDATE log SET parent_ix = ?2 WHERE parent_ix = ?1 AND log_ix <> ?2",
            params![trunk.ix, tail.ix],
        )?;
        for table in ["op", "head"] {
            let sql = format!("UPDATE {table} SET log_ix = ?2 WHERE log_ix = ?1 AND seq > ?3");
            db.execute(&sql, params![trunk.ix, tail.ix, rows::signed(at)])?;
        }
        self.row = LogRow { seq: at, hash: self.hash, signed_seq: trunk.signed_seq.min(at), ..trunk };
        rows::set_log(db, self.row)?;
        self.forked = true;
        self.tables.go_stale();
        Ok(())
    }

    /// Begins a branch with this operation.
    fn branch(&mut self, bytes: &[u8], hash: Hash) -> Result<(), StoreError> {
        rows::set_log(self.db, self.row)?;
        let row = LogRow {
            log: branch_name(self.row.key, hash),
            parent_ix: Some(self.row.ix),
            base_seq: self.seq,
            base_hash: self.hash,
            signed_seq: self.seq,
            ..self.row
        };
        self.row = rows::insert_log(self.db, row)?;
        self.forked = true;
        self.append(bytes, hash)
    }

    fn end(mut self, segment: &Segment) -> Result<Grown, StoreError> {
        if self.row.seq == segment.head.seq {
            self.row.signed_seq = segment.head.seq;
        }
        rows::set_log(self.db, self.row)?;
        rows::add_head(self.db, self.row.ix, &segment.head)?;
        Ok(Grown::By { new_ops: self.new_ops, forked: self.forked })
    }
}

/// The chain's hash after the operation `seq` of a row; `seq` is at least the row's base.
pub(super) fn hash_at(db: &Connection, row: &LogRow, seq: u64) -> Result<Hash, StoreError> {
    if seq == row.seq {
        return Ok(row.hash);
    }
    let known = rows::head_below(db, row.ix, seq)?;
    let (from, mut hash) = known.map_or((row.base_seq, row.base_hash), |head| (head.seq, head.hash));
    for bytes in rows::ops_between(db, row.ix, from + 1, seq)? {
        hash = chain_next(hash, &bytes);
    }
    Ok(hash)
}

/// The hash of an operation's place, if it is held.
pub(super) fn hash_of(db: &Connection, at: OpRef) -> Result<Option<Hash>, StoreError> {
    let row = rows::log_row(db, at.log)?.filter(|row| row.base_seq < at.seq && at.seq <= row.seq);
    row.map(|row| hash_at(db, &row, at.seq)).transpose()
}

/// The operation that a reference means. Written before a fork was known, it names the key's own log; the check says
/// on which branch.
pub(super) fn resolve(db: &Connection, at: OpRef, check: Option<Check>) -> Result<OpRef, StoreError> {
    let Some(check) = check else { return Ok(at) };
    if !rows::is_forked(db, at.log)? {
        return Ok(at);
    }
    for row in rows::logs_of_key(db, at.log)? {
        if row.base_seq < at.seq && at.seq <= row.seq && Check::of(hash_at(db, &row, at.seq)?) == check {
            return Ok(OpRef { log: row.log, seq: at.seq });
        }
    }
    Ok(at)
}

/// The branches that are held, for members.
pub(super) fn branches(db: &Connection) -> Result<Vec<(LogId, Branch)>, StoreError> {
    let logs = rows::all_logs(db)?;
    let parent = |row: &LogRow| logs.iter().find(|other| Some(other.ix) == row.parent_ix).map(|row| row.log);
    let branch =
        |row: &LogRow| Some((row.log, Branch { key: row.key, parent: parent(row)?, base_seq: row.base_seq }));
    Ok(logs.iter().filter_map(branch).collect())
}
