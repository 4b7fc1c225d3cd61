//! The journal: the second, append-only copy of the log, from which a damaged database is rebuilt.
//!
//! Invariant: every record has a marker, a length and a checksum of its own, so damage in one costs no other. Bytes in
//! `docs/store.md`.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::Path,
};

use crate::{
    ids::{LogId, OpRef, RaceId},
    log::{SEGMENT_MAX_BYTES, Segment, SignedHead},
    race::Origin,
};

const MAGIC: &[u8; 8] = b"BIBTRLJ0";
/// Magic, race, director, root, checksum.
pub(super) const HEADER_BYTES: usize = 8 + 16 + 32 + 32 + 8;
const MARKER: [u8; 4] = [0xb1, 0xb7, 0x5a, 0x17];
/// Marker, length, checksum.
const FRAME_BYTES: usize = 4 + 4 + 8;
const RECORD_MAX_BYTES: usize = SEGMENT_MAX_BYTES + 64;

/// The file a journal lives in: the disk is an argument, so tests can crash it.
pub trait JournalFile: Send {
    /// Its length in bytes.
    ///
    /// # Errors
    /// When the file cannot be asked.
    fn len(&mut self) -> io::Result<u64>;

    /// Whether nothing is in it.
    ///
    /// # Errors
    /// When the file cannot be asked.
    fn is_empty(&mut self) -> io::Result<bool> {
        Ok(self.len()? == 0)
    }

    /// What it holds from `offset` on, at most so many bytes.
    ///
    /// # Errors
    /// When the file cannot be read.
    fn read(&mut self, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>>;

    /// Adds bytes at its end.
    ///
    /// # Errors
    /// When they could not all be added; some may have been.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes sure that what was added survives a power cut.
    ///
    /// # Errors
    /// When it may not; what was added since the last sync must then be added again.
    fn sync(&mut self) -> io::Result<()>;

    /// Cuts it to `length` bytes.
    ///
    /// # Errors
    /// When it could not be cut.
    fn truncate(&mut self, length: u64) -> io::Result<()>;
}

/// A journal in a file of the system.
pub struct FileJournal {
    file: File,
}

impl FileJournal {
    /// Opens the file, making it if need be.
    ///
    /// # Errors
    /// When it cannot be opened for reading and writing.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
        if file.metadata()?.len() == 0 {
            // A new file is only there after a power cut if its folder was synced.
            file.sync_all()?;
            if let Some(folder) = path.parent() {
                File::open(folder)?.sync_all()?;
            }
        }
        Ok(Self { file })
    }
}

impl JournalFile for FileJournal {
    fn len(&mut self) -> io::Result<u64> {
        Ok(self.file.metadata()?.len())
    }

    fn read(&mut self, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.file.seek(SeekFrom::Start(offset))?;
        (&self.file).take(bytes_max).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync_data()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.set_len(length)
    }
}

/// One record of a journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// An operation of this replica's own log, as it was recorded.
    Own(OpRef, Vec<u8>),
    /// A segment that was merged.
    Segment(Segment),
    /// This replica vouched for its own log.
    Head(LogId, SignedHead),
}

impl Record {
    fn encode(&self) -> Vec<u8> {
        match self {
            Self::Own(at, op) => [&[1], &at.log.0[..], &at.seq.to_le_bytes(), op].concat(),
            Self::Segment(segment) => [&[2], &segment.encode()[..]].concat(),
            Self::Head(log, head) => {
                [&[3], &log.0[..], &head.seq.to_le_bytes(), &head.hash.0, &head.signature].concat()
            }
        }
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (tag, rest) = bytes.split_first()?;
        match tag {
            1 => {
                let (at, op) = split_place(rest)?;
                Some(Self::Own(at, op.to_vec()))
            }
            2 => Segment::decode(rest).ok().map(Self::Segment),
            3 => {
                let (at, rest) = split_place(rest)?;
                let (hash, signature) = rest.split_first_chunk::<32>()?;
                let signature = signature.try_into().ok()?;
                let hash = crate::ids::Hash(*hash);
                Some(Self::Head(at.log, SignedHead { seq: at.seq, hash, signature }))
            }
            _ => None,
        }
    }
}

