//! Times of scans, from what clocks proved when devices met.
//!
//! Invariant: a wall clock comes in once, as the reference's first reading; no later step of any wall clock moves a time.

use bibtrail_core::{
    ids::BootId,
    op::{ClockContact, Enrol, Role, Scan, ScanKind},
    store::{Durability, Store},
    time::Reading,
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, START_MS, bib, identity, key, log},
};

const YEARS_20_MS: i64 = 20 * 365 * 86_400_000;
/// The director's boot clock stands at 0 at the gun, the phone's a million milliseconds later.
const HQ: BootId = BootId([1; 8]);
const PHONE: BootId = BootId([2; 8]);
const PHONE_AHEAD_MS: i64 = 1_000_000;

fn place() -> bibtrail_core::store::Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

fn phone_reading(ms: i64, wall_off_ms: i64) -> Reading {
    let boot_ms = (ms + PHONE_AHEAD_MS).cast_unsigned();
    Reading { boot: PHONE, boot_ms, wall_ms: START_MS + ms + wall_off_ms }
}

/// The phone's clock met the director's: it was ahead by what it is ahead, to 5 ms.
fn contact(ms: i64, wall_off_ms: i64) -> ClockContact {
    let (lo_ms, hi_ms) = (Some(-PHONE_AHEAD_MS - 5), Some(-PHONE_AHEAD_MS + 5));
    ClockContact { reading: phone_reading(ms, wall_off_ms), peer: HQ, lo_ms, hi_ms }
}

/// A race, a phone with contacts before and after, and its scans, at each of which its wall clock was off by so much.
fn race(role: Role, offs_ms: &[i64]) -> (Store, Store) {
    let mut hq = Store::create(place(), identity(0), "Test Race", log(999), [7; 16]).unwrap();
    let reading = Some(Reading { boot: HQ, boot_ms: 0, wall_ms: START_MS });
    hq.enrol(Enrol { name: "hq".to_owned(), reading, ..Enrol::default() }).unwrap();
    hq.put_all(world::setup().values(), None).unwrap();
    let race = hq.bundle(&Default::default()).unwrap();
    let mut phone = Store::join(place(), identity(1), &race).unwrap();
    world::enrol(&mut phone, 1, role, &[]).unwrap();
    phone.note_contact(contact(0, offs_ms[0])).unwrap();
    for (n, off_ms) in (1..).zip(offs_ms) {
        let reading = phone_reading(n * 60_000, *off_ms);
        let scan = Scan::new(bib(&n.to_string()), key("k1"), ScanKind::In, reading);
        phone.record(&[scan]).unwrap();
    }
    phone.note_contact(contact(3_600_000, 0)).unwrap();
    hq.merge(&phone.bundle(&Default::default()).unwrap()).unwrap();
    (hq, phone)
}

fn times(store: &Store) -> Vec<i64> {
    store.scans().unwrap().iter().map(|scan| scan.time_ms - START_MS).collect()
}

#[test]
fn steps_of_wall_clocks_change_no_corrected_time() {
    let (right, _) = race(Role::Volunteer, &[0, 0, 0, 0]);
    assert_eq!(times(&right), [60_000, 120_000, 180_000, 240_000]);
    for offs in [[3_600_000; 4], [0, YEARS_20_MS, -YEARS_20_MS, 0], [-YEARS_20_MS, 7, -90_000, YEARS_20_MS]] {
        let (stepped, phone) = race(Role::Volunteer, &offs);
        assert_eq!(times(&stepped), times(&right), "{offs:?}");
        assert_eq!(times(&phone), times(&right), "{offs:?}");
    }
}

#[test]
fn a_clock_that_never_met_is_believed_and_one_without_standing_proves_nothing() {
    let (hq, _) = race(Role::Pending, &[500, 500]);
    assert_eq!(times(&hq), [60_500, 120_500]);
    assert!(hq.scans().unwrap().iter().all(|scan| scan.moment.is_none()));
}

#[test]
fn frozen_times_do_not_move_and_later_scans_do_not_wait() {
    let (mut hq, mut phone) = race(Role::Volunteer, &[0, 0]);
    let before = times(&hq);
    hq.freeze(Some("results are official")).unwrap();
    // The phone learns better: its clock was 4 ms further ahead.
    for ms in [7_200_000, 7_260_000] {
        let narrow = (Some(-PHONE_AHEAD_MS - 5), Some(-PHONE_AHEAD_MS - 4));
        let better = ClockContact { lo_ms: narrow.0, hi_ms: narrow.1, ..contact(ms, 0) };
        phone.note_contact(better).unwrap();
    }
    let reading = phone_reading(7_230_000, 0);
    let late = Scan::new(bib("9"), key("k1"), ScanKind::In, reading);
    phone.record(&[late]).unwrap();
    hq.merge(&phone.bundle(&Default::default()).unwrap()).unwrap();
    assert_eq!(times(&hq)[..2], before);
    assert!((7_229_990..7_230_000).contains(&times(&hq)[2]), "{:?}", times(&hq));
    assert!(hq.timing().unwrap().is_frozen());
    // Only a director freezes.
    let (other, mut phone) = race(Role::Volunteer, &[0]);
    phone.merge(&{ other }.bundle(&Default::default()).unwrap()).unwrap();
    phone.freeze(None).unwrap();
    assert!(!phone.timing().unwrap().is_frozen());
}

#[test]
fn the_director_chooses_the_reference() {
    let (mut hq, _) = race(Role::Volunteer, &[10_000, 0]);
    hq.set_reference(log(1), Some("it has a network")).unwrap();
    // The phone's first reading said ten seconds more, so the race's time is ten seconds later now.
    assert_eq!(times(&hq), [70_000, 130_000]);
}
