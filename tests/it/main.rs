//! All integration tests, one binary.
//!
//! Invariant: every file beside this one is a module of it (`tidy.rs` sees to that).

mod power;
mod replay;
