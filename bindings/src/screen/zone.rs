//! Times of day as the race's people read them.
//!
//! Invariant: whatever zone a phone is set to, all phones of a race show the same hours of a moment.

use bibtrail_clerk::clock::RaceClock;
use bibtrail_core::race::RaceSetup;

use crate::CoreError;

/// Where and when the race is: the app keeps it beside its texts, for `clock_text`.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RaceZone {
    /// The time zone by its name, `Asia/Seoul`.
    pub time_zone: String,
    /// The start: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
}

impl RaceZone {
    /// That of a race; nothing before its settings are here.
    pub(crate) fn of(setup: &RaceSetup) -> Option<Self> {
        let is_said = !setup.checkpoints.is_empty();
        is_said.then(|| Self { time_zone: setup.time_zone.clone(), start_ms: setup.start_ms })
    }

    pub(crate) fn show(&self, time_ms: i64) -> String {
        RaceClock::of(&self.time_zone, self.start_ms).show(time_ms)
    }
}

/// A moment as the race's people read it: `09:12:31`; on another day than the race's first with the date. A zone that is
/// not known here reads as UTC.
///
/// # Errors
/// None by itself; every call from an app may fail on its way.
#[uniffi::export]
pub fn clock_text(zone: &RaceZone, time_ms: i64) -> Result<String, CoreError> {
    Ok(zone.show(time_ms))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(time_zone: &str, time_ms: i64, expected: &str) {
        let zone = RaceZone { time_zone: time_zone.to_owned(), start_ms: 1_743_897_600_000 };
        assert_eq!(clock_text(&zone, time_ms).unwrap(), expected);
    }

    #[test]
    fn a_moment_is_that_of_the_race() {
        check("Asia/Seoul", 1_743_897_600_000, "09:00:00");
        check("Asia/Kathmandu", 1_743_897_600_000, "05:45:00");
        check("Asia/Seoul", 1_743_897_600_000 + 20 * 3_600_000, "04-07 05:00:00");
        check("Nowhere/Nothing", 1_743_897_600_000, "00:00:00");
        check("Asia/Seoul", i64::MAX, "9999-12-31 07:00:00");
    }
}
