//! Ultra-Tracker's files: the times of a station, drops, and who did not start.
//!
//! Invariant: the title line names the race and the station, as Ultra-Tracker writes it above the headings; bibs are
//! numbers.
//!
//! Source: the exports of Ultra-Tracker, and its templates of drops and of runners who did not start.

use std::collections::BTreeMap;

use super::{
    Mark, Records, WriteError, Written,
    cell::{Table, or_blank},
    records::{bibs, refused},
};

const WHY: &str = "Ultra-Tracker takes numbers";

/// Bibs are integers there.
fn takes(bib: &str) -> bool {
    (1..=9).contains(&bib.len()) && bib.bytes().all(|b| b.is_ascii_digit())
}

/// A station's name there: its place in the list, from 0, and its key.
fn station(records: &Records, key: &str) -> String {
    let place = records.checkpoints.iter().position(|known| known == key);
    place.map_or_else(|| key.to_owned(), |n| format!("{n}-{key}"))
}

fn begin(records: &Records, kind: &str) -> Result<Table, WriteError> {
    let mut table = Table::new(false);
    let here = records.checkpoint.as_deref().or(records.start.as_deref()).unwrap_or_default();
    table.row([records.race.clone(), station(records, here), kind.to_owned()])?;
    Ok(table)
}

pub(super) fn times(records: &Records) -> Result<Written, WriteError> {
    let bad = bibs(&records.marks).into_iter().filter(|bib| !takes(bib));
    let mut written = Written { left_out: refused(bad, WHY), ..Written::default() };
    let mut rows: Vec<(&str, Option<&Mark>, Option<&Mark>)> = Vec::new();
    let mut open: BTreeMap<&str, usize> = BTreeMap::new();
    for mark in records.marks.iter().filter(|mark| takes(&mark.bib)) {
        match open.get(mark.bib.as_str()).copied() {
            Some(n) if mark.is_out && rows[n].2.is_none() => rows[n].2 = Some(mark),
            _ => {
                open.insert(&mark.bib, rows.len());
                rows.push(if mark.is_out {
                    (&mark.bib, None, Some(mark))
                } else {
                    (&mark.bib, Some(mark), None)
                });
            }
        }
    }
    let mut table = begin(records, "full-export")?;
    table.row(["index", "sent", "bibId", "timeIn", "timeOut", "dnfType", "dnfStation", "note"])?;
    for (index, (bib, came, out)) in (1..).zip(&rows) {
        let time = |mark: &Option<&Mark>| or_blank(mark.map(|mark| records.zone.ultra_tracker(mark.at_ms)));
        let drop = records.drops.iter().find(|drop| drop.bib == *bib);
        let kind = drop.map_or("", kind);
        let stopped = drop.and_then(|drop| drop.place.as_ref()).map(|(key, _)| station(records, key));
        table.row([
            index.to_string(),
            "1".to_owned(),
            (*bib).to_owned(),
            time(came),
            time(out),
            kind.to_owned(),
            or_blank(stopped),
            String::new(),
        ])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

/// Why they stopped, as far as it is known.
fn kind(drop: &super::Drop) -> &'static str {
    if drop.is_over_time { "timeout" } else { "unknown" }
}

pub(super) fn drops(records: &Records) -> Result<Written, WriteError> {
    let bad = records.drops.iter().map(|drop| drop.bib.as_str()).filter(|bib| !takes(bib));
    let mut written = Written { left_out: refused(bad, WHY), ..Written::default() };
    let mut table = begin(records, "dnf-export")?;
    table.row(["stationId", "bibId", "dnfType", "dnfDateTime", "note"])?;
    for drop in records.drops.iter().filter(|drop| takes(&drop.bib)) {
        let Some((key, _)) = &drop.place else {
            written.left_out.push(format!("{}: stopped, and nobody said where", drop.bib));
            continue;
        };
        table.row([
            station(records, key),
            drop.bib.clone(),
            kind(drop).to_owned(),
            or_blank(drop.at_ms.map(|at_ms| records.zone.ultra_tracker(at_ms))),
            String::new(),
        ])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

pub(super) fn dns(records: &Records) -> Result<Written, WriteError> {
    let bad = records.not_started.iter().map(|starter| starter.bib.as_str()).filter(|bib| !takes(bib));
    let mut written = Written { left_out: refused(bad, WHY), ..Written::default() };
    let mut table = begin(records, "dns-export")?;
    table.row(["stationId", "bibId", "dnsDateTime", "note"])?;
    let start = station(records, records.start.as_deref().unwrap_or_default());
    for starter in records.not_started.iter().filter(|starter| takes(&starter.bib)) {
        let gun = records.zone.ultra_tracker(records.start_ms);
        table.row([start.clone(), starter.bib.clone(), gun, String::new()])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}
