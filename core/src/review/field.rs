//! The field as review looks at it: every runner's way, who is missing where and when they were expected, and what was
//! recorded beside what.
//!
//! Invariant: work per runner touches that runner alone; work per place touches sorted lists of that place. Nothing
//! compares every record with every runner. Every look-up that hangs on anything but the subject is noted (`reads`).

use std::{collections::BTreeMap, sync::Arc};

use super::{
    Evidence, Slip, Subject,
    doubles::{self, Double, Doubles},
    gaps::{Gap, Gaps, OwnGaps, number},
    hidden,
    index::{Beside, Places, Wearers},
    reads::{Notes, Read},
    way::{Line, Way},
    yardstick::Yardstick,
};
use crate::{
    ids::{Bib, Headed, Key, OpRef},
    pace::{CoursePace, scaled},
    race::{Factors, RaceSetup},
    results::{self, Doubt, Results, Runner, State},
    state::Sighting,
};

/// No expectation is more exact than this.
const SLACK_MIN_MS: i64 = 5_000;

/// When somebody should have been somewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) likely_ms: i64,
    /// Twice as far off is half as likely, about.
    pub(super) slack_ms: i64,
}

/// All that findings are made from.
#[derive(Clone, Debug)]
pub(super) struct Field {
    setup: RaceSetup,
    pub(super) yard: Yardstick,
    /// Entrants with a course and a bib, in order of bib and id.
    pub(super) ways: Vec<Way>,
    /// Bibs that no entrant wears.
    pub(super) strangers: BTreeMap<Bib, Arc<Runner>>,
    /// Records whose bib nobody could read.
    pub(super) unread: BTreeMap<OpRef, Sighting>,
    /// The characters of the entrants' bibs.
    pub(super) alphabet: Vec<char>,
    /// A third of the range of the bibs' numbers.
    pub(super) number_range: u64,
    gaps: Gaps,
    doubles: Doubles,
    wearers: Wearers,
    places: Places,
    pub(super) notes: Notes,
}

/// What a change of one runner's way touches.
#[derive(Debug, Default)]
pub(super) struct Moved {
    /// The slots at which they stand otherwise than before.
    pub(super) slots: Vec<usize>,
    /// Slots and times of gaps that are others.
    pub(super) gaps: Vec<(usize, i64)>,
    /// Numbers of the never seen.
    pub(super) unseen: Vec<u64>,
    /// Slots and telling passings with several records.
    pub(super) doubles: Vec<(usize, Double)>,
}

impl Field {
    /// The field as it is measured by itself. The yardstick knows the stations, and the results are those of the times
    /// that it puts right.
    pub(super) fn measured(evidence: &Evidence<'_>, results: &Results, mut yard: Yardstick) -> Self {
        yard.pace_of(results);
        let mut field = Self::begun(evidence, results, yard);
        field.yard.weigh(&field.ways, &field.doubles);
        field.yard.reached_ms = field.places.reached_ms();
        field.gaps = Gaps::of(&field.yard.lines, &field.ways, |way| field.own_gaps(way));
        field
    }

    /// The field by a yardstick that was measured before.
    pub(super) fn by(evidence: &Evidence<'_>, results: &Results, yard: Yardstick) -> Self {
        let mut field = Self::begun(evidence, results, yard);
        field.gaps = Gaps::of(&field.yard.lines, &field.ways, |way| field.own_gaps(way));
        field
    }

