//! Two devices meet: a session over a pipe that loses, doubles, swaps, cuts and spoils messages, and devices that die.
//!
//! Invariant: what a session says of itself is held against what both devices really hold, at the moment it says so.

use std::collections::{BTreeSet, VecDeque};

use bibtrail_core::{
    store::Store,
    sync::{Session, SyncError},
};
use rand::{Rng, RngExt};

use super::{World, check};
use crate::disk::Fault;

/// What is wrong with a pipe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Trouble {
    None,
    Lossy,
    Doubling,
    Swapping,
    Spoiling,
    /// Nothing comes through one way, from some message on.
    OneWay,
    /// The link breaks at some message.
    Cut(u32),
    /// One of the two dies at some write to its disk.
    Dying(u64),
}

impl Trouble {
    fn draw(rng: &mut impl Rng) -> Self {
        match rng.random_range(0..20) {
            0..9 => Self::None,
            9 => Self::Lossy,
            10 => Self::Doubling,
            11 => Self::Swapping,
            12..14 => Self::Spoiling,
            14 => Self::OneWay,
            15..17 => Self::Cut(rng.random_range(0..8)),
            _ => Self::Dying(rng.random_range(1..40)),
        }
    }
}

/// One direction of a pipe.
#[derive(Default)]
struct Pipe {
    under_way: VecDeque<Vec<u8>>,
    carried: u32,
}

impl Pipe {
    fn carry(&mut self, mut message: Vec<u8>, trouble: Trouble, is_back: bool, rng: &mut impl Rng) {
        self.carried += 1;
        let is_hit = rng.random_range(0..3) == 0;
        match trouble {
            Trouble::Lossy if is_hit => {}
            Trouble::OneWay if is_back && self.carried > 1 => {}
            Trouble::Cut(at) if self.carried > at => {}
            Trouble::Doubling if is_hit => {
                self.under_way.push_back(message.clone());
                self.under_way.push_back(message);
            }
            Trouble::Swapping if is_hit => self.under_way.push_front(message),
            Trouble::Spoiling if is_hit => {
                match rng.random_range(0..3) {
                    0 => message.truncate(rng.random_range(0..=message.len())),
                    1 => message.extend_from_slice(&[7; 9]),
                    _ => {
                        let at = rng.random_range(0..message.len().max(1));
                        message
                            .iter_mut()
                            .skip(at)
                            .take(1)
                            .for_each(|byte| *byte ^= 1 << rng.random_range(0..8));
                    }
                }
                self.under_way.push_back(message);
            }
            _ => self.under_way.push_back(message),
        }
    }
}

/// A session under way, and what both held when it began.
struct Meeting {
    sides: [usize; 2],
    sessions: [Session; 2],
    pipes: [Pipe; 2],
    held: [BTreeSet<u64>; 2],
    said: [bool; 2],
    trouble: Trouble,
}

impl World {
    /// `a` dials `b`. With `faults`, something may go wrong.
    pub(super) fn meet(&mut self, a: usize, b: usize, faults: bool) {
        if a == b || !self.open(a) || !self.open(b) {
            return;
        }
        let (Some(log_a), Some(log_b)) = (self.own_log(a), self.own_log(b)) else { return };
        let is_spoilt = self.devices[a].is_hostile || self.devices[b].is_hostile;
        let trouble = match faults {
            true if is_spoilt => Trouble::Spoiling,
            true => Trouble::draw(&mut self.rng),
            false => Trouble::None,
        };
        if let Trouble::Dying(ahead) = trouble {
            self.devices[if self.rng.random() { a } else { b }].disk.fail(ahead, Fault::Device, true);
        }
        let mut meeting = Meeting {
            sides: [a, b],
            sessions: [Session::dial(log_b), Session::answer(log_a)],
            pipes: [Pipe::default(), Pipe::default()],
            held: [self.scans_of(a), self.scans_of(b)],
            said: [false; 2],
            trouble,
        };
        let ended = self.converse(&mut meeting);
        self.sessions.0 += 1;
        let names = format!("{} meets {} ({trouble:?})", self.devices[a].name, self.devices[b].name);
        match ended {
            Ok(()) => {
                let outcome = meeting.sessions[0].outcome();
                self.sessions.1 += usize::from(outcome.is_converged);
                self.note(format!(
                    "{names}: converged {} new {} sent {} refused {:?} {:?}",
                    outcome.is_converged,
                    outcome.new_ops,
                    outcome.sent_ops,
                    outcome.refused_here,
                    outcome.refused_there
                ));
            }
            Err((side, error)) => self.note(format!("{names}: {} says {error}", self.devices[side].name)),
        }
        for n in [a, b] {
            if matches!(trouble, Trouble::Dying(_)) {
                self.crash_if_dying(n);
            }
            self.devices[n].disk.mend();
            if self.devices[n].store.is_some() {
                self.rotate_if_due(n);
            }
        }
    }

