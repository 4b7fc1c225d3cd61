//! Courses from maps and other tools' lists, as the beginning of a race file.
//!
//! Invariant: what is written is a race file but for its gun, which only a person knows: `race new` refuses it until that
//! is set.

mod along;

use std::fmt::Write;

use bibtrail_core::ids::Key;
use jiff::civil::DateTime;
use serde::Serialize;
use thiserror::Error;

use super::gpx::{Gpx, Point, Track};
use along::Line;

/// A waypoint belongs to a course that leads by it so near, unless a person says otherwise. Metres.
pub const NEAR_M_DEFAULT: u32 = 100;
/// The longest key.
const KEY_MAX: usize = 16;

/// Checkpoints and courses.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Courses {
    /// A name for the race.
    pub name: String,
    /// When it begins, by its own clock, where the file says so.
    #[serde(skip)]
    pub start: Option<DateTime>,
    /// The places, in the order of their first visit.
    pub checkpoints: Vec<Place>,
    /// The ways through them.
    pub courses: Vec<Way>,
    /// What a person should know of it.
    #[serde(skip)]
    pub remarks: Vec<Remark>,
}

/// A checkpoint.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Place {
    /// Its short name.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Degrees north, if the file says so.
    pub latitude: Option<f64>,
    /// Degrees east, likewise.
    pub longitude: Option<f64>,
}

/// A course.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Way {
    /// Its short name.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Its length, in metres along the ellipsoid, without hills.
    pub length_m: i64,
    /// Metres up and down, where the file has elevations. Wiggles of less than 5 m do not count.
    pub climb_m: Option<(i64, i64)>,
    /// Where it leads, in order.
    pub visits: Vec<Stop>,
}

/// A visit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stop {
    /// The checkpoint's key.
    pub at: String,
    /// Metres from the start.
    pub distance_m: i64,
    /// Whether both ways are recorded, where the file says so.
    #[serde(skip)]
    pub is_in_out: bool,
    /// When it closes, after the start, as `h:mm`, where the file says so.
    #[serde(skip)]
    pub cut_off: Option<String>,
}

/// What a person should know of courses that were made from a file.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Remark {
    /// A waypoint is at no course.
    #[error("{name:?} is {away_m} m from the nearest track, farther than {near_m} m: left out")]
    Far {
        /// The waypoint.
        name: String,
        /// How far.
        away_m: i64,
        /// What counts as near.
        near_m: u32,
    },
    /// Two visits would stand at the same metre.
    #[error("{name:?} is at the same metre of {course:?} as the place before: written one metre on")]
    Together {
        /// The waypoint.
        name: String,
        /// The course.
        course: String,
    },
    /// A course that a race file cannot hold.
    #[error("the track {name:?} is left out: {why}")]
    Unfit {
        /// The track.
        name: String,
        /// Why.
        why: &'static str,
    },
    /// A place without a name.
    #[error("a waypoint without a name was called {name:?}")]
    Unnamed {
        /// What it was called.
        name: String,
    },
}

impl Remark {
    /// Whether something of the file is lacking.
    #[must_use]
    pub fn is_a_loss(&self) -> bool {
        matches!(self, Self::Far { .. } | Self::Unfit { .. })
    }
}

