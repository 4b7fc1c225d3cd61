//! What is held already of a report's sources.
//!
//! Invariant: what counts here, or was written here, is held; what only an unapproved phone said is not.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Bib, OpRef},
    op::{Body, Entity, field},
    store::{Store, StoreError},
};
use bibtrail_formats::read::take::{Entry, Taking};

use super::Fate;
use crate::ClerkError;

/// What this replica holds of the sources of a file.
pub(super) struct Held {
    /// Records that count here, or that this replica wrote itself, by source and record.
    records: BTreeMap<(String, [u8; 8]), OpRef>,
    /// What was said of runners: bib and status, and the reasons.
    said: BTreeMap<(Bib, String), Vec<String>>,
    /// Records of this file, by the number of their line.
    in_file: BTreeMap<(String, [u8; 8]), u64>,
}

impl Held {
    /// `is_whole`: the takings are whole files, of whose sources all records matter, not only these.
    pub(super) fn of(store: &Store, takings: &[Taking], is_whole: bool) -> Result<Self, ClerkError> {
        let sources = takings.iter().filter_map(|taking| match &taking.fate {
            Ok(Entry::Scan { scan, .. }) => scan.source.as_ref(),
            _ => None,
        });
        let mut scans = Vec::new();
        if is_whole {
            let names: BTreeSet<&str> = sources.map(|source| source.name.as_str()).collect();
            for name in names {
                scans.extend(store.records_of(name)?);
            }
        } else {
            for source in sources {
                scans.extend(store.record_of(source)?);
            }
        }
        let mut records = BTreeMap::new();
        for scan in scans {
            let Some(source) = &scan.source else { continue };
            if scan.is_approved || scan.at.log == store.own_log() {
                records.insert((source.name.clone(), source.item), scan.at);
            }
        }
        let says = takings.iter().any(|taking| matches!(taking.fate, Ok(Entry::Status { .. })));
        let said = if says { said(store)? } else { BTreeMap::new() };
        Ok(Self { records, said, in_file: BTreeMap::new() })
    }

    pub(super) fn fate(&mut self, taking: &Taking) -> Fate {
        match &taking.fate {
            Err(refusal) => Fate::Refused(refusal.to_string()),
            Ok(Entry::Scan { scan, .. }) => {
                let Some(source) = &scan.source else { return Fate::Taken };
                let record = (source.name.clone(), source.item);
                if let Some(first) = self.in_file.get(&record) {
                    return Fate::Same(*first);
                }
                self.in_file.insert(record.clone(), taking.number);
                self.records.get(&record).map_or(Fate::Taken, |at| Fate::Held(Some(*at)))
            }
            Ok(Entry::Status { bib, status, reason }) => {
                let reasons = self.said.entry((bib.clone(), status.value().to_string())).or_default();
                // Where somebody at headquarters took the record in, their name stands before the reason.
                let by_name = format!(": {reason}");
                if reasons.iter().any(|said| said == reason || said.ends_with(&by_name)) {
                    return Fate::Held(None);
                }
                reasons.push(reason.clone());
                Fate::Taken
            }
        }
    }

    /// Records of these sources that are held and do not stand in the file: of another part of it, or corrected since.
    pub(super) fn not_in_report(&self, store: &Store) -> Result<Vec<OpRef>, ClerkError> {
        let others = self.records.iter().filter(|(record, _)| !self.in_file.contains_key(*record));
        let mut missing = Vec::new();
        for (_, at) in others {
            if store.scan(*at)?.is_some_and(|scan| !scan.is_void) {
                missing.push(*at);
            }
        }
        Ok(missing)
    }
}

/// What was ever said of runners' statuses and counts, or was said here: bib, status, reason. What was taken back since
/// is not said again; what only an unapproved phone said is.
fn said(store: &Store) -> Result<BTreeMap<(Bib, String), Vec<String>>, StoreError> {
    let bibs: BTreeMap<Entity, Bib> = store
        .entrants()?
        .into_iter()
        .filter_map(|entrant| Some((Entity::Entrant(entrant.id), entrant.bib?)))
        .collect();
    let mut said = BTreeMap::<(Bib, String), Vec<String>>::new();
    for log in store.heads()?.into_keys() {
        for op in store.ops(log, 1)? {
            let Some(Body::Put(put)) = op.op.map(|op| op.body) else { continue };
            let bib = match &put.entity {
                Entity::Bib(bib) => Some(bib),
                other => bibs.get(other),
            };
            let status = put.writes.iter().find(|write| write.field == field::STATUS);
            let counts = || Ok::<_, StoreError>(op.at.log == store.own_log() || store.counts(op.at)?);
            if let (Some(bib), Some(status), Some(reason)) = (bib, status, put.reason)
                && counts()?
            {
                said.entry((bib.clone(), status.value.to_string())).or_default().push(reason);
            }
        }
    }
    Ok(said)
}
