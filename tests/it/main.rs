//! All integration tests, one binary.
//!
//! Invariant: every file beside this one is a module of it (`tidy.rs` sees to that).

mod command;
mod damage;
mod decoders;
mod golden;
mod merge;
mod power;
mod replay;
