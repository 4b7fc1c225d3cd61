//! The proving ground: what the tests, the benchmarks and the fuzzer share.
//!
//! Invariant: nothing here is part of the product; everything here exists to break it.

pub mod desk;
pub mod disk;
pub mod fates;
pub mod fuzz;
pub mod pipe;
pub mod postgres;
pub mod sim;
pub mod storm;
pub mod story;
pub mod world;
