//! Sessions between two replicas: what they cost, and that they end equal.
//!
//! Invariant: a session that says it succeeded left both with one digest.

use std::collections::BTreeMap;

use bibtrail_core::{
    op::{Enrol, Role, Scan, ScanKind},
    store::{Durability, Store},
    sync::{Battery, Session},
};
use bibtrail_tests::{
    disk::{DATABASE, Disk, Fault},
    pipe::{Met, meet, meet_watched, reading},
    world::{self, scan},
};
use integer_encoding::VarInt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

fn place() -> bibtrail_core::store::Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

fn phone(n: u64, race: &[u8]) -> Store {
    world::join(place(), n, race).unwrap()
}

/// Shown with `--nocapture`: the figures that the assertions bound.
#[allow(clippy::print_stderr, reason = "a test's figures")]
fn say(text: std::fmt::Arguments<'_>) {
    eprintln!("{text}");
}

/// Runners come in no order, some seconds apart.
fn some_scan(rng: &mut ChaCha8Rng, nth: u64) -> Scan {
    let ms = nth.cast_signed() * 4000 + rng.random_range(0..4000);
    scan(&rng.random_range(1..6000).to_string(), "k1", ScanKind::In, ms)
}

/// Both ends agree, and say so truly.
fn converge(a: &mut Store, b: &mut Store, ms: u64) -> Met {
    let met = meet(a, b, ms).unwrap();
    assert!(met.dialled.is_converged && met.answered.is_converged, "{met:?}");
    met
}

/// A race with `logs` phones of `each` scans, all in one bundle, and two phones that hold all of it.
fn two_with(logs: u64, each: u64) -> (Store, Store) {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    for n in 1..=logs {
        let mut phone = phone(n, &race);
        let scans: Vec<_> = (0..each).map(|i| some_scan(&mut rng, i)).collect();
        scans.chunks(50).for_each(|chunk| drop(phone.record(chunk).unwrap()));
        hq.merge(&phone.bundle(&BTreeMap::new()).unwrap()).unwrap();
    }
    let all = hq.bundle(&BTreeMap::new()).unwrap();
    (phone(100, &all), phone(101, &all))
}

#[test]
fn bytes_and_round_trips() {
    let (mut a, mut b) = two_with(18, 5556);
    // The first meeting brings each the other's enrolment, the second what the first wrote down about clocks.
    converge(&mut a, &mut b, 0);
    converge(&mut a, &mut b, 60_000);
    let same = converge(&mut a, &mut b, 120_000);
    say(format_args!("identical: {} B, {} round trips", same.bytes, same.round_trips));
    assert!(same.bytes <= 200 && same.round_trips == 1, "{same:?}");

    a.record(&[scan("117", "k1", ScanKind::In, 9000)]).unwrap();
    converge(&mut a, &mut b, 130_000);
    a.record(&[scan("118", "k1", ScanKind::In, 12_345)]).unwrap();
    let one = converge(&mut a, &mut b, 140_000);
    say(format_args!("one new scan, known peer: {} B, {} round trips", one.bytes, one.round_trips));
    assert!(one.bytes <= 200, "{one:?}");
    b.record(&[scan("119", "k1", ScanKind::In, 15_345)]).unwrap();
    converge(&mut a, &mut b, 150_000);
    b.record(&[scan("120", "k1", ScanKind::In, 18_345)]).unwrap();
    let other = converge(&mut a, &mut b, 160_000);
    say(format_args!("one new scan on the other side: {} B, {} round trips", other.bytes, other.round_trips));
    assert!(other.bytes <= 200, "{other:?}");

    a.forget(b.own_log()).unwrap();
    b.forget(a.own_log()).unwrap();
    a.record(&[scan("121", "k1", ScanKind::In, 21_345)]).unwrap();
    let new = converge(&mut a, &mut b, 170_000);
    say(format_args!("one new scan, new peer: {} B, {} round trips", new.bytes, new.round_trips));
    assert!(new.bytes <= 900, "{new:?}");
}

