//! What charts are made of: the times of a course, as plain numbers.
//!
//! Invariant: only passings that the results placed are drawn.

use bibtrail_core::{
    passings::Passing,
    race::RaceSetup,
    results::{CourseResults, Runner, State},
    view,
};

/// So many runners are drawn each with a line of their own.
pub(super) const LINES_MAX: usize = 1000;

/// So many of those who have not finished are drawn one by one among bands.
pub(super) const OTHERS_MAX: usize = 150;

/// Shares of the field, in hundredths, that bands lie between.
pub(super) const SHARES: [usize; 5] = [5, 25, 50, 75, 95];

/// One runner's way.
pub(super) struct Way<'a> {
    pub(super) runner: &'a Runner,
    /// Slot and moment, along the course.
    pub(super) points: Vec<(usize, i64)>,
}

impl Way<'_> {
    /// The start that elapsed times count from: where it was seen.
    pub(super) fn start_ms(&self, setup: &RaceSetup, course: &CourseResults) -> i64 {
        match self.points.first() {
            Some((0, ms)) => *ms,
            _ => bibtrail_core::results::gun_ms(setup, &course.course, self.runner.entrant.as_ref()),
        }
    }

    /// `117 · 김철수`.
    pub(super) fn label(&self) -> String {
        let name = self.runner.entrant.as_ref().map(|entrant| entrant.name.as_str()).unwrap_or_default();
        if name.is_empty() { self.runner.bib.to_string() } else { format!("{} · {name}", self.runner.bib) }
    }
}

/// Everybody who was seen on the course, in the order of the results.
pub(super) fn ways<'a>(course: &'a CourseResults) -> Vec<Way<'a>> {
    let way = |runner: &'a Runner| {
        let point = |(slot, passing): (usize, &Option<Passing>)| Some((slot, passing.as_ref()?.time_ms));
        let points: Vec<_> = runner.passings.iter().enumerate().filter_map(point).collect();
        (!points.is_empty()).then_some(Way { runner, points })
    };
    course.runners.iter().filter_map(|runner| way(runner)).collect()
}

/// How many are in each state, in the order of the looks.
pub(super) fn counts(ways: &[Way<'_>]) -> Vec<(State, usize)> {
    let count = |state| ways.iter().filter(|way| way.runner.state == state).count();
    super::LOOKS.iter().map(|look| (look.state, count(look.state))).filter(|(_, count)| *count > 0).collect()
}

/// The value that `share` hundredths of the sorted values are not above.
pub(super) fn quantile(sorted: &[i64], share: usize) -> Option<i64> {
    quantile_of(sorted, sorted.len(), share)
}

/// The same of `all` values, of which only the smallest are known; nothing where it is none of these.
pub(super) fn quantile_of(sorted: &[i64], all: usize, share: usize) -> Option<i64> {
    sorted.get((all.saturating_sub(1) * share + 50) / 100).copied()
}

/// The visits of a course as people call them: slot of the way in, kilometres, name.
pub(super) fn places(setup: &RaceSetup, course: &CourseResults) -> Vec<(usize, f64, String)> {
    let mut places = Vec::new();
    let mut last = None;
    for (number, slot) in course.slots.iter().enumerate() {
        if last != Some(slot.visit) {
            last = Some(slot.visit);
            let name = setup
                .checkpoint(&slot.checkpoint)
                .map_or_else(|| slot.checkpoint.to_string(), |c| c.name.clone());
            places.push((number, km(slot.distance_m), name));
        }
    }
    places
}

/// Each slot as people call it.
pub(super) fn slot_names(setup: &RaceSetup, course: &CourseResults) -> Vec<String> {
    course.slots.iter().map(|slot| view::place_name(setup, slot)).collect()
}

/// Kilometres of metres.
#[allow(clippy::cast_precision_loss, reason = "no course is 2^53 metres long")]
pub(super) fn km(metres: i64) -> f64 {
    metres as f64 / 1000.0
}

/// A moment or span as a number to draw.
#[allow(clippy::cast_precision_loss, reason = "milliseconds of a race are far below 2^53")]
pub(super) fn number(ms: i64) -> f64 {
    ms as f64
}
