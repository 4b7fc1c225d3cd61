//! Clusters: scans of one runner at one checkpoint and way that are one passing, as far as their times tell.
//!
//! Invariant: every scan is in exactly one cluster; a scan whose time is hardly known opens one only where no other
//! scan of that place could be the same passing.

use super::{Slot, rounded_ms, within_ms};
use crate::{op::ScanKind, race::RaceSetup, state::Sighting};

/// Scans of one runner at one checkpoint and way, within the window of each other; never empty.
pub(super) struct Cluster<'a> {
    /// By time.
    pub(super) scans: Vec<&'a Sighting>,
    /// Which way, on this course.
    kind: ScanKind,
    /// When it began, by those whose time is known.
    pub(super) first_ms: i64,
    /// Whether no time in it is known to within the window of its checkpoint.
    pub(super) is_vague: bool,
}

impl Cluster<'_> {
    /// Whether it belongs into such a slot.
    pub(super) fn fits(&self, slot: &Slot) -> bool {
        slot.checkpoint == self.scans[0].checkpoint && slot.kind == self.kind
    }

    /// The earliest and the latest that it may have been, by the surest scan in it: milliseconds since 1970-01-01 UTC.
    pub(super) fn bounds_ms(&self) -> (i64, i64) {
        let surest = self.scans.iter().min_by_key(|scan| within_ms(scan)).unwrap_or(&self.scans[0]);
        let within_ms = within_ms(surest);
        (surest.time_ms.saturating_sub(within_ms), surest.time_ms.saturating_add(within_ms))
    }

    /// Its scans, with the way that they have on this course.
    pub(super) fn sightings(self) -> impl Iterator<Item = Sighting> {
        self.scans.into_iter().map(move |scan| {
            let mut scan = scan.clone();
            scan.scan.kind = self.kind;
            scan
        })
    }

    fn could_hold(&self, scan: &Sighting, kind: ScanKind) -> bool {
        self.kind == kind && self.scans[0].checkpoint == scan.checkpoint
    }
}

/// Clusters in order of time; of equal times in course order, so that an in and an out of one moment both fit.
/// `scans` are in order of time.
pub(super) fn of<'a>(setup: &RaceSetup, slots: &[Slot], scans: &[&'a Sighting]) -> Vec<Cluster<'a>> {
    let mut clusters: Vec<Cluster<'a>> = Vec::with_capacity(scans.len());
    let mut vague = Vec::new();
    for scan in scans.iter().copied() {
        let kind = kind_on_course(slots, scan);
        let window_ms = setup.window_ms(&scan.checkpoint);
        if rounded_ms(scan) > window_ms {
            vague.push((scan, kind));
            continue;
        }
        match clusters.iter_mut().rev().find(|c| c.could_hold(scan, kind)) {
            Some(c) if is_one_passing(c, scan, window_ms) => c.scans.push(scan),
            _ => clusters.push(Cluster { first_ms: scan.time_ms, scans: vec![scan], kind, is_vague: false }),
        }
    }
    vague.into_iter().for_each(|(scan, kind)| join_nearest(setup, &mut clusters, scan, kind));
    let first_slot = |c: &Cluster<'_>| slots.iter().position(|slot| c.fits(slot));
    clusters.sort_by_key(|c| (c.first_ms, first_slot(c)));
    clusters
}

/// The kind that a scan has on this course: where only one way is recorded, both words mean it.
fn kind_on_course(slots: &[Slot], scan: &Sighting) -> ScanKind {
    let here = |slot: &&Slot| slot.checkpoint == scan.checkpoint;
    let has_its_kind = slots.iter().filter(here).any(|slot| slot.kind == scan.kind);
    if has_its_kind { scan.kind } else { ScanKind::In }
}

/// Whether a scan comes within the window of the first of a cluster. Times that were rounded may be nearer than they
/// look.
fn is_one_passing(cluster: &Cluster<'_>, scan: &Sighting, window_ms: i64) -> bool {
    let rounded_ms = rounded_ms(cluster.scans[0]).saturating_add(rounded_ms(scan));
    scan.time_ms.saturating_sub(cluster.first_ms) < window_ms.saturating_add(rounded_ms)
}

/// A scan whose time is hardly known bears out the nearest passing that it can mean, and proves one of its own only
/// where there is none.
fn join_nearest<'a>(setup: &RaceSetup, clusters: &mut Vec<Cluster<'a>>, scan: &'a Sighting, kind: ScanKind) {
    let reach_ms = setup.window_ms(&scan.checkpoint).saturating_add(rounded_ms(scan));
    let gap_ms = |cluster: &Cluster<'_>| cluster.first_ms.saturating_sub(scan.time_ms).saturating_abs();
    let meant = clusters.iter_mut().filter(|c| c.could_hold(scan, kind)).min_by_key(|c| gap_ms(c));
    match meant.filter(|cluster| gap_ms(cluster) < reach_ms) {
        Some(cluster) => {
            cluster.scans.push(scan);
            cluster.scans.sort_by_key(|scan| (scan.time_ms, scan.depth, scan.at));
        }
        None => clusters.push(Cluster { first_ms: scan.time_ms, scans: vec![scan], kind, is_vague: true }),
    }
}
