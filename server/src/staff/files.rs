//! Files in and out: records of other sources, exports, and the chart of runners over time and distance.
//!
//! Invariant: each record of a file has its own fate, which is shown; an export says whether it is official.

use std::collections::{BTreeMap, BTreeSet};

use axum::{
    Form,
    extract::{Path, Query},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use bibtrail_clerk::records::{Book, Fate, Order, Taken};
use bibtrail_core::{ids::Bib, op::ScanKind, view::Open};
use bibtrail_formats::{
    read::{
        Encoding,
        records::{self, Format as Read},
    },
    write::{self, Carries, Format as Write, Options, Outcome, Records, Wanted},
};
use bibtrail_print::chart::{self, Chart};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Follows, Here, desk, home, live_page, missing, page, runner};
use crate::{gate::Signed, picture::Picture};

/// What may be fetched: the format's name.
const EXPORTS: [&str; 7] = ["csv", "xlsx", "html", "ost-spread", "ost-remote", "race-result", "log"];

/// So many fates are shown, the refused first.
const FATES_MAX: usize = 500;

/// The page.
pub async fn show(Here { signed, picture, .. }: Here) -> Response {
    page(&signed, &picture, "/files", "Files", &form(&signed, &picture, &html! {}))
}

fn form(signed: &Signed, picture: &Picture, fates: &Markup) -> Markup {
    let home = home(signed.race);
    html! {
        h1 { "Files" }
        (fates)
        section.card {
            h2 { "Take in" }
            p { "Sheets that somebody typed, radio messages, exports of other tools. Taking the same file in again adds nothing." }
            form.say method="post" action=(format!("{home}/files")) {
                label { "File" input #file type="file"; }
                label { "Source" input #source name="source" required maxlength="60" dir="auto"; }
                label { "Checkpoint, where it does not say" select name="checkpoint" { option value="" { "it says" } (runner::places(picture, None)) } }
                label { "Day of the first time without one" input type="date" name="date"; }
                label { "Records" textarea #records name="records" rows="10" required {} }
                button type="submit" { "Take in" }
            }
        }
        section.card {
            h2 { "Fetch" }
            ul.lines {
                @for name in EXPORTS {
                    @if let Some(format) = Write::parse(name) {
                        li { a.more href=(format!("{home}/export/{name}")) download { (name) } span { (format.about()) } }
                    }
                }
            }
        }
    }
}

/// What is taken in.
#[derive(Deserialize)]
pub struct Given {
    source: String,
    checkpoint: String,
    date: String,
    records: String,
}

/// Takes records in.
pub async fn import(Here { hub, signed, picture, .. }: Here, Form(given): Form<Given>) -> Response {
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let bytes = given.records.as_bytes();
        let Some(format) = Read::detect(bytes, Encoding::Utf8) else { return Ok(None) };
        let book = Book::of(pen.store())?;
        let checkpoint = Some(given.checkpoint.as_str()).filter(|text| !text.is_empty());
        let checkpoint =
            checkpoint.map(|text| bibtrail_clerk::whom::checkpoint(&book.setup, text)).transpose()?;
        let order = Order {
            stations: BTreeMap::new(),
            checkpoint,
            kind: ScanKind::In,
            date: given.date.parse().ok(),
            gun_ms: None,
            source: given.source.trim().to_owned(),
            is_file: false,
            is_dry: false,
        };
        book.take(pen, &records::read(bytes, Encoding::Utf8, format), &order).map(Some)
    };
    let written = desk::write(&hub, &signed, work).await;
    if let Ok((_, said)) = &written {
        desk::shown(&hub, &signed, said).await;
    }
    let (status, fates) = match &written {
        Err(error) => (error.status(), html! { p.wrong role="alert" { (error) } }),
        Ok((None, _)) => {
            let known = Read::ALL.map(Read::as_str).join(", ");
            (
                StatusCode::UNPROCESSABLE_ENTITY,
                html! { p.wrong role="alert" { "It looks like no format that is known: " (known) } },
            )
        }
        Ok((Some(taken), said)) => (
            StatusCode::OK,
            html! { (told(taken)) (desk::undo(&signed, said, "/files")) (desk::idle(&signed, said, &hub)) },
        ),
    };
    let mut response = page(&signed, &picture, "/files", "Files", &form(&signed, &picture, &fates));
    *response.status_mut() = status;
    response
}

fn told(taken: &Taken) -> Markup {
    let refused: BTreeSet<(u64, &str)> = taken.refusals();
    let count = |is_it: fn(&Fate) -> bool| taken.count(is_it);
    html! {
        section.card role="status" {
            p.said {
                (count(|fate| *fate == Fate::Taken)) " taken, " (count(|fate| matches!(fate, Fate::Held(_)))) " held already, "
                (count(|fate| matches!(fate, Fate::Same(_)))) " twice, " (refused.len()) " refused"
            }
            @for (number, why) in refused.iter().take(FATES_MAX) { div.fate.refused { span { (number) } span { (why) } } }
        }
    }
}

/// A file of the race as it is now.
pub async fn export(Here { picture, .. }: Here, Path((_, name)): Path<(String, String)>) -> Response {
    let Some(format) = Write::parse(&name).filter(|_| EXPORTS.contains(&name.as_str())) else {
        return missing("There is no such file. Those there are stand under Files.");
    };
    let written = tokio::task::spawn_blocking(move || {
        let options = Options { now_ms: picture.now_ms, has_mark: true, ..Options::default() };
        let (setup, results) = (&picture.known.setup, &picture.results);
        match format.carries() {
            Carries::Results => {
                let open = Open::default();
                let mut outcome = Outcome::of(setup, results, &open, None);
                outcome.is_provisional = !picture.is_official();
                write::results(format, &outcome, &options)
            }
            Carries::Records => {
                let wanted = Wanted { course: None, checkpoint: None, is_raw: false };
                write::records(
                    format,
                    &Records::of(setup, results, &picture.known.scans.to_vec(), wanted),
                    &options,
                )
            }
        }
    });
    match written.await {
        Ok(Ok(written)) => {
            let disposition = format!("attachment; filename=\"race-{name}\"");
            let kind = if name == "html" { "text/html; charset=utf-8" } else { "application/octet-stream" };
            (
                [(header::CONTENT_TYPE, kind.to_owned()), (header::CONTENT_DISPOSITION, disposition)],
                written.bytes,
            )
                .into_response()
        }
        Ok(Err(error)) => {
            tracing::error!(%error, "an export cannot be written");
            missing("The file could not be made. Load the page again, or choose another format under Files.")
        }
        Err(_) => {
            missing("The file could not be made. Load the page again, or choose another format under Files.")
        }
    }
}

/// The page with the chart. It follows the race; the chart, which is large, once in a minute.
pub async fn chart_page(here: Here, Query(query): Query<BTreeMap<String, String>>) -> Response {
    let (home, picture) = (home(here.signed.race), &here.picture);
    // The number makes browsers fetch it again.
    let minute = picture.now_ms.div_euclid(60_000);
    let bibs = query.get("bibs").map(String::as_str).unwrap_or_default();
    let bibs = percent_encoding::utf8_percent_encode(bibs, percent_encoding::NON_ALPHANUMERIC).to_string();
    let live = html! {
        h1 { "Over time and distance" }
        form.say method="get" action=(format!("{home}/chart")) {
            label { "Bibs to show" input name="bibs" value=[query.get("bibs")] maxlength="200"; }
            button type="submit" { "Show" }
        }
        @for course in &picture.results.courses {
            section.card {
                h2 { bdi { (course.course.name) } }
                div.wide tabindex="0" role="group" aria-label="Chart" { img.chart alt=(format!("Runners of {} over time and distance", course.course.name))
                    src=(format!("{home}/chart/{}?bibs={bibs}&minute={minute}", course.course.key)); }
            }
        }
    };
    live_page(&here, ("/chart", "Chart"), Follows::Live, &live)
}

/// The chart of one course, as SVG.
pub async fn chart(
    Here { picture, .. }: Here,
    Path((_, key)): Path<(String, String)>,
    Query(query): Query<BTreeMap<String, String>>,
) -> Response {
    let bibs = query.get("bibs").map(String::as_str).unwrap_or_default();
    let bibs: Vec<Bib> =
        bibs.split([',', ' ']).filter_map(|text| Bib::new(text).ok()).filter(|bib| !bib.is_empty()).collect();
    let drawn = tokio::task::spawn_blocking(move || {
        let course = picture.results.courses.iter().find(|course| course.course.key.as_str() == key)?;
        let bibs: Vec<Bib> = bibs
            .into_iter()
            .filter(|bib| course.runners.iter().any(|runner| runner.bib == *bib))
            .take(8)
            .collect();
        Some(chart::splits(&Chart { bibs: &bibs, ..Chart::new(&picture.known.setup, course) }))
    });
    match drawn.await {
        Ok(Some(svg)) => ([(header::CONTENT_TYPE, "image/svg+xml")], svg).into_response(),
        _ => missing("The race has no such course. Those it has stand under Chart."),
    }
}