    fn crash_if_dying(&mut self, n: usize) {
        let is_dead = self.devices[n].store.as_mut().is_none_or(|store| store.settle().is_err());
        if is_dead {
            self.crash(n);
        }
    }

    /// Carries messages until both are done, or nothing moves any more.
    fn converse(&mut self, meeting: &mut Meeting) -> Result<(), (usize, SyncError)> {
        loop {
            let mut moved = false;
            for side in 0..2 {
                moved |= self.speak(meeting, side)?;
                moved |= self.listen(meeting, 1 - side)?;
            }
            if !moved {
                return Ok(());
            }
        }
    }

    fn speak(&mut self, meeting: &mut Meeting, side: usize) -> Result<bool, (usize, SyncError)> {
        let device = meeting.sides[side];
        let mut moved = false;
        loop {
            let now = self.devices[device].reading(self.now_ms);
            let Some(store) = &mut self.devices[device].store else { return Ok(moved) };
            let message = meeting.sessions[side].poll(store, now);
            match message {
                Ok(Some(message)) => {
                    meeting.pipes[side].carry(message, meeting.trouble, side == 1, &mut self.rng);
                    moved = true;
                }
                Ok(None) => break,
                Err(error) => return Err(self.end(meeting, side, error)),
            }
        }
        self.hear_success(meeting, side);
        Ok(moved)
    }

    fn listen(&mut self, meeting: &mut Meeting, side: usize) -> Result<bool, (usize, SyncError)> {
        let device = meeting.sides[side];
        let mut moved = false;
        while let Some(message) = meeting.pipes[1 - side].under_way.pop_front() {
            let latency = self.rng.random_range(1..80);
            self.pass(latency);
            moved = true;
            let now = self.devices[device].reading(self.now_ms);
            let Some(store) = &mut self.devices[device].store else { return Ok(moved) };
            let heard = meeting.sessions[side].handle(store, &message, now);
            if let Err(error) = heard {
                self.say_farewell(meeting, side, &error);
                return Err(self.end(meeting, side, error));
            }
            self.hear_success(meeting, side);
        }
        Ok(moved)
    }

    /// The other side is told why, if the link still carries it.
    fn say_farewell(&mut self, meeting: &mut Meeting, side: usize, error: &SyncError) {
        if matches!(error, SyncError::Ended(_)) || !matches!(meeting.trouble, Trouble::None) {
            return;
        }
        let other = meeting.sides[1 - side];
        let now = self.devices[other].reading(self.now_ms);
        if let Some(store) = &mut self.devices[other].store {
            let _told = meeting.sessions[1 - side].handle(store, &Session::farewell(error), now);
        }
    }

    /// A store that failed is closed, as an app would. What it wrote down of the other side in the moment in which it failed
    /// may stand there afterwards.
    fn end(&mut self, meeting: &Meeting, side: usize, error: SyncError) -> (usize, SyncError) {
        let (device, other) = (meeting.sides[side], meeting.sides[1 - side]);
        if matches!(error, SyncError::Store(_)) {
            if meeting.sessions[side].outcome().is_converged {
                let of_other = self.scans_of(other);
                self.parted.entry((device, other)).or_default().extend(of_other);
            }
            self.devices[device].store = None;
        }
        (device, error)
    }

    /// The first time that a side says it succeeded, both must hold what either held when they met.
    fn hear_success(&mut self, meeting: &mut Meeting, side: usize) {
        if meeting.said[side] || !meeting.sessions[side].outcome().is_converged {
            return;
        }
        meeting.said[side] = true;
        let [a, b] = meeting.sides;
        let (now_a, now_b) = (self.scans_of(a), self.scans_of(b));
        let (observer, other) = (meeting.sides[side], meeting.sides[1 - side]);
        let of_other = if other == a { now_a.clone() } else { now_b.clone() };
        self.parted.insert((observer, other), of_other);
        let wanted: BTreeSet<u64> = meeting.held[0].union(&meeting.held[1]).copied().collect();
        if self.broken.is_none() {
            self.broken = check::success(&self.devices[observer].name, &wanted, [&now_a, &now_b]);
        }
    }

    fn own_log(&self, n: usize) -> Option<bibtrail_core::ids::LogId> {
        self.devices[n].store.as_ref().map(Store::own_log)
    }

    /// The scans that a running device holds, by bib.
    pub(super) fn scans_of(&self, n: usize) -> BTreeSet<u64> {
        let scans = self.devices[n].store.as_ref().and_then(|store| store.scans().ok()).unwrap_or_default();
        scans.iter().filter_map(|scan| scan.bib.as_str().parse().ok()).collect()
    }

    /// The scans that a device's disk holds.
    pub(super) fn held_physically(&mut self, n: usize) -> BTreeSet<u64> {
        let was_open = self.devices[n].store.is_some();
        self.open(n);
        let held = self.scans_of(n);
        if !was_open {
            self.devices[n].store = None;
        }
        held
    }
}
