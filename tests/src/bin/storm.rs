//! Plays the finish storm against a `bibtrail serve` of its own, and prints what came of it.
//!
//! Invariant: anything lost, doubled or broken is a failure of this program.

use std::{collections::BTreeMap, process::ExitCode, time::Duration};

use bibtrail_tests::storm::{self, Plan, Report};
use clap::Parser;

/// Phones that were alone all day bring everything to headquarters at one moment
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run --release -p bibtrail-tests --bin storm
  cargo run --release -p bibtrail-tests --bin storm -- --kills 3
  cargo run --release -p bibtrail-tests --bin storm -- --viewers 5000 --streams 1000
  cargo run --release -p bibtrail-tests --bin storm -- --processes 4 --postgres --kills 3 --database-kills 1")]
struct Args {
    #[command(flatten)]
    plan: Plan,
}

#[allow(clippy::print_stdout, clippy::unwrap_used, reason = "a program's output; a failure is a panic")]
fn main() -> ExitCode {
    let Args { plan } = Args::parse();
    let command = std::env::current_exe().unwrap().with_file_name("command");
    let root = tempfile::tempdir().unwrap();
    let Some(report) = storm::play(plan, &command, root.path()) else { return ExitCode::FAILURE };
    println!("{plan:?}");
    println!("whole storm {:.1} s; {} kills", report.whole.as_secs_f64(), report.kills);
    for percent in [50, 90, 99, 100] {
        println!(
            "{percent} % of {} pushes within {:.2} s",
            report.pushes.len(),
            report.percentile(percent).as_secs_f64()
        );
    }
    println!(
        "{} links failed and were tried again; a server's peak memory {} MiB",
        report.failed,
        report.peak_kb / 1024
    );
    tell_used(&report);
    println!(
        "{} scans held, {} lost, {} doubled, {} problems, {} different replicas",
        report.held, report.lost, report.doubled, report.problems, report.digests
    );
    let all = usize::try_from(plan.phones * plan.scans).unwrap();
    let is_well =
        (report.held, report.lost, report.doubled, report.problems, report.digests) == (all, 0, 0, 0, 1);
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Who looked, and whose processor time it took.
#[allow(clippy::print_stdout, reason = "a program's output")]
fn tell_used(report: &Report) {
    let looked = &report.looked;
    if !looked.answers.is_empty() {
        println!(
            "{} answers to viewers, {} of them that nothing changed: p50 {:.3} s, p99 {:.3} s; {} failed; {} pictures told",
            looked.answers.len(),
            looked.unchanged,
            looked.percentile(50).as_secs_f64(),
            looked.percentile(99).as_secs_f64(),
            looked.failed,
            looked.told
        );
    }
    let seconds =
        |of: &BTreeMap<String, Duration>, name: &str| of.get(name).copied().unwrap_or_default().as_secs_f64();
    let (server, viewers) = (|name: &str| seconds(&report.used, name), seconds(&report.used_here, "crowd"));
    println!(
        "processor: server {:.1} s (keeper {:.1}, painter {:.1}, http {:.1}, the rest for phones' links), phones {:.1} s, viewers {:.1} s",
        server(""),
        server("keeper"),
        server("painter"),
        server("http"),
        seconds(&report.used_here, "") - viewers,
        viewers
    );
    let floor = report.floor.of(report.pushes.len(), 2);
    println!(
        "floor: {:.2} ms a handshake, both sides; {:.1} s to take all in; on two cores {:.1} s; p99 is {:.1} times that",
        report.floor.handshake.as_secs_f64() * 1000.0,
        report.floor.take.as_secs_f64(),
        floor.as_secs_f64(),
        report.percentile(99).as_secs_f64() / floor.as_secs_f64()
    );
}
