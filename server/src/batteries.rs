//! How the batteries of phones stood when they last came.
//!
//! Invariant: only what an admitted phone said of itself, in memory alone: after a new start nothing is known until it
//! comes again. No more phones are kept than the limit; then the one that was heard of longest ago is forgotten.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bibtrail_core::{ids::LogId, sync::Battery};

/// The most phones of a race.
const PHONES_MAX: usize = 10_000;

/// What a phone said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its battery.
    pub battery: Battery,
    /// When, by this machine's clock: milliseconds since 1970-01-01 UTC; nothing if that could not be read.
    pub at_ms: Option<i64>,
}

/// The batteries of a race's phones.
#[derive(Debug, Default)]
pub struct Batteries {
    all: Mutex<BTreeMap<LogId, Told>>,
}

impl Batteries {
    /// Keeps what a phone said.
    pub fn note(&self, log: LogId, battery: Battery, at_ms: Option<i64>) {
        let mut all = self.lock();
        all.insert(log, Told { battery, at_ms });
        if all.len() > PHONES_MAX {
            let oldest = all.iter().min_by_key(|(_, told)| told.at_ms);
            if let Some(log) = oldest.map(|(log, _)| *log) {
                all.remove(&log);
            }
        }
    }

    /// What a phone said last.
    #[must_use]
    pub fn of(&self, log: LogId) -> Option<Told> {
        self.lock().get(&log).copied()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LogId, Told>> {
        // Nothing that can panic runs under the lock.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_counts_and_the_oldest_is_forgotten() {
        let batteries = Batteries::default();
        let log = |n: usize| LogId(*blake3::hash(&n.to_le_bytes()).as_bytes());
        let half = |is_charging| Battery { percent: 50, is_charging };
        for n in 0..PHONES_MAX {
            batteries.note(log(n), half(false), Some(n as i64));
        }
        batteries.note(log(0), half(true), Some(20_000));
        batteries.note(log(PHONES_MAX), half(false), Some(30_000));
        assert_eq!(batteries.of(log(0)), Some(Told { battery: half(true), at_ms: Some(20_000) }));
        assert_eq!((batteries.of(log(1)), batteries.of(log(2)).is_some()), (None, true));
    }
}
