//! What people bring: the race file, maps of its courses, the entrants, the splits, and what other sources recorded.
//!
//! Invariant: a file that sets a race up is read as a whole or refused with what is wrong, where, and what to do; of the
//! records of other sources each has its own fate.

pub mod courses;
pub mod entrants;
pub mod gpx;
pub mod race_file;
pub mod records;
pub mod skeleton;
pub mod splits;
pub mod take;
mod text;

pub use text::{Encoding, TextError};