    fn begun(evidence: &Evidence<'_>, results: &Results, yard: Yardstick) -> Self {
        let ways = ways(evidence.setup, results, &yard.lines);
        let wearers = Wearers::of(ways.iter().map(|way| &way.runner.bib));
        let mut alphabet: Vec<char> = wearers.bibs().flat_map(str::chars).collect();
        alphabet.sort_unstable();
        alphabet.dedup();
        let strangers = results.others.iter().filter(|runner| runner.entrant.is_none());
        Self {
            strangers: strangers.map(|runner| (runner.bib.clone(), runner.clone())).collect(),
            unread: results.unread.iter().map(|scan| (scan.at, scan.clone())).collect(),
            setup: evidence.setup.clone(),
            number_range: number_range(&ways),
            alphabet,
            gaps: Gaps::default(),
            doubles: Doubles::of(&yard.lines, &ways),
            wearers,
            places: Places::of(&evidence.scans),
            notes: Notes::default(),
            yard,
            ways,
        }
    }

    /// Whom or what findings are about.
    pub(super) fn subjects(&self) -> impl Iterator<Item = Subject> {
        let strangers = self.strangers.keys().cloned().map(Subject::Stranger);
        let unread = self.unread.keys().copied().map(Subject::Unread);
        (0..self.ways.len()).map(Subject::Runner).chain(strangers).chain(unread)
    }

    pub(super) fn setup(&self) -> &RaceSetup {
        &self.setup
    }

    pub(super) fn factors(&self) -> &Factors {
        &self.setup.rules.factors
    }

    pub(super) fn line(&self, way: &Way) -> &Line {
        &self.yard.lines[way.course]
    }

    fn course_pace(&self, course: usize) -> Option<&CoursePace> {
        self.yard.course_pace(course)
    }

    /// The way of whoever wears this bib.
    pub(super) fn wearer(&self, bib: &str) -> Option<usize> {
        self.wearers.get(bib)
    }

    /// Notes that it matters how somebody else stands at a slot.
    pub(super) fn looks_at(&self, way: usize, slot: usize) {
        self.notes.note(|| Read::Way(way, slot));
    }

    /// The records of a place within `around_ms` of a moment, in order of time.
    pub(super) fn beside(&self, place: &Key, time_ms: i64, around_ms: i64) -> impl Iterator<Item = &Beside> {
        let span = (time_ms.saturating_sub(around_ms), time_ms.saturating_add(around_ms));
        self.notes.note(|| Read::Records(place.clone(), span));
        self.places.beside(place, time_ms, around_ms)
    }

    /// Those of these scans that stand within `around_ms` of a moment, in order of time.
    pub(super) fn among(&self, scans: &[OpRef], place: &Key, time_ms: i64, around_ms: i64) -> Vec<&Beside> {
        scans.iter().for_each(|at| self.notes.note(|| Read::Record(*at)));
        self.places.beside(place, time_ms, around_ms).filter(|other| scans.contains(&other.at)).collect()
    }

    /// The first `count` records of a place within `around_ms` of a moment.
    pub(super) fn first_beside(
        &self,
        place: &Key,
        time_ms: i64,
        around_ms: i64,
        count: usize,
    ) -> Vec<&Beside> {
        let first: Vec<&Beside> = self.places.beside(place, time_ms, around_ms).take(count).collect();
        let last_ms = first.last().filter(|_| first.len() == count).map(|last| last.time_ms);
        let to_ms = last_ms.unwrap_or(time_ms.saturating_add(around_ms));
        self.notes.note(|| Read::Records(place.clone(), (time_ms.saturating_sub(around_ms), to_ms)));
        first
    }

    /// The numbers of the records beside a moment, up to `count` on each side.
    pub(super) fn numbers_beside(&self, place: &Key, time_ms: i64, count: usize) -> Vec<u64> {
        let (numbers, span) = self.places.numbers_beside(place, time_ms, count);
        self.notes.note(|| Read::Records(place.clone(), span));
        numbers
    }

    /// Whether two scans were made by different phones, or copied from different records.
    pub(super) fn is_other_hand(&self, one: OpRef, other: OpRef) -> bool {
        self.places.is_other_hand(one, other)
    }

