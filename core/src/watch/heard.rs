//! What was heard of checkpoints and their phones: how far our knowledge of each reaches.
//!
//! Invariant: knowledge reaches no further than the last report by a trusted phone, and not beyond records that are
//! known to exist and are not here.

use std::collections::BTreeMap;

use super::AHEAD_MS;
use crate::{
    closing::Closing,
    ids::{Key, LogId},
    op::{Entity, Value},
};

/// What a replica has heard, as plain data.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// The logs of the race, in order of id.
    pub phones: Vec<Phone>,
    /// The registers in which different values contend, with the values.
    pub conflicts: BTreeMap<Entity, BTreeMap<u16, Vec<Value>>>,
    /// What was said about closing checkpoints.
    pub closings: BTreeMap<Key, Closing>,
}

/// A log, as far as it was heard of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Its log.
    pub log: LogId,
    /// What it calls itself.
    pub name: String,
    /// Where it says that it stands.
    pub checkpoint: Option<Key>,
    /// When it last said anything that is here, or last met this replica: milliseconds since 1970-01-01 UTC.
    pub last_ms: Option<i64>,
    /// Whether what it captures is evidence.
    pub is_trusted: bool,
    /// How many of its records are here.
    pub held: u64,
    /// How many are known to exist.
    pub exist: u64,
}

impl Phone {
    /// Records that are known to exist and are not here.
    #[must_use]
    pub fn lacking(&self) -> u64 {
        self.exist.saturating_sub(self.held)
    }
}

/// How far our knowledge of each checkpoint reaches.
#[derive(Clone, Debug, Default)]
pub struct Reports {
    until: BTreeMap<Key, i64>,
}

impl Reports {
    /// From the last time at each checkpoint, the phones that stand there, and whether it was closed.
    pub(super) fn of(latest_ms: &BTreeMap<Key, i64>, heard: &Heard, now_ms: i64) -> Self {
        let mut until: BTreeMap<Key, i64> = BTreeMap::new();
        let mut note = |key: &Key, ms: i64| {
            // A clock that runs ahead reports at most the present.
            if ms <= now_ms.saturating_add(AHEAD_MS) {
                let known = until.entry(key.clone()).or_insert(ms);
                *known = ms.min(now_ms).max(*known);
            }
        };
        latest_ms.iter().for_each(|(key, ms)| note(key, *ms));
        for phone in heard.phones.iter().filter(|phone| phone.is_trusted) {
            if let (Some(key), Some(ms)) = (&phone.checkpoint, phone.last_ms) {
                note(key, ms);
            }
        }
        for (key, closing) in &heard.closings {
            if closing.is_closed() {
                until.insert(key.clone(), i64::MAX);
            }
        }
        for phone in heard.phones.iter().filter(|phone| phone.lacking() > 0) {
            let Some(key) = &phone.checkpoint else { continue };
            match (until.get_mut(key), phone.last_ms) {
                (Some(reach), Some(ms)) => *reach = (*reach).min(ms),
                _ => drop(until.remove(key)),
            }
        }
        Self { until }
    }

    /// Up to when we know what happened there: milliseconds since 1970-01-01 UTC. Nothing if nobody reported; the end of
    /// time if it was closed with the agreement of both sides.
    #[must_use]
    pub fn until_ms(&self, checkpoint: &Key) -> Option<i64> {
        self.until.get(checkpoint).copied()
    }
}
