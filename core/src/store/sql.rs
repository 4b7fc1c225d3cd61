//! The state in SQLite: [`Tables`] over one transaction, and the rows of the log.
//!
//! Invariant: what a transaction writes to the log and to the projections is committed together or not at all.

use std::collections::{BTreeMap, BTreeSet};

use minicbor::Encode;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    StoreError, erase,
    rows::{log_row, op_bytes, signed, unsigned},
    tree,
};
use crate::{
    ids::{Bib, BootId, Key, LogId, OpRef},
    members::Members,
    op::{Body, Check, ClockContact, Enrol, Entity, Op, Revoke, Scan, ScanKind, Source, chained, kind},
    registers::Registers,
    state::{self, EntrantRow, ScanRow, Tables},
    time::Reading,
};

/// The tables inside a transaction.
pub(super) struct SqlTables<'a> {
    db: &'a Connection,
    log_ix: BTreeMap<LogId, i64>,
    boot_ix: BTreeMap<BootId, i64>,
    tallies: BTreeMap<(Key, ScanKind), (i64, i64)>,
    /// Whether any scan of a log was ever corrected. Most logs come whole before their first correction, and a merge
    /// need not look for corrections of each scan then.
    corrected: BTreeMap<LogId, bool>,
    judged: BTreeSet<LogId>,
    /// Whether members have facts that were not judged yet.
    is_due: bool,
    /// Whether something was judged by standings that have changed since.
    is_stale: bool,
    /// Whether somebody is said to be erased.
    erases: bool,
    /// Whether words came that would have to go if they are of somebody who was erased.
    has_sealed: bool,
}

impl<'a> SqlTables<'a> {
    pub(super) fn new(db: &'a Connection) -> Self {
        Self {
            db,
            log_ix: BTreeMap::new(),
            boot_ix: BTreeMap::new(),
            tallies: BTreeMap::new(),
            corrected: BTreeMap::new(),
            judged: BTreeSet::new(),
            is_due: false,
            is_stale: false,
            erases: false,
            has_sealed: false,
        }
    }

    /// Adds an operation to its log and to the projections. One that does not decode is kept and relayed all the same.
    pub(super) fn append(
        &mut self,
        members: &mut Members,
        ix: i64,
        at: OpRef,
        bytes: &[u8],
    ) -> Result<Option<Op>, StoreError> {
        let mut insert = self.db.prepare_cached("INSERT INTO op (log_ix, seq, bytes) VALUES (?1, ?2, ?3)")?;
        insert.execute(params![ix, signed(at.seq), bytes])?;
        self.log_ix.insert(at.log, ix);
        self.has_sealed |= chained(bytes).len() < bytes.len();
        if self.is_stale {
            // All projections are made again at the end of this transaction.
            return Ok(Op::decode(bytes).ok());
        }
        self.project(members, at, bytes)
    }

    /// Says that the projections must be made again from the log.
    pub(super) fn go_stale(&mut self) {
        self.is_stale = true;
    }

    /// Takes an operation that is in the log into the projections.
    pub(super) fn project(
        &mut self,
        members: &mut Members,
        at: OpRef,
        bytes: &[u8],
    ) -> Result<Option<Op>, StoreError> {
        let is_put =
            bytes.get(1).is_some_and(|first| [kind::PUT, kind::SEALED_PUT].contains(&u16::from(*first)));
        if is_put {
            self.judge(members)?;
            self.note_judged(at.log)?;
        }
        let op = state::apply(self, members, at, bytes)?;
        if let Some(op) = &op {
            let body = resolved(self.db, members, &op.body)?;
            self.is_due |= members.take(at, &body);
            // Whose a scan is follows from it, with no standing changed: a correction that was held may count.
            let hands_on = matches!(&op.body, Body::Enrol(enrol) if enrol.succession.is_some());
            self.is_stale |= hands_on && self.db.prepare_cached("SELECT 1 FROM held LIMIT 1")?.exists([])?;
        }
        Ok(op)
    }

    /// Judges the members, if there is anything new about them.
    pub(super) fn judge(&mut self, members: &mut Members) -> Result<(), StoreError> {
        if !std::mem::take(&mut self.is_due) {
            return Ok(());
        }
        for log in members.judge() {
            let mut select =
                self.db.prepare_cached("SELECT 1 FROM log WHERE log_id = ?1 AND is_judged = 1")?;
            // Whether a correction counts follows from the standing of the scan's author too.
            self.is_stale |= select.exists([log.0])? || self.has_corrections(log)?;
        }
        Ok(())
    }

