//! What is written for others, byte by byte: results and records of a small race with every accident in it.
//!
//! Invariant: no name becomes a formula, markup or another line, and nobody who is on the course is written as stopped.

mod commands;
mod files;
mod readback;
mod roundtrip;

use std::{fs, io::Cursor, path::Path};

use bibtrail_core::{
    race::RaceSetup,
    results::{Known, Results, results},
    state::Sighting,
};
use bibtrail_formats::write::{self, Carries, Format, Open, Options, Outcome, Records, Wanted, Written};
use bibtrail_tests::{story, world::START_MS};
use calamine::{Reader as _, Xlsx};
use files::{cells, page, rows, sheets, utf16};
use quick_xml::{Reader, escape, events::Event};

/// A race with a tie, a gap, and one of each fate. Names and nations are set below.
const STORY: &str = "
    enter 7 8 9 10 11 12 13 W1 15 16 17
    about 7 M 34 PRK Team-A
    about 8 F 29 KR -
    about 9 M 41 GBR -
    about 10 F 50 Germany -
    about 11 M 33 NL -
    about 12 M 38 IRN -
    about 13 F 61 Schweiz -
    about W1 X 44 Atlantis -
    7 start 0:00\n 7 k1 in 20:00\n 7 k1 out 21:00\n 7 k2 40:00\n 7 finish 60:00
    8 start 0:10\n 8 k1 in 20:10\n 8 k1 out 20:40\n 8 k2 41:00\n 8 finish 60:10
    9 start 0:05\n 9 k1 in 22:00\n 9 finish 65:05
    10 start 0:00\n 10 k1 in 25:00\n dnf 10 k1
    dns 11
    12 start 0:00\n 12 finish 50:00\n dsq 12
    13 start 0:00\n 13 k1 in 40:00\n 13 k1 out 45:00\n 13 k2 99:00\n otl 13 k2
    W1 start 0:00\n W1 k1 in 30:00\n W1 k1 in 30:04
    ~16 k1 31:00
    17 k2 50:00\n dnf 17
    99 k2 45:00\n 2* k2 46:00\n ? k2 47:00\n void 7 k2 48:00";

/// Who they are: bib, given name, family name, and the name as shown.
const NAMES: [(&str, &str, &str, &str); 9] = [
    ("7", "철수", "김", "김철수"),
    ("8", "Åsa", "Ødegård", "Åsa Ødegård"),
    ("9", "=HYPERLINK(\"http://x\",\"y\")", "@SUM(A1)", "=HYPERLINK(\"http://x\",\"y\") @SUM(A1)"),
    ("10", "", "", "+1"),
    ("11", "", "", "@x"),
    ("12", "", "", "-"),
    ("13", "<b>&\"", "</td>'", "<b>&\" </td>'"),
    // Names never hold these when entrants are read; another app may write them all the same.
    ("W1", "Ann\tBe", "Lee\r\n8,1", "Ann\tBe Lee\r\n8,1"),
    ("15", "Jo", "Never", "Jo Never"),
];

fn known() -> Known {
    let mut known = story::known(STORY);
    known.setup.time_zone = "Asia/Pyongyang".to_owned();
    known.setup.name = "Test & <Race>".to_owned();
    for (bib, given, family, shown) in NAMES {
        let wears =
            |e: &&mut bibtrail_core::state::EntrantRow| e.bib.as_ref().is_some_and(|b| b.as_str() == bib);
        let entrant = known.entrants.iter_mut().find(wears).unwrap();
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        entrant.name = shown.to_owned();
        (entrant.given_name, entrant.family_name) = (part(given), part(family));
    }
    known.scans.iter_mut().filter(|s| s.bib.as_str() == "8").for_each(|s| s.scan.with_pacer = Some(true));
    known
}

struct Race {
    setup: RaceSetup,
    results: Results,
    scans: Vec<Sighting>,
}

fn race(known: Known) -> Race {
    Race { setup: known.setup.clone(), scans: known.scans.clone(), results: results(&known) }
}

fn options() -> Options {
    Options { now_ms: START_MS + 7_200_000, ..Options::default() }
}

fn outcome(race: &Race) -> Outcome {
    Outcome::of(&race.setup, &race.results, &Open::default(), None)
}

