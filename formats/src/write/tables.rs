//! Our own tables, as CSV and as a workbook: runners with their splits, teams, nations.
//!
//! Invariant: each line says whether it is official, and why it wants a second look; the workbook's sheets hold the cells
//! of the CSV files.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format as CellFormat, Workbook};

use super::{
    CourseOutcome, GroupLine, Line, Options, Outcome, WriteError, Written,
    cell::{Table, or_blank},
    zone::h_mm_ss_part,
};

/// The columns of runners, before the splits.
const RUNNERS: [&str; 19] = [
    "course",
    "place",
    "bib",
    "name",
    "given_name",
    "family_name",
    "gender",
    "age",
    "category",
    "nation",
    "team",
    "state",
    "time",
    "gun_time",
    "net_time",
    "gender_place",
    "category_place",
    "marking",
    "doubts",
];

/// Whose sums a table holds: a heading, and where they stand.
type Groups = (&'static str, fn(&CourseOutcome) -> &[GroupLine]);

const TEAMS: Groups = ("team", |course| &course.teams);
const NATIONS: Groups = ("nation", |course| &course.nations);

type Rows = Vec<Vec<String>>;

pub(super) fn runners_csv(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    csv(&runners(outcome), options)
}

pub(super) fn teams_csv(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    csv(&groups(outcome, TEAMS), options)
}

pub(super) fn nations_csv(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    csv(&groups(outcome, NATIONS), options)
}

fn csv(rows: &Rows, options: &Options) -> Result<Written, WriteError> {
    let mut table = Table::new(options.has_mark);
    rows.iter().try_for_each(|row| table.row(row))?;
    Ok(Written { bytes: table.bytes()?, records: rows.len().saturating_sub(1), left_out: Vec::new() })
}

/// A workbook with a sheet for each table. Every cell is text, so no name is a formula.
pub(super) fn xlsx(outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    let mut workbook = begin(outcome, options);
    let text = CellFormat::new().set_num_format("@");
    let runners = runners(outcome);
    let sheets =
        [("Results", &runners), ("Teams", &groups(outcome, TEAMS)), ("Nations", &groups(outcome, NATIONS))];
    for (name, rows) in sheets {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        for (row, cells) in (0u32..).zip(rows) {
            for (column, cell) in (0u16..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string_with_format(row, column, cell, &text)?;
            }
        }
    }
    Ok(Written { bytes: workbook.save_to_buffer()?, records: runners.len() - 1, left_out: Vec::new() })
}

/// A workbook that says what it is of. The same results are the same bytes: the library would write the machine's time.
pub(super) fn begin(outcome: &Outcome, options: &Options) -> Workbook {
    let mut workbook = Workbook::new();
    let made = ExcelDateTime::from_timestamp(options.now_ms.div_euclid(1000)).ok();
    let made = made.or_else(|| ExcelDateTime::from_timestamp(0).ok());
    let mut properties = DocProperties::new().set_title(&outcome.race);
    if let Some(made) = &made {
        properties = properties.set_creation_datetime(made);
    }
    if outcome.is_provisional {
        properties = properties.set_status("provisional").set_comment("Provisional results: they may change");
    }
    workbook.set_properties(&properties);
    workbook
}

fn runners(outcome: &Outcome) -> Rows {
    let mut headings: Vec<String> = Vec::new();
    for heading in outcome.courses.iter().flat_map(|c| c.places.iter().map(super::Place::heading)) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    let mut rows = vec![RUNNERS.into_iter().map(str::to_owned).chain(headings.iter().cloned()).collect()];
    for (course, line) in outcome.lines() {
        let places: Vec<String> = course.places.iter().map(super::Place::heading).collect();
        let split = |heading: &String| {
            let n = places.iter().position(|place| place == heading)?;
            line.splits.get(n).copied().flatten()
        };
        let splits =
            headings.iter().map(|heading| or_blank(split(heading).map(|s| h_mm_ss_part(s.elapsed_ms))));
        rows.push(own_cells(outcome, course, line).into_iter().chain(splits).collect());
    }
    rows
}

fn own_cells(outcome: &Outcome, course: &CourseOutcome, line: &Line) -> [String; 19] {
    [
        course.key.clone(),
        or_blank(line.place),
        line.bib.clone(),
        line.name.shown.clone(),
        line.name.given.clone(),
        if line.name.given.is_empty() { String::new() } else { line.name.family.clone() },
        or_blank(line.gender.as_ref()),
        or_blank(line.age),
        or_blank(line.category.as_ref()),
        or_blank(line.nation.as_ref()),
        or_blank(line.team.as_ref()),
        line.state.as_str().to_owned(),
        or_blank(line.time_ms.map(h_mm_ss_part)),
        or_blank(line.gun_ms.map(h_mm_ss_part)),
        or_blank(line.net_ms.map(h_mm_ss_part)),
        or_blank(line.gender_place),
        or_blank(line.category_place),
        course.marking(outcome).to_owned(),
        line.doubts.join("; "),
    ]
}

fn groups(outcome: &Outcome, (title, of): Groups) -> Rows {
    let headings = ["course", "place", title, "time", "finished", "entered", "counted", "marking"];
    let mut rows: Rows = vec![headings.map(str::to_owned).into()];
    for course in &outcome.courses {
        for group in of(course) {
            rows.push(vec![
                course.key.clone(),
                or_blank(group.rank),
                group.name.clone(),
                or_blank(group.time_ms.map(h_mm_ss_part)),
                group.finishers.to_string(),
                group.entrants.to_string(),
                group.scorers.join(" "),
                course.marking(outcome).to_owned(),
            ]);
        }
    }
    rows
}
