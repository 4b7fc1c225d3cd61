//! Which records are wrong, and what would settle them: stories, and the command.
//!
//! Invariant: a case says what was recorded and what must be found; where nothing is wrong, nothing may be.

use std::{collections::BTreeSet, fmt::Write, path::Path};

use bibtrail_core::{
    alarm::stations,
    results::{Known, results},
    review::{Finding, Kind, review},
};
use bibtrail_tests::story;
use rand::{SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

fn findings(known: &Known) -> Vec<Finding> {
    review(known, &results(known))
}

/// Ten runners, one minute apart, 7 minutes a kilometre, of whom nothing is wrong. `but` takes lines out.
fn field(but: &[&str], more: &str) -> String {
    let mut story = "enter 101 102 103 104 105 106 107 108 109 110\n".to_owned();
    for n in 0..10 {
        let bib = 101 + n;
        for (place, minute) in [("start", 0), ("k1 in", 21), ("k1 out", 22), ("k2", 50), ("finish", 71)] {
            let line = format!("{bib} {place} {}:00", minute + n);
            if !but.contains(&format!("{bib} {}", place.replace(' ', "-")).as_str()) {
                writeln!(story, "{line}").unwrap();
            }
        }
    }
    story + more
}

/// The story, and of each finding: kind, bibs, place, and the reason of its first suggestion.
fn check(story: &str, expected: &str) {
    let shown = findings(&story::known(story)).iter().map(shown).collect::<Vec<_>>().join("\n");
    let trim = |text: &str| text.trim().lines().map(str::trim).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&shown), trim(expected));
}

fn shown(finding: &Finding) -> String {
    let bibs: Vec<String> = finding.bibs.iter().map(ToString::to_string).collect();
    let place = finding.checkpoint.as_ref().map(|key| format!(" {key}")).unwrap_or_default();
    let first = finding.suggestions.first().map_or("nothing to suggest", |s| s.reason.as_str());
    format!("{} {}{place}: {first}", finding.kind.as_str(), bibs.join(" "))
}

#[test]
fn nothing_is_wrong() {
    check(&field(&[], ""), "");
    check("enter 7", "");
    check("", "");
    // Two phones, one passing.
    check(&field(&[], "101 k2 50:05"), "");
}

