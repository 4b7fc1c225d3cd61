//! A session over a secure link: the one place where the core's session meets a stream of bytes.
//!
//! Invariant: the store is held only while it works on a message, never while the link waits; what the session calls
//! success is passed on unchanged, and a link that ends before that is an error.

use std::{
    io::{Read, Write},
    sync::{Mutex, PoisonError},
};

use bibtrail_core::{
    store::Store,
    sync::{Outcome, Session, SyncError},
    time::Reading,
};
use thiserror::Error;

use crate::{
    frame::{self, FrameError},
    tls::Secure,
};

/// Why a meeting ended early. What was taken until then stays.
#[derive(Debug, Error)]
pub enum MeetingError {
    /// The session.
    #[error(transparent)]
    Session(#[from] SyncError),
    /// The link.
    #[error(transparent)]
    Link(#[from] FrameError),
    /// The link ended.
    #[error("the link ended before both agreed. What came in until then is kept; sync again")]
    Ended,
    /// The device's clocks cannot be read.
    #[error("this device's clocks cannot be read")]
    Clock,
}

/// What a meeting needs of the device.
pub struct Host<'a> {
    /// The replica. Locked for one message at a time, so that scans go on being recorded meanwhile.
    pub store: &'a Mutex<Store>,
    /// What the clocks say now; nothing if they cannot be read.
    pub now: &'a (dyn Fn() -> Option<Reading> + Sync),
    /// Told after each message how far it has come.
    pub progress: &'a mut dyn FnMut(&Outcome),
}

/// Meets the replica at the other end, which this one dialled.
///
/// # Errors
/// When the session or the link fails.
pub fn dial<S: Read + Write>(link: &mut Secure<S>, host: Host<'_>) -> Result<Outcome, MeetingError> {
    let session = Session::dial(link.peer());
    let outcome = converse(link, session, host, true)?;
    // That the other end may have gone already takes nothing away.
    let _courtesy = link.close();
    Ok(outcome)
}

/// Meets the replica at the other end, which dialled this one.
///
/// # Errors
/// When the session or the link fails.
pub fn answer<S: Read + Write>(link: &mut Secure<S>, host: Host<'_>) -> Result<Outcome, MeetingError> {
    let session = Session::answer(link.peer());
    let outcome = converse(link, session, host, false)?;
    let _courtesy = link.close();
    Ok(outcome)
}

fn converse<S: Read + Write>(
    link: &mut Secure<S>,
    mut session: Session,
    host: Host<'_>,
    dialled: bool,
) -> Result<Outcome, MeetingError> {
    let Host { store, now, progress } = host;
    // A panic elsewhere does not make the store's own promises void.
    let lock = || store.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        loop {
            let reading = now().ok_or(MeetingError::Clock)?;
            let message = session.poll(&mut lock(), reading);
            let Some(message) = message.map_err(|error| farewell(link, error))? else { break };
            frame::send(link, &message)?;
        }
        progress(session.outcome());
        if dialled && session.is_over() {
            return Ok(session.outcome().clone());
        }
        let Some(message) = receive(link, &session)? else {
            return if session.is_decided() {
                Ok(session.outcome().clone())
            } else {
                Err(MeetingError::Ended)
            };
        };
        let reading = now().ok_or(MeetingError::Clock)?;
        let heard = session.handle(&mut lock(), &message, reading);
        heard.map_err(|error| farewell(link, error))?;
    }
}

/// The next message. Once both have decided, a link that breaks is only an end.
fn receive<S: Read + Write>(
    link: &mut Secure<S>,
    session: &Session,
) -> Result<Option<Vec<u8>>, MeetingError> {
    match frame::receive(link) {
        Err(_) if session.is_decided() => Ok(None),
        received => Ok(received?),
    }
}

/// The other side is told why, if it still listens.
fn farewell<S: Read + Write>(link: &mut Secure<S>, error: SyncError) -> MeetingError {
    if !matches!(error, SyncError::Ended(_)) {
        let _courtesy = frame::send(link, &Session::farewell(&error));
        let _courtesy = link.close();
    }
    error.into()
}
