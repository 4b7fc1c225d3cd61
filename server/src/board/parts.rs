//! What several pages show alike: names, bibs, states, counts, and whether standings are official.
//!
//! Invariant: every text that comes from a race is isolated in its own direction of writing, and nothing that matters is
//! said by colour alone.

use std::collections::BTreeMap;

use maud::{Markup, html};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    shown::{Counts, GroupKind, Passed, Runner, Shown, State},
    when,
};

/// What stays as it is in an address (RFC 3986, 2.3).
const KEPT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as a part of an address.
#[must_use]
pub fn encoded(text: &str) -> String {
    utf8_percent_encode(text, KEPT).to_string()
}

/// Where a runner's page is.
pub(super) fn runner_href(base: &str, bib: &str) -> String {
    format!("{base}/runner?bib={}", encoded(bib))
}

/// A name that leads to the runner's page, if they wear a bib.
pub(super) fn name(base: &str, bib: &str, name: &str) -> Markup {
    let shown = if name.is_empty() { "(no name)" } else { name };
    html! {
        @if bib.is_empty() { span.name dir="auto" { (shown) } }
        @else { a.name dir="auto" href=(runner_href(base, bib)) { (shown) } }
    }
}

/// A bib.
pub(super) fn bib(bib: &str) -> Markup {
    html! {
        @if !bib.is_empty() { span.bib { span.unseen { "Bib " } bdi { (bib) } } }
    }
}

/// A nation, as the entries have it.
pub(super) fn nation(nation: Option<&String>) -> Markup {
    html! { @if let Some(nation) = nation { span.nation { bdi { (nation) } } } }
}

/// Bib, nation and group of a runner, in small; without what the page is about.
pub(super) fn about(runner: &Runner, of: Option<GroupKind>) -> Markup {
    html! {
        div.sub {
            (bib(&runner.bib)) " "
            @if of != Some(GroupKind::Nation) { (nation(runner.nation.as_ref())) }
            @if let Some(group) = runner.group.as_ref().filter(|_| of != Some(GroupKind::Group)) { " " bdi.of { (group) } }
        }
    }
}

/// A state, with a mark that also tells it in black and white.
pub(super) fn state(runner: &Runner) -> Markup {
    let class = runner.state.word().replace('_', "-");
    html! {
        span.state.(class) {
            (runner.state.as_str())
            @if let Some(place) = &runner.stopped_at { " at " bdi { (place) } }
        }
    }
}

/// Where and when somebody was seen last.
pub(super) fn last_seen(shown: &Shown, runner: &Runner) -> Markup {
    html! {
        @if let Some(last) = &runner.last {
            bdi { (last.place) }
            @if let Some(ms) = last.time_ms { " " (time(shown, ms)) }
        }
    }
}

/// A time of day.
pub(super) fn time(shown: &Shown, ms: i64) -> Markup {
    html! { time datetime=(shown.zone.iso(ms)) { (shown.zone.time(ms)) } }
}

/// Names in other languages, where there are any.
pub(super) fn names(names: &BTreeMap<String, String>) -> Markup {
    html! {
        @for (language, name) in names { span.other lang=(language) dir="auto" { (name) } " " }
    }
}

/// Kilometres: `42.2 km`.
pub(super) fn km(distance_m: i64) -> String {
    let tenths = distance_m.saturating_add(50).div_euclid(100);
    match tenths.rem_euclid(10) {
        0 => format!("{} km", tenths.div_euclid(10)),
        part => format!("{}.{part} km", tenths.div_euclid(10)),
    }
}

/// Whether standings are official.
pub(super) fn badge(is_official: bool) -> Markup {
    html! {
        @if is_official { span.badge.official { "✓ Official" } }
        @else { span.badge.provisional { "Provisional" } }
    }
}

/// How many are where, as a bar and in words.
pub(super) fn meter(counts: &Counts) -> Markup {
    let parts = [
        ("finished", counts.finished),
        ("on-course", counts.on_course),
        ("stopped", counts.stopped),
        ("waiting", counts.not_seen + counts.did_not_start),
    ];
    let all = parts.iter().map(|part| part.1).sum::<usize>().max(1);
    let mut from = 0;
    let parts = parts.map(|(class, count)| {
        let at = (from, count);
        from += count;
        (class, at)
    });
    let share = |count: usize| format!("{}.{:02}%", count * 100 / all, count * 10_000 / all % 100);
    html! {
        svg.meter aria-hidden="true" height="10" {
            @for (class, (from, count)) in parts {
                rect.(class) x=(share(from)) width=(share(count)) height="10" {}
            }
        }
    }
}

/// How many are where, in large figures.
pub(super) fn counts(counts: &Counts) -> Markup {
    let all = [
        ("finished", counts.finished, true),
        ("on the course", counts.on_course, true),
        ("stopped", counts.stopped, counts.stopped > 0),
        ("not seen yet", counts.not_seen, counts.not_seen > 0),
        ("did not start", counts.did_not_start, counts.did_not_start > 0),
        ("entered", counts.entered, true),
    ];
    html! {
        dl.counts {
            @for (word, count, _) in all.into_iter().filter(|(.., is_told)| *is_told) {
                div { dt { (word) } dd { (count) } }
            }
        }
    }
}

/// The last passings, as a list.
pub(super) fn passings(shown: &Shown, base: &str, passed: &[Passed]) -> Markup {
    html! {
        ul.lines {
            @for passed in passed {
                li id=(element(&["p", &passed.bib, &passed.time_ms.to_string()])) {
                    span { (bib(&passed.bib)) " " (name(base, &passed.bib, &passed.name)) " " (nation(passed.nation.as_ref())) }
                    span.when {
                        @if passed.is_finish { strong { "Finish" } } @else { bdi { (passed.place) } }
                        " " (time(shown, passed.time_ms))
                    }
                }
            }
        }
    }
}

/// The id of an element: the same while it stands for the same thing, on one page for one thing only.
pub(super) fn element(parts: &[&str]) -> String {
    // Ids hold no white space; whatever else stands in a bib is encoded.
    parts.iter().map(|part| encoded(part)).collect::<Vec<_>>().join("-")
}

/// What a list of runners says of one: the time of who finished; of who is out there how long they took to where they were
/// seen last, and when that was; of the others what became of them.
pub(super) fn outcome(shown: &Shown, runner: &Runner) -> Markup {
    let time_ms = runner.time_ms(shown.race.rank_by).filter(|_| runner.places.is_some());
    let last = runner.last.as_ref();
    let split = last.and_then(|seen| seen.at).and_then(|at| runner.splits.get(at).copied().flatten());
    let so_far_ms = split.and_then(|split| split.elapsed_ms).filter(|_| runner.state == State::OnCourse);
    html! {
        @if let Some(ms) = time_ms { (when::span(ms)) }
        @else if let Some(ms) = so_far_ms { div { span.so-far { span.unseen { "On the course: " } (when::span(ms)) } } }
        @else { div { (state(runner)) } }
        @if time_ms.is_none() && last.is_some() { div.sub { (last_seen(shown, runner)) } }
    }
}
