//! What everybody may see of a race: plain data, from which pages and the public API are made.
//!
//! Invariant: what is not listed here is on no public page. Of a runner these are bib, name, nation, group, division,
//! category, places, times and status: no age, no note, no reason, no word about anybody's health, and nothing of phones
//! and of the people who hold them.

mod group;
mod make;
mod runner;

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

pub use group::{Group, GroupKind, Standing};
pub use runner::{Division, Leg, Places, Runner, Seen, SplitTime, State};

use crate::when::Zone;

/// A race as everybody may see it, at one moment.
#[derive(Debug)]
pub struct Shown {
    /// The race.
    pub race: Race,
    /// The runners, course by course, in the order of the standings; then those who are on no course yet.
    pub runners: Vec<Runner>,
    /// Tour groups and teams by name, then nations.
    pub groups: Vec<Group>,
    /// The last passings, the newest first.
    pub latest: Vec<Passed>,
    /// For times of day.
    pub zone: Zone,
    /// What a search looks through, runner by runner.
    sought: Vec<String>,
    by_bib: BTreeMap<String, Vec<usize>>,
}

/// A race and its courses.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Race {
    /// Its id.
    pub race: String,
    /// Its name in the race's main language.
    pub name: String,
    /// Its name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// The gun, as a time with offset.
    pub start: String,
    /// The gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// An IANA time zone.
    pub time_zone: String,
    /// Which time ranks: `gun` or `net` (from the runner's own start).
    pub rank_by: &'static str,
    /// Whether all standings are official; else they are provisional and may change.
    pub is_official: bool,
    /// How many are where.
    pub counts: Counts,
    /// The courses.
    pub courses: Vec<Course>,
}

/// One course.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Course {
    /// Its short name.
    pub key: String,
    /// Its name in the race's main language.
    pub name: String,
    /// Its name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// Its gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// From start to finish, in metres.
    pub distance_m: i64,
    /// Where times are taken, in order.
    pub places: Vec<Place>,
    /// Whether its standings are official; else they are provisional and may change.
    pub is_official: bool,
    /// Why they are provisional.
    pub provisional: Vec<String>,
    /// How many are where.
    pub counts: Counts,
    /// The categories in which its runners are entered.
    pub categories: Vec<String>,
    /// The nations from which they come.
    pub nations: Vec<String>,
}

/// A place where times are taken.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Place {
    /// The checkpoint's short name.
    pub key: String,
    /// Its name, and the way where both are recorded.
    pub name: String,
    /// The checkpoint's name in other languages, by language tag.
    pub names: BTreeMap<String, String>,
    /// `in` or `out`.
    pub kind: &'static str,
    /// Metres from the start.
    pub distance_m: i64,
}

/// How many runners are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// Entered.
    pub entered: usize,
    /// Seen, and still out there.
    pub on_course: usize,
    /// Seen at the finish in time.
    pub finished: usize,
    /// Stopped on the way, came in too late, or were disqualified.
    pub stopped: usize,
    /// Not seen yet.
    pub not_seen: usize,
    /// Said not to have started.
    pub did_not_start: usize,
}

/// Somebody was seen somewhere.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Passed {
    /// What they wear.
    pub bib: String,
    /// Who they are.
    pub name: String,
    /// Their nation.
    pub nation: Option<String>,
    /// The place's name.
    pub place: String,
    /// Whether it is the finish of their course.
    pub is_finish: bool,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
}

/// The most characters of a search that count.
const SEARCH_MAX_CHARS: usize = 64;

/// So many runners are found at most.
pub const FOUND_MAX: usize = 60;

impl Shown {
    /// The course of that short name.
    #[must_use]
    pub fn course(&self, key: &str) -> Option<&Course> {
        self.race.courses.iter().find(|course| course.key == key)
    }

    /// The runners of a course, in the order of its standings.
    pub fn runners_of<'a>(&'a self, course: &'a Course) -> impl Iterator<Item = &'a Runner> {
        self.runners.iter().filter(|runner| runner.course.as_deref() == Some(&course.key))
    }

    /// Everybody who is entered under a bib: one, unless the entrants are wrong.
    pub fn wearers(&self, bib: &str) -> impl Iterator<Item = &Runner> {
        self.by_bib.get(bib).into_iter().flatten().map(|at| &self.runners[*at])
    }

    /// The group or nation of that name.
    #[must_use]
    pub fn group(&self, kind: GroupKind, name: &str) -> Option<&Group> {
        self.groups.iter().find(|group| group.kind == kind && group.name == name)
    }

    /// Who belongs to a group.
    pub fn members<'a>(&'a self, group: &'a Group) -> impl Iterator<Item = &'a Runner> {
        self.runners.iter().filter(|runner| group.kind.of(runner) == Some(&group.name))
    }

    /// Who is meant by a bib or by parts of a name: first whose bib it is, then by bib. Letters count without regard to
    /// case and marks, and other scripts also as they are spelt in Latin letters. Also says how many there are.
    #[must_use]
    pub fn search(&self, query: &str) -> (Vec<&Runner>, usize) {
        let words = make::folded(&query.chars().take(SEARCH_MAX_CHARS).collect::<String>());
        let words: Vec<&str> = words.split_whitespace().collect();
        if words.is_empty() {
            return (Vec::new(), 0);
        }
        let fits = |(_, sought): &(&Runner, &String)| words.iter().all(|word| sought.contains(word));
        let all = self.runners.iter().zip(&self.sought);
        let mut found: Vec<&Runner> = all.filter(fits).map(|(runner, _)| runner).collect();
        let is_bib = |runner: &Runner| words.as_slice() == [runner.bib.to_lowercase()];
        found.sort_by_key(|runner| (!is_bib(runner), runner.bib.chars().count(), &runner.bib));
        let count = found.len();
        found.truncate(FOUND_MAX);
        (found, count)
    }
}
