//! One runner, as everybody may see them.
//!
//! Invariant: who is shown to be off the course is so by evidence that is approved and that nothing contradicts.

use bibtrail_core::results;
use serde::Serialize;
use utoipa::ToSchema;

/// One runner.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Runner {
    /// What they wear; empty if nobody said yet.
    pub bib: String,
    /// Name.
    pub name: String,
    /// Nation, as the entries have it.
    pub nation: Option<String>,
    /// Tour group, club or team.
    pub group: Option<String>,
    /// Division.
    pub division: Option<Division>,
    /// Category.
    pub category: Option<String>,
    /// The short name of their course.
    pub course: Option<String>,
    /// Where they are in the race.
    pub state: State,
    /// Whether somebody trusted answers for it that they are off the course: at the finish, or stopped and met.
    pub is_off_course: bool,
    /// Whether what is known contradicts itself, so that people at the race look into it.
    pub is_in_question: bool,
    /// Their places; nothing while they have not finished.
    pub places: Option<Places>,
    /// From the gun to the finish, in milliseconds.
    pub gun_ms: Option<i64>,
    /// From their own start to the finish, in milliseconds.
    pub net_ms: Option<i64>,
    /// Where they were seen last along their course.
    pub last: Option<Seen>,
    /// The name of the place where they stopped.
    pub stopped_at: Option<String>,
    /// One for each place of their course; nothing where they were not seen.
    pub splits: Vec<Option<SplitTime>>,
    /// Of a relay: who ran which part.
    pub legs: Vec<Leg>,
}

/// Women, men, and who is neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Division {
    /// Women.
    Women,
    /// Men.
    Men,
    /// Who is neither.
    Open,
}

/// Where a runner is in the race.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Was seen at the finish.
    Finished,
    /// Was seen, and is still out there.
    OnCourse,
    /// Stopped on the way.
    Stopped,
    /// Came in after the cut-off.
    OverTime,
    /// Was disqualified.
    Disqualified,
    /// Was not seen yet.
    NotSeen,
    /// Did not start.
    DidNotStart,
}

/// Places among those who finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Places {
    /// Among all of the course.
    pub overall: usize,
    /// Within the division.
    pub division: Option<usize>,
    /// Within the category.
    pub category: Option<usize>,
    /// Within the nation.
    pub nation: Option<usize>,
    /// Within the group.
    pub group: Option<usize>,
}

/// Where somebody was seen.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Seen {
    /// The place's name.
    pub place: String,
    /// Which of the places of their course, from 0; nothing if it is none of them.
    pub at: Option<usize>,
    /// When: milliseconds since 1970-01-01 UTC. Nothing if the record does not say.
    pub time_ms: Option<i64>,
}

/// A time at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SplitTime {
    /// When: milliseconds since 1970-01-01 UTC. Nothing if the record does not say.
    pub time_ms: Option<i64>,
    /// Since their own start, or since the gun where that was not seen, in milliseconds.
    pub elapsed_ms: Option<i64>,
}

/// One leg of a relay.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Leg {
    /// Who ran it.
    pub name: String,
    /// The place where it ends.
    pub to: Option<String>,
    /// How long it took, in milliseconds.
    pub time_ms: Option<i64>,
}

impl Runner {
    /// The time that ranks, where there is one, in milliseconds.
    #[must_use]
    pub fn time_ms(&self, rank_by: &str) -> Option<i64> {
        if rank_by == "net" { self.net_ms } else { self.gun_ms }
    }
}

impl Division {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Women, Self::Men, Self::Open];

    pub(super) fn of(gender: &str) -> Option<Self> {
        match gender {
            "F" => Some(Self::Women),
            "M" => Some(Self::Men),
            "X" => Some(Self::Open),
            _ => None,
        }
    }

    /// As people call it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Women => "Women",
            Self::Men => "Men",
            Self::Open => "Open",
        }
    }

    /// As it stands in addresses and in the API.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Women => "women",
            Self::Men => "men",
            Self::Open => "open",
        }
    }

    /// The division of that word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|division| division.word() == word)
    }
}

impl State {
    pub(super) fn of(state: results::State) -> Self {
        match state {
            results::State::Finished => Self::Finished,
            results::State::OnCourse => Self::OnCourse,
            results::State::Dropped => Self::Stopped,
            results::State::OverTime => Self::OverTime,
            results::State::Disqualified => Self::Disqualified,
            results::State::DidNotStart => Self::DidNotStart,
            results::State::NotStarted => Self::NotSeen,
        }
    }

    /// As people say it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Finished => "Finished",
            Self::OnCourse => "On the course",
            Self::Stopped => "Stopped",
            Self::OverTime => "After the cut-off",
            Self::Disqualified => "Disqualified",
            Self::NotSeen => "Not seen yet",
            Self::DidNotStart => "Did not start",
        }
    }

    /// As it stands in the API and, with hyphens, in style sheets.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::OnCourse => "on_course",
            Self::Stopped => "stopped",
            Self::OverTime => "over_time",
            Self::Disqualified => "disqualified",
            Self::NotSeen => "not_seen",
            Self::DidNotStart => "did_not_start",
        }
    }
}
