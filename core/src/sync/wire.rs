//! The messages of a session, as bytes. Described in `docs/wire.md`.
//!
//! Invariant: no claim inside a message makes the reader set aside memory, and one that does not decode to its last byte
//! is refused.

use std::io::Read;

use integer_encoding::VarInt;
use thiserror::Error;

use crate::{
    ids::{BootId, LogId},
    log::{Mark, Packed, SEGMENT_MAX_OPS, SEQ_MAX},
    op::Check,
    store::LOGS_MAX,
};

/// The longest message, in bytes.
pub const MESSAGE_MAX_BYTES: usize = 64 * 1024;

/// The most bytes that a message of segments may unpack to.
const UNPACKED_MAX_BYTES: u64 = 1 << UNPACKED_MAX_LOG;
const UNPACKED_MAX_LOG: u32 = 18;

/// The version of the session's messages.
pub(super) const VERSION: u8 = 0;

/// Messages shorter than this are not worth packing.
const PACK_MIN_BYTES: usize = 400;
const LEVEL: i32 = 9;
const TEXT_MAX_BYTES: usize = 240;
const MARKS_MAX: usize = 512;
const TURN: u8 = 0x80;

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Message {
    Hello(Hello),
    Welcome(Welcome),
    Vector(Vector),
    Segments(Vec<(KeyRef, Packed)>),
    Need(Vec<Need>),
    Refused(Vec<String>),
    Fin([u8; 16]),
    /// The digest is the one that the other side just said, and begins like this.
    Agreed([u8; 4]),
    Ping,
    Pong {
        received_ms: u64,
        held_ms: u64,
    },
    Clock {
        lo_ms: i64,
        hi_ms: i64,
    },
    Bye(String),
}

/// How a session begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hello {
    pub(super) version: u8,
    /// The first bytes of the race's id; the digests cover all of it.
    pub(super) race: [u8; 8],
    pub(super) boot: BootId,
    pub(super) digest: [u8; 16],
    /// The first bytes of the digest at which both last parted as equals.
    pub(super) base: Option<[u8; 4]>,
    /// Whether the other side need not say how it joined.
    pub(super) knows_you: bool,
    /// How the sender's battery stands, if it knows and tells.
    pub(super) battery: Option<Battery>,
    /// How the sender joined the race (an `Enrol` as CBOR), for those who do not know it.
    pub(super) enrol: Vec<u8>,
}

/// How a phone's battery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    /// Its charge in hundredths, at most 100.
    pub percent: u8,
    /// Whether it is being charged.
    pub is_charging: bool,
}

impl Battery {
    /// Whether it is about to be empty: under a fifth, and nothing charges it.
    #[must_use]
    pub fn is_low(self) -> bool {
        self.percent < 20 && !self.is_charging
    }
}

/// How it is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Welcome {
    pub(super) version: u8,
    pub(super) boot: BootId,
    pub(super) received_ms: u64,
    pub(super) held_ms: u64,
    pub(super) digest: [u8; 16],
    pub(super) enrol: Vec<u8>,
}

/// What the answering side holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Vector {
    /// All of it, keys by their first 8 bytes.
    Full(Vec<([u8; 8], Vec<Mark>)>),
    /// What differs from the time when both last parted as equals.
    Delta(Vec<(KeyRef, Vec<Mark>)>),
}

/// A key, by its place in the list of keys that both sides know, or in full.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KeyRef {
    Listed(usize),
    Full(LogId),
}

/// Send me what follows the highest of these that you have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Need {
    pub(super) key: KeyRef,
    pub(super) marks: Vec<Mark>,
}

