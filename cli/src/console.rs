//! What a command reads from and writes to.
//!
//! Invariant: results go to the output, everything else (warnings, progress) to the error stream.

use std::io::{BufRead, Write};

use indicatif::{ProgressBar, ProgressDrawTarget};
use serde::Serialize;

use crate::Error;

/// The streams of one run.
pub(crate) struct Console<'a> {
    pub(crate) input: &'a mut dyn BufRead,
    out: &'a mut dyn Write,
    err: &'a mut dyn Write,
}

impl<'a> Console<'a> {
    pub(crate) fn new(input: &'a mut dyn BufRead, out: &'a mut dyn Write, err: &'a mut dyn Write) -> Self {
        Self { input, out, err }
    }

    pub(crate) fn line(&mut self, text: impl std::fmt::Display) -> Result<(), Error> {
        Ok(writeln!(self.out, "{}", printable(&text.to_string()))?)
    }

    pub(crate) fn flush(&mut self) -> Result<(), Error> {
        Ok(self.out.flush()?)
    }

    pub(crate) fn out(&mut self) -> &mut dyn Write {
        &mut *self.out
    }

    pub(crate) fn json(&mut self, value: &impl Serialize) -> Result<(), Error> {
        // Whether the reader went away or the disk is full is the output's error, not the JSON's.
        let text = serde_json::to_string_pretty(value)?;
        write!(self.out, "{text}")?;
        self.line("")
    }

    /// A picture made of characters, in place of the one before.
    pub(crate) fn picture(&mut self, text: &str) -> Result<(), Error> {
        // To the top left corner, and clear what is below.
        write!(self.out, "\x1b[H\x1b[J{text}")?;
        Ok(self.out.flush()?)
    }

    /// Something that moves while work goes on; where nobody looks, nothing.
    pub(crate) fn spinner(&self) -> ProgressBar {
        let bar = ProgressBar::new_spinner();
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar
    }

    /// A remark for the person at the screen. That it may find no reader is no reason to stop.
    pub(crate) fn remark(&mut self, text: impl std::fmt::Display) {
        let _written = writeln!(self.err, "{}", printable(&text.to_string()));
    }

    pub(crate) fn complain(&mut self, error: &Error) {
        self.remark(format_args!("bibtrail: {error}"));
    }
}

/// Names and notes come from other people's phones: what would steer the terminal is not passed on.
fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || *c == '\n').collect()
}
