//! Plays the finish storm against a `bibtrail serve` of its own, and prints what came of it.
//!
//! Invariant: anything lost, doubled or broken is a failure of this program.

use std::process::ExitCode;

use bibtrail_tests::storm::{self, Plan};
use clap::Parser;

/// Phones that were alone all day bring everything to headquarters at one moment
#[derive(Parser)]
#[command(after_help = "Examples:
  cargo run --release -p bibtrail-tests --bin storm
  cargo run --release -p bibtrail-tests --bin storm -- --kills 3
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
    println!(
        "{} scans held, {} lost, {} doubled, {} problems, {} different replicas",
        report.held, report.lost, report.doubled, report.problems, report.digests
    );
    let all = usize::try_from(plan.phones * plan.scans).unwrap();
    let is_well =
        (report.held, report.lost, report.doubled, report.problems, report.digests) == (all, 0, 0, 0, 1);
    if is_well { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
