//! Results as one page: no network, no font, no library; sorted by a click, printed as it stands.
//!
//! Invariant: names are text, never markup, and each keeps its own direction of writing. The page asks nobody for
//! anything: its policy forbids it.

use bibtrail_core::results::State;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    CourseOutcome, Line, Options, Outcome, SplitTime, Written,
    cell::or_blank,
    zone::{h_mm_ss, whole_s},
};

/// Inline style and script only; nothing is loaded from anywhere.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'";

const STYLE: &str = include_str!("html/page.css");

const SCRIPT: &str = include_str!("html/sort.js");

pub(super) fn write(outcome: &Outcome, options: &Options) -> Written {
    let made = outcome.zone.minute(options.now_ms);
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta http-equiv="Content-Security-Policy" content=(POLICY);
                title { (outcome.race) ": results" }
                style { (PreEscaped(STYLE)) }
            }
            body {
                header {
                    h1 { bdi { (outcome.race) } }
                    p { (outcome.zone.date(outcome.start_ms)) }
                    @if outcome.is_provisional {
                        p.provisional { strong { "Provisional results" } ": they may change." }
                    }
                }
                main { @for course in &outcome.courses { (section(course)) } }
                @if outcome.is_provisional && !outcome.open.is_empty() {
                    section.open {
                        h2 { "Not settled" }
                        ul { @for item in &outcome.open { li { bdi { (item) } } } }
                    }
                }
                footer { p { "As of " (made) "." } }
                script { (PreEscaped(SCRIPT)) }
            }
        }
    };
    Written { bytes: page.into_string().into_bytes(), records: outcome.lines().count(), left_out: Vec::new() }
}

fn section(course: &CourseOutcome) -> Markup {
    let places = course.places.iter().skip(1).take(course.places.len().saturating_sub(2));
    html! {
        section {
            h2 { bdi { (course.name) } }
            div.wide {
                table {
                    thead {
                        tr {
                            th.n scope="col" { "Place" }
                            th.n scope="col" { "Bib" }
                            th scope="col" { "Name" }
                            th scope="col" { "Nation" }
                            th scope="col" { "Category" }
                            th scope="col" { "Team" }
                            th.n scope="col" { "Time" }
                            @for place in places { th.n scope="col" { bdi { (place.heading()) } } }
                        }
                    }
                    tbody { @for line in &course.lines { (row(course, line)) } }
                }
            }
        }
    }
}

fn row(course: &CourseOutcome, line: &Line) -> Markup {
    let splits = line.splits.iter().skip(1).take(course.places.len().saturating_sub(2));
    let time = line.time_ms.filter(|_| line.place.is_some());
    html! {
        tr {
            td.n data-key=(or_blank(line.place)) { (place(line)) }
            td.n data-key=(line.bib) { (line.bib) }
            td { bdi { (line.name.shown) } }
            td { bdi { (nation(line)) } }
            td { bdi { (or_blank(line.category.as_ref())) } }
            td { bdi { (or_blank(line.team.as_ref())) } }
            td.n data-key=(or_blank(time)) { (or_blank(time.map(|ms| h_mm_ss(whole_s(ms))))) }
            @for split in splits { (split_cell(*split)) }
        }
    }
}

/// The IOC's code, or what the entry says where there is none.
fn nation(line: &Line) -> &str {
    line.ioc().unwrap_or_else(|_| line.nation.as_deref().unwrap_or_default())
}

fn split_cell(split: Option<SplitTime>) -> Markup {
    let elapsed_ms = split.map(|split| split.elapsed_ms);
    html! {
        td.n data-key=(or_blank(elapsed_ms)) {
            @if let Some(ms) = elapsed_ms { (h_mm_ss(whole_s(ms))) } @else { "–" }
        }
    }
}

/// The place, or what became of them, in words that are not shorter than the truth.
fn place(line: &Line) -> String {
    match (line.place, line.state) {
        (Some(place), _) => place.to_string(),
        (None, State::OnCourse) => "on course".to_owned(),
        (None, State::NotStarted) => "not seen".to_owned(),
        (None, _) => or_blank(line.letters()),
    }
}
