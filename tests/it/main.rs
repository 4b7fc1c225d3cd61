//! All integration tests, one binary.
//!
//! Invariant: every file beside this one is a module of it (`tidy.rs` sees to that).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_possible_truncation,
    reason = "tests: a failure is a panic, figures are printed, counts are small"
)]

mod attest;
mod backup;
mod board;
mod browser;
mod children;
mod clocks;
mod closing;
mod command;
mod courses;
mod cuts;
mod damage;
mod decoders;
mod door;
mod erasure;
mod exports;
mod fife;
mod golden;
mod groups;
mod hostile;
mod imports;
mod injected;
mod links;
mod live;
mod merge;
mod oracle;
mod pace;
mod pictures;
mod plausibility;
mod postgres;
mod power;
mod print;
mod proof;
mod proposals;
mod reference;
mod rehearsal;
mod replay;
mod review;
mod roles;
mod sense;
mod server;
mod session;
mod simulation;
mod staff;
mod standings;
mod tidy;
mod timing;
mod trust;
mod watch;
