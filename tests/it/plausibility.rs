//! What each time of a runner is worth. Text in, text out.
//!
//! Invariant: every time that was seen is shown with its judgement, and only times that are not in doubt are compared
//! with.

use std::fmt::Write;

use bibtrail_core::{
    pace::Pace,
    plausibility::{Grade, of_runner},
    results::{Runner, results},
};
use bibtrail_tests::story;
use proptest::prelude::*;

/// Nine runners on a course with a stay of one minute at k1, from 8 to 16 minutes for each of its parts.
fn field() -> String {
    let mut story = "course start@0 k1+@2 k2@4 finish@6\n".to_owned();
    for n in 0..9 {
        let (bib, part) = (100 + n, 8 + n);
        writeln!(story, "{bib} start 0:00\n{bib} k1 {part}:00\n{bib} k1 out {}:00", part + 1).unwrap();
        writeln!(story, "{bib} k2 {}:00\n{bib} finish {}:00", 2 * part + 1, 3 * part + 1).unwrap();
    }
    story
}

/// Of bib 7 in that field, slot by slot: what the time is worth and why, and since where it was compared.
fn check(story: &str, expected: &str) {
    assert_eq!(shown(&format!("{}enter 100 101 102 103 104 105 106 107 108\n{story}", field())), expected);
}

fn shown(story: &str) -> String {
    let known = story::known(&format!("{story}\nenter 7"));
    let results = results(&known);
    let (pace, course) = (Pace::of(&results), &results.courses[0]);
    let runner: &Runner = course.runners.iter().find(|runner| runner.bib.as_str() == "7").unwrap();
    let pace = pace.course(&course.course.key).unwrap();
    let judged = of_runner(&known.setup, &course.course, &course.slots, pace, runner);
    let words = judged.iter().map(|judgement| match judgement {
        None => "–".to_owned(),
        Some(judgement) => match judgement.reason {
            None => judgement.grade.as_str().to_owned(),
            Some(reason) => {
                let since = judgement.since.map_or("the gun".to_owned(), |slot| slot.to_string());
                format!("{}: {}, since {since}", judgement.grade.as_str(), reason.as_str())
            }
        },
    });
    words.collect::<Vec<_>>().join(" | ")
}

#[test]
fn slow_all_the_way_is_good() {
    check(
        "7 start 0:00\n7 k1 20:00\n7 k1 out 21:00\n7 k2 41:00\n7 finish 62:00",
        "good | good | good | good | good",
    );
    // Beyond what the field's times allow: each is doubted, and the next is compared with the start again.
    check(
        "7 start 0:00\n7 k1 28:00\n7 k1 out 28:00\n7 k2 58:00",
        "good | questionable: too long on the way, since 0 | questionable: too long on the way, since 0 | questionable: too long on the way, since 0 | –",
    );
}

#[test]
fn too_soon_and_too_long() {
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 19:00",
        "good | good | good | questionable: too soon, since 2 | –",
    );
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 15:00",
        "good | good | good | bad: too soon, since 2 | –",
    );
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 38:00",
        "good | good | good | questionable: too long on the way, since 2 | –",
    );
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 53:00",
        "good | good | good | bad: too long on the way, since 2 | –",
    );
    // The wrong time at k2 throws no doubt on the finish: that is compared with k1.
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 14:00\n7 finish 37:00",
        "good | good | good | bad: too soon, since 2 | good",
    );
}

#[test]
fn the_order_along_the_course() {
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 11:00\n7 k2 25:00",
        "good | good | bad: out before in, since 1 | good | –",
    );
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 10:00",
        "good | good | good | bad: before the place before, since 2 | –",
    );
    // In and out at once: they ran through.
    check("7 start 0:00\n7 k1 12:00\n7 k1 out 12:00", "good | good | good | – | –");
    // The start was not seen: the gun stands for it.
    check("7 k1 12:00\n7 k1 out 13:00", "– | good | good | – | –");
    check("7 k1 2:00", "– | bad: too soon, since the gun | – | – | –");
}

#[test]
fn a_stay() {
    check("7 start 0:00\n7 k1 12:00\n7 k1 out 5:00:00", "good | good | good | – | –");
    // More than 60, more than 100 times 16 minutes; what is typical is rounded.
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 17:00:00",
        "good | good | questionable: too long at one place, since 1 | – | –",
    );
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 28:00:00",
        "good | good | bad: too long at one place, since 1 | – | –",
    );
}

#[test]
fn who_goes_on_after_a_stop_is_doubted_and_shown() {
    check(
        "7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 25:00\ndnf 7 k1",
        "good | good | good | questionable: seen after they stopped, since 2 | –",
    );
    // Nobody said where: nothing is held against a time.
    check("7 start 0:00\n7 k1 12:00\n7 k1 out 13:00\n7 k2 25:00\ndnf 7", "good | good | good | good | –");
}

