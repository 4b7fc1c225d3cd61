//! All scans of a race, shared between the pictures of it: what did not change is there once.
//!
//! Invariant: in order of log and place, as the store gives them.

use std::{
    collections::{BTreeMap, btree_map::Entry},
    sync::Arc,
};

use bibtrail_core::{
    ids::{LogId, OpRef},
    state::Sighting,
};

/// The scans, void ones included. Clones share what they hold.
#[derive(Clone, Debug, Default)]
pub struct Scans {
    logs: BTreeMap<LogId, Arc<Vec<Sighting>>>,
}

impl Scans {
    /// Scans as the store gives them.
    pub(super) fn of(scans: Vec<Sighting>) -> Self {
        let mut logs: BTreeMap<LogId, Vec<Sighting>> = BTreeMap::new();
        for scan in scans {
            logs.entry(scan.at.log).or_default().push(scan);
        }
        let tight = |mut scans: Vec<Sighting>| {
            scans.shrink_to_fit();
            Arc::new(scans)
        };
        Self { logs: logs.into_iter().map(|(log, scans)| (log, tight(scans))).collect() }
    }

    /// All of them, in order of log and place.
    pub fn iter(&self) -> impl Iterator<Item = &Sighting> {
        self.logs.values().flat_map(|scans| scans.iter())
    }

    /// All of them, beside each other.
    #[must_use]
    pub fn to_vec(&self) -> Vec<Sighting> {
        self.iter().cloned().collect()
    }

    /// Those of a log, in order.
    #[must_use]
    pub fn of_log(&self, log: LogId) -> &[Sighting] {
        self.logs.get(&log).map_or(&[], |scans| scans)
    }

    /// One of them.
    #[must_use]
    pub fn find(&self, at: OpRef) -> Option<&Sighting> {
        let scans = self.of_log(at.log);
        scans.binary_search_by_key(&at.seq, |scan| scan.at.seq).ok().map(|n| &scans[n])
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> usize {
        self.logs.values().map(|scans| scans.len()).sum()
    }

    /// Puts scans in the place of what was known of them, or behind the others of their logs.
    pub(super) fn take(&mut self, scans: &[Sighting]) {
        for of_log in scans.chunk_by(|a, b| a.at.log == b.at.log) {
            let known = match self.logs.entry(of_log[0].at.log) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(none) => none.insert(Arc::default()),
            };
            // A picture may hold the old ones still: then, and only then, they are copied.
            let known = Arc::make_mut(known);
            known.reserve_exact(of_log.iter().filter(|scan| is_behind(known, scan)).count());
            for scan in of_log {
                match known.binary_search_by_key(&scan.at.seq, |scan| scan.at.seq) {
                    Ok(n) => known[n] = scan.clone(),
                    Err(n) => known.insert(n, scan.clone()),
                }
            }
        }
    }
}

fn is_behind(known: &[Sighting], scan: &Sighting) -> bool {
    known.last().is_none_or(|last| last.at.seq < scan.at.seq)
}
