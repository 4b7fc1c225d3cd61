//! Two replicas meet: a session, with one way in and one way out, no clock and no socket.
//!
//! **The calling rule: while [`Session::poll`] gives messages, carry them to the other side in order; hand what comes
//! from there to [`Session::handle`]; the session is over when [`Session::is_over`] says so.** A session that ends in an
//! error is started anew: nothing but the log is needed to go on.
//!
//! Invariant: success means that both sides computed one digest over all they held when the session began. What came in
//! was committed before anything that depends on it was said. The sides speak in turns, so no pipe can fill from both
//! ends, and the number of turns and bytes is bounded.

mod clock;
mod compare;
mod exchange;
mod wire;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use thiserror::Error;

use crate::{
    ids::LogId,
    log::Tip,
    store::{Peer, Snapshot, Store, StoreError},
    time::Reading,
};
use clock::Clock;
use compare::Keys;
pub use wire::{Battery, MESSAGE_MAX_BYTES, WireError};
use wire::{KeyRef, Message, VERSION};

/// The most turns that each side is given in a session. An honest one without forks takes three, and three for clocks.
const TURNS_MAX: u32 = 32;

/// The most bytes that a session takes in. More comes with the next one: nothing that was taken is sent again.
const SESSION_MAX_BYTES: u64 = 64 * 1024 * 1024;

/// The most messages in one turn.
const TURN_MAX_MESSAGES: u32 = 16 * 1024;

/// The most bytes of operations in one message, before packing.
const BATCH_BYTES: usize = 32 * 1024;

/// The most segments of a session whose chain or signature is wrong. An honest replica has none: it has checked them.
const UNTRUE_MAX: usize = 64;

/// The most requests of a session for one log. An honest replica has at most three: plain, then with places.
const NEEDS_MAX: u32 = 8;

/// The most reasons of a session, each way, why something was not taken. The rest go the same way, unsaid.
const REASONS_MAX: usize = 256;

/// Two devices that met note how their clocks stood again after this long.
pub const CONTACT_EVERY_MS: u64 = 30 * 60 * 1000;

/// How often clocks are compared when it is due, beside the first exchange.
const PINGS: u32 = 3;

/// What came of a session.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Whether both hold the same now: what either held when the session began.
    pub is_converged: bool,
    /// Operations that were new here.
    pub new_ops: u64,
    /// Operations that were sent.
    pub sent_ops: u64,
    /// What was not taken here, in words; the first of it.
    pub refused_here: Vec<String>,
    /// What was not taken there, in their words; the first of it.
    pub refused_there: Vec<String>,
    /// Keys that signed two histories, found now.
    pub forked: Vec<LogId>,
    /// How far the other's boot clock is ahead of this one, in milliseconds: no less and no more.
    pub clock_ms: Option<(i64, i64)>,
    /// How the battery of the side that dialled stands, where it told.
    pub battery_there: Option<Battery>,
}

/// Why a session ended early.
#[derive(Debug, Error)]
pub enum SyncError {
    /// The other side speaks something else.
    #[error("the other side sent {0}")]
    Wire(#[from] WireError),
    /// The other side broke the order of the session.
    #[error(
        "the other side spoke out of turn: {0} was not expected. The session is closed; what was taken stays. Sync again; if it happens again, update both apps, or carry a file"
    )]
    OutOfTurn(&'static str),
    /// The other side does not come to an end.
    #[error(
        "the other side does not come to an end: more than {0}. The session is closed; what was taken stays"
    )]
    TooMuch(&'static str),
    /// What it sends is wrong.
    #[error(
        "the other side sent more than {UNTRUE_MAX} segments whose chain or signature is wrong. The session is closed; what was taken stays. Its replica may be damaged: let it run bibtrail verify"
    )]
    Untrue,
    /// By a newer app.
    #[error(
        "the other side speaks version {0} of the session, this app version {VERSION}. Update the app; until then carry files"
    )]
    Future(u8),
    /// Another race.
    #[error("the other side is at another race")]
    OtherRace,
    /// Nobody invited it.
    #[error("{} is a stranger: nobody invited it to this race. Let it join by a ticket, or approve it after merging its file", .0.short())]
    Stranger(LogId),
    /// It was revoked.
    #[error("{} was revoked. What it recorded can still be merged from its file (bibtrail bundle)", .0.short())]
    Revoked(LogId),
    /// The other side ended it.
    #[error("the other side ended the session: {0}")]
    Ended(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Dialled, and nothing said yet.
    Hello,
    /// Dialled, and waiting for the answer.
    AwaitWelcome,
    /// Called, and nothing heard yet.
    AwaitHello,
    /// Exchanging.
    Exchange,
    /// Agreed or not: only clocks are compared.
    Over,
}