    /// Who was not seen at a slot and was expected near a moment, up to `count` on each side of it.
    pub(super) fn gaps_near(&self, course: usize, slot: usize, time_ms: i64, count: usize) -> Vec<Gap> {
        let (gaps, span) = self.gaps.near((course, slot), time_ms, count);
        self.notes.note(|| Read::Gaps(course, slot, span));
        gaps
    }

    /// Who was never seen, with nothing to say when they should have been: up to `count` on each side of a number.
    pub(super) fn unseen_near(&self, number: u64, count: usize) -> Vec<usize> {
        let (ways, span) = self.gaps.unseen_near(number, count);
        self.notes.note(|| Read::Unseen(span));
        ways
    }

    /// The passings with several records near a moment. Not noted: whoever may be offered one of them is found by
    /// `missing_beside`.
    pub(super) fn doubles_near(
        &self,
        course: usize,
        slot: usize,
        time_ms: i64,
        around_ms: i64,
    ) -> impl Iterator<Item = Double> {
        self.doubles.near((course, slot), self.yard.unusual(course, slot), time_ms, around_ms)
    }

    /// How far around a guess passings with several records are looked at, in milliseconds.
    pub(super) fn doubles_around_ms(&self, place: &Key, guess: &Guess) -> i64 {
        guess.slack_ms.saturating_mul(3).saturating_add(self.setup.window_ms(place))
    }

    /// Whoever is missing at a place, and to whom a record of this passing may be offered, now or before it changed; at
    /// most `changed` passings did.
    pub(super) fn missing_beside(
        &self,
        course: usize,
        slot: usize,
        double: &Double,
        changed: usize,
    ) -> Vec<usize> {
        let line = &self.yard.lines[course];
        let wearer = self.ways[double.way].runner.bib.as_str();
        let mut found = Vec::new();
        for (other, gap_line) in (0..).zip(&self.yard.lines) {
            for (gap_slot, missed) in (0..).zip(&gap_line.slots) {
                if missed.checkpoint != line.slots[slot].checkpoint
                    || !line.slots_of(&missed.checkpoint, missed.kind).contains(&slot)
                {
                    continue;
                }
                let near = self.gaps.at(other, gap_slot).filter(|gap| {
                    let off_ms = gap.guess.likely_ms.saturating_sub(double.time_ms).saturating_abs();
                    off_ms <= self.doubles_around_ms(&missed.checkpoint, &gap.guess)
                });
                let is_offered = |gap: &Gap| {
                    if !self.is_due(&self.ways[gap.way], gap_slot, &gap.guess) {
                        return false;
                    }
                    let bib = self.ways[gap.way].runner.bib.as_str();
                    (double.is_wide && Slip::between(wearer, bib).is_some())
                        || (double.is_rare && self.are_few(course, slot, &gap.guess, changed))
                };
                found.extend(near.filter(is_offered).map(|gap| gap.way));
            }
        }
        found
    }

    /// Whether a runner who was not seen at a slot is missed there: they were seen beyond, or records reach beyond when
    /// they were expected. Who may still come is not missed.
    pub(super) fn is_due(&self, way: &Way, slot: usize, guess: &Guess) -> bool {
        way.times.iter().rposition(Option::is_some).is_some_and(|seen_to| slot < seen_to)
            || self.yard.is_due(&self.line(way).slots[slot].checkpoint, guess.likely_ms)
    }

    /// Whether so few passings there are in question that bibs that look nothing alike are offered, or were before some
    /// of them changed.
    fn are_few(&self, course: usize, slot: usize, guess: &Guess, changed: usize) -> bool {
        let (around_ms, most) = (guess.slack_ms.saturating_mul(3), hidden::UNLIKE_MAX + 1 + changed);
        let near =
            self.doubles_near(course, slot, guess.likely_ms, around_ms).filter(|double| double.is_rare);
        near.take(most + 1).count() <= most
    }

    fn own_gaps(&self, way: &Way) -> OwnGaps {
        OwnGaps::of(way, self.line(way), |slot| self.guess(way, slot))
    }