/// Courses along the tracks of a map, with its waypoints as checkpoints where a track leads by within `near_m` metres.
#[must_use]
pub fn of_gpx(gpx: &Gpx, near_m: u32) -> Courses {
    let mut made = Courses {
        name: gpx.name.clone().unwrap_or_else(|| "Race".to_owned()),
        start: None,
        checkpoints: Vec::new(),
        courses: Vec::new(),
        remarks: Vec::new(),
    };
    let mut nearest_m = vec![f64::INFINITY; gpx.waypoints.len()];
    let places = places(gpx, &mut made.remarks);
    for (number, track) in (1..).zip(&gpx.tracks) {
        let name = track.name.clone().unwrap_or_else(|| format!("Course {number}"));
        let line = Line::new(&track.points);
        let why = match line.length_m() {
            metres if metres > 1_000_000.0 => Some("it is longer than 1000 km"),
            metres if metres < 1.0 => Some("it is shorter than a metre"),
            _ => None,
        };
        if let Some(why) = why {
            made.remarks.push(Remark::Unfit { name, why });
            continue;
        }
        let mut passes = Vec::new();
        for (n, place) in places.iter().enumerate() {
            let (away_m, at_m) = line.passes(place.1, f64::from(near_m));
            nearest_m[n] = if at_m.is_empty() { nearest_m[n].min(away_m) } else { 0.0 };
            passes.extend(at_m.into_iter().map(|at_m| (at_m, n)));
        }
        way(&mut made, track, name, &line, &places, passes, near_m);
    }
    for (place, away_m) in places.iter().zip(&nearest_m) {
        if *away_m > 0.0 && away_m.is_finite() {
            made.remarks.push(Remark::Far { name: place.0.clone(), away_m: whole(*away_m), near_m });
        }
    }
    made
}

/// Waypoints with their names. One that stands there twice under the same name is one.
fn places(gpx: &Gpx, remarks: &mut Vec<Remark>) -> Vec<(String, Point)> {
    let mut places: Vec<(String, Point)> = Vec::new();
    for (number, waypoint) in (1..).zip(&gpx.waypoints) {
        let mut name = waypoint.name.clone();
        if name.is_empty() {
            name = format!("Waypoint {number}");
            remarks.push(Remark::Unnamed { name: name.clone() });
        }
        let is_same = |(other, point): &(String, Point)| {
            *other == name && along::distance_m(*point, waypoint.point) < f64::from(NEAR_M_DEFAULT)
        };
        if !places.iter().any(is_same) {
            places.push((name, waypoint.point));
        }
    }
    places
}

fn way(
    made: &mut Courses,
    track: &Track,
    name: String,
    line: &Line,
    places: &[(String, Point)],
    mut passes: Vec<(f64, usize)>,
    near_m: u32,
) {
    let (length_m, near_m) = (line.length_m(), f64::from(near_m).min(line.length_m() / 4.0));
    passes.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut stops: Vec<(String, Point, f64)> =
        passes.into_iter().map(|(at_m, n)| (places[n].0.clone(), places[n].1, at_m)).collect();
    // What stands at either end of the track is the start, and the finish.
    match stops.first_mut() {
        Some(first) if first.2 <= near_m => first.2 = 0.0,
        _ => stops.insert(0, ("Start".to_owned(), track.points[0], 0.0)),
    }
    match stops.last_mut() {
        Some(last) if last.2 >= length_m - near_m => last.2 = length_m,
        _ => stops.push(("Finish".to_owned(), track.points[track.points.len() - 1], length_m)),
    }
    if stops.len() > super::race_file::VISITS_MAX {
        made.remarks.push(Remark::Unfit { name, why: "it leads by more than 120 places" });
        return;
    }
    let (mut visits, mut before_m): (Vec<Stop>, i64) = (Vec::new(), -1);
    for (place, point, at_m) in stops {
        let mut distance_m = whole(at_m);
        if distance_m <= before_m {
            distance_m = before_m + 1;
            made.remarks.push(Remark::Together { name: place.clone(), course: name.clone() });
        }
        before_m = distance_m;
        visits.push(Stop { at: made.key_of(place, point), distance_m, is_in_out: false, cut_off: None });
    }
    let key = key(&name, "course", |key| made.courses.iter().any(|way| way.key == *key));
    let climb_m = along::climb_m(&track.points);
    made.courses.push(Way { key, name, length_m: whole(length_m), climb_m, visits });
}

