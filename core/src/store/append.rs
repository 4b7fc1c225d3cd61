//! Writing to this replica's own log: scans, corrections, settings.
//!
//! Invariant: an operation gets its place and its bytes once. Whatever fails, [`Store::retry`] finishes that very
//! operation; no failure makes a second one, and none is confirmed before it is durable and was read back.

use rusqlite::Connection;

use super::{
    Durability, OwnLog, Store, StoreError, journal::Record, rebuild, rotate, rows, sql::SqlTables, tree,
};
use crate::{
    ids::{Hash, LogId, OpRef, RaceId},
    log::{SEGMENT_MAX_OPS, SignedHead, chain_next, chain_start},
    op::{Body, Check, Enrol, Entity, EntityValues, OP_MAX_BYTES, Op, Put, Scan, Seal, Value, Write},
};

/// Bytes of operations after which a head is signed even before [`SEGMENT_MAX_OPS`], so that segments stay small.
const SIGN_EVERY_BYTES: usize = 24 * 1024;

/// Proof that an operation is durable and was read back. Only the store makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmed {
    at: OpRef,
}

impl Confirmed {
    /// The operation.
    #[must_use]
    pub fn at(&self) -> OpRef {
        self.at
    }
}

/// Operations on their way: they have places and bytes, and are not confirmed yet.
pub(super) struct Pending {
    pub(super) ops: Vec<(OpRef, Vec<u8>)>,
    heads: Vec<SignedHead>,
    own: OwnLog,
    depth: u64,
    /// Where the journal ends with them, once they are in it.
    journaled: Option<u64>,
    /// Whether the database itself must be synced (everything but plain scans).
    in_full: bool,
    /// Logs whose unsigned operations these say again.
    in_place_of: Vec<rows::LogRow>,
}

impl Store {
    /// Records scans: one sync for all of them. They are confirmed together.
    ///
    /// # Errors
    /// When they could not be made durable. They are then *unconfirmed*, not lost: [`Store::retry`] goes on with them.
    pub fn record(&mut self, scans: &[Scan]) -> Result<Vec<Confirmed>, StoreError> {
        let bodies = scans.iter().map(|scan| Body::Scan(scan.clone()));
        self.write(bodies.collect(), false)
    }

    /// Sets registers of one entity, superseding what stands there now.
    ///
    /// # Errors
    /// As [`Store::record`]; also when the operation would be too long.
    pub fn put(
        &mut self,
        entity: Entity,
        values: Vec<(u16, Value)>,
        reason: Option<&str>,
    ) -> Result<Confirmed, StoreError> {
        let confirmed = self.put_all(vec![(entity, values)], reason)?;
        confirmed.into_iter().next().ok_or(StoreError::Closed)
    }

