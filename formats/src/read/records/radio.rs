//! Radio: bib reports by Winlink, and the text messages of the High Lonesome 100.
//!
//! Invariant: what looks like a record and does not read is refused; only what looks like prose is passed over, and
//! counted.

use bibtrail_core::op::{ScanKind, StatusCode};

use super::{Lines, Problem, Report, bib, some, times};
use crate::record::{Record, What, When};

const BIB_REPORT: &str = "bib, IN, OUT or DROP, time, day, station, as in 130 IN 1149 13 CH";
const MESSAGE: &str = "Runner #15 Joe Schmoe 2245 in 2253 out, or Drop #15 2310 Joe Schmoe at Antero";

/// Whether a line is of a bib report.
pub(super) fn is_winlink(line: &str) -> bool {
    claimed(line).is_some() || looks_like_bib_report(line) && bib_report(line).is_ok()
}

/// Bib reports: `130 IN 1149 13 CH` with tabs or spaces, between dashed lines or without, in a mail's prose.
pub(super) fn winlink(lines: &Lines, report: &mut Report) {
    let mut is_inside = false;
    for (number, text) in lines.texts() {
        let line = text.trim();
        if line.len() >= 3 && line.chars().all(|c| c == '-') {
            is_inside = !is_inside;
        } else if let Some(count) = claimed(line) {
            is_inside = false;
            report.claimed = Some(report.claimed.unwrap_or_default().saturating_add(count));
        } else if is_heading(line) {
            report.prose += 1;
        } else if looks_like_bib_report(line) || is_inside {
            report.take(number, bib_report(line));
        } else {
            report.prose += 1;
        }
    }
}

/// The number after `Claimed Entry Count:`.
fn claimed(line: &str) -> Option<u64> {
    let (name, number) = line.split_once(':')?;
    name.trim().eq_ignore_ascii_case("claimed entry count").then(|| number.trim().parse().ok())?
}

fn is_heading(line: &str) -> bool {
    let line = line.to_lowercase();
    let words: Vec<&str> = line.split_whitespace().collect();
    line.starts_with("format:") || words.starts_with(&["bib", "action"])
}

/// Whether somebody meant it as a record: the second word is an action, or it has as many tabs as a record.
fn looks_like_bib_report(line: &str) -> bool {
    let second = line.split_whitespace().nth(1).unwrap_or_default();
    let is_action = ["in", "out", "drop", "dns"].iter().any(|action| action.eq_ignore_ascii_case(second));
    let starts = line.trim_start().starts_with(|c: char| c.is_alphanumeric() || "*?#=".contains(c));
    starts && (is_action && line.split_whitespace().count() >= 3 || line.matches('\t').count() >= 3)
}

fn bib_report(line: &str) -> Result<Record, Problem> {
    let words: Vec<&str> = line.split([' ', '\t']).filter(|word| !word.trim().is_empty()).collect();
    let [number, action, time, day, station @ ..] = words.as_slice() else {
        return Err(Problem::Shape(BIB_REPORT));
    };
    let what = match action.to_uppercase().as_str() {
        "IN" => What::Seen(Some(ScanKind::In)),
        "OUT" => What::Seen(Some(ScanKind::Out)),
        "DROP" => What::Said(StatusCode::Dnf),
        "DNS" => What::Said(StatusCode::Dns),
        _ => return Err(Problem::cell("action", action, "IN, OUT or DROP")),
    };
    let Some(When::OfDay { time: of_day, month: None, within_ms, .. }) = times::when(time) else {
        return Err(Problem::cell("time", time, "four digits, as 1149"));
    };
    let wanted = "the day of the month";
    let day: i8 = day.parse().map_err(|_| Problem::cell("day", day, wanted))?;
    if !(1..=31).contains(&day) {
        return Err(Problem::cell("day", &day.to_string(), wanted));
    }
    let when = When::OfDay { time: of_day, day: Some(day), month: None, within_ms };
    Ok(Record { what, ..Record::seen(bib(number)?, some(&station.join(" ")), None, Some(when)) })
}

/// Whether a line is such a message.
pub(super) fn is_lonesome(line: &str) -> bool {
    looks_like_message(line) && message(line).is_ok()
}

