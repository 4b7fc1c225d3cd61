//! Which checkpoint a source means.
//!
//! Invariant: a name that fits several checkpoints, or none, is refused; no place is guessed.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{ids::Key, race::RaceSetup};

use super::Refusal;
use crate::record::parameterized;

/// The checkpoints by everything that they may be called.
pub(super) struct Places<'a> {
    setup: &'a RaceSetup,
    stations: &'a BTreeMap<String, Key>,
    names: BTreeMap<String, BTreeSet<&'a Key>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(setup: &'a RaceSetup, stations: &'a BTreeMap<String, Key>) -> Self {
        let mut names: BTreeMap<String, BTreeSet<&Key>> = BTreeMap::new();
        for checkpoint in &setup.checkpoints {
            let called = std::iter::once(&checkpoint.name).chain(checkpoint.names.values());
            for name in called.map(|name| parameterized(name)) {
                names.entry(name).or_default().insert(&checkpoint.key);
            }
        }
        // A key is unique, and wins over another checkpoint's name.
        for checkpoint in &setup.checkpoints {
            names.insert(checkpoint.key.as_str().to_owned(), [&checkpoint.key].into());
        }
        names.remove("");
        Self { setup, stations, names }
    }

    /// By what the person said, by key, by name in any language; and without the number that Ultra-Tracker puts before
    /// its stations (`2-leatham-hollow`).
    pub(super) fn find(&self, text: &str) -> Result<Key, Refusal> {
        let name = parameterized(text);
        if let Some(key) = self.stations.get(&name) {
            return Ok(key.clone());
        }
        let bare = name.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('-').unwrap_or(&name);
        let fitting = self.names.get(&name).or_else(|| self.names.get(bare));
        let fitting: Vec<&Key> = fitting.into_iter().flatten().copied().collect();
        match fitting.as_slice() {
            [only] => Ok((*only).clone()),
            [] => Err(Refusal::UnknownPlace(beginning(text))),
            several => Err(Refusal::TwoPlaces {
                given: beginning(text),
                fitting: several.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" or "),
            }),
        }
    }

    pub(super) fn which(&self) -> Refusal {
        Refusal::NoPlace(self.known())
    }

    fn known(&self) -> String {
        let known = self.setup.checkpoints.iter().map(|c| format!("{} ({})", c.key, c.name));
        known.collect::<Vec<_>>().join(", ")
    }
}

fn beginning(text: &str) -> String {
    text.chars().take(60).collect()
}
