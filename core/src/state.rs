//! From operations to the state of the race: one door for every operation, whoever wrote it.
//!
//! Invariant: the tables are a pure function of the set of operations. [`apply`] reads and writes through [`Tables`],
//! so the database on a phone and the memory of `verify` run the same code.

mod memory;

pub use memory::Memory;
use minicbor::{Decode, Encode};

use crate::{
    ids::{Bib, EntrantId, Key, LogId, OpRef},
    members::Members,
    op::{Body, Enrol, Entity, Op, Put, Scan, ScanKind, Value, field},
    registers::Registers,
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
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
    /// Whether it counts for nothing.
    pub is_void: bool,
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
}

/// What a person said of a runner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Status {
    /// What.
    #[n(0)]
    pub code: StatusCode,
    /// Where, for those who stopped.
    #[n(1)]
    pub checkpoint: Option<Key>,
}

/// The statuses of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum StatusCode {
    /// Nothing special: an earlier status is taken back.
    #[n(0)]
    Ok,
    /// Did not start.
    #[n(1)]
    Dns,
    /// Did not finish.
    #[n(2)]
    Dnf,
    /// Disqualified.
    #[n(3)]
    Dsq,
    /// Over the time limit.
    #[n(4)]
    Otl,
}

impl StatusCode {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Dns, Self::Dnf, Self::Dsq, Self::Otl];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Dns => "dns",
            Self::Dnf => "dnf",
            Self::Dsq => "dsq",
            Self::Otl => "otl",
        }
    }

    /// The status of that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(text))
    }
}

impl Status {
    /// As a register's value.
    #[must_use]
    pub fn value(&self) -> Value {
        let checkpoint = self.checkpoint.as_ref().map_or(Value::Null, |key| key.as_str().into());
        Value::List(vec![self.code.as_str().into(), checkpoint])
    }

    /// The status in a register, if it makes sense.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let parts = value.as_list()?;
        let code = StatusCode::parse(parts.first()?.as_text()?)?;
        let checkpoint = parts.get(1).and_then(Value::as_text).and_then(|text| Key::new(text).ok());
        Some(Self { code, checkpoint })
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
}

/// Takes one operation into the state, and gives it decoded if it can be. Operations of one log come in their order,
/// logs in any order. What cannot be read is noted, kept and relayed: a bad operation never blocks the good ones.
///
/// # Errors
/// When the tables fail; then nothing may be kept of this operation.
pub fn apply<T: Tables>(
    tables: &mut T,
    members: Members,
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

fn apply_op<T: Tables>(tables: &mut T, members: Members, at: OpRef, op: &Op) -> Result<(), T::Error> {
    match &op.body {
        // The race's name and settings live in registers.
        Body::Race(_) => Ok(()),
        Body::Unknown { kind } => tables.set_unread(at, Some(*kind)),
        Body::Enrol(enrol) => tables.set_enrolment(at.log, enrol),
        Body::Scan(scan) => {
            let registers = tables.registers(&Entity::Scan(at))?;
            tables.set_scan(&effective_scan(at, op.depth, scan, registers.as_ref(), members), true)
        }
        Body::Put(put) => apply_put(tables, members, at, op.depth, put),
    }
}

fn apply_put<T: Tables>(
    tables: &mut T,
    members: Members,
    at: OpRef,
    depth: u64,
    put: &Put,
) -> Result<(), T::Error> {
    let mut registers = tables.registers(&put.entity)?.unwrap_or_default();
    for (n, write) in put.writes.iter().enumerate() {
        // Two writes of one put to one field would share a clock, and a register cannot tell those apart.
        if put.writes[..n].iter().all(|earlier| earlier.field != write.field) {
            registers.apply(at, depth, write);
        }
    }
    tables.set_registers(&put.entity, &registers)?;
    match &put.entity {
        Entity::Scan(scan_at) => match tables.recorded(*scan_at)? {
            Some((depth, scan)) => {
                let row = effective_scan(*scan_at, depth, &scan, Some(&registers), members);
                tables.set_scan(&row, false)
            }
            // The correction came before the scan it corrects: the registers wait for it.
            None => Ok(()),
        },
        Entity::Entrant(id) => tables.set_entrant(&entrant_row(*id, &registers, members)),
        Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Bib(_) => Ok(()),
    }
}

fn effective_scan(
    at: OpRef,
    depth: u64,
    scan: &Scan,
    registers: Option<&Registers>,
    members: Members,
) -> ScanRow {
    let mut row = ScanRow {
        at,
        depth,
        bib: scan.bib.clone(),
        checkpoint: scan.checkpoint.clone(),
        kind: scan.kind,
        time_ms: scan.reading.wall_ms,
        is_void: false,
    };
    let Some(registers) = registers else { return row };
    row.is_void = registers.shown(field::VOID, members) == Some(Value::Bool(true));
    if let Some(bib) = registers.text(field::BIB, members).and_then(|text| Bib::new(&text).ok()) {
        row.bib = bib;
    }
    if let Some(key) = registers.text(field::CHECKPOINT, members).and_then(|text| Key::new(&text).ok()) {
        row.checkpoint = key;
    }
    if let Some(time_ms) = registers.int(field::TIME, members) {
        row.time_ms = time_ms;
    }
    match registers.text(field::KIND, members).as_deref() {
        Some("in") => row.kind = ScanKind::In,
        Some("out") => row.kind = ScanKind::Out,
        _ => {}
    }
    row
}

fn entrant_row(id: EntrantId, registers: &Registers, members: Members) -> EntrantRow {
    let text = |field| registers.text(field, members).filter(|text| !text.is_empty());
    EntrantRow {
        id,
        bib: text(field::BIB).and_then(|text| Bib::new(&text).ok()),
        name: text(field::NAME).unwrap_or_default(),
        gender: text(field::GENDER),
        age: registers.int(field::AGE, members),
        category: text(field::CATEGORY),
        nation: text(field::NATION),
        team: text(field::TEAM),
        course: text(field::COURSE).and_then(|text| Key::new(&text).ok()),
        wave: text(field::WAVE),
        start_ms: registers.int(field::START, members),
        status: registers.shown(field::STATUS, members).as_ref().and_then(Status::read),
        is_contested: registers.contested().next().is_some(),
    }
}
