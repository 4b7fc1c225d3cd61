//! The field as review looks at it: every runner's way, who is missing where and when they were expected, and what was
//! recorded beside what.
//!
//! Invariant: work per runner touches that runner alone; work per place touches sorted lists of that place. Nothing
//! compares every record with every runner.

use std::collections::BTreeMap;

use super::{
    index::{Places, Sources, Wearers},
    way::{Line, Way, median},
};
use crate::{
    alarm::{self, Alarm},
    ids::{Bib, Key, OpRef},
    pace::{CoursePace, Pace, RUNNERS_MIN, scaled},
    race::{Factors, RaceSetup},
    results::{self, Doubt, Known, Results, Runner, State},
    state::Sighting,
};

/// How far from what is expected the middle of the field is, in thousandths of the shorter way beside, where too few
/// runners tell.
const SPREAD_DEFAULT: i64 = 100;

/// Of so many passings at most one is unusual: for having several records, or for how far apart they lie.
const RARE_OF: usize = 50;

/// No expectation is more exact than this.
const SLACK_MIN_MS: i64 = 5_000;

/// When somebody should have been somewhere.
#[derive(Clone, Copy, Debug)]
pub(super) struct Guess {
    pub(super) likely_ms: i64,
    /// Twice as far off is half as likely, about.
    pub(super) slack_ms: i64,
}

/// A runner who was not seen at a slot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    pub(super) guess: Guess,
    pub(super) way: usize,
}

/// A passing with several records.
#[derive(Clone, Copy, Debug)]
pub(super) struct Double {
    /// When it counts.
    pub(super) time_ms: i64,
    pub(super) way: usize,
    /// Whether they lie unusually far apart: few are as wide, and half of all are less than half as wide.
    pub(super) is_wide: bool,
    /// Whether few passings there have several at all.
    pub(super) is_rare: bool,
}

/// All that findings are made from.
pub(super) struct Field<'a> {
    pub(super) known: &'a Known,
    pub(super) results: &'a Results,
    pub(super) alarms: Vec<Alarm>,
    pub(super) pace: Pace,
    pub(super) lines: Vec<Line<'a>>,
    /// Entrants with a course.
    pub(super) ways: Vec<Way<'a>>,
    /// The characters of the entrants' bibs.
    pub(super) alphabet: Vec<char>,
    /// A third of the range of the bibs' numbers.
    pub(super) number_range: u64,
    /// By course and slot, in order of when they were expected.
    gaps: Vec<Vec<Vec<Gap>>>,
    /// Never seen, and nothing says when they should have been: by number.
    unseen: Vec<(u64, usize)>,
    spread: Vec<Vec<i64>>,
    /// By course and slot, in order of time.
    doubles: Vec<Vec<Vec<Double>>>,
    wearers: Wearers<'a>,
    places: Places<'a>,
    sources: Sources<'a>,
}

impl<'a> Field<'a> {
    pub(super) fn of(known: &'a Known, results: &'a Results, alarms: Vec<Alarm>) -> Self {
        let pace = Pace::of(results);
        let line = |n: usize| {
            let course = &results.courses[n];
            let pace = pace.course(&course.course.key);
            Line::new(&course.slots, |from| pace?.typical_ms(from, from + 1))
        };
        let lines: Vec<Line<'a>> = (0..results.courses.len()).map(line).collect();
        let ways = ways(known, results, &lines);
        let wearers = Wearers::of(ways.iter().map(|way| way.runner.bib.as_str()));
        let mut alphabet: Vec<char> = wearers.bibs().flat_map(str::chars).collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        let mut field = Self {
            known,
            results,
            alarms,
            pace,
            lines,
            number_range: number_range(&ways),
            ways,
            alphabet,
            gaps: Vec::new(),
            unseen: Vec::new(),
            spread: Vec::new(),
            doubles: Vec::new(),
            wearers,
            places: Places::of(known),
            sources: Sources::of(known),
        };
        field.spread = (0..field.lines.len()).map(|course| field.spread_of(course)).collect();
        field.doubles = field.find_doubles();
        field.find_gaps();
        field
    }

