//! From records to scans and words on runners: places, days, clocks that change, times that nobody read.
//!
//! Invariant: no place and no day is guessed without a remark; one record has one identity in whatever format.

use bibtrail_formats::read::{
    records::Format,
    take::{Entry, Taking},
};
use bibtrail_tests::fates::{self, all, shown};

/// A hundred miles from a Saturday's evening on, over the night in which clocks are set back.
pub(super) const RACE: &str = r#"
name = "Hundred"
start = "2025-11-01T20:00:00-04:00"
time_zone = "America/New_York"
[[checkpoint]]
key = "start"
name = "Start"
[[checkpoint]]
key = "k1"
name = "Rolling Pass (Aid2)"
names = { ko = "개선문" }
[[checkpoint]]
key = "k2"
name = "Leatham Hollow"
[[checkpoint]]
key = "k3"
name = "leatham-hollow"
[[checkpoint]]
key = "k4"
name = "K4"
[[checkpoint]]
key = "finish"
name = "Finish"
[[course]]
key = "hundred"
name = "Hundred"
visits = [{ at = "start", distance_m = 0 }, { at = "k1", distance_m = 20000, record = "in-out" }, { at = "k4", distance_m = 80000 }, { at = "finish", distance_m = 160000, cut_off = "48:00" }]
"#;

/// Who wears which bib.
pub(super) const ENTRANTS: &str = "7 Ann Lee\n8 Bob Ray\n101 Chol Kim\nW1 Joe Schmoe";

fn taken(race: &str, options: &str, format: Format, text: &str) -> Vec<Taking> {
    fates::taken(race, ENTRANTS, options, format, text.as_bytes())
}

fn check(options: &str, format: Format, text: &str, expected: &str) {
    assert_eq!(all(&taken(RACE, options, format, text)), expected);
}

#[test]
fn places_by_whatever_they_are_called() {
    let line = |place: &str| format!("bib,checkpoint,kind,time\n7,{place},in,1:00:00");
    for (place, key) in [
        ("k1", "k1"),
        ("K1", "k1"),
        ("rolling pass (AID2)", "k1"),
        ("Rolling-Pass-Aid2", "k1"),
        ("2-rolling-pass-aid2", "k1"),
        ("개선문", "k1"),
        ("CH", "k2"),
        ("5 finish", "finish"),
    ] {
        check(
            "ch=k2",
            Format::Splits,
            &line(place),
            &format!("2: 7 {key} in 2025-11-02T01:00:00Z~1000 by sheet"),
        );
    }
    check(
        "",
        Format::Splits,
        &line("Leatham Hollow"),
        "2: ✗ \"Leatham Hollow\" may be k2 or k3. Say which it is: --station \"Leatham Hollow=KEY\"",
    );
    check(
        "",
        Format::Splits,
        &line("moon"),
        "2: ✗ the race has no place \"moon\". Say which it is: --station \"moon=KEY\"",
    );
    check(
        "",
        Format::Paper,
        "7\t1:00",
        "1: ✗ does not say where. Pass --checkpoint; the race has: start (Start), k1 (Rolling Pass (Aid2)), k2 (Leatham Hollow), k3 (leatham-hollow), k4 (K4), finish (Finish)",
    );
}

