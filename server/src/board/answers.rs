//! Who asks for which page, and what they get.
//!
//! Invariant: an answer's name says all that the page is made of, and is made of what the race knows, never of what
//! somebody sent: nobody can fill the memory with pages by asking for them.

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Path, Query, State, rejection::QueryRejection},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use bibtrail_core::ids::Bib;
use bibtrail_print::chart::{self, Chart};
use maud::{Markup, html};
use serde::Deserialize;

use super::{Frame, Link, course, front, groups, page, parts::encoded, people, runner};
use crate::{
    hub::{Hub, Race},
    shown::{Course, Division, GroupKind, Shown},
    view::{Answer, HTML, View},
};

/// What may stand behind the question mark of a page's address.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Asked {
    part: Option<String>,
    q: Option<String>,
    bib: Option<String>,
    kind: Option<String>,
    name: Option<String>,
    division: Option<String>,
    category: Option<String>,
    nation: Option<String>,
    page: Option<usize>,
}

/// A page without its frame.
pub(super) struct Content {
    pub(super) title: String,
    pub(super) live: Markup,
}

/// The parts of a race's site.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Section {
    Front,
    Course,
    Groups,
    None,
}

/// Somebody who asks for a page.
pub struct Asking {
    hub: Arc<Hub>,
    headers: HeaderMap,
    asked: Asked,
}

impl FromRequestParts<Arc<Hub>> for Asking {
    type Rejection = QueryRejection;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, QueryRejection> {
        let Query(asked) = Query::try_from_uri(&parts.uri)?;
        Ok(Self { hub: hub.clone(), headers: parts.headers.clone(), asked })
    }
}

/// All races; of one race alone, its own page.
pub async fn races_of(State(hub): State<Arc<Hub>>) -> Response {
    if let [only] = hub.races() {
        return Redirect::temporary(&format!("/r/{}", hub.short(only.id))).into_response();
    }
    let pages: Vec<(String, Arc<View>)> =
        hub.races().iter().map(|race| (format!("/r/{}", hub.short(race.id)), race.view())).collect();
    let live = front::races(&pages);
    let frame = Frame { title: "Races", ..Frame::default() };
    let headers = [(header::CONTENT_TYPE, HTML), (header::CACHE_CONTROL, "no-cache")];
    (headers, page(&frame, &live).into_string()).into_response()
}

/// The first page of a race.
pub async fn front_of(Path(race): Path<String>, asking: Asking) -> Response {
    answer(&race, &asking, Section::Front, "front", |shown, base| {
        Some(Content { title: shown.race.name.clone(), live: front::race(shown, base) })
    })
}

/// The standings of a course.
pub async fn course_of(Path((race, key)): Path<(String, String)>, asking: Asking) -> Response {
    let Some(found) = asking.hub.race_of(&race) else { return nothing() };
    let view = found.view();
    let Some(of) = view.shown().course(&key) else { return lost(&asking, found) };
    // Of what is asked for counts what there is.
    let asked = &asking.asked;
    let among =
        |all: &[String], asked: &Option<String>| asked.as_ref().filter(|one| all.contains(one)).cloned();
    let wanted = course::Wanted {
        division: asked.division.as_deref().and_then(Division::parse),
        category: among(&of.categories, &asked.category),
        nation: among(&of.nations, &asked.nation),
        page: asked.page.unwrap_or(1).clamp(1, course::PAGES_MAX),
    };
    answer(&race, &asking, Section::Course, &format!("course {key} {wanted:?}"), |shown, base| {
        course::course(shown, shown.course(&key)?, &wanted, base)
    })
}

/// One runner.
pub async fn runner_of(Path(race): Path<String>, asking: Asking) -> Response {
    let bib = asking.asked.bib.clone().unwrap_or_default();
    answer(&race, &asking, Section::None, &format!("runner {bib}"), |shown, base| {
        runner::runner(shown, &bib, base)
    })
}

/// A chart of one runner beside the field, as SVG.
pub async fn chart_of(Path(race): Path<String>, asking: Asking) -> Response {
    let Some(found) = asking.hub.race_of(&race) else { return nothing() };
    let bib = asking.asked.bib.unwrap_or_default();
    let answer = found.view().answer(&format!("chart {bib}"), |view| draw(view, &bib));
    answer.map_or_else(nothing, |answer| answer.respond(&asking.headers))
}

fn draw(view: &View, bib: &str) -> Option<Answer> {
    // Only of those whom everybody may see.
    view.shown().wearers(bib).next()?;
    let bib = Bib::new(bib).ok()?;
    let courses = &view.picture.results.courses;
    let course = courses.iter().find(|course| course.runners.iter().any(|runner| runner.bib == bib))?;
    let (bibs, setup) = ([bib], &view.picture.known.setup);
    let chart = Chart::new(setup, course);
    let wanted = Chart { bibs: &bibs, width_px: 1000, height_px: 640, is_of_few: true, ..chart };
    Some(Answer::new("image/svg+xml", chart::splits(&wanted)))
}

