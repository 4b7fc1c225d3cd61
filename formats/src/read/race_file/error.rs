//! Why a race file is refused.
//!
//! Invariant: each message says what is wrong, where, and what to do.

use thiserror::Error;

use super::{LAPS_MAX, VISITS_MAX, hint};
use crate::read::text::TextError;

/// Why a race file is refused.
#[derive(Debug, Error)]
pub enum RaceFileError {
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not the TOML that the format asks for: unknown keys, missing ones, wrong types.
    #[error("{}{}", .0.to_string().trim_end(), hint::of(.0.message()))]
    Toml(#[from] toml::de::Error),
    /// A list that must not be empty.
    #[error("the race has no [[{0}]]. Add at least one")]
    None(&'static str),
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
    #[error(
        "the start of {of}, \"{text}\", does not read. Write it with its offset, as 2025-04-06T09:00:00+09:00"
    )]
    Start {
        /// Of what.
        of: String,
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
    /// A setting out of range.
    #[error("{key} is {value}; it must be {range}")]
    Range {
        /// Which.
        key: &'static str,
        /// What it says.
        value: String,
        /// What it may be.
        range: &'static str,
    },
    /// A category that nobody can be in.
    #[error("category \"{0}\": from_age must not be above to_age, and both are 0 to 120")]
    Category(String),
    /// A cut-off that is no time, or before the one before.
    #[error(
        "course \"{course}\", visit {number}: cut_off \"{text}\" must be h:mm or h:mm:ss after the gun, later than the \
         one before, within 200 hours"
    )]
    CutOff {
        /// Which course.
        course: String,
        /// Which visit, from 1.
        number: usize,
        /// What it says.
        text: String,
    },
    /// More than one operation can hold.
    #[error("the race has {count} of [[{what}]]; 60 fit")]
    TooMany {
        /// Of what.
        what: &'static str,
        /// How many.
        count: usize,
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
