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
    let boot_ms = boot_ms().unwrap_or(wall_ms.max(0).cast_unsigned());
    Ok(Reading { boot: BootId::of(race, &boot_name), boot_ms, wall_ms })
}

/// A clock that runs through sleep (`CLOCK_BOOTTIME`).
#[cfg(target_os = "linux")]
fn boot_ms() -> Option<u64> {
    use rustix::time::{ClockId, clock_gettime};
    let now = clock_gettime(ClockId::Boottime);
    Some(u64::try_from(now.tv_sec).ok()? * 1000 + u64::try_from(now.tv_nsec).ok()? / 1_000_000)
}

#[cfg(not(target_os = "linux"))]
fn boot_ms() -> Option<u64> {
    None
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