/// Why bytes are no message.
#[derive(Debug, Error, PartialEq, Eq)]
pub enum WireError {
    /// Longer than [`MESSAGE_MAX_BYTES`].
    #[error("a message of {0} bytes; the limit is {MESSAGE_MAX_BYTES}")]
    TooLong(usize),
    /// Not what `docs/wire.md` describes.
    #[error("a message that does not read: {0} expected")]
    Malformed(&'static str),
    /// Unpacks to too much.
    #[error("a message that unpacks to more than {UNPACKED_MAX_BYTES} bytes")]
    Bomb,
}

impl Message {
    /// Its bytes; `turn` says that the other side speaks next.
    pub(super) fn encode(&self, turn: bool) -> Vec<u8> {
        let mut out = vec![self.tag() | if turn { TURN } else { 0 }];
        match self {
            Self::Hello(hello) => hello.encode(&mut out),
            Self::Welcome(welcome) => welcome.encode(&mut out),
            Self::Vector(vector) => vector.encode(&mut out),
            Self::Segments(segments) => encode_segments(&mut out, segments),
            Self::Need(needs) => needs.iter().for_each(|need| {
                need.key.encode(&mut out);
                encode_marks(&mut out, &need.marks);
            }),
            Self::Refused(texts) => texts.iter().for_each(|text| encode_text(&mut out, text)),
            Self::Fin(digest) => out.extend_from_slice(digest),
            Self::Agreed(start) => out.extend_from_slice(start),
            Self::Ping => {}
            Self::Pong { received_ms, held_ms } => {
                put(&mut out, *received_ms);
                put(&mut out, *held_ms);
            }
            Self::Clock { lo_ms, hi_ms } => {
                out.extend(lo_ms.encode_var_vec());
                out.extend(hi_ms.encode_var_vec());
            }
            Self::Bye(text) => encode_text(&mut out, text),
        }
        out
    }

    fn tag(&self) -> u8 {
        match self {
            Self::Hello(_) => 1,
            Self::Welcome(_) => 2,
            Self::Vector(Vector::Full(_)) => 3,
            Self::Vector(Vector::Delta(_)) => 4,
            Self::Segments(_) => 5,
            Self::Need(_) => 6,
            Self::Refused(_) => 7,
            Self::Fin(_) => 8,
            Self::Ping => 9,
            Self::Pong { .. } => 10,
            Self::Clock { .. } => 11,
            Self::Bye(_) => 12,
            Self::Agreed(_) => 13,
        }
    }

    /// Reads a message, and whether the reader speaks next.
    pub(super) fn decode(bytes: &[u8]) -> Result<(Self, bool), WireError> {
        if bytes.len() > MESSAGE_MAX_BYTES {
            return Err(WireError::TooLong(bytes.len()));
        }
        let (tag, rest) = bytes.split_first().ok_or(WireError::Malformed("a message"))?;
        let mut input = Input { rest };
        let message = match tag & !TURN {
            1 => Self::Hello(Hello::decode(&mut input)?),
            2 => Self::Welcome(Welcome::decode(&mut input)?),
            3 => Self::Vector(Vector::Full(
                input.many(LOGS_MAX, |input| Ok((input.array()?, decode_marks(input)?)))?,
            )),
            4 => Self::Vector(Vector::Delta(
                input.many(LOGS_MAX, |input| Ok((KeyRef::decode(input)?, decode_marks(input)?)))?,
            )),
            5 => Self::Segments(decode_segments(&mut input)?),
            6 => Self::Need(input.many(LOGS_MAX * 2, |input| {
                Ok(Need { key: KeyRef::decode(input)?, marks: decode_marks(input)? })
            })?),
            7 => Self::Refused(input.many(MESSAGE_MAX_BYTES, decode_text)?),
            8 => Self::Fin(input.array()?),
            9 => Self::Ping,
            10 => Self::Pong { received_ms: input.number()?, held_ms: input.number()? },
            11 => Self::Clock { lo_ms: input.signed()?, hi_ms: input.signed()? },
            12 => Self::Bye(decode_text(&mut input)?),
            13 => Self::Agreed(input.array()?),
            _ => return Err(WireError::Malformed("a known message")),
        };
        if input.rest.is_empty() {
            Ok((message, tag & TURN != 0))
        } else {
            Err(WireError::Malformed("the end"))
        }
    }
}

impl Hello {
    fn encode(&self, out: &mut Vec<u8>) {
        let flags = u8::from(self.base.is_some())
            | u8::from(self.knows_you) << 1
            | u8::from(self.battery.is_some()) << 2;
        out.extend_from_slice(&[self.version, flags]);
        out.extend_from_slice(&self.race);
        out.extend_from_slice(&self.boot.0);
        out.extend_from_slice(&self.digest);
        out.extend(self.base.iter().flatten());
        out.extend_from_slice(&self.enrol);
        out.extend(self.battery.map(|battery| battery.percent | u8::from(battery.is_charging) << 7));
    }

