//! A device's clocks: wrong from the start, drifting, stepped by hand, begun anew by a reboot.
//!
//! Invariant: the boot clock only runs forward within a boot, and through sleep; the wall clock may do anything.

use bibtrail_core::{ids::BootId, time::Reading};
use rand::{Rng, RngExt};

use crate::world::START_MS;

/// The clocks of one device.
#[derive(Clone, Debug)]
pub(super) struct Clock {
    boot: u64,
    /// When this boot began, by true time after the gun.
    booted_ms: i64,
    skew_ppm: i64,
    wall_offset_ms: i64,
}

impl Clock {
    /// A clock that is right: the reference.
    pub(super) fn right(boot: u64) -> Self {
        Self { boot, booted_ms: -7_200_000, skew_ppm: 0, wall_offset_ms: 0 }
    }

    /// A phone's clock.
    pub(super) fn wrong(rng: &mut impl Rng) -> Self {
        Self {
            boot: rng.random(),
            booted_ms: -rng.random_range(7_200_000..200_000_000),
            skew_ppm: rng.random_range(-80..=80),
            wall_offset_ms: rng.random_range(-90_000..90_000),
        }
    }

    pub(super) fn read(&self, now_ms: i64) -> Reading {
        let since = now_ms - self.booted_ms;
        let boot_ms = since + since * self.skew_ppm / 1_000_000;
        Reading {
            boot: BootId(self.boot.to_le_bytes()),
            boot_ms: boot_ms.max(0).cast_unsigned(),
            wall_ms: START_MS + now_ms + self.wall_offset_ms,
        }
    }

    /// Somebody, or a network, sets the wall clock: by seconds, hours or twenty years.
    pub(super) fn step(&mut self, rng: &mut impl Rng) -> i64 {
        let years = 20 * 365 * 86_400_000_i64;
        let by = match rng.random_range(0..4) {
            0 => rng.random_range(-10_000..10_000),
            1 => rng.random_range(-7_200_000..7_200_000),
            2 => years,
            _ => -years,
        };
        self.wall_offset_ms += by;
        by
    }

    /// The device starts again: another boot, counted from now.
    pub(super) fn reboot(&mut self, now_ms: i64, rng: &mut impl Rng) {
        self.boot = rng.random();
        self.booted_ms = now_ms - rng.random_range(5_000..40_000);
    }
}
