//! The files and messages of the field: what other tools, paper and radio say of a race, and what they want to hear.
//!
//! Invariant: formats only. What is read becomes plain rows with the place they come from, what is written comes from
//! the core's views; nothing here opens a file, knows a replica, or decides what counts.

mod cell;
pub mod read;
pub mod record;
pub mod write;
