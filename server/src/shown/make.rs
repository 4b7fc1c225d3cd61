//! From a picture to what everybody may see of it.
//!
//! Invariant: each field is taken over by name; nothing comes along because it stands beside something else.

use std::collections::BTreeMap;

use any_ascii::any_ascii;
use bibtrail_core::{
    ids::{Bib, Key},
    passings::{Passing, Slot},
    race::{self, RaceSetup},
    results::{self, CourseResults},
    view, watch,
};

use super::{
    Counts, Course, Division, Leg, Passed, Place, Places, Race, Runner, Seen, Shown, SplitTime, State, group,
};
use crate::{picture::Picture, when::Zone};

/// So many of the last passings are shown.
const LATEST: usize = 12;

impl Shown {
    /// What everybody may see of a picture.
    #[must_use]
    pub fn of(picture: &Picture) -> Self {
        let setup = &picture.known.setup;
        let zone = Zone::of(setup);
        let safety = Safety::of(&picture.watch);
        let mut runners = Vec::new();
        let mut courses = Vec::new();
        for (results, provisional) in picture.results.courses.iter().zip(&picture.provisional) {
            let began = runners.len();
            runners.extend(results.runners.iter().map(|line| runner(setup, Some(results), line, &safety)));
            runners[began..].sort_by(|a, b| order(a).cmp(&order(b)));
            courses.push(course(setup, results, provisional, &runners[began..]));
        }
        // Bibs that nobody entered under are records to be put right, and no people.
        let others = picture.results.others.iter().filter(|line| line.entrant.is_some());
        runners.extend(others.map(|line| runner(setup, None, line, &safety)));
        let mut counts = Counts::default();
        runners.iter().for_each(|runner| counts.add(runner));
        let mut by_bib: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (at, runner) in runners.iter().enumerate().filter(|(_, runner)| !runner.bib.is_empty()) {
            by_bib.entry(runner.bib.clone()).or_default().push(at);
        }
        let race = Race {
            race: picture.race.to_string(),
            name: setup.name.clone(),
            names: setup.names.clone(),
            start: zone.iso(setup.start_ms),
            start_ms: setup.start_ms,
            time_zone: setup.time_zone.clone(),
            rank_by: setup.rank_by.as_str(),
            is_official: picture.is_official(),
            counts,
            courses,
        };
        Self {
            latest: latest(&race, &runners, picture.now_ms),
            groups: group::groups(&runners, &picture.results.courses),
            sought: runners.iter().map(sought).collect(),
            race,
            runners,
            zone,
            by_bib,
        }
    }
}

/// What the watch says of each bib; of one that several wear, the worst.
struct Safety<'a>(BTreeMap<(&'a Bib, &'a str), watch::State>);

impl<'a> Safety<'a> {
    fn of(watch: &'a watch::Watch) -> Self {
        let mut states = BTreeMap::new();
        for runner in &watch.runners {
            let name = if runner.bib.is_empty() { runner.name.as_str() } else { "" };
            let worst = states.entry((&runner.bib, name)).or_insert(runner.state);
            *worst = runner.state.min(*worst);
        }
        Self(states)
    }

    fn state(&self, bib: &Bib, name: &str) -> Option<watch::State> {
        self.0.get(&(bib, if bib.is_empty() { name } else { "" })).copied()
    }
}

fn course(setup: &RaceSetup, results: &CourseResults, provisional: &[String], of: &[Runner]) -> Course {
    let course: &race::Course = &results.course;
    let mut counts = Counts::default();
    of.iter().for_each(|runner| counts.add(runner));
    Course {
        key: course.key.to_string(),
        name: course.name.clone(),
        names: course.names.clone(),
        start_ms: course.start_ms.unwrap_or(setup.start_ms),
        distance_m: results.slots.last().map_or(0, |slot| slot.distance_m),
        places: results.slots.iter().map(|slot| place(setup, slot)).collect(),
        is_official: provisional.is_empty(),
        provisional: provisional.to_vec(),
        counts,
        categories: distinct(of.iter().map(|runner| runner.category.as_ref())),
        nations: distinct(of.iter().map(|runner| runner.nation.as_ref())),
    }
}

fn distinct<'a>(all: impl Iterator<Item = Option<&'a String>>) -> Vec<String> {
    let mut all: Vec<String> = all.flatten().cloned().collect();
    all.sort();
    all.dedup();
    all
}

fn place(setup: &RaceSetup, slot: &Slot) -> Place {
    let checkpoint = setup.checkpoint(&slot.checkpoint);
    Place {
        key: slot.checkpoint.to_string(),
        name: view::place_name(setup, slot),
        names: checkpoint.map(|checkpoint| checkpoint.names.clone()).unwrap_or_default(),
        kind: slot.kind.as_str(),
        distance_m: slot.distance_m,
    }
}

fn checkpoint_name(setup: &RaceSetup, key: &Key) -> String {
    setup.checkpoint(key).map_or_else(|| key.to_string(), |checkpoint| checkpoint.name.clone())
}

