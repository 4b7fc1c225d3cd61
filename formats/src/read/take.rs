//! From the records of a source to what this race would write down: scans and statuses, or why not.
//!
//! Invariant: a pure function of the report and of what it is told of the race. A record has the same identity wherever
//! and whenever it is read: what it says, the place it is for, and how many records before it say the same where nobody
//! read the bib. Nothing that a setting of the race decides (the day of a time) is in it.

mod calendar;
mod identity;
mod place;
mod refusal;
mod roster;

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::{Bib, BootId, Key, RaceId},
    op::{Scan, ScanKind, Source, Status, StatusCode},
    race::{RaceSetup, Visit},
    time::Reading,
};
use jiff::civil::Date;

use super::records::{Format, Line, Report};
use crate::record::{Record, What, When};
pub use calendar::Calendar;
use calendar::Resolved;
use place::Places;
pub use refusal::Refusal;
use roster::Roster;

/// The longest note that is kept, in bytes.
const NOTE_MAX_BYTES: usize = 1_000;

/// What the reader of a report is told.
pub struct Context<'a> {
    /// The race, which the clocks of sources are named after.
    pub race: RaceId,
    /// Its settings.
    pub setup: &'a RaceSetup,
    /// Who is entered.
    pub entered: &'a BTreeMap<Bib, Entered>,
    /// What places are called in the source, beside keys and names: as [`crate::record::parameterized`] has it.
    pub stations: &'a BTreeMap<String, Key>,
    /// Where, for records that do not say.
    pub checkpoint: Option<&'a Key>,
    /// Which way, for records that do not say.
    pub kind: ScanKind,
    /// The day of the first time without a date.
    pub date: Option<Date>,
    /// From when times after the gun count, where it is not the race's gun: milliseconds since 1970-01-01 UTC.
    pub gun_ms: Option<i64>,
    /// Who recorded it, for records that do not say.
    pub source: &'a str,
}

/// Who wears a bib.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entered {
    /// On which course.
    pub course: Option<Key>,
    /// Their name.
    pub name: String,
}

/// What becomes of one record.
#[derive(Clone, Debug, PartialEq)]
pub struct Taking {
    /// Of its line, or in the list; from 1.
    pub number: u64,
    /// What to write down, or why nothing.
    pub fate: Result<Entry, Refusal>,
    /// What a person should know of it.
    pub remarks: Vec<String>,
}

/// What to write down.
#[derive(Clone, Debug, PartialEq)]
pub enum Entry {
    /// A scan, with a note or none.
    Scan {
        /// The scan.
        scan: Box<Scan>,
        /// The source's remark.
        note: Option<String>,
    },
    /// What became of a runner.
    Status {
        /// Whose.
        bib: Bib,
        /// What.
        status: Status,
        /// Who says so, and why.
        reason: String,
    },
}

/// A record with its place, on the way to a [`Taking`].
struct Placed {
    record: Record,
    checkpoint: Option<Key>,
    source: String,
    remarks: Vec<String>,
}

/// What becomes of the records of a report, in its order.
#[must_use]
pub fn take(report: &Report, context: &Context<'_>) -> Vec<Taking> {
    let places = Places::new(context.setup, context.stations, report.format);
    let roster = Roster::new(context.entered);
    let placed: Vec<(u64, Result<Placed, Refusal>)> =
        report.lines.iter().map(|line| (line.number, placed(line, context, &places, &roster))).collect();
    let calendar = Calendar::new(context.setup);
    let times = times(&placed, &calendar, report.format, context);
    let mut identities = identity::Identities::new(report.format.repeats_count());
    let mut takings = Vec::with_capacity(placed.len());
    for ((number, placed), time) in placed.into_iter().zip(times) {
        match placed {
            Err(refusal) => takings.push(Taking { number, fate: Err(refusal), remarks: Vec::new() }),
            Ok(placed) => {
                entries(number, placed, time, (context, &calendar), &mut identities, &mut takings);
            }
        }
    }
    takings
}

