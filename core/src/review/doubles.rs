//! Passings with several records, and which of them are unusual.
//!
//! Invariant: what is usual is part of the yardstick; each passing is held against it by itself.

use std::collections::BTreeMap;

use super::way::{Line, Way};
use crate::pace::RUNNERS_MIN;

/// Of so many passings at most one is unusual: for having several records, or for how far apart they lie.
const RARE_OF: usize = 50;

/// A passing with several records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Double {
    /// When it counts.
    pub(super) time_ms: i64,
    pub(super) way: usize,
    /// Whether they lie unusually far apart: few are as wide, and half of all are less than half as wide.
    pub(super) is_wide: bool,
    /// Whether few passings there have several at all.
    pub(super) is_rare: bool,
}

impl Double {
    /// Whether it may hide somebody's record.
    pub(super) fn is_telling(&self) -> bool {
        self.is_wide || self.is_rare
    }
}

/// Time between the first and the last record, when the passing counts, whose.
type Apart = (i64, i64, usize);

/// What is unusual at a slot.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Unusual {
    /// From this one on they lie unusually far apart.
    wide_from: Option<Apart>,
    is_rare: bool,
}

impl Unusual {
    /// Of so many passings.
    fn of(mut doubles: Vec<Apart>, passings: usize) -> Self {
        doubles.sort_unstable();
        let middle = doubles.get(doubles.len() / 2).filter(|_| doubles.len() >= RUNNERS_MIN);
        let usual_ms = middle.map_or(0, |(spread_ms, ..)| *spread_ms);
        let wide = doubles.partition_point(|(spread_ms, ..)| *spread_ms <= 2 * usual_ms);
        let few = (passings / RARE_OF).max(1);
        let rare = doubles.len().saturating_sub(few);
        Self { wide_from: doubles.get(wide.max(rare)).copied(), is_rare: doubles.len() <= few }
    }

    fn judge(self, (spread_ms, time_ms, way): Apart) -> Double {
        let is_wide = self.wide_from.is_some_and(|from| (spread_ms, time_ms, way) >= from);
        Double { time_ms, way, is_wide, is_rare: self.is_rare }
    }
}

/// When a passing counts and whose it is; time between its first and last record.
type AtSlot = BTreeMap<(i64, usize), i64>;

/// The passings with several records, by course and slot.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubles(Vec<Vec<AtSlot>>);

impl Doubles {
    pub(super) fn of(lines: &[Line], ways: &[Way]) -> Self {
        let mut all = Self(lines.iter().map(|line| vec![AtSlot::new(); line.slots.len()]).collect());
        (0..).zip(ways).for_each(|(n, way)| all.put(n, way));
        all
    }

    pub(super) fn unusual(&self, lines: &[Line], ways: &[Way]) -> Vec<Vec<Unusual>> {
        let mut passings: Vec<Vec<usize>> = lines.iter().map(|line| vec![0; line.slots.len()]).collect();
        for way in ways {
            let seen = (0..).zip(&way.times).filter(|(_, time)| time.is_some());
            seen.for_each(|(slot, _): (usize, _)| passings[way.course][slot] += 1);
        }
        let apart = |doubles: &AtSlot| {
            doubles.iter().map(|((time_ms, way), spread_ms)| (*spread_ms, *time_ms, *way)).collect()
        };
        let of_course = |(slots, passings): (&Vec<AtSlot>, Vec<usize>)| {
            slots.iter().zip(passings).map(|(doubles, count)| Unusual::of(apart(doubles), count)).collect()
        };
        self.0.iter().zip(passings).map(of_course).collect()
    }

    pub(super) fn put(&mut self, n: usize, way: &Way) {
        for (slot, spread_ms, time_ms) in of_way(way) {
            self.0[way.course][slot].insert((time_ms, n), spread_ms);
        }
    }

    pub(super) fn drop_out(&mut self, n: usize, way: &Way) {
        for (slot, _, time_ms) in of_way(way) {
            self.0[way.course][slot].remove(&(time_ms, n));
        }
    }

    /// Those within `around_ms` of a moment, in order of time.
    pub(super) fn near(
        &self,
        (course, slot): (usize, usize),
        unusual: Unusual,
        time_ms: i64,
        around_ms: i64,
    ) -> impl Iterator<Item = Double> {
        let (from_ms, to_ms) = (time_ms.saturating_sub(around_ms), time_ms.saturating_add(around_ms));
        let near = self.0[course][slot].range((from_ms, 0)..=(to_ms.max(from_ms), usize::MAX));
        near.map(move |((time_ms, way), spread_ms)| unusual.judge((*spread_ms, *time_ms, *way)))
    }
}

/// A runner's passings with several records, judged: slot and passing.
pub(super) fn judged(n: usize, way: &Way, unusual: impl Fn(usize) -> Unusual) -> Vec<(usize, Double)> {
    let judge = |(slot, spread_ms, time_ms)| (slot, unusual(slot).judge((spread_ms, time_ms, n)));
    of_way(way).map(judge).collect()
}

/// Slot, time between the records, and when the passing counts.
fn of_way(way: &Way) -> impl Iterator<Item = (usize, i64, i64)> {
    (0..).zip(&way.times).filter_map(|(slot, time): (usize, _)| {
        let time_ms = (*time)?;
        let passing = way.runner.passings[slot].as_ref().filter(|passing| passing.time_ms == time_ms)?;
        (passing.witnesses.len() > 1).then_some((slot, passing.spread_ms, time_ms))
    })
}
