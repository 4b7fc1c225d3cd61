//! Relays: who of those who run one after the other took how long.
//!
//! Invariant: a leg has a time only if both its ends were seen, or it begins at the gun; where the course does not say
//! where legs change, no leg has a place or a time.

use super::{Runner, gun_ms};
use crate::{
    op::ScanKind,
    passings::{Passing, Slot},
    race::{Course, RaceSetup},
};

/// One leg of a relay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leg {
    /// Who runs it.
    pub name: String,
    /// The slot at which it ends; nothing if the course does not say where legs change.
    pub to: Option<usize>,
    /// How long it took, in milliseconds.
    pub time_ms: Option<i64>,
    /// How sure that is, in milliseconds either way.
    pub within_ms: Option<i64>,
}

/// The legs of a relay in order; none for a runner who runs alone.
#[must_use]
pub fn legs(setup: &RaceSetup, course: &Course, slots: &[Slot], runner: &Runner) -> Vec<Leg> {
    let names = runner.entrant.as_ref().map(|entrant| &entrant.legs[..]).unwrap_or_default();
    let ends = ends(course, slots, names.len());
    let at = |slot: usize| {
        let passing: &Passing = runner.passings.get(slot)?.as_ref()?;
        Some((passing.known_ms()?, passing.within_ms))
    };
    let gun = (gun_ms(setup, course, runner.entrant.as_ref()), 0);
    let mut from = at(0).or(Some(gun));
    let mut legs = Vec::with_capacity(names.len());
    for (n, name) in names.iter().enumerate() {
        let to = ends.as_ref().and_then(|ends| ends.get(n).copied());
        let until = to.and_then(at);
        let span = from.zip(until);
        legs.push(Leg {
            name: name.clone(),
            to,
            time_ms: span.map(|(from, until)| until.0.saturating_sub(from.0)),
            within_ms: span.map(|(from, until)| until.1.saturating_add(from.1)),
        });
        from = until;
    }
    legs
}

/// Where each of `count` legs ends: at the visits to the checkpoint of the finish, if there are as many of them after
/// the start; else every so many visits, if they come out even. Legs change where a runner comes in.
fn ends(course: &Course, slots: &[Slot], count: usize) -> Option<Vec<usize>> {
    let last = course.visits.len().checked_sub(1).filter(|last| *last > 0)?;
    let finish = &course.visits[last].checkpoint;
    let at_finish: Vec<usize> = (1..=last).filter(|n| course.visits[*n].checkpoint == *finish).collect();
    let visits = match count {
        0 => return None,
        _ if at_finish.len() == count => at_finish,
        _ if last.is_multiple_of(count) => (1..=count).map(|leg| leg * (last / count)).collect(),
        _ => return None,
    };
    let slot_of = |visit: usize| slots.iter().position(|s| s.visit == visit && s.kind == ScanKind::In);
    visits.into_iter().map(slot_of).collect()
}
