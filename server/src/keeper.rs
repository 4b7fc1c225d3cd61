//! The thread that writes one race: it takes all that waits, does it in one commit, and then answers everybody.
//!
//! Invariant: an answer leaves after the commit of what it depends on. What phones bring comes before what they fetch. A
//! commit that fails answers nobody with success, and the next messages are taken one by one, so that one that breaks a
//! commit breaks nobody else's twice. Where the log is shared with other processes, the commit is the shared database's.

mod desk;

use std::{
    collections::VecDeque,
    sync::{
        Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Instant,
};

use bibtrail_core::{
    ids::RaceId,
    store::{Store, StoreError},
    sync::{Outcome, Session},
    time::Reading,
};
use bibtrail_transport::meeting::{self, MeetingError};

use crate::{
    ServerError,
    metrics::{Metrics, OfRace},
    settings::Settings,
    shared::{Address, Seen, SharedError, Side, Written},
};

/// What a race needs of the machine that it lives on.
pub trait Home: Send + Sync {
    /// What the clocks say now; nothing if they cannot be read.
    fn now(&self) -> Option<Reading>;

    /// Called when nothing is to be done for a moment, and in the end: vouches for the own log, leaves marks. Says
    /// whether the replica went on under a new key.
    ///
    /// # Errors
    /// When something cannot be written, in words.
    fn tidy(&self, store: &mut Store) -> Result<bool, String>;

    /// The database in which this race's log is shared with other processes, if it is.
    fn shared(&self) -> Option<Address> {
        None
    }
}

/// How long nothing must have come until it is tidied up, in milliseconds.
const TIDY_MS: u64 = 500;

/// A session, and what it says next.
type Stepped = Result<(Session, Option<Vec<u8>>), MeetingError>;

struct Step {
    session: Session,
    heard: Option<Vec<u8>>,
    now: Reading,
    came: Instant,
    reply: SyncSender<Stepped>,
}

/// Does something, and gives what tells of it: with whether it is as safe as it must be.
type Alone = Box<dyn FnOnce(&mut Store) -> Box<dyn FnOnce(bool) + Send> + Send>;

/// Something with the shared log.
type Sharing = Box<dyn FnOnce(&mut Store, &mut Side) + Send>;

#[derive(Default)]
struct Queue {
    /// What phones brought or asked.
    heard: VecDeque<Step>,
    /// Phones that fetch more.
    fetching: VecDeque<Step>,
    /// What is done by itself.
    alone: VecDeque<Alone>,
    /// What other processes wrote.
    sharing: VecDeque<Sharing>,
    is_closed: bool,
}

impl Queue {
    fn len(&self) -> usize {
        self.heard.len() + self.fetching.len() + self.alone.len() + self.sharing.len()
    }
}

/// What is done next.
enum Work {
    Steps(Vec<Step>),
    Alone(Alone),
    Share(Sharing),
    Tidy,
    End,
}

/// The way to a race's thread. Clones lead to the same.
#[derive(Clone)]
pub struct Keeper {
    race: RaceId,
    queue: Arc<(Mutex<Queue>, Condvar)>,
    queue_max: usize,
    home: Arc<dyn Home>,
    metrics: Metrics,
    alive: Weak<()>,
    /// Whether the shared database was lost when it was last asked.
    is_cut_off: Arc<AtomicBool>,
}

/// The thread's own side.
struct Desk {
    store: Store,
    side: Option<Side>,
    keeper: Keeper,
    group_max: usize,
    /// Told after each commit.
    changed: Box<dyn Fn() + Send>,
    /// Told when the replica goes on under a new key.
    rotated: Box<dyn Fn(&Store) + Send>,
    /// Something was brought into the shared database, and the others were not told.
    is_to_announce: bool,
    /// After a commit that failed, messages are taken one by one.
    is_careful: bool,
    is_tidy: bool,
    _alive: Arc<()>,
}

impl Keeper {
    /// Begins the thread of a race, whose log is shared by `side` if it is. `changed` is told after each commit, `rotated` when the replica goes on under a new
    /// key; both must not wait.
    ///
    /// # Errors
    /// When the system gives no thread.
    pub fn begin(
        store: Store,
        side: Option<Side>,
        home: Arc<dyn Home>,
        settings: &Settings,
        metrics: Metrics,
        changed: impl Fn() + Send + 'static,
        rotated: impl Fn(&Store) + Send + 'static,
    ) -> Result<(Self, JoinHandle<()>), ServerError> {
        let (race, queue_max, alive) = (store.race(), settings.queue_max, Arc::new(()));
        let keeper = Self {
            race,
            queue: Arc::default(),
            queue_max,
            home,
            metrics,
            alive: Arc::downgrade(&alive),
            is_cut_off: Arc::default(),
        };
        let desk = Desk {
            store,
            side,
            keeper: keeper.clone(),
            group_max: settings.group_max.max(1),
            changed: Box::new(changed),
            rotated: Box::new(rotated),
            is_to_announce: false,
            is_careful: false,
            is_tidy: false,
            _alive: alive,
        };
        let thread = std::thread::Builder::new().name("keeper".to_owned()).spawn(move || desk.work());
        Ok((keeper, thread.map_err(ServerError::Thread)?))
    }

    /// The race.
    #[must_use]
    pub fn race(&self) -> RaceId {
        self.race
    }

    /// Does something with the replica, by itself: for imports, corrections and settings, which are commits of their
    /// own. Waits until it is done.
    ///
    /// # Errors
    /// When there is too much to do, the thread has ended, or what was done did not reach the shared database yet.
    pub fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store) -> T + Send + 'static,
    ) -> Result<T, ServerError> {
        let (sender, answer) = sync_channel(1);
        let alone: Alone = Box::new(move |store| {
            let done = work(store);
            Box::new(move |is_shared| {
                // Whoever asked may be gone.
                let _gone = sender.send(is_shared.then_some(done));
            })
        });
        self.put(|queue| queue.alone.push_back(alone))?;
        answer.recv().map_err(|_| ServerError::Stopped)?.ok_or(ServerError::NotShared)
    }

    /// Takes in what other processes wrote.
    ///
    /// # Errors
    /// When it was not taken in.
    pub(crate) fn came(&self, written: Vec<Written>) -> Result<(), SharedError> {
        self.share(move |store, side| side.take(store, &written))
    }

    /// Compares the replica with the shared database, both ways. Says how far that was read.
    ///
    /// # Errors
    /// When the database is not there.
    pub(crate) fn compare(&self) -> Result<Seen, SharedError> {
        let is_cut_off = self.is_cut_off.clone();
        self.share(move |store, side| {
            let compared = side.compare(store).and_then(|()| side.push(store));
            is_cut_off.store(compared.is_err(), Ordering::Relaxed);
            compared?;
            Ok(side.seen())
        })
    }

    fn share<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Store, &mut Side) -> Result<T, SharedError> + Send + 'static,
    ) -> Result<T, SharedError> {
        let (sender, answer) = sync_channel(1);
        let sharing: Sharing = Box::new(move |store, side| {
            let _gone = sender.send(work(store, side));
        });
        let mut queue = self.lock();
        if queue.is_closed || !self.is_alive() {
            return Err(StoreError::Closed.into());
        }
        // Only the feed asks so, once at a time: that is never too much.
        queue.sharing.push_back(sharing);
        drop(queue);
        self.queue.1.notify_one();
        answer.recv().map_err(|_| StoreError::Closed)?
    }

    /// Whether it still takes in what comes.
    pub(crate) fn is_open(&self) -> bool {
        self.is_alive() && !self.lock().is_closed
    }

    /// What the clocks of its machine say now; nothing if they cannot be read.
    #[must_use]
    pub fn now(&self) -> Option<Reading> {
        self.home.now()
    }

    /// Whether the database in which the race's log is shared answered when it was last asked; so it is where none is.
    #[must_use]
    pub fn reaches_database(&self) -> bool {
        !self.is_cut_off.load(Ordering::Relaxed)
    }

    /// Whether its thread goes on.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        self.alive.upgrade().is_some()
    }

    /// Ends the thread when all that waits is done.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.queue.1.notify_all();
    }

    fn step(&self, session: Session, heard: Option<Vec<u8>>) -> Result<Receiver<Stepped>, MeetingError> {
        let now = self.home.now().ok_or(MeetingError::Clock)?;
        let (reply, answer) = sync_channel(1);
        let step = Step { session, heard, now, came: Instant::now(), reply };
        let put = self.put(|queue| {
            let lane = if step.heard.is_some() { &mut queue.heard } else { &mut queue.fetching };
            lane.push_back(step);
        });
        put.map_err(|_| MeetingError::Session(StoreError::Closed.into()))?;
        Ok(answer)
    }

    fn put(&self, put: impl FnOnce(&mut Queue)) -> Result<(), ServerError> {
        let mut queue = self.lock();
        if queue.is_closed {
            return Err(ServerError::Stopped);
        }
        if queue.len() >= self.queue_max {
            return Err(ServerError::Busy);
        }
        put(&mut queue);
        self.count(&queue);
        drop(queue);
        self.queue.1.notify_one();
        Ok(())
    }

    fn count(&self, queue: &Queue) {
        let of = OfRace { race: self.race.to_string() };
        self.metrics.queued.get_or_create(&of).set(i64::try_from(queue.len()).unwrap_or(i64::MAX));
    }

    fn lock(&self) -> MutexGuard<'_, Queue> {
        // Nothing that can panic runs under the lock.
        self.queue.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A session's own way to the thread.
pub struct Counter<'a> {
    /// The race.
    pub keeper: &'a Keeper,
    /// Told after each turn how far it has come.
    pub progress: &'a mut dyn FnMut(&Outcome),
}

impl meeting::Keeper for Counter<'_> {
    fn step(&mut self, session: Session, heard: Option<Vec<u8>>) -> Stepped {
        let answer = self.keeper.step(session, heard)?;
        answer.recv().map_err(|_| MeetingError::Session(StoreError::Closed.into()))?
    }

    fn progress(&mut self, outcome: &Outcome) {
        (self.progress)(outcome);
    }
}
