//! The results of one course: its runners beside each other.
//!
//! Invariant: a runner's line follows from their own scans alone; ranks, the certainty of the order and the standings of
//! groups follow from the lines. One line that changes is taken out and put in again, and the others are left alone.

use std::sync::Arc;

use super::{Group, Ranks, Runner, certainty, groups::Groups, ranks::Divisions, roll::sorted};
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
    /// A course and its runners.
    pub(super) fn of(setup: &RaceSetup, course: &Course, runners: &[Arc<Runner>]) -> Self {
        let mut results = Self {
            course: course.clone(),
            slots: passings::slots(course),
            runners: sorted(runners, |runner| order(setup.rank_by, runner)),
            teams: Vec::new(),
            nations: Vec::new(),
            rank_by: setup.rank_by,
            divisions: Divisions::default(),
            by_team: Groups::by(|entrant| entrant.team.as_ref(), setup),
            by_nation: Groups::by(|entrant| entrant.nation.as_ref(), setup),
        };
        let lines = || results.runners.iter().map(|runner| &**runner);
        results.divisions = Divisions::of(setup.rank_by, lines());
        results.teams = results.by_team.fill(lines());
        results.nations = results.by_nation.fill(lines());
        results
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
        self.search(runner).ok()
    }

    fn search(&self, runner: &Runner) -> Result<usize, usize> {
        self.runners.binary_search_by(|other| order(self.rank_by, other).cmp(&order(self.rank_by, runner)))
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
            let at = self.search(new).unwrap_or_else(|at| at);
            self.runners.insert(at, new.clone());
        }
        let new = new.map(|new| &**new);
        self.by_team.replace(&mut self.teams, old, new);
        self.by_nation.replace(&mut self.nations, old, new);
    }
}

/// Finishers by rank, then the others by state, how far they came and when, and bib.
fn order(rank_by: RankBy, runner: &Runner) -> impl Ord + '_ {
    let far = std::cmp::Reverse(runner.last_slot());
    let when = runner.last_slot().and_then(|slot| runner.passings[slot].as_ref()).map(|p| p.time_ms);
    let ranked_ms = runner.ranked_ms(rank_by);
    (runner.state, ranked_ms.is_none(), ranked_ms, far, when, runner.list_order())
}
