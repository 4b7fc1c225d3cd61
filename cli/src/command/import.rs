//! `import`: records of other sources become scans and words on runners, each line with its own fate.
//!
//! Invariant: importing the same record again, in any file, order or part, adds nothing; one line that is refused stops
//! no other.

mod fate;

use std::{collections::BTreeMap, fs, path::Path};

use bibtrail_clerk::{
    pen::{Pen, Said},
    records::{Book, Order},
};
use bibtrail_core::store::Store;
use bibtrail_formats::{
    read::{
        Encoding,
        records::{self, Format, Report},
        skeleton,
        take::Calendar,
    },
    record::parameterized,
};

use super::{change, find_checkpoint, open, scan};
use crate::{Error, args, clock::RaceClock, console::Console, replica::Folder};
use fate::{Fates, File};

pub(super) fn import(args: &args::Import, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let desk = Desk::new(args, &store)?;
    let mut fates = Fates::default();
    let mut pen = change::pen(&mut store)?;
    for path in &args.files {
        let bytes = fs::read(path).map_err(Error::file(path))?;
        let Some(format) = desk.format(&bytes) else {
            fates.files.push(File::unknown(path));
            continue;
        };
        let report = records::read(&bytes, desk.encoding, format);
        fates.files.push(desk.import(path, &report, &mut pen)?);
    }
    let said = pen.end()?;
    Folder::new(&args.dir).leave_mark(&store);
    fates.print(&desk.book.setup, &desk.clock, args, console)?;
    say_rights(&said, console);
    Ok(if fates.refused() > 0 { crate::FAILED } else { crate::OK })
}

/// Says so if what was written counts for nothing here.
fn say_rights(said: &Said, console: &mut Console<'_>) {
    if said.idle > 0 {
        console.remark(format_args!(
            "! {} of them count for nothing yet: this phone is not approved, or may not say so by itself \
             (docs/roles.md). They are kept, and the director sees them",
            said.idle
        ));
    }
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
    book: Book,
    clock: RaceClock,
    order: Order,
    encoding: Encoding,
}

impl<'a> Desk<'a> {
    fn new(args: &'a args::Import, store: &Store) -> Result<Self, Error> {
        let book = Book::of(store)?;
        let setup = &book.setup;
        let checkpoint = args.checkpoint.as_deref().map(|text| find_checkpoint(setup, text)).transpose()?;
        let mut stations = BTreeMap::new();
        for text in &args.station {
            let (name, place) = text.rsplit_once('=').ok_or_else(|| Error::Station(text.clone()))?;
            stations.insert(parameterized(name), find_checkpoint(setup, place)?);
        }
        let date = args.date.as_ref();
        let date = date.map(|text| text.parse().map_err(|_| Error::Date(text.clone()))).transpose()?;
        let gun = |text: &String| Calendar::new(setup).gun_ms(text).ok_or_else(|| Error::Gun(text.clone()));
        let gun_ms = args.gun.as_ref().map(gun).transpose()?;
        let clock = RaceClock::new(setup);
        let order = Order {
            stations,
            checkpoint,
            kind: scan::kind(args.kind),
            date,
            gun_ms,
            source: String::new(),
            is_file: true,
            is_dry: args.dry_run,
        };
        Ok(Self { args, book, clock, order, encoding: encoding(args.encoding) })
    }

    fn format(&self, bytes: &[u8]) -> Option<Format> {
        Format::parse(&self.args.format).or_else(|| Format::detect(bytes, self.encoding))
    }

    /// Takes the records of one file that are not held yet.
    fn import(&self, path: &Path, report: &Report, pen: &mut Pen<'_>) -> Result<File, Error> {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        let source = self.args.source.clone().unwrap_or(name);
        let taken = self.book.take(pen, report, &Order { source, ..self.order.clone() })?;
        Ok(File::new(path, report, taken))
    }
}
