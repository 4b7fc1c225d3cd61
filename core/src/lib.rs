//! Bibtrail's core: what happened at a race, as a pure function of the set of operations its phones wrote.
//!
//! **The core knows no machine**: it reads no clock, draws no randomness, starts no thread and opens no socket.
//! Time, random bytes and the disk are arguments, so every run can be replayed. The modules below stand in the
//! order in which data flows; a module uses only those above it (`tests/it/tidy.rs` holds it to that).

pub mod ids;
pub mod time;

pub mod op;

pub mod log;

pub mod members;

pub mod registers;

pub mod clocks;

pub mod race;

pub mod invitation;

pub mod scan;

pub mod closing;

pub mod state;

pub mod proposal;

pub mod passings;

pub mod results;

pub mod pace;

pub mod plausibility;

pub mod watch;

pub mod alarm;

pub mod review;

pub mod live;

pub mod bundle;

#[cfg(feature = "sqlite")]
pub mod store;

#[cfg(feature = "sqlite")]
pub mod sync;

pub mod view;

pub mod attest;
