//! Who a record may really be about: the wrong-bib rules, and who is missing here and unknown there.
//!
//! Invariant: a candidate is somebody who was not seen at that place, or whom another hand saw there at that moment.
//! Lists are ranked by how far-fetched each is: how the bib slipped, and how far from when they were expected.

use super::{
    bibs::{self, Slip},
    field::{Field, Guess},
    gaps::Gap,
};
use crate::{
    ids::{Key, OpRef},
    op::ScanKind,
    pace::scaled,
    results::State,
};

/// A bib that looks nothing like the record.
const UNLIKE: i64 = 600;

/// Somebody who was never seen anywhere has most likely not started.
const NEVER_SEEN: i64 = 300;

/// Farther off than this many times what is usual is nobody.
const FARTHEST: i64 = 30;
/// The same for somebody whose bib looks nothing like it.
const FARTHEST_UNLIKE: i64 = 3;

/// Twice the crowd makes a coincidence so much less telling.
pub(super) const CROWD_COST: i64 = 60;

/// How far apart two hands note one passing, at most, in milliseconds.
const TWO_HANDS_MS: i64 = 15_000;

/// So many who fit by time alone are looked at, on each side.
const NEAREST: usize = 6;

/// A record whose bib is in question.
pub(super) struct Record<'r> {
    /// As it stands.
    pub(super) bib: &'r str,
    pub(super) checkpoint: &'r Key,
    pub(super) kind: ScanKind,
    pub(super) time_ms: i64,
    pub(super) scans: &'r [OpRef],
}

/// Somebody it may be about.
#[derive(Clone, Copy, Debug)]
pub(super) struct Candidate {
    pub(super) way: usize,
    /// How the bib slipped; nothing if it looks nothing like theirs.
    pub(super) slip: Option<Slip>,
    /// Hundredths: how far-fetched.
    pub(super) cost: i64,
    /// When they were expected, before or after.
    pub(super) off_ms: Option<i64>,
    /// Whether another hand saw them there at that moment.
    pub(super) is_witnessed: bool,
}

impl Field {
    /// Who it may be about, the likeliest first.
    pub(super) fn candidates(&self, record: &Record<'_>) -> Vec<Candidate> {
        let mut all = self.alike(record);
        if !record.bib.contains('*') || record.bib.chars().filter(|c| *c == '*').count() > 2 {
            all.extend(self.by_time(record));
        }
        self.ranked(record, all)
    }

    /// Those of them whose bib is one slip away.
    pub(super) fn candidates_alike(&self, record: &Record<'_>) -> Vec<Candidate> {
        self.ranked(record, self.alike(record))
    }

    fn ranked(&self, record: &Record<'_>, mut all: Vec<Candidate>) -> Vec<Candidate> {
        all.retain(|c| self.ways[c.way].runner.bib.as_str() != record.bib);
        all.sort_by_key(|c| (c.way, c.cost));
        all.dedup_by_key(|c| c.way);
        all.sort_by_key(|c| (c.cost, self.ways[c.way].runner.bib.list_order()));
        all.truncate(super::SUGGESTIONS_MAX);
        all
    }

    /// Those whose bib is one slip away.
    fn alike(&self, record: &Record<'_>) -> Vec<Candidate> {
        let slots = self.slots_of(record);
        let mut found = Vec::new();
        bibs::variants(record.bib, &self.alphabet, &mut |bib| {
            let candidate = self.wearer(bib).and_then(|way| self.at_slots(record, way, &slots));
            let slip = || Slip::between(record.bib, bib);
            if let Some((candidate, slip)) = candidate.and_then(|candidate| Some((candidate, slip()?))) {
                found.push(Candidate { slip: Some(slip), cost: candidate.cost + slip.cost(), ..candidate });
            }
        });
        found
    }

    /// This runner, if they may have been here then.
    pub(super) fn candidate(&self, record: &Record<'_>, way: usize, slip: Option<Slip>) -> Option<Candidate> {
        let candidate = self.at_slots(record, way, &self.slots_of(record))?;
        let base = slip.map_or(UNLIKE, Slip::cost);
        Some(Candidate { slip, cost: base + candidate.cost, ..candidate })
    }

    /// The slots, by course, at which a record may stand.
    fn slots_of(&self, record: &Record<'_>) -> Vec<Vec<usize>> {
        self.yard.lines.iter().map(|line| line.slots_of(record.checkpoint, record.kind)).collect()
    }

    /// This runner, if they may have been here then, whatever their bib.
    fn at_slots(&self, record: &Record<'_>, way: usize, slots: &[Vec<usize>]) -> Option<Candidate> {
        let candidate =
            |cost, off_ms, is_witnessed| Candidate { way, slip: None, cost, off_ms, is_witnessed };
        let runner = &self.ways[way];
        slots[runner.course].iter().for_each(|slot| self.looks_at(way, *slot));
        if runner.runner.state == State::DidNotStart {
            return None;
        }
        let at_slot = |slot: &usize| match runner.times[*slot] {
            Some(time_ms) => self.is_second_hand(record, way, *slot, time_ms).then(|| {
                let off_ms = record.time_ms - time_ms;
                let cost = scaled(off_ms.abs(), 100, 5_000) + self.crowd_cost(record);
                candidate(cost, Some(off_ms), true)
            }),
            None => match self.guess(runner, *slot) {
                Some(guess) => {
                    let cost = far(&guess, record.time_ms);
                    let never_seen = if self.was_seen(way) { 0 } else { NEVER_SEEN };
                    let off_ms = record.time_ms - guess.likely_ms;
                    (cost <= far_cost(100 * FARTHEST))
                        .then(|| candidate(cost + never_seen, Some(off_ms), false))
                }
                None => Some(candidate(self.beside_cost(record, way), None, false)),
            },
        };
        slots[runner.course].iter().filter_map(at_slot).min_by_key(|candidate| candidate.cost)
    }