#[test]
fn twenty_diverged_phones_meet_pairwise() {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let mut phones: Vec<Store> = (1..=20).map(|n| phone(n, &race)).collect();
    let mut rng = ChaCha8Rng::seed_from_u64(6);
    for phone in &mut phones {
        for burst in 0..40_u64 {
            let scans: Vec<_> = (0..25).map(|i| some_scan(&mut rng, burst * 25 + i)).collect();
            phone.record(&scans).unwrap();
        }
    }
    let mut worst = 0.0_f64;
    let mut ms = 0;
    for round in 0..5 {
        for a in 0..20 {
            let b = a ^ (1 << round);
            if b <= a || b >= 20 {
                continue;
            }
            let (left, right) = phones.split_at_mut(b);
            ms += 10_000;
            let met = converge(&mut left[a], &mut right[0], ms);
            let scans = (met.dialled.new_ops + met.answered.new_ops) as f64;
            worst = worst.max((met.bytes as f64 - 1500.0) / scans.max(1.0));
        }
    }
    say(format_args!("20 diverged phones, pairwise: at most {worst:.2} B a scan beside 1.5 KB"));
    assert!(worst <= 6.5);
}

#[test]
fn a_fresh_phone_takes_a_hundred_thousand_scans() {
    let (mut a, _) = two_with(20, 5000);
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let mut fresh = phone(300, &race);
    let met = converge(&mut fresh, &mut a, 0);
    let payload = met.bytes as f64 / 1e6;
    say(format_args!(
        "fresh phone, 100,000 scans: {payload:.3} MB in {} messages, {} round trips",
        met.messages, met.round_trips
    ));
    assert!(met.dialled.new_ops > 100_000 && met.bytes <= 650_000, "{} B", met.bytes);
}

/// Who brings records hears that they are safe before anything comes that they lack themselves.
#[test]
fn a_receipt_comes_before_what_is_fetched() {
    let (mut full, _) = two_with(20, 500);
    let race = world::director(place(), 4).unwrap().bundle(&BTreeMap::new()).unwrap();
    let mut late = phone(300, &race);
    late.record(&[scan("117", "k1", ScanKind::In, 9000)]).unwrap();
    let (phone, mut has_brought, mut heard) = (late.own_log(), false, Vec::new());
    let mut watch = |message: &mut Vec<u8>, taker: &mut Store| {
        if taker.own_log() == phone {
            heard.extend(has_brought.then(|| message.clone()));
        } else {
            // The kind of Segments, whether or not a turn ends with it.
            has_brought |= message[0] & 0x7f == 5;
        }
    };
    let met = meet_watched(&mut late, &mut full, 0, &mut watch).unwrap();
    assert!(met.dialled.is_converged && met.dialled.new_ops > 10_000, "{met:?}");
    // Refused, without a text, and more to come.
    assert_eq!(heard[0], [7]);
    assert_eq!(heard[1][0], 5);
}

/// The third Pong, as a byte that flipped on its way, or a peer with a fault, makes it: half an hour off.
#[test]
fn exchanges_that_contradict_each_other_prove_nothing() {
    let (mut a, mut b) = two_with(1, 1);
    let mut pongs = 0;
    let met = meet_watched(&mut a, &mut b, 0, &mut |message, _| {
        pongs += u32::from(is_pong(message));
        if is_pong(message) && pongs == 3 {
            let (received_ms, length) = u64::decode_var(&message[1..]).unwrap();
            message.splice(1..=length, (received_ms + (1 << 21)).encode_var_vec());
        }
    });
    let met = met.unwrap();
    assert_eq!(pongs, 3);
    assert!(met.dialled.is_converged && met.answered.is_converged, "{met:?}");
    assert_eq!((met.dialled.clock_ms, met.answered.clock_ms), (None, None));
    let again = converge(&mut a, &mut b, 60_000);
    assert!(again.dialled.clock_ms.is_some(), "the next meeting compares them: {again:?}");
}

/// The database was damaged and built anew from the journal, and the key was lost with it.
#[test]
fn a_phone_built_anew_without_its_key_is_counted_once() {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let disk = Disk::default();
    let vfs = disk.register();
    let mut phone = world::join(disk.place(&vfs, Durability::Full), 7, &race).unwrap();
    let at = hq.record(&[scan("117", "k1", ScanKind::In, 9000)]).unwrap()[0].at();
    converge(&mut phone, &mut hq, 10_000);
    let name = phone.enrolment(phone.own_log()).unwrap().unwrap().name;
    drop(phone);
    let mut files = disk.files();
    files.retain(|file, _| !file.starts_with(DATABASE));
    disk.load(files);
    let (mut phone, _) = Store::recover(disk.place(&vfs, Durability::Full), world::identity(8)).unwrap();
    assert!(phone.must_rotate());
    let ticket = world::proof(phone.race(), 9, Role::Volunteer, &[]);
    phone.rotate(world::identity(9), None, Some(ticket)).unwrap();
    assert_eq!(phone.enrolment(phone.own_log()).unwrap().unwrap().name, name);
    converge(&mut phone, &mut hq, 20_000);
    assert_eq!(hq.held_by(at).unwrap(), 2, "headquarters and one phone");
}