fn export(format: Format, is_provisional: bool) -> Written {
    let mut outcome = outcome(&race(known()));
    outcome.is_provisional = is_provisional;
    write::results(format, &outcome, &options()).unwrap()
}

fn record(format: Format, wanted: Wanted<'_>) -> Written {
    let race = race(known());
    let records = Records::of(&race.setup, &race.results, &race.scans, wanted);
    write::records(format, &records, &options()).unwrap()
}

fn text(written: &Written) -> String {
    String::from_utf8(written.bytes.clone()).unwrap()
}

/// What a format makes of the race, as text: workbooks row by row, UTF-16 decoded.
fn shown(format: Format) -> String {
    let written = match format.carries() {
        Carries::Results => export(format, false),
        Carries::Records => {
            let checkpoint = format.is_of_one_checkpoint().then_some("k1");
            record(format, Wanted { checkpoint, ..Wanted::default() })
        }
    };
    let body = match format {
        Format::Itra | Format::Xlsx => rows(&written.bytes),
        Format::Webscorer => utf16(&written.bytes),
        _ => text(&written),
    };
    let left_out: String = written.left_out.iter().map(|item| format!("- {item}\n")).collect();
    format!("{body}\n[{} lines; left out]\n{left_out}", written.records)
}

/// Each format against its file in `tests/data/exports`. `BIBTRAIL_WRITE_GOLDEN=1` writes them anew, to be read.
#[test]
fn every_format_to_the_letter() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/exports");
    for format in Format::ALL {
        let path = folder.join(format!("{}.txt", format.name()));
        let shown = shown(format);
        if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
            fs::write(&path, &shown).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default();
        assert_eq!(shown, expected, "{}", path.display());
    }
}

#[test]
fn a_provisional_file_says_so() {
    for (format, word) in [
        (Format::Html, "<strong>Provisional results</strong>"),
        (Format::Athletics, "PROVISIONAL RESULTS"),
        (Format::AthleticsCsv, "(provisional)"),
        (Format::RunSignupJson, "\"result_set_name\": \"Provisional\""),
        (Format::OstFinishers, "(provisional)"),
    ] {
        assert!(text(&export(format, true)).contains(word), "{}", format.name());
        assert!(!text(&export(format, false)).contains(word), "{}", format.name());
    }
    let book = |is_provisional| {
        let bytes = export(Format::Itra, is_provisional).bytes;
        Xlsx::new(Cursor::new(bytes)).map(|book: Xlsx<_>| book.sheet_names().join(" ")).unwrap()
    };
    assert_eq!([book(true), book(false)], ["Provisional", "Sheet1"]);
    assert_eq!(
        export(Format::Itra, true).bytes,
        export(Format::Itra, true).bytes,
        "the same bytes every time"
    );
}

/// Each course by itself: frozen times, nobody out there, no conflict that may concern it.
#[test]
fn each_line_says_whether_it_is_official_and_what_is_doubtful() {
    let story = "score 2\nenter 7 8 9 10\nabout 7 M 34 PRK Team-A\nabout 8 F 29 PRK Team-A\nabout 9 M 41 GBR =1+1
        7 start 0:00\n7 finish 60:00\n8 start 0:00\n8 finish 61:00 b±30\n9 start 0:00\n9 finish 61:10 c±30\ndns 10";
    let known = story::known(story);
    let written = |format, open: &Open| {
        let outcome = Outcome::of(&known.setup, &results(&known), open, None);
        write::results(format, &outcome, &options()).unwrap()
    };
    let frozen = Open { is_frozen: true, ..Open::default() };
    let late = Open { scans_since: 1, ..frozen.clone() };
    let marks = |format, open: &Open| {
        let text = text(&written(format, open));
        (text.matches(",official").count(), text.matches(",provisional").count())
    };
    for (format, lines) in [(Format::Csv, 4), (Format::TeamsCsv, 2), (Format::NationsCsv, 2)] {
        assert_eq!(marks(format, &frozen), (lines, 0), "{}", format.name());
        assert_eq!(marks(format, &late), (0, lines), "{}", format.name());
        assert_eq!(marks(format, &Open::default()), (0, lines), "{}", format.name());
    }
    assert_eq!(
        text(&written(Format::TeamsCsv, &frozen)),
        "course,place,team,time,finished,entered,counted,marking\r\nten,1,Team-A,2:01:00,2,2,7 8,official\r\n\
         ten,,'=1+1,,1,1,9,official\r\n"
    );
    let csv = text(&written(Format::Csv, &frozen));
    assert_eq!(csv.matches(",order not certain within ±60 s,").count(), 2, "{csv}");
    // The workbook holds the same cells, without apostrophes: its cells are no formulas.
    let book = sheets(&written(Format::Xlsx, &frozen).bytes);
    assert_eq!(
        book.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["Results", "Teams", "Nations"]
    );
    for ((_, rows), format) in book.iter().zip([Format::Csv, Format::TeamsCsv, Format::NationsCsv]) {
        let bytes = written(format, &frozen).bytes;
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(&*bytes);
        let expected: Vec<Vec<String>> = reader
            .records()
            .map(|row| row.unwrap().iter().map(|cell| cell.replace("'=1+1", "=1+1")).collect())
            .collect();
        assert_eq!(*rows, expected, "{}", format.name());
    }
    let html = |open: &Open| text(&written(Format::Html, open));
    assert!(html(&frozen).contains("<p>Standings are official.</p>"));
    assert!(html(&late).contains("provisional: 1 scan came in after times were frozen."));
    assert!(html(&frozen).contains("<td>order not certain within ±60 s</td>"));
    assert!(page(&html(&frozen), "bdi").0.contains(&"=1+1".to_owned()));
}

