//! What signed results say: standings, times at every place, and what they were made of.
//!
//! Invariant: the same race, seen at the same operations and exported at the same time, gives the same bytes.

use serde::{Deserialize, Serialize};

use super::{AttestError, FORMAT, Signer, VERSION, chain};
use crate::{
    ids::{LogId, OpRef},
    op::Op,
    passings::Passing,
    race::{Origin, RaceSetup},
    results::{CourseResults, Results, Runner},
    view::{self, CourseStandings, GroupLine, Line, Standings},
};

/// How every version begins.
#[derive(Deserialize)]
pub(super) struct Header {
    pub(super) format: String,
    pub(super) version: u32,
}

/// What is signed. Field by field in `docs/results.md`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Statement {
    /// What the file is: `bibtrail results`.
    pub format: String,
    /// The version of the format.
    pub version: u32,
    /// The race's first operation, hexadecimal.
    pub genesis: String,
    /// How the signer is a director: logs, with the enrolments that prove it.
    pub signer: Vec<(String, Option<String>)>,
    /// The race's name.
    pub race: String,
    /// An IANA time zone.
    pub time_zone: String,
    /// `gun` or `net`.
    pub rank_by: String,
    /// The race's gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// When this was written, likewise, by the clock of who wrote it.
    pub exported_ms: i64,
    /// Whether the standings of all courses are official.
    pub is_official: bool,
    /// What the results were made of.
    pub evidence: Evidence,
    /// Course by course.
    pub courses: Vec<CourseProof>,
}

/// What results were made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Evidence {
    /// How many operations.
    pub operations: u64,
    /// In how many logs.
    pub logs: u64,
    /// How many scans among them, void ones included.
    pub scans: u64,
    /// The digest of the set of operations, as `bibtrail digest` prints it.
    pub operation_set: String,
}

/// One course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CourseProof {
    /// Its key.
    pub course: String,
    /// Its name.
    pub name: String,
    /// Whether its standings are official.
    pub is_official: bool,
    /// Why not.
    pub provisional: Vec<String>,
    /// So many finishers' times make the time of a team or nation.
    pub team_score: u64,
    /// Where times belong.
    pub places: Vec<PlaceProof>,
    /// Its runners, in order.
    pub runners: Vec<RunnerProof>,
    /// Its teams, in order.
    pub teams: Vec<GroupProof>,
    /// Its nations, in order.
    pub nations: Vec<GroupProof>,
}

/// A place on a course where a time belongs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlaceProof {
    /// The checkpoint's key.
    pub checkpoint: String,
    /// Its name, with the way.
    pub name: String,
    /// `in` or `out`.
    pub kind: String,
    /// Metres from the start.
    pub distance_m: i64,
}

/// One runner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunnerProof {
    /// Place among finishers.
    pub rank: Option<u64>,
    /// Bib.
    pub bib: String,
    /// Name.
    pub name: String,
    /// `M`, `F` or `X`.
    pub gender: Option<String>,
    /// Category.
    pub category: Option<String>,
    /// Nation.
    pub nation: Option<String>,
    /// Team or tour group.
    pub team: Option<String>,
    /// Where they are in the race.
    pub state: String,
    /// From the gun to the finish, in milliseconds.
    pub gun_ms: Option<i64>,
    /// From their own start to the finish, in milliseconds.
    pub net_ms: Option<i64>,
    /// When they were at each place: milliseconds since 1970-01-01 UTC.
    pub times_ms: Vec<Option<i64>>,
    /// Why the line wants a second look.
    pub doubts: Vec<String>,
}

/// A team or nation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GroupProof {
    /// Place; nothing while too few of it have finished.
    pub rank: Option<u64>,
    /// Name.
    pub name: String,
    /// The sum of the times of its best finishers, in milliseconds.
    pub time_ms: Option<i64>,
    /// Their bibs, best first.
    pub scorers: Vec<String>,
    /// How many of it finished with a time.
    pub finishers: u64,
    /// How many of it entered.
    pub entrants: u64,
}

