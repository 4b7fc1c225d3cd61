//! Files to download: results for everybody, and for those who work here all formats of the field.
//!
//! Invariant: a file of results says whether it is official; no cell of a table begins a formula.

#![allow(unused_qualifications, reason = "what utoipa makes of the parameters names them in full")]

use std::sync::Arc;

use axum::{
    extract::{Path, Query, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use bibtrail_formats::write::{
    self, Carries, Format, Options, Outcome, Records, Wanted, WriteError, Written, harmless,
};
use serde::Deserialize;
use utoipa::IntoParams;

use super::{NO_RACE, Problem, nothing};
use crate::{
    hub::Hub,
    picture::Picture,
    shown::{Course, Runner, Shown},
    view::Answer,
    when::span,
};

/// A table as everybody may have it.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/results.csv", tag = "public", params(("race" = String, Path, description = "The race")),
    responses(
        (status = 200, content_type = "text/csv", body = String), (status = 304, description = "Nothing changed"),
        (status = 404, body = Problem)
    )
)]
pub async fn results_csv(
    State(hub): State<Arc<Hub>>,
    Path(race): Path<String>,
    headers: HeaderMap,
) -> Response {
    let Some(found) = hub.race_of(&race) else { return nothing(NO_RACE) };
    let answer = found.view().answer("api results.csv", |view| {
        Some(Answer::new("text/csv; charset=utf-8", table(view.shown()).ok()?))
    });
    answer.map_or_else(|| nothing(NO_RACE), |answer| answer.respond(&headers))
}

fn table(shown: &Shown) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record([
        "course",
        "place",
        "bib",
        "name",
        "nation",
        "group",
        "division",
        "category",
        "state",
        "gun_time",
        "net_time",
        "last_seen",
        "standing",
    ])?;
    for course in &shown.race.courses {
        for runner in shown.runners_of(course) {
            csv.write_record(record(course, runner).map(|cell| harmless(&cell)))?;
        }
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}

fn record(course: &Course, runner: &Runner) -> [String; 13] {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let time = |ms: Option<i64>| ms.map(span).unwrap_or_default();
    [
        course.key.clone(),
        runner.places.map(|places| places.overall.to_string()).unwrap_or_default(),
        runner.bib.clone(),
        runner.name.clone(),
        text(&runner.nation),
        text(&runner.group),
        runner.division.map(|division| division.word().to_owned()).unwrap_or_default(),
        text(&runner.category),
        runner.state.word().to_owned(),
        time(runner.gun_ms),
        time(runner.net_ms),
        runner.last.as_ref().map(|seen| seen.place.clone()).unwrap_or_default(),
        if course.is_official { "official" } else { "provisional" }.to_owned(),
    ]
}

/// What a file is to hold.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Asked {
    /// The short name of a course, for formats that hold one.
    course: Option<String>,
    /// The short name of a checkpoint, for formats that hold one.
    checkpoint: Option<String>,
}

/// Results or records in a format of the field (docs/formats-out.md); results that are not official are marked so.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/exports/{format}", tag = "staff",
    params(("race" = String, Path, description = "The race"), ("format" = String, Path, description = "As `bibtrail export` lists them"), Asked),
    responses(
        (status = 200, content_type = "application/octet-stream", body = Vec<u8>),
        (status = 400, body = String, description = "The format cannot be written like this; the text says why"),
        (status = 401, body = Problem, description = "At the public address: not signed in"),
        (status = 403, body = Problem, description = "The role is too low"), (status = 404, body = Problem)
    )
)]
pub async fn export(
    State(hub): State<Arc<Hub>>,
    Path((race, format)): Path<(String, String)>,
    Query(asked): Query<Asked>,
) -> Response {
    let Some(found) = hub.race_of(&race) else { return nothing(NO_RACE) };
    let Some(format) = Format::parse(&format) else {
        return nothing("there is no such format; `bibtrail export` lists them");
    };
    let is_lacking = |wanted: bool, given: &Option<String>| wanted && given.is_none();
    if is_lacking(format.is_of_one_course() && found.picture().known.setup.courses.len() > 1, &asked.course) {
        return (StatusCode::BAD_REQUEST, "this format holds one course: say ?course=\n").into_response();
    }
    if is_lacking(format.is_of_one_checkpoint(), &asked.checkpoint) {
        return (StatusCode::BAD_REQUEST, "this format holds one checkpoint: say ?checkpoint=\n")
            .into_response();
    }
    match written(&found.picture(), format, &asked) {
        Ok(written) => {
            let name = format!("attachment; filename=\"{}-{}\"", hub.short(found.id), format.name());
            let headers = [
                (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
                (header::CONTENT_DISPOSITION, name),
            ];
            (headers, written.bytes).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}

fn written(picture: &Picture, format: Format, asked: &Asked) -> Result<Written, WriteError> {
    let options = Options { now_ms: picture.now_ms, ..Options::default() };
    let (setup, results, course) = (&picture.known.setup, &picture.results, asked.course.as_deref());
    match format.carries() {
        Carries::Results => {
            let mut outcome = Outcome::of(setup, results, &picture.open, course);
            outcome.is_provisional = !picture.is_official();
            write::results(format, &outcome, &options)
        }
        Carries::Records => {
            let wanted = Wanted { course, checkpoint: asked.checkpoint.as_deref(), is_raw: false };
            write::records(
                format,
                &Records::of(setup, results, &picture.known.scans.to_vec(), wanted),
                &options,
            )
        }
    }
}
