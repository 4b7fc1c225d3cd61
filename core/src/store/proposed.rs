//! Reading what was said and counts for nothing so far.
//!
//! Invariant: what stands already is no proposal any more, however it came to stand; of what one log says of one register
//! the last word counts, be it held or not.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Row;

use super::{Store, StoreError, rows::unsigned, sql::cbor};
use crate::{
    ids::{Bib, EntrantId, FindingId, Key, LogId, OpRef},
    op::{Body, Entity, Op, Put, Role, Safety, Status, Value, field, field_name},
    proposal::{Proposal, finding_id, is_about_runner, stands},
    registers::Registers,
    state::{EntrantRow, Sighting},
};

/// By log, what it said of an entity, in any order.
type Puts = BTreeMap<(Entity, LogId), Vec<(OpRef, Put)>>;

/// What one operation says of one register.
struct Word {
    at: OpRef,
    value: Value,
    reason: Option<String>,
}

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
        let mut held = Vec::new();
        let mut select = self.db()?.prepare_cached(
            "SELECT entity, log_id, seq, bytes FROM held JOIN op USING (log_ix, seq) JOIN log USING (log_ix)",
        )?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            held.extend(held_put(row)?);
        }
        self.proposed(held)
    }

    /// The same of these runners and scans alone.
    ///
    /// # Errors
    /// When the database fails.
    pub fn proposals_about(&self, entities: &BTreeSet<Entity>) -> Result<Vec<Proposal>, StoreError> {
        let mut held = Vec::new();
        let mut select = self.db()?.prepare_cached(
            "SELECT entity, log_id, seq, bytes FROM held JOIN op USING (log_ix, seq) JOIN log USING (log_ix)
             WHERE entity = ?1",
        )?;
        for entity in entities {
            let mut rows = select.query([cbor(entity)])?;
            while let Some(row) = rows.next()? {
                held.extend(held_put(row)?);
            }
        }
        self.proposed(held)
    }

    fn proposed(&self, held: Vec<(Entity, OpRef, Put)>) -> Result<Vec<Proposal>, StoreError> {
        if held.is_empty() {
            return Ok(Vec::new());
        }
        let mut said = Puts::new();
        for (entity, at, put) in held {
            said.entry((self.meant(entity)?, at.log)).or_default().push((at, put));
        }
        let (_, dismissed) = self.words()?;
        let names: BTreeMap<LogId, String> =
            self.logs()?.into_iter().filter_map(|info| Some((info.log, info.enrolment?.name))).collect();
        let mut proposals = Vec::new();
        for ((entity, log), puts) in said {
            let mut words = last_words(puts);
            let Some(subject) = self.subject(&entity, &words)? else { continue };
            let registers = self.registers(&entity)?.unwrap_or_default();
            words.retain(|field, word| {
                let shown = self.shown(&subject, &registers, *field);
                subject.heeds(*field, &word.value)
                    && !stands(*field, &word.value, shown.as_ref())
                    && !is_taken_back(&registers, *field, word.at)
            });
            let by = names.get(&log).cloned().unwrap_or_else(|| log.short());
            proposals.extend(self.proposal(entity, &subject, &registers, (words, by), &dismissed));
        }
        Ok(proposals)
    }

    /// Whom an entity means: a bib that one entrant wears is that entrant.
    fn meant(&self, entity: Entity) -> Result<Entity, StoreError> {
        let Entity::Bib(bib) = &entity else { return Ok(entity) };
        Ok(match self.entrants_with(bib)?.as_slice() {
            [only] => Entity::Entrant(only.id),
            _ => entity,
        })
    }

    /// What an entity is, if people speak of it.
    fn subject(&self, entity: &Entity, words: &BTreeMap<u16, Word>) -> Result<Option<Subject>, StoreError> {
        Ok(match entity {
            Entity::Scan(at) => self.scan(*at)?.map(|scan| Subject::Scan(Box::new(scan))),
            Entity::Entrant(id) => {
                let sql = "SELECT shown FROM entrant WHERE entrant_id = ?1";
                let found = self.entrants_where(sql, [id.0.as_bytes()])?.pop();
                let row = found.unwrap_or_else(|| newcomer(*id, words));
                (!row.is_erased).then(|| Subject::Entrant(Box::new(row)))
            }
            Entity::Bib(bib) => Some(Subject::Bib(bib.clone())),
            Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Finding(_) => None,
        })
    }

    /// What stands in a register; of a scan what it counts as.
    fn shown(&self, subject: &Subject, registers: &Registers, field: u16) -> Option<Value> {
        match (subject, field) {
            (Subject::Scan(scan), field::VOID) => Some(Value::Bool(scan.is_void)),
            (Subject::Scan(scan), field::BIB) => Some(scan.bib.as_str().into()),
            (Subject::Scan(scan), field::CHECKPOINT) => Some(scan.checkpoint.as_str().into()),
            (Subject::Scan(scan), field::KIND) => Some(scan.kind.as_str().into()),
            (Subject::Scan(scan), field::TIME) => Some(scan.time_ms.into()),
            _ => registers.shown(field, &self.members),
        }
    }

    fn proposal(
        &self,
        entity: Entity,
        subject: &Subject,
        registers: &Registers,
        (words, by): (BTreeMap<u16, Word>, String),
        dismissed: &BTreeSet<FindingId>,
    ) -> Option<Proposal> {
        let last = words.values().max_by_key(|word| word.at.seq)?;
        let (at, reason) = (last.at, last.reason.clone());
        let stands = words.keys().map(|field| self.shown(subject, registers, *field)).collect();
        let stopped = words.get(&field::STATUS).and_then(|word| Status::read(&word.value)?.checkpoint);
        let values = words.into_iter().map(|(field, word)| (field, word.value)).collect();
        let (bib, name, checkpoint, time_ms): (Bib, &str, Option<Key>, Option<i64>) = match subject {
            Subject::Scan(scan) => (scan.bib.clone(), "", Some(scan.checkpoint.clone()), Some(scan.time_ms)),
            Subject::Entrant(row) => (row.bib.clone().unwrap_or_default(), &row.name, stopped, None),
            Subject::Bib(bib) => (bib.clone(), "", stopped, None),
        };
        Some(Proposal {
            at,
            says: (entity, values),
            stands,
            reason,
            by,
            is_approved: self.members.role_at(at) > Role::Pending,
            is_dismissed: dismissed.contains(&finding_id(at)),
            bib,
            name: name.to_owned(),
            checkpoint,
            time_ms,
        })
    }
}

