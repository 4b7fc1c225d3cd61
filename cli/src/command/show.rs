//! `splits`, `runner`, `conflicts`, `log`.
//!
//! Invariant: a table and its JSON say the same; tables fit the terminal.

use bibtrail_clerk::words::show_value;
use bibtrail_core::{
    ids::{Bib, LogId},
    op::{Body, Entity, Op, field, field_name},
    race::RaceSetup,
    results::{CourseResults, Results, Runner},
    store::{Conflict, LogInfo, Store},
    time::span,
    view::{self, Line, SplitLine},
};
use serde::Serialize;
use serde_json::{Value as Json, json};

use super::open;
use crate::{
    Error, args,
    clock::RaceClock,
    console::Console,
    lines::print_lines,
    replica::log_name,
    table::{or_blank, right, table},
};

pub(super) fn check_course(setup: &RaceSetup, given: Option<&str>) -> Result<(), Error> {
    let Some(given) = given else { return Ok(()) };
    let is_meant =
        |c: &bibtrail_core::race::Course| c.key.as_str() == given || c.name.eq_ignore_ascii_case(given);
    if setup.courses.iter().any(is_meant) {
        return Ok(());
    }
    let known = setup.courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", ");
    Err(Error::NoCourse { given: given.to_owned(), known })
}

pub(super) fn splits(args: &args::Splits, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let setup = store.setup()?;
    check_course(&setup, args.course.as_deref())?;
    let results = store.results()?;
    let wanted = |course: &&CourseResults| {
        args.course
            .as_ref()
            .is_none_or(|w| course.course.key.as_str() == w || course.course.name.eq_ignore_ascii_case(w))
    };
    let mut all = Vec::new();
    for course in results.courses.iter().filter(wanted) {
        let lines: Vec<SplitLine> = course
            .runners
            .iter()
            .filter(|runner| !args.missed || !runner.missed().is_empty())
            .map(|runner| view::splits(&setup, &course.course, &course.slots, runner))
            .collect();
        if !args.json {
            print_splits(&setup, course, &lines, console)?;
        }
        all.push(json!({ "course": course.course.key.as_str(), "lines": lines }));
    }
    if args.json {
        console.json(&all)?;
    }
    Ok(crate::OK)
}

fn print_splits(
    setup: &RaceSetup,
    course: &CourseResults,
    lines: &[SplitLine],
    console: &mut Console<'_>,
) -> Result<(), Error> {
    console.line(format_args!("\n{}", course.course.name))?;
    let places: Vec<String> = course.slots.iter().map(|slot| view::place_name(setup, slot)).collect();
    let headings = ["Bib", "Name"].into_iter().chain(places.iter().map(String::as_str));
    let mut shown = table(&headings.collect::<Vec<_>>());
    right(&mut shown, &(2..places.len() + 2).collect::<Vec<_>>());
    for line in lines {
        let times = line.splits.iter().map(|split| split_text(split, split.elapsed_ms.map(span)));
        shown.add_row([line.bib.clone(), line.name.clone()].into_iter().chain(times));
    }
    console.line(shown)
}

/// A time with how sure it is, where that is more than a second; who was seen without a time was there.
fn split_text(split: &view::Split, time: Option<String>) -> String {
    match (time, split.within_ms) {
        (Some(time), Some(ms)) if ms > 1_000 => format!("{time} ±{} s", view::seconds(ms)),
        (Some(time), _) => time,
        (None, Some(_)) => "seen".to_owned(),
        (None, None) => "–".to_owned(),
    }
}

pub(super) fn runner(args: &args::Runner, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let setup = store.setup()?;
    let results = store.results()?;
    let bib = Bib::new(&args.bib)?;
    let (course, runner) = view::find(&results, &bib).ok_or_else(|| Error::UnknownBib(bib.to_string()))?;
    let line = view::line(&setup, course, runner);
    let splits = course.map(|c| view::splits(&setup, &c.course, &c.slots, runner));
    let words = words(&store, runner)?;
    if args.json {
        let judgements = course.map(|course| view::judgements(&setup, &results, course, runner));
        let shown = json!({ "runner": line, "splits": splits, "said": words, "judgements": judgements });
        console.json(&shown)?;
        return Ok(crate::OK);
    }
    print_runner(&store, &setup, &results, (course, runner), &line, console)?;
    for word in &words {
        let reason = word.reason.as_ref().map(|reason| format!(": “{reason}”")).unwrap_or_default();
        let (said, by, operation) = (&word.said, &word.by, &word.operation);
        console.line(format_args!("{said} · said by {by}{reason} · {operation}"))?;
    }
    for proposal in store.proposals()?.iter().filter(|proposal| proposal.is_open_about(&bib)) {
        let (by, words, operation) = (proposal.author(), proposal.words(&setup), proposal.at);
        console.line(format_args!("! {words} · said by {by}, who may not settle it · {operation}"))?;
    }
    Ok(crate::OK)
}

