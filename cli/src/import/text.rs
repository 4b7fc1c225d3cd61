//! From bytes to text, and from CSV to rows with line numbers.
//!
//! Invariant: no byte is guessed. What is not text in the stated encoding is named with its place.

use thiserror::Error;

/// How a file's text is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Windows-1252, which contains Latin-1.
    Latin1,
}

/// Why bytes are no text.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum TextError {
    /// A byte that UTF-8 does not allow there.
    #[error(
        "line {line}, byte {column} (0x{byte:02X}) is not UTF-8. Save the file as UTF-8, or pass --encoding latin1"
    )]
    NotUtf8 {
        /// From 1.
        line: usize,
        /// From 1.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// A UTF-16 file.
    #[error("the file is UTF-16 (\"Unicode text\"). Save it as UTF-8")]
    Utf16,
}

/// Decodes a file's bytes. A byte order mark is dropped.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, TextError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(TextError::Utf16);
    }
    if encoding == Encoding::Latin1 {
        return Ok(encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned());
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let before = &bytes[..error.valid_up_to()];
            let line_start = before.iter().rposition(|b| *b == b'\n').map_or(0, |at| at + 1);
            Err(TextError::NotUtf8 {
                line: before.iter().filter(|b| **b == b'\n').count() + 1,
                column: before.len() - line_start + 1,
                byte: bytes[before.len()],
            })
        }
    }
}

/// One row of a CSV file, by the column names of its heading.
pub(super) struct Row {
    pub(super) line: u64,
    cells: Vec<String>,
}

impl Row {
    /// The cell of a column, trimmed; nothing if it is empty or there is no such column.
    pub(super) fn get(&self, column: Option<usize>) -> Option<&str> {
        self.cells.get(column?).map(|cell| cell.trim()).filter(|cell| !cell.is_empty())
    }
}

/// A CSV file: its headings, lower case, and its rows.
pub(super) struct Sheet {
    pub(super) headings: Vec<String>,
    pub(super) rows: Vec<Row>,
}

/// Why a text is no CSV.
#[derive(Debug, Error)]
pub enum SheetError {
    /// Nothing in it.
    #[error("the file is empty. Its first line must name the columns")]
    Empty,
    /// A row with more or fewer cells than the heading, or a quote that never ends.
    #[error(
        "line {line}: {found} columns where the heading has {expected}. Quote texts that hold the separator"
    )]
    Ragged {
        /// From 1.
        line: u64,
        /// Columns there.
        found: u64,
        /// Columns of the heading.
        expected: u64,
    },
    /// Any other trouble.
    #[error("not a CSV file: {0}")]
    Csv(csv::Error),
}

impl Sheet {
    /// Reads a CSV text. The separator (comma, semicolon or tab) is the one its heading uses most.
    pub(super) fn read(text: &str) -> Result<Self, SheetError> {
        let heading = text.lines().next().unwrap_or_default();
        let count = |separator: u8| heading.bytes().filter(|b| *b == separator).count();
        let separator = [b',', b';', b'\t'].into_iter().rev().max_by_key(|s| count(*s)).unwrap_or(b',');
        let mut reader = csv::ReaderBuilder::new().delimiter(separator).from_reader(text.as_bytes());
        let headings: Vec<String> =
            reader.headers().map_err(SheetError::Csv)?.iter().map(|h| h.trim().to_lowercase()).collect();
        if headings.iter().all(String::is_empty) {
            return Err(SheetError::Empty);
        }
        let mut rows = Vec::new();
        for record in reader.records() {
            let record = record.map_err(SheetError::of)?;
            let line = record.position().map_or(0, csv::Position::line);
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                rows.push(Row { line, cells: record.iter().map(str::to_owned).collect() });
            }
        }
        Ok(Self { headings, rows })
    }

    /// The place of the first column that has one of these names.
    pub(super) fn column(&self, names: &[&str]) -> Option<usize> {
        self.headings.iter().position(|heading| names.contains(&heading.as_str()))
    }
}

impl SheetError {
    fn of(error: csv::Error) -> Self {
        match error.kind() {
            csv::ErrorKind::UnequalLengths { pos, expected_len, len } => {
                let line = pos.as_ref().map_or(0, csv::Position::line);
                Self::Ragged { line, found: *len, expected: *expected_len }
            }
            _ => Self::Csv(error),
        }
    }
}

/// The first problems, one a line, and how many more there are.
pub(super) fn list<P: std::fmt::Display>(problems: &[P]) -> String {
    const SHOWN: usize = 10;
    let mut text = format!("{} problems; nothing was taken", problems.len());
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&format!("\n  {problem}"));
    }
    if problems.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", problems.len() - SHOWN));
    }
    text
}
