//! What each message of a session does.
//!
//! Invariant: the peer is admitted before anything is told or taken; what comes in is committed before it is counted.

use super::{
    BATCH_BYTES, NEEDS_MAX, PINGS, Phase, REASONS_MAX, Session, SyncError, Transfer, UNTRUE_MAX,
    compare::{self, Theirs},
    cut,
    wire::{Hello, KeyRef, Message, Need, VERSION, Vector, Welcome},
};
use crate::{
    ids::BootId,
    log::{Packed, Tip},
    members::Admission,
    op::Enrol,
    store::{RejectReason, Rejected, Store},
    time::Reading,
};

/// The most keys and marks that are asked for in one message: at 34 bytes each, half of what a message may have.
const NEED_MAX_PARTS: usize = 1024;

/// What a segment takes in memory beside its operations, at least: its key and signature.
const SEGMENT_MIN_BYTES: usize = 96;

impl Session {
    pub(super) fn hello(&mut self, store: &mut Store) -> Result<(), SyncError> {
        self.look(store)?;
        self.base = store.peer(self.peer)?;
        let base = self.base.as_ref().map(|peer| cut(&peer.digest));
        let digest = store.set_digest(&self.snapshot, &self.received)?;
        let race = cut(store.race().0.as_bytes());
        let enrol = if base.is_some() { Vec::new() } else { introduction(store)? };
        // The boot is put in when the message leaves.
        let boot = BootId([0; 8]);
        let knows_you = self.admit(store, &[]).is_ok();
        let battery = self.battery;
        let hello = Hello { version: VERSION, race, boot, digest, base, knows_you, battery, enrol };
        self.outbox.push_back(Message::Hello(hello));
        self.phase = Phase::AwaitWelcome;
        Ok(())
    }

    /// Fixes what this session is about.
    fn look(&mut self, store: &mut Store) -> Result<(), SyncError> {
        self.snapshot = store.snapshot()?;
        self.tips = store.tips(&self.snapshot, &self.received)?;
        Ok(())
    }

    /// Puts the clock's reading into messages that carry one.
    pub(super) fn stamp(&mut self, message: &mut Message, now: Reading) {
        match message {
            Message::Hello(hello) => hello.boot = now.boot,
            Message::Welcome(welcome) => {
                welcome.boot = now.boot;
                welcome.held_ms = now.boot_ms.saturating_sub(welcome.received_ms);
            }
            Message::Pong { received_ms, held_ms } => {
                *held_ms = now.boot_ms.saturating_sub(*received_ms);
            }
            _ => {}
        }
        (self.clock.sent_ms, self.clock.now) = (now.boot_ms, Some(now));
    }

    fn admit(&self, store: &Store, enrol: &[u8]) -> Result<(), SyncError> {
        let enrol: Option<Enrol> = minicbor::decode(enrol).ok();
        match store.members().admission(self.peer, enrol.as_ref(), store.own_log()) {
            Admission::Welcome => Ok(()),
            // A phone that joined by its ticket alone cannot know who else was invited, and has nobody's data to guard;
            // what the director said proves itself.
            Admission::Stranger if store.genesis()?.is_none() => Ok(()),
            Admission::Stranger => Err(SyncError::Stranger(self.peer)),
            Admission::Revoked => Err(SyncError::Revoked(self.peer)),
        }
    }

