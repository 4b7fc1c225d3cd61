//! What is wrong with a line of a source.
//!
//! Invariant: each message says what is wrong and what would read; the line's number stands beside it.

use bibtrail_core::ids::BibError;
use thiserror::Error;

/// What is wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Problem {
    /// A byte that the encoding does not allow.
    #[error("byte {column} (0x{byte:02X}) is not UTF-8. Save the file as UTF-8, or pass --encoding latin1")]
    NotUtf8 {
        /// From 1.
        column: usize,
        /// The byte.
        byte: u8,
    },
    /// A zero byte.
    #[error("holds a zero byte: the file is no plain text. Export it as text")]
    Binary,
    /// Longer than any record.
    #[error("has {bytes} bytes; a record has at most {max}", max = super::lines::LINE_MAX_BYTES)]
    TooLong {
        /// How many.
        bytes: usize,
    },
    /// A quote that opens and does not close.
    #[error("a quote (\") opens here and does not close. Close it, or write \"\" for a quote inside a text")]
    Quote,
    /// The heading that the format needs.
    #[error("no heading with the columns {0}. Is it the right --format?")]
    NoHeading(String),
    /// No JSON, or not of this shape.
    #[error("is not the JSON of this format: {0}")]
    Json(String),
    /// A line that is none of the format's.
    #[error("does not read; write {0}")]
    Shape(&'static str),
    /// A cell or field that does not read.
    #[error("{column} {text:?} does not read; write {wanted}")]
    Cell {
        /// Which.
        column: &'static str,
        /// How it begins.
        text: String,
        /// What would read.
        wanted: &'static str,
    },
    /// The bib is none.
    #[error(transparent)]
    Bib(#[from] BibError),
    /// The bib has signs that no bib has.
    #[error(
        "\"{0}\" is no bib: it begins with a letter, a digit or *, and has only these and - . / _ after it"
    )]
    BibSigns(String),
    /// Neither bib nor time.
    #[error("says neither a bib nor a time")]
    Nothing,
}

impl Problem {
    /// A cell that does not read. Of a long text only the beginning is kept.
    pub(super) fn cell(column: &'static str, text: &str, wanted: &'static str) -> Self {
        Self::Cell { column, text: beginning(text), wanted }
    }
}

/// At most 40 characters.
fn beginning(text: &str) -> String {
    let mut start: String = text.chars().take(40).collect();
    if start.len() < text.len() {
        start.push('…');
    }
    start
}