fn split_place(bytes: &[u8]) -> Option<(OpRef, &[u8])> {
    let (log, rest) = bytes.split_first_chunk::<32>()?;
    let (seq, rest) = rest.split_first_chunk::<8>()?;
    Some((OpRef { log: LogId(*log), seq: u64::from_le_bytes(*seq) }, rest))
}

/// What a stretch of a journal holds.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// The records that read.
    pub(super) records: Vec<Record>,
    /// Where the last of them ends, from the start of the file.
    pub(super) end: u64,
    /// Places before that end where bytes are no record.
    pub(super) damaged: Vec<u64>,
}

/// A journal, and how much of it is known to be on the disk.
pub(super) struct Journal {
    file: Box<dyn JournalFile>,
    length: u64,
    /// Where it ended when a group began whose records are synced together at its end.
    held_from: Option<u64>,
}

impl Journal {
    /// A new journal in an empty file.
    pub(super) fn create(mut file: Box<dyn JournalFile>, origin: Origin) -> io::Result<Self> {
        file.truncate(0)?;
        file.append(&header(origin))?;
        file.sync()?;
        Ok(Self { file, length: HEADER_BYTES as u64, held_from: None })
    }

    /// The journal in this file. Says what its header names; nothing if the header is damaged.
    pub(super) fn open(mut file: Box<dyn JournalFile>) -> io::Result<(Self, Option<Origin>)> {
        let length = file.len()?;
        let header = if length >= HEADER_BYTES as u64 { read_header(&mut *file)? } else { None };
        Ok((Self { file, length, held_from: None }, header))
    }

    pub(super) fn length(&self) -> u64 {
        self.length
    }

    /// Adds records, not synced yet. Says where the journal then ends. What an earlier, failed call left is cut off.
    pub(super) fn append(&mut self, records: &[Record]) -> io::Result<u64> {
        let bytes: Vec<u8> = records.iter().flat_map(|record| frame(&record.encode())).collect();
        self.append_frames(&bytes)
    }

    /// As [`Journal::append`], of frames made by [`segment_frame`].
    pub(super) fn append_frames(&mut self, bytes: &[u8]) -> io::Result<u64> {
        if self.file.len()? != self.length {
            self.file.truncate(self.length)?;
        }
        self.file.append(bytes)?;
        Ok(self.length + bytes.len() as u64)
    }

    /// Makes what was appended up to `length` part of the journal. Inside a group the disk is not waited for yet.
    pub(super) fn sync(&mut self, length: u64) -> io::Result<()> {
        if self.held_from.is_none() {
            self.file.sync()?;
        }
        self.length = length;
        Ok(())
    }

    /// A group begins: what is appended from now on is synced by [`Journal::release`].
    pub(super) fn hold(&mut self) {
        self.held_from = Some(self.length);
    }

    /// The group ends: all that it appended goes onto the disk, if `wait` says that the disk is waited for at all.
    pub(super) fn release(&mut self, wait: bool) -> io::Result<()> {
        if wait && self.held_from.is_some_and(|from| from < self.length) {
            self.file.sync()?;
        }
        self.held_from = None;
        Ok(())
    }

    /// Whether a group's records are still to be synced.
    pub(super) fn is_held(&self) -> bool {
        self.held_from.is_some()
    }

    /// The group failed before its records were synced: they are no part of the journal, and are cut off by the next
    /// that are appended.
    pub(super) fn give_up(&mut self) {
        if let Some(from) = self.held_from.take() {
            self.length = from;
        }
    }

    /// Takes what was appended up to `length` for granted: for stores that promise nothing.
    pub(super) fn trust(&mut self, length: u64) {
        self.length = length;
    }

    /// Reads from `offset` on. Bytes that are no record are passed over.
    pub(super) fn read(&mut self, offset: u64) -> io::Result<Contents> {
        Ok(parse(&self.file.read(offset, u64::MAX)?, offset))
    }

