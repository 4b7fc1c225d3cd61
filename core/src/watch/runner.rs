//! What the watch says of one runner.
//!
//! Invariant: exactly one state; what it rests on stands beside it.

use std::collections::BTreeSet;

use super::Expected;
use crate::{
    ids::{Bib, Key},
    op::{ScanKind, Status},
    state::SafetyRow,
};

/// Where a runner is, the worst first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// The evidence contradicts itself: a person must look.
    Contested,
    /// Not seen where they must have come by now, and every checkpoint that would have seen them has reported.
    Overdue,
    /// Nobody can say, because a checkpoint has not reported or its clock is wrong.
    Unknown,
    /// Between two places.
    OnCourse,
    /// Seen coming in at an aid station, and not going out yet.
    Inside,
    /// Stopped, and nobody said yet that they are safe.
    Dropped,
    /// Never seen.
    NotStarted,
    /// Stopped, and a person said that they are safe.
    Collected,
    /// A person said that they are safe.
    Safe,
    /// Seen at the finish of their course.
    Finished,
    /// Did not start, says a person.
    DidNotStart,
}

impl State {
    /// All of them, the worst first.
    pub const ALL: [Self; 11] = [
        Self::Contested,
        Self::Overdue,
        Self::Unknown,
        Self::OnCourse,
        Self::Inside,
        Self::Dropped,
        Self::NotStarted,
        Self::Collected,
        Self::Safe,
        Self::Finished,
        Self::DidNotStart,
    ];

    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Contested => "contested",
            Self::Overdue => "overdue",
            Self::Unknown => "unknown",
            Self::OnCourse => "on course",
            Self::Inside => "in aid station",
            Self::Dropped => "dropped, not collected",
            Self::NotStarted => "not started",
            Self::Collected => "dropped and collected",
            Self::Safe => "safe by word",
            Self::Finished => "finished",
            Self::DidNotStart => "did not start",
        }
    }

    /// Whether somebody trusted answers for it that they are off the course.
    #[must_use]
    pub fn is_safe(self) -> bool {
        matches!(self, Self::Collected | Self::Safe | Self::Finished | Self::DidNotStart)
    }

    /// Whether they may be anywhere on the course.
    #[must_use]
    pub fn is_out(self) -> bool {
        matches!(self, Self::Contested | Self::Overdue | Self::Unknown | Self::OnCourse | Self::Inside)
    }
}

/// A place along a course.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// The checkpoint.
    pub checkpoint: Key,
    /// Which way.
    pub kind: ScanKind,
}

/// Where and when somebody was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Where.
    pub place: Place,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
    /// By how many phones.
    pub phones: usize,
    /// Whether it is evidence.
    pub is_sure: bool,
}

/// A checkpoint that would have to report before anybody can say more.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Silent {
    /// The checkpoint.
    pub checkpoint: Key,
    /// Up to when it reported: milliseconds since 1970-01-01 UTC. Nothing if never.
    pub since_ms: Option<i64>,
}

/// Why the evidence contradicts itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// Another entrant wears the same bib.
    SharedBib,
    /// Different values contend in this register.
    Conflict(u16),
    /// People contradict each other about a scan that may be theirs.
    ContestedScan(Seen),
    /// Seen though said not to have started.
    SeenThoughNotStarted(Seen),
    /// Seen beyond the place where they are said to have stopped, or at the finish.
    SeenAfterDrop(Seen),
    /// Seen after a person said that they are safe.
    SeenAfterSafe(Seen),
    /// Seen elsewhere after the finish.
    SeenAfterFinish(Seen),
    /// A person said that it is not known any more that they are safe.
    SaidNotSafe,
}

/// One runner.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Watched {
    /// What they wear.
    pub bib: Bib,
    /// Their name; empty if nobody entered under this bib.
    pub name: String,
    /// Whether somebody entered under this bib.
    pub is_entered: bool,
    /// Their course.
    pub course: Option<Key>,
    /// Where they are.
    pub state: State,
    /// Where they were surely seen last along the course; if nowhere, the last sighting of any kind.
    pub last: Option<Seen>,
    /// The last sighting by a phone that is not trusted, where it says more than `last`.
    pub unsure: Option<Seen>,
    /// Where they are expected next, or where they are overdue, and when.
    pub due: Option<(Place, Expected)>,
    /// By how much they are beyond the latest time there, in milliseconds. Also where the state is unknown: they are
    /// overdue unless a silent checkpoint knows better.
    pub late_ms: Option<i64>,
    /// Checkpoints that may know more and have not reported.
    pub silent: Vec<Silent>,
    /// A place whose clock puts them into the future.
    pub ahead: Option<Seen>,
    /// What contradicts what.
    pub why: Vec<Why>,
    /// What a person said became of them.
    pub status: Option<Status>,
    /// What a person said of their safety.
    pub safety: Option<SafetyRow>,
    /// The checkpoints that they are still to come through.
    pub to_come: BTreeSet<Key>,
}

impl Watched {
    /// The worst first, then the longest due, then by bib.
    pub(crate) fn list_order(&self) -> impl Ord + '_ {
        (self.state, std::cmp::Reverse(self.late_ms), self.bib.list_order(), &self.name)
    }
}
