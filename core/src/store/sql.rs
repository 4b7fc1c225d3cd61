//! The state in SQLite: [`Tables`] over one transaction, and the rows of the log.
//!
//! Invariant: what a transaction writes to the log and to the projections is committed together or not at all.

use std::collections::BTreeMap;

use minicbor::Encode;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::{
    ids::{Bib, Hash, Key, LogId, OpRef},
    log::SignedHead,
    members::Members,
    op::{Body, Enrol, Entity, Op, Scan, ScanKind},
    registers::Registers,
    state::{self, EntrantRow, ScanRow, Tables},
};

/// A log as its row says.
#[derive(Clone, Copy, Debug)]
pub(super) struct LogRow {
    pub(super) ix: i64,
    pub(super) seq: u64,
    pub(super) hash: Hash,
    pub(super) depth: u64,
    pub(super) signed_seq: u64,
}

/// The tables inside a transaction.
pub(super) struct SqlTables<'a> {
    db: &'a Connection,
    members: Members,
    log_ix: BTreeMap<LogId, i64>,
    tallies: BTreeMap<(Key, ScanKind), (i64, i64)>,
    /// Whether any scan of a log was ever corrected. Most logs come whole before their first correction, and a merge
    /// need not look for corrections of each scan then.
    corrected: BTreeMap<LogId, bool>,
}

impl<'a> SqlTables<'a> {
    pub(super) fn new(db: &'a Connection, members: Members) -> Self {
        let (log_ix, tallies, corrected) = (BTreeMap::new(), BTreeMap::new(), BTreeMap::new());
        Self { db, members, log_ix, tallies, corrected }
    }

    /// Adds an operation to its log and to the projections. One that does not decode is kept and relayed all the same.
    pub(super) fn append(&mut self, ix: i64, at: OpRef, bytes: &[u8]) -> Result<Option<Op>, StoreError> {
        let mut insert = self.db.prepare_cached("INSERT INTO op (log_ix, seq, bytes) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![ix, signed(at.seq), bytes])?;
        self.log_ix.insert(at.log, ix);
        state::apply(self, self.members, at, bytes)
    }

    /// Writes down what was counted. Belongs at the end of the transaction.
    pub(super) fn finish(self) -> Result<(), StoreError> {
        let mut add = self.db.prepare_cached(
            "INSERT INTO tally (checkpoint, kind, scans, bibs) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET scans = scans + excluded.scans, bibs = bibs + excluded.bibs",
        )?;
        for ((checkpoint, kind), (scans, bibs)) in self.tallies {
            add.execute(params![checkpoint.as_str(), kind as i64, scans, bibs])?;
        }
        Ok(())
    }

    fn ix(&mut self, log: LogId) -> Result<Option<i64>, StoreError> {
        if let Some(ix) = self.log_ix.get(&log) {
            return Ok(Some(*ix));
        }
        let row = log_row(self.db, log)?;
        self.log_ix.extend(row.map(|row| (log, row.ix)));
        Ok(row.map(|row| row.ix))
    }

    fn is_corrected(&mut self, log: LogId) -> Result<bool, StoreError> {
        if let Some(known) = self.corrected.get(&log) {
            return Ok(*known);
        }
        let bound = |seq| cbor(&Entity::Scan(OpRef { log, seq }));
        let mut select =
            self.db.prepare_cached("SELECT 1 FROM register WHERE entity BETWEEN ?1 AND ?2 LIMIT 1")?;
        let found = select.exists([bound(0), bound(u64::MAX)])?;
        self.corrected.insert(log, found);
        Ok(found)
    }

    /// Counts a scan in (+1, before its row is there) or out (-1, after its row is gone).
    fn count(&mut self, row: &ScanRow, by: i64) -> Result<(), StoreError> {
        if row.is_void {
            return Ok(());
        }
        let mut others = self.db.prepare_cached(
            "SELECT 1 FROM scan WHERE checkpoint = ?1 AND kind = ?2 AND bib = ?3 AND is_void = 0 LIMIT 1",
        )?;
        let is_only = !others.exists(params![row.checkpoint.as_str(), row.kind as i64, row.bib.as_str()])?;
        let tally = self.tallies.entry((row.checkpoint.clone(), row.kind)).or_default();
        tally.0 += by;
        tally.1 += if is_only { by } else { 0 };
        Ok(())
    }
}

impl Tables for SqlTables<'_> {
    type Error = StoreError;

