//! Many calls in one commit: a server takes in what many phones bring at once, and waits for the disk once.
//!
//! Invariant: nothing that a group did is durable before [`Store::together`] says so, and then all of it is. Where it
//! fails nothing was taken, and own operations of it keep place and bytes: [`Store::retry`] goes on with them. So what
//! a call inside a group answers, a confirmation too, must not leave the replica before the group ended well.

use rusqlite::Connection;

use super::{
    Durability, OwnLog, Store, StoreError,
    append::{Pending, read_back},
    rows,
};
use crate::log::SignedHead;

/// What a failed group puts back, and what it goes on with later.
pub(super) struct Group {
    own: OwnLog,
    depth: u64,
    unjournaled_head: Option<SignedHead>,
    /// Own operations that it wrote.
    wrote: Option<Pending>,
}

impl Group {
    /// Own operations were written.
    pub(super) fn wrote(&mut self, pending: Pending) {
        self.wrote = Some(match self.wrote.take() {
            Some(before) => before.and_then(pending),
            None => pending,
        });
    }
}

impl Store {
    /// Runs `work`, which may call this store as often as it likes, as one commit with one sync of the journal and one
    /// of the database. A call that fails inside, other than by refusing bad input, fails the group.
    ///
    /// # Errors
    /// When anything in it could not be made durable. Then nothing of it was taken, and what `work` gave is void.
    pub fn together<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> Result<T, StoreError> {
        self.retry()?;
        if self.database_lags {
            // A group that writes nothing would not sync what came before it.
            self.settle()?;
        }
        self.reopen_database()?;
        self.place.sync_database(self.db()?)?;
        self.db()?.prepare_cached("BEGIN IMMEDIATE")?.execute([])?;
        self.journal.hold();
        let (own, depth, unjournaled_head) = (self.own, self.depth, self.unjournaled_head);
        self.group = Some(Group { own, depth, unjournaled_head, wrote: None });
        let done = work(self);
        let ended = self.end_group();
        let group = self.group.take();
        if let Err(error) = ended {
            self.put_back(group);
            return Err(error);
        }
        self.erase_after();
        Ok(done)
    }

    /// Whether a group goes on whose transaction is gone: SQLite ends it by itself when the disk fails.
    pub(super) fn is_group_broken(&self) -> bool {
        self.group.is_some() && self.database.as_ref().is_none_or(Connection::is_autocommit)
    }

    fn end_group(&mut self) -> Result<(), StoreError> {
        // An own operation that failed inside goes on later, but what was done after it did not see it.
        if self.pending.is_some() || self.is_group_broken() {
            return Err(StoreError::Closed);
        }
        let Self { database: Some(db), place, journal, group: Some(group), .. } = self else {
            return Err(StoreError::Closed);
        };
        journal.release(place.durability == Durability::Full).map_err(StoreError::Journal)?;
        db.prepare_cached("COMMIT")?.execute([])?;
        self.database_lags = false;
        if let Some(wrote) = &group.wrote {
            let log = rows::log_row(db, self.own.log)?.ok_or(StoreError::Decode("a log"))?;
            read_back(db, log.ix, &wrote.ops)?;
        }
        Ok(())
    }

    /// As it was before the group, with its own operations on their way again. Dropping the connection rolls back.
    fn put_back(&mut self, group: Option<Group>) {
        self.database = None;
        self.timing.take();
        let Some(Group { own, depth, unjournaled_head, wrote }) = group else { return };
        let wrote = match (wrote, self.pending.take()) {
            (Some(wrote), Some(pending)) => Some(wrote.and_then(pending)),
            (wrote, pending) => wrote.or(pending),
        };
        // Once the journal was synced its records stay in it; else they are cut off, and written anew.
        let is_journaled = !self.journal.is_held();
        self.journal.give_up();
        let journaled = is_journaled.then(|| self.journal.length());
        self.pending = wrote.map(|pending| pending.journaled(journaled));
        (self.own, self.depth, self.unjournaled_head) = (own, depth, unjournaled_head);
    }
}
