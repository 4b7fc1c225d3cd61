//! What is written reads again as what it was: records by `import`, results as entrants and as elapsed times.
//!
//! Invariant: a record comes back as it went out, or it is named as left out, or its line is refused: never as another
//! runner, place or way. What a format loses (`docs/formats-out.md`) is a line of these tests.

use std::collections::BTreeMap;

use bibtrail_core::{
    op::ScanKind,
    race::RankBy,
    results::{Known, results},
};
use bibtrail_formats::{
    read::{
        Encoding, entrants,
        records::{self, Format as Read},
        take::{Entry, Taking},
    },
    write::{self, Format, Mark, Open, Options, Outcome, Records, Wanted},
};
use bibtrail_tests::{
    fates::{all, taken_in},
    story,
    world::{START_MS, bib, key},
};
use proptest::prelude::*;

/// How a format is written and read again.
struct Way {
    to: Format,
    from: Read,
    /// The checkpoint that a file is about, if about one.
    at: Option<&'static str>,
    /// To so many milliseconds times are cut off.
    unit_ms: i64,
    /// Bibs that it carries.
    carries: fn(&str) -> bool,
    /// Whether it tells the ways apart.
    has_ways: bool,
}

const ANY: fn(&str) -> bool = |bib| !bib.is_empty();
const DIGITS_OR_STARS: fn(&str) -> bool =
    |bib| (1..=6).contains(&bib.len()) && bib.bytes().all(|b| b.is_ascii_digit() || b == b'*');
const NUMBERS: fn(&str) -> bool =
    |bib| (1..=9).contains(&bib.len()) && bib.bytes().all(|b| b.is_ascii_digit());

fn ways() -> [Way; 10] {
    let way = |to, from, at, unit_ms, carries| Way { to, from, at, unit_ms, carries, has_ways: true };
    [
        way(Format::OstJson, Read::OstJson, None, 1_000, DIGITS_OR_STARS),
        way(Format::OstRemote, Read::OstCsv, None, 1_000, DIGITS_OR_STARS),
        way(Format::RaceResult, Read::RaceResult, None, 1, ANY),
        way(Format::Winlink, Read::Winlink, None, 60_000, ANY),
        way(Format::Radio, Read::Lonesome, None, 60_000, ANY),
        way(Format::UltraTracker, Read::UltraTracker, Some("k1"), 1_000, NUMBERS),
        way(Format::Log, Read::Paper, None, 1, ANY),
        way(Format::Log, Read::Paper, Some("k1"), 1, ANY),
        way(Format::Log, Read::Paper, Some("k2"), 1, ANY),
        Way { has_ways: false, ..way(Format::RaceDay, Read::Paper, Some("k1"), 1, ANY) },
    ]
}

/// The file of a format, what it is of, and what it leaves out.
fn written(way: &Way, known: &Known) -> (Records, Vec<u8>, Vec<String>) {
    let results = results(known);
    let wanted = Wanted { checkpoint: way.at, is_raw: true, course: None };
    let records = Records::of(&known.setup, &results, &known.scans, wanted);
    let written = write::records(way.to, &records, &Options::default()).unwrap();
    (records, written.bytes, written.left_out)
}

/// What was read, as `bib place way time~how exactly`; and how many lines were refused.
fn read(way: &Way, known: &Known, bytes: &[u8]) -> (Vec<String>, Vec<Taking>) {
    let at = way.at.map(|place| format!("at={place}")).unwrap_or_default();
    let takings = taken_in(&known.setup, "", &at, way.from, bytes);
    let scan = |taking: &Taking| match &taking.fate {
        Ok(Entry::Scan { scan, .. }) => {
            let within_ms = scan.source.as_ref().unwrap().within_ms;
            let (kind, ms) = (scan.kind.as_str(), scan.reading.wall_ms);
            Some(format!("{} {} {kind} {ms}~{within_ms}", scan.bib.as_str(), scan.checkpoint))
        }
        _ => None,
    };
    let mut lines: Vec<String> = takings.iter().filter_map(scan).collect();
    lines.sort();
    (lines, takings)
}

/// A mark as [`read`] shows it. A `#` before a bib is dropped.
fn expected(way: &Way, mark: &Mark) -> String {
    let kind = if mark.is_out && way.has_ways { "out" } else { "in" };
    let ms = mark.at_ms.div_euclid(way.unit_ms) * way.unit_ms;
    let bib = mark.bib.strip_prefix('#').unwrap_or(&mark.bib);
    format!("{bib} {} {kind} {ms}~{}", mark.checkpoint, way.unit_ms)
}

