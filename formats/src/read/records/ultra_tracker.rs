//! Ultra-Tracker and the lists of the Bear 100: times at a station, drops, starts that were not.
//!
//! Invariant: a row gives a record for each thing it says (in, out, dropped), and a row that says nothing is refused.

use bibtrail_core::op::{ScanKind, StatusCode};

use super::{
    Lines, Problem, Report, Table, bib,
    cells::{cell, rest},
    times,
};
use crate::record::{Record, What, When};

/// The columns of a station's times, beside `index` and `sent`.
pub(super) const TIMES: &[&str] = &["bibid", "timein", "timeout"];
/// The columns of a file of drops.
pub(super) const DROPS: &[&str] = &["stationid", "bibid", "dnfdatetime"];
/// The columns of a file of starts that were not.
pub(super) const DNS: &[&str] = &["stationid", "bibid", "dnsdatetime"];
/// The columns of headquarters' lists.
pub(super) const RESULTS: &[&str] = &["runner", "date", "time", "notes"];

const WANTED_TIME: &str = "09:27:00 23 Aug, with the year or without";

/// The file of times. Its station stands in a line of titles: event, station, kind of export.
pub(super) fn times(lines: &Lines, report: &mut Report) {
    let Some(mut table) = find(lines, TIMES, report) else { return };
    let index = table.column(&["index"]);
    // The titles stand above the heading, or in some versions right below it.
    let is_title = |cells: &[String]| {
        index.is_some_and(|at| cells.get(at).is_some_and(|text| text.trim().parse::<u64>().is_err()))
            && cells.iter().filter(|cell| !cell.trim().is_empty()).count() <= 4
            && !cells.iter().any(|cell| times::when(cell).is_some())
    };
    let below = table.rows.first().and_then(|row| row.cells.clone().ok()).filter(|cells| is_title(cells));
    if let Some(cells) = below {
        table.rows.remove(0);
        table.titles.push(cells);
        report.prose += 1;
    }
    let station = table.titles.last().and_then(|title| cell(title, Some(1))).map(str::to_owned);
    for row in &table.rows {
        let records = row.cells.clone().and_then(|cells| station_row(&table, &cells, station.as_deref()));
        report.take_all(row.number, records);
    }
}

fn station_row(table: &Table, cells: &[String], station: Option<&str>) -> Result<Vec<Record>, Problem> {
    let get = |names: &[&str]| cell(cells, table.column(names));
    let bib = bib(get(&["bibid"]).unwrap_or_default())?;
    let seen = |kind, column: &'static str, name: &str| match get(&[name]) {
        None => Ok::<_, Problem>(None),
        Some(text) => {
            let when = time(column, text)?;
            Ok(Some(Record::seen(bib.clone(), station.map(str::to_owned), Some(kind), Some(when))))
        }
    };
    let mut records: Vec<Record> =
        [seen(ScanKind::In, "timeIn", "timein")?, seen(ScanKind::Out, "timeOut", "timeout")?]
            .into_iter()
            .flatten()
            .collect();
    let note = rest(cells, table.column(&["note"]));
    let kind = get(&["dnftype", "droptype", "dropreason"]).filter(|kind| !kind.eq_ignore_ascii_case("none"));
    if let Some(kind) = kind {
        let place = get(&["dnfstation", "dropstation"]).or(station).map(str::to_owned);
        let when = records.last().and_then(|record| record.when);
        records.push(dropped(Record::seen(bib, place, None, when), Some(kind), note));
    } else if let Some(first) = records.first_mut() {
        first.note = note;
    }
    if records.is_empty() { Err(Problem::Nothing) } else { Ok(records) }
}

pub(super) fn drops(lines: &Lines, report: &mut Report) {
    let Some(table) = find(lines, DROPS, report) else { return };
    each(&table, report, "dnfdatetime", "dnfDateTime", |record, cells| {
        let kind = cell(cells, table.column(&["dnftype", "dropreason"]));
        dropped(record, kind, rest(cells, table.column(&["note"])))
    });
}

