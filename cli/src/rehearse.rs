//! Rehearsals: a race whose truth is known, played on many phones, to see whether the truth comes out.
//!
//! Invariant: everything follows from the script and the seed. Same seed, same scans, same logs, same report.

mod inject;
mod lanes;
mod report;
mod script;
mod world;

use std::{fs, path::PathBuf};

use bibtrail_clerk::whom;
use bibtrail_core::{
    ids::Key,
    race::RaceSetup,
    results::{Results, State},
    view::{Line, Standings, line},
};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::SignedDuration;
use serde::Serialize;

pub use report::Report;
pub(crate) use script::Passed;
pub use script::Script;

use crate::{
    Error,
    args::{self, Play},
    clock::RaceClock,
    console::Console,
    demo,
    lines::print_lines,
    table::{or_blank, right, table},
};

/// The most phones of a rehearsal.
const PHONES_MAX: usize = 500;

/// How a rehearsal is to be played. Shares run from 0 to 1.
#[derive(Clone, Debug, Default)]
pub struct Plan {
    /// Phones, headquarters not counted.
    pub phones: usize,
    /// What chance does is the same for the same seed.
    pub seed: u64,
    /// Share of passings that two phones record.
    pub twice: f64,
    /// Share of passings recorded under a wrong bib.
    pub wrong_bib: f64,
    /// Share of passings that nobody records.
    pub missed: f64,
    /// Share of scans corrected later; of every four corrections one is contested.
    pub late_edit: f64,
    /// How far phones' boot clocks run wrong, at most, in parts per million. Their wall clocks are minutes off then.
    pub clock_skew_ppm: i64,
    /// Stations whose wall clocks are set wrong.
    pub clock_errors: Vec<ClockError>,
    /// Phones lost for good after the race.
    pub lost_phones: usize,
    /// Phones copied during the race, key and all.
    pub cloned_phones: usize,
    /// Phones put back to a backup during the race.
    pub restored_phones: usize,
    /// Where to leave the replicas.
    pub keep: Option<PathBuf>,
}

/// A station whose wall clocks are set wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockError {
    /// The station.
    pub checkpoint: Key,
    /// By how much they are ahead, in milliseconds.
    pub off_ms: i64,
}

/// What came of a rehearsal.
pub struct Outcome {
    /// What went in and what came out.
    pub report: Report,
    /// The race as headquarters shows it.
    pub setup: RaceSetup,
    /// The results as headquarters shows them; every replica's are the same if `report.is_right()`.
    pub results: Results,
}

/// Plays a script.
///
/// # Errors
/// When the script names unknown checkpoints, or a replica fails.
pub fn rehearse(script: &Script, plan: &Plan, show_progress: bool) -> Result<Outcome, Error> {
    if plan.phones == 0 || plan.phones > PHONES_MAX {
        return Err(Error::Phones(PHONES_MAX));
    }
    if plan.lost_phones + plan.cloned_phones + plan.restored_phones > plan.phones {
        return Err(Error::TooManyAccidents(plan.phones));
    }
    let progress = if show_progress { ProgressBar::new(1) } else { ProgressBar::hidden() };
    progress.set_style(style());
    let dealt = inject::deal(script, plan)?;
    let mut world = world::World::begin(script, plan, progress)?;
    world.race(&dealt, &script.statuses)?;
    world.correct(&dealt)?;
    let outcome = report::judge(script, &dealt, &mut world, plan)?;
    world.finish();
    Ok(outcome)
}

fn style() -> ProgressStyle {
    let bar = ProgressStyle::with_template("{msg:24} [{bar:40}] {human_pos}/{human_len}");
    bar.unwrap_or_else(|_| ProgressStyle::default_bar()).progress_chars("=> ")
}

impl Plan {
    /// The plan of a command line.
    pub(crate) fn of(play: &Play, setup: &RaceSetup) -> Result<Self, Error> {
        let clock_errors = play.clock_error.iter().map(|text| clock_error(text, setup));
        Ok(Self {
            clock_skew_ppm: play.clock_skew,
            clock_errors: clock_errors.collect::<Result<_, _>>()?,
            lost_phones: play.lost_phone,
            cloned_phones: play.clone_phone,
            restored_phones: play.restore_phone,
            phones: play.phones,
            seed: play.seed,
            twice: share(&play.twice)?,
            wrong_bib: share(&play.wrong_bib)?,
            missed: share(&play.missed)?,
            late_edit: share(&play.late_edit)?,
            keep: play.keep.clone(),
        })
    }
}

