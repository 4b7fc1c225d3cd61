//! What became of each line of the files, as people and machines read it.
//!
//! Invariant: every record of a file has exactly one fate, and the totals are counted from them.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bibtrail_clerk::records::{Fate, Taken};
use bibtrail_core::{ids::OpRef, race::RaceSetup};
use bibtrail_formats::read::{
    records::{Format, Report},
    take::{Entry, Refusal, Taking},
};
use serde_json::{Value, json};

use crate::{
    Error, args,
    clock::RaceClock,
    console::Console,
    table::{right, table},
};

/// A file and the fates of its records.
pub(super) struct File {
    path: PathBuf,
    /// Nothing if the file looks like no format.
    format: Option<Format>,
    unit: &'static str,
    claimed: Option<u64>,
    records: usize,
    prose: u64,
    taken: Taken,
}

/// All files.
#[derive(Default)]
pub(super) struct Fates {
    pub(super) files: Vec<File>,
}

impl File {
    pub(super) fn new(path: &Path, report: &Report, taken: Taken) -> Self {
        Self {
            path: path.to_owned(),
            format: Some(report.format),
            unit: report.unit,
            claimed: report.claimed,
            records: report.lines.len(),
            prose: report.prose,
            taken,
        }
    }

    /// A file that looks like none of the formats.
    pub(super) fn unknown(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            format: None,
            unit: "line",
            claimed: None,
            records: 0,
            prose: 0,
            taken: Taken::default(),
        }
    }

    fn count(&self, is_it: impl Fn(&Fate) -> bool) -> usize {
        self.taken.count(is_it)
    }

    fn refused(&self) -> usize {
        self.count(|fate| matches!(fate, Fate::Refused(_))) + usize::from(self.format.is_none())
    }

    /// How many records the file claims and does not have.
    fn lost(&self) -> u64 {
        self.claimed.unwrap_or_default().saturating_sub(self.records as u64)
    }

    fn rows(&self, clock: &RaceClock) -> impl Iterator<Item = Row> {
        let row = |((taking, fate), written): ((&Taking, &Fate), &Option<OpRef>)| Row {
            number: taking.number,
            what: taking.fate.as_ref().ok().map(|entry| what(entry, clock)),
            fate: fate.clone(),
            remarks: taking.remarks.clone(),
            written: *written,
        };
        let Taken { takings, fates, written, .. } = &self.taken;
        let rows = takings.iter().zip(fates).zip(written);
        rows.map(row).collect::<Vec<_>>().into_iter()
    }
}

/// One line of the report.
struct Row {
    number: u64,
    what: Option<What>,
    fate: Fate,
    remarks: Vec<String>,
    written: Option<OpRef>,
}

/// What a record says.
struct What {
    bib: String,
    what: String,
    time: Option<i64>,
    within_ms: u32,
    source: Option<String>,
    note: Option<String>,
}

fn what(entry: &Entry, clock: &RaceClock) -> What {
    match entry {
        Entry::Scan { scan, note } => What {
            bib: scan.bib.to_string(),
            what: format!("{} {} {}", scan.checkpoint, scan.kind.as_str(), clock.show(scan.reading.wall_ms)),
            time: Some(scan.reading.wall_ms),
            within_ms: scan.source.as_ref().map_or(0, |source| source.within_ms),
            source: scan.source.as_ref().map(|source| source.name.clone()),
            note: note.clone(),
        },
        Entry::Status { bib, status, reason } => What {
            bib: bib.to_string(),
            what: status.value().to_string(),
            time: None,
            within_ms: 0,
            source: None,
            note: Some(reason.clone()),
        },
    }
}

impl Fates {
    pub(super) fn refused(&self) -> usize {
        self.files.iter().map(File::refused).sum()
    }

    pub(super) fn print(
        &self,
        setup: &RaceSetup,
        clock: &RaceClock,
        args: &args::Import,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        if args.json {
            return console.json(&self.files.iter().map(|file| json_of(file, clock)).collect::<Vec<_>>());
        }
        self.files.iter().try_for_each(|file| {
            print(file, clock, args, console)?;
            unknown_places(file, setup, console)
        })
    }
}

fn print(
    file: &File,
    clock: &RaceClock,
    args: &args::Import,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    let path = file.path.display();
    let Some(format) = file.format else {
        let known = Format::ALL.map(Format::as_str).join(", ");
        return console
            .line(format_args!("✗ {path}: looks like no format that is known. Pass --format: {known}"));
    };
    console.line(format_args!("{path}: {}", format.as_str()))?;
    let mut shown = table(&[file.unit, "Bib", "What", "Fate"]);
    right(&mut shown, &[0, 1]);
    let is_shown = |row: &Row| args.all || matches!(row.fate, Fate::Refused(_)) || !row.remarks.is_empty();
    let mut count = 0;
    for row in file.rows(clock).filter(is_shown) {
        let (bib, what) =
            row.what.as_ref().map(|what| (what.bib.clone(), what.what.clone())).unwrap_or_default();
        let remarks = row.remarks.iter().map(|remark| format!("\n! {remark}")).collect::<String>();
        shown.add_row([
            row.number.to_string(),
            bib,
            what,
            format!("{}{remarks}", fate_text(&row, file.unit)),
        ]);
        count += 1;
    }
    if count > 0 {
        console.line(shown)?;
    }
    totals(file, args, console)
}