/// What a statement is made of.
#[derive(Clone, Copy, Debug)]
pub struct Made<'a> {
    /// The race's first operation.
    pub genesis: &'a [u8],
    /// What logs said of themselves and of each other.
    pub facts: &'a [(OpRef, Op)],
    /// The settings.
    pub setup: &'a RaceSetup,
    /// The results.
    pub results: &'a Results,
    /// The standings that they amount to, judged.
    pub standings: &'a Standings,
    /// What they were made of.
    pub evidence: &'a Evidence,
    /// When: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

impl Statement {
    /// What `log` has to sign.
    ///
    /// # Errors
    /// When the genesis is none, or nothing proves that the log is a director's.
    pub fn of(made: Made<'_>, log: LogId) -> Result<Self, AttestError> {
        let no_genesis = AttestError::Changed("it does not hold the beginning of a race");
        let origin = Origin::of_genesis(made.genesis).ok_or(no_genesis)?;
        let signer = chain::find(&origin, made.facts, log).ok_or(AttestError::NoDirector(log))?;
        let courses = made.results.courses.iter().zip(&made.standings.courses);
        Ok(Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            genesis: hex::encode(made.genesis),
            signer,
            race: made.standings.race.clone(),
            time_zone: made.setup.time_zone.clone(),
            rank_by: made.standings.rank_by.to_owned(),
            start_ms: made.setup.start_ms,
            exported_ms: made.now_ms,
            is_official: made.standings.is_official,
            evidence: made.evidence.clone(),
            courses: courses.map(|(results, shown)| CourseProof::of(made.setup, results, shown)).collect(),
        })
    }

    /// The race, and the log that signs.
    pub(super) fn signer(&self) -> Result<(Origin, LogId), AttestError> {
        Signer::read(self).map(|signer| (signer.origin, signer.log))
    }
}

impl CourseProof {
    fn of(setup: &RaceSetup, course: &CourseResults, shown: &CourseStandings) -> Self {
        let place = |slot| PlaceProof {
            name: view::place_name(setup, slot),
            checkpoint: slot.checkpoint.to_string(),
            kind: slot.kind.as_str().to_owned(),
            distance_m: slot.distance_m,
        };
        Self {
            course: shown.course.clone(),
            name: shown.name.clone(),
            is_official: shown.is_official,
            provisional: shown.provisional.clone(),
            team_score: shown.team_score as u64,
            places: course.slots.iter().map(place).collect(),
            runners: course
                .runners
                .iter()
                .zip(&shown.lines)
                .map(|(runner, line)| RunnerProof::of(runner, line))
                .collect(),
            teams: shown.teams.iter().map(GroupProof::of).collect(),
            nations: shown.nations.iter().map(GroupProof::of).collect(),
        }
    }
}

impl RunnerProof {
    fn of(runner: &Runner, line: &Line) -> Self {
        let time_ms = |passing: &Option<Passing>| passing.as_ref().and_then(Passing::known_ms);
        Self {
            rank: line.rank.map(|rank| rank as u64),
            bib: line.bib.clone(),
            name: line.name.clone(),
            gender: line.gender.clone(),
            category: line.category.clone(),
            nation: line.nation.clone(),
            team: line.team.clone(),
            state: line.state.to_owned(),
            gun_ms: line.gun_ms,
            net_ms: line.net_ms,
            times_ms: runner.passings.iter().map(time_ms).collect(),
            doubts: line.doubts_told(),
        }
    }
}

impl GroupProof {
    fn of(group: &GroupLine) -> Self {
        Self {
            rank: group.rank.map(|rank| rank as u64),
            name: group.name.clone(),
            time_ms: group.time_ms,
            scorers: group.scorers.clone(),
            finishers: group.finishers as u64,
            entrants: group.entrants as u64,
        }
    }
}
