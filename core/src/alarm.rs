//! Alarms from what runners' times say of the stations: a clock that is an hour off shows in everybody's splits alike.
//!
//! Invariant: an alarm needs many runners who agree. The station named is the one whose correction makes all the others
//! fit; a station beside it, whose splits look wrong only because of it, is not named.

use std::collections::BTreeMap;

use crate::{
    ids::Key,
    op::ScanKind,
    passings::{self, Slot},
    results::Known,
    state::Sighting,
};

/// Fewer runners than this say nothing about a station.
pub const RUNNERS_MIN: usize = 8;

/// A station that differs by less than this is not named, in milliseconds. Nor by less than half the time between its
/// neighbours: a climb may take that.
pub const OFF_MIN_MS: i64 = 300_000;

/// The same for the first and last station, whose neighbours stand on one side only, in milliseconds.
pub const OFF_MIN_AT_ENDS_MS: i64 = 1_200_000;

/// At most so many stations are named.
const ALARMS_MAX: usize = 16;

/// A station whose times disagree with everybody's way there and on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// The station.
    pub checkpoint: Key,
    /// Its name.
    pub name: String,
    /// By how much its wall clocks are ahead, in milliseconds; behind if negative.
    pub off_ms: i64,
    /// How many runners say so.
    pub runners: usize,
    /// Whether corrected times make up for it.
    pub is_corrected: bool,
}

impl std::fmt::Display for Alarm {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let side = if self.off_ms > 0 { "ahead" } else { "behind" };
        let off = crate::time::span(self.off_ms.abs() / 1000 * 1000);
        write!(
            f,
            "{} ({}): its clocks are {off} {side}, by the times of {} runners",
            self.name, self.checkpoint, self.runners
        )?;
        if self.is_corrected {
            f.write_str("; the results are corrected")
        } else {
            f.write_str("; sync the phones there with another, or correct its times")
        }
    }
}

/// One runner's times along a course, by slot.
type Way = Vec<Option<i64>>;

/// The stations that are off, by what their devices' wall clocks said; the worst first.
#[must_use]
pub fn stations(known: &Known) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = Vec::new();
    for course in &known.setup.courses {
        let slots = passings::slots(course);
        let mut raw = ways(known, &slots, |scan| scan.set_ms.unwrap_or(scan.reading.wall_ms));
        let shown = ways(known, &slots, |scan| scan.time_ms);
        while alarms.len() < ALARMS_MAX {
            let Some((checkpoint, off)) = worst(&slots, &raw) else { break };
            // With this one put right, what looked wrong because of it fits.
            correct(&slots, &mut raw, &checkpoint, off.ms);
            if alarms.iter().any(|alarm: &Alarm| alarm.checkpoint == checkpoint) {
                break;
            }
            let is_corrected = offset(&slots, &shown, &checkpoint).is_none_or(|off| !off.is_alarming());
            let name = known
                .setup
                .checkpoint(&checkpoint)
                .map_or_else(|| checkpoint.to_string(), |c| c.name.clone());
            alarms.push(Alarm { checkpoint, name, off_ms: off.ms, runners: off.runners, is_corrected });
        }
    }
    alarms.sort_by_key(|alarm| (std::cmp::Reverse(alarm.off_ms.abs()), alarm.checkpoint.clone()));
    alarms
}

/// For each bib that was seen, its first time at each slot.
fn ways(known: &Known, slots: &[Slot], time: impl Fn(&Sighting) -> i64) -> Vec<Way> {
    let mut ways: BTreeMap<&str, Way> = BTreeMap::new();
    let counts = |scan: &&Sighting| {
        !scan.is_void && scan.is_approved && !scan.bib.is_empty() && !scan.bib.is_uncertain()
    };
    for scan in known.scans.iter().filter(counts) {
        let is_here = |slot: &Slot| {
            slot.checkpoint == scan.checkpoint && (slot.kind == scan.kind || slot.kind == ScanKind::In)
        };
        let mut fitting = (0..slots.len()).filter(|slot| is_here(&slots[*slot]));
        // A place that comes twice along a course says nothing without knowing which visit it was.
        if let (Some(slot), None) = (fitting.next(), fitting.next()) {
            let way = ways.entry(scan.bib.as_str()).or_insert_with(|| vec![None; slots.len()]);
            way[slot] = Some(way[slot].map_or(time(scan), |known| known.min(time(scan))));
        }
    }
    ways.into_values().collect()
}

