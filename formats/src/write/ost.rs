//! OpenSplitTime's raw times: what its server takes by post, and the file that OST Remote exports.
//!
//! Invariant: what the server cannot take is never in a body: one such record would lose it the whole batch. A record
//! sent twice is one record: each body names the fields by which the server knows it again.
//!
//! Source: OpenSplitTime's API, `event_groups/{id}/import` with `jsonapi_batch`; the export of OST Remote 2.

use serde::Serialize;

use super::{Mark, Options, Records, WriteError, Written, cell::Table, records::refused};

/// So many records make a body, as OST Remote sends them.
const BATCH: usize = 300;

/// The longest bib that the server takes, in characters.
const BIB_MAX: usize = 6;

/// The fields by which the server knows a record again.
const UNIQUE_KEY: [&str; 7] =
    ["enteredTime", "splitName", "bitkey", "bibNumber", "source", "withPacer", "stoppedHere"];

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "uniqueKey")]
    unique_key: [&'static str; 7],
    data: Vec<Datum<'a>>,
}

#[derive(Serialize)]
struct Datum<'a> {
    r#type: &'static str,
    attributes: Attributes<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Attributes<'a> {
    bib_number: &'a str,
    split_name: &'a str,
    sub_split_kind: &'static str,
    entered_time: String,
    with_pacer: &'static str,
    stopped_here: &'static str,
    source: &'a str,
}

impl<'a> Attributes<'a> {
    fn of(records: &Records, mark: &'a Mark) -> Self {
        Self {
            bib_number: &mark.bib,
            split_name: &mark.place,
            sub_split_kind: way(mark),
            entered_time: records.zone.spaced(mark.at_ms),
            with_pacer: word(mark.has_pacer),
            stopped_here: word(mark.stopped_here),
            source: &mark.source,
        }
    }
}

pub(super) fn way(mark: &Mark) -> &'static str {
    if mark.is_out { "out" } else { "in" }
}

fn word(is_so: bool) -> &'static str {
    if is_so { "true" } else { "false" }
}

/// Whether the server takes the bib: digits, and `*` for what nobody could read.
fn takes(bib: &str) -> bool {
    (1..=BIB_MAX).contains(&bib.len()) && bib.bytes().all(|b| b.is_ascii_digit() || b == b'*')
}

/// The records that the server takes, and the bibs of the others.
fn sorted(records: &Records) -> (Vec<&Mark>, Vec<String>) {
    let (good, bad): (Vec<&Mark>, Vec<&Mark>) = records.marks.iter().partition(|mark| takes(&mark.bib));
    let why = "OpenSplitTime takes 1 to 6 digits or *";
    (good, refused(bad.iter().map(|mark| mark.bib.as_str()), why))
}

pub(super) fn json(records: &Records) -> Result<Written, WriteError> {
    let (marks, left_out) = sorted(records);
    let mut bytes = Vec::new();
    for batch in marks.chunks(BATCH) {
        let attributes = batch.iter().map(|mark| Attributes::of(records, mark));
        let data = attributes.map(|attributes| Datum { r#type: "raw_time", attributes });
        serde_json::to_writer(&mut bytes, &Body { unique_key: UNIQUE_KEY, data: data.collect() })?;
        bytes.push(b'\n');
    }
    Ok(Written { bytes, records: marks.len(), left_out })
}

pub(super) fn remote(records: &Records, options: &Options) -> Result<Written, WriteError> {
    let (marks, left_out) = sorted(records);
    let mut table = Table::new(options.has_mark);
    table.row([
        "splitName",
        "subSplitKind",
        "bibNumber",
        "enteredTime",
        "withPacer",
        "stoppedHere",
        "source",
    ])?;
    for mark in &marks {
        let Attributes {
            bib_number,
            split_name,
            sub_split_kind,
            entered_time,
            with_pacer,
            stopped_here,
            source,
        } = Attributes::of(records, mark);
        table.row([
            split_name,
            sub_split_kind,
            bib_number,
            &entered_time,
            with_pacer,
            stopped_here,
            source,
        ])?;
    }
    Ok(Written { bytes: table.bytes()?, records: marks.len(), left_out })
}
