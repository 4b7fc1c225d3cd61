//! Ranks among finishers.
//!
//! Invariant: a rank is one more than how many were faster, so equal times share one, and the next counts everybody
//! before them (1, 2, 2, 4). A time that comes or goes moves nothing but itself.

use std::collections::BTreeMap;

use super::Runner;
use crate::{race::RankBy, state::EntrantRow};

/// A finisher's places among all, and among those who share their gender, category, nation or team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ranks {
    /// Among all finishers of the course.
    pub overall: usize,
    /// Among those of their gender.
    pub gender: Option<usize>,
    /// Within their category.
    pub category: Option<usize>,
    /// Within their nation.
    pub nation: Option<usize>,
    /// Within their team.
    pub team: Option<usize>,
}

/// What an entrant shares with others who are ranked among themselves.
type Part = fn(&EntrantRow) -> Option<&String>;

const PARTS: [Part; 4] =
    [|e| e.gender.as_ref(), |e| e.category.as_ref(), |e| e.nation.as_ref(), |e| e.team.as_ref()];

/// The times of those who are ranked on one course, division by division; sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Divisions {
    overall: Vec<i64>,
    by_part: [BTreeMap<String, Vec<i64>>; 4],
}

impl Divisions {
    /// The divisions of these runners.
    pub(super) fn of<'a>(rank_by: RankBy, runners: impl Iterator<Item = &'a Runner>) -> Self {
        let mut divisions = Self::default();
        for runner in runners {
            divisions.each(rank_by, runner, |times, ms| times.push(ms));
        }
        divisions.overall.sort_unstable();
        divisions.by_part.iter_mut().flat_map(BTreeMap::values_mut).for_each(|times| times.sort_unstable());
        divisions
    }

    /// Somebody more.
    pub(super) fn add(&mut self, rank_by: RankBy, runner: &Runner) {
        self.each(rank_by, runner, |times, ms| times.insert(times.partition_point(|other| *other < ms), ms));
    }

    /// Somebody who was added, and is no more.
    pub(super) fn remove(&mut self, rank_by: RankBy, runner: &Runner) {
        self.each(rank_by, runner, |times, ms| {
            if let Ok(at) = times.binary_search(&ms) {
                times.remove(at);
            }
        });
        for part in &mut self.by_part {
            part.retain(|_, times| !times.is_empty());
        }
    }

    fn each(&mut self, rank_by: RankBy, runner: &Runner, mut what: impl FnMut(&mut Vec<i64>, i64)) {
        let Some(ms) = runner.ranked_ms(rank_by) else { return };
        what(&mut self.overall, ms);
        let Some(entrant) = &runner.entrant else { return };
        for (divisions, part) in self.by_part.iter_mut().zip(PARTS) {
            let Some(name) = part(entrant) else { continue };
            match divisions.get_mut(name) {
                Some(times) => what(times, ms),
                None => what(divisions.entry(name.clone()).or_default(), ms),
            }
        }
    }

    /// The ranks of somebody who was added; nothing if they are not ranked.
    pub(super) fn ranks(&self, rank_by: RankBy, runner: &Runner) -> Option<Ranks> {
        let ms = runner.ranked_ms(rank_by)?;
        let rank = |times: &Vec<i64>| times.partition_point(|other| *other < ms) + 1;
        let [gender, category, nation, team] = [0, 1, 2, 3].map(|n| {
            let name = runner.entrant.as_ref().and_then(PARTS[n])?;
            self.by_part[n].get(name).map(rank)
        });
        Some(Ranks { overall: rank(&self.overall), gender, category, nation, team })
    }
}
