//! `scan`: bibs, one by one, each confirmed when it is durable.
//!
//! Invariant: nothing a volunteer does is refused for being unexpected (unknown bib, seen before, dropped before); it is
//! recorded and said aloud. A line that is no bib at all stops no other.

use bibtrail_clerk::ClerkError;
use bibtrail_core::{
    ids::{Bib, Key},
    op::{Scan, ScanKind, StatusCode},
    race::RaceSetup,
    store::{Confirmed, Store, StoreError},
    time::Reading,
};
use serde::Serialize;

use super::{find_checkpoint, open, tell_mended};
use crate::{Error, args, clock::RaceClock, console::Console, host, replica::Folder};

/// How often a scan that could not be made durable is tried again before the command gives up.
const TRIES: usize = 3;

pub(super) fn scan(args: &args::Scan, console: &mut Console<'_>) -> Result<u8, Error> {
    if args.bibs.is_empty() && !args.stdin {
        return Err(Error::NoBibs);
    }
    let store = open(&args.dir, console)?;
    let race = store.setup()?;
    let checkpoint = checkpoint(&store, &race, args.checkpoint.as_deref())?;
    let folder = Folder::new(&args.dir);
    let mut station = Station {
        folder,
        clock: RaceClock::new(&race),
        store,
        race,
        checkpoint,
        kind: kind(args.kind),
        json: args.json,
    };
    let refused =
        if args.stdin { station.read_lines(console)? } else { station.record_all(&args.bibs, console)? };
    if refused > 0 { Err(Error::Lines(refused)) } else { Ok(crate::OK) }
}

pub(super) fn kind(kind: args::Kind) -> ScanKind {
    match kind {
        args::Kind::In => ScanKind::In,
        args::Kind::Out => ScanKind::Out,
    }
}

fn checkpoint(store: &Store, race: &RaceSetup, given: Option<&str>) -> Result<Key, Error> {
    if let Some(text) = given {
        return find_checkpoint(race, text);
    }
    let own = store.logs()?.into_iter().find(|info| info.log == store.own_log());
    let known = || race.checkpoints.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", ");
    own.and_then(|info| info.enrolment?.checkpoint).ok_or_else(|| Error::WhichCheckpoint(known()))
}

/// A phone at its checkpoint.
struct Station {
    folder: Folder,
    store: Store,
    race: RaceSetup,
    clock: RaceClock,
    checkpoint: Key,
    kind: ScanKind,
    json: bool,
}

/// What is said of one scan.
#[derive(Serialize)]
struct Said<'a> {
    scan: String,
    bib: &'a str,
    name: Option<String>,
    checkpoint: &'a str,
    kind: &'static str,
    time: String,
    warnings: Vec<String>,
}

impl Station {
    fn read_lines(&mut self, console: &mut Console<'_>) -> Result<usize, Error> {
        let (mut refused, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let length = console.input.read_until(b'\n', &mut line).map_err(Error::Output)?;
            if length == 0 {
                return Ok(refused);
            }
            // A barcode scanner may send anything; what is no text becomes a bib that is refused, and named.
            let text = String::from_utf8_lossy(&line).into_owned();
            if !text.trim().is_empty() {
                refused += self.record_line(text.trim(), console)?;
            }
        }
    }

    fn record_all(&mut self, bibs: &[String], console: &mut Console<'_>) -> Result<usize, Error> {
        bibs.iter().try_fold(0, |refused, bib| Ok(refused + self.record_line_as(bib, self.kind, console)?))
    }

    /// `117`, or `117 out`.
    fn record_line(&mut self, text: &str, console: &mut Console<'_>) -> Result<usize, Error> {
        let (bib, kind) = match text.rsplit_once(char::is_whitespace) {
            Some((bib, "in")) => (bib.trim_end(), ScanKind::In),
            Some((bib, "out")) => (bib.trim_end(), ScanKind::Out),
            _ => (text, self.kind),
        };
        self.record_line_as(bib, kind, console)
    }

    /// Says 1 if the text is no bib, after saying why.
    fn record_line_as(
        &mut self,
        text: &str,
        kind: ScanKind,
        console: &mut Console<'_>,
    ) -> Result<usize, Error> {
        let bib = match text {
            "" => Err(ClerkError::EmptyBib),
            "?" => Ok(Bib::default()),
            text => Bib::new(text).map_err(ClerkError::from),
        };
        match bib {
            Ok(bib) => self.record(bib, kind, console).map(|()| 0),
            Err(error) => {
                console.remark(format_args!("✗ not recorded: {error}"));
                Ok(1)
            }
        }
    }

