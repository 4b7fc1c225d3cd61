//! The command in a process of its own, for tests that need a second process.
//!
//! Invariant: the same code as the `bibtrail` that people run.

use std::process::ExitCode;

fn main() -> ExitCode {
    let code = bibtrail::run(
        std::env::args_os(),
        &mut std::io::stdin().lock(),
        &mut std::io::stdout().lock(),
        // Not locked: a server's threads write lines of their own.
        &mut std::io::stderr(),
    );
    ExitCode::from(code)
}
