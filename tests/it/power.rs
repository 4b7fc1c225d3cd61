//! Power cuts, failing devices, killed processes: what was confirmed is there.
//!
//! Invariant: the negative controls fail. A test that cannot see a loss proves nothing.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};

use bibtrail_core::{
    op::{Entity, ScanKind, field},
    store::{Durability, Store, StoreError},
};
use bibtrail_tests::{
    disk::{DATABASE, Disk, Event, Fault, Files, JOURNAL, images},
    world::{self, identity, scan},
};

/// Power cuts to play, over all runs.
const CUTS: usize = 50_000;

/// How long a usual day is.
const ROUNDS: u64 = 40;

/// What playing a run with cuts everywhere came to.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Tally {
    cuts: usize,
    lost: usize,
    corrupt: usize,
    half_applied: usize,
}

/// One phone's day on `disk`: it begins the race, records, corrects, merges, and tells the user after each confirmation.
fn day(disk: &Disk, durability: Durability, seed: u64, rounds: u64) -> Result<(), StoreError> {
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, durability), 5)?;
    let other = other_phone(&mut store, seed)?;
    let mut confirmed = 0;
    for n in 0..rounds {
        let burst = 1 + (n + seed) % 3;
        let scans: Vec<_> = (0..burst)
            .map(|k| scan(&format!("b{}", confirmed + k), "k1", ScanKind::In, (n * 5_000 + k).cast_signed()))
            .collect();
        let at = store.record(&scans)?[0].at();
        confirmed += burst;
        disk.acknowledge(usize::try_from(confirmed).unwrap_or(usize::MAX));
        match (n + seed) % 10 {
            0..6 => store.settle()?,
            6 => drop(store.put(Entity::Scan(at), vec![(field::NOTE, "rain".into())], Some("told later"))?),
            7 => drop(store.merge(&other)?),
            _ => {}
        }
    }
    Ok(())
}

/// A bundle from another phone of the same race.
fn other_phone(store: &mut Store, seed: u64) -> Result<Vec<u8>, StoreError> {
    let disk = Disk::default();
    let vfs = disk.register();
    let race = store.bundle(&BTreeMap::new())?;
    let mut other = world::join(disk.place(&vfs, Durability::Off), 50 + seed, &race)?;
    let scans: Vec<_> = (0..30).map(|n| scan(&format!("o{n}"), "k2", ScanKind::In, n * 1000)).collect();
    other.record(&scans)?;
    other.bundle(&BTreeMap::new())
}

/// Opens what a cut left, and looks for everything that was confirmed before it.
fn look(disk: &Disk, vfs: &str, files: Files, confirmed: usize, tally: &mut Tally) {
    disk.load(files);
    tally.cuts += 1;
    let opened = Store::open(disk.place(vfs, Durability::Full), identity(0));
    let mut store = match opened {
        Ok((store, _)) => store,
        // Before the first commit there is no replica yet, and nothing was promised.
        Err(_) if confirmed == 0 => return,
        Err(_) => {
            tally.corrupt += 1;
            tally.lost += 1;
            return;
        }
    };
    match store.verify() {
        Ok(found) => tally.half_applied += usize::from(!found.problems.is_empty()),
        Err(_) => tally.corrupt += 1,
    }
    let bibs: BTreeSet<String> =
        store.scans().unwrap_or_default().iter().map(|scan| scan.bib.as_str().to_owned()).collect();
    tally.lost += usize::from((0..confirmed).any(|n| !bibs.contains(&format!("b{n}"))));
}

/// Plays one run, and cuts at every `every`-th place.
fn cut_everywhere(durability: Durability, lying: bool, seed: u64, every: usize) -> Tally {
    let disk = Disk::default();
    day(&disk, durability, seed, ROUNDS).unwrap();
    cut(&disk, lying, seed, every)
}

