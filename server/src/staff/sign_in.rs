//! Signing in: a ticket's link, and what somebody wants to be called.
//!
//! Invariant: what stands after `#` in a link reaches no log of any proxy: the page itself hands it over. It is looked at
//! once and not kept; what is kept is that the holder has it, and a hash of the session's own secret.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Extension, Form,
    extract::State,
    http::{HeaderMap, HeaderName, StatusCode, header},
    response::{AppendHeaders, Html, IntoResponse, Redirect, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bibtrail_clerk::pen::Person;
use bibtrail_core::{
    ids::RaceId,
    invitation::{Invitation, SCHEME},
    op::Role,
};
use maud::html;
use serde::Deserialize;

use super::{assets, home};
use crate::{
    board::{self, Frame},
    gate::{self, Signed},
    hub::Hub,
    sessions::IDLE_MAX_MS,
};

/// The longest name, in characters.
const NAME_MAX_CHARS: usize = 40;

/// What the form says.
#[derive(Deserialize)]
pub struct Given {
    link: String,
    name: String,
}

/// The page with the form.
pub async fn form() -> Response {
    show(StatusCode::OK, None)
}

fn show(status: StatusCode, wrong: Option<&str>) -> Response {
    let live = html! {
        (assets::links())
        h1 { "Sign in" }
        p.lede { "For those who work at this race. The director gives you a link or a QR code." }
        @if let Some(wrong) = wrong { p.wrong role="alert" { (wrong) } }
        form.say method="post" action="/sign-in" autocomplete="off" {
            label for="link" { "Link"
                input #link name="link" type="password" required maxlength="2000" autocomplete="off" spellcheck="false"; }
            label for="name" { "Your name, as others shall read it"
                input #name name="name" required maxlength=(NAME_MAX_CHARS) dir="auto" autocomplete="name"; }
            button type="submit" { "Sign in" }
        }
    };
    let frame = Frame { title: "Sign in", ..Frame::default() };
    (status, Html(board::page(&frame, &live).into_string())).into_response()
}

/// Begins a session, if the link is a ticket that gives a role.
pub async fn begin(State(hub): State<Arc<Hub>>, headers: HeaderMap, Form(given): Form<Given>) -> Response {
    if !gate::is_same_origin(&headers) {
        return show(
            StatusCode::FORBIDDEN,
            Some("This does not come from a page of this server. Open the link again."),
        );
    }
    let (race, person) = match admit(&hub, &given) {
        Ok(admitted) => admitted,
        Err(wrong) => return show(StatusCode::UNPROCESSABLE_ENTITY, Some(&wrong)),
    };
    let mut secret = [0; 32];
    if getrandom::fill(&mut secret).is_err() {
        return show(StatusCode::SERVICE_UNAVAILABLE, Some("The system gives no random bytes. Try again."));
    }
    hub.sessions.begin(&secret, race, person, hub.now_ms());
    let cookies = cookies(&hub, race, &URL_SAFE_NO_PAD.encode(secret), IDLE_MAX_MS / 1_000);
    (cookies, Redirect::to(&home(race))).into_response()
}

/// One for the pages of the race and one for its part of the API: no other path gets either.
fn cookies(hub: &Hub, race: RaceId, secret: &str, age_s: u64) -> AppendHeaders<[(HeaderName, String); 2]> {
    let secure = if hub.settings.is_https { "; Secure" } else { "" };
    let name = gate::COOKIE;
    AppendHeaders([home(race), format!("/api/v1/races/{race}")].map(|path| {
        let cookie =
            format!("{name}={secret}; Path={path}; Max-Age={age_s}; HttpOnly; SameSite=Strict{secure}");
        (header::SET_COOKIE, cookie)
    }))
}

/// Who signs in, and to which race.
fn admit(hub: &Hub, given: &Given) -> Result<(RaceId, Person), String> {
    let name = given.name.trim();
    if name.is_empty() || name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(format!("Say in 1 to {NAME_MAX_CHARS} characters what you are called."));
    }
    // The whole address, or what stands after its #, or a ticket as phones read it.
    let link = given.link.trim();
    let link = link.rsplit_once('#').map_or(link, |(_, secret)| secret);
    let link = if link.starts_with(SCHEME) { link.to_owned() } else { format!("{SCHEME}{link}") };
    let invitation = Invitation::read(&link).map_err(|error| error.to_string())?;
    let race = invitation.origin().map_err(|error| error.to_string())?.race;
    let Some(served) = hub.race(race) else {
        return Err("The ticket is for another race than those that are served here.".to_owned());
    };
    let proof = invitation.proof(invitation.ticket.key).map_err(|error| error.to_string())?;
    let person = Person { proof, name: name.to_owned(), own: BTreeSet::new() };
    if person.role(&served.picture().members) < Role::Volunteer {
        return Err(
            "The ticket gives no right here: it was revoked, it waits for approval, or whoever made it has not \
             synced with this server yet. Ask the director."
                .to_owned(),
        );
    }
    Ok((race, person))
}

/// Ends the session.
pub async fn end(State(hub): State<Arc<Hub>>, Extension(signed): Extension<Signed>) -> Response {
    if let Some(key) = &signed.session {
        hub.sessions.end(key);
    }
    (cookies(&hub, signed.race, "", 0), Redirect::to("/sign-in")).into_response()
}
