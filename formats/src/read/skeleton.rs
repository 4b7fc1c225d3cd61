//! The beginning of a race file, from the stations that another tool knows: OpenSplitTime's splits (CSV), Ultra-Tracker's
//! stations (JSON). Formats: `docs/formats.md`.
//!
//! Invariant: what comes out is a race file that reads once its gun is set, and whatever a person must still decide stands
//! in it as a comment.

use jiff::civil::DateTime;
use serde_json::Value;
use thiserror::Error;

use super::{
    courses::{Courses, Stop, Way, whole},
    race_file,
    records::when,
    text::{
        self, Encoding, TextError,
        sheet::{Sheet, SheetError},
    },
};
use crate::record::When;

const METRES_PER_MILE: f64 = 1609.344;

/// Why there is no race file in it.
#[derive(Debug, Error)]
pub enum SkeletonError {
    /// Not text.
    #[error("{0}{advice}", advice = text::advice(.0))]
    Text(#[from] TextError),
    /// Not CSV.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Not JSON.
    #[error("not the JSON of stations: {0}")]
    Json(#[from] serde_json::Error),
    /// Something that is needed.
    #[error("{place}: no {missing}. Needed are a name and a distance for each station, the start first")]
    Missing {
        /// Where.
        place: String,
        /// What.
        missing: &'static str,
    },
    /// Distances that do not grow, names that are too long.
    #[error("the stations make no race: {0}")]
    Race(Box<race_file::RaceFileError>),
}

/// What a tool knows of a place.
struct Station {
    name: String,
    distance_m: f64,
    both_ways: bool,
    place: Option<(f64, f64)>,
    closes: Option<DateTime>,
}

/// What a tool knows of a race.
#[derive(Default)]
struct Race {
    name: Option<String>,
    start: Option<DateTime>,
    stations: Vec<Station>,
}

/// The race file that a file of stations begins.
///
/// # Errors
/// When it is neither of the two formats, or its stations make no course.
pub fn race_file(bytes: &[u8], encoding: Encoding) -> Result<String, SkeletonError> {
    let text = text::decode(bytes, encoding)?;
    let race = if text.trim_start().starts_with('{') { stations(&text)? } else { splits(&text)? };
    let file = courses(&race).race_file();
    race_file::parse(file.replace("# start =", "start =").as_bytes())
        .map_err(|error| SkeletonError::Race(Box::new(error)))?;
    Ok(file)
}

/// OpenSplitTime: `base_name,name_extensions,distance_from_start,…,latitude,longitude,elevation,kind`, in metres.
fn splits(text: &str) -> Result<Race, SkeletonError> {
    let sheet = Sheet::read(text)?;
    let (name, distance) = (sheet.column(&["base name"]), sheet.column(&["distance from start"]));
    let (latitude, longitude) = (sheet.column(&["latitude"]), sheet.column(&["longitude"]));
    let ways = sheet.column(&["name extensions"]);
    let mut stations = Vec::new();
    for row in &sheet.rows {
        let missing = |missing| SkeletonError::Missing { place: format!("line {}", row.line), missing };
        let number = |column| row.get(column).and_then(|text| text.parse::<f64>().ok());
        stations.push(Station {
            name: row.get(name).ok_or(missing("base_name"))?.to_owned(),
            distance_m: number(distance).ok_or(missing("distance_from_start"))?,
            both_ways: row.get(ways).is_some_and(|ways| ways.to_lowercase().contains("out")),
            place: number(latitude).zip(number(longitude)),
            closes: None,
        });
    }
    stations.sort_by(|a, b| a.distance_m.total_cmp(&b.distance_m));
    Ok(Race { stations, ..Race::default() })
}

/// Ultra-Tracker: `{"event":{"name","starttime"},"stations":[{"name","distance","location","cutofftime"}]}`, in miles.
fn stations(text: &str) -> Result<Race, SkeletonError> {
    let value: Value = serde_json::from_str(text)?;
    let moment = |value: &Value| match value.as_str().and_then(when) {
        Some(When::Local { at, .. }) => Some(at),
        _ => None,
    };
    let list = value.get("stations").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
    let mut stations = Vec::new();
    for (number, station) in (1..).zip(list) {
        let missing = |missing| SkeletonError::Missing { place: format!("station {number}"), missing };
        let at =
            |name: &str| station.get("location").and_then(|place| place.get(name)).and_then(Value::as_f64);
        stations.push(Station {
            name: station.get("name").and_then(Value::as_str).ok_or(missing("name"))?.to_owned(),
            distance_m: station.get("distance").and_then(Value::as_f64).ok_or(missing("distance"))?
                * METRES_PER_MILE,
            both_ways: number > 1 && number < list.len(),
            place: at("latitude").zip(at("longitude")),
            closes: station.get("cutofftime").and_then(moment),
        });
    }
    let event = value.get("event");
    let name = event.and_then(|event| event.get("name")).and_then(Value::as_str).map(str::to_owned);
    Ok(Race { name, start: event.and_then(|event| event.get("starttime")).and_then(moment), stations })
}

/// The stations as the one course of a race.
fn courses(race: &Race) -> Courses {
    let name = race.name.clone().unwrap_or_else(|| "Race".to_owned());
    let mut made = Courses {
        name,
        start: race.start,
        checkpoints: Vec::new(),
        courses: Vec::new(),
        remarks: Vec::new(),
    };
    let mut visits = Vec::new();
    for station in &race.stations {
        visits.push(Stop {
            at: made.add_place(station.name.clone(), station.place),
            distance_m: whole(station.distance_m),
            is_in_out: station.both_ways,
            cut_off: race.start.zip(station.closes).and_then(|(start, closes)| after(start, closes)),
        });
    }
    let length_m = visits.last().map_or(0, |stop| stop.distance_m);
    let (key, name) = ("course".to_owned(), "Course".to_owned());
    made.courses.push(Way { key, name, length_m, climb_m: None, visits });
    made
}

/// How long after the start a place closes, as `h:mm`; nothing for the start itself.
fn after(start: DateTime, closes: DateTime) -> Option<String> {
    let minutes = closes.duration_since(start).as_mins();
    (minutes > 0).then(|| format!("{}:{:02}", minutes / 60, minutes % 60))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: &str) {
        let file = race_file(text.as_bytes(), Encoding::Utf8).unwrap_or_else(|error| error.to_string());
        let lines = file.lines().filter(|line| !line.starts_with(['[', ']', '#']) && !line.is_empty());
        assert_eq!(lines.collect::<Vec<_>>().join("\n"), expected);
    }

    #[test]
    fn splits_of_open_split_time() {
        check(
            "base_name,name_extensions,distance_from_start,vert_gain_from_start,latitude,longitude,kind\n\
             Start,in,0,0,39.9,-104.9,start\nAid \"1\",in out,5000,300,,,intermediate\nFinish,in,10000,900,,,finish\n"
                .replace("Aid \"1\"", "\"Aid \"\"1\"\"\"")
                .as_str(),
            "name = \"Race\"\n\
             key = \"start\"\nname = \"Start\"\nlatitude = 39.900000\nlongitude = -104.900000\n\
             key = \"aid-1\"\nname = 'Aid \"1\"'\n\
             key = \"finish\"\nname = \"Finish\"\n\
             key = \"course\"\nname = \"Course\"\nvisits = [\n    \
               { at = \"start\", distance_m = 0 },\n    \
               { at = \"aid-1\", distance_m = 5000, record = \"in-out\" },\n    \
               { at = \"finish\", distance_m = 10000 },",
        );
    }

    #[test]
    fn stations_of_ultra_tracker() {
        check(
            r#"{"event":{"name":"bear","starttime":"06:00:00 Sept 27 2024"},"stations":[
                {"name":"Start Line","distance":0.0,"cutofftime":"06:00:00 Sept 27 2024"},
                {"name":"A station with a long name","distance":10.5,"cutofftime":"09:30:00 Sept 27 2024"},
                {"name":"A station with a longer name","distance":20,"cutofftime":"18:00:00 Sept 28 2024",
                 "location":{"latitude":41.5,"longitude":-111}}]}"#,
            "name = \"bear\"\n\
             key = \"start-line\"\nname = \"Start Line\"\n\
             key = \"a-station-with-a\"\nname = \"A station with a long name\"\n\
             key = \"a-station-with-2\"\nname = \"A station with a longer name\"\nlatitude = 41.500000\nlongitude = -111.000000\n\
             key = \"course\"\nname = \"Course\"\nvisits = [\n    \
               { at = \"start-line\", distance_m = 0 },\n    \
               { at = \"a-station-with-a\", distance_m = 16898, record = \"in-out\", cut_off = \"3:30\" },\n    \
               { at = \"a-station-with-2\", distance_m = 32187, cut_off = \"36:00\" },",
        );
    }

    #[test]
    fn what_makes_no_race() {
        check(
            "base_name,x\nStart,1",
            "line 2: no distance_from_start. Needed are a name and a distance for each station, the start first",
        );
        check(
            r#"{"stations":[{"distance":1}]}"#,
            "station 1: no name. Needed are a name and a distance for each station, the start first",
        );
        for nothing in [
            "",
            "{}",
            "{",
            "base_name,distance_from_start\nA,5\nB,5",
            "base_name,distance_from_start\nA,nan\nB,inf",
        ] {
            let error = race_file(nothing.as_bytes(), Encoding::Utf8).unwrap_err();
            assert!(!error.to_string().is_empty());
        }
    }
}
