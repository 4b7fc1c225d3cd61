//! The board: what people see of a race in a browser.
//!
//! Invariant: every page reads without scripts, asks nobody but this server for anything, and shows names as text in
//! their own direction of writing, never as markup.

mod assets;
mod layout;

pub use assets::asset;
pub use layout::{Frame, Link, page};
