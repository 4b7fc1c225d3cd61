//! All replicas list the same conflicts, and show the same value meanwhile.
//!
//! Invariant: compared as people see them, not as they are stored.

use super::{Broken, World};

pub(super) fn check(world: &mut World) -> Option<Broken> {
    let mut first: Option<String> = None;
    for device in &world.devices {
        let conflicts = device.store.as_ref()?.conflicts().unwrap_or_default();
        let listed: Vec<String> =
            conflicts.iter().map(|c| format!("{} {} {:?}", c.id(), c.entity, c.provisional.value)).collect();
        let listed = listed.join("; ");
        match &first {
            None => first = Some(listed),
            Some(other) if *other != listed => {
                return Broken::new("conflicts", format!("{}: {listed} / {other}", device.name));
            }
            Some(_) => {}
        }
    }
    None
}
