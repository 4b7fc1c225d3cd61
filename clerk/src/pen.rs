//! What is written into this replica's own log, and for whom.
//!
//! Invariant: for a person nothing is written that they could not write themselves with a log of their own: the same
//! functions judge it that judge every operation. For the replica itself everything is written; what it may not say counts
//! as a proposal.

use std::collections::BTreeSet;

use bibtrail_core::{
    ids::OpRef,
    members::{Members, bearer},
    op::{
        Body, Entity, EntityValues, Put, Role, Safety, Scan, Status, StatusCode, TicketProof, Value, Write,
        field,
    },
    store::{Confirmed, Store, StoreError},
    time::Reading,
};

use crate::ClerkError;

/// How often scans that could not be made durable are tried again.
const TRIES: usize = 3;

/// A reason is a sentence, not a book: an operation has an end.
pub const REASON_MAX_CHARS: usize = 500;

/// Somebody who works at headquarters: the holder of a ticket.
#[derive(Clone, Debug)]
pub struct Person {
    /// That they hold the ticket: a proof for the ticket's own key.
    pub proof: TicketProof,
    /// What they call themselves.
    pub name: String,
    /// What this replica recorded for them: as their own.
    pub own: BTreeSet<OpRef>,
}

/// Writes into a replica's own log.
pub struct Pen<'a> {
    store: &'a mut Store,
    person: Option<&'a Person>,
    now: Reading,
    said: Vec<OpRef>,
    scans: BTreeSet<OpRef>,
    undo: Vec<EntityValues>,
}

/// What was written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The operations, in order.
    pub ops: Vec<OpRef>,
    /// How many of them count for nothing yet: this replica's log may not say so by itself.
    pub idle: usize,
    /// What would take it back, the last first: values that stood there before, and scans that would count for nothing.
    pub undo: Vec<EntityValues>,
}

impl Person {
    /// The members, and the person among them.
    #[must_use]
    pub fn among(&self, members: &Members) -> Members {
        members.with_bearer(&self.proof)
    }

    /// What they may now; pending if the ticket gives nothing or was revoked.
    #[must_use]
    pub fn role(&self, members: &Members) -> Role {
        self.among(members).role_at(bearer(&self.proof))
    }
}

impl<'a> Pen<'a> {
    /// For the replica itself: whoever has it in hand.
    #[must_use]
    pub fn own(store: &'a mut Store, now: Reading) -> Self {
        Self { store, person: None, now, said: Vec::new(), scans: BTreeSet::new(), undo: Vec::new() }
    }

    /// For a person who works at it.
    #[must_use]
    pub fn of(person: &'a Person, store: &'a mut Store, now: Reading) -> Self {
        Self { store, person: Some(person), now, said: Vec::new(), scans: BTreeSet::new(), undo: Vec::new() }
    }

    /// The replica.
    #[must_use]
    pub fn store(&self) -> &Store {
        self.store
    }

    /// What the clocks say.
    #[must_use]
    pub fn now(&self) -> Reading {
        self.now
    }

    /// What time it is, by the race's clock where this device's is known: milliseconds since 1970-01-01 UTC.
    ///
    /// # Errors
    /// When the database fails.
    pub fn now_ms(&self) -> Result<i64, StoreError> {
        Ok(self.store.timing()?.time_ms(self.now))
    }

    /// Whether the person may put these values.
    ///
    /// # Errors
    /// When the database fails.
    pub fn may_put(&self, entity: &Entity, values: &[(u16, Value)]) -> Result<bool, StoreError> {
        self.may(&put_body(entity, values))
    }

