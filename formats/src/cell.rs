//! Cells that a spreadsheet may open: made harmless when written, and read again as what they were.
//!
//! Invariant: no cell becomes a formula, whichever separator the spreadsheet believes in; and what was made harmless
//! reads as the text it was made of, unless that had such an apostrophe itself.

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
        is_at_start = goes_on(c, is_at_start);
        cell.push(c);
    }
    cell
}

/// The text that [`harmless`] made a cell of: apostrophes before what begins like a formula are taken off. Spreadsheets
/// and other tools write them for the same reason.
#[must_use]
pub(crate) fn plain(cell: &str) -> String {
    let mut text = String::with_capacity(cell.len());
    let mut is_at_start = true;
    let mut chars = cell.chars().peekable();
    while let Some(c) = chars.next() {
        if is_at_start && c == '\'' && chars.peek().is_some_and(|next| STARTS.contains(next)) {
            continue;
        }
        is_at_start = goes_on(c, is_at_start);
        text.push(c);
    }
    text
}

/// Whether a formula may begin after a character.
fn goes_on(c: char, is_at_start: bool) -> bool {
    // Spaces and quotes before it hide a formula from nobody.
    ENDS.contains(&c) || (is_at_start && (c == '"' || c.is_whitespace()))
}

#[cfg(test)]
mod tests {
    use super::{harmless, plain};

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
            ("O'Brien-Lee", "O'Brien-Lee"),
            ("", ""),
        ] {
            assert_eq!(harmless(text), cell);
            assert_eq!(plain(cell), text.replace('\0', ""), "read again");
        }
    }
}
