//! The command `bibtrail`: a replica of a race living in a folder.
//!
//! Invariant: a command either does what it says or says what stopped it and ends non-zero; it never leaves a replica
//! half changed. Everything is reachable through [`run`], so tests drive it without a process.

mod args;
mod command;
mod console;
pub mod demo;
mod error;
mod fonts;
pub mod host;
mod lines;
pub mod rehearse;
pub mod replica;
mod setup;
mod table;

use std::{
    ffi::OsString,
    io::{BufRead, Write},
};

use clap::Parser;

pub use error::Error;

use bibtrail_clerk::clock;

use console::Console;

/// Ended well.
pub const OK: u8 = 0;
/// Something did not work, or was found to be wrong.
pub const FAILED: u8 = 1;
/// The command line is not understood.
pub const USAGE: u8 = 2;

/// Runs one command line. Gives the exit code.
pub fn run(
    args: impl IntoIterator<Item = OsString>,
    input: &mut dyn BufRead,
    out: &mut dyn Write,
    err: &mut dyn Write,
) -> u8 {
    let args = match args::Args::try_parse_from(args) {
        Ok(args) => args,
        Err(error) => return usage(&error, out, err),
    };
    let mut console = Console::new(input, out, err);
    match command::run(args.command, &mut console) {
        Ok(code) => code,
        // The reader went away (`| head`): nothing is wrong.
        Err(Error::Output(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => OK,
        Err(error) => {
            console.complain(&error);
            FAILED
        }
    }
}

/// Help and version go to the output and are no failure; anything else is one.
fn usage(error: &clap::Error, out: &mut dyn Write, err: &mut dyn Write) -> u8 {
    let is_failure = error.use_stderr();
    let text = error.render();
    // With nowhere to write, the exit code is all there is to say.
    let _written = if is_failure { write!(err, "{text}") } else { write!(out, "{text}") };
    if is_failure { USAGE } else { OK }
}
