//! One runner: where they are, their times place by place, and a chart.
//!
//! Invariant: what was not seen is said to be not seen; nothing is guessed.

use maud::{Markup, html};

use super::{
    answers::Content,
    parts::{badge, encoded, km, last_seen, names, nation, state, time},
};
use crate::{
    shown::{Course, Place, Runner, Shown, SplitTime, State},
    when,
};

/// The page of a bib; of several entrants who wear it, all.
pub(super) fn runner(shown: &Shown, bib: &str, base: &str) -> Option<Content> {
    let wearers: Vec<&Runner> = shown.wearers(bib).collect();
    let first = wearers.first()?;
    let live = html! {
        div.stack {
            @if wearers.len() > 1 {
                p.why { "Several runners are entered under this bib. People at the race look into it." }
            }
            @for runner in &wearers { (one(shown, runner, base)) }
        }
    };
    let title = if first.name.is_empty() { format!("Bib {bib}") } else { format!("{} ({bib})", first.name) };
    Some(Content { title, live })
}

fn one(shown: &Shown, runner: &Runner, base: &str) -> Markup {
    let course = runner.course.as_deref().and_then(|key| shown.course(key));
    html! {
        article.stack {
            div.plate {
                div.number { span.unseen { "Bib " } bdi { (runner.bib) } }
                div {
                    h1 dir="auto" { @if runner.name.is_empty() { "(no name)" } @else { (runner.name) } }
                    (whose(runner, course, base))
                    p.headline aria-live="polite" { (headline(shown, runner)) }
                    @if runner.is_in_question {
                        p.why { "What is known of this runner contradicts itself. People at the race look into it." }
                    }
                }
            }
            @if let Some(course) = course {
                (figures(shown, runner, course))
                section.card {
                    div.title { h2 { "Times" } (badge(course.is_official)) }
                    (strip(course, runner))
                    (splits(shown, course, runner))
                }
                @if !runner.legs.is_empty() { (legs(runner)) }
                @if runner.splits.iter().flatten().count() > 1 { (chart(runner, base)) }
            }
        }
    }
}

fn whose(runner: &Runner, course: Option<&Course>, base: &str) -> Markup {
    html! {
        p.lede {
            (nation(runner.nation.as_ref())) " "
            @if let Some(course) = course { a href={ (base) "/course/" (encoded(&course.key)) } { bdi { (course.name) } } }
            @if let Some(category) = &runner.category { " · " bdi { (category) } }
            @if let Some(group) = &runner.group {
                " · " a href={ (base) "/group?name=" (encoded(group)) } { bdi { (group) } }
            }
        }
    }
}

fn headline(shown: &Shown, runner: &Runner) -> Markup {
    let time_ms = runner.time_ms(shown.race.rank_by).filter(|_| runner.places.is_some());
    html! {
        (state(runner))
        @if let Some(ms) = time_ms { " in " strong { (when::span(ms)) } }
        @if runner.state == State::Stopped {
            @if runner.is_off_course { ". They were met." } @else { ". Nobody said yet that they were met." }
        } @else if runner.state != State::Finished && runner.last.is_some() {
            ". Last seen: " (last_seen(shown, runner))
        }
    }
}

/// Places, times, and how far they are.
fn figures(shown: &Shown, runner: &Runner, course: &Course) -> Markup {
    let places = runner.places;
    let division = runner.division.map_or("Division", |division| division.as_str());
    let of = |place: Option<usize>| place.map(|place| place.to_string());
    let rest = if runner.state == State::Finished { None } else { Some(way(course, runner)) };
    let all: Vec<(String, Option<String>)> = vec![
        (format!("place of {}", course.counts.finished), of(places.map(|places| places.overall))),
        (format!("place, {}", division.to_lowercase()), of(places.and_then(|places| places.division))),
        (
            format!("place, {}", runner.category.as_deref().unwrap_or("category")),
            of(places.and_then(|places| places.category)),
        ),
        ("net time".to_owned(), runner.net_ms.filter(|_| places.is_some()).map(when::span)),
        ("gun time".to_owned(), runner.gun_ms.filter(|_| places.is_some()).map(when::span)),
        (format!("of {}", km(course.distance_m)), rest.flatten()),
        ("started".to_owned(), start(shown, runner)),
    ];
    html! {
        dl.figures {
            @for (word, value) in all {
                @if let Some(value) = value { div { dt { (word) } dd { (value) } } }
            }
        }
    }
}

fn start(shown: &Shown, runner: &Runner) -> Option<String> {
    let start = runner.splits.first().copied().flatten()?;
    Some(shown.zone.time(start.time_ms?))
}

/// How far they surely are.
fn way(course: &Course, runner: &Runner) -> Option<String> {
    let place = course.places.get(runner.last.as_ref()?.at?)?;
    Some(km(place.distance_m))
}

