//! Tally sheets: a checkpoint on paper, as a roster with boxes for times.
//!
//! Invariant: every entrant whose course comes by the checkpoint is on exactly one sheet, and every sheet carries the
//! name under which it becomes a source when somebody types it in.

use bibtrail_core::{
    ids::Key,
    op::ScanKind,
    passings::slots,
    race::{Checkpoint, RaceSetup},
    state::EntrantRow,
};

use crate::{
    PrintError,
    font::Fonts,
    page::{Align, Area, Paper, Printer, Sheet, Style},
    when::Calendar,
};

/// Lines for bibs that are not on the roster, at least so many on the last sheet.
const BLANK_MIN: usize = 12;

const ROW_MM: f32 = 7.0;
const BIB_MM: f32 = 17.0;
const HEAD_MM: f32 = 33.0;
const FOOT_MM: f32 = 9.0;
const MARGIN_MM: f32 = 11.0;

/// What is to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The race.
    pub setup: &'a RaceSetup,
    /// Everybody; who does not come by is left out.
    pub entrants: &'a [EntrantRow],
    /// A set of sheets for each.
    pub checkpoints: &'a [&'a Checkpoint],
    /// On what.
    pub paper: Paper,
}

/// The name of a sheet as a source of records: `paper arch sheet 2`.
#[must_use]
pub fn source_name(checkpoint: &Key, sheet: usize) -> String {
    format!("paper {checkpoint} sheet {sheet}")
}

/// Tally sheets, as PDF. `progress` hears how many checkpoints are done.
///
/// # Errors
/// When a character has no font.
pub fn pdf(job: &Job<'_>, fonts: &Fonts, progress: &mut dyn FnMut(usize)) -> Result<Vec<u8>, PrintError> {
    let mut printer = Printer::new(fonts, &format!("{} · tally sheets", job.setup.name));
    for (done, checkpoint) in (1..).zip(job.checkpoints) {
        station(&mut printer, job, checkpoint)?;
        progress(done);
    }
    printer.finish()
}

/// A line of a sheet.
enum Row<'a> {
    Heading(String),
    Entrant(&'a EntrantRow),
    Blank,
}

/// One sheet and its place among its like.
struct Place<'a> {
    checkpoint: &'a Checkpoint,
    number: usize,
    count: usize,
    columns: usize,
    boxes: &'a [String],
}

