//! Findings and reasons in plain words.
//!
//! Invariant: a sentence says what was recorded, what speaks against it, and by how much; it blames nobody.

use super::{
    Act, Finding, Kind, Suggestion,
    candidates::{Candidate, Record},
    field::Field,
};
use crate::{
    alarm::Alarm,
    ids::{Bib, Key, OpRef},
    op::{Entity, Value, field},
    race::RaceSetup,
    time::span,
};

pub(super) fn station(alarm: &Alarm) -> Finding {
    let checkpoint = Some(alarm.checkpoint.clone());
    Finding {
        bibs: Vec::new(),
        checkpoint,
        ..Finding::about(Kind::StationOff, &Bib::default(), alarm.to_string())
    }
}

/// A span to the second.
pub(super) fn about(ms: i64) -> String {
    span(ms.abs() / 1000 * 1000)
}

/// A place by its name.
pub(super) fn place<'a>(setup: &'a RaceSetup, key: &'a Key) -> &'a str {
    setup.checkpoint(key).map_or(key.as_str(), |checkpoint| &checkpoint.name)
}

/// `117 (Kim Il)`, or the bib alone.
pub(super) fn who(field: &Field, way: usize) -> String {
    let runner = &field.ways[way].runner;
    let name = runner.entrant.as_ref().map(|entrant| entrant.name.as_str()).filter(|name| !name.is_empty());
    name.map_or_else(|| runner.bib.to_string(), |name| format!("{} ({name})", runner.bib))
}

/// Why this runner.
pub(super) fn reason(field: &Field, record: &Record<'_>, candidate: &Candidate) -> String {
    let mut parts = Vec::new();
    if let Some(slip) = candidate.slip {
        parts.push(slip.as_str().to_owned());
    }
    let place = place(field.setup(), record.checkpoint);
    parts.push(match (candidate.is_witnessed, candidate.off_ms) {
        (true, _) => format!("another phone saw them at {place} at that moment"),
        (false, None) => format!("not seen at {place}"),
        (false, Some(off_ms)) if off_ms.abs() < 1000 => {
            format!("not seen at {place}, and expected just then")
        }
        (false, Some(off_ms)) => {
            let side = if off_ms > 0 { "earlier" } else { "later" };
            format!("not seen at {place}, and expected {} {side}", about(off_ms))
        }
    });
    format!("it is {}: {}", who(field, candidate.way), parts.join("; "))
}

/// The operation that gives a scan another bib.
pub(super) fn rebib(scan: OpRef, bib: &Bib) -> Act {
    Act::Put((Entity::Scan(scan), vec![(field::BIB, bib.as_str().into())]))
}

/// The suggestion that a record is this runner's.
pub(super) fn suggest(field: &Field, record: &Record<'_>, candidate: &Candidate, base: i64) -> Suggestion {
    let bib = &field.ways[candidate.way].runner.bib;
    Suggestion {
        reason: reason(field, record, candidate),
        acts: record.scans.iter().map(|scan| rebib(*scan, bib)).collect(),
        cost: base + candidate.cost,
    }
}

/// The suggestion that a record counts for nothing.
pub(super) fn void(scans: &[OpRef], reason: String, cost: i64) -> Suggestion {
    let void = |scan: &OpRef| Act::Put((Entity::Scan(*scan), vec![(field::VOID, Value::Bool(true))]));
    Suggestion { reason, acts: scans.iter().map(void).collect(), cost }
}
