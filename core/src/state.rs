//! From operations to the state of the race: one door for every operation, whoever wrote it.
//!
//! Invariant: the tables are a pure function of the set of operations. [`apply`] reads and writes through [`Tables`],
//! so the database on a phone and the memory of `verify` run the same code.

mod memory;
mod rights;

pub use memory::Memory;
use minicbor::{Decode, Encode};
pub use rights::verdict;

use crate::{
    clocks::Moment,
    ids::{Bib, EntrantId, Key, LogId, OpRef},
    members::{Members, Verdict},
    op::{
        Body, Check, ClockContact, Enrol, Entity, Op, Put, Safety, Scan, ScanKind, Source, Status, Value,
        field,
    },
    registers::{Register, Registers},
    time::Reading,
};

/// A scan as it counts now, corrections applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ScanRow {
    /// The scan.
    pub at: OpRef,
    /// Its Lamport depth.
    pub depth: u64,
    /// Whose.
    pub bib: Bib,
    /// Where.
    pub checkpoint: Key,
    /// Which way.
    pub kind: ScanKind,
    /// What the device's clocks said.
    pub reading: Reading,
    /// The time that a person set instead: milliseconds since 1970-01-01 UTC.
    pub set_ms: Option<i64>,
    /// Whether it counts for nothing.
    pub is_void: bool,
    /// Whether anybody ever corrected or annotated it.
    pub is_corrected: bool,
    /// The record that it was copied from, if no device of the race saw it itself.
    pub source: Option<Source>,
    /// Whether somebody ran beside them; nothing if nobody looked.
    pub with_pacer: Option<bool>,
}

impl ScanRow {
    /// A scan as it was recorded.
    #[must_use]
    pub fn recorded(at: OpRef, depth: u64, scan: &Scan) -> Self {
        Self {
            at,
            depth,
            bib: scan.bib.clone(),
            checkpoint: scan.checkpoint.clone(),
            kind: scan.kind,
            reading: scan.reading,
            set_ms: None,
            is_void: false,
            is_corrected: false,
            source: scan.source.clone(),
            with_pacer: scan.with_pacer,
        }
    }
}

/// A scan with what follows from everything that is known beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sighting {
    /// The scan as it counts now.
    pub scan: ScanRow,
    /// When: milliseconds since 1970-01-01 UTC, as a person set it, else by the clocks that met, else by the wall clock.
    pub time_ms: i64,
    /// How sure the clocks are; nothing if a person set the time, or this clock never met the others.
    pub moment: Option<Moment>,
    /// Whether it is evidence: captured by a log that is trusted that far. Others are shown and clear nobody.
    pub is_approved: bool,
}

impl std::ops::Deref for Sighting {
    type Target = ScanRow;

    fn deref(&self) -> &ScanRow {
        &self.scan
    }
}

/// An entrant as the registers show it now.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct EntrantRow {
    /// Who.
    #[n(0)]
    pub id: EntrantId,
    /// What they wear.
    #[n(1)]
    pub bib: Option<Bib>,
    /// Name, as it is to be shown.
    #[n(2)]
    pub name: String,
    /// `M`, `F` or `X`.
    #[n(3)]
    pub gender: Option<String>,
    /// Years on race day.
    #[n(4)]
    pub age: Option<i64>,
    /// Category or division.
    #[n(5)]
    pub category: Option<String>,
    /// Nation.
    #[n(6)]
    pub nation: Option<String>,
    /// Team or tour group.
    #[n(7)]
    pub team: Option<String>,
    /// Course.
    #[n(8)]
    pub course: Option<Key>,
    /// Wave.
    #[n(9)]
    pub wave: Option<String>,
    /// Their own gun: milliseconds since 1970-01-01 UTC.
    #[n(10)]
    pub start_ms: Option<i64>,
    /// What a person said of them.
    #[n(11)]
    pub status: Option<Status>,
    /// Whether different values contend in any field.
    #[n(12)]
    pub is_contested: bool,
    /// What a person said of their safety.
    #[n(13)]
    pub safety: Option<SafetyRow>,
    /// Names of those who run one after the other; empty but for relays.
    #[n(14)]
    pub legs: Vec<String>,
    /// Given name, if the entry told it apart.
    #[n(15)]
    pub given_name: Option<String>,
    /// Family name, if the entry told it apart.
    #[n(16)]
    pub family_name: Option<String>,
    /// Whether all that tells who they are was erased, or is about to be.
    #[n(17)]
    pub is_erased: bool,
}

