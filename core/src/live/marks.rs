//! The state of each runner on the watch list, as it was last judged, and how long that holds.
//!
//! Invariant: a mark is used only while nothing that it hangs on can have changed; who is in dispute or not to be told is
//! judged anew at every look. Who is overdue stays so while reports reach no less far.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use super::Lines;
use crate::{
    ids::Bib,
    results::{CourseResults, Results, Runner},
    watch::{Field, State, Watched},
};

/// What was judged of one runner.
#[derive(Clone, Copy, Debug)]
struct Mark {
    state: State,
    /// Up to when it holds: milliseconds since 1970-01-01 UTC.
    until_ms: i64,
    /// Who is late: at which time they were to have come, at the latest. Milliseconds since 1970-01-01 UTC.
    due_ms: Option<i64>,
    /// From which slots to the next the pace bears on it: the first, and the one behind the last.
    by_pace: (usize, usize),
}

/// Nothing was judged yet.
const NONE: Mark = Mark { state: State::NotStarted, until_ms: i64::MIN, due_ms: None, by_pace: (0, 0) };

/// The marks of everybody.
#[derive(Clone, Debug, Default)]
pub(super) struct Marks {
    /// As of when: a look back finds nobody marked.
    as_of_ms: i64,
    /// By entrant.
    entrants: Vec<Mark>,
    /// The entrants in the order of lists.
    order: Vec<usize>,
    strangers: BTreeMap<Bib, Mark>,
    /// The bibs of whom people contradicted each other at the last look.
    disputed: BTreeSet<Bib>,
    /// How many are in each state.
    counts: BTreeMap<State, usize>,
    /// Whether a time was still to come then.
    had_times_ahead: bool,
    /// Whether nothing at all has changed since.
    is_fresh: bool,
}

impl Marks {
    /// Nobody was judged yet.
    pub(super) fn none(lines: &Lines, results: &Results) -> Self {
        let mut order: Vec<usize> = (0..lines.len()).collect();
        order.sort_by_cached_key(|n| by_bib(&lines[*n].1));
        let strangers = results.others.iter().filter(|runner| runner.entrant.is_none());
        Self {
            as_of_ms: i64::MIN,
            entrants: vec![NONE; lines.len()],
            order,
            strangers: strangers.map(|runner| (runner.bib.clone(), NONE)).collect(),
            ..Self::default()
        }
    }

    /// Something has changed.
    pub(super) fn touch(&mut self) {
        self.is_fresh = false;
    }

    pub(super) fn expire(&mut self, n: usize) {
        self.entrants[n] = NONE;
    }

    pub(super) fn expire_stranger(&mut self, bib: &Bib) {
        self.strangers.insert(bib.clone(), NONE);
    }

    pub(super) fn expire_all(&mut self) {
        self.all().for_each(|mark| *mark = NONE);
    }

    /// Reports may reach less far than before.
    pub(super) fn expire_late(&mut self) {
        self.all().filter(|mark| mark.due_ms.is_some()).for_each(|mark| *mark = NONE);
    }

    /// Something else is usual on a course, from these slots to the next.
    pub(super) fn expire_on_the_way(&mut self, lines: &Lines, course: usize, slots: &[usize]) {
        if slots.is_empty() {
            return;
        }
        let hangs_on =
            |mark: &Mark| slots.iter().any(|slot| mark.by_pace.0 <= *slot && *slot < mark.by_pace.1);
        let on_course = self.entrants.iter_mut().zip(lines).filter(|(_, (on, _))| *on == Some(course));
        let marks = on_course.map(|(mark, _)| mark).chain(self.strangers.values_mut());
        marks.filter(|mark| hangs_on(mark)).for_each(|mark| *mark = NONE);
    }

    fn all(&mut self) -> impl Iterator<Item = &mut Mark> {
        self.entrants.iter_mut().chain(self.strangers.values_mut())
    }

