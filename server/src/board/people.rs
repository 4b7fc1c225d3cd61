//! Lists of people: what a search found, and who belongs to a group.
//!
//! Invariant: each line says where the runner is now, so that nobody must open a page to know.

use maud::{Markup, html};

use super::parts::{about, element, name, outcome};
use crate::shown::{FOUND_MAX, GroupKind, Runner, Shown};

/// What a search found.
pub(super) fn search(shown: &Shown, query: &str, base: &str) -> Markup {
    let (found, count) = shown.search(query);
    html! {
        h1 { "Search" }
        @if query.trim().is_empty() {
            p.lede { "Type a bib or a part of a name, in any script." }
        } @else if found.is_empty() {
            p.lede { "Nobody is entered as “" bdi { (query) } "”. A part of the name is enough, also as it is spelt in Latin letters." }
        } @else {
            p.lede {
                @if count == 1 { "One runner" } @else { (count) " runners" }
                " for “" bdi { (query) } "”"
                @if count > FOUND_MAX { ", the first " (FOUND_MAX) " of them here" }
                "."
            }
            section.card aria-label="Found" { (list(shown, base, &found, None)) }
        }
    }
}

/// Runners, one below the other; of a group of this kind, if they are one.
pub(super) fn list(shown: &Shown, base: &str, runners: &[&Runner], of: Option<GroupKind>) -> Markup {
    let course = |runner: &Runner| runner.course.as_deref().and_then(|key| shown.course(key));
    html! {
        ul.lines {
            @for runner in runners {
                li id=(element(&["f", &runner.bib, if runner.bib.is_empty() { &runner.name } else { "" }])) {
                    div { (name(base, &runner.bib, &runner.name)) (about(runner, of)) }
                    div.n {
                        (outcome(shown, runner))
                        @if let Some(course) = course(runner) { div.sub { bdi { (course.name) } } }
                    }
                }
            }
        }
    }
}