    pub(super) fn take_hello(
        &mut self,
        store: &mut Store,
        hello: Hello,
        now: Reading,
    ) -> Result<(), SyncError> {
        if self.phase != Phase::AwaitHello {
            return Err(SyncError::OutOfTurn("a greeting"));
        }
        if hello.version != VERSION {
            return Err(SyncError::Future(hello.version));
        }
        if hello.race != cut::<8>(store.race().0.as_bytes()) {
            return Err(SyncError::OtherRace);
        }
        self.admit(store, &hello.enrol)?;
        self.look(store)?;
        self.outcome.battery_there = hello.battery;
        self.clock.peer = Some(hello.boot);
        self.clock.now = Some(now);
        let base = store.peer(self.peer)?;
        self.base = base.filter(|peer| hello.base == Some(cut(&peer.digest)));
        if self.base.is_none() {
            // It lost what it knew, or what it said of itself is out of date here.
            store.forget(self.peer)?;
        }
        let digest = store.set_digest(&self.snapshot, &self.received)?;
        let is_equal = digest == hello.digest;
        self.outbox.push_back(Message::Welcome(Welcome {
            version: VERSION,
            boot: now.boot,
            received_ms: now.boot_ms,
            held_ms: 0,
            digest,
            enrol: if hello.knows_you { Vec::new() } else { introduction(store)? },
        }));
        if is_equal {
            return self.decide(store, true);
        }
        let (vector, keys) = match &self.base {
            Some(base) => compare::delta(&base.held, &self.tips),
            None => compare::full(&self.tips),
        };
        self.keys = keys;
        self.outbox.push_back(Message::Vector(vector));
        self.is_listed = true;
        self.phase = Phase::Exchange;
        Ok(())
    }

    pub(super) fn take_welcome(
        &mut self,
        store: &mut Store,
        welcome: &Welcome,
        now: Reading,
    ) -> Result<(), SyncError> {
        if self.phase != Phase::AwaitWelcome {
            return Err(SyncError::OutOfTurn("an answer to a greeting"));
        }
        if welcome.version != VERSION {
            return Err(SyncError::Future(welcome.version));
        }
        self.admit(store, &welcome.enrol)?;
        self.clock.peer = Some(welcome.boot);
        self.clock.is_due = self.is_clock_due(store, now)?;
        self.clock.pings_left = PINGS;
        self.phase = Phase::Exchange;
        if welcome.digest == store.set_digest(&self.snapshot, &self.received)? {
            self.decide(store, true)?;
        }
        Ok(())
    }

    pub(super) fn take_vector(&mut self, store: &mut Store, vector: Vector) -> Result<(), SyncError> {
        if self.phase != Phase::Exchange || std::mem::replace(&mut self.is_listed, true) {
            return Err(SyncError::OutOfTurn("a list of what is held"));
        }
        let theirs = match (vector, &self.base) {
            (Vector::Full(entries), _) => Theirs::of_full(entries, &self.tips),
            (Vector::Delta(entries), Some(base)) => Theirs::of_delta(entries, &base.held, &self.tips),
            (Vector::Delta(_), None) => return Err(SyncError::OutOfTurn("a list of what changed")),
        };
        let (transfers, needs) = compare::compare(store, &self.tips, &theirs)?;
        self.keys = theirs.keys;
        self.transfers.extend(transfers);
        self.ask(needs);
        Ok(())
    }

    fn ask(&mut self, needs: Vec<Need>) {
        // Several messages, should they not fit into one. Each message is a step at the other side: as few as may be.
        let (mut together, mut weight) = (Vec::new(), 0);
        for need in needs {
            weight += 1 + need.marks.len();
            if weight > NEED_MAX_PARTS && !together.is_empty() {
                self.outbox.push_back(Message::Need(std::mem::take(&mut together)));
                weight = 1 + need.marks.len();
            }
            together.push(need);
        }
        if !together.is_empty() {
            self.outbox.push_back(Message::Need(together));
        }
    }

    pub(super) fn take_needs(&mut self, store: &mut Store, needs: Vec<Need>) -> Result<(), SyncError> {
        if self.phase != Phase::Exchange {
            return Err(SyncError::OutOfTurn("a request"));
        }
        let mine = compare::by_key(&self.tips);
        let mut asked = Vec::new();
        for need in needs {
            let Some(key) = self.keys.key(need.key) else { continue };
            let Some(tips) = mine.get(&key) else { continue };
            let times = self.needed.entry(key).or_default();
            *times += 1;
            if *times > NEEDS_MAX {
                return Err(SyncError::TooMuch("8 requests for one log"));
            }
            // Somebody who has nothing of it does not know its name either.
            let reference = if need.marks.is_empty() { KeyRef::Full(key) } else { need.key };
            let mut is_strange = false;
            for mark in &need.marks {
                is_strange |= !store.has_mark(key, *mark)?;
            }
            for mark in tips.iter().filter(|mark| !need.marks.contains(mark)) {
                let tip = Tip { key, mark: *mark };
                let seq = compare::common(store, &need.marks, tip)?;
                if seq > 0 || !is_strange || need.marks.len() != 1 {
                    self.transfers.push_back(Transfer { tip, seq, key: reference });
                }
            }
            if is_strange && self.asked.insert(key) {
                // Histories part somewhere: with these places the other side finds where, and so will this one.
                asked.push(Need { key: need.key, marks: compare::ladders(store, key, tips)? });
            }
        }
        self.ask(asked);
        Ok(())
    }

