//! The names of things: races, logs, operations, bibs, checkpoints, entrants.
//!
//! Invariant: an id that exists is valid. Every constructor checks, so nothing downstream checks again.

use std::{cmp::Ordering, fmt};

use smol_str::SmolStr;
use thiserror::Error;
use uuid::Uuid;

/// The longest bib, in characters (not bytes: bibs may be in any script).
pub const BIB_MAX_CHARS: usize = 16;

/// The longest key of a checkpoint or course, in bytes.
pub const KEY_MAX_BYTES: usize = 16;

/// A race. It commits to the race's first operation, and so to the director's root key.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RaceId(pub Uuid);

impl RaceId {
    /// The id of the race whose genesis operation has these bytes: a version 8 UUID cut from their BLAKE3 hash.
    #[must_use]
    pub fn of_genesis(bytes: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 race id v0");
        hasher.update(bytes);
        let mut cut = [0; 16];
        hasher.finalize_xof().fill(&mut cut);
        Self(uuid::Builder::from_custom_bytes(cut).into_uuid())
    }

    /// The race whose id is written like this, as it is shown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Uuid::try_parse(text).ok().map(Self)
    }
}

/// An entrant of a race, made from random bytes when the entrant is first written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntrantId(pub Uuid);

impl EntrantId {
    /// A version 4 UUID from random bytes that the caller drew.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(uuid::Builder::from_random_bytes(bytes).into_uuid())
    }
}

/// Something that wants a person's look: the first 8 bytes of a hash of what it is about.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FindingId(pub [u8; 8]);

impl FindingId {
    /// The finding of 16 hexadecimal digits, as it is shown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }
}

/// A log: the Ed25519 public key its author made for it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogId(pub [u8; 32]);

impl LogId {
    /// The first 8 hexadecimal digits, enough to tell a race's logs apart on a screen.
    #[must_use]
    pub fn short(&self) -> String {
        self.to_string()[..8].to_owned()
    }

    /// The log of 64 hexadecimal digits, as it is shown.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        from_hex(text).map(Self)
    }
}

/// The bytes of exactly so many pairs of hexadecimal digits.
fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let mut bytes = [0; N];
    let digits = text.as_bytes();
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    (digits.len() == 2 * N).then_some(bytes)
}

/// One operation: its log and its place in it. Sequence numbers start at 1 and have no holes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OpRef {
    /// The log that holds the operation.
    pub log: LogId,
    /// Its place in the log, from 1.
    pub seq: u64,
}

/// A BLAKE3 hash: of a log up to an operation, or of a whole state.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// One run of a device's clock, from start-up to shut-down: the first 8 bytes of a hash of what the system calls it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BootId(pub [u8; 8]);

impl BootId {
    /// The boot named `name` by the operating system, unlinkable between races.
    #[must_use]
    pub fn of(race: RaceId, name: &[u8]) -> Self {
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 boot id v0");
        hasher.update(race.0.as_bytes());
        hasher.update(name);
        let mut cut = [0; 8];
        hasher.finalize_xof().fill(&mut cut);
        Self(cut)
    }
}

/// What a runner wears: text of up to 16 characters. `*` stands for a character nobody could read; the empty bib for a
/// time that was caught before its bib.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Bib(SmolStr);

/// Why a text is no bib.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum BibError {
    /// Longer than [`BIB_MAX_CHARS`].
    #[error("bib \"{start}…\" has {chars} characters; a bib has at most {BIB_MAX_CHARS}")]
    TooLong {
        /// How it begins.
        start: String,
        /// How many characters it has.
        chars: usize,
    },
    /// A control character or line break.
    #[error("bib {shown} holds a control character (U+{code:04X}); type or scan it again")]
    Control {
        /// The bib with the character escaped.
        shown: String,
        /// The character.
        code: u32,
    },
    /// White space at an end or inside.
    #[error("bib \"{0}\" holds a space; scan one bib at a time")]
    Space(String),
}