/// What stands where the name of somebody stood who was erased.
pub const NAME_WITHHELD: &str = "name withheld";

impl EntrantRow {
    /// An entrant of whom nothing is known yet.
    #[must_use]
    pub fn new(id: EntrantId) -> Self {
        Self {
            id,
            bib: None,
            name: String::new(),
            gender: None,
            age: None,
            category: None,
            nation: None,
            team: None,
            course: None,
            wave: None,
            start_ms: None,
            status: None,
            is_contested: false,
            safety: None,
            legs: Vec::new(),
            given_name: None,
            family_name: None,
            is_erased: false,
        }
    }
}

/// What a person said of a runner's safety, and who.
#[derive(Clone, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(map)]
pub struct SafetyRow {
    /// Whether they are safe; never if different words contend.
    #[n(0)]
    pub is_safe: bool,
    /// Where.
    #[n(1)]
    pub place: String,
    /// When it was said: milliseconds since 1970-01-01 UTC, by the clock of who said it.
    #[n(2)]
    pub said_ms: i64,
    /// Who said it.
    #[n(3)]
    pub by: LogId,
    /// Whether others say otherwise.
    #[n(4)]
    pub is_contested: bool,
}

/// What people say of a runner whom nobody entered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// What became of them.
    pub status: Option<Status>,
    /// Whether they are safe.
    pub safety: Option<SafetyRow>,
    /// Whether different values contend in any field.
    pub is_contested: bool,
}

impl Said {
    /// What the registers of a bib say.
    #[must_use]
    pub fn read(registers: &Registers, members: &Members) -> Self {
        Self {
            status: registers.shown(field::STATUS, members).as_ref().and_then(Status::read),
            safety: safety_row(registers, members),
            is_contested: registers.contested().next().is_some(),
        }
    }
}

/// Where the state is kept.
pub trait Tables {
    /// What can go wrong with it.
    type Error;

    /// The registers of an entity, if it has any.
    ///
    /// # Errors
    /// When the tables cannot be read.
    fn registers(&mut self, entity: &Entity) -> Result<Option<Registers>, Self::Error>;

    /// Keeps the registers of an entity, and whether the list of conflicts names it.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_registers(&mut self, entity: &Entity, registers: &Registers) -> Result<(), Self::Error>;

    /// The scan as it was recorded, if it is here, with its depth.
    ///
    /// # Errors
    /// When the tables cannot be read.
    fn recorded(&mut self, at: OpRef) -> Result<Option<(u64, Scan)>, Self::Error>;

    /// Keeps a scan as it counts now; `is_new` when it was not here before.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_scan(&mut self, row: &ScanRow, is_new: bool) -> Result<(), Self::Error>;

    /// Keeps an entrant.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_entrant(&mut self, row: &EntrantRow) -> Result<(), Self::Error>;

    /// Notes an operation that this app does not understand; without a kind it does not even decode.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_unread(&mut self, at: OpRef, kind: Option<u16>) -> Result<(), Self::Error>;

    /// Keeps what a log said of itself.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_enrolment(&mut self, log: LogId, enrol: &Enrol) -> Result<(), Self::Error>;

    /// Keeps what an operation says about members or official times, for when they are judged.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_fact(&mut self, at: OpRef) -> Result<(), Self::Error>;