fn placed(
    line: &Line,
    context: &Context<'_>,
    places: &Places<'_>,
    roster: &Roster<'_>,
) -> Result<Placed, Refusal> {
    let mut record = line.fate.clone()?;
    let checkpoint = match (&record.place, record.what) {
        (Some(text), _) => {
            let (place, kind) = places.find(text)?;
            if let What::Seen(None) = record.what {
                record.what = What::Seen(kind);
            }
            Some(place)
        }
        (None, What::Seen(_)) => Some(context.checkpoint.cloned().ok_or_else(|| places.which())?),
        (None, What::Said(_)) => context.checkpoint.cloned(),
    };
    let source = record.source.clone().unwrap_or_else(|| context.source.to_owned());
    let mut remarks = Vec::new();
    if let What::Seen(_) = record.what
        && record.when.is_none()
    {
        return Err(Refusal::NoTime);
    }
    if let What::Said(code) = record.what
        && (record.bib.is_empty() || record.bib.is_uncertain())
    {
        return Err(Refusal::WhoseStatus(code.as_str()));
    }
    remarks.extend(roster.bib_remark(&record.bib));
    remarks.extend(roster.name_remark(&record));
    Ok(Placed { record, checkpoint, source, remarks })
}

/// The time of each record, in order.
fn times(
    placed: &[(u64, Result<Placed, Refusal>)],
    calendar: &Calendar,
    format: Format,
    context: &Context<'_>,
) -> Vec<Option<Result<Resolved, Refusal>>> {
    let mut day = calendar.begin(context.date);
    let mut times: Vec<Option<Result<Resolved, Refusal>>> = placed
        .iter()
        .map(|(_, placed)| {
            let placed = placed.as_ref().ok()?;
            let when = placed.record.when.filter(|when| *when != When::Unread)?;
            let course = context.entered.get(&placed.record.bib).and_then(|entered| entered.course.as_ref());
            // A sheet has one gun; a list of times since each runner's start has theirs.
            let gun_ms = match format {
                Format::OstElapsed => context.setup.course(course).and_then(|course| course.start_ms),
                _ => context.gun_ms,
            };
            Some(day.resolve(when, placed.checkpoint.as_ref(), &placed.source, gun_ms))
        })
        .collect();
    let (before, after) = (neighbours(placed, &times, false), neighbours(placed, &times, true));
    for at in 0..placed.len() {
        if placed[at].1.as_ref().is_ok_and(|placed| placed.record.when == Some(When::Unread)) {
            times[at] = Some(calendar.between(at, before[at], after[at]));
        }
    }
    times
}

/// For each record the nearest one before it, or after it, that has a time of the same source and place: its number and
/// moment.
fn neighbours(
    placed: &[(u64, Result<Placed, Refusal>)],
    times: &[Option<Result<Resolved, Refusal>>],
    is_after: bool,
) -> Vec<Option<(usize, i64)>> {
    let mut last: BTreeMap<(&str, Option<&Key>), (usize, i64)> = BTreeMap::new();
    let mut found = vec![None; placed.len()];
    let order: Vec<usize> =
        if is_after { (0..placed.len()).rev().collect() } else { (0..placed.len()).collect() };
    for at in order {
        let Ok(here) = &placed[at].1 else { continue };
        let group = (here.source.as_str(), here.checkpoint.as_ref());
        found[at] = last.get(&group).copied();
        if let Some(Ok(time)) = &times[at] {
            last.insert(group, (at, time.ms));
        }
    }
    found
}

