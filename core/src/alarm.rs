//! Alarms from what runners' times say of the stations: a clock that is an hour off shows in everybody's splits alike.
//!
//! Invariant: an alarm needs many runners who agree. The station named is the one whose correction makes all the others
//! fit; a station beside it, whose splits look wrong only because of it, is not named.

use crate::{
    ids::{Headed, Key, head},
    op::ScanKind,
    passings::{self, Slot},
    race::RaceSetup,
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

/// The times of many runners along a course: by runner, by slot.
#[derive(Clone)]
struct Ways {
    slots: usize,
    times: Vec<Option<i64>>,
}

impl Ways {
    fn each(&self) -> impl Iterator<Item = &[Option<i64>]> {
        self.times.chunks_exact(self.slots.max(1))
    }
}

/// The stations that are off, by what their devices' wall clocks said; the worst first.
#[must_use]
pub fn stations(known: &Known) -> Vec<Alarm> {
    stations_of(&known.setup, &known.scans.iter().collect::<Vec<&Sighting>>())
}

/// The same from these scans.
pub(crate) fn stations_of(setup: &RaceSetup, scans: &[&Sighting]) -> Vec<Alarm> {
    let mut alarms: Vec<Alarm> = Vec::new();
    for course in &setup.courses {
        let slots = passings::slots(course);
        let mut raw = ways(scans, &slots, |scan| scan.set_ms.unwrap_or(scan.reading.wall_ms));
        while alarms.len() < ALARMS_MAX {
            let Some((checkpoint, off)) = worst(&slots, &raw) else { break };
            // With this one put right, what looked wrong because of it fits.
            correct(&slots, &mut raw, &checkpoint, off.ms);
            if alarms.iter().any(|alarm: &Alarm| alarm.checkpoint == checkpoint) {
                break;
            }
            let shown = ways(scans, &slots, |scan| scan.time_ms);
            let is_corrected = offset(&slots, &shown, &checkpoint).is_none_or(|off| !off.is_alarming());
            let name =
                setup.checkpoint(&checkpoint).map_or_else(|| checkpoint.to_string(), |c| c.name.clone());
            alarms.push(Alarm { checkpoint, name, off_ms: off.ms, runners: off.runners, is_corrected });
        }
    }
    alarms.sort_by_key(|alarm| (std::cmp::Reverse(alarm.off_ms.abs()), alarm.checkpoint.clone()));
    alarms
}

/// A time of somebody at a slot.
struct Seen<'a> {
    bib: Headed<'a>,
    slot: usize,
    time_ms: i64,
}

/// For each bib that was seen, its first time at each slot.
fn ways(scans: &[&Sighting], slots: &[Slot], time: impl Fn(&Sighting) -> i64) -> Ways {
    let counts = |scan: &&&Sighting| {
        !scan.is_void && scan.is_approved && !scan.bib.is_empty() && !scan.bib.is_uncertain()
    };
    let heads: Vec<u128> = slots.iter().map(|slot| head(slot.checkpoint.as_str())).collect();
    let seen = scans.iter().filter(counts).filter_map(|scan| {
        let slot = only_slot(slots, &heads, scan)?;
        Some(Seen { bib: Headed::of(scan.bib.as_str()), slot, time_ms: time(scan) })
    });
    let mut seen: Vec<Seen<'_>> = seen.collect();
    // Each runner's times stand together, the first at each slot in front. Whoever keeps scans keeps them nearly so, and
    // this way of sorting gains by that.
    seen.sort_by_key(|seen| (seen.bib, seen.slot, seen.time_ms));
    let mut ways = Ways { slots: slots.len(), times: Vec::new() };
    for of_runner in seen.chunk_by(|a, b| a.bib == b.bib) {
        let begin = ways.times.len();
        ways.times.resize(begin + slots.len(), None);
        for seen in of_runner {
            ways.times[begin + seen.slot].get_or_insert(seen.time_ms);
        }
    }
    ways
}

