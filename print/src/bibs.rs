//! Bib sheets: what runners wear, with a code that phones read.
//!
//! Invariant: the QR code and the Code 128 of a bib hold the bib's text and nothing else.

use bibtrail_core::{ids::Bib, race::RaceSetup, state::EntrantRow};

use crate::{
    PrintError, code,
    font::Fonts,
    page::{Align, Area, Paper, Printer, Sheet, Style},
};

/// Which codes a bib has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codes {
    /// A QR code.
    Qr,
    /// A Code 128: for laser scanners. Letters without accents, digits and signs only.
    Code128,
    /// Both; the QR code alone where Code 128 does not hold the bib.
    Both,
}

/// What is to be printed.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The race.
    pub setup: &'a RaceSetup,
    /// Who; those without a bib are left out. Printed in the order of their bibs.
    pub entrants: &'a [EntrantRow],
    /// On what.
    pub paper: Paper,
    /// Bibs to a page: 1, 2, 4 or 8.
    pub per_page: usize,
    /// With which codes.
    pub codes: Codes,
    /// Whether to show where to cut.
    pub crop_marks: bool,
}

/// Sheets of bibs, as PDF. `progress` hears how many bibs are done.
///
/// # Errors
/// When a character has no font, a bib does not fit its code, or `per_page` is none of 1, 2, 4, 8.
pub fn pdf(job: &Job<'_>, fonts: &Fonts, progress: &mut dyn FnMut(usize)) -> Result<Vec<u8>, PrintError> {
    let (across, down) = grid(job.per_page)?;
    let (short, long) = job.paper.size_mm();
    let size = if across == down { (long, short) } else { (short, long) };
    let (width, height) = (size.0 / f32::from(across), size.1 / f32::from(down));
    let mut wearers: Vec<(&Bib, &EntrantRow)> = job
        .entrants
        .iter()
        .filter_map(|e| Some((e.bib.as_ref().filter(|bib| !bib.is_empty())?, e)))
        .collect();
    wearers.sort_by(|a, b| (a.0.list_order(), a.1.id).cmp(&(b.0.list_order(), b.1.id)));
    let places: Vec<Area> = (0..down)
        .flat_map(|row| (0..across).map(move |column| (row, column)))
        .map(|(row, column)| Area::new(f32::from(column) * width, f32::from(row) * height, width, height))
        .collect();
    let mut printer = Printer::new(fonts, &format!("{} · bibs", job.setup.name));
    let mut done = 0;
    for page in wearers.chunks(job.per_page) {
        printer.page(size, |sheet| {
            for ((bib, entrant), area) in page.iter().zip(&places) {
                card(sheet, job, bib, entrant, *area)?;
            }
            if job.crop_marks {
                cuts(sheet, size, (across, down));
            }
            Ok(())
        })?;
        done += page.len();
        progress(done);
    }
    printer.finish()
}

/// Columns and rows: cards are always wider than high.
fn grid(per_page: usize) -> Result<(u8, u8), PrintError> {
    match per_page {
        1 => Ok((1, 1)),
        2 => Ok((1, 2)),
        4 => Ok((2, 2)),
        8 => Ok((2, 4)),
        other => Err(PrintError::PerPage(other)),
    }
}

