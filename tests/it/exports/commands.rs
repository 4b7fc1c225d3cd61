//! The command `export`: what it refuses, what it names, and what it leaves alone.
//!
//! Invariant: a refusal writes no file and says what to do.

use std::fs;

use bibtrail_tests::desk;
use serde_json::Value;

/// A second course beside the desk's.
const FIVE: &str = r#"
[[course]]
key = "five"
name = "Five"
visits = [{ at = "start", distance_m = 0 }, { at = "finish", distance_m = 5000 }]
"#;

const ENTRANTS: &str = "bib,first,last,nation,course\n117,Chol-su,Kim,KP,ten\n118,Åsa,Ødegård,NO,five\n";

struct Desk(desk::Desk);

impl Desk {
    /// A race with two phones whose holders correct one scan differently.
    fn new() -> Self {
        let desk = Self(desk::Desk::of(&format!("{}{FIVE}", desk::RACE), ENTRANTS));
        let link = desk.0.ticket("captain --checkpoint arch");
        desk.ok(&format!("join {link} @phone --file @race.bibtrail --name One --checkpoint arch"));
        desk.ok("scan @phone 117 W1");
        desk.ok("bundle @phone -o @1.bibtrail");
        desk.ok("merge @hq @1.bibtrail");
        let log = serde_json::from_str::<Value>(&desk.ok("log @phone --json")).unwrap();
        let is_scan = |op: &&Value| op["says"].as_str().unwrap().starts_with("scan 117");
        let own = log.as_array().unwrap().iter().find(is_scan).unwrap();
        let at = format!("{}:{}", &own["log"].as_str().unwrap()[..8], own["seq"]);
        desk.ok(&format!("amend @phone {at} --bib 119 --reason looked"));
        desk.ok(&format!("amend @hq {at} --bib 118 --reason paper"));
        desk.ok("bundle @phone -o @1.bibtrail");
        desk.ok("merge @hq @1.bibtrail");
        desk
    }

    fn run(&self, line: &str) -> (u8, Vec<u8>, String) {
        self.0.run_bytes(line, "")
    }

    fn ok(&self, line: &str) -> String {
        self.0.ok(line)
    }

    fn refused(&self, line: &str, expected: &str) {
        let (code, _, err) = self.run(line);
        assert_eq!((code, err.trim_end().lines().last().unwrap_or_default()), (1, expected), "{line}");
    }

    fn has(&self, name: &str) -> bool {
        self.0.path(name).exists()
    }
}

#[test]
fn results_in_conflict_leave_only_as_provisional() {
    let desk = Desk::new();
    desk.refused(
        "export @hq --format csv -o @results.csv",
        "bibtrail: nothing was written: 1 values are in conflict, named above. Settle them, or pass --provisional to mark \
         the file",
    );
    let (code, out, _) = desk.run("export @hq --format csv -o @results.csv --json");
    let report = serde_json::from_slice::<Value>(&out).unwrap();
    assert_eq!((code, report["written"].as_bool(), desk.has("results.csv")), (1, Some(false), false));
    let conflict = report["conflicts"][0].as_str().unwrap();
    assert!(conflict.starts_with("conflict ") && conflict.contains(": bib of scan "), "{conflict}");
    desk.refused(
        "export @hq --format csv --course ten -o @ten.csv",
        "bibtrail: nothing was written: 1 values are in conflict, named above. Settle them, or pass --provisional to mark \
         the file",
    );
    // The checkpoint of the scan is not on this course, whichever bib is right.
    desk.ok("export @hq --format csv --course five -o @five.csv");
    let (_, _, err) = desk.run("export @hq --format csv -o @results.csv --provisional");
    assert!(err.contains("! 1 conflicts, to settle with `bibtrail resolve`:"), "{err}");
    assert!(err.contains("bib W1: on no course, so in no result"), "{err}");
    let csv = fs::read_to_string(desk.0.path("results.csv")).unwrap();
    assert_eq!(csv.matches(",provisional,").count(), 2, "{csv}");
    // Records are written at any time.
    assert!(desk.ok("export @hq --format winlink --checkpoint arch -o -").contains("Claimed Entry Count: 2"));
}

#[test]
fn files_in_the_way_stay_and_wrong_words_are_explained() {
    let desk = Desk::new();
    fs::write(desk.0.path("there.csv"), "mine").unwrap();
    desk.refused(
        "export @hq --format ost-remote -o @there.csv",
        "bibtrail: @there.csv is there already. Choose another name, or pass --force to write over it",
    );
    assert_eq!(fs::read_to_string(desk.0.path("there.csv")).unwrap(), "mine");
    let report = desk.ok("export @hq --format ost-remote -o @there.csv --force --json");
    let report = serde_json::from_str::<Value>(&report).unwrap();
    assert_eq!((report["records"].as_u64(), report["left_out"].as_array().unwrap().len()), (Some(1), 1));
    let written = fs::read(desk.0.path("there.csv")).unwrap();
    assert_eq!(report["bytes"].as_u64(), Some(written.len() as u64));
    // Nothing is left beside it.
    let names = fs::read_dir(desk.0.root()).unwrap().map(|entry| entry.unwrap().file_name());
    assert!(names.into_iter().all(|name| !name.to_string_lossy().starts_with(".tmp")));
    for (line, expected) in [
        (
            "export @hq --format xls -o @x",
            "bibtrail: there is no format \"xls\". `bibtrail export --formats` lists them",
        ),
        (
            "export @hq --format itra -o @x --provisional",
            "bibtrail: itra is a list of one course: pass --course, and export each. The race has: ten, five",
        ),
        (
            "export @hq --format csv --course six -o @x",
            "bibtrail: the race has no course \"six\". Its courses: ten, five",
        ),
        (
            "export @hq --format raceday -o @x",
            "bibtrail: which checkpoint? Pass --checkpoint, or join with one. The race has: start, arch, finish",
        ),
        (
            "export @hq --format log --checkpoint nowhere -o @x",
            "bibtrail: the race has no checkpoint \"nowhere\". Its checkpoints: start, arch, finish",
        ),
        (
            "export @hq --format log -o - --json",
            "bibtrail: the file and the report cannot both go to the output: leave out --json, or name a file",
        ),
    ] {
        desk.refused(line, expected);
        assert!(!desk.has("x"), "{line}");
    }
    assert_eq!(desk.run("export @hq").0, 2);
}

#[test]
fn formats_are_listed_and_binary_goes_to_the_output() {
    let desk = Desk::new();
    let listed = serde_json::from_str::<Value>(&desk.ok("export --formats --json")).unwrap();
    let shown = desk.ok("export --formats");
    let names: Vec<&str> = listed.as_array().unwrap().iter().map(|f| f["format"].as_str().unwrap()).collect();
    assert_eq!(names.len(), 25);
    assert!(names.iter().all(|name| shown.contains(&format!(" {name} "))), "{shown}");
    let page = include_str!("../../../docs/formats-out.md");
    assert!(
        names.iter().all(|name| page.contains(&format!("`{name}`"))),
        "docs/formats-out.md names every format"
    );
    let (code, out, _) = desk.run("export @hq --format itra --course ten --provisional -o -");
    assert_eq!((code, &out[..2]), (0, &b"PK"[..]));
    let log = desk.ok("export @hq --format log --checkpoint 개선문 -o -");
    assert_eq!((log.lines().count(), log.lines().filter(|line| line.starts_with("W1\t20")).count()), (2, 1));
}
