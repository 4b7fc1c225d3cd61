//! `review`: which records are wrong, what would settle each, and settling it.
//!
//! Invariant: nothing is applied by itself. What is accepted becomes ordinary operations with the reason beside them,
//! as if they had been written by hand.

use bibtrail_core::{
    ids::OpRef,
    op::{Entity, EntityValues, Scan, Source, Value, field, field_name},
    results::{Known, results},
    review::{self, Act, Finding, Kind, Suggestion},
    store::{Confirmed, Store},
};
use serde_json::{Value as Json, json};

use super::{change, change::show_value, find_checkpoint, open};
use crate::{Error, args, clock::RaceClock, console::Console};

pub(super) fn review(args: &args::Review, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let known = store.known()?;
    let findings = review::review(&known, &results(&known));
    if let [wanted, rest @ ..] = args.accept.as_slice() {
        let finding = find(&findings, wanted)?;
        return accept(args, &mut store, finding, rest.first(), console);
    }
    if let Some(wanted) = &args.dismiss {
        return dismiss(args, &mut store, find(&findings, wanted)?, true, console);
    }
    if let Some(wanted) = &args.undismiss {
        return dismiss(args, &mut store, find(&findings, wanted)?, false, console);
    }
    list(args, &known, findings, console)
}

/// The finding whose name begins so.
fn find<'a>(findings: &'a [Finding], digits: &str) -> Result<&'a Finding, Error> {
    let mut fitting = findings.iter().filter(|finding| finding.id.to_string().starts_with(digits));
    match (fitting.next(), fitting.next()) {
        (Some(only), None) if !digits.is_empty() => Ok(only),
        _ => Err(Error::NoFinding(digits.to_owned())),
    }
}

fn list(
    args: &args::Review,
    known: &Known,
    mut findings: Vec<Finding>,
    console: &mut Console<'_>,
) -> Result<u8, Error> {
    let kind = args.kind.as_deref().map(|text| {
        let words = || Kind::ALL.map(Kind::as_str).join(", ");
        Kind::parse(text).ok_or_else(|| Error::NoKind { given: text.to_owned(), known: words() })
    });
    let kind = kind.transpose()?;
    let place = args.checkpoint.as_deref().map(|text| find_checkpoint(&known.setup, text)).transpose()?;
    findings.retain(|finding| {
        kind.is_none_or(|kind| finding.kind == kind)
            && place.as_ref().is_none_or(|place| finding.checkpoint.as_ref() == Some(place))
    });
    let count = findings.len();
    let missed = findings.iter().filter(|finding| is_plain_gap(finding)).count();
    findings.retain(|finding| args.all || kind.is_some() || !is_plain_gap(finding));
    findings.retain(|finding| args.all || !finding.is_dismissed);
    let clock = RaceClock::new(&known.setup);
    if args.json {
        let all: Vec<Json> = findings.iter().map(|finding| as_json(args, &clock, finding)).collect();
        console.json(&all)?;
    } else if findings.is_empty() {
        console.line("nothing to review")?;
    }
    if !args.json {
        findings.iter().try_for_each(|finding| print(args, &clock, finding, console))?;
        if count > findings.len() {
            let rest = count - findings.len();
            console.remark(format_args!(
                "! {rest} more with --all: dismissed, or only missed somewhere ({missed}; `splits --missed` lists them too)"
            ));
        }
    }
    Ok(if findings.iter().all(|finding| finding.is_dismissed) { crate::OK } else { crate::FAILED })
}

/// Missed somewhere, and nothing to fill the gap with.
fn is_plain_gap(finding: &Finding) -> bool {
    finding.kind == Kind::Missed && finding.suggestions.is_empty()
}

fn print(
    args: &args::Review,
    clock: &RaceClock,
    finding: &Finding,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let time = finding.time_ms.map(|ms| format!(" · {}", clock.show(ms))).unwrap_or_default();
    let dismissed = if finding.is_dismissed { " · dismissed" } else { "" };
    let id = short(finding);
    console.line(format_args!("{id} · {}{time}{dismissed}\n  {}", finding.kind.as_str(), finding.text))?;
    if !finding.scans.is_empty() {
        let scans: Vec<String> = finding.scans.iter().map(OpRef::to_string).collect();
        console.line(format_args!("  scans: {}", scans.join(" ")))?;
    }
    for (suggestion, n) in finding.suggestions.iter().zip(1..) {
        console.line(format_args!("  {n}. {}", suggestion.reason))?;
        console.line(format_args!("     bibtrail review {} --accept {id} {n}", args.dir.display()))?;
    }
    if finding.suggestions.is_empty() {
        console.line("  no suggestion: ask those who were there")?;
    }
    Ok(())
}

fn short(finding: &Finding) -> String {
    finding.id.to_string().chars().take(8).collect()
}

