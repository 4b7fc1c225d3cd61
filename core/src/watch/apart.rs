//! Scans about which people contradict each other, told apart from evidence.
//!
//! Invariant: a contested scan clears nobody, and raises its alarm for everybody whom it may be about.

use std::collections::{BTreeMap, BTreeSet};

use super::field::Basis;
use crate::{
    ids::{Bib, Key, OpRef},
    op::{Entity, ScanKind, Value, field},
    results::{in_order, is_unread},
    state::Sighting,
};

/// The most readings of one contested scan.
const READINGS_MAX: usize = 64;

/// The scans of everybody whom a contested scan may be about: each such scan in all its readings, as no evidence. Where
/// only the time is contested the scan stays evidence of the place, and its other times are added as alarms.
#[derive(Default)]
pub(super) struct Apart {
    scans: BTreeMap<Bib, Vec<Sighting>>,
    contested: BTreeSet<OpRef>,
}

impl Apart {
    pub(super) fn of(basis: &Basis<'_>) -> Self {
        let mut apart = Self::default();
        let mut readings = Vec::new();
        for scan in &basis.contested {
            let Some(fields) = basis.heard.conflicts.get(&Entity::Scan(scan.at)) else { continue };
            if fields.keys().any(|field| decides(*field)) {
                apart.contested.insert(scan.at);
            }
            readings.extend(self::readings(scan, fields));
        }
        let bibs = basis.contested.iter().map(|scan| &scan.bib).chain(readings.iter().map(|scan| &scan.bib));
        let bibs: BTreeSet<Bib> = bibs.filter(|bib| !is_unread(bib)).cloned().collect();
        for bib in bibs {
            let sure = (basis.scans)(&bib).into_iter().filter(|scan| !apart.contested.contains(&scan.at));
            let unsure = readings.iter().filter(|reading| reading.bib == bib);
            let mut scans: Vec<Sighting> = sure.chain(unsure).cloned().collect();
            scans.sort_by_key(in_order);
            apart.scans.insert(bib, scans);
        }
        apart
    }

    /// Whether it is contested who was seen where, or whether anybody was.
    pub(super) fn is_contested(&self, scan: OpRef) -> bool {
        self.contested.contains(&scan)
    }

    /// The scans of a bib whom a contested scan may be about; nothing for everybody else.
    pub(super) fn scans(&self, bib: &Bib) -> Option<&[Sighting]> {
        self.scans.get(bib).map(Vec::as_slice)
    }

    /// Those bibs.
    pub(super) fn bibs(&self) -> impl Iterator<Item = &Bib> {
        self.scans.keys()
    }
}

/// All that a contested scan may say, as no evidence.
fn readings(scan: &Sighting, fields: &BTreeMap<u16, Vec<Value>>) -> Vec<Sighting> {
    let mut readings = vec![Sighting { is_approved: false, ..scan.clone() }];
    for (field, values) in fields.iter().filter(|(field, _)| decides(**field) || **field == field::TIME) {
        let all = readings.iter().flat_map(|scan| values.iter().filter_map(|v| read_as(scan, *field, v)));
        readings = all.take(READINGS_MAX).collect();
    }
    readings.retain(|reading| !reading.is_void);
    readings
}

/// Whether a conflict in this field leaves open who was seen where, or whether anybody was.
fn decides(field: u16) -> bool {
    matches!(field, field::VOID | field::BIB | field::CHECKPOINT | field::KIND)
}

/// The scan as one of the contending values says; as it stands if the value makes no sense.
fn read_as(scan: &Sighting, field: u16, value: &Value) -> Option<Sighting> {
    let mut scan = scan.clone();
    let text = value.as_text();
    match field {
        // What one person took back another holds to: it is looked at as if it stood.
        field::VOID => scan.scan.is_void = false,
        field::BIB => scan.scan.bib = text.and_then(|text| Bib::new(text).ok()).unwrap_or(scan.scan.bib),
        field::CHECKPOINT => {
            scan.scan.checkpoint = text.and_then(|text| Key::new(text).ok()).unwrap_or(scan.scan.checkpoint);
        }
        field::KIND => {
            scan.scan.kind = match text {
                Some("in") => ScanKind::In,
                Some("out") => ScanKind::Out,
                _ => scan.scan.kind,
            }
        }
        field::TIME => {
            scan.time_ms = value.as_int()?;
            scan.moment = None;
        }
        _ => {}
    }
    Some(scan)
}
