//! Every format against every kind of bad line: each has its fate, and the good lines around it are taken.
//!
//! Invariant: a bad line is refused with what is wrong, or read as what it means; it never costs another line, and never
//! becomes another runner's or another day's without a remark. The fates stand in `tests/data/imports/hostile.txt`.

use std::{env, fs, path::Path};

use bibtrail_formats::read::{records::Format, take::Entry};
use bibtrail_tests::fates::{self, shown};

use super::take::{ENTRANTS, RACE};

/// How a format writes a row, and how it writes times.
struct Rows {
    format: Format,
    /// What stands before the rows.
    head: &'static str,
    /// A row of a bib, a time, and a remark, where the format has room for one.
    row: fn(&str, &str, &str) -> String,
    /// 22:00 of the first evening; with an offset as `-4:00`; without a date; midnight; half past one, which comes twice; a day
    /// or minute that is none.
    times: [&'static str; 6],
    /// What stands between rows.
    between: &'static str,
    /// What stands after them.
    tail: &'static str,
}

const STAMPS: [&str; 6] = [
    "2025-11-01 22:00:00-04:00",
    "2025-11-01 22:00:00-4:00",
    "22:00:00",
    "2025-11-02 00:00:00-04:00",
    "2025-11-02 01:30:00",
    "2025-11-31 22:00:00-04:00",
];
const STATION: [&str; 6] = [
    "22:00:00 01 Nov",
    "22:00:00-4:00 01 Nov",
    "22:00:00",
    "00:00:00 02 Nov",
    "01:30:00 02 Nov",
    "22:00:00 31 Nov",
];
const CLOCK: [&str; 6] = ["2200", "2200-4:00", "22:00:00", "0000", "0130", "2460"];
const SPANS: [&str; 6] = ["2:00:00", "-4:00", "22:00", "4:00:00", "2025-11-02 01:30:00", "2:60:00"];

/// Rows with a line each.
fn rows(
    format: Format,
    head: &'static str,
    row: fn(&str, &str, &str) -> String,
    times: [&'static str; 6],
) -> Rows {
    Rows { format, head, row, times, between: "\n", tail: "" }
}

/// Of tools and radio.
fn messages() -> Vec<Rows> {
    vec![
        Rows {
            between: ",\n",
            tail: "\n]}",
            ..rows(
                Format::OstJson,
                "{\"data\":[\n",
                |bib, time, note| {
                    let (bib, note) = (json(bib), json(note));
                    format!(
                        "{{\"attributes\":{{\"bibNumber\":{bib},\"splitName\":\"k1\",\"enteredTime\":\"{time}\",\"remarks\":{note}}}}}"
                    )
                },
                STAMPS,
            )
        },
        rows(
            Format::OstCsv,
            "splitName,subSplitKind,bibNumber,enteredTime,remarks\n",
            |bib, time, note| format!("k1,in,{bib},{time},{note}"),
            STAMPS,
        ),
        rows(
            Format::OstElapsed,
            "first_name,bib_number,Start,k1 In\n",
            |bib, time, note| format!("{note},{bib},,{time}"),
            SPANS,
        ),
        rows(
            Format::RaceResult,
            "",
            |bib, time, note| {
                let (bib, note) = (json(bib), json(note));
                format!(
                    "{{\"Bib\":{bib},\"TimingPoint\":\"k1\",\"Comment\":{note},\"Passing\":{{\"UTCTime\":\"{time}\",\"DeviceID\":\"D\"}}}}"
                )
            },
            STAMPS,
        ),
        rows(
            Format::Winlink,
            "Format: Bib Action Time Day AidStation\n-----\n",
            |bib, time, _| format!("{bib}\tIN\t{time}\tk1"),
            ["2200\t1", "2200-4:00\t1", "2200", "0000\t2", "0130\t2", "2200\t32"],
        ),
        rows(
            Format::Lonesome,
            "At k1:\n",
            |bib, time, note| format!("Runner #{bib} {note} {time} in"),
            CLOCK,
        ),
    ]
}

/// Of tables and paper.
fn sheets() -> Vec<Rows> {
    vec![
        rows(
            Format::UltraTracker,
            "Bear,k1,full-export\nindex,sent,bibId,timeIn,timeOut,dnfType,dnfStation,note\n",
            |bib, time, note| format!("1,1,{bib},{time},,,,{note}"),
            STATION,
        ),
        rows(
            Format::UltraTrackerDrops,
            "stationId,bibId,dnfType,dnfDateTime,note\n",
            |bib, time, note| format!("1-k1,{bib},medical,{time},{note}"),
            STATION,
        ),
        rows(
            Format::UltraTrackerDns,
            "stationId,bibId,dnsDateTime,note\n",
            |bib, time, note| format!("0-start,{bib},{time},{note}"),
            STATION,
        ),
        rows(
            Format::HamResults,
            "Runner,Date,Time,Notes\n",
            |bib, time, note| format!("\"AS k1 to k2 - Bib{bib}\",{time},DNF {note}"),
            [
                "11/1/25,10:00 pm",
                "11/1/25,10:00 pm -4:00",
                ",10:00 pm",
                "11/2/25,12:00 am",
                "11/2/25,1:30 am",
                "11/31/25,10:00 pm",
            ],
        ),
        rows(Format::Paper, "", |bib, time, note| format!("{bib}\t{time} # {note}"), SPANS),
        rows(Format::PaperClock, "", |bib, time, note| format!("{bib}\t{time} # {note}"), CLOCK),
        rows(
            Format::Splits,
            "bib,checkpoint,kind,time,note\n",
            |bib, time, note| format!("{bib},k1,in,{time},{note}"),
            STAMPS,
        ),
    ]
}

fn json(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// What is bad: its name, the bib, which of the times, and the remark as bytes.
const CASES: [(&str, &str, usize, &[u8]); 15] = [
    ("a formula", "=1+1", 0, b"x"),
    ("a formula made harmless", "'=1+1", 0, b"x"),
    ("a call", "@SUM(A1)", 0, b"x"),
    ("markup", "<b>8</b>", 0, b"x"),
    ("zeros before the bib", "00101", 0, b"x"),
    ("zeros before a number nobody has", "0055", 0, b"x"),
    ("a bib that nobody read", "?", 0, b"x"),
    ("an offset -4:00", "8", 1, b"x"),
    ("no date", "8", 2, b"x"),
    ("midnight", "8", 3, b"x"),
    ("an hour that comes twice", "8", 4, b"x"),
    ("no such time", "8", 5, b"x"),
    ("the line before again", "7", 0, b"x"),
    ("a remark that would run", "8", 0, b"=HYPERLINK(A1)"),
    ("bytes of another encoding", "8", 0, b"Andr\xe9"),
];

/// The file of a case: a good line, the bad one, a good one.
fn file(rows: &Rows, (_, bib, time, note): (&str, &str, usize, &[u8])) -> Vec<u8> {
    let good = |bib| (rows.row)(bib, rows.times[0], "x");
    let mark = "\u{f8ff}";
    let bad = (rows.row)(bib, rows.times[time], mark);
    let text = [rows.head, &[good("7"), bad, good("W1")].join(rows.between), rows.tail].concat();
    // Winlink has no room for remarks.
    let Some((before, after)) = text.split_once(mark) else { return text.into_bytes() };
    [before.as_bytes(), note, after.as_bytes()].concat()
}

#[test]
fn every_format_and_every_accident() {
    let mut told = String::new();
    let formats: Vec<Rows> = messages().into_iter().chain(sheets()).collect();
    assert_eq!(formats.len(), Format::ALL.len());
    for rows in formats {
        told += &format!("{}\n", rows.format.as_str());
        for case in CASES {
            let takings = fates::taken(RACE, ENTRANTS, "at=k1", rows.format, &file(&rows, case));
            let by = |bib: &str| {
                let is_it = |taking: &&_| bib_of(taking) == Some(bib);
                takings.iter().filter(is_it).count()
            };
            let is_one_record = rows.format == Format::OstJson && case.0.starts_with("bytes");
            if !is_one_record {
                assert!(by("7") >= 1 && by("W1") == 1, "{}, {}: {takings:?}", rows.format.as_str(), case.0);
            }
            let bad = takings.iter().filter(|taking| bib_of(taking) != Some("W1")).skip(1);
            let bad: Vec<String> = bad.map(|taking| shown(taking).replace('\n', "\n    ")).collect();
            told += &format!("  {}\n    {}\n", case.0, bad.join("\n    "));
        }
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/imports/hostile.txt");
    if env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &told).unwrap();
    }
    assert_eq!(told, fs::read_to_string(&path).unwrap_or_default(), "{}", path.display());
}

fn bib_of(taking: &bibtrail_formats::read::take::Taking) -> Option<&str> {
    match taking.fate.as_ref().ok()? {
        Entry::Scan { scan, .. } => Some(scan.bib.as_str()),
        Entry::Status { bib, .. } => Some(bib.as_str()),
    }
}
