//! The standings of a course: all, or a division, a category, a nation.
//!
//! Invariant: finishers stand by time, those who are out there by how far they are; who shares a time shares a place.

use maud::{Markup, html};

use super::{
    answers::Content,
    parts::{about, badge, counts, element, encoded, km, meter, name, names, outcome},
};
use crate::shown::{Course, Division, Runner, Shown};

/// So many runners on a page.
const ON_A_PAGE: usize = 100;

/// The most pages: beyond so many runners nobody leafs.
pub(super) const PAGES_MAX: usize = 1_000;

/// Which part of a course somebody wants to see.
#[derive(Debug)]
pub(super) struct Wanted {
    pub(super) division: Option<Division>,
    pub(super) category: Option<String>,
    pub(super) nation: Option<String>,
    /// From 1.
    pub(super) page: usize,
}

impl Wanted {
    fn fits(&self, runner: &Runner) -> bool {
        self.division.is_none_or(|division| runner.division == Some(division))
            && (self.category.is_none() || runner.category == self.category)
            && (self.nation.is_none() || runner.nation == self.nation)
    }

    /// The address of this part, another division or page of it.
    fn href(&self, path: &str, division: Option<Division>, page: usize) -> String {
        let mut asked: Vec<String> = Vec::new();
        asked.extend(division.map(|division| format!("division={}", division.word())));
        asked.extend(self.category.as_ref().map(|category| format!("category={}", encoded(category))));
        asked.extend(self.nation.as_ref().map(|nation| format!("nation={}", encoded(nation))));
        asked.extend((page > 1).then(|| format!("page={page}")));
        if asked.is_empty() { path.to_owned() } else { format!("{path}?{}", asked.join("&")) }
    }
}

/// The page.
pub(super) fn course(shown: &Shown, course: &Course, wanted: &Wanted, base: &str) -> Option<Content> {
    let path = format!("{base}/course/{}", encoded(&course.key));
    let lines = lines(shown, course, wanted);
    let first = (wanted.page - 1) * ON_A_PAGE;
    if wanted.page > 1 && first >= lines.len() {
        return None;
    }
    let live = html! {
        div.title {
            div {
                h1 dir="auto" { (course.name) }
                p.lede {
                    (km(course.distance_m)) ", start " (shown.zone.minute(course.start_ms)) ", ranked by "
                    @if shown.race.rank_by == "net" { "net time" } @else { "gun time" }
                    @if !course.names.is_empty() { " · " (names(&course.names)) }
                }
            }
            (badge(course.is_official))
        }
        @if !course.is_official {
            p.why { strong { "These standings may change: " } (course.provisional.join(", ")) "." }
        }
        (counts(&course.counts))
        (meter(&course.counts))
        (choice(shown, course, wanted, &path))
        section.card aria-label="Standings" {
            @if lines.is_empty() { p { "Nobody is entered like this." } }
            @else { (table(shown, &lines[first..lines.len().min(first + ON_A_PAGE)], base)) }
            (pages(wanted, &path, lines.len()))
        }
    };
    Some(Content { title: course.name.clone(), live })
}

/// Runners with their place in this part.
fn lines<'a>(shown: &'a Shown, course: &'a Course, wanted: &Wanted) -> Vec<(Option<usize>, &'a Runner)> {
    let mut lines: Vec<(Option<usize>, &Runner)> = Vec::new();
    let mut before: Option<(usize, usize)> = None;
    for runner in shown.runners_of(course).filter(|runner| wanted.fits(runner)) {
        let place = runner.places.map(|places| match before {
            Some((overall, place)) if overall == places.overall => place,
            _ => lines.len() + 1,
        });
        before = runner.places.map(|places| places.overall).zip(place);
        lines.push((place, runner));
    }
    lines
}

fn choice(shown: &Shown, course: &Course, wanted: &Wanted, path: &str) -> Markup {
    let has = |division: &Division| shown.runners_of(course).any(|runner| runner.division == Some(*division));
    let divisions: Vec<Division> = Division::ALL.into_iter().filter(has).collect();
    let here = |is_here: bool| is_here.then_some("page");
    html! {
        @if divisions.len() > 1 {
            nav.chips aria-label="Divisions" {
                a href=(wanted.href(path, None, 1)) aria-current=[here(wanted.division.is_none())] { "Everybody" }
                @for division in divisions {
                    a href=(wanted.href(path, Some(division), 1)) aria-current=[here(wanted.division == Some(division))] {
                        (division.as_str())
                    }
                }
            }
        }
        @if course.categories.len() > 1 || course.nations.len() > 1 {
            form.filter method="get" action=(path) {
                @if let Some(division) = wanted.division { input type="hidden" name="division" value=(division.word()); }
                (select("category", "Category", &course.categories, wanted.category.as_ref()))
                (select("nation", "Nation", &course.nations, wanted.nation.as_ref()))
                button type="submit" { "Show" }
            }
        }
    }
}

fn select(name: &str, label: &str, all: &[String], chosen: Option<&String>) -> Markup {
    html! {
        @if all.len() > 1 {
            label {
                (label)
                select name=(name) {
                    option value="" { "All" }
                    @for one in all { option value=(one) selected[chosen == Some(one)] { (one) } }
                }
            }
        }
    }
}

fn table(shown: &Shown, lines: &[(Option<usize>, &Runner)], base: &str) -> Markup {
    html! {
        table.runners {
            thead {
                tr {
                    th.n scope="col" { "Place" }
                    th scope="col" { "Runner" }
                    th.spare scope="col" { "Category" }
                    th.n scope="col" { "Time" }
                }
            }
            tbody { @for (place, runner) in lines { (row(shown, *place, runner, base)) } }
        }
    }
}

fn row(shown: &Shown, place: Option<usize>, runner: &Runner, base: &str) -> Markup {
    html! {
        tr id=(element(&["r", &runner.bib, if runner.bib.is_empty() { &runner.name } else { "" }])) {
            td.n.place { @if let Some(place) = place { (place) } @else { span.unseen { "No place" } } }
            td { (name(base, &runner.bib, &runner.name)) (about(runner, None)) }
            td.spare {
                bdi { (runner.category.as_deref().unwrap_or_default()) }
                @if let Some(at) = runner.places.and_then(|places| places.category) { div.sub { "place " (at) } }
            }
            td.n.time {
                (outcome(shown, runner))
                @if runner.is_in_question { div.sub { "being looked into" } }
            }
        }
    }
}

fn pages(wanted: &Wanted, path: &str, count: usize) -> Markup {
    let last = count.div_ceil(ON_A_PAGE).clamp(1, PAGES_MAX);
    html! {
        @if last > 1 {
            nav.pages aria-label="Pages" {
                @if wanted.page > 1 {
                    a.more href=(wanted.href(path, wanted.division, wanted.page - 1)) { "← Before" }
                } @else { span {} }
                span.more.soft { "Page " (wanted.page) " of " (last) }
                @if wanted.page < last {
                    a.more href=(wanted.href(path, wanted.division, wanted.page + 1)) { "Next →" }
                } @else { span {} }
            }
        }
    }
}
