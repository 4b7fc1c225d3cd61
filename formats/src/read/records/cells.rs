//! From lines to tables, row by row.
//!
//! Invariant: a row that is no CSV is a problem of its own; a quote that does not close swallows no later row.

use super::{Lines, Problem, some};
use crate::cell;

/// So many lines may stand before the heading: titles.
const TITLES_MAX: usize = 4;
/// So many lines a quoted text may run over.
const QUOTED_LINES_MAX: usize = 20;

/// A table with a heading.
pub(super) struct Table {
    headings: Vec<String>,
    /// The headings as they are written.
    pub(super) names: Vec<String>,
    /// The cells of the lines before the heading.
    pub(super) titles: Vec<Vec<String>>,
    /// The rows after it.
    pub(super) rows: Vec<Row>,
}

/// A row, or why it is none.
pub(super) struct Row {
    /// Of its first line, from 1.
    pub(super) number: u64,
    pub(super) cells: Result<Vec<String>, Problem>,
}

impl Table {
    /// The table whose heading has all of `columns` (small letters and digits only) near the top of the text.
    pub(super) fn find(lines: &Lines, columns: &[&str]) -> Option<Self> {
        let texts: Vec<(u64, &str)> = lines.texts().collect();
        let mut titles: Vec<&str> = Vec::new();
        for (at, (_, text)) in texts.iter().take(TITLES_MAX + 1).enumerate() {
            let separator = separator(text);
            let names = cells(text, separator);
            let headings: Vec<String> = names.iter().map(|cell| plain(cell)).collect();
            if columns.iter().all(|column| headings.iter().any(|heading| heading == column)) {
                let rows = rows(&texts[at + 1..], separator);
                // Of a title only the file's own separator separates: a race may be called "A;B;C;D".
                let titles = titles.into_iter().map(|title| cells(title, separator)).collect();
                return Some(Self { headings, names, titles, rows });
            }
            titles.push(text);
        }
        None
    }

    /// The place of the first of these columns that the heading has.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        names.iter().find_map(|name| self.headings.iter().position(|heading| heading == name))
    }

    /// The headings, in small letters and digits.
    pub(super) fn headings(&self) -> &[String] {
        &self.headings
    }
}

/// A cell, trimmed; nothing if it is empty or there is none.
pub(super) fn cell(cells: &[String], column: Option<usize>) -> Option<&str> {
    cells.get(column?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
}

/// A cell and all after it: a last column whose text holds separators that nobody quoted.
pub(super) fn rest(cells: &[String], column: Option<usize>) -> Option<String> {
    some(&cells.get(column?..)?.join(","))
}

/// Small letters and digits only: `splitName`, `split_name` and `Split Name` are one.
pub(super) fn plain(heading: &str) -> String {
    heading.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The separator that a line uses most.
fn separator(line: &str) -> u8 {
    let count = |separator: u8| line.bytes().filter(|byte| *byte == separator).count();
    [b'\t', b';', b','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(b',')
}

/// Rows of lines; one with a quote that is open at its end goes on in the next lines, if it closes there.
fn rows(lines: &[(u64, &str)], separator: u8) -> Vec<Row> {
    let (mut rows, mut at) = (Vec::new(), 0);
    while let Some((number, text)) = lines.get(at) {
        let mut length = 1;
        let mut whole = (*text).to_owned();
        while is_open(&whole, separator) && length < QUOTED_LINES_MAX && at + length < lines.len() {
            whole = format!("{whole}\n{}", lines[at + length].1);
            length += 1;
        }
        let is_open = is_open(&whole, separator);
        let cells = if is_open { Err(Problem::Quote) } else { Ok(cells(&whole, separator)) };
        rows.push(Row { number: *number, cells });
        at += if is_open { 1 } else { length };
    }
    rows
}

/// Whether a quoted cell begins and does not end.
fn is_open(text: &str, separator: u8) -> bool {
    let begins = text.starts_with('"') || text.contains(&format!("{}\"", char::from(separator)));
    begins && !text.bytes().filter(|byte| *byte == b'"').count().is_multiple_of(2)
}

fn cells(text: &str, separator: u8) -> Vec<String> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator)
        .buffer_capacity(text.len() + 1)
        .from_reader(text.as_bytes());
    let record = reader.records().next().and_then(Result::ok).unwrap_or_default();
    record.iter().map(cell::plain).collect()
}
