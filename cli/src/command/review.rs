//! `review`: which records are wrong, what would settle each, and settling it.
//!
//! Invariant: nothing is applied by itself. What is accepted becomes ordinary operations with the reason beside them,
//! as if they had been written by hand.

use bibtrail_clerk::{
    findings::{self, find, is_plain_gap, short},
    pen::REASON_MAX_CHARS,
    words::show_value,
};
use bibtrail_core::{
    ids::OpRef,
    op::field_name,
    results::{Known, results},
    review::{self, Act, Finding, Kind, Suggestion},
    store::Store,
};
use serde_json::{Value as Json, json};

use super::{change, find_checkpoint, open};
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
    let suggestion = findings::suggestion(finding, n.map(String::as_str))?;
    let reason = args.reason.as_deref().unwrap_or(&suggestion.reason);
    let reason: String = reason.chars().take(REASON_MAX_CHARS).collect();
    let mut pen = change::pen(store)?;
    findings::accept(&mut pen, &suggestion.acts, &reason)?;
    let said = pen.end()?;
    change::finish(&args.dir, store, &said, console);
    if args.json {
        let operations: Vec<String> = said.ops.iter().map(ToString::to_string).collect();
        console.json(
            &json!({ "finding": finding.id.to_string(), "reason": reason, "operations": operations }),
        )?;
    } else {
        console.line(format_args!("{}: {reason}", short(finding)))?;
    }
    Ok(crate::OK)
}

fn dismiss(
    args: &args::Review,
    store: &mut Store,
    finding: &Finding,
    is_nothing: bool,
    console: &mut Console<'_>,
) -> Result<u8, Error> {
    let mut pen = change::pen(store)?;
    findings::dismiss(&mut pen, finding, is_nothing, args.reason.as_deref())?;
    let said = pen.end()?;
    change::finish(&args.dir, store, &said, console);
    let word = if is_nothing { "dismissed" } else { "here again" };
    if args.json {
        console.json(&json!({ "finding": finding.id.to_string(), "dismissed": is_nothing }))?;
    } else {
        console.line(format_args!("{} {word}: {}", short(finding), finding.text))?;
    }
    Ok(crate::OK)
}
