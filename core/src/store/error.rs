//! What can go wrong with a store, in words a volunteer can act on.

use std::{io, path::PathBuf};

use rusqlite::ErrorCode;
use thiserror::Error;

use crate::{
    bundle::BundleError,
    ids::{LogId, OpRef},
    log::SegmentError,
    op::OP_MAX_BYTES,
};

/// A store's failure. Unless the text says otherwise nothing was changed.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Another program has the replica open.
    #[error("another program is using this replica. Close it there, then try again; nothing was changed")]
    Locked,
    /// No room left.
    #[error("the disk is full. Free some space and try again; everything confirmed so far is safe")]
    Full,
    /// The disk itself fails.
    #[error(
        "the disk cannot be read or written ({0}). If it is full, free some space and try again; if not, copy this folder to another disk. Everything confirmed so far is safe"
    )]
    Device(String),
    /// May not be written.
    #[error(
        "this replica may not be written (read-only folder or medium). Copy the folder to a place where you may write"
    )]
    ReadOnly,
    /// Nothing there, or not openable.
    #[error("{0} cannot be opened. Check that the folder holds a replica and that you may write there")]
    CannotOpen(PathBuf),
    /// The database is damaged.
    #[error(
        "the database is damaged ({0}). Run `bibtrail recover` on the folder: every confirmed scan is in the journal"
    )]
    Damaged(String),
    /// Written by a newer app.
    #[error(
        "the replica was written by a newer Bibtrail (database version {found}, this one knows {known}). Update Bibtrail; nothing was changed"
    )]
    Future {
        /// Its version.
        found: i64,
        /// The newest known.
        known: i64,
    },
    /// There is something already.
    #[error("{0} already holds a replica. Choose another folder, nothing was changed")]
    Exists(PathBuf),
    /// SQLite is too old for safety.
    #[error("SQLite {0} has a known bug that can corrupt data; 3.51.3 or newer is needed")]
    SqliteTooOld(&'static str),
    /// The second copy failed.
    #[error("the journal beside the database failed: {0}. The scan is kept in memory; try again")]
    Journal(#[source] io::Error),
    /// The journal is of no use for recovery.
    #[error("the journal beside the database does not begin like one, so nothing can be rebuilt from it")]
    NoJournal,
    /// What was written does not read back.
    #[error("scan {0} did not read back as it was written; it is not confirmed. Try again")]
    ReadBack(OpRef),
    /// The journal of another race.
    #[error(
        "the journal beside the database belongs to another race. Put the right file back; nothing was changed"
    )]
    ForeignJournal,
    /// An operation longer than allowed.
    #[error("this change takes {0} bytes; the limit is {OP_MAX_BYTES}. Shorten its texts, or split it")]
    TooLong(usize),
    /// No such operation.
    #[error("there is no scan {0} here")]
    NoScan(String),
    /// The conflict looks different now.
    #[error("the conflict {0} is settled or has changed since you looked. List the conflicts again")]
    NoConflict(String),
    /// A bundle was refused.
    #[error(transparent)]
    Bundle(#[from] BundleError),
    /// A segment was refused.
    #[error(transparent)]
    Segment(#[from] SegmentError),
    /// A bundle that cannot start a replica.
    #[error(
        "this bundle does not hold the race's beginning, so nothing can join by it. Take one from the director"
    )]
    NoGenesis,
    /// The log is not to be written any more.
    #[error("the log {} was rolled back or is written by two phones, so nothing more is recorded in it. Open the replica again: it goes on under a new key", .0.short())]
    Retired(LogId),
    /// There is no such log.
    #[error("there is no log {0} here")]
    NoLog(String),
    /// A failure left the store closed.
    #[error("the store is closed after a failure; open it again")]
    Closed,
    /// Any other trouble of the database.
    #[error("the database failed: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// Any other trouble with files.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// What.
        source: io::Error,
    },
    /// A projection does not decode.
    #[error("the database is damaged ({0} does not decode). Run `bibtrail recover` on the folder")]
    Decode(&'static str),
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        let rusqlite::Error::SqliteFailure(code, message) = &error else { return Self::Sqlite(error) };
        match code.code {
            ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Locked,
            ErrorCode::DiskFull => Self::Full,
            ErrorCode::SystemIoFailure => Self::Device(error.to_string()),
            ErrorCode::ReadOnly | ErrorCode::PermissionDenied => Self::ReadOnly,
            ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase => {
                Self::Damaged(message.clone().unwrap_or_else(|| error.to_string()))
            }
            _ => Self::Sqlite(error),
        }
    }
}

impl StoreError {
    /// Whether the database itself is what is wrong, so that the journal should rebuild it.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        matches!(self, Self::Damaged(_) | Self::Decode(_))
    }
}