    /// Whether these values would count, said now by the person or by the replica's own log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn would_count(&self, entity: &Entity, values: &[(u16, Value)]) -> Result<bool, StoreError> {
        let body = put_body(entity, values);
        if self.person.is_some() {
            return self.may(&body);
        }
        let at = OpRef { log: self.store.own_log(), seq: self.store.own_seq() + 1 };
        self.store.would_count(self.store.members(), at, &body)
    }

    /// Asks whether the person may put all of this, before any of it is written.
    ///
    /// # Errors
    /// When they may not say one of them.
    pub fn check(&self, puts: &[EntityValues]) -> Result<(), ClerkError> {
        for (entity, values) in puts {
            // What was recorded just now for this person is theirs.
            let is_new = matches!(entity, Entity::Scan(at) if self.scans.contains(at));
            if !is_new && !self.may_put(entity, values)? {
                return Err(self.refuse(what(entity)));
            }
        }
        Ok(())
    }

    fn may(&self, body: &Body) -> Result<bool, StoreError> {
        let Some(person) = self.person else { return Ok(true) };
        let members = person.among(self.store.members());
        let at = bearer(&person.proof);
        if let Body::Put(Put { entity: Entity::Scan(scan), .. }) = body
            && person.own.contains(scan)
            && members.role_at(at) >= Role::Volunteer
        {
            return Ok(true);
        }
        self.store.would_count(&members, at, body)
    }

    fn refuse(&self, what: &'static str) -> ClerkError {
        let role = self.person.map_or(Role::Pending, |person| person.role(self.store.members()));
        ClerkError::MayNot { role, what }
    }

    /// Records scans: all are confirmed together.
    ///
    /// # Errors
    /// When the person may not, or they could not be made durable.
    pub fn record(&mut self, scans: &[Scan]) -> Result<Vec<Confirmed>, ClerkError> {
        if let Some(scan) = scans.first()
            && !self.may(&Body::Scan(scan.clone()))?
        {
            return Err(self.refuse("record scans"));
        }
        let mut tried = self.store.record(scans);
        for _ in 1..TRIES {
            match tried {
                // They keep their place.
                Err(_) if self.store.unconfirmed() > 0 => tried = self.store.retry(),
                _ => break,
            }
        }
        let said = self.note(tried?);
        let void = |said: &Confirmed| (Entity::Scan(said.at()), vec![(field::VOID, Value::Bool(true))]);
        self.undo.extend(said.iter().map(void));
        self.scans.extend(said.iter().map(|said| said.at()));
        Ok(said)
    }

    /// Sets registers of one entity.
    ///
    /// # Errors
    /// As [`Pen::put_all`].
    pub fn put(
        &mut self,
        entity: Entity,
        values: Vec<(u16, Value)>,
        reason: Option<&str>,
    ) -> Result<Confirmed, ClerkError> {
        let put = self.put_all(vec![(entity, values)], reason)?;
        Ok(put.into_iter().next().ok_or(StoreError::Closed)?)
    }

    /// Sets registers of many entities, all or none. A person's name stands before the reason.
    ///
    /// # Errors
    /// When the person may not say one of them, or it cannot be written.
    pub fn put_all(
        &mut self,
        puts: Vec<EntityValues>,
        reason: Option<&str>,
    ) -> Result<Vec<Confirmed>, ClerkError> {
        self.check(&puts)?;
        let reason = match (self.person, reason) {
            (Some(person), Some(reason)) => Some(format!("{}: {reason}", person.name)),
            (Some(person), None) => Some(person.name.clone()),
            (None, reason) => reason.map(str::to_owned),
        };
        let reason: Option<String> = reason.map(|text| text.chars().take(REASON_MAX_CHARS).collect());
        let mut before = Vec::new();
        for (entity, values) in &puts {
            before.push((entity.clone(), self.before(entity, values)?));
        }
        let put = self.store.put_all(puts, reason.as_deref())?;
        self.undo.extend(before);
        Ok(self.note(put))
    }

    /// What stood in these registers, or what takes back what is put where nothing did.
    fn before(&self, entity: &Entity, values: &[(u16, Value)]) -> Result<Vec<(u16, Value)>, StoreError> {
        let registers = self.store.registers(entity)?.unwrap_or_default();
        let members = self.store.members();
        let before = |(field, value): &(u16, Value)| {
            let stood = registers.shown(*field, members);
            (*field, stood.unwrap_or_else(|| nothing(*field, value)))
        };
        Ok(values.iter().map(before).collect())
    }

    /// A word on members, written by the replica's own functions. `has_effect` says whether it had its effect among members
    /// who heard it from the person.
    ///
    /// # Errors
    /// When the person may not, or it cannot be written.
    pub fn say(
        &mut self,
        body: &Body,
        has_effect: impl Fn(&Members) -> bool,
        write: impl FnOnce(&mut Store) -> Result<Confirmed, StoreError>,
    ) -> Result<(), ClerkError> {
        if let Some(person) = self.person {
            let members = person.among(self.store.members());
            let at = OpRef { seq: 2, ..bearer(&person.proof) };
            if !has_effect(&members.with(at, body)) {
                return Err(self.refuse("decide that about this phone"));
            }
        }
        let said = write(self.store)?;
        self.note(vec![said]);
        Ok(())
    }

    fn note(&mut self, said: Vec<Confirmed>) -> Vec<Confirmed> {
        self.said.extend(said.iter().map(|said| said.at()));
        said
    }

    /// Vouches for what was written, and tells it.
    ///
    /// # Errors
    /// When the disk fails; nothing that was written is in danger by that.
    pub fn end(self) -> Result<Said, ClerkError> {
        self.store.settle()?;
        let mut idle = 0;
        for at in &self.said {
            let counts = match self.scans.contains(at) {
                true => self.store.members().is_approved(*at),
                false => self.store.counts(*at)?,
            };
            idle += usize::from(!counts);
        }
        let undo = self.undo.into_iter().rev().collect();
        Ok(Said { ops: self.said, idle, undo })
    }
}

/// A put of these values, for asking who may say it.
fn put_body(entity: &Entity, values: &[(u16, Value)]) -> Body {
    let writes =
        values.iter().map(|(field, value)| Write { field: *field, value: value.clone(), saw: vec![] });
    Body::Put(Put { entity: entity.clone(), writes: writes.collect(), reason: None, check: None, seal: None })
}

/// What takes a value back where none stood before.
fn nothing(field: u16, value: &Value) -> Value {
    match field {
        field::VOID | field::DISMISSED => Value::Bool(false),
        field::STATUS => Status { code: StatusCode::Ok, checkpoint: None }.value(),
        // Nobody is safe by a word that was taken back.
        field::SAFETY => {
            Safety::read(value).map_or(Value::Null, |word| Safety { is_safe: false, ..word }.value())
        }
        _ => Value::Null,
    }
}

/// What a put wants, in words that follow "may not".
fn what(entity: &Entity) -> &'static str {
    match entity {
        Entity::Scan(_) => "correct this scan",
        Entity::Entrant(_) | Entity::Bib(_) => "say that of this runner",
        Entity::Finding(_) => "dismiss findings",
        Entity::Checkpoint(_) => "say that of this checkpoint",
        Entity::Race | Entity::Course(_) => "change the race",
    }
}