    fn decode(input: &mut Input<'_>) -> Result<Self, WireError> {
        let [version, flags] = input.array()?;
        let mut hello = Self {
            version,
            race: input.array()?,
            boot: BootId(input.array()?),
            digest: input.array()?,
            base: if flags & 1 == 1 { Some(input.array()?) } else { None },
            knows_you: flags & 2 == 2,
            battery: None,
            enrol: input.take_rest(),
        };
        if flags & 4 == 4 {
            hello.battery = battery(hello.enrol.pop().ok_or(WireError::Malformed("a battery"))?);
        }
        Ok(hello)
    }
}

/// A charge that no battery has is none that was told: nobody is sent away for it.
fn battery(byte: u8) -> Option<Battery> {
    let percent = byte & 0x7f;
    (percent <= 100).then_some(Battery { percent, is_charging: byte & 0x80 != 0 })
}

impl Welcome {
    fn encode(&self, out: &mut Vec<u8>) {
        out.push(self.version);
        out.extend_from_slice(&self.boot.0);
        put(out, self.received_ms);
        put(out, self.held_ms);
        out.extend_from_slice(&self.digest);
        out.extend_from_slice(&self.enrol);
    }

    fn decode(input: &mut Input<'_>) -> Result<Self, WireError> {
        let [version] = input.array()?;
        Ok(Self {
            version,
            boot: BootId(input.array()?),
            received_ms: input.number()?,
            held_ms: input.number()?,
            digest: input.array()?,
            enrol: input.take_rest(),
        })
    }
}

impl Vector {
    fn encode(&self, out: &mut Vec<u8>) {
        match self {
            Self::Full(entries) => entries.iter().for_each(|(prefix, marks)| {
                out.extend_from_slice(prefix);
                encode_marks(out, marks);
            }),
            Self::Delta(entries) => entries.iter().for_each(|(key, marks)| {
                key.encode(out);
                encode_marks(out, marks);
            }),
        }
    }
}

impl KeyRef {
    fn encode(self, out: &mut Vec<u8>) {
        match self {
            Self::Listed(place) => put(out, place as u64 + 1),
            Self::Full(key) => {
                put(out, 0);
                out.extend_from_slice(&key.0);
            }
        }
    }