pub(super) fn dns(lines: &Lines, report: &mut Report) {
    let Some(table) = find(lines, DNS, report) else { return };
    each(&table, report, "dnsdatetime", "dnsDateTime", |record, cells| {
        let note = rest(cells, table.column(&["note"]));
        Record { what: What::Said(StatusCode::Dns), note, ..record }
    });
}

fn find(lines: &Lines, columns: &[&str], report: &mut Report) -> Option<Table> {
    let table = Table::find(lines, columns);
    if table.is_none() {
        report.take(1, Err(Problem::NoHeading(columns.join(", "))));
    }
    table
}

/// Each row of `stationId,bibId,…,time,note`. Here a bib is needed: nobody is said to have dropped who is nobody.
fn each(
    table: &Table,
    report: &mut Report,
    column: &str,
    shown: &'static str,
    make: impl Fn(Record, &[String]) -> Record,
) {
    for row in &table.rows {
        let record = row.cells.as_deref().map_err(Clone::clone).and_then(|cells| {
            let get = |name: &str| cell(cells, table.column(&[name]));
            let text = get("bibid").unwrap_or_default();
            let bib = bib(text)?;
            if bib.is_empty() {
                return Err(Problem::cell("bibId", text, "whose it is"));
            }
            let when = get(column).map(|text| time(shown, text)).transpose()?;
            let place = get("stationid").map(str::to_owned);
            Ok(make(Record::seen(bib, place, None, when), cells))
        });
        report.take(row.number, record);
    }
}

/// A drop of a kind: `withdrew`, `medical`, `timeout`, `unknown`, `dns`.
fn dropped(record: Record, kind: Option<&str>, note: Option<String>) -> Record {
    let code = match kind.unwrap_or_default().to_lowercase().as_str() {
        "timeout" => StatusCode::Otl,
        "dns" | "didnotstart" => StatusCode::Dns,
        _ => StatusCode::Dnf,
    };
    let words = [kind.map(str::to_owned), note].into_iter().flatten().collect::<Vec<_>>().join(", ");
    Record { what: What::Said(code), note: (!words.is_empty()).then_some(words), ..record }
}

fn time(column: &'static str, text: &str) -> Result<When, Problem> {
    times::when(text).ok_or_else(|| Problem::cell(column, text, WANTED_TIME))
}

/// Headquarters' lists: `"AS 2:LEH to 2:LEH - Bib8","9/23/22","9:27 am","DNF …"`.
pub(super) fn results(lines: &Lines, report: &mut Report) {
    let Some(table) = find(lines, RESULTS, report) else { return };
    for row in &table.rows {
        report.take(row.number, row.cells.clone().and_then(|cells| result(&table, &cells)));
    }
}

fn result(table: &Table, cells: &[String]) -> Result<Record, Problem> {
    let get = |name: &str| cell(cells, table.column(&[name])).unwrap_or_default();
    let runner = get("runner");
    let wanted = "AS 2:LEH to 2:LEH - Bib8";
    let problem = || Problem::cell("Runner", runner, wanted);
    let (way, number) = runner.rsplit_once(" - Bib").ok_or_else(problem)?;
    let (_, stations) = way.split_once(' ').ok_or_else(problem)?;
    let (from, _) = stations.split_once(" to ").ok_or_else(problem)?;
    let bib = bib(number)?;
    if bib.is_empty() {
        return Err(problem());
    }
    let note = rest(cells, table.column(&["notes"])).unwrap_or_default();
    let words: Vec<&str> = note.split(|c: char| !c.is_alphanumeric()).collect();
    let code = match () {
        () if words.contains(&"DNS") => StatusCode::Dns,
        () if words.contains(&"DNF") => StatusCode::Dnf,
        () => return Err(Problem::cell("Notes", &note, "DNF or DNS, and why")),
    };
    let when = times::american(get("date"), get("time"));
    let text = format!("{} {}", get("date"), get("time"));
    let when = when.ok_or_else(|| Problem::cell("Date and Time", text.trim(), "9/23/22 and 9:27 am"))?;
    let record = Record::seen(bib, Some(from.trim().to_owned()), None, Some(when));
    Ok(Record { what: What::Said(code), note: Some(note), ..record })
}
