//! What was looked up to make findings, so that only those that read what has changed are made again.
//!
//! Invariant: whatever a look-up depends on is noted before it answers, and filed until the subject is made again. A subject
//! may be made again for nothing, never left out.

use std::{
    cell::{Cell, RefCell},
    collections::{BTreeMap, BTreeSet},
};

use super::Subject;
use crate::ids::{Key, OpRef};

/// Something that was looked up.
#[derive(Clone, Debug)]
pub(super) enum Read {
    /// How a runner stands at a slot.
    Way(usize, usize),
    /// Who is missing at a slot of a course, and was expected between two moments.
    Gaps(usize, usize, (i64, i64)),
    /// The records of a place between two moments.
    Records(Key, (i64, i64)),
    /// One record.
    Record(OpRef),
    /// Who was never seen, between two numbers.
    Unseen((u64, u64)),
}

/// What one subject looks up.
#[derive(Clone, Debug, Default)]
pub(super) struct Notes {
    is_on: Cell<bool>,
    notes: RefCell<Vec<Read>>,
}

impl Notes {
    /// Notes are taken from now on.
    pub(super) fn begin(&self) {
        self.is_on.set(true);
    }

    pub(super) fn note(&self, read: impl FnOnce() -> Read) {
        if self.is_on.get() {
            self.notes.borrow_mut().push(read());
        }
    }

    pub(super) fn take(&self) -> Vec<Read> {
        self.notes.take()
    }
}

/// Spans, by who looked there: those that lie apart are kept apart.
type Spans<T> = BTreeMap<usize, Vec<(T, T)>>;

/// A runner at a slot.
type Stand = (usize, usize);

/// What one subject looked up, without the spans.
#[derive(Clone, Debug, Default)]
struct Reader {
    ways: BTreeSet<Stand>,
    gaps: BTreeSet<(usize, usize)>,
    places: BTreeSet<Key>,
    scans: BTreeSet<OpRef>,
}

/// Who looked up what.
#[derive(Clone, Debug, Default)]
pub(super) struct Readers {
    /// Those who ever looked anything up, by number.
    subjects: Vec<(Subject, Reader)>,
    numbers: BTreeMap<Subject, usize>,
    ways: BTreeSet<(Stand, usize)>,
    gaps: BTreeMap<(usize, usize), Spans<i64>>,
    records: BTreeMap<Key, Spans<i64>>,
    scans: BTreeSet<(OpRef, usize)>,
    unseen: Spans<u64>,
}

impl Readers {
    /// Files what a subject looked up, in the place of what it looked up before.
    pub(super) fn file(&mut self, subject: &Subject, reads: Vec<Read>) {
        let next = self.subjects.len();
        let n = match self.numbers.get(subject) {
            Some(n) => *n,
            None if reads.is_empty() => return,
            None => {
                self.numbers.insert(subject.clone(), next);
                self.subjects.push((subject.clone(), Reader::default()));
                next
            }
        };
        let old = std::mem::take(&mut self.subjects[n].1);
        for slot in &old.gaps {
            self.gaps.entry(*slot).or_default().remove(&n);
        }
        for place in &old.places {
            self.records.entry(place.clone()).or_default().remove(&n);
        }
        self.unseen.remove(&n);
        let mut new = Reader::default();
        for read in reads {
            match read {
                Read::Way(way, slot) => {
                    new.ways.insert((way, slot));
                }
                Read::Gaps(course, slot, span) => {
                    add(self.gaps.entry((course, slot)).or_default(), n, span);
                    new.gaps.insert((course, slot));
                }
                Read::Records(place, span) => {
                    add(self.records.entry(place.clone()).or_default(), n, span);
                    new.places.insert(place);
                }
                Read::Record(at) => {
                    new.scans.insert(at);
                }
                Read::Unseen(span) => add(&mut self.unseen, n, span),
            }
        }
        old.ways.difference(&new.ways).for_each(|stand| {
            self.ways.remove(&(*stand, n));
        });
        new.ways.difference(&old.ways).for_each(|stand| {
            self.ways.insert((*stand, n));
        });
        old.scans.difference(&new.scans).for_each(|at| {
            self.scans.remove(&(*at, n));
        });
        new.scans.difference(&old.scans).for_each(|at| {
            self.scans.insert((*at, n));
        });
        self.subjects[n].1 = new;
    }

    /// Who looked how a runner stands at a slot.
    pub(super) fn of_way(&self, way: usize, slot: usize) -> impl Iterator<Item = &Subject> {
        let here = self.ways.range(((way, slot), 0)..=((way, slot), usize::MAX));
        here.map(|(_, n)| &self.subjects[*n].0)
    }

    /// Who looked who is missing at a slot about that time.
    pub(super) fn of_gap(&self, course: usize, slot: usize, time_ms: i64) -> impl Iterator<Item = &Subject> {
        self.within(self.gaps.get(&(course, slot)), time_ms)
    }

    /// Who looked what was recorded at a place about that time.
    pub(super) fn of_record(&self, place: &Key, time_ms: i64) -> impl Iterator<Item = &Subject> {
        self.within(self.records.get(place), time_ms)
    }

    /// Who looked at a record.
    pub(super) fn of_scan(&self, at: OpRef) -> impl Iterator<Item = &Subject> {
        self.scans.range((at, 0)..=(at, usize::MAX)).map(|(_, n)| &self.subjects[*n].0)
    }

    /// Who looked who was never seen about that number.
    pub(super) fn of_unseen(&self, number: u64) -> impl Iterator<Item = &Subject> {
        self.within(Some(&self.unseen), number)
    }

    fn within<T: Copy + Ord>(&self, spans: Option<&Spans<T>>, at: T) -> impl Iterator<Item = &Subject> {
        let is_in = move |(from, to): &(T, T)| *from <= at && at <= *to;
        let here = spans.into_iter().flatten().filter(move |(_, spans)| spans.iter().any(is_in));
        here.map(|(n, _)| &self.subjects[*n].0)
    }
}

/// Adds a span: to one that it overlaps, if there is one.
fn add<T: Copy + Ord>(spans: &mut Spans<T>, n: usize, (from, to): (T, T)) {
    let spans = spans.entry(n).or_default();
    match spans.iter_mut().find(|span| span.0 <= to && from <= span.1) {
        Some(span) => *span = (span.0.min(from), span.1.max(to)),
        None => spans.push((from, to)),
    }
}
