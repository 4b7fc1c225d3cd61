//! `results`: standings of runners, teams and nations.
//!
//! Invariant: a table, its JSON and its CSV say the same, and each says whether it is official.

use bibtrail_core::{
    race::RaceSetup,
    results::{Known, results},
    store::Store,
    time::span,
    view::{CourseStandings, GroupLine, Line, Open, Standings},
};
use serde_json::json;

use super::{open, show::check_course};
use bibtrail_formats::write::harmless;

use crate::{
    Error, args,
    clock::RaceClock,
    console::Console,
    lines::print_lines,
    table::{or_blank, right, table},
};

/// So many unread scans are named below the standings.
const UNREAD_SHOWN: usize = 10;

pub(super) fn show(args: &args::Results, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let setup = store.setup()?;
    check_course(&setup, args.course.as_deref())?;
    let mut standings = judged(&store)?;
    narrow(&mut standings, args);
    let groups = match (args.teams, args.nations) {
        (true, _) => Some(Groups { title: "Team", of: |course| &course.teams }),
        (_, true) => Some(Groups { title: "Nation", of: |course| &course.nations }),
        _ => None,
    };
    if let Some(groups) = groups {
        groups.show(&standings, args, console)?;
    } else if args.json {
        console.json(&standings)?;
    } else if args.csv {
        write_csv(&standings, console)?;
    } else {
        print_standings(&setup, &standings, console)?;
    }
    Ok(crate::OK)
}

/// The standings of a replica, official or provisional.
pub(super) fn judged(store: &Store) -> Result<Standings, Error> {
    let (known, open) = known_and_open(store)?;
    let setup = known.setup.clone();
    Ok(Standings::judged(&setup, &results(&known), &open))
}

/// What a replica knows of the race, and what is open still.
pub(super) fn known_and_open(store: &Store) -> Result<(Known, Open), Error> {
    let known = store.known()?;
    let open = Open::of(store, &known.scans)?;
    Ok((known, open))
}

fn narrow(standings: &mut Standings, args: &args::Results) {
    if let Some(course) = &args.course {
        let wanted = |c: &CourseStandings| c.course == *course || c.name.eq_ignore_ascii_case(course);
        standings.courses.retain(wanted);
        standings.others.clear();
    }
    let is = |wanted: &Option<String>, value: &Option<String>| {
        wanted.as_ref().is_none_or(|wanted| value.as_ref().is_some_and(|v| v.eq_ignore_ascii_case(wanted)))
    };
    let fits = |line: &Line| {
        is(&args.category, &line.category)
            && is(&args.nation, &line.nation)
            && is(&args.team, &line.team)
            && (!args.unaccounted || line.state == bibtrail_core::results::State::OnCourse.as_str())
    };
    let is_named = |wanted: &Option<String>, group: &GroupLine| {
        wanted.as_ref().is_none_or(|wanted| group.name.eq_ignore_ascii_case(wanted))
    };
    for course in &mut standings.courses {
        course.lines.retain(fits);
        course.teams.retain(|team| is_named(&args.team, team));
        course.nations.retain(|nation| is_named(&args.nation, nation));
    }
    standings.others.retain(fits);
}

fn write_csv(standings: &Standings, console: &mut Console<'_>) -> Result<(), Error> {
    let mut csv = csv::Writer::from_writer(console.out());
    csv.write_record([
        "course",
        "rank",
        "bib",
        "name",
        "gender",
        "age",
        "category",
        "nation",
        "team",
        "state",
        "gun_time",
        "net_time",
        "gender_rank",
        "category_rank",
        "nation_rank",
        "team_rank",
        "last_seen",
        "missed",
        "doubts",
    ])?;
    let others = standings.others.iter().map(|line| ("", line));
    let lines = standings.courses.iter().flat_map(|c| c.lines.iter().map(|line| (c.course.as_str(), line)));
    for (course, line) in lines.chain(others) {
        let record = [
            course.to_owned(),
            or_blank(line.rank),
            line.bib.clone(),
            line.name.clone(),
            or_blank(line.gender.as_ref()),
            or_blank(line.age),
            or_blank(line.category.as_ref()),
            or_blank(line.nation.as_ref()),
            or_blank(line.team.as_ref()),
            line.state.to_owned(),
            or_blank(line.gun_ms.map(span)),
            or_blank(line.net_ms.map(span)),
            or_blank(line.gender_rank),
            or_blank(line.category_rank),
            or_blank(line.nation_rank),
            or_blank(line.team_rank),
            or_blank(line.last_seen.as_ref()),
            line.missed.join("; "),
            line.doubts_told().join("; "),
        ];
        csv.write_record(record.map(|cell| harmless(&cell)))?;
    }
    Ok(csv.flush()?)
}

