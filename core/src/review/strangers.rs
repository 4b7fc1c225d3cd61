//! Findings about records that are nobody's yet: bibs that no entrant wears, and times whose bib nobody could read.
//!
//! Invariant: what is suggested for one makes somebody's way whole. Somebody seen at many places wears their bib.

use super::{
    Act, Finding, Kind, Suggestion,
    bibs::{self, Slip},
    candidates::{Candidate, Record},
    field::Field,
    odd::{finding, misreadings, record},
    way::{self, Line},
    words,
};
use crate::{results::Runner, state::Sighting};

/// A bib seen at so many places is worn by somebody.
const WORN_PLACES: usize = 3;

/// Who mistypes a bib often catches the time again at once, in milliseconds.
const AGAIN_MS: i64 = 3_000;
/// So many such readings are suggested.
const AGAIN_MAX: usize = 3;

/// A bib that no entrant wears.
pub(super) fn stranger(field: &Field, runner: &Runner, findings: &mut Vec<Finding>) {
    let nowhere = Line::default();
    let line = match field.yard.lines.as_slice() {
        [only] if !runner.passings.is_empty() => only,
        _ => &nowhere,
    };
    let spots = way::spots(line, runner, |key| field.setup().window_ms(key));
    let mut places: Vec<_> = spots.iter().map(|spot| &spot.checkpoint).collect();
    places.sort_unstable();
    places.dedup();
    let bib = &runner.bib;
    if places.len() >= WORN_PLACES {
        let text =
            format!("nobody entered under {bib}, who was seen at {} places: add the entrant", places.len());
        let mut found = finding(Kind::UnknownBib, &record(bib, &spots[0]), bib, text);
        found.checkpoint = None;
        found.scans = spots.iter().flat_map(|spot| spot.scans.iter().copied()).collect();
        findings.push(found);
        return;
    }
    for spot in &spots {
        let seen = record(bib, spot);
        let place = words::place(field.setup(), &spot.checkpoint);
        let text = format!("nobody entered under {bib}, which was recorded at {place}");
        let mut found = finding(Kind::UnknownBib, &seen, bib, text);
        found.suggestions = misreadings(field, &seen, 0);
        found.suggestions.extend(two_in_one(field, &seen));
        findings.push(found);
    }
}

/// Two bibs that were typed without a break.
fn two_in_one(field: &Field, seen: &Record<'_>) -> Option<Suggestion> {
    let of = *seen.scans.first()?;
    let pair = |(left, right): (&str, &str)| {
        let (one, other) = (field.wearer(left)?, field.wearer(right)?);
        let cost = |way| Some(field.candidate(seen, way, Some(Slip::Spelling))?.cost);
        Some((cost(one)? + cost(other)?, one, other))
    };
    let (cost, one, other) = bibs::glued(seen.bib).into_iter().filter_map(pair).min()?;
    let bib = |way: usize| field.ways[way].runner.bib.clone();
    let mut acts: Vec<Act> = seen.scans.iter().map(|scan| words::rebib(*scan, &bib(one))).collect();
    acts.push(Act::Record { bib: bib(other), checkpoint: seen.checkpoint.clone(), kind: seen.kind, of });
    let (one, other) = (words::who(field, one), words::who(field, other));
    let reason = format!("two bibs in one: {one} and {other}, neither seen there");
    Some(Suggestion { reason, acts, cost: cost / 2 + 20 })
}

/// A time without a bib, or a bib read in part.
pub(super) fn unread(field: &Field, scan: &Sighting) -> Finding {
    let seen = Record {
        bib: scan.bib.as_str(),
        checkpoint: &scan.checkpoint,
        kind: scan.kind,
        time_ms: scan.time_ms,
        scans: &[scan.at],
    };
    let place = words::place(field.setup(), &scan.checkpoint);
    let (kind, text) = if scan.bib.is_empty() {
        (Kind::NoBib, format!("a time at {place} without a bib"))
    } else {
        (Kind::UnsureBib, format!("{} at {place}: not all of the bib could be read", scan.bib))
    };
    let mut found = finding(kind, &seen, &scan.bib, text);
    found.suggestions = misreadings(field, &seen, 0);
    if scan.bib.is_empty() {
        witnessed(field, &seen, &mut found);
        caught_again(field, &seen, &mut found);
    }
    found
}

/// Another phone, which could read the bib.
fn witnessed(field: &Field, seen: &Record<'_>, found: &mut Finding) {
    let beside = field.beside(seen.checkpoint, seen.time_ms, 10_000);
    let others = beside.filter(|other| field.is_other_hand(seen.scans[0], other.at));
    let ways = others.filter_map(|other| field.wearer(other.bib.as_str()));
    let candidates: Vec<Candidate> = ways
        .filter_map(|way| field.candidate(seen, way, Some(Slip::Spelling)))
        .filter(|candidate| candidate.is_witnessed)
        .collect();
    found.suggestions.extend(candidates.iter().map(|candidate| words::suggest(field, seen, candidate, 0)));
}

/// A bib typed wrong, and the time caught again at once: the record beside is another's, and this one has its bib.
fn caught_again(field: &Field, seen: &Record<'_>, found: &mut Finding) {
    for other in field.beside(seen.checkpoint, seen.time_ms, AGAIN_MS) {
        if other.at == seen.scans[0] || other.bib.is_empty() || field.is_other_hand(seen.scans[0], other.at) {
            continue;
        }
        let beside = Record { bib: other.bib.as_str(), time_ms: other.time_ms, scans: &[other.at], ..*seen };
        let mut alike = field.candidates(&beside);
        alike.retain(|candidate| candidate.slip.is_some() && !candidate.is_witnessed);
        if !alike.is_empty() {
            found.scans.push(other.at);
            found.bibs.push(other.bib.clone());
        }
        for candidate in alike.iter().take(AGAIN_MAX) {
            let bib = &field.ways[candidate.way].runner.bib;
            let why = words::reason(field, &beside, candidate);
            let reason = format!("this one is {}, which was mistyped beside it: {why}", other.bib);
            let acts = vec![words::rebib(other.at, bib), words::rebib(seen.scans[0], &other.bib)];
            found.suggestions.push(Suggestion { reason, acts, cost: candidate.cost + 50 });
        }
    }
}