/// A name that is another checkpoint's key, or reads as a way: where a format has names, it may be either.
#[test]
fn places_that_may_be_two() {
    let race =
        RACE.replace("name = \"K4\"", "name = \"k1\"").replace("name = \"Finish\"", "name = \"k4 out\"");
    let fate = |format, text: &str| all(&taken(&race, "", format, text));
    let ost = |place: &str| {
        let csv =
            format!("splitName,subSplitKind,bibNumber,enteredTime\n{place},in,7,2025-11-02 06:00:00-05:00");
        fate(Format::OstCsv, &csv)
    };
    let box_at = |place: &str| {
        let passing = r#""Passing":{"UTCTime":"2025-11-02T06:00:00-05:00","DeviceID":"D"}"#;
        fate(Format::RaceResult, &format!(r#"{{"Bib":7,"TimingPoint":"{place}",{passing}}}"#))
    };
    let two = |given: &str, fitting: &str| {
        format!("✗ \"{given}\" may be {fitting}. Say which it is: --station \"{given}=KEY\"")
    };
    assert_eq!(ost("k1"), format!("2: {}", two("k1", "k1 or k4")));
    assert_eq!(box_at("K1"), format!("1: {}", two("K1", "k1 or k4")));
    assert_eq!(box_at("k4 out"), format!("1: {}", two("k4 out", "finish or k4")));
    let seen =
        |place: &str, kind: &str| format!("1: 7 {place} {kind} 2025-11-02T11:00:00Z~1000 by RACE RESULT D");
    assert_eq!(box_at("Rolling Pass (Aid2) Out"), seen("k1", "out"));
    assert_eq!(box_at("Rolling Pass (Aid2)"), seen("k1", "in"));
    // Where a format has keys, a key is its checkpoint; and a station's number tells more than another's key.
    let split =
        |place: &str| fate(Format::Splits, &format!("bib,checkpoint,kind,time\n7,{place},in,1:00:00"));
    assert_eq!(split("k1"), "2: 7 k1 in 2025-11-02T01:00:00Z~1000 by sheet");
    let numbered = RACE.replace("key = \"k2\"", "key = \"1-k1\"");
    let drop = |place: &str| {
        let csv = format!("stationId,bibId,dnfType,dnfDateTime,note\n{place},8,medical,06:00:00 02 Nov,");
        all(&taken(&numbered, "", Format::UltraTrackerDrops, &csv))
    };
    assert_eq!(drop("1-k1"), "2: 8 dnf k1 (sheet: medical, 2025-11-02 06:00:00)");
    assert_eq!(drop("2-1-k1"), "2: 8 dnf 1-k1 (sheet: medical, 2025-11-02 06:00:00)");
}

#[test]
fn names_that_contradict_the_bib() {
    check(
        "at=k1 date=2025-11-01",
        Format::Lonesome,
        "Runner #7 Bob Ray 2245 in\nRunner #7 ann LÉE 2245 in\nRunner #8 unknown 2250 in\nRunner #W1 Jo Black 2251 in\n\
         Runner #101 2252 in\nDrop #8 2310 Ann Lee at K1 Lake\nDrop #8 ---- Ann Lee at K4",
        "1: 7 k1 in 2025-11-02T02:45:00Z~60000 by sheet\n  \
           ! \"Bob Ray\" stands beside 7, which Ann Lee wears, and Bob Ray has 8: ask who it was, and correct it with `bibtrail amend`\n\
         2: 7 k1 in 2025-11-02T02:45:00Z~60000 by sheet\n\
         3: 8 k1 in 2025-11-02T02:50:00Z~60000 by sheet\n\
         4: W1 k1 in 2025-11-02T02:51:00Z~60000 by sheet\n  \
           ! \"Jo Black\" stands beside W1, which Joe Schmoe wears: ask who it was, and correct it with `bibtrail amend`\n\
         5: 101 k1 in 2025-11-02T02:52:00Z~60000 by sheet\n\
         6: ✗ the race has no place \"K1 Lake\". Say which it is: --station \"K1 Lake=KEY\"\n\
         7: 8 dnf k4 (sheet: Ann Lee)\n  \
           ! \"Ann Lee\" stands beside 8, which Bob Ray wears, and Ann Lee has 7: ask who it was, and correct it with `bibtrail amend`",
    );
}

#[test]
fn times_after_another_gun() {
    let at = |options: &str| all(&taken(RACE, options, Format::Paper, "7\t1:00:00"));
    assert_eq!(at("at=k1"), "1: 7 k1 in 2025-11-02T01:00:00Z~1000 by sheet");
    let later = "1: 7 k1 in 2025-11-02T01:30:00Z~1000 by sheet";
    for gun in ["20:30", "8:30pm", "2025-11-01T20:30:00", "2025-11-01T17:30:00-07:00"] {
        assert_eq!(at(&format!("at=k1 gun={gun}")), later, "{gun}");
    }
    let far = all(&taken(RACE, "at=k1", Format::Paper, "7\t99:00:00"));
    assert!(far.contains("taken as 2025-11-05 22:00:00, which is outside of the race"), "{far}");
    // It belongs to the record, as the day does: the same line under another gun is another.
    let one = items("at=k1", Format::Paper, "7\t1:00:00");
    assert_ne!(items("at=k1 gun=20:30", Format::Paper, "7\t1:00:00"), one);
    assert_eq!(items("at=k1 gun=20:30", Format::Paper, "7\t2025-11-01 21:30:00").len(), 1);
}

#[test]
fn days_that_are_not_written() {
    // Over midnight; a line out of order costs no other its day.
    check(
        "at=k1",
        Format::PaperClock,
        "7\t23:50:00\n8\t0010\nW1\t23:59\n101\t0:20",
        "1: 7 k1 in 2025-11-02T03:50:00Z~1000 by sheet\n  \
           ! does not say the day: taken as 2025-11-01 23:50:00, but 2025-11-02 23:50:00 is possible. Pass --date to be sure\n\
         2: 8 k1 in 2025-11-02T04:10:00Z~60000 by sheet\n\
         3: W1 k1 in 2025-11-02T03:59:00Z~60000 by sheet\n\
         4: 101 k1 in 2025-11-02T04:20:00Z~60000 by sheet",
    );
    // At the finish nobody can be in the first evening.
    check(
        "at=finish date=2025-11-03",
        Format::PaperClock,
        "7\t19:00\n8\t20:00",
        "1: 7 finish in 2025-11-04T00:00:00Z~60000 by sheet\n\
         2: 8 finish in 2025-11-04T01:00:00Z~60000 by sheet",
    );
    // A day of the month, a date without a year.
    check(
        "ch=k1",
        Format::Winlink,
        "7\tIN\t2149\t1\tCH\n8\tOUT\t0149\t3\tCH\n8\tIN\t0149\t31\tCH",
        "1: 7 k1 in 2025-11-02T01:49:00Z~60000 by sheet\n\
         2: 8 k1 out 2025-11-03T06:49:00Z~60000 by sheet\n\
         3: 8 k1 in 2025-10-31T05:49:00Z~60000 by sheet\n  \
           ! taken as 2025-10-31 01:49:00, which is outside of the race",
    );
    check(
        "",
        Format::UltraTrackerDrops,
        "stationId,bibId,dnfType,dnfDateTime,note\n2-k1,7,withdrew,21:27:00 02 Nov,Lost:SAR Active\n2-k1,8,timeout,21:27:00 30 Feb,\n",
        "2: 7 dnf k1 (sheet: withdrew, Lost:SAR Active, 2025-11-02 21:27:00)\n\
         3: ✗ \"day 30 of month 2\" is no day of the calendar",
    );
}

#[test]
fn clocks_that_change() {
    check(
        "at=k1",
        Format::PaperClock,
        "7\t0:50:00\n8\t1:40:00\nW1\t1:10:00\n101\t1:50:00\n7\t2:10:00",
        "1: 7 k1 in 2025-11-02T04:50:00Z~1000 by sheet\n  \
           ! does not say the day: taken as 2025-11-02 00:50:00, but 2025-11-03 00:50:00 is possible. Pass --date to be sure\n\
         2: 8 k1 in 2025-11-02T05:40:00Z~1000 by sheet\n  \
           ! clocks were set back, so 2025-11-02T01:40:00 came twice: taken as the first\n\
         3: W1 k1 in 2025-11-02T06:10:00Z~1000 by sheet\n  \
           ! clocks were set back, so 2025-11-02T01:10:00 came twice: taken as the second\n\
         4: 101 k1 in 2025-11-02T06:50:00Z~1000 by sheet\n  \
           ! clocks were set back, so 2025-11-02T01:50:00 came twice: taken as the second\n\
         5: 7 k1 in 2025-11-02T07:10:00Z~1000 by sheet",
    );
    let spring = RACE.replace("2025-11-01T20:00:00-04:00", "2025-03-08T20:00:00-05:00");
    let shown: Vec<String> =
        taken(&spring, "at=k1", Format::Paper, "7\t2025-03-09 02:30:00").iter().map(shown).collect();
    assert_eq!(
        shown,
        ["1: 7 k1 in 2025-03-09T07:30:00Z~1000 by sheet\n  \
          ! clocks were set forward past 2025-03-09T02:30:00: taken as if that clock had not been set"]
    );
}

#[test]
fn times_that_nobody_read() {
    check(
        "at=finish",
        Format::Paper,
        "7\t?\n8\t4:00:00\n101\t?\n?\t4:00:30\nW1\t?\n",
        "1: 7 finish in 2025-11-02T04:00:00Z~18000000 by sheet\n  \
           ! its time was not read: some time before 2025-11-02 00:00:00\n\
         2: 8 finish in 2025-11-02T04:00:00Z~1000 by sheet\n\
         3: 101 finish in 2025-11-02T04:00:15Z~15000 by sheet\n  \
           ! its time was not read: put between 2025-11-02 00:00:00 and 2025-11-02 00:00:30\n\
         4: ? finish in 2025-11-02T04:00:30Z~1000 by sheet\n  \
           ! no bib: its time is kept, add the bib with `bibtrail amend`\n\
         5: W1 finish in 2025-11-02T04:00:30Z~86400000 by sheet\n  \
           ! its time was not read: some time after 2025-11-02 00:00:30",
    );
    check(
        "at=finish",
        Format::Paper,
        "7\t?",
        "1: ✗ its time was not read, and no other line of the place has one to tell it by",
    );
}

#[test]
fn bibs_and_those_who_stopped() {
    let stopped = |place: &str, bib: &str| {
        format!(
            "splitName,subSplitKind,bibNumber,enteredTime,stoppedHere,source\n{place},in,{bib},2025-11-02 06:00:00-05:00,true,ost-1"
        )
    };
    check(
        "",
        Format::OstCsv,
        &stopped("K1", "00101"),
        "2: 00101 k1 in 2025-11-02T11:00:00Z~1000 by ost-1\n  \
           ! nobody entered under 00101, but under 101: if they are one, correct it with `bibtrail amend`\n\
         2: 00101 dnf k1 (ost-1: stopped here, 2025-11-02 06:00:00)",
    );
    check("", Format::OstCsv, &stopped("Finish", "7"), "2: 7 finish in 2025-11-02T11:00:00Z~1000 by ost-1");
    check(
        "",
        Format::OstCsv,
        &stopped("K1", "2*"),
        "2: 2* k1 in 2025-11-02T11:00:00Z~1000 by ost-1\n  \
           ! not all of the bib was read: complete it with `bibtrail amend`\n  \
           ! said to have stopped at k1: if they dropped, say so with `bibtrail status`",
    );
    // Where laps begin and end, stopping says nothing: who is not known to have dropped is looked for.
    let laps = RACE.replace("{ at = \"k4\", distance_m = 80000 }", "{ at = \"finish\", distance_m = 80000 }");
    let shown: Vec<String> =
        taken(&laps, "", Format::OstCsv, &stopped("Finish", "7")).iter().map(shown).collect();
    assert_eq!(
        shown,
        ["2: 7 finish in 2025-11-02T11:00:00Z~1000 by ost-1\n  \
          ! said to have stopped at finish: if they dropped, say so with `bibtrail status`"]
    );
    let long = format!("7\t1:00:00 # {}", "x".repeat(40_000));
    let takings = taken(RACE, "at=k1", Format::Paper, &long);
    let Ok(Entry::Scan { note: Some(note), .. }) = &takings[0].fate else { panic!("{takings:?}") };
    assert!(note.len() < 1_010, "{} bytes", note.len());
    assert_eq!(takings[0].remarks, ["its note of 40000 bytes is cut short"]);
    let source = stopped("K1", "7").replace("ost-1", &"s".repeat(61));
    check(
        "",
        Format::OstCsv,
        &source,
        "2: ✗ the name of its source is too long or holds control characters. Pass --source with 1 to 60 bytes",
    );
}

/// The identities of the records of a text, sorted.
fn items(options: &str, format: Format, text: &str) -> Vec<[u8; 8]> {
    let item = |taking: Taking| match taking.fate {
        Ok(Entry::Scan { scan, .. }) => scan.source.map(|source| source.item),
        _ => None,
    };
    let mut items: Vec<_> = taken(RACE, options, format, text).into_iter().filter_map(item).collect();
    items.sort_unstable();
    items
}

#[test]
fn one_record_has_one_identity() {
    let csv = "splitName,subSplitKind,bibNumber,enteredTime,withPacer,stoppedHere,source\n\
               k1,in,7,2025-11-02 06:00:00-05:00,false,false,ost-1";
    let sent = r#"{"data":[{"attributes":{"splitName":"Rolling Pass (Aid2)","subSplitKind":"in","bibNumber":"7",
        "enteredTime":"2025-11-02T06:00:00-5:00","withPacer":"false","stoppedHere":"false","source":"ost-1"}}]}"#;
    let answer = r#"{"data":[{"attributes":{"splitName":"K1","bitkey":1,"bibNumber":7,"enteredTime":"06:00:00",
        "absoluteTime":"2025-11-02T11:00:00.000Z","withPacer":false,"stoppedHere":false,"source":"ost-1","remarks":"x"}}]}"#;
    let one = items("", Format::OstCsv, csv);
    assert_eq!(one.len(), 1);
    assert_eq!(items("", Format::OstJson, sent), one);
    assert_eq!(items("", Format::OstJson, answer), one);
    assert_ne!(items("", Format::OstCsv, &csv.replace("false,false", "true,false")), one);
    // A tool that sends again says the same record; people who write `?` twice saw two runners.
    let distinct = |format, text: &str| {
        items("at=k1", format, text).into_iter().collect::<std::collections::BTreeSet<_>>().len()
    };
    assert_eq!(distinct(Format::Paper, "?\t7:14\n?\t7:14\n?\t7:14\n7\t7:15\n7\t0:07:15 # again\n"), 4);
    assert_eq!(distinct(Format::OstCsv, &format!("{csv}\n{}", csv.lines().nth(1).unwrap())), 1);
    // The place, the way and the day that a person gave belong to it; the settings of the race do not.
    assert_ne!(items("at=k1", Format::Paper, "7\t7:15"), items("at=finish", Format::Paper, "7\t7:15"));
    assert_ne!(
        items("at=k1", Format::PaperClock, "7\t7:15"),
        items("at=k1 date=2025-11-02", Format::PaperClock, "7\t7:15")
    );
    // Any order and any part of a sheet: the same records.
    let lines = ["7\t7:15", "8\t?\t2", "W1\t7:20 # x", "101\t1:07:15", "00101\t1:07:15"];
    let whole = items("at=k1", Format::Paper, &lines.join("\n"));
    let reversed: Vec<&str> = lines.into_iter().rev().collect();
    assert_eq!(items("at=k1", Format::Paper, &reversed.join("\n")), whole);
    let mut halves = items("at=k1", Format::Paper, &lines[..2].join("\n"));
    halves.extend(items("at=k1", Format::Paper, &lines[2..].join("\n")));
    halves.sort_unstable();
    assert_eq!(halves, whole);
}