/// One log on its way to the other side.
#[derive(Clone, Copy, Debug)]
struct Transfer {
    tip: Tip,
    /// The last operation that the other side has.
    seq: u64,
    key: KeyRef,
}

/// A session with one other replica.
pub struct Session {
    peer: LogId,
    phase: Phase,
    snapshot: Snapshot,
    /// What was held when the session began.
    tips: Vec<Tip>,
    /// How far each key came in.
    received: BTreeMap<LogId, u64>,
    keys: Keys,
    base: Option<Peer>,
    outbox: VecDeque<Message>,
    transfers: VecDeque<Transfer>,
    is_my_turn: bool,
    /// Whether the last message said that more follows in this turn, without looking what.
    has_promised: bool,
    /// Whether operations came in the other side's turn.
    has_taken: bool,
    /// Whether the last turn asked for something that must come before all is known.
    is_waiting: bool,
    /// Keys whose places were asked for because histories part.
    asked: BTreeSet<LogId>,
    /// How often each key was asked for there.
    needed: BTreeMap<LogId, u32>,
    /// Whether one side listed what it holds: that comes once.
    is_listed: bool,
    spoken_fin: Option<[u8; 16]>,
    fin_there: Option<[u8; 16]>,
    has_pinged: bool,
    clock: Clock,
    battery: Option<Battery>,
    turns: u32,
    messages_in_turn: u32,
    bytes: u64,
    untrue: usize,
    outcome: Outcome,
}

impl Session {
    /// A session that this side begins. `peer` is who the pipe proved the other side to be.
    #[must_use]
    pub fn dial(peer: LogId) -> Self {
        Self::new(peer, Phase::Hello, true)
    }

    /// A session that the other side begins.
    #[must_use]
    pub fn answer(peer: LogId) -> Self {
        Self::new(peer, Phase::AwaitHello, false)
    }

    fn new(peer: LogId, phase: Phase, is_my_turn: bool) -> Self {
        Self {
            peer,
            phase,
            snapshot: Snapshot::default(),
            tips: Vec::new(),
            received: BTreeMap::new(),
            keys: Keys::default(),
            base: None,
            outbox: VecDeque::new(),
            transfers: VecDeque::new(),
            is_my_turn,
            has_promised: false,
            has_taken: false,
            is_waiting: false,
            asked: BTreeSet::new(),
            needed: BTreeMap::new(),
            is_listed: false,
            spoken_fin: None,
            fin_there: None,
            has_pinged: false,
            clock: Clock { asks: is_my_turn, ..Clock::default() },
            battery: None,
            turns: 0,
            messages_in_turn: 0,
            bytes: 0,
            untrue: 0,
            outcome: Outcome::default(),
        }
    }

    /// Tells the other side how the battery stands, with the greeting of the side that dials. Later it changes nothing.
    pub fn tell_battery(&mut self, battery: Option<Battery>) {
        self.battery = battery;
    }

    /// The other side.
    #[must_use]
    pub fn peer(&self) -> LogId {
        self.peer
    }

    /// What came of it so far; final once the session is over.
    #[must_use]
    pub fn outcome(&self) -> &Outcome {
        &self.outcome
    }

