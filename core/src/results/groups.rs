//! Standings of nations and of teams, which may be tour groups: the sum of the times of their best finishers.
//!
//! Invariant: who has too few finishers has no time and no rank, and is listed all the same; equal times share a rank. A
//! runner who comes or goes changes the standing of their own group alone.

use std::collections::BTreeMap;

use super::Runner;
use crate::{
    ids::Bib,
    race::{RaceSetup, RankBy},
    state::EntrantRow,
};

/// A team or nation on one course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Its name, as the entries have it.
    pub name: String,
    /// Its place; nothing while too few of it have finished.
    pub rank: Option<usize>,
    /// The sum of the ranking times of its best finishers, in milliseconds; nothing while it has too few.
    pub time_ms: Option<i64>,
    /// Whose times make up that sum, best first; or all finishers, if they are too few.
    pub scorers: Vec<Bib>,
    /// How many of it finished with a time.
    pub finishers: usize,
    /// How many of it entered.
    pub entrants: usize,
}

/// What runners are grouped by.
pub(super) type Part = fn(&EntrantRow) -> Option<&String>;

/// The members of one group.
#[derive(Clone, Debug, Default)]
struct Members {
    entrants: usize,
    /// Those who finished with a time, in order of time and bib.
    finishers: Vec<(i64, Bib)>,
}

/// The groups of one course by one part of what their entrants say.
#[derive(Clone, Debug)]
pub(super) struct Groups {
    part: Part,
    rank_by: RankBy,
    /// So many finishers' times make the time of a group.
    score: usize,
    members: BTreeMap<String, Members>,
}

impl Groups {
    /// No groups yet.
    pub(super) fn by(part: Part, setup: &RaceSetup) -> Self {
        let score = setup.rules.team_score.max(1);
        Self { part, rank_by: setup.rank_by, score, members: BTreeMap::new() }
    }

    /// All groups of these runners, in order: those with a time by it, then those with too few by how many they have;
    /// then by name.
    pub(super) fn fill<'a>(&mut self, runners: impl Iterator<Item = &'a Runner>) -> Vec<Group> {
        for runner in runners {
            let Some(name) = runner.entrant.as_ref().and_then(self.part) else { continue };
            let members = entry(&mut self.members, name);
            members.entrants += 1;
            members.finishers.extend(runner.ranked_ms(self.rank_by).map(|ms| (ms, runner.bib.clone())));
        }
        for members in self.members.values_mut() {
            members.finishers.sort_by(|a, b| order(a).cmp(&order(b)));
        }
        let mut groups: Vec<Group> = self.members.keys().filter_map(|name| self.group(name)).collect();
        groups.sort_by(|a, b| list_order(a).cmp(&list_order(b)));
        rank(&mut groups);
        groups
    }

    /// Puts the groups right after a line took the place of another.
    pub(super) fn replace(&mut self, groups: &mut Vec<Group>, old: Option<&Runner>, new: Option<&Runner>) {
        let name = |runner: &&Runner| runner.entrant.as_ref().and_then(self.part).cloned();
        let (from, to) = (old.as_ref().and_then(name), new.as_ref().and_then(name));
        if let (Some(old), Some(from)) = (old, &from) {
            self.leave(old, from);
        }
        if let (Some(new), Some(to)) = (new, &to) {
            let members = entry(&mut self.members, to);
            members.entrants += 1;
            if let Some(ms) = new.ranked_ms(self.rank_by) {
                let finisher = (ms, new.bib.clone());
                let at = members.finishers.partition_point(|other| order(other) < order(&finisher));
                members.finishers.insert(at, finisher);
            }
        }
        let other = to.filter(|to| from.as_ref() != Some(to));
        for name in from.into_iter().chain(other) {
            groups.retain(|group| group.name != name);
            if let Some(group) = self.group(&name) {
                let at = groups.partition_point(|other| list_order(other) < list_order(&group));
                groups.insert(at, group);
            }
        }
        rank(groups);
    }

    fn leave(&mut self, old: &Runner, name: &str) {
        let Some(members) = self.members.get_mut(name) else { return };
        members.entrants -= 1;
        if let Some(ms) = old.ranked_ms(self.rank_by) {
            let finisher = (ms, old.bib.clone());
            let at = members.finishers.partition_point(|other| order(other) < order(&finisher));
            members.finishers.remove(at);
        }
        if members.entrants == 0 {
            self.members.remove(name);
        }
    }

    fn group(&self, name: &str) -> Option<Group> {
        let members = self.members.get(name)?;
        let best = &members.finishers[..members.finishers.len().min(self.score)];
        let sum_ms = best.iter().fold(0, |sum: i64, (ms, _)| sum.saturating_add(*ms));
        Some(Group {
            name: name.to_owned(),
            rank: None,
            time_ms: (best.len() == self.score).then_some(sum_ms),
            scorers: best.iter().map(|(_, bib)| bib.clone()).collect(),
            finishers: members.finishers.len(),
            entrants: members.entrants,
        })
    }
}

fn entry<'m>(members: &'m mut BTreeMap<String, Members>, name: &str) -> &'m mut Members {
    members.entry(name.to_owned()).or_default()
}

fn order(finisher: &(i64, Bib)) -> impl Ord + '_ {
    (finisher.0, finisher.1.list_order())
}

fn list_order(group: &Group) -> impl Ord + '_ {
    let too_few = group.time_ms.is_none().then_some(std::cmp::Reverse(group.finishers));
    (too_few, group.time_ms, &group.name)
}

fn rank(groups: &mut [Group]) {
    for n in 0..groups.len() {
        let above = n.checked_sub(1).map(|above| (groups[above].time_ms, groups[above].rank));
        groups[n].rank = match (groups[n].time_ms, above) {
            (None, _) => None,
            (time_ms, Some((above_ms, rank))) if above_ms == time_ms => rank,
            _ => Some(n + 1),
        };
    }
}