    /// Keeps how two clocks stood.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn set_contact(&mut self, at: OpRef, contact: &ClockContact) -> Result<(), Self::Error>;

    /// The operation that a reference means: in a forked log the one on the branch where the chain checks.
    ///
    /// # Errors
    /// When the tables cannot be read.
    fn resolve(&mut self, at: OpRef, check: Option<Check>) -> Result<OpRef, Self::Error>;

    /// Keeps a put aside: it counts for nothing, or not yet.
    ///
    /// # Errors
    /// When the tables cannot be written.
    fn hold(&mut self, entity: &Entity, at: OpRef) -> Result<(), Self::Error>;

    /// Takes the puts that were kept aside for an entity, with their bytes, in order of place.
    ///
    /// # Errors
    /// When the tables cannot be read or written.
    fn take_held(&mut self, entity: &Entity) -> Result<Vec<(OpRef, Vec<u8>)>, Self::Error>;
}

/// Takes one operation into the state, and gives it decoded if it can be. Operations of one log come in their order,
/// logs in any order. What cannot be read is noted, kept and relayed: a bad operation never blocks the good ones.
/// Rights are those of `members`; when a standing changes, what was judged before is judged again from the log.
///
/// # Errors
/// When the tables fail; then nothing may be kept of this operation.
pub fn apply<T: Tables>(
    tables: &mut T,
    members: &Members,
    at: OpRef,
    bytes: &[u8],
) -> Result<Option<Op>, T::Error> {
    let Ok(op) = Op::decode(bytes) else {
        tables.set_unread(at, None)?;
        return Ok(None);
    };
    apply_op(tables, members, at, &op)?;
    Ok(Some(op))
}

fn apply_op<T: Tables>(tables: &mut T, members: &Members, at: OpRef, op: &Op) -> Result<(), T::Error> {
    match &op.body {
        // The race's name and settings live in registers.
        Body::Race(_) => Ok(()),
        Body::Unknown { kind } => tables.set_unread(at, Some(*kind)),
        Body::Enrol(enrol) => {
            tables.set_enrolment(at.log, enrol)?;
            tables.set_fact(at)
        }
        Body::Ticket(_) | Body::Revoke(_) | Body::Approve(_) | Body::Freeze(_) => tables.set_fact(at),
        Body::ClockContact(contact) => tables.set_contact(at, contact),
        Body::Scan(scan) => {
            let entity = Entity::Scan(at);
            let registers = tables.registers(&entity)?;
            tables.set_scan(&effective_scan(at, op.depth, scan, registers.as_ref(), members), true)?;
            for (held_at, bytes) in tables.take_held(&entity)? {
                apply(tables, members, held_at, &bytes)?;
            }
            Ok(())
        }
        Body::Put(put) => apply_put(tables, members, at, op.depth, put),
    }
}

fn apply_put<T: Tables>(
    tables: &mut T,
    members: &Members,
    at: OpRef,
    depth: u64,
    put: &Put,
) -> Result<(), T::Error> {
    let (entity, recorded) = match &put.entity {
        Entity::Scan(scan_at) => {
            let scan_at = tables.resolve(*scan_at, put.check)?;
            (Entity::Scan(scan_at), tables.recorded(scan_at)?)
        }
        other => (other.clone(), None),
    };
    let checkpoint = recorded.as_ref().map(|(_, scan)| &scan.checkpoint);
    if rights::of_put(members, at, &entity, &put.writes, checkpoint) != Verdict::Counts {
        return tables.hold(&entity, at);
    }
    let mut registers = tables.registers(&entity)?.unwrap_or_default();
    for (n, write) in put.writes.iter().enumerate() {
        // Two writes of one put to one field would share a clock, and a register cannot tell those apart.
        if put.writes[..n].iter().all(|earlier| earlier.field != write.field) {
            registers.apply(at, depth, write, |seen| members.seen_from(at, seen));
        }
    }
    tables.set_registers(&entity, &registers)?;
    match (&entity, recorded) {
        (Entity::Scan(scan_at), Some((depth, scan))) => {
            let row = effective_scan(*scan_at, depth, &scan, Some(&registers), members);
            tables.set_scan(&row, false)
        }
        (Entity::Entrant(id), _) => tables.set_entrant(&entrant_row(*id, &registers, members)),
        // A correction that came before the scan it corrects: the registers wait for it.
        _ => Ok(()),
    }
}

