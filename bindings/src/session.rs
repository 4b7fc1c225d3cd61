//! A meeting over the host's own pipe: bytes that came in go in here, bytes to send come out.
//!
//! Invariant: the host owns socket and thread; nothing here blocks but for the work itself. The bytes are TLS: whoever
//! carries them reads nothing and changes nothing unnoticed.

mod pipe;

use std::sync::{Arc, Mutex};

use bibtrail_core::{ids::LogId, invitation::Server, members::Admission, sync::Outcome};
use bibtrail_transport::{
    meeting,
    tls::{self, Whom},
};
use pipe::{End, Pipe};

use crate::{
    CoreError,
    host::Change,
    race::{DeskKeeper, Inner, lock},
    screen::Tone,
    words::{Say, Wording},
};

/// Where somebody may be met.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SyncTarget {
    /// `host:port`, `ws://…` or `wss://…`.
    pub address: String,
    /// The log that must answer, as 64 hexadecimal digits; without it whichever answers is taken.
    pub log: Option<String>,
}

impl SyncTarget {
    pub(crate) fn of(server: Server) -> Self {
        Self { address: server.address, log: server.log.map(|log| log.to_string()) }
    }
}

/// How far a meeting is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct SyncState {
    /// Whether it is over, well or not.
    pub is_over: bool,
    /// Whether both hold the same now.
    pub is_same: bool,
    /// Operations that were new here.
    pub received: i64,
    /// Operations that were sent.
    pub sent: i64,
    /// What was not taken here, in the core's own words.
    pub refused_here: Vec<String>,
    /// What was not taken there, in their words.
    pub refused_there: Vec<String>,
    /// Whether a key was found that two phones write under: both take new keys by themselves.
    pub is_forked: bool,
    /// What is to be known beside it: what was not taken, and a key that two phones write under.
    pub remarks: Vec<Wording>,
    /// How sure the two clocks were compared, either way, in milliseconds.
    pub clock_within_ms: Option<i64>,
    /// In words.
    pub text: Wording,
    /// Its colour.
    pub tone: Tone,
    /// If it failed: why, in words.
    pub failure: Option<Wording>,
    /// And in the core's own.
    pub failure_detail: Option<String>,
}

impl SyncState {
    fn of(outcome: &Outcome, is_over: bool) -> Self {
        let whole = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        let (received, sent) = (whole(outcome.new_ops), whole(outcome.sent_ops));
        let (say, tone) = match (is_over, outcome.is_converged) {
            (false, _) => (Say::SyncGoing { received, sent }, Tone::Quiet),
            (true, true) => (Say::SyncSame { received, sent }, Tone::Good),
            (true, false) => (Say::SyncNotSame { received, sent }, Tone::Notice),
        };
        Self {
            is_over,
            is_same: is_over && outcome.is_converged,
            received,
            sent,
            refused_here: outcome.refused_here.clone(),
            refused_there: outcome.refused_there.clone(),
            is_forked: !outcome.forked.is_empty(),
            remarks: remarks(outcome),
            clock_within_ms: outcome.clock_ms.map(|(lo, hi)| hi.saturating_sub(lo) / 2 + 1),
            text: say.wording(),
            tone,
            failure: None,
            failure_detail: None,
        }
    }

    pub(crate) fn going(outcome: &Outcome) -> Self {
        Self::of(outcome, false)
    }

    pub(crate) fn over(outcome: &Outcome) -> Self {
        Self::of(outcome, true)
    }

    pub(crate) fn failed(error: &CoreError) -> Self {
        Self {
            is_over: true,
            text: Say::SyncFailed {}.wording(),
            tone: Tone::Notice,
            failure: Some(error.say().wording()),
            failure_detail: Some(error.to_string()),
            ..Self::of(&Outcome::default(), false)
        }
    }
}

fn remarks(outcome: &Outcome) -> Vec<Wording> {
    let parts = |texts: &[String]| i64::try_from(texts.len()).unwrap_or(i64::MAX);
    let (here, there) = (parts(&outcome.refused_here), parts(&outcome.refused_there));
    let says = [
        (here > 0).then_some(Say::SyncRefusedHere { parts: here }),
        (there > 0).then_some(Say::SyncRefusedThere { parts: there }),
        (!outcome.forked.is_empty()).then_some(Say::SyncForked {}),
    ];
    says.iter().flatten().map(Say::wording).collect()
}

/// A meeting over the host's own pipe.
///
/// Call [`SyncSession::receive`] with nothing first, and send what it gives; then with whatever comes in, until
/// [`SyncSession::state`] says that it is over. Both ends close the pipe then.
#[derive(uniffi::Object)]
pub struct SyncSession {
    inner: Arc<Inner>,
    pipe: Pipe,
    progress: Arc<Mutex<Progress>>,
}

/// What the thread that works says of the meeting.
#[derive(Default)]
struct Progress {
    outcome: Outcome,
    end: Option<Result<Outcome, CoreError>>,
    told: Option<SyncState>,
}

impl SyncSession {
    pub(crate) fn dial(inner: Arc<Inner>, expected: Option<LogId>) -> Result<Self, CoreError> {
        let identity = inner.identity()?;
        let whom = Whom { log: expected, race: Some(inner.race) };
        Self::begin(inner, move |end, keeper| {
            Ok(meeting::dial(&mut tls::connect(end, &identity, whom)?, keeper)?)
        })
    }

