//! Times of day as the race's people read and write them.
//!
//! Invariant: what is printed for a moment reads back as that moment, to the second.

use bibtrail_core::race::RaceSetup;
use jiff::{Timestamp, Zoned, civil, tz::TimeZone};

use crate::ClerkError;

/// The race's time zone and day.
pub struct RaceClock {
    zone: TimeZone,
    start: Zoned,
}

impl RaceClock {
    /// The clock of a race. An unknown time zone reads as UTC.
    pub fn new(setup: &RaceSetup) -> Self {
        Self::of(&setup.time_zone, setup.start_ms)
    }

    /// The clock of a race in this time zone that began then.
    pub fn of(time_zone: &str, start_ms: i64) -> Self {
        let zone = TimeZone::get(time_zone).unwrap_or(TimeZone::UTC);
        let start = timestamp(start_ms).to_zoned(zone.clone());
        Self { zone, start }
    }

    /// `09:12:31`; on another day than the race's first, `04-07 09:12:31`; in another year, with the year.
    pub fn show(&self, ms: i64) -> String {
        let at = timestamp(ms).to_zoned(self.zone.clone());
        let format = match at.date() {
            date if date == self.start.date() => "%H:%M:%S",
            date if date.year() == self.start.year() => "%m-%d %H:%M:%S",
            _ => "%Y-%m-%d %H:%M:%S",
        };
        at.strftime(format).to_string()
    }

    /// As [`RaceClock::show`], to the minute.
    pub fn show_minute(&self, ms: i64) -> String {
        let mut text = self.show(ms);
        text.truncate(text.len().saturating_sub(3));
        text
    }

    /// With date, milliseconds and offset, for machines.
    pub fn show_exactly(&self, ms: i64) -> String {
        timestamp(ms).to_zoned(self.zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string()
    }

    /// A full time with offset, or a time on the day of the race.
    pub fn read(&self, text: &str) -> Result<i64, ClerkError> {
        if let Ok(at) = text.parse::<Timestamp>() {
            return Ok(at.as_millisecond());
        }
        let of_day: civil::Time = text.parse().map_err(|_| ClerkError::Time(text.to_owned()))?;
        let at = self.start.date().to_datetime(of_day).to_zoned(self.zone.clone());
        Ok(at.map_err(|_| ClerkError::Time(text.to_owned()))?.timestamp().as_millisecond())
    }
}

fn timestamp(ms: i64) -> Timestamp {
    Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { Timestamp::MIN } else { Timestamp::MAX })
}
