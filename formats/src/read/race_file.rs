//! The race file: what a director writes once, in TOML. The format: `docs/race-file.md`.
//!
//! Invariant: what reads makes sense: keys are unique, courses name known checkpoints, distances grow.

use std::collections::BTreeMap;

use self::raw::{Raw, RawCheckpoint, RawCourse, RawPick, RawRankBy, RawVisit, Record};
use super::text::{self, Encoding};
use bibtrail_core::{
    ids::Key,
    race::{Checkpoint, Course, Pick, RaceSetup, RankBy, Visit, WINDOW_MS_DEFAULT},
};

pub use error::RaceFileError;

mod error;
mod hint;
mod raw;
mod rules;

/// The longest distance, in metres.
const DISTANCE_MAX_M: f64 = 1_000_000.0;
/// The most laps of a course.
const LAPS_MAX: u32 = 200;

/// The most visits of a course: its list must fit one operation.
pub const VISITS_MAX: usize = 120;

/// Reads a race file.
///
/// # Errors
/// When it is not the TOML of the format, or says something that cannot be.
pub fn parse(bytes: &[u8]) -> Result<RaceSetup, RaceFileError> {
    let raw: Raw = toml::from_str(&text::decode(bytes, Encoding::Utf8)?)?;
    name("the race", &raw.name, &raw.names)?;
    let rules = rules::rules(&raw)?;
    let time_zone = zone(raw.time_zone)?;
    if raw.checkpoint.is_empty() {
        return Err(RaceFileError::None("checkpoint"));
    }
    if raw.course.is_empty() {
        return Err(RaceFileError::None("course"));
    }
    let checkpoints = raw.checkpoint.into_iter().map(checkpoint).collect::<Result<Vec<_>, _>>()?;
    unique("checkpoint", checkpoints.iter().map(|c| &c.key))?;
    let courses = raw.course.into_iter().map(|c| course(c, &checkpoints)).collect::<Result<Vec<_>, _>>()?;
    unique("course", courses.iter().map(|c| &c.key))?;
    Ok(RaceSetup {
        name: raw.name,
        names: raw.names,
        start_ms: start("the race", &raw.start)?,
        time_zone,
        rank_by: match raw.rank_by {
            RawRankBy::Gun => RankBy::Gun,
            RawRankBy::Net => RankBy::Net,
        },
        window_ms: window("the race", raw.window_s)?.unwrap_or(WINDOW_MS_DEFAULT),
        rules,
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
    let of = format!("course \"{}\"", raw.key);
    name(&of, &raw.name, &raw.names)?;
    if raw.visits.len() < 2 {
        return Err(RaceFileError::Short(raw.key));
    }
    let mut before = None;
    for (number, visit) in (1..).zip(&raw.visits) {
        check_visit(&raw.key, number, visit, before, checkpoints)?;
        before = Some(visit.distance_m);
    }
    let visits = laps(&raw)?;
    check_metres(&raw, &visits)?;
    let visits = rules::cut_offs(&raw, visits)?;
    let start_ms = raw.start.as_deref().map(|text| start(&of, text)).transpose()?;
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

/// Whole metres still grow, and all laps together are no longer than a course may be.
fn check_metres(raw: &RawCourse, visits: &[Visit]) -> Result<(), RaceFileError> {
    let lap = raw.visits.len() - 1;
    for (n, pair) in visits.windows(2).enumerate() {
        let [before, visit] = pair else { continue };
        let why = if visit.distance_m <= before.distance_m {
            "is not farther than the visit before, in whole metres"
        } else if visit.distance_m > metres(DISTANCE_MAX_M) {
            "is more than 1000 km, with the laps before"
        } else {
            continue;
        };
        let (course, at) = (raw.key.clone(), visit.checkpoint.to_string());
        let lap_m = raw.lap_distance_m.unwrap_or_default();
        let laps_before = u32::try_from(n / lap).unwrap_or(LAPS_MAX);
        let distance = raw.visits[n % lap + 1].distance_m + lap_m * f64::from(laps_before);
        return Err(RaceFileError::Distance { course, number: n % lap + 2, at, distance, why });
    }
    Ok(())
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
    let visits = (raw.visits.len() - 1).saturating_mul(laps as usize).saturating_add(1);
    if visits > VISITS_MAX {
        return Err(RaceFileError::Long { course: raw.key.clone(), visits });
    }
    let visit = |visit: &RawVisit, lap: u32| {
        Ok(Visit {
            checkpoint: key("checkpoint", &visit.at)?,
            distance_m: metres(visit.distance_m + lap_m * f64::from(lap)),
            in_out: visit.record == Record::InOut,
            cut_off_ms: None,
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

fn start(of: &str, text: &str) -> Result<i64, RaceFileError> {
    let wrong = |_| RaceFileError::Start { of: of.to_owned(), text: text.to_owned() };
    text.parse::<jiff::Timestamp>().map(jiff::Timestamp::as_millisecond).map_err(wrong)
}

/// The zone as IANA spells it: phones look it up by the exact letters.
fn zone(name: Option<String>) -> Result<String, RaceFileError> {
    let Some(name) = name else { return Ok("UTC".to_owned()) };
    match jiff::tz::TimeZone::get(&name) {
        Ok(zone) => Ok(zone.iana_name().map_or(name, str::to_owned)),
        Err(_) => Err(RaceFileError::Zone(name)),
    }
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