/// `5K=1h`, `finish=-90s`: a checkpoint by key or name, and a span in h, m, s or ms.
fn clock_error(text: &str, setup: &RaceSetup) -> Result<ClockError, Error> {
    let wrong = || Error::ClockError(text.to_owned());
    let (place, off) = text.rsplit_once('=').ok_or_else(wrong)?;
    let checkpoint = whom::checkpoint(setup, place)?;
    let span: SignedDuration = off.trim().trim_start_matches('+').parse().map_err(|_| wrong())?;
    let off_ms = i64::try_from(span.as_millis()).map_err(|_| wrong())?;
    Ok(ClockError { checkpoint, off_ms })
}

/// `5%`, `5` or `2.5%`.
fn share(text: &str) -> Result<f64, Error> {
    let number = text.trim().trim_end_matches('%').trim().parse::<f64>();
    match number {
        Ok(percent) if (0.0..=100.0).contains(&percent) => Ok(percent / 100.0),
        _ => Err(Error::Share(text.to_owned())),
    }
}

pub(crate) fn rehearse_command(args: &args::Rehearse, console: &mut Console<'_>) -> Result<u8, Error> {
    let read = |path: &PathBuf| fs::read(path).map_err(Error::file(path));
    let script = Script::read(
        (&args.file, &read(&args.file)?),
        (&args.entrants, &read(&args.entrants)?),
        (&args.splits, &read(&args.splits)?),
    )?;
    let plan = Plan::of(&args.play, &script.setup)?;
    let outcome = rehearse(&script, &plan, !args.play.json)?;
    if args.play.json {
        console.json(&outcome.report)?;
    } else {
        outcome.report.print(console)?;
        tell_kept(&plan, console)?;
    }
    Ok(if outcome.report.is_right() { crate::OK } else { crate::FAILED })
}

fn tell_kept(plan: &Plan, console: &mut Console<'_>) -> Result<(), Error> {
    match &plan.keep {
        Some(folder) => console
            .line(format_args!("\nThe replicas are in {0}: try `bibtrail results {0}/hq`", folder.display())),
        None => Ok(()),
    }
}

/// What the demo shows: standings by division, the groups with who is in, and who is not accounted for.
#[derive(Serialize)]
struct DemoView {
    report: Report,
    standings: Standings,
    groups: Vec<Group>,
    not_accounted_for: Vec<Line>,
}

/// A tour group.
#[derive(Serialize)]
struct Group {
    name: String,
    entered: usize,
    started: usize,
    finished: usize,
    on_course: usize,
    dropped: usize,
    out_there: Vec<String>,
    roster: Vec<Member>,
}

/// A member of a group, and where they are in the race.
#[derive(Serialize)]
struct Member {
    bib: String,
    name: String,
    state: &'static str,
}

pub(crate) fn demo_command(args: &args::Demo, console: &mut Console<'_>) -> Result<u8, Error> {
    let edition = match args.edition {
        args::Edition::Y2025 => demo::Edition::Y2025,
        args::Edition::Y2019 => demo::Edition::Y2019,
    };
    let race = demo::race(edition, args.play.seed)?;
    let (file, entrants, splits) = (PathBuf::from("race.toml"), "entrants.csv".into(), "splits.csv".into());
    let script = Script::read(
        (&file, race.race_toml.as_bytes()),
        (&entrants, race.entrants_csv.as_bytes()),
        (&splits, race.splits_csv.as_bytes()),
    )?;
    let plan = Plan::of(&args.play, &script.setup)?;
    let Outcome { report, setup, results } = rehearse(&script, &plan, !args.play.json)?;
    let is_right = report.is_right();
    let view = DemoView {
        report,
        standings: Standings::of(&setup, &results),
        groups: groups(&setup, &results),
        not_accounted_for: unaccounted(&setup, &results),
    };
    if args.play.json {
        console.json(&view)?;
    } else {
        print_demo(&setup, &view, console)?;
        tell_kept(&plan, console)?;
    }
    Ok(if is_right { crate::OK } else { crate::FAILED })
}

fn unaccounted(setup: &RaceSetup, results: &Results) -> Vec<Line> {
    let out_there = results.runners().filter(|(_, runner)| runner.is_unaccounted());
    out_there.map(|(course, runner)| line(setup, course, runner)).collect()
}

