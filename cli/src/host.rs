//! The machine: its clocks and its randomness, handed to the core as arguments.
//!
//! Invariant: nothing else in the command asks the system for time or random bytes.

use std::fs;

use bibtrail_core::{
    ids::{BootId, RaceId},
    time::Reading,
};
use jiff::Timestamp;

use crate::Error;

/// What the clocks say now.
///
/// # Errors
/// When the system tells no boot-clock time.
pub fn reading(race: RaceId) -> Result<Reading, Error> {
    let wall_ms = Timestamp::now().as_millisecond();
    // Linux: time since boot, sleep included, and an id per boot. Elsewhere the wall clock stands in for both; apps
    // hand in the system's own.
    let boot_name = fs::read("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let uptime_ms = fs::read_to_string("/proc/uptime").ok().and_then(|text| uptime_ms(&text));
    let boot_ms = uptime_ms.unwrap_or(wall_ms.max(0).cast_unsigned());
    Ok(Reading { boot: BootId::of(race, &boot_name), boot_ms, wall_ms })
}

/// `/proc/uptime` begins with seconds and hundredths.
fn uptime_ms(text: &str) -> Option<u64> {
    let (seconds, hundredths) = text.split_whitespace().next()?.split_once('.')?;
    Some(seconds.parse::<u64>().ok()? * 1000 + hundredths.parse::<u64>().ok()? * 10)
}

/// Random bytes.
///
/// # Errors
/// When the system gives none.
pub fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| Error::Host("random bytes"))?;
    Ok(bytes)
}