    fn registers(&mut self, entity: &Entity) -> Result<Option<Registers>, StoreError> {
        if let Entity::Scan(at) = entity
            && !self.is_corrected(at.log)?
        {
            return Ok(None);
        }
        let mut select = self.db.prepare_cached("SELECT state FROM register WHERE entity = ?1")?;
        let state: Option<Vec<u8>> = select.query_row([cbor(entity)], |row| row.get(0)).optional()?;
        state.map(|bytes| minicbor::decode(&bytes).map_err(|_| StoreError::Decode("a register"))).transpose()
    }

    fn set_registers(&mut self, entity: &Entity, registers: &Registers) -> Result<(), StoreError> {
        if let Entity::Scan(at) = entity {
            self.corrected.insert(at.log, true);
        }
        let entity = cbor(entity);
        let mut keep =
            self.db.prepare_cached("INSERT OR REPLACE INTO register (entity, state) VALUES (?1, ?2)")?;
        keep.execute(params![entity, cbor(registers)])?;
        let mut clear = self.db.prepare_cached("DELETE FROM conflict WHERE entity = ?1")?;
        clear.execute([&entity])?;
        let mut list = self.db.prepare_cached("INSERT INTO conflict (entity, field) VALUES (?1, ?2)")?;
        for (field, _) in registers.contested() {
            list.execute(params![entity, field])?;
        }
        Ok(())
    }

    fn recorded(&mut self, at: OpRef) -> Result<Option<(u64, Scan)>, StoreError> {
        let Some(ix) = self.ix(at.log)? else { return Ok(None) };
        let bytes = op_bytes(self.db, ix, at.seq)?;
        Ok(bytes.and_then(|bytes| Op::decode(&bytes).ok()).and_then(|op| match op.body {
            Body::Scan(scan) => Some((op.depth, scan)),
            _ => None,
        }))
    }

    fn set_scan(&mut self, row: &ScanRow, is_new: bool) -> Result<(), StoreError> {
        let Some(ix) = self.ix(row.at.log)? else { return Err(StoreError::Decode("a log")) };
        if !is_new {
            let mut select = self.db.prepare_cached(
                "SELECT seq, depth, checkpoint, kind, bib, time_ms, is_void FROM scan WHERE log_ix = ?1 AND seq = ?2",
            )?;
            let old =
                select.query_row(params![ix, signed(row.at.seq)], |r| Ok(scan_row(row.at.log, r)))??;
            let mut remove = self.db.prepare_cached("DELETE FROM scan WHERE log_ix = ?1 AND seq = ?2")?;
            remove.execute(params![ix, signed(row.at.seq)])?;
            self.count(&old, -1)?;
        }
        self.count(row, 1)?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO scan (log_ix, seq, depth, checkpoint, kind, bib, time_ms, is_void)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
        )?;
        insert.execute(params![
            ix,
            signed(row.at.seq),
            signed(row.depth),
            row.checkpoint.as_str(),
            row.kind as i64,
            row.bib.as_str(),
            row.time_ms,
            row.is_void,
        ])?;
        Ok(())
    }

    fn set_entrant(&mut self, row: &EntrantRow) -> Result<(), StoreError> {
        let mut keep = self
            .db
            .prepare_cached("INSERT OR REPLACE INTO entrant (entrant_id, bib, shown) VALUES (?1, ?2, ?3)")?;
        keep.execute(params![row.id.0.as_bytes(), row.bib.as_ref().map(Bib::as_str), cbor(row)])?;
        Ok(())
    }

    fn set_unread(&mut self, at: OpRef, kind: Option<u16>) -> Result<(), StoreError> {
        let Some(ix) = self.ix(at.log)? else { return Err(StoreError::Decode("a log")) };
        let mut keep =
            self.db.prepare_cached("INSERT INTO unread (log_ix, seq, kind) VALUES (?1, ?2, ?3)")?;
        keep.execute(params![ix, signed(at.seq), kind])?;
        Ok(())
    }

    fn set_enrolment(&mut self, log: LogId, enrol: &Enrol) -> Result<(), StoreError> {
        let mut keep = self.db.prepare_cached("UPDATE log SET enrolment = ?2 WHERE log_id = ?1")?;
        keep.execute(params![log.0, cbor(enrol)])?;
        Ok(())
    }
}

