//! Records of somebody missing that fell together with another's passing: read as that other's bib, within the window.
//!
//! Invariant: what stands against it is how often one runner has several records here that lie so far apart. It is offered
//! where somebody was missed; by itself it accuses no record.

use super::{
    Suggestion,
    bibs::Slip,
    candidates::far,
    doubles::Double,
    field::{Field, Guess},
    index::Beside,
    words,
};
use crate::{
    ids::{Bib, Key},
    op::ScanKind,
};

/// Somebody who is missing at a place, and when they were expected.
pub(super) struct Missing<'a> {
    pub(super) way: usize,
    pub(super) checkpoint: &'a Key,
    pub(super) kind: ScanKind,
    pub(super) guess: Guess,
}

/// The slip and both distances together are no more far-fetched than this, in hundredths.
const FETCHED_MAX: i64 = 500;

/// Of bibs that look nothing alike so many may have records in question near that moment: of more, nobody can tell which.
pub(super) const UNLIKE_MAX: usize = 2;
/// What it costs that bibs look nothing alike.
const UNLIKE_COST: i64 = 300;

/// The records that may be theirs, the likeliest first.
pub(super) fn offers(field: &Field, missing: &Missing<'_>) -> Vec<Suggestion> {
    let (around_ms, both_ms) = (
        missing.guess.slack_ms.saturating_mul(3),
        field.doubles_around_ms(missing.checkpoint, &missing.guess),
    );
    let bib = field.ways[missing.way].runner.bib.as_str();
    let (mut found, mut unlike) = (Vec::new(), Vec::new());
    for (course, line) in (0..).zip(&field.yard.lines) {
        for slot in line.slots_of(missing.checkpoint, missing.kind) {
            let likely_ms = missing.guess.likely_ms;
            let near = field.doubles_near(course, slot, likely_ms, both_ms);
            for double in near.filter(|double| double.way != missing.way && double.is_telling()) {
                let slip = Slip::between(field.ways[double.way].runner.bib.as_str(), bib);
                if slip.is_some() && double.is_wide {
                    found.extend(apart(field, missing, &double, slot, slip));
                } else if double.is_rare && (double.time_ms - likely_ms).abs() <= around_ms {
                    unlike.push((double, slot));
                }
            }
        }
    }
    if found.is_empty() && unlike.len() <= UNLIKE_MAX {
        found.extend(unlike.iter().flat_map(|(double, slot)| apart(field, missing, double, *slot, None)));
    }
    found.sort_by_key(|offer| offer.cost);
    found
}

/// The records of a passing, set apart where the time between them is longest: one part is the wearer's, and one the
/// missing runner's. Which is which, both distances together say; where they hardly do, both ways are offered.
fn apart(
    field: &Field,
    missing: &Missing<'_>,
    double: &Double,
    slot: usize,
    slip: Option<Slip>,
) -> Vec<Suggestion> {
    let wearer = &field.ways[double.way];
    let window_ms = field.setup().window_ms(missing.checkpoint);
    let seen = field.among(wearer.scans_at(slot), missing.checkpoint, double.time_ms, window_ms);
    let Some(hole) = (1..seen.len()).max_by_key(|n| seen[*n].time_ms - seen[*n - 1].time_ms) else {
        return Vec::new();
    };
    let apart_ms = seen[seen.len() - 1].time_ms - seen[0].time_ms;
    let own = field.guess(wearer, slot);
    let offer = |(theirs, rest): (&[&Beside], &[&Beside])| {
        let (time_ms, rest_ms) = (theirs.first()?.time_ms, rest.first()?.time_ms);
        let distances = far(&missing.guess, time_ms) + own.map_or(0, |own| far(&own, rest_ms));
        if slip.map_or(0, Slip::cost) + distances > FETCHED_MAX {
            return None;
        }
        Some(Suggestion {
            reason: reason(&wearer.runner.bib, apart_ms, slip, time_ms - missing.guess.likely_ms),
            acts: theirs
                .iter()
                .map(|scan| words::rebib(scan.at, &field.ways[missing.way].runner.bib))
                .collect(),
            cost: slip.map_or(UNLIKE_COST, Slip::cost) + distances,
        })
    };
    let (early, late) = seen.split_at(hole);
    [offer((early, late)), offer((late, early))].into_iter().flatten().collect()
}

fn reason(wearer: &Bib, apart_ms: i64, slip: Option<Slip>, off_ms: i64) -> String {
    let side = if off_ms > 0 { "earlier" } else { "later" };
    let slip = slip.map(|slip| format!("{}; ", slip.as_str())).unwrap_or_default();
    let (apart, off) = (words::about(apart_ms), words::about(off_ms));
    format!("one of the records of {wearer}, which are {apart} apart: {slip}expected {off} {side}")
}
