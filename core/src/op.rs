//! Operations: the facts and decisions that phones write down. Bytes in `docs/wire.md`.
//!
//! Invariant: the bytes of an operation are never re-encoded; [`Op::encode`] is canonical, so whatever this build
//! understands comes back to the very bytes that were hashed.

mod clock;
mod safety;
mod sealed;
mod source;
mod status;
mod trust;
mod value;
mod words;

use minicbor::{Decode, Decoder, Encode, Encoder};
use thiserror::Error;

use crate::{
    ids::{Bib, EntrantId, FindingId, Key, LogId, OpRef},
    time::Reading,
};
pub use clock::{ClockContact, Freeze, FrozenHead};
pub use safety::Safety;
pub use sealed::{SALT_BYTES, Seal, chained, is_personal, open_about};
pub use source::{Source, SourceError};
pub use status::{Status, StatusCode};
pub use trust::{Approve, Check, Enrol, Revoke, Role, Succession, Ticket, TicketProof};
pub use value::Value;
pub use words::field_name;

/// The longest operation, in bytes. A longer one is refused before it is read.
pub const OP_MAX_BYTES: usize = 4096;

/// The numbers of the kinds. Odd kinds are critical: an app that does not know one says that results may be incomplete.
pub mod kind {
    /// The race itself: the genesis of the director's log.
    pub const RACE: u16 = 1;
    /// An invitation with a role.
    pub const TICKET: u16 = 3;
    /// A log joins the race.
    pub const ENROL: u16 = 5;
    /// A log counts only up to a place.
    pub const REVOKE: u16 = 7;
    /// One observation of one bib.
    pub const SCAN: u16 = 9;
    /// Values for registers.
    pub const PUT: u16 = 11;
    /// How two clocks stood when they met.
    pub const CLOCK_CONTACT: u16 = 12;
    /// Official times are frozen.
    pub const FREEZE: u16 = 13;
    /// A log gets a role.
    pub const APPROVE: u16 = 15;
    /// Values for registers, of which the personal ones can be erased.
    pub const SEALED_PUT: u16 = 17;
}

/// An operation: the frozen envelope (kind, depth) and a body.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// Lamport depth: one more than the deepest operation its author held. For showing an order, never for deciding.
    pub depth: u64,
    /// What it says.
    pub body: Body,
}

/// What an operation says.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// The race begins to exist.
    Race(Race),
    /// People are invited.
    Ticket(Ticket),
    /// A log introduces itself.
    Enrol(Box<Enrol>),
    /// A log is trusted no further.
    Revoke(Revoke),
    /// A log is trusted.
    Approve(Approve),
    /// Two clocks met.
    ClockContact(ClockContact),
    /// Times move no more.
    Freeze(Freeze),
    /// A bib was seen.
    Scan(Scan),
    /// Registers get values.
    Put(Put),
    /// A kind this app does not know: kept, verified, relayed byte for byte, not applied.
    Unknown {
        /// Its number; odd ones are critical.
        kind: u16,
    },
}

/// The genesis. The race's id is the hash of its bytes.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Race {
    /// What the director called the race when it was made; the register of the same name may say better later.
    #[n(0)]
    pub name: String,
    /// The race's root key, which signs tickets: an Ed25519 public key.
    #[n(1)]
    pub root: LogId,
    /// The director's first log.
    #[n(2)]
    pub director: LogId,
    /// Random, so that two races of one name and one day differ.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub nonce: [u8; 16],
}

/// Which way a runner went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum ScanKind {
    /// Came in, or just passed.
    #[n(0)]
    In,
    /// Went out again.
    #[n(1)]
    Out,
}

impl ScanKind {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::In => "in",
            Self::Out => "out",
        }
    }
}

/// One raw observation by one device. It never changes; registers say what was wrong with it.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Scan {
    /// The bib as it was read, typed or scanned.
    #[n(0)]
    pub bib: Bib,
    /// Where.
    #[n(1)]
    pub checkpoint: Key,
    /// Which way.
    #[n(2)]
    pub kind: ScanKind,
    /// When, as the device's clocks said.
    #[n(3)]
    pub reading: Reading,
    /// The record that this was copied from, if no device of the race saw it itself.
    #[n(4)]
    pub source: Option<Source>,
    /// Whether somebody ran beside them; nothing if nobody looked.
    #[n(5)]
    pub with_pacer: Option<bool>,
}