/// A race over a midnight of its zone, with every accident, and times to the millisecond.
fn race() -> Known {
    let mut known = story::known(
        "enter 7 008 9 10 11 W1 0\n7 start 0:00\n7 k1 20:00\n7 k1 out 21:00\n7 k2 2:40:00\n7 finish 3:10:00
         008 start 0:10\n008 k1 20:10\n008 k1 out 20:40\n9 k1 22:00\n9 k1 out 23:00\n9 k1 out 40:00\n0 k1 30:00
         W1 k1 30:00\n10 k1 35:00\ndnf 10 k1\n11 k1 55:00\notl 11 k1\n? k2 47:00\n2* k1 48:00\n99 k2 2:45:00",
    );
    known.setup.time_zone = "America/St_Johns".to_owned();
    for (scan, ms) in known.scans.iter_mut().zip((0..).map(|n| n * 37 % 1_000)) {
        scan.time_ms += ms;
        scan.scan.reading.wall_ms += ms;
        scan.scan.reading.boot_ms += ms.unsigned_abs();
    }
    known.entrants[0].name = "Kim In".to_owned();
    known.entrants[1].name = "=1+1 0900 in w/pacer".to_owned();
    known.entrants[3].name = "At van at 7".to_owned();
    known
}

#[test]
fn records_come_back() {
    let known = race();
    for way in ways() {
        let (records, bytes, left_out) = written(&way, &known);
        let text = String::from_utf8(bytes.clone()).unwrap();
        if way.to != Format::RaceDay {
            assert_eq!(records::Format::detect(&bytes, Encoding::Utf8), Some(way.from), "{text}");
        }
        let (found, takings) = read(&way, &known, &bytes);
        let marks = records.marks.iter().filter(|mark| (way.carries)(&mark.bib));
        let mut lines: Vec<String> = marks.map(|mark| expected(&way, mark)).collect();
        lines.sort();
        assert_eq!(found, lines, "{}: {text}\n{}", way.to.name(), all(&takings));
        assert!(takings.iter().all(|taking| taking.fate.is_ok()), "{}", all(&takings));
        let lacking = records.marks.iter().filter(|mark| !(way.carries)(&mark.bib));
        for mark in lacking {
            let name = if mark.bib.is_empty() { "a bib that comes later" } else { &mark.bib };
            assert!(left_out.iter().any(|item| item.starts_with(name)), "{}: {left_out:?}", way.to.name());
        }
    }
}

#[test]
fn what_was_said_of_runners_comes_back() {
    let said = |to, from, at| {
        let way = ways().into_iter().find(|way| way.to == Format::Log).unwrap();
        let way = Way { to, from, at, ..way };
        let (_, bytes, _) = written(&way, &race());
        let (_, takings) = read(&way, &race(), &bytes);
        let word = |taking: &Taking| match &taking.fate {
            Ok(Entry::Status { bib, status, .. }) => Some(format!("{bib} {}", status.value())),
            _ => None,
        };
        takings.iter().filter_map(word).collect::<Vec<_>>().join(", ")
    };
    // Only Ultra-Tracker tells who came too late from who gave up.
    assert_eq!(said(Format::UltraTracker, Read::UltraTracker, Some("k1")), "10 dnf k1, 11 otl k1");
    assert_eq!(said(Format::UltraTrackerDrops, Read::UltraTrackerDrops, None), "10 dnf k1, 11 otl k1");
    assert_eq!(said(Format::OstJson, Read::OstJson, None), "10 dnf k1, 11 dnf k1");
    assert_eq!(said(Format::OstRemote, Read::OstCsv, None), "10 dnf k1, 11 dnf k1");
    assert_eq!(said(Format::Winlink, Read::Winlink, None), "10 dnf k1, 11 dnf k1");
    assert_eq!(said(Format::Radio, Read::Lonesome, None), "10 dnf k1, 11 dnf k1");
    // These have no room for it.
    assert_eq!(said(Format::RaceResult, Read::RaceResult, None), "");
    assert_eq!(said(Format::Log, Read::Paper, None), "");
    // A time that is not known is said as such, and reads as such.
    let mut known = race();
    known.scans.retain(|scan| scan.bib.as_str() != "10");
    let way = Way { to: Format::Radio, from: Read::Lonesome, at: None, ..ways().into_iter().next().unwrap() };
    let (_, bytes, _) = written(&way, &known);
    assert!(String::from_utf8(bytes.clone()).unwrap().contains("Drop 10 ---- van 7 at K1\n"));
    assert!(all(&read(&way, &known, &bytes).1).contains("10 dnf k1 (sheet: van 7)"));
}

#[test]
fn who_did_not_start_comes_back() {
    let mut known = story::known("enter 7 8\ndns 8\n7 start 0:00");
    known.setup.time_zone = "Asia/Pyongyang".to_owned();
    let way = ways().into_iter().next().unwrap();
    let way = Way { to: Format::UltraTrackerDns, from: Read::UltraTrackerDns, ..way };
    let (_, bytes, _) = written(&way, &known);
    assert_eq!(
        all(&read(&way, &known, &bytes).1),
        "3: 8 dns start (sheet: 2025-04-06 09:00:00)\n  ! nobody entered under this bib"
    );
}

