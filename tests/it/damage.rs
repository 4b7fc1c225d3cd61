//! Damaged files: every damage is noticed or proven harmless, and every confirmed scan comes back.
//!
//! Invariant: what comes back is compared with the replica before the damage, digest by digest.

use bibtrail_core::{
    op::ScanKind,
    store::{Durability, Store},
};
use bibtrail_tests::{
    disk::{DATABASE, Disk, Files, JOURNAL},
    world::{self, identity, scan},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const TRIALS: usize = 1_000;

/// A replica with 120 confirmed scans, its files as they stand while the app runs, and its digest.
fn replica() -> (Files, String) {
    let disk = Disk::default();
    let vfs = disk.register();
    let mut store = world::director(disk.place(&vfs, Durability::Full), 30).unwrap();
    for n in 0..120 {
        store.record(&[scan(&(n % 40).to_string(), "k1", ScanKind::In, n * 1000)]).unwrap();
        if n == 60 {
            // Half of it in the database proper, half in the WAL.
            drop(store);
            (store, _) = Store::open(disk.place(&vfs, Durability::Full), identity(0)).unwrap();
        }
    }
    let digest = format!("{:?}", store.digest().unwrap());
    (disk.files(), digest)
}

/// What a trial came to.
#[derive(Debug, Default)]
struct Tally {
    noticed: usize,
    harmless: usize,
}

#[test]
fn a_thousand_damaged_databases() {
    let (files, digest) = replica();
    let wal = format!("{DATABASE}-wal");
    let disk = Disk::default();
    let vfs = disk.register();
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut tally = Tally::default();
    for trial in 0..TRIALS {
        let target = [DATABASE, wal.as_str(), JOURNAL][rng.random_range(0..3)];
        let mut damaged = files.clone();
        let how = damage(&mut damaged, target, &mut rng);
        disk.load(damaged);
        let store = open_or_mend(&disk, &vfs, &mut tally);
        let mut store = store.unwrap_or_else(|error| panic!("trial {trial}, {target} {how}: {error}"));
        let found = store.verify().unwrap().problems;
        assert_eq!(
            format!("{:?} {found:?}", store.digest().unwrap()),
            format!("{digest} []"),
            "trial {trial}, {target} {how}"
        );
    }
    println!("{TRIALS} damages: {} noticed, {} proven harmless, 0 scans lost", tally.noticed, tally.harmless);
    assert!(tally.noticed > TRIALS / 2, "{tally:?}");
}

fn damage(files: &mut Files, target: &str, rng: &mut ChaCha8Rng) -> &'static str {
    let Some(file) = files.get_mut(target) else { return "absent" };
    match rng.random_range(0..5) {
        0 => {
            files.remove(target);
            "deleted"
        }
        1 => {
            file.truncate(rng.random_range(0..file.len()));
            "truncated"
        }
        2 => {
            let page = rng.random_range(0..file.len() / 512) * 512;
            file[page..page + 512].fill(0);
            "sector zeroed"
        }
        _ => {
            for _ in 0..rng.random_range(1..=64) {
                let at = rng.random_range(0..file.len());
                file[at] ^= 1 << rng.random_range(0..8);
            }
            "bits flipped"
        }
    }
}

/// What the command does: open, verify, and let the whole copy mend the damaged one.
fn open_or_mend(
    disk: &Disk,
    vfs: &str,
    tally: &mut Tally,
) -> Result<Store, bibtrail_core::store::StoreError> {
    let place = || disk.place(vfs, Durability::Full);
    let Ok((mut store, opened)) = Store::open(place(), identity(0)) else {
        tally.noticed += 1;
        return recover(disk, vfs);
    };
    let verified = store.verify();
    let is_whole = verified.as_ref().is_ok_and(|found| found.problems.is_empty());
    if is_whole && opened == bibtrail_core::store::Opened::default() {
        // Bytes that mean nothing: the caller proves that all is as before.
        tally.harmless += 1;
        return Ok(store);
    }
    tally.noticed += 1;
    match verified {
        Ok(found) if found.problems.is_empty() => Ok(store),
        Ok(found) if !found.database_is_damaged() => store.mend_journal().map(|()| store),
        _ => {
            drop(store);
            recover(disk, vfs)
        }
    }
}

fn recover(disk: &Disk, vfs: &str) -> Result<Store, bibtrail_core::store::StoreError> {
    let mut files = disk.files();
    files.retain(|name, _| name == JOURNAL);
    disk.load(files);
    Store::recover(disk.place(vfs, Durability::Full), identity(0)).map(|(store, _)| store)
}

#[test]
fn the_journal_of_another_race_is_not_touched() {
    let (files, _) = replica();
    let other = Disk::default();
    let vfs = other.register();
    let place = other.place(&vfs, Durability::Full);
    drop(Store::create(place, identity(4), "Another Race", world::log(5), [1; 16]).unwrap());
    let mut mixed = files;
    mixed.insert(JOURNAL.to_owned(), other.files()[JOURNAL].clone());
    let disk = Disk::with(mixed.clone());
    let vfs = disk.register();
    let opened = Store::open(disk.place(&vfs, Durability::Full), identity(0));
    let expected = "the journal beside the database belongs to another race. Put the right file back; nothing was changed";
    assert_eq!(opened.err().map(|error| error.to_string()).as_deref(), Some(expected));
    assert_eq!(disk.files()[JOURNAL], mixed[JOURNAL]);
}

/// A damaged header must not look like another race's, nor be believed.
#[test]
fn every_bit_of_the_journals_header() {
    let (files, digest) = replica();
    let disk = Disk::default();
    let vfs = disk.register();
    for bit in 0..64 * 8 {
        let mut damaged = files.clone();
        damaged.get_mut(JOURNAL).unwrap()[bit / 8] ^= 1 << (bit % 8);
        disk.load(damaged);
        let (mut store, opened) = Store::open(disk.place(&vfs, Durability::Full), identity(0)).unwrap();
        assert!(opened.journal_rewritten, "bit {bit}");
        assert_eq!(format!("{:?}", store.digest().unwrap()), digest, "bit {bit}");
        assert_eq!(store.verify().unwrap().problems, [], "bit {bit}");
    }
}
