//! Drop forms: what is written down when a runner stops.
//!
//! Invariant: a form names the checkpoint it is for; everything about the runner is left to be filled in by hand.

use bibtrail_core::race::{Checkpoint, RaceSetup};

use crate::{
    PrintError,
    font::Fonts,
    page::{Align, Area, Paper, Printer, Sheet, Style},
};

/// Why people stop, as boxes to tick.
const REASONS: [&str; 6] = ["injury", "illness", "exhausted", "time limit", "own decision", "other:"];

/// Forms for these checkpoints, as PDF: on A4 and Letter two to a page, on A5 one.
///
/// # Errors
/// When a character has no font.
pub fn pdf(
    setup: &RaceSetup,
    checkpoints: &[&Checkpoint],
    paper: Paper,
    fonts: &Fonts,
) -> Result<Vec<u8>, PrintError> {
    let (width, height) = paper.size_mm();
    let mut printer = Printer::new(fonts, &format!("{} · drop forms", setup.name));
    for checkpoint in checkpoints {
        printer.page((width, height), |sheet| {
            if paper == Paper::A5 {
                form(sheet, setup, checkpoint, Area::new(0.0, 0.0, width, height).inset(10.0));
            } else {
                let half = height / 2.0;
                form(sheet, setup, checkpoint, Area::new(0.0, 0.0, width, half).inset(10.0));
                form(sheet, setup, checkpoint, Area::new(0.0, half, width, half).inset(10.0));
                sheet.dashes((0.0, half), (width, half));
            }
            Ok(())
        })?;
    }
    printer.finish()
}

fn form(sheet: &mut Sheet<'_, '_>, setup: &RaceSetup, checkpoint: &Checkpoint, area: Area) {
    let names = std::iter::once(&checkpoint.name).chain(checkpoint.names.values());
    let names = names.map(String::as_str).collect::<Vec<_>>().join("  ·  ");
    let title = Style::new(17.0).bold();
    let taken = sheet.text("Runner stops here", (area.x, area.y + 6.0), area.width, title);
    let room = area.width - taken - 8.0;
    let right = Style::new(13.0).bold().align(Align::Right);
    sheet.fit(&names, (area.right(), area.y + 5.5), room, 0.4, right);
    sheet.fit(&setup.name, (area.x, area.y + 11.5), area.width, 0.5, Style::new(9.0).grey(60));
    sheet.rule((area.x, area.y + 14.5), (area.right(), area.y + 14.5), 1.2, 0);

    let step = ((area.height - 22.0) / 9.0).min(16.0);
    let mut base = area.y + 14.5 + step;
    let mut line = |sheet: &mut Sheet<'_, '_>, fields: &[(&str, f32)]| {
        blanks(sheet, fields, area, base);
        base += step;
        base - step
    };
    line(sheet, &[("Bib", 0.3), ("Name", 0.7)]);
    line(sheet, &[("Came in at", 0.34), ("Stopped at", 0.33), ("Left at", 0.33)]);
    let reasons = line(sheet, &[]);
    ticks(sheet, area, reasons);
    line(sheet, &[("What happened, and how they are", 1.0)]);
    line(sheet, &[("Taken by (name, vehicle, phone)", 0.6), ("to", 0.4)]);
    line(sheet, &[("Emergency contact (ask the runner)", 0.6), ("told at", 0.4)]);
    line(sheet, &[("Headquarters told at", 0.4), ("by", 0.3), ("answered by", 0.3)]);
    line(sheet, &[("Runner’s signature", 0.5), ("Official’s name and signature", 0.5)]);
    let say = "The runner gives up the bib. Enter the drop in the app as soon as you can; this paper stays at the station.";
    sheet.fit(say, (area.x, area.bottom()), area.width, 0.5, Style::new(8.0).grey(60));
}

fn blanks(sheet: &mut Sheet<'_, '_>, fields: &[(&str, f32)], area: Area, base: f32) {
    let mut x = area.x;
    for (label, share) in fields {
        let end = x + area.width * share;
        let taken = sheet.fit(label, (x, base), area.width * share - 8.0, 0.6, Style::new(9.5).grey(40));
        sheet.rule((x + taken + 1.8, base + 0.8), (end - 3.0, base + 0.8), 0.5, 90);
        x = end;
    }
}

fn ticks(sheet: &mut Sheet<'_, '_>, area: Area, base: f32) {
    let mut x = area.x + sheet.text("Why", (area.x, base), area.width, Style::new(9.5).grey(40)) + 4.0;
    for reason in REASONS {
        sheet.frame(Area::new(x, base - 3.2, 3.8, 3.8), 0.7, 0);
        x += 5.3 + sheet.text(reason, (x + 5.3, base), area.width, Style::new(9.5)) + 5.0;
    }
    sheet.rule((x - 3.0, base + 0.8), (area.right() - 3.0, base + 0.8), 0.5, 90);
}
