//! One runner: where they are, and why their line wants a second look.
//!
//! Invariant: evidence that contradicts a word of safety counts for more than the word, and a time that may have been
//! in time is not called late.

use super::{Doubt, Runner, State, certainty};
use crate::{
    ids::{Bib, Key},
    op::{ScanKind, Status, StatusCode},
    passings::{self, Passing, Slot},
    race::{Course, RaceSetup},
    state::{EntrantRow, Sighting},
};

/// Whom a line is about, and what was said of them.
pub(super) struct Subject {
    pub(super) bib: Bib,
    pub(super) entrant: Option<EntrantRow>,
    pub(super) said: Option<Status>,
    pub(super) is_contested: bool,
    pub(super) shares_bib: bool,
}

/// One line: what the scans and the words amount to, without ranks.
pub(super) fn runner(
    setup: &RaceSetup,
    course: Option<(&Course, &[Slot])>,
    subject: Subject,
    scans: &[&Sighting],
) -> Runner {
    let was_seen = !scans.is_empty();
    let slots = course.map_or(&[][..], |c| c.1);
    let (approved, unapproved): (Vec<&Sighting>, Vec<&Sighting>) =
        scans.iter().partition(|scan| scan.is_approved);
    // What an unapproved phone saw may raise an alarm, never clear one: it is placed apart.
    let placed = passings::place(setup, slots, &approved);
    let doubtful = passings::place(setup, slots, if unapproved.is_empty() { &[] } else { scans });
    let is_new = |(all, sure): (&Option<Passing>, &Option<Passing>)| all.is_some() && sure.is_none();
    let adds = doubtful.at.iter().zip(&placed.at).any(is_new)
        || doubtful.out_of_place.iter().any(|scan| !scan.is_approved);
    let seen_to = doubtful.at.iter().rposition(Option::is_some);
    let mut runner = Runner {
        bib: subject.bib,
        entrant: subject.entrant,
        state: State::NotStarted,
        status: subject.said,
        passings: placed.at,
        out_of_place: placed.out_of_place,
        unapproved: unapproved.into_iter().cloned().collect(),
        gun_ms: None,
        net_ms: None,
        within_ms: None,
        late_at: None,
        doubts: Vec::new(),
    };
    let is_surely_late = course.is_some_and(|(course, slots)| cut_off(&mut runner, setup, course, slots));
    let is_late = runner.late_at.is_some();
    let mut doubt = |is_so: bool, doubt| {
        if is_so {
            runner.doubts.push(doubt);
        }
    };
    doubt(subject.is_contested, Doubt::Contested);
    doubt(subject.shares_bib, Doubt::SharedBib);
    doubt(course.is_none(), Doubt::NoCourse);
    doubt(!runs_forward(&runner.passings), Doubt::OutOfOrder);
    let is_out_of_place = course.is_some() && !runner.out_of_place.is_empty();
    doubt(is_out_of_place, Doubt::OutOfPlace);
    doubt(adds, Doubt::Unapproved);
    doubt(is_late, Doubt::AfterCutOff);
    let has_no_time = |p: &Option<Passing>| p.as_ref().is_some_and(|p| p.known_ms().is_none());
    doubt(runner.passings.last().is_some_and(has_no_time), Doubt::NoFinishTime);
    let last_seen = runner.last_slot().max(seen_to);
    judge(&mut runner, slots, was_seen, last_seen);
    let is_excused = runner.status.as_ref().is_some_and(|status| status.code == StatusCode::Ok);
    if runner.state == State::Finished && is_surely_late && !is_excused {
        runner.state = State::OverTime;
    }
    if let Some((course, _)) = course {
        clock(&mut runner, setup, course);
        runner.within_ms = certainty::within_ms(setup, &runner);
    }
    runner
}

/// Whether the times can run forward along the course, each being as sure as it is.
fn runs_forward(passings: &[Option<Passing>]) -> bool {
    let mut latest_start_ms = i64::MIN;
    passings.iter().flatten().all(|passing| {
        let is_forward = passing.latest_ms() >= latest_start_ms;
        latest_start_ms = latest_start_ms.max(passing.earliest_ms());
        is_forward
    })
}