impl Scan {
    /// What a device of the race saw itself. The bib is empty when it comes later.
    #[must_use]
    pub fn new(bib: Bib, checkpoint: Key, kind: ScanKind, reading: Reading) -> Self {
        Self { bib, checkpoint, kind, reading, source: None, with_pacer: None }
    }
}

/// New values for registers of one entity, with author (the log) and reason.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Put {
    /// What the values belong to.
    #[n(0)]
    pub entity: Entity,
    /// The values. A user's action is one operation, however many fields it sets.
    #[n(1)]
    pub writes: Vec<Write>,
    /// Why, in the author's words.
    #[n(2)]
    pub reason: Option<String>,
    /// For a scan, which of several branches of its log is meant.
    #[n(3)]
    pub check: Option<Check>,
    /// How its personal words stand; nothing if it has none, or was written by an app that could not seal them.
    #[cbor(skip)]
    pub seal: Option<Seal>,
}

/// One register's new value.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(array)]
pub struct Write {
    /// Which register of the entity: see [`field`].
    #[n(0)]
    pub field: u16,
    /// The value.
    #[n(1)]
    pub value: Value,
    /// The version clock of what the author saw: per log the last put that this one supersedes, in order of log id.
    #[n(2)]
    pub saw: Vec<OpRef>,
}

/// An entity and values for its registers, by field.
pub type EntityValues = (Entity, Vec<(u16, Value)>);

