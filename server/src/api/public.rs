//! What everybody may ask for.
//!
//! Invariant: each answer is made once per picture; what somebody sends chooses among what there is.

#![allow(unused_qualifications, reason = "what utoipa makes of the parameters names them in full")]

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::HeaderMap,
    response::Response,
};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{NO_RACE, Problem, nothing};
use crate::{
    hub::Hub,
    shown::{
        Counts, Course, Division, Group, Passed, Place, Places, Race, Runner, Seen, Shown, SplitTime,
        State as Where,
    },
    view::Answer,
};

/// A race in a list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RaceLine {
    /// Its id.
    race: String,
    /// Its name.
    name: String,
    /// The gun: milliseconds since 1970-01-01 UTC.
    start_ms: i64,
    /// Whether all standings are official.
    is_official: bool,
    /// How many are where.
    counts: Counts,
}

/// The standings of one course.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Standings<'a> {
    /// The course's short name.
    course: &'a str,
    /// Whether these standings are official; else they are provisional and may change.
    is_official: bool,
    /// Why they are provisional.
    provisional: &'a [String],
    /// Finishers by place, who is out there by how far they are, then the others.
    lines: Vec<ResultLine<'a>>,
}

/// One runner in the standings.
#[derive(Debug, Serialize, ToSchema)]
struct ResultLine<'a> {
    /// What they wear.
    bib: &'a str,
    /// Name.
    name: &'a str,
    /// Nation.
    nation: Option<&'a str>,
    /// Tour group, club or team.
    group: Option<&'a str>,
    /// Division.
    division: Option<Division>,
    /// Category.
    category: Option<&'a str>,
    /// Where they are in the race.
    state: Where,
    /// Whether somebody trusted answers for it that they are off the course.
    is_off_course: bool,
    /// Whether what is known contradicts itself.
    is_in_question: bool,
    /// Their places among those who finished.
    places: Option<Places>,
    /// From the gun to the finish, in milliseconds.
    gun_ms: Option<i64>,
    /// From their own start to the finish, in milliseconds.
    net_ms: Option<i64>,
    /// Where they were seen last.
    last: Option<&'a Seen>,
}

/// The times of one course.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CourseSplits<'a> {
    /// The course's short name.
    course: &'a str,
    /// Where times are taken.
    places: &'a [Place],
    /// Its runners, in the order of the standings.
    lines: Vec<SplitLine<'a>>,
}

/// The times of one runner.
#[derive(Debug, Serialize, ToSchema)]
struct SplitLine<'a> {
    /// What they wear.
    bib: &'a str,
    /// Name.
    name: &'a str,
    /// One for each place; nothing where they were not seen.
    splits: &'a [Option<SplitTime>],
}

/// What was found.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Found<'a> {
    /// How many there are.
    count: usize,
    /// The first of them.
    runners: Vec<&'a Runner>,
}

/// Which course.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct OfCourse {
    /// Its short name; all courses if nothing is said.
    course: Option<String>,
}

/// Whom to look for.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Sought {
    /// A bib, or parts of a name, in any script; at most 64 characters count.
    q: String,
}

/// The races of this server.
#[utoipa::path(get, path = "/api/v1/races", tag = "public", responses((status = 200, body = Vec<RaceLine>)))]
pub async fn races(State(hub): State<Arc<Hub>>, headers: HeaderMap) -> Response {
    let line = |race: &crate::hub::Race| {
        let view = race.view();
        let of = &view.shown().race;
        RaceLine {
            race: of.race.clone(),
            name: of.name.clone(),
            start_ms: of.start_ms,
            is_official: of.is_official,
            counts: of.counts,
        }
    };
    let lines: Vec<RaceLine> = hub.races().iter().map(line).collect();
    Answer::json(&lines).map_or_else(|| nothing(NO_RACE), |answer| answer.respond(&headers))
}

/// A race and its courses.
#[utoipa::path(
    get, path = "/api/v1/races/{race}", tag = "public", params(("race" = String, Path, description = "The race")),
    responses((status = 200, body = Race), (status = 304, description = "Nothing changed"), (status = 404, body = Problem))
)]
pub async fn race(State(hub): State<Arc<Hub>>, Path(race): Path<String>, headers: HeaderMap) -> Response {
    kept(&hub, &race, &headers, "race", |shown| Answer::json(&shown.race))
}

