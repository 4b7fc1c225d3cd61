//! Results: states, times and ranks, from the setup, the entrants and the scans that count.
//!
//! Invariant: a pure function of the state, in one order; every entrant is in exactly one state, and nobody is counted
//! as finished without a passing at the finish of their own course.

mod certainty;
mod course;
mod groups;
mod legs;
mod ranks;
mod runner;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use course::CourseResults;
pub use groups::Group;
pub use legs::{Leg, legs};
pub use ranks::Ranks;
pub use runner::gun_ms;
use runner::{Subject, runner};

use crate::{
    ids::{Bib, FindingId, OpRef},
    op::Status,
    passings::Passing,
    race::{RaceSetup, RankBy},
    state::{EntrantRow, Said, Sighting},
};

/// Everything that results are made of.
#[derive(Clone, Debug)]
pub struct Known {
    /// The race.
    pub setup: RaceSetup,
    /// The entrants.
    pub entrants: Vec<EntrantRow>,
    /// The scans, void ones included.
    pub scans: Vec<Sighting>,
    /// What people say of bibs that no entrant wears.
    pub said: BTreeMap<Bib, Said>,
    /// Findings that somebody looked at, and that are nothing.
    pub dismissed: BTreeSet<FindingId>,
}

/// Where a runner is in the race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Was seen at the finish.
    Finished,
    /// Was seen, and is still out there.
    OnCourse,
    /// Stopped on the way, says a person.
    Dropped,
    /// Came in after the cut-off, as the clocks show or a person says.
    OverTime,
    /// Was disqualified.
    Disqualified,
    /// Did not start, says a person.
    DidNotStart,
    /// Was never seen.
    NotStarted,
}

impl State {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::OnCourse => "on course",
            Self::Dropped => "dropped",
            Self::OverTime => "over time",
            Self::Disqualified => "disqualified",
            Self::DidNotStart => "did not start",
            Self::NotStarted => "not started",
        }
    }
}

/// Why a runner's line wants a second look.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Doubt {
    /// A scan after the place where they are said to have dropped: they count as on course.
    SeenAfterDrop,
    /// A scan though they are said not to have started: they count as on course.
    SeenThoughNotStarted,
    /// Times do not run forward along the course.
    OutOfOrder,
    /// Scans that fit nowhere on the course.
    OutOfPlace,
    /// Another entrant wears the same bib.
    SharedBib,
    /// Different values contend in a register.
    Contested,
    /// Seen somewhere by a phone that nobody approved, or that was revoked, and by no other: it clears nobody.
    Unapproved,
    /// No course, so no results.
    NoCourse,
    /// Passed a place after it had closed.
    AfterCutOff,
    /// Said to have dropped at a place where their course comes by again, and seen since the first time: which time is
    /// meant is not known.
    DropUnclear,
    /// The clocks do not tell who came first, they or a neighbour in rank.
    OrderUncertain,
    /// Seen at the finish by a record that does not say when.
    NoFinishTime,
}

impl Doubt {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SeenAfterDrop => "seen after the drop",
            Self::SeenThoughNotStarted => "seen though said not to have started",
            Self::OutOfOrder => "times out of order",
            Self::OutOfPlace => "scans out of place",
            Self::SharedBib => "bib worn by another entrant too",
            Self::Contested => "values in conflict",
            Self::Unapproved => "seen by a phone that is not approved",
            Self::NoCourse => "no course",
            Self::AfterCutOff => "after a cut-off",
            Self::DropUnclear => "dropped at a place passed more than once",
            Self::OrderUncertain => "order not certain",
            Self::NoFinishTime => "finish without a time",
        }
    }
}

/// One line of the results: what a runner's own scans and the words about them amount to.
#[derive(Clone, Debug)]
pub struct Runner {
    /// What they wear.
    pub bib: Bib,
    /// Who they are, if the entrants say.
    pub entrant: Option<EntrantRow>,
    /// Where they are in the race.
    pub state: State,
    /// What a person said of them.
    pub status: Option<Status>,
    /// Their times, one for each slot of their course.
    pub passings: Vec<Option<Passing>>,
    /// Scans that fit nowhere.
    pub out_of_place: Vec<Sighting>,
    /// Scans by phones that nobody approved, or that were revoked, in order: shown, and no evidence.
    pub unapproved: Vec<Sighting>,
    /// From the gun to the finish, in milliseconds.
    pub gun_ms: Option<i64>,
    /// From their own start to the finish; from the gun where their start was not seen.
    pub net_ms: Option<i64>,
    /// How sure the time is that ranks them, in milliseconds either way; nothing if they are not ranked.
    pub within_ms: Option<i64>,
    /// The first slot that they passed after it had closed.
    pub late_at: Option<usize>,
    /// Why the line wants a second look.
    pub doubts: Vec<Doubt>,
}