#[test]
fn with_nobody_to_compare_with() {
    let course = "course start@0 k1+@2 k2@4 finish@6\n";
    // The first part: nobody can tell. From there on, their own pace and the distance can, with wide factors.
    let way = |k2: &str| shown(&format!("{course}7 start 0:00\n7 k1 12:00\n7 k1 out 12:00\n7 k2 {k2}"));
    assert_eq!(way("24:00"), "good | not judged | good | good | –");
    assert_eq!(way("16:00"), "good | not judged | good | questionable: too soon, since 2 | –");
    assert_eq!(way("15:00"), "good | not judged | good | bad: too soon, since 2 | –");
    assert_eq!(way("39:00"), "good | not judged | good | questionable: too long on the way, since 2 | –");
    assert_eq!(way("49:00"), "good | not judged | good | bad: too long on the way, since 2 | –");
}

proptest! {
    /// Whatever the times: every one that was seen has a judgement, and it is compared with a sound one before it.
    #[test]
    fn every_time_is_judged(minutes in proptest::collection::vec(proptest::option::of(0..600_i64), 5)) {
        let places = ["start", "k1", "k1 out", "k2", "finish"];
        let mut story = format!("{}enter 7", field());
        for (place, minutes) in places.iter().zip(&minutes) {
            if let Some(minutes) = minutes {
                write!(story, "\n7 {place} {minutes}:00").unwrap();
            }
        }
        let known = story::known(&story);
        let results = results(&known);
        let (pace, course) = (Pace::of(&results), &results.courses[0]);
        let pace = pace.course(&course.course.key).unwrap();
        for runner in &course.runners {
            let judged = of_runner(&known.setup, &course.course, &course.slots, pace, runner);
            for (slot, judgement) in judged.iter().enumerate() {
                prop_assert_eq!(judgement.is_some(), runner.passings[slot].is_some());
                let since = judgement.and_then(|judgement| judgement.since);
                let is_sound = |since: usize| {
                    since < slot && judged[since].is_some_and(|judgement| judgement.reason.is_none())
                };
                prop_assert!(since.is_none_or(is_sound));
                let is_doubted = judgement.is_some_and(|judgement| judgement.grade > Grade::Unjudged);
                prop_assert_eq!(is_doubted, judgement.is_some_and(|judgement| judgement.reason.is_some()), "{:?}", judgement);
            }
        }
    }
}

/// Runs a command line in which `@` is a folder.
fn run(folder: &std::path::Path, line: &str) -> String {
    let args =
        line.split_whitespace().map(|word| word.replace('@', &format!("{}/", folder.display())).into());
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code =
        bibtrail::run(std::iter::once("bibtrail".into()).chain(args), &mut &b""[..], &mut out, &mut err);
    assert_eq!(code, 0, "{line}: {}", String::from_utf8_lossy(&err));
    String::from_utf8(out).unwrap()
}

#[test]
fn the_command_names_times_in_doubt() {
    let folder = tempfile::tempdir().unwrap();
    let race = r#"
        name = "Night Run"
        start = "2025-04-06T09:00:00+09:00"
        time_zone = "Asia/Seoul"
        checkpoint = [{ key = "start", name = "Start" }, { key = "arch", name = "Arch" }, { key = "finish", name = "Finish" }]
        [[course]]
        key = "ten"
        name = "Ten"
        visits = [
            { at = "start", distance_m = 0 },
            { at = "arch", distance_m = 5000, record = "in-out" },
            { at = "finish", distance_m = 10000 },
        ]"#;
    std::fs::write(folder.path().join("race.toml"), race).unwrap();
    std::fs::write(folder.path().join("entrants.csv"), "bib,name\n7,Ann\n").unwrap();
    run(folder.path(), "race new @hq --file @race.toml --entrants @entrants.csv");
    for (place, kind, time) in [
        ("start", "in", "09:00:00"),
        ("arch", "in", "09:30:00"),
        ("arch", "out", "09:29:00"),
        ("finish", "in", "09:36:00"),
    ] {
        let said = run(folder.path(), &format!("scan @hq 7 --checkpoint {place} --kind {kind} --json"));
        let scan: serde_json::Value = serde_json::from_str(&said).unwrap();
        let at = scan["scan"].as_str().unwrap();
        run(folder.path(), &format!("amend @hq {at} --time {time} --reason story"));
    }
    let shown = run(folder.path(), "runner @hq 7");
    assert!(shown.contains("bad: Arch out · out before in\n"), "{shown}");
    assert!(shown.contains("bad: Finish · too soon; usually 30:00 since Arch\n"), "{shown}");
    let json: serde_json::Value = serde_json::from_str(&run(folder.path(), "runner @hq 7 --json")).unwrap();
    let grades: Vec<_> =
        json["judgements"].as_array().unwrap().iter().map(|one| one["grade"].clone()).collect();
    assert_eq!(grades, ["good", "not judged", "bad", "bad"]);
}
