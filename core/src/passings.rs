//! Passings: what the scans of one runner amount to.
//!
//! Invariant: every scan that counts ends in exactly one place: a witness of a passing, or listed as out of place. A
//! scan out of place is kept and doubted, never dropped.

use crate::{
    ids::{Key, OpRef},
    op::ScanKind,
    race::{Course, Pick, RaceSetup},
    state::Sighting,
};

/// A place on a course where a time belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Which visit of the course, from 0.
    pub visit: usize,
    /// The checkpoint.
    pub checkpoint: Key,
    /// Which way.
    pub kind: ScanKind,
    /// Metres from the start.
    pub distance_m: i64,
}

/// What one runner's scans at one slot amount to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passing {
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
    /// The scans that say so, by time.
    pub witnesses: Vec<OpRef>,
    /// Time between the first and the last of them.
    pub spread_ms: i64,
}

/// A runner's scans, set out along the course.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passings {
    /// One for each slot of the course, where there is one.
    pub at: Vec<Option<Passing>>,
    /// Scans that found no place on the course, by time.
    pub out_of_place: Vec<Sighting>,
}

/// The slots of a course, in order.
#[must_use]
pub fn slots(course: &Course) -> Vec<Slot> {
    let slot = |visit: usize, kind| Slot {
        visit,
        checkpoint: course.visits[visit].checkpoint.clone(),
        kind,
        distance_m: course.visits[visit].distance_m,
    };
    (0..course.visits.len())
        .flat_map(|visit| {
            let out = course.visits[visit].in_out.then(|| slot(visit, ScanKind::Out));
            std::iter::once(slot(visit, ScanKind::In)).chain(out)
        })
        .collect()
}

/// Scans of one runner at one checkpoint and way, within the window of each other.
struct Cluster {
    scans: Vec<Sighting>,
}

impl Cluster {
    fn first_ms(&self) -> i64 {
        self.scans[0].time_ms
    }
}

/// Sets one runner's scans out along a course. `scans` are those that count, in order of time, depth and place.
#[must_use]
pub fn place(setup: &RaceSetup, slots: &[Slot], scans: Vec<Sighting>) -> Passings {
    let mut passings = Passings { at: vec![None; slots.len()], out_of_place: Vec::new() };
    let mut clusters: Vec<(Option<usize>, Cluster)> = Vec::new();
    for cluster in cluster(setup, slots, scans) {
        clusters.push((None, cluster));
    }
    assign_in_order(slots, &mut clusters);
    assign_the_only_slot(slots, &mut clusters);
    for (slot, cluster) in clusters {
        match slot {
            Some(slot) => passings.at[slot] = Some(passing(setup, slots, slot, &cluster)),
            None => passings.out_of_place.extend(cluster.scans),
        }
    }
    passings.out_of_place.sort_by_key(|scan| (scan.time_ms, scan.depth, scan.at));
    passings
}

/// The kind that a scan has on this course: where only one way is recorded, both words mean it.
fn kind_on_course(slots: &[Slot], scan: &Sighting) -> ScanKind {
    let here = |slot: &&Slot| slot.checkpoint == scan.checkpoint;
    let has_its_kind = slots.iter().filter(here).any(|slot| slot.kind == scan.kind);
    if has_its_kind { scan.kind } else { ScanKind::In }
}

/// Clusters in order of time; of equal times in course order, so that an in and an out of one moment both fit.
fn cluster(setup: &RaceSetup, slots: &[Slot], scans: Vec<Sighting>) -> Vec<Cluster> {
    let mut clusters: Vec<Cluster> = Vec::with_capacity(scans.len());
    for mut scan in scans {
        scan.scan.kind = kind_on_course(slots, &scan);
        let window_ms = setup.window_ms(&scan.checkpoint);
        let same = clusters
            .iter_mut()
            .rev()
            .find(|c| c.scans[0].checkpoint == scan.checkpoint && c.scans[0].kind == scan.kind);
        match same {
            Some(c) if scan.time_ms.saturating_sub(c.first_ms()) < window_ms => c.scans.push(scan),
            _ => clusters.push(Cluster { scans: vec![scan] }),
        }
    }
    let first_slot = |c: &Cluster| slots.iter().position(|slot| fits(slot, c));
    clusters.sort_by_key(|c| (c.first_ms(), first_slot(c)));
    clusters
}

