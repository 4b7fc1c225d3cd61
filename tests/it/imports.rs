//! `import`: what other sources recorded comes in once, however often, in whatever parts, on whatever replica.
//!
//! Invariant: each record of a file has a fate that is said, and what is refused stops nothing else. How formats and
//! times read is tested beside them, in `formats/src/read/records/tests.rs`; what is made of records, in `take`, and of bad ones, in
//! `hostile`.

mod hostile;
mod take;

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

use bibtrail::replica::Folder;
use bibtrail_core::{
    ids::EntrantId,
    op::{Entity, Value, field},
};
use bibtrail_tests::desk;
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use serde_json::Value as Json;

const RACE: &str = r#"
name = "Hundred"
start = "2026-06-20T05:00:00-06:00"
time_zone = "America/Denver"
[[checkpoint]]
key = "start"
name = "Start"
[[checkpoint]]
key = "aid1"
name = "Aid Station 1"
[[checkpoint]]
key = "antero"
name = "Antero"
[[checkpoint]]
key = "finish"
name = "Finish"
[[course]]
key = "hundred"
name = "Hundred"
visits = [{ at = "start", distance_m = 0 }, { at = "aid1", distance_m = 20000, record = "in-out" }, { at = "antero", distance_m = 80000, record = "in-out" }, { at = "finish", distance_m = 160000 }]
"#;

struct Desk(desk::Desk);

impl Desk {
    /// The director's replica `hq`, and a captain's `phone`.
    fn new() -> Self {
        let entrants: String = (1..=150).map(|bib| format!("{bib},Runner {bib}\n")).collect();
        let desk = Self(desk::Desk::of(RACE, &format!("bib,name\n{entrants}")));
        desk.join("captain --checkpoint antero --checkpoint aid1 --checkpoint finish", "phone");
        desk
    }

    fn join(&self, role: &str, name: &str) {
        let link = self.0.ticket(role);
        self.ok(&format!("join {link} @{name} --file @race.bibtrail --name {name}"));
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path(name)
    }

    fn write(&self, name: &str, bytes: &[u8]) {
        self.0.write(name, bytes);
    }

    fn run(&self, line: &str) -> (u8, String, String) {
        let said = self.0.run(line, "");
        (said.code, said.out, said.err)
    }

    fn ok(&self, line: &str) -> String {
        self.0.ok(line)
    }

    /// How an import of one file ended, in one line: code, taken, held, same, refused.
    fn import(&self, line: &str) -> String {
        let (code, out, err) = self.run(&format!("import {line} --json"));
        let json: Json = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{line}: {out}{err}"));
        let count = |name: &str| json[0][name].as_u64().unwrap();
        let (taken, held) = (count("taken"), count("held"));
        format!("{code}: {taken} taken, {held} held, {} same, {} refused", count("same"), count("refused"))
    }

    /// Brings two replicas together.
    fn meet(&self, a: &str, b: &str) {
        for (from, to) in [(a, b), (b, a)] {
            self.ok(&format!("bundle @{from} -o @{from}.bibtrail"));
            self.ok(&format!("merge @{to} @{from}.bibtrail"));
        }
    }

    /// What people see of the race: the splits and the standings, but not which replica wrote a scan down.
    fn shown(&self, replica: &str) -> String {
        let all =
            self.ok(&format!("splits @{replica} --json")) + &self.ok(&format!("results @{replica} --json"));
        all.lines().filter(|line| !line.trim_start().starts_with("\"scan\": ")).collect()
    }

    fn scans(&self, replica: &str) -> usize {
        let (store, _, _) = Folder::new(&self.path(replica)).open().unwrap();
        store.scans().unwrap().len()
    }
}

fn data(path: &str) -> Option<Vec<u8>> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    if !file.exists() {
        println!("SKIPPED: {} is not here; this test imports it", file.display());
        return None;
    }
    Some(fs::read(file).unwrap())
}

const SHEET: &str =
    "117\t6:01:00\n?\t6:02:10\n?\t6:02:10\n38\t?\n00101\t6:03:00 # mud\n117\t6:01:00\n38\t6:75\n";