/// What a register belongs to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
pub enum Entity {
    /// The race as a whole.
    #[n(0)]
    Race,
    /// One scan: the facets that correct it.
    #[n(1)]
    Scan(#[n(0)] OpRef),
    /// One entrant.
    #[n(2)]
    Entrant(#[n(0)] EntrantId),
    /// A checkpoint, by its key.
    #[n(3)]
    Checkpoint(#[n(0)] Key),
    /// A course, by its key.
    #[n(4)]
    Course(#[n(0)] Key),
    /// A bib that no entrant wears: its status until somebody finds out whose it is.
    #[n(5)]
    Bib(#[n(0)] Bib),
    /// Something that wants a person's look, by what it is about.
    #[n(6)]
    Finding(#[n(0)] FindingId),
}

/// The registers of each kind of entity, by number. A number is never used for another meaning.
pub mod field {
    /// Scan, bool: it counts for nothing.
    pub const VOID: u16 = 0;
    /// Scan and entrant, text: the bib.
    pub const BIB: u16 = 1;
    /// Scan, text: the checkpoint's key.
    pub const CHECKPOINT: u16 = 2;
    /// Scan, integer: milliseconds since 1970-01-01 UTC.
    pub const TIME: u16 = 3;
    /// Scan, text: `in` or `out`.
    pub const KIND: u16 = 4;
    /// Scan, text: a remark.
    pub const NOTE: u16 = 5;

    /// Everything but scans, text: the name in the race's main language.
    pub const NAME: u16 = 16;
    /// Race, checkpoint, course, list: language tag, name, language tag, name …
    pub const NAMES: u16 = 17;
    /// Race, course, entrant, integer: the gun, milliseconds since 1970-01-01 UTC.
    pub const START: u16 = 18;
    /// Race, text: an IANA time zone.
    pub const TIME_ZONE: u16 = 19;
    /// Race, text: the log whose clock is the race's time, as 64 hexadecimal digits.
    pub const CLOCK_REFERENCE: u16 = 26;
    /// Race, text: `gun` or `net`.
    pub const RANK_BY: u16 = 20;
    /// Race, list: name, gender or nothing, youngest, oldest; and so on for each category.
    pub const CATEGORIES: u16 = 27;
    /// Race, list: wave, its gun in milliseconds since 1970-01-01 UTC; and so on.
    pub const WAVES: u16 = 28;
    /// Race, integer: how many finishers' times make the time of a team or nation.
    pub const TEAM_SCORE: u16 = 29;
    /// Race, integer: milliseconds after the latest expected time from which a runner is overdue.
    pub const OVERDUE: u16 = 30;
    /// Race, list of four integers: thousandths of the typical time below and above which a time is doubted.
    pub const FACTORS: u16 = 31;
    /// Race and checkpoint, integer: milliseconds within which scans are one passing.
    pub const WINDOW: u16 = 21;
    /// Checkpoint, text: `first`, `last` or `middle` scan of a passing gives its time.
    pub const PICK: u16 = 22;
    /// Checkpoint and course, integer: its place in lists.
    pub const ORDER: u16 = 23;
    /// Checkpoint, list of two integers: latitude and longitude in microdegrees.
    pub const PLACE: u16 = 24;
    /// Course, list: checkpoint key, metres from the start, `in` or `in-out`; and so on for each visit.
    pub const VISITS: u16 = 25;
    /// Course, list: number of a visit from 0, milliseconds after the gun at which it closes; and so on.
    pub const CUT_OFFS: u16 = 48;
    /// Checkpoint, list: round of closing, then a list of the bibs that headquarters still expects there.
    pub const CLOSE_ASK: u16 = 49;
    /// Checkpoint, list: round, code of the question, then lists of bibs: came through, still out too, dropped here.
    pub const CLOSE_ANSWER: u16 = 50;
    /// Checkpoint, list: round, bib of the last runner who came through.
    pub const CLOSE_LAST: u16 = 51;
    /// Checkpoint, list: round, whether the sweepers passed.
    pub const CLOSE_SWEPT: u16 = 52;
    /// Checkpoint, list: round, code of the bibs that headquarters expected there when it let the station go.
    pub const CLOSE_RELEASE: u16 = 53;
    /// Checkpoint, list: number of the round that begins, why.
    pub const CLOSE_REOPEN: u16 = 54;

    /// Entrant, text: `M`, `F` or `X`.
    pub const GENDER: u16 = 32;
    /// Entrant, integer: years on race day.
    pub const AGE: u16 = 33;
    /// Entrant, text.
    pub const CATEGORY: u16 = 34;
    /// Entrant, text: an IOC code or what the entry said.
    pub const NATION: u16 = 35;
    /// Entrant, text: team or tour group.
    pub const TEAM: u16 = 36;
    /// Entrant, text: the course's key.
    pub const COURSE: u16 = 37;
    /// Entrant, text: wave.
    pub const WAVE: u16 = 38;
    /// Entrant and bib, list: `dns`, `dnf`, `dsq`, `otl` or `ok`, then a checkpoint's key or nothing.
    pub const STATUS: u16 = 39;
    /// Entrant and bib, list: whether they are safe, where, and when that was said in milliseconds since 1970-01-01 UTC.
    pub const SAFETY: u16 = 40;
    /// Entrant, list: names of those who run one after the other.
    pub const LEGS: u16 = 41;
    /// Entrant, text.
    pub const GIVEN_NAME: u16 = 42;
    /// Entrant, text.
    pub const FAMILY_NAME: u16 = 43;
    /// Entrant, bool: all that tells who they are is to be erased wherever it stands.
    pub const ERASED: u16 = 44;

    /// Finding, bool: somebody looked, and it is nothing.
    pub const DISMISSED: u16 = 64;
}

/// Why bytes are no operation.
#[derive(Debug, Error)]
pub enum OpError {
    /// More than [`OP_MAX_BYTES`].
    #[error("operation of {bytes} bytes; the limit is {OP_MAX_BYTES}")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// Not the CBOR that `docs/wire.md` describes.
    #[error("operation does not decode: {0}")]
    Cbor(#[from] minicbor::decode::Error),
    /// Its kind is known, and written in more bytes than needed.
    #[error("operation of kind {kind} does not begin with 83 and its kind in one byte")]
    Disguised {
        /// The number of its kind.
        kind: u16,
    },
    /// Bytes after its end.
    #[error("operation ends at byte {end} of {bytes}")]
    Trailing {
        /// Where it ends.
        end: usize,
        /// How long it is.
        bytes: usize,
    },
}

impl Op {
    /// Its canonical bytes: an array of kind, depth and body.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64);
        let mut e = Encoder::new(&mut bytes);
        let mut after = Vec::new();
        // Writing to a `Vec` is infallible (`std::convert::Infallible`), and no encoder here reports an error of its own.
        let written: Result<(), minicbor::encode::Error<_>> = (|| {
            e.array(3)?.u16(self.body.kind())?.u64(self.depth)?;
            match &self.body {
                Body::Race(body) => e.encode(body)?,
                Body::Ticket(body) => e.encode(body)?,
                Body::Enrol(body) => e.encode(body.as_ref())?,
                Body::Revoke(body) => e.encode(body)?,
                Body::Approve(body) => e.encode(body)?,
                Body::ClockContact(body) => e.encode(body)?,
                Body::Freeze(body) => e.encode(body)?,
                Body::Scan(body) => e.encode(body)?,
                Body::Put(body) => match body.seal {
                    None => e.encode(body)?,
                    Some(seal) => {
                        after = body.encode_sealed(seal, &mut e)?;
                        &mut e
                    }
                },
                Body::Unknown { .. } => e.map(0)?,
            };
            Ok(())
        })();
        debug_assert!(written.is_ok(), "encoding into memory cannot fail");
        bytes.extend_from_slice(&after);
        bytes
    }

    /// Reads an operation. Keys it does not know are passed over, kinds it does not know become [`Body::Unknown`].
    ///
    /// # Errors
    /// When the bytes are too long, are not CBOR of this shape, hide a known kind, or go on after the end.
    pub fn decode(bytes: &[u8]) -> Result<Self, OpError> {
        if bytes.len() > OP_MAX_BYTES {
            return Err(OpError::TooLong { bytes: bytes.len() });
        }
        let mut d = Decoder::new(bytes);
        let op = Self::decode_from(&mut d)?;
        // What is looked for by these two bytes, in the log and in what is erased, must not hide in another encoding.
        let is_plain =
            bytes.first() == Some(&0x83) && bytes.get(1).copied().map(u16::from) == Some(op.body.kind());
        if !is_plain && !matches!(op.body, Body::Unknown { .. }) {
            return Err(OpError::Disguised { kind: op.body.kind() });
        }
        match d.position() {
            end if end == bytes.len() => Ok(op),
            end => Err(OpError::Trailing { end, bytes: bytes.len() }),
        }
    }

    fn decode_from(d: &mut Decoder<'_>) -> Result<Self, minicbor::decode::Error> {
        match d.array()? {
            Some(3) => {}
            _ => return Err(minicbor::decode::Error::message("an operation is an array of three")),
        }
        let (kind, depth) = (d.u16()?, d.u64()?);
        let body = match kind {
            kind::RACE => Body::Race(d.decode()?),
            kind::TICKET => Body::Ticket(d.decode()?),
            kind::REVOKE => Body::Revoke(d.decode()?),
            kind::APPROVE => Body::Approve(d.decode()?),
            kind::CLOCK_CONTACT => Body::ClockContact(d.decode()?),
            kind::FREEZE => Body::Freeze(d.decode()?),
            kind::ENROL => Body::Enrol(Box::new(d.decode()?)),
            kind::SCAN => Body::Scan(d.decode()?),
            kind::PUT => Body::Put(d.decode()?),
            kind::SEALED_PUT => Body::Put(Put::decode_sealed(d)?),
            kind => {
                d.skip()?;
                Body::Unknown { kind }
            }
        };
        Ok(Self { depth, body })
    }
}

impl Body {
    /// The number of its kind.
    #[must_use]
    pub fn kind(&self) -> u16 {
        match self {
            Self::Race(_) => kind::RACE,
            Self::Ticket(_) => kind::TICKET,
            Self::Revoke(_) => kind::REVOKE,
            Self::Approve(_) => kind::APPROVE,
            Self::ClockContact(_) => kind::CLOCK_CONTACT,
            Self::Freeze(_) => kind::FREEZE,
            Self::Enrol(_) => kind::ENROL,
            Self::Scan(_) => kind::SCAN,
            Self::Put(put) if put.seal.is_some() => kind::SEALED_PUT,
            Self::Put(_) => kind::PUT,
            Self::Unknown { kind } => *kind,
        }
    }
}
