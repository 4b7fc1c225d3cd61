//! Results on paper: standings by course, then a page of charts for each.
//!
//! Invariant: every runner of a course is on exactly one line, and every page says whether the results are official.

use bibtrail_core::{
    race::RaceSetup,
    results::{CourseResults, Results},
    time::span,
    view::{CourseStandings, GroupLine, Line, Standings},
};
use krilla::geom::{Size, Transform};
use krilla_svg::{SurfaceExt, SvgSettings};

use crate::{
    PrintError,
    chart::{self, Chart},
    font::Fonts,
    page::{Align, MM, Paper, Printer, Sheet, Style},
    when::Calendar,
};

const MARGIN_MM: f32 = 13.0;
const HEAD_MM: f32 = 21.0;
const ROW_MM: f32 = 5.6;

/// What is to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The race.
    pub setup: &'a RaceSetup,
    /// Its results.
    pub results: &'a Results,
    /// Only the course of this key.
    pub course: Option<&'a str>,
    /// What they amount to: what stands on the lines, and which courses are official. Pages of the others say that they
    /// are provisional, and why.
    pub standings: &'a Standings,
    /// On what.
    pub paper: Paper,
}

/// Results, as PDF.
///
/// # Errors
/// When a character has no font.
pub fn pdf(job: &Job<'_>, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let standings = job.standings;
    let is_wanted = |key: &str| job.course.is_none_or(|wanted| wanted == key);
    let mut printer = Printer::new(fonts, &format!("{} · results", job.setup.name));
    for (course, shown) in job.results.courses.iter().zip(&standings.courses) {
        if is_wanted(course.course.key.as_str()) && !shown.lines.is_empty() {
            tables(&mut printer, job, shown)?;
            charts(&mut printer, job, (course, shown), fonts)?;
        }
    }
    if job.course.is_none() && !standings.others.is_empty() {
        let name = "Bibs nobody entered under, and entrants without a course".to_owned();
        let lines = standings.others.clone();
        let others = CourseStandings {
            course: String::new(),
            name,
            counts: Vec::new(),
            lines,
            teams: Vec::new(),
            nations: Vec::new(),
            team_score: job.setup.rules.team_score,
            is_official: false,
            provisional: Vec::new(),
        };
        tables(&mut printer, job, &others)?;
    }
    printer.finish()
}

