//! `import`: records of other sources become scans and words on runners, each line with its own fate.
//!
//! Invariant: importing the same record again, in any file, order or part, adds nothing; one line that is refused stops
//! no other.

mod fate;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use bibtrail_core::{
    ids::{Bib, Key, OpRef},
    op::{Body, Entity, Scan, Value, field},
    race::RaceSetup,
    store::{Confirmed, Store, StoreError},
};
use bibtrail_formats::{
    read::{
        Encoding,
        records::{self, Format, Report},
        skeleton,
        take::{self, Calendar, Context, Entered, Entry, Taking},
    },
    record::parameterized,
};

use super::{find_checkpoint, open, scan};
use crate::{Error, args, clock::RaceClock, console::Console, replica::Folder};
use fate::{Fate, Fates, File};

/// So many scans are written, and confirmed, at once.
const BATCH: usize = 500;
/// How often a batch that could not be made durable is tried again.
const TRIES: usize = 3;

pub(super) fn import(args: &args::Import, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let desk = Desk::new(args, &store)?;
    let mut fates = Fates::default();
    for path in &args.files {
        let bytes = fs::read(path).map_err(Error::file(path))?;
        let Some(format) = desk.format(&bytes) else {
            fates.files.push(File::unknown(path));
            continue;
        };
        let report = records::read(&bytes, desk.encoding, format);
        fates.files.push(desk.import(path, &report, &mut store)?);
    }
    if !args.dry_run {
        store.settle()?;
        Folder::new(&args.dir).leave_mark(&store);
    }
    fates.print(&desk.setup, &desk.clock, args, console)?;
    desk.say_rights(&store, &fates, console)?;
    Ok(if fates.refused() > 0 { crate::FAILED } else { crate::OK })
}

/// Prints the race file that another tool's stations begin.
pub(super) fn race_file(args: &args::RaceFile, console: &mut Console<'_>) -> Result<u8, Error> {
    let bytes = fs::read(&args.file).map_err(Error::file(&args.file))?;
    let file = skeleton::race_file(&bytes, encoding(args.encoding));
    let file = file.map_err(|source| Error::Stations { path: args.file.clone(), source })?;
    console.line(file.trim_end())?;
    Ok(crate::OK)
}

fn encoding(encoding: args::Encoding) -> Encoding {
    match encoding {
        args::Encoding::Utf8 => Encoding::Utf8,
        args::Encoding::Latin1 => Encoding::Latin1,
    }
}

/// What the command line and the race say.
struct Desk<'a> {
    args: &'a args::Import,
    setup: RaceSetup,
    clock: RaceClock,
    entered: BTreeMap<Bib, Entered>,
    entities: BTreeMap<Bib, Vec<Entity>>,
    stations: BTreeMap<String, Key>,
    checkpoint: Option<Key>,
    date: Option<jiff::civil::Date>,
    gun_ms: Option<i64>,
    encoding: Encoding,
}

impl<'a> Desk<'a> {
    fn new(args: &'a args::Import, store: &Store) -> Result<Self, Error> {
        let setup = store.setup()?;
        let (mut entered, mut entities) = (BTreeMap::new(), BTreeMap::<Bib, Vec<Entity>>::new());
        for entrant in store.entrants()? {
            if let Some(bib) = entrant.bib {
                entered.insert(bib.clone(), Entered { course: entrant.course, name: entrant.name });
                entities.entry(bib).or_default().push(Entity::Entrant(entrant.id));
            }
        }
        let checkpoint = args.checkpoint.as_deref().map(|text| find_checkpoint(&setup, text)).transpose()?;
        let mut stations = BTreeMap::new();
        for text in &args.station {
            let (name, place) = text.rsplit_once('=').ok_or_else(|| Error::Station(text.clone()))?;
            stations.insert(parameterized(name), find_checkpoint(&setup, place)?);
        }
        let date = args.date.as_ref();
        let date = date.map(|text| text.parse().map_err(|_| Error::Date(text.clone()))).transpose()?;
        let gun = |text: &String| Calendar::new(&setup).gun_ms(text).ok_or_else(|| Error::Gun(text.clone()));
        let gun_ms = args.gun.as_ref().map(gun).transpose()?;
        let encoding = encoding(args.encoding);
        let clock = RaceClock::new(&setup);
        Ok(Self { args, setup, clock, entered, entities, stations, checkpoint, date, gun_ms, encoding })
    }

