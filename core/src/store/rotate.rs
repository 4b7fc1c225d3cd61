//! Going on in a new log.
//!
//! Invariant: what was confirmed stays. Operations that nobody can vouch for any more, because the key is gone, are said
//! again in the new log, in the same commit that takes them out of the old one.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use super::{Store, StoreError, append, rows, rows::LogRow, tree};
use crate::{
    ids::{LogId, OpRef},
    log::Identity,
    members::succession,
    op::{Body, Enrol, Entity, Op, Put, Seal, TicketProof},
    time::Reading,
};

impl Store {
    /// Goes on in a new log, under `identity`: its own log was retired, or the key for it is gone. Whoever still holds
    /// the old key, or a ticket, proves it and keeps their role; otherwise somebody must approve the new log.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn rotate(
        &mut self,
        identity: Identity,
        reading: Option<Reading>,
        ticket: Option<TicketProof>,
    ) -> Result<(), StoreError> {
        self.settle_if_own()?;
        let db = self.db()?;
        let holds_old_key = rows::is_own(db, self.own.log)?;
        let last = rows::last_own(db)?.map(|(log, _)| log);
        let previous = if holds_old_key { Some(self.own.log) } else { self.last_vouched(last)? };
        // Even a key that the store does not know may be known to others: a backup may be older than the key.
        let proves = self.own.log != identity.log();
        let succession = proves.then(|| succession(&self.identity, self.race, identity.log()));
        // One that broke off may have taken an enrolment out of the old log, and not vouched for its own.
        let mut before = None;
        for log in last.into_iter().chain(previous) {
            before = before.or(self.enrolment(log)?);
        }
        let Enrol { name, checkpoint, .. } = before.unwrap_or_default();
        let enrol = Enrol { name, checkpoint, previous, reading, ticket, succession };
        let orphans = orphans(db)?;
        self.own = append::fresh(self.race, identity.log());
        self.identity = identity;
        let bodies = self.restated(enrol, &orphans);
        self.write_in_place_of(bodies, orphans.into_iter().map(|(row, _)| row).collect())?;
        self.settle()
    }

    /// Vouches for what the own log holds, if it is really this replica's.
    fn settle_if_own(&mut self) -> Result<(), StoreError> {
        self.reopen_database()?;
        if rows::is_own(self.db()?, self.own.log)? { self.settle() } else { Ok(()) }
    }

    /// The last log of this replica that others know, as far as it knows itself: one whose beginning was never signed is
    /// not. If none is, its first: this may be a backup, and what was written after it was signed.
    fn last_vouched(&self, last: Option<LogId>) -> Result<Option<LogId>, StoreError> {
        let mut log = last;
        while let Some(known) = log {
            let row = rows::log_row(self.db()?, known)?;
            if row.is_some_and(|row| row.signed_seq > 0 || row.seq == 0) {
                break;
            }
            let before = self.enrolment(known)?.and_then(|enrol| enrol.previous);
            let Some(before) = before.filter(|before| *before != known) else { break };
            log = Some(before);
        }
        Ok(log)
    }

    /// What the new log begins with: who it is, then what the old one can no longer say. Corrections of scans among
    /// these follow them to their new places.
    fn restated(&self, enrol: Enrol, orphans: &[Orphans]) -> Vec<Body> {
        let mut moved: BTreeMap<OpRef, OpRef> = BTreeMap::new();
        let mut bodies = vec![Body::Enrol(Box::new(enrol))];
        for (row, ops) in orphans {
            for (seq, op) in (row.signed_seq + 1..).zip(ops) {
                // This app wrote them, so they decode; what a newer one wrote here cannot be said in this one's words.
                let Some(op) = op else { continue };
                let body = match &op.body {
                    Body::Enrol(_) | Body::Race(_) | Body::Unknown { .. } => continue,
                    Body::Put(put) => Body::Put(moved_put(put, &moved)),
                    other => other.clone(),
                };
                bodies.push(body);
                let to = OpRef { log: self.own.log, seq: self.own.seq + bodies.len() as u64 };
                moved.insert(OpRef { log: row.log, seq }, to);
            }
        }
        bodies
    }
}

fn moved_put(put: &Put, moved: &BTreeMap<OpRef, OpRef>) -> Put {
    let to = |at: &OpRef| moved.get(at).copied();
    let mut put = put.clone();
    // It is sealed anew where it is written anew; of what was erased the seal alone is left.
    put.seal = put.seal.filter(|seal| matches!(seal, Seal::Closed(_)));
    if let Entity::Scan(at) = &put.entity
        && let Some(to) = to(at)
    {
        (put.entity, put.check) = (Entity::Scan(to), None);
    }
    for write in &mut put.writes {
        write.saw = write.saw.iter().map(|at| to(at).unwrap_or(*at)).collect();
        write.saw.sort();
    }
    put
}

/// A log, and its operations that nobody signed: nothing for one that does not decode.
type Orphans = (LogRow, Vec<Option<Op>>);

/// The logs with operations that nobody signed and whose key is not here, with those operations.
fn orphans(db: &Connection) -> Result<Vec<Orphans>, StoreError> {
    let mut found = Vec::new();
    for row in rows::all_logs(db)?.into_iter().filter(|row| row.signed_seq.max(row.base_seq) < row.seq) {
        if !rows::is_last_vouched(db, &row)? {
            let ops = rows::ops_between(db, row.ix, row.signed_seq + 1, row.seq)?;
            found.push((row, ops.iter().map(|bytes| Op::decode(bytes).ok()).collect()));
        }
    }
    Ok(found)
}

/// Takes the operations that nobody signed out of a log: they are said elsewhere in the same commit.
pub(super) fn drop_unsigned(db: &Connection, row: &LogRow) -> Result<(), StoreError> {
    let hash = tree::hash_at(db, row, row.signed_seq.max(row.base_seq))?;
    // A scan's row is always of the operation at its place: the place may be taken by another one now.
    for table in ["op", "scan"] {
        db.execute(
            &format!("DELETE FROM {table} WHERE log_ix = ?1 AND seq > ?2"),
            params![row.ix, rows::signed(row.signed_seq)],
        )?;
    }
    rows::set_log(db, LogRow { seq: row.signed_seq, hash, ..*row })
}
