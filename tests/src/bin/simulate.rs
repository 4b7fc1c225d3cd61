//! Plays the simulator, seed after seed, until something breaks or all have passed.
//!
//! Invariant: the first seed that breaks a checker is named with its trace, and the exit code says so.

use std::{
    process::ExitCode,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bibtrail_tests::sim::{self, Disks, Options, Report};
use clap::Parser;

/// Phones, couriers and headquarters under virtual time, with everything that can go wrong.
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run --release -p bibtrail-tests --bin simulate -- --seeds 2000
  cargo run --release -p bibtrail-tests --bin simulate -- --seeds 1 --first-seed 4711 --trace")]
struct Args {
    /// How many seeds
    #[arg(long, default_value_t = 2000)]
    seeds: u64,
    /// The first of them
    #[arg(long, default_value_t = 0)]
    first_seed: u64,
    /// Print what happens
    #[arg(long)]
    trace: bool,
}

#[allow(clippy::print_stdout, reason = "a program's output")]
fn main() -> ExitCode {
    let args = Args::parse();
    let next = AtomicU64::new(args.first_seed);
    let (end, has_broken) = (args.first_seed + args.seeds, AtomicBool::new(false));
    let found: Mutex<Option<(u64, Report)>> = Mutex::new(None);
    let totals = [const { AtomicU64::new(0) }; 3];
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                let mut disks = Disks::new();
                while !has_broken.load(Ordering::Relaxed) {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let report = sim::run(&mut disks, seed, Options { keep_trace: args.trace });
                    if args.trace {
                        report.trace.iter().for_each(|line| println!("{line}"));
                        println!("seed {seed}: trace {}", report.trace_hash);
                    }
                    totals[0].fetch_add(report.confirmed as u64, Ordering::Relaxed);
                    totals[1].fetch_add(report.sessions.0 as u64, Ordering::Relaxed);
                    totals[2].fetch_add(report.sessions.1 as u64, Ordering::Relaxed);
                    if report.broken.is_some() {
                        has_broken.store(true, Ordering::Relaxed);
                        let mut found = found.lock().unwrap_or_else(PoisonError::into_inner);
                        if found.as_ref().is_none_or(|(other, _)| seed < *other) {
                            *found = Some((seed, report));
                        }
                    }
                }
            });
        }
    });
    let [confirmed, sessions, converged] = totals.map(AtomicU64::into_inner);
    let Some((seed, _)) = found.into_inner().unwrap_or_else(PoisonError::into_inner) else {
        println!(
            "{} seeds: all checkers hold ({confirmed} scans confirmed, {sessions} sessions, {converged} converged)",
            args.seeds
        );
        return ExitCode::SUCCESS;
    };
    let report = sim::run(&mut Disks::new(), seed, Options { keep_trace: true });
    report.trace.iter().for_each(|line| println!("{line}"));
    match report.broken {
        Some(broken) => println!("seed {seed}: checker {}: {}", broken.checker, broken.what),
        None => println!("seed {seed} broke once and not again: the world is not a function of its seed"),
    }
    println!("play it again: simulate --seeds 1 --first-seed {seed} --trace");
    ExitCode::FAILURE
}