    fn format(&self, bytes: &[u8]) -> Option<Format> {
        Format::parse(&self.args.format).or_else(|| Format::detect(bytes, self.encoding))
    }

    /// Takes the records of one file that are not held yet.
    fn import(&self, path: &Path, report: &Report, store: &mut Store) -> Result<File, Error> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let context = Context {
            race: store.race(),
            setup: &self.setup,
            entered: &self.entered,
            stations: &self.stations,
            checkpoint: self.checkpoint.as_ref(),
            kind: scan::kind(self.args.kind),
            date: self.date,
            gun_ms: self.gun_ms,
            source: self.args.source.as_deref().unwrap_or(&name),
        };
        let takings = take::take(report, &context);
        let mut held = Held::of(store, &takings)?;
        let fates: Vec<Fate> = takings.iter().map(|taking| held.fate(taking)).collect();
        let mut file = File::new(path, report, takings, fates);
        file.missing_here = held.not_in_file(store)?;
        self.refuse_shared(&mut file);
        if !self.args.dry_run {
            self.write(&mut file, store)?;
        }
        Ok(file)
    }

    /// Refuses words on a bib that several wear: nobody knows whom they mean.
    fn refuse_shared(&self, file: &mut File) {
        for at in 0..file.takings.len() {
            let Some(Entry::Status { bib, .. }) = file.entry_to_take(at) else { continue };
            let wearers = self.entities.get(bib).map_or(0, Vec::len);
            if wearers > 1 {
                file.fates[at] = Fate::Refused(Error::SharedBib(bib.to_string(), wearers).to_string());
            }
        }
    }

    /// Scans in batches, then their notes, then what is said of runners.
    fn write(&self, file: &mut File, store: &mut Store) -> Result<(), Error> {
        let new = |entry: &Entry| match entry {
            Entry::Scan { scan, .. } => Some(scan.as_ref().clone()),
            Entry::Status { .. } => None,
        };
        let places: Vec<usize> =
            (0..file.takings.len()).filter(|at| file.entry_to_take(*at).is_some()).collect();
        let scans: Vec<(usize, Scan)> =
            places.iter().filter_map(|at| Some((*at, new(file.entry_to_take(*at)?)?))).collect();
        for batch in scans.chunks(BATCH) {
            let plain: Vec<Scan> = batch.iter().map(|(_, scan)| scan.clone()).collect();
            for ((at, _), confirmed) in batch.iter().zip(record(store, &plain)?) {
                file.written[*at] = Some(confirmed.at());
            }
        }
        self.write_notes(file, store)?;
        for at in places {
            let Some(Entry::Status { bib, status, reason }) = file.entry_to_take(at) else { continue };
            let entity = self.entities.get(bib).and_then(|entities| entities.first()).cloned();
            let entity = entity.unwrap_or_else(|| Entity::Bib(bib.clone()));
            let said = store.put(entity, vec![(field::STATUS, status.value())], Some(reason))?;
            file.written[at] = Some(said.at());
        }
        Ok(())
    }

    /// Remarks of the source, on scans that have no note: new ones, and those of an import that was cut short.
    fn write_notes(&self, file: &File, store: &mut Store) -> Result<(), Error> {
        let mut notes = Vec::new();
        for (at, taking) in file.takings.iter().enumerate() {
            let Ok(Entry::Scan { note: Some(note), .. }) = &taking.fate else { continue };
            let Some(scan) = file.operation(at) else { continue };
            let entity = Entity::Scan(scan);
            let has_note = store.registers(&entity)?.is_some_and(|values| values.get(field::NOTE).is_some());
            if !has_note {
                notes.push((entity, vec![(field::NOTE, Value::from(note.as_str()))]));
            }
        }
        if !notes.is_empty() {
            store.put_all(notes, Some("from the source"))?;
        }
        Ok(())
    }

    /// Says so if what was written counts for nothing here.
    fn say_rights(&self, store: &Store, fates: &Fates, console: &mut Console<'_>) -> Result<(), Error> {
        let mut idle = 0;
        for at in fates.files.iter().flat_map(|file| file.written.iter().flatten()) {
            idle += usize::from(!store.counts(*at)?);
        }
        if idle > 0 {
            console.remark(format_args!(
                "! {idle} of them count for nothing yet: this phone is not approved, or may not say so by itself \
                 (docs/roles.md). They are kept, and the director sees them"
            ));
        }
        Ok(())
    }
}

