//! The gate before routes that are not for everybody: who asks, and whether they may.
//!
//! Invariant: a request that changes something is bounded in size and time before anybody reads it, and nobody's body is
//! read before it is known who they are, where that must be known. A browser's request that changes something comes from
//! this server's own pages.

use std::{sync::Arc, time::Duration};

use axum::{
    Json,
    body::{Body, to_bytes},
    extract::{Request, State},
    http::{HeaderMap, Method, StatusCode, Uri, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bibtrail_clerk::pen::Person;
use bibtrail_core::{
    ids::RaceId,
    log::Identity,
    members::enrol_signature,
    op::{Role, TicketProof},
};

use crate::{
    api::Problem,
    hub::{Hub, Race},
    sessions::SessionKey,
};

/// The cookie of a session.
pub const COOKIE: &str = "bibtrail";

/// The most bytes of a body of somebody who is known: a file of records.
const KNOWN_BODY_MAX_BYTES: usize = 8 * 1024 * 1024;

/// Who asks, as a route behind the gate sees them.
#[derive(Clone, Debug)]
pub struct Signed {
    /// The race that they work at.
    pub race: RaceId,
    /// Who.
    pub person: Person,
    /// What they may now.
    pub role: Role,
    /// Their session; nothing at a door.
    pub session: Option<SessionKey>,
}

impl Signed {
    /// The race, which is here.
    #[must_use]
    pub fn at<'a>(&self, hub: &'a Hub) -> Option<&'a Race> {
        hub.race(self.race)
    }
}

/// Lets those in who signed in, and whose ticket gives at least this role now.
pub async fn signed(
    State((hub, least)): State<(Arc<Hub>, Role)>,
    mut request: Request,
    next: Next,
) -> Response {
    let race = race_in(request.uri()).filter(|race| hub.race(*race).is_some());
    let secret = cookie(request.headers());
    let found = race.zip(secret).and_then(|(race, secret)| hub.sessions.find(&secret, race, hub.now_ms()));
    let Some((key, session)) = found else {
        return crate::staff::refused(
            StatusCode::UNAUTHORIZED,
            "Sign in by the link or QR code that the director gave you.",
        );
    };
    let role = hub.race(session.race).map(|race| session.person.role(&race.picture().members));
    let role = role.unwrap_or(Role::Pending);
    if role < Role::Volunteer {
        hub.sessions.end(&key);
        return crate::staff::refused(
            StatusCode::UNAUTHORIZED,
            "Your ticket gives no right here any more: it was revoked. Ask the director.",
        );
    }
    if role < least {
        let what = format!("This is for a {} at least; you are a {}.", least.as_str(), role.as_str());
        return crate::staff::refused(StatusCode::FORBIDDEN, &what);
    }
    if *request.method() != Method::GET && !is_same_origin(request.headers()) {
        return (StatusCode::FORBIDDEN, "this does not come from a page of this server\n").into_response();
    }
    let signed = Signed { race: session.race, person: session.person, role, session: Some(key) };
    request.extensions_mut().insert(signed);
    bounded(&hub, request, next, KNOWN_BODY_MAX_BYTES).await
}

/// Lets programs in for those who work here: whoever shows a session of this race, or the secret of a ticket for it that
/// gives at least this role now.
pub async fn program(State((hub, least)): State<(Arc<Hub>, Role)>, request: Request, next: Next) -> Response {
    let refuse = |status: StatusCode, error: &'static str| {
        let scheme = [(header::WWW_AUTHENTICATE, "Bearer")];
        (status, scheme, Json(Problem { error })).into_response()
    };
    let race = api_race_in(&hub, request.uri());
    // In an address a secret would stand in every log on the way: it is taken from the header alone.
    let by_token = token_in_header(request.headers()).and_then(|token| bearer(&hub, &token));
    let by_session = || {
        let (race, secret) = race.zip(cookie(request.headers()))?;
        let (_, session) = hub.sessions.find(&secret, race, hub.now_ms())?;
        let role = session.person.role(&hub.race(race)?.picture().members);
        Some(Signed { race, person: session.person, role, session: None })
    };
    match by_token.or_else(by_session).filter(|signed| Some(signed.race) == race) {
        None => refuse(
            StatusCode::UNAUTHORIZED,
            "sign in, or send the secret of a ticket for this race as `Authorization: Bearer`; the director makes one with \
             `bibtrail sign-in --door`",
        ),
        Some(signed) if signed.role < Role::Volunteer => {
            refuse(StatusCode::UNAUTHORIZED, "the ticket gives no right here any more: it was revoked")
        }
        Some(signed) if signed.role < least => {
            refuse(StatusCode::FORBIDDEN, "the ticket's role is too low for this; ask the director")
        }
        Some(_) => bounded(&hub, request, next, hub.settings.http_body_max_bytes).await,
    }
}

