//! One runner's way: which of their sightings can all be true together, and which cannot.
//!
//! Invariant: what is kept runs forward in place and time, and nowhere faster than the race's factors allow; of all such
//! choices it has the most sightings, and of those it is the most even. What is not kept is odd, and never forgotten.

use std::sync::Arc;

use crate::{
    ids::{Key, OpRef},
    op::ScanKind,
    pace::scaled,
    passings::Slot,
    race::Factors,
    results::Runner,
    state::Sighting,
};

/// Sources that tell the time to the minute, and clocks that never met, make short ways look shorter by so much.
const SLACK_MS: i64 = 60_000;

/// What one sighting more is worth: more than any unevenness that it may bring.
const WORTH: i64 = 100_000;

/// The most that one part of the way counts as uneven, in thousandths of what is usual.
const UNEVEN_MAX: i64 = 3_000;

/// A course as the field runs it.
#[derive(Clone, Debug, Default)]
pub(super) struct Line {
    pub(super) slots: Vec<Slot>,
    /// How long the field takes from the first slot to each, and over how many parts nobody can say.
    along: Vec<(i64, usize)>,
}

impl Line {
    /// `typical` tells the time from a slot to the next.
    pub(super) fn new(slots: Vec<Slot>, typical: impl Fn(usize) -> Option<i64>) -> Self {
        let mut along = vec![(0, 0)];
        for n in 1..slots.len() {
            let (ms, unknown) = along[n - 1];
            along.push(match typical(n - 1) {
                Some(part_ms) => (ms + part_ms, unknown),
                None => (ms, unknown + 1),
            });
        }
        Self { slots, along }
    }

    /// How long the field takes from one slot to a later one.
    pub(super) fn typical_ms(&self, from: usize, to: usize) -> Option<i64> {
        let (from, to) = (self.along.get(from)?, self.along.get(to)?);
        (from.1 == to.1).then(|| to.0 - from.0).filter(|ms| *ms > 0)
    }

    /// The slots at which a scan of this checkpoint and way may stand.
    pub(super) fn slots_of(&self, checkpoint: &Key, kind: ScanKind) -> Vec<usize> {
        let here = |n: &usize| self.slots[*n].checkpoint == *checkpoint;
        let mut slots: Vec<usize> = (0..self.slots.len()).filter(here).collect();
        let has_kind = slots.iter().any(|n| self.slots[*n].kind == kind);
        let kind = if has_kind { kind } else { ScanKind::In };
        slots.retain(|n| self.slots[*n].kind == kind);
        slots
    }

    /// Whether somebody who takes `own` thousandths of the field's time can get from one slot to a later one in `span_ms`.
    fn can(&self, from: usize, to: usize, span_ms: i64, own: i64, factors: &Factors) -> bool {
        let is_same_place = self.slots[from].checkpoint == self.slots[to].checkpoint;
        if span_ms < 0 || is_same_place {
            return span_ms >= 0;
        }
        self.typical_ms(from, to).is_none_or(|typical_ms| {
            let least = scaled(scaled(typical_ms, own.min(1000), 1000), factors.bad_below, 1000);
            span_ms.saturating_add(SLACK_MS) >= least
        })
    }
}

/// Scans of one runner at one place, close together.
#[derive(Clone, Debug)]
pub(super) struct Spot {
    pub(super) checkpoint: Key,
    pub(super) kind: ScanKind,
    pub(super) time_ms: i64,
    pub(super) scans: Vec<OpRef>,
    /// The slots at which it may stand.
    pub(super) slots: Vec<usize>,
}

/// One runner's way.
#[derive(Clone, Debug)]
pub(super) struct Way {
    pub(super) runner: Arc<Runner>,
    /// Which course of the field.
    pub(super) course: usize,
    pub(super) gun_ms: i64,
    /// The times that go together, by slot.
    pub(super) times: Vec<Option<i64>>,
    /// Thousandths of the field's time that they take.
    pub(super) own: i64,
    /// Their sightings, if not all go together.
    pub(super) spots: Vec<Spot>,
    /// Which of them stands at a slot.
    kept: Vec<Option<usize>>,
    /// Those that do not go with the others.
    pub(super) odd: Vec<usize>,
}

impl Way {
    pub(super) fn of(
        line: &Line,
        runner: Arc<Runner>,
        course: usize,
        gun_ms: i64,
        factors: &Factors,
        window_ms: impl Fn(&Key) -> i64,
    ) -> Self {
        let times: Vec<Option<i64>> = runner.passings.iter().map(|p| p.as_ref().map(|p| p.time_ms)).collect();
        let mut way =
            Self { runner, course, gun_ms, times, own: 1000, spots: vec![], kept: vec![], odd: vec![] };
        way.own = way.own_pace(line);
        if !way.runner.out_of_place.is_empty() || !way.is_plain(line, factors) {
            way.spots = spots(line, &way.runner, window_ms);
            way.choose(line, factors);
        }
        way
    }

    /// The scans that stand at a slot.
    pub(super) fn scans_at(&self, slot: usize) -> &[OpRef] {
        match self.kept.get(slot) {
            Some(Some(spot)) => &self.spots[*spot].scans,
            Some(None) => &[],
            None => self.runner.passings[slot].as_ref().map_or(&[], |passing| &passing.witnesses),
        }
    }

    /// The sighting that is kept at one of these slots.
    pub(super) fn kept_at(&self, slots: &[usize]) -> Option<(usize, usize)> {
        slots.iter().find_map(|slot| Some((*slot, (*self.kept.get(*slot)?)?)))
    }