#[test]
fn what_a_format_leaves_open_is_an_option() {
    let outcome = outcome(&race(known()));
    let with = |format, options: Options| write::results(format, &outcome, &options).unwrap().bytes;
    let itra = with(Format::Itra, Options { bib_heading: Some("Bib no.".to_owned()), ..options() });
    assert_eq!(cells(&itra)[0][7], "Bib no.");
    assert!(
        with(Format::Csv, Options { has_mark: true, ..options() }).starts_with("\u{feff}course,".as_bytes())
    );
    let webscorer = with(Format::Webscorer, Options { is_utf8: true, ..options() });
    assert!(webscorer.starts_with("\u{feff}Place\tBib\t".as_bytes()));
    let posted = with(Format::RunSignupJson, Options { event: Some(67890), ..options() });
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&posted).unwrap()["event_id"], 67890);
    let race = race(known());
    let records = Records::of(&race.setup, &race.results, &race.scans, Wanted::default());
    let station = Options { station: Some("CH".to_owned()), ..options() };
    let report = text(&write::records(Format::Winlink, &records, &station).unwrap());
    assert!(report.contains("\n7\tIN\t0920\t6\tCH\r\n"), "{report}");
}

/// What may stand in an element of the schema, in its order.
const ORDER: [(&str, &[&str]); 9] = [
    ("ResultList", &["Event", "ClassResult"]),
    ("Event", &["Name", "StartTime"]),
    ("ClassResult", &["Class", "Course", "PersonResult"]),
    ("Class", &["Id", "Name"]),
    ("Course", &["Id", "Name", "Length"]),
    ("PersonResult", &["Person", "Organisation", "Result"]),
    ("Person", &["Name", "Nationality"]),
    (
        "Result",
        &["BibNumber", "StartTime", "FinishTime", "Time", "TimeBehind", "Position", "Status", "SplitTime"],
    ),
    ("SplitTime", &["ControlCode", "Time"]),
];

/// Elements with their depth, name, attributes and text.
fn elements(xml: &str) -> Vec<(usize, String, String, String)> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().trim_text(true);
    let (mut depth, mut found) = (0, Vec::new());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => {
                let attributes = start.attributes().map(|a| a.unwrap());
                let attributes: Vec<String> =
                    attributes.map(|a| format!("{}={}", a.key.as_ref(), a.value)).collect();
                found.push((depth, start.name().as_ref().to_owned(), attributes.join(" "), String::new()));
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Text(text) => found.last_mut().unwrap().3 += &text,
            Event::GeneralRef(entity) => {
                found.last_mut().unwrap().3 += escape::resolve_predefined_entity(&entity).unwrap();
            }
            Event::Eof => return found,
            _ => {}
        }
    }
}