/// What a person said of a runner, and why.
#[derive(Serialize)]
struct Word {
    said: String,
    by: String,
    reason: Option<String>,
    operation: String,
}

/// What people say of a runner's status and safety: the words that stand, contending ones too.
fn words(store: &Store, runner: &Runner) -> Result<Vec<Word>, Error> {
    let of_entrant = runner.entrant.as_ref().map(|entrant| Entity::Entrant(entrant.id));
    let logs = store.logs()?;
    let mut words = Vec::new();
    for entity in of_entrant.into_iter().chain([Entity::Bib(runner.bib.clone())]) {
        let registers = store.registers(&entity)?.unwrap_or_default();
        for (name, register) in [field::STATUS, field::SAFETY].map(|f| (field_name(f), registers.get(f))) {
            for sibling in register.into_iter().flat_map(bibtrail_core::registers::Register::siblings) {
                let reason = store.op(sibling.at)?.and_then(|op| match op.body {
                    Body::Put(put) => put.reason,
                    _ => None,
                });
                let said = format!("{name} {}", sibling.value);
                let by = log_name(&logs, sibling.at.log);
                words.push(Word { said, by, reason, operation: sibling.at.to_string() });
            }
        }
    }
    Ok(words)
}

/// Times that are in doubt, with what they were compared with.
fn print_doubted(
    setup: &RaceSetup,
    results: &Results,
    course: &CourseResults,
    runner: &Runner,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let judgements = view::judgements(setup, results, course, runner);
    for (slot, judgement) in course.slots.iter().zip(&judgements) {
        let Some((judgement, reason)) = judgement.as_ref().and_then(|j| Some((j, j.reason?))) else {
            continue;
        };
        let usual = judgement.usual_ms.map_or_else(String::new, |usual_ms| {
            format!("; usually {} since {}", span(usual_ms), judgement.since.as_deref().unwrap_or("the gun"))
        });
        let place = view::place_name(setup, slot);
        console.line(format_args!("{}: {place} · {reason}{usual}", judgement.grade))?;
    }
    Ok(())
}

fn print_runner(
    store: &Store,
    setup: &RaceSetup,
    results: &Results,
    (course, runner): (Option<&CourseResults>, &Runner),
    line: &Line,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let clock = RaceClock::new(setup);
    print_lines(&clock, std::slice::from_ref(line), console)?;
    let logs = store.logs()?;
    if let Some(course) = course {
        let mut shown = table(&["Where", "km", "Time", "Since start", "Seen by"]);
        right(&mut shown, &[1, 2, 3]);
        let splits = view::splits(setup, &course.course, &course.slots, runner);
        for ((slot, split), passing) in course.slots.iter().zip(&splits.splits).zip(&runner.passings) {
            let witnesses = passing.iter().flat_map(|p| &p.witnesses);
            let seen_by: Vec<String> = witnesses
                .map(|at| format!("{} {}:{}", log_name(&logs, at.log), at.log.short(), at.seq))
                .collect();
            shown.add_row([
                view::place_name(setup, slot),
                format!("{}.{}", slot.distance_m / 1000, slot.distance_m % 1000 / 100),
                split_text(split, split.time_ms.map(|ms| clock.show(ms))),
                or_blank(split.elapsed_ms.map(span)),
                seen_by.join(", "),
            ]);
        }
        console.line(shown)?;
        print_doubted(setup, results, course, runner, console)?;
    }
    if !line.legs.is_empty() {
        let mut shown = table(&["Leg", "Runner", "To", "Time"]);
        right(&mut shown, &[0, 3]);
        for (leg, n) in line.legs.iter().zip(1..) {
            let to = or_blank(leg.to.as_ref());
            let time = leg.time_ms.map_or_else(|| "–".to_owned(), span);
            shown.add_row([n.to_string(), leg.name.clone(), to, time]);
        }
        console.line(shown)?;
    }
    for scan in &runner.out_of_place {
        let when = clock.show(scan.time_ms);
        console.line(format_args!(
            "out of place: {} {} {when} · {}",
            scan.checkpoint,
            scan.kind.as_str(),
            scan.at
        ))?;
    }
    let same_name = results.unread.len();
    if same_name > 0 {
        console
            .line(format_args!("{same_name} scans of the race wait for a readable bib; one may be theirs"))?;
    }
    Ok(())
}

