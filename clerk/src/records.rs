//! Records of other sources become scans and words on runners, each with its own fate.
//!
//! Invariant: taking the same record again, in any file, order or part, adds nothing; one that is refused stops no other.

mod held;

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Bib, Key, OpRef},
    op::{Entity, Scan, ScanKind, Value, field},
    race::RaceSetup,
    store::Store,
};
use bibtrail_formats::read::{
    records::Report,
    take::{self, Context, Entered, Entry, Taking},
};
use jiff::civil::Date;

use crate::{ClerkError, pen::Pen};
use held::Held;

/// So many scans are written, and confirmed, at once.
const BATCH: usize = 500;

/// So few records are looked up one by one: a box that posts each passing by itself is not to make us read all its others.
const FEW: usize = 8;

/// What a replica knows of the race that records are taken into.
#[derive(Clone, Debug)]
pub struct Book {
    /// The settings.
    pub setup: RaceSetup,
    entered: BTreeMap<Bib, Entered>,
    entities: BTreeMap<Bib, Vec<Entity>>,
}

/// What the records leave open.
#[derive(Clone, Debug)]
pub struct Order {
    /// What places are called in the source, beside keys and names, parameterized.
    pub stations: BTreeMap<String, Key>,
    /// Where, for records that do not say.
    pub checkpoint: Option<Key>,
    /// Which way, for records that do not say.
    pub kind: ScanKind,
    /// The day of the first time without a date.
    pub date: Option<Date>,
    /// From when times after the gun count, where it is not the race's gun: milliseconds since 1970-01-01 UTC.
    pub gun_ms: Option<i64>,
    /// Who recorded it, for records that do not say.
    pub source: String,
    /// Whether it is a file, of whose sources the records that do not stand in it are to be told.
    pub is_file: bool,
    /// Whether nothing is to be written.
    pub is_dry: bool,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// Written down; in a dry run it would be.
    Taken,
    /// Held already; for a scan, as which one.
    Held(Option<OpRef>),
    /// The same record stands before, at this number.
    Same(u64),
    /// Not taken, and why.
    Refused(String),
}

/// What became of the records of a report.
#[derive(Clone, Debug, Default)]
pub struct Taken {
    /// What each amounts to.
    pub takings: Vec<Taking>,
    /// The fate of each.
    pub fates: Vec<Fate>,
    /// The operation that was written for each.
    pub written: Vec<Option<OpRef>>,
    /// Records of the same sources that are held and do not stand in the report.
    pub missing_here: Vec<OpRef>,
}