fn station(printer: &mut Printer<'_>, job: &Job<'_>, checkpoint: &Checkpoint) -> Result<(), PrintError> {
    let size = job.paper.size_mm();
    let boxes = boxes(job.setup, &checkpoint.key);
    let columns = if boxes.len() > 2 || job.paper == Paper::A5 { 1 } else { 2 };
    let per_column = rows_in(size.1 - HEAD_MM - FOOT_MM - 2.0 * MARGIN_MM);
    let mut rows = roster(job, &checkpoint.key, per_column);
    let per_sheet = per_column * columns;
    let filled = rows.len() + 1 + BLANK_MIN;
    let count = filled.div_ceil(per_sheet);
    rows.push(Row::Heading("Not on this list".to_owned()));
    rows.resize_with(count * per_sheet, || Row::Blank);
    for (number, rows) in (1..).zip(rows.chunks(per_sheet)) {
        let place = Place { checkpoint, number, count, columns, boxes: &boxes };
        printer.page(size, |sheet| {
            head(sheet, job.setup, &place, size);
            let inside = (size.0 - 2.0 * MARGIN_MM + 5.0) / from(columns);
            for (column, rows) in rows.chunks(per_column).enumerate() {
                let x = MARGIN_MM + inside * from(column);
                let area = Area::new(x, MARGIN_MM + HEAD_MM, inside - 5.0, ROW_MM * from(per_column));
                table(sheet, job.setup, rows, area, &boxes);
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// What the boxes of a line are called.
fn boxes(setup: &RaceSetup, checkpoint: &Key) -> Vec<String> {
    let here = |course| slots(course).into_iter().filter(|slot| slot.checkpoint == *checkpoint).collect();
    let passes: Vec<Vec<_>> = setup.courses.iter().map(here).collect();
    let Some(longest) = passes.iter().max_by_key(|slots| slots.len()) else { return vec!["Time".to_owned()] };
    let has_out = longest.iter().any(|slot| slot.kind == ScanKind::Out);
    let visits: Vec<usize> = longest.iter().map(|slot| slot.visit).collect();
    let name = |slot: &bibtrail_core::passings::Slot| {
        let word = match (has_out, slot.kind) {
            (false, _) => "Time",
            (true, ScanKind::In) => "In",
            (true, ScanKind::Out) => "Out",
        };
        let lap = visits
            .iter()
            .filter(|visit| **visit < slot.visit)
            .collect::<std::collections::BTreeSet<_>>()
            .len();
        let has_laps = visits.iter().any(|visit| *visit != slot.visit);
        if has_laps { format!("{word} {}", lap + 1) } else { word.to_owned() }
    };
    let names: Vec<String> = longest.iter().map(name).collect();
    if names.is_empty() { vec!["Time".to_owned()] } else { names }
}

/// Entrants who come by, with a heading where a hundred begins. A heading never stands last in a column.
fn roster<'a>(job: &Job<'a>, checkpoint: &Key, per_column: usize) -> Vec<Row<'a>> {
    let comes_by = |entrant: &&EntrantRow| {
        let course = job.setup.course(entrant.course.as_ref());
        course.is_none_or(|course| course.visits.iter().any(|visit| visit.checkpoint == *checkpoint))
    };
    let has_bib = |entrant: &&EntrantRow| entrant.bib.as_ref().is_some_and(|bib| !bib.is_empty());
    let mut entrants: Vec<&EntrantRow> = job.entrants.iter().filter(has_bib).filter(comes_by).collect();
    entrants.sort_by(|a, b| {
        let order = |e: &'a EntrantRow| (e.bib.as_ref().map(|bib| bib.list_order()), e.id);
        order(a).cmp(&order(b))
    });
    let mut rows = Vec::new();
    let mut current = None;
    for entrant in entrants {
        let group = group(entrant);
        if current.as_ref() != Some(&group) {
            if rows.len() % per_column == per_column - 1 {
                rows.push(Row::Blank);
            }
            rows.push(Row::Heading(group.clone()));
            current = Some(group);
        }
        rows.push(Row::Entrant(entrant));
    }
    rows
}

/// `100 – 199`; for other bibs the letters they begin with.
fn group(entrant: &EntrantRow) -> String {
    let bib = entrant.bib.as_ref().map_or("", |bib| bib.as_str());
    match bib.parse::<u64>() {
        Ok(number) => format!("{} – {}", number / 100 * 100, number / 100 * 100 + 99),
        Err(_) => {
            let letters: String = bib.chars().take_while(|c| !c.is_ascii_digit()).collect();
            if letters.is_empty() { bib.to_owned() } else { format!("{letters} …") }
        }
    }
}

fn head(sheet: &mut Sheet<'_, '_>, setup: &RaceSetup, place: &Place<'_>, (width, height): (f32, f32)) {
    let inside = width - 2.0 * MARGIN_MM;
    let (left, right) = (MARGIN_MM, width - MARGIN_MM);
    let calendar = Calendar::new(setup);
    let names = std::iter::once(&place.checkpoint.name).chain(place.checkpoint.names.values());
    let names = names.map(String::as_str).collect::<Vec<_>>().join("  ·  ");
    let number = format!("Sheet {} of {}", place.number, place.count);
    let taken =
        sheet.text(&number, (right, MARGIN_MM + 6.0), inside, Style::new(13.0).bold().align(Align::Right));
    sheet.fit(&names, (left, MARGIN_MM + 6.0), inside - taken - 6.0, 0.4, Style::new(18.0).bold());
    let race = format!("{}  ·  {}", setup.name, calendar.date(setup.start_ms));
    let source = format!("Source: {}", source_name(&place.checkpoint.key, place.number));
    let small = Style::new(9.0);
    let taken = sheet.text(&source, (right, MARGIN_MM + 12.0), inside, small.align(Align::Right));
    sheet.fit(&race, (left, MARGIN_MM + 12.0), inside - taken - 6.0, 0.4, small);
    let mut x = left;
    for (label, share) in [("Written by", 0.4), ("Clock compared with", 0.36), ("at", 0.24)] {
        let end = x + inside * share - 3.0;
        let taken = sheet.text(label, (x, MARGIN_MM + 22.0), inside, small.grey(50));
        sheet.rule((x + taken + 2.0, MARGIN_MM + 22.5), (end, MARGIN_MM + 22.5), 0.5, 90);
        x = end + 3.0;
    }
    let say = format!(
        "Times of day in {}, with seconds if you can: 14:02:31. Cross out what is wrong so that it stays readable.",
        calendar.zone()
    );
    sheet.fit(&say, (left, height - MARGIN_MM + 1.0), inside, 0.5, Style::new(8.0).grey(60));
    let columns = (inside + 5.0) / from(place.columns);
    for column in 0..place.columns {
        let area = Area::new(left + columns * from(column), MARGIN_MM + HEAD_MM, columns - 5.0, 0.0);
        let small = Style::new(8.0).bold();
        sheet.text("Bib", (area.x + 1.0, area.y - 1.6), BIB_MM, small);
        sheet.text("Name", (area.x + BIB_MM + 1.0, area.y - 1.6), BIB_MM, small);
        for (n, name) in place.boxes.iter().enumerate() {
            let (x, width) = box_at(&area, place.boxes.len(), n);
            sheet.fit(name, (x + width / 2.0, area.y - 1.6), width, 0.5, small.align(Align::Middle));
        }
    }
}

fn box_at(area: &Area, boxes: usize, n: usize) -> (f32, f32) {
    let width = if boxes == 1 { 30.0 } else { 23.0 };
    (area.right() - width * from(boxes - n), width)
}

fn table(sheet: &mut Sheet<'_, '_>, setup: &RaceSetup, rows: &[Row<'_>], area: Area, boxes: &[String]) {
    for (n, row) in rows.iter().enumerate() {
        let top = area.y + ROW_MM * from(n);
        let base = top + ROW_MM * 0.69;
        if let Row::Heading(text) = row {
            sheet.block(Area::new(area.x, top, area.width, ROW_MM), 225);
            sheet.fit(text, (area.x + 1.5, base), area.width, 0.5, Style::new(9.0).bold());
        } else {
            for n in 0..boxes.len() {
                let (x, width) = box_at(&area, boxes.len(), n);
                sheet.frame(Area::new(x, top, width, ROW_MM), 0.4, 120);
            }
        }
        sheet.rule((area.x, top), (area.right(), top), 0.4, 120);
        if let Row::Entrant(entrant) = row {
            let bib = entrant.bib.as_ref().map_or("", |bib| bib.as_str());
            // Never cut: half a bib is another bib.
            sheet.fit(bib, (area.x + 1.0, base), BIB_MM - 2.0, 0.0, Style::new(12.0).bold());
            let left = area.x + BIB_MM;
            let room = box_at(&area, boxes.len(), 0).0 - left - 1.5;
            let course = setup.course(entrant.course.as_ref()).filter(|_| setup.courses.len() > 1);
            let name =
                course.map_or_else(|| entrant.name.clone(), |c| format!("{} · {}", entrant.name, c.name));
            sheet.fit(&name, (left, base), room, 0.72, Style::new(8.5));
        }
        if matches!(row, Row::Blank) {
            sheet.rule((area.x + BIB_MM - 1.0, top), (area.x + BIB_MM - 1.0, top + ROW_MM), 0.4, 120);
        }
    }
    let (top, bottom) = (area.y, area.y + ROW_MM * from(rows.len()));
    sheet.frame(Area::new(area.x, top, area.width, bottom - top), 0.9, 0);
}

/// How many rows this height holds.
#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is a few hundred millimetres high"
)]
fn rows_in(height_mm: f32) -> usize {
    ((height_mm / ROW_MM) as usize).max(4)
}

#[allow(clippy::cast_precision_loss, reason = "columns, rows and boxes of a page")]
fn from(count: usize) -> f32 {
    count as f32
}

#[cfg(test)]
mod tests {
    use bibtrail_core::{
        ids::{Bib, EntrantId},
        state::EntrantRow,
    };

    #[test]
    fn groups() {
        let group = |bib: &str| {
            let bib = Bib::new(bib).ok();
            super::group(&EntrantRow { bib, ..EntrantRow::new(EntrantId::from_random([0; 16])) })
        };
        let shown: Vec<_> = ["7", "100", "0199", "12345", "W1", "M-7", "가9"].map(group).into();
        assert_eq!(shown, ["0 – 99", "100 – 199", "100 – 199", "12300 – 12399", "W …", "M- …", "가 …"]);
    }
}
