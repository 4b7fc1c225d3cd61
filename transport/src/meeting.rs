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

/// Where a session's messages are worked on.
pub trait Keeper {
    /// Hands the session what the other side said, if it said something, and gives what it says next, if it is its turn.
    /// When that is said, this is called again until the session has no more to say.
    ///
    /// # Errors
    /// When the session fails; it is dead then.
    fn step(
        &mut self,
        session: Session,
        heard: Option<Vec<u8>>,
    ) -> Result<(Session, Option<Vec<u8>>), MeetingError>;

    /// Told after each turn how far it has come.
    fn progress(&mut self, outcome: &Outcome);
}

/// A device with one replica, and people who use it meanwhile.
pub struct Host<'a> {
    /// The replica. Locked for one message at a time, so that scans go on being recorded meanwhile.
    pub store: &'a Mutex<Store>,
    /// What the clocks say now; nothing if they cannot be read.
    pub now: &'a (dyn Fn() -> Option<Reading> + Sync),
    /// Told after each turn how far it has come.
    pub progress: &'a mut dyn FnMut(&Outcome),
}

impl Keeper for Host<'_> {
    fn step(
        &mut self,
        mut session: Session,
        heard: Option<Vec<u8>>,
    ) -> Result<(Session, Option<Vec<u8>>), MeetingError> {
        // A panic elsewhere does not make the store's own promises void.
        let lock = || self.store.lock().unwrap_or_else(PoisonError::into_inner);
        let now = || (self.now)().ok_or(MeetingError::Clock);
        if let Some(heard) = heard {
            let reading = now()?;
            session.handle(&mut lock(), &heard, reading)?;
        }
        let reading = now()?;
        let said = session.poll(&mut lock(), reading)?;
        Ok((session, said))
    }

    fn progress(&mut self, outcome: &Outcome) {
        (self.progress)(outcome);
    }
}

/// Meets the replica at the other end, which this one dialled.
///
/// # Errors
/// When the session or the link fails.
pub fn dial<S: Read + Write>(link: &mut Secure<S>, mut keeper: impl Keeper) -> Result<Outcome, MeetingError> {
    let session = Session::dial(link.peer());
    let outcome = converse(link, session, &mut keeper, true)?;
    // That the other end may have gone already takes nothing away.
    let _courtesy = link.close();
    Ok(outcome)
}

/// Meets the replica at the other end, which dialled this one.
///
/// # Errors
/// When the session or the link fails.
pub fn answer<S: Read + Write>(
    link: &mut Secure<S>,
    mut keeper: impl Keeper,
) -> Result<Outcome, MeetingError> {
    let session = Session::answer(link.peer());
    let outcome = converse(link, session, &mut keeper, false)?;
    let _courtesy = link.close();
    Ok(outcome)
}

fn converse<S: Read + Write>(
    link: &mut Secure<S>,
    mut session: Session,
    keeper: &mut dyn Keeper,
    dialled: bool,
) -> Result<Outcome, MeetingError> {
    let mut heard = None;
    loop {
        while heard.is_some() || session.speaks() {
            let stepped = keeper.step(session, heard.take());
            let (next, said) = stepped.map_err(|error| farewell(link, error))?;
            session = next;
            if let Some(said) = said {
                frame::send(link, &said)?;
            } else {
                break;
            }
        }
        keeper.progress(session.outcome());
        if dialled && session.is_over() {
            return Ok(session.outcome().clone());
        }
        heard = receive(link, &session)?;
        if heard.is_none() {
            return if session.is_decided() {
                Ok(session.outcome().clone())
            } else {
                Err(MeetingError::Ended)
            };
        }
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
fn farewell<S: Read + Write>(link: &mut Secure<S>, error: MeetingError) -> MeetingError {
    if let MeetingError::Session(why) = &error
        && !matches!(why, SyncError::Ended(_))
    {
        let _courtesy = frame::send(link, &Session::farewell(why));
        let _courtesy = link.close();
    }
    error
}
