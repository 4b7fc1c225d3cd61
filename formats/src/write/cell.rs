//! Cells and tables that a spreadsheet may open.
//!
//! Invariant: no cell becomes a formula, whichever separator the spreadsheet believes in.

use csv::{QuoteStyle, Terminator, WriterBuilder};

use super::WriteError;

/// What a spreadsheet takes for the beginning of a formula; some take the wide forms too.
const STARTS: [char; 10] = ['=', '+', '-', '@', '\t', '\r', '\u{ff1d}', '\u{ff0b}', '\u{ff0d}', '\u{ff20}'];

/// What a spreadsheet may take for the end of a cell, whatever the file is separated by.
const ENDS: [char; 6] = [';', ',', '\t', '\r', '\n', '|'];

/// The text as a cell that no spreadsheet runs: an apostrophe makes what begins like a formula text.
#[must_use]
pub fn harmless(text: &str) -> String {
    let mut cell = String::with_capacity(text.len());
    let mut is_at_start = true;
    for c in text.chars().filter(|c| *c != '\0') {
        if is_at_start && STARTS.contains(&c) {
            cell.push('\'');
        }
        // Spaces and quotes before it hide a formula from nobody.
        is_at_start = ENDS.contains(&c) || (is_at_start && (c == '"' || c.is_whitespace()));
        cell.push(c);
    }
    cell
}

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
    use super::{harmless, one_line};

    #[test]
    fn no_cell_is_a_formula() {
        for (text, cell) in [
            ("Kim Chol-su", "Kim Chol-su"),
            ("=HYPERLINK(\"http://x\")", "'=HYPERLINK(\"http://x\")"),
            ("+1", "'+1"),
            ("@x", "'@x"),
            ("-", "'-"),
            ("  =1", "  '=1"),
            ("\"=1\"", "\"'=1\""),
            ("\tx", "'\tx"),
            ("\0=1", "'=1"),
            ("\u{ff1d}1", "'\u{ff1d}1"),
            // A spreadsheet that separates by semicolons opens a file that separates by commas.
            ("Kim;=1+1", "Kim;'=1+1"),
            ("a, b; c-d", "a, b; c-d"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), cell);
        }
    }

    #[test]
    fn a_name_is_one_line() {
        assert_eq!(one_line("Kim\tChol\r\nsu\u{2028}x\u{ffff}"), "Kim Chol  su x");
    }
}