    /// Puts a record in the place of what was known of it before.
    pub(super) fn replace_record(&mut self, old: Option<&Sighting>, new: Option<&Sighting>) {
        old.into_iter().for_each(|old| self.places.drop_out(old));
        new.into_iter().for_each(|new| self.places.put(new));
    }

    /// Puts a line of the same entrant in the place of another.
    pub(super) fn replace_way(&mut self, n: usize, runner: Arc<Runner>) -> Moved {
        let (before, own_before, doubles_before) = self.stand_of(n);
        let old = &self.ways[n];
        let course = old.course;
        self.gaps.drop_out(n, course, &own_before);
        self.doubles.drop_out(n, old);
        self.ways[n] = way(&self.setup, &self.yard.lines, course, runner);
        let (now, own, doubles) = self.stand_of(n);
        self.gaps.put(n, course, &own);
        self.doubles.put(n, &self.ways[n]);
        let slots: Vec<usize> = (0..now.len()).filter(|slot| now[*slot] != before[*slot]).collect();
        let is_other = |(slot, double): &&(usize, Double)| {
            slots.contains(slot)
                || doubles_before.contains(&(*slot, *double)) != doubles.contains(&(*slot, *double))
        };
        let touched = doubles_before.iter().chain(&doubles).filter(|(_, double)| double.is_telling());
        let touched = touched.filter(is_other).copied().collect();
        let changed = |one: &OwnGaps, other: &OwnGaps| -> Vec<(usize, i64)> {
            let gone = one.gaps.iter().filter(|gap| !other.gaps.contains(gap));
            gone.map(|(slot, guess, _)| (*slot, guess.likely_ms)).collect()
        };
        let gaps = [changed(&own_before, &own), changed(&own, &own_before)].concat();
        let is_unseen_changed = own_before.unseen != own.unseen;
        let unseen = own_before.unseen.into_iter().chain(own.unseen).filter(|_| is_unseen_changed).collect();
        Moved { slots, gaps, unseen, doubles: touched }
    }

    /// How a runner stands at each slot for those who look; their gaps; their passings with several records.
    fn stand_of(&self, n: usize) -> (Vec<Stand>, OwnGaps, Vec<(usize, Double)>) {
        let way = &self.ways[n];
        let seen = way.times.iter().flatten().count();
        let stand = |slot: usize| Stand {
            time_ms: way.times[slot],
            guess: self.guess(way, slot),
            scans: way.scans_at(slot).to_vec(),
            is_seen_elsewhere: seen > usize::from(way.times[slot].is_some()),
            has_started: way.runner.state != State::DidNotStart,
            name: way.runner.entrant.as_ref().map(|entrant| entrant.name.clone()),
        };
        let stands = (0..way.times.len()).map(stand).collect();
        let doubles = doubles::judged(n, way, |slot| self.yard.unusual(way.course, slot));
        (stands, self.own_gaps(way), doubles)
    }