fn groups(setup: &RaceSetup, results: &Results) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (course, runner) in results.runners() {
        let Some(team) = runner.entrant.as_ref().and_then(|e| e.team.clone()) else { continue };
        let at = groups.iter().position(|g| g.name == team).unwrap_or_else(|| {
            groups.push(Group {
                name: team,
                entered: 0,
                started: 0,
                finished: 0,
                on_course: 0,
                dropped: 0,
                out_there: Vec::new(),
                roster: Vec::new(),
            });
            groups.len() - 1
        });
        let group = &mut groups[at];
        group.roster.push(Member {
            bib: runner.bib.to_string(),
            name: runner.entrant.as_ref().map(|e| e.name.clone()).unwrap_or_default(),
            state: runner.state.as_str(),
        });
        group.entered += 1;
        group.started += usize::from(!matches!(runner.state, State::NotStarted | State::DidNotStart));
        group.finished += usize::from(runner.state == State::Finished);
        group.dropped += usize::from(runner.state == State::Dropped);
        if runner.is_unaccounted() {
            group.on_course += 1;
            let line = line(setup, course, runner);
            group.out_there.push(format!("{} {}", line.bib, line.name));
        }
    }
    groups.sort_by(|a, b| a.name.cmp(&b.name));
    groups
}

/// The longest roster that is printed.
const ROSTER_MAX: usize = 60;

/// How many of each division the demo shows on a terminal.
const SHOWN: usize = 5;

fn print_demo(setup: &RaceSetup, view: &DemoView, console: &mut Console<'_>) -> Result<(), Error> {
    let clock = RaceClock::new(setup);
    view.report.print(console)?;
    for course in &view.standings.courses {
        for (gender, title) in [("M", "men"), ("F", "women")] {
            let of_gender = |line: &&Line| line.rank.is_some() && line.gender.as_deref() == Some(gender);
            let lines: Vec<Line> = course.lines.iter().filter(of_gender).take(SHOWN).cloned().collect();
            console.line(format_args!("\n{}, {title}", course.name))?;
            print_podium(&lines, console)?;
        }
    }
    console.line("\nGroups")?;
    let mut shown = table(&["Group", "Entered", "Started", "In", "Dropped", "Still out there"]);
    right(&mut shown, &[1, 2, 3, 4]);
    for group in &view.groups {
        shown.add_row([
            group.name.clone(),
            group.entered.to_string(),
            group.started.to_string(),
            group.finished.to_string(),
            group.dropped.to_string(),
            group.out_there.join(", "),
        ]);
    }
    console.line(shown)?;
    print_rosters(&view.groups, console)?;
    console.line(format_args!("\nNot accounted for: {}", view.not_accounted_for.len()))?;
    print_lines(&clock, &view.not_accounted_for, console)
}

/// Every group with a guide waiting at the gate: who is in (✓), who dropped (×), who never started (–), who is out there.
fn print_rosters(groups: &[Group], console: &mut Console<'_>) -> Result<(), Error> {
    console.line("\nRosters: ✓ in, × dropped, – not started, ? still out there")?;
    let mut shown = table(&["Group", "Members"]);
    // The clubs of the city wait for nobody at the gate; theirs are in the JSON.
    for group in groups.iter().filter(|group| group.roster.len() <= ROSTER_MAX) {
        let members: Vec<String> =
            group.roster.iter().map(|m| format!("{}{}", m.bib, mark(m.state))).collect();
        shown.add_row([group.name.clone(), members.join(" ")]);
    }
    console.line(shown)
}

fn mark(state: &str) -> char {
    match state {
        _ if state == State::Finished.as_str() => '✓',
        _ if state == State::OnCourse.as_str() => '?',
        _ if state == State::NotStarted.as_str() || state == State::DidNotStart.as_str() => '–',
        _ => '×',
    }
}

fn print_podium(lines: &[Line], console: &mut Console<'_>) -> Result<(), Error> {
    let mut shown = table(&["#", "Bib", "Name", "Nat", "Net", "Overall"]);
    right(&mut shown, &[0, 1, 4, 5]);
    for line in lines {
        shown.add_row([
            or_blank(line.gender_rank),
            line.bib.clone(),
            line.name.clone(),
            or_blank(line.nation.as_ref()),
            or_blank(line.net_ms.map(bibtrail_core::time::span)),
            or_blank(line.rank),
        ]);
    }
    console.line(shown)
}