/// More than one body: 700 records, and a file that is cut off in the third.
#[test]
fn many_bodies_come_back() {
    let extra: String = (1001..=1700).map(|n| format!("{n} k2 40:00\n")).collect();
    let known = story::known(&extra);
    let way = ways().into_iter().next().unwrap();
    let (_, bytes, _) = written(&way, &known);
    assert_eq!(read(&way, &known, &bytes).0.len(), 700);
    let (found, takings) = read(&way, &known, &bytes[..bytes.len() - 100]);
    let refused: Vec<&Taking> = takings.iter().filter(|taking| taking.fate.is_err()).collect();
    assert_eq!((found.len(), refused.len()), (600, 1));
}

/// An hour that comes twice: formats without an offset lose which it was, and the reader says so.
#[test]
fn an_hour_that_comes_twice() {
    // 2025-11-02: New York sets its clocks back at 06:00 Z.
    let mut known = story::known("enter 7 8\n7 k1 5:30:00\n8 k1 6:30:00");
    let day_ms: i64 = 1_762_041_600_000;
    let later_ms = day_ms - START_MS;
    known.setup.start_ms = day_ms;
    known.setup.time_zone = "America/New_York".to_owned();
    for scan in &mut known.scans {
        scan.time_ms += later_ms;
    }
    for way in ways().into_iter().filter(|way| way.at != Some("k2")) {
        let (_, bytes, _) = written(&way, &known);
        let (_, takings) = read(&way, &known, &bytes);
        let times = |taking: &Taking| match &taking.fate {
            Ok(Entry::Scan { scan, .. }) => (scan.reading.wall_ms - day_ms) / 60_000,
            other => panic!("{other:?}"),
        };
        let minutes: Vec<i64> = takings.iter().map(times).collect();
        let is_said = takings.iter().any(|taking| taking.remarks.iter().any(|r| r.contains("came twice")));
        let has_offset =
            matches!(way.to, Format::OstJson | Format::OstRemote | Format::RaceResult | Format::Log);
        assert_eq!(
            (minutes == [330, 390], !is_said),
            (has_offset, has_offset),
            "{} {minutes:?}",
            way.to.name()
        );
    }
}

#[test]
fn elapsed_times_come_back() {
    let mut known = race();
    known.setup.rank_by = RankBy::Gun;
    known.setup.checkpoints[1].name = "Aid, \"North\" =1".to_owned();
    let spread = |known: &Known| {
        let outcome = Outcome::of(&known.setup, &results(known), &Open::default(), None);
        let spread = write::results(Format::OstSpread, &outcome, &Options::default()).unwrap().bytes;
        let way = Way { from: Read::OstElapsed, ..ways().into_iter().next().unwrap() };
        assert_eq!(records::Format::detect(&spread, Encoding::Utf8), Some(Read::OstElapsed));
        read(&way, known, &spread).0
    };
    let found = spread(&known);
    let at = |text: &str| format!("{}~1000", START_MS + story::ms(text));
    let line = |bib: &str, place: &str, time: &str| format!("{bib} {place} {}", at(time));
    let mut expected = vec![
        line("7", "start in", "0:00"),
        line("7", "k1 in", "20:00"),
        line("7", "k1 out", "21:00"),
        line("7", "k2 in", "2:40:00"),
        line("7", "finish in", "3:10:00"),
        line("008", "start in", "0:10"),
        line("008", "k1 in", "20:10"),
        line("008", "k1 out", "20:40"),
        line("9", "k1 in", "22:00"),
        line("9", "k1 out", "23:00"),
        line("0", "k1 in", "30:00"),
        line("W1", "k1 in", "30:00"),
        line("10", "k1 in", "35:00"),
        line("11", "k1 in", "55:00"),
    ];
    expected.sort();
    assert_eq!(found, expected);
    // In a race that is ranked by net time they count from the own start: that of 008, ten seconds after the gun, is lost.
    known.setup.rank_by = RankBy::Net;
    assert!(spread(&known).contains(&line("008", "k1 in", "20:00")));
}

#[test]
fn results_read_as_entrants() {
    let mut known = super::known();
    // A column of times that is called as one of entrants is read as that one: here `start`, their own gun.
    known.setup.checkpoints[0].name = "Gate".to_owned();
    let outcome = Outcome::of(&known.setup, &results(&known), &Open::default(), None);
    let bytes = write::results(Format::Csv, &outcome, &super::options()).unwrap().bytes;
    let read = entrants::parse(&bytes, Encoding::Utf8).unwrap();
    let read: BTreeMap<&str, _> = read.rows.iter().map(|row| (row.bib.as_str(), row)).collect();
    assert_eq!(read.len(), known.entrants.len());
    for entrant in &known.entrants {
        let row = read[entrant.bib.as_ref().unwrap().as_str()];
        let one_line = |text: &str| text.replace(['\t', '\r', '\n'], " ");
        assert_eq!(row.name, one_line(&entrant.name));
        assert_eq!(row.given_name.clone(), entrant.given_name.as_deref().map(one_line), "{row:?}");
        assert_eq!(row.age.map(i64::from), entrant.age);
        assert_eq!((&row.nation, &row.team), (&entrant.nation, &entrant.team));
        assert_eq!(row.course.as_deref(), Some("ten"));
    }
}

