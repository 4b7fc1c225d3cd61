//! Findings about one runner: what people say against what was seen, times that the field makes hard to believe, and
//! places where they were missed.
//!
//! Invariant: what was already found odd speaks in no second finding.

use std::collections::BTreeMap;

use super::{Act, Finding, Kind, Suggestion, candidates::Record, field::Field, way::Way, words};
use crate::{
    ids::OpRef,
    op::{Entity, Status, StatusCode, field as fields},
    pace::Plausible,
    results::{Doubt, State},
};

/// Suggestions of other findings that are mentioned where the runner was missed.
const MENTIONED_MAX: usize = 3;

pub(super) fn findings(field: &Field<'_>, findings: &mut Vec<Finding>) {
    let offered = offered(field, findings);
    for (n, way) in (0..).zip(&field.ways) {
        if way.runner.doubts.contains(&Doubt::SeenThoughNotStarted) {
            findings.push(against_word(field, n, Kind::SeenThoughDns));
        } else if way.runner.doubts.contains(&Doubt::SeenAfterDrop) {
            findings.push(against_word(field, n, Kind::AfterDrop));
        }
        uneven(field, way, findings);
        missed(field, way, &offered, findings);
    }
}

/// By bib, checkpoint: the suggestions that would fill a gap there.
type Offered = BTreeMap<(String, String), Vec<Suggestion>>;

fn offered(field: &Field<'_>, findings: &[Finding]) -> Offered {
    let mut offered = Offered::new();
    for finding in findings {
        let Some(checkpoint) = &finding.checkpoint else { continue };
        for suggestion in &finding.suggestions {
            for bib in bibs(suggestion) {
                let key = (bib.to_owned(), checkpoint.to_string());
                let about = finding.bibs.first().map(ToString::to_string).unwrap_or_default();
                let reason = format!("the record of {about}: {}", suggestion.reason);
                offered.entry(key).or_default().push(Suggestion { reason, ..suggestion.clone() });
            }
        }
    }
    for suggestions in offered.values_mut() {
        suggestions.sort_by_key(|suggestion| suggestion.cost);
        suggestions.truncate(MENTIONED_MAX);
    }
    // Who wears no bib of the field is missed nowhere.
    offered.retain(|(bib, _), _| field.wearer(bib).is_some());
    offered
}

/// The bibs that a suggestion gives to records.
fn bibs(suggestion: &Suggestion) -> impl Iterator<Item = &str> {
    suggestion.acts.iter().filter_map(|act| match act {
        Act::Record { bib, .. } => Some(bib.as_str()),
        Act::Put((Entity::Scan(_), values)) => {
            values.iter().find(|(field, _)| *field == fields::BIB).and_then(|(_, value)| value.as_text())
        }
        Act::Put(_) => None,
    })
}

/// A person's word, and scans that contradict it.
fn against_word(field: &Field<'_>, n: usize, kind: Kind) -> Finding {
    let way = &field.ways[n];
    let (runner, line) = (way.runner, &field.lines[way.course]);
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

fn goes_on(field: &Field<'_>, way: &Way<'_>) -> Option<Suggestion> {
    let entrant = way.runner.entrant.as_ref()?;
    let ok = Status { code: StatusCode::Ok, checkpoint: None };
    let acts = vec![Act::Put((Entity::Entrant(entrant.id), vec![(fields::STATUS, ok.value())]))];
    let places = (0..).zip(&way.times).filter(|(_, time)| time.is_some());
    let last = places.last().map(|(slot, _): (usize, _)| &field.lines[way.course].slots[slot].checkpoint);
    let place = last.map_or("on the course", |key| words::place(field.setup(), key));
    let reason = format!("they go on: take the word back (seen at {place})");
    Some(Suggestion { reason, acts, cost: 300 })
}

/// Parts of the way that are hard to believe.
fn uneven(field: &Field<'_>, way: &Way<'_>, findings: &mut Vec<Finding>) {
    let Some(pace) = field.course_pace(way.course) else { return };
    let slots = field.lines[way.course].slots;
    let mut before: Option<usize> = None;
    for to in (0..way.times.len()).filter(|slot| way.times[*slot].is_some()) {
        let Some(from) = before.replace(to) else { continue };
        // How long somebody rests is their own business.
        if slots[from].checkpoint == slots[to].checkpoint {
            continue;
        }
        let kind = match pace.plausible(&way.times, from, to, field.factors()) {
            Plausible::FarTooFast => Kind::TooFast,
            Plausible::FarTooSlow => Kind::TooSlow,
            Plausible::Good | Plausible::TooFast | Plausible::TooSlow => continue,
        };
        findings.extend(part(field, way, kind, from, to));
    }
}

fn part(field: &Field<'_>, way: &Way<'_>, kind: Kind, from: usize, to: usize) -> Option<Finding> {
    let line = &field.lines[way.course];
    let span_ms = way.times[to]? - way.times[from]?;
    let name = |slot: usize| words::place(field.setup(), &line.slots[slot].checkpoint);
    let text = format!(
        "{} took {} from {} to {}; the field takes {}",
        way.runner.bib,
        words::about(span_ms),
        name(from),
        name(to),
        words::about(line.typical_ms(from, to)?)
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

/// Places they must have passed unseen.
fn missed(field: &Field<'_>, way: &Way<'_>, offered: &Offered, findings: &mut Vec<Finding>) {
    let slots = field.lines[way.course].slots;
    let seen_to = way.times.iter().rposition(Option::is_some).unwrap_or_default();
    if way.runner.state == State::DidNotStart {
        return;
    }
    // Where in and out were taken for each other, that is said already.
    let is_turned = |slot: usize| {
        let is_other = |other: &usize| *other != slot && slots[*other].checkpoint == slots[slot].checkpoint;
        way.odd.iter().any(|spot| way.spots[*spot].slots.contains(&slot))
            && (0..slots.len()).filter(is_other).any(|other| way.times[other].is_some())
    };
    for slot in (0..seen_to).filter(|slot| way.times[*slot].is_none() && !is_turned(*slot)) {
        let (checkpoint, bib) = (&slots[slot].checkpoint, &way.runner.bib);
        let place = words::place(field.setup(), checkpoint);
        let way_out = if slots[slot].kind == crate::op::ScanKind::Out { " out" } else { "" };
        let text = format!("{bib} was not seen at {place}{way_out}, and must have passed there");
        let guess = field.guess(way, slot);
        let key = (bib.to_string(), checkpoint.to_string());
        findings.push(Finding {
            checkpoint: Some(checkpoint.clone()),
            time_ms: guess.map(|guess| guess.likely_ms),
            suggestions: offered.get(&key).cloned().unwrap_or_default(),
            ..Finding::about(Kind::Missed, bib, text)
        });
    }
}
