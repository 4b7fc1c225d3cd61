//! What scans amount to: passings, states, doubts. Text in, text out. Ranks of neighbours, teams and relays: `standings`.
//!
//! Invariant: a case names no API; it says what was seen and said, and what must be shown.

use std::fmt::Write;

use bibtrail_core::{
    results::{Doubt, Known, results},
    time::span,
};
use bibtrail_tests::{story, world::START_MS};

/// A story as `bibtrail_tests::story` reads it. Shown for each runner: bib, state, rank and net time, times slot by slot, doubts, what is out of place.
fn check(story: &str, expected: &str) {
    let shown = show(story::known(story));
    let trim =
        |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&shown), trim(expected));
}

fn show(known: Known) -> String {
    let results = results(&known);
    let mut text = String::new();
    for (course, runner) in results.runners() {
        write!(text, "{} {}", runner.bib, runner.state.as_str()).unwrap();
        if let (Some(ranks), Some(net)) = (course.and_then(|course| course.ranks(runner)), runner.net_ms) {
            write!(text, " #{} {}", ranks.overall, span(net)).unwrap();
        }
        text.push_str(" |");
        for passing in &runner.passings {
            let time = passing.as_ref().map_or("–".to_owned(), |p| span(p.time_ms - START_MS));
            let witnesses = passing.as_ref().map_or(0, |p| p.witnesses.len());
            let within = passing.as_ref().map_or(0, |p| p.within_ms / 1000);
            let within = if within > 0 { format!("±{within}") } else { String::new() };
            let witnesses = if witnesses > 1 { format!("×{witnesses}") } else { String::new() };
            write!(text, " {time}{within}{witnesses}").unwrap();
        }
        let order_within_ms = course.and_then(|course| course.order_within_ms(runner));
        for doubt in runner.doubts.iter().chain(&order_within_ms.map(|_| Doubt::OrderUncertain)) {
            write!(text, "; {}", doubt.as_str()).unwrap();
        }
        for scan in &runner.out_of_place {
            write!(text, "; {} {}", scan.checkpoint, span(scan.time_ms - START_MS)).unwrap();
        }
        text.push('\n');
    }
    if !results.unread.is_empty() {
        writeln!(text, "{} unread", results.unread.len()).unwrap();
    }
    text
}

#[test]
fn a_plain_race_with_a_tie() {
    check(
        "enter 7 8 9 W1 10
         7 start 0:10\n 7 k1 in 20:00\n 7 k1 out 21:00\n 7 k2 40:00\n 7 finish 60:10
         8 start 0:20\n 8 k1 in 19:00\n 8 k1 out 19:30\n 8 k2 39:00\n 8 finish 60:20
         9 start 0:00\n 9 k1 in 22:00\n 9 k1 out 22:10\n 9 k2 44:00\n 9 finish 61:00
         W1 start 0:05\n W1 k1 in 30:00",
        "7 finished #1 1:00:00 | 0:10 20:00 21:00 40:00 1:00:10
         8 finished #1 1:00:00 | 0:20 19:00 19:30 39:00 1:00:20
         9 finished #3 1:01:00 | 0:00 22:00 22:10 44:00 1:01:00
         W1 on course | 0:05 30:00 – – –
         10 not started | – – – – –",
    );
}

#[test]
fn two_phones_see_one_passing() {
    // The start takes the last scan, a way out too, everything else the first.
    check(
        "enter 7
         7 start 0:01\n 7 start 0:09\n 7 k1 in 20:00\n 7 k1 in 20:05\n 7 k1 out 21:00\n 7 k1 out 21:05\n 7 k2 40:00\n 7 k2 40:30",
        "7 on course | 0:09×2 20:00×2 21:05×2 40:00×2 –",
    );
    check("enter 7\n pick k2 middle\n 7 k2 40:00\n 7 k2 40:10\n 7 k2 40:30", "7 on course | – – – 40:10×3 –");
    check("enter 7\n pick k2 last\n 7 k2 40:00\n 7 k2 40:10", "7 on course | – – – 40:10×2 –");
}

