//! The scans, filed so that one can be put in the place of another.
//!
//! Invariant: every scan is filed once, void ones and copies included; which of several copies counts is decided anew
//! whenever one of them changes.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    ids::{Bib, Key, OpRef},
    op::Source,
    results::{by_bib, copy_rank, in_order, is_unread},
    state::Sighting,
    watch::AHEAD_MS,
};

/// What a change touched.
#[derive(Default)]
pub(super) struct Touched {
    /// Bibs whose scans are others now.
    pub(super) bibs: BTreeSet<Bib>,
    /// Those scans.
    pub(super) scans: BTreeSet<OpRef>,
    /// What the scan was before, if it is not new.
    pub(super) old: Option<Sighting>,
}

/// The scans of a race.
#[derive(Clone, Debug, Default)]
pub(super) struct Scans {
    /// In order.
    by_bib: BTreeMap<Bib, Vec<Sighting>>,
    bib_of: BTreeMap<OpRef, Bib>,
    copies: BTreeMap<(String, [u8; 8]), BTreeSet<OpRef>>,
    /// Copies that do not count, because another does.
    repeats: BTreeSet<OpRef>,
    /// The times of evidence at each checkpoint, sorted.
    times: BTreeMap<Key, Vec<i64>>,
    /// How often each bib was surely seen at each checkpoint.
    seen: BTreeMap<Key, BTreeMap<Bib, usize>>,
}

impl Scans {
    pub(super) fn of(scans: &[Sighting]) -> Self {
        let (mut filed, mut seen) = (Self::default(), BTreeMap::<&Key, Vec<&Bib>>::new());
        let all = by_bib(scans.iter());
        for scan in &all {
            if let Some(source) = &scan.source {
                filed.copies.entry(record(source)).or_default().insert(scan.at);
            }
            if is_evidence(scan) {
                entry(&mut filed.times, &scan.checkpoint).push(scan.time_ms);
                seen.entry(&scan.checkpoint).or_default().push(&scan.bib);
            }
        }
        filed.times.values_mut().for_each(|times| times.sort_unstable());
        let count = |bibs: &[&Bib]| (bibs[0].clone(), bibs.len());
        for (place, bibs) in seen {
            let read = bibs.chunk_by(|a, b| a == b).filter(|bibs| !is_unread(bibs[0]));
            filed.seen.insert(place.clone(), read.map(count).collect());
        }
        filed.bib_of = scans.iter().map(|scan| (scan.at, scan.bib.clone())).collect();
        let of_bib = all.chunk_by(|a, b| a.bib == b.bib);
        let owned = |scans: &[&Sighting]| scans.iter().map(|scan| (*scan).clone()).collect();
        filed.by_bib = of_bib.map(|scans| (scans[0].bib.clone(), owned(scans))).collect();
        let records: Vec<_> = filed.copies.keys().cloned().collect();
        records.iter().for_each(|record| filed.choose(record, &mut Touched::default()));
        filed
    }

    /// Files a scan, in the place of what was known of it before.
    pub(super) fn take(&mut self, scan: Sighting) -> Touched {
        let mut touched = Touched::default();
        let old = self.drop_out(scan.at);
        let sources = old.iter().chain([&scan]).filter_map(|scan| scan.source.as_ref()).map(record);
        let sources: BTreeSet<_> = sources.collect();
        touched.bibs.extend(old.iter().map(|old| old.bib.clone()));
        touched.old = old;
        touched.bibs.insert(scan.bib.clone());
        touched.scans.insert(scan.at);
        self.note(&scan);
        self.bib_of.insert(scan.at, scan.bib.clone());
        let beside = self.by_bib.entry(scan.bib.clone()).or_default();
        beside.insert(beside.partition_point(|other| in_order(other) < in_order(&scan)), scan);
        sources.iter().for_each(|record| self.choose(record, &mut touched));
        touched
    }

    /// What is known of a scan.
    pub(super) fn find(&self, at: OpRef) -> Option<&Sighting> {
        self.by_bib.get(self.bib_of.get(&at)?)?.iter().find(|scan| scan.at == at)
    }

    /// Whether a scan counts.
    pub(super) fn counts(&self, scan: &Sighting) -> bool {
        !scan.is_void && !self.repeats.contains(&scan.at)
    }