    /// Whether another hand than the one that made the record saw this runner at the slot at about that time.
    fn is_second_hand(&self, record: &Record<'_>, way: usize, slot: usize, time_ms: i64) -> bool {
        if (record.time_ms - time_ms).abs() > TWO_HANDS_MS {
            return false;
        }
        let witnesses = self.ways[way].scans_at(slot);
        !witnesses.is_empty()
            && witnesses.iter().all(|at| record.scans.iter().all(|scan| self.is_other_hand(*scan, *at)))
    }

    /// In a crowd somebody whose bib is alike passes at that moment by chance.
    fn crowd_cost(&self, record: &Record<'_>) -> i64 {
        let beside = self.beside(record.checkpoint, record.time_ms, TWO_HANDS_MS).count();
        CROWD_COST * i64::from((beside + 1).ilog2())
    }

    fn was_seen(&self, way: usize) -> bool {
        let way = &self.ways[way];
        way.times.iter().any(Option::is_some) || way.times.len() == 1
    }

    /// Those who fit by time, whatever they wear; where nothing tells times, by what is worn around here.
    fn by_time(&self, record: &Record<'_>) -> Vec<Candidate> {
        let mut found = Vec::new();
        let base = if record.bib.is_empty() { 0 } else { UNLIKE };
        for (course, line) in self.yard.lines.iter().enumerate() {
            for slot in line.slots_of(record.checkpoint, record.kind) {
                let near = self.gaps_near(course, slot, record.time_ms, NEAREST);
                near.iter().for_each(|gap| self.looks_at(gap.way, slot));
                found.extend(near.iter().filter_map(|gap| self.fitting(record, gap, base)));
            }
        }
        if !record.bib.is_empty() {
            return found;
        }
        let mut numbers = self.numbers_beside(record.checkpoint, record.time_ms, 5);
        numbers.sort_unstable();
        let middle = numbers.get(numbers.len() / 2).copied().unwrap_or_default();
        let near = self.unseen_near(middle, 2 * NEAREST);
        let nobody_unlike = near.into_iter().filter_map(|way| self.candidate(record, way, None));
        found.extend(nobody_unlike.map(|c| Candidate { cost: c.cost - UNLIKE, ..c }));
        found
    }

    fn fitting(&self, record: &Record<'_>, gap: &Gap, base: i64) -> Option<Candidate> {
        let cost = far(&gap.guess, record.time_ms);
        let never_seen = if self.was_seen(gap.way) { 0 } else { NEVER_SEEN };
        (cost <= 100 * FARTHEST_UNLIKE).then(|| Candidate {
            way: gap.way,
            slip: None,
            cost: base + cost + never_seen,
            off_ms: Some(record.time_ms - gap.guess.likely_ms),
            is_witnessed: false,
        })
    }

    /// How little a runner's number is like those recorded beside: bibs are handed out by wave, course and speed.
    fn beside_cost(&self, record: &Record<'_>, way: usize) -> i64 {
        self.number_cost(record, self.ways[way].runner.bib.as_str())
    }

    pub(super) fn number_cost(&self, record: &Record<'_>, bib: &str) -> i64 {
        let Ok(number) = bib.parse::<u64>() else { return 100 };
        let mut apart: Vec<u64> = self.numbers_beside(record.checkpoint, record.time_ms, 5);
        apart.iter_mut().for_each(|other| *other = other.abs_diff(number));
        apart.sort_unstable();
        let middle = apart.get(apart.len().saturating_sub(1) / 2).copied().unwrap_or(self.number_range);
        scaled(
            i64::try_from(middle).unwrap_or(i64::MAX),
            100,
            i64::try_from(self.number_range).unwrap_or(i64::MAX),
        )
        .min(300)
    }

    /// How far-fetched it is that whoever wears the bib was really here then, beside the rest of their way.
    pub(super) fn own_cost(&self, record: &Record<'_>, way: usize, slot: usize) -> i64 {
        self.looks_at(way, slot);
        let runner = &self.ways[way];
        let rest_seen = (0..).zip(&runner.times).any(|(n, time): (usize, _)| n != slot && time.is_some());
        match self.guess(runner, slot).filter(|_| rest_seen) {
            Some(guess) => far(&guess, record.time_ms).min(1000),
            None => self.beside_cost(record, way),
        }
    }
}

/// What it costs that a moment is so far from when somebody was expected.
pub(super) fn far(guess: &Guess, time_ms: i64) -> i64 {
    far_cost(times_slack(guess, time_ms))
}

/// How far a moment is from when somebody was expected, in hundredths of what is usual.
pub(super) fn times_slack(guess: &Guess, time_ms: i64) -> i64 {
    scaled(time_ms.saturating_sub(guess.likely_ms).saturating_abs(), 100, guess.slack_ms)
}

/// Far off is rare, but hardly rarer than farther off: runners rest, and crawl.
fn far_cost(times_slack: i64) -> i64 {
    if times_slack <= 300 { times_slack } else { 300 + (times_slack - 300) / 5 }
}
