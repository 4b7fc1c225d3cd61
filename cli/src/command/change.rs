//! `void`, `amend`, `status`, `resolve`: corrections, each an operation with author and reason.
//!
//! Invariant: nothing is overwritten; a correction supersedes exactly what its author saw.

use std::path::Path;

use bibtrail_core::{
    ids::Bib,
    op::{Entity, Status, StatusCode, Value, field, field_name},
    store::{Confirmed, Store, StoreError},
};

use super::{find_checkpoint, open, scan};
use crate::{Error, args, clock::RaceClock, console::Console, replica::Folder};

pub(super) fn void(args: &args::Void, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let at = store.find_scan(&args.scan)?;
    let values = vec![(field::VOID, Value::Bool(!args.undo))];
    let said = store.put(Entity::Scan(at), values, Some(&args.reason))?;
    finish(&args.dir, &mut store, said, console)?;
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
    let said = store.put(Entity::Scan(at), values.clone(), Some(&args.reason))?;
    finish(&args.dir, &mut store, said, console)?;
    for (field, value) in values {
        let shown = show_value(&RaceClock::new(&race), field, &value);
        console.line(format_args!("scan {at}: {} is now {shown}", field_name(field)))?;
    }
    Ok(crate::OK)
}

pub(super) fn finish(
    dir: &Path,
    store: &mut Store,
    said: Confirmed,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    finish_all(dir, store, &[said], console)
}

/// Vouches for what was said, and says so if any of it counts for nothing here.
pub(super) fn finish_all(
    dir: &Path,
    store: &mut Store,
    said: &[Confirmed],
    console: &mut Console<'_>,
) -> Result<(), Error> {
    store.settle()?;
    Folder::new(dir).leave_mark(store);
    let mut counts = true;
    for said in said {
        counts &= store.counts(said.at())?;
    }
    if !counts {
        console.remark(
            "! written down as a proposal: this phone may not change that by itself (docs/roles.md). The director sees it",
        );
    }
    Ok(())
}

/// A value as people read it: times of day for times.
pub(super) fn show_value(clock: &RaceClock, field: u16, value: &Value) -> String {
    match (field, value) {
        (field::TIME, Value::Int(ms)) => clock.show_exactly(*ms),
        (_, value) => value.to_string(),
    }
}

/// Whom a bib means: the entrant who wears it, or the bib itself if nobody entered under it.
pub(super) fn whose(store: &Store, text: &str, console: &mut Console<'_>) -> Result<(Bib, Entity), Error> {
    let bib = Bib::new(text)?;
    if bib.is_empty() {
        return Err(Error::EmptyBib);
    }
    let entity = match store.entrants_with(&bib)?.as_slice() {
        [] => Entity::Bib(bib.clone()),
        [entrant] => Entity::Entrant(entrant.id),
        several => return Err(Error::SharedBib(bib.to_string(), several.len())),
    };
    if matches!(entity, Entity::Bib(_)) {
        console.remark(format_args!("! nobody entered under bib {bib} (recorded all the same)"));
    }
    Ok((bib, entity))
}

pub(super) fn status(args: &args::Status, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let code = StatusCode::parse(&args.status).ok_or_else(|| Error::Status(args.status.clone()))?;
    let race = store.setup()?;
    let checkpoint = args.checkpoint.as_deref().map(|text| find_checkpoint(&race, text)).transpose()?;
    let (bib, entity) = whose(&store, &args.bib, console)?;
    let status = Status { code, checkpoint };
    let said = store.put(entity, vec![(field::STATUS, status.value())], Some(&args.reason))?;
    finish(&args.dir, &mut store, said, console)?;
    console.line(format_args!("{bib}: {}", status.value()))?;
    Ok(crate::OK)
}

pub(super) fn resolve(args: &args::Resolve, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let clock = RaceClock::new(&store.setup()?);
    let conflict = store.conflicts()?.into_iter().find(|conflict| conflict.id() == args.conflict);
    let conflict = conflict.ok_or_else(|| StoreError::NoConflict(args.conflict.clone()))?;
    let shown: Vec<String> =
        conflict.siblings.iter().map(|s| show_value(&clock, conflict.field, &s.value)).collect();
    let by_place =
        args.value.strip_prefix('#').and_then(|n| n.parse::<usize>().ok()).and_then(|n| n.checked_sub(1));
    let chosen = by_place.or_else(|| shown.iter().position(|value| *value == args.value));
    let chosen = chosen.and_then(|n| conflict.siblings.get(n)).ok_or_else(|| Error::NotAValue {
        given: args.value.clone(),
        known: shown.iter().zip(1..).map(|(value, n)| format!("#{n} {value}")).collect::<Vec<_>>().join(", "),
    })?;
    let values = vec![(conflict.field, chosen.value.clone())];
    let said = store.put(conflict.entity.clone(), values, Some(&args.reason))?;
    finish(&args.dir, &mut store, said, console)?;
    let (entity, field) = (conflict.entity.to_string(), field_name(conflict.field));
    let shown = show_value(&clock, conflict.field, &chosen.value);
    if args.json {
        console.json(&serde_json::json!({ "of": entity, "field": field, "value": shown }))?;
    } else {
        console.line(format_args!("{entity}: {field} is {shown}"))?;
    }
    Ok(crate::OK)
}
