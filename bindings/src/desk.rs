//! The replica behind one lock, and the entries that wait in memory while the disk does not take them.
//!
//! Invariant: an entry leaves the queue only when the store has confirmed it; what was said of it meanwhile is written
//! after it. Between two calls no transaction is open.

use std::collections::{BTreeMap, VecDeque};

use bibtrail_core::{
    ids::{Key, OpRef},
    op::{Entity, Scan, Value, field},
    race::RaceSetup,
    store::{Store, StoreError},
};

use crate::{
    CoreError,
    error::not_found,
    home::Home,
    host::{self, LogLevel},
    screen::{Entered, RaceZone},
};

/// How often an entry is tried again at once.
const TRIES: usize = 3;

/// What the name of an entry in memory begins with.
pub(crate) const WAITING: &str = "waiting:";

/// Values for registers, and why.
type Word = (Vec<(u16, Value)>, Option<String>);

/// An entry that waits for the disk.
pub(crate) struct Waiting {
    pub(crate) number: u64,
    pub(crate) scan: Scan,
    pub(crate) entered: Entered,
    /// What was said of it meanwhile, with the reason.
    pub(crate) said: Vec<Word>,
}

/// A scan, values for its registers, and why.
type Later = (OpRef, Vec<(u16, Value)>, Option<String>);

/// A replica and its queue.
pub(crate) struct Desk {
    store: Option<Store>,
    pub(crate) waiting: VecDeque<Waiting>,
    /// The place of the queue's first, if the store has it and others on their way already: it finishes those itself.
    on_their_way: Option<OpRef>,
    /// What was said of entries that have their place by now, and is still to be written.
    later: VecDeque<Later>,
    next: u64,
    /// Where the entries came to stand that once waited.
    settled: BTreeMap<u64, OpRef>,
    pub(crate) last: Option<Entered>,
    pub(crate) is_mended: bool,
    pub(crate) is_rotated: bool,
    pub(crate) is_full: bool,
    /// Where this phone stands, as far as it was ever read: a database that breaks costs no entry.
    pub(crate) place: Option<Key>,
    /// Whose hours are shown, as far as it was ever read.
    pub(crate) zone: Option<RaceZone>,
    is_shut: bool,
}

impl Desk {
    pub(crate) fn new(store: Store, is_mended: bool, is_rotated: bool) -> Self {
        let enrolment = store.own_enrolment().ok().flatten();
        Self {
            place: enrolment.and_then(|enrol| enrol.checkpoint),
            store: Some(store),
            waiting: VecDeque::new(),
            on_their_way: None,
            later: VecDeque::new(),
            next: 1,
            settled: BTreeMap::new(),
            last: None,
            is_mended,
            is_rotated,
            is_full: false,
            zone: None,
            is_shut: false,
        }
    }

    /// The race's settings, and from then on its hours.
    pub(crate) fn setup(&mut self) -> Result<RaceSetup, CoreError> {
        let setup = self.store()?.setup()?;
        self.zone = RaceZone::of(&setup).or_else(|| self.zone.take());
        Ok(setup)
    }

    /// A moment as the race's people read it; empty while nobody knows whose hours those are.
    pub(crate) fn clock(&self, time_ms: i64) -> String {
        self.zone.as_ref().map(|zone| zone.show(time_ms)).unwrap_or_default()
    }

