//! Records as timing boxes and loggers write them: RACE RESULT's webhook, bib and time.
//!
//! Invariant: one record a line, with its full time.
//!
//! Source: the exporter "Raw Data Record JSON" of RACE RESULT; the streams of RaceDay Scoring.

use serde::Serialize;
use serde_json::{Value, json};

use super::{Mark, Options, Records, WriteError, Written, cell::Table, ost::way, records::refused};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Record<'a> {
    bib: Value,
    timing_point: String,
    #[serde(rename = "ID")]
    id: u64,
    passing: Passing<'a>,
}

#[derive(Serialize)]
struct Passing<'a> {
    #[serde(rename = "UTCTime")]
    utc_time: String,
    #[serde(rename = "DeviceID")]
    device_id: &'a str,
}

pub(super) fn race_result(records: &Records) -> Result<Written, WriteError> {
    let mut written = unreadable(records);
    for mark in records.marks.iter().filter(|mark| !mark.bib.is_empty()) {
        // As a number 0 is a chip that belongs to nobody.
        let number = mark.bib.parse::<u32>().ok().filter(|n| *n > 0 && n.to_string() == mark.bib);
        let timing_point = if mark.is_out { format!("{} out", mark.place) } else { mark.place.clone() };
        let record = Record {
            // A bib that is no number, or begins with zeros, stays the text it is.
            bib: number.map_or_else(|| json!(mark.bib), |number| json!(number)),
            timing_point,
            id: mark.number,
            passing: Passing { utc_time: records.zone.iso_ms(mark.at_ms), device_id: &mark.source },
        };
        serde_json::to_writer(&mut written.bytes, &record)?;
        written.bytes.push(b'\n');
    }
    Ok(written)
}

pub(super) fn race_day(records: &Records, options: &Options) -> Result<Written, WriteError> {
    let mut written = unreadable(records);
    let mut table = Table::new(options.has_mark);
    table.row(["bib", "time"])?;
    for mark in records.marks.iter().filter(|mark| !mark.bib.is_empty()) {
        table.row([mark.bib.clone(), records.zone.local_ms(mark.at_ms)])?;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

pub(super) fn log(records: &Records) -> Written {
    let mut written = unreadable(records);
    let (good, remarks): (Vec<&Mark>, Vec<&Mark>) =
        records.marks.iter().filter(|mark| !mark.bib.is_empty()).partition(|mark| !mark.bib.contains('#'));
    let bibs = remarks.iter().map(|mark| mark.bib.as_str());
    written.left_out.extend(refused(bibs, "in such a line # begins a remark"));
    let several = !records.is_one_way;
    let line = |mark: &Mark| {
        let place = if several { format!("\t{}\t{}", mark.checkpoint, way(mark)) } else { String::new() };
        format!("{}\t{}{place}\n", mark.bib, records.zone.iso_ms(mark.at_ms))
    };
    written.records = good.len();
    written.bytes = good.into_iter().map(line).collect::<String>().into_bytes();
    written
}

/// Counts the records with a bib; those without are named.
fn unreadable(records: &Records) -> Written {
    let empty = records.marks.iter().map(|mark| mark.bib.as_str()).filter(|bib| bib.is_empty());
    let left_out = refused(empty, "it cannot be written without a bib");
    let count = records.marks.iter().filter(|mark| !mark.bib.is_empty()).count();
    Written { bytes: Vec::new(), records: count, left_out }
}
