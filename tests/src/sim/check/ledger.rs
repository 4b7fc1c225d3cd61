//! Every scan that was ever confirmed to a user is on every replica.
//!
//! Invariant: excused is only what was physically on one disk alone when a person put that disk back to a backup.

use super::{Broken, World};

pub(super) fn check(world: &mut World) -> Option<Broken> {
    for n in 0..world.devices.len() {
        let held = world.scans_of(n);
        for (bib, confirmed) in world.ledger.iter().filter(|(_, confirmed)| !confirmed.is_gone) {
            if !held.contains(bib) {
                let (by, at) = (&world.devices[confirmed.device].name, &world.devices[n].name);
                return Broken::new("ledger", format!("scan {bib}, confirmed by {by}, is not at {at}"));
            }
        }
    }
    None
}
