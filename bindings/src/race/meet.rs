//! Meetings: by address, over the host's own pipes, by file.
//!
//! Invariant: the desk is locked for one message at a time, so entries are recorded meanwhile; "same" is said only when
//! both sides computed one digest.

use std::{
    collections::BTreeMap,
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, atomic::Ordering},
};

use bibtrail_core::{
    ids::LogId,
    log::Identity,
    store::StoreError,
    sync::{Outcome, Session, SyncError},
};
use bibtrail_transport::{
    cancel::Cancel,
    meeting::{self, Keeper, MeetingError},
    tcp, tls, websocket,
};

use super::{Inner, Race, lock, stop};
use crate::{
    CoreError,
    error::{guard, not_found},
    frames::{FrameShow, show},
    host::Change,
    session::{SyncSession, SyncState, SyncTarget},
};

/// How long a connection may take to come to be, in milliseconds.
const DIAL_MS: u64 = 10_000;

/// What became of a file.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct TookIn {
    /// Operations that were new here.
    pub new_operations: i64,
    /// Operations that were here already.
    pub held_operations: i64,
    /// Operations that wait for earlier ones of their log.
    pub waiting_operations: i64,
    /// What was not taken, in the core's own words. The rest was.
    pub refused: Vec<String>,
}

#[uniffi::export]
impl Race {
    /// Meets another replica by its address (`host:port`, `ws://…`, `wss://…`). It blocks until the meeting is over;
    /// listeners hear how far it is; [`Race::interrupt`] ends it.
    ///
    /// # Errors
    /// When no link came to be, it broke, or the other side refused. What came in until then is kept.
    pub fn sync_with(&self, target: SyncTarget) -> Result<SyncState, CoreError> {
        let met = guard(|| self.inner.dial(&target, &self.inner.cancel()));
        self.inner.after_meeting(met)
    }

    /// Begins a meeting over the host's own pipe, which it dialled. `peer`: the log that must answer, as 64 hexadecimal
    /// digits; without it whichever answers is taken.
    ///
    /// # Errors
    /// When the race was shut down or suspended.
    pub fn begin_sync(&self, peer: Option<String>) -> Result<SyncSession, CoreError> {
        let expected = peer.map(|text| LogId::parse(&text).ok_or_else(|| not_found(&text))).transpose()?;
        SyncSession::dial(Arc::clone(&self.inner), expected)
    }

    /// Answers a meeting over the host's own pipe, which the other side dialled.
    ///
    /// # Errors
    /// When the race was shut down or suspended.
    pub fn answer_sync(&self) -> Result<SyncSession, CoreError> {
        SyncSession::answer(Arc::clone(&self.inner))
    }

    /// All that is here as one file, for any way of carrying it.
    ///
    /// # Errors
    /// When the disk fails.
    pub fn export_bundle(&self) -> Result<Vec<u8>, CoreError> {
        self.work(|inner, desk| {
            desk.drain(&inner.home)?;
            Ok(desk.store()?.bundle(&BTreeMap::new())?)
        })
    }

    /// Takes a file in.
    ///
    /// # Errors
    /// When it is none, is damaged, or of another race. Then nothing was taken.
    pub fn import_bundle(&self, bytes: Vec<u8>) -> Result<TookIn, CoreError> {
        let took = self.work(|inner, desk| {
            desk.drain(&inner.home)?;
            let store = desk.store()?;
            if bibtrail_core::bundle::race_of(&bytes).map_err(StoreError::from)? != inner.race {
                let detail = "this file is of another race. Nothing was taken".to_owned();
                return Err(CoreError::OtherRace { detail });
            }
            let report = store.merge(&bytes)?;
            desk.is_rotated |= inner.home.rotate_if_due(desk.store()?)?;
            let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
            Ok(TookIn {
                new_operations: whole(report.new_ops),
                held_operations: whole(report.held_ops),
                waiting_operations: whole(report.waiting_ops),
                refused: report.rejected.iter().map(|rejected| rejected.reason.to_string()).collect(),
            })
        })?;
        self.inner.tell(&Change::TookIn { new_operations: took.new_operations });
        Ok(took)
    }

    /// All that is here as a moving QR code, for a phone without any link.
    ///
    /// # Errors
    /// When it is too much for codes: use a file.
    pub fn show_frames(&self) -> Result<FrameShow, CoreError> {
        let bytes = self.export_bundle()?;
        guard(|| show(&bytes))
    }
}

