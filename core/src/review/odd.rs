//! Findings about one runner's records that cannot all be right.
//!
//! Invariant: a record is never judged alone; what is suggested for it makes somebody else's way whole, or says that it
//! does not.

use super::{
    Act, Finding, Kind, Suggestion,
    candidates::{CROWD_COST, Record, far, times_slack},
    field::Field,
    index::Beside,
    way::Spot,
    words,
};
use crate::{
    ids::{Bib, OpRef},
    op::{Entity, ScanKind, field as fields},
};

/// Nobody runs so many metres in a second from one place to another.
const FASTEST_M_PER_S: i64 = 12;

/// Places nearer than this are one place for somebody with two phones, in metres.
const APART_MIN_M: i64 = 500;

/// Taking a record back loses a sighting: better to find whose it is.
const VOID_COST: i64 = 450;
/// The same where the runner was not seen there otherwise.
const VOID_ALONE_COST: i64 = 700;

/// So far from when they were expected, in hundredths of what is usual, a runner is hardly ever.
const FAR_OFF: i64 = 600;
/// Somebody who fits as well as this, and is missing, tells.
const TELLING_COST: i64 = 300;

/// So many records are looked at that may have changed places with one.
const SWAPS_MAX: usize = 40;

/// What one runner's sightings say against each other, and against when they were expected.
pub(super) fn findings(field: &Field, n: usize, findings: &mut Vec<Finding>) {
    let way = &field.ways[n];
    findings.extend(way.odd.iter().map(|spot| odd(field, n, &way.spots[*spot])));
    findings.extend((0..way.times.len()).filter_map(|slot| far_off(field, n, slot)));
}

pub(super) fn record<'r>(bib: &'r Bib, spot: &'r Spot) -> Record<'r> {
    Record {
        bib: bib.as_str(),
        checkpoint: &spot.checkpoint,
        kind: spot.kind,
        time_ms: spot.time_ms,
        scans: &spot.scans,
    }
}

pub(super) fn finding(kind: Kind, record: &Record<'_>, bib: &Bib, text: String) -> Finding {
    Finding {
        checkpoint: Some(record.checkpoint.clone()),
        time_ms: Some(record.time_ms),
        scans: record.scans.to_vec(),
        ..Finding::about(kind, bib, text)
    }
}

/// A sighting that does not go with the rest of the runner's way.
fn odd(field: &Field, n: usize, spot: &Spot) -> Finding {
    let way = &field.ways[n];
    let (bib, place) = (&way.runner.bib, words::place(field.setup(), &spot.checkpoint));
    let seen = record(bib, spot);
    if let Some((slot, kept)) = way.kept_at(&spot.slots) {
        return twice(field, n, slot, spot, &way.spots[kept]);
    }
    let (kind, why) = if spot.slots.is_empty() {
        (Kind::OffCourse, "and their course does not lead there".to_owned())
    } else {
        against(field, n, spot)
    };
    let mut found = finding(kind, &seen, bib, format!("{bib} was seen at {place}, {why}"));
    found.suggestions = misreadings(field, &seen, 0);
    if kind == Kind::OutBeforeIn {
        found.suggestions.extend(turned(field, n, spot, &mut found.scans));
    }
    found.suggestions.extend(swapped(field, n, spot));
    let reason = format!("{bib} was not there then: count this record for nothing");
    found.suggestions.push(words::void(&spot.scans, reason, VOID_ALONE_COST));
    found
}

pub(super) fn misreadings(field: &Field, seen: &Record<'_>, base: i64) -> Vec<Suggestion> {
    field.candidates(seen).iter().map(|candidate| words::suggest(field, seen, candidate, base)).collect()
}

/// What speaks against a sighting at a place where the runner was not seen otherwise.
fn against(field: &Field, n: usize, spot: &Spot) -> (Kind, String) {
    let (way, slot) = (&field.ways[n], spot.slots[0]);
    let slots = &field.line(way).slots;
    let seen = |other: usize| Some((other, way.times[other]?));
    let before = (0..slot).rev().find_map(seen);
    let after = (slot + 1..slots.len()).find_map(seen);
    let name = |other: usize| words::place(field.setup(), &slots[other].checkpoint);
    for (other, time_ms) in [before, after].into_iter().flatten() {
        if slots[other].checkpoint == spot.checkpoint {
            return (Kind::OutBeforeIn, "out before in".to_owned());
        }
        let apart_m = (slots[other].distance_m - slots[slot].distance_m).abs();
        let apart_ms = (spot.time_ms - time_ms).abs();
        if apart_m >= APART_MIN_M && apart_ms.saturating_mul(FASTEST_M_PER_S) < apart_m.saturating_mul(1000) {
            let (place, apart) = (name(other), words::about(apart_ms));
            return (Kind::TwoPlaces, format!("and within {apart} at {place}, {apart_m} m away"));
        }
    }
    let why = match field.guess(way, slot) {
        Some(guess) => {
            let off_ms = spot.time_ms - guess.likely_ms;
            let side = if off_ms > 0 { "later" } else { "earlier" };
            format!("{} {side} than the rest of their way allows", words::about(off_ms))
        }
        None => "out of order with the rest of their way".to_owned(),
    };
    (Kind::Impossible, why)
}

