//! How a wrong record looks to somebody who knows only what was recorded, and how many others look no less wrong.
//!
//! Invariant: nothing of review is used here but the names of slips, so that a mistake that review passes over is held
//! against the data themselves. *Like it* is, of all pairs of a record and somebody who is missing at its place, each that
//! slipped in the same way and whose every measure is at least half and at most twice as large. Where no fewer of them are
//! innocent than guilty, nothing tells this one from a record that is right: as recorded it is as plausible as corrected.
//! The measure is a choice: `docs/review.md` says what others come to.

use std::collections::BTreeMap;

use bibtrail_core::{ids::OpRef, review::Slip, state::Sighting};

/// A record beside somebody who is missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Looks {
    /// Between the first and the last record of the bib there; nothing if it is the only one.
    pub(super) spread_ms: Option<i64>,
    /// How the bib may have slipped; nothing if it looks nothing like theirs.
    pub(super) slip: Option<Slip>,
    /// How far from when the missing one was expected, in thousandths of the shorter way beside.
    pub(super) missing_off: i64,
    /// How far the wearer is from when they were expected by what is left to them: by the other record, or by this one if
    /// it is the only one. Likewise.
    pub(super) own_off: i64,
}

impl Looks {
    fn is_like(&self, record: &Record<'_>, gap: &Gap<'_>) -> bool {
        let missing_off = off(record.time_ms, (gap.0, gap.1));
        record.bib != gap.2
            && are_like(missing_off, self.missing_off, OFF_LEAST)
            && Slip::between(record.bib, gap.2) == self.slip
    }

    fn is_own_like(&self, record: &Record<'_>) -> bool {
        let is_spread_like = match (self.spread_ms, record.spread_ms) {
            (Some(one), Some(other)) => are_like(one, other, 1_000),
            (one, other) => one == other,
        };
        is_spread_like && are_like(self.own_off, record.own_off, OFF_LEAST)
    }
}

/// Less far off than this, in thousandths, is not off.
const OFF_LEAST: i64 = 10;

/// At least half and at most twice as large; what is smaller than `least` is as small as that.
fn are_like(one: i64, other: i64, least: i64) -> bool {
    let (one, other) = (one.max(least), other.max(least));
    one <= 2 * other && other <= 2 * one
}

/// When somebody who has no record at a place was expected there, the shorter way beside, and who.
type Gap<'a> = (i64, i64, &'a str);

/// A record, with what it says of its wearer.
struct Record<'a> {
    time_ms: i64,
    at: OpRef,
    bib: &'a str,
    spread_ms: Option<i64>,
    own_off: i64,
}

/// Everybody's records, by place: what was recorded, right or wrong.
pub(super) struct Records<'a> {
    slots: usize,
    /// By bib and slot, in order of time.
    of: BTreeMap<(&'a str, usize), Vec<(i64, OpRef)>>,
    first: BTreeMap<&'a str, Vec<Option<i64>>>,
    typical_ms: Vec<i64>,
    /// By slot.
    missing: Vec<Vec<Gap<'a>>>,
    /// By slot, in order of time.
    by_time: Vec<Vec<Record<'a>>>,
}

impl<'a> Records<'a> {
    pub(super) fn new(
        scans: &'a [Sighting],
        bibs: impl Iterator<Item = &'a str>,
        slots: usize,
        slot_of: impl Fn(&Sighting) -> usize,
    ) -> Self {
        let mut of: BTreeMap<(&str, usize), Vec<(i64, OpRef)>> = BTreeMap::new();
        for scan in scans {
            of.entry((scan.bib.as_str(), slot_of(scan))).or_default().push((scan.time_ms, scan.at));
        }
        of.values_mut().for_each(|records| records.sort_unstable());
        let first = bibs.map(|bib| (bib, (0..slots).map(|slot| Some(of.get(&(bib, slot))?[0].0)).collect()));
        let first: BTreeMap<&str, Vec<Option<i64>>> = first.collect();
        let mut records = Self {
            slots,
            typical_ms: vec![0; slots],
            of,
            missing: vec![Vec::new(); slots],
            first,
            by_time: Vec::new(),
        };
        records.typical_ms = (0..slots).map(|slot| records.typical(slot)).collect();
        for (bib, times) in &records.first {
            for slot in (0..slots).filter(|slot| times[*slot].is_none()) {
                let gap = records.expected(bib, slot).map(|(expected, part)| (expected, part, *bib));
                records.missing[slot].extend(gap);
            }
        }
        records.by_time = (0..slots).map(|slot| records.records(slot)).collect();
        records
    }

