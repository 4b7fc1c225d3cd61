//! Results as one page: no network, no font, no library; sorted by a click, printed as it stands.
//!
//! Invariant: names are text, never markup, and each keeps its own direction of writing. The page asks nobody for
//! anything: its policy forbids it.

use bibtrail_core::results::State;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use super::{
    CourseOutcome, GroupLine, Line, Options, Outcome, SplitTime, Written,
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
                main { @for course in &outcome.courses { (section(outcome, course)) } }
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

fn section(outcome: &Outcome, course: &CourseOutcome) -> Markup {
    let places = course.places.iter().skip(1).take(course.places.len().saturating_sub(2));
    html! {
        section {
            h2 { bdi { (course.name) } }
            p { (standing(outcome, course)) }
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
                            th scope="col" { "Notes" }
                        }
                    }
                    tbody { @for line in &course.lines { (row(course, line)) } }
                }
            }
            (groups("Teams", &course.teams, course.team_score))
            (groups("Nations", &course.nations, course.team_score))
        }
    }
}

/// Whether a course's lines are official, and if not, why.
fn standing(outcome: &Outcome, course: &CourseOutcome) -> String {
    match (course.marking(outcome), course.provisional.as_slice()) {
        (official, []) => format!("Standings are {official}."),
        (provisional, why) => format!("Standings are {provisional}: {}.", why.join(", ")),
    }
}

/// Teams or nations, where there are any.
fn groups(title: &str, groups: &[GroupLine], score: usize) -> Markup {
    html! {
        @if !groups.is_empty() {
            h3 { (title) ", by the sum of the best " (score) }
            div.wide {
                table {
                    thead {
                        tr {
                            th.n scope="col" { "Place" }
                            th scope="col" { "Name" }
                            th.n scope="col" { "Time" }
                            th.n scope="col" { "Finished" }
                            th.n scope="col" { "Entered" }
                            th scope="col" { "Counted" }
                        }
                    }
                    tbody { @for group in groups { (group_row(group)) } }
                }
            }
        }
    }
}

fn group_row(group: &GroupLine) -> Markup {
    html! {
        tr {
            td.n data-key=(or_blank(group.rank)) { (or_blank(group.rank)) }
            td { bdi { (group.name) } }
            td.n data-key=(or_blank(group.time_ms)) { (or_blank(group.time_ms.map(|ms| h_mm_ss(whole_s(ms))))) }
            td.n data-key=(group.finishers) { (group.finishers) }
            td.n data-key=(group.entrants) { (group.entrants) }
            td { (group.scorers.join(" ")) }
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
            td { (line.doubts.join(", ")) }
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