    fn note_judged(&mut self, log: LogId) -> Result<(), StoreError> {
        if self.judged.insert(log) {
            let mut update = self.db.prepare_cached("UPDATE log SET is_judged = 1 WHERE log_id = ?1")?;
            update.execute([log.0])?;
        }
        Ok(())
    }

    /// Writes down what was counted, and judges what is due. Belongs at the end of the transaction. Says whether the
    /// projections must be made again, because they were made under standings that have changed.
    pub(super) fn finish(mut self, members: &mut Members) -> Result<bool, StoreError> {
        self.judge(members)?;
        if self.erases || self.has_sealed {
            erase::make_due(self.db, self.erases)?;
        }
        let mut add = self.db.prepare_cached(
            "INSERT INTO tally (checkpoint, kind, scans, bibs) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT DO UPDATE SET scans = scans + excluded.scans, bibs = bibs + excluded.bibs",
        )?;
        for ((checkpoint, kind), (scans, bibs)) in self.tallies {
            add.execute(params![checkpoint.as_str(), kind as i64, scans, bibs])?;
        }
        Ok(self.is_stale)
    }

    fn boot_ix(&mut self, boot: BootId) -> Result<i64, StoreError> {
        if let Some(ix) = self.boot_ix.get(&boot) {
            return Ok(*ix);
        }
        self.db.prepare_cached("INSERT OR IGNORE INTO boot (boot_id) VALUES (?1)")?.execute([boot.0])?;
        let mut select = self.db.prepare_cached("SELECT boot_ix FROM boot WHERE boot_id = ?1")?;
        let ix = select.query_row([boot.0], |row| row.get(0))?;
        self.boot_ix.insert(boot, ix);
        Ok(ix)
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
        let found = self.has_corrections(log)?;
        self.corrected.insert(log, found);
        Ok(found)
    }

    fn has_corrections(&self, log: LogId) -> Result<bool, StoreError> {
        let bound = |seq| cbor(&Entity::Scan(OpRef { log, seq }));
        for sql in [
            "SELECT 1 FROM register WHERE entity BETWEEN ?1 AND ?2 LIMIT 1",
            "SELECT 1 FROM held WHERE entity BETWEEN ?1 AND ?2 LIMIT 1",
        ] {
            if self.db.prepare_cached(sql)?.exists([bound(0), bound(u64::MAX)])? {
                return Ok(true);
            }
        }
        Ok(false)
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
        // Recorded is what the projections have seen: while they are made again, the log is ahead of them.
        let mut select = self.db.prepare_cached("SELECT 1 FROM scan WHERE log_ix = ?1 AND seq = ?2")?;
        if !select.exists(params![ix, signed(at.seq)])? {
            return Ok(None);
        }
        let bytes = op_bytes(self.db, ix, at.seq)?;
        Ok(bytes.and_then(|bytes| Op::decode(&bytes).ok()).and_then(|op| match op.body {
            Body::Scan(scan) => Some((op.depth, scan)),
            _ => None,
        }))
    }

