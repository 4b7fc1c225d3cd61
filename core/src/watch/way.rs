//! Who is on the way: where they are expected, whether they are late, and whether that only seems so because somebody has
//! not reported.
//!
//! Invariant: nobody is overdue where a checkpoint that has not reported may have seen them; they are unknown then, and
//! it is said by how much they would be late.

use std::ops::Range;

use super::{
    judge::Case,
    runner::{Seen, Silent, State, Watched},
};
use crate::{op::ScanKind, pace::Expected, passings::Slot, results};

/// Who was seen nowhere for so long, in milliseconds, and of whom nobody can say when they are expected, is unknown.
const QUIET_MS: i64 = 21_600_000;

/// A place that is still before them.
struct Ahead<'a> {
    slot: &'a Slot,
    expected: Expected,
    /// By how much they are beyond the latest time there, if that is more than the race allows.
    late_ms: Option<i64>,
    /// Up to when the checkpoint reported.
    until_ms: Option<i64>,
}

impl Ahead<'_> {
    /// Whether they may have come there, in time, after the checkpoint last reported; `by_ms` is how fresh a report must
    /// be, at the most.
    fn may_know_more(&self, now_ms: i64, by_ms: i64) -> bool {
        let needed_ms = self.expected.latest_ms.min(by_ms);
        self.expected.earliest_ms <= now_ms && self.until_ms.is_none_or(|until_ms| until_ms < needed_ms)
    }
}

impl Case<'_, '_> {
    /// Fills in what is expected of somebody who is out there; `decides` whether that gives the state too. Says up to when
    /// the state holds, and from which slots to the next the pace bears on it.
    pub(super) fn look_ahead(&self, watched: &mut Watched, decides: bool) -> (i64, Range<usize>) {
        let mut times = self.times();
        let last = self.runner.last_slot().or_else(|| times.iter().rposition(Option::is_some));
        let last_ms = last.and_then(|at| times[at]);
        // A time that is still to come says where, not when: what is expected follows from the others.
        times.iter_mut().for_each(|time| *time = time.filter(|ms| !self.is_ahead(*ms)));
        let now_ms = self.field.basis.now_ms;
        let ahead = self.ahead(&times, last);
        let due = ahead.iter().find(|place| place.late_ms.is_some()).or(ahead.first());
        watched.due = due.map(|place| (Self::place(place.slot), place.expected));
        watched.late_ms = due.and_then(|place| place.late_ms);
        watched.silent = silent(ahead.iter().filter(|place| place.may_know_more(now_ms, now_ms)));
        if let (Some(at), Some(ms)) = (last, last_ms.filter(|ms| self.is_ahead(*ms))) {
            watched.ahead =
                Some(Seen { place: Self::place(&self.slots()[at]), time_ms: ms, phones: 1, is_sure: true });
            watched.silent = self.silent_from(at + 1, now_ms);
        } else if ahead.is_empty() {
            watched.silent = self.silent_from(last.map_or(0, |at| at + 1), now_ms);
        }
        let seen_ms = watched.last.iter().chain(&watched.unsure).map(|seen| seen.time_ms).max();
        let is_quiet = ahead.is_empty() && seen_ms.is_none_or(|ms| ms < now_ms.saturating_sub(QUIET_MS));
        let overdue_ms = self.field.basis.setup.rules.overdue_ms;
        // Who is late first is so at the next place, or by a cut-off: what is usual beyond says nothing yet.
        let from = times.iter().rposition(Option::is_some).unwrap_or_default();
        let is_late = watched.late_ms.is_some();
        let by_pace = if is_late { 0..self.slots().len() } else { from..last.map_or(0, |last| last + 1) };
        let soon = ahead.iter().take_while(|place| place.late_ms.is_none());
        let late_ms = soon.map(|place| place.expected.latest_ms.saturating_add(overdue_ms)).min();
        if !decides {
            return (late_ms.unwrap_or(i64::MAX), by_pace);
        }
        if is_quiet {
            watched.state = State::Unknown;
            return (i64::MIN, by_pace);
        }
        let fresh_ms = now_ms.saturating_sub(overdue_ms);
        let is_reported = !ahead.iter().any(|place| place.may_know_more(now_ms, fresh_ms));
        watched.state = self.state_on_the_way(watched, last, is_reported);
        if watched.late_ms.is_some() {
            let is_overdue = watched.state == State::Overdue;
            return (if is_overdue { self.overdue_until_ms(&ahead) } else { i64::MIN }, by_pace);
        }
        let until_ms = late_ms.or(seen_ms.map(|ms| ms.saturating_add(QUIET_MS))).unwrap_or(i64::MIN);
        (until_ms, by_pace)
    }