/// The CBOR of a value, in memory.
pub(super) fn cbor<T: Encode<()>>(value: &T) -> Vec<u8> {
    // Encoding into a `Vec` cannot fail; an empty blob would be reported by the next read, not believed.
    minicbor::to_vec(value).unwrap_or_default()
}

/// SQLite's integers are signed; places and depths stay far below 2^63.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.max(0).cast_unsigned())
}

/// A scan from the columns seq, depth, checkpoint, kind, bib, time_ms, is_void.
pub(super) fn scan_row(log: LogId, row: &Row<'_>) -> Result<ScanRow, StoreError> {
    let key = row.get_ref(2)?.as_str().ok().and_then(|text| Key::new(text).ok());
    let bib = row.get_ref(4)?.as_str().ok().and_then(|text| Bib::new(text).ok());
    let (Some(checkpoint), Some(bib)) = (key, bib) else { return Err(StoreError::Decode("a scan")) };
    Ok(ScanRow {
        at: OpRef { log, seq: unsigned(row, 0)? },
        depth: unsigned(row, 1)?,
        checkpoint,
        kind: scan_kind(row.get(3)?)?,
        bib,
        time_ms: row.get(5)?,
        is_void: row.get(6)?,
    })
}

pub(super) fn scan_kind(number: i64) -> Result<ScanKind, StoreError> {
    match number {
        0 => Ok(ScanKind::In),
        1 => Ok(ScanKind::Out),
        _ => Err(StoreError::Decode("a scan's kind")),
    }
}

pub(super) fn log_row(db: &Connection, log: LogId) -> Result<Option<LogRow>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT log_ix, head_seq, head_hash, head_depth, signed_seq FROM log WHERE log_id = ?1",
    )?;
    let read = |row: &Row<'_>| {
        Ok(LogRow {
            ix: row.get(0)?,
            seq: unsigned(row, 1)?,
            hash: Hash(row.get(2)?),
            depth: unsigned(row, 3)?,
            signed_seq: unsigned(row, 4)?,
        })
    };
    Ok(select.query_row([log.0], read).optional()?)
}

/// A row for a log of which nothing is here yet.
pub(super) fn new_log(db: &Connection, log: LogId, start: Hash) -> Result<LogRow, StoreError> {
    db.execute(
        "INSERT INTO log (log_id, head_seq, head_hash, head_depth, signed_seq) VALUES (?1, 0, ?2, 0, 0)",
        params![log.0, start.0],
    )?;
    Ok(LogRow { ix: db.last_insert_rowid(), seq: 0, hash: start, depth: 0, signed_seq: 0 })
}

pub(super) fn set_log(db: &Connection, row: LogRow) -> Result<(), StoreError> {
    let mut update = db.prepare_cached(
        "UPDATE log SET head_seq = ?2, head_hash = ?3, head_depth = ?4, signed_seq = ?5 WHERE log_ix = ?1",
    )?;
    update.execute(params![
        row.ix,
        signed(row.seq),
        row.hash.0,
        signed(row.depth),
        signed(row.signed_seq)
    ])?;
    Ok(())
}

pub(super) fn add_head(db: &Connection, ix: i64, head: &SignedHead) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT OR IGNORE INTO head (log_ix, seq, hash, signature) VALUES (?1, ?2, ?3, ?4)",
    )?;
    insert.execute(params![ix, signed(head.seq), head.hash.0, head.signature])?;
    Ok(())
}

pub(super) fn op_bytes(db: &Connection, ix: i64, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut select = db.prepare_cached("SELECT bytes FROM op WHERE log_ix = ?1 AND seq = ?2")?;
    Ok(select.query_row(params![ix, signed(seq)], |row| row.get(0)).optional()?)
}

pub(super) fn mark_journal(db: &Connection, length: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE race SET journal_bytes = ?1")?.execute([signed(length)])?;
    Ok(())
}
