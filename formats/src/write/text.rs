//! Text for files and for reading: encodings, columns, lines.
//!
//! Invariant: a column is as wide as its widest cell on a screen, in any script.

use unicode_width::UnicodeWidthStr;

/// The text as UTF-16 in little-endian order, with its byte order mark.
pub(super) fn utf16(text: &str) -> Vec<u8> {
    std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// Rows set out in columns two spaces apart; those of `right` are aligned to the right.
pub(super) fn columns(rows: &[Vec<String>], right: &[usize]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or_default();
    let width =
        |n: usize| rows.iter().filter_map(|row| row.get(n)).map(|cell| cell.width()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (n, cell) in row.iter().enumerate() {
            let blank = " ".repeat(widths[n].saturating_sub(cell.width()));
            let gap = if n == 0 { "" } else { "  " };
            line += &if right.contains(&n) {
                format!("{gap}{blank}{cell}")
            } else {
                format!("{gap}{cell}{blank}")
            };
        }
        text += line.trim_end();
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::{columns, utf16};

    #[test]
    fn any_script_lines_up() {
        let rows = [["김철수", "1"], ["Ann", "12"]].map(|row| row.map(str::to_owned).to_vec());
        assert_eq!(columns(&rows, &[1]), "김철수   1\nAnn     12\n");
    }

    #[test]
    fn utf16_has_its_mark() {
        assert_eq!(utf16("a김"), [0xff, 0xfe, b'a', 0, 0x40, 0xae]);
    }
}
