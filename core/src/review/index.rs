//! Look-ups of review: who wears a bib, what was recorded at a place at about a time, and from which source.
//!
//! Invariant: each is made by one sort, and answers by halving it. Bibs are compared as numbers first, as texts only
//! where these are alike.

use std::collections::BTreeMap;

use crate::{
    ids::{self, Key, OpRef},
    results::Known,
    state::Sighting,
};

/// Who wears a bib.
pub(super) struct Wearers<'a> {
    /// A bit for each length in bytes that there is.
    lengths: u128,
    heads: Vec<u128>,
    rest: Vec<(&'a str, usize)>,
}

impl<'a> Wearers<'a> {
    /// Of two who wear one bib, the first.
    pub(super) fn of(bibs: impl Iterator<Item = &'a str>) -> Self {
        let mut all: Vec<(u128, &str, usize)> =
            (0..).zip(bibs).map(|(n, bib)| (ids::head(bib), bib, n)).collect();
        all.sort_unstable();
        all.dedup_by_key(|(_, bib, _)| *bib);
        Self {
            lengths: all.iter().fold(0, |lengths, (_, bib, _)| lengths | length(bib)),
            heads: all.iter().map(|(head, _, _)| *head).collect(),
            rest: all.into_iter().map(|(_, bib, n)| (bib, n)).collect(),
        }
    }

    pub(super) fn get(&self, bib: &str) -> Option<usize> {
        if self.lengths & length(bib) == 0 {
            return None;
        }
        let head = ids::head(bib);
        let first = self.heads.partition_point(|other| *other < head);
        let alike = self.heads[first..].iter().take_while(|other| **other == head).count();
        let (_, n) = self.rest[first..first + alike].iter().find(|(other, _)| *other == bib)?;
        Some(*n)
    }

    pub(super) fn bibs(&self) -> impl Iterator<Item = &'a str> {
        self.rest.iter().map(|(bib, _)| *bib)
    }
}

fn length(bib: &str) -> u128 {
    1 << bib.len().min(127)
}

/// The records that count, by place, in order of time.
pub(super) struct Places<'a> {
    scans: &'a [Sighting],
    places: BTreeMap<&'a Key, Vec<(i64, usize)>>,
}

impl<'a> Places<'a> {
    pub(super) fn of(known: &'a Known) -> Self {
        let mut places: BTreeMap<&Key, Vec<(i64, usize)>> = BTreeMap::new();
        for (n, scan) in (0..).zip(&known.scans).filter(|(_, scan)| !scan.is_void && scan.is_approved) {
            match places.get_mut(&scan.checkpoint) {
                Some(records) => records.push((scan.time_ms, n)),
                None => drop(places.insert(&scan.checkpoint, vec![(scan.time_ms, n)])),
            }
        }
        let at = |n: usize| known.scans[n].at;
        for records in places.values_mut() {
            records
                .sort_unstable_by(|(time, n), (other, m)| time.cmp(other).then_with(|| at(*n).cmp(&at(*m))));
        }
        Self { scans: &known.scans, places }
    }

    /// The records of a place within `around_ms` of a moment, in order of time.
    pub(super) fn beside(
        &self,
        place: &Key,
        time_ms: i64,
        around_ms: i64,
    ) -> impl Iterator<Item = &'a Sighting> {
        let records = self.records(place);
        let from = records.partition_point(|(at, _)| *at < time_ms.saturating_sub(around_ms));
        let near = records[from..].iter().take_while(move |(at, _)| *at <= time_ms.saturating_add(around_ms));
        near.map(|(_, n)| &self.scans[*n])
    }

    /// The numbers of the records beside a moment, up to `count` on each side.
    pub(super) fn numbers_beside(&self, place: &Key, time_ms: i64, count: usize) -> Vec<u64> {
        let records = self.records(place);
        let at = records.partition_point(|(at, _)| *at < time_ms);
        let number = |(_, n): &(i64, usize)| self.scans[*n].bib.as_str().parse::<u64>().ok();
        let before = records[..at].iter().rev().filter_map(number).take(count);
        let after = records[at..].iter().filter(|(at, _)| *at > time_ms).filter_map(number).take(count);
        before.chain(after).collect()
    }

    fn records(&self, place: &Key) -> &[(i64, usize)] {
        self.places.get(place).map_or(&[][..], Vec::as_slice)
    }
}

/// The sources of scans that were copied from other records, in order of place in the logs.
pub(super) struct Sources<'a>(Vec<(OpRef, &'a str)>);

impl<'a> Sources<'a> {
    pub(super) fn of(known: &'a Known) -> Self {
        let named = |scan: &'a Sighting| Some((scan.at, scan.source.as_ref()?.name.as_str()));
        let mut all: Vec<(OpRef, &str)> = known.scans.iter().filter_map(named).collect();
        all.sort_unstable();
        Self(all)
    }

    pub(super) fn get(&self, at: OpRef) -> Option<&'a str> {
        let n = self.0.binary_search_by_key(&at, |(at, _)| *at).ok()?;
        Some(self.0[n].1)
    }
}
