//! Results: states, times and ranks, from the setup, the entrants and the scans that count.
//!
//! Invariant: a pure function of the state, in one order; every entrant is in exactly one state, and nobody is counted
//! as finished without a passing at the finish of their own course.

mod certainty;
mod groups;
mod legs;
mod ranks;
mod runner;

use std::collections::{BTreeMap, BTreeSet};

pub use groups::Group;
pub use legs::{Leg, legs};
pub use ranks::Ranks;
pub use runner::gun_ms;
use runner::{Subject, runner};

use crate::{
    ids::{Bib, FindingId, OpRef},
    op::Status,
    passings::{self, Passing, Slot},
    race::{Course, RaceSetup},
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

/// One line of the results.
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
    /// Their places, if they finished.
    pub ranks: Option<Ranks>,
    /// How sure the time is that ranks them, in milliseconds either way.
    pub within_ms: Option<i64>,
    /// If the clocks do not tell who came first, they or a neighbour in rank: how sure the difference of their times is.
    pub order_within_ms: Option<i64>,
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

    /// The time that ranks them.
    #[must_use]
    pub fn rank_ms(&self, setup: &RaceSetup) -> Option<i64> {
        match setup.rank_by {
            crate::race::RankBy::Gun => self.gun_ms,
            crate::race::RankBy::Net => self.net_ms,
        }
    }
}

/// The results of one course.
#[derive(Clone, Debug)]
pub struct CourseResults {
    /// The course.
    pub course: Course,
    /// Where times belong.
    pub slots: Vec<Slot>,
    /// Finishers by rank, then the others by state, how far they came, and bib.
    pub runners: Vec<Runner>,
    /// Its teams or tour groups: those with a time by it, then those with too few finishers.
    pub teams: Vec<Group>,
    /// Its nations, likewise.
    pub nations: Vec<Group>,
}

/// The results of a race.
#[derive(Clone, Debug)]
pub struct Results {
    /// One for each course, in the order of the race file.
    pub courses: Vec<CourseResults>,
    /// Bibs that no entrant wears, and entrants whose course is not known, in order of bib.
    pub others: Vec<Runner>,
    /// Scans without a bib yet, or with a character nobody could read, by time.
    pub unread: Vec<Sighting>,
}

impl Results {
    /// Every runner, course by course, then the others.
    pub fn runners(&self) -> impl Iterator<Item = (Option<&CourseResults>, &Runner)> {
        let on_courses = self.courses.iter().flat_map(|c| c.runners.iter().map(move |r| (Some(c), r)));
        on_courses.chain(self.others.iter().map(|r| (None, r)))
    }
}

/// Works the results out.
#[must_use]
pub fn results(known: Known) -> Results {
    let Known { setup, mut entrants, scans, said, dismissed: _ } = known;
    let (mut by_bib, unread) = group(scans);
    entrants.sort_by(|a, b| (&a.bib, a.id).cmp(&(&b.bib, b.id)));
    for entrant in entrants.iter_mut().filter(|entrant| entrant.category.is_none()) {
        let category = setup.rules.category(entrant.gender.as_deref(), entrant.age);
        entrant.category = category.map(str::to_owned);
    }
    let mut courses: Vec<CourseResults> = setup
        .courses
        .iter()
        .map(|c| CourseResults {
            slots: passings::slots(c),
            course: c.clone(),
            runners: Vec::new(),
            teams: Vec::new(),
            nations: Vec::new(),
        })
        .collect();
    let mut others = Vec::new();

    for n in 0..entrants.len() {
        let same_bib = |other: Option<&EntrantRow>| {
            entrants[n].bib.is_some() && other.is_some_and(|other| other.bib == entrants[n].bib)
        };
        let is_second = n > 0 && same_bib(entrants.get(n - 1));
        let shares = is_second || same_bib(entrants.get(n + 1));
        // Two entrants with one bib: the scans go to the first, and both lines say so.
        let bib = entrants[n].bib.clone().unwrap_or_default();
        let scans = if is_second { None } else { by_bib.remove(&bib) };
        let subject = Subject {
            said: entrants[n].status.clone().or_else(|| said.get(&bib).and_then(|s| s.status.clone())),
            is_contested: entrants[n].is_contested || said.get(&bib).is_some_and(|s| s.is_contested),
            shares_bib: shares,
            bib,
            entrant: Some(entrants[n].clone()),
        };
        let course = setup.course(entrants[n].course.as_ref());
        let course = course.and_then(|course| courses.iter_mut().find(|c| c.course.key == course.key));
        match course {
            Some(course) => {
                let runner = runner(&setup, Some((&course.course, &course.slots)), subject, scans);
                course.runners.push(runner);
            }
            None => others.push(runner(&setup, None, subject, scans)),
        }
    }
    for bib in said.keys() {
        let is_worn = entrants.iter().any(|e| e.bib.as_ref() == Some(bib));
        if !is_worn {
            by_bib.entry(bib.clone()).or_default();
        }
    }
    for (bib, scans) in by_bib {
        let said = said.get(&bib);
        let subject = Subject {
            said: said.and_then(|s| s.status.clone()),
            is_contested: said.is_some_and(|s| s.is_contested),
            shares_bib: false,
            bib,
            entrant: None,
        };
        // Nobody entered under this bib. On the only course there is, its way can be shown; ranked it is not.
        let only = courses.first().filter(|_| courses.len() == 1).map(|c| (&c.course, &c.slots[..]));
        others.push(runner(&setup, only, subject, Some(scans)));
    }
    finish(&setup, &mut courses, &mut others);
    Results { courses, others, unread }
}

