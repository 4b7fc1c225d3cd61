//! Doors for other systems: what they post becomes scans, as if somebody had typed it.
//!
//! Invariant: each posted record has its own fate, which is answered; one that is refused blocks no other, and one that is
//! posted again adds nothing. A door may say what its ticket may, and no more.

pub mod ost;
pub mod race_result;

use std::{collections::BTreeMap, sync::Arc};

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bibtrail_clerk::records::{Book, Fate, Order, Taken};
use bibtrail_core::{ids::RaceId, op::ScanKind};
use bibtrail_formats::{
    read::{
        Encoding,
        records::{self, Format},
    },
    record::parameterized,
};
use serde_json::{Value, json};

use crate::{
    gate::Signed,
    hub::Hub,
    staff::desk::{self, DeskError},
};

/// The number of a race, where a system wants one: the same on every server. 1 and more.
#[must_use]
pub fn number(race: RaceId) -> u32 {
    let [a, b, c, d, ..] = *race.0.as_bytes();
    (u32::from_be_bytes([a, b, c, d]) >> 1).max(1)
}

/// Whether somebody means this race: by its number, its id, its name, or its name as a part of an address.
fn is_meant(race: RaceId, name: &str, given: &str) -> bool {
    given == number(race).to_string()
        || RaceId::parse(given) == Some(race)
        || given == name
        || parameterized(given) == parameterized(name)
}

/// Takes what was posted.
async fn take(
    hub: &Arc<Hub>,
    signed: &Signed,
    bytes: Vec<u8>,
    format: Format,
    source: &'static str,
) -> Result<Taken, DeskError> {
    let work = move |pen: &mut bibtrail_clerk::pen::Pen<'_>| {
        let report = records::read(&bytes, Encoding::Utf8, format);
        let order = Order {
            stations: BTreeMap::new(),
            checkpoint: None,
            kind: ScanKind::In,
            date: None,
            gun_ms: None,
            source: source.to_owned(),
            is_file: false,
            is_dry: false,
        };
        Book::of(pen.store())?.take(pen, &report, &order)
    };
    desk::write(hub, signed, work).await.map(|(taken, _)| taken)
}

/// The fate of each record, as JSON.
fn fates(taken: &Taken) -> Vec<Value> {
    let each = taken.takings.iter().zip(&taken.fates).enumerate();
    each.map(|(at, (taking, fate))| {
        let (word, why) = match fate {
            Fate::Taken => ("taken", None),
            Fate::Held(_) => ("held", None),
            Fate::Same(_) => ("same", None),
            Fate::Refused(why) => ("refused", Some(why)),
        };
        json!({
            "record": taking.number,
            "fate": word,
            "why": why,
            "remarks": taking.remarks,
            "operation": taken.operation(at).map(|at| at.to_string()),
        })
    })
    .collect()
}

/// Nothing was taken, because the race is not written.
fn failed(error: &DeskError) -> Response {
    (error.status(), Json(json!({ "errors": [error.to_string()] }))).into_response()
}

/// The answer to records that were posted: 201 if all are held now, else 422 with what is wrong with those that are not.
/// The others are held all the same, so whoever posts the whole again does no harm.
fn told(taken: &Taken, is_limited: bool) -> Response {
    let refusals = taken.refusals();
    if refusals.is_empty() {
        let body = if is_limited { json!({}) } else { json!({ "data": fates(taken) }) };
        return (StatusCode::CREATED, Json(body)).into_response();
    }
    let errors: Vec<Value> = refusals
        .iter()
        .map(|(number, why)| {
            json!({ "title": "Record was not taken", "detail": { "record": number, "messages": [why] } })
        })
        .collect();
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": errors, "fates": fates(taken) })))
        .into_response()
}
