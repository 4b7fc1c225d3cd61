//! Known splits, for rehearsals: `bib,checkpoint,kind,time`. The format: `docs/race-file.md`.
//!
//! Invariant: a scan has a bib, a place and a time; a status needs only a bib.

use bibtrail_core::ids::{Bib, BibError};
use thiserror::Error;

use super::text::{
    self, Encoding, TextError,
    sheet::{Ragged, Row, Sheet, SheetError},
};

/// One line of a file of splits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SplitRow {
    /// Where in the file.
    pub line: u64,
    /// Whose.
    pub bib: String,
    /// Where: key or name.
    pub checkpoint: Option<String>,
    /// What.
    pub kind: SplitKind,
    /// When: milliseconds since 1970-01-01 UTC.
    pub time_ms: Option<i64>,
}

/// What a line says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SplitKind {
    /// Came in, or passed.
    In,
    /// Went out.
    Out,
    /// Did not start.
    Dns,
    /// Did not finish.
    Dnf,
    /// Was disqualified.
    Dsq,
    /// Came in over the time limit.
    Otl,
}

/// Why a file of splits is refused.
#[derive(Debug, Error)]
pub enum SplitsError {
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Not CSV.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// A column that is needed.
    #[error("missing column: {missing}. The heading has: {found}. Needed are bib, checkpoint, kind, time")]
    Columns {
        /// What is needed.
        missing: &'static str,
        /// What is there.
        found: String,
    },
    /// Rows that do not make sense.
    #[error("{}", text::list(.0))]
    Rows(Vec<RowProblem>),
}

/// What is wrong with a row.
#[derive(Debug, Error)]
pub enum RowProblem {
    /// More or fewer cells than the heading.
    #[error(transparent)]
    Ragged(#[from] Ragged),
    /// No bib.
    #[error("line {line}: no bib")]
    NoBib {
        /// From 1.
        line: u64,
    },
    /// The text is no bib.
    #[error("line {line}: {source}")]
    Bib {
        /// From 1.
        line: u64,
        /// Why.
        source: BibError,
    },
    /// A kind that is none.
    #[error("line {line}: kind {text:?} is none of in, out, dns, dnf, dsq, otl")]
    Kind {
        /// From 1.
        line: u64,
        /// What it says.
        text: String,
    },
    /// A time that does not read.
    #[error(
        "line {line}: time {text:?} does not read. Write 2025-04-06T09:12:31+09:00, or 0:12:31 since the start"
    )]
    Time {
        /// From 1.
        line: u64,
        /// What it says.
        text: String,
    },
    /// A scan without place or time.
    #[error("line {line}: a scan needs a checkpoint and a time")]
    Incomplete {
        /// From 1.
        line: u64,
    },
}

/// Reads a file of splits. `start_ms` is the gun, for times since the start.
///
/// # Errors
/// When it is no CSV of text, lacks columns, or holds rows that make no sense.
pub fn parse(bytes: &[u8], start_ms: i64) -> Result<Vec<SplitRow>, SplitsError> {
    let sheet = Sheet::read(&text::decode(bytes, Encoding::Utf8)?)?;
    let column = |name: &'static str| {
        let missing = || SplitsError::Columns { missing: name, found: sheet.headings.join(", ") };
        sheet.column(&[name]).ok_or_else(missing)
    };
    let columns = [column("bib")?, column("checkpoint")?, column("kind")?, column("time")?];
    let (mut rows, mut problems) = (Vec::with_capacity(sheet.rows.len()), Vec::new());
    for row in &sheet.rows {
        let checked = sheet.check(row).map_err(RowProblem::from);
        match checked.and_then(|()| split(row, columns, start_ms)) {
            Ok(split) => rows.push(split),
            Err(problem) => problems.push(problem),
        }
    }
    if problems.is_empty() { Ok(rows) } else { Err(SplitsError::Rows(problems)) }
}

fn split(row: &Row, columns: [usize; 4], start_ms: i64) -> Result<SplitRow, RowProblem> {
    let line = row.line;
    let cell = |n: usize| row.get(Some(columns[n]));
    let bib = cell(0).ok_or(RowProblem::NoBib { line })?;
    let bib = Bib::new(bib).map_err(|source| RowProblem::Bib { line, source })?;
    let kind = cell(2).unwrap_or("in");
    let kind = match kind.to_lowercase().as_str() {
        "in" => SplitKind::In,
        "out" => SplitKind::Out,
        "dns" => SplitKind::Dns,
        "dnf" => SplitKind::Dnf,
        "dsq" => SplitKind::Dsq,
        "otl" => SplitKind::Otl,
        _ => return Err(RowProblem::Kind { line, text: kind.to_owned() }),
    };
    let time = |text: &str| {
        let since_start = || elapsed_ms(text).map(|ms| start_ms.saturating_add(ms));
        let at = text.parse::<jiff::Timestamp>().ok().map(jiff::Timestamp::as_millisecond);
        at.or_else(since_start).ok_or_else(|| RowProblem::Time { line, text: text.to_owned() })
    };
    let time_ms = cell(3).map(time).transpose()?;
    let checkpoint = cell(1).map(str::to_owned);
    let is_scan = matches!(kind, SplitKind::In | SplitKind::Out);
    if is_scan && (checkpoint.is_none() || time_ms.is_none()) {
        return Err(RowProblem::Incomplete { line });
    }
    Ok(SplitRow { line, bib: bib.as_str().to_owned(), checkpoint, kind, time_ms })
}

/// `h:mm:ss`, `mm:ss`, with a decimal part or without.
fn elapsed_ms(text: &str) -> Option<i64> {
    let is_clock = |b: u8| b.is_ascii_digit() || b == b':' || b == b'.';
    if !text.bytes().all(is_clock) || text.ends_with('.') {
        return None;
    }
    let (clock, decimals) = text.split_once('.').unwrap_or((text, ""));
    let parts: Vec<i64> = clock.split(':').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    let seconds = match parts.as_slice() {
        [h, m, s] if (0..60).contains(m) && (0..60).contains(s) && (0..1000).contains(h) => {
            h * 3600 + m * 60 + s
        }
        [m, s] if (0..60).contains(s) && (0..60_000).contains(m) => m * 60 + s,
        _ => return None,
    };
    let digits = decimals.bytes().all(|b| b.is_ascii_digit()) && decimals.len() <= 3;
    let ms = if digits { format!("{decimals:0<3}").parse::<i64>().ok()? } else { return None };
    Some(seconds * 1000 + ms)
}

#[cfg(test)]
mod tests;