/// How far a checkpoint's times are from where they should be.
#[derive(Clone, Copy, Debug)]
struct Offset {
    /// The median, in milliseconds.
    ms: i64,
    /// The median time between the neighbours, in milliseconds.
    between_ms: i64,
    runners: usize,
    is_end: bool,
}

impl Offset {
    fn is_alarming(&self) -> bool {
        let least = if self.is_end { OFF_MIN_AT_ENDS_MS } else { OFF_MIN_MS };
        self.ms.abs() >= least.max(self.between_ms / 2)
    }
}

/// The checkpoint with whose correction all fit best, if that makes up for most of what it is off.
fn worst(slots: &[Slot], ways: &[Way]) -> Option<(Key, Offset)> {
    let (_, before) = misfit(slots, ways);
    let mut checkpoints: Vec<&Key> = slots.iter().map(|slot| &slot.checkpoint).collect();
    checkpoints.dedup();
    let candidates = checkpoints.into_iter().filter_map(|checkpoint| {
        let off = offset(slots, ways, checkpoint).filter(Offset::is_alarming)?;
        let mut corrected = ways.to_vec();
        correct(slots, &mut corrected, checkpoint, off.ms);
        Some((misfit(slots, &corrected), checkpoint.clone(), off))
    });
    let (after, checkpoint, off) =
        candidates.min_by_key(|(misfit, checkpoint, _)| (*misfit, checkpoint.clone()))?;
    (before - after.1 >= off.ms.abs() / 2).then_some((checkpoint, off))
}

/// How badly all checkpoints fit together: how many would be named, and by how many milliseconds all are off.
fn misfit(slots: &[Slot], ways: &[Way]) -> (usize, i64) {
    let offsets: Vec<Offset> =
        slots.iter().filter_map(|slot| offset(slots, ways, &slot.checkpoint)).collect();
    let alarming = offsets.iter().filter(|off| off.is_alarming()).count();
    (alarming, offsets.iter().map(|off| off.ms.abs()).sum())
}

/// How far a checkpoint's times are from where the runners' ways before and after say that they should be.
fn offset(slots: &[Slot], ways: &[Way], checkpoint: &Key) -> Option<Offset> {
    let here: Vec<usize> = (0..slots.len()).filter(|slot| slots[*slot].checkpoint == *checkpoint).collect();
    let (mut offsets, mut between) = (Vec::new(), Vec::new());
    for way in ways {
        for slot in &here {
            if let (Some(time), Some((expected, span))) = (way[*slot], expected(slots, way, *slot)) {
                offsets.push(time - expected);
                between.push(span.abs());
            }
        }
    }
    offsets.sort_unstable();
    between.sort_unstable();
    let runners = offsets.len();
    let is_end = here.contains(&0) || here.contains(&(slots.len() - 1));
    (runners >= RUNNERS_MIN).then(|| Offset {
        ms: offsets[runners / 2],
        between_ms: between[runners / 2],
        runners,
        is_end,
    })
}

/// Where a runner's own pace puts them (between the places before and after, or on from two before, or back from two
/// after), and the time between those two places.
fn expected(slots: &[Slot], way: &Way, slot: usize) -> Option<(i64, i64)> {
    let elsewhere =
        |other: &usize| slots[*other].checkpoint != slots[slot].checkpoint && way[*other].is_some();
    let before: Vec<usize> = (0..slot).rev().filter(elsewhere).take(2).collect();
    let after: Vec<usize> = (slot + 1..slots.len()).filter(elsewhere).take(2).collect();
    let (from, to) = match (before.as_slice(), after.as_slice()) {
        ([near, ..], [next, ..]) => (*near, *next),
        ([near, far], []) => (*far, *near),
        ([], [near, far]) => (*near, *far),
        _ => return None,
    };
    let (from_m, to_m, here_m) = (slots[from].distance_m, slots[to].distance_m, slots[slot].distance_m);
    let (from_ms, to_ms) = (way[from]?, way[to]?);
    if to_m == from_m {
        return None;
    }
    let pace = i128::from(to_ms - from_ms) * i128::from(here_m - from_m) / i128::from(to_m - from_m);
    Some((from_ms + i64::try_from(pace).ok()?, to_ms - from_ms))
}

fn correct(slots: &[Slot], ways: &mut [Way], checkpoint: &Key, off_ms: i64) {
    for way in ways {
        for slot in (0..slots.len()).filter(|slot| slots[*slot].checkpoint == *checkpoint) {
            way[slot] = way[slot].map(|time| time.saturating_sub(off_ms));
        }
    }
}