#[test]
fn a_bib_nobody_wears() {
    check(&field(&["105 k2"], "150 k2 54:00"), "unknown-bib 150 k2: it is 105 (Runner 105): two digits changed places; not seen at K2, and expected 0:03 later
         missed 105 k2: the record of 150: it is 105 (Runner 105): two digits changed places; not seen at K2, and expected 0:03 later");
}

#[test]
fn another_record_tells_of_them() {
    check(
        &field(&[], "155 k2 54:03 paper±2"),
        "unknown-bib 155 k2: it is 105 (Runner 105): one digit is another; another phone saw them at K2 at that moment",
    );
    // One phone tells of both: two runners.
    check(&field(&[], "155 k2 54:03"), "unknown-bib 155 k2: nothing to suggest");
}

#[test]
fn a_bib_read_wrong_that_somebody_wears() {
    check(&field(&["105 k2"], "106 k2 54:00"), "twice-here 106 k2: it is 105 (Runner 105): one digit is its neighbour on the keypad; not seen at K2, and expected 0:03 later
         missed 105 k2: the record of 106: it is 105 (Runner 105): one digit is its neighbour on the keypad; not seen at K2, and expected 0:03 later");
    check(&field(&["108 k2"], "101 k2 57:00"), "twice-here 101 k2: it is 108 (Runner 108): one digit is another; not seen at K2, and expected 0:03 later
         missed 108 k2: the record of 101: it is 108 (Runner 108): one digit is another; not seen at K2, and expected 0:03 later");
}

#[test]
fn glued_swapped_and_unread() {
    check(&field(&["103 k2", "104 k2"], "103104 k2 52:30"), "unknown-bib 103104 k2: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there
         missed 103 k2: the record of 103104: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there
         missed 104 k2: the record of 103104: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there");
    check(&field(&["103 k2", "104 k2"], "1031104 k2 52:30"), "unknown-bib 1031104 k2: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there
         missed 103 k2: the record of 1031104: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there
         missed 104 k2: the record of 1031104: two bibs in one: 103 (Runner 103) and 104 (Runner 104), neither seen there");
    check(
        &field(&["103 k2"], "? k2 52:00"),
        "no-bib ? k2: it is 103 (Runner 103): not seen at K2, and expected 0:03 later
         missed 103 k2: the record of ?: it is 103 (Runner 103): not seen at K2, and expected 0:03 later",
    );
    check(&field(&["103 k2"], "10* k2 52:00"), "unsure-bib 10* k2: it is 103 (Runner 103): fits what could be read; not seen at K2, and expected 0:03 later
         missed 103 k2: the record of 10*: it is 103 (Runner 103): fits what could be read; not seen at K2, and expected 0:03 later");
    check(
        &field(&["103 k2"], "007 k2 52:00"),
        "unknown-bib 007 k2: it is 103 (Runner 103): not seen at K2, and expected 0:03 later
         missed 103 k2: the record of 007: it is 103 (Runner 103): not seen at K2, and expected 0:03 later",
    );
}

#[test]
fn a_record_that_fell_together_with_the_wearers_own() {
    check(
        &field(&["105 k2"], "106 k2 54:20"),
        "missed 105 k2: one of the records of 106, which are 0:40 apart: one digit is its neighbour on the keypad; expected 0:16 earlier",
    );
    // Nobody with a bib like it is missing: two records of one passing.
    check(&field(&[], "106 k2 54:20"), "");
    // Missed, and nobody beside has two records.
    check(&field(&["105 k2"], ""), "missed 105 k2: nothing to suggest");
    // Many have two records as far apart: that is how they scan here.
    let twice: String = (101..=110).map(|bib| format!("\n{bib} k2 {}:20", bib - 52)).collect();
    check(&field(&["105 k2"], &twice.replace("105 k2 53:20", "")), "missed 105 k2: nothing to suggest");
    // Half of those who have two have them nearly as far apart.
    let nearly = "101 k2 50:20\n 102 k2 51:20\n 103 k2 52:20\n 104 k2 53:20\n 107 k2 56:20\n 106 k2 54:30";
    check(&field(&["105 k2"], nearly), "missed 105 k2: nothing to suggest");
    // Another's are farther apart, and of so few runners only one can be unusual.
    check(&field(&["105 k2"], "106 k2 54:20\n 110 k2 59:50"), "missed 105 k2: nothing to suggest");
    // Too far from when they were expected.
    check(&field(&["105 k2"], "107 k2 55:05"), "missed 105 k2: nothing to suggest");
    // Beyond the last place where they were seen: they may have come in.
    check(
        &field(&["105 finish"], "106 finish 75:20"),
        "missed 105 finish: one of the records of 106, which are 0:40 apart: one digit is its neighbour on the keypad; expected 0:20 earlier",
    );
}

#[test]
fn who_comes_by_again_puts_no_station_off() {
    let again: String = (101..=110).map(|bib| format!("\n{bib} k2 {}:00", bib - 21)).collect();
    let known = story::known(&field(&[], &again));
    assert_eq!(stations(&known), []);
    assert!(findings(&known).iter().all(|finding| finding.kind == Kind::TwiceHere));
}

#[test]
fn who_is_far_slower_than_before() {
    check(
        &field(&["101 k2", "101 finish"], "101 k2 150:00\n 101 finish 171:00"),
        "too-slow 101 k2: nothing to suggest",
    );
    // Slow all the way is slow from the start; a rest is nobody's business.
    check(
        &field(
            &["101 k1-out", "101 k2", "101 finish"],
            "101 k1 out 120:00\n 101 k2 148:00\n 101 finish 169:00",
        ),
        "",
    );
}

#[test]
fn words_against_evidence() {
    check(&field(&[], "dnf 101 k1"), "after-drop 101: they go on: take the word back (seen at FINISH)");
    check(
        &field(&[], "enter 7\n dns 7\n 7 k1 30:00"),
        "seen-though-dns 7 k1: they go on: take the word back (seen at K1)
         missed 7 start: nothing to suggest",
    );
}

#[test]
fn out_of_order_and_at_two_places() {
    check(
        &field(&["101 k1-in", "101 k1-out"], "101 k1 in 22:00\n 101 k1 out 21:00"),
        "out-before-in 101 k1: in and out were taken for each other",
    );
    check(
        &field(&["101 k2"], "101 k2 21:10"),
        "two-places 101 k2: 101 was not there then: count this record for nothing
         missed 101 k2: nothing to suggest",
    );
}

#[test]
fn neighbours_who_changed_places() {
    check(
        &field(&["101 k2", "110 k2"], "101 k2 59:00\n 110 k2 50:00"),
        "impossible 110 k2: 110 and 101 changed places: then both fit
         impossible 101 k2: 101 and 110 changed places: then both fit",
    );
}

#[test]
fn entrants_twice() {
    check("enter 7 7", "shared-bib 7: Runner 7 wears another: take this bib off, and give the right one");
    let mut known = story::known("enter 7 8 9\n about 7 M 30\n about 8 F 30\n about 9 M 31");
    known.entrants.iter_mut().for_each(|entrant| entrant.name = "Kim Il".to_owned());
    let all: Vec<String> = findings(&known).iter().map(shown).collect();
    assert_eq!(all, ["same-person 7 8: nothing to suggest"]);
}

const TROUBLE: &str =
    "150 k2 54:00\n 106 finish 75:00\n ? k2 52:00\n 103104 finish 73:30\n dnf 101 k1\n 999 k1 5:00";

#[test]
fn the_same_on_every_replica() {
    let story = field(&["105 k2", "105 finish", "103 k2", "103 finish", "104 finish"], TROUBLE);
    let known = story::known(&story);
    let expected = findings(&known);
    assert!(expected.len() >= 6, "{expected:#?}");
    for seed in 0..50 {
        let (mut other, mut rng) = (known.clone(), ChaCha8Rng::seed_from_u64(seed));
        other.scans.shuffle(&mut rng);
        other.entrants.shuffle(&mut rng);
        assert_eq!(findings(&other), expected, "seed {seed}");
    }
}

#[test]
fn a_dismissal_holds_while_the_evidence_is_the_same() {
    let story = field(&["105 k2"], "150 k2 54:00");
    let mut known = story::known(&story);
    let id = findings(&known)[0].id;
    known.dismissed = BTreeSet::from([id]);
    let is_dismissed =
        |known: &Known| findings(known).iter().find(|f| f.kind == Kind::UnknownBib).unwrap().is_dismissed;
    assert!(is_dismissed(&known));
    // More of the race becomes known: nothing new about this record.
    known.scans.pop_if(|scan| scan.scan.bib.as_str() == "110");
    assert!(is_dismissed(&known));
    // The same bib again: another look is due.
    let mut more = story::known(&(story + "\n150 k2 54:05"));
    more.dismissed = known.dismissed;
    assert!(!is_dismissed(&more));
}

const RACE: &str = r#"
name = "Night Run"
start = "2025-04-06T09:00:00+09:00"
time_zone = "Asia/Seoul"
[[checkpoint]]
key = "start"
name = "출발선"
[[checkpoint]]
key = "finish"
name = "결승선"
[[course]]
key = "ten"
name = "Ten"
visits = [{ at = "start", distance_m = 0 }, { at = "finish", distance_m = 10000 }]
"#;

/// A command line in a folder: `@` is the folder, `_` in a word a space.
fn run(folder: &Path, line: &str, input: &str) -> (u8, String, String) {
    let word = |word: &str| word.replace('@', &format!("{}/", folder.display())).replace('_', " ");
    let args = std::iter::once("bibtrail".to_owned()).chain(line.split_whitespace().map(word));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = bibtrail::run(args.map(Into::into), &mut input.as_bytes(), &mut out, &mut err);
    let text = |bytes| String::from_utf8(bytes).unwrap().replace(&format!("{}/", folder.display()), "@");
    (code, text(out), text(err))
}

#[test]
fn the_command_lists_accepts_and_dismisses() {
    let root = tempfile::tempdir().unwrap();
    let folder = root.path();
    std::fs::write(folder.join("race.toml"), RACE).unwrap();
    std::fs::write(folder.join("entrants.csv"), "bib,name\n126,김철수\n104,Åsa\n117,Ann\n").unwrap();
    let ok = |line: &str, input: &str| {
        let (code, out, err) = run(folder, line, input);
        assert_eq!(code, 0, "{line}: {out}{err}");
        out
    };
    ok("race new @hq --file @race.toml --entrants @entrants.csv", "");
    assert_eq!(ok("review @hq", ""), "nothing to review\n");
    ok("scan @hq --checkpoint finish --stdin", "1261104\n999\n");

    let (code, list, _) = run(folder, "review @hq --kind unknown-bib", "");
    assert_eq!(code, 1, "{list}");
    assert!(list.contains("nobody entered under 1261104, which was recorded at 결승선"), "{list}");
    assert!(list.contains("1. two bibs in one: 126 (김철수) and 104 (Åsa), neither seen there"), "{list}");
    let command = list.lines().find(|line| line.contains("--accept") && line.ends_with(" 1")).unwrap();
    let accepted = ok(command.trim().trim_start_matches("bibtrail "), "");
    assert!(accepted.contains("two bibs in one"), "{accepted}");
    let results = ok("results @hq --csv", "");
    assert_eq!(results.matches("\nten,1,").count(), 2, "{results}");
    assert!(ok("log @hq", "").contains("“two bibs in one: 126 (김철수) and 104 (Åsa), neither seen there”"));

    let (_, json, _) = run(folder, "review @hq --json", "");
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(json.as_array().unwrap().len(), 1, "{json}");
    assert_eq!((json[0]["kind"].as_str(), json[0]["bibs"][0].as_str()), (Some("unknown-bib"), Some("999")));
    let id = json[0]["finding"].as_str().unwrap();
    ok(&format!("review @hq --dismiss {id} --reason a_spectator"), "");
    assert_eq!(ok("review @hq", ""), "nothing to review\n");
    // With those who were missed at the start, where nobody stood.
    let (code, all, _) = run(folder, "review @hq --all", "");
    assert!(code == 1 && all.contains("dismissed") && all.contains("missed"), "{all}");
    ok(&format!("review @hq --undismiss {id}"), "");
    assert_eq!(run(folder, "review @hq", "").0, 1);

    let refused = |line: &str| run(folder, line, "").2;
    assert!(
        refused("review @hq --accept ffff").starts_with("bibtrail: no finding, or more than one, begins")
    );
    assert!(refused(&format!("review @hq --accept {id} 9")).contains("pass the number of one of them"));
    assert!(refused("review @hq --kind odd").contains("is no kind of finding. The kinds: station-off"));
    assert_eq!(run(folder, &format!("review @hq --dismiss {id}"), "").0, 2);
}
