use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;
use crate::{log::Identity, op::Op};

fn race() -> RaceId {
    RaceId::parse("1a2b3c4d-0000-8000-8000-000000000001").unwrap()
}

fn other() -> RaceId {
    RaceId::parse("5e6f7a8b-0000-8000-8000-000000000002").unwrap()
}

/// What the camera of this race makes of a text.
fn check(text: &str, expected: &str) {
    let read = match read(text, race()) {
        Code::Bib(bib) => format!("bib {bib}"),
        Code::OtherRace(bib) => format!("other race's {bib}"),
        Code::Join(_) => "join".to_owned(),
        Code::Frame => "frame".to_owned(),
        Code::Damaged => "damaged".to_owned(),
        Code::Newer => "newer".to_owned(),
        Code::Unreadable => "unreadable".to_owned(),
    };
    assert_eq!(read, expected, "{text:?}");
}

#[test]
fn bare_bibs_are_as_they_stand() {
    for bib in ["117", "0117", "A-117", "F0117", "가나-117", "1*7", "7"] {
        check(bib, &format!("bib {bib}"));
        check(&format!(" {bib}\r\n"), &format!("bib {bib}"));
    }
    check("*117*", "bib 117");
    check("\u{feff}117\0", "bib 117");
}

#[test]
fn other_systems_codes_name_their_bib() {
    for text in ["bib:117", "BIB 117", "Bib=117", "bib_number: 117", "BIB-NUMBER#117", "bibnumber117", "#117"]
    {
        check(text, "bib 117");
    }
    for text in ["No. 117", "Nr.117", "startnummer 117", "Dossard: 117", "number/117"] {
        check(text, "bib 117");
    }
    check("https://results.example/runner/117", "bib 117");
    check("https://results.example/runner/117/", "bib 117");
    check("HTTP://results.example/e/4711/?lang=ko&bib=117#top", "bib 117");
    check("https://results.example/?Bib=A-7", "bib A-7");
}

#[test]
fn what_may_mean_several_or_none_is_not_guessed() {
    for text in [
        "",
        " ",
        "hello",
        "bib",
        "bib:",
        "#",
        "***",
        "117 118",
        "117,118",
        "bibtrail",
        "north-side",
        "117;118",
        "12345678901234567",
        "https://example.com",
        "https://117",
        "https://example.com/about",
        "https://example.com/?bib=1&bib=2",
        "https://example.com/runner/117a",
        "WIFI:S:hut;P:117;;",
        "tel:117",
        "ftp://example.com/117",
        "BEGIN:VCARD 117",
        "mailto:117@example.com",
    ] {
        check(text, "unreadable");
    }
}

#[test]
fn our_codes_tell_race_damage_and_age() {
    let bib = Bib::new("117").unwrap();
    let ours = bib_code(race(), &bib);
    assert!(ours.starts_with("BT0/1A2B3C4D/") && ours.ends_with("/117"), "{ours}");
    check(&ours, "bib 117");
    check(&bib_code(race(), &Bib::new("가/7").unwrap()), "bib 가/7");
    check(&bib_code(other(), &bib), "other race's 117");
    check(&ours.replace("117", "118"), "damaged");
    check(&ours.replace("1A2B", "1A2C"), "damaged");
    check("BT0/1A2B3C4D/117", "damaged");
    check("BT0/", "damaged");
    check("BT1/anything", "newer");
    check("BT23/anything", "newer");
    check("BT/7", "bib BT/7");
    check("BQ\u{1}rest", "frame");
}

#[test]
fn join_codes_are_told_apart() {
    let director = Identity::from_seed([1; 32]).log();
    let genesis = crate::op::Race { name: "Night Run".to_owned(), root: director, director, nonce: [0; 16] };
    let genesis = Op { depth: 1, body: crate::op::Body::Race(genesis) }.encode();
    let key = Identity::from_seed([2; 32]).log();
    let ticket =
        crate::op::Ticket { key, role: crate::op::Role::Volunteer, checkpoints: Vec::new(), root: None };
    let link = Invitation { genesis, ticket, secret: [2; 32], servers: Vec::new() }.link();
    check(&link, "join");
    check(&link[..link.len() - 1], "damaged");
    check("bibtrail:", "damaged");
    check("bibtrail:117", "damaged");
}

