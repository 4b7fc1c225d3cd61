//! Live entry: what comes by radio, typed line by line.
//!
//! Invariant: a line that does not read stops no other, and is said with what is wrong; the same line of the same form
//! sent twice is one record. Only the keyboard is needed: Enter writes, and the field is ready for the next line.

use std::collections::BTreeMap;

use axum::{Form, http::StatusCode, response::Response};
use bibtrail_clerk::{
    ClerkError,
    pen::{Pen, Said},
    records::{Book, Fate, Order},
};
use bibtrail_core::{
    ids::{Bib, BootId, Key},
    op::{Scan, ScanKind, Source},
    time::Reading,
};
use bibtrail_formats::read::{
    Encoding,
    records::{self, Format},
    take::Entry,
};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Here, desk, home, page, runner};
use crate::{gate::Signed, hub::Hub, picture::Picture, when::Zone};

/// How exactly somebody tells by radio when a runner passed "now", in milliseconds either way.
const NOW_WITHIN_MS: u32 = 60_000;

/// The most lines of one form.
const LINES_MAX: usize = 500;

/// What is typed.
#[derive(Clone, Debug, Deserialize)]
pub struct Given {
    checkpoint: String,
    kind: String,
    lines: String,
    /// Tells one form from all others, so that sending it twice records nothing twice.
    form: String,
}

/// What became of one line.
#[derive(Clone, Debug)]
struct Line {
    text: String,
    fate: Fate,
    told: String,
}

/// The empty form.
pub async fn form(Here { signed, picture, .. }: Here) -> Response {
    let own = signed.person.proof.ticket.checkpoints.first().map(|key| key.as_str().to_owned());
    page(&signed, &picture, "/entry", "Live entry", &show(&signed, &picture, own.as_deref(), "in", &html! {}))
}

fn show(signed: &Signed, picture: &Picture, place: Option<&str>, kind: &str, fates: &Markup) -> Markup {
    let mut form = [0; 8];
    // Without randomness two forms may have one name: then a line that was sent by both is one record.
    let _random = getrandom::fill(&mut form);
    let form: String = form.iter().map(|byte| format!("{byte:02x}")).collect();
    html! {
        h1 { "Live entry" }
        p.lede { "One line for each runner, and Enter: " code { "117" } ", " code { "117 out" } ", " code { "117 9:15" } ", "
            code { "117 9:15 out" } ", " code { "130 DROP 1149" } ", or several lines pasted at once." }
        form.say.big method="post" action=(format!("{}/entry", home(signed.race))) autocomplete="off" {
            input type="hidden" name="form" value=(form);
            label { "Line" input name="lines" required maxlength="20000" autofocus autocomplete="off" spellcheck="false" enterkeyhint="done"; }
            label { "Checkpoint" select name="checkpoint" { (runner::places(picture, place)) } }
            label { "Way" select name="kind" {
                option value="in" { "in" }
                option value="out" selected[kind == "out"] { "out" }
            } }
            button type="submit" { "Write" }
        }
        (fates)
        details {
            summary { "Several lines" }
            form method="post" action=(format!("{}/entry", home(signed.race))) {
                input type="hidden" name="form" value=(form);
                input type="hidden" name="checkpoint" value=[place];
                input type="hidden" name="kind" value=(kind);
                label { "Lines" textarea name="lines" rows="8" required {} }
                button type="submit" { "Write all" }
            }
        }
    }
}

/// Writes what was typed.
pub async fn write(Here { hub, signed, picture, .. }: Here, Form(given): Form<Given>) -> Response {
    let name = signed.person.name.clone();
    let typed = given.clone();
    let written = desk::write(&hub, &signed, move |pen| take(pen, &typed, &name)).await;
    if let Ok((_, said)) = &written {
        desk::shown(&hub, &signed, said).await;
    }
    let (status, fates) = match &written {
        Err(error) => (error.status(), html! { p.wrong role="alert" { (error) " " bdi { (given.lines) } } }),
        Ok((lines, said)) => (StatusCode::OK, told(&signed, &hub, lines, said)),
    };
    let live = show(&signed, &picture, Some(&given.checkpoint), &given.kind, &fates);
    let mut response = page(&signed, &picture, "/entry", "Live entry", &live);
    *response.status_mut() = status;
    response
}

fn told(signed: &Signed, hub: &Hub, lines: &[Line], said: &Said) -> Markup {
    let class = |fate: &Fate| match fate {
        Fate::Taken => "fate taken",
        Fate::Held(_) | Fate::Same(_) => "fate held",
        Fate::Refused(_) => "fate refused",
    };
    html! {
        section.card role="status" aria-label="What became of the lines" {
            @for line in lines { div class=(class(&line.fate)) { bdi { (line.text) } span { (line.told) } } }
            (desk::undo(signed, said, "/entry"))
        }
        (desk::idle(signed, said, hub))
    }
}

/// Takes the lines, each by itself.
fn take(pen: &mut Pen<'_>, given: &Given, name: &str) -> Result<Vec<Line>, ClerkError> {
    let book = Book::of(pen.store())?;
    let checkpoint = bibtrail_clerk::whom::checkpoint(&book.setup, &given.checkpoint)?;
    let kind = if given.kind == "out" { ScanKind::Out } else { ScanKind::In };
    let now_ms = pen.now_ms()?;
    let zone = Zone::of(&book.setup);
    let desk = Desk { book: &book, checkpoint, kind, name, form: &given.form, now_ms, zone: &zone };
    let texts = given.lines.lines().map(str::trim).filter(|text| !text.is_empty());
    texts.take(LINES_MAX).enumerate().map(|(n, text)| desk.line(pen, n, text)).collect()
}