    /// Judges those whose mark does not hold any more.
    pub(super) fn renew(&mut self, field: &Field<'_>, lines: &Lines) {
        let now_ms = field.now_ms();
        if std::mem::replace(&mut self.is_fresh, true) && now_ms == self.as_of_ms {
            return;
        }
        // A time that is still to come bears on the pace as soon as it has come.
        if now_ms < self.as_of_ms || field.has_times_ahead() || self.had_times_ahead {
            self.expire_all();
        }
        (self.as_of_ms, self.had_times_ahead) = (now_ms, field.has_times_ahead());
        let judge = |course: Option<&CourseResults>, runner: &Runner| {
            let judged = field.judge(course, &field.line(runner));
            // Whoever a scan in dispute may be about hangs on others' scans.
            let until_ms = if field.is_disputed(&runner.bib) { i64::MIN } else { judged.until_ms };
            let due = judged.watched.due.filter(|_| judged.watched.late_ms.is_some());
            Mark {
                state: judged.watched.state,
                until_ms,
                due_ms: due.map(|(_, expected)| expected.latest_ms),
                by_pace: (judged.by_pace.start, judged.by_pace.end),
            }
        };
        for (mark, (course, runner)) in self.entrants.iter_mut().zip(lines) {
            if mark.until_ms < now_ms || field.is_disputed(&runner.bib) {
                *mark = judge(course.map(|course| field.course(course)), runner);
            }
        }
        let disputed: BTreeSet<Bib> = field.disputed().cloned().collect();
        let before = std::mem::replace(&mut self.disputed, disputed.clone());
        let past =
            self.strangers.iter().filter(|(_, mark)| mark.until_ms < now_ms).map(|(bib, _)| bib.clone());
        let again: Vec<Bib> = past.chain(before).chain(disputed).collect();
        for bib in again {
            match field.stranger(&bib) {
                Some(runner) => drop(self.strangers.insert(bib, judge(None, &runner))),
                None => drop(self.strangers.remove(&bib)),
            }
        }
        self.count();
    }

    fn count(&mut self) {
        let mut counts = [0; State::ALL.len()];
        self.all().for_each(|mark| counts[mark.state as usize] += 1);
        self.counts = State::ALL.into_iter().zip(counts).filter(|(_, count)| *count > 0).collect();
    }

    /// How many are in each state.
    pub(super) fn counts(&self) -> BTreeMap<State, usize> {
        self.counts.clone()
    }

    /// A page of the watch list.
    pub(super) fn page(
        &self,
        field: &Field<'_>,
        lines: &Lines,
        wanted: &dyn Fn(State) -> bool,
        page: &Range<usize>,
    ) -> Vec<Watched> {
        let (mut before, mut found) = (0, Vec::new());
        for (state, count) in self.counts().into_iter().filter(|(state, _)| wanted(*state)) {
            let from = page.start.saturating_sub(before);
            let to = page.end.saturating_sub(before).min(count);
            if from < to {
                found.extend(self.in_state(field, lines, state, from..to));
            }
            before += count;
        }
        found
    }

    fn in_state(&self, field: &Field<'_>, lines: &Lines, state: State, page: Range<usize>) -> Vec<Watched> {
        // Where nobody is late the first in the list are those of the page.
        let is_late = matches!(state, State::Overdue | State::Unknown | State::Contested);
        let enough = if is_late { usize::MAX } else { page.end };
        let entrants = self.order.iter().map(|n| (&self.entrants[*n], &lines[*n]));
        let entrants = entrants.filter(|(mark, _)| mark.state == state).take(enough);
        let entrants = entrants.map(|(mark, (course, runner))| {
            (mark.due_ms, course.map(|course| field.course(course)), field.line(runner))
        });
        let strangers = self.strangers.iter().filter(|(_, mark)| mark.state == state);
        let strangers = strangers.filter_map(|(bib, mark)| Some((mark.due_ms, None, field.stranger(bib)?)));
        let all: Vec<(Option<i64>, Option<&CourseResults>, Cow<'_, Runner>)> =
            entrants.chain(strangers).collect();
        let mut sorted: Vec<_> = all.iter().collect();
        sorted.sort_by_cached_key(|(due_ms, _, runner)| (due_ms.is_none(), *due_ms, by_bib(runner)));
        let page = sorted.into_iter().skip(page.start).take(page.len());
        page.map(|(_, course, runner)| field.judge(*course, runner).watched).collect()
    }
}

fn by_bib(runner: &Runner) -> impl Ord + '_ {
    (runner.bib.list_order(), runner.entrant.as_ref().map_or("", |entrant| entrant.name.as_str()))
}
