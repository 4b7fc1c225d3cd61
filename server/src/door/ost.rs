//! The part of OpenSplitTime's API that its phone app uses: signing in, the event groups, raw times in and out.
//!
//! Invariant: as [`super`]. A password is a ticket's secret, and so is the token: nothing is kept, a restart changes
//! nothing, and a revocation of the ticket ends both.
//!
//! Source: OpenSplitTime's API documentation, its event groups controller, and the fixtures of OST Remote.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use axum::{
    Extension, Json,
    body::Bytes,
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use bibtrail_core::{ids::Key, op::ScanKind, race::RaceSetup, state::Sighting};
use bibtrail_formats::{
    read::records::Format,
    record::{bitkey, parameterized},
};
use serde_json::{Value, json};

use super::{failed, is_meant, number, take, told};
use crate::{
    gate::{self, Signed},
    hub::Hub,
    picture::{Picture, Seen},
    when::Zone,
};

/// How long the app may believe its token before it asks again, in milliseconds.
const TOKEN_MS: i64 = 3 * 24 * 3_600_000;

/// The most raw times in one answer.
const PAGE_MAX: usize = 50;

type Asked = Query<BTreeMap<String, String>>;

/// `POST /api/v1/auth`: the password is a ticket's secret. The e-mail address is not looked at.
pub async fn auth(State(hub): State<Arc<Hub>>, body: Bytes) -> Response {
    let password = password(&body);
    let Some(signed) = password.as_deref().and_then(|token| gate::bearer(&hub, token)) else {
        let why = "The password is not that of a door of this server, or was revoked";
        return (StatusCode::UNAUTHORIZED, Json(json!({ "errors": [why] }))).into_response();
    };
    let race = signed.at(&hub).map(|race| race.picture());
    let now_ms = race.as_ref().map_or(0, |picture| picture.now_ms);
    let zone = race.map(|picture| Zone::of(&picture.known.setup));
    let expiration = zone.map(|zone| zone.iso(now_ms.saturating_add(TOKEN_MS)));
    Json(json!({ "token": password, "expiration": expiration })).into_response()
}

/// Of a form (`user[password]=…`) or of JSON.
fn password(body: &[u8]) -> Option<String> {
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let user = value.get("user").unwrap_or(&value);
        return Some(user.get("password")?.as_str()?.to_owned());
    }
    let text = std::str::from_utf8(body).ok()?;
    let mut pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    let plain = |text: &str| percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned();
    pairs.find(|(name, _)| plain(name) == "user[password]").map(|(_, value)| plain(value))
}

/// The picture of the race that an address means, if the token is for it.
fn of_group(hub: &Hub, signed: &Signed, group: &str) -> Option<Arc<Picture>> {
    let picture = signed.at(hub).map(|race| race.picture());
    picture.filter(|picture| is_meant(signed.race, &picture.known.setup.name, group))
}

fn other_group() -> Response {
    let why = "this token is for another event group";
    (StatusCode::NOT_FOUND, Json(json!({ "errors": [why] }))).into_response()
}

/// `GET /api/v1/event_groups`: the one that the token is for.
pub async fn groups(State(hub): State<Arc<Hub>>, Extension(signed): Extension<Signed>) -> Response {
    let data: Vec<Value> = signed.at(&hub).map(|race| group_json(&race.picture())).into_iter().collect();
    Json(json!({ "data": data })).into_response()
}

/// `GET /api/v1/event_groups/{group}`, with its events and efforts where `include` asks for them.
pub async fn group(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Path(group): Path<String>,
    Query(query): Asked,
) -> Response {
    let Some(picture) = of_group(&hub, &signed, &group) else { return other_group() };
    let included = match query.get("include") {
        Some(wanted) if wanted.contains("events") => included(&picture.known, wanted.contains("efforts")),
        _ => Vec::new(),
    };
    Json(json!({ "data": group_json(&picture), "included": included })).into_response()
}