#[test]
fn xml_stands_in_the_order_of_the_schema() {
    let xml = text(&export(Format::Iof, true));
    let mut path: Vec<(String, usize)> = Vec::new();
    for (depth, name, _, _) in elements(&xml) {
        path.truncate(depth);
        if let Some((parent, reached)) = path.last_mut()
            && let Some((_, children)) = ORDER.iter().find(|(element, _)| element == parent)
        {
            let place = children.iter().position(|child| *child == name);
            let place = place.unwrap_or_else(|| panic!("{name} in {parent}"));
            assert!(place >= *reached, "{name} comes too late in {parent}");
            *reached = place;
        }
        path.push((name, 0));
    }
}

/// Bib, position, status and splits of every runner.
fn iof(is_strict: bool, is_provisional: bool) -> Vec<String> {
    let mut outcome = outcome(&race(known()));
    outcome.is_provisional = is_provisional;
    let written = write::results(Format::Iof, &outcome, &Options { is_strict, ..options() }).unwrap();
    let mut lines: Vec<String> = Vec::new();
    let mut depth_of_split = 0;
    for (depth, name, attributes, text) in elements(&text(&written)) {
        match name.as_str() {
            "BibNumber" => lines.push(text),
            "Position" => *lines.last_mut().unwrap() += &format!(" #{text}"),
            "Status" => *lines.last_mut().unwrap() += &format!(" {text}"),
            "SplitTime" => depth_of_split = depth,
            "ControlCode" => *lines.last_mut().unwrap() += &format!(" {text}"),
            "Time" if depth == depth_of_split + 1 => *lines.last_mut().unwrap() += &format!("={text}"),
            _ => assert!(attributes.is_empty() || depth_of_split == 0 || name != "SplitTime"),
        }
    }
    lines
}

#[test]
fn xml_tells_every_fate_and_every_control() {
    let expected = [
        "7 #1 OK k1=1200 k1-out=1260 k2=2400",
        "8 #1 OK k1=1200 k1-out=1230 k2=2450",
        "9 #3 OK k1=1315 k1-out k2",
        "W1 Active k1=1800 k1-out k2",
        "16 Active k1 k1-out k2",
        "17 DidNotFinish k1 k1-out k2=3000",
        "10 DidNotFinish k1=1500 k1-out k2",
        "13 OverTime k1=2400 k1-out=2700 k2=5940",
        "12 Disqualified k1 k1-out k2",
        "11 DidNotStart k1 k1-out k2",
        "15 Inactive k1 k1-out k2",
    ];
    assert_eq!(iof(false, false), expected);
    assert_eq!(iof(true, false)[2], "9 MissingPunch k1=1315 k1-out k2");
    assert_eq!(iof(false, true)[2], "9 #3 OK k1=1315 k1-out k2".replace("#3 OK", "Finished"));
    let xml = text(&export(Format::Iof, false));
    assert_eq!(xml.matches("<SplitTime status=\"Missing\">").count(), 20);
    assert!(xml.contains("status=\"Snapshot\""), "somebody is on the course");
}

#[test]
fn a_page_keeps_names_as_text_and_asks_nobody() {
    let html = text(&export(Format::Html, true));
    let (names, asks) = page(&html, "bdi");
    for name in ["Test & <Race>", "김철수", "<b>&\" </td>'", "=HYPERLINK(\"http://x\",\"y\") @SUM(A1)"] {
        assert!(names.iter().any(|text| text == name), "{name}: {names:?}");
    }
    assert_eq!((asks, page(&html, "script").0.len(), page(&html, "b").0.len()), (0, 1, 0));
    assert_eq!(page(&html, "tr").0.len(), 12 + 2 + 9, "runners, teams, nations, each with a heading");
    assert!(page(&html, "li").0.contains(&"bib W1: still on the course, seen last at K1".to_owned()));
}

