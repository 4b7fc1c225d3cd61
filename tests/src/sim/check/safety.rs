//! Nobody is shown safe by a phone that nobody trusts.
//!
//! Invariant: judged by who really wrote each scan and what the director really said of that device.

use bibtrail_core::results::State;

use super::{Broken, World};

pub(super) fn check(world: &mut World) -> Option<Broken> {
    let store = world.devices[0].store.as_ref()?;
    let results = match store.results() {
        Ok(results) => results,
        Err(error) => return Broken::new("safety", error.to_string()),
    };
    for (_, runner) in results.runners().filter(|(_, runner)| runner.state == State::Finished) {
        let known = runner.bib.as_str().parse::<u64>().ok().and_then(|bib| world.ledger.get(&bib));
        let Some(confirmed) = known else { continue };
        let device = &world.devices[confirmed.device];
        // Whoever joined by the pool counts only once the director approved that very phone, or one it was copied from.
        if device.ticket == "pool" && !world.approved.contains(device.name.trim_end_matches('\'')) {
            let what = format!(
                "bib {} is finished by the word of {}, which nobody approved",
                runner.bib, device.name
            );
            return Broken::new("safety", what);
        }
    }
    None
}
