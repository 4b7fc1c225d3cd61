//! `watch` and `safe` as people use them.
//!
//! Invariant: what the table says, the JSON says too.

use serde_json::Value;

use crate::command::Desk;

fn json(desk: &Desk, line: &str) -> Value {
    serde_json::from_str(&desk.ok(&format!("{line} --json"))).unwrap()
}

fn states(desk: &Desk, line: &str) -> Vec<String> {
    let all = json(desk, line);
    let runners = all["runners"].as_array().unwrap().iter();
    runners.map(|r| format!("{} {}", r["bib"].as_str().unwrap(), r["state"].as_str().unwrap())).collect()
}

#[test]
fn who_is_out_there_and_a_word_of_safety() {
    let desk = Desk::new();
    desk.ok("scan @hq 117 --checkpoint start");
    desk.ok("scan @hq 118 --checkpoint arch");
    desk.ok("scan @hq 117 --checkpoint arch");
    desk.ok("scan @hq 666 --checkpoint arch");
    let shown = desk.ok("watch @hq");
    let mut lines = shown.lines();
    assert!(lines.next().unwrap().starts_with("Night Run · "), "{shown}");
    assert_eq!(lines.next(), Some("3 in aid station · 1 not started"), "{shown}");
    for expected in
        ["Kim Chol-su", "(not entered)", "not out yet", "never seen", "Knowledge", "no report at all"]
    {
        assert!(shown.contains(expected), "{expected}: {shown}");
    }
    assert_eq!(states(&desk, "watch @hq --state not-started"), ["W1 not started"]);
    assert_eq!(states(&desk, "watch @hq --state finished"), [] as [&str; 0]);
    assert_eq!(states(&desk, "watch @hq --state out").len(), 3);
    assert_eq!(states(&desk, "watch @hq --checkpoint start"), ["W1 not started"]);
    // Before anybody was seen the same scans are still to come: their clocks would run a year ahead.
    assert_eq!(
        states(&desk, "watch @hq --at 10:30 --state unknown").len(),
        3,
        "{}",
        desk.ok("watch @hq --at 10:30")
    );

    let said = desk.ok("safe @hq 117 --place 개선문 --reason in_the_tent");
    assert!(said.starts_with("117 is now safe by word: said to be safe at Arch of Triumph, "), "{said}");
    assert_eq!(states(&desk, "watch @hq --state safe-by-word"), ["117 safe by word"]);
    let taken_back = json(&desk, "safe @hq 117 --place arch --not");
    assert_eq!((&taken_back["state"], &taken_back["is_safe"]), (&"in aid station".into(), &false.into()));
    desk.ok("status @hq 118 dnf --checkpoint arch --reason ankle");
    assert_eq!(json(&desk, "safe @hq 118 --place the_van")["state"], "dropped and collected");
    // Who goes on is not safe by what was said before, and stopping elsewhere brings that word not back.
    desk.ok("status @hq 118 ok --reason better");
    assert_eq!(
        states(&desk, "watch @hq --state all")[..2].iter().filter(|line| line.contains("safe")).count(),
        0
    );
    assert_eq!(states(&desk, "watch @hq --state safe-by-word"), [] as [&str; 0]);
    desk.ok("status @hq 118 dnf --reason by_radio");
    assert_eq!(states(&desk, "watch @hq --state dropped"), ["118 dropped, not collected"]);
    desk.ok("status @hq 118 ok --reason misheard");
    assert_eq!(json(&desk, "safe @hq 118 --place arch")["state"], "safe by word");
    desk.ok("safe @hq 666 --place arch");
    assert_eq!(states(&desk, "watch @hq --state all").len(), 4);
    desk.refused(
        &format!("safe @hq 117 --place {}", "x".repeat(121)),
        "bibtrail: a place of 121 characters; say in 1 to 120 where they are: a checkpoint, or other words",
    );
    assert_eq!(desk.run("watch @hq --state lost", "").code, 2);
    assert_eq!(desk.run("watch @hq --follow --json", "").code, 2);
    assert_eq!(desk.run("watch @nowhere", "").code, 1);
}

/// A captain speaks for the own checkpoint; elsewhere the word is written down and makes nobody safe.
#[test]
fn who_may_say_that_somebody_is_safe() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117");
    desk.ok("safe @phone-1 117 --place arch");
    assert_eq!(states(&desk, "watch @phone-1 --state safe-by-word"), ["117 safe by word"]);
    desk.ok("scan @phone-1 118");
    let elsewhere = desk.run("safe @phone-1 118 --place hospital", "");
    assert!(elsewhere.code == 0 && elsewhere.err.contains("written down as a proposal"), "{elsewhere:?}");
    assert!(elsewhere.out.starts_with("118 is now in aid station: "), "{elsewhere:?}");
}
