//! OpenSplitTime: raw times, as JSON and as CSV.
//!
//! Invariant: fields are found by name in any spelling (`splitName`, `split_name`), so a payload, an answer and a file of
//! the same raw time read as the same record.

use std::collections::BTreeMap;

use bibtrail_core::op::ScanKind;
use serde_json::Value;

use super::{
    Lines, Problem, Report, Table, bib,
    cells::{cell, plain},
    some, times,
};
use crate::record::{Record, What, When, of_bitkey};

/// What a CSV of raw times must have, beside a bib and a time.
pub(super) const COLUMNS: &[&str] = &["splitname"];

/// How exactly a phone of OpenSplitTime tells the time: it records whole seconds, however they are written.
const WITHIN_MS: u32 = 1_000;

/// The fields of a raw time, by their names in small letters.
struct Fields(BTreeMap<String, String>);

pub(super) fn json(lines: &Lines, report: &mut Report) {
    report.unit = "record";
    let (text, mut number) = (lines.whole(), 0);
    // A file may hold several bodies, one after the other. One that is cut off costs none before it.
    for body in serde_json::Deserializer::from_str(&text).into_iter::<Value>() {
        let list = match body {
            Ok(value) => records(value).into_iter().map(Ok).collect(),
            Err(error) => vec![Err(Problem::Json(error.to_string()))],
        };
        for value in list {
            number += 1;
            report.take(number, value.and_then(|value| fields(&value)).and_then(|fields| record(&fields)));
        }
    }
}

pub(super) fn csv(lines: &Lines, report: &mut Report) {
    let Some(table) = Table::find(lines, COLUMNS) else {
        return report.take(1, Err(Problem::NoHeading("splitName, bibNumber, enteredTime".to_owned())));
    };
    for row in &table.rows {
        let fields = row.cells.clone().map(|cells| {
            let pairs = table.headings().iter().enumerate();
            let pair = |(n, name): (usize, &String)| Some((name.clone(), cell(&cells, Some(n))?.to_owned()));
            Fields(pairs.filter_map(pair).collect())
        });
        report.take(row.number, fields.and_then(|fields| record(&fields)));
    }
}

/// The records of a payload (`data` is a list), of an answer about one, or of a bare list.
fn records(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Object(mut object) => match object.remove("data") {
            Some(data) => records(data),
            None => vec![Value::Object(object)],
        },
        other => vec![other],
    }
}

fn fields(value: &Value) -> Result<Fields, Problem> {
    let attributes = value.get("attributes").unwrap_or(value);
    let Some(object) = attributes.as_object() else {
        return Err(Problem::Json("a record is an object with the attributes of a raw time".to_owned()));
    };
    let text = |value: &Value| match value {
        Value::Null => None,
        Value::String(text) => some(text),
        // What is nested is kept as text, and refused where a field is read from it.
        other => Some(other.to_string()),
    };
    Ok(Fields(object.iter().filter_map(|(name, value)| Some((plain(name), text(value)?))).collect()))
}

fn record(fields: &Fields) -> Result<Record, Problem> {
    let bib = bib(fields.get(&["bibnumber", "bib"]).unwrap_or_default())?;
    let when = fields.when()?;
    if bib.is_empty() && when.is_none() {
        return Err(Problem::Nothing);
    }
    Ok(Record {
        what: What::Seen(fields.kind()?),
        when,
        with_pacer: fields.flag("withpacer", "withPacer")?,
        is_stopped: fields.flag("stoppedhere", "stoppedHere")?.unwrap_or_default(),
        source: fields.get(&["source"]).map(str::to_owned),
        note: fields.get(&["remarks"]).map(str::to_owned),
        ..Record::seen(bib, fields.get(&["splitname", "splitid"]).map(str::to_owned), None, None)
    })
}

impl Fields {
    fn get(&self, names: &[&str]) -> Option<&str> {
        names.iter().find_map(|name| self.0.get(*name)).map(String::as_str)
    }

    fn kind(&self) -> Result<Option<ScanKind>, Problem> {
        if let Some(text) = self.get(&["subsplitkind"]) {
            return match text.to_lowercase().as_str() {
                "in" => Ok(Some(ScanKind::In)),
                "out" => Ok(Some(ScanKind::Out)),
                _ => Err(Problem::cell("subSplitKind", text, "in or out")),
            };
        }
        let Some(text) = self.get(&["bitkey"]) else { return Ok(None) };
        let kind = text.parse().ok().and_then(of_bitkey);
        kind.map(Some).ok_or_else(|| Problem::cell("bitkey", text, "1 for in, 64 for out"))
    }

    /// The entered time if it tells a moment, else the one that the server made of it, else the time of day.
    fn when(&self) -> Result<Option<When>, Problem> {
        let entered = self.get(&["enteredtime"]);
        let entered = entered.map(|text| read_time("enteredTime", text)).transpose();
        if let Ok(Some(when @ When::Moment { .. })) = entered {
            return Ok(Some(when));
        }
        match self.get(&["absolutetime", "absolutetimeutc"]) {
            Some(text) => read_time("absoluteTime", text).map(Some),
            None => entered,
        }
    }

    fn flag(&self, name: &str, shown: &'static str) -> Result<Option<bool>, Problem> {
        let Some(text) = self.get(&[name]) else { return Ok(None) };
        match text.to_lowercase().as_str() {
            "true" | "1" => Ok(Some(true)),
            "false" | "0" => Ok(Some(false)),
            _ => Err(Problem::cell(shown, text, "true or false")),
        }
    }
}

fn read_time(column: &'static str, text: &str) -> Result<When, Problem> {
    let coarse = |within_ms: u32| within_ms.max(WITHIN_MS);
    match times::when(text) {
        Some(When::Moment { ms, within_ms }) => Ok(When::Moment { ms, within_ms: coarse(within_ms) }),
        Some(other) => Ok(other),
        None => Err(Problem::cell(column, text, "2023-08-09 09:16:01-06:00, or 09:16:01")),
    }
}
