//! The state of one runner.
//!
//! Invariant: the rules stand in `docs/watch.md`, in this order; the first that fits decides. What is newer than a
//! person's word, and contradicts it, breaks the word.

use std::{collections::BTreeSet, ops::Range};

use super::{AHEAD_MS, Field, latest_ms};
use crate::{
    ids::Key,
    op::{Entity, StatusCode, field},
    passings::{self, Passing, Slot},
    results::{CourseResults, Doubt, Runner},
    state::{SafetyRow, Sighting},
    watch::{Place, Seen, State, Watched, Why},
};

/// One runner, and all that bears on them.
pub(super) struct Case<'c, 'a> {
    pub(super) field: &'c Field<'a>,
    pub(super) course: Option<&'c CourseResults>,
    pub(super) runner: &'c Runner,
    pub(super) safety: Option<SafetyRow>,
    /// All scans of their bib that count, trusted or not, by time.
    pub(super) sightings: &'c [&'c Sighting],
}

/// What the watch says of one runner.
pub(crate) struct Judged {
    pub(crate) watched: Watched,
    /// Up to when the state stays the same if nothing new comes in: milliseconds since 1970-01-01 UTC.
    pub(crate) until_ms: i64,
    /// From which slots to the next the pace bears on the state.
    pub(crate) by_pace: Range<usize>,
}

impl Case<'_, '_> {
    pub(super) fn judge(self) -> Judged {
        let (state, why) = self.state();
        let mut watched = Watched {
            bib: self.runner.bib.clone(),
            name: self.runner.entrant.as_ref().map(|entrant| entrant.name.clone()).unwrap_or_default(),
            is_entered: self.runner.entrant.is_some(),
            course: self.course.map(|course| course.course.key.clone()),
            state: state.unwrap_or(State::OnCourse),
            last: self.last(),
            unsure: self.unsure(),
            due: None,
            late_ms: None,
            silent: Vec::new(),
            ahead: None,
            why,
            status: self.runner.status.clone(),
            safety: self.safety.clone(),
            to_come: BTreeSet::new(),
        };
        let mut until_ms = if self.is_any_ahead() { i64::MIN } else { i64::MAX };
        let mut by_pace = 0..0;
        if watched.state.is_out() {
            let holds_ms;
            (holds_ms, by_pace) = self.look_ahead(&mut watched, state.is_none());
            until_ms = until_ms.min(holds_ms);
        } else if watched.state == State::NotStarted {
            self.look_for(&mut watched);
        }
        if !watched.state.is_safe() && watched.state != State::Dropped {
            watched.to_come = self.to_come();
        }
        Judged { watched, until_ms, by_pace }
    }

    /// Whether any time that bears on the state is still to come, so that the state hangs on what time it is.
    fn is_any_ahead(&self) -> bool {
        let words = self.safety.iter().map(|word| word.said_ms);
        self.sightings.iter().map(|scan| scan.time_ms).chain(words).any(|ms| self.is_ahead(ms))
    }

    /// The state, and what contradicts what; nothing for who is on the way.
    fn state(&self) -> (Option<State>, Vec<Why>) {
        let mut why = self.whose_is_contested();
        if self.safety.as_ref().is_some_and(|safety| safety.is_contested) {
            why.push(Why::Conflict(field::SAFETY));
        }
        if !why.is_empty() {
            return (Some(State::Contested), why);
        }
        let code = self.runner.status.as_ref().map(|status| status.code);
        let has_stopped = matches!(code, Some(StatusCode::Dnf | StatusCode::Otl));
        let is_seen = !self.sightings.is_empty();
        let finished = self.has_finished();
        let against = self.against(has_stopped);
        let word = self.safety.as_ref().filter(|word| word.is_safe && !self.is_ahead(word.said_ms));
        let broken = word.and_then(|word| self.sightings.iter().rfind(|scan| self.breaks(scan, word)));
        if word.is_some() && broken.is_none() {
            let state = match code {
                _ if finished && against.is_empty() => State::Finished,
                Some(StatusCode::Dns) if !is_seen => State::DidNotStart,
                _ if has_stopped => State::Collected,
                _ => State::Safe,
            };
            return (Some(state), Vec::new());
        }
        if !against.is_empty() {
            return (Some(State::Contested), against);
        }
        if finished {
            return (Some(State::Finished), Vec::new());
        }
        if let Some(scan) = broken {
            return (Some(State::Contested), vec![Why::SeenAfterSafe(self.seen(scan))]);
        }
        let state = match code {
            Some(StatusCode::Dns) => Some(State::DidNotStart),
            _ if has_stopped => Some(State::Dropped),
            _ if !is_seen => Some(State::NotStarted),
            _ => None,
        };
        (state, Vec::new())
    }

