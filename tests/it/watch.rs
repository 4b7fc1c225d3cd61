//! Who is out there: states, reasons, and how old our knowledge is. Text in, text out.
//!
//! Invariant: a case names no API; it is told as in `bibtrail_tests::story`, with these lines besides:
//! `now 2:00:00`; `phone A k1 1:30:00 [lacks 3]` (stands there, last heard of then); `dispute 3 bib 8 9` (people contradict
//! each other about the third scan); `quarrel 7 status` (about a runner); `closed k1`.

mod command;
mod lonesome;

use std::fmt::Write;

use bibtrail_core::{
    closing::Closing,
    ids::OpRef,
    op::{Entity, Value, field},
    results::Known,
    time::span,
    watch::{Heard, Phone, State, Watch, watch},
};
use bibtrail_tests::{
    story,
    world::{START_MS, key, log},
};
use proptest::prelude::*;

/// Eight who went all the way: 20 minutes to k1, one inside, 19 to k2, 20 to the finish; each next a minute slower.
fn field() -> String {
    let mut text = String::new();
    for n in 0..8 {
        let bib = 90 + n;
        write!(text, "enter {bib}\n{bib} start 0:00\n{bib} k1 {}:00\n{bib} k1 out {}:00\n", 20 + n, 21 + n)
            .unwrap();
        write!(text, "{bib} k2 {}:00\n{bib} finish {}:00\n", 40 + n, 60 + n).unwrap();
    }
    text
}

/// What a story amounts to.
fn told(story: &str) -> (Known, Heard, i64) {
    let mut heard = Heard::default();
    let (mut now_ms, mut plain, mut quarrels, mut disputes) =
        (START_MS, String::new(), Vec::new(), Vec::new());
    for line in story.trim().lines().map(str::trim) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["now", time] => now_ms = START_MS + story::ms(time),
            ["phone", name, place, time, rest @ ..] => {
                let held = 10;
                let lacks = rest.get(1).map_or(0, |count| count.parse::<u64>().unwrap());
                heard.phones.push(Phone {
                    log: log(100 + heard.phones.len() as u64),
                    name: (*name).to_owned(),
                    checkpoint: Some(key(place)),
                    last_ms: Some(START_MS + story::ms(time)),
                    is_trusted: !name.starts_with('~'),
                    held,
                    exist: held + lacks,
                });
            }
            ["dispute", seq, field, values @ ..] => disputes.push((
                OpRef { log: log(1), seq: seq.parse().unwrap() },
                field_of(field),
                values.iter().map(|value| value_of(value)).collect::<Vec<_>>(),
            )),
            ["quarrel", bib, field] => quarrels.push(((*bib).to_owned(), field_of(field))),
            ["closed", place] => {
                let closing = Closing { released: Some("X".to_owned()), ..Closing::default() };
                heard.closings.insert(key(place), closing);
            }
            _ => writeln!(plain, "{line}").unwrap(),
        }
    }
    let mut known = story::known(&plain);
    for (at, field, values) in disputes {
        heard.conflicts.entry(Entity::Scan(at)).or_default().insert(field, values);
    }
    for (bib, field) in quarrels {
        let entrant = known.entrants.iter_mut().find(|e| e.bib.as_ref().unwrap().as_str() == bib).unwrap();
        entrant.is_contested = true;
        heard.conflicts.entry(Entity::Entrant(entrant.id)).or_default().insert(field, vec![]);
        if field == field::SAFETY
            && let Some(word) = &mut entrant.safety
        {
            (word.is_contested, word.is_safe) = (true, false);
        }
    }
    (known, heard, now_ms)
}

fn field_of(word: &str) -> u16 {
    match word {
        "bib" => field::BIB,
        "void" => field::VOID,
        "status" => field::STATUS,
        "safety" => field::SAFETY,
        "team" => field::TEAM,
        "time" => field::TIME,
        other => panic!("no such field: {other}"),
    }
}

fn value_of(word: &str) -> Value {
    match word {
        "yes" => Value::Bool(true),
        "no" => Value::Bool(false),
        time if time.contains(':') => Value::Int(START_MS + story::ms(time)),
        text => text.into(),
    }
}

fn clock(ms: i64) -> String {
    span((ms - START_MS) / 60_000 * 60_000)
}

