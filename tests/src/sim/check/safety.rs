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
        // Whoever joined by the pool counts only once somebody approved them; nobody ever did if there is no approval.
        let was_pool = device.ticket == "pool";
        let was_approved = store
            .facts()
            .unwrap_or_default()
            .iter()
            .any(|(_, op)| matches!(&op.body, bibtrail_core::op::Body::Approve(_)));
        if was_pool && !was_approved {
            let what = format!(
                "bib {} is finished by the word of {}, which nobody approved",
                runner.bib, device.name
            );
            return Broken::new("safety", what);
        }
    }
    None
}
