//! The lists of entries: first what waits for the disk, then what is in the log.
//!
//! Invariant: an entry is listed from the moment it was made, be it on the disk or not.

use bibtrail_core::{
    ids::{Bib, Key},
    state::Sighting,
    store::{Store, StoreError},
};

use super::look::{letters, places};
use crate::{
    CoreError,
    desk::Desk,
    screen::{CorrectionsScreen, Entered, ScanLine, lines, mark},
};

/// The last `most` entries, or those of one bib.
///
/// # Errors
/// When the database fails, or the text can be no bib.
pub(super) fn corrections(
    desk: &mut Desk,
    most: u32,
    bib: Option<&str>,
    here: Option<&Key>,
) -> Result<CorrectionsScreen, CoreError> {
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let bib = bib.map(|bib| Bib::new(bib.trim())).transpose()?;
    let in_log = |store: &Store| match &bib {
        None => store.recent(most),
        Some(bib) => {
            let mut scans = store.scans()?;
            scans.retain(|scan| scan.bib == *bib);
            scans.sort_by_key(|scan| std::cmp::Reverse((scan.time_ms, scan.depth, scan.at)));
            scans.truncate(most);
            Ok(scans)
        }
    };
    listed(desk, here, in_log, |entered| bib.as_ref().is_none_or(|bib| entered.bib == *bib))
}

/// What this phone recorded as a time only, and whose bib is still to come.
///
/// # Errors
/// When the database fails.
pub(super) fn times(desk: &mut Desk, here: Option<&Key>) -> Result<CorrectionsScreen, CoreError> {
    listed(desk, here, Store::own_times, Entered::is_time_only)
}

/// How many of those wait for the disk.
pub(super) fn count_times_in_memory(desk: &Desk) -> usize {
    desk.waiting.iter().filter(|waiting| waiting.entered.is_time_only()).count()
}

fn listed(
    desk: &mut Desk,
    here: Option<&Key>,
    in_log: impl FnOnce(&Store) -> Result<Vec<Sighting>, StoreError>,
    is_meant: impl Fn(&Entered) -> bool,
) -> Result<CorrectionsScreen, CoreError> {
    let setup = desk.setup()?;
    let zone = desk.zone.clone();
    let show = |ms: i64| zone.as_ref().map(|zone| zone.show(ms)).unwrap_or_default();
    let store = desk.store()?;
    let in_log = lines(store, &setup, &in_log(store)?, (&show, here))?;
    let (places, letters) = (places(store)?, letters(store)?);
    let waiting =
        desk.waiting.iter().rev().map(|waiting| &waiting.entered).filter(|entered| is_meant(entered));
    let waiting = waiting.map(|entered| in_memory(entered, show(entered.time_ms)));
    Ok(CorrectionsScreen { lines: waiting.chain(in_log).collect(), places, letters })
}

/// The line of an entry that waits for the disk.
fn in_memory(entered: &Entered, clock: String) -> ScanLine {
    ScanLine {
        scan: entered.scan.clone(),
        bib: entered.bib.as_str().to_owned(),
        name: entered.name.clone(),
        place: entered.place.clone(),
        way: entered.way,
        time_ms: entered.time_ms,
        clock,
        is_void: entered.is_void,
        is_own: true,
        is_confirmed: false,
        is_approved: false,
        marks: vec![mark()],
        acts: Vec::new(),
    }
}