    /// Up to when somebody who is overdue stays so, beside the same place, while reports reach no less far than now.
    fn overdue_until_ms(&self, ahead: &[Ahead<'_>]) -> i64 {
        let (overdue_ms, now_ms) = (self.field.basis.setup.rules.overdue_ms, self.field.basis.now_ms);
        let mut is_due = false;
        let holds = |place: &Ahead<'_>| {
            let latest_ms = place.expected.latest_ms;
            // Before the place where they are late, one where they are not yet will come first.
            is_due |= place.late_ms.is_some();
            let first_ms = if is_due { i64::MAX } else { latest_ms.saturating_add(overdue_ms) };
            let silent_ms = match place.until_ms {
                _ if place.expected.earliest_ms > now_ms => place.expected.earliest_ms - 1,
                Some(until_ms) if until_ms >= latest_ms => i64::MAX,
                until_ms => until_ms.unwrap_or(i64::MIN).saturating_add(overdue_ms),
            };
            first_ms.min(silent_ms)
        };
        ahead.iter().map(holds).min().unwrap_or(i64::MIN)
    }

    fn state_on_the_way(&self, watched: &Watched, last: Option<usize>, is_reported: bool) -> State {
        let comes_out = |at: usize| {
            let slots = self.slots();
            let (here, next) = (slots.get(at), slots.get(at + 1));
            here.is_some_and(|slot| slot.kind == ScanKind::In)
                && next.is_some_and(|slot| slot.kind == ScanKind::Out)
        };
        match watched.late_ms {
            _ if watched.ahead.is_some() => State::Unknown,
            Some(_) if is_reported => State::Overdue,
            Some(_) => State::Unknown,
            None if last.is_some_and(comes_out) => State::Inside,
            None => State::OnCourse,
        }
    }

    /// The places still before them at which they can be expected, in order.
    fn ahead(&self, times: &[Option<i64>], last: Option<usize>) -> Vec<Ahead<'_>> {
        let Some(course) = self.course else { return Vec::new() };
        let (setup, now_ms) = (self.field.basis.setup, self.field.basis.now_ms);
        let gun_ms = results::gun_ms(setup, &course.course, self.runner.entrant.as_ref());
        let pace = self.field.pace.course(&course.course.key);
        let from = last.map_or(0, |last| last + 1);
        let mut by_pace: Vec<Option<Expected>> = vec![None; course.slots.len()];
        for (n, expected) in pace.into_iter().flat_map(|pace| pace.ahead(times, gun_ms)) {
            by_pace[n] = Some(expected);
        }
        let places = course.slots.iter().zip(by_pace).skip(from);
        places
            .filter_map(|(slot, by_pace)| {
                let cut_off_ms = course.course.visits.get(slot.visit).and_then(|visit| visit.cut_off_ms);
                let closes_ms = cut_off_ms.map(|ms| gun_ms.saturating_add(ms));
                let expected = no_later(by_pace, closes_ms)?;
                let late_ms = now_ms.saturating_sub(expected.latest_ms);
                let late_ms = Some(late_ms).filter(|ms| *ms > setup.rules.overdue_ms);
                let until_ms = self.field.reports.until_ms(&slot.checkpoint);
                Some(Ahead { slot, expected, late_ms, until_ms })
            })
            .collect()
    }

    /// Somebody who was never seen: perhaps by a checkpoint that has not reported for long since their gun.
    pub(super) fn look_for(&self, watched: &mut Watched) {
        let (setup, now_ms) = (self.field.basis.setup, self.field.basis.now_ms);
        let Some(course) = self.course else { return };
        let gun_ms = results::gun_ms(setup, &course.course, self.runner.entrant.as_ref());
        if gun_ms <= now_ms {
            watched.silent = self.silent_from(0, now_ms.saturating_sub(setup.rules.overdue_ms));
        }
    }

    /// The checkpoints from a slot on that have not reported up to `by_ms`.
    fn silent_from(&self, slot: usize, by_ms: i64) -> Vec<Silent> {
        let mut silent: Vec<Silent> = Vec::new();
        for slot in self.slots().iter().skip(slot) {
            let since_ms = self.field.reports.until_ms(&slot.checkpoint);
            let is_known = silent.iter().any(|known| known.checkpoint == slot.checkpoint);
            if !is_known && since_ms.is_none_or(|ms| ms < by_ms) {
                silent.push(Silent { checkpoint: slot.checkpoint.clone(), since_ms });
            }
        }
        silent
    }
}

/// Where a place closes, nobody is expected there later than that.
fn no_later(expected: Option<Expected>, closes_ms: Option<i64>) -> Option<Expected> {
    match (expected, closes_ms) {
        (Some(Expected { earliest_ms, likely_ms, latest_ms }), Some(ms)) => Some(Expected {
            earliest_ms: earliest_ms.min(ms),
            likely_ms: likely_ms.min(ms),
            latest_ms: latest_ms.min(ms),
        }),
        (None, Some(ms)) => Some(Expected { earliest_ms: ms, likely_ms: ms, latest_ms: ms }),
        (expected, None) => expected,
    }
}

/// The checkpoints of these places, in the order in which they come.
fn silent<'a>(places: impl Iterator<Item = &'a Ahead<'a>>) -> Vec<Silent> {
    let mut silent: Vec<Silent> = Vec::new();
    for place in places {
        let checkpoint = &place.slot.checkpoint;
        if silent.iter().all(|known| known.checkpoint != *checkpoint) {
            silent.push(Silent { checkpoint: checkpoint.clone(), since_ms: place.until_ms });
        }
    }
    silent
}
