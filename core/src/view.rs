//! What screens show, as plain data: the command prints it, and prints it as JSON.
//!
//! Invariant: everything here follows from [`Results`] and the setup; a view decides nothing.

mod finality;

use serde::Serialize;

pub use finality::Open;

use crate::{
    ids::Bib,
    pace::Pace,
    passings::{Passing, Slot},
    plausibility,
    race::{Course, RaceSetup},
    results::{self, CourseResults, Doubt, Group, Ranks, Results, Runner},
    state::Sighting,
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
    /// Those scans, by time.
    pub unread: Vec<Unread>,
    /// Whether the standings of all courses are official.
    pub is_official: bool,
}

/// A scan whose bib is not known yet.
#[derive(Clone, Debug, Serialize)]
pub struct Unread {
    /// The scan: log and place.
    pub scan: String,
    /// As much of the bib as was read: `*` stands for a character, `?` for all of it.
    pub bib: String,
    /// The checkpoint's key.
    pub checkpoint: String,
    /// `in` or `out`.
    pub kind: &'static str,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
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
    /// Its teams or tour groups: those with a time by it, then those with too few finishers.
    pub teams: Vec<GroupLine>,
    /// Its nations, likewise.
    pub nations: Vec<GroupLine>,
    /// So many finishers' times make the time of a team or nation.
    pub team_score: usize,
    /// Whether these standings are official; else they are provisional.
    pub is_official: bool,
    /// Why they are provisional.
    pub provisional: Vec<String>,
}

/// A team or nation.
#[derive(Clone, Debug, Serialize)]
pub struct GroupLine {
    /// Place; nothing while too few of it have finished.
    pub rank: Option<usize>,
    /// Name.
    pub name: String,
    /// The sum of the times of its best finishers, in milliseconds.
    pub time_ms: Option<i64>,
    /// Their bibs, best first.
    pub scorers: Vec<String>,
    /// How many of it finished with a time.
    pub finishers: usize,
    /// How many of it entered.
    pub entrants: usize,
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
    /// How sure the ranking time is, in milliseconds either way.
    pub within_ms: Option<i64>,
    /// If the clocks do not tell who came first, they or a neighbour in rank: how sure the difference is, likewise.
    pub order_within_ms: Option<i64>,
    /// The first place that they passed after it had closed.
    pub late_at: Option<String>,
    /// Of a relay: who ran which part, and how long.
    pub legs: Vec<LegLine>,
}

/// One leg of a relay.
#[derive(Clone, Debug, Serialize)]
pub struct LegLine {
    /// Who ran it.
    pub name: String,
    /// The place where it ends; nothing if the course does not say where legs change.
    pub to: Option<String>,
    /// How long it took, in milliseconds.
    pub time_ms: Option<i64>,
    /// How sure that is, in milliseconds either way.
    pub within_ms: Option<i64>,
}

impl Line {
    /// The doubts with what belongs to them: where, and how sure.
    #[must_use]
    pub fn doubts_told(&self) -> Vec<String> {
        let tell = |doubt: &&'static str| match (*doubt, &self.late_at, self.order_within_ms) {
            (word, Some(place), _) if word == Doubt::AfterCutOff.as_str() => {
                format!("after the cut-off at {place}")
            }
            (word, _, Some(ms)) if word == Doubt::OrderUncertain.as_str() => {
                format!("{word} within ±{} s", seconds(ms))
            }
            (word, ..) => word.to_owned(),
        };
        self.doubts.iter().map(tell).collect()
    }
}

/// Milliseconds as seconds, rounded up to a tenth: `2.1`, `30`.
#[must_use]
pub fn seconds(ms: i64) -> String {
    let tenths = ms.saturating_add(99) / 100;
    match tenths % 10 {
        0 => (tenths / 10).to_string(),
        part => format!("{}.{part}", tenths / 10),
    }
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
    /// When: milliseconds since 1970-01-01 UTC. Nothing if not seen, or by a record without a time.
    pub time_ms: Option<i64>,
    /// Since the runner's own start, or the gun where that was not seen.
    pub elapsed_ms: Option<i64>,
    /// How many scans say so.
    pub witnesses: usize,
    /// Time between the first and the last of them.
    pub spread_ms: i64,
    /// How sure the time is, in milliseconds either way.
    pub within_ms: Option<i64>,
}

/// What one time is worth.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct JudgementLine {
    /// `good`, `not judged`, `questionable`, `bad`.
    pub grade: &'static str,
    /// What is wrong with it.
    pub reason: Option<&'static str>,
    /// The place that it was compared with; nothing for the gun.
    pub since: Option<String>,
    /// How long the way from there usually takes somebody who runs like this, in milliseconds.
    pub usual_ms: Option<i64>,
}

impl Standings {
    /// The standings that `results` amount to, for when it does not matter whether they are official: they say that
    /// times are not frozen.
    #[must_use]
    pub fn of(setup: &RaceSetup, results: &Results) -> Self {
        Self::judged(setup, results, &Open::default())
    }

    /// The standings that `results` amount to, official or provisional by what is open still.
    #[must_use]
    pub fn judged(setup: &RaceSetup, results: &Results, open: &Open) -> Self {
        let courses: Vec<CourseStandings> =
            results.courses.iter().map(|course| CourseStandings::of(setup, course, open)).collect();
        Self {
            is_official: !courses.is_empty() && courses.iter().all(|course| course.is_official),
            race: setup.name.clone(),
            rank_by: setup.rank_by.as_str(),
            courses,
            others: results.others.iter().map(|runner| line(setup, None, runner)).collect(),
            unread_scans: results.unread.len(),
            unread: results.unread.iter().map(Unread::of).collect(),
        }
    }
}