fn finish(setup: &RaceSetup, courses: &mut [CourseResults], others: &mut [Runner]) {
    for course in courses {
        ranks::rank(setup, &mut course.runners);
        certainty::mark(setup, &mut course.runners);
        course.runners.sort_by(|a, b| list_order(a).cmp(&list_order(b)));
        course.teams = groups::standings(setup, &course.runners, |entrant| entrant.team.as_ref());
        course.nations = groups::standings(setup, &course.runners, |entrant| entrant.nation.as_ref());
    }
    others.sort_by(|a, b| a.bib.list_order().cmp(&b.bib.list_order()));
}

fn list_order(runner: &Runner) -> impl Ord + '_ {
    let far = std::cmp::Reverse(runner.last_slot());
    let when = runner.last_slot().and_then(|slot| runner.passings[slot].as_ref()).map(|p| p.time_ms);
    let rank = runner.ranks.map_or(usize::MAX, |ranks| ranks.overall);
    (runner.state, rank, far, when, runner.bib.list_order())
}

/// Of scans that were copied from one record, by whomever, one: what a person corrected goes before what nobody touched.
fn without_repeats(scans: Vec<Sighting>) -> Vec<Sighting> {
    let rank =
        |scan: &Sighting| (scan.is_approved, scan.is_corrected, std::cmp::Reverse((scan.depth, scan.at)));
    let mut best: BTreeMap<(&str, [u8; 8]), &Sighting> = BTreeMap::new();
    for scan in &scans {
        let Some(source) = &scan.source else { continue };
        let kept = best.entry((&source.name, source.item)).or_insert(scan);
        if rank(scan) > rank(kept) {
            *kept = scan;
        }
    }
    let kept: BTreeSet<OpRef> = best.values().map(|scan| scan.at).collect();
    scans.into_iter().filter(|scan| scan.source.is_none() || kept.contains(&scan.at)).collect()
}

/// Scans that count, by bib and in order; and those whose bib is not known yet.
fn group(scans: Vec<Sighting>) -> (BTreeMap<Bib, Vec<Sighting>>, Vec<Sighting>) {
    let scans = without_repeats(scans);
    let mut by_bib: BTreeMap<Bib, Vec<Sighting>> = BTreeMap::new();
    let mut unread = Vec::new();
    for scan in scans.into_iter().filter(|scan| !scan.is_void) {
        if scan.bib.is_empty() || scan.bib.is_uncertain() {
            unread.push(scan);
        } else if let Some(known) = by_bib.get_mut(&scan.bib) {
            known.push(scan);
        } else {
            by_bib.insert(scan.bib.clone(), vec![scan]);
        }
    }
    let in_order = |scan: &Sighting| (scan.time_ms, scan.depth, scan.at);
    by_bib.values_mut().for_each(|scans| scans.sort_by_key(in_order));
    unread.sort_by_key(in_order);
    (by_bib, unread)
}