/// Wherever it breaks off that a phone goes on under a new key, it keeps its name and place.
#[test]
fn a_phone_that_breaks_off_while_it_goes_on_keeps_its_name() {
    let race = world::director(place(), 4).unwrap().bundle(&BTreeMap::new()).unwrap();
    let disk = Disk::default();
    let vfs = disk.register();
    let open = |n| Store::open(disk.place(&vfs, Durability::Full), world::identity(n)).unwrap().0;
    let mut phone = Store::join(disk.place(&vfs, Durability::Full), world::identity(7), &race).unwrap();
    let enrol =
        Enrol { name: "left bank".to_owned(), checkpoint: Some(world::key("k1")), ..Enrol::default() };
    phone.enrol(enrol).unwrap();
    drop(phone);
    let (backup, mut broken) = (disk.files(), 0);
    for ahead in 1..80 {
        disk.load(backup.clone());
        let mut phone = open(8);
        disk.fail(ahead, Fault::Device, true);
        broken += u32::from(phone.rotate(world::identity(9), None, None).is_err());
        drop(phone);
        disk.mend();
        let mut phone = open(10);
        phone.rotate(world::identity(11), None, None).unwrap();
        let own = phone.enrolment(phone.own_log()).unwrap().unwrap();
        let who = (own.name.as_str(), own.checkpoint);
        assert_eq!(who, ("left bank", Some(world::key("k1"))), "broken off at call {ahead}");
    }
    assert!(broken > 3, "{broken}");
}

/// In a long session clocks drift apart more than an exchange takes: what stood in the greeting says nothing at the end.
#[test]
fn clocks_are_compared_at_the_end_alone() {
    let (mut a, mut b) = two_with(1, 1);
    let mut is_changed = false;
    let met = meet_watched(&mut a, &mut b, 0, &mut |message, _| {
        if message[0] & 0x7f == 2 {
            let (received_ms, length) = u64::decode_var(&message[10..]).unwrap();
            message.splice(10..10 + length, (received_ms + 90).encode_var_vec());
            is_changed = true;
        }
    });
    let (lo_ms, hi_ms) = met.unwrap().dialled.clock_ms.unwrap();
    assert!(is_changed && lo_ms <= 1_000_000 && 1_000_000 <= hi_ms, "{lo_ms} {hi_ms}");
}

/// A Pong of which one bit flipped reads as a Clock: from its odd number to 0.
#[test]
fn who_dialled_is_told_nothing_about_its_own_clock() {
    let (mut a, mut b) = two_with(1, 1);
    let met = meet_watched(&mut a, &mut b, 0, &mut |message, _| {
        if is_pong(message) {
            message[0] ^= 1;
            message[1] |= 1;
        }
    });
    let said = met.unwrap_err().to_string();
    assert!(
        said.starts_with("the other side spoke out of turn: how clocks stood was not expected. "),
        "{said}"
    );
}

/// A phone's disk was copied before anybody had signed for its log. It met headquarters, was put back to that copy, lost
/// its key and went on in a new log: headquarters must not count it a second time beside what the old one said.
#[test]
fn a_phone_put_back_to_its_first_backup_is_counted_once() {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let disk = Disk::default();
    let vfs = disk.register();
    let phone = world::join(disk.place(&vfs, Durability::Full), 7, &race).unwrap();
    drop(phone);
    let backup = disk.files();
    let (mut phone, _) = Store::open(disk.place(&vfs, Durability::Full), world::identity(7)).unwrap();
    let at = hq.record(&[scan("117", "k1", ScanKind::In, 9000)]).unwrap()[0].at();
    converge(&mut phone, &mut hq, 10_000);
    assert_eq!(hq.held_by(at).unwrap(), 2);
    drop(phone);
    disk.load(backup);
    let (mut phone, _) = Store::open(disk.place(&vfs, Durability::Full), world::identity(8)).unwrap();
    assert!(phone.must_rotate());
    let ticket = world::proof(phone.race(), 8, Role::Volunteer, &[]);
    phone.rotate(world::identity(8), None, Some(ticket)).unwrap();
    converge(&mut phone, &mut hq, 20_000);
    assert_eq!(hq.held_by(at).unwrap(), 2, "headquarters and one phone");
}

