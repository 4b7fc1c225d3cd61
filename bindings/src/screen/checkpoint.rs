//! My checkpoint: who is inside, who is expected next, who is missing, and how old that knowledge is.
//!
//! Invariant: nobody leaves the lists without evidence: whoever is still to come stands in exactly one of them.

use std::collections::BTreeSet;

use bibtrail_core::{
    ids::{Bib, Key, LogId},
    race::RaceSetup,
    results::Known,
    watch::{Seen, State, Watch, Watched},
};

use super::{ActOffer, Place, SoFar, Tone, badge::count};
use crate::words::{Say, Wording};

/// Knowledge younger than this is as good as new, in milliseconds.
const FRESH_MS: i64 = 60_000;

/// A runner, as a list shows them.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct RunnerLine {
    /// What they wear.
    pub bib: String,
    /// Their name; empty if nobody entered under this bib.
    pub name: String,
    /// Where they are in the race.
    pub state: Wording,
    /// Its colour.
    pub tone: Tone,
    /// What else is known, the most important first.
    pub details: Vec<Wording>,
    /// When they are most likely due at the next place, or were: milliseconds since 1970-01-01 UTC.
    pub due_ms: Option<i64>,
    /// By how much they are late there, in milliseconds.
    pub late_ms: Option<i64>,
    /// What may be said of them here.
    pub acts: Vec<ActOffer>,
}

/// What "my checkpoint" shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CheckpointScreen {
    /// Which.
    pub place: Place,
    /// Came in and not out yet.
    pub inside: Vec<RunnerLine>,
    /// Stopped here, and nobody said that they are safe or away.
    pub dropped: Vec<RunnerLine>,
    /// Still to come, those who are due first in front.
    pub expected: Vec<RunnerLine>,
    /// Still to come, and overdue, unknown or contested: the longest late in front.
    pub missing: Vec<RunnerLine>,
    /// Different bibs seen here.
    pub seen: u32,
    /// How old our knowledge of this checkpoint is.
    pub staleness: Wording,
    /// Its colour.
    pub staleness_tone: Tone,
    /// Now, by the race's clock: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
}

impl CheckpointScreen {
    /// The screen of one checkpoint.
    pub(crate) fn of(known: &Known, watch: &Watch, key: &Key, own: LogId) -> Self {
        let setup = &known.setup;
        let here = |seen: &Option<Seen>| seen.as_ref().is_some_and(|seen| seen.place.checkpoint == *key);
        let doubted: BTreeSet<&Bib> = known
            .proposals
            .iter()
            .filter(|proposal| proposal.is_open_about(&proposal.bib))
            .map(|proposal| &proposal.bib)
            .collect();
        let line = |runner: &&Watched| line(setup, runner, doubted.contains(&runner.bib));
        let line_here =
            |runner: &Watched| RunnerLine { acts: acts(known, runner, (key, own)), ..line(&runner) };
        let is_inside = |runner: &&Watched| runner.state == State::Inside && here(&runner.last);
        let is_dropped = |runner: &&Watched| {
            let at = runner.status.as_ref().and_then(|status| status.checkpoint.as_ref());
            runner.state == State::Dropped && at.map_or_else(|| here(&runner.last), |at| at == key)
        };
        let is_to_come = |runner: &&Watched| runner.to_come.contains(key) && !is_inside(runner);
        let is_missing = |runner: &&Watched| {
            is_to_come(runner) && matches!(runner.state, State::Contested | State::Overdue | State::Unknown)
        };
        let due_here = |runner: &Watched| {
            let due = runner.due.as_ref().filter(|(place, _)| place.checkpoint == *key);
            due.map_or(i64::MAX, |(_, expected)| expected.likely_ms)
        };
        let mut expected: Vec<&Watched> =
            watch.runners.iter().filter(|runner| is_to_come(runner) && !is_missing(runner)).collect();
        expected.sort_by(|a, b| (due_here(a), a.bib.list_order()).cmp(&(due_here(b), b.bib.list_order())));
        let station = watch.stations.iter().find(|station| station.checkpoint == *key);
        let (staleness, staleness_tone) = staleness(station.and_then(|s| s.until_ms), watch.now_ms);
        Self {
            place: Place::of(setup, key.as_str()),
            inside: watch.runners.iter().filter(is_inside).map(line_here).collect(),
            dropped: watch.runners.iter().filter(is_dropped).map(line_here).collect(),
            expected: expected.iter().map(line).collect(),
            missing: watch.runners.iter().filter(is_missing).map(|runner| line(&runner)).collect(),
            seen: count(station.map_or(0, |station| station.bibs)),
            staleness: staleness.wording(),
            staleness_tone,
            now_ms: watch.now_ms,
        }
    }
}

