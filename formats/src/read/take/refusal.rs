//! Why a record is not taken.
//!
//! Invariant: each message says what to do; the line's number stands beside it.

use bibtrail_core::op::SourceError;
use thiserror::Error;

use crate::read::records::Problem;

/// Why a record is not taken.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Refusal {
    /// The line does not read.
    #[error(transparent)]
    Problem(#[from] Problem),
    /// A place that the race does not have.
    #[error("the race has no place \"{0}\". Say which it is: --station \"{0}=KEY\"")]
    UnknownPlace(String),
    /// A name of several places.
    #[error("\"{given}\" may be {fitting}. Say which it is: --station \"{given}=KEY\"")]
    TwoPlaces {
        /// What the source calls it.
        given: String,
        /// What fits.
        fitting: String,
    },
    /// No place.
    #[error("does not say where. Pass --checkpoint; the race has: {0}")]
    NoPlace(String),
    /// No time.
    #[error("does not say when")]
    NoTime,
    /// A `?` for a time, and no time around it.
    #[error("its time was not read, and no other line of the place has one to tell it by")]
    NoTimeNear,
    /// A time that the calendar does not have.
    #[error("\"{0}\" is no day of the calendar")]
    NoDay(String),
    /// A time before clocks began.
    #[error("its time is before 1970")]
    Before1970,
    /// A status without a bib.
    #[error("says {0} of a runner whose bib was not read. Say it with `bibtrail status` when you know who")]
    WhoseStatus(&'static str),
    /// A source with no good name.
    #[error(
        "the name of its source is too long or holds control characters. Pass --source with 1 to 60 bytes"
    )]
    SourceName,
}

impl From<SourceError> for Refusal {
    fn from(_: SourceError) -> Self {
        Self::SourceName
    }
}
