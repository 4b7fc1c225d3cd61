//! Findings about one runner: what people say against what was seen, times that the field makes hard to believe, and
//! places where they were missed.
//!
//! Invariant: what was already found odd speaks in no second finding.

use super::{
    Act, Finding, Kind, Suggestion,
    candidates::Record,
    field::{Field, may_be_missing, stopped_at},
    hidden::{self, Missing},
    way::{Line, Way},
    words,
};
use crate::{
    ids::OpRef,
    op::{Entity, ScanKind, Status, StatusCode, field as fields},
    pace::scaled,
    passings::Slot,
    plausibility::{self, Grade, Judgement, Reason},
    results::{Doubt, State},
};

pub(super) fn findings(field: &Field, n: usize, findings: &mut Vec<Finding>) {
    let way = &field.ways[n];
    if way.runner.doubts.contains(&Doubt::SeenThoughNotStarted) {
        findings.push(against_word(field, n, Kind::SeenThoughDns));
    } else if way.runner.doubts.contains(&Doubt::SeenAfterDrop) {
        findings.push(against_word(field, n, Kind::AfterDrop));
    }
    uneven(field, way, findings);
    missed(field, n, findings);
}

/// A person's word, and scans that contradict it.
fn against_word(field: &Field, n: usize, kind: Kind) -> Finding {
    let way = &field.ways[n];
    let (runner, line) = (&way.runner, field.line(way));
    let place = runner.status.as_ref().and_then(|status| status.checkpoint.as_ref());
    let from = place.and_then(|place| line.slots.iter().rposition(|slot| slot.checkpoint == *place));
    let first = if kind == Kind::AfterDrop { from.map_or(line.slots.len() - 1, |from| from + 1) } else { 0 };
    let slots: Vec<usize> = (first..line.slots.len()).filter(|slot| way.times[*slot].is_some()).collect();
    let mut scans: Vec<OpRef> = slots.iter().flat_map(|slot| way.scans_at(*slot).iter().copied()).collect();
    scans.extend(runner.unapproved.iter().map(|scan| scan.at));
    let who = words::who(field, n);
    let text = match kind {
        Kind::AfterDrop => format!("{who} is said to have stopped, and was seen after that"),
        _ => format!("{who} is said not to have started, and was seen"),
    };
    let mut found = Finding { scans, ..Finding::about(kind, &runner.bib, text) };
    if let [slot] = slots.as_slice() {
        // Seen once against a person's word: more likely a bib misread than a word that is wrong.
        let (slot, time_ms) = (&line.slots[*slot], way.times[*slot].unwrap_or_default());
        let seen = Record {
            bib: runner.bib.as_str(),
            checkpoint: &slot.checkpoint,
            kind: slot.kind,
            time_ms,
            scans: way.scans_at(slots[0]),
        };
        found.checkpoint = Some(slot.checkpoint.clone());
        found.time_ms = Some(time_ms);
        let candidates = field.candidates(&seen);
        found.suggestions.extend(candidates.iter().map(|c| words::suggest(field, &seen, c, 0)));
    }
    found.suggestions.extend(goes_on(field, way));
    found
}

fn goes_on(field: &Field, way: &Way) -> Option<Suggestion> {
    let entrant = way.runner.entrant.as_ref()?;
    let ok = Status { code: StatusCode::Ok, checkpoint: None };
    let acts = vec![Act::Put((Entity::Entrant(entrant.id), vec![(fields::STATUS, ok.value())]))];
    let places = (0..).zip(&way.times).filter(|(_, time)| time.is_some());
    let last = places.last().map(|(slot, _): (usize, _)| &field.line(way).slots[slot].checkpoint);
    let place = last.map_or("on the course", |key| words::place(field.setup(), key));
    let reason = format!("they go on: take the word back (seen at {place})");
    Some(Suggestion { reason, acts, cost: 300 })
}

/// Parts of the way that are hard to believe. A stay is nobody's business, nor is a gun a record that may be wrong.
fn uneven(field: &Field, way: &Way, findings: &mut Vec<Finding>) {
    let line = field.line(way);
    let times = without_rests(line, &way.times);
    let times = plausibility::Way { times: &times, gun_ms: began_ms(line, way), stopped_at: None };
    // Who is fast or slow all the way is so on the first part too; but one part alone tells no pace of their own.
    let own = if way.times.iter().flatten().count() > 2 { way.own } else { 1000 };
    let typical = |from, to| Some(scaled(line.typical_ms(from, to)?, own, 1000));
    let judged = plausibility::judge(&line.slots, &times, &typical, field.factors());
    let mut said = None;
    for (to, judgement) in (0..).zip(judged) {
        let Some(Judgement { grade, reason, since, usual_ms }) = judgement else { continue };
        let kind = match (grade, reason) {
            (Grade::Bad, Some(Reason::TooSoon)) => Kind::TooFast,
            (Grade::Bad, Some(Reason::TooLong)) => Kind::TooSlow,
            _ => continue,
        };
        // What comes after is compared with the same place, and says the same once more.
        if said.replace((kind, since)) == Some((kind, since)) {
            continue;
        }
        let between = since.zip(usual_ms);
        findings.extend(between.and_then(|(from, usual_ms)| part(field, way, kind, (from, to), usual_ms)));
    }
}

