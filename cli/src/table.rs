//! Tables for the terminal, in any script.
//!
//! Invariant: a table is never wider than the terminal; without one it is at most 140 columns wide.

use comfy_table::{CellAlignment, ContentArrangement, LineStyle, Table, presets};

/// A table with these headings.
pub(crate) fn table(headings: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::UTF8_HORIZONTAL_ONLY.row_separator(LineStyle::none()));
    table.set_content_arrangement(ContentArrangement::Dynamic);
    if table.width().is_none() {
        // No terminal to fit: a width that reads well in a file or a mail.
        table.set_width(140);
    }
    table.set_header(headings.to_vec());
    table
}

/// Aligns columns of numbers and times to the right.
pub(crate) fn right(table: &mut Table, columns: &[usize]) {
    for column in columns {
        if let Some(column) = table.column_mut(*column) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
}

/// A value, or nothing.
pub(crate) fn or_blank<T: std::fmt::Display>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