/// A text's first bytes as one number, which sorts and compares faster than the text, in the same order. Of texts of up
/// to [`HEAD_BYTES`] without a NUL, as bibs and keys are, those with one head are equal.
pub(crate) fn head(text: &str) -> u128 {
    let (mut bytes, text) = ([0; HEAD_BYTES], text.as_bytes());
    let len = text.len().min(HEAD_BYTES);
    bytes[..len].copy_from_slice(&text[..len]);
    u128::from_be_bytes(bytes)
}

/// How many bytes a head holds.
const HEAD_BYTES: usize = 16;

/// A bib or key to sort by: as its text sorts, which is looked at only where the heads do not tell.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Headed<'a> {
    head: u128,
    text: &'a str,
}

impl<'a> Headed<'a> {
    pub(crate) fn of(text: &'a str) -> Self {
        Self { head: head(text), text }
    }
}

impl Ord for Headed<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        let is_long = self.text.len().max(other.text.len()) > HEAD_BYTES;
        let rest = || if is_long { self.text.cmp(other.text) } else { Ordering::Equal };
        self.head.cmp(&other.head).then_with(rest)
    }
}

impl PartialOrd for Headed<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Headed<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Headed<'_> {}

impl Bib {
    /// Checks `text`. The empty text is the bib that comes later.
    ///
    /// # Errors
    /// When it is too long, or holds white space or control characters.
    pub fn new(text: &str) -> Result<Self, BibError> {
        if let Some(control) = text.chars().find(|c| c.is_control()) {
            return Err(BibError::Control { shown: format!("{text:?}"), code: u32::from(control) });
        }
        let chars = text.chars().count();
        if chars > BIB_MAX_CHARS {
            return Err(BibError::TooLong { start: text.chars().take(8).collect(), chars });
        }
        if text.chars().any(char::is_whitespace) {
            return Err(BibError::Space(text.to_owned()));
        }
        Ok(Self(SmolStr::new(text)))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the time was caught first and the bib is still to come.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a character of it could not be read.
    #[must_use]
    pub fn is_uncertain(&self) -> bool {
        self.0.contains('*')
    }

    /// The order people expect in a list: numbers by size, then texts.
    #[must_use]
    pub fn list_order(&self) -> (u8, u64, &str) {
        match self.0.parse::<u64>() {
            Ok(number) => (0, number, &self.0),
            Err(_) => (1, 0, &self.0),
        }
    }
}

/// Why a text is no key.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("\"{text}\" is no key: 1 to {KEY_MAX_BYTES} of the characters a-z, 0-9 and -")]
pub struct KeyError {
    /// The text.
    pub text: String,
}

/// The short name of a checkpoint or course, the same on every replica: 1 to 16 of `a-z 0-9 -`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(SmolStr);

impl Key {
    /// Checks `text`.
    ///
    /// # Errors
    /// When it is empty, too long, or holds another character.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let fits = (1..=KEY_MAX_BYTES).contains(&text.len());
        let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        if fits && plain { Ok(Self(SmolStr::new(text))) } else { Err(KeyError { text: text.to_owned() }) }
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn hex(bytes: &[u8], f: &mut fmt::Formatter<'_>) -> fmt::Result {
    bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
}

impl fmt::Display for LogId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for FindingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for BootId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        hex(&self.0, f)
    }
}

impl fmt::Display for RaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for EntrantId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// `log:seq`, the log by its first 8 hexadecimal digits.
impl fmt::Display for OpRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.log.short(), self.seq)
    }
}

impl fmt::Display for Bib {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(if self.0.is_empty() { "?" } else { &self.0 })
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

macro_rules! debug_as_display {
    ($($id:ty),*) => {$(
        impl fmt::Debug for $id {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }
    )*};
}
debug_as_display!(RaceId, FindingId, EntrantId, LogId, OpRef, Hash, BootId, Bib, Key);

/// Bytes of a fixed length, and texts, as they stand in operations and databases.
mod cbor {
    use minicbor::{Decode, Decoder, Encode, Encoder, bytes::ByteArray, decode, encode};

