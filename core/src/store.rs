//! The store: a replica's log and its projections in SQLite, with a second copy of the log in a journal file.
//!
//! Invariant: a scan that [`Store::record`] confirmed survives a power cut at any instant (the journal was synced
//! before) and the loss of the database (the journal rebuilds it); [`Store::settle`] then syncs the database, so that
//! the loss of the journal costs nothing either. Tables in `docs/store.md`.

mod append;
mod beyond;
mod cut;
mod database;
mod erase;
mod error;
mod exchange;
mod group;
mod heard;
mod journal;
mod merge;
mod open;
mod own;
mod proposed;
mod read;
mod reader;
mod rebuild;
mod rotate;
mod rows;
mod scans;
mod sources;
mod sql;
mod timing;
mod tree;
mod trust;
mod verify;

use std::{cell::RefCell, sync::Arc};

use rusqlite::Connection;

pub use append::Confirmed;
pub use beyond::{Following, Head, Heads};
pub use error::StoreError;
pub use exchange::{Peer, Snapshot};
pub use journal::{FileJournal, JournalFile, Record};
pub use merge::{LOGS_MAX, MergeReport, RejectReason, Rejected, UNAPPROVED_OPS_MAX};
pub use open::{Opened, Place};
pub use read::{Conflict, Digest, LogInfo, LoggedOp, Tally};
pub use reader::Reader;
pub use timing::Timing;
pub use verify::{Problem, Verification};

use crate::{
    ids::{Hash, LogId, RaceId},
    log::{Identity, SignedHead},
    members::Members,
    race::Origin,
};
use append::Pending;
use journal::Journal;

/// What must be synced before a scan is confirmed. Only [`Durability::Full`] keeps the promise; the others are the
/// negative controls of the crash tests, and for data that can be made again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Durability {
    /// The journal before the confirmation, the database right after.
    #[default]
    Full,
    /// Neither: the database is only kept consistent (`synchronous=NORMAL`).
    Normal,
    /// Neither, and the database may break (`synchronous=OFF`).
    Off,
}

/// A replica of one race.
pub struct Store {
    /// Absent only after a failure, until the next call opens it again.
    database: Option<Connection>,
    place: database::DatabasePlace,
    journal: Journal,
    identity: Identity,
    race: RaceId,
    members: Members,
    own: OwnLog,
    depth: u64,
    pending: Option<Pending>,
    /// Whether the last commit leaned on the journal's sync, so that the database's own is still to come.
    database_lags: bool,
    /// A head that is in the database and goes into the journal with the next operations: a sync of its own it is not
    /// worth, since it can be signed again.
    unjournaled_head: Option<SignedHead>,
    /// While several calls are one commit: what is to be put back should it fail.
    group: Option<group::Group>,
    /// The clocks of the race, until something comes in that may change them.
    timing: RefCell<Option<Arc<Timing>>>,
    /// Whether personal words may still have to go from a file, as far as the last commit told.
    is_erasing: bool,
    /// How often it erased, since it was opened.
    erasures: u64,
}

/// Where this replica's own log stands.
#[derive(Clone, Copy, Debug)]
struct OwnLog {
    log: LogId,
    seq: u64,
    hash: Hash,
    signed_seq: u64,
    unsigned_bytes: usize,
    is_retired: bool,
}

impl Store {
    /// The race.
    #[must_use]
    pub fn race(&self) -> RaceId {
        self.race
    }

    /// The log this replica writes.
    #[must_use]
    pub fn own_log(&self) -> LogId {
        self.own.log
    }

    /// Its key.
    #[must_use]
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// How many operations it holds.
    #[must_use]
    pub fn own_seq(&self) -> u64 {
        self.own.seq
    }

    /// Whose word weighs how much.
    #[must_use]
    pub fn members(&self) -> &Members {
        &self.members
    }

    /// Whether this replica must go on under a new key ([`Store::rotate`]) before it records again: its log was rolled
    /// back, or somebody else writes under the same key.
    #[must_use]
    pub fn must_rotate(&self) -> bool {
        self.own.is_retired
    }

    /// Whether no transaction is open and no statement runs, so that a phone may put the app to sleep.
    #[must_use]
    pub fn is_at_rest(&self) -> bool {
        self.database.as_ref().is_none_or(|db| db.is_autocommit() && !db.is_busy())
    }

    /// Where the race comes from.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin { race: self.race, director: self.members.director(), root: self.members.root() }
    }

    fn db(&self) -> Result<&Connection, StoreError> {
        self.database.as_ref().filter(|_| !self.is_group_broken()).ok_or(StoreError::Closed)
    }
}