#[test]
fn a_sheet_twice_and_corrected() {
    let desk = Desk::new();
    desk.write("sheet.txt", SHEET.as_bytes());
    let import = "@hq @sheet.txt --checkpoint antero --source paper_sheet_2";
    assert_eq!(desk.import(&format!("{import} --dry-run")), "1: 5 taken, 0 held, 1 same, 1 refused");
    assert_eq!(desk.scans("hq"), 0);
    assert_eq!(desk.import(import), "1: 5 taken, 0 held, 1 same, 1 refused");
    assert_eq!(desk.import(import), "1: 0 taken, 5 held, 1 same, 1 refused");
    // Typed again: one line corrected, one more at the end. What no longer stands there is named, and stays.
    desk.write("again.txt", SHEET.replace("38\t6:75", "38\t6:15:00").replace("117\t", "111\t").as_bytes());
    let out = desk.ok("import @hq @again.txt --checkpoint antero --source paper_sheet_2");
    assert!(out.contains("2 taken, 4 held already, 1 twice in the file, 0 refused"), "{out}");
    assert!(out.contains("held of the same source, and not in this file: 1 ("), "{out}");
    assert_eq!(desk.scans("hq"), 7);
    // A remark that comes later makes no second sighting; the scan has it as its note.
    desk.write("noted.txt", b"117\t6:01:00 # limping\n");
    let out = desk.import("@hq @noted.txt --checkpoint antero --source paper_sheet_2");
    assert_eq!(out, "0: 0 taken, 1 held, 0 same, 0 refused");
    assert!(desk.ok("log @hq").contains("limping"), "{}", desk.ok("log @hq"));
    // The same lines as another source are other records.
    assert_eq!(desk.import("@hq @sheet.txt --checkpoint antero"), "1: 5 taken, 0 held, 1 same, 1 refused");
}

#[test]
fn a_line_says_why() {
    let desk = Desk::new();
    desk.write("report.txt", b"130\tIN\t1149\t20\tCH\n00101\tOUT\t2359\t20\tCH\n200\tIN\t0100\t21\tMoon\n7\tINN\t1\t2\tCH\nClaimed Entry Count: 6\n");
    let (code, out, _) = desk.run("import @hq @report.txt --station CH=antero");
    assert_eq!(code, 1);
    for text in [
        "report.txt: winlink",
        "! nobody entered under 00101, but under 101",
        "✗ the race has no place \"Moon\"",
        "✗ action \"INN\" does not read; write IN, OUT or DROP",
        "2 taken, 0 held already, 0 twice in the file, 2 refused",
        "! it claims 6 records, and has 4. Missing: 2. Ask the sender",
        "unknown places: \"Moon\" (1). The race has: start (Start), aid1 (Aid Station 1), antero (Antero)",
    ] {
        assert!(out.contains(text), "{text:?} is not in\n{out}");
    }
    assert!(!out.contains("11:49:00"), "what is not remarkable is shown with --all only:\n{out}");
    assert!(desk.run("import @hq @report.txt --station CH=antero --all").1.contains("held already"));
    let (code, out, _) = desk.run("import @hq @race.toml");
    assert_eq!(code, 1);
    assert!(out.contains("looks like no format that is known. Pass --format: ost-json, "), "{out}");
    for (line, code, text) in [
        ("import @hq @report.txt --station CH", 1, "names no station"),
        ("import @hq @report.txt --station CH=moon", 1, "no checkpoint \"moon\""),
        ("import @hq @report.txt --date tomorrow", 1, "is no day. Write 2025-04-06"),
        ("import @hq @none.txt", 1, "none.txt"),
        ("import @hq @report.txt --format morse", 2, "possible values: auto, ost-json"),
        ("import @hq", 2, "required"),
    ] {
        let (ended, _, err) = desk.run(line);
        assert_eq!(ended, code, "{line}: {err}");
        assert!(err.contains(text), "{line}: {err}");
    }
}

