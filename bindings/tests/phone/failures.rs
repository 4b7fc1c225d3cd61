//! What the host does wrong costs no scan, and every failure has its variant.

use std::sync::Arc;

use bibtrail_bindings::{
    CoreError, core_version, fail_on_purpose,
    host::{Change, Clock, ClockReading, KeyStore},
    race::{Entry, JoinRequest, Race, read_invitation},
    screen::Way,
};

use crate::{
    fixture::race,
    host::{Keys, SetClock, Thrower},
    script::name_of,
};

/// A phone that has joined and knows the race.
pub(crate) fn joined(number: u8) -> (tempfile::TempDir, Race, Arc<SetClock>, Arc<Keys>) {
    let (bundle, tickets) = race("Ridge Run");
    let (clock, keys) = (SetClock::new("phone", number), Keys::new(number));
    let folder = tempfile::tempdir().unwrap();
    let phone = Race::join(request(&folder, &tickets[0].1), clock.clone(), keys.clone()).unwrap();
    phone.import_bundle(bundle).unwrap();
    (folder, phone, clock, keys)
}

fn request(folder: &tempfile::TempDir, link: &str) -> JoinRequest {
    JoinRequest {
        folder: folder.path().to_str().unwrap().to_owned(),
        link: link.to_owned(),
        name: "a phone".to_owned(),
        checkpoint: Some("aid".to_owned()),
    }
}

pub(crate) fn entry(bib: &str) -> Entry {
    Entry { bib: bib.to_owned(), way: Way::In, checkpoint: None, at: None, with_pacer: None }
}

/// Whether `tried` failed with this variant.
fn check<T>(tried: Result<T, CoreError>, expected: &str) {
    assert_eq!(tried.err().as_ref().map(name_of).as_deref(), Some(expected));
}

#[test]
fn a_listener_that_throws_costs_nothing() {
    let (_folder, phone, ..) = joined(1);
    let thrower = Arc::new(Thrower::default());
    let subscription = phone.subscribe(thrower.clone()).unwrap();
    let badge = phone.record(entry("101")).unwrap();
    assert!(badge.is_confirmed);
    assert_eq!(thrower.heard.lock().unwrap().as_slice(), [Change::Recorded { badge }]);
    subscription.cancel().unwrap();
    assert!(!subscription.is_active().unwrap());
    phone.record(entry("102")).unwrap();
    assert_eq!(thrower.heard.lock().unwrap().len(), 1, "who cancelled hears no more");
    let other = phone.subscribe(thrower.clone()).unwrap();
    drop(other);
    phone.record(entry("103")).unwrap();
    assert_eq!(thrower.heard.lock().unwrap().len(), 1, "who is gone hears no more");
}

/// A clock and a key store that fail.
struct Broken;

impl Clock for Broken {
    fn now(&self) -> Result<ClockReading, CoreError> {
        Err(CoreError::Host { detail: "no clock".to_owned() })
    }
}

impl KeyStore for Broken {
    fn load(&self, _name: String) -> Result<Option<Vec<u8>>, CoreError> {
        Err(CoreError::Host { detail: "locked".to_owned() })
    }

    fn save(&self, _name: String, _secret: Vec<u8>) -> Result<(), CoreError> {
        Err(CoreError::Host { detail: "locked".to_owned() })
    }
}

#[test]
fn a_clock_that_fails_costs_no_scan() {
    let (_, tickets) = race("Ridge Run");
    let folder = tempfile::tempdir().unwrap();
    let phone = Race::join(request(&folder, &tickets[0].1), Arc::new(Broken), Keys::new(3)).unwrap();
    let badge = phone.record(entry("101")).unwrap();
    assert!(badge.is_confirmed && badge.time_ms > 1_700_000_000_000, "the wall clock stands in");
}

#[test]
fn failures_have_their_variants() {
    let (bundle, tickets) = race("Ridge Run");
    let (folder, phone, clock, keys) = joined(1);
    check(fail_on_purpose(true), "panic");
    check(fail_on_purpose(false), "invalid");
    check(phone.record(entry("1 2")), "bad-bib");
    check(phone.record(entry("12345678901234567")), "bad-bib");
    check(phone.record(Entry { checkpoint: Some("moon".to_owned()), ..entry("1") }), "not-found");
    check(phone.undo("waiting:7".to_owned()), "not-found");
    check(phone.undo("nonsense".to_owned()), "not-found");
    check(phone.import_bundle(b"no bundle".to_vec()), "invalid");
    check(phone.import_bundle(race("Another Run").0), "other-race");
    check(phone.begin_sync(Some("xyz".to_owned())), "not-found");
    check(read_invitation("bibtrail:AAAA".to_owned()), "bad-ticket");
    let again = Race::join(request(&folder, &tickets[0].1), clock.clone(), keys.clone());
    check(again, "exists");
    let empty = tempfile::tempdir().unwrap();
    let none = Race::open(empty.path().to_str().unwrap().to_owned(), clock.clone(), keys);
    check(none, "no-replica");
    let locked = Race::join(request(&empty, &tickets[0].1), clock, Arc::new(Broken));
    check(locked, "host");
    phone.suspend().unwrap();
    check(phone.begin_sync(None), "interrupted");
    assert!(phone.record(entry("104")).unwrap().is_confirmed, "entries are taken in sleep too");
    phone.resume().unwrap();
    phone.shut_down().unwrap();
    check(phone.record(entry("101")), "closed");
    check(phone.import_bundle(bundle), "closed");
    assert!(core_version().unwrap().starts_with("0."));
}

#[test]
fn numbers_cross_at_full_width() {
    let (_folder, phone, ..) = joined(1);
    for wall_ms in [i64::MAX, i64::MIN, -1, 1 << 53, (1 << 53) + 1] {
        let at = ClockReading { boot: "b".to_owned(), boot_ms: i64::MAX, wall_ms };
        let badge = phone.record(Entry { at: Some(at), ..entry("101") }).unwrap();
        assert_eq!(badge.time_ms, wall_ms);
    }
}

#[test]
fn a_meeting_that_breaks_is_an_error_and_the_next_one_goes_on() {
    let ((_a, here, ..), (_b, there, ..)) = (joined(1), joined(2));
    (0..50).for_each(|bib| drop(here.record(entry(&bib.to_string())).unwrap()));
    let (dialling, answering) = (here.begin_sync(None).unwrap(), there.answer_sync().unwrap());
    let hello = dialling.receive(Vec::new()).unwrap();
    let back = answering.receive(hello).unwrap();
    assert!(!back.is_empty());
    check(dialling.ended(), "link");
    assert!(dialling.state().unwrap().is_over && dialling.state().unwrap().failure.is_some());
    drop(answering);
    crate::script::meet(&here, &there).unwrap();
    assert_eq!(
        here.overview().unwrap().state_digest,
        there.overview().unwrap().state_digest,
        "both hold the same"
    );
    let answered = there.answer_sync().unwrap();
    check(answered.receive(b"GET / HTTP/1.1\r\n\r\n".to_vec()), "link");
    let wrong = here.begin_sync(Some("ab".repeat(32))).unwrap();
    let answering = there.answer_sync().unwrap();
    let back = answering.receive(wrong.receive(Vec::new()).unwrap()).unwrap();
    check(wrong.receive(back), "refused");
}