/// Notes the first place that they came to after it had closed; says whether they surely came to the finish after that.
fn cut_off(runner: &mut Runner, setup: &RaceSetup, course: &Course, slots: &[Slot]) -> bool {
    let gun_at = gun_ms(setup, course, runner.entrant.as_ref());
    let closes_ms = |slot: &Slot| {
        let cut_off_ms = course.visits.get(slot.visit).and_then(|visit| visit.cut_off_ms)?;
        (slot.kind == ScanKind::In).then(|| gun_at.saturating_add(cut_off_ms))
    };
    let late =
        |(slot, passing): (&Slot, &Option<Passing>)| Some(passing.as_ref()?.known_ms()? > closes_ms(slot)?);
    runner.late_at = slots.iter().zip(&runner.passings).position(|pair| late(pair) == Some(true));
    let finish = slots.last().and_then(closes_ms).zip(runner.passings.last().and_then(Option::as_ref));
    finish.is_some_and(|(closes_ms, passing)| passing.earliest_ms() > closes_ms)
}

/// The state. Evidence that contradicts a word of safety counts for more than the word.
fn judge(runner: &mut Runner, slots: &[Slot], was_seen: bool, last_seen: Option<usize>) {
    let finished = runner.passings.last().is_some_and(Option::is_some);
    let seen = match (finished, was_seen) {
        (true, _) => State::Finished,
        (false, true) => State::OnCourse,
        (false, false) => State::NotStarted,
    };
    let status = runner.status.as_ref();
    let dropped_at = status.and_then(|s| s.checkpoint.as_ref());
    let dropped_slot = dropped_at.and_then(|key| slots.iter().rposition(|slot| slot.checkpoint == *key));
    let (state, doubt) = match status.map(|s| s.code) {
        None | Some(StatusCode::Ok) => (seen, None),
        Some(StatusCode::Dns) if was_seen => (seen, Some(Doubt::SeenThoughNotStarted)),
        Some(StatusCode::Dns) => (State::DidNotStart, None),
        Some(StatusCode::Dnf) if dropped_slot.is_some() && last_seen > dropped_slot => {
            (seen, Some(Doubt::SeenAfterDrop))
        }
        Some(StatusCode::Dnf) if finished => (State::Dropped, Some(Doubt::SeenAfterDrop)),
        Some(StatusCode::Dnf) if is_between(slots, dropped_at, last_seen) => {
            (State::Dropped, Some(Doubt::DropUnclear))
        }
        Some(StatusCode::Dnf) => (State::Dropped, None),
        Some(StatusCode::Dsq) => (State::Disqualified, None),
        Some(StatusCode::Otl) => (State::OverTime, None),
    };
    runner.state = state;
    runner.doubts.extend(doubt);
}

/// Whether they were seen last somewhere between two visits of their course to this place.
fn is_between(slots: &[Slot], place: Option<&Key>, last_seen: Option<usize>) -> bool {
    let (Some(place), Some(last_seen)) = (place, last_seen) else { return false };
    let is_there = |slot: &Slot| slot.checkpoint == *place;
    !is_there(&slots[last_seen])
        && slots[..last_seen].iter().any(is_there)
        && slots[last_seen..].iter().any(is_there)
}

/// The gun of an entrant: their own, else their wave's, their course's, the race's. Milliseconds since 1970-01-01 UTC.
#[must_use]
pub fn gun_ms(setup: &RaceSetup, course: &Course, entrant: Option<&EntrantRow>) -> i64 {
    let own = entrant.and_then(|e| e.start_ms);
    let wave = entrant.and_then(|e| e.wave.as_ref()).and_then(|wave| setup.rules.waves.get(wave).copied());
    own.or(wave).or(course.start_ms).unwrap_or(setup.start_ms)
}

fn clock(runner: &mut Runner, setup: &RaceSetup, course: &Course) {
    let (Some(Some(finish)), start) = (runner.passings.last(), runner.passings.first()) else { return };
    let Some(finish_ms) = finish.known_ms() else { return };
    let gun_at = gun_ms(setup, course, runner.entrant.as_ref());
    let start_at = start.and_then(Option::as_ref).and_then(Passing::known_ms);
    runner.gun_ms = Some(finish_ms.saturating_sub(gun_at));
    runner.net_ms = Some(finish_ms.saturating_sub(start_at.unwrap_or(gun_at)));
}
