//! The reasons, in plain words.
//!
//! Invariant: every reason names the place and the time that it rests on; times are written by the caller's clock.

use super::{
    AHEAD_MS, Watch,
    runner::{Place, Seen, Silent, State, Watched, Why},
    stations::Station,
};
use crate::{
    ids::Key,
    op::{ScanKind, field_name},
    race::RaceSetup,
    time::span,
};

/// So many checkpoints are named in one reason; of the others it is said how many they are.
const NAMED_MAX: usize = 3;

/// How the caller writes a time of day.
pub type Clock<'a> = &'a dyn Fn(i64) -> String;

impl Watched {
    /// Why the runner is in this state, in one line.
    #[must_use]
    pub fn reason(&self, setup: &RaceSetup, clock: Clock<'_>) -> String {
        let mut parts: Vec<String> = self.why.iter().map(|why| tell_why(setup, clock, why)).collect();
        parts.extend(self.said(setup, clock));
        parts.extend(self.seen(setup, clock));
        parts.extend(self.expectation(setup, clock));
        parts.extend(self.silent.iter().take(NAMED_MAX).map(|silent| tell_silent(setup, clock, silent)));
        match self.silent.len().saturating_sub(NAMED_MAX) {
            0 => {}
            more => parts.push(format!("nor from {more} more checkpoints")),
        }
        if let Some(ahead) = &self.ahead {
            let place = place_name(setup, &ahead.place);
            parts.push(format!("{place} has a clock that runs ahead, so nobody can say when that was"));
        }
        parts.join("; ")
    }

    fn said(&self, setup: &RaceSetup, clock: Clock<'_>) -> Vec<String> {
        let status =
            self.status.as_ref().filter(|status| status.code != crate::op::StatusCode::Ok).map(|status| {
                let place = status.checkpoint.as_ref().map(|key| format!(" at {}", name(setup, key)));
                format!("{}{}", status.code.as_str(), place.unwrap_or_default())
            });
        let safety = self.safety.as_ref().map(|word| {
            let says = if word.is_safe { "safe" } else { "not known to be safe" };
            let place = Key::new(&word.place).map_or(word.place.clone(), |key| name(setup, &key));
            format!("said to be {says} at {place}, {} by {}", clock(word.said_ms), word.by.short())
        });
        status.into_iter().chain(safety).collect()
    }

    fn seen(&self, setup: &RaceSetup, clock: Clock<'_>) -> Vec<String> {
        let last = match (&self.last, self.state) {
            (Some(seen), State::Finished) => format!("seen at {}", tell_seen(setup, clock, seen)),
            (Some(seen), State::Inside) => format!("in at {}, not out yet", tell_seen(setup, clock, seen)),
            (Some(seen), _) => format!("seen last at {}", tell_seen(setup, clock, seen)),
            (None, _) => "never seen".to_owned(),
        };
        let unsure = self.unsure.as_ref().filter(|_| self.last != self.unsure);
        let unsure = unsure.map(|seen| format!("perhaps at {}", tell_seen(setup, clock, seen)));
        std::iter::once(last).chain(unsure).collect()
    }

    fn expectation(&self, setup: &RaceSetup, clock: Clock<'_>) -> Option<String> {
        let Some((place, expected)) = self.due.as_ref() else {
            let is_asked = self.state.is_out() && self.state != State::Contested;
            return is_asked.then(|| "nobody can say yet when to expect them".to_owned());
        };
        let place = place_name(setup, place);
        let (from, to) = (clock(expected.earliest_ms), clock(expected.latest_ms));
        let late = self.late_ms.map(|ms| span(ms / 60_000 * 60_000));
        Some(match (late, self.state == State::Overdue) {
            (Some(late), true) => format!("overdue at {place} by {late} (expected {from} to {to})"),
            (Some(late), false) => {
                format!(
                    "expected at {place} {from} to {to}, {late} ago, unless somebody who has not reported saw them"
                )
            }
            (None, _) => format!("expected at {place} {from} to {to}"),
        })
    }
}

