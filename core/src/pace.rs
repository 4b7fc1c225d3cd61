//! How fast the field goes: typical times between places from its own splits, and when a runner is expected somewhere.
//!
//! Invariant: what is compared are medians and ranks of whole numbers, so every replica comes to the same. They are
//! rounded to steps of about one in a hundred, so that one more runner hardly ever changes what is said of the others.
//! Who is slow or fast all the way is compared with their own way, not with the middle of the field.

use std::collections::BTreeMap;

use crate::{
    ids::Key,
    passings::Slot,
    results::{CourseResults, Results, Runner},
};

/// Fewer runners than this say nothing about a segment.
pub const RUNNERS_MIN: usize = 5;

/// Of a hundred runners so many come before the interval in which one is expected, and as many after it.
const OUTSIDE_PERCENT: usize = 5;

/// Where nobody went before, an even pace is assumed, and that it may change by these thousandths.
const EVEN_PACE: [i64; 3] = [600, 1000, 1700];

/// How fast each course is run.
#[derive(Clone, Debug, Default)]
pub struct Pace {
    courses: BTreeMap<Key, CoursePace>,
}

/// How fast one course is run.
#[derive(Clone, Debug, Default)]
pub struct CoursePace {
    slots: Vec<Slot>,
    /// From each slot to the next, in order.
    segments: Vec<Segment>,
}

/// The way from one slot to the next, as those who were seen at both went it. Both lists are sorted.
#[derive(Clone, Debug, Default)]
struct Segment {
    /// Milliseconds.
    spans_ms: Vec<i64>,
    /// Millionths of the time that they had been on the way before.
    shares: Vec<i64>,
    /// What the lists amount to.
    usual: Usual,
}

impl Segment {
    /// Works out what is usual; says whether it is anything else than before.
    fn weigh(&mut self) -> bool {
        let usual = Usual { spans_ms: usual(&self.spans_ms), shares: usual(&self.shares) };
        std::mem::replace(&mut self.usual, usual) != usual
    }
}

/// What is usual on a segment: fast, in the middle, slow. Rounded; nothing if too few went there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Usual {
    spans_ms: Option<[i64; 3]>,
    shares: Option<[i64; 3]>,
}

/// When a runner is expected: milliseconds since 1970-01-01 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Expected {
    /// Hardly earlier.
    pub earliest_ms: i64,
    /// Most likely.
    pub likely_ms: i64,
    /// Hardly later.
    pub latest_ms: i64,
}

impl Pace {
    /// The pace of a field.
    #[must_use]
    pub fn of(results: &Results) -> Self {
        let courses = results.courses.iter().map(|c| (c.course.key.clone(), CoursePace::of(c)));
        Self { courses: courses.collect() }
    }

    /// Takes a runner of a course out and puts another in. Says from which slots to the next something else is usual now.
    pub(crate) fn replace(&mut self, key: &Key, old: &[Option<i64>], new: &[Option<i64>]) -> Vec<usize> {
        self.courses.get_mut(key).map(|course| course.replace(old, new)).unwrap_or_default()
    }

    /// The pace of one course.
    #[must_use]
    pub fn course(&self, key: &Key) -> Option<&CoursePace> {
        self.courses.get(key)
    }
}

impl CoursePace {
    fn of(results: &CourseResults) -> Self {
        let mut segments = vec![Segment::default(); results.slots.len().saturating_sub(1)];
        for runner in &results.runners {
            let times = times(runner);
            for (n, segment) in segments.iter_mut().enumerate() {
                let Some((span_ms, share)) = part(&times, n) else { continue };
                segment.spans_ms.push(span_ms);
                segment.shares.extend(share);
            }
        }
        for segment in &mut segments {
            segment.spans_ms.sort_unstable();
            segment.shares.sort_unstable();
            segment.weigh();
        }
        Self { slots: results.slots.clone(), segments }
    }

    fn replace(&mut self, old: &[Option<i64>], new: &[Option<i64>]) -> Vec<usize> {
        let mut others = Vec::new();
        for (n, segment) in self.segments.iter_mut().enumerate() {
            let (gone, come) = (part(old, n), part(new, n));
            if gone != come {
                if let Some((span_ms, share)) = gone {
                    take_out(&mut segment.spans_ms, span_ms);
                    share.into_iter().for_each(|share| take_out(&mut segment.shares, share));
                }
                if let Some((span_ms, share)) = come {
                    put_in(&mut segment.spans_ms, span_ms);
                    share.into_iter().for_each(|share| put_in(&mut segment.shares, share));
                }
                if segment.weigh() {
                    others.push(n);
                }
            }
        }
        others
    }

    /// How long the field takes from one slot to a later one, in milliseconds: the sum of the medians from place to place.
    /// Nothing if too few went there.
    #[must_use]
    pub fn typical_ms(&self, from: usize, to: usize) -> Option<i64> {
        let segments = self.segments.get(from..to)?;
        segments.iter().map(|segment| segment.usual.spans_ms.map(|[_, middle, _]| middle)).sum()
    }