    pub(crate) fn answer(inner: Arc<Inner>) -> Result<Self, CoreError> {
        let identity = inner.identity()?;
        let desk = Arc::clone(&inner);
        Self::begin(inner, move |end, keeper| {
            // Strangers are told apart by the session, which hears how they joined; who was revoked is refused at once.
            let is_admitted = |log: LogId| {
                let admission = desk.work(|_, desk| {
                    let store = desk.store()?;
                    Ok(store.members().admission(log, None, store.own_log()))
                });
                admission.is_ok_and(|admission| admission != Admission::Revoked)
            };
            Ok(meeting::answer(&mut tls::accept(end, &identity, &is_admitted)?, keeper)?)
        })
    }

    fn begin(
        inner: Arc<Inner>,
        meet: impl FnOnce(End, Watcher) -> Result<Outcome, CoreError> + Send + 'static,
    ) -> Result<Self, CoreError> {
        let (pipe, end) = Pipe::new();
        let progress: Arc<Mutex<Progress>> = Arc::default();
        let keeper = Watcher {
            keeper: DeskKeeper { inner: Arc::clone(&inner), tells: false },
            progress: Arc::clone(&progress),
        };
        let (ended, done) = (Arc::clone(&progress), end.done());
        let work = move || {
            let met = crate::error::guard(|| meet(end, keeper));
            lock(&ended).end = Some(met);
            done.say();
        };
        let spawned = std::thread::Builder::new().name("bibtrail meeting".to_owned()).spawn(work);
        spawned.map_err(|error| CoreError::Host { detail: format!("no thread for a meeting: {error}") })?;
        Ok(Self { inner, pipe, progress })
    }
}

#[uniffi::export]
impl SyncSession {
    /// Takes what came in, nothing at first, and gives what is to be sent, maybe nothing.
    ///
    /// # Errors
    /// When the meeting failed. What came in until then is kept; what is to be sent still tells the other side why, by
    /// [`SyncSession::last_words`].
    pub fn receive(&self, bytes: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let sent = self.pipe.exchange(&bytes);
        self.finish(sent)
    }

    /// The other side closed the pipe.
    ///
    /// # Errors
    /// When the meeting was not over: sync again.
    pub fn ended(&self) -> Result<SyncState, CoreError> {
        self.pipe.end();
        let sent = self.pipe.exchange(&[]);
        self.finish(sent)?;
        self.state()
    }

    /// What is still to be sent after a failure.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn last_words(&self) -> Result<Vec<u8>, CoreError> {
        Ok(self.pipe.take())
    }

    /// How far it is.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn state(&self) -> Result<SyncState, CoreError> {
        let progress = lock(&self.progress);
        Ok(match &progress.end {
            None => SyncState::going(&progress.outcome),
            Some(Ok(outcome)) => SyncState::over(outcome),
            Some(Err(error)) => SyncState::failed(error),
        })
    }

    /// Ends the meeting from here. What came in until then is kept.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn interrupt(&self) -> Result<(), CoreError> {
        self.pipe.end();
        Ok(())
    }
}

impl SyncSession {
    /// Tells what changed, on the host's own thread; once over, the replica is tidied first.
    fn finish(&self, sent: Vec<u8>) -> Result<Vec<u8>, CoreError> {
        let (state, end) = {
            let mut progress = lock(&self.progress);
            let end = progress.end.clone();
            let is_new_end = end.is_some() && progress.told.as_ref().is_none_or(|told| !told.is_over);
            let state = match &end {
                None => SyncState::going(&progress.outcome),
                Some(Ok(outcome)) => SyncState::over(outcome),
                Some(Err(error)) => SyncState::failed(error),
            };
            let is_new = progress.told.as_ref() != Some(&state);
            progress.told = Some(state.clone());
            ((is_new && !state.is_over).then_some(state), end.filter(|_| is_new_end))
        };
        if let Some(state) = state {
            self.inner.tell(&Change::Synced { state });
        }
        if let Some(end) = end
            && let Err(error) = self.inner.after_meeting(end)
        {
            self.pipe.keep(sent);
            return Err(error);
        }
        Ok(sent)
    }
}

impl Drop for SyncSession {
    fn drop(&mut self) {
        // The thread that waits for bytes ends.
        self.pipe.end();
    }
}

/// Works at the desk, and notes how far the meeting is.
struct Watcher {
    keeper: DeskKeeper,
    progress: Arc<Mutex<Progress>>,
}

impl meeting::Keeper for Watcher {
    fn step(
        &mut self,
        session: bibtrail_core::sync::Session,
        heard: Option<Vec<u8>>,
    ) -> Result<(bibtrail_core::sync::Session, Option<Vec<u8>>), meeting::MeetingError> {
        self.keeper.step(session, heard)
    }

    fn progress(&mut self, outcome: &Outcome) {
        lock(&self.progress).outcome = outcome.clone();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_taken_is_told_beside() {
        let check = |outcome: Outcome, expected: &[&str]| {
            let remarks = SyncState::over(&outcome).remarks;
            assert_eq!(remarks.iter().map(|remark| remark.key.as_str()).collect::<Vec<_>>(), expected);
        };
        let reasons = || vec!["too old".to_owned()];
        check(Outcome::default(), &[]);
        check(Outcome { refused_here: reasons(), ..Outcome::default() }, &["sync.refused-here"]);
        let all = Outcome {
            refused_here: reasons(),
            refused_there: reasons(),
            forked: vec![LogId([7; 32])],
            ..Outcome::default()
        };
        check(all, &["sync.refused-here", "sync.refused-there", "sync.forked"]);
    }
}