/// Cuts at every `every`-th place of what happened to a disk.
fn cut(disk: &Disk, lying: bool, seed: u64, every: usize) -> Tally {
    let (mut tally, mut number) = (Tally::default(), 0);
    let after = Disk::default();
    let vfs = after.register();
    images(&Files::new(), &disk.events(), lying, seed, |files, confirmed, _| {
        number += 1;
        if number % every == 0 {
            look(&after, &vfs, files, confirmed, &mut tally);
        }
    });
    tally
}

#[test]
fn no_power_cut_loses_a_confirmed_scan() {
    let cuts = AtomicUsize::new(0);
    let next_seed = AtomicU64::new(0);
    let work = || {
        while cuts.load(Ordering::Relaxed) < CUTS {
            let seed = next_seed.fetch_add(1, Ordering::Relaxed);
            let tally = cut_everywhere(Durability::Full, false, seed, 1);
            assert_eq!((tally.lost, tally.corrupt, tally.half_applied), (0, 0, 0), "seed {seed}: {tally:?}");
            cuts.fetch_add(tally.cuts, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        scope.spawn(work);
        scope.spawn(work);
    });
    println!("{} power cuts, none lost, corrupt or half applied", cuts.into_inner());
}

/// A day so long that SQLite moves its WAL into the database, and begins the WAL again, while the phone records.
#[test]
fn no_power_cut_around_a_checkpoint_loses_a_confirmed_scan() {
    let disk = Disk::default();
    day(&disk, Durability::Full, 2, 400).unwrap();
    let events = disk.events();
    let is_checkpoint = |event: &Event| matches!(event, Event::Write(file, ..) if file == DATABASE);
    let before_the_end = &events[..events.len() * 9 / 10];
    assert!(before_the_end.iter().filter(|event| is_checkpoint(event)).count() > 5, "no checkpoint to cut");
    let tally = cut(&disk, false, 2, 17);
    assert_eq!((tally.lost, tally.corrupt, tally.half_applied), (0, 0, 0), "{tally:?}");
    println!("{} power cuts around checkpoints, none lost", tally.cuts);
}

/// Records and settles; `promise` says when the user may count on a copy.
fn steady(disk: &Disk, promise: impl Fn(&Disk, usize, bool)) {
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 2).unwrap();
    for n in 0..270_usize {
        store.record(&[scan(&format!("b{n}"), "k1", ScanKind::In, n as i64 * 1000)]).unwrap();
        promise(disk, n + 1, false);
        store.settle().unwrap();
        promise(disk, n + 1, true);
    }
}

/// The two promises, each by itself: at the confirmation the journal alone is enough, after settling the database alone.
#[test]
fn either_copy_alone_brings_everything_back() {
    for (is_settled, copy) in [(false, JOURNAL), (true, DATABASE)] {
        let disk = Disk::default();
        steady(&disk, |disk, scans, settled| {
            if settled == is_settled {
                disk.acknowledge(scans);
            }
        });
        let after = Disk::default();
        let vfs = after.register();
        let (mut number, mut looked) = (0, 0);
        images(&Files::new(), &disk.events(), false, 5, |mut files, promised, cut| {
            number += 1;
            if number % 13 != 0 || promised == 0 {
                return;
            }
            files.retain(|name, _| name.starts_with(copy));
            after.load(files);
            let place = after.place(&vfs, Durability::Full);
            let opened = match copy {
                JOURNAL => Store::recover(place, identity(0)),
                _ => Store::open(place, identity(0)),
            };
            let scans = opened.unwrap().0.scans().unwrap();
            let bibs: BTreeSet<&str> = scans.iter().map(|scan| scan.bib.as_str()).collect();
            let lost = (0..promised).find(|n| !bibs.contains(format!("b{n}").as_str()));
            assert_eq!(lost, None, "{copy} alone, {cut:?}, {promised} promised");
            looked += 1;
        });
        assert!(looked > 500, "{looked}");
        println!("{copy} alone: {looked} power cuts, none lost");
    }
}

