//! A race on a phone: opened or joined, then used from any thread. Calls are short and block; a meeting by address
//! blocks until it is over.
//!
//! Invariant: one lock, held only while the replica works and never while the host's code runs.

mod change;
mod entries;
mod look;
mod meet;
mod record;
mod settings;
mod stop;
#[cfg(test)]
mod tests;

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use bibtrail_core::{
    ids::{Key, RaceId},
    invitation::Invitation,
    op::Enrol,
    store::Store,
    time::Reading,
};
use bibtrail_transport::cancel::Cancel;

pub use change::{Amendment, Said, StatusWord};
pub use look::Overview;
pub(crate) use meet::DeskKeeper;
pub use meet::TookIn;
pub use record::Entry;
pub use settings::{Settings, Theme};
pub use stop::{HostState, Rest};

use crate::{
    CoreError,
    desk::Desk,
    error::{guard, not_found},
    home::Home,
    host::{self, Change, Clock, KeyStore, Listener},
};

/// Who joins, and where.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct JoinRequest {
    /// The folder for the replica: one that no backup takes.
    pub folder: String,
    /// The join code's text, `bibtrail:…`.
    pub link: String,
    /// What this phone is to be called in lists.
    pub name: String,
    /// The key of the checkpoint where it stands; without it the join code's own, if it names one.
    pub checkpoint: Option<String>,
}

/// What a join code says, before anybody joins.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct InvitationInfo {
    /// The race's name when it began.
    pub race: String,
    /// The race's id.
    pub race_id: String,
    /// The role that it gives: `pending`, `volunteer`, `captain` or `director`.
    pub role: String,
    /// The keys of the checkpoints that it is for; empty for all.
    pub checkpoints: Vec<String>,
    /// Where the race can be reached.
    pub servers: Vec<String>,
}

/// Reads a join code.
///
/// # Errors
/// When it is none, is damaged, or of a newer app.
#[uniffi::export]
pub fn read_invitation(link: String) -> Result<InvitationInfo, CoreError> {
    guard(|| {
        let invitation = Invitation::read(&link)?;
        Ok(InvitationInfo {
            race: invitation.race_name(),
            race_id: invitation.origin()?.race.to_string(),
            role: invitation.ticket.role.as_str().to_owned(),
            checkpoints: invitation.ticket.checkpoints.iter().map(ToString::to_string).collect(),
            servers: invitation.servers.into_iter().map(|server| server.address).collect(),
        })
    })
}

/// A race on this phone.
#[derive(uniffi::Object)]
pub struct Race {
    pub(crate) inner: Arc<Inner>,
}

/// What sessions and threads share with it.
pub(crate) struct Inner {
    pub(crate) home: Home,
    pub(crate) race: RaceId,
    desk: Mutex<Desk>,
    listeners: Mutex<BTreeMap<u64, Arc<dyn Listener>>>,
    next_listener: AtomicU64,
    cancel: Mutex<Cancel>,
    pub(crate) is_suspended: AtomicBool,
    pub(crate) host: Mutex<HostState>,
}

#[uniffi::export]
impl Race {
    /// Opens the replica in a folder. What a crash left is put right first.
    ///
    /// # Errors
    /// When there is none, another part of the app has it open, or the key store fails.
    #[uniffi::constructor]
    pub fn open(folder: String, clock: Arc<dyn Clock>, keys: Arc<dyn KeyStore>) -> Result<Self, CoreError> {
        guard(|| {
            let home = Home::new(&folder, clock, keys);
            let (store, opened, is_rotated) = home.open()?;
            let is_mended = opened.rebuilt || opened.journal_rewritten;
            Ok(Self::new(home, store.race(), Desk::new(store, is_mended, is_rotated)))
        })
    }

    /// Joins a race by its code, with no network at all: scans can be recorded at once, the race's settings come with the
    /// first meeting.
    ///
    /// # Errors
    /// When the code is refused, there is a replica already, or the key store fails. Then nothing is left in the folder.
    #[uniffi::constructor]
    pub fn join(
        request: JoinRequest,
        clock: Arc<dyn Clock>,
        keys: Arc<dyn KeyStore>,
    ) -> Result<Self, CoreError> {
        guard(|| {
            let invitation = Invitation::read(&request.link)?;
            let home = Home::new(&request.folder, clock, keys);
            let mut store = home.join(&invitation)?;
            let enrolled = enrol(&home, &mut store, &request, &invitation);
            if enrolled.is_err() {
                drop(store);
                home.unmake();
                return Err(enrolled.err().unwrap_or_else(|| not_found("race")));
            }
            home.leave_mark(&store);
            Ok(Self::new(home, store.race(), Desk::new(store, false, false)))
        })
    }