pub(super) fn conflicts(args: &args::Show, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let conflicts = store.conflicts()?;
    let logs = store.logs()?;
    let clock = RaceClock::new(&store.setup()?);
    if args.json {
        let all: Vec<Json> =
            conflicts.iter().map(|conflict| conflict_json(&clock, &logs, conflict)).collect();
        console.json(&all)?;
        return Ok(crate::OK);
    }
    if conflicts.is_empty() {
        console.line("no conflicts")?;
    }
    for conflict in &conflicts {
        console.line(format_args!(
            "{} · {} of {}",
            conflict.id(),
            field_name(conflict.field),
            conflict.entity
        ))?;
        for (sibling, n) in conflict.siblings.iter().zip(1..) {
            let value = show_value(&clock, conflict.field, &sibling.value);
            let by = log_name(&logs, sibling.at.log);
            let shown = if *sibling == conflict.provisional { " (shown until resolved)" } else { "" };
            console.line(format_args!("  #{n} {value} · {by} {}{shown}", sibling.at))?;
        }
    }
    Ok(crate::OK)
}

fn conflict_json(clock: &RaceClock, logs: &[LogInfo], conflict: &Conflict) -> Json {
    let value = |sibling: &bibtrail_core::registers::Sibling| {
        json!({
            "value": show_value(clock, conflict.field, &sibling.value),
            "operation": sibling.at.to_string(),
            "by": log_name(logs, sibling.at.log),
        })
    };
    json!({
        "conflict": conflict.id(),
        "of": conflict.entity.to_string(),
        "field": field_name(conflict.field),
        "values": conflict.siblings.iter().map(value).collect::<Vec<_>>(),
        "provisional": show_value(clock, conflict.field, &conflict.provisional.value),
    })
}

pub(super) fn log(args: &args::Log, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    let clock = RaceClock::new(&store.setup()?);
    let logs = store.logs()?;
    let wanted = |log: LogId| args.of.as_ref().is_none_or(|digits| log.to_string().starts_with(digits));
    let mut all = Vec::new();
    for info in logs.iter().filter(|info| wanted(info.log)) {
        if !args.json {
            console.line(format_args!("\n{} · {}", log_name(&logs, info.log), info.log))?;
        }
        for logged in store.ops(info.log, 1)? {
            let said = logged
                .op
                .as_ref()
                .map_or_else(|| "damaged or of a newer app".to_owned(), |op| tell(&clock, op));
            let reason = logged.op.as_ref().and_then(|op| match &op.body {
                Body::Put(put) => put.reason.clone(),
                Body::Approve(approve) => approve.reason.clone(),
                Body::Revoke(revoke) => revoke.reason.clone(),
                Body::Freeze(freeze) => freeze.reason.clone(),
                _ => None,
            });
            if args.json {
                let depth = logged.op.as_ref().map(|op| op.depth);
                let (log, seq) = (logged.at.log.to_string(), logged.at.seq);
                all.push(json!({ "log": log, "seq": seq, "depth": depth, "says": said, "reason": reason }));
            } else {
                let reason = reason.map(|reason| format!(" · “{reason}”")).unwrap_or_default();
                console.line(format_args!("{:>6}  {said}{reason}", logged.at.seq))?;
            }
        }
    }
    if args.json {
        console.json(&all)?;
    }
    Ok(crate::OK)
}

/// An operation in words.
fn tell(clock: &RaceClock, op: &Op) -> String {
    match &op.body {
        Body::Race(race) => format!("race {}", race.name),
        Body::Enrol(enrol) => format!("enrolled as {}", enrol.name),
        Body::Scan(scan) => {
            let time = clock.show(scan.reading.wall_ms);
            format!("scan {} {} {} {time}", scan.bib, scan.checkpoint, scan.kind.as_str())
        }
        Body::Put(put) => {
            let writes = put.writes.iter();
            let values: Vec<String> = writes
                .map(|w| format!("{} = {}", field_name(w.field), show_value(clock, w.field, &w.value)))
                .collect();
            format!("{}: {}", put.entity, values.join(", "))
        }
        Body::Ticket(ticket) => {
            let places: Vec<&str> = ticket.checkpoints.iter().map(|key| key.as_str()).collect();
            format!("ticket {} for a {} {}", ticket.key.short(), ticket.role.as_str(), places.join(" "))
        }
        Body::Approve(approve) => format!("{} is {}", approve.log.short(), approve.role.as_str()),
        Body::Revoke(revoke) => format!("{} counts up to {}", revoke.up_to.log.short(), revoke.up_to.seq),
        Body::ClockContact(contact) => {
            let side = |ms: Option<i64>| ms.map_or_else(|| "?".to_owned(), |ms| ms.to_string());
            let (lo, hi) = (side(contact.lo_ms), side(contact.hi_ms));
            format!("clock {} was ahead by {lo} to {hi} ms", contact.peer)
        }
        Body::Freeze(freeze) => format!("times are official as of {} logs", freeze.heads.len()),
        Body::Unknown { kind } => format!("an operation of kind {kind}, which needs a newer app"),
    }
}