    pub(super) fn setup(&self) -> &'a RaceSetup {
        &self.known.setup
    }

    pub(super) fn factors(&self) -> &'a Factors {
        &self.known.setup.rules.factors
    }

    pub(super) fn course_pace(&self, course: usize) -> Option<&CoursePace> {
        self.pace.course(&self.results.courses[course].course.key)
    }

    /// The way of whoever wears this bib.
    pub(super) fn wearer(&self, bib: &str) -> Option<usize> {
        self.wearers.get(bib)
    }

    /// The records of a place within `around_ms` of a moment, in order of time.
    pub(super) fn beside(
        &self,
        place: &Key,
        time_ms: i64,
        around_ms: i64,
    ) -> impl Iterator<Item = &'a Sighting> {
        self.places.beside(place, time_ms, around_ms)
    }

    /// The numbers of the records beside a moment, up to `count` on each side.
    pub(super) fn numbers_beside(&self, place: &Key, time_ms: i64, count: usize) -> Vec<u64> {
        self.places.numbers_beside(place, time_ms, count)
    }

    /// Whether two scans were made by different phones, or copied from different records.
    pub(super) fn is_other_hand(&self, one: OpRef, other: OpRef) -> bool {
        one.log != other.log || self.sources.get(one) != self.sources.get(other)
    }

    /// Who was not seen at a slot and was expected near a moment, up to `count` on each side of it.
    pub(super) fn gaps_near(&self, course: usize, slot: usize, time_ms: i64, count: usize) -> &[Gap] {
        let gaps = &self.gaps[course][slot];
        let at = gaps.partition_point(|gap| gap.guess.likely_ms < time_ms);
        &gaps[at.saturating_sub(count)..gaps.len().min(at + count)]
    }

    /// Who was never seen, with nothing to say when they should have been: up to `count` on each side of a number.
    pub(super) fn unseen_near(&self, number: u64, count: usize) -> impl Iterator<Item = usize> {
        let at = self.unseen.partition_point(|(other, _)| *other < number);
        let near = &self.unseen[at.saturating_sub(count)..self.unseen.len().min(at + count)];
        near.iter().map(|(_, way)| *way)
    }

    /// The passings with several records near a moment.
    pub(super) fn doubles_near(&self, course: usize, slot: usize, time_ms: i64, around_ms: i64) -> &[Double] {
        let doubles = &self.doubles[course][slot];
        let from = doubles.partition_point(|double| double.time_ms < time_ms.saturating_sub(around_ms));
        let to = doubles.partition_point(|double| double.time_ms <= time_ms.saturating_add(around_ms));
        &doubles[from..to.max(from)]
    }

    fn find_doubles(&self) -> Vec<Vec<Vec<Double>>> {
        let of_course = |(course, line): (usize, &Line<'_>)| {
            let mut passings = vec![0; line.slots.len()];
            let mut doubles = vec![Vec::new(); line.slots.len()];
            for (n, way) in (0..).zip(&self.ways).filter(|(_, way)| way.course == course) {
                for (slot, time_ms) in (0..).zip(&way.times).filter_map(|(slot, time)| Some((slot, (*time)?)))
                {
                    let passing = way.runner.passings[slot].as_ref().filter(|p| p.time_ms == time_ms);
                    passings[slot] += 1;
                    doubles[slot]
                        .extend(passing.filter(|p| p.witnesses.len() > 1).map(|p| (p.spread_ms, time_ms, n)));
                }
            }
            doubles.into_iter().zip(passings).map(|(doubles, passings)| by_time(doubles, passings)).collect()
        };
        (0..).zip(&self.lines).map(of_course).collect()
    }

    fn find_gaps(&mut self) {
        self.gaps = self.lines.iter().map(|line| vec![Vec::new(); line.slots.len()]).collect();
        for (n, way) in (0..).zip(&self.ways) {
            if !may_be_missing(way.runner) {
                continue;
            }
            let mut is_expected = false;
            for slot in 0..stopped_at(way, &self.lines[way.course]) {
                if way.times[slot].is_some() {
                    is_expected = true;
                    continue;
                }
                if let Some(guess) = self.guess(way, slot) {
                    self.gaps[way.course][slot].push(Gap { guess, way: n });
                    is_expected = true;
                }
            }
            if !is_expected {
                self.unseen.push((number(&way.runner.bib).unwrap_or_default(), n));
            }
        }
        for gaps in self.gaps.iter_mut().flatten() {
            gaps.sort_by_key(|gap| (gap.guess.likely_ms, gap.way));
        }
        self.unseen.sort_unstable();
    }

    /// When a runner with these times should have been at a slot, whatever stands there.
    pub(super) fn guess(&self, way: &Way<'_>, slot: usize) -> Option<Guess> {
        let (line, times) = (&self.lines[way.course], &way.times);
        let before = (0..slot).rev().find_map(|n| Some((n, times[n]?)));
        let mut later = (slot + 1..times.len()).filter_map(|n| Some((n, times[n]?)));
        let spread = self.spread.get(way.course).map_or(SPREAD_DEFAULT, |spread| spread[slot]);
        let guess = |likely_ms, part_ms| Guess {
            likely_ms,
            slack_ms: scaled(part_ms, spread, 1000).max(SLACK_MIN_MS),
        };
        match (before, later.next()) {
            (Some((from, from_ms)), Some((to, to_ms))) => {
                let (whole, part) = (line.typical_ms(from, to)?, line.typical_ms(from, slot)?);
                let span_ms = to_ms.saturating_sub(from_ms);
                let part_ms = scaled(span_ms, part, whole);
                Some(guess(from_ms + part_ms, part_ms.min(span_ms - part_ms)))
            }
            (Some(_), None) => {
                let expected = self.course_pace(way.course)?.expected(&times[..slot], way.gun_ms, slot)?;
                let slack_ms = expected.latest_ms.saturating_sub(expected.earliest_ms) / 4;
                Some(Guess { likely_ms: expected.likely_ms, slack_ms: slack_ms.max(SLACK_MIN_MS) })
            }
            (None, Some((to, to_ms))) => {
                // How they went on tells better how they began than how they ended.
                let own = later.next().and_then(|(next, next_ms)| {
                    Some(scaled(next_ms - to_ms, 1000, line.typical_ms(to, next)?))
                });
                let part_ms = scaled(line.typical_ms(slot, to)?, own.unwrap_or(way.own), 1000);
                Some(guess(to_ms - part_ms, part_ms))
            }
            (None, None) => {
                let part_ms = line.typical_ms(0, slot)?;
                Some(Guess { likely_ms: way.gun_ms.saturating_add(part_ms), slack_ms: part_ms / 3 })
            }
        }
    }

    /// How far off such guesses are, by slot: what they say of runners who were seen there, in thousandths of the shorter
    /// way beside it.
    fn spread_of(&self, course: usize) -> Vec<i64> {
        let line = &self.lines[course];
        let spread = |slot: usize| {
            let offs = self.ways.iter().filter(|way| way.course == course && way.odd.is_empty());
            let offs = offs.filter_map(|way| self.off(line, way, slot)).collect::<Vec<i64>>();
            if offs.len() < RUNNERS_MIN {
                return SPREAD_DEFAULT;
            }
            median(offs).map_or(SPREAD_DEFAULT, |off| (off * 3 / 2).clamp(5, 500))
        };
        (0..line.slots.len()).map(spread).collect()
    }

    fn off(&self, line: &Line<'_>, way: &Way<'_>, slot: usize) -> Option<i64> {
        let time = |n: Option<usize>| way.times.get(n?).copied().flatten();
        let (here, next) = (time(Some(slot))?, time(slot.checked_add(1)));
        let (likely, part) = match (time(slot.checked_sub(1)), next) {
            (Some(before), Some(next)) => {
                let (whole, part) = (line.typical_ms(slot - 1, slot + 1)?, line.typical_ms(slot - 1, slot)?);
                let part_ms = scaled(next - before, part, whole);
                (before + part_ms, part_ms.min(next - before - part_ms))
            }
            (None, Some(next)) => {
                let later = time(slot.checked_add(2))?;
                let own = scaled(later - next, 1000, line.typical_ms(slot + 1, slot + 2)?);
                let part_ms = scaled(line.typical_ms(slot, slot + 1)?, own, 1000);
                (next - part_ms, part_ms)
            }
            _ => return None,
        };
        Some(scaled((here - likely).abs(), 1000, part.max(1)))
    }
}

