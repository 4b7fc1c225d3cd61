//! The results of one course: its runners beside each other.
//!
//! Invariant: a runner's line follows from their own scans alone; ranks, the certainty of the order and the standings of
//! groups follow from the lines. One line that changes is taken out and put in again, and the others are left alone.

use std::sync::Arc;

use super::{Group, Ranks, Runner, certainty, groups::Groups, ranks::Divisions};
use crate::{
    passings::{self, Slot},
    race::{Course, RaceSetup, RankBy},
};

/// The results of one course.
#[derive(Clone, Debug)]
pub struct CourseResults {
    /// The course.
    pub course: Course,
    /// Where times belong.
    pub slots: Vec<Slot>,
    /// Finishers by rank, then the others by state, how far they came, and bib.
    pub runners: Vec<Arc<Runner>>,
    /// Its teams or tour groups: those with a time by it, then those with too few finishers.
    pub teams: Vec<Group>,
    /// Its nations, likewise.
    pub nations: Vec<Group>,
    rank_by: RankBy,
    divisions: Divisions,
    by_team: Groups,
    by_nation: Groups,
}

impl CourseResults {
    /// A course on which nobody is.
    pub(super) fn empty(setup: &RaceSetup, course: &Course) -> Self {
        Self {
            course: course.clone(),
            slots: passings::slots(course),
            runners: Vec::new(),
            teams: Vec::new(),
            nations: Vec::new(),
            rank_by: setup.rank_by,
            divisions: Divisions::default(),
            by_team: Groups::by(|entrant| entrant.team.as_ref(), setup),
            by_nation: Groups::by(|entrant| entrant.nation.as_ref(), setup),
        }
    }

    /// The course with these runners, on which nobody was.
    pub(super) fn with(mut self, mut runners: Vec<Arc<Runner>>) -> Self {
        runners.sort_by(|a, b| self.list_order(a).cmp(&self.list_order(b)));
        self.runners = runners;
        let lines = || self.runners.iter().map(|runner| &**runner);
        self.divisions = Divisions::of(self.rank_by, lines());
        self.teams = self.by_team.fill(lines());
        self.nations = self.by_nation.fill(lines());
        self
    }

    /// The places of one of its runners; nothing if they did not finish, or nobody knows when.
    #[must_use]
    pub fn ranks(&self, runner: &Runner) -> Option<Ranks> {
        self.divisions.ranks(self.rank_by, runner)
    }

    /// If the clocks do not tell who came first, one of its runners or a neighbour in rank: how sure the difference of
    /// their times is, in milliseconds either way.
    #[must_use]
    pub fn order_within_ms(&self, runner: &Runner) -> Option<i64> {
        certainty::order_within_ms(self.rank_by, &self.runners, self.find(runner)?)
    }

    /// Where a line stands.
    pub(crate) fn find(&self, runner: &Runner) -> Option<usize> {
        let order = |other: &Arc<Runner>| self.list_order(other).cmp(&self.list_order(runner));
        self.runners.binary_search_by(order).ok()
    }

    /// Puts a line in the place of another of the same entrant.
    pub(crate) fn replace(&mut self, old: Option<&Runner>, new: Option<&Arc<Runner>>) {
        if let Some(old) = old {
            self.divisions.remove(self.rank_by, old);
            if let Some(at) = self.find(old) {
                self.runners.remove(at);
            }
        }
        if let Some(new) = new {
            self.divisions.add(self.rank_by, new);
            let order = |other: &Arc<Runner>| self.list_order(other).cmp(&self.list_order(new));
            let at = self.runners.binary_search_by(order).unwrap_or_else(|at| at);
            self.runners.insert(at, new.clone());
        }
        let new = new.map(|new| &**new);
        self.by_team.replace(&mut self.teams, old, new);
        self.by_nation.replace(&mut self.nations, old, new);
    }

    fn list_order<'r>(&self, runner: &'r Runner) -> impl Ord + use<'r> {
        let far = std::cmp::Reverse(runner.last_slot());
        let when = runner.last_slot().and_then(|slot| runner.passings[slot].as_ref()).map(|p| p.time_ms);
        let ranked_ms = runner.ranked_ms(self.rank_by);
        let id = runner.entrant.as_ref().map(|entrant| entrant.id);
        (runner.state, ranked_ms.is_none(), ranked_ms, far, when, runner.bib.list_order(), id)
    }
}
