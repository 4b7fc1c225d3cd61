//! Tour groups, clubs and nations: is everybody in, and how do they stand?
//!
//! Invariant: "everybody is in" is said only if each member is off the course by evidence that nothing contradicts; who
//! is not stands first. Places of groups come after that.

use maud::{Markup, html};

use super::{
    answers::Content,
    parts::{badge, counts, element, encoded, meter},
    people::list,
};
use crate::{
    shown::{Counts, Course, Group, GroupKind, Runner, Shown, Standing, State},
    when,
};

/// All groups and nations.
pub(super) fn groups(shown: &Shown, base: &str) -> Markup {
    let of = |kind: GroupKind| shown.groups.iter().filter(move |group| group.kind == kind);
    html! {
        h1 { "Groups" }
        p.lede { "Open your group to see whether everybody is in." }
        @for (kind, title) in [(GroupKind::Group, "Tour groups, clubs and teams"), (GroupKind::Nation, "Nations")] {
            @if of(kind).next().is_some() {
                section.groups {
                    h2 { (title) }
                    div.cards { @for group in of(kind) { (card(group, base)) } }
                }
            }
        }
        @for course in &shown.race.courses {
            @for (kind, title) in [(GroupKind::Group, "Teams"), (GroupKind::Nation, "Nations")] {
                (standings(shown, course, kind, title, base))
            }
        }
    }
}

/// The groups of a course that have a place, by place.
fn standings(shown: &Shown, course: &Course, kind: GroupKind, title: &str, base: &str) -> Markup {
    let of = shown.groups.iter().filter(|group| group.kind == kind);
    let all = of.flat_map(|group| group.standings.iter().map(move |standing| (standing, group)));
    let mut lines: Vec<(&Standing, &Group)> =
        all.filter(|(standing, _)| standing.course == course.key && standing.place.is_some()).collect();
    lines.sort_by_key(|(standing, group)| (standing.place, &group.name));
    let best = lines.first().map_or(0, |(standing, _)| standing.scorers.len());
    html! {
        @if !lines.is_empty() {
            section.card {
                div.title { h2 { (title) ": " bdi { (course.name) } } (badge(course.is_official)) }
                p.sub { "By the times of the best " (best) " of each together." }
                table.runners {
                    thead {
                        tr {
                            th.n scope="col" { "Place" }
                            th scope="col" { @if kind == GroupKind::Group { "Team" } @else { "Nation" } }
                            th.n scope="col" { "With a time" }
                            th.n scope="col" { "Time" }
                        }
                    }
                    tbody {
                        @for (standing, group) in &lines {
                            tr id=(element(&["s", &course.key, kind.word(), &group.name])) {
                                td.n.place { @if let Some(place) = standing.place { (place) } }
                                td { a.name dir="auto" href=(href(base, group)) { (group.name) } }
                                td.n { (standing.finishers) }
                                td.n.time { @if let Some(ms) = standing.time_ms { (when::span(ms)) } }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// The places of one group, in words.
fn places(shown: &Shown, group: &Group) -> Markup {
    html! {
        @for standing in &group.standings {
            @if let (Some(place), Some(ms), Some(course)) = (standing.place, standing.time_ms, shown.course(&standing.course)) {
                p.sub {
                    "Place " strong { (place) } " of the " (if group.kind == GroupKind::Group { "teams" } else { "nations" })
                    " on " bdi { (course.name) } " with the times of its best " (standing.scorers.len()) " together: "
                    strong { (when::span(ms)) } ". "
                    (badge(course.is_official))
                }
            }
        }
    }
}

fn card(group: &Group, base: &str) -> Markup {
    html! {
        article.card id=(element(&["g", group.kind.word(), &group.name])) {
            h3 { a dir="auto" href=(href(base, group)) { (group.name) } }
            (meter(&group.counts))
            p.sub { (short(group)) }
        }
    }
}

/// How a group stands, in a few words.
fn short(group: &Group) -> String {
    let all = group.counts.entered;
    match group.out {
        0 => format!("all {all} are in"),
        _ if is_before(&group.counts) => format!("{all} entered"),
        out => format!("{} of {all} are in", all - out),
    }
}

/// Whether nobody of it was seen yet.
fn is_before(counts: &Counts) -> bool {
    counts.not_seen + counts.did_not_start == counts.entered
}

fn href(base: &str, group: &Group) -> String {
    let kind =
        if group.kind == GroupKind::Group { String::new() } else { format!("&kind={}", group.kind.word()) };
    format!("{base}/group?name={}{kind}", encoded(&group.name))
}

/// One group.
pub(super) fn group(shown: &Shown, group: &Group, base: &str) -> Option<Content> {
    let mut members: Vec<&Runner> = shown.members(group).collect();
    members.sort_by_key(|runner| {
        (runner.is_off_course, order(runner.state), runner.bib.chars().count(), &runner.bib)
    });
    let (out, rest): (Vec<&Runner>, Vec<&Runner>) =
        members.into_iter().partition(|runner| !runner.is_off_course);
    let live = html! {
        h1 dir="auto" { (group.name) }
        (answer(group, &out))
        (counts(&group.counts))
        (meter(&group.counts))
        (places(shown, group))
        div.cards.stacked {
            @if !out.is_empty() {
                section.card { h2 { "Not in yet (" (out.len()) ")" } (list(shown, base, &out, Some(group.kind))) }
            }
            @if !rest.is_empty() {
                section.card { h2 { "In (" (rest.len()) ")" } (list(shown, base, &rest, Some(group.kind))) }
            }
        }
    };
    Some(Content { title: group.name.clone(), live })
}

/// Who is out there before who was never seen.
fn order(state: State) -> u8 {
    match state {
        State::OnCourse => 0,
        State::Stopped | State::OverTime | State::Disqualified => 1,
        State::NotSeen => 2,
        State::Finished => 3,
        State::DidNotStart => 4,
    }
}

/// The answer to the one question.
fn answer(group: &Group, out: &[&Runner]) -> Markup {
    let (all, counts) = (group.counts.entered, &group.counts);
    let started = all - counts.not_seen - counts.did_not_start;
    let is_stopped =
        |runner: &&&Runner| !matches!(runner.state, State::OnCourse | State::NotSeen | State::Finished);
    let parts = [
        (counts.on_course, "on the course"),
        (out.iter().filter(is_stopped).count(), "stopped and not met yet"),
        (counts.not_seen, "not seen at all"),
        (out.iter().filter(|runner| runner.state == State::Finished).count(), "being looked into"),
    ];
    let parts = parts.iter().filter(|(count, _)| *count > 0).map(|(count, words)| format!("{count} {words}"));
    let parts = parts.collect::<Vec<_>>().join(", ");
    html! {
        @if group.out == 0 {
            p.answer.yes { "✓ Everybody is in: all " (all) "." }
        } @else if is_before(counts) {
            p.answer.no { "Nobody of this group was seen yet." }
        } @else {
            p.answer.no {
                (group.out) " of " (all) " are not in yet: " (parts) "."
            }
            p.sub { (started) " started. “In” means that somebody at the race answers for it: at the finish, or stopped and met." }
        }
    }
}