#[test]
fn controls_lose() {
    for (name, durability, lying) in [
        ("NORMAL", Durability::Normal, false),
        ("OFF", Durability::Off, false),
        ("lying fsync", Durability::Full, true),
    ] {
        let tally = cut_everywhere(durability, lying, 1, 5);
        println!("control {name}: {tally:?}");
        assert!(tally.lost > 0, "{name} must lose, or these tests see nothing: {tally:?}");
    }
}

#[test]
fn every_failing_call_is_loud_and_loses_nothing() {
    let clean = Disk::default();
    day(&clean, Durability::Full, 3, ROUNDS).unwrap();
    let calls = clean.calls();
    let mut failures = 0;
    for (fault, for_good) in
        [(Fault::Full, false), (Fault::Full, true), (Fault::Device, false), (Fault::Device, true)]
    {
        // Every 3rd call in each mode; the offset moves, so over the modes all are hit.
        for call in (1 + u64::from(for_good)..calls).step_by(3) {
            let disk = Disk::default();
            disk.fail(call, fault, for_good);
            let failed = day(&disk, Durability::Full, 3, ROUNDS).is_err();
            failures += usize::from(failed);
            disk.mend();
            let confirmed = disk.events().iter().rev().find_map(|event| match event {
                Event::Acknowledge(scans) => Some(*scans),
                _ => None,
            });
            let mut tally = Tally::default();
            let vfs = disk.register();
            look(&disk, &vfs, disk.files(), confirmed.unwrap_or(0), &mut tally);
            assert_eq!((tally.lost, tally.corrupt), (0, 0), "{fault:?} for good {for_good} at call {call}");
        }
    }
    assert!(failures > 100, "only {failures} faults were noticed");
}

#[test]
fn a_failed_scan_is_retried_as_the_same_operation() {
    let disk = Disk::default();
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 1).unwrap();
    let before = store.digest().unwrap().op_count;
    for (call, fault) in (1..12).flat_map(|call| [(call, Fault::Full), (call, Fault::Device)]) {
        let text = format!("{call}{fault:?}");
        disk.fail(call, fault, false);
        let mut tried = store.record(&[scan(&text, "k1", ScanKind::In, 1000)]);
        while tried.is_err() {
            assert_eq!(store.unconfirmed(), 1, "a failed scan stays in hand");
            tried = store.retry();
        }
        disk.mend();
        let found = store.seen(&world::key("k1"), ScanKind::In, &world::bib(&text)).unwrap();
        assert_eq!(found.len(), 1, "{text} is there once");
    }
    assert_eq!(store.digest().unwrap().op_count, before + 22);
    assert_eq!(store.verify().unwrap().problems, []);
}

#[test]
fn two_hundred_kills_lose_nothing() {
    use std::{
        io::{BufRead, BufReader},
        process::{Command, Stdio},
    };
    let temporary = tempfile::tempdir().unwrap();
    let path = temporary.path().join("phone");
    let folder = bibtrail::replica::Folder::new(&path);
    let keys = bibtrail::replica::NewKeys { root: [1; 32], log: [2; 32], nonce: [3; 16] };
    drop(folder.create("Killed", keys).unwrap());
    let mut promised: Vec<String> = Vec::new();
    for run in 0..200_usize {
        let mut child = Command::new(env!("CARGO_BIN_EXE_recorder"))
            .args([path.to_str().unwrap(), &run.to_string()])
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed while it works on some later scan; what it still printed by then counts too.
        promised.extend(lines.by_ref().take(1 + run % 7).map(Result::unwrap));
        child.kill().unwrap();
        promised.extend(lines.map_while(Result::ok));
        child.wait().unwrap();
    }
    let (mut store, _, _) = folder.open().unwrap();
    let bibs: BTreeSet<String> = store.scans().unwrap().iter().map(|s| s.bib.as_str().to_owned()).collect();
    let lost: Vec<&String> = promised.iter().filter(|bib| !bibs.contains(*bib)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert!(promised.len() >= 700, "{} scans were promised", promised.len());
    assert_eq!(store.verify().unwrap().problems, []);
    println!("200 kills, {} confirmed scans, 0 lost", promised.len());
}