    /// Hears of changes until the subscription is cancelled or dropped.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn subscribe(&self, listener: Arc<dyn Listener>) -> Result<Subscription, CoreError> {
        let number = self.inner.next_listener.fetch_add(1, Ordering::Relaxed);
        lock(&self.inner.listeners).insert(number, listener);
        Ok(Subscription { inner: Arc::clone(&self.inner), number })
    }

    /// Moves this phone to another checkpoint.
    ///
    /// # Errors
    /// When the race has no such checkpoint, or the disk fails.
    pub fn stand_at(&self, checkpoint: String) -> Result<(), CoreError> {
        let reading = self.inner.reading();
        self.work(|inner, desk| {
            desk.drain(&inner.home)?;
            let store = desk.store()?;
            let key = place(store, &checkpoint)?;
            let before = store.own_enrolment()?.unwrap_or_default();
            store.enrol(Enrol { checkpoint: Some(key.clone()), reading: Some(reading), ..before })?;
            store.settle()?;
            inner.home.leave_mark(store);
            desk.place = Some(key);
            Ok(())
        })?;
        self.inner.tell(&Change::Settings);
        Ok(())
    }
}

impl Race {
    fn new(home: Home, race: RaceId, desk: Desk) -> Self {
        let inner = Inner {
            home,
            race,
            desk: Mutex::new(desk),
            listeners: Mutex::default(),
            next_listener: AtomicU64::new(1),
            cancel: Mutex::default(),
            is_suspended: AtomicBool::new(false),
            host: Mutex::default(),
        };
        Self { inner: Arc::new(inner) }
    }

    /// Works at the desk, alone. A panic becomes an error.
    pub(crate) fn work<T>(
        &self,
        work: impl FnOnce(&Inner, &mut Desk) -> Result<T, CoreError>,
    ) -> Result<T, CoreError> {
        self.inner.work(work)
    }
}

impl Inner {
    pub(crate) fn work<T>(
        &self,
        work: impl FnOnce(&Self, &mut Desk) -> Result<T, CoreError>,
    ) -> Result<T, CoreError> {
        guard(|| work(self, &mut lock(&self.desk)))
    }

    /// What the clocks say. Not to be called at the desk: the host's code runs.
    pub(crate) fn reading(&self) -> Reading {
        host::reading(&*self.home.clock, self.race)
    }

    /// Tells all who listen. What they throw is passed over.
    pub(crate) fn tell(&self, change: &Change) {
        let listeners: Vec<Arc<dyn Listener>> = lock(&self.listeners).values().cloned().collect();
        for listener in listeners {
            if let Err(error) = listener.changed(change.clone()) {
                host::log(host::LogLevel::Warn, "listener", &error.to_string());
            }
        }
    }

    /// What ends the meetings that are going on.
    pub(crate) fn cancel(&self) -> Cancel {
        lock(&self.cancel).clone()
    }

    /// Ends the meetings that are going on; later ones have their own end.
    pub(crate) fn interrupt(&self) {
        let going = std::mem::take(&mut *lock(&self.cancel));
        going.cancel();
    }
}

/// Locks; a panic elsewhere does not make what is behind it void.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The checkpoint that is meant, by key or name; before the settings are here a key is taken on trust.
pub(crate) fn place(store: &Store, text: &str) -> Result<Key, CoreError> {
    let setup = store.setup()?;
    if setup.checkpoints.is_empty() {
        return Ok(Key::new(text)?);
    }
    Ok(bibtrail_clerk::whom::checkpoint(&setup, text)?)
}

fn enrol(
    home: &Home,
    store: &mut Store,
    request: &JoinRequest,
    invitation: &Invitation,
) -> Result<(), CoreError> {
    let checkpoint = match &request.checkpoint {
        Some(text) => Some(place(store, text)?),
        None => invitation.ticket.checkpoints.first().cloned(),
    };
    let enrol = Enrol {
        name: request.name.clone(),
        checkpoint,
        reading: Some(host::reading(&*home.clock, store.race())),
        ticket: Some(invitation.proof(store.own_log())?),
        ..Enrol::default()
    };
    store.enrol(enrol)?;
    Ok(store.settle()?)
}

/// Hears of changes as long as it is kept.
#[derive(uniffi::Object)]
pub struct Subscription {
    inner: Arc<Inner>,
    number: u64,
}

#[uniffi::export]
impl Subscription {
    /// Hears no more. Once this returned no new call begins.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn cancel(&self) -> Result<(), CoreError> {
        lock(&self.inner.listeners).remove(&self.number);
        Ok(())
    }

    /// Whether it still hears.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn is_active(&self) -> Result<bool, CoreError> {
        Ok(lock(&self.inner.listeners).contains_key(&self.number))
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        lock(&self.inner.listeners).remove(&self.number);
    }
}
