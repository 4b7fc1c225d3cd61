//! Bundles: log segments in a file, to be carried by anyone, in any order, as often as you like. Bytes in `docs/wire.md`.
//!
//! Invariant: a file that reads is whole. A torn, damaged, foreign or future file is refused before any of it is used,
//! and no claim inside a file makes the reader set aside memory.

use std::io::Read;

use integer_encoding::VarInt;
use thiserror::Error;
use uuid::Uuid;

use crate::{
    ids::RaceId,
    log::{SEGMENT_MAX_BYTES, Segment, SegmentError},
};

const MAGIC: &[u8; 8] = b"BIBTRAIL";
const VERSION: u8 = 0;
/// Magic, version, race, length of the payload.
const HEADER_BYTES: usize = 8 + 1 + 16 + 8;
const CHECKSUM_BYTES: usize = 32;

/// The longest bundle file, in bytes: some ten million scans.
pub const BUNDLE_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The most bytes a bundle may unpack to.
pub const UNPACKED_MAX_BYTES: u64 = 256 * 1024 * 1024;

/// How many bundles may stand in one file, one after the other: what one alone cannot hold goes on in the next.
pub const PARTS_MAX: usize = 16;

/// The longest file of bundles, in bytes.
pub const FILE_MAX_BYTES: u64 = PARTS_MAX as u64 * (BUNDLE_MAX_BYTES + 1024);

/// So many bytes of segments go into one bundle before the next begins; packed they are never more than it may hold.
const PART_BYTES: usize = 48 * 1024 * 1024;

/// The largest window that unpacking may set aside, as a power of two of bytes: 8 MiB, more than [`LEVEL`] ever uses.
const WINDOW_LOG_MAX: u32 = 23;

/// zstd's level: on column-coded scans higher levels gain under 1 %.
const LEVEL: i32 = 9;

/// Why a file is no bundle. Nothing of it was used.
#[derive(Debug, Error)]
pub enum BundleError {
    /// Not a bundle at all.
    #[error(
        "this is not a Bibtrail bundle: it does not begin with BIBTRAIL. Choose a file that ends in .bibtrail"
    )]
    NotABundle,
    /// Written by a newer app.
    #[error("the bundle has format {found}, this app reads up to {VERSION}. Update the app; nothing is lost")]
    Future {
        /// Its format.
        found: u8,
    },
    /// Of another race.
    #[error("the bundle belongs to another race ({found}, not {expected}). Merge it where that race is")]
    Foreign {
        /// Its race.
        found: RaceId,
        /// The race here.
        expected: RaceId,
    },
    /// Shorter than it says.
    #[error(
        "the bundle is cut short: {found} of {expected} bytes are here. Ask for it to be sent or copied again"
    )]
    Torn {
        /// Bytes here.
        found: u64,
        /// Bytes it should have.
        expected: u64,
    },
    /// More bytes than a bundle may have.
    #[error(
        "the bundle claims {claimed} bytes; the limit is {BUNDLE_MAX_BYTES}. It is damaged or not honest; ask for a new one"
    )]
    TooLarge {
        /// What it claims.
        claimed: u64,
    },
    /// A byte is not what was written.
    #[error(
        "the bundle is damaged: its checksum does not match, so at least one of its {bytes} bytes changed on the way. Ask for it to be sent again"
    )]
    Damaged {
        /// Its size.
        bytes: u64,
    },
    /// Does not unpack.
    #[error("the bundle does not unpack: {0}. Ask its sender for a new one")]
    Unpack(#[source] std::io::Error),
    /// A segment does not decode.
    #[error("segment {number} of the bundle is malformed: {source}. Ask its sender for a new one")]
    Segment {
        /// Which, from 1.
        number: usize,
        /// What is wrong.
        source: SegmentError,
    },
}

/// Writes these segments as a bundle, or, where they are too many for one, as several in a row.
#[must_use]
pub fn encode<'a>(race: RaceId, segments: impl IntoIterator<Item = &'a Segment>) -> Vec<u8> {
    encode_in_parts(race, segments, PART_BYTES)
}

/// As [`encode`], with a new bundle after so many bytes of segments.
#[must_use]
pub fn encode_in_parts<'a>(
    race: RaceId,
    segments: impl IntoIterator<Item = &'a Segment>,
    part_bytes: usize,
) -> Vec<u8> {
    let (mut out, mut plain) = (Vec::new(), Vec::new());
    for segment in segments {
        let bytes = segment.encode();
        if !plain.is_empty() && plain.len() + bytes.len() > part_bytes {
            out.extend(seal(race, &pack(&plain)));
            plain.clear();
        }
        plain.extend_from_slice(&bytes.len().encode_var_vec());
        plain.extend_from_slice(&bytes);
    }
    out.extend(seal(race, &pack(&plain)));
    out
}

fn pack(plain: &[u8]) -> Vec<u8> {
    // zstd writes to memory without fail; were it ever to, the reader's checks would refuse the empty payload.
    zstd::bulk::compress(plain, LEVEL).unwrap_or_default()
}

fn seal(race: RaceId, payload: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_BYTES + payload.len() + CHECKSUM_BYTES);
    out.extend_from_slice(MAGIC);
    out.push(VERSION);
    out.extend_from_slice(race.0.as_bytes());
    out.extend_from_slice(&(payload.len() as u64).to_le_bytes());
    out.extend_from_slice(payload);
    let checksum = blake3::hash(&out);
    out.extend_from_slice(checksum.as_bytes());
    out
}

