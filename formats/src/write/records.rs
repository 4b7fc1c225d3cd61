//! Records of who passed where, as the writers take them.
//!
//! Invariant: only what counts is in them: void scans and those of phones that nobody approved are not. What nobody
//! could place or read is, for whoever receives it may know better.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Key, OpRef},
    op::{ScanKind, Source},
    passings::{Passing, Slot},
    race::RaceSetup,
    results::{Results, Runner, State},
    state::Sighting,
};

use super::{PersonName, cell::one_line, zone::Zone};

/// Who passed where.
#[derive(Clone, Debug)]
pub struct Records {
    /// The race's name.
    pub race: String,
    /// The gun: milliseconds since 1970-01-01 UTC.
    pub start_ms: i64,
    /// For showing times of day.
    pub zone: Zone,
    /// The checkpoint they are about, if about one: its key.
    pub checkpoint: Option<String>,
    /// Whether they are all of one checkpoint and one way, so that a line need not say which.
    pub is_one_way: bool,
    /// The checkpoint where the courses begin: its key.
    pub start: Option<String>,
    /// Keys of all checkpoints, in the order of the race file.
    pub checkpoints: Vec<String>,
    /// Passings or scans, by time.
    pub marks: Vec<Mark>,
    /// Runners who stopped, by bib.
    pub drops: Vec<Drop>,
    /// Runners who are said not to have started, by bib.
    pub not_started: Vec<Starter>,
    /// Scans that count for nothing because nobody approved the phone.
    pub unapproved: usize,
    /// Scans copied from records that tell no time: that the runner was there cannot be written without one.
    pub timeless: usize,
}

/// One time of one bib at one place.
#[derive(Clone, Debug)]
pub struct Mark {
    /// The bib as it was read; empty where it comes later.
    pub bib: String,
    /// Who wears it.
    pub name: PersonName,
    /// The checkpoint's key.
    pub checkpoint: String,
    /// The checkpoint's name.
    pub place: String,
    /// Whether this is the way out; never where only one way is recorded.
    pub is_out: bool,
    /// Milliseconds since 1970-01-01 UTC.
    pub at_ms: i64,
    /// Whether somebody ran beside them.
    pub has_pacer: bool,
    /// Whether they stopped here.
    pub stopped_here: bool,
    /// Who recorded it: the record it was copied from, else the log.
    pub source: String,
    /// The record's number in its log.
    pub number: u64,
}

/// A runner who stopped.
#[derive(Clone, Debug)]
pub struct Drop {
    /// What they wear.
    pub bib: String,
    /// Who they are.
    pub name: PersonName,
    /// Where, if somebody said so: the checkpoint's key and name.
    pub place: Option<(String, String)>,
    /// When they were seen there last: milliseconds since 1970-01-01 UTC.
    pub at_ms: Option<i64>,
    /// Whether they came in too late, rather than giving up.
    pub is_over_time: bool,
}

/// A runner who is said not to have started.
#[derive(Clone, Debug)]
pub struct Starter {
    /// What they wear.
    pub bib: String,
    /// Who they are.
    pub name: PersonName,
}

/// Which records are wanted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wanted<'a> {
    /// Only runners of this course.
    pub course: Option<&'a str>,
    /// Only at this checkpoint.
    pub checkpoint: Option<&'a str>,
    /// Every scan in place of every passing.
    pub is_raw: bool,
}

