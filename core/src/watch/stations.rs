//! The checkpoints: what is open, who reports, and what is known to be missing.
//!
//! Invariant: what is not known to exist is not counted as missing; what is, is.

use super::{
    heard::{Heard, Phone, Reports},
    runner::Watched,
};
use crate::{
    closing::Closing,
    ids::{Bib, Key},
    results::Known,
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

pub(super) fn stations(known: &Known, heard: &Heard, reports: &Reports, runners: &[Watched]) -> Vec<Station> {
    let station = |checkpoint: &crate::race::Checkpoint| {
        let key = &checkpoint.key;
        let mut bibs: Vec<&Bib> = known
            .scans
            .iter()
            .filter(|scan| scan.checkpoint == *key && !scan.is_void && scan.is_approved)
            .map(|scan| &scan.bib)
            .filter(|bib| !bib.is_empty() && !bib.is_uncertain())
            .collect();
        bibs.sort();
        bibs.dedup();
        let stands_here = |phone: &&Phone| phone.checkpoint.as_ref() == Some(key);
        let mut expected: Vec<Bib> =
            runners.iter().filter(|r| r.to_come.contains(key)).map(|r| r.bib.clone()).collect();
        expected.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        Station {
            checkpoint: key.clone(),
            name: checkpoint.name.clone(),
            until_ms: reports.until_ms(key),
            phones: heard.phones.iter().filter(stands_here).cloned().collect(),
            bibs: bibs.len(),
            expected,
            closing: heard.closings.get(key).cloned().unwrap_or_default(),
            unknown: runners.iter().filter(|r| r.silent.iter().any(|s| s.checkpoint == *key)).count(),
        }
    };
    known.setup.checkpoints.iter().map(station).collect()
}
