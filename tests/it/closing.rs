//! Closing a checkpoint: by link, over radio, and with people who contradict each other.
//!
//! Invariant: nobody is let go while somebody may still come, unless a person says why; and what changes after the word
//! is said, not hidden.

use bibtrail_core::{
    closing::{self, Answer, AnswerError, Closing, Stage, answer_from, code, phonetic, script},
    ids::Bib,
    op::{Entity, Role, ScanKind},
    store::{Durability, Place, Store},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, bib, key, scan},
};
use proptest::prelude::*;
use serde_json::Value;

use super::command::Desk;

fn bibs(texts: &[&str]) -> Vec<Bib> {
    texts.iter().map(|text| bib(text)).collect()
}

fn place() -> Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

fn meet(one: &mut Store, other: &mut Store) {
    let (news, back) = (one.bundle(&[].into()).unwrap(), other.bundle(&[].into()).unwrap());
    one.merge(&back).unwrap();
    other.merge(&news).unwrap();
}

/// Headquarters, and two captains of k1.
fn race() -> (Store, Store, Store) {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&[].into()).unwrap();
    let captain = |n: u64| {
        let mut store = Store::join(place(), world::identity(n), &race).unwrap();
        world::enrol(&mut store, n, Role::Captain, &["k1"]).unwrap();
        store
    };
    let (mut one, mut two) = (captain(1), captain(2));
    meet(&mut hq, &mut one);
    meet(&mut hq, &mut two);
    meet(&mut hq, &mut one);
    (hq, one, two)
}

fn now(store: &Store) -> Closing {
    store.closings().unwrap().remove(&key("k1")).unwrap_or_default()
}

fn say(store: &mut Store, word: (u16, bibtrail_core::op::Value)) {
    store.put(Entity::Checkpoint(key("k1")), vec![word], None).unwrap();
}

fn stage(store: &Store, expected: &[&str]) -> Stage {
    now(store).stage(&key("k1"), &bibs(expected))
}

#[test]
fn a_code_is_of_one_list_one_place_and_one_round() {
    let (k1, k2) = (key("k1"), key("k2"));
    let one = code(&k1, 0, &bibs(&["71", "15", "100"]));
    assert_eq!(one, code(&k1, 0, &bibs(&["100", "71", "15"])));
    assert!(one.len() == 6 && one.chars().all(|c| "23456789ABCDEFGHJKLMNPQRSTUVWXYZ".contains(c)), "{one}");
    for other in [
        code(&k2, 0, &bibs(&["71", "15", "100"])),
        code(&k1, 1, &bibs(&["71", "15", "100"])),
        code(&k1, 0, &bibs(&["71", "15"])),
        code(&k1, 0, &bibs(&["7115", "100"])),
        code(&k1, 0, &[]),
    ] {
        assert_ne!(one, other);
    }
}

#[test]
fn two_captains_who_answer_differently_are_a_conflict_for_all_to_see() {
    let (mut hq, mut one, mut two) = race();
    let question = now(&hq).ask(&bibs(&["1", "2"]));
    say(&mut hq, question);
    meet(&mut hq, &mut one);
    meet(&mut hq, &mut two);
    assert_eq!(stage(&one, &["1", "2"]), Stage::Asked);
    let code = now(&hq).code.unwrap();
    let answer = |came: &[&str]| Answer { code: code.clone(), came: bibs(came), ..Answer::default() };
    // The same answer twice is one answer.
    let word = now(&one).answer(&answer(&["1"]));
    say(&mut one, word.clone());
    say(&mut two, word);
    meet(&mut hq, &mut one);
    meet(&mut hq, &mut two);
    assert_eq!((stage(&hq, &["2"]), now(&hq).answers.len()), (Stage::Agreed, 1));
    // Now one corrects it, and the other does, too, and neither hears the other.
    let (of_one, of_two) = (now(&one).answer(&answer(&["2"])), now(&two).answer(&answer(&[])));
    say(&mut one, of_one);
    say(&mut two, of_two);
    for captain in [&mut one, &mut two] {
        meet(&mut hq, captain);
    }
    meet(&mut hq, &mut one);
    for store in [&hq, &one] {
        assert_eq!((stage(store, &["2"]), now(store).answers.len()), (Stage::Contested, 2));
        assert!(store.conflicts().unwrap().iter().any(|c| c.entity == Entity::Checkpoint(key("k1"))));
        assert!(!now(store).is_closed());
    }
    // A release that nobody agreed to does not stand either while words contend.
    let release = now(&hq).release(&key("k1"), &bibs(&["2"]));
    say(&mut hq, release);
    assert_eq!((stage(&hq, &["2"]), now(&hq).is_closed()), (Stage::Contested, false));
    // Opening again ends the quarrel: what was said belongs to an earlier round.
    let again = now(&one).reopen("we talked");
    say(&mut one, again);
    meet(&mut hq, &mut one);
    assert_eq!((stage(&hq, &["2"]), now(&hq).round), (Stage::Open, 1));
}