/// How old knowledge is that reaches up to `until_ms`.
fn staleness(until_ms: Option<i64>, now_ms: i64) -> (Say, Tone) {
    match until_ms {
        None => (Say::StaleNever {}, Tone::Notice),
        Some(i64::MAX) => (Say::StaleClosed {}, Tone::Quiet),
        Some(ms) if now_ms.saturating_sub(ms) < FRESH_MS => (Say::StaleNow {}, Tone::Good),
        Some(ms) => (Say::StaleAgo { ago: now_ms.saturating_sub(ms) / 1000 * 1000 }, Tone::Notice),
    }
}

fn acts(known: &Known, runner: &Watched, (here, own): (&Key, LogId)) -> Vec<ActOffer> {
    // By the state, not by the word: one that a scan broke says nothing any more.
    let stands = (runner.status.as_ref(), runner.state.is_safe());
    SoFar::of(stands, (&known.proposals, own, &runner.bib)).offers(here)
}

/// One runner's line, with nothing to be said of them.
fn line(setup: &RaceSetup, runner: &Watched, is_doubted: bool) -> RunnerLine {
    let name = |key: &Key| Place::of(setup, key.as_str()).name;
    let mut details = Vec::new();
    if is_doubted {
        details.push(Say::CorrectionProposal {});
    }
    if !runner.is_entered {
        details.push(Say::RunnerUnentered {});
    }
    if let Some((place, expected)) = &runner.due {
        let place = name(&place.checkpoint);
        details.push(match runner.late_ms {
            Some(late) => Say::RunnerLate { place, late: late / 1000 * 1000 },
            None => Say::RunnerDue { place, likely: expected.likely_ms },
        });
    }
    details.extend(
        runner
            .last
            .iter()
            .map(|seen| Say::RunnerLastSeen { place: name(&seen.place.checkpoint), time: seen.time_ms }),
    );
    details
        .extend(runner.silent.iter().map(|silent| Say::RunnerWaitsFor { place: name(&silent.checkpoint) }));
    RunnerLine {
        bib: runner.bib.to_string(),
        name: runner.name.clone(),
        state: state(runner.state).wording(),
        tone: tone(runner.state),
        details: details.iter().map(Say::wording).collect(),
        due_ms: runner.due.as_ref().map(|(_, expected)| expected.likely_ms),
        late_ms: runner.late_ms,
        acts: Vec::new(),
    }
}

fn state(state: State) -> Say {
    match state {
        State::Contested => Say::StateContested {},
        State::Overdue => Say::StateOverdue {},
        State::Unknown => Say::StateUnknown {},
        State::OnCourse => Say::StateOnCourse {},
        State::Inside => Say::StateInside {},
        State::Dropped => Say::StateDropped {},
        State::NotStarted => Say::StateNotStarted {},
        State::Collected => Say::StateCollected {},
        State::Safe => Say::StateSafe {},
        State::Finished => Say::StateFinished {},
        State::DidNotStart => Say::StateDidNotStart {},
    }
}

fn tone(state: State) -> Tone {
    match state {
        State::Contested | State::Overdue => Tone::Alarm,
        State::Unknown | State::Dropped => Tone::Warning,
        State::NotStarted => Tone::Notice,
        State::OnCourse | State::Inside => Tone::Quiet,
        State::Collected | State::Safe | State::Finished | State::DidNotStart => Tone::Good,
    }
}