fn is_pong(message: &[u8]) -> bool {
    message[0] & 0x7f == 10
}

/// Somebody records all the while: what the session is about was fixed when it began, so it ends, and says so truly.
#[test]
fn a_busy_writer_does_not_keep_a_session_from_ending() {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let (mut a, mut b) = (phone(1, &race), phone(2, &race));
    a.record(&[scan("1", "k1", ScanKind::In, 0)]).unwrap();
    b.record(&[scan("2", "k1", ScanKind::In, 0)]).unwrap();
    let mut ms = 1000;
    let met = meet_watched(&mut a, &mut b, 0, &mut |_, store| {
        ms += 1000;
        store.record(&[scan(&ms.to_string(), "k1", ScanKind::In, ms)]).unwrap();
        store.settle().unwrap();
    });
    let met = met.unwrap();
    assert!(met.dialled.is_converged && met.answered.is_converged, "{met:?}");
    for store in [&a, &b] {
        let bibs: Vec<String> = store.scans().unwrap().iter().map(|scan| scan.bib.to_string()).collect();
        assert!(bibs.contains(&"1".to_owned()) && bibs.contains(&"2".to_owned()), "{bibs:?}");
    }
}

/// A hub meets many at a time: what one of them brings is no part of another's session, even if nobody knew of it before.
#[test]
fn a_phone_that_comes_meanwhile_is_the_next_sessions_affair() {
    let mut hq = world::director(place(), 4).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let (mut a, mut b) = (phone(1, &race), phone(2, &race));
    a.record(&[scan("1", "k1", ScanKind::In, 1_000)]).unwrap();
    b.record(&[scan("2", "k1", ScanKind::In, 2_000)]).unwrap();
    let new = b.bundle(&BTreeMap::new()).unwrap();
    let (hq_log, mut turns, mut is_there) = (hq.own_log(), 0, false);
    let met = meet_watched(&mut a, &mut hq, 10_000, &mut |_, taking| {
        turns += 1;
        // Behind the greeting, while headquarters waits for what this phone brings.
        if turns > 1 && taking.own_log() == hq_log && !is_there {
            is_there = taking.merge(&new).unwrap().new_ops > 0;
        }
    })
    .unwrap();
    assert!(is_there && met.dialled.is_converged && met.answered.is_converged, "{met:?}");
    converge(&mut a, &mut hq, 20_000);
    assert_eq!(a.digest().unwrap(), hq.digest().unwrap());
}

#[test]
fn who_dials_may_tell_its_battery_and_nonsense_is_not_told() {
    let (mut hq, mut phone) = two_with(1, 3);
    let (log, phone_log) = (hq.own_log(), phone.own_log());
    let mut greeting = |battery: Option<Battery>| {
        let mut dial = Session::dial(log);
        dial.tell_battery(battery);
        dial.poll(&mut phone, reading(1, 0)).unwrap().unwrap()
    };
    let (silent, told) = (greeting(None), greeting(Some(Battery { percent: 63, is_charging: true })));
    // Tag and version before the flags; the battery is the last byte.
    let expected = [&silent[..2], &[silent[2] | 4], &silent[3..], &[0x80 | 63]].concat();
    assert_eq!(told, expected);
    let mut heard = |greeting: &[u8]| {
        let mut answer = Session::answer(phone_log);
        answer.handle(&mut hq, greeting, reading(2, 0)).unwrap();
        answer.outcome().battery_there.map(|battery| (battery.percent, battery.is_charging))
    };
    assert_eq!(heard(&silent), None);
    for (byte, expected) in
        [(0, Some((0, false))), (0x80 | 100, Some((100, true))), (101, None), (0xff, None)]
    {
        assert_eq!(heard(&[&told[..told.len() - 1], &[byte]].concat()), expected, "{byte}");
    }
}

/// Who is not greeted yet listens to nothing else: a seat at headquarters is kept for who was admitted.
#[test]
fn nothing_is_listened_to_before_the_greeting() {
    let (mut hq, phone) = two_with(1, 3);
    // Refused without texts, by itself and at the end of a turn; Agreed; Ping.
    for message in [&[7, 0][..], &[0x87, 0], &[13, 0, 0, 0, 0], &[9]] {
        let mut answer = Session::answer(phone.own_log());
        let said = answer.handle(&mut hq, message, reading(2, 0)).unwrap_err().to_string();
        assert!(said.contains("out of turn"), "{message:?}: {said}");
    }
}
