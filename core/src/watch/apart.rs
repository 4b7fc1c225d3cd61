//! Scans about which people contradict each other, told apart from evidence.
//!
//! Invariant: a contested scan clears nobody, and raises its alarm for everybody whom it may be about.

use std::collections::BTreeSet;

use super::Heard;
use crate::{
    ids::{Bib, Key, OpRef},
    op::{Entity, ScanKind, Value, field},
    results::Known,
    state::Sighting,
};

/// The most readings of one contested scan.
const READINGS_MAX: usize = 64;

/// What is known with every contested scan in all its readings, as no evidence; and which scans those are. Where only
/// the time is contested the scan stays evidence of the place, and its other times are added as alarms.
pub(super) fn apart(known: &Known, heard: &Heard) -> (Known, BTreeSet<OpRef>) {
    let (mut scans, mut contested) = (Vec::with_capacity(known.scans.len()), BTreeSet::new());
    for scan in &known.scans {
        let Some(fields) = heard.conflicts.get(&Entity::Scan(scan.at)) else {
            scans.push(scan.clone());
            continue;
        };
        if fields.keys().any(|field| decides(*field)) {
            contested.insert(scan.at);
        } else {
            scans.push(scan.clone());
        }
        let mut readings = vec![Sighting { is_approved: false, ..scan.clone() }];
        for (field, values) in fields.iter().filter(|(field, _)| decides(**field) || **field == field::TIME) {
            let all = readings.iter().flat_map(|scan| values.iter().filter_map(|v| read_as(scan, *field, v)));
            readings = all.take(READINGS_MAX).collect();
        }
        readings.retain(|reading| !reading.is_void);
        scans.extend(readings);
    }
    (Known { scans, ..known.clone() }, contested)
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
