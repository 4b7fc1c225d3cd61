//! Screen to camera: a payload as an endless row of QR codes, of which any few enough are enough; and single codes.
//!
//! Invariant: frames may be lost, repeated, out of order, foreign or hostile. What comes out is what went in, or an
//! error; a stranger's header allocates nothing, and no number of his reaches the fountain code unchecked.
//!
//! A frame, numbers big-endian:
//!
//! | bytes | what |
//! |---|---|
//! | 2 | `BQ` |
//! | 1 | version, 1 |
//! | 4 | length of the payload |
//! | 8 | the first bytes of its BLAKE3 hash |
//! | 3 | number of the symbol |
//! | 4 | the first bytes of the BLAKE3 hash of the frame without these |
//! | the rest | a symbol of RaptorQ (RFC 6330), all of one size; one source block, one sub-block, alignment 1 |
//!
//! The hash of a frame keeps a misread one from spoiling the rest. It proves nothing about who shows it: what a payload
//! says has its own signatures.

mod render;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use raptorq::{
    EncodingPacket, ObjectTransmissionInformation, PayloadId, SourceBlockDecoder, SourceBlockEncoder,
};
use thiserror::Error;

pub use render::{png, terminal, text_png, text_terminal};

/// The most bytes of a payload.
pub const PAYLOAD_MAX_BYTES: usize = 1024 * 1024;

/// The fewest bytes of a symbol. Fewer would make more symbols of the longest payload than is quickly solved.
pub const SYMBOL_MIN_BYTES: usize = 64;

/// The most bytes of a symbol: its frame fills a QR code of version 20 at medium error correction.
pub const SYMBOL_MAX_BYTES: usize = 644;

/// What phones read well at arm's length: frames fill QR codes of version 16.
pub const SYMBOL_BYTES: usize = 428;

const MAGIC: [u8; 2] = *b"BQ";
const VERSION: u8 = 1;
const HEADER_BYTES: usize = 22;
/// Where the frame's own hash stands.
const CHECK: std::ops::Range<usize> = 18..22;

/// The numbers of symbols: 24 bits, in RFC 6330 and here.
const SYMBOLS: u32 = 1 << 24;

/// RaptorQ fails once in 100 times without a symbol too many, and 100 times less often with each (RFC 6330). So many are
/// never needed of honest ones.
const SPARE_SYMBOLS: usize = 32;

/// What is wrong with a code, or with what is to become one.
#[derive(Debug, Error)]
pub enum QrError {
    /// There is nothing to show.
    #[error("there is nothing to show as QR codes")]
    Empty,
    /// Too much for codes.
    #[error(
        "{bytes} bytes are too many for QR codes, which carry {PAYLOAD_MAX_BYTES}. Use another way, or a file"
    )]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// A size that no code is made for.
    #[error("symbols of {bytes} bytes do not fit; they have {SYMBOL_MIN_BYTES} to {SYMBOL_MAX_BYTES}")]
    SymbolSize {
        /// The size.
        bytes: usize,
    },
    /// Too much for one code.
    #[error("{bytes} bytes do not fit in one QR code. Show fewer")]
    DoesNotFit {
        /// How many.
        bytes: usize,
    },
    /// Somebody else's code.
    #[error("this QR code is none of Bibtrail's moving ones. Point the camera at the other phone's screen")]
    NotOurs,
    /// A newer app's code.
    #[error("this QR code is of version {0}, which this app does not know. Update it")]
    Version(u8),
    /// Misread.
    #[error("this QR code was misread. Hold still; the next will do")]
    Misread,
    /// A header that no honest app writes.
    #[error("this QR code announces what cannot be: {what}. It was left out")]
    Header {
        /// What.
        what: &'static str,
    },
    /// Another transfer's.
    #[error(
        "this QR code belongs to another transfer than the one begun. Finish that, or start over for this one"
    )]
    OtherTransfer,
    /// All arrived, and it is not what was announced.
    #[error("the QR codes do not add up to what they announced; all of them were dropped. Start over")]
    WrongHash,
    /// No picture.
    #[error("the picture of the QR code cannot be made: {0}")]
    Png(#[from] png::EncodingError),
}

/// What a frame's header says, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Transfer {
    payload_bytes: usize,
    symbol_bytes: usize,
    hash: [u8; 8],
}

