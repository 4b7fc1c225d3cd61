//! Files read back by others' libraries: workbooks, pages, UTF-16.
//!
//! Invariant: nothing of the writers is used here.

use std::{borrow::Cow, io::Cursor};

use calamine::{Data, Reader as _, Xlsx};
use html5ever::tendril::TendrilSink;
use markup5ever_rcdom::{Handle, NodeData, RcDom};

pub(super) fn utf16(bytes: &[u8]) -> String {
    assert_eq!(bytes[..2], [0xff, 0xfe], "the mark of UTF-16 in little-endian order");
    let units: Vec<u16> = bytes[2..].chunks(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
    String::from_utf16(&units).unwrap()
}

/// The cells of a workbook's sheets, from A1, each with the sheet's name.
pub(super) fn sheets(bytes: &[u8]) -> Vec<(String, Vec<Vec<String>>)> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    let cell = |data: &Data| match data {
        Data::Empty => String::new(),
        Data::String(text) => text.clone(),
        other => panic!("{other:?} is no text"),
    };
    let mut sheet = |name: String| {
        let range = book.worksheet_range(&name).unwrap();
        assert_eq!(range.start(), Some((0, 0)));
        (name, range.rows().map(|row| row.iter().map(cell).collect()).collect())
    };
    let names = Xlsx::new(Cursor::new(bytes.to_vec())).map(|book: Xlsx<_>| book.sheet_names()).unwrap();
    names.into_iter().map(&mut sheet).collect()
}

/// The cells of a workbook's only sheet.
pub(super) fn cells(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut sheets = sheets(bytes);
    assert_eq!(sheets.len(), 1);
    sheets.remove(0).1
}

/// A workbook's rows, a line each; where it has several sheets, under their names.
pub(super) fn rows(bytes: &[u8]) -> String {
    let sheets = sheets(bytes);
    let title = |name: &str| if sheets.len() > 1 { format!("[{name}]\n") } else { String::new() };
    let body = |rows: &[Vec<String>]| rows.iter().map(|row| row.join(" | ") + "\n").collect::<String>();
    sheets.iter().map(|(name, rows)| title(name) + &body(rows)).collect()
}

/// All texts of a page's elements of that name, and how many elements and attributes could ask somebody for something.
pub(super) fn page(html: &str, wanted: &str) -> (Vec<String>, usize) {
    fn walk(node: &Handle, wanted: &str, found: &mut (Vec<String>, usize)) {
        if let NodeData::Element { name, attrs, .. } = &node.data {
            let asks = ["link", "img", "iframe", "object", "embed", "form", "a", "base"];
            found.1 += usize::from(asks.contains(&name.local.as_ref()));
            found.1 +=
                attrs.borrow().iter().filter(|a| ["src", "href"].contains(&a.name.local.as_ref())).count();
            if name.local.as_ref() == wanted {
                let mut text = String::new();
                words(node, &mut text);
                found.0.push(text);
            }
        }
        node.children.borrow().iter().for_each(|child| walk(child, wanted, found));
    }
    fn words(node: &Handle, text: &mut String) {
        if let NodeData::Text { contents } = &node.data {
            *text += &contents.borrow();
        }
        node.children.borrow().iter().for_each(|child| words(child, text));
    }
    let dom = html5ever::parse_document(RcDom::default(), html5ever::ParseOpts::default()).one(html);
    assert_eq!(*dom.errors.borrow(), Vec::<Cow<'static, str>>::new());
    let mut found = (Vec::new(), 0);
    walk(&dom.document, wanted, &mut found);
    found
}

/// The cells of a page's first table, without its heading.
pub(super) fn page_rows(html: &str) -> Vec<Vec<String>> {
    let body = html.split_once("<tbody>").and_then(|(_, rest)| rest.split_once("</tbody>")).unwrap().0;
    let rows = body.split("</tr>").filter(|row| row.contains("<td"));
    let document =
        |row: &str| format!("<!DOCTYPE html><title>x</title><table><tbody>{row}</tr></tbody></table>");
    rows.map(|row| page(&document(row), "td").0).collect()
}
