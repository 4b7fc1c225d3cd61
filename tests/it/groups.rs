//! Many calls in one commit, as a server makes it: power cuts, failing devices, and what a failed group leaves.
//!
//! Invariant: what was said after a group is there; a control that says it inside the group loses.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    op::{Entity, ScanKind, field},
    store::{Durability, Store, StoreError},
};
use bibtrail_tests::{
    disk::{Disk, Event, Fault, Files, images},
    world::{self, identity, scan},
};

const ROUNDS: usize = 24;

/// What phones bring, round by round: bundles of scans `p{round}-{phone}`.
fn brought(store: &mut Store) -> Result<Vec<Vec<Vec<u8>>>, StoreError> {
    let race = store.bundle(&BTreeMap::new())?;
    let mut rounds = Vec::new();
    let mut phones = Vec::new();
    for n in 0..3_u64 {
        let disk = Disk::default();
        let vfs = disk.register();
        phones.push((world::join(disk.place(&vfs, Durability::Off), 50 + n, &race)?, BTreeMap::new()));
    }
    for round in 0..ROUNDS {
        let mut bundles = Vec::new();
        for (n, (phone, since)) in phones.iter_mut().enumerate() {
            phone.record(&[scan(&format!("p{round}-{n}"), "k2", ScanKind::In, round as i64 * 1000)])?;
            bundles.push(phone.bundle(since)?);
            *since = phone.heads()?;
        }
        rounds.push(bundles);
    }
    Ok(rounds)
}

/// All that a round is to leave behind.
fn bibs_of(round: usize) -> Vec<String> {
    let phones = (0..3).map(|n| format!("p{round}-{n}"));
    phones.chain([format!("b{round}"), format!("c{round}")]).collect()
}

/// One round: three phones bring something, headquarters records twice in between.
fn work(store: &mut Store, round: usize, bundles: &[Vec<u8>]) -> Result<(), StoreError> {
    let at = store.record(&[scan(&format!("b{round}"), "k1", ScanKind::In, round as i64 * 1000)])?[0].at();
    store.merge(&bundles[0])?;
    if round.is_multiple_of(3) {
        store.put(Entity::Scan(at), vec![(field::NOTE, "rain".into())], None)?;
    }
    store.settle()?;
    store.merge(&bundles[1])?;
    store.record(&[scan(&format!("c{round}"), "k1", ScanKind::Out, round as i64 * 1000)])?;
    store.merge(&bundles[2]).map(drop)
}

/// A day of groups; users are told after each, or inside it.
fn day(disk: &Disk, tells_early: bool) -> Result<(), StoreError> {
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 3)?;
    for (round, bundles) in brought(&mut store)?.iter().enumerate() {
        store.together(|store| {
            let done = work(store, round, bundles);
            if tells_early {
                disk.acknowledge(round + 1);
            }
            done
        })??;
        disk.acknowledge(round + 1);
    }
    Ok(())
}

/// Scans that were promised and are not there once, and what `verify` finds, in what a disk holds.
fn look(disk: &Disk, vfs: &str, promised: usize) -> (Vec<String>, usize) {
    let (mut store, _) = Store::open(disk.place(vfs, Durability::Full), identity(0)).unwrap();
    let held: BTreeSet<String> =
        store.scans().unwrap().iter().map(|scan| scan.bib.as_str().to_owned()).collect();
    let lost = (0..promised).flat_map(bibs_of).filter(|bib| !held.contains(bib)).collect();
    (lost, store.verify().unwrap().problems.len())
}

fn cut_everywhere(tells_early: bool) -> (usize, usize) {
    let disk = Disk::default();
    day(&disk, tells_early).unwrap();
    let after = Disk::default();
    let vfs = after.register();
    let (mut cuts, mut lost) = (0, 0);
    images(&Files::new(), &disk.events(), false, 4, |files, promised, _| {
        if promised > 0 {
            after.load(files);
            let (missing, problems) = look(&after, &vfs, promised);
            assert_eq!(problems, 0, "{promised} rounds promised");
            (cuts, lost) = (cuts + 1, lost + usize::from(!missing.is_empty()));
        }
    });
    (cuts, lost)
}

#[test]
fn no_power_cut_loses_what_a_group_took() {
    let (cuts, lost) = cut_everywhere(false);
    assert!(cuts > 300 && lost == 0, "{lost} of {cuts}");
    println!("{cuts} power cuts, none lost");
    let (cuts, lost) = cut_everywhere(true);
    println!("control, told inside the group: {lost} of {cuts} lose");
    assert!(lost > 0, "the control must lose, or this test sees nothing");
}

#[test]
fn a_group_waits_for_the_disk_twice() {
    let disk = Disk::default();
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 3).unwrap();
    let rounds = brought(&mut store).unwrap();
    let syncs = || disk.events().iter().filter(|event| matches!(event, Event::Sync(_))).count();
    let before = syncs();
    store
        .together(|store| rounds.iter().enumerate().try_for_each(|(n, round)| work(store, n, round)))
        .unwrap()
        .unwrap();
    // The journal and the WAL; a checkpoint of the WAL may follow.
    assert!((2..=4).contains(&(syncs() - before)), "{}", syncs() - before);
    let before = syncs();
    store.together(|store| store.digest().map(drop)).unwrap().unwrap();
    assert_eq!(syncs(), before, "what only reads waits for nothing");
}

#[test]
fn a_failed_group_leaves_nothing_and_its_own_operations_come_again() {
    let clean = Disk::default();
    day(&clean, false).unwrap();
    let first = {
        let disk = Disk::default();
        let vfs = disk.register();
        drop(world::director(disk.place(&vfs, Durability::Full), 3).unwrap());
        disk.calls()
    };
    let mut failures = 0;
    for fault in [Fault::Full, Fault::Device] {
        for call in (first + 1..clean.calls()).step_by(5) {
            let disk = Disk::default();
            let vfs = disk.register();
            let mut store = world::director(disk.place(&vfs, Durability::Full), 3).unwrap();
            let rounds = brought(&mut store).unwrap();
            disk.fail(call, fault, false);
            for (round, bundles) in rounds.iter().enumerate() {
                let done = store.together(|store| work(store, round, bundles));
                if done.is_ok_and(|done| done.is_ok()) {
                    continue;
                }
                failures += 1;
                disk.mend();
                // What was its own stays in hand; what others brought they bring again.
                store.retry().unwrap();
                store
                    .together(|store| bundles.iter().try_for_each(|b| store.merge(b).map(drop)))
                    .unwrap()
                    .unwrap();
                for (bib, kind) in [(format!("b{round}"), ScanKind::In), (format!("c{round}"), ScanKind::Out)]
                {
                    let seen = store.seen(&world::key("k1"), kind, &world::bib(&bib)).unwrap().len();
                    assert!(seen <= 1, "{bib} is there {seen} times");
                    if seen == 0 {
                        // It was never given a place: the call before it failed.
                        store.record(&[scan(&bib, "k1", kind, round as i64 * 1000)]).unwrap();
                    }
                }
            }
            assert_eq!(store.verify().unwrap().problems, [], "{fault:?} at call {call}");
            drop(store);
            let (lost, problems) = look(&disk, &vfs, ROUNDS);
            assert_eq!((lost, problems), (vec![], 0), "{fault:?} at call {call}");
        }
    }
    assert!(failures > 50, "only {failures} faults were noticed");
    println!("{failures} failed groups, nothing lost, nothing twice");
}
