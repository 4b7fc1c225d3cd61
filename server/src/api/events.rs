//! The stream of events: it tells that a race has a new picture. Who listens asks then for what they show.
//!
//! Invariant: a message is small and the same for all; a slow listener misses pictures in between and gets the last one.
//! There are never more streams than the limit.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    body::{Body, Bytes},
    extract::{Path, State},
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use futures_util::stream::unfold;
use tokio::sync::{OwnedSemaphorePermit, watch::Receiver};

use super::{NO_RACE, Problem, nothing};
use crate::{hub::Hub, picture::Picture};

/// After so long without a picture a line is sent all the same, in milliseconds: proxies cut what is silent, and it is
/// how both ends find out that the other has gone.
const BEAT_MS: u64 = 15_000;

struct Stream {
    pictures: Receiver<Arc<Picture>>,
    is_first: bool,
    _place: OwnedSemaphorePermit,
}

/// Server-sent events: `picture` with `{"version":7,"digest":"…","as_of_ms":…}` as soon as somebody listens, and with
/// every picture after that. `digest` is equal exactly if the same operations are known.
#[utoipa::path(
    get, path = "/api/v1/races/{race}/events", tag = "public", params(("race" = String, Path, description = "The race")),
    responses(
        (status = 200, content_type = "text/event-stream", body = String), (status = 404, body = Problem),
        (status = 503, description = "Too many listen; ask now and then instead")
    )
)]
pub async fn events(State(hub): State<Arc<Hub>>, Path(race): Path<String>) -> Response {
    let Some(race) = hub.race_of(&race) else { return nothing(NO_RACE) };
    let Ok(place) = hub.streams.clone().try_acquire_owned() else {
        let headers = [(header::RETRY_AFTER, "15")];
        return (StatusCode::SERVICE_UNAVAILABLE, headers, "too many listen: ask now and then\n")
            .into_response();
    };
    let stream = Stream { pictures: race.pictures.clone(), is_first: true, _place: place };
    let headers = [(header::CONTENT_TYPE, "text/event-stream"), (header::CACHE_CONTROL, "no-store")];
    (headers, Body::from_stream(unfold(stream, next))).into_response()
}

async fn next(mut stream: Stream) -> Option<(Result<Bytes, Infallible>, Stream)> {
    if stream.is_first {
        stream.is_first = false;
    } else {
        let beat = Duration::from_millis(BEAT_MS);
        match tokio::time::timeout(beat, stream.pictures.changed()).await {
            Ok(Ok(())) => {}
            // Nobody paints any more: the server stops.
            Ok(Err(_)) => return None,
            Err(_) => return Some((Ok(Bytes::from_static(b":\n\n")), stream)),
        }
    }
    let said = message(&stream.pictures.borrow_and_update());
    Some((Ok(said.into()), stream))
}

fn message(picture: &Picture) -> String {
    let Picture { version, digest, now_ms, .. } = picture;
    format!(
        "retry: 3000\nid: {version}\nevent: picture\n\
         data: {{\"version\":{version},\"digest\":\"{digest}\",\"as_of_ms\":{now_ms}}}\n\n"
    )
}
