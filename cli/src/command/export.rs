//! `export`: results and records in the formats of others (docs/formats-out.md).
//!
//! Invariant: a file is written whole or not at all, and never over another unless asked. Results with values in conflict
//! leave this command only marked as provisional.

use std::path::Path;

use bibtrail_core::{
    op::{Entity, field_name},
    race::RaceSetup,
    results::{Results, results},
    store::{Conflict, Store},
};
use bibtrail_formats::write::{self, Carries, Format, Open, Options, Outcome, Records, Wanted, Written};
use jiff::Timestamp;
use serde_json::json;

use super::{
    exchange::{write_new, write_whole},
    find_checkpoint, open,
    standings::known_and_open,
};
use crate::{Error, args, console::Console, table::table};

/// So many items are named one by one; `--json` names all.
const NAMED: usize = 20;

pub(super) fn export(args: &args::Export, console: &mut Console<'_>) -> Result<u8, Error> {
    let (Some(dir), Some(name), Some(output)) = (&args.dir, &args.format, &args.output) else {
        return list(args, console);
    };
    let format = Format::parse(name).ok_or_else(|| Error::NoFormat(name.clone()))?;
    let to_output = output.as_os_str() == "-";
    if to_output && args.json {
        return Err(Error::TwoOutputs);
    }
    if !to_output && output.exists() && !args.force {
        return Err(Error::Exists(output.clone()));
    }
    let store = open(dir, console)?;
    let choice = Choice::of(args, format, &store)?;
    let report = choice.write(args, &store)?;
    if let Some(written) = &report.written {
        match (to_output, args.force) {
            (true, _) => console.out().write_all(&written.bytes)?,
            (false, true) => write_whole(output, &written.bytes)?,
            (false, false) => write_new(output, &written.bytes)?,
        }
    }
    report.tell(args, output, format, console)?;
    match report.written {
        Some(_) => Ok(crate::OK),
        None if args.json => Ok(crate::FAILED),
        None => Err(Error::Unresolved(report.conflicts.len())),
    }
}

fn list(args: &args::Export, console: &mut Console<'_>) -> Result<u8, Error> {
    let carries = |format: Format| match format.carries() {
        Carries::Results => "results",
        Carries::Records => "records",
    };
    if args.json {
        let all: Vec<_> = Format::ALL
            .map(|f| json!({ "format": f.name(), "carries": carries(f), "about": f.about() }))
            .into();
        console.json(&all)?;
        return Ok(crate::OK);
    }
    let mut shown = table(&["Format", "Of", "What it is"]);
    for format in Format::ALL {
        shown.add_row([format.name(), carries(format), format.about()]);
    }
    console.line(shown)?;
    Ok(crate::OK)
}

/// What is asked for, checked against the race.
struct Choice {
    format: Format,
    setup: RaceSetup,
    course: Option<String>,
    checkpoint: Option<String>,
}

/// What became of it.
struct Report {
    written: Option<Written>,
    conflicts: Vec<String>,
    open: Vec<String>,
}