fn held_put(row: &Row<'_>) -> Result<Option<(Entity, OpRef, Put)>, StoreError> {
    let entity = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an entity"))?;
    let entity = minicbor::decode(entity).map_err(|_| StoreError::Decode("an entity"))?;
    let at = OpRef { log: LogId(row.get(1)?), seq: unsigned(row, 2)? };
    let bytes = row.get_ref(3)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
    Ok(match Op::decode(bytes) {
        Ok(Op { body: Body::Put(put), .. }) => Some((entity, at, put)),
        _ => None,
    })
}

/// The last word of each register. That somebody is not safe takes back that they are; nothing is left of either.
fn last_words(mut puts: Vec<(OpRef, Put)>) -> BTreeMap<u16, Word> {
    puts.sort_by_key(|(at, _)| at.seq);
    let mut words: BTreeMap<u16, Word> = BTreeMap::new();
    for (at, Put { writes, reason, .. }) in puts {
        for write in writes {
            let says_safe = |value: &Value| Safety::read(value).map(|word| word.is_safe);
            let was_safe = words.get(&write.field).and_then(|word| says_safe(&word.value)) == Some(true);
            if write.field == field::SAFETY && was_safe && says_safe(&write.value) == Some(false) {
                words.remove(&write.field);
            } else {
                words.insert(write.field, Word { at, value: write.value, reason: reason.clone() });
            }
        }
    }
    words
}

/// Whether the same log said something later that counts, or counted until somebody else said otherwise.
fn is_taken_back(registers: &Registers, field: u16, at: OpRef) -> bool {
    let seen = registers.get(field).map(|register| register.seen()).unwrap_or_default();
    seen.iter().any(|last| last.log == at.log && last.seq > at.seq)
}

/// Somebody whom only this word enters.
fn newcomer(id: EntrantId, words: &BTreeMap<u16, Word>) -> EntrantRow {
    let text = |field| words.get(&field).and_then(|word| word.value.as_text());
    EntrantRow {
        bib: text(field::BIB).and_then(|bib| Bib::new(bib).ok()),
        name: text(field::NAME).unwrap_or_default().to_owned(),
        ..EntrantRow::new(id)
    }
}

impl Subject {
    /// Whether it matters what a register says. Of a scan that was struck out only that it was; what was erased says
    /// nothing.
    fn heeds(&self, field: u16, value: &Value) -> bool {
        match self {
            Self::Scan(scan) if scan.is_void => field == field::VOID,
            Self::Scan(_) => *value != Value::Null && field_name(field) != field_name(u16::MAX),
            Self::Entrant(_) => field_name(field) != field_name(u16::MAX),
            Self::Bib(_) => is_about_runner(field),
        }
    }
}
