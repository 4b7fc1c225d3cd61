//! ITRA's workbook: one line a participant, from cell A1.
//!
//! Invariant: every cell is text as it is to be read; runners who did not start are not in it.
//!
//! Source: the guideline for result files on itra.run, and its newer form, which wants `DNF` in the ranking.

use bibtrail_core::results::State;
use rust_xlsxwriter::Format as CellFormat;

use super::{
    Line, Options, Outcome, WriteError, Written,
    cell::or_blank,
    tables::begin,
    zone::{hh_mm_ss, whole_s},
};

/// The heading of bibs where nobody says otherwise; another page of ITRA's says `Bib no.`.
const BIB_HEADING: &str = "Bib number";

pub(super) fn write(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut workbook = begin(outcome, options);
    let sheet = workbook.add_worksheet();
    if outcome.is_provisional {
        // Above the headings there is no room: they must stand in the first row.
        sheet.set_name("Provisional")?;
    }
    let bib = options.bib_heading.as_deref().unwrap_or(BIB_HEADING);
    let headings =
        ["Ranking", "Time", "Family name", "First name", "Gender", "Birthdate", "Nationality", bib, "City"];
    let mut written = Written::default();
    let mut rows = vec![headings.map(str::to_owned)];
    for (_, line) in outcome.lines() {
        rows.extend(cells(line, &mut written.left_out));
    }
    written.records = rows.len() - 1;
    let text = CellFormat::new().set_num_format("@");
    for (row, cells) in (0u32..).zip(&rows) {
        for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string_with_format(row, column, cell, &text)?;
        }
    }
    written.bytes = workbook.save_to_buffer()?;
    Ok(written)
}

/// The cells of one participant; nothing, with the reason, for who is no participant or still on the way.
fn cells(line: &Line, left_out: &mut Vec<String>) -> Option<[String; 9]> {
    let (ranking, time) = match line.state {
        State::Finished => (or_blank(line.place), or_blank(line.time_ms.map(|ms| hh_mm_ss(whole_s(ms))))),
        State::Dropped | State::OverTime => ("DNF".to_owned(), String::new()),
        State::Disqualified | State::DidNotStart | State::NotStarted | State::OnCourse => {
            left_out.push(format!("bib {}: {}, so not in ITRA's list", line.bib, line.state.as_str()));
            return None;
        }
    };
    let nation = line.ioc().unwrap_or_else(|why| {
        left_out.push(why);
        ""
    });
    let gender = line.gender.as_deref().filter(|gender| matches!(*gender, "M" | "F"));
    Some([
        ranking,
        time,
        line.name.family.clone(),
        line.name.given.clone(),
        or_blank(gender),
        String::new(),
        nation.to_owned(),
        line.bib.clone(),
        String::new(),
    ])
}