/// A third of the range of the bibs' numbers.
fn number_range(ways: &[Way<'_>]) -> u64 {
    let numbers = || ways.iter().filter_map(|way| number(&way.runner.bib));
    let range = numbers().max().unwrap_or_default().saturating_sub(numbers().min().unwrap_or_default());
    (range / 3).max(1)
}

/// The doubles (spread, time, way) of so many passings, in order of time.
fn by_time(mut doubles: Vec<(i64, i64, usize)>, passings: usize) -> Vec<Double> {
    doubles.sort_unstable();
    let middle = doubles.get(doubles.len() / 2).filter(|_| doubles.len() >= RUNNERS_MIN);
    let usual_ms = middle.map_or(0, |(spread_ms, ..)| *spread_ms);
    let wide = doubles.partition_point(|(spread_ms, ..)| *spread_ms <= 2 * usual_ms);
    let few = (passings / RARE_OF).max(1);
    let (rare, is_rare) = (doubles.len().saturating_sub(few), doubles.len() <= few);
    let double = |(n, (_, time_ms, way)): (usize, (i64, i64, usize))| Double {
        time_ms,
        way,
        is_wide: n >= wide.max(rare),
        is_rare,
    };
    let mut all: Vec<Double> = (0..).zip(doubles).map(double).collect();
    all.sort_unstable_by_key(|double| (double.time_ms, double.way));
    all
}

fn number(bib: &Bib) -> Option<u64> {
    bib.as_str().parse().ok()
}

fn ways<'a>(known: &Known, results: &'a Results, lines: &[Line<'_>]) -> Vec<Way<'a>> {
    let setup = &known.setup;
    let runners = (0..).zip(&results.courses).flat_map(|(n, course)| {
        course
            .runners
            .iter()
            .filter(|runner| !runner.bib.is_empty())
            .map(move |runner| (n, course, &**runner))
    });
    let way = |(n, course, runner): (usize, &'a results::CourseResults, &'a Runner)| {
        let gun_ms = results::gun_ms(setup, &course.course, runner.entrant.as_ref());
        Way::of(&lines[n], runner, n, gun_ms, &setup.rules.factors, |key| setup.window_ms(key))
    };
    runners.map(way).collect()
}

/// Who never started is missed nowhere. Of two who wear one bib the second has no scans of their own.
pub(super) fn may_be_missing(runner: &Runner) -> bool {
    runner.state != State::DidNotStart && !runner.doubts.contains(&Doubt::SharedBib)
}

/// Up to which slot somebody may be missed: who stopped somewhere is not missed beyond.
pub(super) fn stopped_at(way: &Way<'_>, line: &Line<'_>) -> usize {
    let status = way.runner.status.as_ref().filter(|_| way.runner.state == State::Dropped);
    let place = status.and_then(|status| status.checkpoint.as_ref());
    let last = place.and_then(|place| line.slots.iter().rposition(|slot| slot.checkpoint == *place));
    last.map_or(line.slots.len(), |last| last + 1)
}

/// The stations that are off; and, if the results do not make up for them already, what is known with their times put
/// right: else everything that was recorded there would look wrong.
pub(super) fn put_right(known: &Known) -> (Vec<Alarm>, Option<Known>) {
    let alarms = alarm::stations(known);
    let wrong: BTreeMap<Key, i64> = alarms
        .iter()
        .filter(|alarm| !alarm.is_corrected)
        .map(|alarm| (alarm.checkpoint.clone(), alarm.off_ms))
        .collect();
    if wrong.is_empty() {
        return (alarms, None);
    }
    let mut right = known.clone();
    for scan in right.scans.iter_mut().filter(|scan| scan.set_ms.is_none()) {
        let off_ms = wrong.get(&scan.checkpoint).copied().unwrap_or_default();
        scan.time_ms = scan.time_ms.saturating_sub(off_ms);
    }
    (alarms, Some(right))
}
