//! A replica in a folder: the database, the journal beside it, and the key.
//!
//! Invariant: the key is never in the database. A database that does not open for damage is set aside, never deleted,
//! and built again from the journal.

use std::{
    fs::{self, File},
    io::Write,
    path::{Path, PathBuf},
};

use bibtrail_core::{
    ids::LogId,
    log::Identity,
    store::{Durability, FileJournal, Opened, Place, Store, StoreError},
};

use crate::{Error, host};

const DATABASE: &str = "store.sqlite";
const JOURNAL: &str = "journal";
const KEY: &str = "key";
const ROOT_KEY: &str = "root.key";

/// A replica's folder.
#[derive(Clone, Debug)]
pub struct Folder {
    path: PathBuf,
    durability: Durability,
}

impl Folder {
    /// The folder at `path`.
    #[must_use]
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned(), durability: Durability::Full }
    }

    /// A folder whose data can be made again: nothing waits for the disk.
    #[must_use]
    pub fn ephemeral(path: &Path) -> Self {
        Self { path: path.to_owned(), durability: Durability::Off }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Begins a race here.
    ///
    /// # Errors
    /// When there is a replica already, or the files cannot be made.
    pub fn create(&self, name: &str, keys: NewKeys) -> Result<Store, Error> {
        self.make()?;
        let root = Identity::from_seed(keys.root).log();
        self.write_key(ROOT_KEY, keys.root)?;
        self.write_key(KEY, keys.log)?;
        let identity = Identity::from_seed(keys.log);
        Store::create(self.place()?, identity, name, root, keys.nonce).map_err(|source| self.explain(source))
    }

    /// Joins the race of a bundle here.
    ///
    /// # Errors
    /// When there is a replica already, the bundle is refused, or the files cannot be made.
    pub fn join(&self, bundle: &[u8], seed: [u8; 32]) -> Result<Store, Error> {
        self.make()?;
        self.write_key(KEY, seed)?;
        let joined = Store::join(self.place()?, Identity::from_seed(seed), bundle);
        if joined.is_err() {
            self.unmake();
        }
        joined.map_err(|source| self.explain(source))
    }

    /// Opens the replica. A database that is gone, or damaged beyond opening, is built again from the journal.
    ///
    /// # Errors
    /// When there is none, or it is locked, of a newer app, or not to be written.
    pub fn open(&self) -> Result<(Store, Opened), Error> {
        let (has_database, has_journal) = (self.file(DATABASE).exists(), self.file(JOURNAL).exists());
        if !has_database && !has_journal {
            return Err(Error::NoReplica(self.path.clone()));
        }
        let identity = self.identity()?;
        if !has_database {
            return self.rebuild(identity);
        }
        match Store::open(self.place()?, identity.clone()) {
            Err(error) if error.is_damage() && has_journal => self.rebuild(identity),
            opened => opened.map_err(|source| self.explain(source)),
        }
    }

    /// Sets the database aside and builds it again from the journal.
    ///
    /// # Errors
    /// When another program uses the replica, or the journal has no beginning.
    pub fn recover(&self) -> Result<(Store, Opened), Error> {
        if !self.file(JOURNAL).exists() {
            return Err(Error::NoReplica(self.path.clone()));
        }
        // Opening proves that nobody else uses it; what the database says of itself does not matter here.
        if let Err(error @ StoreError::Locked) = Store::open(self.place()?, self.identity()?) {
            return Err(self.explain(error));
        }
        self.rebuild(self.identity()?)
    }

    fn rebuild(&self, identity: Identity) -> Result<(Store, Opened), Error> {
        self.set_database_aside()?;
        Store::recover(self.place()?, identity).map_err(|source| self.explain(source))
    }

    /// Damaged databases are evidence: `store.damaged-1.sqlite` and so on.
    fn set_database_aside(&self) -> Result<(), Error> {
        let number = (1..).find(|n| !self.file(&format!("store.damaged-{n}.sqlite")).exists()).unwrap_or(1);
        for suffix in ["", "-wal", "-shm"] {
            let from = self.file(&format!("{DATABASE}{suffix}"));
            if from.exists() {
                let to = self.file(&format!("store.damaged-{number}.sqlite{suffix}"));
                fs::rename(&from, &to).map_err(Error::file(&from))?;
            }
        }
        Ok(())
    }

    fn make(&self) -> Result<(), Error> {
        if self.file(DATABASE).exists() || self.file(JOURNAL).exists() || self.file(KEY).exists() {
            return Err(Error::Taken(self.path.clone()));
        }
        fs::create_dir_all(&self.path).map_err(Error::file(&self.path))
    }

    /// Takes back what a failed beginning left, so that it can be tried again in the same folder.
    pub(crate) fn unmake(&self) {
        for name in [DATABASE, "store.sqlite-wal", JOURNAL, KEY, ROOT_KEY] {
            // Whatever cannot be removed will be named by the next try.
            let _gone = fs::remove_file(self.file(name));
        }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    fn place(&self) -> Result<Place, Error> {
        let journal = self.file(JOURNAL);
        let file = FileJournal::open(&journal).map_err(|error| match error.kind() {
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                self.explain(StoreError::ReadOnly)
            }
            std::io::ErrorKind::StorageFull => self.explain(StoreError::Full),
            _ => Error::File { path: journal, source: error },
        })?;
        Ok(Place {
            database: self.file(DATABASE),
            vfs: None,
            journal: Box::new(file),
            durability: self.durability,
        })
    }

    /// The key of this replica's log. Without one (it is not in backups) the replica goes on under a new key, as a new
    /// log: capture never stops.
    fn identity(&self) -> Result<Identity, Error> {
        let path = self.file(KEY);
        if !path.exists() {
            let seed = host::random()?;
            self.write_key(KEY, seed)?;
            return Ok(Identity::from_seed(seed));
        }
        let text = fs::read_to_string(&path).map_err(Error::file(&path))?;
        let mut seed = [0; 32];
        hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| Error::Key(path))?;
        Ok(Identity::from_seed(seed))
    }

    fn write_key(&self, name: &str, seed: [u8; 32]) -> Result<(), Error> {
        let path = self.file(name);
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::ReadOnlyFilesystem | std::io::ErrorKind::PermissionDenied => {
                self.explain(StoreError::ReadOnly)
            }
            _ => Error::File { path: path.clone(), source: error },
        })?;
        writeln!(file, "{}", hex::encode(seed)).map_err(Error::file(&path))?;
        file.sync_all().map_err(Error::file(&path))
    }

    fn explain(&self, source: StoreError) -> Error {
        Error::Replica { folder: self.path.clone(), source }
    }
}

/// The secrets of a new race.
pub struct NewKeys {
    /// Of the race's root key.
    pub root: [u8; 32],
    /// Of the director's first log.
    pub log: [u8; 32],
    /// What makes two races of one name differ.
    pub nonce: [u8; 16],
}

impl NewKeys {
    /// From the system's randomness.
    ///
    /// # Errors
    /// When the system gives none.
    pub fn random() -> Result<Self, Error> {
        Ok(Self { root: host::random()?, log: host::random()?, nonce: host::random()? })
    }
}

/// What a list calls a log: the name it gave itself, or its first digits.
#[must_use]
pub fn log_name(logs: &[bibtrail_core::store::LogInfo], log: LogId) -> String {
    let info = logs.iter().find(|info| info.log == log);
    info.and_then(|info| info.enrolment.as_ref()).map_or_else(|| log.short(), |enrol| enrol.name.clone())
}
