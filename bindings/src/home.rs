//! Where a replica lives on a phone: database and journal in a folder that no backup takes, keys with the host.
//!
//! Invariant: no key is ever in the folder. A database that does not open for damage is set aside, never deleted, and
//! built again from the journal. A log that was rolled back is never written on: the replica takes a new key.

use std::{
    fs,
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    invitation::{Invitation, Server},
    log::Identity,
    members::enrol_signature,
    op::{Role, Ticket, TicketProof},
    store::{Durability, FileJournal, Opened, Place, Store, StoreError},
};

use crate::{
    CoreError,
    host::{self, Clock, KeyStore, LogLevel},
};

const DATABASE: &str = "store.sqlite";
const JOURNAL: &str = "journal";
const MARK: &str = "mark";
const SETTINGS: &str = "settings";

/// The name under which the host keeps the key of the log.
const LOG_KEY: &str = "log";
/// The name under which the host keeps the race's root key, on a director's phone.
const ROOT_KEY: &str = "root";
/// The name under which the host keeps the join code, for the day when the phone must take a new key.
const TICKET: &str = "ticket";

/// A replica's folder, and the host who keeps its keys.
pub(crate) struct Home {
    folder: PathBuf,
    pub(crate) clock: Arc<dyn Clock>,
    keys: Arc<dyn KeyStore>,
}

