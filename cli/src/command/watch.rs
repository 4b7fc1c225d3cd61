//! `watch`: who is out there. `safe`: a person's word that a runner is.
//!
//! Invariant: the worst stands first, and what is not known stands beside what is.

use std::{path::Path, time::SystemTime};

use bibtrail_clerk::words;
use bibtrail_core::{
    ids::{Bib, Key},
    proposal::Proposal,
    race::RaceSetup,
    results::Known,
    store::{Store, StoreError},
    time::span,
    watch::{self, Place, Seen, State, Station, Watch, Watched},
};
use serde_json::{Value as Json, json};

use super::{change, find_checkpoint, link, open};
use crate::{
    Error,
    args::{self, STATES},
    clock::RaceClock,
    console::Console,
    host,
    table::{or_blank, right, table},
};

/// How often to look whether the replica changed, in milliseconds.
const LOOK_MS: u64 = 1_000;

/// How many looks until it is shown again though nothing came in.
const LOOKS: u64 = 60;

pub(super) fn watch(args: &args::Watch, console: &mut Console<'_>) -> Result<u8, Error> {
    if !args.follow {
        let text = render(args, console)?;
        if !args.json {
            console.line(text)?;
        }
        return Ok(crate::OK);
    }
    let cancel = link::stop_on_interrupt();
    while !cancel.is_cancelled() {
        let before = changed(&args.dir);
        match render(args, console) {
            Ok(text) => console.picture(&text)?,
            // Another command has it open for a moment.
            Err(Error::Replica { source: StoreError::Locked, .. }) => {
                link::wait(&cancel, LOOK_MS);
                continue;
            }
            Err(error) => return Err(error),
        }
        let mut looks = 0;
        while looks < LOOKS && !cancel.is_cancelled() && changed(&args.dir) == before {
            link::wait(&cancel, LOOK_MS);
            looks += 1;
        }
    }
    Ok(crate::OK)
}

/// What tells that something was recorded or came in: the journal grows with every operation.
fn changed(dir: &Path) -> Option<(u64, SystemTime)> {
    let journal = std::fs::metadata(dir.join("journal")).ok()?;
    Some((journal.len(), journal.modified().ok()?))
}

/// What time it is, by the race's clock where this device's is known.
pub(super) fn now_ms(store: &Store) -> Result<i64, Error> {
    Ok(store.timing()?.time_ms(host::reading(store.race())?))
}

/// Who is out there as of `at`, or of now.
pub(super) fn look(store: &Store, at: Option<&str>) -> Result<(Known, Watch), Error> {
    let known = store.known()?;
    let now_ms = match at {
        Some(text) => RaceClock::new(&known.setup).read(text)?,
        None => now_ms(store)?,
    };
    let watch = watch::watch(&known, &store.heard()?, now_ms);
    Ok((known, watch))
}

