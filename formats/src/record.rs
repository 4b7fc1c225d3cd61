//! A record of a source: what paper, radio or another tool says of one sighting, or of what became of a runner.
//!
//! Invariant: a record holds what the source says, in the source's own words for places, and no more: nothing is looked
//! up, and a time that leaves something open (the day, the zone) says what it leaves open.

use bibtrail_core::{
    ids::Bib,
    op::{ScanKind, StatusCode},
};
use jiff::civil;

/// What a source says once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Whose; empty where the source says that nobody read it, with `*` for characters that nobody could read.
    pub bib: Bib,
    /// Who, if the source says a name beside the bib.
    pub name: Option<String>,
    /// Where, as the source calls it; nothing if it does not say.
    pub place: Option<String>,
    /// What happened.
    pub what: What,
    /// When; nothing if the source has no column for it or left it empty.
    pub when: Option<When>,
    /// Whether somebody ran beside them; nothing if nobody looked.
    pub with_pacer: Option<bool>,
    /// Whether the runner went no further, beside being seen.
    pub is_stopped: bool,
    /// Who recorded it, if the record itself says.
    pub source: Option<String>,
    /// A remark, a reason.
    pub note: Option<String>,
    /// What else tells it from other records of its source: a leg, a number. Empty if nothing does.
    pub mark: String,
}

/// What a record says of a runner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They were seen; nothing where the source does not say which way.
    Seen(Option<ScanKind>),
    /// This became of them.
    Said(StatusCode),
}

/// A time as a source tells it. `within_ms` is one unit of the last digit that is written, in milliseconds either way,
/// so that it holds for times that were rounded and for times that were cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// A moment: milliseconds since 1970-01-01 UTC.
    Moment {
        /// Which.
        ms: i64,
        /// How exactly.
        within_ms: u32,
    },
    /// A date and a time of day, in the race's time zone.
    Local {
        /// Which.
        at: civil::DateTime,
        /// How exactly.
        within_ms: u32,
    },
    /// A time of day, with as much of a date as there is.
    OfDay {
        /// Which.
        time: civil::Time,
        /// The day of the month, 1 to 31.
        day: Option<i8>,
        /// The month, 1 to 12.
        month: Option<i8>,
        /// How exactly.
        within_ms: u32,
    },
    /// So long after the gun.
    AfterGun {
        /// Milliseconds.
        ms: i64,
        /// How exactly.
        within_ms: u32,
    },
    /// The source says that nobody read it: it lies between the times of the records before and after.
    Unread,
}

impl Record {
    /// A sighting that says no more than this.
    #[must_use]
    pub fn seen(bib: Bib, place: Option<String>, kind: Option<ScanKind>, when: Option<When>) -> Self {
        Self {
            bib,
            name: None,
            place,
            what: What::Seen(kind),
            when,
            with_pacer: None,
            is_stopped: false,
            source: None,
            note: None,
            mark: String::new(),
        }
    }
}

/// A name as OpenSplitTime compares names: letters and digits in lower case, whatever stands between them as one `-`.
#[must_use]
pub fn parameterized(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

/// OpenSplitTime's number for a way: 1 in, 64 out.
#[must_use]
pub fn bitkey(kind: ScanKind) -> u8 {
    match kind {
        ScanKind::In => 1,
        ScanKind::Out => 64,
    }
}

/// The way of an OpenSplitTime number.
#[must_use]
pub fn of_bitkey(number: i64) -> Option<ScanKind> {
    [ScanKind::In, ScanKind::Out].into_iter().find(|kind| i64::from(bitkey(*kind)) == number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers() {
        let shown: Vec<_> =
            ["Aid #1", "Rolling Pass (Aid2)", "  ", "개선문 2", "aid-1"].map(parameterized).into();
        assert_eq!(shown, ["aid-1", "rolling-pass-aid2", "", "개선문-2", "aid-1"]);
        for kind in [ScanKind::In, ScanKind::Out] {
            assert_eq!(of_bitkey(bitkey(kind).into()), Some(kind));
        }
        assert_eq!(of_bitkey(2), None);
    }
}
