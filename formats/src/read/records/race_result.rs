//! RACE RESULT: bodies of its exporter ("raw data record"), one a line, in a list, or a single one.
//!
//! Invariant: a passing has the time that the box gave it; without one it is refused.

use serde_json::Value;

use super::{Lines, Problem, Report, bib, some, times};
use crate::record::{Record, When};

pub(super) fn read(lines: &Lines, report: &mut Report) {
    let whole = lines.whole();
    match serde_json::from_str::<Value>(&whole) {
        Ok(Value::Array(list)) => {
            report.unit = "record";
            (1..).zip(&list).for_each(|(number, value)| report.take(number, passing(value)));
        }
        Ok(value) => report.take(1, passing(&value)),
        Err(error) if whole.trim_start().starts_with('[') => {
            report.take(error.line() as u64, Err(Problem::Json(error.to_string())));
        }
        Err(_) => {
            for (number, text) in lines.texts() {
                let value = serde_json::from_str::<Value>(text.trim().trim_end_matches(','));
                let value = value.map_err(|error| Problem::Json(error.to_string()));
                report.take(number, value.and_then(|value| passing(&value)));
            }
        }
    }
}

fn passing(value: &Value) -> Result<Record, Problem> {
    let text = |value: Option<&Value>| match value {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) => some(text),
        Some(other) => Some(other.to_string()),
    };
    if !value.is_object() {
        return Err(Problem::Json("a passing is an object with Bib, TimingPoint and Passing".to_owned()));
    }
    let details = value.get("Passing");
    let time = text(details.and_then(|details| details.get("UTCTime"))).unwrap_or_default();
    let when = match times::when(&time) {
        Some(when @ When::Moment { .. }) => when,
        _ => return Err(Problem::cell("UTCTime", &time, "2026-03-01T13:46:42.611-06:00")),
    };
    // The box says 0 for a chip that belongs to nobody. A bib that is a text is what it says.
    let bib = match value.get("Bib") {
        Some(Value::Number(number)) if number.as_i64().is_some_and(|number| number <= 0) => bib("")?,
        given => bib(&text(given).unwrap_or_default())?,
    };
    let device = text(details.and_then(|details| details.get("DeviceID")));
    Ok(Record {
        source: device.map(|device| format!("RACE RESULT {device}")),
        ..Record::seen(bib, text(value.get("TimingPoint")), None, Some(when))
    })
}
