//! Power cuts: what the disk may look like after a cut between any two calls.
//!
//! Invariant: what was synced is there; what was not is there wholly, partly or not at all. A new file's name is safe
//! with its first sync (SQLite and the journal sync the folder then); a removal is safe if the folder was synced.

use std::collections::BTreeSet;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Event, Files, put};

/// The unit in which a disk writes, in bytes.
const SECTOR: usize = 512;

/// What becomes of calls that were not synced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// None of them reached the disk.
    AllLost,
    /// Of each write, every sector reached it or not by chance.
    SomeSectors,
    /// Each call reached it or not by chance.
    SomeCalls,
}

impl Cut {
    /// All kinds.
    pub const ALL: [Self; 3] = [Self::AllLost, Self::SomeSectors, Self::SomeCalls];
}

/// Plays `events` on a disk that held `start`, and gives for every place between two of them and every kind of cut what
/// the disk would hold, with the number of scans acknowledged before. With `lying`, syncs do nothing.
pub fn images(
    start: &Files,
    events: &[Event],
    lying: bool,
    seed: u64,
    mut look: impl FnMut(Files, usize, Cut),
) {
    let (mut play, mut acknowledged) = (Play { durable: start.clone(), pending: Vec::new() }, 0);
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    for event in events {
        if let Event::Acknowledge(scans) = event {
            acknowledged = *scans;
        }
        play.take(event, lying);
        for cut in Cut::ALL {
            look(after(&play.durable, &play.pending, cut, &mut rng), acknowledged, cut);
        }
    }
}

/// What the disk holds after a cut right behind the last of `events`.
#[must_use]
pub fn image(start: &Files, events: &[Event], cut: Cut, seed: u64) -> Files {
    let mut play = Play { durable: start.clone(), pending: Vec::new() };
    events.iter().for_each(|event| play.take(event, false));
    after(&play.durable, &play.pending, cut, &mut ChaCha8Rng::seed_from_u64(seed))
}

/// What is safe, and what a cut may still undo.
struct Play<'a> {
    durable: Files,
    pending: Vec<&'a Event>,
}

impl<'a> Play<'a> {
    fn take(&mut self, event: &'a Event, lying: bool) {
        match event {
            Event::Acknowledge(_) => {}
            Event::Sync(_) if lying => {}
            Event::Sync(file) => sync(&mut self.durable, &mut self.pending, file),
            Event::Delete(file, true) => {
                self.pending.retain(|event| file_of(event) != Some(file));
                self.durable.remove(file);
            }
            event => self.pending.push(event),
        }
    }
}

fn file_of(event: &Event) -> Option<&String> {
    match event {
        Event::Create(file)
        | Event::Write(file, ..)
        | Event::Truncate(file, _)
        | Event::Sync(file)
        | Event::Delete(file, _) => Some(file),
        Event::Acknowledge(_) => None,
    }
}

fn sync(durable: &mut Files, pending: &mut Vec<&Event>, file: &String) {
    if !durable.contains_key(file) {
        sync_folder(durable, pending);
    }
    pending.retain(|event| {
        let is_of_file = file_of(event) == Some(file);
        if is_of_file {
            play(durable, event);
        }
        !is_of_file
    });
}

/// The first sync of a new file syncs its folder: every name made or removed so far is safe.
fn sync_folder(durable: &mut Files, pending: &mut Vec<&Event>) {
    let removed: Vec<(usize, &String)> = pending
        .iter()
        .enumerate()
        .filter_map(|(n, event)| if let Event::Delete(file, _) = event { Some((n, file)) } else { None })
        .collect();
    for event in pending.iter() {
        match event {
            Event::Create(file) => {
                durable.entry(file.clone()).or_default();
            }
            Event::Delete(file, _) => {
                durable.remove(file);
            }
            _ => {}
        }
    }
    let mut n = 0;
    pending.retain(|event| {
        n += 1;
        let is_gone = removed.iter().any(|(at, file)| n <= at + 1 && file_of(event) == Some(file));
        !is_gone && !matches!(event, Event::Create(_))
    });
}

fn play(files: &mut Files, event: &Event) {
    match event {
        Event::Create(file) => {
            files.entry(file.clone()).or_default();
        }
        Event::Write(file, offset, bytes) => put(files.entry(file.clone()).or_default(), *offset, bytes),
        Event::Truncate(file, length) => files.entry(file.clone()).or_default().resize(*length, 0),
        Event::Delete(file, _) => {
            files.remove(file);
        }
        Event::Sync(_) | Event::Acknowledge(_) => {}
    }
}

fn after(durable: &Files, pending: &[&Event], cut: Cut, rng: &mut ChaCha8Rng) -> Files {
    let mut files = durable.clone();
    if cut == Cut::AllLost {
        return files;
    }
    // A new file whose name did not reach the disk takes all that was written to it along.
    let mut nameless: BTreeSet<&String> = BTreeSet::new();
    for event in pending {
        let is_kept: bool = rng.random();
        if file_of(event).is_some_and(|file| nameless.contains(file)) {
            continue;
        }
        match event {
            Event::Create(file) if !is_kept => {
                nameless.insert(file);
            }
            Event::Write(file, offset, bytes) if cut == Cut::SomeSectors => {
                for (n, sector) in bytes.chunks(SECTOR).enumerate() {
                    if rng.random() {
                        put(files.entry((*file).clone()).or_default(), offset + n * SECTOR, sector);
                    }
                }
            }
            event if is_kept => play(&mut files, event),
            _ => {}
        }
    }
    files
}
