//! The simulator within the test run: two thousand worlds, and the same world twice.
//!
//! Invariant: a failure names its seed, and the seed is enough (`simulate --seeds 1 --first-seed N --trace`).

use std::sync::{
    Mutex,
    atomic::{AtomicU64, Ordering},
};

use bibtrail_tests::sim::{self, Disks, Options};

const SEEDS: u64 = 2000;

#[test]
fn two_thousand_worlds_in_which_everything_goes_wrong() {
    let (next, failures) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let (confirmed, converged) = (AtomicU64::new(0), AtomicU64::new(0));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut disks = Disks::new();
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= SEEDS || !failures.lock().unwrap().is_empty() {
                        return;
                    }
                    let report = sim::run(&mut disks, seed, Options { keep_trace: false });
                    confirmed.fetch_add(report.confirmed as u64, Ordering::Relaxed);
                    converged.fetch_add(report.sessions.1 as u64, Ordering::Relaxed);
                    failures.lock().unwrap().extend(report.broken.map(|broken| (seed, broken)));
                }
            });
        }
    });
    assert_eq!(failures.into_inner().unwrap(), []);
    // Worlds in which nobody scans or meets would prove nothing.
    assert!(confirmed.into_inner() > 50 * SEEDS && converged.into_inner() > 15 * SEEDS);
}

#[test]
fn the_same_seed_is_the_same_world() {
    let mut disks = Disks::new();
    for seed in 0..20 {
        let mut play = || sim::run(&mut disks, seed, Options { keep_trace: true });
        let (first, second) = (play(), play());
        assert_eq!(first.trace, second.trace, "seed {seed}");
        assert_eq!(first.trace_hash, second.trace_hash, "seed {seed}");
    }
}