fn group_json(picture: &Picture) -> Value {
    let setup = &picture.known.setup;
    let id = number(picture.race);
    let entries: Vec<Value> =
        setup.checkpoints.iter().map(|c| station_json(setup, &c.key, &c.name)).collect();
    json!({
        "id": id.to_string(),
        "type": "eventGroups",
        "attributes": {
            "id": id,
            "name": setup.name,
            "organizationId": 1,
            "concealed": true,
            "availableLive": true,
            "monitorPacers": true,
            "slug": parameterized(&setup.name),
            "multiLap": false,
            "maximumLaps": 1,
            "homeTimeZone": setup.time_zone,
            "unpairedDataEntryGroups": entries,
            "dataEntryGroups": entries,
        },
        "links": { "self": format!("/api/v1/event_groups/{id}") },
    })
}

/// The ways that are recorded at a checkpoint.
fn ways(setup: &RaceSetup, checkpoint: &Key) -> &'static [ScanKind] {
    let mut visits = setup.courses.iter().flat_map(|course| &course.visits);
    match visits.any(|visit| visit.checkpoint == *checkpoint && visit.in_out) {
        true => &[ScanKind::In, ScanKind::Out],
        false => &[ScanKind::In],
    }
}

fn station_json(setup: &RaceSetup, key: &Key, name: &str) -> Value {
    let ways = ways(setup, key);
    let entry = |kind: &ScanKind| {
        let label = match (ways.len(), kind) {
            (1, _) => name.to_owned(),
            (_, ScanKind::In) => format!("{name} In"),
            (_, ScanKind::Out) => format!("{name} Out"),
        };
        json!({
            "subSplitKind": kind.as_str(),
            "label": label,
            "splitName": name,
            "parameterizedSplitName": parameterized(name),
        })
    };
    json!({ "title": name, "entries": ways.iter().map(entry).collect::<Vec<_>>() })
}

/// Courses as events, entrants as efforts: names and bibs only.
fn included(known: &Seen, has_efforts: bool) -> Vec<Value> {
    let courses = (1..).zip(&known.setup.courses);
    let event = |(n, course): (u32, &bibtrail_core::race::Course)| {
        json!({
            "id": n.to_string(),
            "type": "events",
            "attributes": { "id": n, "name": course.name, "slug": course.key.as_str(), "laps": 1 },
        })
    };
    let mut all: Vec<Value> = courses.map(event).collect();
    let entrants = (1..).zip(known.entrants.iter()).filter(|_| has_efforts);
    all.extend(entrants.map(|(n, entrant): (u32, _)| {
        let course =
            known.setup.courses.iter().position(|course| Some(&course.key) == entrant.course.as_ref());
        let gender = match entrant.gender.as_deref() {
            Some("F") => "female",
            Some("M") => "male",
            _ => "nonbinary",
        };
        json!({
            "id": n.to_string(),
            "type": "efforts",
            "attributes": {
                "eventId": course.map_or(1, |at| at + 1),
                "fullName": entrant.name,
                "gender": gender,
                "age": entrant.age,
                "flexibleGeolocation": entrant.nation,
                "bibNumber": entrant.bib.as_ref().map(|bib| ost_bib(bib.as_str())),
            },
        })
    }));
    all
}

/// A number where OpenSplitTime has a number.
fn ost_bib(bib: &str) -> Value {
    bib.parse::<u32>().map_or_else(|_| json!(bib), |number| json!(number))
}

/// `POST /api/v1/event_groups/{group}/import`.
pub async fn import(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Path(group): Path<String>,
    Query(query): Asked,
    body: Bytes,
) -> Response {
    if of_group(&hub, &signed, &group).is_none() {
        return other_group();
    }
    let asked = |names: [&str; 2]| names.iter().find_map(|name| query.get(*name));
    let is_limited = asked(["limitedResponse", "limited_response"]).is_some_and(|text| text == "true");
    let format = match asked(["dataFormat", "data_format"]).map(String::as_str) {
        Some("csv_raw_times") => Format::OstCsv,
        _ => Format::OstJson,
    };
    match take(&hub, &signed, body.to_vec(), format, "OpenSplitTime").await {
        Ok(taken) => told(&taken, is_limited),
        Err(error) => failed(&error),
    }
}