    /// The scans of a bib that count, in order.
    pub(super) fn counting(&self, bib: &Bib) -> Vec<&Sighting> {
        if is_unread(bib) {
            return Vec::new();
        }
        self.by_bib.get(bib).into_iter().flatten().filter(|scan| self.counts(scan)).collect()
    }

    /// All of them.
    pub(super) fn all(&self) -> impl Iterator<Item = &Sighting> {
        self.by_bib.values().flatten()
    }

    /// The bibs with a time that is still to come.
    pub(super) fn ahead(&self, now_ms: i64) -> Vec<&Bib> {
        let limit_ms = now_ms.saturating_add(AHEAD_MS);
        if self.times.values().all(|times| times.last().is_none_or(|ms| *ms <= limit_ms)) {
            return Vec::new();
        }
        let last_ms = |scans: &[Sighting]| scans.last().map(|scan| scan.time_ms);
        let ahead = self.by_bib.iter().filter(|(_, scans)| last_ms(scans).is_some_and(|ms| ms > limit_ms));
        ahead.map(|(bib, _)| bib).collect()
    }

    /// The last time at each checkpoint that is not still to come.
    pub(super) fn latest_ms(&self, now_ms: i64) -> BTreeMap<Key, i64> {
        let latest = |times: &[i64]| {
            let past = times.partition_point(|ms| *ms <= now_ms.saturating_add(AHEAD_MS));
            past.checked_sub(1).map(|last| times[last])
        };
        self.times.iter().filter_map(|(key, times)| Some((key.clone(), latest(times)?))).collect()
    }

    /// How many different bibs were surely seen at each checkpoint.
    pub(super) fn bibs(&self) -> BTreeMap<Key, usize> {
        self.seen.iter().map(|(key, bibs)| (key.clone(), bibs.len())).collect()
    }

    /// Notes what a scan says of its checkpoint, and of what it is a copy.
    fn note(&mut self, scan: &Sighting) {
        if let Some(source) = &scan.source {
            self.copies.entry(record(source)).or_default().insert(scan.at);
        }
        if !is_evidence(scan) {
            return;
        }
        let times = entry(&mut self.times, &scan.checkpoint);
        times.insert(times.partition_point(|other| *other < scan.time_ms), scan.time_ms);
        if !is_unread(&scan.bib) {
            let seen = entry(&mut self.seen, &scan.checkpoint);
            *seen.entry(scan.bib.clone()).or_default() += 1;
        }
    }

    fn drop_out(&mut self, at: OpRef) -> Option<Sighting> {
        let bib = self.bib_of.remove(&at)?;
        let beside = self.by_bib.get_mut(&bib)?;
        let old = beside.remove(beside.iter().position(|scan| scan.at == at)?);
        if beside.is_empty() {
            self.by_bib.remove(&bib);
        }
        if let Some(copies) = old.source.as_ref().and_then(|source| self.copies.get_mut(&record(source))) {
            copies.remove(&at);
        }
        if !is_evidence(&old) {
            return Some(old);
        }
        if let Some(times) = self.times.get_mut(&old.checkpoint)
            && let Ok(n) = times.binary_search(&old.time_ms)
        {
            times.remove(n);
        }
        if let Some(bibs) = self.seen.get_mut(&old.checkpoint)
            && let Some(count) = bibs.get_mut(&bib)
        {
            *count -= 1;
            if *count == 0 {
                bibs.remove(&bib);
            }
        }
        Some(old)
    }

    /// Decides which copy of a record counts.
    fn choose(&mut self, record: &(String, [u8; 8]), touched: &mut Touched) {
        let copies = self.copies.get(record).cloned().unwrap_or_default();
        let best = copies
            .iter()
            .filter_map(|at| self.find(*at))
            .max_by_key(|scan| copy_rank(scan))
            .map(|scan| scan.at);
        for at in copies {
            let is_other = if Some(at) == best { self.repeats.remove(&at) } else { self.repeats.insert(at) };
            if is_other {
                touched.scans.insert(at);
                touched.bibs.extend(self.bib_of.get(&at).cloned());
            }
        }
    }
}

/// Whether a scan proves that somebody was there.
fn is_evidence(scan: &Sighting) -> bool {
    scan.is_approved && !scan.is_void
}

fn entry<'m, T: Default>(map: &'m mut BTreeMap<Key, T>, key: &Key) -> &'m mut T {
    map.entry(key.clone()).or_default()
}

fn record(source: &Source) -> (String, [u8; 8]) {
    (source.name.clone(), source.item)
}