fn look(story: &str) -> (Known, Watch) {
    let (known, heard, now_ms) = told(story);
    let watch = watch(&known, &heard, now_ms);
    (known, watch)
}

/// The states of all but the field of eight: `bib state`, in the order of the list.
fn check(story: &str, expected: &str) {
    let (_, watch) = look(story);
    let others = watch.runners.iter().filter(|r| !r.bib.as_str().starts_with('9'));
    let shown: Vec<String> = others.map(|r| format!("{} {}", r.bib, r.state.as_str())).collect();
    assert_eq!(shown.join(", "), expected, "\n{story}");
}

/// The reason for one runner.
fn check_reason(story: &str, bib: &str, expected: &str) {
    let (known, watch) = look(story);
    let runner = watch.runners.iter().find(|runner| runner.bib.as_str() == bib).unwrap();
    assert_eq!(runner.reason(&known.setup, &clock), expected, "\n{story}");
}

/// Everybody reported just now.
fn all_report(time: &str) -> String {
    let phones = ["start", "k1", "k2", "finish"].map(|place| format!("phone {place} {place} {time}\n"));
    format!("{}now {time}\n", phones.concat())
}

#[test]
fn every_state_the_worst_first() {
    check(
        &format!(
            "{}{}enter 1 2 3 4 5 6 7 8 10 11
             1 start 0:00\n 1 k1 22:00\n dns 1
             2 start 0:00\n 2 k1 22:00\n 2 k1 out 23:00
             3 start 0:00\n 3 k1 22:00\n 3 k1 out 23:00\n 3 k2 3:00:00
             4 start 0:00\n 4 k1 2:59:00
             5 k1 22:00\n dnf 5 k1
             7 k1 22:00\n dnf 7 k1\n safe 7 k1 40:00
             8 k1 22:00\n safe 8 hospital 40:00
             10 start 0:00\n 10 finish 62:00
             dns 11",
            field(),
            all_report("3:01:00")
        ),
        "1 contested, 2 overdue, 3 on course, 4 in aid station, 5 dropped, not collected, 6 not started, \
         7 dropped and collected, 8 safe by word, 10 finished, 11 did not start",
    );
}

#[test]
fn a_word_of_safety_holds_until_something_newer_contradicts_it() {
    let story =
        |rest: &str| format!("enter 1\n 1 start 0:00\n 1 k1 20:00\n safe 1 k1 30:00\n {rest}\n now 3:00:00");
    check(&story(""), "1 safe by word");
    check(&story("1 k1 29:00"), "1 safe by word");
    // At the very place, and within the window of a passing: the same moment.
    check(&story("1 k1 30:40"), "1 safe by word");
    check(&story("1 k1 32:00"), "1 contested");
    check(&story("1 k2 31:00"), "1 contested");
    // By a phone that nobody approved: it clears nobody, and it alarms.
    check(&story("~1 k2 31:00"), "1 contested");
    check(&story("void 1 k2 31:00"), "1 safe by word");
    // The finish is as safe as the word; seen after the word on the way there, and surely at the finish: finished.
    check(&story("~1 finish 31:00"), "1 safe by word");
    check(&story("1 k2 31:00\n 1 finish 60:00"), "1 finished");
    check(&story("1 k2 31:00\n ~1 finish 60:00"), "1 contested");
    // A newer word covers what was seen before it.
    check(&story("1 k2 31:00\n safe 1 hospital 40:00"), "1 safe by word");
    check(&story("unsafe 1 k1 40:00"), "1 unknown");
    check(&story("quarrel 1 safety"), "1 contested");
    check(&story("quarrel 1 team"), "1 safe by word");
    // A word from the future is no word.
    check("enter 1\n 1 k1 20:00\n safe 1 k1 9:00:00\n now 3:00:00", "1 unknown");
}

