//! The races of this process, by their ids.
//!
//! Invariant: a race is here once. Its writer, its painter and its key go together.

use std::{
    collections::BTreeMap,
    sync::{
        Arc, Mutex, PoisonError, RwLock,
        mpsc::{SyncSender, sync_channel},
    },
    thread::JoinHandle,
    time::Instant,
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    log::Identity,
    store::Store,
};
use bibtrail_transport::tls::Door;
use tokio::sync::{Semaphore, watch};

use crate::{
    ServerError,
    batteries::Batteries,
    bucket::{Keys, Rate},
    guests::Guests,
    keeper::{Home, Keeper},
    metrics::Metrics,
    picture::{Brush, Painter, Picture, note_made},
    sessions::Sessions,
    settings::Settings,
    shared::{Address, Feed, Side},
    view::{View, Views},
};

/// The fewest digits of an id by which people call a race.
const SHORT_MIN: usize = 8;

/// A replica that is to be served.
pub struct Replica {
    /// It, opened.
    pub store: Store,
    /// The machine that it lives on.
    pub home: Arc<dyn Home>,
}

/// A race that is served.
pub struct Race {
    /// Its id.
    pub id: RaceId,
    /// The thread that writes it.
    pub keeper: Keeper,
    /// What readers see of it.
    pub pictures: watch::Receiver<Arc<Picture>>,
    /// What phones said of their batteries.
    pub batteries: Batteries,
    views: Views,
    identity: Arc<RwLock<Identity>>,
}

impl Race {
    /// What is answered of the last picture.
    #[must_use]
    pub fn view(&self) -> Arc<View> {
        self.views.of(self.picture())
    }

    /// The last picture.
    #[must_use]
    pub fn picture(&self) -> Arc<Picture> {
        self.pictures.borrow().clone()
    }

