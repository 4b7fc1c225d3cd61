//! What sources say: files and messages in which paper, radio and other tools report sightings. Formats:
//! `docs/formats.md`.
//!
//! Invariant: every line has its own fate. One that does not read is named, and stops no other; nothing is passed over in
//! silence but blank lines, comments, headings and the prose of a mail.

mod cells;
mod lines;
mod ost;
mod paper;
mod problem;
mod race_result;
mod radio;
mod splits;
mod times;
mod ultra_tracker;

use bibtrail_core::ids::Bib;

use super::text::Encoding;
use crate::record::Record;
use cells::Table;
use lines::Lines;
pub use problem::Problem;
pub use times::{after_gun, when};

/// A format in which sightings are reported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// OpenSplitTime: the body of an import, or the answer of `raw_times`.
    OstJson,
    /// OpenSplitTime: the file that OST Remote exports, and others with its columns.
    OstCsv,
    /// OpenSplitTime: entrants with a column of times since the start for each place.
    OstElapsed,
    /// RACE RESULT: bodies of its exporter, one a line or in a list.
    RaceResult,
    /// Winlink: bib reports.
    Winlink,
    /// High Lonesome: lines of text messages.
    Lonesome,
    /// Ultra-Tracker: times in and out at one station.
    UltraTracker,
    /// Ultra-Tracker: runners who dropped out.
    UltraTrackerDrops,
    /// Ultra-Tracker: runners who did not start.
    UltraTrackerDns,
    /// Bear 100: drops and starts that were not, as headquarters lists them.
    HamResults,
    /// Paper and phones: bib and time after the gun.
    Paper,
    /// Paper and phones: bib and time of day.
    PaperClock,
    /// Bibtrail's own splits.
    Splits,
}

/// What a file or message holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// What it was taken for.
    pub format: Format,
    /// What its numbers count: `line`, or `record` in a list.
    pub unit: &'static str,
    /// Its records, in its order. A line may hold several.
    pub lines: Vec<Line>,
    /// How many records it claims to hold, where it says so.
    pub claimed: Option<u64>,
    /// How many lines were taken for prose.
    pub prose: u64,
}

/// One record and its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Of the line, or in the list; from 1.
    pub number: u64,
    /// What it says, or what is wrong with it.
    pub fate: Result<Record, Problem>,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 13] = [
        Self::OstJson,
        Self::OstCsv,
        Self::OstElapsed,
        Self::RaceResult,
        Self::Winlink,
        Self::Lonesome,
        Self::UltraTracker,
        Self::UltraTrackerDrops,
        Self::UltraTrackerDns,
        Self::HamResults,
        Self::Paper,
        Self::PaperClock,
        Self::Splits,
    ];

    /// Its name on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::OstJson => "ost-json",
            Self::OstCsv => "ost-csv",
            Self::OstElapsed => "ost-elapsed",
            Self::RaceResult => "race-result",
            Self::Winlink => "winlink",
            Self::Lonesome => "lonesome",
            Self::UltraTracker => "ultra-tracker",
            Self::UltraTrackerDrops => "ultra-tracker-drops",
            Self::UltraTrackerDns => "ultra-tracker-dns",
            Self::HamResults => "ham-results",
            Self::Paper => "paper",
            Self::PaperClock => "paper-clock",
            Self::Splits => "splits",
        }
    }

    /// Whether lines that say the same are different records where nobody read the bib: people write a line for each
    /// runner, while tools send the same record again.
    #[must_use]
    pub fn repeats_count(self) -> bool {
        !matches!(self, Self::OstJson | Self::OstCsv | Self::RaceResult)
    }

    /// The format that bytes look like; nothing if they look like none.
    #[must_use]
    pub fn detect(bytes: &[u8], encoding: Encoding) -> Option<Self> {
        let lines = lines::split(bytes, encoding);
        if let Some(json) = lines.json_start() {
            let is = |words: &[&str]| words.iter().all(|word| json.contains(word));
            return match () {
                () if is(&["\"TimingPoint\""]) || is(&["\"Passing\""]) => Some(Self::RaceResult),
                () if is(&["\"data\""]) || is(&["ibNumber\""]) || is(&["bib_number"]) => Some(Self::OstJson),
                () => None,
            };
        }
        let table = |columns| Table::find(&lines, columns).is_some();
        let tables: [(Self, &[&str]); 7] = [
            (Self::UltraTracker, ultra_tracker::TIMES),
            (Self::UltraTrackerDrops, ultra_tracker::DROPS),
            (Self::UltraTrackerDns, ultra_tracker::DNS),
            (Self::HamResults, ultra_tracker::RESULTS),
            (Self::OstCsv, ost::COLUMNS),
            (Self::Splits, splits::COLUMNS),
            (Self::OstElapsed, splits::ELAPSED_COLUMNS),
        ];
        let by_heading = tables.iter().find(|(_, columns)| table(columns)).map(|(format, _)| *format);
        by_heading.or_else(|| {
            let any = |is: fn(&str) -> bool| lines.texts().any(|(_, text)| is(text));
            match () {
                () if any(radio::is_winlink) => Some(Self::Winlink),
                () if any(radio::is_lonesome) => Some(Self::Lonesome),
                () if any(paper::is_line) => Some(Self::Paper),
                () => None,
            }
        })
    }

    /// The format of that name.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str() == text)
    }
}

