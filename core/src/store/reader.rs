//! A second way into the same database, for those who only read while another thread writes.
//!
//! Invariant: it shows one moment, between two commits, until it is told to look again; it cannot write.

use std::{cell::RefCell, io, ops::Deref};

use super::{JournalFile, Store, StoreError, append, journal::Journal, rebuild};
use crate::members::Members;

/// A replica as it stood at one moment. All that a [`Store`] shows, it shows.
pub struct Reader {
    store: Store,
}

impl Store {
    /// Opens a way in that only reads, for another thread of this process. It shows the replica as of now.
    ///
    /// # Errors
    /// When the database cannot be opened once more.
    pub fn reader(&self) -> Result<Reader, StoreError> {
        let database = self.place.open_to_read()?;
        let (journal, _) = Journal::open(Box::new(NoJournal)).map_err(StoreError::Journal)?;
        let members = Members::new(self.race, self.members.director(), self.members.root());
        let store = Store {
            database: Some(database),
            place: self.place.clone(),
            journal,
            identity: self.identity.clone(),
            race: self.race,
            members,
            own: append::fresh(self.race, self.own.log),
            depth: 0,
            pending: None,
            database_lags: false,
            unjournaled_head: None,
            group: None,
            timing: RefCell::default(),
            is_erasing: false,
            erasures: 0,
        };
        let mut reader = Reader { store };
        reader.look()?;
        Ok(reader)
    }
}

impl Reader {
    /// Looks again: from now on it shows the last commit.
    ///
    /// # Errors
    /// When the database fails.
    pub fn look(&mut self) -> Result<(), StoreError> {
        let store = &mut self.store;
        let db = store.database.as_ref().ok_or(StoreError::Closed)?;
        if !db.is_autocommit() {
            db.execute_batch("COMMIT")?;
        }
        // The first read fixes the moment.
        db.execute_batch("BEGIN")?;
        store.members = rebuild::members(db, store.race, &store.members)?;
        store.timing.take();
        store.load_own()
    }

    /// Lets go of the moment, so that what SQLite keeps for it can be cleared away. The next look is a new one.
    ///
    /// # Errors
    /// When the database fails.
    pub fn rest(&mut self) -> Result<(), StoreError> {
        let db = self.store.database.as_ref().ok_or(StoreError::Closed)?;
        if !db.is_autocommit() {
            db.execute_batch("COMMIT")?;
        }
        Ok(())
    }
}

impl Deref for Reader {
    type Target = Store;

    fn deref(&self) -> &Store {
        &self.store
    }
}

/// Who only reads needs no journal.
struct NoJournal;

impl JournalFile for NoJournal {
    fn len(&mut self) -> io::Result<u64> {
        Ok(0)
    }

    fn read(&mut self, _offset: u64, _bytes_max: u64) -> io::Result<Vec<u8>> {
        Ok(Vec::new())
    }

    fn append(&mut self, _bytes: &[u8]) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn sync(&mut self) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }

    fn truncate(&mut self, _length: u64) -> io::Result<()> {
        Err(io::ErrorKind::PermissionDenied.into())
    }
}