    /// Whether it was closed on purpose.
    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut
    }

    /// The replica.
    pub(crate) fn store(&mut self) -> Result<&mut Store, CoreError> {
        if let Some(store) = &mut self.store {
            // After a failure what is there can be looked at again; where even that fails, the next call says so.
            let _closed = store.reopen();
        }
        let is_shut = self.is_shut;
        self.store.as_mut().ok_or_else(|| match is_shut {
            true => CoreError::Closed { detail: "this race was shut down. Open it again".to_owned() },
            false => {
                let detail =
                    "the database broke and could not be built again yet. Entries are kept in memory";
                CoreError::Damaged { detail: detail.to_owned() }
            }
        })
    }

    /// Closes the replica. Fails, and keeps it open, while entries wait that only this memory holds.
    pub(crate) fn close(&mut self, home: &Home) -> Result<(), CoreError> {
        if self.is_shut {
            return Ok(());
        }
        self.drain(home)?;
        let store = self.store()?;
        store.settle()?;
        home.leave_mark(store);
        (self.store, self.is_shut) = (None, true);
        Ok(())
    }

    /// Takes an entry in, and tries to confirm it. Says its name.
    pub(crate) fn enter(&mut self, home: &Home, scan: Scan, entered: Entered) -> Entered {
        let number = self.next;
        self.next += 1;
        let entered = Entered { scan: format!("{WAITING}{number}"), is_confirmed: false, ..entered };
        self.waiting.push_back(Waiting { number, scan, entered: entered.clone(), said: Vec::new() });
        self.last = Some(entered);
        if let Err(error) = self.drain(home) {
            host::log(LogLevel::Error, "store", &format!("an entry waits in memory: {error}"));
        }
        self.last.clone().unwrap_or_else(|| self.waiting[self.waiting.len() - 1].entered.clone())
    }

    /// Confirms what waits, as far as the disk takes it.
    pub(crate) fn drain(&mut self, home: &Home) -> Result<(), CoreError> {
        if self.store.is_none() && !self.is_shut {
            self.store = Some(home.recover()?);
        }
        let mut tried = self.try_once();
        for _ in 1..TRIES {
            match &tried {
                Err(error) if error.is_damage() => {
                    // The journal holds what was on its way, or nothing does: then the queue says it again.
                    self.store = None;
                    self.store = Some(home.recover()?);
                    self.is_mended = true;
                    tried = self.try_once();
                }
                Err(StoreError::Full) | Ok(()) => break,
                Err(_) => tried = self.try_once(),
            }
        }
        self.is_full = tried.as_ref().is_err_and(is_full);
        Ok(tried?)
    }

    fn try_once(&mut self) -> Result<(), StoreError> {
        self.store.as_mut().ok_or(StoreError::Closed)?.retry()?;
        self.look_up_those_on_their_way()?;
        while !self.waiting.is_empty() {
            let scans: Vec<Scan> = self.waiting.iter().map(|waiting| waiting.scan.clone()).collect();
            let store = self.store.as_mut().ok_or(StoreError::Closed)?;
            let first = OpRef { log: store.own_log(), seq: store.own_seq() + 1 };
            let recorded = store.record(&scans);
            if recorded.is_err() && store.unconfirmed() > 0 {
                self.on_their_way = Some(first);
            }
            for said in recorded? {
                self.confirm(said.at());
            }
        }
        self.say_later()
    }

    /// Whoever finished what the store had on its way (this, a meeting, the journal): entries that stand at their places
    /// are confirmed, and never recorded again.
    fn look_up_those_on_their_way(&mut self) -> Result<(), StoreError> {
        let Some(mut at) = self.on_their_way.take() else { return Ok(()) };
        let store = self.store.as_ref().ok_or(StoreError::Closed)?;
        let mut there = Vec::new();
        for entry in &self.waiting {
            if store.recorded_scan(at)?.as_ref() != Some(&entry.scan) {
                break;
            }
            there.push(at);
            at.seq += 1;
        }
        there.into_iter().for_each(|at| self.confirm(at));
        Ok(())
    }

    /// The first of the queue stands there now.
    fn confirm(&mut self, at: OpRef) {
        let Some(entry) = self.waiting.pop_front() else { return };
        self.settled.insert(entry.number, at);
        let name = entry.entered.scan;
        if let Some(last) = self.last.as_mut().filter(|last| last.scan == name) {
            (last.scan, last.is_confirmed) = (at.to_string(), true);
        }
        self.later.extend(entry.said.into_iter().map(|(values, reason)| (at, values, reason)));
    }

    /// What was said of entries while they waited.
    fn say_later(&mut self) -> Result<(), StoreError> {
        while let Some((at, values, reason)) = self.later.pop_front() {
            let store = self.store.as_mut().ok_or(StoreError::Closed)?;
            let said = store.put(Entity::Scan(at), values.clone(), reason.as_deref());
            if let Err(error) = said {
                if store.unconfirmed() == 0 {
                    self.later.push_front((at, values, reason));
                }
                return Err(error);
            }
        }
        Ok(())
    }

    /// The scan of this name, wherever it stands now: in memory by number, or in the log.
    pub(crate) fn find(&mut self, name: &str) -> Result<Result<OpRef, u64>, CoreError> {
        if let Some(number) = name.strip_prefix(WAITING) {
            let number: u64 = number.parse().map_err(|_| not_found(name))?;
            if let Some(at) = self.settled.get(&number) {
                return Ok(Ok(*at));
            }
            let is_here = self.waiting.iter().any(|waiting| waiting.number == number);
            return if is_here { Ok(Err(number)) } else { Err(not_found(name)) };
        }
        Ok(Ok(self.store()?.find_scan(name)?))
    }

    /// Says something of an entry in the log once the disk takes it.
    pub(crate) fn put_later(&mut self, at: OpRef, values: &[(u16, Value)], reason: Option<&str>) {
        self.later.push_back((at, values.to_vec(), reason.map(str::to_owned)));
    }

    /// Says something of an entry that waits: it is written after it.
    pub(crate) fn say_of_waiting(&mut self, number: u64, values: &[(u16, Value)], reason: Option<&str>) {
        if let Some(entry) = self.waiting.iter_mut().find(|waiting| waiting.number == number) {
            for (field, value) in values {
                apply(&mut entry.entered, *field, value);
            }
            entry.said.push((values.to_vec(), reason.map(str::to_owned)));
        }
    }

    /// What was said of the last entry shows on its badge.
    pub(crate) fn say_of_last(&mut self, scan: &str, values: &[(u16, Value)]) {
        if let Some(last) = self.last.as_mut().filter(|last| last.scan == scan) {
            values.iter().for_each(|(field, value)| apply(last, *field, value));
        }
    }
}

fn is_full(error: &StoreError) -> bool {
    matches!(error, StoreError::Full)
        || matches!(error, StoreError::Journal(source) if source.kind() == std::io::ErrorKind::StorageFull)
}

fn apply(entered: &mut Entered, field: u16, value: &Value) {
    match (field, value) {
        (field::VOID, Value::Bool(is_void)) => entered.is_void = *is_void,
        (field::BIB, Value::Text(bib)) => {
            if let Ok(bib) = bibtrail_core::ids::Bib::new(bib) {
                (entered.bib, entered.warnings) = (bib, Vec::new());
            }
        }
        (field::TIME, Value::Int(ms)) => entered.time_ms = *ms,
        _ => {}
    }
}
