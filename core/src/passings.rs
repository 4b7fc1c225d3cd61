//! Passings: what the scans of one runner amount to. The policy, its defaults and units: `docs/results.md`.
//!
//! Invariant: every scan that counts ends in exactly one place: a witness of a passing, or listed as out of place. A
//! scan out of place is kept and doubted, never dropped. A witness that is unsure of the time is as good as any other
//! for having been there, and gives the time only where no surer one does.

mod cluster;

use cluster::Cluster;

use crate::{
    ids::{BootId, Key, OpRef},
    op::{ScanKind, Source},
    race::{Course, Pick, RaceSetup},
    state::Sighting,
};

/// Witnesses whose times are surer than this, in milliseconds either way, are equally good for the time.
pub const EXACT_MS: i64 = 1_000;

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
    /// Time between the first and the last of those whose times are as sure as this one.
    pub spread_ms: i64,
    /// How sure the time is, in milliseconds either way: the greater of what the record it was copied from allows and
    /// what the clocks prove. 0 if a person set the time, or nothing is known of the clock.
    pub within_ms: i64,
    /// The part of it that is the record's own: not shared with others whom the same clock saw.
    pub rounded_ms: i64,
    /// The run of the clock that told the time; nothing if a person set it.
    pub clock: Option<BootId>,
}

impl Passing {
    /// When, if anybody knows: a record that may be a day off says only that the runner was there.
    #[must_use]
    pub fn known_ms(&self) -> Option<i64> {
        (self.within_ms < i64::from(Source::WITHIN_MAX_MS)).then_some(self.time_ms)
    }

    /// The earliest it may have been: milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub fn earliest_ms(&self) -> i64 {
        self.time_ms.saturating_sub(self.within_ms)
    }

    /// The latest it may have been.
    #[must_use]
    pub fn latest_ms(&self) -> i64 {
        self.time_ms.saturating_add(self.within_ms)
    }
}

/// How sure the time of a scan is, in milliseconds either way: see [`Passing::within_ms`].
#[must_use]
pub fn within_ms(scan: &Sighting) -> i64 {
    let by_clock = scan.moment.map_or(0, |moment| {
        let (before, after) = (moment.ms.saturating_sub(moment.earliest_ms), moment.latest_ms);
        before.max(after.saturating_sub(moment.ms)).max(0)
    });
    rounded_ms(scan).max(by_clock)
}

/// How much of it is the record's that the scan was copied from; nothing once a person set the time.
fn rounded_ms(scan: &Sighting) -> i64 {
    let source = scan.source.as_ref().filter(|_| scan.set_ms.is_none());
    source.map_or(0, |source| i64::from(source.within_ms))
}

/// How unsure a scan is beside other witnesses of one passing. What is not known of a clock counts only beyond the window:
/// its best estimate is far better than its bounds, and which phone gives the time must not hang on when it last synced.
fn unsure_ms(scan: &Sighting, window_ms: i64) -> i64 {
    let (rounded_ms, within_ms) = (rounded_ms(scan), within_ms(scan));
    if within_ms > window_ms { within_ms } else { rounded_ms }
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

/// Sets one runner's scans out along a course. `scans` are those that count, in order of time, depth and place.
#[must_use]
pub fn place(setup: &RaceSetup, slots: &[Slot], scans: &[&Sighting]) -> Passings {
    let mut passings = Passings { at: vec![None; slots.len()], out_of_place: Vec::new() };
    let all = cluster::of(setup, slots, scans).into_iter().map(|cluster| (None, cluster));
    let (vague, mut clusters): (Vec<Placed<'_>>, Vec<Placed<'_>>) =
        all.partition(|(_, cluster)| cluster.is_vague);
    assign_in_order(slots, &mut clusters);
    clusters.extend(vague);
    assign_where_time_allows(slots, &mut clusters);
    assign_the_only_slot(slots, &mut clusters);
    for (slot, cluster) in clusters {
        match slot {
            Some(slot) => passings.at[slot] = Some(passing(setup, slots, slot, &cluster)),
            None => passings.out_of_place.extend(cluster.sightings()),
        }
    }
    passings.out_of_place.sort_by_key(|scan| (scan.time_ms, scan.depth, scan.at));
    passings
}

/// A cluster with the slot it was given.
type Placed<'a> = (Option<usize>, Cluster<'a>);