    /// Whose scans these are, or along which course they run, is in doubt.
    fn whose_is_contested(&self) -> Vec<Why> {
        let mut why = Vec::new();
        if self.runner.doubts.contains(&Doubt::SharedBib) {
            why.push(Why::SharedBib);
        }
        let contested = [field::BIB, field::COURSE].into_iter().filter(|field| self.is_contested(*field));
        why.extend(contested.map(Why::Conflict));
        why
    }

    /// Whether values contend in a register of the runner. If it is only known that some do, they may be these.
    fn is_contested(&self, field: u16) -> bool {
        let conflicts = &self.field.basis.heard.conflicts;
        let of_bib = conflicts.get(&Entity::Bib(self.runner.bib.clone()));
        let of_entrant = self.runner.entrant.as_ref().map(|entrant| {
            let named = conflicts.get(&Entity::Entrant(entrant.id));
            entrant.is_contested && named.is_none_or(|fields| fields.contains_key(&field))
        });
        of_entrant.unwrap_or_default() || of_bib.is_some_and(|fields| fields.contains_key(&field))
    }

    /// What stands against what is said of the runner, other than against a word of safety.
    fn against(&self, has_stopped: bool) -> Vec<Why> {
        let mut why = Vec::new();
        let code = self.runner.status.as_ref().map(|status| status.code);
        if self.is_contested(field::STATUS) {
            why.push(Why::Conflict(field::STATUS));
        }
        if let (Some(StatusCode::Dns), Some(scan)) = (code, self.sightings.last()) {
            why.push(Why::SeenThoughNotStarted(self.seen(scan)));
        }
        let finish_ms = self.finish_ms();
        // Who came in over time may well have come in at the finish.
        let is_over_time = code == Some(StatusCode::Otl) && self.has_finished();
        let is_out = has_stopped && !is_over_time;
        let beyond = self.sightings.iter().rfind(|scan| is_out && self.is_beyond_drop(scan));
        // Where the course comes by the place of the drop again, what was placed along it decides.
        let drop_doubts = [Doubt::SeenAfterDrop, Doubt::DropUnclear];
        let placed = self.runner.doubts.iter().any(|doubt| drop_doubts.contains(doubt));
        let beyond = beyond.or(self.sightings.last().filter(|_| placed));
        why.extend(beyond.map(|scan| Why::SeenAfterDrop(self.seen(scan))));
        let elsewhere =
            self.sightings.iter().rfind(|scan| finish_ms.is_some_and(|ms| self.is_after_finish(scan, ms)));
        why.extend(elsewhere.map(|scan| Why::SeenAfterFinish(self.seen(scan))));
        let unsafe_ms = self.safety.as_ref().filter(|word| !word.is_safe).map(|word| word.said_ms);
        let is_taken_back = |said_ms: i64| match (self.has_finished(), finish_ms) {
            (true, finish_ms) => finish_ms.is_none_or(|ms| said_ms > ms),
            (false, _) => code == Some(StatusCode::Dns),
        };
        if unsafe_ms.is_some_and(is_taken_back) {
            why.push(Why::SaidNotSafe);
        }
        let sure = self.sightings.iter().rfind(|scan| scan.is_approved).map(|scan| scan.time_ms);
        let unsettled = self.sightings.iter().rfind(|scan| {
            let is_news = sure.is_none_or(|ms| scan.time_ms > ms);
            self.field.apart.is_contested(scan.at) && is_news && !self.has_finished()
        });
        why.extend(unsettled.map(|scan| Why::ContestedScan(self.seen(scan))));
        why
    }

    /// Whether a sighting is newer than a word of safety and contradicts it: but for the finish, and for the very moment
    /// and place of the word.
    fn breaks(&self, scan: &Sighting, word: &SafetyRow) -> bool {
        let Some(latest_ms) = latest_ms(scan) else { return false };
        let after_ms = latest_ms.saturating_sub(word.said_ms);
        let is_there = scan.checkpoint.as_str() == word.place
            && after_ms <= self.field.basis.setup.window_ms(&scan.checkpoint);
        after_ms > 0 && !is_there && !self.is_at_finish(&scan.checkpoint) && !self.is_ahead(scan.time_ms)
    }

