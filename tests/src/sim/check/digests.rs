//! All replicas hold the same operations.
//!
//! Invariant: no replica is left out because it is inconvenient: copies, restored and revoked ones count too.

use std::collections::BTreeSet;

use super::{Broken, World};

/// How far each log goes, in a form in which two lists can be compared.
fn heads(world: &World, name: &str) -> BTreeSet<String> {
    let device = world.devices.iter().find(|device| device.name == name);
    let store = device.and_then(|device| device.store.as_ref());
    let logs = store.and_then(|store| store.logs().ok()).unwrap_or_default();
    logs.iter()
        .map(|info| format!("{} to {} ({})", info.log.short(), info.seq, &info.hash.to_string()[..6]))
        .collect()
}

fn difference(world: &World, a: &str, b: &str) -> String {
    let (a, b) = (heads(world, a), heads(world, b));
    let only =
        |x: &BTreeSet<String>, y: &BTreeSet<String>| x.difference(y).cloned().collect::<Vec<_>>().join(", ");
    format!("only one: {}; only the other: {}", only(&a, &b), only(&b, &a))
}

pub(super) fn check(world: &mut World) -> Option<Broken> {
    for n in 0..world.devices.len() {
        let broken = compare(world, n);
        if broken.is_some() {
            return broken;
        }
    }
    None
}

fn digest(world: &mut World, n: usize) -> Result<bibtrail_core::store::Digest, String> {
    let store = world.devices[n].store.as_mut().ok_or("does not open")?;
    store.settle().and_then(|()| store.digest()).map_err(|error| error.to_string())
}

fn compare(world: &mut World, n: usize) -> Option<Broken> {
    let (first, name) = (world.devices[0].name.clone(), world.devices[n].name.clone());
    let (a, b) = match (digest(world, 0), digest(world, n)) {
        (Ok(a), Ok(b)) => (a, b),
        (Err(error), _) => return Broken::new("digests", format!("{first}: {error}")),
        (_, Err(error)) => return Broken::new("digests", format!("{name}: {error}")),
    };
    if a.ops != b.ops {
        let difference = difference(world, &first, &name);
        let what = format!("{first} holds {} operations, {name} {}: {difference}", a.op_count, b.op_count);
        return Broken::new("digests", what);
    }
    if a.state != b.state {
        return Broken::new(
            "digests",
            format!("{first} and {name} hold the same and make different things of it"),
        );
    }
    None
}