#[test]
fn a_backup_mat_half_an_hour_later_never_overrides() {
    check(
        "enter 7\n 7 start 0:00\n 7 k2 40:00\n 7 finish 60:00\n 7 k2 70:00\n 7 finish 90:00",
        "7 finished #1 1:00:00 | 0:00 – – 40:00 1:00:00; scans out of place; k2 1:10:00; finish 1:30:00",
    );
}

#[test]
fn out_of_order_counts_and_is_doubted() {
    check(
        "enter 7\n 7 start 0:00\n 7 k1 out 20:00\n 7 k1 in 21:00\n 7 k2 40:00",
        "7 on course | 0:00 21:00 20:00 40:00 –; times out of order",
    );
}

#[test]
fn out_where_only_in_is_recorded_is_a_passing() {
    check("enter 7\n 7 k2 out 40:00", "7 on course | – – – 40:00 –");
}

#[test]
fn laps_fill_in_course_order() {
    let laps = "course start@0 k1@3 k2@5 k1@8 k2@10 finish@11\n enter 7\n";
    check(
        &format!("{laps} 7 start 0:00\n 7 k1 15:00\n 7 k2 25:00\n 7 k1 40:00\n 7 k2 50:00\n 7 finish 55:00"),
        "7 finished #1 55:00 | 0:00 15:00 25:00 40:00 50:00 55:00",
    );
    // Nobody saw the runner at k2 in the first lap.
    check(
        &format!("{laps} 7 start 0:00\n 7 k1 15:00\n 7 k1 40:00\n 7 k2 50:00"),
        "7 on course | 0:00 15:00 – 40:00 50:00 –",
    );
    // Three times at k1 on a course that leads there twice: the third fits nowhere.
    check(
        &format!("{laps} 7 k1 15:00\n 7 k2 25:00\n 7 k1 40:00\n 7 k1 60:00"),
        "7 on course | – 15:00 25:00 40:00 – –; scans out of place; k1 1:00:00",
    );
    // Once at k1: the first lap is proven, the second is not claimed.
    check(&format!("{laps} 7 start 0:00\n 7 k1 15:00"), "7 on course | 0:00 15:00 – – – –");
}

#[test]
fn in_and_out_of_one_moment() {
    check("enter 7\n 7 k1 out 20:00\n 7 k1 in 20:00", "7 on course | – 20:00 20:00 – –");
}

#[test]
fn a_word_of_safety_against_evidence() {
    check("enter 7\n dns 7", "7 did not start | – – – – –");
    check(
        "enter 7\n dns 7\n 7 k1 20:00",
        "7 on course | – 20:00 – – –; seen though said not to have started",
    );
    check("enter 7\n 7 k1 20:00\n dnf 7", "7 dropped | – 20:00 – – –");
    check("enter 7\n 7 k1 20:00\n dnf 7 k1", "7 dropped | – 20:00 – – –");
    check(
        "enter 7\n 7 k1 20:00\n dnf 7 k1\n 7 k2 40:00",
        "7 on course | – 20:00 – 40:00 –; seen after the drop",
    );
    check(
        "enter 7\n dnf 7 k2\n 7 finish 60:00",
        "7 finished #1 1:00:00 | – – – – 1:00:00; seen after the drop",
    );
    check("enter 7\n dnf 7\n 7 finish 60:00", "7 dropped | – – – – 1:00:00; seen after the drop");
    check(
        "enter 7 8\n 7 finish 60:00\n dsq 7\n 8 finish 61:00",
        "8 finished #1 1:01:00 | – – – – 1:01:00\n7 disqualified | – – – – 1:00:00",
    );
}

#[test]
fn void_unknown_unread_and_shared() {
    check("enter 7\n void 7 k1 20:00", "7 not started | – – – – –");
    check("9 k1 20:00", "9 on course | – 20:00 – – –");
    check("dnf 9 k1", "9 dropped | – – – – –");
    check("enter 7\n ? k1 20:00\n 2* k1 20:00", "7 not started | – – – – –\n2 unread");
    check(
        "enter 7 7\n 7 k1 20:00",
        "7 on course | – 20:00 – – –; bib worn by another entrant too
         7 not started | – – – – –; bib worn by another entrant too",
    );
    // Leading zeros are another bib: what was read is kept as it was read.
    check("enter 7\n 007 k1 20:00", "7 not started | – – – – –\n007 on course | – 20:00 – – –");
}

