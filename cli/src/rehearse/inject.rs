//! Dealing the truth to phones, with the mistakes that people make.
//!
//! Invariant: what was injected is written down beside it, so that the report can say whether it was found.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Bib, Key},
    op::ScanKind,
    passings,
    race::Pick,
};
use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Plan, Script, script::Passed};
use crate::Error;

/// How far apart two phones see the same runner, at most. Less than the shortest window a race may have set is wished;
/// it is cut to half the window where that is shorter.
const TWICE_APART_MS: i64 = 9_000;

/// A race, dealt.
pub(super) struct Dealt {
    /// What each phone sees, by time. Headquarters is not among them.
    pub(super) phones: Vec<Vec<Seen>>,
    pub(super) injected: Injected,
    /// Bibs whose results may differ from the truth, because something of theirs was missed or misread.
    pub(super) touched: BTreeSet<Bib>,
    /// Slots nobody recorded: bib, checkpoint, way.
    pub(super) missed: BTreeSet<(Bib, Key, ScanKind)>,
}

/// How much of what was injected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Injected {
    /// True passings of the script.
    pub passings: usize,
    /// Scans recorded.
    pub scans: usize,
    /// Passings that two phones recorded.
    pub recorded_twice: usize,
    /// Passings recorded under a wrong bib.
    pub wrong_bibs: usize,
    /// Passings that nobody recorded.
    pub missed: usize,
    /// Scans that were wrong at first and corrected later.
    pub late_edits: usize,
    /// Corrections that somebody else contradicted at the same time.
    pub contested: usize,
}

/// What a phone records, and how it is corrected later.
#[derive(Clone, Debug)]
pub(super) struct Seen {
    pub(super) passed: Passed,
    pub(super) edit: Option<Edit>,
}

/// A correction, and what somebody else says at the same time.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub(super) right: Facet,
    pub(super) contradiction: Option<Facet>,
}

/// One facet of a scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Facet {
    Bib(Bib),
    Time(i64),
    Void(bool),
}

/// Deals a script out.
pub(super) fn deal(script: &Script, plan: &Plan) -> Result<Dealt, Error> {
    let mut rng = ChaCha8Rng::seed_from_u64(plan.seed);
    let stations = stations(script, plan.phones);
    let picks = picks(script);
    let mut dealt = Dealt {
        phones: vec![Vec::new(); plan.phones],
        injected: Injected { passings: script.passings.len(), ..Injected::default() },
        touched: BTreeSet::new(),
        missed: BTreeSet::new(),
    };
    for passed in &script.passings {
        let phones = &stations[&passed.checkpoint];
        let phone = phones[rng.random_range(0..phones.len())];
        let chance: f64 = rng.random();
        if chance < plan.missed {
            dealt.miss(passed);
        } else if chance < plan.missed + plan.wrong_bib {
            dealt.misread(phone, passed, &mut rng)?;
        } else if chance < plan.missed + plan.wrong_bib + plan.late_edit {
            dealt.correct_later(phone, passed, &mut rng)?;
        } else {
            dealt.see(phone, passed.clone(), None);
            if rng.random::<f64>() < plan.twice {
                let other = phones[rng.random_range(0..phones.len())];
                let pick = picks.get(&(passed.checkpoint.clone(), passed.kind)).copied();
                dealt.see_again(other, passed, pick, script.setup.window_ms(&passed.checkpoint), &mut rng);
            }
        }
    }
    for seen in &mut dealt.phones {
        seen.sort_by(|a, b| (a.passed.time_ms, &a.passed.bib).cmp(&(b.passed.time_ms, &b.passed.bib)));
    }
    Ok(dealt)
}

impl Dealt {
    fn see(&mut self, phone: usize, passed: Passed, edit: Option<Edit>) {
        self.injected.scans += 1;
        self.phones[phone].push(Seen { passed, edit });
    }

    fn miss(&mut self, passed: &Passed) {
        self.injected.missed += 1;
        self.touched.insert(passed.bib.clone());
        self.missed.insert((passed.bib.clone(), passed.checkpoint.clone(), passed.kind));
    }

    fn misread(&mut self, phone: usize, passed: &Passed, rng: &mut impl Rng) -> Result<(), Error> {
        let wrong = misread(&passed.bib, rng)?;
        self.injected.wrong_bibs += 1;
        self.touched.extend([passed.bib.clone(), wrong.clone()]);
        self.see(phone, Passed { bib: wrong, ..passed.clone() }, None);
        Ok(())
    }