impl Inner {
    /// Meets; whatever the end of `cancel` broke, while dialling or later, was ended from here.
    pub(super) fn dial(self: &Arc<Self>, target: &SyncTarget, cancel: &Cancel) -> Result<Outcome, CoreError> {
        match self.reach(target, cancel) {
            Err(_) if cancel.is_cancelled() => {
                Err(CoreError::Interrupted { detail: "the meeting was ended from here".to_owned() })
            }
            met => met,
        }
    }

    fn reach(self: &Arc<Self>, target: &SyncTarget, cancel: &Cancel) -> Result<Outcome, CoreError> {
        let expected = target.log.as_deref().map(|text| LogId::parse(text).ok_or_else(|| not_found(text)));
        let whom = tls::Whom { log: expected.transpose()?, race: Some(self.race) };
        let identity = self.identity()?;
        let link = |detail: String| CoreError::Link { detail };
        let break_on_cancel = |stream: &TcpStream| {
            let breaker = stream.try_clone().map_err(|error| link(error.to_string()))?;
            Ok::<_, CoreError>(cancel.on_cancel(move || {
                // It ends a wait; that the other end may have gone changes nothing.
                let _ended = breaker.shutdown(Shutdown::Both);
            }))
        };
        if target.address.contains("://") {
            let socket = websocket::dial(&target.address, DIAL_MS, cancel);
            let socket = socket.map_err(|error| link(error.to_string()))?;
            let _hook = break_on_cancel(socket.get_ref().tcp())?;
            tls::connect(socket, &identity, whom).map_err(CoreError::from).and_then(|link| self.meet(link))
        } else {
            let stream = tcp::dial(&target.address, DIAL_MS, cancel)?;
            let _hook = break_on_cancel(&stream)?;
            tls::connect(stream, &identity, whom).map_err(CoreError::from).and_then(|link| self.meet(link))
        }
    }

    fn meet<S: Read + Write>(self: &Arc<Self>, mut link: tls::Secure<S>) -> Result<Outcome, CoreError> {
        let keeper = DeskKeeper { inner: Arc::clone(self), tells: true };
        Ok(meeting::dial(&mut link, keeper)?)
    }

    /// The key that this replica writes under now.
    pub(crate) fn identity(&self) -> Result<Identity, CoreError> {
        if self.is_suspended.load(Ordering::SeqCst) {
            let detail = "the app sleeps: no meeting begins before resume()".to_owned();
            return Err(CoreError::Interrupted { detail });
        }
        self.work(|inner, desk| {
            // What waits is told too, if the disk takes it by now.
            let _waits = desk.drain(&inner.home);
            Ok(desk.store()?.identity().clone())
        })
    }

    /// After a meeting: settles, takes a new key if that was learned, and tells.
    pub(crate) fn after_meeting(&self, met: Result<Outcome, CoreError>) -> Result<SyncState, CoreError> {
        let tidied = self.work(|inner, desk| {
            let store = desk.store()?;
            store.settle()?;
            inner.home.leave_mark(store);
            desk.is_rotated |= inner.home.rotate_if_due(desk.store()?)?;
            Ok(())
        });
        let state = match &met {
            Ok(outcome) => SyncState::over(outcome),
            Err(error) => SyncState::failed(error),
        };
        self.tell(&Change::Synced { state: state.clone() });
        met?;
        tidied?;
        Ok(state)
    }
}

/// The desk, as a meeting works at it.
pub(crate) struct DeskKeeper {
    pub(crate) inner: Arc<Inner>,
    /// Whether listeners hear of the progress on this thread.
    pub(crate) tells: bool,
}

impl Keeper for DeskKeeper {
    fn step(
        &mut self,
        mut session: Session,
        heard: Option<Vec<u8>>,
    ) -> Result<(Session, Option<Vec<u8>>), MeetingError> {
        if self.inner.is_suspended.load(Ordering::SeqCst) {
            return Err(MeetingError::Ended);
        }
        let now = self.inner.reading();
        session.tell_battery(stop::battery(&lock(&self.inner.host)));
        let mut failure = None;
        let said = self.inner.work(|_, desk| {
            let mut step = || {
                let store = desk.store().map_err(|_| SyncError::Store(StoreError::Closed))?;
                if let Some(heard) = &heard {
                    session.handle(store, heard, now)?;
                }
                session.poll(store, now)
            };
            Ok(step().map_err(|error| failure = Some(error)).ok().flatten())
        });
        match (failure, said) {
            (Some(error), _) => Err(error.into()),
            (None, Ok(said)) => Ok((session, said)),
            (None, Err(_)) => Err(MeetingError::Ended),
        }
    }

    fn progress(&mut self, outcome: &Outcome) {
        if self.tells {
            self.inner.tell(&Change::Synced { state: SyncState::going(outcome) });
        }
    }
}