fn runner(
    setup: &RaceSetup,
    course: Option<&CourseResults>,
    line: &results::Runner,
    safety: &Safety<'_>,
) -> Runner {
    // Views say who is where in words; what they say beside it is not taken over.
    let told = view::line(setup, course, line);
    let entrant = line.entrant.as_ref();
    let watched = safety.state(&line.bib, &told.name);
    let splits = course.map(|course| view::splits(setup, &course.course, &course.slots, line).splits);
    let splits =
        splits.into_iter().flatten().zip(&line.passings).map(|(split, passing): (_, &Option<Passing>)| {
            passing.as_ref().map(|_| SplitTime { time_ms: split.time_ms, elapsed_ms: split.elapsed_ms })
        });
    let last_slot = line.last_slot();
    let stopped = line.status.as_ref().and_then(|status| status.checkpoint.as_ref());
    let state = State::of(line.state);
    Runner {
        bib: line.bib.to_string(),
        name: told.name,
        nation: told.nation,
        group: told.team,
        division: told.gender.as_deref().and_then(Division::of),
        category: told.category,
        course: course.map(|course| course.course.key.to_string()),
        state,
        is_off_course: watched.is_some_and(watch::State::is_safe),
        is_in_question: watched == Some(watch::State::Contested) || entrant.is_some_and(|e| e.is_contested),
        places: told.rank.map(|overall| Places {
            overall,
            division: told.gender_rank,
            category: told.category_rank,
            nation: told.nation_rank,
            group: told.team_rank,
        }),
        gun_ms: told.gun_ms,
        net_ms: told.net_ms,
        last: told.last_seen.map(|place| Seen { place, at: last_slot, time_ms: told.last_seen_ms }),
        stopped_at: stopped.filter(|_| state == State::Stopped).map(|key| checkpoint_name(setup, key)),
        splits: splits.collect(),
        legs: told
            .legs
            .into_iter()
            .map(|leg| Leg { name: leg.name, to: leg.to, time_ms: leg.time_ms })
            .collect(),
    }
}

/// Finishers by place; who is out there by how far they are and who was there first; then the others.
fn order(runner: &Runner) -> impl Ord + use<'_> {
    let last = runner.last.as_ref();
    let far = last.and_then(|seen| seen.at);
    let elapsed_ms =
        far.and_then(|at| runner.splits.get(at).copied().flatten()).and_then(|split| split.elapsed_ms);
    let place = runner.places.map_or(usize::MAX, |places| places.overall);
    (
        runner.state,
        place,
        std::cmp::Reverse(far),
        elapsed_ms,
        runner.bib.chars().count(),
        &runner.bib,
        &runner.name,
    )
}

impl Counts {
    pub(super) fn add(&mut self, runner: &Runner) {
        let count = match runner.state {
            State::Finished => &mut self.finished,
            State::OnCourse => &mut self.on_course,
            State::Stopped | State::OverTime | State::Disqualified => &mut self.stopped,
            State::NotSeen => &mut self.not_seen,
            State::DidNotStart => &mut self.did_not_start,
        };
        *count += 1;
        self.entered += 1;
    }
}

fn latest(race: &Race, runners: &[Runner], now_ms: i64) -> Vec<Passed> {
    let courses: BTreeMap<&str, &Course> =
        race.courses.iter().map(|course| (course.key.as_str(), course)).collect();
    let mut latest: Vec<(i64, usize, usize)> = Vec::with_capacity(LATEST + 1);
    for (n, runner) in runners.iter().enumerate() {
        let times =
            runner.splits.iter().enumerate().filter_map(|(at, split)| Some((split.as_ref()?.time_ms?, at)));
        for (time_ms, at) in times.filter(|(time_ms, _)| *time_ms <= now_ms) {
            let is_late = latest.len() < LATEST || latest.last().is_some_and(|last| last.0 < time_ms);
            if is_late {
                let before = latest.partition_point(|other| other.0 >= time_ms);
                latest.insert(before, (time_ms, n, at));
                latest.truncate(LATEST);
            }
        }
    }
    let passed = |(time_ms, n, at): (i64, usize, usize)| {
        let runner = &runners[n];
        let places = &courses.get(runner.course.as_deref()?)?.places;
        Some(Passed {
            bib: runner.bib.clone(),
            name: runner.name.clone(),
            nation: runner.nation.clone(),
            place: places.get(at)?.name.clone(),
            is_finish: at + 1 == places.len(),
            time_ms,
        })
    };
    latest.into_iter().filter_map(passed).collect()
}

/// In small letters, as they are, and as they are spelt in Latin letters without marks.
pub(super) fn folded(text: &str) -> String {
    text.to_lowercase()
}

fn sought(runner: &Runner) -> String {
    let name = runner.name.to_lowercase();
    let latin = any_ascii(&runner.name).to_lowercase();
    let names = runner.legs.iter().map(|leg| leg.name.to_lowercase()).collect::<Vec<_>>().join(" ");
    format!("{} {name} {latin} {names}", runner.bib.to_lowercase())
}
