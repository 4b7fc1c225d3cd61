//! From bytes to numbered lines.
//!
//! Invariant: a line that is no text is a problem of its own, and the lines around it read; no byte is guessed.

use super::{Line, Problem};
use crate::read::text::Encoding;

/// The longest line that can be a record, in bytes.
pub(super) const LINE_MAX_BYTES: usize = 65_536;

/// The lines of a file.
pub(super) struct Lines {
    lines: Vec<(u64, Result<String, Problem>)>,
}

/// Splits a file into lines that end with LF, CR LF or CR. UTF-16 is read if it begins with its mark.
pub(super) fn split(bytes: &[u8], encoding: Encoding) -> Lines {
    let is_utf16 = bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]);
    let decoded = match is_utf16 {
        true if bytes[0] == 0xff => Some(encoding_rs::UTF_16LE.decode_with_bom_removal(bytes).0),
        true => Some(encoding_rs::UTF_16BE.decode_with_bom_removal(bytes).0),
        false => None,
    };
    let encoding = if is_utf16 { Encoding::Utf8 } else { encoding };
    let bytes = decoded.as_ref().map_or(bytes, |text| text.as_bytes());
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    Lines { lines: (1..).zip(pieces(bytes)).map(|(number, line)| (number, decode(line, encoding))).collect() }
}

fn pieces(bytes: &[u8]) -> Vec<&[u8]> {
    let (mut pieces, mut start) = (Vec::new(), 0);
    for (at, byte) in bytes.iter().enumerate() {
        let is_first_of_two = *byte == b'\r' && bytes.get(at + 1) == Some(&b'\n');
        if matches!(byte, b'\n' | b'\r') && !is_first_of_two {
            let end = if *byte == b'\n' && at > start && bytes[at - 1] == b'\r' { at - 1 } else { at };
            pieces.push(&bytes[start..end]);
            start = at + 1;
        }
    }
    pieces.push(&bytes[start..]);
    pieces
}

fn decode(line: &[u8], encoding: Encoding) -> Result<String, Problem> {
    if line.contains(&0) {
        return Err(Problem::Binary);
    }
    if encoding == Encoding::Latin1 {
        return Ok(encoding_rs::WINDOWS_1252.decode_without_bom_handling(line).0.into_owned());
    }
    std::str::from_utf8(line).map(str::to_owned).map_err(|error| {
        let at = error.valid_up_to();
        Problem::NotUtf8 { column: at + 1, byte: line[at] }
    })
}

impl Lines {
    /// The lines that are text, not blank, and not too long.
    pub(super) fn texts(&self) -> impl Iterator<Item = (u64, &str)> {
        let texts = self.lines.iter().filter_map(|(number, line)| Some((*number, line.as_deref().ok()?)));
        texts.filter(|(_, text)| !text.trim().is_empty() && text.len() <= LINE_MAX_BYTES)
    }

    /// The lines that are no text, and those that are too long: none of either is in [`Lines::texts`].
    pub(super) fn problems(&self) -> Vec<Line> {
        let problem = |(number, line): &(u64, Result<String, Problem>)| {
            let problem = match line {
                Err(problem) => problem.clone(),
                Ok(text) if text.len() > LINE_MAX_BYTES && !self.is_json() => {
                    Problem::TooLong { bytes: text.len() }
                }
                Ok(_) => return None,
            };
            Some(Line { number: *number, fate: Err(problem) })
        };
        self.lines.iter().filter_map(problem).collect()
    }

    /// All the text, with LF at the line ends: for formats that do not go by lines.
    pub(super) fn whole(&self) -> String {
        let texts: Vec<&str> = self.lines.iter().filter_map(|(_, line)| line.as_deref().ok()).collect();
        texts.join("\n")
    }

    /// The beginning of the text, if it begins as JSON does.
    pub(super) fn json_start(&self) -> Option<String> {
        self.is_json().then(|| self.whole().chars().take(20_000).collect())
    }

    fn is_json(&self) -> bool {
        let first =
            self.lines.iter().filter_map(|(_, line)| line.as_deref().ok()).find(|t| !t.trim().is_empty());
        first.is_some_and(|text| text.trim_start().starts_with(['{', '[']))
    }
}
