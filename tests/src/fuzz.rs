//! What the fuzzer calls: every decoder that meets bytes from outside.
//!
//! Invariant: no input makes one panic, hang or take memory beyond its limits; what decodes encodes to the same bytes.
//! The targets of `tests/fuzz` call these, and the tests replay the seed corpus through them.

use bibtrail_core::{
    attest::{RaceKey, Signed},
    bundle::Bundle,
    ids::{Bib, RaceId},
    invitation::Invitation,
    log::Segment,
    op::{Op, ScanKind, chained},
    race::RaceSetup,
    registers::Registers,
    scan::{self, Code},
    store::Record,
};
use bibtrail_formats::read::{
    Encoding, courses, entrants, gpx, race_file,
    records::{self, Format},
    skeleton, splits, take,
};

/// A decoder under test: its name, and what to do with bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All of them.
pub const TARGETS: [Target; 16] = [
    ("op", op),
    ("segment", segment),
    ("bundle", bundle),
    ("journal", journal),
    ("registers", registers),
    ("bib", bib),
    ("race_file", race),
    ("entrants", entrants),
    ("splits", splits),
    ("message", message),
    ("ticket", ticket),
    ("signed_results", signed_results),
    ("gpx", map),
    ("records", records),
    ("skeleton", race_skeleton),
    ("scan", scan),
];

fn op(bytes: &[u8]) {
    if let Ok(op) = Op::decode(bytes) {
        // Unknown kinds keep their bytes elsewhere; all others come back the same from their canonical form.
        let again = op.encode();
        let is_same = Op::decode(&again).is_ok_and(|other| other == op);
        assert!(is_same || matches!(op.body, bibtrail_core::op::Body::Unknown { .. }));
        // Without its personal words an operation still reads, and is what the chain covers.
        let covered = chained(bytes);
        assert!(bytes.starts_with(covered) && Op::decode(covered).is_ok() && chained(covered) == covered);
    }
}

fn segment(bytes: &[u8]) {
    if let Ok(segment) = Segment::decode(bytes) {
        let again = Segment::decode(&segment.encode());
        assert_eq!(again.ok(), Some(segment));
    }
}

fn bundle(bytes: &[u8]) {
    if let Ok(mut bundle) = Bundle::open(bytes) {
        while let Ok(Some(_)) = bundle.next_segment() {}
    }
}

fn journal(bytes: &[u8]) {
    let records = Record::all_in(bytes);
    assert!(records.len() <= bytes.len() / 16, "a record has 16 bytes of frame at least");
}

fn registers(bytes: &[u8]) {
    if let Ok(registers) = minicbor::decode::<Registers>(bytes) {
        let encoded = minicbor::to_vec(&registers).unwrap_or_default();
        let again = minicbor::decode::<Registers>(&encoded).map(|r| minicbor::to_vec(&r).unwrap_or_default());
        assert_eq!(again.ok(), Some(encoded));
    }
}

fn bib(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(bib) = Bib::new(text)
    {
        assert_eq!(bib.as_str(), text);
    }
}

fn message(bytes: &[u8]) {
    // A greeting or not, it is read to its end first.
    if let Err(error) = bibtrail_core::sync::race_of_hello(bytes) {
        assert!(!error.to_string().is_empty());
    }
}

fn ticket(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes)
        && let Ok(invitation) = Invitation::read(text)
    {
        assert_eq!(Invitation::read(&invitation.link()).ok(), Some(invitation));
    }
}

fn scan(bytes: &[u8]) {
    let race = RaceId::of_genesis(b"fuzz");
    if let Code::Bib(bib) = scan::read_bytes(bytes, race) {
        assert!(String::from_utf8_lossy(bytes).contains(bib.as_str()), "what is read stands there");
        assert_eq!(scan::read(&scan::bib_code(race, &bib), race), Code::Bib(bib));
    }
}

fn signed_results(bytes: &[u8]) {
    let Ok(signed) = Signed::read(bytes) else { return };
    // Whatever reads has one form, and is judged to its end.
    let mut line = serde_json::to_vec(&signed.statement).unwrap_or_default();
    line.push(b'\n');
    assert!(bytes.starts_with(&line));
    if let Err(error) = signed.verify(RaceKey::Root(crate::world::log(999))) {
        assert!(!error.to_string().is_empty());
    }
}

fn race(bytes: &[u8]) {
    if let Err(error) = race_file::parse(bytes) {
        assert!(!error.to_string().is_empty());
    }
}

fn entrants(bytes: &[u8]) {
    for encoding in [Encoding::Utf8, Encoding::Latin1] {
        if let Err(error) = entrants::parse(bytes, encoding) {
            assert!(!error.to_string().is_empty());
        }
    }
}

fn splits(bytes: &[u8]) {
    if let Err(error) = splits::parse(bytes, 0) {
        assert!(!error.to_string().is_empty());
    }
}

fn map(bytes: &[u8]) {
    match gpx::parse(bytes) {
        Err(error) => assert!(!error.to_string().is_empty()),
        Ok(map) => {
            // Whatever the map: with a gun, a course is a race file.
            let made = courses::of_gpx(&map, courses::NEAR_M_DEFAULT);
            let race = race_file::parse(made.race_file().replace("# start =", "start =").as_bytes());
            assert!(race.is_ok() || made.courses.is_empty(), "{race:?}");
        }
    }
}
fn race_skeleton(bytes: &[u8]) {
    if let Ok(file) = skeleton::race_file(bytes, Encoding::Utf8) {
        assert!(race_file::parse(file.replace("# start =", "start =").as_bytes()).is_ok());
    }
}

/// Every format reads every file to its end, each record has a fate, and the same fate again.
fn records(bytes: &[u8]) {
    let setup = crate::world::setup();
    for format in Format::ALL {
        let report = records::read(bytes, Encoding::Utf8, format);
        assert!(takings(&report, &setup).len() >= report.lines.len(), "a record was passed over");
    }
    if let Some(format) = Format::detect(bytes, Encoding::Latin1) {
        let read = || takings(&records::read(bytes, Encoding::Latin1, format), &setup);
        assert_eq!(read(), read());
    }
}

fn takings(report: &records::Report, setup: &RaceSetup) -> Vec<take::Taking> {
    let context = take::Context {
        race: RaceId::of_genesis(b"fuzz"),
        setup,
        entered: &[].into(),
        stations: &[].into(),
        checkpoint: setup.checkpoints.first().map(|checkpoint| &checkpoint.key),
        kind: ScanKind::In,
        date: None,
        gun_ms: None,
        source: "fuzz",
    };
    take::take(report, &context)
}