    /// When a runner who was seen at these times is expected at a slot after the last of them. Their own start is the
    /// first slot; where that was not seen, their gun.
    #[must_use]
    pub fn expected(&self, times: &[Option<i64>], gun_ms: i64, to: usize) -> Option<Expected> {
        self.ahead(times, gun_ms).find(|(slot, _)| *slot == to).map(|(_, expected)| expected)
    }

    /// The slots after the last of these times, with when the runner is expected there; as far as anybody can say.
    pub fn ahead(&self, times: &[Option<i64>], gun_ms: i64) -> impl Iterator<Item = (usize, Expected)> {
        let last = times.iter().rposition(Option::is_some);
        let last = last.and_then(|last| Some((last, times[last]?)));
        let start_ms = times.first().copied().flatten().unwrap_or(gun_ms);
        let begin = last.map(|(last, ms)| (last, [ms; 3]));
        let next = move |(n, at_ms): &(usize, [i64; 3])| {
            let mut to_ms = [0; 3];
            for (which, ms) in at_ms.iter().enumerate() {
                to_ms[which] = ms.saturating_add(self.ahead_ms(*n, ms - start_ms, which)?);
            }
            Some((n + 1, to_ms))
        };
        std::iter::successors(begin, next).skip(1).map(|(n, [earliest_ms, likely_ms, latest_ms])| {
            (n, Expected { earliest_ms, likely_ms, latest_ms })
        })
    }

    /// How long the way from slot `n` to the next will take somebody who has been on the way for `on_way_ms`: at least,
    /// most likely, at most.
    fn ahead_ms(&self, n: usize, on_way_ms: i64, which: usize) -> Option<i64> {
        let usual = &self.segments.get(n)?.usual;
        if let Some(shares) = usual.shares.filter(|_| on_way_ms > 0) {
            return Some(scaled(on_way_ms, shares[which], 1_000_000));
        }
        if let Some(spans_ms) = usual.spans_ms {
            return Some(spans_ms[which]);
        }
        let (from_m, to_m) = (self.slots[n].distance_m, self.slots[n + 1].distance_m);
        if on_way_ms <= 0 || from_m <= 0 {
            return None;
        }
        Some(scaled(scaled(on_way_ms, to_m - from_m, from_m), EVEN_PACE[which], 1000))
    }
}

/// A runner's times, slot by slot: milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn times(runner: &Runner) -> Vec<Option<i64>> {
    runner.passings.iter().map(|passing| passing.as_ref().map(|passing| passing.time_ms)).collect()
}

/// How long somebody took from slot `n` to the next, and the share that this is of their way before; nothing if they
/// were not seen at both, or in the wrong order.
fn part(times: &[Option<i64>], n: usize) -> Option<(i64, Option<i64>)> {
    let at = |n: usize| times.get(n).copied().flatten();
    let (from, to) = (at(n)?, at(n + 1)?);
    (to >= from).then(|| (to - from, at(0).and_then(|start| share(to - from, from - start))))
}

fn put_in(sorted: &mut Vec<i64>, value: i64) {
    sorted.insert(sorted.partition_point(|other| *other < value), value);
}

fn take_out(sorted: &mut Vec<i64>, value: i64) {
    if let Ok(at) = sorted.binary_search(&value) {
        sorted.remove(at);
    }
}

/// `span_ms` in millionths of another; nothing if that is none.
fn share(span_ms: i64, of_ms: i64) -> Option<i64> {
    (of_ms > 0).then(|| scaled(span_ms, 1_000_000, of_ms))
}

/// `value * by / of`, without overflow on the way.
pub(crate) fn scaled(value: i64, by: i64, of: i64) -> i64 {
    let scaled = i128::from(value) * i128::from(by) / i128::from(of.max(1));
    i64::try_from(scaled).unwrap_or(if scaled < 0 { i64::MIN } else { i64::MAX })
}

/// What is usual in a sorted list: fast, in the middle, slow; nothing if there are too few.
fn usual(sorted: &[i64]) -> Option<[i64; 3]> {
    let at =
        |percent: usize| sorted.get((sorted.len().saturating_sub(1)) * percent / 100).copied().map(rounded);
    let enough = sorted.len() >= RUNNERS_MIN;
    let [fast, middle, slow] = [OUTSIDE_PERCENT, 50, 100 - OUTSIDE_PERCENT].map(at);
    Some([fast?, middle?, slow?]).filter(|_| enough)
}

/// To the middle of a step of less than one in 64.
fn rounded(value: i64) -> i64 {
    let bits = i64::BITS - value.max(0).leading_zeros();
    let step = 1_i64 << bits.saturating_sub(7);
    if step == 1 { value } else { value / step * step + step / 2 }
}
