//! What each replica shows is what follows from its log, chains and signatures hold, the journal tells the same.
//!
//! Invariant: made again from the log alone, in memory.

use super::{Broken, World};

pub(super) fn check(world: &mut World) -> Option<Broken> {
    for device in &mut world.devices {
        let found = device.store.as_mut()?.verify();
        match found {
            Ok(found) if found.problems.is_empty() => {}
            Ok(found) => return Broken::new("projections", format!("{}: {:?}", device.name, found.problems)),
            Err(error) => return Broken::new("projections", format!("{}: {error}", device.name)),
        }
    }
    None
}
