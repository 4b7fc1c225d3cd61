//! "Held by n devices" is never too high: at most this device and those that held the scan when it last met them.
//!
//! Invariant: counted from what the other disks really held at that moment, not from what was said.

use super::{Broken, World};

pub(super) fn check(world: &mut World) -> Option<Broken> {
    for observer in 0..world.devices.len() {
        let store = world.devices[observer].store.as_ref()?;
        for scan in store.scans().unwrap_or_default() {
            let Ok(bib) = scan.bib.as_str().parse::<u64>() else { continue };
            let said = store.held_by(scan.at).unwrap_or(usize::MAX);
            let truly = (0..world.devices.len())
                .filter(|other| world.parted.get(&(observer, *other)).is_some_and(|held| held.contains(&bib)))
                .count();
            if said > truly + 1 {
                let name = &world.devices[observer].name;
                let peers: Vec<String> = store
                    .peers()
                    .unwrap_or_default()
                    .iter()
                    .map(|peer| {
                        let before =
                            store.enrolment(peer.log).ok().flatten().and_then(|enrol| enrol.previous);
                        format!("{} after {:?}", peer.log.short(), before.map(|log| log.short()))
                    })
                    .collect();
                let what = format!(
                    "{name} says that {said} devices hold scan {bib}; it knows of {}: {}",
                    truly + 1,
                    peers.join(", ")
                );
                return Broken::new("copies", what);
            }
        }
    }
    None
}
