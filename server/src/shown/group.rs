//! Tour groups, clubs, teams and nations: is everybody in, and how do they stand?
//!
//! Invariant: a member counts as in only if they are off the course by evidence that nothing contradicts, or never started.

use std::collections::BTreeMap;

use bibtrail_core::results::{self, CourseResults};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Counts, Runner};

/// What runners are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// Tour groups, clubs, teams.
    Group,
    /// Nations.
    Nation,
}

/// A group, on whichever courses its members run.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Group {
    /// What kind of group it is.
    pub kind: GroupKind,
    /// Its name, as the entries have it.
    pub name: String,
    /// How many of it are where.
    pub counts: Counts,
    /// How many of those who started, or may have, are not known to be off the course.
    pub out: usize,
    /// Its standings, course by course: where somebody of it has finished.
    pub standings: Vec<Standing>,
}

/// How a group stands on a course: by the sum of the times of its best finishers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Standing {
    /// The course's short name.
    pub course: String,
    /// Its place; nothing while too few of it have finished.
    pub place: Option<usize>,
    /// The sum of the times of its best finishers, in milliseconds; nothing while it has too few.
    pub time_ms: Option<i64>,
    /// The bibs of those, best first; or of all its finishers, while they are too few.
    pub scorers: Vec<String>,
    /// How many of it finished with a time.
    pub finishers: usize,
}

impl GroupKind {
    /// As it stands in addresses.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::Nation => "nation",
        }
    }

    /// The kind of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Group, Self::Nation].into_iter().find(|kind| kind.word() == word)
    }

    /// The group of this kind that a runner belongs to.
    #[must_use]
    pub fn of(self, runner: &Runner) -> Option<&String> {
        match self {
            Self::Group => runner.group.as_ref(),
            Self::Nation => runner.nation.as_ref(),
        }
    }
}

/// All groups that these runners belong to: by kind, then by name.
pub(super) fn groups(runners: &[Runner], courses: &[CourseResults]) -> Vec<Group> {
    let mut groups: BTreeMap<(GroupKind, &String), Group> = BTreeMap::new();
    for runner in runners {
        for kind in [GroupKind::Group, GroupKind::Nation] {
            let Some(name) = kind.of(runner) else { continue };
            let group = groups.entry((kind, name)).or_insert_with(|| Group {
                kind,
                name: name.clone(),
                counts: Counts::default(),
                out: 0,
                standings: Vec::new(),
            });
            group.counts.add(runner);
            group.out += usize::from(!runner.is_off_course);
        }
    }
    for course in courses {
        let of = [(GroupKind::Group, &course.teams), (GroupKind::Nation, &course.nations)];
        let all = of.into_iter().flat_map(|(kind, all)| all.iter().map(move |group| (kind, group)));
        for (kind, group) in all.filter(|(_, group)| group.finishers > 0) {
            if let Some(shown) = groups.get_mut(&(kind, &group.name)) {
                shown.standings.push(standing(course, group));
            }
        }
    }
    groups.into_values().collect()
}

fn standing(course: &CourseResults, group: &results::Group) -> Standing {
    Standing {
        course: course.course.key.to_string(),
        place: group.rank,
        time_ms: group.time_ms,
        scorers: group.scorers.iter().map(ToString::to_string).collect(),
        finishers: group.finishers,
    }
}
