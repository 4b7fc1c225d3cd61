//! Plausibility: whether each time of a runner can be, beside the time before it, the field and the runner's own pace.
//!
//! Invariant: a judgement hides and changes nothing. Every time that was seen has one, and what it says follows from the
//! times, the words of people and the factors alone.

use crate::{
    op::{Status, StatusCode},
    pace::{CoursePace, scaled, times},
    passings::Slot,
    race::{Course, Factors, RaceSetup},
    results::{self, Runner},
};

/// Factors where nobody's times tell how long the way takes, and distances must: hills are not in them.
pub const FACTORS_BY_DISTANCE: Factors =
    Factors { bad_below: 300, doubtful_below: 400, doubtful_above: 2200, bad_above: 3000 };

/// Every stay at a place may take this much more than the typical one, in milliseconds: the reference tool's 15 minutes.
pub const STAY_MS: i64 = 900_000;

/// So many times the typical stay (and [`STAY_MS`]) are doubtful, and so many cannot be: the reference tool's factors.
pub const STAY_FACTORS: (i64, i64) = (60, 100);

/// What a time is worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// It fits what comes before.
    Good,
    /// There is nothing to compare it with.
    Unjudged,
    /// It may be wrong. A person should look.
    Questionable,
    /// It cannot be, or the time that it is compared with cannot.
    Bad,
}

/// What is wrong with a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Beyond the place where a person said that the runner stopped.
    AfterStop,
    /// Out of a place before in.
    OutBeforeIn,
    /// Earlier than a place before it along the course.
    BeforePrevious,
    /// Sooner than somebody who runs like this comes.
    TooSoon,
    /// Later than somebody who runs like this comes.
    TooLong,
    /// So long a stay.
    LongStay,
}

/// What a time is worth, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    /// What it is worth.
    pub grade: Grade,
    /// What is wrong with it; nothing if it is good or not judged.
    pub reason: Option<Reason>,
    /// The slot that it was compared with: the last one before whose time is not in doubt. Nothing for the gun.
    pub since: Option<usize>,
    /// How long the way from there usually takes somebody who runs like this, in milliseconds.
    pub usual_ms: Option<i64>,
}

/// One runner's way.
#[derive(Clone, Copy, Debug)]
pub struct Way<'a> {
    /// When they were seen, slot by slot: milliseconds since 1970-01-01 UTC.
    pub times: &'a [Option<i64>],
    /// Their gun: milliseconds since 1970-01-01 UTC. It stands for a start that nobody saw.
    pub gun_ms: i64,
    /// The last slot at the place where they stopped.
    pub stopped_at: Option<usize>,
}

impl Grade {
    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Unjudged => "not judged",
            Self::Questionable => "questionable",
            Self::Bad => "bad",
        }
    }

    /// Whether other times may be compared with this one.
    fn is_sound(self) -> bool {
        self <= Self::Unjudged
    }
}

impl Reason {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AfterStop => "seen after they stopped",
            Self::OutBeforeIn => "out before in",
            Self::BeforePrevious => "before the place before",
            Self::TooSoon => "too soon",
            Self::TooLong => "too long on the way",
            Self::LongStay => "too long at one place",
        }
    }
}

/// The judgements of one runner's times, slot by slot; nothing where they were not seen.
#[must_use]
pub fn of_runner(
    setup: &RaceSetup,
    course: &Course,
    slots: &[Slot],
    pace: &CoursePace,
    runner: &Runner,
) -> Vec<Option<Judgement>> {
    let times = times(runner);
    let way = Way {
        times: &times,
        gun_ms: results::gun_ms(setup, course, runner.entrant.as_ref()),
        stopped_at: stopped_at(slots, runner.status.as_ref()),
    };
    judge(slots, &way, &|from, to| pace.typical_ms(from, to), &setup.rules.factors)
}

/// The last slot at the place where a person said that the runner stopped. Of a place that comes again that is the last
/// visit: nobody said which, and what is not said is not held against a time.
fn stopped_at(slots: &[Slot], status: Option<&Status>) -> Option<usize> {
    let status = status.filter(|status| matches!(status.code, StatusCode::Dnf | StatusCode::Otl))?;
    let place = status.checkpoint.as_ref()?;
    slots.iter().rposition(|slot| slot.checkpoint == *place)
}

/// Judges a runner's times in the order of the course. `typical` tells how long the field takes from one slot to a later
/// one, in milliseconds, where enough runners went there.
///
/// The rule is the reference tool's (OpenSplitTime, `docs/plausibility.md` has it in our words): a time is compared with
/// the last one before it that is not in doubt itself, against the typical time scaled by the runner's pace so far.
#[must_use]
pub fn judge(
    slots: &[Slot],
    way: &Way<'_>,
    typical: &dyn Fn(usize, usize) -> Option<i64>,
    factors: &Factors,
) -> Vec<Option<Judgement>> {
    let judge = Judge { slots, way, typical, factors };
    let mut since = None;
    let one = |slot: usize| {
        let judgement = judge.one(since, slot, way.times.get(slot).copied().flatten()?);
        if judgement.grade.is_sound() {
            since = Some(slot);
        }
        Some(judgement)
    };
    (0..slots.len()).map(one).collect()
}

