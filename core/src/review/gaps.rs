//! Who was not seen at which slot, and when they were expected there.
//!
//! Invariant: a runner's gaps follow from their own way and the yardstick alone.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    field::{Guess, may_be_missing, stopped_at},
    way::{Line, Way},
};
use crate::{ids::Bib, results::State};

/// A runner who was not seen at a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Gap {
    pub(super) guess: Guess,
    pub(super) way: usize,
}

/// The gaps of one runner.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OwnGaps {
    /// Slot, when they were expected there, and whether records of others may be theirs.
    pub(super) gaps: Vec<(usize, Guess, bool)>,
    /// If nothing says when they should have been anywhere: their number.
    pub(super) unseen: Option<u64>,
}

impl OwnGaps {
    /// `guess` tells when they were expected at a slot.
    pub(super) fn of(way: &Way, line: &Line, guess: impl Fn(usize) -> Option<Guess>) -> Self {
        if way.runner.state == State::DidNotStart {
            return Self::default();
        }
        let open_to = if may_be_missing(&way.runner) { stopped_at(way, line) } else { 0 };
        let seen_to = way.times.iter().rposition(Option::is_some).unwrap_or_default();
        let gap = |slot: usize| Some((slot, guess(slot)?, slot < open_to));
        let empty = (0..open_to.max(seen_to)).filter(|slot| way.times[*slot].is_none());
        let gaps: Vec<_> = empty.filter_map(gap).collect();
        let is_expected = way.times[..open_to].iter().any(Option::is_some) || gaps.iter().any(|gap| gap.2);
        let is_unseen = may_be_missing(&way.runner) && !is_expected;
        Self { gaps, unseen: is_unseen.then(|| number(&way.runner.bib).unwrap_or_default()) }
    }
}

pub(super) fn number(bib: &Bib) -> Option<u64> {
    bib.as_str().parse().ok()
}

/// When they were expected, and whose; the slack of the guess.
type Expected = BTreeMap<(i64, usize), i64>;

/// The same before it is sorted.
type List = Vec<((i64, usize), i64)>;

/// The gaps at one slot.
#[derive(Clone, Debug, Default)]
struct AtSlot {
    /// Of those who may be missing.
    open: Expected,
    /// Of those who are not looked for there.
    shut: Expected,
}

/// The gaps of everybody.
#[derive(Clone, Debug, Default)]
pub(super) struct Gaps {
    /// By course and slot.
    slots: Vec<Vec<AtSlot>>,
    /// Never seen, and nothing says when they should have been: by number.
    unseen: BTreeSet<(u64, usize)>,
}

impl Gaps {
    pub(super) fn of(lines: &[Line], ways: &[Way], own: impl Fn(&Way) -> OwnGaps) -> Self {
        let slots = || lines.iter().map(|line| vec![Vec::new(); line.slots.len()]).collect();
        let (mut open, mut shut): (Vec<Vec<List>>, Vec<Vec<List>>) = (slots(), slots());
        let mut unseen = Vec::new();
        for (n, way) in (0..).zip(ways) {
            let own = own(way);
            for (slot, guess, is_open) in own.gaps {
                let lists = if is_open { &mut open } else { &mut shut };
                lists[way.course][slot].push(((guess.likely_ms, n), guess.slack_ms));
            }
            unseen.extend(own.unseen.map(|number| (number, n)));
        }
        // A tree of what is sorted is made at once.
        let at_slot = |(open, shut): (List, List)| AtSlot {
            open: open.into_iter().collect(),
            shut: shut.into_iter().collect(),
        };
        let of_course =
            |(open, shut): (Vec<List>, Vec<List>)| open.into_iter().zip(shut).map(at_slot).collect();
        let slots = open.into_iter().zip(shut).map(of_course).collect();
        Self { slots, unseen: unseen.into_iter().collect() }
    }

    pub(super) fn put(&mut self, n: usize, course: usize, own: &OwnGaps) {
        for (slot, guess, is_open) in &own.gaps {
            self.expected(course, *slot, *is_open).insert((guess.likely_ms, n), guess.slack_ms);
        }
        self.unseen.extend(own.unseen.map(|number| (number, n)));
    }

    pub(super) fn drop_out(&mut self, n: usize, course: usize, own: &OwnGaps) {
        for (slot, guess, is_open) in &own.gaps {
            self.expected(course, *slot, *is_open).remove(&(guess.likely_ms, n));
        }
        if let Some(number) = own.unseen {
            self.unseen.remove(&(number, n));
        }
    }

    fn expected(&mut self, course: usize, slot: usize, is_open: bool) -> &mut Expected {
        let at_slot = &mut self.slots[course][slot];
        if is_open { &mut at_slot.open } else { &mut at_slot.shut }
    }

    /// Who may be missing at a slot and was expected near a moment, up to `count` on each side of it; and the span of
    /// time that was looked at for it.
    pub(super) fn near(
        &self,
        (course, slot): (usize, usize),
        time_ms: i64,
        count: usize,
    ) -> (Vec<Gap>, (i64, i64)) {
        let open = &self.slots[course][slot].open;
        let gap = |((likely_ms, way), slack_ms): (&(i64, usize), &i64)| Gap {
            guess: Guess { likely_ms: *likely_ms, slack_ms: *slack_ms },
            way: *way,
        };
        let before: Vec<Gap> = open.range(..(time_ms, 0)).rev().take(count).map(gap).collect();
        let after: Vec<Gap> = open.range((time_ms, 0)..).take(count).map(gap).collect();
        let end = |gaps: &[Gap]| gaps.last().filter(|_| gaps.len() == count).map(|gap| gap.guess.likely_ms);
        let span = (end(&before).unwrap_or(i64::MIN), end(&after).unwrap_or(i64::MAX));
        (before.into_iter().chain(after).collect(), span)
    }

    /// Whoever was not seen at a slot, looked for there or not.
    pub(super) fn at(&self, course: usize, slot: usize) -> impl Iterator<Item = Gap> {
        let at_slot = &self.slots[course][slot];
        at_slot.open.iter().chain(&at_slot.shut).map(|((likely_ms, way), slack_ms)| Gap {
            guess: Guess { likely_ms: *likely_ms, slack_ms: *slack_ms },
            way: *way,
        })
    }

    /// Who was never seen, with nothing to say when they should have been: up to `count` on each side of a number; and
    /// the span of numbers that was looked at for it.
    pub(super) fn unseen_near(&self, number: u64, count: usize) -> (Vec<usize>, (u64, u64)) {
        let before: Vec<_> = self.unseen.range(..(number, 0)).rev().take(count).collect();
        let after: Vec<_> = self.unseen.range((number, 0)..).take(count).collect();
        let end =
            |found: &[&(u64, usize)]| found.last().filter(|_| found.len() == count).map(|found| found.0);
        let span = (end(&before).unwrap_or_default(), end(&after).unwrap_or(u64::MAX));
        (before.into_iter().chain(after).map(|(_, way)| *way).collect(), span)
    }
}
