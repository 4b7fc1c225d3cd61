//! What tells one record of a source from its others.
//!
//! Invariant: it is made of what the record says and of the place it is for. A note does not count: a remark that is
//! added later makes no second sighting.

use std::collections::BTreeMap;

use bibtrail_core::{ids::Key, op::ScanKind};
use jiff::civil::Date;

use crate::record::{Record, When};

/// Identities as they are given out, file by file.
pub(super) struct Identities {
    repeats_count: bool,
    given: BTreeMap<(String, String), u32>,
}

impl Identities {
    pub(super) fn new(repeats_count: bool) -> Self {
        Self { repeats_count, given: BTreeMap::new() }
    }

    /// The record's identity: bib, place, way, time as it is written, pacer, stopped, mark, with tabs between. Where
    /// nobody read the bib, or the time, lines that say the same are different runners: the second ends in `#2`.
    pub(super) fn of(
        &mut self,
        record: &Record,
        (checkpoint, kind): (&Key, ScanKind),
        source: &str,
        (date, gun_ms): (Option<Date>, Option<i64>),
    ) -> String {
        let told = [
            record.bib.as_str(),
            checkpoint.as_str(),
            kind.as_str(),
            &time(record.when, date, gun_ms),
            if record.with_pacer == Some(true) { "pacer" } else { "" },
            if record.is_stopped { "stopped" } else { "" },
            &record.mark,
        ]
        .join("\t");
        let is_unread =
            record.bib.is_empty() || record.bib.is_uncertain() || record.when == Some(When::Unread);
        if !(self.repeats_count && is_unread) {
            return told;
        }
        let count = self.given.entry((source.to_owned(), told.clone())).or_default();
        *count += 1;
        if *count == 1 { told } else { format!("{told}\t#{count}") }
    }
}

/// A time as it is written, in one form for all formats. What a person said of the day and the gun belongs to it.
fn time(when: Option<When>, date: Option<Date>, gun_ms: Option<i64>) -> String {
    let part = |number: Option<i8>| number.map(|number| number.to_string()).unwrap_or_default();
    match when {
        None => String::new(),
        Some(When::Unread) => "?".to_owned(),
        Some(When::Moment { ms, .. }) => format!("@{ms}"),
        Some(When::AfterGun { ms, .. }) => {
            gun_ms.map_or_else(|| format!("+{ms}"), |gun_ms| format!("+{ms} from @{gun_ms}"))
        }
        Some(When::Local { at, .. }) => at.to_string(),
        Some(When::OfDay { time, day: None, month: None, .. }) => {
            date.map_or_else(|| time.to_string(), |date| format!("{time} from {date}"))
        }
        Some(When::OfDay { time, day, month, .. }) => format!("{time} {}/{}", part(day), part(month)),
    }
}