    fn set_scan(&mut self, row: &ScanRow, is_new: bool) -> Result<(), StoreError> {
        let Some(ix) = self.ix(row.at.log)? else { return Err(StoreError::Decode("a log")) };
        if !is_new {
            let mut select =
                self.db.prepare_cached(&format!("{SELECT_SCAN} WHERE log_ix = ?1 AND seq = ?2"))?;
            let old =
                select.query_row(params![ix, signed(row.at.seq)], |r| Ok(scan_row(row.at.log, r)))??;
            let mut remove = self.db.prepare_cached("DELETE FROM scan WHERE log_ix = ?1 AND seq = ?2")?;
            remove.execute(params![ix, signed(row.at.seq)])?;
            self.count(&old, -1)?;
        }
        self.count(row, 1)?;
        let boot_ix = self.boot_ix(row.reading.boot)?;
        let mut insert = self.db.prepare_cached(
            "INSERT INTO scan (log_ix, seq, depth, checkpoint, kind, bib, boot_ix, boot_ms, wall_ms, set_ms, is_void,
                               is_corrected, source, with_pacer)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
        )?;
        insert.execute(params![
            ix,
            signed(row.at.seq),
            signed(row.depth),
            row.checkpoint.as_str(),
            row.kind as i64,
            row.bib.as_str(),
            boot_ix,
            row.reading.boot_ms.cast_signed(),
            row.reading.wall_ms,
            row.set_ms,
            row.is_void,
            row.is_corrected,
            row.source.as_ref().map(cbor),
            row.with_pacer,
        ])?;
        Ok(())
    }

    fn set_entrant(&mut self, row: &EntrantRow) -> Result<(), StoreError> {
        self.erases |= row.is_erased;
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

    fn set_fact(&mut self, at: OpRef) -> Result<(), StoreError> {
        let Some(ix) = self.ix(at.log)? else { return Err(StoreError::Decode("a log")) };
        let mut keep = self.db.prepare_cached("INSERT INTO fact (log_ix, seq) VALUES (?1, ?2)")?;
        keep.execute(params![ix, signed(at.seq)])?;
        Ok(())
    }

    fn set_contact(&mut self, at: OpRef, contact: &ClockContact) -> Result<(), StoreError> {
        let Some(ix) = self.ix(at.log)? else { return Err(StoreError::Decode("a log")) };
        let mut keep =
            self.db.prepare_cached("INSERT INTO contact (log_ix, seq, contact) VALUES (?1, ?2, ?3)")?;
        keep.execute(params![ix, signed(at.seq), cbor(contact)])?;
        Ok(())
    }

    fn resolve(&mut self, at: OpRef, check: Option<Check>) -> Result<OpRef, StoreError> {
        tree::resolve(self.db, at, check)
    }

    fn hold(&mut self, entity: &Entity, at: OpRef) -> Result<(), StoreError> {
        let Some(ix) = self.ix(at.log)? else { return Err(StoreError::Decode("a log")) };
        if let Entity::Scan(scan) = entity {
            self.corrected.insert(scan.log, true);
        }
        let mut keep =
            self.db.prepare_cached("INSERT INTO held (entity, log_ix, seq) VALUES (?1, ?2, ?3)")?;
        keep.execute(params![cbor(entity), ix, signed(at.seq)])?;
        Ok(())
    }

    fn take_held(&mut self, entity: &Entity) -> Result<Vec<(OpRef, Vec<u8>)>, StoreError> {
        if let Entity::Scan(at) = entity
            && !self.is_corrected(at.log)?
        {
            return Ok(Vec::new());
        }
        let entity = cbor(entity);
        let mut select = self.db.prepare_cached(
            "SELECT log_id, seq, bytes FROM held JOIN op USING (log_ix, seq) JOIN log USING (log_ix)
             WHERE entity = ?1 ORDER BY log_id, seq",
        )?;
        let rows = select.query_map([&entity], |row| {
            Ok((OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? }, row.get(2)?))
        })?;
        let held = rows.collect::<Result<Vec<_>, _>>()?;
        if !held.is_empty() {
            self.db.prepare_cached("DELETE FROM held WHERE entity = ?1")?.execute([&entity])?;
        }
        Ok(held)
    }
}

/// What a fact says, with references to logs that branched since as they are called now.
pub(super) fn resolved<'b>(
    db: &Connection,
    members: &Members,
    body: &'b Body,
) -> Result<std::borrow::Cow<'b, Body>, StoreError> {
    Ok(match body {
        Body::Revoke(revoke) if members.is_forked(revoke.up_to.log) => {
            let up_to = tree::resolve(db, revoke.up_to, revoke.check)?;
            std::borrow::Cow::Owned(Body::Revoke(Revoke { up_to, ..revoke.clone() }))
        }
        body => std::borrow::Cow::Borrowed(body),
    })
}

/// The CBOR of a value, in memory.
pub(super) fn cbor<T: Encode<()>>(value: &T) -> Vec<u8> {
    // Encoding into a `Vec` cannot fail; an empty blob would be reported by the next read, not believed.
    minicbor::to_vec(value).unwrap_or_default()
}

/// What [`scan_row`] reads.
pub(super) const SELECT_SCAN: &str = "SELECT seq, depth, checkpoint, kind, bib, boot_id, boot_ms, wall_ms, set_ms, \
     is_void, is_corrected, source, with_pacer FROM scan JOIN boot USING (boot_ix)";

/// A scan from the columns of [`SELECT_SCAN`].
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
        reading: Reading {
            boot: BootId(row.get(5)?),
            boot_ms: row.get::<_, i64>(6)?.cast_unsigned(),
            wall_ms: row.get(7)?,
        },
        set_ms: row.get(8)?,
        is_void: row.get(9)?,
        is_corrected: row.get(10)?,
        source: source(row, 11)?,
        with_pacer: row.get(12)?,
    })
}

fn source(row: &Row<'_>, column: usize) -> Result<Option<Source>, StoreError> {
    let bytes = row.get_ref(column)?.as_blob_or_null().map_err(|_| StoreError::Decode("a source"))?;
    bytes.map(|bytes| minicbor::decode(bytes).map_err(|_| StoreError::Decode("a source"))).transpose()
}

pub(super) fn scan_kind(number: i64) -> Result<ScanKind, StoreError> {
    match number {
        0 => Ok(ScanKind::In),
        1 => Ok(ScanKind::Out),
        _ => Err(StoreError::Decode("a scan's kind")),
    }
}
