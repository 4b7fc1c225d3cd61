//! Look-ups of review: who wears a bib, what was recorded at a place at about a time, and from which source.
//!
//! Invariant: each is kept sorted, and answers by halving. Bibs are compared as numbers first, as texts only where these
//! are alike.

use std::collections::BTreeMap;

use crate::{
    ids::{self, Bib, Key, OpRef},
    op::ScanKind,
    state::Sighting,
};

/// Who wears a bib.
#[derive(Clone, Debug, Default)]
pub(super) struct Wearers {
    /// A bit for each length in bytes that there is.
    lengths: u128,
    heads: Vec<u128>,
    rest: Vec<(Bib, usize)>,
}

impl Wearers {
    /// Of two who wear one bib, the first.
    pub(super) fn of<'b>(bibs: impl Iterator<Item = &'b Bib>) -> Self {
        let mut all: Vec<(u128, &Bib, usize)> =
            (0..).zip(bibs).map(|(n, bib)| (ids::head(bib.as_str()), bib, n)).collect();
        all.sort_unstable();
        all.dedup_by_key(|(_, bib, _)| *bib);
        Self {
            lengths: all.iter().fold(0, |lengths, (_, bib, _)| lengths | length(bib.as_str())),
            heads: all.iter().map(|(head, _, _)| *head).collect(),
            rest: all.into_iter().map(|(_, bib, n)| (bib.clone(), n)).collect(),
        }
    }

    pub(super) fn get(&self, bib: &str) -> Option<usize> {
        if self.lengths & length(bib) == 0 {
            return None;
        }
        let head = ids::head(bib);
        let first = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[first..].iter().take_while(|other| **other == head).count();
        let (_, n) = self.rest[first..first + alike].iter().find(|(other, _)| other.as_str() == bib)?;
        Some(*n)
    }

    pub(super) fn bibs(&self) -> impl Iterator<Item = &str> {
        self.rest.iter().map(|(bib, _)| bib.as_str())
    }
}

fn length(bib: &str) -> u128 {
    1 << bib.len().min(127)
}

/// What was recorded at a place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Beside {
    pub(super) time_ms: i64,
    pub(super) at: OpRef,
    pub(super) bib: Bib,
    pub(super) kind: ScanKind,
}

/// The records that count, by place, in order of time.
#[derive(Clone, Debug, Default)]
pub(super) struct Places {
    places: BTreeMap<Key, Vec<Beside>>,
    /// The sources of those that were copied from other records.
    sources: BTreeMap<OpRef, String>,
}

/// Whether a record says that somebody was at its place.
fn counts(scan: &Sighting) -> bool {
    !scan.is_void && scan.is_approved
}

impl Places {
    pub(super) fn of(scans: &[&Sighting]) -> Self {
        let mut places: BTreeMap<&Key, Vec<(i64, &Sighting)>> = BTreeMap::new();
        for scan in scans.iter().copied().filter(|scan| counts(scan)) {
            match places.get_mut(&scan.checkpoint) {
                Some(records) => records.push((scan.time_ms, scan)),
                None => drop(places.insert(&scan.checkpoint, vec![(scan.time_ms, scan)])),
            }
        }
        let sorted = |(key, mut records): (&Key, Vec<(i64, &Sighting)>)| {
            records.sort_unstable_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.at.cmp(&other.at)));
            (key.clone(), records.into_iter().map(|(_, scan)| beside(scan)).collect())
        };
        let source = |scan: &Sighting| Some((scan.at, scan.source.as_ref()?.name.clone()));
        Self {
            places: places.into_iter().map(sorted).collect(),
            sources: scans.iter().copied().filter_map(source).collect(),
        }
    }

    pub(super) fn put(&mut self, scan: &Sighting) {
        if let Some(source) = &scan.source {
            self.sources.insert(scan.at, source.name.clone());
        }
        if counts(scan) {
            let records = self.places.entry(scan.checkpoint.clone()).or_default();
            let place = records.partition_point(|other| (other.time_ms, other.at) < (scan.time_ms, scan.at));
            records.insert(place, beside(scan));
        }
    }

    pub(super) fn drop_out(&mut self, scan: &Sighting) {
        let Some(records) = self.places.get_mut(&scan.checkpoint) else { return };
        if let Ok(n) =
            records.binary_search_by_key(&(scan.time_ms, scan.at), |other| (other.time_ms, other.at))
        {
            records.remove(n);
        }
    }

    /// The time of the last record at each place.
    pub(super) fn reached_ms(&self) -> BTreeMap<Key, i64> {
        let last = |(key, records): (&Key, &Vec<Beside>)| Some((key.clone(), records.last()?.time_ms));
        self.places.iter().filter_map(last).collect()
    }

    /// The records of a place within `around_ms` of a moment, in order of time.
    pub(super) fn beside(&self, place: &Key, time_ms: i64, around_ms: i64) -> impl Iterator<Item = &Beside> {
        let records = self.records(place);
        let from = records.partition_point(|other| other.time_ms < time_ms.saturating_sub(around_ms));
        let to_ms = time_ms.saturating_add(around_ms);
        records[from..].iter().take_while(move |other| other.time_ms <= to_ms)
    }

    /// The numbers of the records beside a moment, up to `count` on each side; and the span of time that was looked at
    /// for them.
    pub(super) fn numbers_beside(&self, place: &Key, time_ms: i64, count: usize) -> (Vec<u64>, (i64, i64)) {
        let records = self.records(place);
        let at = records.partition_point(|other| other.time_ms < time_ms);
        let number = |other: &Beside| Some((other.time_ms, other.bib.as_str().parse::<u64>().ok()?));
        let before: Vec<_> = records[..at].iter().rev().filter_map(number).take(count).collect();
        let after = records[at..].iter().filter(|other| other.time_ms > time_ms);
        let after: Vec<_> = after.filter_map(number).take(count).collect();
        let end =
            |found: &[(i64, u64)]| found.last().filter(|_| found.len() == count).map(|(at_ms, _)| *at_ms);
        let span = (end(&before).unwrap_or(i64::MIN), end(&after).unwrap_or(i64::MAX));
        (before.into_iter().chain(after).map(|(_, number)| number).collect(), span)
    }

    /// Whether two scans were made by different phones, or copied from different records.
    pub(super) fn is_other_hand(&self, one: OpRef, other: OpRef) -> bool {
        one.log != other.log || self.sources.get(&one) != self.sources.get(&other)
    }

    fn records(&self, place: &Key) -> &[Beside] {
        self.places.get(place).map_or(&[][..], Vec::as_slice)
    }
}

fn beside(scan: &Sighting) -> Beside {
    Beside { time_ms: scan.time_ms, at: scan.at, bib: scan.bib.clone(), kind: scan.kind }
}
