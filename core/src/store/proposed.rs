//! Reading what was said and counts for nothing so far.
//!
//! Invariant: what stands already is no proposal any more, however it came to stand; of what one log says of one register
//! the last word counts, be it held or not.

use std::collections::{BTreeMap, BTreeSet};

use super::{Store, StoreError, rows::unsigned};
use crate::{
    ids::{Bib, EntrantId, FindingId, Key, LogId, OpRef},
    op::{Body, Entity, Op, Put, Role, Status, Value, field, field_name},
    proposal::{Proposal, finding_id, stands},
    registers::Registers,
    state::{EntrantRow, Sighting},
};

/// By entity and log: its last word of each register, with the reason beside it.
type Words = BTreeMap<(Entity, LogId), BTreeMap<u16, Word>>;

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
        let words = self.held_words()?;
        if words.is_empty() {
            return Ok(Vec::new());
        }
        let (_, dismissed) = self.words()?;
        let names: BTreeMap<LogId, String> =
            self.logs()?.into_iter().filter_map(|info| Some((info.log, info.enrolment?.name))).collect();
        let mut proposals = Vec::new();
        for ((entity, log), mut words) in words {
            let Some((entity, subject)) = self.subject(entity, &words)? else { continue };
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

    fn held_words(&self) -> Result<Words, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT entity, log_id, seq, bytes FROM held JOIN op USING (log_ix, seq) JOIN log USING (log_ix)
             ORDER BY entity, log_id, seq",
        )?;
        let mut rows = select.query([])?;
        let mut words = Words::new();
        while let Some(row) = rows.next()? {
            let entity = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an entity"))?;
            let entity: Entity = minicbor::decode(entity).map_err(|_| StoreError::Decode("an entity"))?;
            let at = OpRef { log: LogId(row.get(1)?), seq: unsigned(row, 2)? };
            let bytes = row.get_ref(3)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
            let Ok(Op { body: Body::Put(Put { writes, reason, .. }), .. }) = Op::decode(bytes) else {
                continue;
            };
            let of_log = words.entry((entity, at.log)).or_default();
            let said = writes.into_iter().map(|write| (write.field, write.value));
            of_log.extend(said.map(|(field, value)| (field, Word { at, value, reason: reason.clone() })));
        }
        Ok(words)
    }

    /// What an entity is, if people speak of it; a bib that one entrant wears is that entrant.
    fn subject(
        &self,
        entity: Entity,
        words: &BTreeMap<u16, Word>,
    ) -> Result<Option<(Entity, Subject)>, StoreError> {
        let entrant = |row: EntrantRow| {
            (!row.is_erased).then(|| (Entity::Entrant(row.id), Subject::Entrant(Box::new(row))))
        };
        Ok(match &entity {
            Entity::Scan(at) => self.scan(*at)?.map(|scan| (entity, Subject::Scan(Box::new(scan)))),
            Entity::Entrant(id) => {
                let sql = "SELECT shown FROM entrant WHERE entrant_id = ?1";
                let found = self.entrants_where(sql, [id.0.as_bytes()])?.pop();
                entrant(found.unwrap_or_else(|| newcomer(*id, words)))
            }
            Entity::Bib(bib) => match self.entrants_with(bib)?.as_slice() {
                [only] => entrant(only.clone()),
                _ => Some((entity.clone(), Subject::Bib(bib.clone()))),
            },
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

/// Whether the same log said something later that counts.
fn is_taken_back(registers: &Registers, field: u16, at: OpRef) -> bool {
    let siblings = registers.get(field).map(|register| register.siblings()).unwrap_or_default();
    siblings.iter().any(|sibling| sibling.at.log == at.log && sibling.at.seq > at.seq)
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
            Self::Bib(_) => matches!(field, field::STATUS | field::SAFETY),
        }
    }
}
