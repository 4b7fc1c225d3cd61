//! Standings of nations and of teams, which may be tour groups: the sum of the times of their best finishers.
//!
//! Invariant: who has too few finishers has no time and no rank, and is listed all the same; equal times share a rank.

use std::collections::BTreeMap;

use super::Runner;
use crate::{ids::Bib, race::RaceSetup, state::EntrantRow};

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

/// The groups that `part` names, in order: those with a time by it, then those with too few by how many they have;
/// then by name.
pub(super) fn standings(
    setup: &RaceSetup,
    runners: &[Runner],
    part: fn(&EntrantRow) -> Option<&String>,
) -> Vec<Group> {
    let mut members: BTreeMap<&String, Vec<&Runner>> = BTreeMap::new();
    for runner in runners {
        if let Some(name) = runner.entrant.as_ref().and_then(part) {
            members.entry(name).or_default().push(runner);
        }
    }
    let mut groups: Vec<Group> =
        members.into_iter().map(|(name, members)| group(setup, name, &members)).collect();
    groups.sort_by(|a, b| list_order(a).cmp(&list_order(b)));
    for n in 0..groups.len() {
        let above = n.checked_sub(1).map(|above| (groups[above].time_ms, groups[above].rank));
        groups[n].rank = match (groups[n].time_ms, above) {
            (None, _) => None,
            (time_ms, Some((above_ms, rank))) if above_ms == time_ms => rank,
            _ => Some(n + 1),
        };
    }
    groups
}

fn list_order(group: &Group) -> impl Ord + '_ {
    let too_few = group.time_ms.is_none().then_some(std::cmp::Reverse(group.finishers));
    (too_few, group.time_ms, &group.name)
}

fn group(setup: &RaceSetup, name: &str, members: &[&Runner]) -> Group {
    let mut finishers: Vec<(i64, _, &Bib)> = members
        .iter()
        .filter(|runner| runner.ranks.is_some())
        .filter_map(|runner| Some((runner.rank_ms(setup)?, runner.bib.list_order(), &runner.bib)))
        .collect();
    finishers.sort();
    let count = finishers.len();
    finishers.truncate(setup.rules.team_score.max(1));
    let is_whole = finishers.len() == setup.rules.team_score.max(1);
    let sum_ms = finishers.iter().fold(0, |sum: i64, (ms, ..)| sum.saturating_add(*ms));
    Group {
        name: name.to_owned(),
        rank: None,
        time_ms: is_whole.then_some(sum_ms),
        scorers: finishers.into_iter().map(|(.., bib)| bib.clone()).collect(),
        finishers: count,
        entrants: members.len(),
    }
}