/// What lines are read with.
struct Desk<'a> {
    book: &'a Book,
    checkpoint: Key,
    kind: ScanKind,
    name: &'a str,
    form: &'a str,
    now_ms: i64,
    zone: &'a Zone,
}

impl Desk<'_> {
    /// Who said it, as a source. At most 60 bytes.
    fn source(&self) -> String {
        let mut source = format!("typed by {}", self.name);
        while source.len() > 60 {
            source.pop();
        }
        source
    }

    fn line(&self, pen: &mut Pen<'_>, n: usize, text: &str) -> Result<Line, ClerkError> {
        let said = |fate: Fate, told: String| Line { text: text.to_owned(), fate, told };
        let words: Vec<&str> = text.split_whitespace().collect();
        let (rest, kind) = match words.split_last() {
            Some((last, rest)) if !rest.is_empty() && last.eq_ignore_ascii_case("in") => (rest, ScanKind::In),
            Some((last, rest)) if !rest.is_empty() && last.eq_ignore_ascii_case("out") => {
                (rest, ScanKind::Out)
            }
            _ => (words.as_slice(), self.kind),
        };
        match rest {
            [bib] => match Bib::new(bib.trim_start_matches('#')) {
                Ok(bib) => self.now(pen, n, bib, kind, text),
                Err(error) => Ok(said(Fate::Refused(error.to_string()), error.to_string())),
            },
            _ => self.reported(pen, &rest.join(" "), kind, text),
        }
    }

    /// A bib alone passed now.
    fn now(
        &self,
        pen: &mut Pen<'_>,
        n: usize,
        bib: Bib,
        kind: ScanKind,
        text: &str,
    ) -> Result<Line, ClerkError> {
        let (place, race) = (&self.checkpoint, pen.store().race());
        let told = format!("{place} {} {}, now", kind.as_str(), self.zone.time(self.now_ms));
        let line = |fate, told| Line { text: text.to_owned(), fate, told };
        let record = format!("{} {n} {bib} {place} {}", self.form, kind.as_str());
        let Ok(source) = Source::new(&self.source(), &record, NOW_WITHIN_MS) else {
            let why = "your name cannot stand in a record: sign in with another".to_owned();
            return Ok(line(Fate::Refused(why.clone()), why));
        };
        if !pen.store().record_of(&source)?.is_empty() {
            return Ok(line(Fate::Held(None), "recorded already".to_owned()));
        }
        let boot_ms = u64::try_from(self.now_ms).unwrap_or_default();
        let reading =
            Reading { boot: BootId::of(race, source.name.as_bytes()), boot_ms, wall_ms: self.now_ms };
        let is_entered = !pen.store().entrants_with(&bib)?.is_empty();
        let scan = Scan { source: Some(source), ..Scan::new(bib, place.clone(), kind, reading) };
        pen.record(&[scan])?;
        let told = if is_entered { told } else { format!("{told}; nobody entered under this bib") };
        Ok(line(Fate::Taken, told))
    }

    /// A line as radio and paper have them.
    fn reported(
        &self,
        pen: &mut Pen<'_>,
        rest: &str,
        kind: ScanKind,
        text: &str,
    ) -> Result<Line, ClerkError> {
        let whole = Format::detect(text.as_bytes(), Encoding::Utf8);
        let radio = whole.filter(|format| matches!(format, Format::Winlink | Format::Lonesome));
        let (bytes, format) = match radio {
            Some(format) => (text, format),
            None => (rest, Format::PaperClock),
        };
        let report = records::read(bytes.as_bytes(), Encoding::Utf8, format);
        let order = Order {
            stations: BTreeMap::new(),
            checkpoint: Some(self.checkpoint.clone()),
            kind,
            date: self.zone.day_of(self.now_ms),
            gun_ms: None,
            source: self.source(),
            is_file: false,
            is_dry: false,
        };
        let taken = self.book.take(pen, &report, &order)?;
        let refused = taken.refusals().into_iter().next().map(|(_, why)| why.to_owned());
        let fate = match (refused, taken.fates.first()) {
            (Some(why), _) => Fate::Refused(why),
            (None, Some(fate)) => fate.clone(),
            (None, None) => Fate::Refused("says nothing that reads as a record".to_owned()),
        };
        let what =
            taken.takings.first().and_then(|taking| taking.fate.as_ref().ok()).map(|entry| self.what(entry));
        let told = match &fate {
            Fate::Refused(why) => why.clone(),
            Fate::Held(_) | Fate::Same(_) => format!("recorded already: {}", what.unwrap_or_default()),
            Fate::Taken => what.unwrap_or_default(),
        };
        let remarks: String = taken
            .takings
            .iter()
            .flat_map(|taking| &taking.remarks)
            .map(|remark| format!("; {remark}"))
            .collect();
        Ok(Line { text: text.to_owned(), fate, told: format!("{told}{remarks}") })
    }

    fn what(&self, entry: &Entry) -> String {
        match entry {
            Entry::Scan { scan, .. } => {
                format!("{} {} {}", scan.checkpoint, scan.kind.as_str(), self.zone.time(scan.reading.wall_ms))
            }
            Entry::Status { status, .. } => status.value().to_string(),
        }
    }
}
