//! What people bring: the race file, maps of its courses, the entrants, the splits.
//!
//! Invariant: a file is read as a whole or refused with what is wrong, where, and what to do.

pub mod courses;
pub mod entrants;
pub mod gpx;
pub mod race_file;
pub mod splits;
mod text;

pub use text::{Encoding, TextError};
