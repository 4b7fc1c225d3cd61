//! `clock`: whose time is the race's time, how sure each device's clock is, and which are in doubt.
//!
//! Invariant: what is shown is what the corrected times of the results are made of.

use bibtrail_core::{alarm, clocks::Suspect, ids::LogId, store::Store, time::span};
use serde::Serialize;

use super::open;
use crate::{
    Error, args,
    console::Console,
    replica::{Folder, log_name},
    table::{or_blank, right, table},
};

/// A run of a device's clock, as the list shows it.
#[derive(Serialize)]
struct Line {
    log: String,
    name: String,
    boot: String,
    /// How far its wall clock was ahead of the race's time at its last scan.
    wall_ahead_ms: Option<i64>,
    standard_error_ms: Option<i64>,
    bound_ms: Option<i64>,
}

pub(super) fn clock(args: &args::Clock, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let reason = args.reason.as_deref();
    if let Some(text) = &args.reference {
        let log = store.find_log(text)?;
        store.set_reference(log, reason)?;
    }
    if args.freeze {
        let said = store.freeze(reason)?;
        let may = store.members().role_at(said.at()) == bibtrail_core::op::Role::Director;
        if !may {
            return Err(Error::NoRight);
        }
    }
    store.settle()?;
    Folder::new(&args.dir).leave_mark(&store);
    let timing = store.timing()?;
    let lines = lines(&store)?;
    let suspects: Vec<String> = timing.clocks.suspects().iter().map(suspect).collect();
    let alarms = alarm::stations(&store.known()?);
    let reference = log_name(&store.logs()?, timing.reference);
    if args.json {
        let alarms: Vec<String> = alarms.iter().map(ToString::to_string).collect();
        console.json(&serde_json::json!({
            "reference": timing.reference.to_string(), "is_frozen": timing.is_frozen(), "clocks": lines,
            "suspects": suspects, "alarms": alarms,
        }))?;
        return Ok(crate::OK);
    }
    let frozen = if timing.is_frozen() { " · official times are frozen" } else { "" };
    console.line(format_args!("The race's time is that of {reference}{frozen}"))?;
    let mut shown = table(&["Name", "Log", "Wall clock ahead", "Standard error", "Guaranteed"]);
    right(&mut shown, &[2, 3, 4]);
    for line in &lines {
        let unknown = || "never met the others: its wall clock is believed".to_owned();
        shown.add_row([
            line.name.clone(),
            line.log[..8].to_owned(),
            line.wall_ahead_ms.map_or_else(unknown, span),
            or_blank(line.standard_error_ms.map(|ms| format!("{ms} ms"))),
            or_blank(line.bound_ms.map(|ms| format!("± {ms} ms"))),
        ]);
    }
    console.line(shown)?;
    suspects.iter().for_each(|text| console.remark(format_args!("! {text}")));
    alarms.iter().for_each(|alarm| console.remark(format_args!("! {alarm}")));
    Ok(crate::OK)
}

fn lines(store: &Store) -> Result<Vec<Line>, Error> {
    let (timing, logs) = (store.timing()?, store.logs()?);
    let line = |(log, reading): (LogId, bibtrail_core::time::Reading)| {
        let moment = timing.clocks.at(reading.boot, reading.boot_ms);
        Line {
            log: log.to_string(),
            name: log_name(&logs, log),
            boot: reading.boot.to_string(),
            wall_ahead_ms: moment.map(|moment| reading.wall_ms.saturating_sub(moment.ms)),
            standard_error_ms: moment.map(|moment| moment.sigma_ms),
            bound_ms: moment.map(|moment| moment.latest_ms.saturating_sub(moment.earliest_ms) / 2),
        }
    };
    Ok(store.boots()?.into_iter().map(line).collect())
}

fn suspect(suspect: &Suspect) -> String {
    match suspect {
        Suspect::Anchor { boot, spread_ms } => {
            format!("the reference's clock {boot} was given times {spread_ms} ms apart")
        }
        Suspect::Rate { boot, ppm } => format!(
            "the clock {boot} runs wrong by up to {ppm} millionths: its times are wider. Replace that phone if you can"
        ),
        Suspect::Contact { contact, excess_ms, certain } => format!(
            "a meeting of the clocks {} and {} contradicts the others by {excess_ms} ms and was left out{}",
            contact.boot,
            contact.peer,
            if *certain { "" } else { "; it may have been another that was wrong" }
        ),
    }
}