impl Home {
    pub(crate) fn new(folder: &str, clock: Arc<dyn Clock>, keys: Arc<dyn KeyStore>) -> Self {
        Self { folder: PathBuf::from(folder), clock, keys }
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    /// Whether there is a replica.
    pub(crate) fn is_taken(&self) -> bool {
        [DATABASE, JOURNAL].iter().any(|name| self.file(name).exists())
    }

    /// Makes the replica of an invitation's race. The key is kept by the host before the log begins.
    pub(crate) fn join(&self, invitation: &Invitation) -> Result<Store, CoreError> {
        if self.is_taken() {
            let detail = format!("{} already holds a replica. Open it instead", self.folder.display());
            return Err(CoreError::Exists { detail });
        }
        fs::create_dir_all(&self.folder).map_err(|error| disk(&self.folder, &error))?;
        let origin = invitation.origin()?;
        let identity = self.identity_or_new()?;
        self.keys.save(TICKET.to_owned(), invitation.link().into_bytes())?;
        Ok(Store::join_empty(self.place()?, identity, origin)?)
    }

    /// Takes back what a failed beginning left.
    pub(crate) fn unmake(&self) {
        for name in [DATABASE, "store.sqlite-wal", JOURNAL, MARK] {
            // Whatever cannot be removed is named by the next try.
            let _gone = fs::remove_file(self.file(name));
        }
    }

    /// Opens the replica; from the journal if the database is gone or damaged. Says what had to be mended, and whether
    /// the replica goes on under a new key.
    pub(crate) fn open(&self) -> Result<(Store, Opened, bool), CoreError> {
        if !self.is_taken() {
            let detail = format!("{} holds no replica. Join the race by its code", self.folder.display());
            return Err(CoreError::NoReplica { detail });
        }
        let identity = self.identity_or_new()?;
        let (mut store, opened) = if self.file(DATABASE).exists() {
            match Store::open(self.place()?, identity.clone()) {
                Err(error) if error.is_damage() && self.file(JOURNAL).exists() => self.rebuild(identity)?,
                opened => opened?,
            }
        } else {
            self.rebuild(identity)?
        };
        let rotated = self.rotate_if_due(&mut store)?;
        Ok((store, opened, rotated))
    }

    /// Builds the database again from the journal. The damaged one is evidence: it is set aside.
    pub(crate) fn rebuild(&self, identity: Identity) -> Result<(Store, Opened), CoreError> {
        host::log(LogLevel::Error, "store", "the database is built again from the journal");
        let number = (1..).find(|n| !self.file(&format!("store.damaged-{n}.sqlite")).exists()).unwrap_or(1);
        for suffix in ["", "-wal", "-shm"] {
            let from = self.file(&format!("{DATABASE}{suffix}"));
            if from.exists() {
                let to = self.file(&format!("store.damaged-{number}.sqlite{suffix}"));
                fs::rename(&from, &to).map_err(|error| disk(&from, &error))?;
            }
        }
        Ok(Store::recover(self.place()?, identity)?)
    }

    /// As [`Home::rebuild`], for a replica that broke while it was open.
    pub(crate) fn recover(&self) -> Result<Store, CoreError> {
        let (mut store, _) = self.rebuild(self.identity_or_new()?)?;
        self.rotate_if_due(&mut store)?;
        Ok(store)
    }

    /// Goes on under a new key if the log was rolled back or is written elsewhere too.
    pub(crate) fn rotate_if_due(&self, store: &mut Store) -> Result<bool, CoreError> {
        let is_behind = self.mark().is_some_and(|(log, seq)| log == store.own_log() && seq > store.own_seq());
        if !store.must_rotate() && !is_behind {
            return Ok(false);
        }
        let identity = Identity::from_seed(random()?);
        let ticket = self.proof(store.race(), identity.log())?;
        let reading = host::reading(&*self.clock, store.race());
        store.rotate(identity.clone(), Some(reading), ticket)?;
        self.keys.save(LOG_KEY.to_owned(), identity.secret().to_vec())?;
        self.leave_mark(store);
        host::log(LogLevel::Warn, "store", "the replica goes on under a new key");
        Ok(true)
    }

    /// Notes how far the log has come, beside the database: one that is found behind it was rolled back. It is always of
    /// one length and written over itself: a file that is cut first waits for the disk with each entry.
    pub(crate) fn leave_mark(&self, store: &Store) {
        let text = format!("{} {:020}\n", store.own_log(), store.own_seq());
        let mut options = fs::OpenOptions::new();
        let opened = options.write(true).create(true).truncate(false).open(self.file(MARK));
        // A help, not a promise: without it a roll-back is found at the next meeting with another replica.
        let _written = opened.and_then(|mut file| file.write_all(text.as_bytes()));
    }

    fn mark(&self) -> Option<(LogId, u64)> {
        let text = fs::read_to_string(self.file(MARK)).ok()?;
        let (log, seq) = text.trim().split_once(' ')?;
        Some((LogId::parse(log)?, seq.parse().ok()?))
    }

    /// Where the join code says that the race can be reached.
    pub(crate) fn servers(&self) -> Result<Vec<Server>, CoreError> {
        Ok(self.invitation()?.map(|invitation| invitation.servers).unwrap_or_default())
    }

    fn invitation(&self) -> Result<Option<Invitation>, CoreError> {
        let Some(link) = self.keys.load(TICKET.to_owned())? else { return Ok(None) };
        Ok(Some(Invitation::read(&String::from_utf8_lossy(&link))?))
    }

    /// Proof that this phone may write `log`: by the race's root key, or the join code.
    fn proof(&self, race: RaceId, log: LogId) -> Result<Option<TicketProof>, CoreError> {
        if let Some(seed) = self.seed(ROOT_KEY)? {
            let root = Identity::from_seed(seed);
            let ticket =
                Ticket { key: root.log(), role: Role::Director, checkpoints: Vec::new(), root: None };
            let signature = enrol_signature(&root, race, log);
            return Ok(Some(TicketProof { ticket, signature }));
        }
        Ok(self.invitation()?.map(|invitation| invitation.proof(log)).transpose()?)
    }

    /// The key of the log. Without one (it is in no backup) the replica goes on under a new one, as a new log: capture
    /// never stops.
    fn identity_or_new(&self) -> Result<Identity, CoreError> {
        if let Some(seed) = self.seed(LOG_KEY)? {
            return Ok(Identity::from_seed(seed));
        }
        let seed: [u8; 32] = random()?;
        self.keys.save(LOG_KEY.to_owned(), seed.to_vec())?;
        Ok(Identity::from_seed(seed))
    }

    fn seed(&self, name: &str) -> Result<Option<[u8; 32]>, CoreError> {
        let Some(bytes) = self.keys.load(name.to_owned())? else { return Ok(None) };
        let seed = bytes.try_into().map_err(|bytes: Vec<u8>| CoreError::Host {
            detail: format!("the key \"{name}\" has {} bytes in place of 32", bytes.len()),
        });
        seed.map(Some)
    }

    fn place(&self) -> Result<Place, CoreError> {
        let journal = self.file(JOURNAL);
        let file = FileJournal::open(&journal).map_err(|error| disk(&journal, &error))?;
        Ok(Place {
            database: self.file(DATABASE),
            vfs: None,
            journal: Box::new(file),
            durability: Durability::Full,
        })
    }

    /// The file of settings, if there is one.
    pub(crate) fn read_settings(&self) -> Option<String> {
        fs::read_to_string(self.file(SETTINGS)).ok()
    }

    /// Writes the settings beside the old ones, then in their place.
    pub(crate) fn write_settings(&self, text: &str) -> Result<(), CoreError> {
        let (beside, path) = (self.file("settings.new"), self.file(SETTINGS));
        fs::write(&beside, text).map_err(|error| disk(&beside, &error))?;
        fs::rename(&beside, &path).map_err(|error| disk(&path, &error))
    }
}

fn disk(path: &Path, error: &std::io::Error) -> CoreError {
    match error.kind() {
        ErrorKind::StorageFull => StoreError::Full.into(),
        _ => CoreError::Disk { detail: format!("{}: {error}", path.display()) },
    }
}

/// Random bytes from the system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], CoreError> {
    let mut bytes = [0; N];
    let filled = getrandom::fill(&mut bytes);
    filled.map_err(|error| CoreError::Host { detail: format!("no random bytes: {error}") })?;
    Ok(bytes)
}
