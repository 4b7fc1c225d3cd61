//! Fuzzes `scan`: see `bibtrail_tests::fuzz`.
#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| (bibtrail_tests::fuzz::TARGETS[15].1)(bytes));