impl Runner {
    /// Slots they must have passed (a later one was seen) but were not seen at.
    #[must_use]
    pub fn missed(&self) -> Vec<usize> {
        let seen_to = self.last_slot().unwrap_or_default();
        (0..seen_to).filter(|slot| self.passings[*slot].is_none()).collect()
    }

    /// The last slot along the course at which they were seen.
    #[must_use]
    pub fn last_slot(&self) -> Option<usize> {
        self.passings.iter().rposition(Option::is_some)
    }

    /// Whether nobody can say where they are: seen, not finished, not accounted for by a person.
    #[must_use]
    pub fn is_unaccounted(&self) -> bool {
        self.state == State::OnCourse
    }

    /// From the gun or from their own start to the finish, as the race ranks: milliseconds.
    #[must_use]
    pub fn total_ms(&self, rank_by: RankBy) -> Option<i64> {
        match rank_by {
            RankBy::Gun => self.gun_ms,
            RankBy::Net => self.net_ms,
        }
    }

    /// The time that ranks them; nothing if they are not in the ranking, or nobody knows when they finished.
    #[must_use]
    pub fn ranked_ms(&self, rank_by: RankBy) -> Option<i64> {
        self.total_ms(rank_by).filter(|_| self.state == State::Finished)
    }
}

/// The results of a race.
#[derive(Clone, Debug)]
pub struct Results {
    /// One for each course, in the order of the race file.
    pub courses: Vec<CourseResults>,
    /// Bibs that no entrant wears, and entrants whose course is not known, in order of bib.
    pub others: Vec<Arc<Runner>>,
    /// Scans without a bib yet, or with a character nobody could read, by time.
    pub unread: Vec<Sighting>,
}

impl Results {
    /// Every runner, course by course, then the others.
    pub fn runners(&self) -> impl Iterator<Item = (Option<&CourseResults>, &Runner)> {
        let on_courses = self.courses.iter().flat_map(|c| c.runners.iter().map(move |r| (Some(c), &**r)));
        on_courses.chain(self.others.iter().map(|r| (None, &**r)))
    }
}

/// Works the results out.
#[must_use]
pub fn results(known: &Known) -> Results {
    let (mut by_bib, unread) = group(&known.scans);
    let field = Field::of(&known.setup, known.entrants.clone());
    let mut lines: Vec<Vec<Arc<Runner>>> = vec![Vec::new(); known.setup.courses.len()];
    let mut others = Vec::new();
    for n in 0..field.entrants.len() {
        let scans = field.bib(n).and_then(|bib| by_bib.remove(bib)).unwrap_or_default();
        let (course, runner) = field.entrant(&known.setup, &known.said, n, &scans);
        course.map_or(&mut others, |course| &mut lines[course]).push(Arc::new(runner));
    }
    for bib in known.said.keys().filter(|bib| field.wearers(bib).is_empty()) {
        by_bib.entry(bib).or_default();
    }
    let strangers = by_bib.into_iter().map(|(bib, scans)| {
        Arc::new(field.stranger(&known.setup, known.said.get(bib), bib, &scans))
    });
    others.extend(strangers);
    others.sort_by(|a, b| a.bib.list_order().cmp(&b.bib.list_order()));
    let courses = field.courses.into_iter().zip(lines);
    let courses = courses.map(|(empty, runners)| empty.with(runners)).collect();
    Results { courses, others, unread: unread.into_iter().cloned().collect() }
}

/// Who entered, and the courses.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// In order of bib and id.
    pub(crate) entrants: Vec<EntrantRow>,
    /// Without runners.
    pub(crate) courses: Vec<CourseResults>,
}

impl Field {
    pub(crate) fn of(setup: &RaceSetup, mut entrants: Vec<EntrantRow>) -> Self {
        entrants.sort_by(|a, b| (&a.bib, a.id).cmp(&(&b.bib, b.id)));
        for entrant in entrants.iter_mut().filter(|entrant| entrant.category.is_none()) {
            let category = setup.rules.category(entrant.gender.as_deref(), entrant.age);
            entrant.category = category.map(str::to_owned);
        }
        Self { entrants, courses: setup.courses.iter().map(|c| CourseResults::empty(setup, c)).collect() }
    }

    /// The bib whose scans are this entrant's. Of two entrants with one bib the scans go to the first, and both lines say
    /// so.
    fn bib(&self, n: usize) -> Option<&Bib> {
        self.entrants[n].bib.as_ref().filter(|_| !self.is_second(n))
    }

    fn is_second(&self, n: usize) -> bool {
        n.checked_sub(1).is_some_and(|before| self.share(before, n))
    }