/// The race a bundle belongs to, by its header alone.
///
/// # Errors
/// When this is no bundle of a format this app knows.
pub fn race_of(bytes: &[u8]) -> Result<RaceId, BundleError> {
    let start = &bytes[..bytes.len().min(MAGIC.len())];
    if start.is_empty() || !MAGIC.starts_with(start) {
        return Err(BundleError::NotABundle);
    }
    if bytes.len() < HEADER_BYTES {
        return Err(BundleError::Torn {
            found: bytes.len() as u64,
            expected: (HEADER_BYTES + CHECKSUM_BYTES) as u64,
        });
    }
    if bytes[8] > VERSION {
        return Err(BundleError::Future { found: bytes[8] });
    }
    let race: [u8; 16] = bytes[9..25].try_into().map_err(|_| BundleError::NotABundle)?;
    Ok(RaceId(Uuid::from_bytes(race)))
}

/// A file of bundles that proved whole. Its segments are read one by one, so its size is not this app's memory.
pub struct Bundle<'a> {
    race: RaceId,
    unpacked: Unpacked<'a>,
    /// Payloads of the bundles that follow, the next last.
    rest: Vec<&'a [u8]>,
    number: usize,
}

type Unpacked<'a> = std::io::Take<zstd::Decoder<'static, std::io::BufReader<&'a [u8]>>>;

impl<'a> Bundle<'a> {
    /// Checks a file as a whole: what it is, its length, its checksums.
    ///
    /// # Errors
    /// When it is not one whole bundle of a known format, or several of one race.
    pub fn open(bytes: &'a [u8]) -> Result<Self, BundleError> {
        let race = race_of(bytes)?;
        let (first, mut after) = whole(bytes, race)?;
        let mut rest = Vec::new();
        while !after.is_empty() {
            if rest.len() + 1 == PARTS_MAX || !after.starts_with(MAGIC) {
                return Err(BundleError::Damaged { bytes: bytes.len() as u64 });
            }
            let (next, then) = whole(after, race)?;
            rest.push(next);
            after = then;
        }
        rest.reverse();
        Ok(Self { race, unpacked: unpack(first)?, rest, number: 0 })
    }

    /// The race it belongs to.
    #[must_use]
    pub fn race(&self) -> RaceId {
        self.race
    }

    /// The next segment, not verified yet, and its bytes; nothing after the last.
    ///
    /// # Errors
    /// When it does not unpack or decode. The bundle is then of no further use.
    pub fn next_segment(&mut self) -> Result<Option<(Segment, Vec<u8>)>, BundleError> {
        self.number += 1;
        let number = self.number;
        let Some(length) = self.next_length()? else { return Ok(None) };
        if length > SEGMENT_MAX_BYTES {
            let source = SegmentError::Malformed { at: 0, what: "a segment of at most 256 KiB" };
            return Err(BundleError::Segment { number, source });
        }
        let mut bytes = vec![0; length];
        self.unpacked.read_exact(&mut bytes).map_err(BundleError::Unpack)?;
        let segment = Segment::decode(&bytes).map_err(|source| BundleError::Segment { number, source })?;
        Ok(Some((segment, bytes)))
    }

    /// The length before a segment; nothing at the end.
    fn next_length(&mut self) -> Result<Option<usize>, BundleError> {
        let mut bytes = Vec::with_capacity(10);
        loop {
            let mut byte = [0];
            match self.unpacked.read(&mut byte).map_err(BundleError::Unpack)? {
                0 if bytes.is_empty() => match self.rest.pop() {
                    Some(next) => {
                        self.unpacked = unpack(next)?;
                        continue;
                    }
                    None => return Ok(None),
                },
                0 => return Err(BundleError::Unpack(std::io::ErrorKind::UnexpectedEof.into())),
                _ => bytes.push(byte[0]),
            }
            if byte[0] < 0x80 || bytes.len() == 10 {
                let too_long = || BundleError::Unpack(std::io::ErrorKind::InvalidData.into());
                return usize::decode_var(&bytes).map(|(length, _)| Some(length)).ok_or_else(too_long);
            }
        }
    }
}

/// The payload of the bundle at the start of these bytes, and what comes after it.
fn whole(bytes: &[u8], race: RaceId) -> Result<(&[u8], &[u8]), BundleError> {
    let found = race_of(bytes)?;
    if found != race {
        return Err(BundleError::Foreign { found, expected: race });
    }
    let claimed: [u8; 8] = bytes[25..33].try_into().map_err(|_| BundleError::NotABundle)?;
    let claimed = u64::from_le_bytes(claimed);
    if claimed > BUNDLE_MAX_BYTES {
        return Err(BundleError::TooLarge { claimed });
    }
    let (found, expected) = (bytes.len() as u64, claimed + (HEADER_BYTES + CHECKSUM_BYTES) as u64);
    let torn = BundleError::Torn { found, expected };
    let Some((bundle, after)) = usize::try_from(expected).ok().and_then(|at| bytes.split_at_checked(at))
    else {
        return Err(torn);
    };
    let (sealed, checksum) = bundle.split_at(bundle.len() - CHECKSUM_BYTES);
    if blake3::hash(sealed).as_bytes() != checksum {
        return Err(BundleError::Damaged { bytes: found });
    }
    Ok((&sealed[HEADER_BYTES..], after))
}

fn unpack(payload: &[u8]) -> Result<Unpacked<'_>, BundleError> {
    let mut decoder = zstd::Decoder::new(payload).map_err(BundleError::Unpack)?;
    // What the file says of its window is a claim, too.
    decoder.window_log_max(WINDOW_LOG_MAX).map_err(BundleError::Unpack)?;
    Ok(decoder.take(UNPACKED_MAX_BYTES))
}
