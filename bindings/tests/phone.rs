//! The library as an app uses it, from Rust: the scripted race, the wordings, full disks, sleep, failures of the host.
//!
//! Invariant: what is shown here is shown again by the same script in Python, Kotlin and Swift.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

#[path = "phone/address.rs"]
mod address;
#[path = "phone/failures.rs"]
mod failures;
#[path = "phone/fixture.rs"]
mod fixture;
#[path = "phone/host.rs"]
mod host;
#[path = "phone/keys.rs"]
mod keys;
#[path = "phone/pad.rs"]
mod pad;
#[path = "phone/race.rs"]
mod race;
#[path = "phone/script.rs"]
mod script;
#[path = "phone/settings.rs"]
mod settings;
#[path = "phone/sleep.rs"]
mod sleep;
#[path = "phone/tell.rs"]
mod tell;
