//! What others want to hear of a race: results, and records of who passed where. The formats: `docs/formats-out.md`.
//!
//! Invariant: a file says what the core's results say. What a format cannot carry is left out and named, never bent to
//! fit; a runner who is still on the course is never written as one who stopped.

mod athletics;
mod cell;
mod format;
mod html;
mod iof;
mod itra;
mod lists;
pub mod nations;
mod ost;
mod outcome;
mod raw;
mod records;
mod runsignup;
mod station;
mod tables;
mod text;
mod ultra_tracker;
mod webscorer;
mod zone;

pub use crate::cell::harmless;
pub use format::{Carries, Format};
pub use outcome::{CourseOutcome, Line, Outcome, PersonName, Place, SplitTime};
pub use records::{Drop, Mark, Records, Starter, Wanted};
pub use zone::Zone;

pub use bibtrail_core::view::{GroupLine, Open};

use thiserror::Error;

/// A file's bytes, and what could not be put into them.
#[derive(Debug, Default)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many runners or records it holds.
    pub records: usize,
    /// What the format cannot carry, each with the reason.
    pub left_out: Vec<String>,
}

/// How a file is written, where a format leaves a choice.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// When it is written: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// CSV: a byte order mark, by which Excel knows UTF-8.
    pub has_mark: bool,
    /// Webscorer: UTF-8 in place of UTF-16.
    pub is_utf8: bool,
    /// ITRA: the heading of the bibs; `Bib number` if nothing is said.
    pub bib_heading: Option<String>,
    /// RunSignup: the number of the event.
    pub event: Option<u64>,
    /// Winlink: what the station is called; its key in capitals if nothing is said.
    pub station: Option<String>,
    /// IOF: a finisher who was not seen at every checkpoint is `MissingPunch`, as in orienteering.
    pub is_strict: bool,
}

/// Why a file cannot be written.
#[derive(Debug, Error)]
pub enum WriteError {
    /// CSV.
    #[error("cannot write CSV: {0}")]
    Csv(#[from] csv::Error),
    /// JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// XML.
    #[error("cannot write XML: {0}")]
    Xml(#[from] std::io::Error),
    /// A workbook.
    #[error("cannot write the workbook: {0}")]
    Workbook(#[from] rust_xlsxwriter::XlsxError),
}

/// Writes results in a format that carries them; in any other, nothing.
///
/// # Errors
/// When the format has no room for what there is.
pub fn results(format: Format, outcome: &Outcome, options: &Options) -> Result<Written, WriteError> {
    match format {
        Format::Csv => tables::runners_csv(outcome, options),
        Format::TeamsCsv => tables::teams_csv(outcome, options),
        Format::NationsCsv => tables::nations_csv(outcome, options),
        Format::Xlsx => tables::xlsx(outcome, options),
        Format::Itra => itra::write(outcome, options),
        Format::UltraSignup => lists::ultrasignup(outcome, options),
        Format::Webscorer => webscorer::write(outcome, options),
        Format::RunSignupCsv => runsignup::csv(outcome, options),
        Format::RunSignupJson => runsignup::json(outcome, options),
        Format::Iof => iof::write(outcome, options),
        Format::Athletics => athletics::text(outcome),
        Format::AthleticsCsv => athletics::csv(outcome, options),
        Format::Html => Ok(html::write(outcome, options)),
        Format::OstFinishers => lists::ost_finishers(outcome, options),
        Format::OstSpread => lists::ost_spread(outcome, options),
        _ => Ok(Written::default()),
    }
}

/// Writes records in a format that carries them; in any other, nothing.
///
/// # Errors
/// When the format has no room for what there is.
pub fn records(format: Format, records: &Records, options: &Options) -> Result<Written, WriteError> {
    match format {
        Format::OstJson => ost::json(records),
        Format::OstRemote => ost::remote(records, options),
        Format::RaceResult => raw::race_result(records),
        Format::Winlink => Ok(station::winlink(records, options)),
        Format::Radio => Ok(station::radio(records)),
        Format::UltraTracker => ultra_tracker::times(records),
        Format::UltraTrackerDrops => ultra_tracker::drops(records),
        Format::UltraTrackerDns => ultra_tracker::dns(records),
        Format::RaceDay => raw::race_day(records, options),
        Format::Log => Ok(raw::log(records)),
        _ => Ok(Written::default()),
    }
}
