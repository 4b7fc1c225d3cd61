//! `close`: the dialogue in which a checkpoint is closed, step by step, by link or by radio.
//!
//! Invariant: each step is an operation of whoever says it; what the station corrects becomes scans and statuses.

use bibtrail_clerk::stations::{Station, Step};
use bibtrail_core::{
    closing::{self, Answer, Stage},
    ids::Bib,
};
use serde_json::json;

use super::{change, open, watch};
use crate::{Error, args, console::Console};

pub(super) fn close(args: &args::Close, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let station = Station::at(&store, &args.checkpoint, watch::now_ms(&store)?)?;
    let beside = [args.came.as_slice(), args.out.as_slice(), args.dropped.as_slice()];
    let answer = args.answer.as_deref().map(|heard| station.answer(heard, beside)).transpose()?;
    for bib in answer.iter().flat_map(|answer| [&answer.out, &answer.dropped, &answer.came]).flatten() {
        change::whose(&store, bib.as_str(), console)?;
    }
    if let Some(bib) = &args.last {
        change::whose(&store, bib, console)?;
    }
    let step = Step {
        asks: args.ask,
        answer,
        last: args.last.clone(),
        is_swept: args.swept,
        releases: args.release,
        reopens: args.reopen,
        reason: args.reason.clone(),
    };
    let mut pen = change::pen(&mut store)?;
    station.take(&mut pen, &step)?;
    let said = pen.end()?;
    change::finish(&args.dir, &store, &said, console);
    let station = Station::at(&store, &args.checkpoint, watch::now_ms(&store)?)?;
    tell(args, &station, console)?;
    Ok(crate::OK)
}

fn tell(args: &args::Close, station: &Station, console: &mut Console<'_>) -> Result<(), Error> {
    let (stage, code) =
        (station.stage(), closing::code(&station.key, station.closing.round, &station.expected));
    if args.json {
        let closing = &station.closing;
        let bibs = |bibs: &[Bib]| bibs.iter().map(ToString::to_string).collect::<Vec<_>>();
        let answer = |answer: &Answer| {
            json!({
                "code": answer.code,
                "came": bibs(&answer.came),
                "out": bibs(&answer.out),
                "dropped": bibs(&answer.dropped),
            })
        };
        return console.json(&json!({
            "checkpoint": station.key.as_str(),
            "stage": stage.as_str(),
            "round": closing.round,
            "still_to_come": bibs(&station.expected),
            "code": code,
            "asked": closing.asked.as_deref().map(bibs),
            "asked_code": closing.code,
            "answers": closing.answers.iter().map(answer).collect::<Vec<_>>(),
            "last_through": closing.last.as_ref().map(ToString::to_string),
            "is_swept": closing.is_swept,
            "next": next(station, &code),
        }));
    }
    if args.script {
        for line in closing::script(&station.key, &station.name, &station.closing, &station.expected) {
            console.line(line)?;
        }
        return Ok(());
    }
    let bibs: Vec<String> = station.expected.iter().map(ToString::to_string).collect();
    let list = if bibs.is_empty() { "nobody".to_owned() } else { bibs.join(", ") };
    console.line(format_args!("{}: {}", station.name, stage.as_str()))?;
    console.line(format_args!("still to come: {list} (code {code}, {})", closing::phonetic(&code)))?;
    for answer in station.closing.answers.iter().filter(|_| stage == Stage::Contested) {
        let list = |bibs: &[Bib]| bibs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        console.line(format_args!(
            "  one answer: came [{}], out [{}], dropped [{}]",
            list(&answer.came),
            list(&answer.out),
            list(&answer.dropped)
        ))?;
    }
    console.line(format_args!("next: {}", next(station, &code)))
}

/// What is to be done now, and by whom.
fn next(station: &Station, code: &str) -> String {
    let key = &station.key;
    match station.stage() {
        Stage::Open => format!("headquarters asks: bibtrail close DIR {key} --ask"),
        Stage::Asked => {
            let asked = station.closing.code.as_deref().unwrap_or(code);
            format!("the station answers: bibtrail close DIR {key} --answer {asked}")
        }
        Stage::Contested => {
            "people said different things: talk to them, then settle it with bibtrail conflicts and bibtrail resolve"
                .to_owned()
        }
        Stage::Stale => {
            format!("the list is another now, so headquarters asks again: bibtrail close DIR {key} --ask")
        }
        Stage::Agreed if !station.expected.is_empty() => {
            format!("{} still to come: wait for them, or find them", station.expected.len())
        }
        Stage::Agreed if station.closing.last.is_none() => {
            format!("the station names the last runner through: bibtrail close DIR {key} --last BIB")
        }
        Stage::Agreed => format!("the station waits for the sweepers: bibtrail close DIR {key} --swept"),
        Stage::Ready => format!("headquarters lets the station go: bibtrail close DIR {key} --release"),
        Stage::Closed => "nothing; it is closed".to_owned(),
        Stage::ClosedStale => {
            format!("open it again and look: bibtrail close DIR {key} --reopen --reason WHY")
        }
    }
}