    /// Whether all is said. The side that dialled then closes the pipe; the other waits for that.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.phase == Phase::Over && self.outbox.is_empty() && !self.clock.is_due
    }

    /// Whether the two agreed, or found that they do not.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.phase == Phase::Over
    }

    /// Whether it is this side's turn, so that [`Session::poll`] may have a message.
    #[must_use]
    pub fn speaks(&self) -> bool {
        self.is_my_turn
    }

    /// The next message for the other side, if it is this side's turn.
    ///
    /// # Errors
    /// When the store fails.
    pub fn poll(&mut self, store: &mut Store, now: Reading) -> Result<Option<Vec<u8>>, SyncError> {
        if !self.is_my_turn {
            return Ok(None);
        }
        if self.phase == Phase::Hello {
            self.hello(store)?;
        }
        // One ahead, so that the last message of a turn can say that it is. While operations wait to be sent that is no
        // question, and nobody waits for their reading and packing who is to be told something else.
        while self.outbox.is_empty() || (self.outbox.len() < 2 && !self.has_more_segments()) {
            match self.next_message(store)? {
                Some(message) => self.outbox.push_back(message),
                None => break,
            }
        }
        let Some(mut message) = self.outbox.pop_front().or_else(|| self.end_of_promise()) else {
            return Ok(None);
        };
        self.has_promised = self.outbox.is_empty() && self.has_more_segments();
        let is_last = self.outbox.is_empty() && !self.has_promised;
        self.is_my_turn = !is_last;
        self.stamp(&mut message, now);
        Ok(Some(message.encode(is_last)))
    }

    /// Takes a message of the other side.
    ///
    /// # Errors
    /// When the other side is not admitted, breaks the rules or a limit, or the store fails. The session is dead then;
    /// [`Session::farewell`] tells the other side why.
    pub fn handle(&mut self, store: &mut Store, bytes: &[u8], now: Reading) -> Result<(), SyncError> {
        self.count(bytes.len())?;
        self.messages_in_turn += 1;
        if self.messages_in_turn > TURN_MAX_MESSAGES {
            return Err(SyncError::TooMuch("16384 messages in one turn"));
        }
        let (message, is_turn_end) = Message::decode(bytes)?;
        if self.is_my_turn {
            return Err(SyncError::OutOfTurn("a message"));
        }
        let is_greeting = matches!(message, Message::Hello(_) | Message::Welcome(_) | Message::Bye(_));
        if !is_greeting && matches!(self.phase, Phase::AwaitHello | Phase::AwaitWelcome) {
            return Err(SyncError::OutOfTurn("a message before the greeting"));
        }
        match message {
            Message::Bye(text) => {
                // It may not know this replica any more, or be a copy that never did: the next session introduces it.
                store.forget(self.peer)?;
                return Err(SyncError::Ended(text));
            }
            Message::Hello(hello) => self.take_hello(store, hello, now)?,
            Message::Welcome(welcome) => self.take_welcome(store, &welcome, now)?,
            Message::Vector(vector) => self.take_vector(store, vector)?,
            Message::Segments(segments) => self.take_segments(store, segments)?,
            Message::Need(needs) => self.take_needs(store, needs)?,
            Message::Refused(texts) => {
                let room = REASONS_MAX.saturating_sub(self.outcome.refused_there.len());
                self.outcome.refused_there.extend(texts.into_iter().take(room));
            }
            Message::Fin(digest) => self.fin_there = Some(digest),
            Message::Agreed(start) => {
                self.fin_there = self.spoken_fin.filter(|digest| cut::<4>(digest) == start);
            }
            Message::Ping => self.take_ping(now)?,
            Message::Pong { received_ms, held_ms } => self.take_pong(received_ms, held_ms, now)?,
            Message::Clock { lo_ms, hi_ms } => self.take_clock(store, (lo_ms, hi_ms), now)?,
        }
        if is_turn_end {
            self.begin_turn(store)?;
        }
        Ok(())
    }

    /// What to tell the other side when this one ends the session early.
    #[must_use]
    pub fn farewell(error: &SyncError) -> Vec<u8> {
        let text = match error {
            // What goes on inside this replica is nobody else's business.
            SyncError::Store(_) => "this replica cannot store anything now".to_owned(),
            other => other.to_string(),
        };
        Message::Bye(text).encode(true)
    }

    /// Counts what came, as it came and as it unpacked.
    fn count(&mut self, bytes: usize) -> Result<(), SyncError> {
        self.bytes = self.bytes.saturating_add(bytes as u64);
        if self.bytes > SESSION_MAX_BYTES {
            return Err(SyncError::TooMuch("64 MiB in one session"));
        }
        Ok(())
    }

    fn begin_turn(&mut self, store: &mut Store) -> Result<(), SyncError> {
        self.turns += 1;
        self.messages_in_turn = 0;
        if self.turns > TURNS_MAX {
            return Err(SyncError::TooMuch("32 turns"));
        }
        self.is_my_turn = true;
        self.give_receipt();
        if self.phase == Phase::Exchange {
            self.plan(store)?;
        }
        Ok(())
    }

    /// What was not taken is said before anything else. If nothing of that kind is to be said, but operations, then that:
    /// who brought some knows that they are safe before they take in what comes back, however much that is.
    fn give_receipt(&mut self) {
        let is_refusal = |message: &Message| matches!(message, Message::Refused(_));
        self.outbox.make_contiguous().sort_by_key(|message| !is_refusal(message));
        if std::mem::take(&mut self.has_taken) && self.outbox.is_empty() && self.has_more_segments() {
            self.outbox.push_back(Message::Refused(Vec::new()));
        }
    }

    /// What ends a turn of which more was promised, should there be nothing: what was to be sent is not on any path since
    /// histories parted.
    fn end_of_promise(&mut self) -> Option<Message> {
        std::mem::take(&mut self.has_promised).then(|| Message::Segments(Vec::new()))
    }

    /// What this turn says once all that was asked for is on its way.
    fn plan(&mut self, store: &mut Store) -> Result<(), SyncError> {
        let asks = |message: &Message| matches!(message, Message::Need(_) | Message::Vector(_));
        self.is_waiting = self.outbox.iter().any(asks);
        let Some(theirs) = self.fin_there.filter(|_| !self.is_waiting && self.transfers.is_empty()) else {
            return Ok(());
        };
        let digest = store.set_digest(&self.snapshot, &self.received)?;
        if self.spoken_fin.replace(digest) != Some(digest) {
            let is_same = digest == theirs;
            self.outbox.push_back(if is_same { Message::Agreed(cut(&digest)) } else { Message::Fin(digest) });
        }
        self.decide(store, digest == theirs)
    }

    /// The next message that is not in the outbox yet.
    fn next_message(&mut self, store: &mut Store) -> Result<Option<Message>, SyncError> {
        if let Some(message) = self.next_segments(store)? {
            return Ok(Some(message));
        }
        if self.phase == Phase::Over {
            return self.next_clock_message(store);
        }
        if self.phase != Phase::Exchange || self.is_waiting {
            return Ok(None);
        }
        let digest = store.set_digest(&self.snapshot, &self.received)?;
        if self.spoken_fin.replace(digest) == Some(digest) {
            return Ok(None);
        }
        Ok(Some(Message::Fin(digest)))
    }

    fn decide(&mut self, store: &mut Store, is_converged: bool) -> Result<(), SyncError> {
        self.phase = Phase::Over;
        self.outcome.is_converged = is_converged;
        if is_converged {
            let digest = store.set_digest(&self.snapshot, &self.received)?;
            let held = store.tips(&self.snapshot, &self.received)?;
            if let Some(met) = self.clock.now {
                store.remember(&Peer { log: self.peer, digest, held, met })?;
            }
        } else {
            store.forget(self.peer)?;
        }
        Ok(())
    }
}

/// The first bytes of a race's id by which a greeting names its race, before any session has begun: a server that
/// holds several races chooses by it.
///
/// # Errors
/// When the bytes are no greeting.
pub fn race_of_hello(bytes: &[u8]) -> Result<[u8; 8], SyncError> {
    match Message::decode(bytes)? {
        (Message::Hello(hello), _) => Ok(hello.race),
        _ => Err(SyncError::OutOfTurn("anything but a greeting")),
    }
}

/// The first bytes of a longer name.
fn cut<const N: usize>(bytes: &[u8]) -> [u8; N] {
    let mut start = [0; N];
    start.copy_from_slice(&bytes[..N]);
    start
}
