//! Who signed in at a browser: by a ticket, under a name of their own.
//!
//! Invariant: of a session's secret only a hash is kept, in memory alone. What somebody may is never kept: it follows anew
//! from the ticket each time, so that a revocation ends every session of it at once. The number of sessions is bounded.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use bibtrail_clerk::pen::Person;
use bibtrail_core::ids::{OpRef, RaceId};

/// The most sessions. With more, that which was used longest ago ends.
pub const SESSIONS_MAX: usize = 1_000;

/// The most sessions of one ticket, likewise: a QR code may hang on a wall.
pub const TICKET_SESSIONS_MAX: usize = 100;

/// A session that nobody used for so long ends, in milliseconds: a race of two nights, and a day to tidy up.
pub const IDLE_MAX_MS: u64 = 3 * 24 * 3_600_000;

/// The most records that are remembered as somebody's own, so that they may take them back.
const OWN_MAX: usize = 2_000;

/// A session's name in the table: the hash of its secret.
pub type SessionKey = [u8; 32];

/// One person at one browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// The race that they work at.
    pub race: RaceId,
    /// Who.
    pub person: Person,
    last_ms: u64,
}

/// All sessions.
#[derive(Debug, Default)]
pub struct Sessions {
    all: Mutex<BTreeMap<SessionKey, Session>>,
}

/// The name of the session of this secret.
#[must_use]
pub fn key_of(secret: &[u8]) -> SessionKey {
    *blake3::Hasher::new_derive_key("bibtrail 2026 session v0").update(secret).finalize().as_bytes()
}

impl Sessions {
    /// Begins a session. `now_ms` counts from wherever the caller does.
    pub fn begin(&self, secret: &[u8], race: RaceId, person: Person, now_ms: u64) {
        let mut all = self.lock();
        all.retain(|_, session| now_ms.saturating_sub(session.last_ms) < IDLE_MAX_MS);
        let ticket = person.proof.ticket.key;
        let is_same = |session: &Session| session.person.proof.ticket.key == ticket;
        while all.values().filter(|session| is_same(session)).count() >= TICKET_SESSIONS_MAX {
            end_oldest(&mut all, is_same);
        }
        while all.len() >= SESSIONS_MAX {
            end_oldest(&mut all, |_| true);
        }
        all.insert(key_of(secret), Session { race, person, last_ms: now_ms });
    }

    /// The session of a secret at a race, if there is one.
    #[must_use]
    pub fn find(&self, secret: &[u8], race: RaceId, now_ms: u64) -> Option<(SessionKey, Session)> {
        let key = key_of(secret);
        let mut all = self.lock();
        let session = all.get_mut(&key).filter(|session| session.race == race)?;
        if now_ms.saturating_sub(session.last_ms) >= IDLE_MAX_MS {
            all.remove(&key);
            return None;
        }
        session.last_ms = now_ms;
        Some((key, session.clone()))
    }

    /// Remembers what was recorded for somebody.
    pub fn wrote(&self, key: &SessionKey, ops: &[OpRef]) {
        if let Some(session) = self.lock().get_mut(key) {
            let own = &mut session.person.own;
            own.extend(ops);
            while own.len() > OWN_MAX {
                own.pop_first();
            }
        }
    }

    /// Ends a session.
    pub fn end(&self, key: &SessionKey) {
        self.lock().remove(key);
    }

    /// The sessions of a race, in no order that means anything.
    #[must_use]
    pub fn of(&self, race: RaceId) -> Vec<Session> {
        self.lock().values().filter(|session| session.race == race).cloned().collect()
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<SessionKey, Session>> {
        // Nothing that can panic runs under the lock.
        self.all.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn end_oldest(all: &mut BTreeMap<SessionKey, Session>, is_meant: impl Fn(&Session) -> bool) {
    let meant = all.iter().filter(|(_, session)| is_meant(session));
    if let Some(key) = meant.min_by_key(|(_, session)| session.last_ms).map(|(key, _)| *key) {
        all.remove(&key);
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::cast_possible_truncation, reason = "a test: counts are small")]

    use bibtrail_core::{
        ids::LogId,
        op::{Role, Ticket, TicketProof},
    };

    use super::*;

    fn person(ticket: u8) -> Person {
        let ticket =
            Ticket { key: LogId([ticket; 32]), role: Role::Volunteer, checkpoints: Vec::new(), root: None };
        let proof = TicketProof { ticket, signature: [0; 64] };
        Person { proof, name: "Ann".to_owned(), own: std::collections::BTreeSet::new() }
    }

    fn race(n: u8) -> RaceId {
        RaceId::of_genesis(&[n])
    }

    #[test]
    fn a_session_is_of_one_race_and_ends_when_nobody_uses_it() {
        let sessions = Sessions::default();
        sessions.begin(b"one", race(1), person(1), 0);
        let found = |secret: &[u8], of: u8, now_ms| sessions.find(secret, race(of), now_ms).is_some();
        assert!(found(b"one", 1, 0) && !found(b"one", 2, 0) && !found(b"two", 1, 0));
        // Used again just in time, it lasts as long once more.
        assert!(found(b"one", 1, IDLE_MAX_MS - 1) && found(b"one", 1, 2 * IDLE_MAX_MS - 2));
        assert!(!found(b"one", 1, 3 * IDLE_MAX_MS) && sessions.of(race(1)).is_empty());
    }

    #[test]
    fn sessions_are_bounded_and_one_ticket_pushes_out_its_own() {
        let sessions = Sessions::default();
        sessions.begin(b"calm", race(1), person(1), 0);
        for n in 0..2 * TICKET_SESSIONS_MAX {
            sessions.begin(format!("wall {n}").as_bytes(), race(1), person(2), n as u64 + 1);
        }
        let count = || sessions.of(race(1)).len();
        assert_eq!(count(), TICKET_SESSIONS_MAX + 1);
        assert!(
            sessions.find(b"calm", race(1), 1_000).is_some()
                && sessions.find(b"wall 0", race(1), 1_000).is_none()
        );
        for n in 0..2 * SESSIONS_MAX {
            sessions.begin(
                format!("many {n}").as_bytes(),
                race(1),
                person((n % 200) as u8),
                2_000 + n as u64,
            );
        }
        assert_eq!(count(), SESSIONS_MAX);
    }

    #[test]
    fn what_somebody_recorded_is_remembered_and_bounded() {
        let sessions = Sessions::default();
        sessions.begin(b"one", race(1), person(1), 0);
        let ops: Vec<OpRef> = (1..=3_000).map(|seq| OpRef { log: LogId([7; 32]), seq }).collect();
        sessions.wrote(&key_of(b"one"), &ops);
        let own = sessions.of(race(1))[0].person.own.clone();
        assert!(own.len() == OWN_MAX && own.contains(&ops[2_999]) && !own.contains(&ops[0]));
    }
}
