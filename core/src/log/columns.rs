//! The coding of a segment on the wire: scans as columns, everything else verbatim. Bytes in `docs/wire.md`.
//!
//! Invariant: decoding gives back the very bytes that went in. A scan whose bytes are not the canonical ones travels
//! verbatim, so nothing here ever needs to be believed: the chain proves it.

use integer_encoding::VarInt;

use super::{SEGMENT_MAX_BYTES, SEGMENT_MAX_OPS, SEQ_MAX, Segment, SegmentError, SignedHead};
use crate::{
    ids::{Bib, BootId, Hash, Key, LogId},
    op::{Body, OP_MAX_BYTES, Op, Scan, ScanKind},
    time::Reading,
};

pub(super) fn encode(segment: &Segment) -> Vec<u8> {
    let mut out = Vec::with_capacity(160 + segment.ops.len() * 6);
    out.extend_from_slice(&segment.log.0);
    put(&mut out, segment.first_seq);
    put(&mut out, segment.ops.len() as u64);
    out.extend_from_slice(&segment.head.hash.0);
    out.extend_from_slice(&segment.head.signature);
    encode_ops(&mut out, &segment.ops, None);
    out
}

pub(super) fn decode(bytes: &[u8]) -> Result<Segment, SegmentError> {
    let mut input = Input { bytes, at: 0 };
    if bytes.len() > SEGMENT_MAX_BYTES {
        return Err(input.malformed("a segment of at most 256 KiB"));
    }
    let log = LogId(input.array()?);
    let (first_seq, count) = places(&mut input)?;
    let head = SignedHead {
        seq: first_seq + count as u64 - 1,
        hash: Hash(input.array()?),
        signature: input.array()?,
    };
    let ops = decode_ops(&mut input, count, None)?;
    if input.at != bytes.len() {
        return Err(input.malformed("the end of the segment"));
    }
    Ok(Segment { log, first_seq, ops, head })
}

fn places(input: &mut Input<'_>) -> Result<(u64, usize), SegmentError> {
    let first_seq = input.number()?;
    let count = input.count(SEGMENT_MAX_OPS, "1 to 256 operations")?;
    if count == 0 || first_seq == 0 || first_seq > SEQ_MAX {
        return Err(input.malformed("places from 1 on"));
    }
    Ok((first_seq, count))
}

/// The operations, as columns. What came before them in their log, if the reader has it, need not be said again.
pub(super) fn encode_ops(out: &mut Vec<u8>, ops: &[Vec<u8>], before: Option<&[u8]>) {
    let before = before.and_then(canonical_scan);
    let shapes: Vec<Option<(u64, Scan)>> = ops.iter().map(|op| canonical_scan(op)).collect();
    encode_runs(out, &shapes);
    for (op, _) in ops.iter().zip(&shapes).filter(|(_, shape)| shape.is_none()) {
        put(out, op.len() as u64);
        out.extend_from_slice(op);
    }
    let scans: Vec<&(u64, Scan)> = shapes.iter().flatten().collect();
    encode_scans(out, &scans, before.as_ref());
}

fn decode_ops(
    input: &mut Input<'_>,
    count: usize,
    before: Option<&[u8]>,
) -> Result<Vec<Vec<u8>>, SegmentError> {
    let before = before.and_then(canonical_scan);
    let shapes = decode_runs(input, count)?;
    let verbatim = shapes
        .iter()
        .filter(|is_scan| !**is_scan)
        .map(|_| {
            let length = input.count(OP_MAX_BYTES, "an operation of at most 4096 bytes")?;
            Ok(input.take(length)?.to_vec())
        })
        .collect::<Result<Vec<_>, SegmentError>>()?;
    let scans = decode_scans(input, count - verbatim.len(), before.as_ref())?;
    let (mut verbatim, mut scans) = (verbatim.into_iter(), scans.into_iter());
    let ops = shapes.iter().filter_map(|is_scan| if *is_scan { scans.next() } else { verbatim.next() });
    Ok(ops.collect())
}

/// As [`decode_ops`], of bytes that hold nothing else.
pub(super) fn decode_only_ops(
    bytes: &[u8],
    count: usize,
    before: Option<&[u8]>,
) -> Result<Vec<Vec<u8>>, SegmentError> {
    let mut input = Input { bytes, at: 0 };
    let ops = decode_ops(&mut input, count, before)?;
    if input.at == bytes.len() { Ok(ops) } else { Err(input.malformed("the end of the operations")) }
}

/// The scan these bytes say, if encoding it again gives these bytes.
fn canonical_scan(bytes: &[u8]) -> Option<(u64, Scan)> {
    let op = Op::decode(bytes).ok()?;
    if op.encode() != bytes {
        return None;
    }
    match op.body {
        // What was copied from elsewhere is rare, and travels verbatim.
        Body::Scan(scan) if scan.source.is_none() && scan.with_pacer.is_none() => Some((op.depth, scan)),
        _ => None,
    }
}