fn fate_text(row: &Row, unit: &str) -> String {
    match &row.fate {
        Fate::Taken => row.written.map_or("taken".to_owned(), |at| format!("taken · {at}")),
        Fate::Held(Some(at)) => format!("held already · {at}"),
        Fate::Held(None) => "held already".to_owned(),
        Fate::Same(first) => format!("the same as {unit} {first}"),
        Fate::Refused(why) => format!("✗ {why}"),
    }
}

fn totals(file: &File, args: &args::Import, console: &mut Console<'_>) -> Result<(), Error> {
    let taken = file.count(|fate| *fate == Fate::Taken);
    let held = file.count(|fate| matches!(fate, Fate::Held(_)));
    let same = file.count(|fate| matches!(fate, Fate::Same(_)));
    let would = if args.dry_run { " (nothing was written)" } else { "" };
    let refused = file.refused();
    console.line(format_args!(
        "  {taken} taken{would}, {held} held already, {same} twice in the file, {refused} refused"
    ))?;
    if let Some(claimed) = file.claimed {
        match file.lost() {
            0 => console.line(format_args!("  ✓ it claims {claimed} records, and has {}", file.records))?,
            lost => console.line(format_args!(
                "  ! it claims {claimed} records, and has {}. Missing: {lost}. Ask the sender",
                file.records
            ))?,
        }
    }
    if file.prose > 0 {
        console.line(format_args!(
            "  passed over, being no records: {} {}",
            file.prose,
            plural("line", file.prose)
        ))?;
    }
    match file.taken.missing_here.as_slice() {
        [] => Ok(()),
        missing => {
            let few = missing.iter().take(5).map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let more = if missing.len() > 5 { ", …" } else { "" };
            console.line(format_args!(
                "  held of the same source, and not in this file: {} ({few}{more}). They are of its other parts, or were \
                 corrected since: take back what is wrong with `bibtrail void`",
                missing.len()
            ))
        }
    }
}

fn plural(word: &str, count: u64) -> String {
    if count == 1 { word.to_owned() } else { format!("{word}s") }
}

/// The places of the file that the race does not have, and those that it has.
fn unknown_places(file: &File, setup: &RaceSetup, console: &mut Console<'_>) -> Result<(), Error> {
    let mut unknown: BTreeMap<&str, usize> = BTreeMap::new();
    for taking in &file.taken.takings {
        if let Err(Refusal::UnknownPlace(name)) = &taking.fate {
            *unknown.entry(name).or_default() += 1;
        }
    }
    if unknown.is_empty() {
        return Ok(());
    }
    let unknown = unknown.iter().map(|(name, count)| format!("\"{name}\" ({count})")).collect::<Vec<_>>();
    let known = setup.checkpoints.iter().map(|c| format!("{} ({})", c.key, c.name)).collect::<Vec<_>>();
    console.line(format_args!("  unknown places: {}. The race has: {}", unknown.join(", "), known.join(", ")))
}

fn json_of(file: &File, clock: &RaceClock) -> Value {
    let row = |row: Row| {
        let what = row.what.as_ref();
        json!({
            file.unit: row.number,
            "fate": match &row.fate {
                Fate::Taken => "taken",
                Fate::Held(_) => "held",
                Fate::Same(_) => "same",
                Fate::Refused(_) => "refused",
            },
            "why": match &row.fate { Fate::Refused(why) => Some(why), _ => None },
            "bib": what.map(|what| what.bib.as_str()),
            "what": what.map(|what| what.what.as_str()),
            "time": what.and_then(|what| what.time).map(|ms| clock.show_exactly(ms)),
            "within_ms": what.map(|what| what.within_ms),
            "source": what.and_then(|what| what.source.as_deref()),
            "note": what.and_then(|what| what.note.as_deref()),
            "remarks": row.remarks,
            "op": match row.fate { Fate::Held(Some(at)) => Some(at), _ => row.written }.map(|at| at.to_string()),
        })
    };
    json!({
        "file": file.path,
        "format": file.format.map(Format::as_str),
        "taken": file.count(|fate| *fate == Fate::Taken),
        "held": file.count(|fate| matches!(fate, Fate::Held(_))),
        "same": file.count(|fate| matches!(fate, Fate::Same(_))),
        "refused": file.refused(),
        "claimed": file.claimed,
        "missing": file.claimed.map(|_| file.lost()),
        "passed_over": file.prose,
        "not_in_file": file.taken.missing_here.iter().map(ToString::to_string).collect::<Vec<_>>(),
        "records": file.rows(clock).map(row).collect::<Vec<_>>(),
    })
}
