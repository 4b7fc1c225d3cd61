//! What is served over HTTP, and to whom.
//!
//! Invariant: a route is served only if it stands in [`TABLE`], and each row of that says who may have it: nothing is
//! open by default. No other file mounts a route (test `server::every_route_has_a_policy`).

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request, State},
    http::{HeaderValue, StatusCode, header},
    middleware::{from_fn_with_state, map_response},
    response::{IntoResponse, Response},
    routing::{MethodRouter, get, post},
};
use bibtrail_core::{ids::RaceId, op::Role};
use bibtrail_transport::websocket;
use hyper_util::rt::TokioIo;
use tokio::{runtime::Handle, sync::Notify};

use crate::{api, board, bridge::Bridge, door, gate, hub::Hub, metrics::Answered, staff, visit};

/// At which address somebody asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The one that everybody may reach.
    Public,
    /// The one for those who work here. Who reaches it is the network's affair: it belongs on no open one.
    Staff,
}

/// Who may have what a route gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Policy {
    /// Anybody: it tells nothing of anybody.
    Anyone,
    /// Everybody: it tells of a race what [`crate::shown`] allows.
    Public,
    /// Phones: the log key that they prove inside decides.
    Phones,
    /// Those who reach the address for staff.
    Staff,
    /// Programs of those who work here: at the staff's address as [`Policy::Staff`], at the other by a sign-in or a ticket's
    /// secret that gives at least this role now.
    Api(Role),
    /// Those who signed in, at either address, by a ticket that gives at least this role now.
    Signed(Role),
    /// Other systems that show the secret of a ticket that gives a role now.
    Door,
}

impl Policy {
    /// Whether a route of this policy is there at all at that address.
    #[must_use]
    pub fn is_served(self, side: Side) -> bool {
        match self {
            Self::Anyone | Self::Public | Self::Phones | Self::Api(_) | Self::Signed(_) | Self::Door => true,
            Self::Staff => side == Side::Staff,
        }
    }
}

/// What answers.
pub type Answer = fn() -> MethodRouter<Arc<Hub>>;

