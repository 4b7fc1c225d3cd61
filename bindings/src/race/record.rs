//! Recording: a bib, or a time whose bib comes later; taking it back.
//!
//! Invariant: an entry is never refused for being unexpected, and never lost for a disk that is full, a clock that
//! fails or a listener that throws.

use bibtrail_core::{
    ids::{Bib, Key, OpRef},
    op::{Scan, Value, field},
    store::Store,
    time::Reading,
};

use super::{Inner, Race, place};
use crate::{
    CoreError,
    desk::{Desk, WAITING},
    error::not_found,
    host::{Change, ClockReading},
    screen::{Badge, Entered, Place, Way, expectations},
    words::Say,
};

/// Why an entry was taken back, as the log says it.
const UNDONE: &str = "taken back on the phone that recorded it";

/// What is to be recorded.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Entry {
    /// The bib as it was read; empty when it comes later.
    pub bib: String,
    /// Which way.
    pub way: Way,
    /// Where, by key; without it where this phone stands.
    pub checkpoint: Option<String>,
    /// When, if that was before this call: what the clocks said then.
    pub at: Option<ClockReading>,
    /// Whether somebody runs beside them; nothing if nobody looked.
    pub with_pacer: Option<bool>,
}

#[uniffi::export]
impl Race {
    /// Records an entry, and confirms it once it is on the disk. Where the disk does not take it, it is kept in memory, and
    /// tried again with every call; the badge says so.
    ///
    /// # Errors
    /// When the text can be no bib, or nobody said where this phone stands.
    pub fn record(&self, entry: Entry) -> Result<Badge, CoreError> {
        // The time is when the button was pressed, not when the disk was ready.
        let race = self.inner.race;
        let reading = entry.at.as_ref().map_or_else(|| self.inner.reading(), |at| at.reading(race));
        let badge = self.work(|inner, desk| inner.record(desk, &entry, reading))?;
        self.inner.tell(&Change::Recorded { badge: badge.clone() });
        Ok(badge)
    }

    /// Takes an entry back: it counts for nothing, and stays in the list of entries.
    ///
    /// # Errors
    /// When there is no such entry.
    pub fn undo(&self, scan: String) -> Result<Badge, CoreError> {
        let now = self.inner.reading();
        let badge = self.work(|inner, desk| {
            inner.say_of(desk, &scan, (&[(field::VOID, Value::Bool(true))], Some(UNDONE)), now)?;
            inner.badge_for(desk, &scan)
        })?;
        self.inner.tell(&Change::Recorded { badge: badge.clone() });
        Ok(badge)
    }

    /// Gives its bib to an entry that was recorded as a time only, or another bib to any.
    ///
    /// # Errors
    /// When there is no such entry, or the text can be no bib.
    pub fn give_bib(&self, scan: String, bib: String) -> Result<Badge, CoreError> {
        let now = self.inner.reading();
        let badge = self.work(|inner, desk| {
            let bib = Bib::new(bib.trim())?;
            inner.say_of(desk, &scan, (&[(field::BIB, bib.as_str().into())], None), now)?;
            inner.badge_for(desk, &scan)
        })?;
        self.inner.tell(&Change::Said);
        Ok(badge)
    }

    /// Tries to bring onto the disk what waits in memory. Says how many entries still wait.
    ///
    /// # Errors
    /// When the race was shut down.
    pub fn drain(&self) -> Result<u32, CoreError> {
        let (before, left) = self.work(|inner, desk| {
            let before = desk.waiting.len();
            // Why they wait is said by the notices.
            let drained = desk.drain(&inner.home);
            if desk.waiting.len() == before && before == 0 {
                drained?;
            }
            Ok((before, desk.waiting.len()))
        })?;
        let unconfirmed = u32::try_from(left).unwrap_or(u32::MAX);
        if before > left {
            self.inner.tell(&Change::Drained { unconfirmed });
        }
        Ok(unconfirmed)
    }
}

