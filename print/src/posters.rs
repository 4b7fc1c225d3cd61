//! Join posters: one for each checkpoint, with the ticket as a QR code.
//!
//! Invariant: the code holds the ticket's link as it was given, to the letter.

use std::collections::BTreeMap;

use bibtrail_core::{
    op::Role,
    race::{Checkpoint, RaceSetup},
};

use crate::{
    PrintError, code,
    font::Fonts,
    page::{Align, Area, Paper, Printer, Sheet, Style},
    words::{self, Words},
};

/// One poster.
#[derive(Clone, Debug)]
pub struct Poster<'a> {
    /// Where it hangs.
    pub checkpoint: &'a Checkpoint,
    /// What the ticket gives.
    pub role: Role,
    /// The ticket's link.
    pub link: &'a str,
    /// The ticket's key, shortened: by this the director knows it again.
    pub ticket: String,
}

/// Posters, one to a page, as PDF.
///
/// # Errors
/// When a character has no font, or a link does not fit its code.
pub fn pdf(
    setup: &RaceSetup,
    posters: &[Poster<'_>],
    paper: Paper,
    fonts: &Fonts,
) -> Result<Vec<u8>, PrintError> {
    let mut printer = Printer::new(fonts, &format!("{} · join posters", setup.name));
    for poster in posters {
        printer.page(paper.size_mm(), |sheet| draw(sheet, setup, poster, paper))?;
    }
    printer.finish()
}

fn draw(
    sheet: &mut Sheet<'_, '_>,
    setup: &RaceSetup,
    poster: &Poster<'_>,
    paper: Paper,
) -> Result<(), PrintError> {
    let (width, height) = paper.size_mm();
    let unit = height / 297.0;
    let inside = Area::new(0.0, 0.0, width, height).inset(15.0 * unit);
    let center = |size: f32| Style::new(size * unit).align(Align::Middle);
    let checkpoint = poster.checkpoint;

    let race = std::iter::once(&setup.name).chain(setup.names.values());
    let race = race.map(String::as_str).collect::<Vec<_>>().join("  ·  ");
    sheet.fit(&race, (inside.middle(), inside.y + 5.0 * unit), inside.width, 0.5, center(13.0).grey(70));
    let mut base = inside.y + 24.0 * unit;
    sheet.fit(&checkpoint.name, (inside.middle(), base), inside.width, 0.35, center(44.0).bold());
    for name in checkpoint.names.values().filter(|name| **name != checkpoint.name).take(3) {
        base += 13.0 * unit;
        sheet.fit(name, (inside.middle(), base), inside.width, 0.4, center(30.0));
    }
    let tags = languages(setup, checkpoint);
    let words = words::for_tags(tags.keys().copied());
    base += 12.0 * unit;
    let roles: Vec<&str> = words.iter().map(|words| words.role(poster.role)).collect();
    sheet.fit(&roles.join("  ·  "), (inside.middle(), base), inside.width, 0.5, center(15.0));

    let steps_height = 37.0 * unit * count(words.len().min(3));
    let side = (inside.bottom() - base - steps_height - 26.0 * unit).min(inside.width * 0.72);
    let code = code::qr(poster.link)?;
    // A quiet zone of 4 modules at least.
    let top = base + (side / f32::from(code.across) * 4.0).max(6.0 * unit);
    sheet.code(&code, Area::new(inside.middle() - side / 2.0, top, side, side), code.across);
    let mut below = top + side + 11.0 * unit;
    for words in words.iter().take(3) {
        below = steps(sheet, words, inside, below, unit);
    }
    let ticket = format!("Ticket {} · {}", poster.ticket, shortened(poster.link));
    sheet.fit(&ticket, (inside.middle(), inside.bottom()), inside.width, 0.5, center(9.0).grey(90));
    Ok(())
}

fn steps(sheet: &mut Sheet<'_, '_>, words: &Words, inside: Area, top: f32, unit: f32) -> f32 {
    let mut base = top;
    sheet.fit(words.title, (inside.x, base), inside.width, 0.5, Style::new(15.0 * unit).bold());
    for (number, step) in (1..).zip(words.steps) {
        base += 7.2 * unit;
        sheet.text(&format!("{number}"), (inside.x, base), 8.0 * unit, Style::new(13.0 * unit).bold());
        let at = (inside.x + 7.0 * unit, base);
        sheet.fit(step, at, inside.width - 7.0 * unit, 0.5, Style::new(13.0 * unit));
    }
    base + 12.5 * unit
}

fn languages<'a>(setup: &'a RaceSetup, checkpoint: &'a Checkpoint) -> BTreeMap<&'a str, ()> {
    setup.names.keys().chain(checkpoint.names.keys()).map(|tag| (tag.as_str(), ())).collect()
}

/// `bibtrail:AKFi…x9Q2`: enough to tell two links apart.
fn shortened(link: &str) -> String {
    let chars: Vec<char> = link.chars().collect();
    if chars.len() <= 24 {
        return link.to_owned();
    }
    let end = chars.len() - 4;
    chars[..13].iter().chain(&['…']).chain(&chars[end..]).collect()
}

#[allow(clippy::cast_precision_loss, reason = "at most three languages")]
fn count(languages: usize) -> f32 {
    languages as f32
}

#[cfg(test)]
mod tests {
    use super::shortened;

    #[test]
    fn links() {
        assert_eq!(shortened("bibtrail:AKFiabcdefghijklmnopx9Q2"), "bibtrail:AKFi…x9Q2");
        assert_eq!(shortened("bibtrail:short"), "bibtrail:short");
    }
}
