//! Moments and spans as the formats want them.
//!
//! Invariant: a moment is written with its offset wherever the format has room for it.

use jiff::{Timestamp, tz::TimeZone};

/// The race's time zone.
#[derive(Clone, Debug)]
pub struct Zone(TimeZone);

impl Zone {
    /// The zone of that IANA name; an unknown one reads as UTC.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(TimeZone::get(name).unwrap_or(TimeZone::UTC))
    }

    fn show(&self, ms: i64, format: &str) -> String {
        let limit = if ms < 0 { Timestamp::MIN } else { Timestamp::MAX };
        let at = Timestamp::from_millisecond(ms).unwrap_or(limit);
        at.to_zoned(self.0.clone()).strftime(format).to_string()
    }

    /// `2025-04-06T09:12:31+09:00`.
    pub(super) fn iso(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%dT%H:%M:%S%:z")
    }

    /// `2025-04-06T09:12:31.250+09:00`.
    pub(super) fn iso_ms(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%dT%H:%M:%S%.3f%:z")
    }

    /// `2025-04-06 09:12:31+09:00`.
    pub(super) fn spaced(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%d %H:%M:%S%:z")
    }

    /// `2025-04-06 09:12:31.250`.
    pub(super) fn local_ms(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%d %H:%M:%S%.3f")
    }

    /// `09:12:31 06 Apr 2025`.
    pub(super) fn ultra_tracker(&self, ms: i64) -> String {
        self.show(ms, "%H:%M:%S %d %b %Y")
    }

    /// `0912`.
    pub(super) fn hhmm(&self, ms: i64) -> String {
        self.show(ms, "%H%M")
    }

    /// The day of the month, `6`.
    pub(super) fn day(&self, ms: i64) -> String {
        self.show(ms, "%-d")
    }

    /// `2025-04-06`.
    pub(super) fn date(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%d")
    }

    /// `2025-04-06 09:12`.
    pub(super) fn minute(&self, ms: i64) -> String {
        self.show(ms, "%Y-%m-%d %H:%M")
    }
}

/// Whole seconds of a span; what is begun does not count.
pub(super) fn whole_s(ms: i64) -> i64 {
    ms.div_euclid(1000)
}

/// Whole seconds of a span as results on the road are given (World Athletics, Technical Rules, rule 19): any part of a
/// second is rounded up.
pub(super) fn rounded_up_s(ms: i64) -> i64 {
    ms.saturating_add(999).div_euclid(1000)
}

/// `1:02:03`.
pub(super) fn h_mm_ss(s: i64) -> String {
    let (sign, s) = (if s < 0 { "-" } else { "" }, s.unsigned_abs());
    format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `01:02:03`.
pub(super) fn hh_mm_ss(s: i64) -> String {
    let (sign, s) = (if s < 0 { "-" } else { "" }, s.unsigned_abs());
    format!("{sign}{:02}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60)
}

/// `1:02:03`, with as many decimal places of a second as there are, at most three.
pub(super) fn h_mm_ss_part(ms: i64) -> String {
    let (sign, ms) = (if ms < 0 { "-" } else { "" }, ms.unsigned_abs());
    let (s, part) = (ms / 1000, ms % 1000);
    let whole = format!("{sign}{}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    match part {
        0 => whole,
        _ => format!("{whole}.{}", format!("{part:03}").trim_end_matches('0')),
    }
}

/// `01:02:03.45`.
pub(super) fn hh_mm_ss_hundredths(ms: i64) -> String {
    format!("{}.{:02}", hh_mm_ss(whole_s(ms)), ms.rem_euclid(1000) / 10)
}

#[cfg(test)]
mod tests {
    use super::{Zone, h_mm_ss, h_mm_ss_part, hh_mm_ss, hh_mm_ss_hundredths, rounded_up_s, whole_s};

    #[test]
    fn spans() {
        assert_eq!([whole_s(59_999), rounded_up_s(59_001), rounded_up_s(59_000)], [59, 60, 59]);
        assert_eq!([h_mm_ss(59), h_mm_ss(363_605), h_mm_ss(-61)], ["0:00:59", "101:00:05", "-0:01:01"]);
        assert_eq!([hh_mm_ss(59), hh_mm_ss(363_605)], ["00:00:59", "101:00:05"]);
        assert_eq!([h_mm_ss_part(7_400_100), h_mm_ss_part(1000)], ["2:03:20.1", "0:00:01"]);
        assert_eq!(hh_mm_ss_hundredths(5_025_456), "01:23:45.45");
    }

    #[test]
    fn moments() {
        let zone = Zone::new("Asia/Pyongyang");
        assert_eq!(zone.iso(1_743_897_600_250), "2025-04-06T09:00:00+09:00");
        assert_eq!(zone.iso_ms(1_743_897_600_250), "2025-04-06T09:00:00.250+09:00");
        assert_eq!(zone.spaced(1_743_897_600_250), "2025-04-06 09:00:00+09:00");
        assert_eq!(zone.ultra_tracker(1_743_897_600_250), "09:00:00 06 Apr 2025");
        assert_eq!([zone.hhmm(1_743_897_600_250), zone.day(1_743_897_600_250)], ["0900", "6"]);
        assert_eq!(Zone::new("nowhere").iso(0), "1970-01-01T00:00:00+00:00");
    }
}