impl Book {
    /// What this replica knows now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn of(store: &Store) -> Result<Self, ClerkError> {
        let (mut entered, mut entities) = (BTreeMap::new(), BTreeMap::<Bib, Vec<Entity>>::new());
        for entrant in store.entrants()? {
            if let Some(bib) = entrant.bib {
                entered.insert(bib.clone(), Entered { course: entrant.course, name: entrant.name });
                entities.entry(bib).or_default().push(Entity::Entrant(entrant.id));
            }
        }
        Ok(Self { setup: store.setup()?, entered, entities })
    }

    /// Takes the records of a report that are not held yet.
    ///
    /// # Errors
    /// When the person may not record at all, or it cannot be written.
    pub fn take(&self, pen: &mut Pen<'_>, report: &Report, order: &Order) -> Result<Taken, ClerkError> {
        let context = Context {
            race: pen.store().race(),
            setup: &self.setup,
            entered: &self.entered,
            stations: &order.stations,
            checkpoint: order.checkpoint.as_ref(),
            kind: order.kind,
            date: order.date,
            gun_ms: order.gun_ms,
            source: &order.source,
        };
        let takings = take::take(report, &context);
        let is_whole = takings.len() > FEW;
        let mut held = Held::of(pen.store(), &takings, is_whole || order.is_file)?;
        let fates: Vec<Fate> = takings.iter().map(|taking| held.fate(taking)).collect();
        let missing_here = held.not_in_report(pen.store())?;
        let mut taken = Taken { written: vec![None; takings.len()], takings, fates, missing_here };
        self.refuse_shared(&mut taken);
        self.refuse_unsaid(pen, &mut taken)?;
        if !order.is_dry {
            self.write(pen, &mut taken)?;
        }
        Ok(taken)
    }

    fn entity(&self, bib: &Bib) -> Entity {
        let worn = self.entities.get(bib).and_then(|entities| entities.first()).cloned();
        worn.unwrap_or_else(|| Entity::Bib(bib.clone()))
    }

    /// Refuses words on a bib that several wear: nobody knows whom they mean.
    fn refuse_shared(&self, taken: &mut Taken) {
        for at in 0..taken.takings.len() {
            let Some(Entry::Status { bib, .. }) = taken.entry_to_take(at) else { continue };
            let wearers = self.entities.get(bib).map_or(0, Vec::len);
            if wearers > 1 {
                taken.fates[at] = Fate::Refused(ClerkError::SharedBib(bib.to_string(), wearers).to_string());
            }
        }
    }

    /// Refuses words on runners that the person may not say. Where the same record is a sighting too, they stand beside
    /// it as a remark: who may say so sees them there.
    fn refuse_unsaid(&self, pen: &Pen<'_>, taken: &mut Taken) -> Result<(), ClerkError> {
        for at in 0..taken.takings.len() {
            let Some(Entry::Status { bib, status, reason }) = taken.entry_to_take(at) else { continue };
            let values = vec![(field::STATUS, status.value())];
            let Err(error) = pen.check(&[(self.entity(bib), values)]) else { continue };
            let ClerkError::MayNot { .. } = error else { return Err(error) };
            let (number, said) = (taken.takings[at].number, format!("{} ({reason})", status.value()));
            let sighting = taken.takings.iter_mut().find(|taking| taking.number == number);
            let kept = match sighting.map(|taking| &mut taking.fate) {
                Some(Ok(Entry::Scan { note, .. })) => {
                    *note = Some(note.take().map_or_else(|| said.clone(), |note| format!("{note}; {said}")));
                    " It stands beside the scan as a remark."
                }
                _ => "",
            };
            taken.fates[at] = Fate::Refused(format!("{error}.{kept}"));
        }
        Ok(())
    }

    /// Scans in batches, then their notes, then what is said of runners.
    fn write(&self, pen: &mut Pen<'_>, taken: &mut Taken) -> Result<(), ClerkError> {
        let new = |entry: &Entry| match entry {
            Entry::Scan { scan, .. } => Some(scan.as_ref().clone()),
            Entry::Status { .. } => None,
        };
        let places: Vec<usize> =
            (0..taken.takings.len()).filter(|at| taken.entry_to_take(*at).is_some()).collect();
        let scans: Vec<(usize, Scan)> =
            places.iter().filter_map(|at| Some((*at, new(taken.entry_to_take(*at)?)?))).collect();
        for batch in scans.chunks(BATCH) {
            let plain: Vec<Scan> = batch.iter().map(|(_, scan)| scan.clone()).collect();
            for ((at, _), confirmed) in batch.iter().zip(pen.record(&plain)?) {
                taken.written[*at] = Some(confirmed.at());
            }
        }
        write_notes(pen, taken)?;
        for at in places {
            let Some(Entry::Status { bib, status, reason }) = taken.entry_to_take(at) else { continue };
            let said = pen.put(self.entity(bib), vec![(field::STATUS, status.value())], Some(reason))?;
            taken.written[at] = Some(said.at());
        }
        Ok(())
    }
}

/// Remarks of the source, on scans that have no note: new ones, and those of an import that was cut short.
fn write_notes(pen: &mut Pen<'_>, taken: &Taken) -> Result<(), ClerkError> {
    let mut notes = Vec::new();
    for (at, taking) in taken.takings.iter().enumerate() {
        let Ok(Entry::Scan { note: Some(note), .. }) = &taking.fate else { continue };
        let Some(scan) = taken.operation(at) else { continue };
        let entity = Entity::Scan(scan);
        let registers = pen.store().registers(&entity)?;
        if registers.is_none_or(|values| values.get(field::NOTE).is_none()) {
            notes.push((entity, vec![(field::NOTE, Value::from(note.as_str()))]));
        }
    }
    if !notes.is_empty() {
        pen.put_all(notes, Some("from the source"))?;
    }
    Ok(())
}

impl Taken {
    /// What is to be written for the record at `at`, if anything.
    #[must_use]
    pub fn entry_to_take(&self, at: usize) -> Option<&Entry> {
        let is_taken = self.fates.get(at) == Some(&Fate::Taken);
        self.takings.get(at).filter(|_| is_taken)?.fate.as_ref().ok()
    }

    /// The operation that holds the record at `at`, written now or before.
    #[must_use]
    pub fn operation(&self, at: usize) -> Option<OpRef> {
        match self.fates.get(at)? {
            Fate::Held(held) => *held,
            _ => self.written.get(at).copied().flatten(),
        }
    }

    /// How many records have such a fate.
    #[must_use]
    pub fn count(&self, is_it: impl Fn(&Fate) -> bool) -> usize {
        self.fates.iter().filter(|fate| is_it(fate)).count()
    }

    /// The numbers of the records that were refused, and why.
    #[must_use]
    pub fn refusals(&self) -> BTreeSet<(u64, &str)> {
        let each = self.takings.iter().zip(&self.fates);
        each.filter_map(|(taking, fate)| match fate {
            Fate::Refused(why) => Some((taking.number, why.as_str())),
            _ => None,
        })
        .collect()
    }
}