fn fits(slot: &Slot, cluster: &Cluster) -> bool {
    slot.checkpoint == cluster.scans[0].checkpoint && slot.kind == cluster.scans[0].kind
}

/// Gives as many clusters as possible a slot such that both run forward together (a longest common subsequence).
/// Where two ways are as long, the earlier slot and the earlier scan win: what is not proven is not claimed.
fn assign_in_order(slots: &[Slot], clusters: &mut [(Option<usize>, Cluster)]) {
    if assign_straight(slots, clusters) {
        return;
    }
    let (n, m) = (clusters.len(), slots.len());
    let mut best = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let skip = best[i + 1][j].max(best[i][j + 1]);
            let take = if fits(&slots[j], &clusters[i].1) { best[i + 1][j + 1] + 1 } else { 0 };
            best[i][j] = skip.max(take);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        if fits(&slots[j], &clusters[i].1) && best[i][j] == best[i + 1][j + 1] + 1 {
            clusters[i].0 = Some(j);
            (i, j) = (i + 1, j + 1);
        } else if best[i][j + 1] == best[i][j] {
            j += 1;
        } else {
            i += 1;
        }
    }
}

/// The usual runner: every cluster fits the next slot of its kind. Says whether all did; else leaves nothing assigned.
fn assign_straight(slots: &[Slot], clusters: &mut [(Option<usize>, Cluster)]) -> bool {
    let mut from = 0;
    for n in 0..clusters.len() {
        match slots[from..].iter().position(|slot| fits(slot, &clusters[n].1)) {
            Some(ahead) => {
                clusters[n].0 = Some(from + ahead);
                from += ahead + 1;
            }
            None => {
                clusters.iter_mut().for_each(|(slot, _)| *slot = None);
                return false;
            }
        }
    }
    true
}

/// A cluster out of order still tells the truth where its checkpoint and way come only once on the course.
fn assign_the_only_slot(slots: &[Slot], clusters: &mut [(Option<usize>, Cluster)]) {
    for n in 0..clusters.len() {
        if clusters[n].0.is_some() {
            continue;
        }
        let mut fitting = (0..slots.len()).filter(|slot| fits(&slots[*slot], &clusters[n].1));
        if let (Some(slot), None) = (fitting.next(), fitting.next())
            && clusters.iter().all(|(taken, _)| *taken != Some(slot))
        {
            clusters[n].0 = Some(slot);
        }
    }
}

fn passing(setup: &RaceSetup, slots: &[Slot], slot: usize, cluster: &Cluster) -> Passing {
    let scans = &cluster.scans;
    let chosen = match pick(setup, &slots[slot], slot == 0) {
        Pick::First => 0,
        Pick::Middle => (scans.len() - 1) / 2,
        Pick::Last => scans.len() - 1,
    };
    Passing {
        time_ms: scans[chosen].time_ms,
        witnesses: scans.iter().map(|scan| scan.at).collect(),
        spread_ms: scans[scans.len() - 1].time_ms.saturating_sub(cluster.first_ms()),
    }
}

/// The start takes the last scan (runners mill about before the gun), so does a way out; everything else the first.
#[must_use]
pub fn pick(setup: &RaceSetup, slot: &Slot, is_start: bool) -> Pick {
    let chosen = setup.checkpoint(&slot.checkpoint).and_then(|c| c.pick);
    chosen.unwrap_or(if is_start || slot.kind == ScanKind::Out { Pick::Last } else { Pick::First })
}