/// How a place stands with a runner.
fn mark(runner: &Runner, at: usize) -> &'static str {
    let last = runner.last.as_ref().and_then(|seen| seen.at);
    let is_seen = runner.splits.get(at).is_some_and(Option::is_some);
    match (is_seen, last) {
        (true, Some(last)) if last == at && runner.state == State::OnCourse => "now",
        (true, _) => "seen",
        (false, Some(last)) if at < last => "missed",
        (false, _) => "ahead",
    }
}

/// The course as a line, with the way that they have behind them. The table below tells the same.
fn strip(course: &Course, runner: &Runner) -> Markup {
    let whole = course.distance_m.max(1);
    // Room for half a mark at both ends.
    let x = |distance_m: i64| {
        let share = 200 + 9_600 * distance_m.clamp(0, whole) / whole;
        format!("{}.{:02}%", share / 100, share % 100)
    };
    let last = runner.last.as_ref().and_then(|seen| seen.at).and_then(|at| course.places.get(at));
    html! {
        svg.strip aria-hidden="true" {
            line.way x1="2%" y1="50%" x2="98%" y2="50%" {}
            @if let Some(last) = last { line.done x1="2%" y1="50%" x2=(x(last.distance_m)) y2="50%" {} }
            @for (at, place) in course.places.iter().enumerate() {
                @let mark = mark(runner, at);
                circle.(mark) cx=(x(place.distance_m)) cy="50%" r=(if mark == "now" { 10 } else { 7 }) {}
            }
        }
    }
}

fn splits(shown: &Shown, course: &Course, runner: &Runner) -> Markup {
    let mut before: Option<(&Place, SplitTime)> = None;
    let mut rows = Vec::new();
    for (at, place) in course.places.iter().enumerate() {
        let split = runner.splits.get(at).copied().flatten();
        rows.push((at, place, split, split.and_then(|split| pace(before, place, split))));
        before = split.map(|split| (place, split)).or(before);
    }
    html! {
        table.splits {
            thead {
                tr {
                    th scope="col" { "Place" }
                    th.n.spare scope="col" { "Distance" }
                    th.n scope="col" { "Time of day" }
                    th.n scope="col" { "Since the start" }
                    th.n.spare scope="col" { "Pace" }
                }
            }
            tbody {
                @for (at, place, split, pace) in rows {
                    tr id={ "s-" (at) } {
                        th scope="row" { bdi { (place.name) } div.sub { span.fold { (km(place.distance_m)) " · " } (names(&place.names)) } }
                        td.n.spare { (km(place.distance_m)) }
                        td.n { (day_time(shown, split, mark(runner, at))) }
                        td.n.time { @if let Some(ms) = split.and_then(|split| split.elapsed_ms) { (when::span(ms)) } }
                        td.n.spare { @if let Some(pace) = pace { (pace) } }
                    }
                }
            }
        }
    }
}

fn day_time(shown: &Shown, split: Option<SplitTime>, mark: &str) -> Markup {
    html! {
        @match split {
            Some(SplitTime { time_ms: Some(ms), .. }) => (time(shown, ms)),
            Some(_) => span.soft { "seen, time not known" },
            None if mark == "missed" => span.soft { "not seen" },
            None => span.soft { "–" },
        }
    }
}

/// Minutes and seconds for a kilometre.
fn pace(before: Option<(&Place, SplitTime)>, place: &Place, split: SplitTime) -> Option<String> {
    let (from, earlier) = before?;
    let way_m = place.distance_m - from.distance_m;
    let took_ms = split.time_ms? - earlier.time_ms?;
    if way_m < 100 || took_ms <= 0 {
        return None;
    }
    Some(format!("{} /km", when::span(took_ms.saturating_mul(1000) / way_m)))
}

fn legs(runner: &Runner) -> Markup {
    html! {
        section.card {
            h2 { "Legs" }
            ol.lines {
                @for leg in &runner.legs {
                    li {
                        span.name dir="auto" { (leg.name) }
                        span.when {
                            @if let Some(to) = &leg.to { "to " bdi { (to) } " " }
                            @if let Some(ms) = leg.time_ms { (when::span(ms)) }
                        }
                    }
                }
            }
        }
    }
}

fn chart(runner: &Runner, base: &str) -> Markup {
    // The number makes browsers fetch it again when they have come further.
    let seen = runner.splits.iter().flatten().count();
    let src = format!("{base}/chart?bib={}&seen={seen}", encoded(&runner.bib));
    html! {
        section.card {
            h2 { "Beside the others" }
            p.soft { "The way along the course over the time of day, beside the field." }
            div.wide tabindex="0" role="group" aria-label="Chart" {
                img.chart src=(src) width="1000" height="640" loading="lazy"
                    alt={ "When " (runner.name) " came to each place, beside the field; the table above has the times" };
            }
        }
    }
}
