//! What those who work here may ask for besides: who is out there, and what wants a look.
//!
//! Invariant: the words are those of the core, as `bibtrail watch` and `bibtrail review` say them.

use std::sync::Arc;

use axum::{
    extract::{Path, State},
    http::HeaderMap,
    response::Response,
};
use bibtrail_core::review;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Problem, kept};
use crate::{hub::Hub, picture::Picture, view::Answer, when::Zone};

/// Who is out there.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Watch {
    /// As of when: milliseconds since 1970-01-01 UTC.
    now_ms: i64,
    /// Everybody, the worst first.
    runners: Vec<Watched>,
    /// The checkpoints, and how old our knowledge of each is.
    checkpoints: Vec<Station>,
}

/// One runner.
#[derive(Debug, Serialize, ToSchema)]
struct Watched {
    /// What they wear.
    bib: String,
    /// Their name; empty if nobody entered under this bib.
    name: String,
    /// The short name of their course.
    course: Option<String>,
    /// `contested`, `overdue`, `unknown`, `on course`, and so on.
    state: &'static str,
    /// Whether somebody trusted answers for it that they are off the course.
    is_safe: bool,
    /// Why they are in this state, in plain words.
    reason: String,
    /// The checkpoint where they were seen last.
    last_seen: Option<String>,
    /// When that was: milliseconds since 1970-01-01 UTC.
    last_seen_ms: Option<i64>,
    /// By how much they are beyond the latest time at which they were expected, in milliseconds.
    late_ms: Option<i64>,
}

/// One checkpoint.
#[derive(Debug, Serialize, ToSchema)]
struct Station {
    /// Its short name.
    checkpoint: String,
    /// Its name.
    name: String,
    /// Up to when we know what happened there: milliseconds since 1970-01-01 UTC. Nothing if nobody reported.
    until_ms: Option<i64>,
    /// The same in plain words.
    report: String,
    /// Different bibs seen there.
    bibs: usize,
    /// Bibs still to come through.
    expected: Vec<String>,
    /// Runners of whom more would be known if it reported.
    unknown: usize,
}

/// Something that wants a look.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Finding {
    /// Its name.
    finding: String,
    /// What is wrong, in a word.
    kind: &'static str,
    /// The bibs that it is about.
    bibs: Vec<String>,
    /// Where, if it is about one place.
    checkpoint: Option<String>,
    /// When, if it is about one moment: milliseconds since 1970-01-01 UTC.
    time_ms: Option<i64>,
    /// What is wrong, in plain words.
    text: String,
    /// The scans that say so.
    scans: Vec<String>,
    /// Whether somebody looked already, and it is nothing.
    is_dismissed: bool,
    /// What would settle it, the likeliest first.
    suggestions: Vec<String>,
}

/// Who is out there, the worst first, and how old our knowledge of each checkpoint is.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/watch", tag = "staff", params(("race" = String, Path, description = "The race")),
    responses((status = 200, body = Watch), (status = 304, description = "Nothing changed"), (status = 401, body = Problem, description = "At the public address: not signed in"),
        (status = 403, body = Problem, description = "The role is too low"), (status = 404, body = Problem))
)]
pub async fn watch(State(hub): State<Arc<Hub>>, Path(race): Path<String>, headers: HeaderMap) -> Response {
    kept(&hub, &race, &headers, "staff watch", |view| Answer::json(&Watch::of(&view.picture)))
}

/// Which records are wrong, and what would settle each.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/findings", tag = "staff", params(("race" = String, Path, description = "The race")),
    responses(
        (status = 200, body = Vec<Finding>), (status = 304, description = "Nothing changed"),
        (status = 401, body = Problem, description = "At the public address: not signed in"),
        (status = 403, body = Problem, description = "The role is too low"), (status = 404, body = Problem)
    )
)]
pub async fn findings(State(hub): State<Arc<Hub>>, Path(race): Path<String>, headers: HeaderMap) -> Response {
    kept(&hub, &race, &headers, "staff findings", |view| {
        Answer::json(&view.picture.findings().iter().map(Finding::of).collect::<Vec<_>>())
    })
}

impl Watch {
    fn of(picture: &Picture) -> Self {
        let (watch, setup) = (&picture.watch, &picture.known.setup);
        let zone = Zone::of(setup);
        let clock = |ms: i64| zone.minute(ms);
        let runner = |runner: &bibtrail_core::watch::Watched| Watched {
            bib: runner.bib.to_string(),
            name: runner.name.clone(),
            course: runner.course.as_ref().map(ToString::to_string),
            state: runner.state.as_str(),
            is_safe: runner.state.is_safe(),
            reason: runner.reason(setup, &clock),
            last_seen: runner.last.as_ref().map(|seen| seen.place.checkpoint.to_string()),
            last_seen_ms: runner.last.as_ref().map(|seen| seen.time_ms),
            late_ms: runner.late_ms,
        };
        let station = |station: &bibtrail_core::watch::Station| Station {
            checkpoint: station.checkpoint.to_string(),
            name: station.name.clone(),
            until_ms: station.until_ms.filter(|ms| *ms < i64::MAX),
            report: station.report(watch.now_ms, &clock),
            bibs: station.bibs,
            expected: station.expected.iter().map(ToString::to_string).collect(),
            unknown: station.unknown,
        };
        Self {
            now_ms: watch.now_ms,
            runners: watch.runners.iter().map(runner).collect(),
            checkpoints: watch.stations.iter().map(station).collect(),
        }
    }
}

impl Finding {
    fn of(finding: &review::Finding) -> Self {
        Self {
            finding: finding.id.to_string(),
            kind: finding.kind.as_str(),
            bibs: finding.bibs.iter().map(ToString::to_string).collect(),
            checkpoint: finding.checkpoint.as_ref().map(ToString::to_string),
            time_ms: finding.time_ms,
            text: finding.text.clone(),
            scans: finding.scans.iter().map(ToString::to_string).collect(),
            is_dismissed: finding.is_dismissed,
            suggestions: finding.suggestions.iter().map(|suggestion| suggestion.reason.clone()).collect(),
        }
    }
}