/// The whole picture as text; as JSON it is printed at once.
fn render(args: &args::Watch, console: &mut Console<'_>) -> Result<String, Error> {
    let store = open(&args.dir, console)?;
    let (known, watch) = look(&store, args.at.as_deref())?;
    let setup = &known.setup;
    let place = args.checkpoint.as_deref().map(|text| find_checkpoint(setup, text)).transpose()?;
    let wanted = |runner: &&Watched| {
        is_wanted(args.state.as_deref(), runner.state)
            && place.as_ref().is_none_or(|key| runner.to_come.contains(key))
    };
    let runners: Vec<&Watched> = watch.runners.iter().filter(wanted).collect();
    let clock = RaceClock::new(setup);
    let show = |ms: i64| clock.show_minute(ms);
    if args.json {
        console.json(&all_json(&watch, &known, &runners, &show))?;
        return Ok(String::new());
    }
    let mut text = format!("{} · {}\n{}\n", setup.name, clock.show(watch.now_ms), watch.summary());
    if !runners.is_empty() {
        let mut shown = table(&["Bib", "Name", "State", "Why"]);
        right(&mut shown, &[0]);
        for runner in runners {
            let name = if runner.is_entered { runner.name.clone() } else { "(not entered)".to_owned() };
            let reason = runner.reason(setup, &show);
            shown.add_row([runner.bib.to_string(), name, runner.state.as_str().to_owned(), reason]);
        }
        text.push_str(&format!("{shown}\n"));
    }
    let open: Vec<&Proposal> = known.proposals.iter().filter(|proposal| !proposal.is_dismissed).collect();
    let (urgent, rest): (Vec<&Proposal>, Vec<&Proposal>) =
        open.into_iter().partition(|proposal| proposal.is_urgent());
    for proposal in urgent {
        let (by, words) = (&proposal.by, proposal.words(setup));
        text.push_str(&format!(
            "! {by} says of {}: {words}. Not settled: bibtrail review {} --kind told\n",
            proposal.bib,
            args.dir.display()
        ));
    }
    if !rest.is_empty() {
        text.push_str(&format!(
            "! {} more words are not settled: bibtrail review {} --kind proposed\n",
            rest.len(),
            args.dir.display()
        ));
    }
    text.push_str(&stations(&watch, &show));
    // Names come from other people's phones: what would steer the terminal is not passed on.
    Ok(text.chars().filter(|c| !c.is_control() || *c == '\n').collect())
}

/// Without a choice, all who are not known to be safe.
fn is_wanted(choice: Option<&str>, state: State) -> bool {
    match choice {
        None => !state.is_safe(),
        Some("all") => true,
        Some("out") => state.is_out(),
        Some(word) => {
            let known = STATES.iter().zip(State::ALL).find(|(known, _)| **known == word);
            known.is_some_and(|(_, wanted)| wanted == state)
        }
    }
}

fn stations(watch: &Watch, show: &dyn Fn(i64) -> String) -> String {
    let mut shown = table(&["Checkpoint", "Stage", "Seen", "To come", "Knowledge", "Phones"]);
    right(&mut shown, &[2, 3]);
    for station in &watch.stations {
        let phone = |phone: &watch::Phone| {
            let last = phone.last_ms.map_or_else(|| "never heard of".to_owned(), show);
            format!("{} {last}", phone.name)
        };
        shown.add_row([
            station.name.clone(),
            stage(station).to_owned(),
            station.bibs.to_string(),
            station.expected.len().to_string(),
            station.report(watch.now_ms, show),
            station.phones.iter().map(phone).collect::<Vec<_>>().join(", "),
        ]);
    }
    shown.to_string()
}

fn stage(station: &Station) -> &'static str {
    station.closing.stage(&station.checkpoint, &station.expected).as_str()
}

fn all_json(watch: &Watch, known: &Known, runners: &[&Watched], show: &dyn Fn(i64) -> String) -> Json {
    let setup = &known.setup;
    let proposal = |proposal: &Proposal| {
        json!({
            "bib": proposal.bib.to_string(), "says": proposal.words(setup), "by": proposal.by,
            "is_approved": proposal.is_approved, "is_dismissed": proposal.is_dismissed, "reason": proposal.reason, "operation": proposal.at.to_string(),
        })
    };
    let counts: Vec<Json> = watch
        .counts()
        .into_iter()
        .map(|(state, count)| json!({ "state": state.as_str(), "count": count, "is_safe": state.is_safe() }))
        .collect();
    json!({
        "race": setup.name,
        "now_ms": watch.now_ms,
        "counts": counts,
        "runners": runners.iter().map(|runner| runner_json(setup, runner, show)).collect::<Vec<_>>(),
        "proposals": known.proposals.iter().map(proposal).collect::<Vec<_>>(),
        "checkpoints": watch.stations.iter().map(|station| station_json(station, watch, show)).collect::<Vec<_>>(),
    })
}

