//! Rehearsals and the demo: what is injected is found, and the same seed is the same story.
//!
//! Invariant: the truth is the script's, never a replica's.

use bibtrail::{
    demo::{self, Edition},
    rehearse::{ClockError, Plan, Script, rehearse},
};
use bibtrail_core::results::Doubt;
use bibtrail_tests::world::key;

fn script() -> Script {
    let race = demo::race(Edition::Y2025, 3).unwrap();
    Script::read(
        (&"race.toml".into(), race.race_toml.as_bytes()),
        (&"entrants.csv".into(), race.entrants_csv.as_bytes()),
        (&"splits.csv".into(), race.splits_csv.as_bytes()),
    )
    .unwrap()
}

fn run(line: &str) -> (u8, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = line.split(' ').map(Into::into);
    let code = bibtrail::run(args, &mut std::io::empty(), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap())
}

#[test]
fn wrong_bibs_and_late_edits() {
    let plan = Plan {
        phones: 16,
        seed: 9,
        twice: 0.05,
        wrong_bib: 0.01,
        missed: 0.01,
        late_edit: 0.02,
        ..Plan::default()
    };
    let report = rehearse(&script(), &plan, false).unwrap().report;
    assert!(report.is_right(), "{report:#?}");
    let (injected, found) = (report.injected, &report.found);
    // Each of these would make the rest of the report a report on nothing.
    assert!(injected.wrong_bibs > 40 && injected.missed > 40 && injected.late_edits > 80, "{injected:?}");
    assert!(injected.contested > 10 && injected.recorded_twice > 200, "{injected:?}");
    assert_eq!((found.conflicts, found.conflicts_left), (injected.contested, 0));
    assert!(found.runners_missing_a_time > 60 && found.unknown_bibs > 10, "{found:?}");
    assert_eq!(report.truth.splits_equal, report.truth.splits_compared);
    assert!(report.truth.splits_compared > 5_000, "{:?}", report.truth);
}

#[test]
fn one_phone_or_many_the_same_results() {
    let script = script();
    let standings = |phones| {
        let plan = Plan {
            phones,
            seed: 1,
            twice: 0.0,
            wrong_bib: 0.0,
            missed: 0.0,
            late_edit: 0.0,
            ..Plan::default()
        };
        let outcome = rehearse(&script, &plan, false).unwrap();
        assert!(outcome.report.is_right(), "{:#?}", outcome.report);
        let mut standings = bibtrail_core::view::Standings::of(&outcome.setup, &outcome.results);
        // How sure a time is hangs on whose clocks met; the time and the rank do not.
        for line in standings.courses.iter_mut().flat_map(|course| &mut course.lines) {
            (line.within_ms, line.order_within_ms) = (None, None);
            line.doubts.retain(|doubt| *doubt != Doubt::OrderUncertain.as_str());
        }
        serde_json::to_string(&standings).unwrap()
    };
    assert_eq!(standings(1), standings(25));
}

#[test]
fn the_demo_twice_is_the_same_demo() {
    let (code, first) = run("bibtrail demo --seed 7 --json");
    assert_eq!(code, 0);
    assert_eq!(run("bibtrail demo --seed 7 --json").1, first);
    let told: serde_json::Value = serde_json::from_str(&first).unwrap();
    assert_eq!(told["not_accounted_for"].as_array().unwrap().len(), 3);
    assert_eq!(told["report"]["replicas"]["count"], 13);
    let entered: u64 =
        told["groups"].as_array().unwrap().iter().map(|g| g["entered"].as_u64().unwrap()).sum();
    assert_eq!(entered, 1000);
}

#[test]
fn the_demo_in_words_and_its_older_edition() {
    let (code, out) = run("bibtrail demo --edition 2019 --phones 5");
    assert_eq!(code, 0);
    for text in [
        "30th Pyongyang International Marathon",
        "Marathon, women",
        "Blue Heron Group",
        "Not accounted for: 3",
    ] {
        assert!(out.contains(text), "{text}");
    }
}

#[test]
fn shares_and_phones_that_make_no_sense() {
    for line in ["bibtrail demo --twice 101%", "bibtrail demo --missed some", "bibtrail demo --phones 0"] {
        assert_eq!(run(line).0, 1, "{line}");
    }
    assert_eq!(run("bibtrail demo --edition 1981").0, 2);
}

/// Phones' clocks run wrong, one phone is lost, one copied, one put back to a backup: the truth comes out all the same,
/// within what the clocks guarantee, and no station is blamed.
#[test]
fn clocks_that_run_wrong_and_phones_that_have_accidents() {
    for (seed, cloned_phones) in [(0, 0), (1, 0), (2, 2), (3, 2)] {
        let plan = Plan {
            phones: 10,
            seed,
            twice: 0.05,
            late_edit: 0.02,
            clock_skew_ppm: 80,
            lost_phones: 1,
            cloned_phones,
            restored_phones: 2,
            ..Plan::default()
        };
        let report = rehearse(&script(), &plan, false).unwrap().report;
        assert!(report.is_right(), "seed {seed}: {report:#?}");
        let (_, p99, _) = report.truth.errors_ms;
        // Where copies were made nothing is asked of the estimate: their clocks began in mid-race and met others only
        // after, so they are carried on, not interpolated. The guaranteed bound holds for them too.
        assert!(p99 <= 75 || cloned_phones > 0, "seed {seed}: {:?}", report.truth);
        assert!(report.truth.within_ms > 0, "seed {seed}: {:?}", report.truth);
        assert_eq!(report.alarms, [] as [String; 0], "seed {seed}");
        assert_eq!(report.replicas.count, 10 - 1 + cloned_phones + 1);
    }
}

#[test]
fn a_station_an_hour_off_is_named_and_no_other() {
    for (station, name) in [("arch", "Arch of Triumph"), ("stadium-finish", "finish"), ("mirae", "Mirae")] {
        let clock_errors = vec![ClockError { checkpoint: key(station), off_ms: 3_600_000 }];
        let plan = Plan { phones: 8, seed: 4, clock_errors, ..Plan::default() };
        let report = rehearse(&script(), &plan, false).unwrap().report;
        assert!(report.is_right(), "{report:#?}");
        let [alarm] = report.alarms.as_slice() else { panic!("{station}: {:?}", report.alarms) };
        assert!(alarm.contains(name) && alarm.contains("ahead"), "{alarm}");
    }
}
