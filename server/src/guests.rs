//! Who is here: so many at a time, and who has not shown a key goes first.
//!
//! Invariant: never more than the limit. Somebody who was let in is never sent away for somebody who was not yet.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Ends somebody's link; the thread at it finds out at once.
pub type End = Box<dyn Fn() + Send>;

struct Guest {
    is_admitted: Arc<AtomicBool>,
    end: End,
}

#[derive(Default)]
struct Room {
    next: u64,
    guests: BTreeMap<u64, Guest>,
    is_closed: bool,
}

/// Who is here. Clones are the same.
#[derive(Clone)]
pub struct Guests {
    max: usize,
    room: Arc<(Mutex<Room>, Condvar)>,
}

/// Somebody's place; dropped when they leave.
pub struct Seat {
    guests: Guests,
    number: u64,
    is_admitted: Arc<AtomicBool>,
}

impl Guests {
    /// Room for so many.
    #[must_use]
    pub fn new(max: usize) -> Self {
        Self { max, room: Arc::default() }
    }

    /// A place, if there is one. If all are taken, the first who has not shown a key loses theirs: they may be honest and
    /// slow, and come again.
    #[must_use]
    pub fn enter(&self, end: End) -> Option<Seat> {
        let mut room = self.lock();
        if room.is_closed {
            return None;
        }
        if room.guests.len() >= self.max {
            let stranger = room.guests.iter().find(|(_, guest)| !guest.is_admitted.load(Ordering::Relaxed));
            let number = stranger.map(|(number, _)| *number)?;
            if let Some(guest) = room.guests.remove(&number) {
                (guest.end)();
            }
        }
        let (number, is_admitted) = (room.next, Arc::new(AtomicBool::new(false)));
        room.next += 1;
        room.guests.insert(number, Guest { is_admitted: is_admitted.clone(), end });
        drop(room);
        Some(Seat { guests: self.clone(), number, is_admitted })
    }

    /// How many are here.
    #[must_use]
    pub fn count(&self) -> usize {
        self.lock().guests.len()
    }

    /// Lets nobody in any more, waits at most `wait_ms` milliseconds for those who are here, and ends the others.
    pub fn close(&self, wait_ms: u64) {
        let deadline = Instant::now() + Duration::from_millis(wait_ms);
        let mut room = self.lock();
        room.is_closed = true;
        // Who has not even shown a key is not waited for.
        room.guests
            .values()
            .filter(|guest| !guest.is_admitted.load(Ordering::Relaxed))
            .for_each(|g| (g.end)());
        while !room.guests.is_empty() && Instant::now() < deadline {
            let left = deadline.saturating_duration_since(Instant::now());
            room = self.room.1.wait_timeout(room, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        room.guests.values().for_each(|guest| (guest.end)());
    }

    fn lock(&self) -> MutexGuard<'_, Room> {
        // Ending a link is all that runs under the lock.
        self.room.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Seat {
    /// They showed a key, and are known.
    pub fn admit(&self) {
        self.is_admitted.store(true, Ordering::Relaxed);
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        self.guests.lock().guests.remove(&self.number);
        self.guests.room.1.notify_all();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test")]

    use std::sync::atomic::AtomicUsize;

    use super::*;

    #[test]
    fn who_has_not_shown_a_key_goes_first() {
        let (guests, ended) = (Guests::new(2), Arc::new(AtomicUsize::new(0)));
        let end = |n: usize| -> End {
            let ended = ended.clone();
            Box::new(move || ended.store(n, Ordering::Relaxed))
        };
        let known = guests.enter(end(1)).unwrap();
        known.admit();
        let stranger = guests.enter(end(2)).unwrap();
        let third = guests.enter(end(3)).unwrap();
        assert_eq!((ended.load(Ordering::Relaxed), guests.count()), (2, 2));
        drop(stranger);
        assert_eq!(guests.count(), 2);
        third.admit();
        assert!(guests.enter(end(4)).is_none());
        drop(third);
        assert!(guests.enter(end(5)).is_some());
        let waiting = {
            let guests = guests.clone();
            std::thread::spawn(move || guests.close(600_000))
        };
        drop(known);
        waiting.join().unwrap();
        assert!(guests.count() == 0 && guests.enter(end(6)).is_none());
    }
}
