//! Writing for somebody who signed in: by the race's own thread, with what they may at that moment.
//!
//! Invariant: what is answered was written before; who wrote it stands in it, and what takes it back stands beside it.

use std::{sync::Arc, time::Duration};

use axum::{
    Extension, Form,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bibtrail_clerk::{
    ClerkError,
    pen::{Pen, Said},
};
use bibtrail_core::op::EntityValues;
use maud::{Markup, html};
use serde::Deserialize;
use thiserror::Error;

use super::{gone, home, page};
use crate::{
    ServerError,
    gate::Signed,
    hub::{Hub, Race},
};

/// How long an answer waits until the pages show what was written, in milliseconds. What was written is safe before.
const SHOWN_MS: u64 = 15_000;

/// Why nothing was written.
#[derive(Debug, Error)]
pub enum DeskError {
    /// The race's thread.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// What was asked for.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
}

impl DeskError {
    /// What HTTP calls it.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Server(_) => StatusCode::SERVICE_UNAVAILABLE,
            Self::Clerk(ClerkError::MayNot { .. }) => StatusCode::FORBIDDEN,
            Self::Clerk(ClerkError::Store(_)) => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Clerk(_) => StatusCode::UNPROCESSABLE_ENTITY,
        }
    }
}

/// Does some work with the race's pen for somebody. What they recorded is theirs from then on.
///
/// # Errors
/// When the work fails, or the race is not written any more.
pub async fn write<T: Send + 'static>(
    hub: &Arc<Hub>,
    signed: &Signed,
    work: impl FnOnce(&mut Pen<'_>) -> Result<T, ClerkError> + Send + 'static,
) -> Result<(T, Said), DeskError> {
    let race = signed.at(hub).ok_or(ServerError::Stopped)?;
    let (keeper, person) = (race.keeper.clone(), signed.person.clone());
    let now = keeper.now().ok_or(ServerError::Clock)?;
    let work = move || {
        keeper.ask(move |store| {
            let mut pen = Pen::of(&person, store, now);
            let done = work(&mut pen);
            // What was written before something failed is somebody's own as well.
            let said = pen.end();
            done.and_then(|done| Ok((done, said?)))
        })
    };
    let written = tokio::task::spawn_blocking(work).await.map_err(|_| ServerError::Stopped)?;
    let (done, said) = written??;
    if let Some(key) = &signed.session {
        hub.sessions.wrote(key, &said.ops);
    }
    Ok((done, said))
}

/// Waits, but not for long, until the pictures show what was written.
pub async fn shown(hub: &Hub, signed: &Signed, said: &Said) {
    let (Some(race), Some(last)) = (signed.at(hub), said.ops.iter().max()) else { return };
    let mut pictures = race.pictures.clone();
    let has_it =
        pictures.wait_for(|picture| picture.heads.get(&last.log).is_some_and(|seq| *seq >= last.seq));
    // Late or not, it is written.
    let _late = tokio::time::timeout(Duration::from_millis(SHOWN_MS), has_it).await;
}

/// The answer to somebody who said something: what was done, what it counts for, and what takes it back.
pub(super) async fn answer<T>(
    hub: &Arc<Hub>,
    signed: &Signed,
    back: &str,
    written: Result<(T, Said), DeskError>,
    tell: impl FnOnce(T) -> String,
) -> Response {
    let (status, live) = match written {
        Err(error) => (
            error.status(),
            html! { h1 { "Nothing was written" } p.wrong role="alert" { (error) } (way(signed, back)) },
        ),
        Ok((done, said)) => {
            shown(hub, signed, &said).await;
            let text = tell(done);
            let live = html! { h1 { "Done" } p.said role="status" { (text) } (idle(signed, &said, hub)) (undo(signed, &said, back)) (way(signed, back)) };
            (StatusCode::OK, live)
        }
    };
    let Some(picture) = signed.at(hub).map(Race::picture) else { return gone() };
    let mut response = page(signed, &picture, "-", "Done", &live);
    *response.status_mut() = status;
    response
}

fn way(signed: &Signed, back: &str) -> Markup {
    html! { p { a.more href=(format!("{}{back}", home(signed.race))) autofocus { "Go on" } } }
}

/// Says so if headquarters' own log may not say it by itself.
pub(super) fn idle(signed: &Signed, said: &Said, hub: &Hub) -> Markup {
    let log = signed.at(hub).map(|race| race.identity().log().short()).unwrap_or_default();
    html! {
        @if said.idle > 0 {
            p.why {
                "It is written down, and counts for nothing yet: headquarters' own log may not say so by itself. The director "
                "approves it, with a phone or by " code { "bibtrail approve DIR " (log) } "."
            }
        }
    }
}

/// A button that takes back what was said.
pub(super) fn undo(signed: &Signed, said: &Said, back: &str) -> Markup {
    let bytes = minicbor::to_vec(&said.undo).unwrap_or_default();
    html! {
        @if !said.undo.is_empty() {
            form.inline method="post" action=(format!("{}/undo", home(signed.race))) {
                input type="hidden" name="undo" value=(URL_SAFE_NO_PAD.encode(bytes));
                input type="hidden" name="back" value=(back);
                button.quiet type="submit" { "Undo" }
            }
        }
    }
}

/// What is to be taken back.
#[derive(Deserialize)]
pub struct Undo {
    undo: String,
    back: String,
}

/// Takes back what was said. It is said anew, like everything: what somebody may not say by hand, they may not undo to.
pub async fn take_back(
    State(hub): State<Arc<Hub>>,
    Extension(signed): Extension<Signed>,
    Form(given): Form<Undo>,
) -> Response {
    let puts = URL_SAFE_NO_PAD.decode(&given.undo).ok();
    let puts = puts.and_then(|bytes| minicbor::decode::<Vec<EntityValues>>(&bytes).ok());
    let Some(puts) = puts else {
        return (StatusCode::BAD_REQUEST, "this says nothing that can be taken back\n").into_response();
    };
    let back = if given.back.starts_with('/') { given.back } else { String::new() };
    let written = write(&hub, &signed, move |pen| pen.put_all(puts, Some("taken back")).map(drop)).await;
    answer(&hub, &signed, &back, written, |()| "Taken back.".to_owned()).await
}