fn effective_scan(
    at: OpRef,
    depth: u64,
    scan: &Scan,
    registers: Option<&Registers>,
    members: &Members,
) -> ScanRow {
    let mut row = ScanRow::recorded(at, depth, scan);
    let Some(registers) = registers else { return row };
    row.is_corrected = true;
    row.is_void = registers.shown(field::VOID, members) == Some(Value::Bool(true));
    if let Some(bib) = registers.text(field::BIB, members).and_then(|text| Bib::new(&text).ok()) {
        row.bib = bib;
    }
    if let Some(key) = registers.text(field::CHECKPOINT, members).and_then(|text| Key::new(&text).ok()) {
        row.checkpoint = key;
    }
    row.set_ms = registers.int(field::TIME, members);
    match registers.text(field::KIND, members).as_deref() {
        Some("in") => row.kind = ScanKind::In,
        Some("out") => row.kind = ScanKind::Out,
        _ => {}
    }
    row
}

fn entrant_row(id: EntrantId, registers: &Registers, members: &Members) -> EntrantRow {
    let text = |field| registers.text(field, members).filter(|text| !text.is_empty());
    let is_erased = is_erased(registers);
    // What an older app wrote cannot be taken out of the log: it is not shown.
    let personal = |field| text(field).filter(|_| !is_erased);
    let name = if is_erased { NAME_WITHHELD.to_owned() } else { text(field::NAME).unwrap_or_default() };
    EntrantRow {
        id,
        bib: text(field::BIB).and_then(|text| Bib::new(&text).ok()),
        name,
        gender: text(field::GENDER),
        age: registers.int(field::AGE, members).filter(|_| !is_erased),
        category: text(field::CATEGORY),
        nation: personal(field::NATION),
        team: personal(field::TEAM),
        course: text(field::COURSE).and_then(|text| Key::new(&text).ok()),
        wave: text(field::WAVE),
        start_ms: registers.int(field::START, members),
        status: registers.shown(field::STATUS, members).as_ref().and_then(Status::read),
        is_contested: registers.contested().next().is_some(),
        safety: safety_row(registers, members),
        legs: names(registers.shown(field::LEGS, members).filter(|_| !is_erased)),
        given_name: personal(field::GIVEN_NAME),
        family_name: personal(field::FAMILY_NAME),
        is_erased,
    }
}

/// Where people disagree whether somebody is to be erased, they are: what is gone does not come back.
fn is_erased(registers: &Registers) -> bool {
    let said = registers.get(field::ERASED).map(Register::siblings).unwrap_or_default();
    said.iter().any(|sibling| sibling.value == Value::Bool(true))
}

fn names(value: Option<Value>) -> Vec<String> {
    let names = value.as_ref().and_then(Value::as_list).unwrap_or_default();
    names.iter().filter_map(Value::as_text).map(str::to_owned).collect()
}

/// The word that is shown; where others contend with it, it makes nobody safe.
fn safety_row(registers: &Registers, members: &Members) -> Option<SafetyRow> {
    let register = registers.get(field::SAFETY)?;
    let shown = register.shown(members)?;
    let Safety { is_safe, place, said_ms } = Safety::read(&shown.value)?;
    let is_contested = register.is_contested();
    Some(SafetyRow { is_safe: is_safe && !is_contested, place, said_ms, by: shown.at.log, is_contested })
}
