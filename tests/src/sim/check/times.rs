//! The truth lies within the guaranteed bounds of every corrected time, and every replica corrects alike.
//!
//! Invariant: truth is the time of the world, which headquarters' clock shows without error.

use super::{Broken, World};
use crate::world::START_MS;

pub(super) fn check(world: &mut World) -> Option<Broken> {
    for device in &world.devices {
        for scan in device.store.as_ref()?.scans().unwrap_or_default() {
            let bib: Option<u64> = scan.bib.as_str().parse().ok();
            let (Some(moment), Some(known)) = (scan.moment, bib.and_then(|bib| world.ledger.get(&bib)))
            else {
                continue;
            };
            let truth = START_MS + known.true_ms;
            // A reading is cut to whole milliseconds.
            if truth < moment.earliest_ms - 1 || truth > moment.latest_ms + 1 {
                let what = format!(
                    "{}: scan {} was at {truth}, said to be within {} and {}",
                    device.name, scan.bib, moment.earliest_ms, moment.latest_ms
                );
                return Broken::new("times", what);
            }
        }
    }
    None
}
