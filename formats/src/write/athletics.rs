//! Result lists as World Athletics shows them: given name and FAMILY NAME, IOC nation, times in whole seconds.
//!
//! Invariant: any part of a second is rounded up, as results on the road are.

use super::{
    CourseOutcome, Line, Options, Outcome, WriteError, Written,
    cell::{Table, or_blank},
    text::columns,
    zone::{h_mm_ss, rounded_up_s},
};

/// Columns before the splits.
const COLUMNS: [&str; 5] = ["Place", "Bib", "Name", "Nat", "Time"];

pub(super) fn text(outcome: &Outcome) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let mut text = format!("{}\n{}\n", outcome.race, outcome.zone.date(outcome.start_ms));
    if outcome.is_provisional {
        text += "PROVISIONAL RESULTS: they may change\n";
    }
    for course in &outcome.courses {
        let rows = rows(course, &mut written);
        text += &format!("\n{}\n", course.name);
        text += &columns(&rows, &[&[0, 1], &*(4..rows[0].len()).collect::<Vec<_>>()].concat());
    }
    if outcome.is_provisional && !outcome.open.is_empty() {
        text += &format!("\nNot settled:\n  {}\n", outcome.open.join("\n  "));
    }
    written.bytes = text.into_bytes();
    Ok(written)
}

pub(super) fn csv(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut written = Written::default();
    let mut table = Table::new(options.has_mark);
    for course in &outcome.courses {
        let marking = if outcome.is_provisional { " (provisional)" } else { "" };
        table.row([format!("{}, {}{marking}", outcome.race, course.name)])?;
        rows(course, &mut written).into_iter().try_for_each(|row| table.row(row))?;
    }
    written.bytes = table.bytes()?;
    Ok(written)
}

/// The headings, then a row for each runner.
fn rows(course: &CourseOutcome, written: &mut Written) -> Vec<Vec<String>> {
    let (first, rest) = (course.places.first(), course.places.get(1..).unwrap_or_default());
    let between = &rest[..rest.len().saturating_sub(1)];
    let headings = COLUMNS.map(str::to_owned).into_iter().chain(between.iter().map(super::Place::heading));
    let mut rows = vec![headings.collect::<Vec<_>>()];
    let skipped = usize::from(first.is_some());
    for line in &course.lines {
        let nation = line.ioc().unwrap_or_else(|why| {
            written.left_out.push(why);
            ""
        });
        let own = [place(line), line.bib.clone(), name(line), nation.to_owned(), time(line)];
        let splits = line.splits.iter().skip(skipped).take(between.len());
        let splits = splits.map(|split| or_blank(split.map(|s| h_mm_ss(rounded_up_s(s.elapsed_ms)))));
        rows.push(own.into_iter().chain(splits).collect());
        written.records += 1;
    }
    rows
}

fn place(line: &Line) -> String {
    let letters = match line.letters() {
        Some("DSQ") => Some("DQ"),
        other => other,
    };
    line.place.map_or_else(|| or_blank(letters), |place| place.to_string())
}

fn time(line: &Line) -> String {
    or_blank(line.time_ms.filter(|_| line.place.is_some()).map(|ms| h_mm_ss(rounded_up_s(ms))))
}

/// `Chol Su KIM`; a name that was not told apart stays as it is.
fn name(line: &Line) -> String {
    match line.name.given.as_str() {
        "" => line.name.shown.clone(),
        given => format!("{given} {}", line.name.family.to_uppercase()).trim().to_owned(),
    }
}
