//! The command `bibtrail`.
//!
//! Invariant: everything happens in the library, so that tests run it in their own process.

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