    /// The second witness stands on the side that the checkpoint's rule does not take the time from, so the truth is
    /// still the truth.
    fn see_again(
        &mut self,
        phone: usize,
        passed: &Passed,
        pick: Option<Pick>,
        window_ms: i64,
        rng: &mut impl Rng,
    ) {
        let apart = rng.random_range(1..TWICE_APART_MS.min(window_ms / 2).max(2));
        let apart = if pick == Some(Pick::Last) { -apart } else { apart };
        self.injected.recorded_twice += 1;
        self.see(phone, Passed { time_ms: passed.time_ms + apart, ..passed.clone() }, None);
    }

    /// Wrong at first: the bib, the time, or a scan that never was. One correction in four is contradicted.
    fn correct_later(&mut self, phone: usize, passed: &Passed, rng: &mut impl Rng) -> Result<(), Error> {
        let is_contested = rng.random_range(0..4) == 0;
        let (recorded, right, contradiction) = match rng.random_range(0..3) {
            0 => {
                let wrong = misread(&passed.bib, rng)?;
                let other = loop {
                    let other = misread(&passed.bib, rng)?;
                    if other != wrong {
                        break other;
                    }
                };
                (Passed { bib: wrong, ..passed.clone() }, Facet::Bib(passed.bib.clone()), Facet::Bib(other))
            }
            1 => {
                let late = Passed { time_ms: passed.time_ms + 600_000, ..passed.clone() };
                (late, Facet::Time(passed.time_ms), Facet::Time(passed.time_ms + 300_000))
            }
            _ => {
                self.see(phone, passed.clone(), None);
                let ghost = Passed { bib: Bib::new("ghost")?, ..passed.clone() };
                (ghost, Facet::Void(true), Facet::Void(false))
            }
        };
        self.injected.late_edits += 1;
        self.injected.contested += usize::from(is_contested);
        let contradiction = is_contested.then_some(contradiction);
        self.see(phone, recorded, Some(Edit { right, contradiction }));
        Ok(())
    }
}

/// A bib as a tired eye reads it: one character changed, or two swapped.
fn misread(bib: &Bib, rng: &mut impl Rng) -> Result<Bib, Error> {
    let mut characters: Vec<char> = bib.as_str().chars().collect();
    let at = rng.random_range(0..characters.len().max(1));
    let is_swap =
        at + 1 < characters.len() && characters[at] != characters[at + 1] && rng.random_range(0..2) == 0;
    if is_swap {
        characters.swap(at, at + 1);
    } else if let Some(character) = characters.get_mut(at) {
        let digit = character.to_digit(10).unwrap_or_default();
        let other = (digit + rng.random_range(1..10)) % 10;
        *character = char::from_digit(other, 10).unwrap_or('0');
    }
    Ok(Bib::new(&characters.into_iter().collect::<String>())?)
}

/// Which phones stand where: every checkpoint has one, and the busier ones have more. With fewer phones than checkpoints
/// a phone serves several.
fn stations(script: &Script, phones: usize) -> BTreeMap<Key, Vec<usize>> {
    let mut load: BTreeMap<Key, usize> =
        script.setup.checkpoints.iter().map(|checkpoint| (checkpoint.key.clone(), 0)).collect();
    for passed in &script.passings {
        *load.entry(passed.checkpoint.clone()).or_default() += 1;
    }
    let mut stations: BTreeMap<Key, Vec<usize>> = BTreeMap::new();
    for (n, key) in load.keys().enumerate() {
        stations.entry(key.clone()).or_default().push(n % phones);
    }
    for phone in load.len()..phones {
        let busiest =
            load.iter().max_by_key(|(key, load)| (*load / stations[*key].len(), std::cmp::Reverse(*key)));
        if let Some((key, _)) = busiest {
            let key = key.clone();
            stations.entry(key).or_default().push(phone);
        }
    }
    stations
}

/// Which scan gives the time, by checkpoint and way, as the results will judge it.
fn picks(script: &Script) -> BTreeMap<(Key, ScanKind), Pick> {
    let mut picks = BTreeMap::new();
    for course in &script.setup.courses {
        let slots = passings::slots(course);
        for (n, slot) in slots.iter().enumerate() {
            picks.insert((slot.checkpoint.clone(), slot.kind), passings::pick(&script.setup, slot, n == 0));
        }
    }
    picks
}