#[test]
fn what_is_said_of_runners() {
    let desk = Desk::new();
    desk.join("pending", "pool");
    desk.write(
        "drops.csv",
        b"stationId,bibId,dnfType,dnfDateTime,note\n2-antero,88,withdrew,20:30:00 20 Jun,DNF Lost:SAR Active\n\
          2-antero,999,medical,,\n",
    );
    desk.write("dns.csv", b"stationId,bibId,dnsDateTime,note\n0-start,31,06:00:00 20 Jun,Changed to DNS\n");
    // A phone of the pool: kept, shown, and nobody is out of the race by it.
    let (code, _, err) = desk.run("import @pool @drops.csv");
    assert_eq!(code, 0);
    assert!(err.contains("2 of them count for nothing yet"), "{err}");
    let state = |replica: &str, bib: &str| {
        let runner: Json =
            serde_json::from_str(&desk.ok(&format!("runner @{replica} {bib} --json"))).unwrap();
        runner.to_string()
    };
    assert!(!state("pool", "88").contains("dnf"), "{}", state("pool", "88"));
    // The director's: they are, although the same words of the pool's phone are here already.
    desk.meet("hq", "pool");
    assert!(!state("hq", "88").contains("dnf"), "{}", state("hq", "88"));
    assert_eq!(desk.import("@hq @drops.csv"), "0: 2 taken, 0 held, 0 same, 0 refused");
    assert_eq!(desk.import("@hq @dns.csv"), "0: 1 taken, 0 held, 0 same, 0 refused");
    assert!(state("hq", "88").contains("dnf"), "{}", state("hq", "88"));
    // Taken back by a person, it is not said again by the same file; a file that says more is.
    desk.ok("status @hq 88 ok --reason found");
    assert_eq!(desk.import("@hq @drops.csv"), "0: 0 taken, 2 held, 0 same, 0 refused");
    assert!(!state("hq", "88").contains("dnf"), "{}", state("hq", "88"));
    desk.write(
        "drops.csv",
        b"stationId,bibId,dnfType,dnfDateTime,note\n2-antero,88,medical,23:30:00 20 Jun,knee\n",
    );
    assert_eq!(desk.import("@hq @drops.csv"), "0: 1 taken, 0 held, 0 same, 0 refused");
    assert!(state("hq", "88").contains("dnf"), "{}", state("hq", "88"));
}

/// Who wears a bib that two wear nobody knows: nobody is out of the race by a word on it.
#[test]
fn a_word_on_a_bib_that_two_wear_is_refused() {
    let desk = Desk::new();
    let (mut store, _, _) = Folder::new(&desk.path("hq")).open().unwrap();
    let twin = Entity::Entrant(EntrantId::from_random([9; 16]));
    let facts = vec![(field::BIB, Value::from("88")), (field::NAME, Value::from("Twin"))];
    store.put(twin, facts, None).unwrap();
    store.settle().unwrap();
    drop(store);
    let lines = "stationId,bibId,dnfType,dnfDateTime,note\n2-antero,88,withdrew,20:30:00 20 Jun,\n2-antero,87,withdrew,20:30:00 20 Jun,\n";
    desk.write("drops.csv", lines.as_bytes());
    assert_eq!(desk.import("@hq @drops.csv"), "1: 1 taken, 0 held, 0 same, 1 refused");
}

#[test]
fn a_record_of_an_unapproved_phone_counts_once_the_director_brings_it() {
    let desk = Desk::new();
    desk.join("pending", "pool");
    desk.write("sheet.txt", b"7\t6:01:00\n");
    let import = "@sheet.txt --checkpoint finish --source sheet";
    assert_eq!(desk.import(&format!("@pool {import}")), "0: 1 taken, 0 held, 0 same, 0 refused");
    desk.meet("hq", "pool");
    assert!(!desk.shown("hq").contains("\"finished\""));
    assert_eq!(desk.import(&format!("@hq {import}")), "0: 1 taken, 0 held, 0 same, 0 refused");
    assert!(desk.shown("hq").contains("\"finished\""));
    desk.meet("hq", "pool");
    assert_eq!(desk.import(&format!("@pool {import}")), "0: 0 taken, 1 held, 0 same, 0 refused");
}

/// Lines of a sheet in which some runners have no bib, and some lines are there twice.
fn sheet(rng: &mut ChaCha8Rng) -> Vec<String> {
    let line = |rng: &mut ChaCha8Rng| {
        let bib = match rng.random_range(0..6) {
            0 => "2*".to_owned(),
            1 => format!("0{}", rng.random_range(1..9)),
            _ => rng.random_range(1..60).to_string(),
        };
        format!("{bib}\t6:{:02}:{:02}", rng.random_range(0..60), rng.random_range(0..60))
    };
    (0..40).map(|_| line(rng)).collect::<BTreeSet<_>>().into_iter().collect()
}