    /// Sets registers of many entities, one operation each, in one commit.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn put_all(
        &mut self,
        puts: Vec<EntityValues>,
        reason: Option<&str>,
    ) -> Result<Vec<Confirmed>, StoreError> {
        self.finish_pending()?;
        let mut bodies = Vec::with_capacity(puts.len());
        for (entity, values) in puts {
            let registers = self.registers(&entity)?.unwrap_or_default();
            let writes: Vec<Write> =
                values.into_iter().map(|(field, value)| registers.write(field, value)).collect();
            let check = match &entity {
                Entity::Scan(at) => tree::hash_of(self.db()?, *at)?.map(Check::of),
                _ => None,
            };
            bodies.push(Body::Put(Put {
                entity,
                writes,
                reason: reason.map(str::to_owned),
                check,
                seal: None,
            }));
        }
        self.write(bodies, true)
    }

    /// Introduces this replica's log to the race.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn enrol(&mut self, enrol: Enrol) -> Result<Confirmed, StoreError> {
        let confirmed = self.write(vec![Body::Enrol(Box::new(enrol))], true)?;
        confirmed.into_iter().next().ok_or(StoreError::Closed)
    }

    pub(super) fn write(&mut self, bodies: Vec<Body>, in_full: bool) -> Result<Vec<Confirmed>, StoreError> {
        self.finish_pending()?;
        self.pending = Some(self.prepare(bodies, in_full)?);
        let confirmed = self.finish_pending()?;
        if in_full {
            self.erase_after();
        }
        Ok(confirmed)
    }

    /// Writes operations that say again what these logs can no longer say.
    pub(super) fn write_in_place_of(
        &mut self,
        bodies: Vec<Body>,
        logs: Vec<rows::LogRow>,
    ) -> Result<Vec<Confirmed>, StoreError> {
        self.finish_pending()?;
        self.pending = Some(Pending { in_place_of: logs, ..self.prepare(bodies, true)? });
        self.finish_pending()
    }

    /// Goes on with operations that an earlier call could not confirm. Without any, does nothing.
    ///
    /// # Errors
    /// As [`Store::record`].
    pub fn retry(&mut self) -> Result<Vec<Confirmed>, StoreError> {
        self.finish_pending()
    }

    /// Opens the database again after a failure, so that what is held can be read while operations wait for
    /// [`Store::retry`].
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn reopen(&mut self) -> Result<(), StoreError> {
        self.reopen_database()
    }

    /// How many operations wait for [`Store::retry`].
    #[must_use]
    pub fn unconfirmed(&self) -> usize {
        self.pending.as_ref().map_or(0, |pending| pending.ops.len())
    }

    fn prepare(&self, bodies: Vec<Body>, in_full: bool) -> Result<Pending, StoreError> {
        if self.own.is_retired {
            return Err(StoreError::Retired(self.own.log));
        }
        let (mut own, mut depth) = (self.own, self.depth);
        let mut pending = Pending {
            ops: Vec::with_capacity(bodies.len()),
            heads: Vec::new(),
            own,
            depth,
            journaled: None,
            in_full,
            in_place_of: Vec::new(),
        };
        for body in bodies {
            depth += 1;
            let bytes = Op { depth, body: self.sealed(body, own.hash) }.encode();
            if bytes.len() > OP_MAX_BYTES {
                return Err(StoreError::TooLong(bytes.len()));
            }
            own.seq += 1;
            own.hash = chain_next(own.hash, &bytes);
            own.unsigned_bytes += bytes.len();
            pending.ops.push((OpRef { log: own.log, seq: own.seq }, bytes));
            if own.seq - own.signed_seq >= SEGMENT_MAX_OPS as u64 || own.unsigned_bytes >= SIGN_EVERY_BYTES {
                pending.heads.push(self.identity.sign_head(self.race, own.seq, own.hash));
                (own.signed_seq, own.unsigned_bytes) = (own.seq, 0);
            }
        }
        Ok(Pending { own, depth, ..pending })
    }

    /// Personal words are sealed as they are written, whoever asks: so they can be erased.
    fn sealed(&self, mut body: Body, previous: Hash) -> Body {
        if let Body::Put(put) = &mut body
            && put.seal.is_none()
            && put.has_personal_words()
        {
            put.seal = Some(Seal::Open(self.identity.salt(previous, &put.personal_words())));
        }
        body
    }

    fn finish_pending(&mut self) -> Result<Vec<Confirmed>, StoreError> {
        let Some(mut pending) = self.pending.take() else { return Ok(Vec::new()) };
        let finished = self.finish_these(&mut pending);
        match finished {
            Ok(()) => {
                (self.own, self.depth) = (pending.own, pending.depth);
                self.database_lags = !pending.in_full;
                let is_reference = self.timing.get_mut().as_ref().is_none_or(|t| t.reference == self.own.log);
                if pending.in_full || is_reference {
                    self.timing.take();
                }
                let confirmed = pending.ops.iter().map(|(at, _)| Confirmed { at: *at }).collect();
                if let Some(group) = &mut self.group {
                    // Not on the disk yet: should the group fail, they are on their way again.
                    group.wrote(pending);
                }
                Ok(confirmed)
            }
            Err(error) => {
                self.pending = Some(pending);
                // After a failed commit nothing that this connection believes is sure: begin with a fresh one.
                self.database = None;
                Err(error)
            }
        }
    }

    fn finish_these(&mut self, pending: &mut Pending) -> Result<(), StoreError> {
        self.reopen_database()?;
        let Self { database: Some(db), place, journal, members, race, unjournaled_head, .. } = self else {
            return Err(StoreError::Closed);
        };
        if pending.in_full {
            place.sync_database(db)?
        } else {
            place.lean_on_journal(db)?
        };
        let transaction = Transaction::begin(db)?;
        let log = rows::log_row(db, pending.own.log)?;
        let log =
            log.map_or_else(|| rows::new_log(db, pending.own.log, chain_start(*race, pending.own.log)), Ok)?;
        if log.seq < pending.own.seq {
            let mut tables = SqlTables::new(db);
            if pending.in_full && !rows::is_own(db, pending.own.log)? {
                rows::add_own(db, pending.own.log)?;
                // Others knew this device by another log: they must be told anew how it joined.
                db.execute("DELETE FROM peer", [])?;
            }
            for row in &pending.in_place_of {
                rotate::drop_unsigned(db, row)?;
                tables.go_stale();
            }
            for (at, bytes) in &pending.ops {
                tables.append(members, log.ix, *at, bytes)?;
            }
            if tables.finish(members)? {
                rebuild::projections(db, *race, members)?;
            }
            for head in &pending.heads {
                rows::add_head(db, log.ix, head)?;
            }
            let length = match pending.journaled {
                Some(length) => length,
                None => write_journal(journal, place.durability, *unjournaled_head, pending)?,
            };
            (pending.journaled, *unjournaled_head) = (Some(length), None);
            rows::mark_journal(db, length)?;
            let (seq, hash) = (pending.own.seq, pending.own.hash);
            let signed_seq = pending.own.signed_seq;
            rows::set_log(db, rows::LogRow { seq, hash, depth: pending.depth, signed_seq, ..log })?;
            transaction.commit()?;
        }
        // Else the commit that seemed to fail had taken: only the reading back is left.
        read_back(db, log.ix, &pending.ops)
    }

    /// Syncs the database after a confirmation, and vouches for the log up to here.
    ///
    /// # Errors
    /// When it could not be synced; nothing confirmed is in danger by that, the journal holds it.
    pub fn settle(&mut self) -> Result<(), StoreError> {
        self.finish_pending()?;
        if self.is_erasing {
            self.erase_after();
        }
        let is_signed = self.own.signed_seq == self.own.seq;
        if is_signed && !self.database_lags {
            return Ok(());
        }
        self.reopen_database()?;
        let Self {
            database: Some(db),
            place,
            own,
            depth,
            identity,
            race,
            unjournaled_head,
            database_lags,
            ..
        } = self
        else {
            return Err(StoreError::Closed);
        };
        let head = identity.sign_head(*race, own.seq, own.hash);
        place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let log = rows::log_row(db, own.log)?.ok_or(StoreError::Decode("a log"))?;
        if !is_signed {
            rows::add_head(db, log.ix, &head)?;
            *unjournaled_head = Some(head);
        }
        let (seq, hash) = (own.seq, own.hash);
        rows::set_log(db, rows::LogRow { seq, hash, depth: *depth, signed_seq: seq, ..log })?;
        transaction.commit()?;
        *database_lags = false;
        (own.signed_seq, own.unsigned_bytes) = (own.seq, 0);
        Ok(())
    }
}

