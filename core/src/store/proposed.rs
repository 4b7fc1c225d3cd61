//! Reading what was said and counts for nothing so far.
//!
//! Invariant: what stands already is no proposal any more, however it came to stand; of what one log says of one register
//! the last word counts.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Params;

use super::{Store, StoreError, rows::unsigned, sql::cbor};
use crate::{
    ids::{Bib, Key, LogId, OpRef},
    op::{Body, Entity, EntityValues, Op, Put, Role, Status, Value, Write, field},
    proposal::{Proposal, stands},
    registers::Registers,
    state::{EntrantRow, Sighting},
};

const COLUMNS: &str =
    "SELECT entity, log_id, seq, bytes FROM held JOIN op USING (log_ix, seq) JOIN log USING (log_ix)";

/// What was said of one entity by one log, in order.
type Words = BTreeMap<(Entity, LogId), Vec<(OpRef, Put)>>;

/// What is said of, as it stands.
enum Subject {
    Scan(Box<Sighting>),
    Entrant(Box<EntrantRow>),
    Bib(Bib),
}

impl Store {
    /// What people said of runners and scans that counts for nothing so far, in order of entity and log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn proposals(&self) -> Result<Vec<Proposal>, StoreError> {
        self.proposals_where(&format!("{COLUMNS} ORDER BY entity, log_id, seq"), [])
    }

    /// Whether there is such a word about this runner or scan.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_proposals(&self, entity: &Entity) -> Result<bool, StoreError> {
        let sql = format!("{COLUMNS} WHERE entity = ?1 ORDER BY log_id, seq");
        Ok(!self.proposals_where(&sql, [cbor(entity)])?.is_empty())
    }

    fn proposals_where(&self, sql: &str, what: impl Params) -> Result<Vec<Proposal>, StoreError> {
        let words = self.held_words(sql, what)?;
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let names: BTreeMap<LogId, String> =
            self.logs()?.into_iter().filter_map(|info| Some((info.log, info.enrolment?.name))).collect();
        let mut proposals = Vec::new();
        for ((entity, log), puts) in words {
            let Some(subject) = self.subject(&entity)? else { continue };
            let registers = self.registers(&entity)?;
            let by = names.get(&log).cloned().unwrap_or_else(|| log.short());
            for (at, put) in last_words(puts) {
                let open = |write: &&Write| {
                    let shown = self.shown(&subject, registers.as_ref(), write.field);
                    !stands(write.field, &write.value, shown.as_ref()) && subject.heeds(write.field)
                };
                let open = put.writes.iter().filter(open);
                let values: Vec<(u16, Value)> =
                    open.map(|write| (write.field, write.value.clone())).collect();
                if !values.is_empty() {
                    let is_approved = self.members.role_at(at) > Role::Pending;
                    proposals.push(subject.proposal(at, (entity.clone(), values), &put, (&by, is_approved)));
                }
            }
        }
        Ok(proposals)
    }

    fn held_words(&self, sql: &str, what: impl Params) -> Result<Words, StoreError> {
        let mut select = self.db()?.prepare_cached(sql)?;
        let mut rows = select.query(what)?;
        let mut words = Words::new();
        while let Some(row) = rows.next()? {
            let entity = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an entity"))?;
            let entity: Entity = minicbor::decode(entity).map_err(|_| StoreError::Decode("an entity"))?;
            let at = OpRef { log: LogId(row.get(1)?), seq: unsigned(row, 2)? };
            let bytes = row.get_ref(3)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
            if let Ok(Op { body: Body::Put(put), .. }) = Op::decode(bytes) {
                words.entry((entity, at.log)).or_default().push((at, put));
            }
        }
        Ok(words)
    }

    /// What an entity is, if it is here and people speak of it.
    fn subject(&self, entity: &Entity) -> Result<Option<Subject>, StoreError> {
        Ok(match entity {
            Entity::Scan(at) => self.scan(*at)?.map(|scan| Subject::Scan(Box::new(scan))),
            Entity::Entrant(id) => {
                let sql = "SELECT shown FROM entrant WHERE entrant_id = ?1";
                let found = self.entrants_where(sql, [id.0.as_bytes()])?.pop();
                found.filter(|entrant| !entrant.is_erased).map(|entrant| Subject::Entrant(Box::new(entrant)))
            }
            Entity::Bib(bib) => Some(Subject::Bib(bib.clone())),
            Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Finding(_) => None,
        })
    }

    /// What stands in a register; of a scan what it counts as.
    fn shown(&self, subject: &Subject, registers: Option<&Registers>, field: u16) -> Option<Value> {
        match (subject, field) {
            (Subject::Scan(scan), field::VOID) => Some(Value::Bool(scan.is_void)),
            (Subject::Scan(scan), field::BIB) => Some(scan.bib.as_str().into()),
            (Subject::Scan(scan), field::CHECKPOINT) => Some(scan.checkpoint.as_str().into()),
            (Subject::Scan(scan), field::KIND) => Some(scan.kind.as_str().into()),
            (Subject::Scan(scan), field::TIME) => Some(scan.time_ms.into()),
            _ => registers?.shown(field, &self.members),
        }
    }
}

/// What of each operation no later one of the same log says otherwise.
fn last_words(mut puts: Vec<(OpRef, Put)>) -> Vec<(OpRef, Put)> {
    let mut said = BTreeSet::new();
    for (_, put) in puts.iter_mut().rev() {
        put.writes.retain(|write| said.insert(write.field));
    }
    puts
}

impl Subject {
    /// Whether it matters what a register says: of a scan that was struck out, only that it was.
    fn heeds(&self, field: u16) -> bool {
        !matches!(self, Self::Scan(scan) if scan.is_void && field != field::VOID)
    }

    fn proposal(
        &self,
        at: OpRef,
        says: EntityValues,
        put: &Put,
        (by, is_approved): (&str, bool),
    ) -> Proposal {
        let status = says.1.iter().find(|(field, _)| *field == field::STATUS);
        let stopped_at = status.and_then(|(_, value)| Status::read(value)?.checkpoint);
        let (bib, name, checkpoint, time_ms): (Bib, &str, Option<Key>, Option<i64>) = match self {
            Self::Scan(scan) => (scan.bib.clone(), "", Some(scan.checkpoint.clone()), Some(scan.time_ms)),
            Self::Entrant(entrant) => {
                (entrant.bib.clone().unwrap_or_default(), &entrant.name, stopped_at, None)
            }
            Self::Bib(bib) => (bib.clone(), "", stopped_at, None),
        };
        let (by, name, reason) = (by.to_owned(), name.to_owned(), put.reason.clone());
        Proposal { at, says, reason, by, is_approved, bib, name, checkpoint, time_ms }
    }
}
