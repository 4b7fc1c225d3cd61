//! Webscorer's results: tab-separated text, as their site takes it.
//!
//! Invariant: one line a runner; no cell holds a tab or line break.

use bibtrail_core::results::State;

use super::{Line, Options, Outcome, WriteError, Written, cell::or_blank, text::utf16, zone::h_mm_ss_part};
use crate::cell::harmless;

const COLUMNS: [&str; 10] =
    ["Place", "Bib", "Last name", "First name", "Team name", "Age", "Time", "Category", "Distance", "Gender"];

pub(super) fn write(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut text = COLUMNS.join("\t") + "\r\n";
    let mut written = Written::default();
    for (course, line) in outcome.lines() {
        let cells = [
            place(line),
            line.bib.clone(),
            line.name.family.clone(),
            line.name.given.clone(),
            or_blank(line.team.as_ref()),
            or_blank(line.age),
            or_blank(line.time_ms.filter(|_| line.place.is_some()).map(h_mm_ss_part)),
            or_blank(line.category.as_ref()),
            course.name.clone(),
            or_blank(line.gender.as_ref().filter(|gender| *gender != "X")),
        ];
        // A quote at the beginning of a cell would swallow tabs.
        let cells = cells.map(|cell| harmless(&cell).replace('"', "”"));
        text.push_str(&cells.join("\t"));
        text.push_str("\r\n");
        written.records += 1;
        if place(line).is_empty() {
            written.left_out.push(format!(
                "bib {}: {}, so the place is empty",
                line.bib,
                line.state.as_str()
            ));
        }
    }
    written.bytes = if options.is_utf8 { format!("\u{feff}{text}").into_bytes() } else { utf16(&text) };
    Ok(written)
}

/// The place, or why there is none in Webscorer's words: who came in too late has no place there.
fn place(line: &Line) -> String {
    match line.state {
        State::OverTime => "DNP".to_owned(),
        _ => line.place.map_or_else(|| or_blank(line.letters()), |place| place.to_string()),
    }
}