    /// When a runner with these times should have been at a slot, whatever stands there.
    pub(super) fn guess(&self, way: &Way, slot: usize) -> Option<Guess> {
        let (line, times) = (self.line(way), &way.times);
        let before = (0..slot).rev().find_map(|n| Some((n, times[n]?)));
        let mut later = (slot + 1..times.len()).filter_map(|n| Some((n, times[n]?)));
        let spread = self.yard.spread(way.course, slot);
        let guess = |likely_ms, part_ms| Guess {
            likely_ms,
            slack_ms: scaled(part_ms, spread, 1000).max(SLACK_MIN_MS),
        };
        match (before, later.next()) {
            (Some((from, from_ms)), Some((to, to_ms))) => {
                let (whole, part) = (line.typical_ms(from, to)?, line.typical_ms(from, slot)?);
                let span_ms = to_ms.saturating_sub(from_ms);
                let part_ms = scaled(span_ms, part, whole);
                Some(guess(from_ms + part_ms, part_ms.min(span_ms - part_ms)))
            }
            (Some(_), None) => {
                let expected = self.course_pace(way.course)?.expected(&times[..slot], way.gun_ms, slot)?;
                let slack_ms = expected.latest_ms.saturating_sub(expected.earliest_ms) / 4;
                Some(Guess { likely_ms: expected.likely_ms, slack_ms: slack_ms.max(SLACK_MIN_MS) })
            }
            (None, Some((to, to_ms))) => {
                // How they went on tells better how they began than how they ended.
                let own = later.next().and_then(|(next, next_ms)| {
                    Some(scaled(next_ms - to_ms, 1000, line.typical_ms(to, next)?))
                });
                let part_ms = scaled(line.typical_ms(slot, to)?, own.unwrap_or(way.own), 1000);
                Some(guess(to_ms - part_ms, part_ms))
            }
            (None, None) => {
                let part_ms = line.typical_ms(0, slot)?;
                Some(Guess { likely_ms: way.gun_ms.saturating_add(part_ms), slack_ms: part_ms / 3 })
            }
        }
    }
}

/// All that others read of a runner at a slot.
#[derive(Debug, PartialEq, Eq)]
struct Stand {
    time_ms: Option<i64>,
    guess: Option<Guess>,
    scans: Vec<OpRef>,
    is_seen_elsewhere: bool,
    has_started: bool,
    name: Option<String>,
}

/// A third of the range of the bibs' numbers.
fn number_range(ways: &[Way]) -> u64 {
    let numbers = || ways.iter().filter_map(|way| number(&way.runner.bib));
    let range = numbers().max().unwrap_or_default().saturating_sub(numbers().min().unwrap_or_default());
    (range / 3).max(1)
}

fn ways(setup: &RaceSetup, results: &Results, lines: &[Line]) -> Vec<Way> {
    let on_course = |(n, course): (usize, &results::CourseResults)| -> Vec<(usize, Arc<Runner>)> {
        course.runners.iter().filter(|runner| has_way(runner)).map(|runner| (n, runner.clone())).collect()
    };
    let runners: Vec<_> = (0..).zip(&results.courses).flat_map(on_course).collect();
    let id = |runner: &Runner| runner.entrant.as_ref().map(|entrant| entrant.id);
    let mut sorted: Vec<_> = runners.iter().collect();
    sorted.sort_by_cached_key(|(_, runner)| (Headed::of(runner.bib.as_str()), id(runner)));
    sorted.into_iter().map(|(course, runner)| way(setup, lines, *course, runner.clone())).collect()
}

/// Whether an entrant on a course has a way: scans can be theirs.
pub(crate) fn has_way(runner: &Runner) -> bool {
    !runner.bib.is_empty()
}

fn way(setup: &RaceSetup, lines: &[Line], course: usize, runner: Arc<Runner>) -> Way {
    let gun_ms = results::gun_ms(setup, &setup.courses[course], runner.entrant.as_ref());
    Way::of(&lines[course], runner, course, gun_ms, &setup.rules.factors, |key| setup.window_ms(key))
}

/// Who never started is missed nowhere. Of two who wear one bib the second has no scans of their own.
pub(super) fn may_be_missing(runner: &Runner) -> bool {
    runner.state != State::DidNotStart && !runner.doubts.contains(&Doubt::SharedBib)
}

/// Up to which slot somebody may be missed: who stopped somewhere is not missed beyond.
pub(super) fn stopped_at(way: &Way, line: &Line) -> usize {
    let status = way.runner.status.as_ref().filter(|_| way.runner.state == State::Dropped);
    let place = status.and_then(|status| status.checkpoint.as_ref());
    let last = place.and_then(|place| line.slots.iter().rposition(|slot| slot.checkpoint == *place));
    last.map_or(line.slots.len(), |last| last + 1)
}
