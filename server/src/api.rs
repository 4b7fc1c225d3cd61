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
    http::StatusCode,
    response::{IntoResponse, Response},
};
use serde::Serialize;
use utoipa::{OpenApi, ToSchema};

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct Problem {
    /// What is wrong, and what to do.
    pub error: &'static str,
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
        (name = "staff", description = "For those who work here, at the address for staff")
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