impl Inner {
    fn record(&self, desk: &mut Desk, entry: &Entry, reading: Reading) -> Result<Badge, CoreError> {
        let bib = Bib::new(entry.bib.trim())
            .map_err(|error| CoreError::BadBib { bib: entry.bib.clone(), detail: error.to_string() })?;
        if desk.is_shut() {
            desk.store()?;
        }
        // A database that broke was put right now, or stays so: then the entry waits.
        let _broken = desk.drain(&self.home);
        let key = match (&entry.checkpoint, desk.store()) {
            (Some(text), Ok(store)) => place(store, text)?,
            (Some(text), Err(_)) => Key::new(text)?,
            (None, _) => self.own_place(desk)?,
        };
        // A database that cannot be read costs the warnings, never the entry.
        let kind = entry.way.kind();
        let setup = desk.setup().ok();
        let known = match (desk.store(), &setup) {
            (Ok(store), Some(setup)) => expectations(store, setup, &bib, (&key, kind, reading)),
            _ => Ok(Default::default()),
        };
        let known = known.unwrap_or_default();
        let at = setup.as_ref().map_or_else(
            || Place { key: key.to_string(), name: key.to_string(), has_both_ways: true },
            |setup| Place::of(setup, key.as_str()),
        );
        let entered = Entered {
            scan: String::new(),
            bib: bib.clone(),
            name: known.0,
            place: at,
            way: entry.way,
            time_ms: reading.wall_ms,
            warnings: known.1,
            is_confirmed: false,
            is_void: false,
        };
        let scan = Scan { with_pacer: entry.with_pacer, ..Scan::new(bib, key, kind, reading) };
        let entered = desk.enter(&self.home, scan, entered);
        if entered.is_confirmed {
            self.settle(desk);
        }
        Ok(badge_in(desk, &entered))
    }

    /// Vouches for what was confirmed. If that fails nothing is in danger: the journal holds it.
    pub(super) fn settle(&self, desk: &mut Desk) {
        if let Ok(store) = desk.store()
            && store.settle().is_ok()
        {
            self.home.leave_mark(store);
        }
    }

    /// Where this phone stands.
    pub(super) fn own_place(&self, desk: &mut Desk) -> Result<Key, CoreError> {
        let enrolment = desk.store().ok().and_then(|store| store.own_enrolment().ok().flatten());
        if let Some(key) = enrolment.and_then(|enrol| enrol.checkpoint) {
            desk.place = Some(key);
        }
        desk.place.clone().ok_or_else(|| CoreError::NoCheckpoint {
            detail: "nobody said yet at which checkpoint this phone stands. Choose one".to_owned(),
        })
    }

    /// The badge of an entry, the last or an older one.
    fn badge_for(&self, desk: &mut Desk, name: &str) -> Result<Badge, CoreError> {
        let at = desk.find(name)?;
        let name = at.map_or_else(|number| format!("{WAITING}{number}"), |at| at.to_string());
        let waiting = desk.waiting.iter().map(|waiting| &waiting.entered);
        let known = desk.last.iter().chain(waiting).find(|entered| entered.scan == name).cloned();
        let entered = match (known, at) {
            // What was amended is looked up again; the time stays that of the phone's clock.
            (Some(entered), Ok(at)) if entered.warnings.is_empty() && entered.is_confirmed => {
                Entered { time_ms: entered.time_ms, ..recorded(desk.store()?, at)? }
            }
            (Some(entered), _) => entered,
            (None, Ok(at)) => recorded(desk.store()?, at)?,
            (None, Err(_)) => return Err(not_found(&name)),
        };
        if let Some(last) = desk.last.as_mut().filter(|last| last.scan == name) {
            last.clone_from(&entered);
        }
        // What was recorded before this phone knew the race's hours has them by now.
        let _known = desk.setup();
        Ok(badge_in(desk, &entered))
    }

    /// The badge of the last entry.
    pub(super) fn badge(&self, desk: &mut Desk) -> Option<Badge> {
        let last = desk.last.clone()?;
        Some(badge_in(desk, &last))
    }
}

/// The badge of an entry.
fn badge_in(desk: &mut Desk, entered: &Entered) -> Badge {
    let clock = desk.clock(entered.time_ms);
    let held = match desk.store() {
        Ok(store) if entered.is_confirmed => {
            let at = store.find_scan(&entered.scan);
            at.and_then(|at| store.held_by(at)).unwrap_or(1)
        }
        _ => 0,
    };
    entered.badge(held, clock)
}

/// An entry that is in the log, as it counts now.
fn recorded(store: &Store, at: OpRef) -> Result<Entered, CoreError> {
    let scan = store.scan(at)?.ok_or_else(|| not_found(&at.to_string()))?;
    let (name, warnings) = match store.entrants_with(&scan.bib)?.first() {
        _ if scan.bib.is_empty() => (String::new(), vec![Say::TimeOnly {}]),
        Some(entrant) => (entrant.name.clone(), Vec::new()),
        None => (String::new(), vec![Say::UnknownBib { bib: scan.bib.to_string() }]),
    };
    Ok(Entered {
        scan: at.to_string(),
        bib: scan.bib.clone(),
        name,
        place: Place::of(&store.setup()?, scan.checkpoint.as_str()),
        way: Way::of(scan.kind),
        time_ms: scan.time_ms,
        warnings,
        is_confirmed: true,
        is_void: scan.is_void,
    })
}
