//! `erase` and `retain`: names go when somebody asks, or when their time is over.
//!
//! Invariant: what could not be erased is said.

use std::path::Path;

use bibtrail_clerk::erasure::{self, Erased};
use bibtrail_core::{ids::Bib, state::EntrantRow, store::Store};
use serde_json::json;

use super::{open, watch};
use crate::{Error, args, clock::RaceClock, console::Console, replica::Folder};

/// A day, in milliseconds.
const DAY_MS: i64 = 86_400_000;

pub(super) fn erase(args: &args::Erase, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let mut entrants = Vec::new();
    for text in &args.bibs {
        let found = store.entrants_with(&Bib::new(text)?)?;
        if found.is_empty() {
            return Err(Error::NobodyEntered(text.clone()));
        }
        // Several who wear one bib are several who ask to be forgotten together.
        entrants.extend(found);
    }
    let out = erasure::still_out(&store, &entrants, watch::now_ms(&store)?)?;
    if !out.is_empty() && !args.even_if_out {
        return Err(Error::StillOut(out.join(", ")));
    }
    let erased = forget(&args.dir, &mut store, &entrants)?;
    let left = set_aside(&args.dir)?;
    if args.json {
        let bibs: Vec<String> = entrants.iter().filter_map(|e| e.bib.as_ref().map(Bib::to_string)).collect();
        console.json(&json!({
            "bibs": bibs,
            "erased": erased.runners,
            "erased_before": erased.before,
            "is_done": erased.is_done,
            "operations_of_older_apps": erased.stay,
            "files_to_delete": left,
        }))?;
    } else {
        for entrant in &entrants {
            let bib = entrant.bib.as_ref().map_or("", Bib::as_str);
            console.line(format_args!("{bib}: name withheld; bib and times stay"))?;
        }
    }
    Ok(tell(&erased, &left, console))
}

pub(super) fn retain(args: &args::Retain, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let clock = RaceClock::new(&store.setup()?);
    let now_ms = match &args.at {
        Some(text) => clock.read(text)?,
        None => watch::now_ms(&store)?,
    };
    let due_ms = erasure::over_ms(&store)?.saturating_add(i64::from(args.days) * DAY_MS);
    let entrants: Vec<EntrantRow> = store.entrants()?.into_iter().filter(|e| !e.is_erased).collect();
    let is_due = now_ms >= due_ms;
    let erased = match is_due && !args.dry_run {
        true => forget(&args.dir, &mut store, &entrants)?,
        false => Erased { is_done: true, ..Erased::default() },
    };
    let left = if is_due { set_aside(&args.dir)? } else { Vec::new() };
    if args.json {
        console.json(&json!({
            "due_ms": due_ms,
            "is_due": is_due,
            "named": entrants.len() - erased.runners,
            "erased": erased.runners,
            "is_done": erased.is_done,
            "operations_of_older_apps": erased.stay,
            "files_to_delete": left,
        }))?;
    } else {
        let (count, due) = (entrants.len(), clock.show(due_ms));
        match (is_due, args.dry_run) {
            (true, false) => console.line(format_args!("{count} runners erased; bibs and times stay"))?,
            (true, true) => {
                console.line(format_args!("{count} runners are due since {due}; nothing was done"))?
            }
            (false, _) => {
                console.line(format_args!("{count} runners are named until {due}; nothing was done"))?
            }
        }
    }
    Ok(tell(&erased, &left, console))
}

fn forget(dir: &Path, store: &mut Store, entrants: &[EntrantRow]) -> Result<Erased, Error> {
    let erased = erasure::erase(store, entrants)?;
    Folder::new(dir).leave_mark(store);
    Ok(erased)
}

/// Databases that were set aside after damage: they are never changed, so whoever wants to be forgotten is in them.
fn set_aside(dir: &Path) -> Result<Vec<String>, Error> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(dir).map_err(Error::file(dir))? {
        let name = entry.map_err(Error::file(dir))?.file_name().to_string_lossy().into_owned();
        if name.starts_with("store.damaged-") {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

fn tell(erased: &Erased, left: &[String], console: &mut Console<'_>) -> u8 {
    if erased.runners > 0 {
        console.remark(
            "Phones and servers erase too as soon as they hear of it. Backups, exports and prints of before are yours to delete",
        );
    }
    if erased.stay > 0 {
        console.remark(format_args!(
            "! {} operations were written by an app that could not seal names yet: they stay in the log, shown nowhere. Only \
             deleting the race erases them (docs/erasure.md)",
            erased.stay
        ));
    }
    for name in left {
        console.remark(format_args!("! {name} was set aside after damage, and holds names: delete it"));
    }
    if !erased.is_done {
        console.remark("! another program still reads this replica: the rest is erased when it is done");
    }
    if erased.stay == 0 && left.is_empty() && erased.is_done { crate::OK } else { crate::FAILED }
}