    /// Whether operations wait to be sent.
    pub(super) fn has_more_segments(&self) -> bool {
        self.transfers.iter().any(|transfer| transfer.seq < transfer.tip.mark.seq)
    }

    /// The next operations on their way out, as many as a message holds.
    pub(super) fn next_segments(&mut self, store: &Store) -> Result<Option<Message>, SyncError> {
        let (mut segments, mut bytes) = (Vec::new(), 0);
        while bytes < BATCH_BYTES {
            let Some(transfer) = self.transfers.front_mut() else { break };
            let next = if transfer.seq < transfer.tip.mark.seq {
                store.next_packed(transfer.tip, transfer.seq)?
            } else {
                None
            };
            let Some(packed) = next else {
                self.transfers.pop_front();
                continue;
            };
            if bytes > 0 && bytes + packed.ops.len() > BATCH_BYTES {
                break;
            }
            bytes += packed.ops.len();
            transfer.seq = packed.first_seq + packed.count as u64 - 1;
            self.outcome.sent_ops += packed.count as u64;
            segments.push((transfer.key, packed));
        }
        Ok((!segments.is_empty()).then_some(Message::Segments(segments)))
    }

    pub(super) fn take_segments(
        &mut self,
        store: &mut Store,
        segments: Vec<(KeyRef, Packed)>,
    ) -> Result<(), SyncError> {
        if self.phase != Phase::Exchange {
            return Err(SyncError::OutOfTurn("operations"));
        }
        self.count(segments.iter().map(|(_, packed)| SEGMENT_MIN_BYTES + packed.ops.len()).sum())?;
        let named = segments
            .into_iter()
            .filter_map(|(reference, packed)| Some(Packed { key: self.keys.key(reference)?, ..packed }));
        let named: Vec<Packed> = named.collect();
        let report = store.take_packed(&named)?;
        self.has_taken = true;
        self.outcome.new_ops += report.new_ops;
        for key in report.forked {
            if !self.outcome.forked.contains(&key) {
                self.outcome.forked.push(key);
            }
        }
        for packed in &named {
            let last = packed.first_seq + packed.count as u64 - 1;
            let is_refused =
                |first: u64| report.rejected.iter().any(|r| r.log == packed.key && r.first_seq == first);
            if !is_refused(packed.first_seq) {
                let came = self.received.entry(packed.key).or_default();
                *came = last.max(*came);
            }
        }
        let is_untrue = |refused: &&Rejected| matches!(refused.reason, RejectReason::Untrue(_));
        self.untrue += report.rejected.iter().filter(is_untrue).count();
        if self.untrue > UNTRUE_MAX {
            return Err(SyncError::Untrue);
        }
        let room = REASONS_MAX.saturating_sub(self.outcome.refused_here.len());
        let texts: Vec<String> =
            report.rejected.iter().take(room).map(|refused| refused.reason.to_string()).collect();
        if !texts.is_empty() {
            self.outcome.refused_here.extend(texts.iter().cloned());
            texts.chunks(64).for_each(|texts| self.outbox.push_back(Message::Refused(texts.to_vec())));
        }
        Ok(())
    }
}

/// How this replica joined, for those who do not know it.
fn introduction(store: &Store) -> Result<Vec<u8>, SyncError> {
    let enrol = store.own_enrolment()?;
    Ok(enrol.and_then(|enrol| minicbor::to_vec(enrol).ok()).unwrap_or_default())
}