/// A route: its path, who may have it, what answers.
pub type Row = (&'static str, Policy, Answer);

/// Whoever signed in: a page shows what everybody on the race's phones may know, and writing asks again.
const STAFF: Policy = Policy::Signed(Role::Volunteer);

/// What those pages show, for programs.
const API: Policy = Policy::Api(Role::Volunteer);

/// All routes.
pub const TABLE: &[Row] = &[
    ("/healthz", Policy::Anyone, || get(healthz)),
    ("/readyz", Policy::Anyone, || get(readyz)),
    ("/assets/{name}", Policy::Anyone, || get(board::asset)),
    ("/", Policy::Public, || get(board::races_of)),
    ("/r/{race}", Policy::Public, || get(board::front_of)),
    ("/r/{race}/course/{course}", Policy::Public, || get(board::course_of)),
    ("/r/{race}/runner", Policy::Public, || get(board::runner_of)),
    ("/r/{race}/chart", Policy::Public, || get(board::chart_of)),
    ("/r/{race}/groups", Policy::Public, || get(board::groups_of)),
    ("/r/{race}/group", Policy::Public, || get(board::group_of)),
    ("/r/{race}/search", Policy::Public, || get(board::search_of)),
    ("/api/v1/openapi.json", Policy::Anyone, || get(api::openapi)),
    ("/api/v1/races", Policy::Public, || get(api::races)),
    ("/api/v1/races/{race}", Policy::Public, || get(api::race)),
    ("/api/v1/races/{race}/results", Policy::Public, || get(api::results)),
    ("/api/v1/races/{race}/results.csv", Policy::Public, || get(api::results_csv)),
    ("/api/v1/races/{race}/splits", Policy::Public, || get(api::splits)),
    ("/api/v1/races/{race}/runners", Policy::Public, || get(api::runners)),
    ("/api/v1/races/{race}/runners/{bib}", Policy::Public, || get(api::runner)),
    ("/api/v1/races/{race}/groups", Policy::Public, || get(api::groups)),
    ("/api/v1/races/{race}/latest", Policy::Public, || get(api::latest)),
    ("/api/v1/races/{race}/events", Policy::Public, || get(api::events)),
    ("/api/v1/races/{race}/watch", API, || get(api::watch)),
    ("/api/v1/races/{race}/findings", API, || get(api::findings)),
    ("/api/v1/races/{race}/exports/{format}", API, || get(api::export)),
    ("/staff/{name}", Policy::Anyone, || get(staff::assets::asset)),
    ("/sign-in", Policy::Anyone, || get(staff::sign_in::form).post(staff::sign_in::begin)),
    ("/hq/{race}", STAFF, || get(staff::watch::first)),
    ("/hq/{race}/find", STAFF, || get(staff::watch::find)),
    ("/hq/{race}/runner/{bib}", STAFF, || get(staff::runner::show)),
    ("/hq/{race}/safe", STAFF, || post(staff::runner::safe)),
    ("/hq/{race}/status", STAFF, || post(staff::runner::status)),
    ("/hq/{race}/void", STAFF, || post(staff::runner::void)),
    ("/hq/{race}/stations", STAFF, || get(staff::station::all)),
    ("/hq/{race}/station/{key}", STAFF, || get(staff::station::show)),
    ("/hq/{race}/close/{key}", Policy::Signed(Role::Captain), || post(staff::station::close)),
    ("/hq/{race}/entry", STAFF, || get(staff::entry::form).post(staff::entry::write)),
    ("/hq/{race}/review", STAFF, || get(staff::findings::review).post(staff::findings::settle)),
    ("/hq/{race}/conflicts", STAFF, || get(staff::findings::conflicts).post(staff::findings::resolve)),
    ("/hq/{race}/devices", Policy::Signed(Role::Captain), || {
        get(staff::devices::show).post(staff::devices::decide)
    }),
    ("/hq/{race}/files", STAFF, || get(staff::files::show).post(staff::files::import)),
    ("/hq/{race}/export/{name}", STAFF, || get(staff::files::export)),
    ("/hq/{race}/chart", STAFF, || get(staff::files::chart_page)),
    ("/hq/{race}/chart/{key}", STAFF, || get(staff::files::chart)),
    ("/hq/{race}/undo", STAFF, || post(staff::desk::take_back)),
    ("/hq/{race}/sign-out", STAFF, || post(staff::sign_in::end)),
    ("/api/v1/auth", Policy::Anyone, || post(door::ost::auth)),
    ("/api/v1/event_groups", Policy::Door, || get(door::ost::groups)),
    ("/api/v1/event_groups/{group}", Policy::Door, || get(door::ost::group)),
    ("/api/v1/event_groups/{group}/import", Policy::Door, || post(door::ost::import)),
    ("/api/v1/event_groups/{group}/not_expected", Policy::Door, || get(door::ost::not_expected)),
    ("/api/v1/event_groups/{group}/raw_times", Policy::Door, || get(door::ost::raw_times)),
    ("/webhooks/raceresult", Policy::Door, || post(door::race_result::post)),
    ("/metrics", Policy::Staff, || get(metrics)),
    ("/sync/{race}", Policy::Phones, || get(sync)),
];

/// The routes of an address.
pub fn router(hub: &Arc<Hub>, side: Side) -> Router {
    let mut router = Router::new();
    for (path, policy, answer) in TABLE.iter().filter(|(_, policy, _)| policy.is_served(side)) {
        let (metrics, route) = (hub.metrics.clone(), (*path).to_owned());
        let count = move |response: Response| {
            let answered = Answered { route: route.clone(), status: response.status().as_u16() };
            metrics.http.get_or_create(&answered).inc();
            async move { response }
        };
        router = router.route(path, gated(hub, side, *policy, answer()).layer(map_response(count)));
    }
    router
        .fallback(nothing)
        .method_not_allowed_fallback(|| async { StatusCode::METHOD_NOT_ALLOWED })
        .layer(map_response(guarded))
        .layer(DefaultBodyLimit::max(hub.settings.http_body_max_bytes))
        .with_state(hub.clone())
}

/// A route with the gate that its policy asks for.
fn gated(
    hub: &Arc<Hub>,
    side: Side,
    policy: Policy,
    answer: MethodRouter<Arc<Hub>>,
) -> MethodRouter<Arc<Hub>> {
    // The gate reads bodies, within its own limits.
    let answer = answer.layer(DefaultBodyLimit::disable());
    match policy {
        Policy::Signed(least) => answer.layer(from_fn_with_state((hub.clone(), least), gate::signed)),
        Policy::Api(least) if side == Side::Public => {
            answer.layer(from_fn_with_state((hub.clone(), least), gate::program))
        }
        Policy::Door => answer.layer(from_fn_with_state(hub.clone(), gate::door)),
        Policy::Anyone | Policy::Public | Policy::Staff | Policy::Api(_) => {
            answer.layer(from_fn_with_state(hub.clone(), gate::stranger))
        }
        // Its upgrade takes the connection as it is.
        Policy::Phones => answer,
    }
}

async fn nothing() -> (StatusCode, &'static str) {
    (StatusCode::NOT_FOUND, "nothing is here\n")
}

/// What a page may do: nothing but use this server's own style, script, pictures, stream and forms.
const CONTENT_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

/// What every answer says to browsers.
async fn guarded(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::X_FRAME_OPTIONS, HeaderValue::from_static("DENY"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(CONTENT_POLICY));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The process answers.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Every race is written and shown, and shared where it is to be.
async fn readyz(State(hub): State<Arc<Hub>>) -> (StatusCode, String) {
    match hub.is_ready() {
        Ok(()) => (StatusCode::OK, "ready\n".to_owned()),
        Err(wrong) => (StatusCode::SERVICE_UNAVAILABLE, wrong.join("\n") + "\n"),
    }
}

async fn metrics(State(hub): State<Arc<Hub>>) -> Response {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], hub.metrics.text()).into_response()
}

/// A phone that only HTTP lets through.
async fn sync(State(hub): State<Arc<Hub>>, Path(race): Path<String>, request: Request) -> Response {
    let Some(race) = RaceId::parse(&race).filter(|race| hub.race(*race).is_some()) else {
        return nothing().await.into_response();
    };
    let (mut parts, body) = request.into_parts();
    drop(body);
    let upgrade = parts.extensions.remove::<hyper::upgrade::OnUpgrade>();
    let answer = websocket::welcome(&axum::http::Request::from_parts(parts, ()));
    let (Some(upgrade), Ok(answer)) = (upgrade, answer) else {
        return (StatusCode::UPGRADE_REQUIRED, "this is for phones: a WebSocket\n").into_response();
    };
    let runtime = Handle::current();
    tokio::spawn(async move {
        match upgrade.await {
            Ok(upgraded) => {
                let ended = Arc::new(Notify::new());
                let end = {
                    let ended = ended.clone();
                    Box::new(move || ended.notify_one())
                };
                let bridge = Bridge::new(TokioIo::new(upgraded), runtime, ended);
                visit::receive(&hub, end, Some(race), move || Ok(websocket::greeted(bridge)));
            }
            Err(error) => tracing::info!(%error, "a WebSocket did not come to be"),
        }
    });
    answer.map(|()| axum::body::Body::empty())
}