/// In and out that were taken for each other.
fn turned(field: &Field, n: usize, spot: &Spot, scans: &mut Vec<OpRef>) -> Option<Suggestion> {
    let way = &field.ways[n];
    let slots = &field.line(way).slots;
    let is_other_way =
        |slot: &usize| slots[*slot].checkpoint == spot.checkpoint && slots[*slot].kind != spot.kind;
    let other = (0..slots.len()).filter(is_other_way).find(|slot| way.times[*slot].is_some())?;
    let kind = |scans: &[OpRef], kind: ScanKind| -> Vec<Act> {
        let put = |scan: &OpRef| Act::Put((Entity::Scan(*scan), vec![(fields::KIND, kind.as_str().into())]));
        scans.iter().map(put).collect()
    };
    let mut acts = kind(&spot.scans, slots[other].kind);
    acts.extend(kind(way.scans_at(other), spot.kind));
    scans.extend(way.scans_at(other));
    Some(Suggestion { reason: "in and out were taken for each other".to_owned(), acts, cost: 100 })
}

/// Two records next to each other whose bibs changed places: then both go with the rest of both ways.
fn swapped(field: &Field, n: usize, spot: &Spot) -> Option<Suggestion> {
    let (way, slot) = (&field.ways[n], *spot.slots.first()?);
    let own = field.guess(way, slot)?;
    let swap = |other: &Beside| {
        let theirs = field.wearer(other.bib.as_str()).filter(|theirs| *theirs != n)?;
        let there = Record {
            bib: other.bib.as_str(),
            checkpoint: &spot.checkpoint,
            kind: other.kind,
            time_ms: other.time_ms,
            scans: &[],
        };
        let their_slot = *field.line(&field.ways[theirs]).slots_of(&spot.checkpoint, other.kind).first()?;
        let here = Record { time_ms: spot.time_ms, ..record(&other.bib, spot) };
        let (now, then) =
            (field.own_cost(&there, theirs, their_slot), field.own_cost(&here, theirs, their_slot));
        let cost = far(&own, other.time_ms) + then;
        (now > TELLING_COST && cost < TELLING_COST).then(|| {
            let mut acts: Vec<Act> = spot.scans.iter().map(|scan| words::rebib(*scan, &other.bib)).collect();
            acts.push(words::rebib(other.at, &way.runner.bib));
            let reason = format!("{} and {} changed places: then both fit", way.runner.bib, other.bib);
            Suggestion { reason, acts, cost }
        })
    };
    // In a crowd somebody fits by chance.
    let around_ms = own.slack_ms.saturating_mul(3);
    let beside = field.first_beside(&spot.checkpoint, own.likely_ms, around_ms, SWAPS_MAX);
    let chance = CROWD_COST * i64::from((beside.len() + 1).ilog2());
    let swaps = beside.into_iter().filter_map(swap);
    let swaps = swaps.map(|swap| Suggestion { cost: swap.cost + chance, ..swap });
    swaps.filter(|swap| swap.cost < TELLING_COST).min_by_key(|suggestion| suggestion.cost)
}

/// A sighting that could be, but is far from when the runner was expected: while somebody whose bib is alike is missing
/// just then, or the record that stands where it should fits here.
fn far_off(field: &Field, n: usize, slot: usize) -> Option<Finding> {
    let way = &field.ways[n];
    let (time_ms, guess) = (way.times[slot]?, field.guess(way, slot)?);
    let is_alone = (0..).zip(&way.times).all(|(other, time): (usize, _)| other == slot || time.is_none());
    if is_alone || times_slack(&guess, time_ms) < FAR_OFF {
        return None;
    }
    let (bib, place) = (&way.runner.bib, &field.line(way).slots[slot]);
    let spot = Spot {
        checkpoint: place.checkpoint.clone(),
        kind: place.kind,
        time_ms,
        scans: way.scans_at(slot).to_vec(),
        slots: vec![slot],
    };
    let seen = record(bib, &spot);
    let mut candidates = field.candidates_alike(&seen);
    candidates.retain(|c| !c.is_witnessed && c.cost < TELLING_COST);
    let mut suggestions: Vec<Suggestion> =
        candidates.iter().map(|c| words::suggest(field, &seen, c, 0)).collect();
    suggestions.extend(swapped(field, n, &spot));
    if suggestions.is_empty() {
        return None;
    }
    let off_ms = time_ms - guess.likely_ms;
    let side = if off_ms > 0 { "later" } else { "earlier" };
    let (place, off) = (words::place(field.setup(), &place.checkpoint), words::about(off_ms));
    let text = format!(
        "{bib} was seen at {place} {off} {side} than the rest of their way suggests, where another would fit"
    );
    Some(Finding { suggestions, ..finding(Kind::Impossible, &seen, bib, text) })
}

/// Seen again where they pass once: one of the two is somebody else, or nobody.
fn twice(field: &Field, n: usize, slot: usize, spot: &Spot, kept: &Spot) -> Finding {
    let bib = &field.ways[n].runner.bib;
    let (place, apart) =
        (words::place(field.setup(), &spot.checkpoint), words::about(spot.time_ms - kept.time_ms));
    let side = if spot.time_ms > kept.time_ms { "after" } else { "before" };
    let text = format!("{bib} was seen twice at {place}: again {apart} {side} the time that counts");
    let mut found = finding(Kind::TwiceHere, &record(bib, spot), bib, text);
    found.scans.extend(&kept.scans);
    for (wrong, right) in [(spot, kept), (kept, spot)] {
        let base = field.own_cost(&record(bib, right), n, slot);
        found.suggestions.extend(misreadings(field, &record(bib, wrong), base));
        let which = if wrong.time_ms < right.time_ms { "later" } else { "earlier" };
        let reason = format!("the {which} time is right: count the other for nothing");
        found.suggestions.push(words::void(&wrong.scans, reason, base + VOID_COST));
    }
    found
}