    fn is_plain(&self, line: &Line, factors: &Factors) -> bool {
        let mut before: Option<(usize, i64)> = None;
        for (slot, time) in self.times.iter().enumerate() {
            let Some(time) = *time else { continue };
            if before
                .is_some_and(|(from, at)| !line.can(from, slot, time.saturating_sub(at), self.own, factors))
            {
                return false;
            }
            before = Some((slot, time));
        }
        true
    }

    /// The median over the parts of the way; the field's own pace if there are none.
    fn own_pace(&self, line: &Line) -> i64 {
        let seen: Vec<(usize, i64)> = (0..).zip(&self.times).filter_map(|(n, t)| Some((n, (*t)?))).collect();
        let ratios = seen.windows(2).filter_map(|pair| ratio(line, pair[0], pair[1])).collect();
        median(ratios).unwrap_or(1000)
    }

    /// The chain of sightings that go together (longest, then most even).
    fn choose(&mut self, line: &Line, factors: &Factors) {
        let mut places: Vec<(usize, i64, usize)> = Vec::new();
        for (spot, n) in self.spots.iter().zip(0..) {
            places.extend(spot.slots.iter().map(|slot| (*slot, spot.time_ms, n)));
        }
        places.sort_unstable();
        let pairs = (0..places.len()).flat_map(|j| (0..j).map(move |i| (i, j)));
        let at = |n: usize| (places[n].0, places[n].1);
        self.own = median(pairs.filter_map(|(i, j)| ratio(line, at(i), at(j))).collect()).unwrap_or(1000);
        let mut best: Vec<(i64, Option<usize>)> = Vec::with_capacity(places.len());
        for (to, time, spot) in &places {
            let alone = WORTH + i64::try_from(self.spots[*spot].scans.len()).unwrap_or(9).min(9);
            let mut chosen = (alone, None);
            for (n, (from, at, other)) in places[..best.len()].iter().enumerate() {
                let span_ms = time.saturating_sub(*at);
                if from >= to || other == spot || !line.can(*from, *to, span_ms, self.own, factors) {
                    continue;
                }
                let score = best[n].0 + alone - uneven(line, *from, *to, span_ms, self.own);
                if score > chosen.0 {
                    chosen = (score, Some(n));
                }
            }
            best.push(chosen);
        }
        let last = (0..best.len()).max_by_key(|n| (best[*n].0, std::cmp::Reverse(*n)));
        self.kept = vec![None; line.slots.len()];
        let mut next = last;
        while let Some(n) = next {
            self.kept[places[n].0] = Some(places[n].2);
            next = best[n].1;
        }
        self.times = self.kept.iter().map(|spot| spot.map(|spot| self.spots[spot].time_ms)).collect();
        self.odd = (0..self.spots.len()).filter(|spot| !self.kept.contains(&Some(*spot))).collect();
        self.own = self.own_pace(line);
    }
}

fn uneven(line: &Line, from: usize, to: usize, span_ms: i64, own: i64) -> i64 {
    let Some(typical_ms) = line.typical_ms(from, to) else { return 0 };
    let usual_ms = scaled(typical_ms, own, 1000);
    scaled((span_ms - usual_ms).abs(), 1000, usual_ms.saturating_add(SLACK_MS)).min(UNEVEN_MAX)
}

/// Thousandths of the field's time from one place to another.
fn ratio(line: &Line, from: (usize, i64), to: (usize, i64)) -> Option<i64> {
    let span_ms = to.1.saturating_sub(from.1);
    if to.0 <= from.0 || span_ms <= 0 || line.slots[from.0].checkpoint == line.slots[to.0].checkpoint {
        return None;
    }
    Some(scaled(span_ms, 1000, line.typical_ms(from.0, to.0)?).clamp(1, 100_000))
}

pub(super) fn median(mut values: Vec<i64>) -> Option<i64> {
    values.sort_unstable();
    values.get(values.len().saturating_sub(1) / 2).copied()
}

/// All sightings of a runner: their passings, and the scans out of place, those close together as one.
pub(super) fn spots(line: &Line, runner: &Runner, window_ms: impl Fn(&Key) -> i64) -> Vec<Spot> {
    let passings = runner.passings.iter().zip(&line.slots).filter_map(|(passing, slot)| {
        let passing = passing.as_ref()?;
        Some(Spot {
            slots: line.slots_of(&slot.checkpoint, slot.kind),
            checkpoint: slot.checkpoint.clone(),
            kind: slot.kind,
            time_ms: passing.time_ms,
            scans: passing.witnesses.clone(),
        })
    });
    passings.chain(loose(line, &runner.out_of_place, window_ms)).collect()
}

/// Scans in order of time, those of one place and way that are close together as one.
fn loose(line: &Line, scans: &[Sighting], window_ms: impl Fn(&Key) -> i64) -> Vec<Spot> {
    let mut spots: Vec<Spot> = Vec::new();
    for scan in scans {
        let window_ms = window_ms(&scan.checkpoint);
        let same = spots.iter_mut().rev().find(|s| s.checkpoint == scan.checkpoint && s.kind == scan.kind);
        match same {
            Some(spot) if scan.time_ms.saturating_sub(spot.time_ms) < window_ms => spot.scans.push(scan.at),
            _ => spots.push(Spot {
                slots: line.slots_of(&scan.checkpoint, scan.kind),
                checkpoint: scan.checkpoint.clone(),
                kind: scan.kind,
                time_ms: scan.time_ms,
                scans: vec![scan.at],
            }),
        }
    }
    spots
}