/// Reads a file or message in a format.
#[must_use]
pub fn read(bytes: &[u8], encoding: Encoding, format: Format) -> Report {
    let lines = lines::split(bytes, encoding);
    let mut report = Report { format, unit: "line", lines: Vec::new(), claimed: None, prose: 0 };
    match format {
        Format::OstJson => ost::json(&lines, &mut report),
        Format::OstCsv => ost::csv(&lines, &mut report),
        Format::OstElapsed => splits::elapsed(&lines, &mut report),
        Format::RaceResult => race_result::read(&lines, &mut report),
        Format::Winlink => radio::winlink(&lines, &mut report),
        Format::Lonesome => radio::lonesome(&lines, &mut report),
        Format::UltraTracker => ultra_tracker::times(&lines, &mut report),
        Format::UltraTrackerDrops => ultra_tracker::drops(&lines, &mut report),
        Format::UltraTrackerDns => ultra_tracker::dns(&lines, &mut report),
        Format::HamResults => ultra_tracker::results(&lines, &mut report),
        Format::Paper => paper::read(&lines, &mut report, false),
        Format::PaperClock => paper::read(&lines, &mut report, true),
        Format::Splits => splits::splits(&lines, &mut report),
    }
    // Lines that are no text belong to every format.
    report.lines.extend(lines.problems());
    report.lines.sort_by_key(|line| line.number);
    report
}

impl Report {
    fn take(&mut self, number: u64, fate: Result<Record, Problem>) {
        self.lines.push(Line { number, fate });
    }

    fn take_all(&mut self, number: u64, fate: Result<Vec<Record>, Problem>) {
        match fate {
            Ok(records) => records.into_iter().for_each(|record| self.take(number, Ok(record))),
            Err(problem) => self.take(number, Err(problem)),
        }
    }
}

/// The bib that a source wrote. Empty and `?` are the bib that nobody read.
fn bib(text: &str) -> Result<Bib, Problem> {
    let text = text.trim();
    let text = text.strip_prefix('#').filter(|number| !number.is_empty()).unwrap_or(text);
    if text.is_empty() || text.chars().all(|c| c == '?') {
        return Ok(Bib::default());
    }
    let bib = Bib::new(text)?;
    let is_good = |c: char| c.is_alphanumeric() || "*-./_".contains(c);
    let has_sign = text.chars().any(|c| c.is_alphanumeric() || c == '*');
    // `-1+2` in a spreadsheet is a formula; a bib begins with a letter, a digit or a `*`.
    let begins_well = text.starts_with(|c: char| c.is_alphanumeric() || c == '*');
    if has_sign && begins_well && text.chars().all(is_good) {
        Ok(bib)
    } else {
        Err(Problem::BibSigns(bib.to_string()))
    }
}

/// A text without white space at its ends; nothing if nothing is left.
fn some(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

#[cfg(test)]
mod tests;
