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
    bundle,
    ids::{LogId, RaceId},
    invitation::{Invitation, Server},
    log::Identity,
    members::enrol_signature,
    op::{Enrol, Role, Ticket, TicketProof},
    race::Origin,
    store::{Durability, FileJournal, Opened, Place, Store, StoreError},
    time::Reading,
};

use crate::{Error, host};

const DATABASE: &str = "store.sqlite";
const JOURNAL: &str = "journal";
const KEY: &str = "key";
const ROOT_KEY: &str = "root.key";
const MARK: &str = "mark";
const TICKET: &str = "ticket";

/// What a replica is called that came out of a backup, if nothing is left of what it was called.
const RESTORED: &str = "restored";

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

    /// Joins a race here, with what a bundle tells if there is one.
    ///
    /// # Errors
    /// When there is a replica already, the bundle is refused or of another race, or the files cannot be made.
    pub fn join(&self, origin: Origin, bundle: Option<&[u8]>, seed: [u8; 32]) -> Result<Store, Error> {
        if let Some(race) = bundle.map(bundle::race_of).transpose().map_err(StoreError::from)?
            && race != origin.race
        {
            return Err(Error::WrongRace { ticket: origin.race, bundle: race });
        }
        self.make()?;
        self.write_key(KEY, seed)?;
        let joined =
            Store::join_empty(self.place()?, Identity::from_seed(seed), origin).and_then(|mut store| {
                bundle.map(|bytes| store.merge(bytes)).transpose()?;
                Ok(store)
            });
        if joined.is_err() {
            self.unmake();
        }
        joined.map_err(|source| self.explain(source))
    }

    /// Makes a replica here from a bundle, with the keys that are left in `keys`. It goes on in a new log, and proves by
    /// those keys who it is.
    ///
    /// # Errors
    /// When there is a replica already, the bundle is refused, or the files cannot be made.
    pub fn restore(&self, bundle: &[u8], keys: Option<&Path>) -> Result<Store, Error> {
        self.make()?;
        let restored = self.restore_into(bundle, keys);
        if restored.is_err() {
            self.unmake();
        }
        restored
    }

    fn restore_into(&self, bundle: &[u8], keys: Option<&Path>) -> Result<Store, Error> {
        for name in [KEY, ROOT_KEY, TICKET] {
            let from = keys.map(|keys| keys.join(name)).filter(|from| from.exists());
            if let Some(from) = from {
                fs::copy(&from, self.file(name)).map_err(Error::file(&from))?;
            }
        }
        let joined = Store::join(self.place()?, self.identity()?, bundle);
        let mut store = joined.map_err(|source| self.explain(source))?;
        if !self.rotate_if_due(&mut store)? {
            // The old key is gone, or never wrote anything here.
            let (reading, ticket) =
                (Some(host::reading(store.race())?), self.proof(store.race(), store.own_log())?);
            store.enrol(Enrol { name: RESTORED.to_owned(), reading, ticket, ..Enrol::default() })?;
            store.settle()?;
        }
        self.leave_mark(&store);
        Ok(store)
    }

    /// Whether there is a replica here.
    #[must_use]
    pub fn is_taken(&self) -> bool {
        [DATABASE, JOURNAL, KEY].iter().any(|name| self.file(name).exists())
    }

    /// Opens the replica. A database that is gone, or damaged beyond opening, is built again from the journal. Says
    /// whether the replica had to go on under a new key.
    ///
    /// # Errors
    /// When there is none, or it is locked, of a newer app, or not to be written.
    pub fn open(&self) -> Result<(Store, Opened, bool), Error> {
        let (mut store, opened) = self.open_as_it_is()?;
        let rotated = self.rotate_if_due(&mut store)?;
        Ok((store, opened, rotated))
    }

    /// As [`Folder::open`], with randomness and clocks that the caller gives: for rehearsals.
    ///
    /// # Errors
    /// As [`Folder::open`].
    pub fn open_with(&self, seed: [u8; 32], reading: Reading) -> Result<Store, Error> {
        let (mut store, _) = self.open_as_it_is()?;
        self.rotate_with(&mut store, seed, reading)?;
        Ok(store)
    }

    /// Goes on under a new key, if the store says that it must, or if it is found behind the mark beside the key.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn rotate_if_due(&self, store: &mut Store) -> Result<bool, Error> {
        self.rotate_with(store, host::random()?, host::reading(store.race())?)
    }

    /// As [`Folder::rotate_if_due`], with the new key's seed. The store is told first: should the key then not reach
    /// the disk, the next opening finds a log without its key, and begins another.
    ///
    /// # Errors
    /// When the key cannot be written.
    pub fn rotate_with(&self, store: &mut Store, seed: [u8; 32], reading: Reading) -> Result<bool, Error> {
        let is_behind = self.mark().is_some_and(|(log, seq)| log == store.own_log() && seq > store.own_seq());
        if !store.must_rotate() && !is_behind {
            return Ok(false);
        }
        let identity = Identity::from_seed(seed);
        let ticket = self.proof(store.race(), identity.log())?;
        store.rotate(identity, Some(reading), ticket).map_err(|source| self.explain(source))?;
        self.replace_key(seed)?;
        self.leave_mark(store);
        Ok(true)
    }

    /// Copies the store into another folder, with the key if `with_key`. Nobody may have it open.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn copy_to(&self, folder: &Path, with_key: bool) -> Result<(), Error> {
        fs::create_dir_all(folder).map_err(Error::file(folder))?;
        let keys: &[&str] = if with_key { &[KEY, MARK] } else { &[] };
        for name in [DATABASE, "store.sqlite-wal", JOURNAL, TICKET].iter().chain(keys) {
            let from = self.file(name);
            if from.exists() {
                fs::copy(&from, folder.join(name)).map_err(Error::file(&from))?;
            }
        }
        Ok(())
    }

    /// Puts the store back to what [`Folder::copy_to`] kept. The key stays. Nobody may have it open.
    ///
    /// # Errors
    /// When a file cannot be copied.
    pub fn put_back(&self, backup: &Path) -> Result<(), Error> {
        for name in [DATABASE, "store.sqlite-wal", JOURNAL] {
            let _gone = fs::remove_file(self.file(name));
            let from = backup.join(name);
            if from.exists() {
                fs::copy(&from, self.file(name)).map_err(Error::file(&from))?;
            }
        }
        Ok(())
    }

    /// Notes beside the key, outside the database and its backups, how far the own log has come: a database that is
    /// found behind it was rolled back.
    pub fn leave_mark(&self, store: &Store) {
        let text = format!("{} {}\n", store.own_log(), store.own_seq());
        // A help, not a promise: without it a roll-back is found at the next meeting with another replica.
        let _written = fs::write(self.file(MARK), text);
    }

    fn mark(&self) -> Option<(LogId, u64)> {
        let text = fs::read_to_string(self.file(MARK)).ok()?;
        let (log, seq) = text.trim().split_once(' ')?;
        let mut id = [0; 32];
        hex::decode_to_slice(log, &mut id).ok()?;
        Some((LogId(id), seq.parse().ok()?))
    }

    /// Proof that this replica may write `log`: by the race's root key, or the ticket it joined by.
    fn proof(&self, race: RaceId, log: LogId) -> Result<Option<TicketProof>, Error> {
        if let Some(root) = self.root()? {
            let ticket =
                Ticket { key: root.log(), role: Role::Director, checkpoints: Vec::new(), root: None };
            let signature = enrol_signature(&root, race, log);
            return Ok(Some(TicketProof { ticket, signature }));
        }
        let path = self.file(TICKET);
        if !path.exists() {
            return Ok(None);
        }
        let link = fs::read_to_string(&path).map_err(Error::file(&path))?;
        Ok(Some(Invitation::read(&link)?.proof(log)?))
    }

    /// Where the ticket says that the race can be reached.
    ///
    /// # Errors
    /// When the ticket is there and does not read.
    pub fn servers(&self) -> Result<Vec<Server>, Error> {
        let path = self.file(TICKET);
        if !path.exists() {
            return Ok(Vec::new());
        }
        let link = fs::read_to_string(&path).map_err(Error::file(&path))?;
        Ok(Invitation::read(&link)?.servers)
    }

    /// Keeps the ticket that this replica joined by, for the day when it must go on under a new key.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_ticket(&self, invitation: &Invitation) -> Result<(), Error> {
        let path = self.file(TICKET);
        fs::write(&path, invitation.link()).map_err(Error::file(&path))
    }

    /// The race's root key, if this is the director's replica.
    ///
    /// # Errors
    /// When the file is there and holds no key.
    pub fn root(&self) -> Result<Option<Identity>, Error> {
        let path = self.file(ROOT_KEY);
        if !path.exists() {
            return Ok(None);
        }
        Ok(Some(Identity::from_seed(read_key(&path)?)))
    }

    fn open_as_it_is(&self) -> Result<(Store, Opened), Error> {
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
        let (mut store, opened) = self.rebuild(self.identity()?)?;
        self.rotate_if_due(&mut store)?;
        Ok((store, opened))
    }

    fn rebuild(&self, identity: Identity) -> Result<(Store, Opened), Error> {
        self.set_database_aside()?;
        Store::recover(self.place()?, identity).map_err(|source| self.explain(source))
    }

    /// The new key in place of the old, whole or not at all.
    fn replace_key(&self, seed: [u8; 32]) -> Result<(), Error> {
        let (path, beside) = (self.file(KEY), self.file("key.new"));
        let _stale = fs::remove_file(&beside);
        self.write_key("key.new", seed)?;
        fs::rename(&beside, &path).map_err(Error::file(&path))
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
        if self.is_taken() {
            return Err(Error::Taken(self.path.clone()));
        }
        fs::create_dir_all(&self.path).map_err(Error::file(&self.path))
    }

    /// Takes back what a failed beginning left, so that it can be tried again in the same folder.
    pub(crate) fn unmake(&self) {
        for name in [DATABASE, "store.sqlite-wal", JOURNAL, KEY, ROOT_KEY, MARK, TICKET] {
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
    pub(crate) fn identity(&self) -> Result<Identity, Error> {
        let path = self.file(KEY);
        if !path.exists() {
            let seed = host::random()?;
            self.write_key(KEY, seed)?;
            return Ok(Identity::from_seed(seed));
        }
        Ok(Identity::from_seed(read_key(&path)?))
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

fn read_key(path: &Path) -> Result<[u8; 32], Error> {
    let text = fs::read_to_string(path).map_err(Error::file(path))?;
    let mut seed = [0; 32];
    hex::decode_to_slice(text.trim(), &mut seed).map_err(|_| Error::Key(path.to_owned()))?;
    Ok(seed)
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