    use super::{Bib, BootId, EntrantId, FindingId, Hash, Key, LogId, OpRef, RaceId, Uuid};

    macro_rules! as_bytes {
        ($($id:ident, $n:literal, $get:expr, $make:expr;)*) => {$(
            impl<C> Encode<C> for $id {
                fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                    let get: fn(&$id) -> &[u8; $n] = $get;
                    e.bytes(get(self))?.ok()
                }
            }
            impl<'b, C> Decode<'b, C> for $id {
                fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
                    let make: fn([u8; $n]) -> $id = $make;
                    Ok(make(ByteArray::<$n>::decode(d, ctx)?.into()))
                }
            }
        )*};
    }
    as_bytes! {
        LogId, 32, |id| &id.0, LogId;
        Hash, 32, |id| &id.0, Hash;
        BootId, 8, |id| &id.0, BootId;
        FindingId, 8, |id| &id.0, FindingId;
        RaceId, 16, |id| id.0.as_bytes(), |b| RaceId(Uuid::from_bytes(b));
        EntrantId, 16, |id| id.0.as_bytes(), |b| EntrantId(Uuid::from_bytes(b));
    }

    macro_rules! as_text {
        ($($id:ident),*) => {$(
            impl<C> Encode<C> for $id {
                fn encode<W: encode::Write>(&self, e: &mut Encoder<W>, _: &mut C) -> Result<(), encode::Error<W::Error>> {
                    e.str(self.as_str())?.ok()
                }
            }
            impl<'b, C> Decode<'b, C> for $id {
                fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
                    let at = d.position();
                    $id::new(d.str()?).map_err(|e| decode::Error::message(e.to_string()).at(at))
                }
            }
        )*};
    }
    as_text!(Bib, Key);

    impl<C> Encode<C> for OpRef {
        fn encode<W: encode::Write>(
            &self,
            e: &mut Encoder<W>,
            ctx: &mut C,
        ) -> Result<(), encode::Error<W::Error>> {
            self.log.encode(e.array(2)?, ctx)?;
            e.u64(self.seq)?.ok()
        }
    }
    impl<'b, C> Decode<'b, C> for OpRef {
        fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
            match d.array()? {
                Some(2) => Ok(Self { log: LogId::decode(d, ctx)?, seq: d.u64()? }),
                _ => Err(decode::Error::message("an operation reference is an array of two")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let shown = match Bib::new(text) {
            Ok(bib) => format!("{bib} uncertain={} empty={}", bib.is_uncertain(), bib.is_empty()),
            Err(error) => error.to_string(),
        };
        assert_eq!(shown, expected);
    }

    #[test]
    fn bibs() {
        check("W1", "W1 uncertain=false empty=false");
        check("00101", "00101 uncertain=false empty=false");
        check("2*", "2* uncertain=true empty=false");
        check("", "? uncertain=false empty=true");
        check("서울-선수-번호-십육-글자까지", "서울-선수-번호-십육-글자까지 uncertain=false empty=false");
        check("12345678901234567", "bib \"12345678…\" has 17 characters; a bib has at most 16");
        check("11\n7", "bib \"11\\n7\" holds a control character (U+000A); type or scan it again");
        check("1 7", "bib \"1 7\" holds a space; scan one bib at a time");
    }

    #[test]
    fn race_ids_are_custom_uuids() {
        let id = RaceId::of_genesis(b"race");
        assert_eq!(id.0.get_version_num(), 8);
        assert_ne!(id, RaceId::of_genesis(b"racf"));
    }

    #[test]
    fn bibs_list_by_size_then_text() {
        let mut bibs: Vec<Bib> = ["W1", "10", "9", "F1", "009"].map(|b| Bib::new(b).unwrap()).into();
        bibs.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        assert_eq!(format!("{bibs:?}"), "[009, 9, 10, F1, W1]");
    }
}