#[test]
fn what_is_unsure_of_the_time_proves_the_place() {
    // A paper that knows minutes only bears out the phone, and gives no time, whatever the policy.
    check("enter 7\n 7 k2 40:00 paper±30\n 7 k2 40:20", "7 on course | – – – 40:20×2 –");
    check("enter 7\n pick k2 last\n 7 k2 40:20\n 7 k2 40:59 paper±30", "7 on course | – – – 40:20×2 –");
    check("enter 7\n 7 start 0:05\n 7 start 0:30 paper±30", "7 on course | 0:05×2 – – – –");
    // Rounded, it may be nearer than it looks.
    check("enter 7\n 7 k2 40:00\n 7 k2 41:20 paper±30", "7 on course | – – – 40:00×2 –");
    // Alone it is the time, and says how sure it is. Of two papers the surer one goes before.
    check("enter 7\n 7 k2 40:00 paper±30", "7 on course | – – – 40:00±30 –");
    check("enter 7\n 7 k2 40:00 paper±60\n 7 k2 40:20 paper±30", "7 on course | – – – 40:20±30×2 –");
    // A phone whose clock is hardly known, beside one that met the others. Within the window all clocks are as good.
    check("enter 7\n 7 k2 39:50 a±90\n 7 k2 40:00 b±1", "7 on course | – – – 40:00±1×2 –");
    check("enter 7\n 7 k2 39:50 a±20\n 7 k2 40:00 b±1", "7 on course | – – – 39:50±20×2 –");
}

#[test]
fn a_record_without_a_time_is_a_passing() {
    // It bears out the one passing there is, and is no second one.
    check("enter 7\n 7 k2 0:00 paper?\n 7 k2 40:00", "7 on course | – – – 40:00×2 –");
    // Alone it proves the place, is no reason to doubt the order, and gives no time.
    check(
        "enter 7\n 7 start 0:00\n 7 k2 0:00 paper?\n 7 k1 20:00",
        "7 on course | 0:00 20:00 – 0:00±86400 –",
    );
    check(
        "enter 7 8\n 7 start 0:00\n 7 finish 0:00 paper?\n 8 start 0:00\n 8 finish 61:00",
        "8 finished #1 1:01:00 | 0:00 – – – 1:01:00
         7 finished | 0:00 – – – 0:00±86400; finish without a time",
    );
    // In laps it is the first that its time allows, not one more.
    let laps = "course start@0 k1@3 k2@5 k1@8 k2@10 finish@11\n enter 7\n";
    check(
        &format!("{laps} 7 k1 15:00\n 7 k1 0:00 paper?\n 7 k1 40:00"),
        "7 on course | – 15:00×2 – 40:00 – –",
    );
    check(
        &format!("{laps} 7 k1 15:00\n 7 k2 30:00 paper±90\n 7 k1 40:00"),
        "7 on course | – 15:00 30:00±90 40:00 – –",
    );
    check(
        &format!("{laps} 7 k1 15:00\n 7 k2 50:00 paper±90\n 7 k1 40:00"),
        "7 on course | – 15:00 – 40:00 50:00±90 –",
    );
}

#[test]
fn rounded_times_in_disorder_are_no_disorder() {
    check("enter 7\n 7 start 0:40\n 7 k1 0:30 paper±30", "7 on course | 0:40 0:30±30 – – –");
    check(
        "enter 7\n 7 start 2:00\n 7 k1 0:30 paper±30",
        "7 on course | 2:00 0:30±30 – – –; times out of order",
    );
}

#[test]
fn a_second_in_is_no_out_and_a_drop_going_out_is_a_drop_there() {
    check("enter 7\n 7 k1 20:00\n 7 k1 50:00", "7 on course | – 20:00 – – –; scans out of place; k1 50:00");
    // Rescued papers say drops on the way in and on the way out.
    check("enter 7\n 7 k1 in 20:00\n 7 k1 out 30:00\n dnf 7 k1", "7 dropped | – 20:00 30:00 – –");
    check("enter 7\n 7 k1 out 30:00\n 7 k1 in 20:00", "7 on course | – 20:00 30:00 – –");
}