impl Unread {
    fn of(scan: &Sighting) -> Self {
        Self {
            scan: scan.at.to_string(),
            bib: scan.bib.to_string(),
            checkpoint: scan.checkpoint.to_string(),
            kind: scan.kind.as_str(),
            time_ms: scan.time_ms,
        }
    }
}

impl GroupLine {
    fn of(group: &Group) -> Self {
        Self {
            rank: group.rank,
            name: group.name.clone(),
            time_ms: group.time_ms,
            scorers: group.scorers.iter().map(Bib::to_string).collect(),
            finishers: group.finishers,
            entrants: group.entrants,
        }
    }
}

impl CourseStandings {
    fn of(setup: &RaceSetup, course: &CourseResults, open: &Open) -> Self {
        let provisional = open.reasons(course);
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
            lines: course.runners.iter().map(|runner| line(setup, Some(course), runner)).collect(),
            teams: course.teams.iter().map(GroupLine::of).collect(),
            nations: course.nations.iter().map(GroupLine::of).collect(),
            team_score: setup.rules.team_score,
            is_official: provisional.is_empty(),
            provisional,
        }
    }
}

/// The line of one runner, beside the others of their course.
#[must_use]
pub fn line(setup: &RaceSetup, course: Option<&CourseResults>, runner: &Runner) -> Line {
    let slots = course.map_or(&[][..], |course| &course.slots);
    let ranks = course.and_then(|course| course.ranks(runner));
    let order_within_ms = course.and_then(|course| course.order_within_ms(runner));
    let unclear = order_within_ms.map(|_| Doubt::OrderUncertain);
    let entrant = runner.entrant.as_ref();
    let rank = |part: fn(&Ranks) -> Option<usize>| ranks.as_ref().and_then(part);
    let last = runner.last_slot();
    let last_passing = last.and_then(|slot| runner.passings[slot].as_ref());
    let unplaced = runner.out_of_place.last().filter(|_| last.is_none());
    let name = |slot: &Slot| place_name(setup, slot);
    Line {
        rank: ranks.map(|r| r.overall),
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
        last_seen_ms: last_passing.map_or(unplaced.map(|scan| scan.time_ms), Passing::known_ms),
        missed: runner.missed().into_iter().filter_map(|slot| slots.get(slot)).map(name).collect(),
        doubts: runner.doubts.iter().chain(&unclear).map(|doubt| doubt.as_str()).collect(),
        within_ms: runner.within_ms,
        order_within_ms,
        late_at: runner.late_at.and_then(|slot| slots.get(slot)).map(name),
        legs: legs(setup, slots, runner),
    }
}

fn legs(setup: &RaceSetup, slots: &[Slot], runner: &Runner) -> Vec<LegLine> {
    let course = runner.entrant.as_ref().and_then(|entrant| setup.course(entrant.course.as_ref()));
    let legs = course.map(|course| results::legs(setup, course, slots, runner)).unwrap_or_default();
    let place = |slot: usize| slots.get(slot).map(|slot| place_name(setup, slot));
    let line = |leg: results::Leg| LegLine {
        to: leg.to.and_then(place),
        name: leg.name,
        time_ms: leg.time_ms,
        within_ms: leg.within_ms,
    };
    legs.into_iter().map(line).collect()
}

/// One runner's times along a course.
#[must_use]
pub fn splits(setup: &RaceSetup, course: &Course, slots: &[Slot], runner: &Runner) -> SplitLine {
    let gun_ms = results::gun_ms(setup, course, runner.entrant.as_ref());
    let start = runner.passings.first().and_then(Option::as_ref);
    let start_ms = start.and_then(Passing::known_ms).unwrap_or(gun_ms);
    let split = |(slot, passing): (&Slot, &Option<Passing>)| Split {
        checkpoint: slot.checkpoint.to_string(),
        kind: slot.kind.as_str(),
        distance_m: slot.distance_m,
        time_ms: passing.as_ref().and_then(Passing::known_ms),
        elapsed_ms: passing.as_ref().and_then(Passing::known_ms).map(|ms| ms.saturating_sub(start_ms)),
        witnesses: passing.as_ref().map_or(0, |p| p.witnesses.len()),
        spread_ms: passing.as_ref().map_or(0, |p| p.spread_ms),
        within_ms: passing.as_ref().map(|p| p.within_ms),
    };
    SplitLine {
        bib: runner.bib.to_string(),
        name: runner.entrant.as_ref().map(|e| e.name.clone()).unwrap_or_default(),
        splits: slots.iter().zip(&runner.passings).map(split).collect(),
    }
}

/// What a runner's times are worth, slot by slot; nothing where they were not seen.
#[must_use]
pub fn judgements(
    setup: &RaceSetup,
    results: &Results,
    course: &CourseResults,
    runner: &Runner,
) -> Vec<Option<JudgementLine>> {
    let pace = Pace::of(results);
    let Some(pace) = pace.course(&course.course.key) else { return Vec::new() };
    let line = |judgement: plausibility::Judgement| JudgementLine {
        grade: judgement.grade.as_str(),
        reason: judgement.reason.map(plausibility::Reason::as_str),
        since: judgement.since.and_then(|slot| course.slots.get(slot)).map(|slot| place_name(setup, slot)),
        usual_ms: judgement.usual_ms,
    };
    let judged = plausibility::of_runner(setup, &course.course, &course.slots, pace, runner);
    judged.into_iter().map(|judgement| judgement.map(line)).collect()
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
