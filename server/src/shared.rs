//! The log of logs: many server processes over one PostgreSQL. What each holds beyond it is a replica like any other,
//! which can be made again from it.
//!
//! Invariant: what a server answers is in the database by then; who has read the database up to a number lacks nothing
//! below it; a log in it has no holes. Nothing that is remembered of the other side outlives a doubt: after any failure
//! both are compared from the beginning. Tables, and how far it goes, in `docs/scaling.md`.

mod error;
mod feed;
mod link;
mod side;

pub use error::SharedError;
pub use feed::Feed;
pub use link::{Address, Entry, Link, Writer, Written};
pub use side::{Seen, Side};
