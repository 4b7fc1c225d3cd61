//! `backup` and `restore`: a race in one file, and back.
//!
//! Invariant: a backup is called good only after a replica was made from the file and held all that the source does. A
//! replica that was restored writes a log of its own: of the old one somebody may hold more.

use std::{collections::BTreeMap, fs, path::Path};

use bibtrail_core::{
    bundle,
    log::Identity,
    store::{Durability, FileJournal, Heads, Place, Store, StoreError},
};
use serde_json::json;

use super::{exchange, open};
use crate::{Error, args, console::Console, host, replica::Folder};

pub(super) fn backup(args: &args::Backup, console: &mut Console<'_>) -> Result<u8, Error> {
    if args.file.exists() && !args.force {
        return Err(Error::Exists(args.file.clone()));
    }
    let room = tempfile::tempdir()?;
    let (store, bytes, is_in_use) = match open(&args.dir, console) {
        Ok(mut store) => {
            let bytes = store.bundle(&BTreeMap::new())?;
            (store, bytes, false)
        }
        Err(Error::Replica { source: StoreError::Locked, .. }) => {
            let mut store = beside(&args.dir, room.path())?;
            let bytes = store.bundle(&BTreeMap::new())?;
            (store, bytes, true)
        }
        Err(error) => return Err(error),
    };
    if bytes.len() as u64 > bundle::FILE_MAX_BYTES {
        let what =
            format!("it would have {} bytes, and a file has at most {}", bytes.len(), bundle::FILE_MAX_BYTES);
        return Err(Error::Backup { path: args.file.clone(), what });
    }
    exchange::write_whole(&args.file, &bytes)?;
    let (operations, logs) = proven(&store, &args.file, room.path())?;
    let bytes = bytes.len();
    if args.json {
        console.json(&json!({
            "file": args.file.display().to_string(),
            "race_id": store.race().to_string(),
            "bytes": bytes,
            "operations": operations,
            "logs": logs,
            "was_in_use": is_in_use,
        }))?;
    } else {
        console.line(format_args!(
            "{}: {operations} operations of {logs} logs, {bytes} bytes; read again, and whole",
            args.file.display()
        ))?;
    }
    console.remark("Keys are not in it: keep `root.key` and `ticket` in another safe place");
    Ok(crate::OK)
}

/// A replica made from the journal of one that a program has open. The journal is appended to and no more, so what is
/// read of it is whole up to its last record; the database is left alone. What the program wrote itself and has not
/// vouched for in the journal is vouched for here, by the same key.
pub(super) fn beside(dir: &Path, room: &Path) -> Result<Store, Error> {
    let journal = room.join("journal");
    let from = dir.join("journal");
    fs::copy(&from, &journal).map_err(Error::file(&from))?;
    let identity = Folder::new(dir).identity()?;
    Ok(Store::recover(place(room, "beside", "journal")?, identity)?.0)
}

/// Makes a replica from the file, and says how much it holds: nothing that the source holds and somebody vouched for may
/// be lacking.
fn proven(store: &Store, file: &Path, room: &Path) -> Result<(u64, usize), Error> {
    let bytes = fs::read(file).map_err(Error::file(file))?;
    let identity = Identity::from_seed(host::random()?);
    let mut copy = Store::join(place(room, "copy", "copy.journal")?, identity, &bytes)?;
    let mut lacking = Vec::new();
    for next in store.beyond(&Heads::new(), usize::MAX)? {
        if !copy.has_head(next.segment.log, next.head())? {
            lacking.push(next.segment.log.short());
        }
    }
    let problems = copy.verify()?.problems;
    match (lacking.first(), problems.first()) {
        (None, None) => Ok((copy.digest()?.op_count, copy.logs()?.len())),
        (Some(log), _) => {
            Err(Error::Backup { path: file.to_owned(), what: format!("it lacks operations of {log}") })
        }
        (None, Some(problem)) => Err(Error::Backup { path: file.to_owned(), what: problem.to_string() }),
    }
}

fn place(room: &Path, database: &str, journal: &str) -> Result<Place, Error> {
    let path = room.join(journal);
    let journal = Box::new(FileJournal::open(&path).map_err(Error::file(&path))?);
    Ok(Place { database: room.join(database), vfs: None, journal, durability: Durability::Off })
}

pub(super) fn restore(args: &args::Restore, console: &mut Console<'_>) -> Result<u8, Error> {
    let bytes = exchange::read(&args.file)?;
    let mut store = Folder::new(&args.dir).restore(&bytes, args.keys.as_deref())?;
    let problems = store.verify()?.problems;
    let (operations, log) = (store.digest()?.op_count, store.own_log());
    let is_trusted =
        store.members().standing(log).role.is_some_and(|role| role > bibtrail_core::op::Role::Pending);
    if args.json {
        console.json(&json!({
            "race_id": store.race().to_string(),
            "operations": operations,
            "log": log.to_string(),
            "is_trusted": is_trusted,
            "problems": problems.iter().map(ToString::to_string).collect::<Vec<_>>(),
        }))?;
    } else {
        let dir = args.dir.display();
        console.line(format_args!("{dir}: {operations} operations; it writes the new log {log}"))?;
        console.line(
            "What came after the backup comes back by itself, from every phone that this replica meets",
        )?;
    }
    problems.iter().for_each(|problem| console.remark(format_args!("✗ {problem}")));
    if !is_trusted {
        console.remark(format_args!(
            "Nobody knows the new log yet: pass --keys with what is left of the old folder, or on a captain's or the \
             director's replica: bibtrail approve DIR {}",
            log.short()
        ));
    }
    Ok(if problems.is_empty() { crate::OK } else { crate::FAILED })
}
