//! Cells and tables that a spreadsheet may open.
//!
//! Invariant: no cell becomes a formula, whichever separator the spreadsheet believes in.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::WriteError;
use crate::cell::harmless;

/// A text on one line: names come from other people's phones, and a line break in one would begin another record.
pub(super) fn one_line(text: &str) -> String {
    text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect::<String>().trim().to_owned()
}

/// Whether a character may stand in every format: XML has no place for controls and two of the last.
fn is_plain(c: char) -> bool {
    !c.is_control() && !matches!(c, '\u{2028}' | '\u{2029}' | '\u{fffe}' | '\u{ffff}')
}

/// A value, or nothing.
pub(super) fn or_blank<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

/// A table in the making.
pub(super) struct Table {
    writer: csv::Writer<Vec<u8>>,
}

impl Table {
    /// A table separated by commas; `has_mark` begins it with a byte order mark.
    pub(super) fn new(has_mark: bool) -> Self {
        let start = if has_mark { "\u{feff}".into() } else { Vec::new() };
        let mut builder = WriterBuilder::new();
        // A title line may stand above the headings.
        builder.flexible(true).quote_style(QuoteStyle::Necessary).terminator(Terminator::CRLF);
        Self { writer: builder.from_writer(start) }
    }

    /// One more row.
    pub(super) fn row<T: AsRef<str>>(
        &mut self,
        cells: impl IntoIterator<Item = T>,
    ) -> Result<(), WriteError> {
        Ok(self.writer.write_record(cells.into_iter().map(|cell| harmless(cell.as_ref())))?)
    }

    /// The file.
    pub(super) fn bytes(self) -> Result<Vec<u8>, WriteError> {
        self.writer.into_inner().map_err(|error| WriteError::Csv(error.into_error().into()))
    }
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(one_line("Kim\tChol\r\nsu\u{2028}x\u{ffff}"), "Kim Chol  su x");
    }
}