/// Names and bibs as nobody should have them.
const HOSTILE_BIB: &str = "[0-9]{1,4}|0[0-9]{1,3}|[A-Z][0-9]{1,3}|[=+@'#<>\"&|,;:./_*가é-]{1,3}[0-9A-Z]{0,3}|1[,;:#'][0-9]:?[0-9]?0";
const HOSTILE_NAME: &str = "[A-Za-z가é]{1,6}( (at|in|out|In|At|w/pacer|0900|9:15|Drop|[A-Za-z가]{1,6})){0,4}|[=+@;,|\"'<>&\\t\\r\\n -]{0,6}[A-Za-z]{0,4}|.{0,12}";
const HOSTILE_PLACE: &str = "[A-Z][a-z]{0,6}( (in|out|at|2|\\(Aid[0-9]\\))){0,2}|[=+@;,|\"'<>&:-]{0,4}[A-Za-z가]{0,5}|(start|k1|k2|finish|1-k1)";

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_comes_back_as_another(
        seen in prop::collection::vec((HOSTILE_BIB, 0..4_usize, any::<bool>(), 0..18_000_000_i64), 1..12),
        names in prop::collection::vec(HOSTILE_NAME, 12),
        places in prop::collection::vec(HOSTILE_PLACE, 4),
        zone in prop::sample::select(vec!["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Kiritimati"]),
    ) {
        let mut known = story::known("7 k1 0:00");
        let template = known.scans.remove(0);
        known.setup.time_zone = zone.to_owned();
        for (checkpoint, name) in known.setup.checkpoints.iter_mut().zip(&places) {
            checkpoint.name.clone_from(name);
            checkpoint.names.clear();
        }
        for (n, (text, place, is_out, ms)) in seen.iter().enumerate() {
            let mut scan = template.clone();
            scan.scan.at.seq = n as u64 + 1;
            scan.scan.bib = bib(text);
            scan.scan.checkpoint = key(["start", "k1", "k2", "finish"][*place]);
            scan.scan.kind = if *is_out { ScanKind::Out } else { ScanKind::In };
            scan.time_ms = START_MS + ms;
            known.scans.push(scan);
            let enter = story::known(&format!("enter {text}"));
            let is_new = known.entrants.iter().all(|e| e.bib != enter.entrants[0].bib);
            known.entrants.extend(enter.entrants.into_iter().filter(|_| is_new).map(|e| {
                let id = bibtrail_core::ids::EntrantId::from_random([n as u8; 16]);
                bibtrail_core::state::EntrantRow { id, name: names[n].clone(), ..e }
            }));
        }
        for way in ways() {
            let (records, bytes, left_out) = written(&way, &known);
            let (found, takings) = read(&way, &known, &bytes);
            let mut open: Vec<(String, &str)> =
                records.marks.iter().map(|mark| (expected(&way, mark), mark.bib.as_str())).collect();
            for line in &found {
                let at = open.iter().position(|(expected, _)| expected == line);
                let text = String::from_utf8_lossy(&bytes);
                prop_assert!(at.is_some(), "{} was never seen\n{:?}: {text}\n{}", line, way.to, all(&takings));
                open.remove(at.unwrap());
            }
            // What did not come back was refused, or left out by name.
            let refused = takings.iter().filter(|taking| taking.fate.is_err()).count();
            // What RaceDay Scoring reads is no sheet: there a `#` begins no remark.
            let lost = open.iter().filter(|(_, bib)| way.to != Format::RaceDay || !bib.contains('#')).count();
            prop_assert!(lost == 0 || refused + left_out.len() > 0, "{:?}: {lost} lost", way.to);
            // Plain bibs at plain places come back whatever stands beside them.
            let is_plain = |mark: &&Mark| mark.bib.bytes().all(|b| b.is_ascii_digit()) && (way.carries)(&mark.bib);
            let are_keys = matches!(way.to, Format::Log | Format::RaceDay | Format::Winlink | Format::UltraTracker);
            for mark in records.marks.iter().filter(is_plain).filter(|_| are_keys) {
                prop_assert!(open.iter().all(|(line, _)| *line != expected(&way, mark)), "{:?}: {} is lost", way.to, mark.bib);
            }
        }
    }
}