    /// The key that it is answered by now.
    #[must_use]
    pub fn identity(&self) -> Identity {
        self.identity.read().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// The races, and what holds for all of them.
pub struct Hub {
    races: Vec<Race>,
    by_id: BTreeMap<RaceId, usize>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    /// By the race that stands first; made when asked for, and forgotten when a replica goes on under a new key.
    doors: Arc<Mutex<BTreeMap<Option<RaceId>, Door>>>,
    keys: Mutex<Keys>,
    began: Instant,
    /// The limits.
    pub settings: Settings,
    /// What is counted.
    pub metrics: Metrics,
    /// Phones that are here.
    pub guests: Guests,
    /// People who signed in.
    pub sessions: Sessions,
    /// Places for streams of events.
    pub streams: Arc<Semaphore>,
}

impl Hub {
    /// Begins to serve these races. The first is for phones that do not say which they mean.
    ///
    /// # Errors
    /// When two are the same, one cannot be read, or the system gives no threads.
    pub fn open(replicas: Vec<Replica>, settings: Settings) -> Result<Self, ServerError> {
        let rate = Rate { burst: settings.key_burst, count: settings.key_per_minute, per_ms: 60_000 };
        let mut hub = Self {
            races: Vec::new(),
            by_id: BTreeMap::new(),
            threads: Mutex::default(),
            doors: Arc::default(),
            keys: Mutex::new(Keys::new(rate)),
            began: Instant::now(),
            settings,
            metrics: Metrics::default(),
            guests: Guests::new(settings.visits_max),
            sessions: Sessions::default(),
            streams: Arc::new(Semaphore::new(settings.streams_max)),
        };
        for replica in replicas {
            let id = replica.store.race();
            if hub.by_id.insert(id, hub.races.len()).is_some() {
                return Err(ServerError::Twice(id));
            }
            let race = hub.begin(replica)?;
            hub.races.push(race);
        }
        Ok(hub)
    }

    fn begin(&self, replica: Replica) -> Result<Race, ServerError> {
        let Replica { mut store, home } = replica;
        let (settings, metrics) = (self.settings, self.metrics.clone());
        let side = home.shared().map(|address| share(address, &mut store, &*home)).transpose()?;
        let mut brush = Brush::new(store.reader()?, home.clone());
        let first = brush.paint()?;
        note_made(&metrics, &first);
        let (shown, pictures) = watch::channel(Arc::new(first));
        let (changes, changed) = sync_channel(1);
        let painter = Painter { brush, settings, metrics: metrics.clone(), shown };
        let painting = std::thread::Builder::new().name("painter".to_owned());
        let painting = painting.spawn(move || painter.work(&changed)).map_err(ServerError::Thread)?;
        let id = store.race();
        let identity = Arc::new(RwLock::new(store.identity().clone()));
        let rotated = {
            let (identity, doors) = (identity.clone(), self.doors.clone());
            move |store: &Store| {
                *identity.write().unwrap_or_else(PoisonError::into_inner) = store.identity().clone();
                doors.lock().unwrap_or_else(PoisonError::into_inner).clear();
            }
        };
        let feed = side.as_ref().map(|side| Feed::of(id, side));
        let (keeper, keeping) =
            Keeper::begin(store, side, home, &settings, metrics, teller(changes), rotated)?;
        let mut threads = self.threads.lock().unwrap_or_else(PoisonError::into_inner);
        threads.extend([keeping, painting]);
        if let Some(feed) = feed {
            let (keeper, thread) = (keeper.clone(), std::thread::Builder::new().name("feed".to_owned()));
            threads.push(thread.spawn(move || feed.work(&keeper)).map_err(ServerError::Thread)?);
        }
        Ok(Race { id, keeper, pictures, batteries: Batteries::default(), views: Views::default(), identity })
    }

    /// All races, in the order in which they were given.
    #[must_use]
    pub fn races(&self) -> &[Race] {
        &self.races
    }

    /// A race by its id.
    #[must_use]
    pub fn race(&self, id: RaceId) -> Option<&Race> {
        self.by_id.get(&id).map(|at| &self.races[*at])
    }

    /// The race of which somebody speaks: by its whole id, or by so many of its first digits that no other is meant.
    #[must_use]
    pub fn race_of(&self, text: &str) -> Option<&Race> {
        if let Some(id) = RaceId::parse(text) {
            return self.race(id);
        }
        let text = text.to_ascii_lowercase();
        let mut meant = self.races.iter().filter(|race| race.id.to_string().starts_with(&text));
        match (meant.next(), meant.next()) {
            (Some(only), None) if text.len() >= SHORT_MIN => Some(only),
            _ => None,
        }
    }

    /// What people call a race in addresses: its first digits, if no other begins like that.
    #[must_use]
    pub fn short(&self, id: RaceId) -> String {
        let (whole, short) = (id.to_string(), id.to_string().chars().take(SHORT_MIN).collect::<String>());
        if self.race_of(&short).is_some() { short } else { whole }
    }

    /// The keys of the races, that of `first` before the others if it is here.
    ///
    /// # Errors
    /// When a key is none that TLS can sign with.
    pub fn door(&self, first: Option<RaceId>) -> Result<Door, ServerError> {
        let first = first.filter(|id| self.by_id.contains_key(id));
        let mut doors = self.doors.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(door) = doors.get(&first) {
            return Ok(door.clone());
        }
        let mut races: Vec<(RaceId, Identity)> =
            self.races.iter().map(|race| (race.id, race.identity())).collect();
        if let Some(at) = first.and_then(|id| self.by_id.get(&id)) {
            races.swap(0, *at);
        }
        let door = Door::to(&races)?;
        doors.insert(first, door.clone());
        Ok(door)
    }

    /// Whether this device key may come now.
    #[must_use]
    pub fn may_come(&self, key: LogId) -> bool {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner).take(key, self.now_ms())
    }

    /// Milliseconds since it began.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether every race is written and shown, and the database answers where its log is shared; else what is not.
    ///
    /// # Errors
    /// What is wrong with which race, a line for each.
    pub fn is_ready(&self) -> Result<(), Vec<String>> {
        let wrong = |race: &Race| {
            let is_dead = race.pictures.has_changed().is_err() || !race.keeper.is_alive();
            let what = match (is_dead, race.keeper.reaches_database()) {
                (true, _) => "not written any more",
                (false, false) => "the database does not answer, so nobody else is answered either",
                (false, true) => return None,
            };
            Some(format!("{}: {what}", race.id))
        };
        let wrong: Vec<String> = self.races.iter().filter_map(wrong).collect();
        if wrong.is_empty() { Ok(()) } else { Err(wrong) }
    }

    /// Ends the threads: what waits is done first, and each replica is tidied up.
    pub fn close(&self) {
        self.guests.close(self.settings.stop_ms);
        self.races.iter().for_each(|race| race.keeper.close());
        let threads = std::mem::take(&mut *self.threads.lock().unwrap_or_else(PoisonError::into_inner));
        for thread in threads {
            if thread.join().is_err() {
                tracing::error!(
                    "a race's thread ended by a fault; the replica itself is whole up to its last commit"
                );
            }
        }
    }
}

/// Makes the replica and the shared database equal. That may show that the replica was put back, so that it goes on under
/// a new key.
fn share(address: Address, store: &mut Store, home: &dyn Home) -> Result<Side, ServerError> {
    let mut side = Side::begin(address, store)?;
    if let Err(error) = home.tidy(store) {
        tracing::error!(race = %store.race(), error, "the replica cannot be tidied up");
    }
    side.push(store)?;
    Ok(side)
}

/// Tells the painter that something changed; once is enough, however often.
fn teller(changes: SyncSender<()>) -> impl Fn() + Send {
    move || {
        // Full: it will look anyway. Gone: nobody paints any more.
        let _told = changes.try_send(());
    }
}
