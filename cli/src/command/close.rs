//! `close`: the dialogue in which a checkpoint is closed, step by step, by link or by radio.
//!
//! Invariant: each step is an operation of whoever says it; what the station corrects becomes scans and statuses.

use bibtrail_core::{
    closing::{self, Answer, Closing, EXPECTED_MAX, Stage, answer_from},
    ids::{Bib, Key},
    op::{Entity, Scan, ScanKind, Status, StatusCode, Value, field},
    race::RaceSetup,
    store::Store,
};
use serde_json::json;

use super::{change, find_checkpoint, open, watch};
use crate::{Error, args, console::Console, host};

/// A checkpoint and what is known about closing it.
struct Desk {
    key: Key,
    name: String,
    closing: Closing,
    expected: Vec<Bib>,
}

impl Desk {
    fn at(store: &Store, text: &str) -> Result<Self, Error> {
        let (known, watch) = watch::look(store, None)?;
        let key = find_checkpoint(&known.setup, text)?;
        let name = known.setup.checkpoint(&key).map_or_else(|| key.to_string(), |c| c.name.clone());
        let closing = store.closings()?.remove(&key).unwrap_or_default();
        Ok(Self { expected: watch.expected_at(&key), key, name, closing })
    }

    fn stage(&self) -> Stage {
        self.closing.stage(&self.key, &self.expected)
    }
}

pub(super) fn close(args: &args::Close, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let desk = Desk::at(&store, &args.checkpoint)?;
    let mut words: Vec<(u16, Value)> = Vec::new();
    if args.ask {
        if desk.expected.len() > EXPECTED_MAX {
            return Err(Error::TooEarlyToClose { expected: desk.expected.len(), most: EXPECTED_MAX });
        }
        words.push(desk.closing.ask(&desk.expected));
    }
    if let Some(text) = &args.answer {
        let answer = answer(args, text, &desk)?;
        write_corrections(args, &mut store, &desk, &answer, console)?;
        words.push(desk.closing.answer(&answer));
    }
    if let Some(bib) = &args.last {
        let (bib, _) = change::whose(&store, bib, console)?;
        words.push(desk.closing.last_through(&bib));
    }
    if args.swept {
        words.push(desk.closing.swept());
    }
    if args.release {
        may_release(&desk, args.reason.is_some())?;
        words.push(desk.closing.release(&desk.key, &desk.expected));
    }
    if let (true, Some(reason)) = (args.reopen, &args.reason) {
        words.push(desk.closing.reopen(reason));
    }
    if !words.is_empty() {
        let said = store.put(Entity::Checkpoint(desk.key), words, args.reason.as_deref())?;
        change::finish(&args.dir, &mut store, said, console)?;
    }
    let desk = Desk::at(&store, &args.checkpoint)?;
    tell(args, &desk, console)?;
    Ok(crate::OK)
}

/// What the station answers: the text as it was heard, and what was given beside it.
fn answer(args: &args::Close, text: &str, desk: &Desk) -> Result<Answer, Error> {
    let mut answer = answer_from(text)?;
    for (bibs, given) in
        [(&mut answer.came, &args.came), (&mut answer.out, &args.out), (&mut answer.dropped, &args.dropped)]
    {
        for bib in given.iter().flat_map(|text| text.split(',')).filter(|text| !text.is_empty()) {
            bibs.push(Bib::new(bib)?);
        }
    }
    match &desk.closing.code {
        Some(code) if *code == answer.code => Ok(answer),
        code => Err(Error::OtherCode { given: answer.code, asked: code.clone() }),
    }
}

