//! What a replica says about members, and what it needs to know to say it.
//!
//! Invariant: anybody may say it; what it counts for is decided by `members` on every replica alike.

use super::{Confirmed, Store, StoreError, rows, timing, tree};
use crate::{
    ids::{LogId, OpRef},
    log::Identity,
    members::{Members, Verdict, revoke_signature},
    op::{Approve, Body, Check, Entity, Freeze, Op, Put, Revoke, Ticket},
    race::Origin,
    state::verdict,
};

impl Store {
    /// The race's first operation, if it is here: what invitations carry.
    ///
    /// # Errors
    /// When the database fails.
    pub fn genesis(&self) -> Result<Option<Vec<u8>>, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, self.members.director())? else { return Ok(None) };
        let bytes = rows::op_bytes(db, row.ix, 1)?;
        Ok(bytes.filter(|bytes| Origin::of_genesis(bytes) == Some(self.origin())))
    }

    /// Writes a ticket down, so that every replica knows what it gives.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn invite(&mut self, ticket: Ticket) -> Result<Confirmed, StoreError> {
        self.write_one(Body::Ticket(ticket))
    }

    /// Gives a log a role. Revocations of it that are known here are taken back.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn approve(&mut self, approve: Approve) -> Result<Confirmed, StoreError> {
        let cancels = self.members.revocations_of(approve.log);
        self.write_one(Body::Approve(Approve { cancels, ..approve }))
    }

    /// Trusts a log no further than `up_to`, or than what is held of it now. With the race's root key even a director's.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn revoke(
        &mut self,
        log: LogId,
        up_to: Option<u64>,
        reason: Option<&str>,
        root: Option<&Identity>,
    ) -> Result<Confirmed, StoreError> {
        let held = rows::log_row(self.db()?, log)?.map_or(0, |row| row.seq);
        let up_to = OpRef { log, seq: up_to.unwrap_or(held) };
        let check = tree::hash_of(self.db()?, up_to)?.map(Check::of);
        let root = root.map(|root| revoke_signature(root, self.race, up_to));
        self.write_one(Body::Revoke(Revoke { up_to, check, reason: reason.map(str::to_owned), root }))
    }

    /// Makes the times that follow from what is held now official: they move no more.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn freeze(&mut self, reason: Option<&str>) -> Result<Confirmed, StoreError> {
        let heads = timing::frozen_heads(&rows::all_logs(self.db()?)?);
        self.write_one(Body::Freeze(Freeze { heads, reason: reason.map(str::to_owned) }))
    }

    fn write_one(&mut self, body: Body) -> Result<Confirmed, StoreError> {
        let confirmed = self.write(vec![body], true)?;
        confirmed.into_iter().next().ok_or(StoreError::Closed)
    }

    /// Whether an operation counts for all it says. One that does not is kept, relayed and shown.
    ///
    /// # Errors
    /// When the database fails.
    pub fn counts(&self, at: OpRef) -> Result<bool, StoreError> {
        let mut select = self
            .db()?
            .prepare_cached("SELECT 1 FROM held JOIN log USING (log_ix) WHERE log_id = ?1 AND seq = ?2")?;
        Ok(!select.exists(rusqlite::params![at.log.0, rows::signed(at.seq)])?)
    }

    /// Whether an operation would count, if its author spoke at `at` among these members. Of a scan
    /// that is not here nobody knows.
    ///
    /// # Errors
    /// When the database fails.
    pub fn would_count(&self, members: &Members, at: OpRef, body: &Body) -> Result<bool, StoreError> {
        let checkpoint = match body {
            Body::Put(Put { entity: Entity::Scan(scan), .. }) => {
                self.recorded_scan(*scan)?.map(|scan| scan.checkpoint)
            }
            _ => None,
        };
        Ok(verdict(members, at, body, checkpoint.as_ref()) == Verdict::Counts)
    }

    /// The log that a person means by the first digits of its id, or by its name; or the ticket of those digits, whose
    /// holders speak at headquarters.
    ///
    /// # Errors
    /// When there is none, or several.
    pub fn find_log(&self, text: &str) -> Result<LogId, StoreError> {
        let logs = self.logs()?;
        let by_digits = logs.iter().filter(|info| !text.is_empty() && info.log.to_string().starts_with(text));
        let by_name = logs.iter().filter(|info| info.enrolment.as_ref().is_some_and(|e| e.name == text));
        let tickets =
            self.members.tickets().filter(|key| text.len() >= 8 && key.to_string().starts_with(text));
        let mut found: Vec<LogId> = by_digits.chain(by_name).map(|info| info.log).chain(tickets).collect();
        found.sort_unstable();
        found.dedup();
        match found.as_slice() {
            [only] => Ok(*only),
            // A whole key is meant, whether or not anybody wrote it down: so is a ticket that its holder alone has.
            [] => LogId::parse(text).ok_or_else(|| StoreError::NoLog(text.to_owned())),
            _ => Err(StoreError::NoLog(text.to_owned())),
        }
    }

    /// What was offered here and not taken, in words, for people to see.
    ///
    /// # Errors
    /// When the database fails.
    pub fn refused(&self) -> Result<Vec<String>, StoreError> {
        let mut select =
            self.db()?.prepare_cached("SELECT reason FROM refused ORDER BY log_id, first_seq")?;
        let rows = select.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The operations about members and official times, in order of log and place.
    ///
    /// # Errors
    /// When the database fails.
    pub fn facts(&self) -> Result<Vec<(OpRef, Op)>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT log_id, seq, bytes FROM fact JOIN op USING (log_ix, seq) JOIN log USING (log_ix)
             ORDER BY log_id, seq",
        )?;
        let mut rows = select.query([])?;
        let mut facts = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(2)?;
            let at = OpRef { log: LogId(row.get(0)?), seq: rows::unsigned(row, 1)? };
            facts.extend(Op::decode(&bytes).ok().map(|op| (at, op)));
        }
        Ok(facts)
    }
}