impl Pending {
    /// These, and then others that were written after them.
    pub(super) fn and_then(mut self, later: Self) -> Self {
        self.ops.extend(later.ops);
        self.heads.extend(later.heads);
        self.in_place_of.extend(later.in_place_of);
        let in_full = self.in_full || later.in_full;
        Self { own: later.own, depth: later.depth, journaled: None, in_full, ..self }
    }

    /// These, of which the journal holds all up to `journaled`, or nothing.
    pub(super) fn journaled(self, journaled: Option<u64>) -> Self {
        Self { journaled, ..self }
    }
}

/// Puts the operations into the journal, and onto the disk.
fn write_journal(
    journal: &mut super::Journal,
    durability: Durability,
    earlier_head: Option<SignedHead>,
    pending: &Pending,
) -> Result<u64, StoreError> {
    let earlier = earlier_head.map(|head| Record::Head(pending.own.log, head));
    let ops = pending.ops.iter().map(|(at, bytes)| Record::Own(*at, bytes.clone()));
    let heads = pending.heads.iter().map(|head| Record::Head(pending.own.log, *head));
    let records: Vec<Record> = earlier.into_iter().chain(ops).chain(heads).collect();
    let length = journal.append(&records).map_err(StoreError::Journal)?;
    match durability {
        Durability::Full => journal.sync(length).map_err(StoreError::Journal)?,
        Durability::Normal | Durability::Off => journal.trust(length),
    }
    Ok(length)
}

/// A confirmation says that the very bytes can be read again, so they are.
pub(super) fn read_back(db: &Connection, ix: i64, ops: &[(OpRef, Vec<u8>)]) -> Result<(), StoreError> {
    let mut select = db.prepare_cached("SELECT 1 FROM op WHERE log_ix = ?1 AND seq = ?2 AND bytes = ?3")?;
    for (at, bytes) in ops {
        if !select.exists(rusqlite::params![ix, rows::signed(at.seq), bytes])? {
            return Err(StoreError::ReadBack(*at));
        }
    }
    Ok(())
}

/// A transaction that rolls back unless it is committed. Inside a group it is a part of the group's own.
pub(super) struct Transaction<'a> {
    db: &'a Connection,
    is_part: bool,
    is_done: bool,
}

impl<'a> Transaction<'a> {
    pub(super) fn begin(db: &'a Connection) -> Result<Self, StoreError> {
        let is_part = !db.is_autocommit();
        db.prepare_cached(if is_part { "SAVEPOINT part" } else { "BEGIN IMMEDIATE" })?.execute([])?;
        Ok(Self { db, is_part, is_done: false })
    }

    pub(super) fn commit(mut self) -> Result<(), StoreError> {
        self.db.prepare_cached(if self.is_part { "RELEASE part" } else { "COMMIT" })?.execute([])?;
        self.is_done = true;
        Ok(())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if !self.is_done && !self.db.is_autocommit() {
            // If even this fails the connection is dropped next, which rolls back too.
            let _rolled_back = self.db.execute_batch(match self.is_part {
                true => "ROLLBACK TO part; RELEASE part",
                false => "ROLLBACK",
            });
        }
    }
}

/// The empty log of an identity.
pub(super) fn fresh(race: RaceId, log: LogId) -> OwnLog {
    OwnLog { log, seq: 0, hash: chain_start(race, log), signed_seq: 0, unsigned_bytes: 0, is_retired: false }
}
