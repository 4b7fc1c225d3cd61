//! All that one runner is judged by, and the judging of one.
//!
//! Invariant: a runner's state follows from their own scans and words, from the pace, and from how far the reports reach;
//! looking at one changes nothing about another.

use std::{borrow::Cow, collections::BTreeMap};

use super::{
    AHEAD_MS,
    apart::Apart,
    heard::{Heard, Reports},
    judge::{Case, Judged},
};
use crate::{
    ids::{Bib, Key},
    pace::{Pace, times},
    race::RaceSetup,
    results::{CourseResults, Results, Roll, Runner},
    state::{SafetyRow, Said, Sighting},
};

/// What is known and what was heard, as whoever keeps it hands it over.
pub(crate) struct Basis<'a> {
    pub(crate) setup: &'a RaceSetup,
    pub(crate) said: &'a BTreeMap<Bib, Said>,
    pub(crate) roll: &'a Roll,
    pub(crate) results: &'a Results,
    pub(crate) pace: &'a Pace,
    pub(crate) heard: &'a Heard,
    /// The scans of a bib that count, in order.
    pub(crate) scans: &'a dyn Fn(&Bib) -> Vec<&'a Sighting>,
    /// The scans about which people contradict each other, in order of place.
    pub(crate) contested: Vec<&'a Sighting>,
    /// The bibs with a time that is still to come.
    pub(crate) ahead: Vec<&'a Bib>,
    /// The last time at each checkpoint that is not still to come.
    pub(crate) latest_ms: &'a BTreeMap<Key, i64>,
    pub(crate) now_ms: i64,
}

/// All that one runner is judged by.
pub(crate) struct Field<'a> {
    pub(super) basis: Basis<'a>,
    pub(super) apart: Apart,
    pub(super) pace: Cow<'a, Pace>,
    pub(crate) reports: Reports,
}

impl<'a> Field<'a> {
    pub(crate) fn new(basis: Basis<'a>) -> Self {
        Self {
            apart: Apart::of(&basis),
            pace: past_pace(&basis),
            reports: Reports::of(basis.latest_ms, basis.heard, basis.now_ms),
            basis,
        }
    }

    /// Everybody who entered, course by course, and every bib that was seen or spoken of. Where people contradict each other
    /// about scans, the lines are those without them.
    pub(super) fn everybody(&self) -> impl Iterator<Item = (Option<&'a CourseResults>, Cow<'a, Runner>)> {
        let entrants = self.basis.results.runners().filter(|(_, runner)| runner.entrant.is_some());
        let entrants = entrants.map(|(course, runner)| (course, self.line(runner)));
        entrants.chain(self.strangers().map(|runner| (None, runner)))
    }

