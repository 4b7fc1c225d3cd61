//! Who is out there: every runner in exactly one state, with the evidence, its age, and what nobody reported. The rules
//! are written down in `docs/watch.md`.
//!
//! Invariant: a pure function of what is known, what was heard and the time. Nobody is safe without evidence that is
//! approved and uncontested; what is not trusted raises alarms and clears nobody; nobody is overdue only because a
//! checkpoint has not reported.

mod apart;
mod field;
mod heard;
mod judge;
mod runner;
mod stations;
mod way;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ids::{Bib, Key},
    op::{Entity, Source},
    pace::{Expected, Pace},
    passings,
    results::{Filed, Known},
    state::Sighting,
};
pub(crate) use field::{Basis, Field};
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
    let filed = Filed::of(known);
    let results = filed.results(known);
    let pace = Pace::of(&results);
    let is_contested = |scan: &&Sighting| heard.conflicts.contains_key(&Entity::Scan(scan.at));
    let is_ahead = |scan: &&Sighting| !scan.is_void && scan.time_ms > now_ms.saturating_add(AHEAD_MS);
    let ahead: BTreeSet<&Bib> = known.scans.iter().filter(is_ahead).map(|scan| &scan.bib).collect();
    let seen = stations::Attendance::of(known, now_ms);
    let scans = |bib: &Bib| filed.scans(bib).to_vec();
    let field = Field::new(Basis {
        setup: &known.setup,
        said: &known.said,
        roll: &filed.roll,
        results: &results,
        pace: &pace,
        scans: &scans,
        contested: known.scans.iter().filter(is_contested).collect(),
        ahead: ahead.into_iter().collect(),
        latest_ms: &seen.latest_ms,
        heard,
        now_ms,
    });
    Watch::of(&field, &seen.bibs)
}

impl Watch {
    /// Everybody in a field. `bibs`: how many different ones were surely seen at each checkpoint.
    pub(crate) fn of(field: &Field<'_>, bibs: &BTreeMap<Key, usize>) -> Self {
        let judged = field.everybody().map(|(course, runner)| field.judge(course, &runner).watched);
        let mut runners: Vec<Watched> = judged.collect();
        runners.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        let stations = stations::stations(&field.basis, &field.reports, bibs, &runners);
        Self { now_ms: field.basis.now_ms, runners, stations }
    }

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

/// The latest that a sighting can have been: a doubt about its clock or its record is no reason to call somebody safe.
/// Nothing if nobody knows when it was.
fn latest_ms(scan: &Sighting) -> Option<i64> {
    let within_ms = passings::within_ms(scan);
    (within_ms < i64::from(Source::WITHIN_MAX_MS)).then(|| scan.time_ms.saturating_add(within_ms))
}
