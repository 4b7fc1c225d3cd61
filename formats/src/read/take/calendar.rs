//! Which moment a time means.
//!
//! Invariant: what is written decides; of the days that are left open the one nearest to the record before is taken, or
//! the one on which the place expects runners, and where another would do the remark says so. Days are looked for, never
//! counted up, so a line out of order costs no other line its day.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::Key,
    op::Source,
    race::{Course, RaceSetup},
};
use jiff::{
    Timestamp,
    civil::{Date, DateTime},
    tz::{AmbiguousOffset, TimeZone},
};

use super::Refusal;
use crate::{read::records, record::When};

const HOUR_MS: i64 = 3_600_000;
const DAY_MS: i64 = 24 * HOUR_MS;
/// Nobody runs faster, in metres per hour.
const FASTEST_M_PER_H: i64 = 22_000;
/// A race without cut-offs is over when its last walker would be, in metres per hour.
const SLOWEST_M_PER_H: i64 = 2_500;
/// A race is at least so long.
const SHORTEST_MS: i64 = 6 * HOUR_MS;
/// A race is at most so long.
const LONGEST_MS: i64 = 14 * DAY_MS;
/// Records of one place that follow each other so closely leave no doubt of the day.
const NEAR_MS: i64 = 6 * HOUR_MS;

/// The days of a race.
pub struct Calendar {
    zone: TimeZone,
    gun_ms: i64,
    /// When something can happen in the race at all.
    race: (i64, i64),
    /// When runners can be at a place.
    places: BTreeMap<Key, (i64, i64)>,
}

/// A moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Resolved {
    /// Milliseconds since 1970-01-01 UTC.
    pub(super) ms: i64,
    /// How exactly, either way.
    pub(super) within_ms: u32,
    /// What was assumed.
    pub(super) remark: Option<String>,
}

/// The days of a report, record by record.
pub(super) struct Days<'a> {
    calendar: &'a Calendar,
    date: Option<Date>,
    /// The last moment, by source and place.
    last: BTreeMap<(String, Option<Key>), i64>,
    last_of_all: Option<i64>,
}

impl Calendar {
    /// The calendar of a race. An unknown time zone reads as UTC.
    #[must_use]
    pub fn new(setup: &RaceSetup) -> Self {
        let zone = TimeZone::get(&setup.time_zone).unwrap_or(TimeZone::UTC);
        let guns = || {
            let courses = setup.courses.iter().filter_map(|course| course.start_ms);
            std::iter::once(setup.start_ms).chain(courses).chain(setup.rules.waves.values().copied())
        };
        let (first, last) = (guns().min().unwrap_or(setup.start_ms), guns().max().unwrap_or(setup.start_ms));
        let length = setup.courses.iter().map(length_ms).max().unwrap_or(DAY_MS);
        let mut places: BTreeMap<Key, (i64, i64)> = BTreeMap::new();
        for course in &setup.courses {
            let whole_m = course.visits.last().map_or(1, |visit| visit.distance_m.max(1));
            for visit in &course.visits {
                let early = visit.distance_m.saturating_mul(HOUR_MS) / FASTEST_M_PER_H;
                let share = length_ms(course).saturating_mul(visit.distance_m) / whole_m;
                let late = visit.cut_off_ms.unwrap_or(share).saturating_add(2 * HOUR_MS);
                let here = (first + early - HOUR_MS, last.saturating_add(late));
                let span = places.entry(visit.checkpoint.clone()).or_insert(here);
                *span = (span.0.min(here.0), span.1.max(here.1));
            }
        }
        Self { zone, gun_ms: setup.start_ms, race: (first - HOUR_MS, last + length + 2 * HOUR_MS), places }
    }

    /// The gun that a person means: a moment, a date and time in the race's zone, or a time on the day of the race's gun.
    /// Nothing if it is none.
    #[must_use]
    pub fn gun_ms(&self, text: &str) -> Option<i64> {
        match records::when(text)? {
            When::Moment { ms, .. } => Some(ms),
            When::Local { at, .. } => self.moments(at).first().copied(),
            When::OfDay { time, day: None, month: None, .. } => {
                self.moments(self.date_at(self.gun_ms).to_datetime(time)).first().copied()
            }
            When::OfDay { .. } | When::AfterGun { .. } | When::Unread => None,
        }
    }