/// The times as if nobody had stayed anywhere longer than is usual: who rests is no slower runner.
fn without_rests(line: &Line, times: &[Option<i64>]) -> Vec<Option<i64>> {
    let (mut rest_ms, mut before) = (0, None);
    let mut moving = |(slot, time): (usize, &Option<i64>)| {
        let time_ms = (*time)?;
        if let Some((from, from_ms)) = before.replace((slot, time_ms)) {
            let is_stay = line.slots[from].visit == line.slots[slot].visit;
            let usual_ms = line.typical_ms(from, slot).unwrap_or_default();
            rest_ms += if is_stay { (time_ms - from_ms - usual_ms).max(0) } else { 0 };
        }
        Some(time_ms - rest_ms)
    };
    (0..).zip(times).map(&mut moving).collect()
}

/// When they began: at their gun, or at their own pace before the first place where they were seen.
fn began_ms(line: &Line, way: &Way) -> i64 {
    let first = (0..).zip(&way.times).find_map(|(slot, time)| Some((slot, (*time)?)));
    let began =
        first.and_then(|(slot, time_ms)| Some(time_ms - scaled(line.typical_ms(0, slot)?, way.own, 1000)));
    began.unwrap_or(way.gun_ms)
}

fn part(field: &Field, way: &Way, kind: Kind, (from, to): (usize, usize), usual_ms: i64) -> Option<Finding> {
    let line = field.line(way);
    let span_ms = way.times[to]? - way.times[from]?;
    let name = |slot: usize| words::place(field.setup(), &line.slots[slot].checkpoint);
    let text = format!(
        "{} took {} from {} to {}; usual for them would be {}",
        way.runner.bib,
        words::about(span_ms),
        name(from),
        name(to),
        words::about(usual_ms)
    );
    let mut scans = way.scans_at(to).to_vec();
    scans.extend(way.scans_at(from));
    let checkpoint = Some(line.slots[to].checkpoint.clone());
    let mut found =
        Finding { scans, checkpoint, time_ms: way.times[to], ..Finding::about(kind, &way.runner.bib, text) };
    for slot in [to, from] {
        let seen = Record {
            bib: way.runner.bib.as_str(),
            checkpoint: &line.slots[slot].checkpoint,
            kind: line.slots[slot].kind,
            time_ms: way.times[slot]?,
            scans: way.scans_at(slot),
        };
        let candidates = field.candidates(&seen);
        let alike = candidates.iter().filter(|candidate| candidate.slip.is_some());
        found.suggestions.extend(alike.map(|candidate| words::suggest(field, &seen, candidate, 100)));
    }
    Some(found)
}

/// Places where they were not seen: all that they must have passed; beyond, those where a record may be theirs.
fn missed(field: &Field, n: usize, findings: &mut Vec<Finding>) {
    let way = &field.ways[n];
    let slots = &field.line(way).slots;
    let Some(seen_to) = way.times.iter().rposition(Option::is_some) else { return };
    if way.runner.state == State::DidNotStart {
        return;
    }
    let line = field.line(way);
    let to = if may_be_missing(&way.runner) { stopped_at(way, line).max(seen_to) } else { seen_to };
    // Where in and out were taken for each other, that is said already.
    let is_turned = |slot: usize| {
        let is_other = |other: &usize| *other != slot && slots[*other].checkpoint == slots[slot].checkpoint;
        way.odd.iter().any(|spot| way.spots[*spot].slots.contains(&slot))
            && (0..slots.len()).filter(is_other).any(|other| way.times[other].is_some())
    };
    for slot in (0..to).filter(|slot| way.times[*slot].is_none() && !is_turned(*slot)) {
        let Slot { checkpoint, kind, .. } = &slots[slot];
        let guess = field.guess(way, slot);
        let missing = guess.filter(|guess| field.is_due(way, slot, guess)).map(|guess| Missing {
            way: n,
            checkpoint,
            kind: *kind,
            guess,
        });
        let suggestions = missing.map(|missing| hidden::offers(field, &missing)).unwrap_or_default();
        if slot > seen_to && suggestions.is_empty() {
            continue;
        }
        let (place, bib) = (words::place(field.setup(), checkpoint), &way.runner.bib);
        let way_out = if *kind == ScanKind::Out { " out" } else { "" };
        let why = if slot < seen_to { "and must have passed there" } else { "where a record may be theirs" };
        let text = format!("{bib} was not seen at {place}{way_out}, {why}");
        findings.push(Finding {
            checkpoint: Some(checkpoint.clone()),
            time_ms: guess.map(|guess| guess.likely_ms),
            suggestions,
            ..Finding::about(Kind::Missed, bib, text)
        });
    }
}