    /// Begins anew with the same header.
    pub(super) fn restart(&mut self, origin: Origin) -> io::Result<()> {
        self.file.truncate(0)?;
        self.file.append(&header(origin))?;
        self.length = HEADER_BYTES as u64;
        Ok(())
    }

    /// Cuts off what comes after `length`: a record that a power cut tore.
    pub(super) fn cut(&mut self, length: u64) -> io::Result<()> {
        if self.length > length {
            self.file.truncate(length)?;
            self.length = length;
        }
        Ok(())
    }
}

fn header(origin: Origin) -> Vec<u8> {
    let mut bytes = [MAGIC, &origin.race.0.as_bytes()[..], &origin.director.0, &origin.root.0].concat();
    bytes.extend_from_slice(&checksum(*b"head", &bytes));
    bytes
}

fn read_header(file: &mut dyn JournalFile) -> io::Result<Option<Origin>> {
    let bytes = file.read(0, HEADER_BYTES as u64)?;
    let (bytes, sum) = bytes.split_at(bytes.len().min(HEADER_BYTES - 8));
    if checksum(*b"head", bytes) != sum {
        return Ok(None);
    }
    let parts = bytes.strip_prefix(MAGIC).and_then(|rest| rest.split_first_chunk::<16>());
    Ok(parts.and_then(|(race, rest)| {
        let (director, rest) = rest.split_first_chunk::<32>()?;
        let (root, _) = rest.split_first_chunk::<32>()?;
        let race = RaceId(uuid::Uuid::from_bytes(*race));
        Some(Origin { race, director: LogId(*director), root: LogId(*root) })
    }))
}

/// The record of a segment that is already encoded.
pub(super) fn segment_frame(encoded: &[u8]) -> Vec<u8> {
    frame(&[&[2], encoded].concat())
}

fn frame(payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).unwrap_or(u32::MAX).to_le_bytes();
    [&MARKER[..], &length, &checksum(length, payload), payload].concat()
}

fn checksum(first: [u8; 4], payload: &[u8]) -> [u8; 8] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&first);
    hasher.update(payload);
    let mut cut = [0; 8];
    hasher.finalize_xof().fill(&mut cut);
    cut
}

fn parse(bytes: &[u8], offset: u64) -> Contents {
    let mut contents = Contents { end: offset, ..Contents::default() };
    let mut at = 0;
    let mut gap = None;
    while at < bytes.len() {
        if let Some((record, length)) = record_at(&bytes[at..]) {
            contents.damaged.extend(gap.take());
            contents.records.push(record);
            at += length;
            contents.end = offset + at as u64;
        } else {
            // Not a record: look for the next marker, so that damage costs one record and no more.
            gap = gap.or(Some(offset + at as u64));
            let ahead = bytes[at + 1..].windows(MARKER.len()).position(|window| window == MARKER);
            at = ahead.map_or(bytes.len(), |ahead| at + 1 + ahead);
        }
    }
    contents
}

fn record_at(bytes: &[u8]) -> Option<(Record, usize)> {
    let rest = bytes.strip_prefix(&MARKER)?;
    let (length, rest) = rest.split_first_chunk::<4>()?;
    let (sum, rest) = rest.split_first_chunk::<8>()?;
    let payload_bytes =
        usize::try_from(u32::from_le_bytes(*length)).ok().filter(|n| *n <= RECORD_MAX_BYTES)?;
    let payload = rest.get(..payload_bytes)?;
    if checksum(*length, payload) != *sum {
        return None;
    }
    Some((Record::decode(payload)?, FRAME_BYTES + payload_bytes))
}

/// The records of a whole journal file, for the fuzzer: any bytes are allowed.
impl Record {
    /// Every record that reads in `bytes`, whatever stands between them.
    #[must_use]
    pub fn all_in(bytes: &[u8]) -> Vec<Self> {
        parse(bytes, 0).records
    }
}