#[test]
fn a_drop_and_a_start_that_never_was_against_evidence() {
    let story = |rest: &str| format!("enter 1\n 1 k1 20:00\n {rest}\n now 3:00:00");
    check(&story("dnf 1 k1"), "1 dropped, not collected");
    check(&story("dnf 1 k1\n 1 k1 out 21:00"), "1 dropped, not collected");
    check(&story("dnf 1 k1\n 1 k2 40:00"), "1 contested");
    check(&story("dnf 1 k1\n ~1 k2 40:00"), "1 contested");
    check(&story("dnf 1 k1\n 1 k2 40:00\n safe 1 k2 50:00"), "1 dropped and collected");
    check(&story("dnf 1\n 1 finish 60:00"), "1 contested");
    check(&story("otl 1 finish\n 1 finish 60:00"), "1 finished");
    check(&story("otl 1 k1\n ~1 finish 60:00"), "1 contested");
    check(&story("dnf 1 k1\n quarrel 1 status"), "1 contested");
    let laps = "course start@0 k1@3 k2@5 k1@8 k2@10 finish@11\n enter 1\n 1 start 0:00\n 1 k1 15:00\n";
    check(&format!("{laps} dnf 1 k1\n now 3:00:00"), "1 dropped, not collected");
    check(&format!("{laps} 1 k2 30:00\n dnf 1 k1\n now 3:00:00"), "1 contested");
    check(
        &format!("{laps} 1 k2 30:00\n dnf 1 k1\n safe 1 k1 50:00\n now 3:00:00"),
        "1 dropped and collected",
    );
    check(&story("dns 1"), "1 contested");
    check(&story("dsq 1"), "1 unknown");
    check("enter 1\n dns 1\n ~1 k1 20:00\n now 3:00:00", "1 contested");
    check("enter 1\n dns 1\n unsafe 1 k1 20:00\n now 3:00:00", "1 contested");
}

#[test]
fn what_follows_a_finish() {
    let story = |rest: &str| format!("enter 1\n 1 k1 20:00\n 1 finish 60:00\n {rest}\n now 3:00:00");
    check(&story("1 finish 70:00"), "1 finished");
    check(&story("1 k2 70:00"), "1 contested");
    check(&story("1 k2 70:00\n 1 finish 80:00"), "1 finished");
    check(&story("unsafe 1 finish 70:00"), "1 contested");
    check(&story("unsafe 1 k1 50:00"), "1 finished");
    check(&story("quarrel 1 status"), "1 contested");
    check("enter 1 1\n 1 finish 60:00\n now 3:00:00", "1 contested, 1 contested");
    check("enter 1\n ~1 finish 60:00\n now 3:00:00", "1 on course");
}

#[test]
fn a_scan_about_which_people_quarrel_clears_nobody() {
    let story = |rest: &str| format!("enter 1 2\n 1 k1 20:00\n 1 finish 60:00\n {rest}\n now 3:00:00");
    check(&story("dispute 2 bib 1 2"), "1 contested, 2 contested");
    check(&story("dispute 2 void yes no"), "1 contested, 2 not started");
    check(&story("dispute 1 bib 1 2"), "2 contested, 1 finished");
    check(&story("dispute 2 time 59:00 60:00"), "2 not started, 1 finished");
    check(&story("dispute 2 bib 1 2\n 1 finish 61:30"), "2 contested, 1 finished");
}

#[test]
fn overdue_is_said_only_where_somebody_would_have_seen_them() {
    let way = "enter 1\n 1 start 0:00\n 1 k1 22:00\n 1 k1 out 23:00\n";
    let story = |rest: &str| format!("{}{way}{rest}", field());
    check(&story(&all_report("45:00")), "1 on course");
    // Late, and not yet by more than the race allows.
    check(&story(&all_report("1:00:00")), "1 on course");
    check(&story(&all_report("1:40:00")), "1 overdue");
    check_reason(
        &story(&all_report("1:40:00")),
        "1",
        "seen last at K1 out 23:00; overdue at K2 by 57:00 (expected 38:00 to 42:00)",
    );
    let silent = "phone A k1 1:40:00\n phone D finish 1:40:00\n now 1:40:00";
    check(&story(silent), "1 overdue");
}

