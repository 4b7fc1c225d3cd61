//! The first page of a race, and the list of races.
//!
//! Invariant: what a visitor wants first stands first: is it official, how far is it, who leads, who just passed.

use std::sync::Arc;

use maud::{Markup, html};

use super::parts::{about, badge, counts, encoded, km, meter, name, names, outcome, passings};
use crate::{
    shown::{Course, Division, GroupKind, Runner, Shown, State},
    view::View,
};

/// So many leaders of each division.
const LEADERS: usize = 3;

/// All races.
pub(super) fn races(races: &[(String, Arc<View>)]) -> Markup {
    html! {
        h1 { "Races" }
        @if races.is_empty() { p.lede { "There is no race here yet." } }
        div.cards {
            @for (href, view) in races {
                @let race = &view.shown().race;
                article.card {
                    div.title { h2 { a href=(href) dir="auto" { (race.name) } } (badge(race.is_official)) }
                    p.soft { (view.shown().zone.date(race.start_ms)) }
                    (meter(&race.counts))
                    (counts(&race.counts))
                }
            }
        }
    }
}

/// One race.
pub(super) fn race(shown: &Shown, base: &str) -> Markup {
    let race = &shown.race;
    html! {
        div.title {
            div {
                h1 dir="auto" { (race.name) }
                p.lede { (names(&race.names)) }
                p.lede { (shown.zone.date(race.start_ms)) ", start " (shown.zone.minute(race.start_ms)) " (" (race.time_zone) ")" }
            }
            (badge(race.is_official))
        }
        (counts(&race.counts))
        (meter(&race.counts))
        div.cards { @for course in &race.courses { (card(shown, course, base)) } }
        @if !shown.latest.is_empty() {
            section.card.latest {
                h2 { "Just seen" }
                (passings(shown, base, &shown.latest))
            }
        }
    }
}

fn card(shown: &Shown, course: &Course, base: &str) -> Markup {
    let href = format!("{base}/course/{}", encoded(&course.key));
    html! {
        article.card.stack id=(super::parts::element(&["c", &course.key])) {
            div {
                div.title { h2 { a href=(href) dir="auto" { (course.name) } } (badge(course.is_official)) }
                p.soft { (km(course.distance_m)) ", start " (shown.zone.minute(course.start_ms)) @if !course.names.is_empty() { " · " (names(&course.names)) } }
                (meter(&course.counts))
                (counts(&course.counts))
            }
            @for division in Division::ALL {
                @let leaders = leaders(shown, course, division);
                @if !leaders.is_empty() {
                    div {
                        h3 { (division.as_str()) }
                        ol.lines {
                            @for runner in leaders {
                                li id=(super::parts::element(&["l", &course.key, &runner.bib])) {
                                    div { (name(base, &runner.bib, &runner.name)) (about(runner, Some(GroupKind::Group))) }
                                    div.n { (outcome(shown, runner)) }
                                }
                            }
                        }
                    }
                }
            }
            a.more href=(href) { "All of the " bdi { (course.name) } " →" }
        }
    }
}

fn leaders<'a>(shown: &'a Shown, course: &'a Course, division: Division) -> Vec<&'a Runner> {
    let is_leading = |runner: &&Runner| {
        runner.division == Some(division) && (runner.places.is_some() || runner.state == State::OnCourse)
    };
    shown.runners_of(course).filter(is_leading).take(LEADERS).collect()
}