/// Text messages: `Runner #15 Joe Schmoe 2245 in 2253 out w/pacer`, `Drop #15 2310 Joe Schmoe at Antero`. A line
/// `At Antero:` says where the runners after it were seen.
pub(super) fn lonesome(lines: &Lines, report: &mut Report) {
    let mut place = None;
    for (number, text) in lines.texts() {
        if let Some(heading) = heading(text) {
            place = Some(heading);
            report.prose += 1;
        } else if looks_like_message(text) {
            let at = |record: Record| Record { place: record.place.or_else(|| place.clone()), ..record };
            report.take_all(number, message(text).map(|records| records.into_iter().map(at).collect()));
        } else {
            report.prose += 1;
        }
    }
}

fn heading(text: &str) -> Option<String> {
    let (first, rest) = text.trim().strip_suffix(':')?.split_once(' ')?;
    first.eq_ignore_ascii_case("at").then(|| rest.trim().to_owned())
}

fn looks_like_message(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default().to_lowercase();
    first == "runner" || first == "drop" || first.starts_with('#')
}

fn message(line: &str) -> Result<Vec<Record>, Problem> {
    let words: Vec<&str> = line.split_whitespace().collect();
    match words.as_slice() {
        [first, rest @ ..] if first.eq_ignore_ascii_case("drop") => {
            drop_message(rest).map(|record| vec![record])
        }
        [first, rest @ ..] if first.eq_ignore_ascii_case("runner") => runner_message(rest),
        all => runner_message(all),
    }
}

/// `#15 Joe Schmoe 2245 in 2253 out w/pacer`: a record for each way.
fn runner_message(words: &[&str]) -> Result<Vec<Record>, Problem> {
    let [number, rest @ ..] = words else { return Err(Problem::Shape(MESSAGE)) };
    let number = bib(number)?;
    let mut records: Vec<Record> = Vec::new();
    let (mut name, mut after) = (rest, rest);
    for (at, pair) in rest.windows(2).enumerate() {
        let way = pair[1].trim_end_matches([',', '.', ';']).to_lowercase();
        let kind = match way.as_str() {
            "in" => ScanKind::In,
            "out" => ScanKind::Out,
            _ => continue,
        };
        let looks_like_time = pair[0].contains(|c: char| c.is_ascii_digit() || c == '?');
        if records.is_empty() && !looks_like_time {
            // Some people are called In.
            continue;
        }
        let Some(when @ (When::OfDay { .. } | When::Unread)) = times::when(pair[0]) else {
            return Err(Problem::cell("time", pair[0], "four digits, as 2245"));
        };
        if records.is_empty() {
            name = &rest[..at];
        }
        after = &rest[at + 2..];
        records.push(Record::seen(number.clone(), None, Some(kind), Some(when)));
    }
    let has_pacer = after.iter().any(|word| {
        let word = word.trim_matches(['[', ']', ',', '.']).to_lowercase();
        word == "w/pacer" || word == "w/" || word == "pacer"
    });
    let name = some(&name.join(" "));
    records.iter_mut().for_each(|record| record.name.clone_from(&name));
    match records.last_mut() {
        // A pacer joins at a station: the line says how the runner left it.
        Some(last) => last.with_pacer = has_pacer.then_some(true),
        None => return Err(Problem::Shape(MESSAGE)),
    }
    Ok(records)
}

/// `#15 2310 Joe Schmoe at Antero`, with `----` for a time that is not known.
fn drop_message(words: &[&str]) -> Result<Record, Problem> {
    let [number, time, rest @ ..] = words else { return Err(Problem::Shape(MESSAGE)) };
    let is_blank = time.len() >= 3 && time.chars().all(|c| c == '-');
    let when = match times::when(time) {
        None if is_blank => None,
        Some(when @ When::OfDay { .. }) => Some(when),
        _ => return Err(Problem::cell("time", time, "four digits, as 2310")),
    };
    // Of several the first: a longer place is rather refused than taken for another.
    let at = rest.iter().position(|word| word.eq_ignore_ascii_case("at")).ok_or(Problem::Shape(MESSAGE))?;
    let place = some(&rest[at + 1..].join(" ")).ok_or(Problem::Shape(MESSAGE))?;
    Ok(Record {
        what: What::Said(StatusCode::Dnf),
        name: some(&rest[..at].join(" ")),
        note: some(&rest[..at].join(" ")),
        ..Record::seen(bib(number)?, Some(place), None, when)
    })
}