    pub(super) fn begin(&self, date: Option<Date>) -> Days<'_> {
        Days { calendar: self, date, last: BTreeMap::new(), last_of_all: None }
    }

    /// As people of the race write it: `2024-09-27 09:27:00`.
    pub(super) fn show(&self, ms: i64) -> String {
        let at = Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(self.zone.clone());
        at.strftime("%Y-%m-%d %H:%M:%S").to_string()
    }

    /// A time that nobody read, from records before and after it, as their numbers and moments. Several between the same
    /// two are spread evenly, so that their order stays; each is as uncertain as the gap leaves it.
    pub(super) fn between(
        &self,
        at: usize,
        before: Option<(usize, i64)>,
        after: Option<(usize, i64)>,
    ) -> Result<Resolved, Refusal> {
        let (ms, within_ms) = match (before, after) {
            (None, None) => return Err(Refusal::NoTimeNear),
            (Some((a, from)), Some((b, to))) => {
                let steps = i64::try_from(b - a).unwrap_or(1);
                let ms = from + (to - from) * i64::try_from(at - a).unwrap_or(0) / steps;
                (ms, (ms - from).abs().max((to - ms).abs()))
            }
            // With one side open all that is known is that it was before, or after.
            (None, Some((_, to))) => (to, to - self.race.0),
            (Some((_, from)), None) => (from, self.race.1 - from),
        };
        let within_ms = u32::try_from(within_ms.abs()).unwrap_or(Source::WITHIN_MAX_MS);
        let remark = match (before, after) {
            (Some((_, from)), Some((_, to))) => {
                format!("its time was not read: put between {} and {}", self.show(from), self.show(to))
            }
            (None, _) => format!("its time was not read: some time before {}", self.show(ms)),
            (_, None) => format!("its time was not read: some time after {}", self.show(ms)),
        };
        Ok(Resolved { ms, within_ms: within_ms.min(Source::WITHIN_MAX_MS), remark: Some(remark) })
    }

    /// The moments that a date and time mean here: two where clocks were set back, one later by the change where the
    /// clocks had been set forward past it.
    fn moments(&self, at: DateTime) -> Vec<i64> {
        let ambiguous = self.zone.to_ambiguous_zoned(at);
        let both = match ambiguous.offset() {
            AmbiguousOffset::Fold { .. } => {
                vec![ambiguous.clone().earlier(), ambiguous.later()]
            }
            AmbiguousOffset::Unambiguous { .. } | AmbiguousOffset::Gap { .. } => vec![ambiguous.compatible()],
        };
        both.into_iter().flatten().map(|zoned| zoned.timestamp().as_millisecond()).collect()
    }

    fn outside_remark(&self, ms: i64) -> Option<String> {
        let is_outside = ms < self.race.0 || ms > self.race.1;
        is_outside.then(|| format!("taken as {}, which is outside of the race", self.show(ms)))
    }

    fn is_skipped(&self, at: DateTime) -> bool {
        matches!(self.zone.to_ambiguous_zoned(at).offset(), AmbiguousOffset::Gap { .. })
    }

    fn date_at(&self, ms: i64) -> Date {
        Timestamp::from_millisecond(ms).unwrap_or_default().to_zoned(self.zone.clone()).date()
    }

    /// When runners can be at a place; for no place, the whole race.
    fn span(&self, checkpoint: Option<&Key>) -> (i64, i64) {
        checkpoint.and_then(|key| self.places.get(key)).copied().unwrap_or(self.race)
    }
}

/// How long a course is open: its last cut-off, or what the slowest take.
fn length_ms(course: &Course) -> i64 {
    let cut_off = course.visits.iter().filter_map(|visit| visit.cut_off_ms).max();
    let distance_m = course.visits.last().map_or(0, |visit| visit.distance_m);
    let walked = || distance_m.saturating_mul(HOUR_MS) / SLOWEST_M_PER_H;
    cut_off.unwrap_or_else(walked).clamp(SHORTEST_MS, LONGEST_MS)
}