#[test]
fn the_way_to_a_closed_checkpoint_and_back() {
    let (mut hq, mut one, _) = race();
    assert_eq!(stage(&hq, &["1", "2"]), Stage::Open);
    let question = now(&hq).ask(&bibs(&["1", "2"]));
    say(&mut hq, question);
    meet(&mut hq, &mut one);
    let agree = |store: &Store| Answer { code: now(store).code.unwrap(), ..Answer::default() };
    let answer = now(&one).answer(&agree(&one));
    say(&mut one, answer);
    assert_eq!(stage(&one, &["1", "2"]), Stage::Agreed);
    // Somebody comes: the list is another, so the agreement is about something else.
    assert_eq!(stage(&one, &["2"]), Stage::Stale);
    let question = now(&hq).ask(&[]);
    meet(&mut hq, &mut one);
    say(&mut hq, question);
    meet(&mut hq, &mut one);
    assert_eq!(stage(&one, &[]), Stage::Asked);
    let answer = now(&one).answer(&agree(&one));
    say(&mut one, answer);
    assert_eq!(stage(&one, &[]), Stage::Agreed);
    let (last, swept) = (now(&one).last_through(&bib("2")), now(&one).swept());
    say(&mut one, last);
    assert_eq!(stage(&one, &[]), Stage::Agreed);
    say(&mut one, swept);
    assert_eq!(stage(&one, &[]), Stage::Ready);
    meet(&mut hq, &mut one);
    let release = now(&hq).release(&key("k1"), &[]);
    say(&mut hq, release.clone());
    assert_eq!((stage(&hq, &[]), stage(&hq, &["7"])), (Stage::Closed, Stage::ClosedStale));
    assert!(hq.heard().unwrap().closings[&key("k1")].is_closed());
    meet(&mut hq, &mut one);
    let again = now(&one).reopen("7 is on the way");
    say(&mut one, again);
    meet(&mut hq, &mut one);
    let closing = now(&hq);
    assert_eq!((closing.round, closing.reopened.as_deref()), (1, Some("7 is on the way")));
    assert_eq!(stage(&hq, &["7"]), Stage::Open);
    // A release by the captain is only shown.
    say(&mut one, now(&hq).release(&key("k1"), &[]));
    assert!(!now(&one).is_closed());
}

#[test]
fn what_makes_no_sense_was_not_said() {
    let (mut hq, ..) = race();
    use bibtrail_core::op::{Value, field};
    for (field, value) in [
        (field::CLOSE_ASK, Value::Null),
        (field::CLOSE_ASK, Value::List(vec![0.into(), Value::List(vec![7.into()])])),
        (field::CLOSE_ANSWER, Value::List(vec![0.into(), "X".into()])),
        (field::CLOSE_REOPEN, Value::List(vec![i64::MAX.into(), "x".into()])),
        (field::CLOSE_REOPEN, Value::List(vec![(-1).into(), "x".into()])),
        (field::CLOSE_SWEPT, Value::List(vec![0.into(), 1.into()])),
    ] {
        say(&mut hq, (field, value.clone()));
        let closing = now(&hq);
        assert_eq!((closing.round, closing.asked, closing.answers), (0, None, vec![]), "{value}");
        assert!(!closing.is_swept && closing.released.is_none(), "{value}");
    }
}

#[test]
fn answers_as_people_type_them() {
    let understood = |text: &str| match answer_from(text) {
        Ok(Answer { code, came, out, dropped }) => {
            format!("{code} came {came:?} out {out:?} dropped {dropped:?}")
        }
        Err(error) => error.to_string(),
    };
    let check = |text: &str, expected: &str| assert_eq!(understood(text), expected, "{text}");
    check("A7K2QX", "A7K2QX came [] out [] dropped []");
    check("a7k2qx agreed", "A7K2QX came [] out [] dropped []");
    check("Code alfa seven kilo two quebec x-ray. I agree.", "A7K2QX came [] out [] dropped []");
    check("alpha 7 kilo 2 QX; came #15, 16; dropped 71", "A7K2QX came [15, 16] out [] dropped [71]");
    check("A7K 2QX still out W1 and 22. Came 15", "A7K2QX came [15] out [W1, 22] dropped []");
    check("came 15", "\"came 15\" holds no code; begin with the 6 characters that headquarters read out");
    check(
        "A7K2QX fifteen",
        "\"fifteen\" stands where nothing was announced; say came, out or dropped before bibs",
    );
    check("A7K2QX came 15 dropped 15", "bib 15 is said to be two things at once; say one");
    assert!(matches!(answer_from(""), Err(AnswerError::NoCode(_))));
}

proptest! {
    /// What is read out and typed back is what was meant.
    #[test]
    fn a_code_read_out_comes_back(bibs in prop::collection::vec("[0-9]{1,4}", 0..6), round in 0i64..9) {
        let list: Vec<Bib> = bibs.iter().map(|text| bib(text)).collect();
        let code = code(&key("k1"), round, &list);
        prop_assert_eq!(answer_from(&format!("Code {}. I agree.", phonetic(&code))).unwrap().code, code);
    }

    /// No text makes it fail in any other way than by saying so.
    #[test]
    fn any_text_is_understood_or_refused(text in ".{0,80}") {
        drop(answer_from(&text));
    }
}

