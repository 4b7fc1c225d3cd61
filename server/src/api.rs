//! The API: what pages show, as JSON, under `/api/v1`; described by an OpenAPI document that is made of this code.
//!
//! Invariant: what is public gives what [`crate::shown`] allows and nothing else. Fields are only added within a version.

mod events;
mod exports;
mod public;
mod staff;

pub use events::events;
pub use exports::{export, results_csv};
pub use public::{groups, latest, race, races, results, runner, runners, splits};
pub use staff::{findings, watch};

use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

use crate::{
    hub::Hub,
    view::{Answer, View},
};

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What is wrong, and what to do.
    pub error: &'static str,
}

/// The answer of this name of a race, made if nobody asked for it before.
fn kept(
    hub: &Hub,
    race: &str,
    headers: &HeaderMap,
    name: &str,
    make: impl FnOnce(&View) -> Option<Answer>,
) -> Response {
    let Some(found) = hub.race_of(race) else { return nothing(NO_RACE) };
    let answer = found.view().answer(name, make);
    answer.map_or_else(|| nothing("there is no such thing in this race"), |answer| answer.respond(headers))
}

/// All of it, as programs read it.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Bibtrail headquarters",
        version = "1",
        description = "Races as everybody may see them, and, for those who work here, who is out there and what wants \
            a look. Answers bear an ETag: ask again with If-None-Match, or listen to the stream of events and ask when \
            it tells of a change. A race is called by its id, or by so many of its first digits (eight or more) that no \
            other is meant. Times are milliseconds since 1970-01-01 UTC, spans are milliseconds."
    ),
    paths(
        public::races,
        public::race,
        public::results,
        public::splits,
        public::runners,
        public::runner,
        public::groups,
        public::latest,
        exports::results_csv,
        events::events,
        staff::watch,
        staff::findings,
        exports::export,
    ),
    tags(
        (name = "public", description = "For everybody"),
        (name = "staff", description = "For those who work here: at the address for staff, or signed in, or with a ticket's secret as a bearer token")
    )
)]
struct Document;

/// The OpenAPI document.
pub async fn openapi() -> Response {
    Json(Document::openapi()).into_response()
}

/// There is no such thing.
fn nothing(error: &'static str) -> Response {
    (StatusCode::NOT_FOUND, Json(Problem { error })).into_response()
}

const NO_RACE: &str = "there is no such race here; /api/v1/races lists them";