    fn decode(input: &mut Input<'_>) -> Result<Self, WireError> {
        match input.number()? {
            0 => Ok(Self::Full(LogId(input.array()?))),
            place => usize::try_from(place - 1).map(Self::Listed).map_err(|_| WireError::Malformed("a key")),
        }
    }
}

/// Each place with a bit that says whether another follows; a place 0 stands for none.
fn encode_marks(out: &mut Vec<u8>, marks: &[Mark]) {
    if marks.is_empty() {
        put(out, 0);
    }
    for (n, mark) in marks.iter().enumerate() {
        put(out, mark.seq << 1 | u64::from(n + 1 < marks.len()));
        out.extend_from_slice(&mark.check.0);
    }
}

fn decode_marks(input: &mut Input<'_>) -> Result<Vec<Mark>, WireError> {
    let mut marks = Vec::new();
    loop {
        let code = input.number()?;
        if code == 0 && marks.is_empty() {
            return Ok(marks);
        }
        let seq = code >> 1;
        if seq == 0 || seq > SEQ_MAX || marks.len() >= MARKS_MAX {
            return Err(WireError::Malformed("a place in a log"));
        }
        marks.push(Mark { seq, check: Check(input.array()?) });
        if code & 1 == 0 {
            return Ok(marks);
        }
    }
}

fn encode_segments(out: &mut Vec<u8>, segments: &[(KeyRef, Packed)]) {
    let mut plain = Vec::new();
    for (key, packed) in segments {
        key.encode(&mut plain);
        put(&mut plain, packed.first_seq);
        put(&mut plain, packed.count as u64);
        plain.extend_from_slice(&packed.signature);
        put(&mut plain, packed.ops.len() as u64);
        plain.extend_from_slice(&packed.ops);
    }
    let packed = (plain.len() >= PACK_MIN_BYTES).then(|| zstd::bulk::compress(&plain, LEVEL).ok()).flatten();
    match packed.filter(|packed| packed.len() < plain.len()) {
        Some(packed) => {
            out.push(1);
            out.extend_from_slice(&packed);
        }
        None => {
            out.push(0);
            out.extend_from_slice(&plain);
        }
    }
}

fn decode_segments(input: &mut Input<'_>) -> Result<Vec<(KeyRef, Packed)>, WireError> {
    let [is_packed] = input.array()?;
    let plain = if is_packed == 1 { unpack(&input.take_rest())? } else { input.take_rest() };
    let mut input = Input { rest: &plain };
    input.many(SEGMENT_MAX_OPS * 16, |input| {
        let key = KeyRef::decode(input)?;
        let first_seq = input.number()?;
        let count = usize::try_from(input.number()?).unwrap_or(usize::MAX);
        if first_seq == 0 || first_seq > SEQ_MAX || count == 0 || count > SEGMENT_MAX_OPS {
            return Err(WireError::Malformed("a segment of 1 to 256 operations"));
        }
        let signature = input.array()?;
        let length = usize::try_from(input.number()?).unwrap_or(usize::MAX);
        let ops = input.take(length)?.to_vec();
        // Whose it is stands in the reference; the session puts it in.
        Ok((key, Packed { key: LogId([0; 32]), first_seq, count, signature, ops }))
    })
}

fn unpack(bytes: &[u8]) -> Result<Vec<u8>, WireError> {
    let mut decoder = zstd::Decoder::new(bytes).map_err(|_| WireError::Malformed("packed segments"))?;
    // The packer sets as much aside as the sender's header says, or refuses.
    decoder.window_log_max(UNPACKED_MAX_LOG).map_err(|_| WireError::Malformed("packed segments"))?;
    let mut plain = Vec::new();
    let read = decoder.take(UNPACKED_MAX_BYTES + 1).read_to_end(&mut plain);
    read.map_err(|_| WireError::Malformed("packed segments"))?;
    if plain.len() as u64 > UNPACKED_MAX_BYTES { Err(WireError::Bomb) } else { Ok(plain) }
}

fn encode_text(out: &mut Vec<u8>, text: &str) {
    let mut end = text.len().min(TEXT_MAX_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    put(out, end as u64);
    out.extend_from_slice(&text.as_bytes()[..end]);
}

/// A text by somebody else: short, and nothing in it steers a terminal.
fn decode_text(input: &mut Input<'_>) -> Result<String, WireError> {
    let length = usize::try_from(input.number()?).unwrap_or(usize::MAX);
    if length > TEXT_MAX_BYTES {
        return Err(WireError::Malformed("a short text"));
    }
    let text = std::str::from_utf8(input.take(length)?).map_err(|_| WireError::Malformed("a text"))?;
    Ok(text.chars().filter(|c| !c.is_control()).collect())
}

fn put(out: &mut Vec<u8>, number: u64) {
    out.extend(number.encode_var_vec());
}

struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], WireError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(WireError::Malformed("more bytes"))?;
        self.rest = rest;
        Ok(taken)
    }

    fn take_rest(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.rest).to_vec()
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], WireError> {
        self.take(N)?.try_into().map_err(|_| WireError::Malformed("more bytes"))
    }

    fn number(&mut self) -> Result<u64, WireError> {
        let (number, length) = u64::decode_var(self.rest).ok_or(WireError::Malformed("a number"))?;
        self.take(length)?;
        Ok(number)
    }

    fn signed(&mut self) -> Result<i64, WireError> {
        let (number, length) = i64::decode_var(self.rest).ok_or(WireError::Malformed("a number"))?;
        self.take(length)?;
        Ok(number)
    }

    fn many<T>(
        &mut self,
        most: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, WireError>,
    ) -> Result<Vec<T>, WireError> {
        let mut found = Vec::new();
        while !self.rest.is_empty() {
            if found.len() >= most {
                return Err(WireError::Malformed("fewer parts"));
            }
            found.push(read(self)?);
        }
        Ok(found)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packed(frame: &[u8]) -> Result<(Message, bool), WireError> {
        Message::decode(&[&[5, 1], frame].concat())
    }

    #[test]
    fn a_packed_message_sets_aside_no_more_than_it_may_unpack_to() {
        // An empty frame of zstd (RFC 8878, section 3.1) that asks for a window of so many bytes, as a power of two.
        let empty = |log: u8| [0x28, 0xb5, 0x2f, 0xfd, 0, (log - 10) << 3, 1, 0, 0];
        assert_eq!(packed(&empty(18)), Ok((Message::Segments(Vec::new()), false)));
        for log in [19, 27, 30, 41] {
            assert_eq!(packed(&empty(log)), Err(WireError::Malformed("packed segments")), "{log}");
        }
        let bomb = zstd::bulk::compress(&vec![0; 64 << 20], LEVEL).unwrap();
        assert_eq!(packed(&bomb), Err(WireError::Malformed("packed segments")));
        let mut streamed = zstd::Encoder::new(Vec::new(), LEVEL).unwrap();
        streamed.window_log(18).unwrap();
        std::io::copy(&mut std::io::repeat(0).take(64 << 20), &mut streamed).unwrap();
        assert_eq!(packed(&streamed.finish().unwrap()), Err(WireError::Bomb));
    }
}
