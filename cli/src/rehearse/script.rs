//! The script of a rehearsal: a race, its entrants, and what is known to have happened.
//!
//! Invariant: every split names a checkpoint of the race.

use std::path::PathBuf;

use bibtrail_core::{
    ids::{Bib, Key},
    op::{ScanKind, Status, StatusCode},
    race::RaceSetup,
};

use bibtrail_formats::read::{
    entrants::{self, EntrantRow},
    race_file,
    splits::{self, SplitKind, SplitRow},
};

use crate::Error;

/// A race whose truth is known.
pub struct Script {
    /// The race.
    pub setup: RaceSetup,
    /// Its entrants.
    pub entrants: Vec<EntrantRow>,
    /// Who passed where, in the order of the file.
    pub passings: Vec<Passed>,
    /// What was said of runners.
    pub statuses: Vec<(Bib, Status)>,
}

/// One true passing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passed {
    /// Whose.
    pub bib: Bib,
    /// Where.
    pub checkpoint: Key,
    /// Which way.
    pub kind: ScanKind,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
}

impl Script {
    /// Reads the three files of a script; each comes with its name, for errors.
    ///
    /// # Errors
    /// When one of them is refused, or they do not fit each other.
    pub fn read(
        race: (&PathBuf, &[u8]),
        entrants: (&PathBuf, &[u8]),
        splits: (&PathBuf, &[u8]),
    ) -> Result<Self, Error> {
        let path = |path: &PathBuf| path.clone();
        let setup = race_file::parse(race.1);
        let setup = setup.map_err(|source| Error::RaceFile { path: path(race.0), source })?;
        let rows = entrants::parse(entrants.1, entrants::Encoding::Utf8);
        let rows = rows.map_err(|source| Error::Entrants { path: path(entrants.0), source })?.rows;
        let rows_of_splits = splits::parse(splits.1, setup.start_ms);
        let splits = rows_of_splits.map_err(|source| Error::Splits { path: path(splits.0), source })?;
        let mut script = Self { setup, entrants: rows, passings: Vec::new(), statuses: Vec::new() };
        splits.iter().try_for_each(|split| script.take(split))?;
        Ok(script)
    }

    fn take(&mut self, split: &SplitRow) -> Result<(), Error> {
        let bib = Bib::new(&split.bib)?;
        let checkpoint = split.checkpoint.as_deref().map(|text| {
            let found = self.setup.find_checkpoint(text).map(|c| c.key.clone());
            found.ok_or_else(|| Error::SplitCheckpoint { line: split.line, given: text.to_owned() })
        });
        let checkpoint = checkpoint.transpose()?;
        let kind = match split.kind {
            SplitKind::In => ScanKind::In,
            SplitKind::Out => ScanKind::Out,
            status => {
                self.statuses.push((bib, Status { code: code(status), checkpoint }));
                return Ok(());
            }
        };
        if let (Some(checkpoint), Some(time_ms)) = (checkpoint, split.time_ms) {
            self.passings.push(Passed { bib, checkpoint, kind, time_ms });
        }
        Ok(())
    }
}

fn code(kind: SplitKind) -> StatusCode {
    match kind {
        SplitKind::Dns => StatusCode::Dns,
        SplitKind::Dnf => StatusCode::Dnf,
        SplitKind::Dsq => StatusCode::Dsq,
        SplitKind::Otl => StatusCode::Otl,
        SplitKind::In | SplitKind::Out => StatusCode::Ok,
    }
}