#[test]
fn a_batch_has_three_hundred_records_and_each_scan_its_own_when_asked() {
    let extra: String = (1001..=1700).map(|n| format!("{n} k2 40:00\n")).collect();
    let of_7 = "enter 7\n 7 start 0:00\n 7 k1 20:00\n 7 k1 20:05\n 7 k1 out 21:00\n dnf 7 k1\n";
    let mut known = story::known(&format!("{of_7}{extra} 7 k2 0:00"));
    // A record that tells no time says only that the runner was there.
    let day = bibtrail_core::op::Source::WITHIN_MAX_MS;
    let vague = known.scans.last_mut().unwrap();
    vague.scan.source = Some(bibtrail_core::op::Source::new("paper", "7 k2", day).unwrap());
    vague.scan.checkpoint = bibtrail_tests::world::key("start");
    // A record of another tool goes back under its own name.
    known.scans[1].scan.source = Some(bibtrail_core::op::Source::new("ost-remote-1", "x", 0).unwrap());
    let race = race(known);
    let write = |is_raw| {
        let records =
            Records::of(&race.setup, &race.results, &race.scans, Wanted { is_raw, ..Wanted::default() });
        let bodies = text(&write::records(Format::OstJson, &records, &options()).unwrap());
        let bodies = bodies.lines().map(|body| serde_json::from_str(body).unwrap());
        bodies.collect::<Vec<serde_json::Value>>()
    };
    let sizes: Vec<usize> = write(false).iter().map(|body| body["data"].as_array().unwrap().len()).collect();
    assert_eq!(sizes, [300, 300, 103]);
    let raw = write(true);
    let of_7 = raw.iter().flat_map(|body| body["data"].as_array().unwrap()).map(|datum| &datum["attributes"]);
    let of_7: Vec<String> = of_7
        .filter(|a| a["bibNumber"] == "7")
        .map(|a| format!("{} {} {} {}", a["splitName"], a["subSplitKind"], a["stoppedHere"], a["source"]))
        .map(|line| line.replace('"', ""))
        .collect();
    let own = format!("bibtrail-{}", bibtrail_tests::world::log(1).short());
    assert_eq!(
        of_7,
        [
            format!("START in false {own}"),
            "K1 in false ost-remote-1".to_owned(),
            format!("K1 in false {own}"),
            format!("K1 out true {own}"),
        ]
    );
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config { cases: 200, failure_persistence: None, ..Default::default() })]

    /// Whatever stands in a name: as many rows and cells as ever, no formula, and well-formed.
    #[test]
    fn no_name_breaks_a_file(name in "\\PC*|[=+@\\-;,|\"'<>&\\t\\r\\n\\x00-\\x1f]{0,12}|.*", family in ".{0,8}") {
        let mut known = known();
        for entrant in known.entrants.iter_mut().take(3) {
            entrant.name.clone_from(&name);
            entrant.given_name = Some(name.clone());
            entrant.family_name = Some(family.clone());
            entrant.team = Some(name.clone());
        }
        let race = race(known);
        let outcome = outcome(&race);
        let records = Records::of(&race.setup, &race.results, &race.scans, Wanted::default());
        for format in [Format::Csv, Format::UltraSignup, Format::RunSignupCsv] {
            let bytes = write::results(format, &outcome, &options()).unwrap().bytes;
            let rows: Vec<csv::StringRecord> = csv::Reader::from_reader(&*bytes).records().map(|r| r.unwrap()).collect();
            proptest::prop_assert_eq!(rows.len(), if format == Format::RunSignupCsv { 3 } else { 11 });
            for cell in rows.iter().flat_map(|row| row.iter()) {
                proptest::prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{}", cell);
            }
        }
        let webscorer = utf16(&write::results(Format::Webscorer, &outcome, &options()).unwrap().bytes);
        proptest::prop_assert_eq!(webscorer.matches("\r\n").count(), 12);
        proptest::prop_assert!(webscorer.split_terminator("\r\n").all(|line| line.matches('\t').count() == 9));
        let xml = text(&write::results(Format::Iof, &outcome, &options()).unwrap());
        proptest::prop_assert_eq!(elements(&xml).iter().filter(|e| e.1 == "PersonResult").count(), 11);
        let html = text(&write::results(Format::Html, &outcome, &options()).unwrap());
        let (teams, nations) = (outcome.courses[0].teams.len(), outcome.courses[0].nations.len());
        proptest::prop_assert_eq!(page(&html, "tr").0.len(), 12 + 1 + teams + 1 + nations);
        proptest::prop_assert_eq!(cells(&write::results(Format::Itra, &outcome, &options()).unwrap().bytes).len(), 7);
        let radio = write::records(Format::Radio, &records, &options()).unwrap();
        proptest::prop_assert_eq!(text(&radio).lines().count(), 4 + 26 - 1);
    }
}
