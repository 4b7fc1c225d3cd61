//! The race file: what a director writes once, in TOML. The format: `docs/race-file.md`.
//!
//! Invariant: what reads makes sense: keys are unique, courses name known checkpoints, distances grow.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::Key,
    race::{Checkpoint, Course, Pick, RaceSetup, RankBy, Visit, WINDOW_MS_DEFAULT},
};
use serde::Deserialize;
use thiserror::Error;

use super::text::{self, Encoding, TextError};

/// The longest distance, in metres.
const DISTANCE_MAX_M: f64 = 1_000_000.0;
/// The most laps of a course.
const LAPS_MAX: u32 = 200;

/// Why a race file is refused.
#[derive(Debug, Error)]
pub enum RaceFileError {
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not the TOML that the format asks for: unknown keys, missing ones, wrong types.
    #[error("{0}")]
    Toml(#[from] toml::de::Error),
    /// A key that is none.
    #[error("{what} key \"{key}\": use 1 to 16 of the characters a-z, 0-9 and -")]
    Key {
        /// Of what.
        what: &'static str,
        /// The key.
        key: String,
    },
    /// A key that stands twice.
    #[error("{what} key \"{key}\" stands twice. Give each its own")]
    Twice {
        /// Of what.
        what: &'static str,
        /// The key.
        key: String,
    },
    /// A name that is empty, too long or holds control characters.
    #[error("the name of {of} must have 1 to 120 characters and no control characters")]
    Name {
        /// Of what.
        of: String,
    },
    /// A time that does not read.
    #[error("start \"{text}\" does not read. Write it with its offset, as 2025-04-06T09:00:00+09:00")]
    Start {
        /// What it says.
        text: String,
    },
    /// A time zone nobody knows.
    #[error("time zone \"{0}\" is not known. Write an IANA name, as Asia/Pyongyang")]
    Zone(String),
    /// A window out of range.
    #[error("window_s of {of} is {seconds}; it must be 1 to 3600 seconds")]
    Window {
        /// Of what.
        of: String,
        /// What it says.
        seconds: i64,
    },
    /// Half a place, or none on Earth.
    #[error("checkpoint \"{0}\": give both latitude (-90 to 90) and longitude (-180 to 180), or neither")]
    Place(String),
    /// A course with fewer than two visits.
    #[error("course \"{0}\" needs at least a start and a finish in its visits")]
    Short(String),
    /// A visit to nowhere.
    #[error(
        "course \"{course}\", visit {number}: there is no checkpoint \"{at}\". The checkpoints are: {known}"
    )]
    UnknownCheckpoint {
        /// Which course.
        course: String,
        /// Which visit, from 1.
        number: usize,
        /// What it says.
        at: String,
        /// What there is.
        known: String,
    },
    /// A distance that cannot be.
    #[error("course \"{course}\", visit {number} ({at}): {distance} m {why}")]
    Distance {
        /// Which course.
        course: String,
        /// Which visit, from 1.
        number: usize,
        /// Where.
        at: String,
        /// What it says.
        distance: f64,
        /// Why not.
        why: &'static str,
    },
    /// Laps that make no sense.
    #[error(
        "course \"{0}\": laps must be 1 to {LAPS_MAX} and come with lap_distance_m, the distance of its last visit"
    )]
    Laps(String),
    /// More visits than one operation can hold.
    #[error("course \"{course}\" has {visits} visits; {VISITS_MAX} fit. Record fewer checkpoints a lap")]
    Long {
        /// Which course.
        course: String,
        /// How many.
        visits: usize,
    },
}

