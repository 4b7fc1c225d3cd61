//! Comparing clocks within a session.
//!
//! Invariant: what is written down was proved by this device's own exchange, widened for whole milliseconds: the other's
//! boot clock was ahead by no less than `lo` and no more than `hi`.

use super::{CONTACT_EVERY_MS, Message, Session, SyncError};
use crate::{ids::BootId, op::ClockContact, store::Store, time::Reading};

/// Where the comparison stands.
#[derive(Debug, Default)]
pub(super) struct Clock {
    pub(super) peer: Option<BootId>,
    pub(super) sent_ms: u64,
    pub(super) now: Option<Reading>,
    pub(super) pings_left: u32,
    /// Whether this side is to go on with it, once the rest is said.
    pub(super) is_due: bool,
    /// Whether this side asks and tells the other what came of it: the one that dialled.
    pub(super) asks: bool,
    pub(super) bounds_ms: Option<(i64, i64)>,
    /// Whether two exchanges cannot both be true. Which of them is not, nobody knows.
    pub(super) is_contradicted: bool,
}

impl Session {
    /// Whether the two noted how their clocks stood long ago, or never.
    pub(super) fn is_clock_due(&self, store: &Store, now: Reading) -> Result<bool, SyncError> {
        let Some(peer) = self.clock.peer else { return Ok(false) };
        let last = store.last_contact(now.boot, peer)?;
        // Two replicas on one device share its clock.
        Ok(!store.must_rotate()
            && peer != now.boot
            && last.is_none_or(|last| now.boot_ms.saturating_sub(last) >= CONTACT_EVERY_MS))
    }

    /// One exchange: sent and answered by this clock, received and held by the other's.
    pub(super) fn compare_clocks(&mut self, received_ms: u64, held_ms: u64, now: Reading) {
        let signed = |ms: u64| i64::try_from(ms).unwrap_or(i64::MAX / 4).min(i64::MAX / 4);
        let replied = signed(received_ms.saturating_add(held_ms));
        let lo = replied - signed(now.boot_ms) - 1;
        let hi = signed(received_ms) - signed(self.clock.sent_ms) + 1;
        let (lo, hi) = match self.clock.bounds_ms {
            Some((before_lo, before_hi)) => (lo.max(before_lo), hi.min(before_hi)),
            None => (lo, hi),
        };
        self.clock.now = Some(now);
        self.clock.bounds_ms = Some((lo, hi));
        self.clock.is_contradicted |= lo > hi;
    }

    pub(super) fn next_clock_message(&mut self, store: &mut Store) -> Result<Option<Message>, SyncError> {
        if !self.clock.is_due || self.has_pinged {
            return Ok(None);
        }
        if self.clock.pings_left > 0 {
            self.clock.pings_left -= 1;
            self.has_pinged = true;
            return Ok(Some(Message::Ping));
        }
        self.clock.is_due = false;
        let proven = self.clock.bounds_ms.filter(|_| !self.clock.is_contradicted);
        let Some((lo_ms, hi_ms)) = proven else { return Ok(None) };
        self.note_clock(store, (lo_ms, hi_ms))?;
        Ok(Some(Message::Clock { lo_ms, hi_ms }))
    }

    pub(super) fn take_ping(&mut self, now: Reading) -> Result<(), SyncError> {
        // It comes right behind the word that ends the exchange, before this side has had its turn to agree.
        if self.clock.asks || self.clock.peer.is_none() {
            return Err(SyncError::OutOfTurn("a comparison of clocks"));
        }
        self.outbox.push_back(Message::Pong { received_ms: now.boot_ms, held_ms: 0 });
        Ok(())
    }

    pub(super) fn take_pong(
        &mut self,
        received_ms: u64,
        held_ms: u64,
        now: Reading,
    ) -> Result<(), SyncError> {
        if !std::mem::take(&mut self.has_pinged) {
            return Err(SyncError::OutOfTurn("an answer about clocks"));
        }
        self.compare_clocks(received_ms, held_ms, now);
        Ok(())
    }

    /// What the other side proved holds for this one too, the other way round.
    pub(super) fn take_clock(
        &mut self,
        store: &mut Store,
        (lo_ms, hi_ms): (i64, i64),
        now: Reading,
    ) -> Result<(), SyncError> {
        if self.clock.asks || !self.is_decided() || lo_ms > hi_ms {
            return Err(SyncError::OutOfTurn("how clocks stood"));
        }
        self.clock.now = Some(now);
        let mirrored = (hi_ms.saturating_neg(), lo_ms.saturating_neg());
        if self.is_clock_due(store, now)? {
            self.note_clock(store, mirrored)?;
        }
        Ok(())
    }

    fn note_clock(&mut self, store: &mut Store, bounds_ms: (i64, i64)) -> Result<(), SyncError> {
        self.outcome.clock_ms = Some(bounds_ms);
        let (Some(reading), Some(peer)) = (self.clock.now, self.clock.peer) else { return Ok(()) };
        if !store.must_rotate() {
            let (lo_ms, hi_ms) = (Some(bounds_ms.0), Some(bounds_ms.1));
            store.note_contact(ClockContact { reading, peer, lo_ms, hi_ms })?;
        }
        Ok(())
    }
}