/// Standings.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/results", tag = "public", params(("race" = String, Path, description = "The race"), OfCourse),
    responses(
        (status = 200, body = Vec<Standings>), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn results(
    State(hub): State<Arc<Hub>>,
    Path(race): Path<String>,
    Query(of): Query<OfCourse>,
    headers: HeaderMap,
) -> Response {
    kept(&hub, &race, &headers, &format!("results {:?}", of.course), |shown| {
        let mut all = Vec::new();
        for course in courses(shown, &of)? {
            all.push(Standings {
                course: &course.key,
                is_official: course.is_official,
                provisional: &course.provisional,
                lines: shown.runners_of(course).map(ResultLine::of).collect(),
            });
        }
        Answer::json(&all)
    })
}

/// Times at all places.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/splits", tag = "public", params(("race" = String, Path, description = "The race"), OfCourse),
    responses(
        (status = 200, body = Vec<CourseSplits>), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn splits(
    State(hub): State<Arc<Hub>>,
    Path(race): Path<String>,
    Query(of): Query<OfCourse>,
    headers: HeaderMap,
) -> Response {
    kept(&hub, &race, &headers, &format!("splits {:?}", of.course), |shown| {
        let mut all = Vec::new();
        for course in courses(shown, &of)? {
            let lines = shown.runners_of(course).map(SplitLine::of).collect();
            all.push(CourseSplits { course: &course.key, places: &course.places, lines });
        }
        Answer::json(&all)
    })
}

/// Who is meant by a bib or a name: at most 60.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/runners", tag = "public", params(("race" = String, Path, description = "The race"), Sought),
    responses(
        (status = 200, body = Found), (status = 400, description = "Nobody is looked for"), (status = 404, body = Problem)
    )
)]
pub async fn runners(
    State(hub): State<Arc<Hub>>,
    Path(race): Path<String>,
    Query(sought): Query<Sought>,
    headers: HeaderMap,
) -> Response {
    // Whatever people look for is made each time: it may be anything.
    let Some(found) = hub.race_of(&race) else { return nothing(NO_RACE) };
    let view = found.view();
    let (runners, count) = view.shown().search(&sought.q);
    Answer::json(&Found { count, runners })
        .map_or_else(|| nothing(NO_RACE), |answer| answer.respond(&headers))
}

/// One runner with all times; more than one only where several are entered under one bib.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/runners/{bib}", tag = "public",
    params(("race" = String, Path, description = "The race"), ("bib" = String, Path, description = "The bib")),
    responses(
        (status = 200, body = Vec<Runner>), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn runner(
    State(hub): State<Arc<Hub>>,
    Path((race, bib)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    kept(&hub, &race, &headers, &format!("runner {bib}"), |shown| {
        let wearers: Vec<&Runner> = shown.wearers(&bib).collect();
        (!wearers.is_empty()).then(|| Answer::json(&wearers)).flatten()
    })
}

/// Tour groups and nations: is everybody in?
#[utoipa::path(
    get, path = "/api/v1/races/{race}/groups", tag = "public", params(("race" = String, Path, description = "The race")),
    responses(
        (status = 200, body = Vec<Group>), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn groups(State(hub): State<Arc<Hub>>, Path(race): Path<String>, headers: HeaderMap) -> Response {
    kept(&hub, &race, &headers, "groups", |shown| Answer::json(&shown.groups))
}

/// Who was seen last, the newest first.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/latest", tag = "public", params(("race" = String, Path, description = "The race")),
    responses(
        (status = 200, body = Vec<Passed>), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn latest(State(hub): State<Arc<Hub>>, Path(race): Path<String>, headers: HeaderMap) -> Response {
    kept(&hub, &race, &headers, "latest", |shown| Answer::json(&shown.latest))
}

/// The courses that are asked for; nothing if there is no such one.
fn courses<'a>(shown: &'a Shown, of: &OfCourse) -> Option<Vec<&'a Course>> {
    match &of.course {
        None => Some(shown.race.courses.iter().collect()),
        Some(key) => Some(vec![shown.course(key)?]),
    }
}

/// The answer of this name about what everybody may see, made if nobody asked for it before.
fn kept(
    hub: &Hub,
    race: &str,
    headers: &HeaderMap,
    name: &str,
    make: impl FnOnce(&Shown) -> Option<Answer>,
) -> Response {
    super::kept(hub, race, headers, &format!("api {name}"), |view| make(view.shown()))
}

impl<'a> SplitLine<'a> {
    fn of(runner: &'a Runner) -> Self {
        Self { bib: &runner.bib, name: &runner.name, splits: &runner.splits }
    }
}

impl<'a> ResultLine<'a> {
    fn of(runner: &'a Runner) -> Self {
        Self {
            bib: &runner.bib,
            name: &runner.name,
            nation: runner.nation.as_deref(),
            group: runner.group.as_deref(),
            division: runner.division,
            category: runner.category.as_deref(),
            state: runner.state,
            is_off_course: runner.is_off_course,
            is_in_question: runner.is_in_question,
            places: runner.places,
            gun_ms: runner.gun_ms,
            net_ms: runner.net_ms,
            last: runner.last.as_ref(),
        }
    }
}
