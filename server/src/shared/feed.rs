//! The thread that brings to one process what the others wrote.
//!
//! Invariant: it hands on everything in the order of commits and passes nothing over; when it cannot know that, it asks
//! for a comparison from the beginning. It waits to be told, and looks by itself as well.

use std::time::Duration;

use bibtrail_core::ids::RaceId;

use super::{Address, Link, Seen, SharedError, Side, Writer, Written};
use crate::keeper::Keeper;

/// How often it looks by itself, in milliseconds.
const LOOK_MS: u64 = 1_000;

/// How many segments are handed on at a time: phones wait for no more than that.
const MOST: usize = 32;

/// The thread's own side.
pub struct Feed {
    address: Address,
    race: RaceId,
    writer: Writer,
    seen: Seen,
}

impl Feed {
    /// A feed of this race that goes on from where `side` was compared.
    #[must_use]
    pub fn of(race: RaceId, side: &Side) -> Self {
        let (address, writer, seen) = (side.address().clone(), side.writer().clone(), side.seen());
        Self { address, race, writer, seen }
    }

    /// Works until the race is closed.
    pub fn work(mut self, keeper: &Keeper) {
        while keeper.is_open() {
            if let Err(error) = self.follow(keeper) {
                tracing::warn!(race = %self.race, %error, "what other servers write is not heard");
                std::thread::sleep(Duration::from_millis(LOOK_MS));
                // What was read before may be gone: a database can be put back.
                if let Ok(seen) = keeper.compare() {
                    self.seen = seen;
                }
            }
        }
    }

    fn follow(&mut self, keeper: &Keeper) -> Result<(), SharedError> {
        let mut link = Link::open(&self.address)?;
        if let Err(error) = link.listen() {
            tracing::warn!(race = %self.race, %error, "the database tells nothing; it is looked at every second");
        }
        while keeper.is_open() {
            let from = self.seen.map_or(0, |(number, ..)| number);
            let most = i64::try_from(MOST + 1).unwrap_or(i64::MAX);
            let mut written = link.written(self.race, from, &self.writer, most)?;
            if !self.is_where_it_was(&written) {
                tracing::warn!(race = %self.race, "the database was put back; what is here goes there again");
                self.seen = keeper.compare()?;
                continue;
            }
            written.retain(|one| one.entry.number > from);
            match written.last() {
                None => link.wait(Duration::from_millis(LOOK_MS))?,
                Some(last) => {
                    let seen = Some((last.entry.number, last.entry.key, last.entry.head));
                    if written.iter().any(|one| one.bytes.is_some()) {
                        keeper.came(written)?;
                    }
                    self.seen = seen;
                }
            }
        }
        Ok(())
    }

    /// Whether the last that was read still stands there.
    fn is_where_it_was(&self, written: &[Written]) -> bool {
        let first = written.first().map(|one| (one.entry.number, one.entry.key, one.entry.head));
        self.seen.is_none() || self.seen == first
    }
}