/// All tour groups and nations.
pub async fn groups_of(Path(race): Path<String>, asking: Asking) -> Response {
    answer(&race, &asking, Section::Groups, "groups", |shown, base| {
        Some(Content { title: "Groups".to_owned(), live: groups::groups(shown, base) })
    })
}

/// One group or nation.
pub async fn group_of(Path(race): Path<String>, asking: Asking) -> Response {
    let kind = asking.asked.kind.as_deref().and_then(GroupKind::parse).unwrap_or(GroupKind::Group);
    let name = asking.asked.name.clone().unwrap_or_default();
    answer(&race, &asking, Section::Groups, &format!("group {kind:?} {name}"), |shown, base| {
        groups::group(shown, shown.group(kind, &name)?, base)
    })
}

/// Who is meant by a bib or a name. What people search for is made each time: it may be anything.
pub async fn search_of(Path(race): Path<String>, asking: Asking) -> Response {
    let Some(found) = asking.hub.race_of(&race) else { return nothing() };
    let (view, query) = (found.view(), asking.asked.q.clone().unwrap_or_default());
    let base = format!("/r/{}", asking.hub.short(found.id));
    let live = people::search(view.shown(), &query, &base);
    let content = Content { title: format!("Search: {query}"), live };
    Frames { base, view: &view, asking: &asking, section: Section::None }
        .whole(&content)
        .respond(&asking.headers)
}

/// The page of this name, made if nobody asked for it before.
fn answer(
    race: &str,
    asking: &Asking,
    section: Section,
    name: &str,
    make: impl FnOnce(&Shown, &str) -> Option<Content>,
) -> Response {
    let Some(found) = asking.hub.race_of(race) else { return nothing() };
    let part = if asking.asked.is_live() { "live" } else { "page" };
    let made = found.view().answer(&format!("{part} {name}"), |view| {
        let base = format!("/r/{}", asking.hub.short(found.id));
        let content = make(view.shown(), &base)?;
        Some(Frames { base, view, asking, section }.whole(&content))
    });
    made.map_or_else(|| lost(asking, found), |answer| answer.respond(&asking.headers))
}

impl Asked {
    /// Whether somebody has the page, and wants what changes.
    fn is_live(&self) -> bool {
        self.part.as_deref() == Some("live")
    }
}

/// What frames a page of a race.
struct Frames<'a> {
    base: String,
    view: &'a View,
    asking: &'a Asking,
    section: Section,
}

impl Frames<'_> {
    fn whole(&self, content: &Content) -> Answer {
        let asked = &self.asking.asked;
        if asked.is_live() {
            return Answer::new(HTML, content.live.clone().into_string());
        }
        let shown = self.view.shown();
        let places = places(shown, &self.base);
        let is_here = |at: usize, text: &str| match self.section {
            Section::Front => at == 0,
            Section::Course => at > 0 && at + 1 < places.len() && content.title == text,
            Section::Groups => at + 1 == places.len(),
            Section::None => false,
        };
        let mut nav = Vec::new();
        for (at, (href, text)) in places.iter().enumerate() {
            nav.push(Link { href, text, is_here: is_here(at, text) });
        }
        let (base, name) = (self.base.as_str(), shown.race.name.as_str());
        let frame = Frame {
            title: &content.title,
            race: Some(Link { href: base, text: name, is_here: self.section == Section::Front }),
            nav: &nav,
            search: Some(&format!("{base}/search")),
            query: asked.q.as_deref().unwrap_or_default(),
            events: Some(&format!("/api/v1/races/{}/events", shown.race.race)),
            as_of_ms: self.view.picture.now_ms,
            time_zone: &shown.race.time_zone,
            is_held: false,
        };
        Answer::new(HTML, page(&frame, &content.live).into_string())
    }
}

/// Where one can go: the first page, the courses, the groups.
fn places(shown: &Shown, base: &str) -> Vec<(String, String)> {
    let mut places = vec![(base.to_owned(), "Overview".to_owned())];
    let course = |course: &Course| (format!("{base}/course/{}", encoded(&course.key)), course.name.clone());
    places.extend(shown.race.courses.iter().map(course));
    places.push((format!("{base}/groups"), "Groups".to_owned()));
    places
}

/// There is no such page in this race.
fn lost(asking: &Asking, race: &Race) -> Response {
    let live = html! {
        h1 { "Nothing is here" }
        p.lede {
            "Nobody is entered under this bib, or there is no such page. Search for a name, or begin at the overview."
        }
    };
    let content = Content { title: "Nothing is here".to_owned(), live };
    let base = format!("/r/{}", asking.hub.short(race.id));
    let frames = Frames { base, view: &race.view(), asking, section: Section::None };
    (StatusCode::NOT_FOUND, frames.whole(&content).respond(&HeaderMap::new())).into_response()
}

/// There is no such race.
fn nothing() -> Response {
    let live = html! {
        h1 { "Nothing is here" }
        p.lede { "There is no such race on this server. " a href="/" { "See the races." } }
    };
    let frame = Frame { title: "Nothing is here", ..Frame::default() };
    let headers = [(header::CONTENT_TYPE, HTML)];
    (StatusCode::NOT_FOUND, headers, page(&frame, &live).into_string()).into_response()
}
