//! Results: states, times and ranks, from the setup, the entrants and the scans that count.
//!
//! Invariant: a pure function of the state, in one order; every entrant is in exactly one state, and nobody is counted
//! as finished without a passing at the finish of their own course.

mod certainty;
mod course;
mod groups;
mod legs;
mod ranks;
mod roll;
mod runner;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub use course::CourseResults;
pub use groups::Group;
pub use legs::{Leg, legs};
pub use ranks::Ranks;
pub(crate) use roll::{Filed, Roll, by_bib, copy_rank, in_order, is_unread};
pub use runner::gun_ms;

use crate::{
    ids::{Bib, FindingId},
    op::Status,
    passings::Passing,
    proposal::Proposal,
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
    /// What people said who may not settle it alone. It changes no result.
    pub proposals: Vec<Proposal>,
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

    /// In order of bib, as people list them; of those with one bib, or none, by entrant.
    pub(crate) fn list_order(&self) -> impl Ord + '_ {
        (self.bib.list_order(), self.entrant.as_ref().map(|entrant| entrant.id))
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
    /// Puts a line of those who are on no course in the place of another.
    pub(crate) fn replace_other(&mut self, is_old: impl Fn(&Runner) -> bool, new: Option<Arc<Runner>>) {
        self.others.retain(|other| !is_old(other));
        if let Some(new) = new {
            let at = self.others.partition_point(|other| other.list_order() < new.list_order());
            self.others.insert(at, new);
        }
    }

    /// The line of a bib that nobody wears.
    pub(crate) fn stranger(&self, bib: &Bib) -> Option<&Arc<Runner>> {
        // Of one bib, whoever did not enter stands in front.
        let at = self.others.partition_point(|other| other.bib.list_order() < bib.list_order());
        self.others.get(at).filter(|other| other.bib == *bib && other.entrant.is_none())
    }

    /// Every runner, course by course, then the others.
    pub fn runners(&self) -> impl Iterator<Item = (Option<&CourseResults>, &Runner)> {
        let on_courses = self.courses.iter().flat_map(|c| c.runners.iter().map(move |r| (Some(c), &**r)));
        on_courses.chain(self.others.iter().map(|r| (None, &**r)))
    }
}

/// Works the results out.
#[must_use]
pub fn results(known: &Known) -> Results {
    Filed::of(known).results(known)
}