#[test]
fn unknown_names_who_has_not_reported() {
    let way = "enter 1\n 1 start 0:00\n 1 k1 22:00\n 1 k1 out 23:00\n";
    let quiet = "phone A k1 1:30:00\n now 1:40:00";
    let field = field();
    check(&format!("{field}{way}phone D finish 1:40:00\n{quiet}"), "1 overdue");
    let lacks = "phone C k2 30:00 lacks 3\n phone D finish 1:40:00\n phone A k1 1:40:00\n now 1:40:00";
    check(&format!("{field}{way}{lacks}"), "1 unknown");
    assert!(look(&format!("{field}{way}{lacks}")).1.summary().starts_with("1 unknown (1 late) · "));
    check_reason(
        &format!("{field}{way}{lacks}"),
        "1",
        "seen last at K1 out 23:00; expected at K2 38:00 to 42:00, 57:00 ago, unless somebody who has not reported saw \
         them; no report from K2 since 30:00",
    );
    // What nobody vouches for is no report.
    check(
        &format!("{field}{way}phone ~C k2 1:40:00\n{}", lacks.replace("30:00 lacks", "46:00 lacks")),
        "1 overdue",
    );
    check(&format!("{field}{way}closed k2\n{lacks}"), "1 unknown");
    check(&format!("{field}{way}closed k2\n{}", all_report("1:40:00")), "1 overdue");
}

#[test]
fn a_clock_that_runs_ahead_tells_where_and_not_when() {
    let story = "enter 1\n 1 start 0:00\n 1 k1 20:00\n 1 k2 9:00:00\n now 1:00:00";
    check(story, "1 unknown");
    check_reason(
        story,
        "1",
        "seen last at K2 9:00:00; expected at FINISH 45:00 to 1:52:00; no report from FINISH at all; K2 has a clock that runs ahead, so nobody can say when that was",
    );
    check("enter 1\n 1 k1 20:00\n 1 finish 9:00:00\n now 1:00:00", "1 finished");
}

#[test]
fn who_passed_cut_offs_and_laps() {
    let mut known = story::known("enter 1\n 1 start 0:00\n 1 k1 20:00\n 1 k1 out 21:00");
    known.setup.courses[0].visits[2].cut_off_ms = Some(3_600_000);
    let (_, mut heard, _) = told(&all_report("1:20:00"));
    let state =
        |minutes: i64, heard: &Heard| watch(&known, heard, START_MS + minutes * 60_000).runners[0].state;
    assert_eq!(state(80, &heard), State::OnCourse);
    assert_eq!(state(95, &heard), State::Overdue);
    heard.phones.retain(|phone| phone.checkpoint != Some(key("k2")));
    assert_eq!(state(95, &heard), State::Unknown);
}

#[test]
fn checkpoints_say_how_old_their_knowledge_is() {
    let (_, watch) = look(
        "enter 1\n 1 k1 20:00\n phone A k1 20:30\n phone B k1 19:00 lacks 3\n phone C k2 9:00:00\n now 30:00",
    );
    let report = |n: usize| watch.stations[n].report(watch.now_ms, &clock);
    assert_eq!(report(0), "no report at all");
    assert_eq!(report(1), "no report since 19:00 (11:00 ago); B has 3 records that we do not hold");
    assert_eq!(report(2), "no report at all; a clock there runs ahead");
    assert_eq!((watch.stations[1].bibs, watch.stations[1].expected.len()), (1, 1));
    assert_eq!(watch.summary(), "1 in aid station");
}

proptest! {
    /// What nobody approved only ever makes things worse.
    #[test]
    fn unapproved_scans_clear_nobody(
        sure in prop::collection::vec((0usize..4, 1i64..100), 0..4),
        unsure in prop::collection::vec((0usize..4, 1i64..100), 0..4),
        said in prop::sample::select(vec!["", "dnf 1 k1", "dns 1", "safe 1 k1 50:00", "dnf 1\nsafe 1 k2 30:00"]),
    ) {
        let line = |mark: &str, (place, minute): &(usize, i64)| {
            format!("{mark}1 {} {minute}:00\n", ["start", "k1", "k2", "finish"][*place])
        };
        let story = |unsure: &[(usize, i64)]| {
            let sure: String = sure.iter().map(|scan| line("", scan)).collect();
            let unsure: String = unsure.iter().map(|scan| line("~", scan)).collect();
            format!("enter 1\n{said}\n{sure}{unsure}now 3:00:00")
        };
        let state = |story: &str| look(story).1.runners[0].state;
        let (without, with) = (state(&story(&[])), state(&story(&unsure)));
        prop_assert!(without.is_safe() || !with.is_safe(), "{} {:?} {:?}", story(&unsure), without, with);
        // The order in which things are listed decides nothing.
        let mut turned: Vec<(usize, i64)> = unsure.clone();
        turned.reverse();
        prop_assert_eq!(state(&story(&turned)), with);
    }
}