#[test]
fn any_order_any_part_any_replica_is_once() {
    for seed in 0..3 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (desk, lines) = (Desk::new(), sheet(&mut rng));
        let import = "--checkpoint finish --source sheet";
        let known = Desk::new();
        known.write("whole.txt", lines.join("\n").as_bytes());
        known.run(&format!("import @hq @whole.txt {import}"));
        let expected = known.shown("hq");
        // Parts that overlap, shuffled, on two replicas, with meetings in between.
        for round in 0..4 {
            let mut part: Vec<&String> = lines.iter().filter(|_| rng.random_bool(0.6)).collect();
            part.shuffle(&mut rng);
            let text = part.iter().map(|line| format!("{line}\r\n")).collect::<String>();
            desk.write("part.txt", text.as_bytes());
            let replica = if rng.random_bool(0.5) { "hq" } else { "phone" };
            desk.run(&format!("import @{replica} @part.txt {import}"));
            if round == 1 {
                desk.meet("hq", "phone");
            }
        }
        desk.write("whole.txt", lines.join("\n").as_bytes());
        for replica in ["hq", "phone"] {
            desk.run(&format!("import @{replica} @whole.txt {import}"));
        }
        desk.meet("hq", "phone");
        assert_eq!(desk.shown("hq"), expected, "seed {seed}");
        assert_eq!(desk.shown("phone"), expected, "seed {seed}");
        let again = desk.import(&format!("@hq @whole.txt {import}"));
        assert!(again.starts_with("0: 0 taken, "), "seed {seed}: {again}");
    }
}

#[test]
fn more_than_a_batch() {
    let desk = Desk::new();
    let row = |n: u32| {
        format!(
            "Antero,in,{},2026-06-20 {:02}:{:02}:{:02}-06:00,false,false,ost-1\n",
            n % 150 + 1,
            8 + n / 3600,
            n / 60 % 60,
            n % 60
        )
    };
    let rows: String = (0..1_700).map(row).collect();
    let text = format!("splitName,subSplitKind,bibNumber,enteredTime,withPacer,stoppedHere,source\n{rows}");
    desk.write("ost.csv", text.as_bytes());
    assert_eq!(desk.import("@hq @ost.csv"), "0: 1700 taken, 0 held, 0 same, 0 refused");
    assert_eq!(desk.import("@hq @ost.csv"), "0: 0 taken, 1700 held, 0 same, 0 refused");
    desk.ok("verify @hq");
}

#[test]
fn files_of_the_field() {
    let desk = Desk::new();
    for (path, options, expected) in [
        ("lonesome-100/raw_times_437.json", "", "0: 3 taken, 0 held, 0 same, 0 refused"),
        (
            "lonesome-100/submit_live_time_golden.json",
            "--station 900=antero",
            "0: 1 taken, 0 held, 0 same, 0 refused",
        ),
        // The time "09:mm:ss" is refused; two rows are the same (two of these stations are one here), two say "stopped".
        (
            "opensplittime-fixtures/raw_times.csv",
            "--station Rolling_Pass_(Aid2)=aid1 --station Anvil_CG_(Aid6)=antero --station Bandera_Mine_(Aid5)=antero \
             --station Pole_Creek=antero --station Molas_Pass_(Aid1)=aid1 --station Cascade_Creek_Rd_(Aid3)=aid1 \
             --station Engineer_Mtn_TH_(Aid4)=aid1",
            "1: 37 taken, 0 held, 2 same, 1 refused",
        ),
        (
            "bear-100-drops/bear-100-dns-template.csv",
            "--station 0-start-line=start",
            "0: 33 taken, 0 held, 0 same, 0 refused",
        ),
        (
            "bear-100-drops/bear_100_2022_dnf_results.csv",
            "--station 2:LEH=aid1 --station 3:URH=aid1 --station 4:RHF=aid1 --station 5:TEF=antero --station 6:TOG=antero",
            "0: 16 taken, 0 held, 0 same, 0 refused",
        ),
        (
            "fife-ac/series_race__minitour__2025__race5__rawtimes-original.txt",
            "--checkpoint finish",
            "0: 105 taken, 0 held, 0 same, 0 refused",
        ),
        (
            "fife-ac/series_race__minitour__2025__race3__rawtimes.txt",
            "--checkpoint finish",
            "0: 103 taken, 0 held, 0 same, 0 refused",
        ),
    ] {
        let Some(bytes) = data(path) else { return };
        let name = Path::new(path).file_name().unwrap().to_str().unwrap();
        desk.write(name, &bytes);
        assert_eq!(desk.import(format!("@hq @{name} {options}").trim_end()), expected, "{path}");
        let again = desk.import(format!("@hq @{name} {options}").trim_end());
        assert!(again.contains(": 0 taken, "), "{path}: {again}");
    }
    desk.ok("verify @hq");
}

