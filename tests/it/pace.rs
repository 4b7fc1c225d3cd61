//! Typical times and expectations, from the field's own splits. Text in, text out.
//!
//! Invariant: who is slow or fast all the way is expected so.

use std::fmt::Write;

use bibtrail_core::{
    pace::{Pace, times},
    results::{Runner, results},
    time::span,
};
use bibtrail_tests::{story, world::START_MS};

/// Nine runners on an even course, from 8 to 16 minutes for each of its parts; then what the story adds.
fn field() -> String {
    let mut story = "course start@0 k1@2 k2@4 finish@6\n".to_owned();
    for n in 0..9 {
        let part = 8 + n;
        writeln!(story, "{} start 0:00", 100 + n).unwrap();
        for (place, parts) in [("k1", 1), ("k2", 2), ("finish", 3)] {
            writeln!(story, "{} {place} {}:00", 100 + n, part * parts).unwrap();
        }
    }
    story
}

/// After the gun, to the next half minute: what is usual is rounded.
fn half_minutes(ms: i64) -> String {
    span((ms - START_MS + 15_000) / 30_000 * 30_000)
}

/// Of bib 7: what is expected at the next slot, from the earliest to the latest.
fn check(story: &str, expected: &str) {
    let results =
        results(&story::known(&format!("{}enter 7 100 101 102 103 104 105 106 107 108\n{story}", field())));
    let pace = Pace::of(&results);
    let course = &results.courses[0];
    let pace = pace.course(&course.course.key).unwrap();
    let runner: &Runner = course.runners.iter().find(|runner| runner.bib.as_str() == "7").unwrap();
    let times = times(runner);
    let mut shown = String::new();
    let next = times.iter().rposition(Option::is_some).map_or(0, |last| last + 1);
    if let Some(next) = pace.expected(&times, START_MS, next) {
        let [earliest, likely, latest] = [next.earliest_ms, next.likely_ms, next.latest_ms].map(half_minutes);
        write!(shown, "{earliest} {likely} {latest}").unwrap();
    }
    assert_eq!(shown.trim(), expected);
}

#[test]
fn the_next_place_is_expected_by_own_pace() {
    // Nothing but the start: the field's own times, from the fastest to the slowest.
    check("7 start 0:00", "8:00 12:00 15:00");
    // An even course: after 20 minutes for the first part, 20 more for the second.
    check("7 start 0:00\n7 k1 20:00", "40:00 40:00 40:00");
    check("7 start 0:00\n7 k2 30:00", "45:00 45:00 45:00");
    // The start was not seen: from the gun.
    check("7 k1 20:00", "40:00 40:00 40:00");
}

#[test]
fn where_nobody_went_the_pace_is_taken_as_even() {
    let lone = "course start@0 k1@2 k2@4 finish@6\nenter 7\n7 start 0:00\n7 k1 10:00";
    let results = results(&story::known(lone));
    let pace = Pace::of(&results);
    let course = &results.courses[0];
    let next =
        pace.course(&course.course.key).unwrap().expected(&times(&course.runners[0]), START_MS, 2).unwrap();
    let shown = [next.earliest_ms, next.likely_ms, next.latest_ms].map(half_minutes);
    assert_eq!(shown, ["16:00", "20:00", "27:00"]);
}
