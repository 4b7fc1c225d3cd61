//! Printed matter and charts: bib sheets, posters, paper forms, results as PDF, and pictures of a race as SVG and PNG.
//!
//! Invariant: pure. Bytes in (fonts), bytes out (PDF, SVG, PNG); nothing here opens a file or reads a clock, and equal
//! input gives equal bytes. A character that no font has is an error that names it, never an empty box.

pub mod bibs;
pub mod chart;
mod code;
pub mod drops;
mod error;
pub mod font;
pub mod page;
pub mod posters;
pub mod standings;
pub mod tally;
mod text;
mod when;
mod words;

pub use error::PrintError;
pub use words::words_for;