fn print_standings(setup: &RaceSetup, standings: &Standings, console: &mut Console<'_>) -> Result<(), Error> {
    let clock = RaceClock::new(setup);
    console.line(format_args!("{} · ranked by {} time", standings.race, standings.rank_by))?;
    for course in standings.courses.iter().filter(|course| !course.lines.is_empty()) {
        let counts: Vec<String> = course.counts.iter().map(|(state, n)| format!("{n} {state}")).collect();
        console.line(format_args!("\n{} · {} · {}", course.name, counts.join(", "), standing(course)))?;
        print_lines(&clock, &course.lines, console)?;
    }
    if !standings.others.is_empty() {
        console.line("\nBibs nobody entered under, and entrants without a course")?;
        print_lines(&clock, &standings.others, console)?;
    }
    if standings.others.is_empty() && standings.courses.iter().all(|course| course.lines.is_empty()) {
        console.line("\nnobody")?;
    }
    print_unread(&clock, standings, console)
}

/// Whether a course's standings are official, and if not, why.
fn standing(course: &CourseStandings) -> String {
    match course.provisional.as_slice() {
        [] => "official".to_owned(),
        why => format!("provisional: {}", why.join(", ")),
    }
}

/// Scans whose bib is not known yet: the last of them by name, so that somebody completes them.
fn print_unread(clock: &RaceClock, standings: &Standings, console: &mut Console<'_>) -> Result<(), Error> {
    if standings.unread_scans == 0 {
        return Ok(());
    }
    console.line(format_args!("\n{} scans wait for a readable bib", standings.unread_scans))?;
    let hidden = standings.unread.len().saturating_sub(UNREAD_SHOWN);
    for scan in &standings.unread[hidden..] {
        let (bib, when) = (&scan.bib, clock.show(scan.time_ms));
        console.line(format_args!("  {bib} {} {} {when} · {}", scan.checkpoint, scan.kind, scan.scan))?;
    }
    if hidden > 0 {
        console.line(format_args!("  and {hidden} before; `results --json` lists all"))?;
    }
    Ok(())
}

/// Teams or nations, in place of runners.
struct Groups {
    title: &'static str,
    of: fn(&CourseStandings) -> &Vec<GroupLine>,
}

impl Groups {
    fn show(
        &self,
        standings: &Standings,
        args: &args::Results,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        if args.json {
            let course = |course: &CourseStandings| {
                json!({
                    "course": course.course,
                    "name": course.name,
                    "team_score": course.team_score,
                    "is_official": course.is_official,
                    "provisional": course.provisional,
                    "groups": (self.of)(course),
                })
            };
            return console.json(&standings.courses.iter().map(course).collect::<Vec<_>>());
        }
        if args.csv {
            return self.write_csv(standings, console);
        }
        let (race, rank_by) = (&standings.race, standings.rank_by);
        console.line(format_args!("{race} · by the sum of {rank_by} times"))?;
        for course in standings.courses.iter().filter(|course| !course.lines.is_empty()) {
            let (name, count) = (&course.name, course.team_score);
            console.line(format_args!("\n{name} · best {count} · {}", standing(course)))?;
            let mut shown = table(&["#", self.title, "Time", "Finished", "Entered", "Counted"]);
            right(&mut shown, &[0, 2, 3, 4]);
            for group in (self.of)(course) {
                let too_few = || format!("{} of {count}", group.finishers);
                shown.add_row([
                    or_blank(group.rank),
                    group.name.clone(),
                    group.time_ms.map_or_else(too_few, span),
                    group.finishers.to_string(),
                    group.entrants.to_string(),
                    group.scorers.join(" "),
                ]);
            }
            console.line(shown)?;
        }
        Ok(())
    }

    fn write_csv(&self, standings: &Standings, console: &mut Console<'_>) -> Result<(), Error> {
        let mut csv = csv::Writer::from_writer(console.out());
        let title = self.title.to_lowercase();
        csv.write_record(["course", "rank", &title, "time", "finished", "entered", "counted"])?;
        for course in &standings.courses {
            for group in (self.of)(course) {
                let record = [
                    course.course.clone(),
                    or_blank(group.rank),
                    group.name.clone(),
                    or_blank(group.time_ms.map(span)),
                    group.finishers.to_string(),
                    group.entrants.to_string(),
                    group.scorers.join(" "),
                ];
                csv.write_record(record.map(|cell| harmless(&cell)))?;
            }
        }
        Ok(csv.flush()?)
    }
}