/// Runs of scans and of other operations in turn, scans first, until every operation is told.
fn encode_runs(out: &mut Vec<u8>, shapes: &[Option<(u64, Scan)>]) {
    let mut rest = shapes;
    let mut scans = true;
    while !rest.is_empty() {
        let run = rest.iter().take_while(|shape| shape.is_some() == scans).count();
        put(out, run as u64);
        rest = &rest[run..];
        scans = !scans;
    }
}

fn decode_runs(input: &mut Input<'_>, count: usize) -> Result<Vec<bool>, SegmentError> {
    let mut shapes = Vec::with_capacity(count);
    let mut scans = true;
    while shapes.len() < count {
        let run = input.count(count - shapes.len(), "runs that add up")?;
        if run == 0 && !shapes.is_empty() {
            return Err(input.malformed("a run of at least one operation"));
        }
        shapes.resize(shapes.len() + run, scans);
        scans = !scans;
    }
    Ok(shapes)
}

fn encode_scans(out: &mut Vec<u8>, scans: &[&(u64, Scan)], before: Option<&(u64, Scan)>) {
    encode_choice(out, scans, before, |scan| scan.checkpoint.as_str().as_bytes());
    encode_choice(out, scans, before, |scan| &scan.reading.boot.0);
    encode_choice(out, scans, before, |scan| match scan.kind {
        ScanKind::In => b"i",
        ScanKind::Out => b"o",
    });
    let mut depth_expected = before.map_or(0, |(depth, _)| depth.wrapping_add(1));
    for (depth, _) in scans {
        put_signed(out, depth.wrapping_sub(depth_expected).cast_signed());
        depth_expected = depth.wrapping_add(1);
    }
    for (_, scan) in scans {
        encode_bib(out, &scan.bib);
    }
    let mut boot_before = before.map_or(0, |(_, scan)| scan.reading.boot_ms);
    for (_, scan) in scans {
        put_signed(out, scan.reading.boot_ms.wrapping_sub(boot_before).cast_signed());
        boot_before = scan.reading.boot_ms;
    }
    let mut offset_before = before.map_or(0, |(_, scan)| offset_of(scan));
    for (_, scan) in scans {
        let offset = offset_of(scan);
        put_signed(out, offset.wrapping_sub(offset_before));
        offset_before = offset;
    }
}

fn offset_of(scan: &Scan) -> i64 {
    scan.reading.wall_ms.wrapping_sub(scan.reading.boot_ms.cast_signed())
}

fn decode_scans(
    input: &mut Input<'_>,
    count: usize,
    before: Option<&(u64, Scan)>,
) -> Result<Vec<Vec<u8>>, SegmentError> {
    let scan_before = before.map(|(_, scan)| scan);
    let checkpoints =
        decode_choice(input, count, scan_before.map(|s| s.checkpoint.clone()), |input, bytes| {
            let text = std::str::from_utf8(bytes).ok().and_then(|text| Key::new(text).ok());
            text.ok_or_else(|| input.malformed("a checkpoint's key"))
        })?;
    let boots = decode_choice(input, count, scan_before.map(|s| s.reading.boot), |input, bytes| {
        bytes.try_into().map(BootId).map_err(|_| input.malformed("a boot of 8 bytes"))
    })?;
    let kinds = decode_choice(input, count, scan_before.map(|s| s.kind), |input, bytes| match bytes {
        b"i" => Ok(ScanKind::In),
        b"o" => Ok(ScanKind::Out),
        _ => Err(input.malformed("in or out")),
    })?;
    let mut depth_expected = before.map_or(0, |(depth, _)| depth.wrapping_add(1));
    let depths = input.column(count, |input| {
        let depth = depth_expected.wrapping_add_signed(input.signed()?);
        depth_expected = depth.wrapping_add(1);
        Ok(depth)
    })?;
    let bibs = input.column(count, decode_bib)?;
    let mut boot_before = scan_before.map_or(0, |scan| scan.reading.boot_ms);
    let boot_ms = input.column(count, |input| {
        boot_before = boot_before.wrapping_add_signed(input.signed()?);
        Ok(boot_before)
    })?;
    let mut offset = scan_before.map_or(0, offset_of);
    let offsets = input.column(count, |input| {
        offset = offset.wrapping_add(input.signed()?);
        Ok(offset)
    })?;
    let parts = checkpoints.into_iter().zip(boots).zip(kinds).zip(depths).zip(bibs).zip(boot_ms).zip(offsets);
    Ok(parts
        .map(|((((((checkpoint, boot), kind), depth), bib), boot_ms), offset)| {
            let wall_ms = offset.wrapping_add(boot_ms.cast_signed());
            let reading = Reading { boot, boot_ms, wall_ms };
            Op { depth, body: Body::Scan(Scan::new(bib, checkpoint, kind, reading)) }.encode()
        })
        .collect())
}

