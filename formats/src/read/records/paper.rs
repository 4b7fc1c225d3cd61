//! Paper and phones: a line for each runner, bib and time.
//!
//! Invariant: a `?` is a record like others: somebody was there, and somebody wrote that down.

use bibtrail_core::op::ScanKind;

use super::{Lines, Problem, Report, bib, some, times};
use crate::record::{Record, When};

const LINE: &str = "bib, tab, h:mm:ss or mm:ss after the gun (? for what nobody read); # begins a remark";

/// Whether a line is of this format.
pub(super) fn is_line(text: &str) -> bool {
    text.contains(['\t', ';']) && matches!(line(text, false), Some(Ok(_)))
}

/// `is_clock`: the times are times of day.
pub(super) fn read(lines: &Lines, report: &mut Report, is_clock: bool) {
    for (number, text) in lines.texts() {
        if let Some(fate) = line(text, is_clock) {
            report.take(number, fate);
        }
    }
}

/// The record of a line; nothing if it is a comment or a heading.
fn line(text: &str, is_clock: bool) -> Option<Result<Record, Problem>> {
    let (text, note) = match text.split_once('#') {
        // `#15` is a bib.
        Some(("", rest)) if rest.starts_with(|c: char| c.is_ascii_digit()) && rest.contains(':') => {
            let (text, note) = rest.split_once('#').unwrap_or((rest, ""));
            (text, some(note))
        }
        Some((text, note)) => (text, some(note)),
        None => (text, None),
    };
    if text.trim().is_empty() {
        return None;
    }
    let cells = match text.contains(['\t', ';', ',']) {
        true => text.split(['\t', ';', ',']).map(str::trim).collect::<Vec<_>>(),
        false => text.split_whitespace().collect(),
    };
    let is_heading = cells.first().is_some_and(|cell| cell.eq_ignore_ascii_case("bib"));
    (!is_heading).then(|| record(&cells, is_clock).map(|record| Record { note, ..record }))
}

fn record(cells: &[&str], is_clock: bool) -> Result<Record, Problem> {
    let (number, time, leg, place) = match cells {
        [number, time] | [number, time, ""] => (*number, *time, "", None),
        [number, time, leg] => (*number, *time, *leg, None),
        // As Bibtrail writes them.
        [number, time, place, way] => (*number, *time, "", Some((*place, *way))),
        _ => return Err(Problem::Shape(LINE)),
    };
    let bib = bib(number)?;
    let (place, kind) = match place {
        Some((place, way)) => (some(place), Some(kind(way)?)),
        None => (None, None),
    };
    let when = match (is_clock, times::after_gun(time), times::when(time)) {
        (false, Some(when), _) | (true, _, Some(when)) => when,
        // A whole date says itself what it means.
        (false, None, Some(when @ (When::Moment { .. } | When::Local { .. }))) => when,
        (false, ..) => return Err(Problem::cell("time", time, "h:mm:ss or mm:ss after the gun, or ?")),
        (true, ..) => return Err(Problem::cell("time", time, "a time of day, as 9:16:01, or ?")),
    };
    if bib.is_empty() && when == When::Unread {
        return Err(Problem::Nothing);
    }
    let is_leg = leg.is_empty() || leg.parse::<u8>().is_ok_and(|leg| (1..=99).contains(&leg));
    if !is_leg {
        return Err(Problem::cell("leg", leg, "its number"));
    }
    let mark = if leg.is_empty() { String::new() } else { format!("leg {leg}") };
    Ok(Record { mark, ..Record::seen(bib, place, kind, Some(when)) })
}

fn kind(way: &str) -> Result<ScanKind, Problem> {
    let kinds = [ScanKind::In, ScanKind::Out];
    let kind = kinds.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(way));
    kind.ok_or_else(|| Problem::cell("way", way, "in or out"))
}
