//! From a file's bytes to text.
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
    #[error("line {line}, byte {column} (0x{byte:02X}) is not UTF-8. Save the file as UTF-8")]
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
    /// A zero byte: a workbook, an image, or UTF-16 without its mark.
    #[error("the file is no plain text (a spreadsheet's own format, perhaps). Export it as text in UTF-8")]
    Binary,
}

/// Decodes a file's bytes. A byte order mark is dropped.
pub(super) fn decode(bytes: &[u8], encoding: Encoding) -> Result<String, TextError> {
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(TextError::Utf16);
    }
    if bytes.contains(&0) {
        return Err(TextError::Binary);
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    if encoding == Encoding::Latin1 {
        // A byte order mark would otherwise turn the decoder to UTF-8, with replacement characters.
        return Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0.into_owned());
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => Err(not_utf8(bytes, error.valid_up_to())),
    }
}

/// The other way out, for a command that has `--encoding`.
pub(super) fn advice(error: &TextError) -> &'static str {
    match error {
        TextError::NotUtf8 { .. } => ", or pass --encoding latin1",
        TextError::Utf16 | TextError::Binary => "",
    }
}

/// Names the byte at `at`. Lines end as [`unix_lines`] has them.
fn not_utf8(bytes: &[u8], at: usize) -> TextError {
    let before = String::from_utf8_lossy(&bytes[..at]);
    let before = unix_lines(&before);
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    TextError::NotUtf8 {
        line: before.matches('\n').count() + 1,
        column: before.len() - line_start + 1,
        byte: bytes[at],
    }
}

/// The text with every line end (CR LF, or CR alone) as LF.
pub(super) fn unix_lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

/// The first problems, one a line, and how many more there are.
pub(super) fn list<P: std::fmt::Display>(problems: &[P]) -> String {
    const SHOWN: usize = 10;
    let plural = if problems.len() == 1 { "" } else { "s" };
    let mut text = format!("{} problem{plural}; nothing was taken", problems.len());
    for problem in problems.iter().take(SHOWN) {
        text.push_str(&format!("\n  {problem}"));
    }
    if problems.len() > SHOWN {
        text.push_str(&format!("\n  and {} more", problems.len() - SHOWN));
    }
    text
}

pub(super) mod sheet;