/// A column with few values (that of the scan before is known): the values in order of appearance, then (if there is a choice) one index a scan.
fn encode_choice<'a>(
    out: &mut Vec<u8>,
    scans: &[&'a (u64, Scan)],
    before: Option<&'a (u64, Scan)>,
    part: impl Fn(&'a Scan) -> &'a [u8],
) {
    let known: Vec<&[u8]> = before.iter().map(|(_, scan)| part(scan)).collect();
    let mut values = known.clone();
    let indices: Vec<u64> = scans
        .iter()
        .map(|(_, scan)| {
            let value = part(scan);
            let known = values.iter().position(|v| *v == value).unwrap_or_else(|| {
                values.push(value);
                values.len() - 1
            });
            known as u64
        })
        .collect();
    put(out, (values.len() - known.len()) as u64);
    for value in &values[known.len()..] {
        put(out, value.len() as u64);
        out.extend_from_slice(value);
    }
    if values.len() > 1 {
        indices.iter().for_each(|index| put(out, *index));
    }
}

fn decode_choice<T: Clone>(
    input: &mut Input<'_>,
    count: usize,
    before: Option<T>,
    read: impl Fn(&Input<'_>, &[u8]) -> Result<T, SegmentError>,
) -> Result<Vec<T>, SegmentError> {
    let choices = input.count(count, "no more values than scans")?;
    let more = input.column(choices, |input| {
        let length = input.count(64, "a value of at most 64 bytes")?;
        let bytes = input.take(length)?;
        read(input, bytes)
    })?;
    let values: Vec<T> = before.into_iter().chain(more).collect();
    match values.as_slice() {
        [] if count == 0 => Ok(Vec::new()),
        [] => Err(input.malformed("a value for every scan")),
        [only] => Ok(vec![only.clone(); count]),
        values => input.column(count, |input| {
            let index = input.count(values.len() - 1, "the number of a value")?;
            Ok(values[index].clone())
        }),
    }
}

/// A plain number as twice itself; any other text as its length, odd, and its bytes.
fn encode_bib(out: &mut Vec<u8>, bib: &Bib) {
    match plain_number(bib.as_str()) {
        Some(number) => put(out, number << 1),
        None => {
            put(out, (bib.as_str().len() as u64) << 1 | 1);
            out.extend_from_slice(bib.as_str().as_bytes());
        }
    }
}

fn decode_bib(input: &mut Input<'_>) -> Result<Bib, SegmentError> {
    let code = input.number()?;
    let bib = if code & 1 == 0 {
        Bib::new(&(code >> 1).to_string()).ok()
    } else {
        let length = usize::try_from(code >> 1).unwrap_or(usize::MAX);
        std::str::from_utf8(input.take(length)?).ok().and_then(|text| Bib::new(text).ok())
    };
    bib.ok_or_else(|| input.malformed("a bib"))
}

/// The number, if writing it down gives `text` again (no sign, no leading zero).
fn plain_number(text: &str) -> Option<u64> {
    let number = text.parse::<u64>().ok()?;
    (number < u64::MAX >> 1 && number.to_string() == text).then_some(number)
}

fn put(out: &mut Vec<u8>, number: u64) {
    let mut buffer = [0; 10];
    let length = number.encode_var(&mut buffer);
    out.extend_from_slice(&buffer[..length]);
}

fn put_signed(out: &mut Vec<u8>, number: i64) {
    let mut buffer = [0; 10];
    let length = number.encode_var(&mut buffer);
    out.extend_from_slice(&buffer[..length]);
}

/// Bytes being read, and how far.
struct Input<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Input<'a> {
    fn malformed(&self, what: &'static str) -> SegmentError {
        SegmentError::Malformed { at: self.at, what }
    }

    fn take(&mut self, length: usize) -> Result<&'a [u8], SegmentError> {
        let end = self.at.checked_add(length).filter(|end| *end <= self.bytes.len());
        let end = end.ok_or_else(|| self.malformed("more bytes"))?;
        let taken = &self.bytes[self.at..end];
        self.at = end;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], SegmentError> {
        let taken = self.take(N)?;
        taken.try_into().map_err(|_| self.malformed("more bytes"))
    }

    fn number(&mut self) -> Result<u64, SegmentError> {
        let (number, length) =
            u64::decode_var(&self.bytes[self.at..]).ok_or_else(|| self.malformed("a number"))?;
        self.at += length;
        Ok(number)
    }

    fn signed(&mut self) -> Result<i64, SegmentError> {
        let (number, length) =
            i64::decode_var(&self.bytes[self.at..]).ok_or_else(|| self.malformed("a number"))?;
        self.at += length;
        Ok(number)
    }

    fn count(&mut self, most: usize, what: &'static str) -> Result<usize, SegmentError> {
        let number = self.number()?;
        usize::try_from(number).ok().filter(|n| *n <= most).ok_or_else(|| self.malformed(what))
    }

    fn column<T>(
        &mut self,
        count: usize,
        mut read: impl FnMut(&mut Self) -> Result<T, SegmentError>,
    ) -> Result<Vec<T>, SegmentError> {
        (0..count).map(|_| read(self)).collect()
    }
}
