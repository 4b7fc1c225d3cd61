//! `void`, `amend`, `status`, `resolve`: corrections, each an operation with author and reason.
//!
//! Invariant: nothing is overwritten; a correction supersedes exactly what its author saw.

use std::path::Path;

use bibtrail_clerk::{
    pen::{Pen, Said},
    whom::Whom,
    words::{self, show_value},
};
use bibtrail_core::{
    ids::Bib,
    op::{Entity, Value, field, field_name},
    store::Store,
};

use super::{find_checkpoint, open, scan};
use crate::{Error, args, clock::RaceClock, console::Console, host, replica::Folder};

pub(super) fn void(args: &args::Void, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let at = store.find_scan(&args.scan)?;
    let mut pen = pen(&mut store)?;
    words::void(&mut pen, at, !args.undo, Some(&args.reason))?;
    let said = pen.end()?;
    finish(&args.dir, &store, &said, console);
    console.line(format_args!(
        "scan {at} {}",
        if args.undo { "counts again" } else { "counts for nothing now" }
    ))?;
    Ok(crate::OK)
}

pub(super) fn amend(args: &args::Amend, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let at = store.find_scan(&args.scan)?;
    let race = store.setup()?;
    let mut values: Vec<(u16, Value)> = Vec::new();
    if let Some(bib) = &args.bib {
        values.push((field::BIB, Bib::new(bib)?.as_str().into()));
    }
    if let Some(time) = &args.time {
        values.push((field::TIME, RaceClock::new(&race).read(time)?.into()));
    }
    if let Some(checkpoint) = &args.checkpoint {
        values.push((field::CHECKPOINT, find_checkpoint(&race, checkpoint)?.as_str().into()));
    }
    if let Some(kind) = args.kind {
        values.push((field::KIND, scan::kind(kind).as_str().into()));
    }
    if let Some(note) = &args.note {
        values.push((field::NOTE, note.as_str().into()));
    }
    if values.is_empty() {
        return Err(Error::NothingToAmend);
    }
    let mut pen = pen(&mut store)?;
    pen.put(Entity::Scan(at), values.clone(), Some(&args.reason))?;
    let said = pen.end()?;
    finish(&args.dir, &store, &said, console);
    for (field, value) in values {
        let shown = show_value(&RaceClock::new(&race), field, &value);
        console.line(format_args!("scan {at}: {} is now {shown}", field_name(field)))?;
    }
    Ok(crate::OK)
}

/// The replica's own pen: whoever has the folder speaks for it.
pub(super) fn pen(store: &mut Store) -> Result<Pen<'_>, Error> {
    let now = host::reading(store.race())?;
    Ok(Pen::own(store, now))
}

/// Leaves the mark beside the key, and says so if any of what was said counts for nothing here.
pub(super) fn finish(dir: &Path, store: &Store, said: &Said, console: &mut Console<'_>) {
    Folder::new(dir).leave_mark(store);
    if said.idle > 0 {
        console.remark(
            "! written down as a proposal: this phone may not settle that by itself (docs/roles.md). What it says of runners and records stands in `review`",
        );
    }
}

/// Whom a bib means; says so if nobody entered under it.
pub(super) fn whose(store: &Store, text: &str, console: &mut Console<'_>) -> Result<Whom, Error> {
    let whom = Whom::of(store, text)?;
    if !whom.is_entered() {
        console.remark(format_args!("! nobody entered under bib {} (recorded all the same)", whom.bib));
    }
    Ok(whom)
}

pub(super) fn status(args: &args::Status, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let setup = store.setup()?;
    let status = words::read_status(&setup, &args.status, args.checkpoint.as_deref())?;
    let whom = whose(&store, &args.bib, console)?;
    let mut pen = pen(&mut store)?;
    words::status(&mut pen, &whom, &status, Some(&args.reason))?;
    let said = pen.end()?;
    finish(&args.dir, &store, &said, console);
    console.line(format_args!("{}: {}", whom.bib, status.value()))?;
    Ok(crate::OK)
}

pub(super) fn resolve(args: &args::Resolve, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let clock = RaceClock::new(&store.setup()?);
    let mut pen = pen(&mut store)?;
    let (conflict, value) = words::resolve(&mut pen, &args.conflict, &args.value, Some(&args.reason))?;
    let said = pen.end()?;
    finish(&args.dir, &store, &said, console);
    let (entity, field) = (conflict.entity.to_string(), field_name(conflict.field));
    let shown = show_value(&clock, conflict.field, &value);
    if args.json {
        console.json(&serde_json::json!({ "of": entity, "field": field, "value": shown }))?;
    } else {
        console.line(format_args!("{entity}: {field} is {shown}"))?;
    }
    Ok(crate::OK)
}