impl Records {
    /// The records that `results` amount to, made of `scans`.
    #[must_use]
    pub fn of(setup: &RaceSetup, results: &Results, scans: &[Sighting], wanted: Wanted<'_>) -> Self {
        let found = Finder { setup, wanted, scans: scans.iter().map(|scan| (scan.at, scan)).collect() };
        let mut records = Self {
            race: one_line(&setup.name),
            start_ms: setup.start_ms,
            zone: Zone::new(&setup.time_zone),
            checkpoint: wanted.checkpoint.map(str::to_owned),
            is_one_way: wanted.checkpoint.is_some_and(|key| !found.has_out(key)),
            start: setup.courses.first().and_then(|c| c.visits.first()).map(|v| v.checkpoint.to_string()),
            checkpoints: setup.checkpoints.iter().map(|c| c.key.to_string()).collect(),
            marks: Vec::new(),
            drops: Vec::new(),
            not_started: Vec::new(),
            unapproved: 0,
            timeless: 0,
        };
        for (course, runner) in results.runners() {
            let key = course.map(|c| c.course.key.as_str());
            if wanted.course.is_some() && wanted.course != key {
                continue;
            }
            // Of a bib that nobody entered, the only course there is was tried.
            let slots = course.or(results.courses.first()).map_or(&[][..], |c| &c.slots);
            records.add(&found, slots, runner);
        }
        if wanted.course.is_none() {
            let here = results.unread.iter().filter(|scan| found.is_here(&scan.checkpoint));
            let (good, unapproved): (Vec<&Sighting>, Vec<&Sighting>) =
                here.partition(|scan| scan.is_approved);
            records.unapproved += unapproved.len();
            for scan in good {
                records.take(scan, found.mark(scan, scan.time_ms, None));
            }
        }
        records.marks.sort_by(|a, b| {
            (a.at_ms, a.is_out, &a.bib, &a.source, a.number)
                .cmp(&(b.at_ms, b.is_out, &b.bib, &b.source, b.number))
        });
        records
    }

    /// Takes a mark, unless the record it was copied from tells no time.
    fn take(&mut self, scan: &Sighting, mark: Mark) {
        if is_timeless(scan) {
            self.timeless += 1;
        } else {
            self.marks.push(mark);
        }
    }

    fn add(&mut self, found: &Finder<'_>, slots: &[Slot], runner: &Runner) {
        let stopped = stopped_at(runner, slots);
        for (n, passing) in runner.passings.iter().enumerate() {
            let (Some(slot), Some(passing)) = (slots.get(n), passing) else { continue };
            if !found.is_here(&slot.checkpoint) {
                continue;
            }
            let witnesses = passing.witnesses.iter().filter_map(|at| found.scans.get(at).copied());
            let (timeless, scans): (Vec<&Sighting>, Vec<&Sighting>) =
                witnesses.partition(|scan| is_timeless(scan));
            self.timeless += timeless.len();
            let mut seen: Vec<Mark> = if found.wanted.is_raw {
                scans.iter().map(|scan| found.mark(scan, scan.time_ms, Some(runner))).collect()
            } else {
                // The scan that gave the passing its time names its source.
                let chosen = scans.iter().find(|scan| scan.time_ms == passing.time_ms).or(scans.first());
                let has_pacer = scans.iter().any(|scan| scan.with_pacer == Some(true));
                let mark = chosen.map(|scan| found.mark(scan, scan.time_ms, Some(runner)));
                mark.map(|mark| Mark { has_pacer, ..mark }).into_iter().collect()
            };
            if let Some(last) = seen.last_mut().filter(|_| stopped == Some(n)) {
                last.stopped_here = true;
            }
            seen.iter_mut().for_each(|mark| mark.is_out = slot.kind == ScanKind::Out);
            self.marks.append(&mut seen);
        }
        for scan in runner.out_of_place.iter().filter(|scan| found.is_here(&scan.checkpoint)) {
            self.take(scan, found.mark(scan, scan.time_ms, Some(runner)));
        }
        self.unapproved += runner.unapproved.iter().filter(|scan| found.is_here(&scan.checkpoint)).count();
        self.say(found, slots, runner);
    }