#[test]
fn hostile_files() {
    let desk = Desk::new();
    let heading = "splitName,subSplitKind,bibNumber,enteredTime,withPacer,stoppedHere,source";
    let good = "Antero,in,7,2026-06-20 10:14:22-06:00,false,false,s";
    let cell = "x".repeat(1_000_000);
    for (n, (text, expected)) in [
        (format!("\u{feff}{heading}\r\n{good}\r\n{good}\r\n"), "0: 1 taken, 0 held, 1 same, 0 refused"),
        (
            format!("{heading}\r=cmd|' /C calc'!A0,in,7,10:14,,,s\r{good}"),
            "1: 0 taken, 1 held, 0 same, 1 refused",
        ),
        (
            format!("{heading}\nAntero,in,7,{cell},,,s\nAntero,in,8,2026-06-20 10:15:22-6:00,,,s"),
            "1: 1 taken, 0 held, 0 same, 1 refused",
        ),
        (
            format!("{heading}\nAntero,in,<b>,10:14,,,s\n\"Antero,in,9,10:14,,,s\n{good}"),
            "1: 0 taken, 1 held, 0 same, 2 refused",
        ),
        (
            format!("{heading}\nAntero,in,1261104,2026-06-20 10:16:22-06:00,,,s"),
            "0: 1 taken, 0 held, 0 same, 0 refused",
        ),
        (
            format!("{heading}\nAntero,in,12345678901234567,2026-06-20 10:16:22-06:00,,,s"),
            "1: 0 taken, 0 held, 0 same, 1 refused",
        ),
        (
            format!("{{\"data\":{}{}}}", "[".repeat(10_000), "]".repeat(10_000)),
            "1: 0 taken, 0 held, 0 same, 1 refused",
        ),
    ]
    .into_iter()
    .enumerate()
    {
        desk.write("file", text.as_bytes());
        assert_eq!(desk.import("@hq @file"), expected, "file {n}");
    }
    // Bytes that are no UTF-8 cost their own line only; said to be Latin-1, they read.
    let latin1 =
        [heading.as_bytes(), b"\n", good.as_bytes(), b"\nAntero,in,9,2026-06-20 11:00:00-06:00,,,Andr\xe9"]
            .concat();
    desk.write("file", &latin1);
    assert_eq!(desk.import("@hq @file"), "1: 0 taken, 1 held, 0 same, 1 refused");
    assert_eq!(desk.import("@hq @file --encoding latin1"), "0: 1 taken, 1 held, 0 same, 0 refused");
}

#[test]
fn a_race_file_from_stations() {
    let desk = Desk::new();
    for (path, expected) in [
        ("opensplittime-fixtures/test_splits.csv", "1 courses, 4 checkpoints, 3 entrants"),
        ("bear-100-drops/bear100-2024-stations.json", "1 courses, 14 checkpoints, 3 entrants"),
    ] {
        let (Some(stations), Some(entrants)) =
            (data(path), data("opensplittime-fixtures/test_efforts_with_bib_numbers.csv"))
        else {
            return;
        };
        desk.write("stations", &stations);
        desk.write("efforts.csv", &entrants);
        let file = desk.ok("race file @stations");
        desk.write("made.toml", file.replace("# start =", "start =").as_bytes());
        let folder = path.len().to_string();
        let said = desk.ok(&format!("race new @{folder} --file @made.toml --entrants @efforts.csv"));
        assert!(said.contains(expected), "{said}");
    }
    desk.write("none.csv", b"a,b");
    let (code, _, err) = desk.run("race file @none.csv");
    assert_eq!(code, 1);
    assert!(err.contains("the stations make no race") || err.contains("missing"), "{err}");
}
