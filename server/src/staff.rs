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

use std::sync::Arc;

use axum::{
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
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

/// How a page follows the race.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// It stays as it is: the answer to something that was done.
    Not,
    /// What differs is changed in its place.
    Live,
    /// It says that there is news: every line of it bears a button, and none may move under a hand.
    Held,
}

/// A page of a race for somebody who signed in, as it is.
fn page(signed: &Signed, picture: &Picture, here: &str, title: &str, live: &Markup) -> Response {
    framed(signed, picture, (here, title), Follows::Not, live)
}

/// A page that follows the race: asked for its part `live`, it gives no more than what changes.
fn live_page(
    Here { signed, picture, part, .. }: &Here,
    place: (&str, &str),
    follows: Follows,
    live: &Markup,
) -> Response {
    if *part {
        return Html(inside(signed, live).into_string()).into_response();
    }
    framed(signed, picture, place, follows, live)
}

fn framed(
    signed: &Signed,
    picture: &Picture,
    (here, title): (&str, &str),
    follows: Follows,
    live: &Markup,
) -> Response {
    let home = home(signed.race);
    let parts = PARTS.iter().filter(|(.., least)| signed.role >= *least);
    let hrefs: Vec<(String, &str, bool)> =
        parts.map(|(path, text, _)| (format!("{home}{path}"), *text, *path == here)).collect();
    let links: Vec<Link<'_>> =
        hrefs.iter().map(|(href, text, is_here)| Link { href, text, is_here: *is_here }).collect();
    let search = format!("{home}/find");
    let events = (follows != Follows::Not).then(|| format!("/api/v1/races/{}/events", signed.race));
    let frame = Frame {
        title,
        race: Some(Link { href: &home, text: &picture.known.setup.name, is_here: here.is_empty() }),
        nav: &links,
        search: Some(&search),
        events: events.as_deref(),
        is_held: follows == Follows::Held,
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

/// Who asks for a page, and the last picture of the race they work at.
pub struct Here {
    hub: Arc<Hub>,
    signed: Signed,
    picture: Arc<Picture>,
    /// Whether no more is asked for than what changes with the race.
    part: bool,
}

impl FromRequestParts<Arc<Hub>> for Here {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, hub: &Arc<Hub>) -> Result<Self, Response> {
        // Both are there: the gate looked.
        let signed = parts.extensions.get::<Signed>().cloned();
        let found = signed.and_then(|signed| Some((signed.at(hub)?.picture(), signed)));
        let (picture, signed) = found.ok_or_else(gone)?;
        let part = parts.uri.query().is_some_and(|query| query.split('&').any(|pair| pair == "part=live"));
        Ok(Self { hub: hub.clone(), signed, picture, part })
    }
}

/// The race is not served any more.
fn gone() -> Response {
    missing("This race is not served here any more. Ask at headquarters where it is.")
}

/// What was asked for is not there.
fn missing(what: &str) -> Response {
    refused(StatusCode::NOT_FOUND, what)
}