    /// The bibs that nobody wears.
    pub(super) fn strangers(&self) -> impl Iterator<Item = Cow<'a, Runner>> {
        let others = self.basis.results.others.iter().filter(|runner| runner.entrant.is_none());
        let here = others.map(|runner| &runner.bib);
        let new = self.disputed().filter(|bib| self.basis.results.stranger(bib).is_none());
        here.chain(new).filter_map(|bib| self.stranger(bib))
    }

    /// The line of a bib that nobody wears; nothing if it was neither seen nor spoken of. What was only ever recorded by
    /// scans that are in dispute may be others'.
    pub(crate) fn stranger(&self, bib: &Bib) -> Option<Cow<'a, Runner>> {
        match (self.basis.results.stranger(bib), self.apart.scans(bib)) {
            (Some(runner), None) => Some(Cow::Borrowed(runner)),
            (Some(_), Some(scans)) => {
                let is_here = !scans.is_empty() || self.basis.said.contains_key(bib);
                is_here.then(|| Cow::Owned(self.stranger_apart(bib, scans)))
            }
            (None, Some(scans)) => {
                let is_here = !scans.is_empty() && self.basis.roll.wearers(bib).is_empty();
                is_here.then(|| Cow::Owned(self.stranger_apart(bib, scans)))
            }
            (None, None) => None,
        }
    }

    /// The bibs of whom people contradict each other about a scan.
    pub(crate) fn disputed(&self) -> impl Iterator<Item = &Bib> {
        self.apart.bibs()
    }

    pub(crate) fn now_ms(&self) -> i64 {
        self.basis.now_ms
    }

    pub(crate) fn course(&self, n: usize) -> &'a CourseResults {
        &self.basis.results.courses[n]
    }

    /// Whether any time is still to come.
    pub(crate) fn has_times_ahead(&self) -> bool {
        !self.basis.ahead.is_empty()
    }

    /// Whether people contradict each other about a scan that may be of this bib.
    pub(crate) fn is_disputed(&self, bib: &Bib) -> bool {
        self.apart.scans(bib).is_some()
    }

    /// What the watch says of a runner, and how long the state holds.
    pub(crate) fn judge(&self, course: Option<&CourseResults>, runner: &Runner) -> Judged {
        // A bib that nobody entered is followed along the only course there is.
        let course = course.or_else(|| match self.basis.results.courses.as_slice() {
            [only] if runner.entrant.is_none() => Some(only),
            _ => None,
        });
        let sightings: Vec<&Sighting> = match self.apart.scans(&runner.bib) {
            Some(apart) => apart.iter().collect(),
            None => (self.basis.scans)(&runner.bib),
        };
        Case { field: self, course, runner, safety: self.safety(runner), sightings: &sightings }.judge()
    }

    /// A runner's line, without the scans that are in dispute.
    pub(crate) fn line<'r>(&self, runner: &'r Runner) -> Cow<'r, Runner> {
        let Some(scans) = self.apart.scans(&runner.bib) else { return Cow::Borrowed(runner) };
        match &runner.entrant {
            None => Cow::Owned(self.stranger_apart(&runner.bib, scans)),
            Some(entrant) => {
                let roll = self.basis.roll;
                let mut wearers = roll.wearers(&runner.bib);
                let Some(n) = wearers.find(|n| roll.entrants[*n].id == entrant.id) else {
                    return Cow::Borrowed(runner);
                };
                let scans: Vec<&Sighting> = scans.iter().collect();
                Cow::Owned(roll.entrant(self.basis.setup, self.basis.said, n, &scans).1)
            }
        }
    }

    /// The line of a bib that nobody wears, from these of its scans.
    fn stranger_apart(&self, bib: &Bib, scans: &[Sighting]) -> Runner {
        let scans: Vec<&Sighting> = scans.iter().collect();
        self.basis.roll.stranger(self.basis.setup, self.basis.said.get(bib), bib, &scans)
    }

    /// What a person said of their safety: of the entrant, else of the bib. Where the two disagree it is contested.
    fn safety(&self, runner: &Runner) -> Option<SafetyRow> {
        let of_bib = self.basis.said.get(&runner.bib).and_then(|said| said.safety.clone());
        let of_entrant = runner.entrant.as_ref().and_then(|entrant| entrant.safety.clone());
        match (of_entrant, of_bib) {
            (Some(one), Some(other)) if one.is_safe != other.is_safe => {
                Some(SafetyRow { is_safe: false, is_contested: true, ..one })
            }
            (Some(one), _) | (None, Some(one)) => Some(one),
            (None, None) => None,
        }
    }
}

/// How fast the field goes, without times that are still to come: nobody's pace is measured by a clock that is wrong.
fn past_pace<'a>(basis: &Basis<'a>) -> Cow<'a, Pace> {
    let mut pace = Cow::Borrowed(basis.pace);
    for bib in &basis.ahead {
        let Some(n) = basis.roll.wearers(bib).next() else { continue };
        let all = (basis.scans)(bib);
        let is_past = |scan: &&&Sighting| scan.time_ms <= basis.now_ms.saturating_add(AHEAD_MS);
        let past: Vec<&Sighting> = all.iter().filter(is_past).copied().collect();
        let line = |scans: &[&Sighting]| basis.roll.entrant(basis.setup, basis.said, n, scans);
        let (course, now) = line(&all);
        let Some(course) = course.and_then(|course| basis.results.courses.get(course)) else { continue };
        pace.to_mut().replace(&course.course.key, &times(&now), &times(&line(&past).1));
    }
    pace
}