    /// Adds what people said of a runner.
    fn say(&mut self, found: &Finder<'_>, slots: &[Slot], runner: &Runner) {
        let (bib, name) = (runner.bib.as_str().to_owned(), PersonName::of(runner.entrant.as_ref()));
        match runner.state {
            State::Dropped | State::OverTime => {
                let key = runner.status.as_ref().and_then(|status| status.checkpoint.as_ref());
                if found.wanted.checkpoint.is_some() && key.is_none_or(|key| !found.is_here(key)) {
                    return;
                }
                let here = stopped_at(runner, slots).and_then(|n| runner.passings[n].as_ref());
                self.drops.push(Drop {
                    bib,
                    name,
                    place: key.map(|key| (key.to_string(), found.name(key))),
                    at_ms: here.and_then(Passing::known_ms),
                    is_over_time: runner.state == State::OverTime,
                });
            }
            State::DidNotStart => self.not_started.push(Starter { bib, name }),
            _ => {}
        }
    }
}

/// Whether a scan was copied from a record that may be a day off, and nobody set its time since.
fn is_timeless(scan: &Sighting) -> bool {
    let source = scan.source.as_ref().filter(|_| scan.set_ms.is_none());
    source.is_some_and(|source| source.within_ms >= Source::WITHIN_MAX_MS)
}

/// The slot at which they were seen last where they are said to have stopped. Where nobody said where, none is claimed.
fn stopped_at(runner: &Runner, slots: &[Slot]) -> Option<usize> {
    let is_stopped = matches!(runner.state, State::Dropped | State::OverTime);
    let key = runner.status.as_ref().filter(|_| is_stopped)?.checkpoint.as_ref()?;
    (0..slots.len().min(runner.passings.len()))
        .rfind(|n| slots[*n].checkpoint == *key && runner.passings[*n].is_some())
}

/// What is looked up for each record.
struct Finder<'a> {
    setup: &'a RaceSetup,
    wanted: Wanted<'a>,
    scans: BTreeMap<OpRef, &'a Sighting>,
}

impl Finder<'_> {
    fn is_here(&self, key: &Key) -> bool {
        self.wanted.checkpoint.is_none_or(|wanted| key.as_str() == wanted)
    }

    fn name(&self, key: &Key) -> String {
        one_line(self.setup.checkpoint(key).map_or(key.as_str(), |c| &c.name))
    }

    /// Whether any course records both ways there.
    fn has_out(&self, key: &str) -> bool {
        self.setup
            .courses
            .iter()
            .flat_map(|c| &c.visits)
            .any(|visit| visit.checkpoint.as_str() == key && visit.in_out)
    }

    fn mark(&self, scan: &Sighting, at_ms: i64, runner: Option<&Runner>) -> Mark {
        let own = format!("bibtrail-{}", scan.at.log.short());
        Mark {
            // Shown to people, a bib that comes later is `?`; in a record it is none.
            bib: scan.bib.as_str().to_owned(),
            name: PersonName::of(runner.and_then(|runner| runner.entrant.as_ref())),
            checkpoint: scan.checkpoint.to_string(),
            place: self.name(&scan.checkpoint),
            is_out: scan.kind == ScanKind::Out && self.has_out(scan.checkpoint.as_str()),
            at_ms,
            has_pacer: scan.with_pacer == Some(true),
            stopped_here: false,
            // What came from another tool goes back under its own name, so that nobody counts it twice.
            source: scan.source.as_ref().map_or(own, |source| one_line(&source.name)),
            number: scan.at.seq,
        }
    }
}

/// Bibs that a receiver cannot take, each once, with the reason.
pub(super) fn refused<'a>(bibs: impl Iterator<Item = &'a str>, why: &str) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    bibs.for_each(|bib| *counts.entry(bib).or_default() += 1);
    let told = |(bib, count): (&str, usize)| {
        let shown = if bib.is_empty() { "a bib that comes later" } else { bib };
        format!("{shown}: {count} {}; {why}", if count == 1 { "record" } else { "records" })
    };
    counts.into_iter().map(told).collect()
}

/// Each bib once.
pub(super) fn bibs(marks: &[Mark]) -> BTreeSet<&str> {
    marks.iter().map(|mark| mark.bib.as_str()).collect()
}
