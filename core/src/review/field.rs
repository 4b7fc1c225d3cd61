//! The field as review looks at it: every runner's way, who is missing where and when they were expected, and what was
//! recorded beside what.
//!
//! Invariant: work per runner touches that runner alone; work per place touches sorted lists of that place. Nothing
//! compares every record with every runner.

use std::collections::BTreeMap;

use super::way::{Line, Way, median};
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

/// All that findings are made from.
pub(super) struct Field<'a> {
    pub(super) known: &'a Known,
    pub(super) results: &'a Results,
    pub(super) alarms: Vec<Alarm>,
    pub(super) pace: Pace,
    pub(super) lines: Vec<Line<'a>>,
    /// Entrants with a course.
    pub(super) ways: Vec<Way<'a>>,
    /// By course and slot, in order of when they were expected.
    pub(super) gaps: Vec<Vec<Vec<Gap>>>,
    /// Never seen, and nothing says when they should have been: by number.
    pub(super) unseen: Vec<(u64, usize)>,
    /// The characters of the entrants' bibs.
    pub(super) alphabet: Vec<char>,
    spread: Vec<Vec<i64>>,
    by_bib: Vec<(&'a str, usize)>,
    scans: Vec<(OpRef, usize)>,
    places: BTreeMap<&'a Key, Vec<(i64, usize)>>,
    /// A third of the range of the bibs' numbers.
    pub(super) number_range: u64,
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
        let mut field = Self {
            known,
            results,
            alarms,
            ways: ways(known, results, &lines),
            pace,
            gaps: Vec::new(),
            unseen: Vec::new(),
            alphabet: Vec::new(),
            spread: Vec::new(),
            by_bib: Vec::new(),
            scans: (0..).zip(&known.scans).map(|(n, scan)| (scan.at, n)).collect(),
            places: places(known),
            number_range: 1,
            lines,
        };
        field.scans.sort_unstable();
        field.index_bibs();
        field.spread = (0..field.lines.len()).map(|course| field.spread_of(course)).collect();
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

    /// The scan of this place in the logs.
    pub(super) fn scan(&self, at: OpRef) -> Option<&'a Sighting> {
        let n = self.scans.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        self.known.scans.get(self.scans[n].1)
    }

    /// The way of whoever wears this bib.
    pub(super) fn wearer(&self, bib: &str) -> Option<usize> {
        let n = self.by_bib.binary_search_by_key(&bib, |(bib, _)| bib).ok()?;
        Some(self.by_bib[n].1)
    }

    /// The records of a place within `around_ms` of a moment, in order of time.
    pub(super) fn beside(
        &self,
        place: &Key,
        time_ms: i64,
        around_ms: i64,
    ) -> impl Iterator<Item = &'a Sighting> {
        let records = self.places.get(place).map_or(&[][..], Vec::as_slice);
        let from = records.partition_point(|(at, _)| *at < time_ms.saturating_sub(around_ms));
        let near = records[from..].iter().take_while(move |(at, _)| *at <= time_ms.saturating_add(around_ms));
        near.map(|(_, n)| &self.known.scans[*n])
    }

    /// The numbers of the records beside a moment, up to `count` on each side.
    pub(super) fn numbers_beside(&self, place: &Key, time_ms: i64, count: usize) -> Vec<u64> {
        let records = self.places.get(place).map_or(&[][..], Vec::as_slice);
        let at = records.partition_point(|(at, _)| *at < time_ms);
        let number = |(_, n): &(i64, usize)| self.known.scans[*n].bib.as_str().parse::<u64>().ok();
        let before = records[..at].iter().rev().filter_map(number).take(count);
        let after = records[at..].iter().filter(|(at, _)| *at > time_ms).filter_map(number).take(count);
        before.chain(after).collect()
    }

    fn index_bibs(&mut self) {
        self.by_bib = (0..).zip(&self.ways).map(|(n, way)| (way.runner.bib.as_str(), n)).collect();
        self.by_bib.sort_unstable();
        self.by_bib.dedup_by_key(|(bib, _)| *bib);
        self.alphabet = self.by_bib.iter().flat_map(|(bib, _)| bib.chars()).collect();
        self.alphabet.sort_unstable();
        self.alphabet.dedup();
        let numbers = || self.ways.iter().filter_map(|way| number(&way.runner.bib));
        let range = numbers().max().unwrap_or_default().saturating_sub(numbers().min().unwrap_or_default());
        self.number_range = (range / 3).max(1);
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

/// The records that count, by place, in order of time.
fn places(known: &Known) -> BTreeMap<&Key, Vec<(i64, usize)>> {
    let mut places: BTreeMap<&Key, Vec<(i64, usize)>> = BTreeMap::new();
    for (n, scan) in (0..).zip(&known.scans).filter(|(_, scan)| !scan.is_void && scan.is_approved) {
        match places.get_mut(&scan.checkpoint) {
            Some(records) => records.push((scan.time_ms, n)),
            None => drop(places.insert(&scan.checkpoint, vec![(scan.time_ms, n)])),
        }
    }
    for records in places.values_mut() {
        records.sort_unstable_by_key(|(time_ms, n)| (*time_ms, known.scans[*n].at));
    }
    places
}

/// Who never started is missed nowhere. Of two who wear one bib the second has no scans of their own.
fn may_be_missing(runner: &Runner) -> bool {
    runner.state != State::DidNotStart && !runner.doubts.contains(&Doubt::SharedBib)
}

/// Up to which slot somebody may be missed: who stopped somewhere is not missed beyond.
fn stopped_at(way: &Way<'_>, line: &Line<'_>) -> usize {
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