    fn records(&self, slot: usize) -> Vec<Record<'a>> {
        let mut all = Vec::new();
        for ((bib, _), records) in self.of.iter().filter(|((_, other), _)| *other == slot) {
            let own = self.expected(bib, slot);
            for (time_ms, at) in records {
                let rest_ms = records.iter().find(|record| record.1 != *at).map(|record| record.0);
                let spread_ms = rest_ms.map(|_| records[records.len() - 1].0 - records[0].0);
                let own_off = own.map_or(0, |own| off(rest_ms.unwrap_or(*time_ms), own));
                all.push(Record { time_ms: *time_ms, at: *at, bib, spread_ms, own_off });
            }
        }
        all.sort_unstable_by_key(|record| (record.time_ms, record.at));
        all
    }

    /// From the start to a slot: the sum of the medians from place to place.
    fn typical(&self, slot: usize) -> i64 {
        let part = |n: usize| {
            let spans = self.first.values().filter_map(|times| Some(times[n]? - times[n - 1]?));
            let mut spans: Vec<i64> = spans.collect();
            spans.sort_unstable();
            spans[spans.len() / 2]
        };
        (1..=slot).map(part).sum()
    }

    /// When somebody should have been at a slot by their other times, and the shorter way beside.
    fn expected(&self, bib: &str, slot: usize) -> Option<(i64, i64)> {
        let times = self.first.get(bib)?;
        let seen = |n: usize| Some((self.typical_ms[n], times[n]?));
        let before: Vec<(i64, i64)> = (0..slot).rev().filter_map(seen).take(2).collect();
        let after: Vec<(i64, i64)> = (slot + 1..self.slots).filter_map(seen).take(2).collect();
        let (from, to) = match (before.as_slice(), after.as_slice()) {
            ([near, ..], [next, ..]) => (*near, *next),
            ([near, far], []) => (*far, *near),
            ([], [near, far]) => (*near, *far),
            _ => return None,
        };
        let here = self.typical_ms[slot];
        let expected = from.1 + (to.1 - from.1) * (here - from.0) / (to.0 - from.0).max(1);
        let beside = [before.first(), after.first()].into_iter().flatten();
        Some((expected, beside.map(|(_, time)| (time - expected).abs()).min()?.max(1)))
    }

    /// How a record looks beside somebody who is missing there.
    pub(super) fn looks(&self, slot: usize, at: OpRef, missing: &str) -> Option<Looks> {
        let record = self.by_time[slot].iter().find(|record| record.at == at)?;
        Some(Looks {
            spread_ms: record.spread_ms,
            slip: Slip::between(record.bib, missing),
            missing_off: off(record.time_ms, self.expected(missing, slot)?),
            own_off: record.own_off,
        })
    }

    /// Of all pairs of a record and somebody missing at its place that are like it: how many are guilty, and how many
    /// innocent. `is_guilty` says whether a record is somebody's. No more innocent ones are counted than there are wrong
    /// records in all.
    pub(super) fn like(
        &self,
        looks: &Looks,
        is_guilty: impl Fn(OpRef, &str) -> bool,
        wrong: usize,
    ) -> (usize, usize) {
        let (mut guilty, mut innocent) = (0, 0);
        for (by_time, missing) in self.by_time.iter().zip(&self.missing) {
            let like: Vec<&Record<'_>> = by_time.iter().filter(|record| looks.is_own_like(record)).collect();
            for gap in missing {
                let near = near(&like, gap, 2 * looks.missing_off.max(OFF_LEAST));
                for record in near.iter().filter(|record| looks.is_like(record, gap)) {
                    let is_guilty = is_guilty(record.at, gap.2);
                    guilty += usize::from(is_guilty);
                    innocent += usize::from(!is_guilty);
                }
                if innocent > wrong {
                    return (guilty, innocent);
                }
            }
        }
        (guilty, innocent)
    }
}

/// The records that are no farther off than this from when somebody was expected.
fn near<'r, 'a>(by_time: &'r [&'r Record<'a>], gap: &Gap<'_>, off: i64) -> &'r [&'r Record<'a>] {
    let reach_ms = (off + 1).saturating_mul(gap.1) / 1000;
    let from = by_time.partition_point(|record| record.time_ms < gap.0 - reach_ms);
    let to = by_time.partition_point(|record| record.time_ms <= gap.0 + reach_ms);
    &by_time[from..to.max(from)]
}

/// How far a moment is from what was expected, in thousandths of the shorter way beside.
fn off(time_ms: i64, (expected, part): (i64, i64)) -> i64 {
    (time_ms - expected).abs() * 1000 / part
}
