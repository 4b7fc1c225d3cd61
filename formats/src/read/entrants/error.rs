//! Why a file of entrants is refused.
//!
//! Invariant: each message says what is wrong, where, and what to do.

use bibtrail_core::ids::BibError;
use thiserror::Error;

use crate::read::text::{
    self, TextError,
    sheet::{Ragged, SheetError},
};

/// Why a file of entrants is refused.
#[derive(Debug, Error)]
pub enum EntrantsError {
    /// Not text.
    #[error("{0}{advice}", advice = text::advice(.0))]
    Text(#[from] TextError),
    /// Not CSV.
    #[error(transparent)]
    Sheet(#[from] SheetError),
    /// Columns that are needed.
    #[error(
        "missing column: {missing}. The heading has: {found}. Needed are bib and name (or first_name and last_name)"
    )]
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
    #[error("line {line}: no bib. Give every entrant one, or leave the line out")]
    NoBib {
        /// From 1.
        line: u64,
    },
    /// No name.
    #[error("line {line}: bib {bib} has no name")]
    NoName {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
    },
    /// The text is no bib.
    #[error("line {line}: {source}")]
    Bib {
        /// From 1.
        line: u64,
        /// Why.
        source: BibError,
    },
    /// A character that stands for an unreadable one.
    #[error("line {line}: bib {bib} holds a *, which stands for an unreadable character")]
    Star {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
    },
    /// Two entrants with one bib.
    #[error("line {line}: bib {bib} stands in line {first} already. Give one of them another bib")]
    Twice {
        /// From 1.
        line: u64,
        /// Whose.
        bib: String,
        /// Where it stands first.
        first: u64,
    },
    /// A cell that does not read.
    #[error("line {line}: {column} {text:?} does not read; {wanted}")]
    Cell {
        /// From 1.
        line: u64,
        /// Which column.
        column: &'static str,
        /// What it says.
        text: String,
        /// What it may say.
        wanted: &'static str,
    },
    /// A control character in a text.
    #[error("line {line}: {column} holds a control character; type it again")]
    Control {
        /// From 1.
        line: u64,
        /// Which column.
        column: &'static str,
    },
}