/// Tries until the batch is durable. It keeps its place.
fn record(store: &mut Store, scans: &[Scan]) -> Result<Vec<Confirmed>, Error> {
    let mut tried = store.record(scans);
    for _ in 1..TRIES {
        match tried {
            Err(_) if store.unconfirmed() > 0 => tried = store.retry(),
            _ => break,
        }
    }
    Ok(tried?)
}

/// What this replica holds of the sources of a file.
struct Held {
    /// Records that count here, or that this replica wrote itself, by source and record.
    records: BTreeMap<(String, [u8; 8]), OpRef>,
    /// What was said of runners: bib, status, reason.
    said: BTreeSet<(Bib, String, String)>,
    /// Records of this file, by the number of their line.
    in_file: BTreeMap<(String, [u8; 8]), u64>,
}

impl Held {
    fn of(store: &Store, takings: &[Taking]) -> Result<Self, Error> {
        let scans = takings.iter().filter_map(|taking| match &taking.fate {
            Ok(Entry::Scan { scan, .. }) => scan.source.as_ref(),
            _ => None,
        });
        let names: BTreeSet<&str> = scans.map(|source| source.name.as_str()).collect();
        let mut records = BTreeMap::new();
        for name in names {
            for scan in store.records_of(name)? {
                let Some(source) = &scan.source else { continue };
                if scan.is_approved || scan.at.log == store.own_log() {
                    records.insert((name.to_owned(), source.item), scan.at);
                }
            }
        }
        let says = takings.iter().any(|taking| matches!(taking.fate, Ok(Entry::Status { .. })));
        let said = if says { said(store)? } else { BTreeSet::new() };
        Ok(Self { records, said, in_file: BTreeMap::new() })
    }

    fn fate(&mut self, taking: &Taking) -> Fate {
        match &taking.fate {
            Err(refusal) => Fate::Refused(refusal.to_string()),
            Ok(Entry::Scan { scan, .. }) => {
                let Some(source) = &scan.source else { return Fate::Taken };
                let record = (source.name.clone(), source.item);
                if let Some(first) = self.in_file.get(&record) {
                    return Fate::Same(*first);
                }
                self.in_file.insert(record.clone(), taking.number);
                self.records.get(&record).map_or(Fate::Taken, |at| Fate::Held(Some(*at)))
            }
            Ok(Entry::Status { bib, status, reason }) => {
                let word = (bib.clone(), status.value().to_string(), reason.clone());
                if self.said.insert(word) { Fate::Taken } else { Fate::Held(None) }
            }
        }
    }

    /// Records of these sources that are held and do not stand in the file: of another part of it, or corrected since.
    fn not_in_file(&self, store: &Store) -> Result<Vec<OpRef>, Error> {
        let others = self.records.iter().filter(|(record, _)| !self.in_file.contains_key(*record));
        let mut missing = Vec::new();
        for (_, at) in others {
            if store.scan(*at)?.is_some_and(|scan| !scan.is_void) {
                missing.push(*at);
            }
        }
        Ok(missing)
    }
}

/// What was ever said of runners' statuses and counts, or was said here: bib, status, reason. What was taken back since
/// is not said again; what only an unapproved phone said is.
fn said(store: &Store) -> Result<BTreeSet<(Bib, String, String)>, StoreError> {
    let bibs: BTreeMap<Entity, Bib> = store
        .entrants()?
        .into_iter()
        .filter_map(|entrant| Some((Entity::Entrant(entrant.id), entrant.bib?)))
        .collect();
    let mut said = BTreeSet::new();
    for log in store.heads()?.into_keys() {
        for op in store.ops(log, 1)? {
            let Some(Body::Put(put)) = op.op.map(|op| op.body) else { continue };
            let bib = match &put.entity {
                Entity::Bib(bib) => Some(bib),
                other => bibs.get(other),
            };
            let status = put.writes.iter().find(|write| write.field == field::STATUS);
            let counts = || Ok::<_, StoreError>(op.at.log == store.own_log() || store.counts(op.at)?);
            if let (Some(bib), Some(status), Some(reason)) = (bib, status, put.reason)
                && counts()?
            {
                said.insert((bib.clone(), status.value.to_string(), reason));
            }
        }
    }
    Ok(said)
}