#[test]
fn a_place_that_comes_twice() {
    let there_and_back = "course start@0 k1@3 k2@5 k1@7 finish@10\n enter 7\n 7 start 0:00\n 7 k1 15:00\n";
    check(
        &format!("{there_and_back} 7 k2 25:00\n 7 k1 35:00\n 7 finish 50:00"),
        "7 finished #1 50:00 | 0:00 15:00 25:00 35:00 50:00",
    );
    // Two phones on the way out, one on the way back: one passing each.
    check(&format!("{there_and_back} 7 k1 15:04\n 7 k1 35:00"), "7 on course | 0:00 15:00×2 – 35:00 –");
    // Dropped there, the first or the second time?
    check(&format!("{there_and_back} dnf 7 k1"), "7 dropped | 0:00 15:00 – – –");
    check(
        &format!("{there_and_back} 7 k2 25:00\n dnf 7 k1"),
        "7 dropped | 0:00 15:00 25:00 – –; dropped at a place passed more than once",
    );
    check(
        &format!("{there_and_back} 7 k2 25:00\n 7 k1 35:00\n dnf 7 k1"),
        "7 dropped | 0:00 15:00 25:00 35:00 –",
    );
}

#[test]
fn start_and_finish_at_one_line() {
    let loops = "course k1@0 k1@5 k1@10\n enter 7\n";
    check(
        &format!("{loops} 7 k1 0:02\n 7 k1 30:00\n 7 k1 60:00"),
        "7 finished #1 59:58 | 0:02 30:00 1:00:00",
    );
    // One lap was not seen: nobody finishes by a lap that nobody saw.
    check(&format!("{loops} 7 k1 0:02\n 7 k1 60:00"), "7 on course | 0:02 1:00:00 –");
    // One lap too many is no better rank.
    check(
        &format!("{loops} 7 k1 0:02\n 7 k1 30:00\n 7 k1 60:00\n 7 k1 65:00"),
        "7 finished #1 59:58 | 0:02 30:00 1:00:00; scans out of place; k1 1:05:00",
    );
}

#[test]
fn a_pack_of_forty_in_one_second() {
    let bibs: Vec<String> = (1..=41).map(|bib| bib.to_string()).collect();
    let seen: String = bibs.iter().map(|bib| format!("{bib} k2 40:00\n{bib} k2 40:01\n")).collect();
    let expected: String = bibs.iter().map(|bib| format!("{bib} on course | – – – 40:00×2 –\n")).collect();
    check(&format!("enter {}\n{seen}", bibs.join(" ")), &expected);
}

#[test]
fn after_the_cut_off() {
    // On the way it is a doubt; whether somebody stops is for a person to say.
    check("enter 7\n cut k2 40:00\n 7 k2 40:01", "7 on course | – – – 40:01 –; after a cut-off");
    check("enter 7\n cut k2 40:00\n 7 k2 40:00", "7 on course | – – – 40:00 –");
    // At the finish it is a fact, unless a person says otherwise.
    let late = "enter 7 8\n cut finish 60:00\n 8 finish 60:00\n 7 finish 60:01\n";
    check(
        late,
        "8 finished #1 1:00:00 | – – – – 1:00:00
         7 over time | – – – – 1:00:01; after a cut-off",
    );
    check(
        &format!("{late} ok 7"),
        "8 finished #1 1:00:00 | – – – – 1:00:00
         7 finished #2 1:00:01 | – – – – 1:00:01; after a cut-off",
    );
    // What may have been in time is doubted, and counts.
    check(
        "enter 7\n cut finish 60:00\n 7 finish 60:20 paper±30",
        "7 finished #1 1:00:20 | – – – – 1:00:20±30; after a cut-off",
    );
    // From the gun of their own wave.
    check("enter 7\n cut k2 40:00\n wave 7 red 5:00\n 7 k2 44:00", "7 on course | – – – 44:00 –");
}