impl Station {
    /// How old our knowledge of the checkpoint is, in one line.
    #[must_use]
    pub fn report(&self, now_ms: i64, clock: Clock<'_>) -> String {
        let mut parts = vec![match self.until_ms {
            _ if self.closing.is_closed() => "closed".to_owned(),
            None => "no report at all".to_owned(),
            Some(ms) => {
                format!("no report since {} ({} ago)", clock(ms), span((now_ms - ms).max(0) / 1000 * 1000))
            }
        }];
        for phone in self.phones.iter().filter(|phone| phone.lacking() > 0) {
            let count = phone.lacking();
            parts.push(format!("{} has {count} records that we do not hold", phone.name));
        }
        if self.phones.iter().any(|p| p.last_ms.is_some_and(|ms| ms > now_ms.saturating_add(AHEAD_MS))) {
            parts.push("a clock there runs ahead".to_owned());
        }
        parts.join("; ")
    }
}

impl Watch {
    /// The counts in one line, the worst first. Of those unknown it says how many are late but for what was not reported.
    #[must_use]
    pub fn summary(&self) -> String {
        let late = self.runners.iter().filter(|r| r.state == State::Unknown && r.late_ms.is_some()).count();
        let part = |(state, count): (State, usize)| match state {
            State::Unknown if late > 0 => format!("{count} {} ({late} late)", state.as_str()),
            _ => format!("{count} {}", state.as_str()),
        };
        self.counts().into_iter().map(part).collect::<Vec<_>>().join(" · ")
    }
}

fn tell_why(setup: &RaceSetup, clock: Clock<'_>, why: &Why) -> String {
    match why {
        Why::SharedBib => "another entrant wears the same bib".to_owned(),
        Why::Conflict(field) => format!("people contradict each other about the {}", field_name(*field)),
        Why::ContestedScan(seen) => {
            format!("people contradict each other about a scan at {}", tell_seen(setup, clock, seen))
        }
        Why::SeenThoughNotStarted(seen) => {
            format!("said not to have started, but seen at {}", tell_seen(setup, clock, seen))
        }
        Why::SeenAfterDrop(seen) => format!("seen after the drop, at {}", tell_seen(setup, clock, seen)),
        Why::SeenAfterSafe(seen) => {
            format!("seen after the word of safety, at {}", tell_seen(setup, clock, seen))
        }
        Why::SeenAfterFinish(seen) => format!("seen after the finish, at {}", tell_seen(setup, clock, seen)),
        Why::SaidNotSafe => "said not to be safe after all".to_owned(),
    }
}

fn tell_seen(setup: &RaceSetup, clock: Clock<'_>, seen: &Seen) -> String {
    let by = match (seen.is_sure, seen.phones) {
        (false, _) => " by a phone that is not approved, or a scan in dispute".to_owned(),
        (true, 0 | 1) => String::new(),
        (true, phones) => format!(" by {phones} phones"),
    };
    format!("{} {}{by}", place_name(setup, &seen.place), clock(seen.time_ms))
}

fn tell_silent(setup: &RaceSetup, clock: Clock<'_>, silent: &Silent) -> String {
    let name = name(setup, &silent.checkpoint);
    match silent.since_ms {
        Some(ms) => format!("no report from {name} since {}", clock(ms)),
        None => format!("no report from {name} at all"),
    }
}

/// A place as people call it: the checkpoint, and the way where they went out of it.
#[must_use]
pub(super) fn place_name(setup: &RaceSetup, place: &Place) -> String {
    let name = name(setup, &place.checkpoint);
    match place.kind {
        ScanKind::In => name,
        ScanKind::Out => format!("{name} out"),
    }
}

fn name(setup: &RaceSetup, key: &Key) -> String {
    setup.checkpoint(key).map_or_else(|| key.to_string(), |checkpoint| checkpoint.name.clone())
}