impl Courses {
    /// The key of a place, which becomes a checkpoint if it is none yet.
    fn key_of(&mut self, name: String, point: Point) -> String {
        let is_same = |place: &&Place| {
            let there = place.latitude.zip(place.longitude);
            let there = there.map(|(latitude, longitude)| Point { latitude, longitude, elevation_m: None });
            let is_near = |there| along::distance_m(there, point) < f64::from(NEAR_M_DEFAULT);
            place.name == name && there.is_some_and(is_near)
        };
        if let Some(place) = self.checkpoints.iter().find(is_same) {
            return place.key.clone();
        }
        self.add_place(name, Some((point.latitude, point.longitude)))
    }

    /// Makes a place a checkpoint, and gives its key.
    pub(super) fn add_place(&mut self, name: String, at: Option<(f64, f64)>) -> String {
        let key = key(&name, "place", |key| self.checkpoints.iter().any(|place| place.key == *key));
        let (latitude, longitude) = at.unzip();
        self.checkpoints.push(Place { key: key.clone(), name, latitude, longitude });
        key
    }

    /// The race file, but for its gun.
    #[must_use]
    pub fn race_file(&self) -> String {
        let mut text = format!("name = {}\n", quoted(&self.name));
        text.push_str("# The gun and the time zone: set them, then take away the #.\n");
        let start =
            self.start.map(|start| start.strftime("%FT%TZ\"  # with its offset in place of Z").to_string());
        let start = start.unwrap_or_else(|| "2025-04-06T09:00:00+09:00\"".to_owned());
        let _ = write!(text, "# start = \"{start}\n# time_zone = \"Asia/Seoul\"\n");
        for Place { key, name, latitude, longitude } in &self.checkpoints {
            let name = quoted(name);
            // Writing to a String cannot fail.
            let _ = write!(text, "\n[[checkpoint]]\nkey = \"{key}\"\nname = {name}\n");
            if let Some((latitude, longitude)) = latitude.zip(*longitude) {
                let _ = write!(text, "latitude = {latitude:.6}\nlongitude = {longitude:.6}\n");
            }
        }
        for Way { key, name, climb_m, visits, .. } in &self.courses {
            let name = quoted(name);
            let _ = write!(text, "\n[[course]]\nkey = \"{key}\"\nname = {name}\n");
            if let Some((up_m, down_m)) = climb_m {
                let _ = writeln!(text, "# {up_m} m up, {down_m} m down");
            }
            if visits.iter().all(|stop| !stop.is_in_out) {
                text.push_str("# Where both ways are recorded, add: record = \"in-out\"\n");
            }
            text.push_str("visits = [\n");
            for Stop { at, distance_m, is_in_out, cut_off } in visits {
                let record = if *is_in_out { ", record = \"in-out\"" } else { "" };
                let cut_off = cut_off.as_ref().map(|after| format!(", cut_off = \"{after}\""));
                let cut_off = cut_off.unwrap_or_default();
                let _ =
                    writeln!(text, "    {{ at = \"{at}\", distance_m = {distance_m}{record}{cut_off} }},");
            }
            text.push_str("]\n");
        }
        text
    }
}

/// Text as TOML writes it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A key from a name in any script, that none has yet.
fn key(name: &str, otherwise: &str, is_taken: impl Fn(&String) -> bool) -> String {
    let ascii = any_ascii::any_ascii(name).to_lowercase();
    let words = ascii.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let mut stem = shortened(&words.collect::<Vec<_>>().join("-"), KEY_MAX);
    if Key::new(&stem).is_err() {
        stem = otherwise.to_owned();
    }
    let numbered = |n: u32| {
        let number = format!("-{n}");
        shortened(&stem, KEY_MAX - number.len()) + &number
    };
    std::iter::once(stem.clone()).chain((2..).map(numbered)).find(|key| !is_taken(key)).unwrap_or(stem)
}

/// The text is ASCII.
fn shortened(text: &str, length: usize) -> String {
    text.chars().take(length).collect::<String>().trim_matches('-').to_owned()
}

#[allow(clippy::cast_possible_truncation, reason = "no way on earth is longer than 2^53 m")]
pub(super) fn whole(metres: f64) -> i64 {
    metres.round() as i64
}

#[cfg(test)]
mod tests;