#[test]
fn bytes_that_are_no_text_are_frames_or_nothing() {
    assert_eq!(read_bytes(b"BQ\x01\xff\xfe", race()), Code::Frame);
    assert_eq!(read_bytes(b"\xff\xfe", race()), Code::Unreadable);
    assert_eq!(read_bytes(b"117", race()), Code::Bib(Bib::new("117").unwrap()));
    assert_eq!(read(&"7".repeat(CODE_MAX_BYTES + 1), race()), Code::Unreadable);
}

proptest! {
    #[test]
    fn any_bib_comes_back_from_its_own_code(text in "[^\\s\\p{Cc}]{1,16}") {
        let bib = Bib::new(&text).unwrap();
        let code = bib_code(race(), &bib);
        prop_assert_eq!(read(&code, race()), Code::Bib(bib.clone()));
        prop_assert_eq!(read(&code, other()), Code::OtherRace(bib));
    }

    #[test]
    fn one_wrong_character_is_seen(at in 4_usize..21, to in "[0-9A-Z/]") {
        let code = bib_code(race(), &Bib::new("1174").unwrap());
        let mut wrong = code.clone();
        wrong.replace_range(at..=at, &to);
        prop_assume!(wrong != code);
        // One in 65,536 passes; none of these.
        prop_assert!(!matches!(read(&wrong, race()), Code::Bib(_)), "{}", wrong);
    }

    #[test]
    fn nothing_panics_and_what_is_a_bib_stands_in_the_code(text in "\\PC{0,60}") {
        if let Code::Bib(bib) = read(&text, race()) {
            prop_assert!(text.contains(bib.as_str()));
        }
    }

    #[test]
    fn a_text_counts_once_per_visit_and_never_before_enough_frames(
        needed in 1_u32..6,
        frames in prop::collection::vec(prop::option::weighted(0.8, "[ab]"), 0..200),
    ) {
        let mut filter = SeenFrames::new(needed);
        let mut passed: BTreeMap<&str, usize> = BTreeMap::new();
        for (n, frame) in frames.iter().enumerate() {
            if !filter.see(frame.as_deref()) {
                continue;
            }
            let text = frame.as_ref().unwrap();
            let run = frames[..=n].iter().rev().take_while(|other| other.as_ref() == Some(text)).count();
            prop_assert!(run >= needed as usize);
            if let Some(before) = passed.insert(text, n) {
                let gone = frames[before..n].split(|other| other.as_ref() == Some(text)).map(<[_]>::len).max();
                prop_assert!(gone >= Some(15), "it was gone for {gone:?} frames at most");
            }
        }
    }
}

#[test]
fn who_stays_before_the_camera_is_recorded_once() {
    let mut filter = SeenFrames::new(3);
    let seen: Vec<bool> = (0..100).map(|_| filter.see(Some("117"))).collect();
    assert_eq!(seen.iter().filter(|counts| **counts).count(), 1);
    assert!(seen[2]);
    assert!(!filter.see(None));
    assert!((0..10).all(|_| !filter.see(Some("117"))), "a frame that was missed is no new visit");
    (0..20).for_each(|_| assert!(!filter.see(None)));
    assert_eq!((0..10).filter(|_| filter.see(Some("117"))).count(), 1, "who comes back later counts again");
    assert_eq!((0..10).filter(|n| filter.see(Some(if n % 2 == 0 { "1" } else { "7" }))).count(), 0);
    let in_turns = (0..100).filter(|n| filter.see(Some(if n % 10 < 5 { "118" } else { "119" }))).count();
    assert_eq!(in_turns, 2, "two who stand beside each other");
}