    fn share(&self, n: usize, other: usize) -> bool {
        let bib = |n: usize| self.entrants.get(n).and_then(|entrant| entrant.bib.as_ref());
        bib(n).is_some() && bib(n) == bib(other)
    }

    /// The entrants who wear a bib.
    pub(crate) fn wearers(&self, bib: &Bib) -> std::ops::Range<usize> {
        let from = self.entrants.partition_point(|entrant| entrant.bib.as_ref() < Some(bib));
        let to = self.entrants.partition_point(|entrant| entrant.bib.as_ref() <= Some(bib));
        from..to
    }

    /// The line of an entrant, and the course that it stands on. `scans` are those of their bib that count, in order.
    pub(crate) fn entrant(
        &self,
        setup: &RaceSetup,
        said: &BTreeMap<Bib, Said>,
        n: usize,
        scans: &[&Sighting],
    ) -> (Option<usize>, Runner) {
        let entrant = &self.entrants[n];
        let bib = entrant.bib.clone().unwrap_or_default();
        let of_bib = said.get(&bib);
        let subject = Subject {
            said: entrant.status.clone().or_else(|| of_bib.and_then(|said| said.status.clone())),
            is_contested: entrant.is_contested || of_bib.is_some_and(|said| said.is_contested),
            shares_bib: self.is_second(n) || self.share(n, n + 1),
            bib,
            entrant: Some(entrant.clone()),
        };
        let course = setup.course(entrant.course.as_ref());
        let at = course.and_then(|course| self.courses.iter().position(|c| c.course.key == course.key));
        let along = at.map(|at| (&self.courses[at].course, &self.courses[at].slots[..]));
        let scans = if self.is_second(n) { &[] } else { scans };
        (at, runner(setup, along, subject, scans))
    }

    /// The line of a bib under which nobody entered. On the only course there is, its way can be shown; ranked it is not.
    pub(crate) fn stranger(
        &self,
        setup: &RaceSetup,
        said: Option<&Said>,
        bib: &Bib,
        scans: &[&Sighting],
    ) -> Runner {
        let subject = Subject {
            said: said.and_then(|s| s.status.clone()),
            is_contested: said.is_some_and(|s| s.is_contested),
            shares_bib: false,
            bib: bib.clone(),
            entrant: None,
        };
        let along = match self.courses.as_slice() {
            [only] => Some((&only.course, &only.slots[..])),
            _ => None,
        };
        runner(setup, along, subject, scans)
    }
}

/// In which order scans are looked at: by time, then as all replicas agree.
pub(crate) fn in_order(scan: &Sighting) -> impl Ord + use<> {
    (scan.time_ms, scan.depth, scan.at)
}

/// Whether it is not known whose a scan is.
pub(crate) fn is_unread(bib: &Bib) -> bool {
    bib.is_empty() || bib.is_uncertain()
}

/// Of copies of one record, by whomever, one counts: what a person corrected goes before what nobody touched.
pub(crate) fn copy_rank(scan: &Sighting) -> impl Ord + use<> {
    (scan.is_approved, scan.is_corrected, std::cmp::Reverse((scan.depth, scan.at)))
}

/// The scans that are copies of records of which another copy counts.
fn repeats(scans: &[Sighting]) -> BTreeSet<OpRef> {
    let mut best: BTreeMap<(&str, [u8; 8]), &Sighting> = BTreeMap::new();
    let mut repeats = BTreeSet::new();
    for scan in scans {
        let Some(source) = &scan.source else { continue };
        let kept = best.entry((&source.name, source.item)).or_insert(scan);
        if kept.at == scan.at {
            continue;
        }
        let (better, worse) = if copy_rank(scan) > copy_rank(kept) { (scan, *kept) } else { (*kept, scan) };
        repeats.insert(worse.at);
        *kept = better;
    }
    repeats
}

/// Scans that count, by bib and in order; and those whose bib is not known yet.
fn group(scans: &[Sighting]) -> (BTreeMap<&Bib, Vec<&Sighting>>, Vec<&Sighting>) {
    let repeats = repeats(scans);
    let counts = |scan: &&Sighting| !scan.is_void && !repeats.contains(&scan.at);
    let mut by_bib: BTreeMap<&Bib, Vec<&Sighting>> = BTreeMap::new();
    let mut unread = Vec::new();
    for scan in scans.iter().filter(counts) {
        if is_unread(&scan.bib) {
            unread.push(scan);
        } else {
            by_bib.entry(&scan.bib).or_default().push(scan);
        }
    }
    by_bib.values_mut().for_each(|scans| scans.sort_by_key(|scan| in_order(scan)));
    unread.sort_by_key(|scan| in_order(scan));
    (by_bib, unread)
}
