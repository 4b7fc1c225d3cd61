//! Why something cannot be printed.
//!
//! Invariant: each message says what is missing and what to do.

use std::collections::BTreeSet;

use thiserror::Error;

use crate::font;

/// How many characters of a script a message names.
const NAMED_MAX: usize = 12;

/// A document that cannot be made.
#[derive(Debug, Error)]
pub enum PrintError {
    /// Characters that no font has.
    #[error(
        "no font here has {}. Install a font with them (Debian and Ubuntu: `apt install fonts-noto-core fonts-noto-cjk`; \
         elsewhere: Noto Sans of that script), or pass one with --font FILE. Nothing was written",
        named(.0)
    )]
    Lacking(BTreeSet<char>),
    /// Bytes that are no font.
    #[error("this is no font that can be embedded: a TrueType or OpenType file (.ttf, .otf, .ttc) is needed")]
    NoFont,
    /// A bib that no Code 128 holds.
    #[error(
        "bib {0} cannot be a Code 128, which holds only letters without accents, digits and signs. \
         Print a QR code, or both: then bibs like this one have the QR code alone"
    )]
    NotCode128(String),
    /// A text that no QR code holds.
    #[error("a text of {0} bytes does not fit into a QR code; 2,331 always do")]
    TooLong(usize),
    /// So many to a page.
    #[error("{0} bibs to a page cannot be laid out: choose 1, 2, 4 or 8")]
    PerPage(usize),
    /// The PDF library's.
    #[error("the PDF could not be made: {0}")]
    Pdf(String),
    /// A picture.
    #[error("the picture could not be made: {0}")]
    Picture(String),
}

/// `ब (Devanagari); nor 김, 철 (Hangul)`.
fn named(lacking: &BTreeSet<char>) -> String {
    let name = |(script, characters): (&str, BTreeSet<char>)| {
        let shown: Vec<String> = characters.iter().take(NAMED_MAX).map(char::to_string).collect();
        let more = characters.len().saturating_sub(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        format!("{}{more} ({script})", shown.join(", "))
    };
    font::by_script(lacking).into_iter().map(name).collect::<Vec<_>>().join("; nor ")
}

#[cfg(test)]
mod tests {
    use super::PrintError;

    #[test]
    fn what_is_missing_is_named() {
        let text = PrintError::Lacking("김철수 ब".chars().filter(|c| *c != ' ').collect()).to_string();
        assert!(
            text.starts_with("no font here has ब (Devanagari); nor 김, 수, 철 (Hangul). Install"),
            "{text}"
        );
        let many = PrintError::Lacking(('가'..'각').chain('간'..='갛').collect()).to_string();
        assert!(many.contains("and 1") && many.contains("more (Hangul)"), "{many}");
    }
}
