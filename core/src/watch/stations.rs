//! The checkpoints: what is open, who reports, and what is known to be missing.
//!
//! Invariant: what is not known to exist is not counted as missing; what is, is.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    AHEAD_MS,
    field::Basis,
    heard::{Phone, Reports},
    runner::Watched,
};
use crate::{
    closing::Closing,
    ids::{Bib, Key},
    race::Checkpoint,
    results::{Known, is_unread},
};

/// One checkpoint.
#[derive(Clone, Debug)]
pub struct Station {
    /// Its key.
    pub checkpoint: Key,
    /// Its name.
    pub name: String,
    /// Up to when we know what happened there: milliseconds since 1970-01-01 UTC. Nothing if nobody reported; the end of
    /// time if it was closed.
    pub until_ms: Option<i64>,
    /// The phones that say that they stand there, in order of log.
    pub phones: Vec<Phone>,
    /// Different bibs seen there.
    pub bibs: usize,
    /// Runners still to come through.
    pub expected: Vec<Bib>,
    /// What was said about closing it.
    pub closing: Closing,
    /// Runners of whom more would be known if it reported.
    pub unknown: usize,
}

/// Who was surely seen at each checkpoint, and when last.
pub(super) struct Attendance {
    /// The last time that is not still to come.
    pub(super) latest_ms: BTreeMap<Key, i64>,
    /// How many different bibs.
    pub(super) bibs: BTreeMap<Key, usize>,
}

impl Attendance {
    pub(super) fn of(known: &Known, now_ms: i64) -> Self {
        let (mut latest_ms, mut seen) = (BTreeMap::new(), BTreeSet::new());
        for scan in known.scans.iter().filter(|scan| scan.is_approved && !scan.is_void) {
            if scan.time_ms <= now_ms.saturating_add(AHEAD_MS) {
                let latest = latest_ms.entry(scan.checkpoint.clone()).or_insert(scan.time_ms);
                *latest = scan.time_ms.max(*latest);
            }
            if !is_unread(&scan.bib) {
                seen.insert((&scan.checkpoint, &scan.bib));
            }
        }
        let mut bibs = BTreeMap::new();
        for (checkpoint, _) in seen {
            *bibs.entry(checkpoint.clone()).or_default() += 1;
        }
        Self { latest_ms, bibs }
    }
}

pub(super) fn stations(
    basis: &Basis<'_>,
    reports: &Reports,
    bibs: &BTreeMap<Key, usize>,
    runners: &[Watched],
) -> Vec<Station> {
    let station = |checkpoint: &Checkpoint| {
        let key = &checkpoint.key;
        let stands_here = |phone: &&Phone| phone.checkpoint.as_ref() == Some(key);
        let mut expected: Vec<Bib> =
            runners.iter().filter(|r| r.to_come.contains(key)).map(|r| r.bib.clone()).collect();
        expected.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        Station {
            checkpoint: key.clone(),
            name: checkpoint.name.clone(),
            until_ms: reports.until_ms(key),
            phones: basis.heard.phones.iter().filter(stands_here).cloned().collect(),
            bibs: bibs.get(key).copied().unwrap_or_default(),
            expected,
            closing: basis.heard.closings.get(key).cloned().unwrap_or_default(),
            unknown: runners.iter().filter(|r| r.silent.iter().any(|s| s.checkpoint == *key)).count(),
        }
    };
    basis.setup.checkpoints.iter().map(station).collect()
}