fn as_json(args: &args::Review, clock: &RaceClock, finding: &Finding) -> Json {
    let id = finding.id.to_string();
    let suggestion = |(n, suggestion): (usize, &Suggestion)| {
        json!({
            "n": n,
            "reason": suggestion.reason,
            "cost": suggestion.cost,
            "operations": suggestion.acts.iter().map(|act| act_json(clock, act)).collect::<Vec<_>>(),
            "command": format!("bibtrail review {} --accept {id} {n}", args.dir.display()),
        })
    };
    json!({
        "finding": id,
        "kind": finding.kind.as_str(),
        "bibs": finding.bibs.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "checkpoint": finding.checkpoint.as_ref().map(ToString::to_string),
        "time": finding.time_ms.map(|ms| clock.show_exactly(ms)),
        "text": finding.text,
        "scans": finding.scans.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "dismissed": finding.is_dismissed,
        "suggestions": (1..).zip(&finding.suggestions).map(suggestion).collect::<Vec<_>>(),
    })
}

fn act_json(clock: &RaceClock, act: &Act) -> Json {
    match act {
        Act::Put((entity, values)) => {
            let values = values.iter();
            let values: serde_json::Map<String, Json> = values
                .map(|(field, value)| {
                    (field_name(*field).to_owned(), show_value(clock, *field, value).into())
                })
                .collect();
            json!({ "put": entity.to_string(), "values": values })
        }
        Act::Record { bib, checkpoint, kind, of } => {
            json!({
                "record": bib.to_string(), "checkpoint": checkpoint.to_string(), "kind": kind.as_str(), "of": of.to_string()
            })
        }
    }
}

fn accept(
    args: &args::Review,
    store: &mut Store,
    finding: &Finding,
    n: Option<&String>,
    console: &mut Console<'_>,
) -> Result<u8, Error> {
    let known = finding.suggestions.len();
    let wanted = n.map_or(Some(1), |n| n.trim_start_matches('#').parse::<usize>().ok());
    let suggestion = wanted.and_then(|n| n.checked_sub(1)).and_then(|n| finding.suggestions.get(n));
    let suggestion = suggestion.ok_or_else(|| Error::NoSuggestion { finding: short(finding), known })?;
    let reason = args.reason.as_deref().unwrap_or(&suggestion.reason);
    let reason: String = reason.chars().take(REASON_MAX_CHARS).collect();
    let said = apply(store, &suggestion.acts, &reason)?;
    change::finish_all(&args.dir, store, &said, console)?;
    if args.json {
        let operations: Vec<String> = said.iter().map(|said| said.at().to_string()).collect();
        console.json(
            &json!({ "finding": finding.id.to_string(), "reason": reason, "operations": operations }),
        )?;
    } else {
        console.line(format_args!("{}: {reason}", short(finding)))?;
    }
    Ok(crate::OK)
}

/// A reason is a sentence, not a book: an operation has an end.
const REASON_MAX_CHARS: usize = 500;

/// Scans first: a correction that is written without them would tell half.
fn apply(store: &mut Store, acts: &[Act], reason: &str) -> Result<Vec<Confirmed>, Error> {
    let (mut said, mut puts): (Vec<Confirmed>, Vec<EntityValues>) = (Vec::new(), Vec::new());
    for act in acts {
        match act {
            Act::Put(values) => puts.push(values.clone()),
            Act::Record { of, .. } => {
                let Some(scan) = second(store, act)? else { continue };
                let recorded = store.record(&[scan])?;
                // Where a person set the time of the one, it is the time of both.
                let set_ms = store.scan(*of)?.and_then(|scan| scan.set_ms);
                let time = recorded.iter().zip(set_ms);
                puts.extend(time.map(|(new, ms)| (Entity::Scan(new.at()), vec![(field::TIME, ms.into())])));
                said.extend(recorded);
            }
        }
    }
    said.extend(store.put_all(puts, Some(reason))?);
    Ok(said)
}

/// The scan of the second runner of whom another scan tells as well. It is a copy of that record, so that accepting it
/// on two phones makes one.
fn second(store: &Store, act: &Act) -> Result<Option<Scan>, Error> {
    let Act::Record { bib, checkpoint, kind, of } = act else { return Ok(None) };
    let Some(scan) = store.scan(*of)? else { return Ok(None) };
    let within_ms = scan.source.as_ref().map_or(0, |source| source.within_ms);
    let name = format!("review of {of}");
    let source = Source::new(&name, bib.as_str(), within_ms).map_err(|_| Error::NoFinding(name))?;
    Ok(Some(Scan { source: Some(source), ..Scan::new(bib.clone(), checkpoint.clone(), *kind, scan.reading) }))
}

fn dismiss(
    args: &args::Review,
    store: &mut Store,
    finding: &Finding,
    is_nothing: bool,
    console: &mut Console<'_>,
) -> Result<u8, Error> {
    let values = vec![(field::DISMISSED, Value::Bool(is_nothing))];
    let said = store.put(Entity::Finding(finding.id), values, args.reason.as_deref())?;
    change::finish_all(&args.dir, store, &[said], console)?;
    let word = if is_nothing { "dismissed" } else { "here again" };
    if args.json {
        console.json(&json!({ "finding": finding.id.to_string(), "dismissed": is_nothing }))?;
    } else {
        console.line(format_args!("{} {word}: {}", short(finding), finding.text))?;
    }
    Ok(crate::OK)
}