fn runner_json(setup: &RaceSetup, runner: &Watched, show: &dyn Fn(i64) -> String) -> Json {
    let place =
        |place: &Place| json!({ "checkpoint": place.checkpoint.as_str(), "kind": place.kind.as_str() });
    let seen = |seen: &Seen| json!({ "at": place(&seen.place), "time_ms": seen.time_ms, "phones": seen.phones, "is_sure": seen.is_sure });
    let due = runner.due.as_ref().map(|(at, expected)| {
        json!({
            "at": place(at),
            "earliest_ms": expected.earliest_ms,
            "likely_ms": expected.likely_ms,
            "latest_ms": expected.latest_ms,
        })
    });
    let silent = |silent: &watch::Silent| json!({ "checkpoint": silent.checkpoint.as_str(), "since_ms": silent.since_ms });
    let safety = runner.safety.as_ref().map(|word| {
        json!({
            "is_safe": word.is_safe,
            "place": word.place,
            "said_ms": word.said_ms,
            "by": word.by.to_string(),
            "is_contested": word.is_contested,
        })
    });
    json!({
        "bib": runner.bib.to_string(),
        "name": runner.name,
        "is_entered": runner.is_entered,
        "course": runner.course.as_ref().map(Key::as_str),
        "state": runner.state.as_str(),
        "is_safe": runner.state.is_safe(),
        "last": runner.last.as_ref().map(seen),
        "unsure": runner.unsure.as_ref().map(seen),
        "due": due,
        "late_ms": runner.late_ms,
        "silent": runner.silent.iter().map(silent).collect::<Vec<_>>(),
        "status": runner.status.as_ref().map(|status| status.value().to_string()),
        "safety": safety,
        "reason": runner.reason(setup, show),
    })
}

fn station_json(station: &Station, watch: &Watch, show: &dyn Fn(i64) -> String) -> Json {
    let phone = |phone: &watch::Phone| {
        json!({
            "log": phone.log.to_string(),
            "name": phone.name,
            "last_ms": phone.last_ms,
            "is_trusted": phone.is_trusted,
            "held": phone.held,
            "known_to_exist": phone.exist,
        })
    };
    json!({
        "checkpoint": station.checkpoint.as_str(),
        "name": station.name,
        "stage": stage(station),
        "reported_until_ms": station.until_ms.filter(|ms| *ms != i64::MAX),
        "knowledge": station.report(watch.now_ms, show),
        "bibs": station.bibs,
        "to_come": station.expected.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "last_through": station.closing.last.as_ref().map(ToString::to_string),
        "is_swept": station.closing.is_swept,
        "phones": station.phones.iter().map(phone).collect::<Vec<_>>(),
    })
}

pub(super) fn safe(args: &args::Safe, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let whom = change::whose(&store, &args.bib, console)?;
    let mut pen = change::pen(&mut store)?;
    words::safe(&mut pen, &whom, !args.not, &args.place, args.reason.as_deref())?;
    let said = pen.end()?;
    change::finish(&args.dir, &store, &said, console);
    tell_state(&store, &whom.bib, args.json, console)
}

/// What the watch makes of one runner now.
fn tell_state(store: &Store, bib: &Bib, as_json: bool, console: &mut Console<'_>) -> Result<u8, Error> {
    let (known, watch) = look(store, None)?;
    let clock = RaceClock::new(&known.setup);
    let show = |ms: i64| clock.show_minute(ms);
    let Some(runner) = watch.find(bib) else { return Err(Error::UnknownBib(bib.to_string())) };
    if as_json {
        console.json(&runner_json(&known.setup, runner, &show))?;
    } else {
        let late = or_blank(runner.late_ms.map(|ms| format!(" by {}", span(ms / 60_000 * 60_000))));
        let reason = runner.reason(&known.setup, &show);
        console.line(format_args!("{bib} is now {}{late}: {reason}", runner.state.as_str()))?;
    }
    Ok(crate::OK)
}