/// The most visits of a course: its list must fit one operation.
pub const VISITS_MAX: usize = 120;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw {
    name: String,
    #[serde(default)]
    names: BTreeMap<String, String>,
    start: String,
    time_zone: Option<String>,
    #[serde(default)]
    rank_by: RawRankBy,
    window_s: Option<i64>,
    checkpoint: Vec<RawCheckpoint>,
    course: Vec<RawCourse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCheckpoint {
    key: String,
    name: String,
    #[serde(default)]
    names: BTreeMap<String, String>,
    latitude: Option<f64>,
    longitude: Option<f64>,
    pick: Option<RawPick>,
    window_s: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawCourse {
    key: String,
    name: String,
    #[serde(default)]
    names: BTreeMap<String, String>,
    start: Option<String>,
    laps: Option<u32>,
    lap_distance_m: Option<f64>,
    visits: Vec<RawVisit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVisit {
    at: String,
    distance_m: f64,
    #[serde(default)]
    record: Record,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
enum RawRankBy {
    #[default]
    Gun,
    Net,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum RawPick {
    First,
    Last,
    Middle,
}

#[derive(Deserialize, Default, PartialEq, Clone, Copy)]
enum Record {
    #[default]
    #[serde(rename = "in")]
    In,
    #[serde(rename = "in-out")]
    InOut,
}

/// Reads a race file.
///
/// # Errors
/// When it is not the TOML of the format, or says something that cannot be.
pub fn parse(bytes: &[u8]) -> Result<RaceSetup, RaceFileError> {
    let raw: Raw = toml::from_str(&text::decode(bytes, Encoding::Utf8)?)?;
    name("the race", &raw.name, &raw.names)?;
    let time_zone = raw.time_zone.unwrap_or_else(|| "UTC".to_owned());
    jiff::tz::TimeZone::get(&time_zone).map_err(|_| RaceFileError::Zone(time_zone.clone()))?;
    let checkpoints = raw.checkpoint.into_iter().map(checkpoint).collect::<Result<Vec<_>, _>>()?;
    unique("checkpoint", checkpoints.iter().map(|c| &c.key))?;
    let courses = raw.course.into_iter().map(|c| course(c, &checkpoints)).collect::<Result<Vec<_>, _>>()?;
    unique("course", courses.iter().map(|c| &c.key))?;
    Ok(RaceSetup {
        name: raw.name,
        names: raw.names,
        start_ms: start(&raw.start)?,
        time_zone,
        rank_by: match raw.rank_by {
            RawRankBy::Gun => RankBy::Gun,
            RawRankBy::Net => RankBy::Net,
        },
        window_ms: window("the race", raw.window_s)?.unwrap_or(WINDOW_MS_DEFAULT),
        checkpoints,
        courses,
    })
}

fn checkpoint(raw: RawCheckpoint) -> Result<Checkpoint, RaceFileError> {
    let of = format!("checkpoint \"{}\"", raw.key);
    let key = key("checkpoint", &raw.key)?;
    name(&of, &raw.name, &raw.names)?;
    let place = match (raw.latitude, raw.longitude) {
        (None, None) => None,
        (Some(latitude), Some(longitude)) if latitude.abs() <= 90.0 && longitude.abs() <= 180.0 => {
            Some((microdegrees(latitude), microdegrees(longitude)))
        }
        _ => return Err(RaceFileError::Place(raw.key)),
    };
    Ok(Checkpoint {
        window_ms: window(&of, raw.window_s)?,
        key,
        name: raw.name,
        names: raw.names,
        place,
        pick: raw.pick.map(|pick| match pick {
            RawPick::First => Pick::First,
            RawPick::Last => Pick::Last,
            RawPick::Middle => Pick::Middle,
        }),
    })
}

fn course(raw: RawCourse, checkpoints: &[Checkpoint]) -> Result<Course, RaceFileError> {
    let key = key("course", &raw.key)?;
    name(&format!("course \"{}\"", raw.key), &raw.name, &raw.names)?;
    if raw.visits.len() < 2 {
        return Err(RaceFileError::Short(raw.key));
    }
    let mut before = None;
    for (number, visit) in (1..).zip(&raw.visits) {
        check_visit(&raw.key, number, visit, before, checkpoints)?;
        before = Some(visit.distance_m);
    }
    let visits = laps(&raw)?;
    if visits.len() > VISITS_MAX {
        return Err(RaceFileError::Long { course: raw.key, visits: visits.len() });
    }
    let start_ms = raw.start.as_deref().map(start).transpose()?;
    Ok(Course { key, name: raw.name, names: raw.names, start_ms, visits })
}

fn check_visit(
    course: &str,
    number: usize,
    visit: &RawVisit,
    before: Option<f64>,
    checkpoints: &[Checkpoint],
) -> Result<(), RaceFileError> {
    if checkpoints.iter().all(|c| c.key.as_str() != visit.at) {
        let known = checkpoints.iter().map(|c| c.key.as_str()).collect::<Vec<_>>().join(", ");
        let (course, at) = (course.to_owned(), visit.at.clone());
        return Err(RaceFileError::UnknownCheckpoint { course, number, at, known });
    }
    let distance = visit.distance_m;
    let why = match before {
        _ if !distance.is_finite() || distance < 0.0 => "is no distance",
        _ if distance > DISTANCE_MAX_M => "is more than 1000 km",
        None if distance != 0.0 => "is not 0, but this is the start",
        Some(before) if distance <= before => "is not farther than the visit before",
        _ => return Ok(()),
    };
    Err(RaceFileError::Distance { course: course.to_owned(), number, at: visit.at.clone(), distance, why })
}

/// Every visit but the start belongs to the lap, which is run so many times.
fn laps(raw: &RawCourse) -> Result<Vec<Visit>, RaceFileError> {
    let wrong = || RaceFileError::Laps(raw.key.clone());
    let last_m = raw.visits.last().map(|v| v.distance_m).unwrap_or_default();
    let (laps, lap_m) = match (raw.laps, raw.lap_distance_m) {
        (None, None) => (1, 0.0),
        (Some(laps), Some(lap_m)) if (1..=LAPS_MAX).contains(&laps) && (lap_m - last_m).abs() < 0.5 => {
            (laps, lap_m)
        }
        _ => return Err(wrong()),
    };
    let visit = |visit: &RawVisit, lap: u32| {
        Ok(Visit {
            checkpoint: key("checkpoint", &visit.at)?,
            distance_m: metres(visit.distance_m + lap_m * f64::from(lap)),
            in_out: visit.record == Record::InOut,
        })
    };
    let start = raw.visits.first().map(|first| (first, 0));
    let rest = (0..laps).flat_map(|lap| raw.visits[1..].iter().map(move |v| (v, lap)));
    start.into_iter().chain(rest).map(|(v, lap)| visit(v, lap)).collect()
}

#[allow(
    clippy::cast_possible_truncation,
    reason = "distances are checked to be at most 1e6, laps to be at most 200"
)]
fn metres(distance: f64) -> i64 {
    distance.round() as i64
}

#[allow(clippy::cast_possible_truncation, reason = "degrees are checked to be at most 180")]
fn microdegrees(degrees: f64) -> i64 {
    (degrees * 1e6).round() as i64
}

fn key(what: &'static str, key: &str) -> Result<Key, RaceFileError> {
    Key::new(key).map_err(|_| RaceFileError::Key { what, key: key.to_owned() })
}

fn unique<'a>(what: &'static str, keys: impl Iterator<Item = &'a Key>) -> Result<(), RaceFileError> {
    let mut seen = std::collections::BTreeSet::new();
    for key in keys {
        if !seen.insert(key) {
            return Err(RaceFileError::Twice { what, key: key.to_string() });
        }
    }
    Ok(())
}

fn name(of: &str, name: &str, names: &BTreeMap<String, String>) -> Result<(), RaceFileError> {
    let is_good =
        |text: &String| (1..=120).contains(&text.chars().count()) && !text.chars().any(char::is_control);
    let all_good = is_good(&name.to_owned()) && names.iter().all(|(tag, name)| is_good(name) && is_good(tag));
    if all_good { Ok(()) } else { Err(RaceFileError::Name { of: of.to_owned() }) }
}

fn start(text: &str) -> Result<i64, RaceFileError> {
    let at = text.parse::<jiff::Timestamp>();
    at.map(jiff::Timestamp::as_millisecond).map_err(|_| RaceFileError::Start { text: text.to_owned() })
}

fn window(of: &str, seconds: Option<i64>) -> Result<Option<i64>, RaceFileError> {
    match seconds {
        Some(seconds) if !(1..=3600).contains(&seconds) => {
            Err(RaceFileError::Window { of: of.to_owned(), seconds })
        }
        seconds => Ok(seconds.map(|s| s * 1000)),
    }
}

#[cfg(test)]
mod tests;
