//! What screens show, as plain data: the command prints it, and prints it as JSON.
//!
//! Invariant: everything here follows from [`Results`] and the setup; a view decides nothing.

use serde::Serialize;

use crate::{
    ids::Bib,
    passings::{Passing, Slot},
    race::{Course, RaceSetup},
    results::{CourseResults, Ranks, Results, Runner},
};

/// The standings of a race.
#[derive(Clone, Debug, Serialize)]
pub struct Standings {
    /// The race's name.
    pub race: String,
    /// `gun` or `net`: which time ranks.
    pub rank_by: &'static str,
    /// Course by course.
    pub courses: Vec<CourseStandings>,
    /// Bibs nobody entered under, and entrants without a course.
    pub others: Vec<Line>,
    /// Scans whose bib is not known yet.
    pub unread_scans: usize,
}

/// The standings of one course.
#[derive(Clone, Debug, Serialize)]
pub struct CourseStandings {
    /// Its key.
    pub course: String,
    /// Its name.
    pub name: String,
    /// How many finished, are on course, and so on, by state.
    pub counts: Vec<(&'static str, usize)>,
    /// Its runners, finishers first.
    pub lines: Vec<Line>,
}

/// One runner.
#[derive(Clone, Debug, Serialize)]
pub struct Line {
    /// Place among finishers.
    pub rank: Option<usize>,
    /// Bib.
    pub bib: String,
    /// Name; empty if nobody entered under this bib.
    pub name: String,
    /// `M`, `F` or `X`.
    pub gender: Option<String>,
    /// Years on race day.
    pub age: Option<i64>,
    /// Category and place in it.
    pub category: Option<String>,
    /// Place within the category.
    pub category_rank: Option<usize>,
    /// Place within the gender.
    pub gender_rank: Option<usize>,
    /// Nation.
    pub nation: Option<String>,
    /// Place within the nation.
    pub nation_rank: Option<usize>,
    /// Team or tour group.
    pub team: Option<String>,
    /// Place within the team.
    pub team_rank: Option<usize>,
    /// Where they are in the race.
    pub state: &'static str,
    /// What a person said of them, if anything, and where.
    pub status: Option<String>,
    /// From the gun to the finish.
    pub gun_ms: Option<i64>,
    /// From their own start to the finish.
    pub net_ms: Option<i64>,
    /// The checkpoint where they were seen last along the course.
    pub last_seen: Option<String>,
    /// When that was.
    pub last_seen_ms: Option<i64>,
    /// Checkpoints they must have passed unseen.
    pub missed: Vec<String>,
    /// Why the line wants a second look.
    pub doubts: Vec<&'static str>,
}

/// One runner's times.
#[derive(Clone, Debug, Serialize)]
pub struct SplitLine {
    /// Bib.
    pub bib: String,
    /// Name.
    pub name: String,
    /// One for each slot of the course.
    pub splits: Vec<Split>,
}

/// One time at one place.
#[derive(Clone, Debug, Serialize)]
pub struct Split {
    /// The checkpoint's key.
    pub checkpoint: String,
    /// `in` or `out`.
    pub kind: &'static str,
    /// Metres from the start.
    pub distance_m: i64,
    /// When: milliseconds since 1970-01-01 UTC. Nothing if not seen.
    pub time_ms: Option<i64>,
    /// Since the runner's own start, or the gun where that was not seen.
    pub elapsed_ms: Option<i64>,
    /// How many scans say so.
    pub witnesses: usize,
    /// Time between the first and the last of them.
    pub spread_ms: i64,
}

impl Standings {
    /// The standings that `results` amount to.
    #[must_use]
    pub fn of(setup: &RaceSetup, results: &Results) -> Self {
        Self {
            race: setup.name.clone(),
            rank_by: match setup.rank_by {
                crate::race::RankBy::Gun => "gun",
                crate::race::RankBy::Net => "net",
            },
            courses: results.courses.iter().map(|course| CourseStandings::of(setup, course)).collect(),
            others: results.others.iter().map(|runner| line(setup, &[], runner)).collect(),
            unread_scans: results.unread.len(),
        }
    }
}

impl CourseStandings {
    fn of(setup: &RaceSetup, course: &CourseResults) -> Self {
        let mut counts: Vec<(&'static str, usize)> = Vec::new();
        for runner in &course.runners {
            match counts.iter_mut().find(|(state, _)| *state == runner.state.as_str()) {
                Some((_, count)) => *count += 1,
                None => counts.push((runner.state.as_str(), 1)),
            }
        }
        Self {
            course: course.course.key.to_string(),
            name: course.course.name.clone(),
            counts,
            lines: course.runners.iter().map(|runner| line(setup, &course.slots, runner)).collect(),
        }
    }
}

/// The line of one runner, whose course has these slots.
#[must_use]
pub fn line(setup: &RaceSetup, slots: &[Slot], runner: &Runner) -> Line {
    let entrant = runner.entrant.as_ref();
    let rank = |part: fn(&Ranks) -> Option<usize>| runner.ranks.as_ref().and_then(part);
    let last = runner.last_slot();
    let last_passing = last.and_then(|slot| runner.passings[slot].as_ref());
    let unplaced = runner.out_of_place.last().filter(|_| last.is_none());
    let name = |slot: &Slot| place_name(setup, slot);
    Line {
        rank: runner.ranks.map(|r| r.overall),
        bib: runner.bib.to_string(),
        name: entrant.map(|e| e.name.clone()).unwrap_or_default(),
        gender: entrant.and_then(|e| e.gender.clone()),
        age: entrant.and_then(|e| e.age),
        category: entrant.and_then(|e| e.category.clone()),
        category_rank: rank(|r| r.category),
        gender_rank: rank(|r| r.gender),
        nation: entrant.and_then(|e| e.nation.clone()),
        nation_rank: rank(|r| r.nation),
        team: entrant.and_then(|e| e.team.clone()),
        team_rank: rank(|r| r.team),
        state: runner.state.as_str(),
        status: runner.status.as_ref().map(|s| s.value().to_string()),
        gun_ms: runner.gun_ms,
        net_ms: runner.net_ms,
        last_seen: last
            .and_then(|slot| slots.get(slot))
            .map(name)
            .or_else(|| unplaced.map(|scan| checkpoint_name(setup, &scan.checkpoint))),
        last_seen_ms: last_passing.map(|p| p.time_ms).or(unplaced.map(|scan| scan.time_ms)),
        missed: runner.missed().into_iter().filter_map(|slot| slots.get(slot)).map(name).collect(),
        doubts: runner.doubts.iter().map(|doubt| doubt.as_str()).collect(),
    }
}

/// One runner's times along a course.
#[must_use]
pub fn splits(setup: &RaceSetup, course: &Course, slots: &[Slot], runner: &Runner) -> SplitLine {
    let own_gun = runner.entrant.as_ref().and_then(|e| e.start_ms);
    let gun_ms = own_gun.or(course.start_ms).unwrap_or(setup.start_ms);
    let start_ms = runner.passings.first().and_then(Option::as_ref).map_or(gun_ms, |p| p.time_ms);
    let split = |(slot, passing): (&Slot, &Option<Passing>)| Split {
        checkpoint: slot.checkpoint.to_string(),
        kind: slot.kind.as_str(),
        distance_m: slot.distance_m,
        time_ms: passing.as_ref().map(|p| p.time_ms),
        elapsed_ms: passing.as_ref().map(|p| p.time_ms.saturating_sub(start_ms)),
        witnesses: passing.as_ref().map_or(0, |p| p.witnesses.len()),
        spread_ms: passing.as_ref().map_or(0, |p| p.spread_ms),
    };
    SplitLine {
        bib: runner.bib.to_string(),
        name: runner.entrant.as_ref().map(|e| e.name.clone()).unwrap_or_default(),
        splits: slots.iter().zip(&runner.passings).map(split).collect(),
    }
}

/// The runner of a bib, with the course they are on.
#[must_use]
pub fn find<'a>(results: &'a Results, bib: &Bib) -> Option<(Option<&'a CourseResults>, &'a Runner)> {
    results.runners().find(|(_, runner)| runner.bib == *bib)
}

/// A slot as people call it: the checkpoint, and the way where both are recorded there.
#[must_use]
pub fn place_name(setup: &RaceSetup, slot: &Slot) -> String {
    let name = checkpoint_name(setup, &slot.checkpoint);
    match slot.kind {
        crate::op::ScanKind::In => name,
        crate::op::ScanKind::Out => format!("{name} out"),
    }
}

fn checkpoint_name(setup: &RaceSetup, key: &crate::ids::Key) -> String {
    setup.checkpoint(key).map_or_else(|| key.to_string(), |c| c.name.clone())
}
