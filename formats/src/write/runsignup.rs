//! RunSignup's results: a file to upload, or the body to post to `full-results`.
//!
//! Invariant: only who has a place is in it.

use serde::Serialize;

use super::{
    Line, Options, Outcome, WriteError, Written,
    cell::{Table, or_blank},
    zone::hh_mm_ss_hundredths,
};

pub(super) fn csv(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut table = Table::new(options.has_mark);
    table.row(["place", "bib_num", "first_name", "last_name", "gender", "age", "clock_time", "chip_time"])?;
    let mut written = Written { left_out: without_place(outcome), ..Written::default() };
    for line in placed(outcome) {
        table.row([
            or_blank(line.place),
            line.bib.clone(),
            line.name.given.clone(),
            line.name.family.clone(),
            or_blank(line.gender.as_ref()),
            or_blank(line.age),
            or_blank(line.gun_ms.map(hh_mm_ss_hundredths)),
            or_blank(line.net_ms.map(hh_mm_ss_hundredths)),
        ])?;
        written.records += 1;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    event_id: Option<u64>,
    result_set_name: &'static str,
    results: Vec<Row<'a>>,
}

#[derive(Serialize)]
struct Row<'a> {
    bib_num: &'a str,
    place: Option<usize>,
    clock_time: Option<String>,
    chip_time: Option<String>,
}

pub(super) fn json(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let row = |line: &'_ Line| (line.gun_ms.map(hh_mm_ss_hundredths), line.net_ms.map(hh_mm_ss_hundredths));
    let results: Vec<Row<'_>> = placed(outcome)
        .map(|line| {
            let (clock_time, chip_time) = row(line);
            Row { bib_num: &line.bib, place: line.place, clock_time, chip_time }
        })
        .collect();
    let records = results.len();
    let result_set_name = if outcome.is_provisional { "Provisional" } else { "Official" };
    let body = Body { event_id: options.event, result_set_name, results };
    let mut bytes = serde_json::to_vec_pretty(&body)?;
    bytes.push(b'\n');
    let mut left_out = without_place(outcome);
    if options.event.is_none() {
        left_out.push("no --event was given: RunSignup needs the number of the event".to_owned());
    }
    Ok(Written { bytes, records, left_out })
}

fn placed(outcome: &Outcome) -> impl Iterator<Item = &Line> {
    outcome.lines().map(|(_, line)| line).filter(|line| line.place.is_some())
}

fn without_place(outcome: &Outcome) -> Vec<String> {
    let lines = outcome.lines().map(|(_, line)| line).filter(|line| line.place.is_none());
    lines.map(|line| format!("bib {}: {}, so without a place", line.bib, line.state.as_str())).collect()
}