/// The checkpoint of `split_name`.
fn split(picture: &Picture, query: &BTreeMap<String, String>) -> Option<Key> {
    let names = ["split_name", "splitName", "filter[split_name]", "filter[splitName]"];
    let given = parameterized(names.iter().find_map(|name| query.get(*name))?);
    let mut all = picture.known.setup.checkpoints.iter();
    all.find(|c| parameterized(&c.name) == given || c.key.as_str() == given).map(|c| c.key.clone())
}

/// `GET …/not_expected`: the bibs of entrants who are not to come through this place any more.
pub async fn not_expected(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Path(group): Path<String>,
    Query(query): Asked,
) -> Response {
    let Some(picture) = of_group(&hub, &signed, &group) else { return other_group() };
    let Some(key) = split(&picture, &query) else { return no_split(&picture) };
    let expected: BTreeSet<_> = picture.watch.expected_at(&key).into_iter().collect();
    let worn = picture.known.entrants.iter().filter_map(|entrant| entrant.bib.as_ref());
    let bibs: Vec<Value> =
        worn.filter(|bib| !expected.contains(*bib)).map(|bib| ost_bib(bib.as_str())).collect();
    Json(json!({ "data": { "bib_numbers": bibs } })).into_response()
}

fn no_split(picture: &Picture) -> Response {
    let names: Vec<&str> = picture.known.setup.checkpoints.iter().map(|c| c.name.as_str()).collect();
    let why = format!("split_name names no checkpoint of the race; its checkpoints: {}", names.join(", "));
    (StatusCode::UNPROCESSABLE_ENTITY, Json(json!({ "errors": [why] }))).into_response()
}

/// `GET …/raw_times`: what is recorded at a place, the last first, at most fifty.
pub async fn raw_times(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Path(group): Path<String>,
    Query(query): Asked,
) -> Response {
    let Some(picture) = of_group(&hub, &signed, &group) else { return other_group() };
    let asks = query.keys().any(|name| name.contains("split"));
    let key = split(&picture, &query);
    if asks && key.is_none() {
        return no_split(&picture);
    }
    let size = query.get("page[size]").and_then(|text| text.parse().ok()).unwrap_or(PAGE_MAX);
    let mut scans: Vec<&Sighting> = picture.known.scans.iter().filter(|scan| !scan.is_void).collect();
    // Numbers grow with what was known to whoever recorded it.
    scans.sort_by_key(|scan| (scan.depth, scan.at));
    let here = |scan: &&Sighting| key.as_ref().is_none_or(|key| scan.checkpoint == *key);
    let numbered: Vec<(usize, &Sighting)> = (1..).zip(scans).filter(|(_, scan)| here(scan)).collect();
    let zone = Zone::of(&picture.known.setup);
    let last = numbered.iter().rev().take(size.clamp(1, PAGE_MAX));
    let data: Vec<Value> = last.map(|(n, scan)| raw_time(&picture, &zone, *n, scan)).collect();
    Json(json!({ "data": data })).into_response()
}

fn raw_time(picture: &Picture, zone: &Zone, n: usize, scan: &Sighting) -> Value {
    let name = picture.known.setup.checkpoint(&scan.checkpoint).map(|c| c.name.as_str());
    let source = match &scan.source {
        Some(source) => source.name.clone(),
        None => format!("bibtrail-{}", scan.at.log.short()),
    };
    json!({
        "id": n.to_string(),
        "type": "raw_times",
        "attributes": {
            "id": n,
            "eventGroupId": number(picture.race),
            "source": source,
            "absoluteTime": zone.iso(scan.time_ms),
            "enteredTime": zone.iso(scan.time_ms),
            "bibNumber": scan.bib.as_str(),
            "lap": 1,
            "splitName": name,
            "subSplitKind": scan.kind.as_str(),
            "bitkey": bitkey(scan.kind),
            "dataStatus": Value::Null,
            "stoppedHere": false,
            "withPacer": scan.with_pacer,
            "remarks": Value::Null,
        },
    })
}
