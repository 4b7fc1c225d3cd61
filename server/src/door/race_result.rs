//! The webhook of RACE RESULT: "Raw Data Record JSON" by POST, one record each, or several.
//!
//! Invariant: as [`super`].
//!
//! Source: the address and answers that OpenSplitTime has for these boxes, so that a box needs only another host.

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bibtrail_formats::read::records::Format;
use serde_json::json;

use super::{failed, is_meant, take, told};
use crate::{gate::Signed, hub::Hub};

/// Takes what a box posts.
pub async fn post(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Query(query): Query<BTreeMap<String, String>>,
    body: Bytes,
) -> Response {
    let name = signed.at(&hub).map(|race| race.picture().known.setup.name.clone()).unwrap_or_default();
    if query.get("event_group_name").is_some_and(|given| !is_meant(signed.race, &name, given)) {
        let why = format!("this token is for the race \"{name}\"");
        return (StatusCode::NOT_FOUND, Json(json!({ "errors": [why] }))).into_response();
    }
    match take(&hub, &signed, body.to_vec(), Format::RaceResult, "RACE RESULT").await {
        Ok(taken) => told(&taken, false),
        Err(error) => failed(&error),
    }
}