struct Judge<'a> {
    slots: &'a [Slot],
    way: &'a Way<'a>,
    typical: &'a dyn Fn(usize, usize) -> Option<i64>,
    factors: &'a Factors,
}

impl Judge<'_> {
    fn one(&self, since: Option<usize>, slot: usize, time_ms: i64) -> Judgement {
        let judgement = |grade, reason, usual_ms| Judgement { grade, reason, since, usual_ms };
        if self.way.stopped_at.is_some_and(|stop| slot > stop) {
            return judgement(Grade::Questionable, Some(Reason::AfterStop), None);
        }
        if slot == 0 {
            return judgement(Grade::Good, None, None);
        }
        let from = since.unwrap_or(0);
        let span_ms = time_ms.saturating_sub(self.time(since));
        let is_stay = self.slots[from].visit == self.slots[slot].visit;
        if span_ms < 0 {
            let reason = if is_stay { Reason::OutBeforeIn } else { Reason::BeforePrevious };
            return judgement(Grade::Bad, Some(reason), None);
        }
        if is_stay {
            let (grade, usual_ms) = self.stay(from, slot, span_ms);
            return judgement(grade, (!grade.is_sound()).then_some(Reason::LongStay), Some(usual_ms));
        }
        let Some((usual_ms, factors)) = self.usual(since, slot) else {
            return judgement(Grade::Unjudged, None, None);
        };
        let (grade, reason) = grade(span_ms, usual_ms, factors);
        judgement(grade, reason, Some(usual_ms))
    }

    /// When they were at the slot that a time is compared with.
    fn time(&self, since: Option<usize>) -> i64 {
        since.and_then(|slot| self.way.times[slot]).unwrap_or(self.way.gun_ms)
    }

    /// How long they had been on the way there. Nothing at the start.
    fn on_way_ms(&self, since: Option<usize>) -> Option<i64> {
        let start_ms = self.way.times.first().copied().flatten()?;
        let on_way_ms = self.time(Some(since.filter(|slot| self.slots[*slot].distance_m > 0)?)) - start_ms;
        (on_way_ms > 0).then_some(on_way_ms)
    }

    /// The typical time on from there at the runner's own pace so far; where the field does not tell it, as long as their
    /// own way so far took for as many metres.
    fn usual(&self, since: Option<usize>, slot: usize) -> Option<(i64, &Factors)> {
        let from = since.unwrap_or(0);
        if let Some(typical_ms) = (self.typical)(from, slot).filter(|ms| *ms > 0) {
            return Some((self.at_own_pace(since, typical_ms), self.factors));
        }
        let metres = |slot: usize| self.slots[slot].distance_m;
        let usual_ms = scaled(self.on_way_ms(since)?, metres(slot) - metres(from), metres(from));
        (usual_ms > 0).then_some((usual_ms, &FACTORS_BY_DISTANCE))
    }

    fn at_own_pace(&self, since: Option<usize>, typical_ms: i64) -> i64 {
        let so_far = since.and_then(|slot| (self.typical)(0, slot)).filter(|ms| *ms > 0);
        match (self.on_way_ms(since), so_far) {
            (Some(own_ms), Some(so_far_ms)) => scaled(typical_ms, own_ms, so_far_ms),
            _ => typical_ms,
        }
    }

    /// A stay is never too short: who runs through is in and out at once.
    fn stay(&self, from: usize, slot: usize, span_ms: i64) -> (Grade, i64) {
        let typical_ms = (self.typical)(from, slot).unwrap_or_default().saturating_add(STAY_MS);
        let usual_ms = self.at_own_pace(Some(from), typical_ms);
        let (doubtful, bad) = STAY_FACTORS;
        let grade = match span_ms {
            ms if ms > usual_ms.saturating_mul(bad) => Grade::Bad,
            ms if ms > usual_ms.saturating_mul(doubtful) => Grade::Questionable,
            _ => Grade::Good,
        };
        (grade, usual_ms)
    }
}

fn grade(span_ms: i64, usual_ms: i64, factors: &Factors) -> (Grade, Option<Reason>) {
    match scaled(span_ms, 1000, usual_ms) {
        ratio if ratio < factors.bad_below => (Grade::Bad, Some(Reason::TooSoon)),
        ratio if ratio > factors.bad_above => (Grade::Bad, Some(Reason::TooLong)),
        ratio if ratio < factors.doubtful_below => (Grade::Questionable, Some(Reason::TooSoon)),
        ratio if ratio > factors.doubtful_above => (Grade::Questionable, Some(Reason::TooLong)),
        _ => (Grade::Good, None),
    }
}
