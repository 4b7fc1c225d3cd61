//! The pages of those who work at headquarters, and what they write there.
//!
//! Invariant: a page is only made for somebody whom [`crate::gate`] let in; what is written is written by
//! [`bibtrail_clerk`], which asks again what they may, at the moment of writing.

pub mod assets;
pub mod desk;
pub mod devices;
pub mod entry;
pub mod files;
pub mod findings;
pub mod runner;
pub mod sign_in;
pub mod station;
pub mod watch;

use std::collections::BTreeMap;

use axum::{
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};
use bibtrail_core::{ids::RaceId, op::Role};
use maud::{Markup, html};

use crate::{
    board::{self, Frame, Link},
    gate::Signed,
    hub::Hub,
    picture::Picture,
};

/// The parts of the staff's side: path below the race, name, and who may see it.
const PARTS: [(&str, &str, Role); 8] = [
    ("", "Who is out", Role::Volunteer),
    ("/stations", "Checkpoints", Role::Volunteer),
    ("/entry", "Live entry", Role::Volunteer),
    ("/review", "Review", Role::Volunteer),
    ("/conflicts", "Conflicts", Role::Volunteer),
    ("/devices", "Devices", Role::Captain),
    ("/files", "Files", Role::Volunteer),
    ("/chart", "Chart", Role::Volunteer),
];

/// Where the staff's side of a race begins.
#[must_use]
pub fn home(race: RaceId) -> String {
    format!("/hq/{race}")
}

/// A page of a race for somebody who signed in.
fn page(signed: &Signed, picture: &Picture, here: &str, title: &str, live: &Markup) -> Response {
    framed(signed, picture, (here, title), None, live)
}

/// A page that keeps itself up to date: asked for its part `live`, it gives no more than what changes.
fn live_page(
    signed: &Signed,
    picture: &Picture,
    (here, title): (&str, &str),
    query: &BTreeMap<String, String>,
    live: &Markup,
) -> Response {
    if query.get("part").is_some_and(|part| part == "live") {
        return Html(inside(signed, live).into_string()).into_response();
    }
    let events = format!("/api/v1/races/{}/events", signed.race);
    framed(signed, picture, (here, title), Some(&events), live)
}

fn framed(
    signed: &Signed,
    picture: &Picture,
    (here, title): (&str, &str),
    events: Option<&str>,
    live: &Markup,
) -> Response {
    let home = home(signed.race);
    let parts = PARTS.iter().filter(|(.., least)| signed.role >= *least);
    let hrefs: Vec<(String, &str, bool)> =
        parts.map(|(path, text, _)| (format!("{home}{path}"), *text, *path == here)).collect();
    let links: Vec<Link<'_>> =
        hrefs.iter().map(|(href, text, is_here)| Link { href, text, is_here: *is_here }).collect();
    let search = format!("{home}/find");
    let frame = Frame {
        title,
        race: Some(Link { href: &home, text: &picture.known.setup.name, is_here: here.is_empty() }),
        nav: &links,
        search: Some(&search),
        events,
        as_of_ms: picture.now_ms,
        time_zone: &picture.known.setup.time_zone,
        ..Frame::default()
    };
    Html(board::page(&frame, &inside(signed, live)).into_string()).into_response()
}

/// What changes with the race, and who looks at it.
fn inside(signed: &Signed, live: &Markup) -> Markup {
    html! {
        (assets::links())
        div.stack { (live) }
        div.soft.who {
            "Signed in as " bdi { (signed.person.name) } " (" (signed.role.as_str()) ")"
            form.inline method="post" action=(format!("{}/sign-out", home(signed.race))) {
                button.quiet type="submit" { "Sign out" }
            }
        }
    }
}

/// A page for somebody who is not let in.
pub(crate) fn refused(status: StatusCode, why: &str) -> Response {
    let live = html! {
        (assets::links())
        h1 { "Not here" }
        p.lede { (why) }
        p { a.more href="/sign-in" { "Sign in" } }
    };
    let frame = Frame { title: "Sign in", ..Frame::default() };
    let mut answer = (status, Html(board::page(&frame, &live).into_string())).into_response();
    if status == StatusCode::UNAUTHORIZED {
        let scheme = header::HeaderValue::from_static("Ticket");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, scheme);
    }
    answer
}

/// The last picture of the race somebody works at. It is here: the gate looked.
fn picture(hub: &Hub, signed: &Signed) -> Option<std::sync::Arc<Picture>> {
    signed.at(hub).map(crate::hub::Race::picture)
}

/// What was asked for is not there.
fn missing(what: &str) -> Response {
    refused(StatusCode::NOT_FOUND, what)
}