/// What the station puts right: passings that nobody recorded, and who stopped here.
fn write_corrections(
    args: &args::Close,
    store: &mut Store,
    desk: &Desk,
    answer: &Answer,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    // All are looked up before anything is written.
    for bib in &answer.out {
        change::whose(store, bib.as_str(), console)?;
    }
    let mut dropped = Vec::new();
    for bib in &answer.dropped {
        let (_, entity) = change::whose(store, bib.as_str(), console)?;
        let status = Status { code: StatusCode::Dnf, checkpoint: Some(desk.key.clone()) };
        dropped.push((entity, vec![(field::STATUS, status.value())]));
    }
    let (kind, reading) = (last_way(&store.setup()?, &desk.key), host::reading(store.race())?);
    let mut scans = Vec::new();
    for bib in &answer.came {
        change::whose(store, bib.as_str(), console)?;
        scans.push(Scan::new(bib.clone(), desk.key.clone(), kind, reading));
    }
    let reason = args.reason.as_deref().or(Some("said when the checkpoint was closed"));
    let note = Value::from("came through unrecorded; the time is that of the report");
    for scan in store.record(&scans)? {
        store.put(Entity::Scan(scan.at()), vec![(field::NOTE, note.clone())], reason)?;
    }
    store.put_all(dropped, reason)?;
    watch::settle(&args.dir, store)
}

/// Whoever came through went out again, where both ways are recorded.
fn last_way(setup: &RaceSetup, checkpoint: &Key) -> ScanKind {
    let mut visits = setup.courses.iter().flat_map(|course| &course.visits);
    let is_both = visits.any(|visit| visit.checkpoint == *checkpoint && visit.in_out);
    if is_both { ScanKind::Out } else { ScanKind::In }
}

/// No station closes while somebody may still come, unless headquarters says why.
fn may_release(desk: &Desk, has_reason: bool) -> Result<(), Error> {
    match desk.stage() {
        Stage::Ready => Ok(()),
        _ if has_reason => Ok(()),
        stage => Err(Error::NotReadyToClose { name: desk.name.clone(), stage: stage.as_str() }),
    }
}

fn tell(args: &args::Close, desk: &Desk, console: &mut Console<'_>) -> Result<(), Error> {
    let (stage, code) = (desk.stage(), closing::code(&desk.key, desk.closing.round, &desk.expected));
    if args.json {
        let closing = &desk.closing;
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
            "checkpoint": desk.key.as_str(),
            "stage": stage.as_str(),
            "round": closing.round,
            "still_to_come": bibs(&desk.expected),
            "code": code,
            "asked": closing.asked.as_deref().map(bibs),
            "asked_code": closing.code,
            "answers": closing.answers.iter().map(answer).collect::<Vec<_>>(),
            "last_through": closing.last.as_ref().map(ToString::to_string),
            "is_swept": closing.is_swept,
            "next": next(desk, &code),
        }));
    }
    if args.script {
        for line in closing::script(&desk.key, &desk.name, &desk.closing, &desk.expected) {
            console.line(line)?;
        }
        return Ok(());
    }
    let bibs: Vec<String> = desk.expected.iter().map(ToString::to_string).collect();
    let list = if bibs.is_empty() { "nobody".to_owned() } else { bibs.join(", ") };
    console.line(format_args!("{}: {}", desk.name, stage.as_str()))?;
    console.line(format_args!("still to come: {list} (code {code}, {})", closing::phonetic(&code)))?;
    for answer in desk.closing.answers.iter().filter(|_| stage == Stage::Contested) {
        let list = |bibs: &[Bib]| bibs.iter().map(ToString::to_string).collect::<Vec<_>>().join(" ");
        console.line(format_args!(
            "  one answer: came [{}], out [{}], dropped [{}]",
            list(&answer.came),
            list(&answer.out),
            list(&answer.dropped)
        ))?;
    }
    console.line(format_args!("next: {}", next(desk, &code)))
}

/// What is to be done now, and by whom.
fn next(desk: &Desk, code: &str) -> String {
    let key = &desk.key;
    match desk.stage() {
        Stage::Open => format!("headquarters asks: bibtrail close DIR {key} --ask"),
        Stage::Asked => {
            let asked = desk.closing.code.as_deref().unwrap_or(code);
            format!("the station answers: bibtrail close DIR {key} --answer {asked}")
        }
        Stage::Contested => {
            "people said different things: talk to them, then settle it with bibtrail conflicts and bibtrail resolve"
                .to_owned()
        }
        Stage::Stale => {
            format!("the list is another now, so headquarters asks again: bibtrail close DIR {key} --ask")
        }
        Stage::Agreed if !desk.expected.is_empty() => {
            format!("{} still to come: wait for them, or find them", desk.expected.len())
        }
        Stage::Agreed if desk.closing.last.is_none() => {
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