    /// Whether a sighting is at a place to which the course leads only after it left the place of the drop for good.
    /// Without a place, that is the finish alone.
    fn is_beyond_drop(&self, scan: &Sighting) -> bool {
        let slots = self.slots();
        let place = self.runner.status.as_ref().and_then(|status| status.checkpoint.as_ref());
        let dropped = place.and_then(|key| slots.iter().rposition(|slot| slot.checkpoint == *key));
        let first = slots.iter().position(|slot| slot.checkpoint == scan.checkpoint);
        match (dropped, first) {
            (Some(dropped), Some(first)) => first > dropped,
            _ => self.is_at_finish(&scan.checkpoint),
        }
    }

    fn is_after_finish(&self, scan: &Sighting, finish_ms: i64) -> bool {
        let window_ms = self.field.basis.setup.window_ms(&scan.checkpoint);
        latest_ms(scan).is_some_and(|ms| ms > finish_ms.saturating_add(window_ms))
            && !self.is_at_finish(&scan.checkpoint)
            && !self.is_ahead(scan.time_ms)
    }

    /// Whether a place is the finish and nothing else but perhaps the start.
    fn is_at_finish(&self, checkpoint: &Key) -> bool {
        let slots = self.slots();
        let Some((finish, way)) = slots.split_last() else { return false };
        finish.checkpoint == *checkpoint && way.iter().skip(1).all(|slot| slot.checkpoint != *checkpoint)
    }

    fn has_finished(&self) -> bool {
        self.runner.passings.last().is_some_and(Option::is_some)
    }

    /// When they were surely seen at the finish, for the last time; nothing if nobody knows when.
    fn finish_ms(&self) -> Option<i64> {
        let passing = self.runner.passings.last().and_then(Option::as_ref)?;
        let at_finish = |scan: &&&Sighting| {
            scan.is_approved
                && self.is_at_finish(&scan.checkpoint)
                && latest_ms(scan).is_some()
                && !self.is_ahead(scan.time_ms)
        };
        let last = self.sightings.iter().rfind(at_finish).map(|scan| scan.time_ms);
        last.max(passing.known_ms())
    }

    pub(super) fn is_ahead(&self, ms: i64) -> bool {
        ms > self.field.basis.now_ms.saturating_add(AHEAD_MS)
    }

    pub(super) fn slots(&self) -> &[Slot] {
        self.course.map_or(&[], |course| &course.slots)
    }

    pub(super) fn place(slot: &Slot) -> Place {
        Place { checkpoint: slot.checkpoint.clone(), kind: slot.kind }
    }

    fn seen(&self, scan: &Sighting) -> Seen {
        Seen {
            place: Place { checkpoint: scan.checkpoint.clone(), kind: scan.kind },
            time_ms: scan.time_ms,
            phones: 1,
            is_sure: scan.is_approved,
        }
    }

    /// The last place along the course where they were surely seen; if nowhere, the last sighting of any kind.
    fn last(&self) -> Option<Seen> {
        let Some(slot) = self.runner.last_slot() else {
            let sure = self.sightings.iter().rfind(|scan| scan.is_approved);
            return sure.or(self.sightings.last()).map(|scan| self.seen(scan));
        };
        let passing = self.runner.passings[slot].as_ref()?;
        let phones: BTreeSet<_> = passing.witnesses.iter().map(|at| at.log).collect();
        Some(Seen {
            place: Self::place(self.slots().get(slot)?),
            time_ms: passing.time_ms,
            phones: phones.len(),
            is_sure: true,
        })
    }

    /// The last sighting that is no evidence, if it is later than all that is.
    fn unsure(&self) -> Option<Seen> {
        let sure = self.sightings.iter().rfind(|scan| scan.is_approved).map(|scan| scan.time_ms);
        let scan = self.sightings.iter().rfind(|scan| !scan.is_approved)?;
        sure.is_none_or(|ms| scan.time_ms > ms).then(|| self.seen(scan))
    }

    /// Their times along the course, by evidence; where there is none at all, by what else was seen.
    pub(super) fn times(&self) -> Vec<Option<i64>> {
        if self.runner.passings.iter().any(Option::is_some) {
            return self.runner.passings.iter().map(|p| p.as_ref().and_then(Passing::known_ms)).collect();
        }
        let placed = passings::place(self.field.basis.setup, self.slots(), self.sightings);
        placed.at.iter().map(|passing| passing.as_ref().and_then(Passing::known_ms)).collect()
    }

    /// The checkpoints that their course leaves only after the last place where they were surely seen.
    fn to_come(&self) -> BTreeSet<Key> {
        let from = self.runner.last_slot().map_or(0, |slot| slot + 1);
        self.slots().iter().skip(from).map(|slot| slot.checkpoint.clone()).collect()
    }
}