/// A line of a table: a heading, a runner, why their line wants a second look, a team or nation.
enum Row<'a> {
    Heading(String),
    Runner(&'a Line),
    Doubts(String),
    Group(&'a GroupLine),
}

fn tables(printer: &mut Printer<'_>, job: &Job<'_>, course: &CourseStandings) -> Result<(), PrintError> {
    let (width, height) = job.paper.size_mm();
    let mut rows: Vec<Row<'_>> = Vec::new();
    let mut state = "finished";
    for line in &course.lines {
        if line.state != state {
            state = line.state;
            let count = course.lines.iter().filter(|other| other.state == state).count();
            rows.push(Row::Heading(format!("{} · {count}", capital(state))));
        }
        rows.push(Row::Runner(line));
        rows.extend((!line.doubts.is_empty()).then(|| Row::Doubts(line.doubts_told().join(", "))));
    }
    for (title, groups) in [("Teams", &course.teams), ("Nations", &course.nations)] {
        if !groups.is_empty() {
            rows.push(Row::Heading(format!("{title} · by the sum of the best {}", course.team_score)));
            rows.extend(groups.iter().map(Row::Group));
        }
    }
    let per_page = rows_in(height - 2.0 * MARGIN_MM - HEAD_MM - 6.0);
    let pages = rows.chunks(per_page).count();
    for (number, rows) in (1..).zip(rows.chunks(per_page)) {
        printer.page((width, height), |sheet| {
            head(sheet, job, course, &format!("page {number} of {pages}"));
            titles(sheet, width, MARGIN_MM + HEAD_MM);
            for (n, row) in (1_u16..).zip(rows) {
                draw(sheet, job, row, width, MARGIN_MM + HEAD_MM + ROW_MM * f32::from(n));
            }
            Ok(())
        })?;
    }
    Ok(())
}

fn head(sheet: &mut Sheet<'_, '_>, job: &Job<'_>, course: &CourseStandings, page: &str) {
    let (width, height) = job.paper.size_mm();
    let (left, right, inside) = (MARGIN_MM, width - MARGIN_MM, width - 2.0 * MARGIN_MM);
    let calendar = Calendar::new(job.setup);
    let mark = if course.is_official { "OFFICIAL RESULTS" } else { "PROVISIONAL RESULTS" };
    let style = Style::new(12.0).bold().align(Align::Right);
    let taken = sheet.text(mark, (right, MARGIN_MM + 5.0), inside, style);
    let why = Style::new(8.0).grey(60).align(Align::Right);
    sheet.fit(&course.provisional.join(", "), (right, MARGIN_MM + 9.0), inside * 0.45, 0.5, why);
    sheet.fit(&course.name, (left, MARGIN_MM + 6.0), inside - taken - 6.0, 0.5, Style::new(19.0).bold());
    let date = calendar.date(job.setup.start_ms);
    let by = match job.setup.rank_by {
        bibtrail_core::race::RankBy::Gun => "ranked by gun time",
        bibtrail_core::race::RankBy::Net => "ranked by net time",
    };
    let say = format!("{}  ·  {date}  ·  {by}", job.setup.name);
    sheet.fit(&say, (left, MARGIN_MM + 12.0), inside, 0.5, Style::new(9.5).grey(60));
    let last = last_record_ms(job.results).map(|ms| calendar.second(ms, job.setup.start_ms));
    let known = last.map_or_else(String::new, |last| format!("Records up to {last} ({})", calendar.zone()));
    let small = Style::new(8.0).grey(60);
    sheet.text(&known, (left, height - MARGIN_MM + 3.0), inside * 0.7, small);
    sheet.text(page, (right, height - MARGIN_MM + 3.0), inside, small.align(Align::Right));
}

fn last_record_ms(results: &Results) -> Option<i64> {
    let passings = results.runners().flat_map(|(_, runner)| runner.passings.iter().flatten());
    passings.map(|passing| passing.time_ms).max()
}

/// The columns: heading, where it begins as a share of the width, how wide, and whether numbers stand to the right.
const COLUMNS: [(&str, f32, f32, bool); 9] = [
    ("Place", 0.0, 0.055, true),
    ("Bib", 0.06, 0.07, true),
    ("Name", 0.143, 0.227, false),
    ("Age", 0.37, 0.055, false),
    ("Category", 0.427, 0.113, false),
    ("Nation", 0.54, 0.085, false),
    ("Team", 0.627, 0.16, false),
    ("Net", 0.787, 0.105, true),
    ("Gun", 0.895, 0.105, true),
];

fn cell(sheet: &mut Sheet<'_, '_>, width: f32, base: f32, column: usize, text: &str, style: Style) {
    let inside = width - 2.0 * MARGIN_MM;
    let (_, start, share, is_right) = COLUMNS[column];
    let (x, room) = (MARGIN_MM + inside * start, inside * share - 1.2);
    // A bib is never cut: half a bib is another bib.
    let least = if column == 1 { 0.0 } else { 0.7 };
    if is_right {
        sheet.fit(text, (x + inside * share, base), room, least, style.align(Align::Right));
    } else {
        sheet.fit(text, (x, base), room, least, style);
    }
}

fn titles(sheet: &mut Sheet<'_, '_>, width: f32, y: f32) {
    for (column, (title, ..)) in COLUMNS.iter().enumerate() {
        cell(sheet, width, y - 1.5, column, title, Style::new(8.0).bold());
    }
    sheet.rule((MARGIN_MM, y), (width - MARGIN_MM, y), 1.0, 0);
}

fn draw(sheet: &mut Sheet<'_, '_>, job: &Job<'_>, row: &Row<'_>, width: f32, base: f32) {
    let y = base - 1.6;
    match row {
        Row::Heading(text) => {
            sheet.text(text, (MARGIN_MM, y), width - 2.0 * MARGIN_MM, Style::new(10.0).bold());
            sheet.rule((MARGIN_MM, base), (width - MARGIN_MM, base), 0.6, 90);
        }
        Row::Runner(line) => {
            runner(sheet, job, line, width, y);
            sheet.rule((MARGIN_MM, base), (width - MARGIN_MM, base), 0.25, 190);
        }
        Row::Doubts(text) => {
            let inside = width - 2.0 * MARGIN_MM;
            let at = (MARGIN_MM + inside * COLUMNS[2].1, y);
            sheet.fit(text, at, inside * (1.0 - COLUMNS[2].1), 0.5, Style::new(8.0).grey(60));
        }
        Row::Group(line) => {
            group(sheet, line, width, y);
            sheet.rule((MARGIN_MM, base), (width - MARGIN_MM, base), 0.25, 190);
        }
    }
}

/// A team or nation: its place, its name, whose times were counted, and their sum; or how many have finished, while they
/// are too few.
fn group(sheet: &mut Sheet<'_, '_>, line: &GroupLine, width: f32, y: f32) {
    let (inside, style) = (width - 2.0 * MARGIN_MM, Style::new(8.8));
    let place = line.rank.map(|rank| rank.to_string()).unwrap_or_default();
    cell(sheet, width, y, 0, &place, style.bold());
    sheet.fit(&line.name, (MARGIN_MM + inside * COLUMNS[1].1, y), inside * 0.36, 0.6, style);
    let bibs = (MARGIN_MM + inside * COLUMNS[4].1, y);
    sheet.fit(&line.scorers.join(", "), bibs, inside * 0.36, 0.4, style);
    let too_few = || format!("{} of {} finished", line.finishers, line.entrants);
    let time = line.time_ms.map_or_else(too_few, span);
    sheet.fit(&time, (width - MARGIN_MM, y), inside * 0.2, 0.6, style.bold().align(Align::Right));
}

fn runner(sheet: &mut Sheet<'_, '_>, job: &Job<'_>, line: &Line, width: f32, y: f32) {
    let ranked = |value: Option<&String>, rank: Option<usize>| match (value, rank) {
        (Some(value), Some(rank)) => format!("{value} ({rank})"),
        (Some(value), None) => value.clone(),
        (None, _) => String::new(),
    };
    let style = Style::new(8.8);
    let place = line.rank.map(|rank| rank.to_string()).unwrap_or_default();
    let age = line.age.map(|age| age.to_string()).unwrap_or_default();
    let who = match &line.gender {
        Some(gender) => format!("{gender} {age}"),
        None => age,
    };
    cell(sheet, width, y, 0, &place, style.bold());
    cell(sheet, width, y, 1, &line.bib, style);
    cell(sheet, width, y, 2, &line.name, style);
    cell(sheet, width, y, 3, who.trim(), style);
    cell(sheet, width, y, 4, &ranked(line.category.as_ref(), line.category_rank), style);
    cell(sheet, width, y, 5, &ranked(line.nation.as_ref(), line.nation_rank), style);
    cell(sheet, width, y, 6, &ranked(line.team.as_ref(), line.team_rank), style);
    if line.net_ms.is_some() && line.rank.is_some() {
        cell(sheet, width, y, 7, &line.net_ms.map(span).unwrap_or_default(), style.bold());
        cell(sheet, width, y, 8, &line.gun_ms.map(span).unwrap_or_default(), style);
    } else if let (Some(place), Some(ms)) = (&line.last_seen, line.last_seen_ms) {
        let inside = width - 2.0 * MARGIN_MM;
        let last = Calendar::new(job.setup).second(ms, job.setup.start_ms);
        let at = (width - MARGIN_MM, y);
        sheet.fit(&format!("{last}  {place}"), at, inside * 0.19, 0.55, style.align(Align::Right));
    }
}

fn charts(
    printer: &mut Printer<'_>,
    job: &Job<'_>,
    (course, shown): (&CourseResults, &CourseStandings),
    fonts: &Fonts,
) -> Result<(), PrintError> {
    let (width, height) = job.paper.size_mm();
    let chart = Chart { width_px: 900, height_px: 600, ..Chart::new(job.setup, course) };
    if course.runners.iter().all(|runner| runner.last_slot().is_none()) {
        return Ok(());
    }
    let pictures = [chart::splits(&chart), chart::rates(&chart)];
    let trees = pictures.iter().map(|svg| chart::tree(svg, fonts)).collect::<Result<Vec<_>, _>>()?;
    printer.page((width, height), |sheet| {
        head(sheet, job, shown, "charts");
        let mut top = MARGIN_MM + HEAD_MM - 3.0;
        for tree in &trees {
            let across = width - 2.0 * MARGIN_MM;
            let down = across * tree.size().height() / tree.size().width();
            if let Some(size) = Size::from_wh(across * MM, down * MM) {
                sheet.surface.push_transform(&Transform::from_translate(MARGIN_MM * MM, top * MM));
                let _drawn = sheet.surface.draw_svg(tree, size, SvgSettings::default());
                sheet.surface.pop();
            }
            top += down + 6.0;
        }
        Ok(())
    })
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a page is a few hundred millimetres high"
)]
fn rows_in(height_mm: f32) -> usize {
    ((height_mm / ROW_MM) as usize).max(4)
}