/// From the top: race and course, the bib, then name and codes. Everything follows from the card's height.
fn card(
    sheet: &mut Sheet<'_, '_>,
    job: &Job<'_>,
    bib: &Bib,
    entrant: &EntrantRow,
    area: Area,
) -> Result<(), PrintError> {
    // What printers leave white at the edges, and a little for the scissors.
    let inside = area.inset((area.height * 0.055).max(5.5));
    let unit = inside.height / 100.0;
    let band = Area::new(inside.x, inside.y, inside.width, unit * 13.0);
    sheet.block(band, 0);
    let white = Style::new(unit * 6.2 * POINTS).grey(255);
    let base = band.y + unit * 8.8;
    let course = job.setup.course(entrant.course.as_ref()).map_or("", |course| course.name.as_str());
    let right = white.bold().align(Align::Right);
    let taken = sheet.fit(course, (band.right() - unit * 3.0, base), band.width * 0.4, 0.5, right);
    let left = band.width - taken - unit * 10.0;
    sheet.fit(&job.setup.name, (band.x + unit * 3.0, base), left, 0.5, white);

    let number = Style::new(unit * 62.0 * POINTS).bold().align(Align::Middle);
    number_in(sheet, bib.as_str(), Area::new(inside.x, band.bottom(), inside.width, unit * 52.0), number);

    let foot = Area::new(inside.x, inside.y + unit * 66.0, inside.width, unit * 34.0);
    let codes = codes(sheet, job.codes, bib, foot)?;
    let text_width = foot.width - codes;
    let name = Style::new(unit * 10.0 * POINTS).bold();
    sheet.fit(&entrant.name, (foot.x, foot.y + unit * 9.0), text_width, 0.45, name);
    let facts = [entrant.team.as_deref(), entrant.nation.as_deref(), entrant.category.as_deref()];
    let facts: Vec<&str> = facts.into_iter().flatten().filter(|fact| !fact.is_empty()).collect();
    let small = Style::new(unit * 5.2 * POINTS).grey(60);
    sheet.fit(&facts.join(" · "), (foot.x, foot.y + unit * 16.5), text_width, 0.5, small);
    // Who runs one after the other, in their order: whoever takes the bib over sees that it is theirs.
    let legs = (1..).zip(&entrant.legs).map(|(n, name)| format!("{n} {name}"));
    let wave = entrant.wave.as_ref().filter(|wave| !wave.is_empty()).map(|wave| format!("Wave {wave}"));
    let last = wave.into_iter().chain(legs).collect::<Vec<_>>().join(" · ");
    sheet.fit(&last, (foot.x, foot.y + unit * 23.0), text_width, 0.4, small.bold());
    Ok(())
}

/// Points to a millimetre, for type that follows the card's size.
const POINTS: f32 = crate::page::MM;

/// Digits are some 0.714 of the type's size high: they stand in the middle of the area.
fn number_in(sheet: &mut Sheet<'_, '_>, bib: &str, area: Area, style: Style) {
    let width = sheet.width_of(bib, style);
    let share = (area.width * 0.96 / width.max(f32::MIN_POSITIVE)).min(1.0);
    let style = Style { size: style.size * share, ..style };
    let high = style.size / POINTS * 0.714;
    sheet.text(bib, (area.middle(), area.y + (area.height + high) / 2.0), area.width, style);
}

/// Draws the codes at the right of the foot, and gives the width that they take from it.
fn codes(sheet: &mut Sheet<'_, '_>, codes: Codes, bib: &Bib, foot: Area) -> Result<f32, PrintError> {
    let quiet = foot.height * 0.08;
    let mut taken = 0.0;
    if codes != Codes::Code128 {
        let side = foot.height;
        let code = code::qr(bib.as_str())?;
        sheet.code(&code, Area::new(foot.right() - side, foot.y, side, side), code.across);
        taken = side + quiet * 2.0;
    }
    let bars = match (codes, code::code128(bib.as_str())) {
        (Codes::Qr, _) | (Codes::Both, Err(_)) => None,
        (Codes::Code128, bars) => Some(bars?),
        (Codes::Both, bars) => bars.ok(),
    };
    if let Some(bars) = bars {
        // At least 10 modules of quiet on both sides; modules no wider than is usual for the size of the card.
        let room = if codes == Codes::Both { foot.width - taken } else { foot.width * 0.55 };
        let module = (room / (f32::from(bars.across) + 20.0)).min(foot.height / 60.0);
        let (width, margin) = (module * f32::from(bars.across), module * 10.0);
        if codes == Codes::Both {
            let high = foot.height * 0.26;
            sheet.code(&bars, Area::new(foot.x + margin, foot.bottom() - high, width, high), 1);
        } else {
            let area = Area::new(foot.right() - width - margin, foot.y, width, foot.height);
            sheet.code(&bars, area, 1);
            taken = width + 2.0 * margin;
        }
    }
    Ok(taken)
}

fn cuts(sheet: &mut Sheet<'_, '_>, (width, height): (f32, f32), (across, down): (u8, u8)) {
    let mark = 5.0;
    for column in 1..across {
        let x = width * f32::from(column) / f32::from(across);
        for row in 0..=down {
            let y = height * f32::from(row) / f32::from(down);
            sheet.rule((x, (y - mark).max(0.0)), (x, (y + mark).min(height)), 0.4, 90);
        }
    }
    for row in 1..down {
        let y = height * f32::from(row) / f32::from(down);
        for column in 0..=across {
            let x = width * f32::from(column) / f32::from(across);
            sheet.rule(((x - mark).max(0.0), y), ((x + mark).min(width), y), 0.4, 90);
        }
    }
}
