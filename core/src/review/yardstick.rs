//! What a field's records are measured by: how fast the field goes, how far off expectations are, which stations are off.
//!
//! Invariant: worked out from all that is known at one moment, rounded, and never from one runner alone. Findings follow
//! from the yardstick and what is known; while it is held, one record more changes only the findings that read it.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Evidence,
    doubles::{Doubles, Unusual},
    way::{Line, Way, median},
};
use crate::{
    alarm::{self, Alarm},
    ids::Key,
    pace::{CoursePace, Pace, RUNNERS_MIN, scaled},
    results::{Known, Results, results},
    state::Sighting,
};

/// How far from what is expected the middle of the field is, in thousandths of the shorter way beside, where too few
/// runners tell.
const SPREAD_DEFAULT: i64 = 100;

/// What records are measured by.
#[derive(Clone, Debug, Default)]
pub struct Yardstick {
    pub(super) alarms: Vec<Alarm>,
    /// By how much the clocks of stations are ahead, where the results do not make up for it.
    off_ms: BTreeMap<Key, i64>,
    courses: Vec<Key>,
    pace: Pace,
    /// The courses, as the field runs them.
    pub(super) lines: Vec<Line>,
    /// By course and slot: thousandths of the shorter way beside.
    spread: Vec<Vec<i64>>,
    /// By course and slot.
    unusual: Vec<Vec<Unusual>>,
    /// Up to when there were records of a place, in milliseconds since 1970-01-01 UTC.
    pub(super) reached_ms: BTreeMap<Key, i64>,
}

impl Yardstick {
    /// The stations that are off. The rest follows when the results are known with their times put right.
    pub(super) fn of_stations(evidence: &Evidence<'_>) -> Self {
        let alarms = alarm::stations_of(evidence.setup, &evidence.scans);
        let wrong = alarms.iter().filter(|alarm| !alarm.is_corrected);
        let off_ms = wrong.map(|alarm| (alarm.checkpoint.clone(), alarm.off_ms)).collect();
        Self { alarms, off_ms, ..Self::default() }
    }

    /// How fast the field goes.
    pub(super) fn pace_of(&mut self, results: &Results) {
        self.pace = Pace::of(results);
        self.courses = results.courses.iter().map(|course| course.course.key.clone()).collect();
        let line = |course: &crate::results::CourseResults| {
            let pace = self.pace.course(&course.course.key);
            Line::new(course.slots.clone(), |from| pace?.typical_ms(from, from + 1))
        };
        self.lines = results.courses.iter().map(line).collect();
    }

    /// How far off expectations are, and how far apart records of one passing lie.
    pub(super) fn weigh(&mut self, ways: &[Way], doubles: &Doubles) {
        self.spread = (0..self.lines.len()).map(|course| self.spread_of(course, ways)).collect();
        self.unusual = doubles.unusual(&self.lines, ways);
    }

    /// Whether somebody who was expected at a place at that time is missed there: records reach beyond it.
    pub(super) fn is_due(&self, place: &Key, likely_ms: i64) -> bool {
        self.reached_ms.get(place).is_some_and(|reached_ms| likely_ms <= *reached_ms)
    }

    /// Whether times of some station are put right.
    pub(crate) fn puts_right(&self) -> bool {
        !self.off_ms.is_empty()
    }

    /// A record, with the station's time put right where nobody set it.
    pub(crate) fn right(&self, scan: &Sighting) -> Sighting {
        let off_ms = self.off_ms.get(&scan.checkpoint).filter(|_| scan.set_ms.is_none());
        Sighting { time_ms: scan.time_ms.saturating_sub(off_ms.copied().unwrap_or_default()), ..scan.clone() }
    }

    /// If stations are off, and the results do not make up for it: what is known with their times put right, and the
    /// results of that. Else everything that was recorded there would look wrong.
    pub(super) fn put_right(&self, evidence: &Evidence<'_>) -> Option<(Known, Results)> {
        if !self.puts_right() {
            return None;
        }
        let right = Known {
            scans: evidence.scans.iter().map(|scan| self.right(scan)).collect(),
            setup: evidence.setup.clone(),
            entrants: evidence.entrants.to_vec(),
            said: evidence.said.clone(),
            dismissed: BTreeSet::new(),
            proposals: Vec::new(),
        };
        let results = results(&right);
        Some((right, results))
    }

    pub(super) fn course_pace(&self, course: usize) -> Option<&CoursePace> {
        self.pace.course(&self.courses[course])
    }

    pub(super) fn spread(&self, course: usize, slot: usize) -> i64 {
        self.spread.get(course).map_or(SPREAD_DEFAULT, |spread| spread[slot])
    }

    pub(super) fn unusual(&self, course: usize, slot: usize) -> Unusual {
        self.unusual[course][slot]
    }

    /// How far off guesses from the times beside are, by slot: what they say of runners who were seen there, in
    /// thousandths of the shorter way beside it.
    fn spread_of(&self, course: usize, ways: &[Way]) -> Vec<i64> {
        let line = &self.lines[course];
        let spread = |slot: usize| {
            let offs = ways.iter().filter(|way| way.course == course && way.odd.is_empty());
            let offs = offs.filter_map(|way| off(line, way, slot)).collect::<Vec<i64>>();
            if offs.len() < RUNNERS_MIN {
                return SPREAD_DEFAULT;
            }
            median(offs).map_or(SPREAD_DEFAULT, |off| (off * 3 / 2).clamp(5, 500))
        };
        (0..line.slots.len()).map(spread).collect()
    }
}

fn off(line: &Line, way: &Way, slot: usize) -> Option<i64> {
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
