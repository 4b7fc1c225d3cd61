//! Which checkpoint a source means.
//!
//! Invariant: a name that fits several checkpoints, or none, is refused; no place is guessed.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{ids::Key, op::ScanKind, race::RaceSetup};

use super::Refusal;
use crate::{read::records::Format, record::parameterized};

/// What a format calls places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Calls {
    /// Keys, as Bibtrail does: a key means its checkpoint, whatever another one is called.
    Keys,
    /// The place in the list of stations, from 0, and the key: `2-leatham-hollow`.
    NumberedKeys,
    /// Names, as people do.
    Names,
    /// Names with the way behind: `Aid 1 Out`.
    NamesWithWays,
}

/// The checkpoints by everything that they may be called.
pub(super) struct Places<'a> {
    setup: &'a RaceSetup,
    stations: &'a BTreeMap<String, Key>,
    calls: Calls,
    names: BTreeMap<String, BTreeSet<&'a Key>>,
}

impl<'a> Places<'a> {
    pub(super) fn new(setup: &'a RaceSetup, stations: &'a BTreeMap<String, Key>, format: Format) -> Self {
        let mut names: BTreeMap<String, BTreeSet<&Key>> = BTreeMap::new();
        for checkpoint in &setup.checkpoints {
            let called = std::iter::once(&checkpoint.name).chain(checkpoint.names.values());
            let called = called.map(String::as_str).chain([checkpoint.key.as_str()]);
            for name in called.map(parameterized) {
                names.entry(name).or_default().insert(&checkpoint.key);
            }
        }
        names.remove("");
        let calls = match format {
            Format::Splits | Format::Paper | Format::PaperClock | Format::Winlink => Calls::Keys,
            Format::UltraTracker | Format::UltraTrackerDrops | Format::UltraTrackerDns => Calls::NumberedKeys,
            Format::RaceResult | Format::OstElapsed => Calls::NamesWithWays,
            Format::OstJson | Format::OstCsv | Format::Lonesome | Format::HamResults => Calls::Names,
        };
        Self { setup, stations, calls, names }
    }

    /// The checkpoint that a text means, and the way, if the format says it there.
    pub(super) fn find(&self, text: &str) -> Result<(Key, Option<ScanKind>), Refusal> {
        let whole = self.fitting(text);
        let with_way = self.with_way(text).map(|(name, kind)| (self.fitting(name), kind));
        let (fitting, kind) = match with_way {
            // `Way Out` may be the way out of the place Way, or a place of that name.
            Some((stripped, _)) if !stripped.is_empty() && !whole.is_empty() => (&whole | &stripped, None),
            Some((stripped, kind)) if whole.is_empty() => (stripped, Some(kind)),
            _ => (whole, None),
        };
        match fitting.iter().copied().collect::<Vec<_>>().as_slice() {
            [only] => Ok(((*only).clone(), kind)),
            [] => Err(Refusal::UnknownPlace(beginning(text))),
            several => Err(Refusal::TwoPlaces {
                given: beginning(text),
                fitting: several.iter().map(|key| key.as_str()).collect::<Vec<_>>().join(" or "),
            }),
        }
    }

    /// By what the person said, by key where the format has keys, by name in any language; and without the number that
    /// stands before it in some lists (`2-leatham-hollow`).
    fn fitting(&self, text: &str) -> BTreeSet<&Key> {
        let name = parameterized(text);
        let by_key = |key: &str| self.setup.checkpoint(&Key::new(key).ok()?).map(|found| &found.key);
        let exact = text.trim().to_lowercase();
        let sure = self.stations.get(&name).or_else(|| match self.calls {
            Calls::Keys => by_key(&exact),
            Calls::NumberedKeys => self.numbered(&exact).or_else(|| by_key(&exact)),
            Calls::Names | Calls::NamesWithWays => None,
        });
        if let Some(key) = sure {
            return [key].into();
        }
        let bare = name.trim_start_matches(|c: char| c.is_ascii_digit()).strip_prefix('-').unwrap_or(&name);
        self.names.get(&name).or_else(|| self.names.get(bare)).cloned().unwrap_or_default()
    }

    /// `2-leatham-hollow`, where the checkpoint of that key has that number.
    fn numbered(&self, text: &str) -> Option<&Key> {
        let (number, key) = text.split_once('-')?;
        let checkpoint = self.setup.checkpoints.get(number.parse::<usize>().ok()?)?;
        (checkpoint.key.as_str() == key).then_some(&checkpoint.key)
    }

    /// The place and the way of `Aid 1 Out`.
    fn with_way<'t>(&self, text: &'t str) -> Option<(&'t str, ScanKind)> {
        let (name, way) = text.trim().rsplit_once(' ').filter(|_| self.calls == Calls::NamesWithWays)?;
        let kind =
            [ScanKind::In, ScanKind::Out].into_iter().find(|k| k.as_str().eq_ignore_ascii_case(way))?;
        Some((name, kind))
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
