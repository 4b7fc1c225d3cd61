//! From CSV text to rows with line numbers.
//!
//! Invariant: no row is swallowed: a quote that does not close is an error, and each row knows its own line.

use thiserror::Error;

use super::unix_lines;
use crate::cell::plain;

/// A CSV file: its headings, lower case, and its rows.
pub(in crate::read) struct Sheet {
    pub(in crate::read) headings: Vec<String>,
    pub(in crate::read) rows: Vec<Row>,
}

/// One row of a CSV file, by the column names of its heading.
pub(in crate::read) struct Row {
    /// From 1.
    pub(in crate::read) line: u64,
    cells: Vec<String>,
}

/// Why a text is no CSV.
#[derive(Debug, Error)]
pub enum SheetError {
    /// Nothing in it.
    #[error("the file is empty. Its first line must name the columns")]
    Empty,
    /// A quote that never ends, or ends in the middle of a cell: rows would disappear into it.
    #[error(
        "line {line}: a quote (\") opens here and does not close before a separator. Close it, or write \"\" for a quote inside a text"
    )]
    Quote {
        /// Where it opens, from 1.
        line: u64,
    },
    /// Any other trouble.
    #[error("not a CSV file: {0}")]
    Csv(#[from] csv::Error),
}

/// A row with more or fewer cells than the heading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("line {line}: {found} columns where the heading has {expected}. Quote texts that hold the separator")]
pub struct Ragged {
    /// From 1.
    pub line: u64,
    /// Columns there.
    pub found: usize,
    /// Columns of the heading.
    pub expected: usize,
}

impl Sheet {
    /// Reads a CSV text. The separator (comma, semicolon or tab) is the one its heading uses most.
    pub(in crate::read) fn read(text: &str) -> Result<Self, SheetError> {
        let text = unix_lines(text);
        let separator = separator(&text);
        if let Some(line) = bad_quote(&text, separator) {
            return Err(SheetError::Quote { line });
        }
        let mut reader =
            csv::ReaderBuilder::new().delimiter(separator).flexible(true).from_reader(text.as_bytes());
        let headings: Vec<String> = reader.headers()?.iter().map(|h| h.trim().to_lowercase()).collect();
        if headings.iter().all(String::is_empty) {
            return Err(SheetError::Empty);
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record?;
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(Row { line: line(&text, &record), cells: record.iter().map(plain).collect() });
            }
        }
        Ok(Self { headings, rows })
    }

    /// The place of the column that has the first of these names that the heading has. `_` counts as a space.
    pub(in crate::read) fn column(&self, names: &[&str]) -> Option<usize> {
        let place =
            |name: &&str| self.headings.iter().position(|heading| heading.replace('_', " ") == **name);
        names.iter().find_map(place)
    }

    /// Whether the row has as many cells as the heading.
    pub(in crate::read) fn check(&self, row: &Row) -> Result<(), Ragged> {
        let (found, expected) = (row.cells.len(), self.headings.len());
        if found == expected { Ok(()) } else { Err(Ragged { line: row.line, found, expected }) }
    }
}

impl Row {
    /// The cell of a column, trimmed; nothing if it is empty or there is no such column.
    pub(in crate::read) fn get(&self, column: Option<usize>) -> Option<&str> {
        self.cells.get(column?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }
}

fn separator(text: &str) -> u8 {
    let heading = text.lines().find(|line| !line.is_empty()).unwrap_or_default();
    let count = |separator: u8| heading.bytes().filter(|b| *b == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(|s| count(*s)).unwrap_or(b',')
}

/// Where a row begins. The reader's own number is that of the blank lines before it.
fn line(text: &str, record: &csv::StringRecord) -> u64 {
    let Some(position) = record.position() else { return 0 };
    let byte = usize::try_from(position.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(byte..).unwrap_or_default();
    (position.line()..).zip(rest).find(|(_, byte)| **byte != b'\n').map_or(position.line(), |(line, _)| line)
}

/// The line of the first quote that opens a cell and does not close at its end.
fn bad_quote(text: &str, separator: u8) -> Option<u64> {
    #[derive(Clone, Copy, PartialEq)]
    enum Cell {
        Begins,
        Plain,
        Quoted,
        Closed,
    }
    let (mut cell, mut line, mut opened) = (Cell::Begins, 1, 1);
    for byte in text.bytes() {
        cell = match (cell, byte) {
            (Cell::Begins, b'"') => {
                opened = line;
                Cell::Quoted
            }
            (Cell::Quoted, b'"') => Cell::Closed,
            (Cell::Quoted, _) | (Cell::Closed, b'"') => Cell::Quoted,
            (_, b'\n') => Cell::Begins,
            (_, byte) if byte == separator => Cell::Begins,
            (Cell::Closed, b' ') => Cell::Closed,
            (Cell::Closed, _) => return Some(opened),
            (Cell::Begins | Cell::Plain, _) => Cell::Plain,
        };
        line += u64::from(byte == b'\n');
    }
    (cell == Cell::Quoted).then_some(opened)
}