impl Days<'_> {
    /// The moment that a time means. `gun_ms` stands in for the race's gun.
    pub(super) fn resolve(
        &mut self,
        when: When,
        checkpoint: Option<&Key>,
        source: &str,
        gun_ms: Option<i64>,
    ) -> Result<Resolved, Refusal> {
        let group = (source.to_owned(), checkpoint.cloned());
        let last = self.last.get(&group).copied();
        let resolved = match when {
            When::Moment { ms, within_ms } => {
                Resolved { ms, within_ms, remark: self.calendar.outside_remark(ms) }
            }
            When::AfterGun { ms, within_ms } => {
                let gun_ms = gun_ms.unwrap_or(self.calendar.gun_ms);
                let ms = gun_ms.saturating_add(ms);
                Resolved { ms, within_ms, remark: self.calendar.outside_remark(ms) }
            }
            When::Local { at, within_ms } => self.local(at, within_ms, last)?,
            When::OfDay { time, day, month, within_ms } => {
                let dates = self.dates(day, month)?;
                self.of_day(&dates, time, within_ms, checkpoint, last)?
            }
            When::Unread => return Err(Refusal::NoTimeNear),
        };
        self.last.insert(group, resolved.ms);
        self.last_of_all = Some(resolved.ms);
        Ok(resolved)
    }

    fn local(&self, at: DateTime, within_ms: u32, last: Option<i64>) -> Result<Resolved, Refusal> {
        let moments = self.calendar.moments(at);
        let first = *moments.first().ok_or_else(|| Refusal::NoDay(at.to_string()))?;
        let ms = last.map_or(first, |last| nearest(&moments, last).unwrap_or(first));
        let remark = self.change_remark(at, &moments, ms).or_else(|| self.calendar.outside_remark(ms));
        Ok(Resolved { ms, within_ms, remark })
    }

    /// What the change of clocks leaves open.
    fn change_remark(&self, at: DateTime, moments: &[i64], ms: i64) -> Option<String> {
        if self.calendar.is_skipped(at) {
            return Some(format!(
                "clocks were set forward past {at}: taken as if that clock had not been set"
            ));
        }
        let other = moments.iter().find(|other| **other != ms)?;
        let earlier = if ms < *other { "the first" } else { "the second" };
        Some(format!("clocks were set back, so {at} came twice: taken as {earlier}"))
    }

    /// The days that are not excluded: those of the race with one more on either side, and the day of `--date`.
    fn dates(&self, day: Option<i8>, month: Option<i8>) -> Result<Vec<Date>, Refusal> {
        let (from, to) = self.calendar.race;
        let dates = |days_more: i64| {
            let first = self.calendar.date_at(from - days_more * DAY_MS);
            let last = self.calendar.date_at(to + days_more * DAY_MS);
            let extra =
                self.date.into_iter().flat_map(|date| date.series(jiff::Span::new().days(1)).take(15));
            let all =
                first.series(jiff::Span::new().days(1)).take_while(move |date| *date <= last).chain(extra);
            let is_it = move |date: &Date| {
                day.is_none_or(|day| day == date.day()) && month.is_none_or(|month| month == date.month())
            };
            all.filter(is_it).collect::<Vec<Date>>()
        };
        // A day of the month, or a date of another year, may lie far outside of the race: it is found, and remarked on.
        let found = [1, 32, 400].into_iter().map(dates).find(|dates| !dates.is_empty());
        found.ok_or_else(|| {
            let text = |part: Option<i8>| part.map_or("?".to_owned(), |part| part.to_string());
            Refusal::NoDay(format!("day {} of month {}", text(day), text(month)))
        })
    }

    fn of_day(
        &self,
        dates: &[Date],
        time: jiff::civil::Time,
        within_ms: u32,
        checkpoint: Option<&Key>,
        last: Option<i64>,
    ) -> Result<Resolved, Refusal> {
        let mut moments: Vec<i64> =
            dates.iter().flat_map(|date| self.calendar.moments(date.to_datetime(time))).collect();
        moments.sort_unstable();
        moments.dedup();
        let place = self.calendar.span(checkpoint);
        let fits = |span: (i64, i64)| {
            let inside = moments.iter().copied().filter(move |ms| span.0 <= *ms && *ms <= span.1);
            inside.collect::<Vec<i64>>()
        };
        let (here, in_race) = (fits(place), fits(self.calendar.race));
        let near = last.or(self.last_of_all);
        let first_day = self.date.filter(|_| near.is_none());
        let on_first_day =
            || moments.iter().copied().find(|ms| Some(self.calendar.date_at(*ms)) == first_day);
        let chosen = match (on_first_day(), near) {
            (Some(ms), _) => Some(ms),
            (None, Some(near)) => {
                nearest(if self.date.is_some() || here.is_empty() { &moments } else { &here }, near)
            }
            (None, None) => here.first().copied().or_else(|| nearest(&moments, place.0)),
        };
        let ms = chosen.ok_or_else(|| Refusal::NoDay(time.to_string()))?;
        let is_sure = first_day.is_some() || near.is_some_and(|near| (ms - near).abs() <= NEAR_MS);
        let at = self.calendar.date_at(ms).to_datetime(time);
        let of_change = self.change_remark(at, &self.calendar.moments(at), ms);
        let other =
            in_race.iter().copied().filter(|other| *other != ms).min_by_key(|other| (other - ms).abs());
        let remark = match (self.calendar.outside_remark(ms), other.filter(|_| !is_sure)) {
            (Some(outside), _) => Some(outside),
            (_, Some(other)) => Some(format!(
                "does not say the day: taken as {}, but {} is possible. Pass --date to be sure",
                self.calendar.show(ms),
                self.calendar.show(other)
            )),
            _ => None,
        };
        Ok(Resolved { ms, within_ms, remark: of_change.or(remark) })
    }
}

/// The one that follows most likely: records mostly go forward, so going back counts three times.
fn nearest(moments: &[i64], to: i64) -> Option<i64> {
    let cost = |ms: i64| if ms < to { (to - ms).saturating_mul(3) } else { ms - to };
    moments.iter().copied().min_by_key(|ms| cost(*ms))
}
