//! Splits: Bibtrail's own, a row each, and OpenSplitTime's entrants with a column of times for each place.
//!
//! Invariant: an empty cell is no record; a cell that does not read stops no other cell of its row.

use bibtrail_core::op::{ScanKind, StatusCode};

use super::{Lines, Problem, Report, Table, bib, cells::cell, some, times};
use crate::record::{Record, What, When};

/// The columns of Bibtrail's own splits.
pub(super) const COLUMNS: &[&str] = &["bib", "checkpoint", "kind", "time"];
/// The columns of entrants with times since the start.
pub(super) const ELAPSED_COLUMNS: &[&str] = &["bibnumber", "start"];

pub(super) fn splits(lines: &Lines, report: &mut Report) {
    let Some(table) = Table::find(lines, COLUMNS) else {
        return report.take(1, Err(Problem::NoHeading(COLUMNS.join(", "))));
    };
    for row in &table.rows {
        report.take(row.number, row.cells.clone().and_then(|cells| split(&table, &cells)));
    }
}

fn split(table: &Table, cells: &[String]) -> Result<Record, Problem> {
    let get = |name: &str| cell(cells, table.column(&[name]));
    let kind = get("kind").unwrap_or("in");
    let what = match (kind.to_lowercase().as_str(), StatusCode::parse(kind)) {
        ("in", _) => What::Seen(Some(ScanKind::In)),
        ("out", _) => What::Seen(Some(ScanKind::Out)),
        (_, Some(code)) if code != StatusCode::Ok => What::Said(code),
        _ => return Err(Problem::cell("kind", kind, "in, out, dns, dnf, dsq or otl")),
    };
    let when = match get("time") {
        None => None,
        Some(text) => {
            let moment = times::when(text).filter(|when| matches!(when, When::Moment { .. }));
            let wanted = "2025-04-06T09:12:31+09:00, or 0:12:31 since the gun";
            let when = moment.or_else(|| times::after_gun(text));
            Some(when.ok_or_else(|| Problem::cell("time", text, wanted))?)
        }
    };
    let bib = bib(get("bib").unwrap_or_default())?;
    if bib.is_empty() && when.is_none_or(|when| when == When::Unread) {
        return Err(Problem::Nothing);
    }
    let place = get("checkpoint").map(str::to_owned);
    Ok(Record { what, ..Record::seen(bib, place, None, when) })
}

/// From the column `Start` on each column is a place, its cells are times since the runner's gun.
pub(super) fn elapsed(lines: &Lines, report: &mut Report) {
    let Some(table) = Table::find(lines, ELAPSED_COLUMNS) else {
        return report.take(1, Err(Problem::NoHeading("bib_number, Start, and the places".to_owned())));
    };
    let (bib_column, start) = (table.column(&["bibnumber"]), table.column(&["start"]));
    for row in &table.rows {
        let cells = match &row.cells {
            Ok(cells) => cells,
            Err(problem) => {
                report.take(row.number, Err(problem.clone()));
                continue;
            }
        };
        let bib = match cell(cells, bib_column) {
            Some(text) => bib(text),
            None => Err(Problem::cell("bib_number", "", "whose times they are")),
        };
        for (at, name) in table.names.iter().enumerate().skip(start.unwrap_or_default()) {
            let Some(text) = cell(cells, Some(at)) else { continue };
            let when = times::after_gun(text);
            let when = when.ok_or_else(|| Problem::cell("time", text, "h:mm:ss since the start"));
            let record = bib.clone().and_then(|bib| Ok(Record::seen(bib, some(name), None, Some(when?))));
            let is_bad_bib = bib.is_err();
            report.take(row.number, record);
            if is_bad_bib {
                break;
            }
        }
    }
}