impl Transfer {
    fn of(payload: &[u8], symbol_bytes: usize) -> Result<Self, QrError> {
        if payload.is_empty() {
            return Err(QrError::Empty);
        }
        if payload.len() > PAYLOAD_MAX_BYTES {
            return Err(QrError::TooLong { bytes: payload.len() });
        }
        if !(SYMBOL_MIN_BYTES..=SYMBOL_MAX_BYTES).contains(&symbol_bytes) {
            return Err(QrError::SymbolSize { bytes: symbol_bytes });
        }
        // A short payload makes a small code.
        let symbol_bytes = symbol_bytes.min(payload.len().max(SYMBOL_MIN_BYTES));
        Ok(Self { payload_bytes: payload.len(), symbol_bytes, hash: short_hash(&[payload]) })
    }

    /// How many symbols the payload fills: 1 to 16,384.
    fn symbols(&self) -> usize {
        self.payload_bytes.div_ceil(self.symbol_bytes)
    }

    /// The fountain code's own parameters. The checks of [`Transfer::of`] and [`read`] are stricter than its.
    fn parameters(&self) -> Result<(ObjectTransmissionInformation, u64), QrError> {
        let size =
            u16::try_from(self.symbol_bytes).map_err(|_| QrError::SymbolSize { bytes: self.symbol_bytes })?;
        let block_bytes = (self.symbols() * self.symbol_bytes) as u64;
        Ok((ObjectTransmissionInformation::new(self.payload_bytes as u64, size, 1, 1, 1), block_bytes))
    }
}

fn short_hash<const N: usize>(parts: &[&[u8]]) -> [u8; N] {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(part);
    }
    let mut cut = [0; N];
    hasher.finalize_xof().fill(&mut cut);
    cut
}

fn write(transfer: &Transfer, number: u32, symbol: &[u8]) -> Vec<u8> {
    let mut frame = Vec::with_capacity(HEADER_BYTES + symbol.len());
    frame.extend(MAGIC);
    frame.push(VERSION);
    // Both fit: a payload has at most 2^20 bytes, a number is below 2^24.
    frame.extend_from_slice(&(transfer.payload_bytes as u64).to_be_bytes()[4..]);
    frame.extend(transfer.hash);
    frame.extend_from_slice(&number.to_be_bytes()[1..]);
    frame.extend(short_hash::<4>(&[&frame, symbol]));
    frame.extend_from_slice(symbol);
    frame
}

/// Checks a frame. It gives the transfer, the number of the symbol, and the symbol.
fn read(frame: &[u8]) -> Result<(Transfer, u32, &[u8]), QrError> {
    let Some((header, symbol)) = frame.split_at_checked(HEADER_BYTES) else { return Err(QrError::NotOurs) };
    if header[..2] != MAGIC {
        return Err(QrError::NotOurs);
    }
    if header[2] != VERSION {
        return Err(QrError::Version(header[2]));
    }
    if header[CHECK] != short_hash::<4>(&[&header[..CHECK.start], symbol]) {
        return Err(QrError::Misread);
    }
    let number_at = |range: std::ops::Range<usize>| {
        header[range].iter().fold(0_u32, |number, byte| number << 8 | u32::from(*byte))
    };
    let payload_bytes = number_at(3..7) as usize;
    if !(1..=PAYLOAD_MAX_BYTES).contains(&payload_bytes) {
        return Err(QrError::Header { what: "a payload that is empty or too long" });
    }
    if !(SYMBOL_MIN_BYTES..=SYMBOL_MAX_BYTES).contains(&symbol.len()) {
        return Err(QrError::Header { what: "a symbol of no proper size" });
    }
    let mut hash = [0; 8];
    hash.copy_from_slice(&header[7..15]);
    Ok((Transfer { payload_bytes, symbol_bytes: symbol.len(), hash }, number_at(15..18), symbol))
}

/// The frames of a payload, without end: first the payload itself, then mixtures of it, no two alike. Whoever begins to
/// watch late misses nothing.
pub struct Animation {
    transfer: Transfer,
    source: Vec<Vec<u8>>,
    encoder: SourceBlockEncoder,
    next: u32,
}

