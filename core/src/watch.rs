//! Who is out there: every runner in exactly one state, with the evidence, its age, and what nobody reported. The rules
//! are written down in `docs/watch.md`.
//!
//! Invariant: a pure function of what is known, what was heard and the time. Nobody is safe without evidence that is
//! approved and uncontested; what is not trusted raises alarms and clears nobody; nobody is overdue only because a
//! checkpoint has not reported.

mod apart;
mod heard;
mod judge;
mod runner;
mod stations;
mod way;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ids::{Bib, Key, OpRef},
    op::Source,
    pace::{Expected, Pace},
    passings,
    results::{CourseResults, Known, Results, Runner, results},
    state::{SafetyRow, Sighting},
};
pub use heard::{Heard, Phone, Reports};
pub use runner::{Place, Seen, Silent, State, Watched, Why};
pub use stations::Station;
pub use words::Clock;

/// A time this far ahead of now is of a clock that is wrong, in milliseconds: it tells where somebody was, not when.
pub const AHEAD_MS: i64 = 3_600_000;

/// Who is out there, and how old our knowledge of each checkpoint is.
#[derive(Clone, Debug)]
pub struct Watch {
    /// As of when: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// Every entrant and every bib that was seen or spoken of, the worst state first, then by what is longest due, then
    /// by bib.
    pub runners: Vec<Watched>,
    /// The checkpoints, in the order of the race.
    pub stations: Vec<Station>,
}

/// Works out who is out there.
#[must_use]
pub fn watch(known: &Known, heard: &Heard, now_ms: i64) -> Watch {
    let (told_apart, contested) = apart::apart(known, heard);
    let sightings = by_bib(&told_apart);
    let results = results(&told_apart);
    let pace = pace(&told_apart, &results, now_ms);
    let reports = Reports::of(&told_apart, heard, now_ms);
    let field = Field { known, heard, contested, sightings, pace, reports, now_ms };
    let mut runners: Vec<Watched> =
        results.runners().map(|(course, runner)| field.look(&results, course, runner)).collect();
    runners.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
    let stations = stations::stations(known, heard, &field.reports, &runners);
    Watch { now_ms, runners, stations }
}

impl Watch {
    /// How many runners are in each state, the worst first.
    #[must_use]
    pub fn counts(&self) -> BTreeMap<State, usize> {
        let mut counts = BTreeMap::new();
        self.runners.iter().for_each(|runner| *counts.entry(runner.state).or_default() += 1);
        counts
    }

    /// The line of a bib.
    #[must_use]
    pub fn find(&self, bib: &Bib) -> Option<&Watched> {
        self.runners.iter().find(|runner| runner.bib == *bib)
    }

    /// The runners who are still to come through a checkpoint, as far as anybody knows, in order of bib: not safe, not
    /// out of the race, and never surely seen where their course leaves it for the last time, or beyond.
    #[must_use]
    pub fn expected_at(&self, checkpoint: &Key) -> Vec<Bib> {
        let is_due = |runner: &&Watched| runner.to_come.contains(checkpoint) && !runner.bib.is_empty();
        let mut bibs: Vec<Bib> =
            self.runners.iter().filter(is_due).map(|runner| runner.bib.clone()).collect();
        bibs.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        bibs.dedup();
        bibs
    }
}

/// All that one runner is judged by.
struct Field<'a> {
    known: &'a Known,
    heard: &'a Heard,
    contested: BTreeSet<OpRef>,
    sightings: BTreeMap<Bib, Vec<Sighting>>,
    pace: Pace,
    reports: Reports,
    now_ms: i64,
}

impl Field<'_> {
    fn look(&self, results: &Results, course: Option<&CourseResults>, runner: &Runner) -> Watched {
        // A bib that nobody entered is followed along the only course there is.
        let course = course.or_else(|| match results.courses.as_slice() {
            [only] if runner.entrant.is_none() => Some(only),
            _ => None,
        });
        let none = Vec::new();
        let case = judge::Case {
            field: self,
            course,
            runner,
            safety: self.safety(runner),
            sightings: self.sightings.get(&runner.bib).unwrap_or(&none),
        };
        case.judge()
    }

    /// What a person said of their safety: of the entrant, else of the bib. Where the two disagree it is contested.
    fn safety(&self, runner: &Runner) -> Option<SafetyRow> {
        let of_bib = self.known.said.get(&runner.bib).and_then(|said| said.safety.clone());
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
fn pace(known: &Known, all: &Results, now_ms: i64) -> Pace {
    let is_past = |scan: &Sighting| scan.time_ms <= now_ms.saturating_add(AHEAD_MS);
    if known.scans.iter().all(is_past) {
        return Pace::of(all);
    }
    let mut past = known.clone();
    past.scans.retain(is_past);
    Pace::of(&results(&past))
}

/// Scans that count, bib by bib, by time.
fn by_bib(known: &Known) -> BTreeMap<Bib, Vec<Sighting>> {
    let mut by_bib: BTreeMap<Bib, Vec<Sighting>> = BTreeMap::new();
    for scan in &known.scans {
        if !scan.is_void && !scan.bib.is_empty() && !scan.bib.is_uncertain() {
            by_bib.entry(scan.bib.clone()).or_default().push(scan.clone());
        }
    }
    by_bib.values_mut().for_each(|scans| scans.sort_by_key(|scan| (scan.time_ms, scan.depth, scan.at)));
    by_bib
}

/// The latest that a sighting can have been: a doubt about its clock or its record is no reason to call somebody safe.
/// Nothing if nobody knows when it was.
fn latest_ms(scan: &Sighting) -> Option<i64> {
    let within_ms = passings::within_ms(scan);
    (within_ms < i64::from(Source::WITHIN_MAX_MS)).then(|| scan.time_ms.saturating_add(within_ms))
}