#[test]
fn the_words_for_the_radio() {
    let closing = Closing::default();
    let lines = script(&key("antero"), "Antero", &closing, &bibs(&["71", "15", "100"]));
    let code = code(&key("antero"), 0, &bibs(&["71", "15", "100"]));
    let asks = format!(
        "HEADQUARTERS  Antero, this is headquarters. I have 3 runners left to reach you: 71 (seven one), 15 (one five), \
         100 (one zero zero). Code {}. Please confirm.",
        phonetic(&code)
    );
    assert_eq!(lines[0], asks);
    assert!(lines[1].starts_with("STATION       Headquarters, this is Antero. Code "), "{lines:?}");
    let ready = Closing { asked: Some(vec![]), last: Some(bib("7")), is_swept: true, ..Closing::default() };
    let ready = Closing { answers: vec![Answer::default()], ..ready };
    assert!(script(&key("k1"), "K1", &ready, &[])[0].contains("You may close."));
    assert_eq!(closing::EXPECTED_MAX, 150);
}

fn json(desk: &Desk, line: &str) -> Value {
    serde_json::from_str(&desk.ok(&format!("{line} --json"))).unwrap()
}

fn carry(desk: &Desk, from: &str, to: &str) {
    desk.ok(&format!("bundle @{from} -o @{from}.bibtrail"));
    desk.ok(&format!("merge @{to} @{from}.bibtrail"));
}

/// The whole way with the command, as two people with two phones go it.
#[test]
fn by_the_command() {
    let desk = Desk::new();
    carry(&desk, "phone-1", "hq");
    let open = json(&desk, "close @hq arch");
    assert_eq!(
        (&open["stage"], &open["still_to_come"]),
        (&"open".into(), &serde_json::json!(["117", "118", "W1"]))
    );
    desk.refused(
        "close @hq arch --release",
        "bibtrail: Arch of Triumph is not ready to close: open. Take the next step that `bibtrail close` names, or say with \
         --reason why it closes all the same",
    );
    let asked = json(&desk, "close @hq arch --ask");
    let code = asked["asked_code"].as_str().unwrap().to_owned();
    carry(&desk, "hq", "phone-1");
    let wrong = desk.run("close @phone-1 arch --answer 222222", "");
    assert!(wrong.code == 1 && wrong.err.contains("belongs to no open question"), "{wrong:?}");
    let answered = json(&desk, &format!("close @phone-1 arch --answer {code}_came_117 --dropped 118"));
    assert_eq!(
        (&answered["stage"], &answered["still_to_come"]),
        (&"agreed".into(), &serde_json::json!(["W1"]))
    );
    carry(&desk, "phone-1", "hq");
    assert_eq!(json(&desk, "close @hq arch")["next"], "1 still to come: wait for them, or find them");
    assert!(desk.ok("runner @hq 117").contains("Arch of Triumph out"));
    desk.ok("scan @phone-1 W1 --kind out");
    carry(&desk, "phone-1", "hq");
    assert_eq!(json(&desk, "close @hq arch")["stage"], "agreement out of date");
    let script = desk.ok("close @hq arch --script");
    assert!(script.contains("I have nobody left to reach you. Code "), "{script}");
    let code = json(&desk, "close @hq arch --ask")["asked_code"].as_str().unwrap().to_owned();
    // The station has no link this time: headquarters types what it hears.
    let spelled = phonetic(&code).replace(' ', "_");
    desk.ok(&format!("close @hq arch --answer Code_{spelled}._I_agree."));
    assert_eq!(json(&desk, "close @hq arch --last W1 --swept")["stage"], "ready to close");
    assert_eq!(json(&desk, "close @hq arch --release")["stage"], "closed");
    carry(&desk, "hq", "phone-1");
    assert!(desk.ok("watch @phone-1").contains("closed"));
    assert_eq!(json(&desk, "close @phone-1 arch --reopen --reason one_more")["stage"], "open");
    desk.ok("verify @hq");
    desk.ok("verify @phone-1");
}

/// A scan beside the words, so that the helper is used where time matters.
#[test]
fn a_runner_who_comes_after_all_makes_the_closing_stale() {
    let (mut hq, mut one, _) = race();
    one.record(&[scan("1", "k1", ScanKind::Out, 1_000_000)]).unwrap();
    meet(&mut hq, &mut one);
    let known = hq.known().unwrap();
    let watch = bibtrail_core::watch::watch(&known, &hq.heard().unwrap(), world::START_MS + 2_000_000);
    assert_eq!(watch.expected_at(&key("k1")), bibs(&["2", "3", "4"]));
    assert_eq!(watch.expected_at(&key("k2")), bibs(&["1", "2", "3", "4"]));
}