impl Animation {
    /// Shows `payload`, of 1 to [`PAYLOAD_MAX_BYTES`], in frames of `symbol_bytes` ([`SYMBOL_BYTES`] is a good size) and
    /// 22 bytes of header.
    ///
    /// # Errors
    /// When the payload is empty or too long, or no QR code has such symbols.
    pub fn new(payload: &[u8], symbol_bytes: usize) -> Result<Self, QrError> {
        let transfer = Transfer::of(payload, symbol_bytes)?;
        let (parameters, _) = transfer.parameters()?;
        let mut block = payload.to_vec();
        block.resize(transfer.symbols() * transfer.symbol_bytes, 0);
        let encoder = SourceBlockEncoder::new(0, &parameters, &block);
        let source = block.chunks(transfer.symbol_bytes).map(<[u8]>::to_vec).collect();
        Ok(Self { transfer, source, encoder, next: 0 })
    }

    /// How many different frames carry the payload, if none is misread (seldom one more).
    #[must_use]
    pub fn frames_needed(&self) -> usize {
        self.source.len()
    }
}

impl Iterator for Animation {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let number = self.next;
        self.next = (number + 1) % SYMBOLS;
        if let Some(symbol) = self.source.get(number as usize) {
            return Some(write(&self.transfer, number, symbol));
        }
        // There are at most 2^14 source symbols.
        let repair = number - u32::try_from(self.source.len()).ok()?;
        let packet = self.encoder.repair_packets(repair, 1).pop()?;
        Some(write(&self.transfer, number, packet.data()))
    }
}

/// How far a transfer is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// More frames are needed.
    Partial {
        /// How many different ones have come.
        have: usize,
        /// How many are needed (seldom one more).
        need: usize,
    },
    /// All is here, and its hash is right.
    Complete(Vec<u8>),
}

/// Collects the frames of one transfer, the first that comes.
#[derive(Default)]
pub struct Collector {
    begun: Option<Begun>,
}

struct Begun {
    transfer: Transfer,
    symbols: BTreeMap<u32, Vec<u8>>,
    decoder: Option<SourceBlockDecoder>,
    payload: Option<Vec<u8>>,
}

impl Collector {
    /// Waits for any transfer.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes in what a camera read. Frames may come in any order, again, or never.
    ///
    /// # Errors
    /// Why the frame was left out. Only [`QrError::WrongHash`] touches what was collected: all of it is dropped.
    pub fn push(&mut self, frame: &[u8]) -> Result<Progress, QrError> {
        let (transfer, number, symbol) = read(frame)?;
        let begun = self.begun.get_or_insert_with(|| Begun {
            transfer,
            symbols: BTreeMap::new(),
            decoder: None,
            payload: None,
        });
        if begun.transfer != transfer {
            return Err(QrError::OtherTransfer);
        }
        let progress = begun.push(number, symbol);
        if progress.is_err() {
            self.begun = None;
        }
        progress
    }
}

impl Begun {
    fn push(&mut self, number: u32, symbol: &[u8]) -> Result<Progress, QrError> {
        if let Some(payload) = &self.payload {
            return Ok(Progress::Complete(payload.clone()));
        }
        let need = self.transfer.symbols();
        let is_new = self.symbols.insert(number, symbol.to_vec()).is_none();
        let have = self.symbols.len();
        if have < need || !is_new {
            return Ok(Progress::Partial { have, need });
        }
        let Some(mut payload) = self.solve(number)? else {
            return if have < need + SPARE_SYMBOLS {
                Ok(Progress::Partial { have, need })
            } else {
                Err(QrError::WrongHash)
            };
        };
        payload.truncate(self.transfer.payload_bytes);
        if short_hash(&[&payload]) != self.transfer.hash {
            return Err(QrError::WrongHash);
        }
        self.payload = Some(payload.clone());
        self.symbols.clear();
        self.decoder = None;
        Ok(Progress::Complete(payload))
    }

    /// Enough symbols are here: all go to the decoder at first, then the newest.
    fn solve(&mut self, newest: u32) -> Result<Option<Vec<u8>>, QrError> {
        let packet = |(number, symbol): (&u32, &Vec<u8>)| {
            EncodingPacket::new(PayloadId::new(0, *number), symbol.clone())
        };
        if let Some(decoder) = &mut self.decoder {
            return Ok(decoder.decode(self.symbols.get_key_value(&newest).map(packet)));
        }
        let (parameters, block_bytes) = self.transfer.parameters()?;
        let decoder = self.decoder.insert(SourceBlockDecoder::new(0, &parameters, block_bytes));
        Ok(decoder.decode(self.symbols.iter().map(packet)))
    }
}
