//! Fates: what a race would take of a source's report, as lines of text.
//!
//! Invariant: a report names no API, so one text tells a test what was read, what was made of it, and what is remarked.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::{Bib, Key, RaceId},
    op::ScanKind,
    race::RaceSetup,
};
use bibtrail_formats::{
    read::{
        Encoding, race_file,
        records::{self, Format},
        take::{Calendar, Context, Entered, Entry, Taking, take},
    },
    record::parameterized,
};

/// What becomes of the records of `bytes` in the race of this file. Options, with spaces between: `at=k1` for records
/// that do not say where, `date=2025-11-03`, `gun=20:30`, `source=x`, `latin1`, and what places are called, `ch=k2`. The
/// entrants are `7 Ann Lee` and so on, one a line.
///
/// # Panics
/// When the race, an entrant or an option makes no sense.
#[must_use]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test's own text")]
pub fn taken(race: &str, entrants: &str, options: &str, format: Format, bytes: &[u8]) -> Vec<Taking> {
    taken_in(&race_file::parse(race.as_bytes()).unwrap(), entrants, options, format, bytes)
}

/// The same, in a race that is read already.
///
/// # Panics
/// When an entrant or an option makes no sense.
#[must_use]
#[allow(clippy::unwrap_used, clippy::panic, reason = "a test's own text")]
pub fn taken_in(
    setup: &RaceSetup,
    entrants: &str,
    options: &str,
    format: Format,
    bytes: &[u8],
) -> Vec<Taking> {
    let key = |text: &str| Key::new(text).unwrap();
    let mut entered = BTreeMap::new();
    for line in entrants.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let (bib, name) = line.split_once(' ').unwrap_or((line, ""));
        entered.insert(Bib::new(bib).unwrap(), Entered { course: None, name: name.to_owned() });
    }
    let (mut checkpoint, mut stations, mut date, mut gun_ms) = (None, BTreeMap::new(), None, None);
    let (mut source, mut encoding) = ("sheet", Encoding::Utf8);
    for option in options.split_whitespace() {
        match option.split_once('=') {
            Some(("at", place)) => checkpoint = Some(key(place)),
            Some(("date", day)) => date = Some(day.parse().unwrap()),
            Some(("gun", time)) => gun_ms = Calendar::new(setup).gun_ms(time),
            Some(("source", name)) => source = name,
            Some((name, place)) => drop(stations.insert(parameterized(name), key(place))),
            None if option == "latin1" => encoding = Encoding::Latin1,
            None => panic!("no such option: {option}"),
        }
    }
    let report = records::read(bytes, encoding, format);
    let context = Context {
        race: RaceId::of_genesis(b"race"),
        setup,
        entered: &entered,
        stations: &stations,
        checkpoint: checkpoint.as_ref(),
        kind: ScanKind::In,
        date,
        gun_ms,
        source,
    };
    take(&report, &context)
}

/// A fate: the number of its line, what was made of it, and below it what is remarked.
#[must_use]
pub fn shown(taking: &Taking) -> String {
    let fate = match &taking.fate {
        Err(refusal) => format!("✗ {refusal}"),
        Ok(Entry::Status { bib, status, reason }) => format!("{bib} {} ({reason})", status.value()),
        Ok(Entry::Scan { scan, note }) => {
            let at = jiff::Timestamp::from_millisecond(scan.reading.wall_ms).unwrap_or_default();
            let (within_ms, name) =
                scan.source.as_ref().map_or((0, "?"), |source| (source.within_ms, source.name.as_str()));
            let note = note.as_ref().map(|note| format!(" \"{note}\"")).unwrap_or_default();
            let kind = scan.kind.as_str();
            format!("{} {} {kind} {at}~{within_ms} by {name}{note}", scan.bib, scan.checkpoint)
        }
    };
    let remarks = taking.remarks.iter().map(|remark| format!("\n  ! {remark}")).collect::<String>();
    format!("{}: {fate}{remarks}", taking.number)
}

/// All fates, one after the other.
#[must_use]
pub fn all(takings: &[Taking]) -> String {
    takings.iter().map(shown).collect::<Vec<_>>().join("\n")
}