/// A place that comes twice along a course says nothing without knowing which visit it was. `heads` are those of the
/// slots' checkpoints.
fn only_slot(slots: &[Slot], heads: &[u128], scan: &Sighting) -> Option<usize> {
    let here = head(scan.checkpoint.as_str());
    let is_here = |n: &usize| {
        heads[*n] == here
            && slots[*n].checkpoint == scan.checkpoint
            && (slots[*n].kind == scan.kind || slots[*n].kind == ScanKind::In)
    };
    let mut fitting = (0..slots.len()).filter(is_here);
    fitting.next().filter(|_| fitting.next().is_none())
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
fn worst(slots: &[Slot], ways: &Ways) -> Option<(Key, Offset)> {
    let now = offsets(slots, ways);
    let (_, before) = misfit(&now);
    let alarming = slots.iter().zip(now).filter_map(|(slot, off)| {
        let off = off.filter(Offset::is_alarming)?;
        let mut corrected = ways.clone();
        correct(slots, &mut corrected, &slot.checkpoint, off.ms);
        Some((misfit(&offsets(slots, &corrected)), slot.checkpoint.clone(), off))
    });
    let (after, checkpoint, off) =
        alarming.min_by_key(|(misfit, checkpoint, _)| (*misfit, checkpoint.clone()))?;
    (before - after.1 >= off.ms.abs() / 2).then_some((checkpoint, off))
}

/// How badly all checkpoints fit together: how many would be named, and by how many milliseconds all are off.
fn misfit(offsets: &[Option<Offset>]) -> (usize, i64) {
    let alarming = offsets.iter().flatten().filter(|off| off.is_alarming()).count();
    (alarming, offsets.iter().flatten().map(|off| off.ms.abs()).sum())
}

/// How far the checkpoint of each slot is off.
fn offsets(slots: &[Slot], ways: &Ways) -> Vec<Option<Offset>> {
    slots.iter().map(|slot| offset(slots, ways, &slot.checkpoint)).collect()
}

/// How far a checkpoint's times are from where the runners' ways before and after say that they should be.
fn offset(slots: &[Slot], ways: &Ways, checkpoint: &Key) -> Option<Offset> {
    let is_here: Vec<bool> = slots.iter().map(|slot| slot.checkpoint == *checkpoint).collect();
    let here: Vec<usize> = (0..slots.len()).filter(|slot| is_here[*slot]).collect();
    let (mut offsets, mut between) = (Vec::new(), Vec::new());
    for way in ways.each() {
        for slot in &here {
            if let (Some(time), Some((expected, span))) = (way[*slot], expected(slots, way, *slot, &is_here))
            {
                offsets.push(time - expected);
                between.push(span.abs());
            }
        }
    }
    let runners = offsets.len();
    let is_end = here.contains(&0) || here.contains(&(slots.len() - 1));
    (runners >= RUNNERS_MIN).then(|| Offset {
        ms: *offsets.select_nth_unstable(runners / 2).1,
        between_ms: *between.select_nth_unstable(runners / 2).1,
        runners,
        is_end,
    })
}

/// Where a runner's own pace puts them (between the places before and after, or on from two before, or back from two
/// after), and the time between those two places.
fn expected(slots: &[Slot], way: &[Option<i64>], slot: usize, is_here: &[bool]) -> Option<(i64, i64)> {
    let elsewhere = |other: &usize| !is_here[*other] && way[*other].is_some();
    let mut before = (0..slot).rev().filter(elsewhere);
    let mut after = (slot + 1..slots.len()).filter(elsewhere);
    let (from, to) = match (before.next(), after.next()) {
        (Some(near), Some(next)) => (near, next),
        (Some(near), None) => (before.next()?, near),
        (None, Some(near)) => (near, after.next()?),
        (None, None) => return None,
    };
    let (from_m, to_m, here_m) = (slots[from].distance_m, slots[to].distance_m, slots[slot].distance_m);
    let (from_ms, to_ms) = (way[from]?, way[to]?);
    if to_m == from_m {
        return None;
    }
    let pace = i128::from(to_ms - from_ms) * i128::from(here_m - from_m) / i128::from(to_m - from_m);
    Some((from_ms + i64::try_from(pace).ok()?, to_ms - from_ms))
}

fn correct(slots: &[Slot], ways: &mut Ways, checkpoint: &Key, off_ms: i64) {
    let here: Vec<usize> = (0..slots.len()).filter(|slot| slots[*slot].checkpoint == *checkpoint).collect();
    for way in ways.times.chunks_exact_mut(slots.len().max(1)) {
        for slot in &here {
            way[*slot] = way[*slot].map(|time| time.saturating_sub(off_ms));
        }
    }
}