/// Gives as many clusters as possible a slot such that both run forward together (a longest common subsequence).
/// Where two ways are as long, the earlier slot and the earlier scan win: what is not proven is not claimed.
fn assign_in_order(slots: &[Slot], clusters: &mut [Placed<'_>]) {
    if assign_straight(slots, clusters) {
        return;
    }
    let (n, m) = (clusters.len(), slots.len());
    let mut best = vec![vec![0u32; m + 1]; n + 1];
    for i in (0..n).rev() {
        for j in (0..m).rev() {
            let skip = best[i + 1][j].max(best[i][j + 1]);
            let take = if clusters[i].1.fits(&slots[j]) { best[i + 1][j + 1] + 1 } else { 0 };
            best[i][j] = skip.max(take);
        }
    }
    let (mut i, mut j) = (0, 0);
    while i < n && j < m {
        if clusters[i].1.fits(&slots[j]) && best[i][j] == best[i + 1][j + 1] + 1 {
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
fn assign_straight(slots: &[Slot], clusters: &mut [Placed<'_>]) -> bool {
    let mut from = 0;
    for n in 0..clusters.len() {
        match slots[from..].iter().position(|slot| clusters[n].1.fits(slot)) {
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

/// A cluster whose time is hardly known goes into the first slot that its time allows, between those that have theirs.
fn assign_where_time_allows(slots: &[Slot], clusters: &mut [Placed<'_>]) {
    for n in 0..clusters.len() {
        if !clusters[n].1.is_vague {
            continue;
        }
        let (earliest_ms, latest_ms) = clusters[n].1.bounds_ms();
        let allows = |slot: &usize| {
            clusters.iter().all(|(taken, other)| match taken {
                Some(taken) if taken < slot => other.bounds_ms().0 <= latest_ms,
                Some(taken) => taken > slot && other.bounds_ms().1 >= earliest_ms,
                None => true,
            })
        };
        let slot = (0..slots.len()).find(|slot| clusters[n].1.fits(&slots[*slot]) && allows(slot));
        clusters[n].0 = slot;
    }
}

/// A cluster out of order still tells the truth where its checkpoint and way come only once on the course.
fn assign_the_only_slot(slots: &[Slot], clusters: &mut [Placed<'_>]) {
    for n in 0..clusters.len() {
        if clusters[n].0.is_some() {
            continue;
        }
        let mut fitting = (0..slots.len()).filter(|slot| clusters[n].1.fits(&slots[*slot]));
        if let (Some(slot), None) = (fitting.next(), fitting.next())
            && clusters.iter().all(|(taken, _)| *taken != Some(slot))
        {
            clusters[n].0 = Some(slot);
        }
    }
}

fn passing(setup: &RaceSetup, slots: &[Slot], slot: usize, cluster: &Cluster<'_>) -> Passing {
    let scans = &cluster.scans;
    let window_ms = setup.window_ms(&slots[slot].checkpoint);
    let least_ms = scans.iter().map(|scan| unsure_ms(scan, window_ms)).min().unwrap_or_default();
    let is_exact = |scan: &&&Sighting| unsure_ms(scan, window_ms) <= least_ms.max(EXACT_MS);
    let exact: Vec<&Sighting> = scans.iter().filter(is_exact).copied().collect();
    let chosen = match pick(setup, &slots[slot], slot == 0) {
        Pick::First => exact[0],
        Pick::Middle => exact[(exact.len() - 1) / 2],
        Pick::Last => exact[exact.len() - 1],
    };
    Passing {
        time_ms: chosen.time_ms,
        witnesses: scans.iter().map(|scan| scan.at).collect(),
        spread_ms: exact[exact.len() - 1].time_ms.saturating_sub(exact[0].time_ms),
        within_ms: within_ms(chosen),
        rounded_ms: rounded_ms(chosen),
        clock: chosen.set_ms.is_none().then_some(chosen.reading.boot),
    }
}

/// The start takes the last scan (runners mill about before the gun), so does a way out; everything else the first.
#[must_use]
pub fn pick(setup: &RaceSetup, slot: &Slot, is_start: bool) -> Pick {
    let chosen = setup.checkpoint(&slot.checkpoint).and_then(|c| c.pick);
    chosen.unwrap_or(if is_start || slot.kind == ScanKind::Out { Pick::Last } else { Pick::First })
}
