//! `race new`.
//!
//! Invariant: every input is read and checked before a folder is made.

use std::fs;

use bibtrail_formats::read::{entrants, race_file};

use crate::{
    Error,
    args::{Encoding, New},
    console::Console,
    host,
    replica::{Folder, NewKeys},
    setup,
};

pub(super) fn new(args: &New, console: &mut Console<'_>) -> Result<u8, Error> {
    let text = fs::read(&args.file).map_err(Error::file(&args.file))?;
    let race = race_file::parse(&text);
    let race = race.map_err(|source| Error::RaceFile { path: args.file.clone(), source })?;
    let entrants = match &args.entrants {
        None => Vec::new(),
        Some(path) => {
            let bytes = fs::read(path).map_err(Error::file(path))?;
            let encoding = match args.encoding {
                Encoding::Utf8 => entrants::Encoding::Utf8,
                Encoding::Latin1 => entrants::Encoding::Latin1,
            };
            let entrants = entrants::parse(&bytes, encoding);
            let entrants = entrants.map_err(|source| Error::Entrants { path: path.clone(), source })?;
            if !entrants.ignored_columns.is_empty() {
                let columns = entrants.ignored_columns.join(", ");
                console.remark(format_args!("{}: columns not used: {columns}", path.display()));
            }
            entrants.rows
        }
    };
    let values = setup::entrant_values(&race, &entrants, host::random)?;
    let folder = Folder::new(&args.dir);
    let mut store = folder.create(&race.name, NewKeys::random()?)?;
    let reading = host::reading(store.race())?;
    if let Err(error) = setup::begin(&mut store, &args.name, &race, values, reading) {
        drop(store);
        folder.unmake();
        return Err(error.into());
    }
    console.line(format_args!("{} · race {}", race.name, store.race()))?;
    console.line(format_args!(
        "{} courses, {} checkpoints, {} entrants · in {}",
        race.courses.len(),
        race.checkpoints.len(),
        entrants.len(),
        args.dir.display()
    ))?;
    console.line(format_args!(
        "Next: bibtrail ticket {}, and on each phone: bibtrail join LINK DIR",
        args.dir.display()
    ))?;
    Ok(crate::OK)
}
