//! A disk that crashes: an in-memory file system under SQLite and the journal, with every call written down.
//!
//! Invariant: one timeline. Calls of SQLite and of the journal, and the acknowledgements given to users, stand in one
//! list in the order in which they happened, so a power cut between any two of them can be played.

mod image;
mod vfs;

use std::{
    collections::BTreeMap,
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use bibtrail_core::store::{Durability, JournalFile, Place};

pub use image::{Cut, image, images};

/// The database's name on such a disk.
pub const DATABASE: &str = "store.sqlite";
/// The journal's.
pub const JOURNAL: &str = "journal";

/// Files by name.
pub type Files = BTreeMap<String, Vec<u8>>;

/// Something that happened to the disk, or was said to the user.
#[derive(Clone, Debug)]
pub enum Event {
    /// A file came to be.
    Create(String),
    /// Bytes were written.
    Write(String, usize, Vec<u8>),
    /// A file was cut or stretched.
    Truncate(String, usize),
    /// A file was synced; its folder too, if it was new.
    Sync(String),
    /// A file was removed, and the folder synced or not.
    Delete(String, bool),
    /// The user was told that so many scans are safe.
    Acknowledge(usize),
}

/// What fails, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Writes say that the disk is full.
    Full,
    /// Writes and syncs say that the device failed.
    Device,
}

#[derive(Default)]
struct State {
    /// What was on it when it was made or loaded.
    start: Files,
    files: Files,
    events: Vec<Event>,
    /// Writes and syncs so far.
    calls: u64,
    /// From which call on, what, and whether for good.
    fault: Option<(u64, Fault, bool)>,
}

/// The disk. Clones are the same disk; with the last of them, and the last store on it, all that it held is gone.
#[derive(Clone, Default)]
pub struct Disk {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// What SQLite knows it by.
    known: Mutex<Vec<vfs::Known>>,
}

impl Disk {
    /// A disk with these files on it.
    #[must_use]
    pub fn with(files: Files) -> Self {
        let disk = Self::default();
        disk.load(files);
        disk
    }

    /// Makes the disk known to SQLite under a name of its own, for as long as it is there.
    #[must_use]
    pub fn register(&self) -> String {
        let (name, known) = vfs::register(Arc::downgrade(&self.shared));
        self.shared.known.lock().unwrap_or_else(PoisonError::into_inner).push(known);
        name
    }

    /// Puts other files on it, and forgets what happened.
    pub fn load(&self, files: Files) {
        *self.lock() = State { start: files.clone(), files, ..State::default() };
    }

    /// The power goes: what was not synced is gone, or half there, as `cut` and chance will have it.
    pub fn crash(&self, cut: Cut, seed: u64) {
        let state = self.lock();
        let files = image(&state.start, &state.events, cut, seed);
        drop(state);
        self.load(files);
    }

    /// What is on it now, as its own cache sees it.
    #[must_use]
    pub fn files(&self) -> Files {
        self.lock().files.clone()
    }

    /// What happened so far.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.lock().events.clone()
    }

    /// The user was told that `scans` scans are safe.
    pub fn acknowledge(&self, scans: usize) {
        self.lock().events.push(Event::Acknowledge(scans));
    }

    /// How many writes and syncs were asked for so far.
    #[must_use]
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    /// Lets the `ahead`-th write or sync from now on fail; for good, or once.
    pub fn fail(&self, ahead: u64, fault: Fault, for_good: bool) {
        let mut state = self.lock();
        state.fault = Some((state.calls + ahead, fault, for_good));
    }

    /// Mends it.
    pub fn mend(&self) {
        self.lock().fault = None;
    }

    /// A place for a store on this disk.
    #[must_use]
    pub fn place(&self, vfs: &str, durability: Durability) -> Place {
        Place {
            database: DATABASE.into(),
            vfs: Some(vfs.to_owned()),
            journal: Box::new(DiskJournal(self.clone())),
            durability,
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // A test that panicked elsewhere has already failed; the disk's maps are whole all the same.
        self.shared.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Counts a write or sync, and says whether it fails.
    fn fails(&mut self, is_sync: bool) -> Option<Fault> {
        self.calls += 1;
        let (from, fault, for_good) = self.fault?;
        let is_hit = if for_good { self.calls >= from } else { self.calls == from };
        // A full disk fails writes; what is written already can still be synced.
        (is_hit && !(is_sync && fault == Fault::Full)).then_some(fault)
    }

    fn create(&mut self, name: &str) {
        if !self.files.contains_key(name) {
            self.files.insert(name.to_owned(), Vec::new());
            self.events.push(Event::Create(name.to_owned()));
        }
    }

    fn write(&mut self, name: &str, offset: usize, bytes: &[u8]) -> Result<(), Fault> {
        if let Some(fault) = self.fails(false) {
            return Err(fault);
        }
        if let Some(file) = self.files.get_mut(name) {
            put(file, offset, bytes);
            self.events.push(Event::Write(name.to_owned(), offset, bytes.to_vec()));
        }
        Ok(())
    }

    fn truncate(&mut self, name: &str, length: usize) -> Result<(), Fault> {
        if let Some(fault) = self.fails(false) {
            return Err(fault);
        }
        if let Some(file) = self.files.get_mut(name) {
            file.resize(length, 0);
            self.events.push(Event::Truncate(name.to_owned(), length));
        }
        Ok(())
    }

    fn sync(&mut self, name: &str) -> Result<(), Fault> {
        if let Some(fault) = self.fails(true) {
            return Err(fault);
        }
        self.events.push(Event::Sync(name.to_owned()));
        Ok(())
    }

    fn delete(&mut self, name: &str, with_folder: bool) -> bool {
        let was_there = self.files.remove(name).is_some();
        if was_there {
            self.events.push(Event::Delete(name.to_owned(), with_folder));
        }
        was_there
    }
}

/// Writes into a file, which grows as it must.
fn put(file: &mut Vec<u8>, offset: usize, bytes: &[u8]) {
    let end = offset + bytes.len();
    if file.len() < end {
        file.resize(end, 0);
    }
    file[offset..end].copy_from_slice(bytes);
}

/// The journal of a store on a disk.
struct DiskJournal(Disk);

impl DiskJournal {
    fn with<T>(&self, what: impl FnOnce(&mut State) -> Result<T, Fault>) -> io::Result<T> {
        let mut state = self.0.lock();
        state.create(JOURNAL);
        what(&mut state).map_err(|fault| match fault {
            Fault::Full => io::ErrorKind::StorageFull.into(),
            Fault::Device => io::Error::other("the device failed"),
        })
    }
}

impl JournalFile for DiskJournal {
    fn len(&mut self) -> io::Result<u64> {
        self.with(|state| Ok(state.files[JOURNAL].len() as u64))
    }

    fn read(&mut self, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        self.with(|state| {
            let file = &state.files[JOURNAL];
            let start = usize::try_from(offset).unwrap_or(usize::MAX).min(file.len());
            let end = usize::try_from(bytes_max).unwrap_or(usize::MAX).saturating_add(start).min(file.len());
            Ok(file[start..end].to_vec())
        })
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.with(|state| {
            let end = state.files[JOURNAL].len();
            state.write(JOURNAL, end, bytes)
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        self.with(|state| state.sync(JOURNAL))
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.with(|state| state.truncate(JOURNAL, usize::try_from(length).unwrap_or(usize::MAX)))
    }
}