    fn record(&mut self, bib: Bib, kind: ScanKind, console: &mut Console<'_>) -> Result<(), Error> {
        // The time is when the line came, not when the disk was ready.
        let reading = host::reading(self.store.race())?;
        let warnings = match self.warnings(&bib, kind, reading) {
            Err(Error::Store(error)) if error.is_damage() => {
                self.rebuild(&error, console)?;
                self.warnings(&bib, kind, reading)?
            }
            warnings => warnings?,
        };
        let scan = Scan::new(bib.clone(), self.checkpoint.clone(), kind, reading);
        let confirmed = self.confirm(scan, console)?;
        let name = self.store.entrants_with(&bib)?.first().map(|e| e.name.clone());
        let said = Said {
            scan: confirmed.at().to_string(),
            bib: bib.as_str(),
            name,
            checkpoint: self.checkpoint.as_str(),
            kind: kind.as_str(),
            time: self.clock.show_exactly(reading.wall_ms),
            warnings,
        };
        if self.json {
            serde_json::to_writer(console.out(), &said)?;
            console.line("")?;
        } else {
            self.say(&bib, reading, &said, console)?;
        }
        console.flush()?;
        self.store.settle()?;
        self.folder.leave_mark(&self.store);
        Ok(())
    }

    /// Tries until the scan is durable. It keeps its place and its time.
    fn confirm(&mut self, scan: Scan, console: &mut Console<'_>) -> Result<Confirmed, Error> {
        let mut tried = self.store.record(std::slice::from_ref(&scan));
        for _ in 1..TRIES {
            match tried {
                Err(error) if error.is_damage() => {
                    self.rebuild(&error, console)?;
                    tried = self.store.record(std::slice::from_ref(&scan));
                }
                Err(error) if self.store.unconfirmed() > 0 => {
                    console.remark(format_args!("… not confirmed yet, trying again: {error}"));
                    tried = self.store.retry();
                }
                _ => break,
            }
        }
        tried?.last().copied().ok_or(Error::Store(StoreError::Closed))
    }

    /// Capture goes on whatever happens to the database: the journal builds it again, and the scan keeps its time.
    fn rebuild(&mut self, error: &StoreError, console: &mut Console<'_>) -> Result<(), Error> {
        console.remark(format_args!("… {error}"));
        let (store, opened) = self.folder.recover()?;
        tell_mended(self.folder.path(), &opened, true, console);
        self.store = store;
        Ok(())
    }

    fn say(
        &self,
        bib: &Bib,
        reading: Reading,
        said: &Said<'_>,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        let place = self.race.checkpoint(&self.checkpoint).map_or(self.checkpoint.as_str(), |c| &c.name);
        let name = said.name.as_deref().unwrap_or(if bib.is_empty() { "bib comes later" } else { "unknown" });
        let time = self.clock.show(reading.wall_ms);
        console.line(format_args!("✓ {bib:<6} {name} · {place} {} · {time} · {}", said.kind, said.scan))?;
        said.warnings.iter().try_for_each(|warning| console.line(format_args!("  ! {warning}")))
    }

    fn warnings(&self, bib: &Bib, kind: ScanKind, reading: Reading) -> Result<Vec<String>, Error> {
        let mut warnings = Vec::new();
        if bib.is_empty() {
            return Ok(vec!["time only: add the bib with `bibtrail amend`".to_owned()]);
        }
        if bib.is_uncertain() {
            return Ok(vec![
                "not all of the bib could be read: complete it with `bibtrail amend`".to_owned(),
            ]);
        }
        let entrants = self.store.entrants_with(bib)?;
        match entrants.as_slice() {
            [] => warnings.push("nobody entered under this bib (recorded all the same)".to_owned()),
            [entrant] => {
                if let Some(status) = entrant.status.as_ref().filter(|s| s.code != StatusCode::Ok) {
                    warnings.push(format!("said to be {}", status.value()));
                }
            }
            several => warnings.push(format!("worn by {} entrants", several.len())),
        }
        if let Some(last) = self.store.seen(&self.checkpoint, kind, bib)?.last() {
            let ago = bibtrail_core::time::span((reading.wall_ms - last.time_ms) / 1000 * 1000);
            warnings.push(format!("seen here before, {ago} ago"));
        }
        Ok(warnings)
    }
}