/// Lets other systems in that show a ticket's secret: as `Authorization: Bearer`, or as `token` in the address.
pub async fn door(State(hub): State<Arc<Hub>>, mut request: Request, next: Next) -> Response {
    let Some(signed) = token(&request).and_then(|token| bearer(&hub, &token)) else {
        let body = r#"{"errors":["the token is missing, unknown or revoked; the director makes one with `bibtrail sign-in --door`"]}"#;
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::WWW_AUTHENTICATE, "Bearer")];
        return (StatusCode::UNAUTHORIZED, headers, body).into_response();
    };
    request.extensions_mut().insert(signed);
    bounded(&hub, request, next, KNOWN_BODY_MAX_BYTES).await
}

/// Bounds what somebody says of whom nothing is known yet.
pub async fn stranger(State(hub): State<Arc<Hub>>, request: Request, next: Next) -> Response {
    bounded(&hub, request, next, hub.settings.http_body_max_bytes).await
}

/// Whoever holds the ticket of this secret, if it gives a role now.
#[must_use]
pub fn bearer(hub: &Hub, token: &str) -> Option<Signed> {
    let seed: [u8; 32] = URL_SAFE_NO_PAD.decode(token.trim()).ok()?.try_into().ok()?;
    let identity = Identity::from_seed(seed);
    hub.races().iter().find_map(|race| {
        let picture = race.picture();
        let ticket = picture.members.ticket(identity.log())?.clone();
        let signature = enrol_signature(&identity, race.id, identity.log());
        let proof = TicketProof { ticket, signature };
        let person = Person { proof, name: "door".to_owned(), own: std::collections::BTreeSet::new() };
        let role = person.role(&picture.members);
        (role >= Role::Volunteer).then_some(Signed { race: race.id, person, role, session: None })
    })
}

/// Reads a body within its limits of size and time, and hands it on as a whole. None is unpacked: what says that it is
/// packed is refused.
async fn bounded(hub: &Hub, request: Request, next: Next, max_bytes: usize) -> Response {
    if *request.method() == Method::GET || *request.method() == Method::HEAD {
        return next.run(request).await;
    }
    if request.headers().contains_key(header::CONTENT_ENCODING) {
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, "send the body as it is, not packed\n").into_response();
    }
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(Duration::from_millis(hub.settings.http_body_ms), to_bytes(body, max_bytes))
        .await
    {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(_)) => {
            (StatusCode::PAYLOAD_TOO_LARGE, "the body is too large, or was cut off\n").into_response()
        }
        Err(_) => (StatusCode::REQUEST_TIMEOUT, "the body came too slowly\n").into_response(),
    }
}

/// The race of `/hq/RACE/…`.
fn race_in(uri: &Uri) -> Option<RaceId> {
    RaceId::parse(uri.path().strip_prefix("/hq/")?.split('/').next()?)
}

/// The race of `/api/v1/races/RACE/…`, by its id or its first digits.
fn api_race_in(hub: &Hub, uri: &Uri) -> Option<RaceId> {
    let text = uri.path().strip_prefix("/api/v1/races/")?.split('/').next()?;
    hub.race_of(text).map(|race| race.id)
}

/// The secret of a session.
fn cookie(headers: &HeaderMap) -> Option<Vec<u8>> {
    let texts = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = texts.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
    let (_, secret) = pairs.find(|(name, _)| *name == COOKIE)?;
    URL_SAFE_NO_PAD.decode(secret).ok()
}

fn token_in_header(headers: &HeaderMap) -> Option<String> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.to_owned())
}

fn token(request: &Request) -> Option<String> {
    let by_header = token_in_header(request.headers());
    let in_address = || {
        let mut pairs = request.uri().query()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.find(|(name, _)| *name == "token").map(|(_, token)| token.to_owned())
    };
    by_header.or_else(in_address)
}

/// Whether a browser says that the request comes from a page of this very server. Who says neither is no browser, or one
/// too old to be trusted with it.
pub(crate) fn is_same_origin(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    match (text("sec-fetch-site"), text("origin"), text("host")) {
        (Some(site), _, _) => site == "same-origin",
        (None, Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, from)| from == host),
        _ => false,
    }
}