/// What one record amounts to: a scan, a status, or both.
fn entries(
    number: u64,
    placed: Placed,
    time: Option<Result<Resolved, Refusal>>,
    (context, calendar): (&Context<'_>, &Calendar),
    identities: &mut identity::Identities,
    takings: &mut Vec<Taking>,
) {
    let Placed { record, checkpoint, source, mut remarks } = placed;
    let resolved = match time.transpose() {
        Ok(resolved) => resolved,
        Err(refusal) => return takings.push(Taking { number, fate: Err(refusal), remarks }),
    };
    remarks.extend(resolved.as_ref().and_then(|time| time.remark.clone()));
    let note = record.note.as_deref().map(|note| shortened(note, &mut remarks));
    let fate = match (record.what, &checkpoint, &resolved) {
        (What::Seen(kind), Some(checkpoint), Some(time)) => {
            let kind = kind.unwrap_or(context.kind);
            let told = identities.of(&record, (checkpoint, kind), &source, (context.date, context.gun_ms));
            scan(&record, checkpoint, kind, &source, &told, time, context.race)
                .map(|scan| Entry::Scan { scan: Box::new(scan), note: note.clone() })
        }
        (What::Seen(_), ..) => Err(Refusal::NoTime),
        (What::Said(code), ..) => {
            let status = Status { code, checkpoint: checkpoint.clone() };
            let reason = reason(&source, note.as_deref(), resolved.as_ref(), calendar);
            Ok(Entry::Status { bib: record.bib.clone(), status, reason })
        }
    };
    let stops = fate.is_ok() && record.is_stopped;
    let whether = checkpoint.filter(|_| stops).map(|place| (stopped(&record, &place, context), place));
    match whether {
        Some((Stopped::Dropped, place)) => {
            takings.push(Taking { number, fate, remarks });
            let status = Status { code: StatusCode::Dnf, checkpoint: Some(place) };
            let reason = reason(&source, Some("stopped here"), resolved.as_ref(), calendar);
            let fate = Ok(Entry::Status { bib: record.bib, status, reason });
            takings.push(Taking { number, fate, remarks: Vec::new() });
        }
        Some((Stopped::Unclear, place)) => {
            remarks.push(format!(
                "said to have stopped at {place}: if they dropped, say so with `bibtrail status`"
            ));
            takings.push(Taking { number, fate, remarks });
        }
        Some((Stopped::Finished, _)) | None => takings.push(Taking { number, fate, remarks }),
    }
}

fn scan(
    record: &Record,
    checkpoint: &Key,
    kind: ScanKind,
    source: &str,
    told: &str,
    time: &Resolved,
    race: RaceId,
) -> Result<Scan, Refusal> {
    let boot_ms = u64::try_from(time.ms).map_err(|_| Refusal::Before1970)?;
    let named = Source::new(source, told, time.within_ms)?;
    let boot = BootId::of(race, named.name.as_bytes());
    let reading = Reading { boot, boot_ms, wall_ms: time.ms };
    let scan = Scan::new(record.bib.clone(), checkpoint.clone(), kind, reading);
    Ok(Scan { source: Some(named), with_pacer: record.with_pacer, ..scan })
}

/// What it means that a runner was seen and went no further.
enum Stopped {
    /// They were at the finish.
    Finished,
    /// They were somewhere else.
    Dropped,
    /// Laps begin and end there, or nobody read the bib.
    Unclear,
}

fn stopped(record: &Record, checkpoint: &Key, context: &Context<'_>) -> Stopped {
    let own = context.entered.get(&record.bib).and_then(|entered| entered.course.as_ref());
    let courses = match context.setup.course(own) {
        Some(course) => std::slice::from_ref(course),
        None => context.setup.courses.as_slice(),
    };
    let is_here = |visit: &Visit| visit.checkpoint == *checkpoint;
    let is_finish = courses.iter().any(|course| course.visits.last().is_some_and(is_here));
    let comes_before = courses.iter().any(|course| course.visits.iter().rev().skip(1).any(is_here));
    match (is_finish, comes_before) {
        (true, false) => Stopped::Finished,
        (false, _) if !record.bib.is_empty() && !record.bib.is_uncertain() => Stopped::Dropped,
        _ => Stopped::Unclear,
    }
}

/// Who says so, why, and for when.
fn reason(source: &str, note: Option<&str>, time: Option<&Resolved>, calendar: &Calendar) -> String {
    let time = time.map(|time| calendar.show(time.ms));
    let words = [note.map(str::to_owned), time].into_iter().flatten().collect::<Vec<_>>().join(", ");
    if words.is_empty() { source.to_owned() } else { format!("{source}: {words}") }
}

/// A note of at most [`NOTE_MAX_BYTES`].
fn shortened(note: &str, remarks: &mut Vec<String>) -> String {
    if note.len() <= NOTE_MAX_BYTES {
        return note.to_owned();
    }
    remarks.push(format!("its note of {} bytes is cut short", note.len()));
    let end = (0..=NOTE_MAX_BYTES).rev().find(|at| note.is_char_boundary(*at)).unwrap_or_default();
    format!("{}…", &note[..end])
}