impl Choice {
    fn of(args: &args::Export, format: Format, store: &Store) -> Result<Self, Error> {
        let setup = store.setup()?;
        let course = args.course.as_ref().map(|given| find_course(&setup, given)).transpose()?;
        let keys = || setup.courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>();
        let course = match course {
            None if format.is_of_one_course() && setup.courses.len() > 1 => {
                return Err(Error::WhichCourse { format: format.name(), known: keys().join(", ") });
            }
            course => course,
        };
        let checkpoint = args.checkpoint.as_ref().map(|given| find_checkpoint(&setup, given)).transpose()?;
        if format.is_of_one_checkpoint() && checkpoint.is_none() {
            let known = setup.checkpoints.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", ");
            return Err(Error::WhichCheckpoint(known));
        }
        Ok(Self { format, setup, course, checkpoint: checkpoint.map(|key| key.to_string()) })
    }

    fn write(&self, args: &args::Export, store: &Store) -> Result<Report, Error> {
        let options = Options {
            now_ms: Timestamp::now().as_millisecond(),
            has_mark: args.bom,
            is_utf8: args.utf8,
            bib_heading: Some(args.bib_heading.clone()),
            event: args.event,
            station: args.station.clone(),
            is_strict: args.strict,
        };
        let (known, still_open) = known_and_open(store)?;
        let results = results(&known);
        match self.format.carries() {
            Carries::Results => self.results((args.provisional, &still_open), store, &results, &options),
            Carries::Records => self.records(args.raw, store, &results, &options),
        }
    }

    fn results(
        &self,
        (is_provisional, still_open): (bool, &Open),
        store: &Store,
        results: &Results,
        options: &Options,
    ) -> Result<Report, Error> {
        let conflicts: Vec<String> =
            store.conflicts()?.iter().filter(|c| self.contains(c, store, results)).map(tell).collect();
        let mut outcome = Outcome::of(&self.setup, results, still_open, self.course.as_deref());
        let newer = store.unread()?.len();
        if newer > 0 {
            outcome.open.push(format!("{newer} records need a newer app, so results may be incomplete"));
        }
        let open = outcome.open.clone();
        if !conflicts.is_empty() && !is_provisional {
            return Ok(Report { written: None, conflicts, open });
        }
        outcome.open.splice(0..0, conflicts.iter().cloned());
        outcome.is_provisional = is_provisional;
        let written = write::results(self.format, &outcome, options)?;
        Ok(Report { written: Some(written), conflicts, open })
    }

    fn records(
        &self,
        is_raw: bool,
        store: &Store,
        results: &Results,
        options: &Options,
    ) -> Result<Report, Error> {
        let wanted =
            Wanted { course: self.course.as_deref(), checkpoint: self.checkpoint.as_deref(), is_raw };
        let records = Records::of(&self.setup, results, &store.scans()?, wanted);
        let mut written = write::records(self.format, &records, options)?;
        if records.unapproved > 0 {
            written.left_out.push(format!(
                "{} scans by phones that nobody approved: they count for nothing (bibtrail approve)",
                records.unapproved
            ));
        }
        if records.timeless > 0 {
            written.left_out.push(format!(
                "{} scans copied from records that tell no time: set it with `bibtrail amend`",
                records.timeless
            ));
        }
        Ok(Report { written: Some(written), conflicts: Vec::new(), open: Vec::new() })
    }

    /// Whether a conflict may change what the file says. Where that is not plain, it may.
    fn contains(&self, conflict: &Conflict, store: &Store, results: &Results) -> bool {
        let Some(key) = self.course.as_deref() else { return !matches!(conflict.entity, Entity::Finding(_)) };
        let Some(course) = results.courses.iter().find(|c| c.course.key.as_str() == key) else { return true };
        let is_on_course = |checkpoint: &bibtrail_core::ids::Key| {
            course.course.visits.iter().any(|visit| visit.checkpoint == *checkpoint)
        };
        match &conflict.entity {
            Entity::Finding(_) => false,
            Entity::Race | Entity::Bib(_) => true,
            Entity::Course(other) => other.as_str() == key,
            Entity::Checkpoint(checkpoint) => is_on_course(checkpoint),
            // Which of the values in conflict is right decides where it counts, so its own checkpoint does not.
            Entity::Scan(at) => {
                let scan = store.scan(*at).ok().flatten();
                conflict.field == bibtrail_core::op::field::CHECKPOINT
                    || scan.is_none_or(|scan| is_on_course(&scan.checkpoint))
            }
            Entity::Entrant(id) => {
                let is_theirs = |runner: &bibtrail_core::results::Runner| {
                    runner.entrant.as_ref().is_some_and(|entrant| entrant.id == *id)
                };
                conflict.field == bibtrail_core::op::field::COURSE
                    || conflict.field == bibtrail_core::op::field::BIB
                    || course.runners.iter().any(|runner| is_theirs(runner))
            }
        }
    }
}

/// The course that a person means.
fn find_course(setup: &RaceSetup, given: &str) -> Result<String, Error> {
    let wanted = given.to_lowercase();
    let is_meant = |c: &&bibtrail_core::race::Course| {
        c.key.as_str() == wanted
            || std::iter::once(&c.name).chain(c.names.values()).any(|name| name.to_lowercase() == wanted)
    };
    let known = || setup.courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", ");
    let found = setup.courses.iter().find(is_meant).map(|c| c.key.to_string());
    found.ok_or_else(|| Error::NoCourse { given: given.to_owned(), known: known() })
}

/// A conflict in words.
fn tell(conflict: &Conflict) -> String {
    format!("conflict {}: {} of {}", conflict.id(), field_name(conflict.field), conflict.entity)
}

impl Report {
    fn tell(
        &self,
        args: &args::Export,
        output: &Path,
        format: Format,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        let left_out = self.written.as_ref().map(|written| written.left_out.as_slice()).unwrap_or_default();
        if args.json {
            return console.json(&json!({
                "format": format.name(),
                "file": output.display().to_string(),
                "written": self.written.is_some(),
                "provisional": args.provisional && format.carries() == Carries::Results,
                "bytes": self.written.as_ref().map(|written| written.bytes.len()),
                "records": self.written.as_ref().map(|written| written.records),
                "left_out": left_out,
                "conflicts": self.conflicts,
                "unresolved": self.open,
            }));
        }
        name("conflicts, to settle with `bibtrail resolve`", &self.conflicts, console);
        name("not settled", &self.open, console);
        name("not in the file", left_out, console);
        if let Some(written) = self.written.as_ref().filter(|_| output.as_os_str() != "-") {
            let (records, bytes) = (written.records, written.bytes.len());
            console.line(format_args!("✓ {}: {records} lines, {bytes} bytes", output.display()))?;
        }
        Ok(())
    }
}

fn name(what: &str, items: &[String], console: &mut Console<'_>) {
    if items.is_empty() {
        return;
    }
    console.remark(format_args!("! {} {what}:", items.len()));
    items.iter().take(NAMED).for_each(|item| console.remark(format_args!("  {item}")));
    if items.len() > NAMED {
        console.remark(format_args!("  … and {} more (--json names all)", items.len() - NAMED));
    }
}
