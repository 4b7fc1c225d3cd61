//! Findings about what was said by somebody who may not settle it alone.
//!
//! Invariant: each word has its own finding, named after its operation, so that looking at one settles no other.

use super::{Act, Finding, Kind, Suggestion, words};
use crate::{proposal::Proposal, race::RaceSetup};

pub(super) fn findings(setup: &RaceSetup, proposals: &[Proposal]) -> Vec<Finding> {
    proposals.iter().map(|proposal| finding(setup, proposal)).collect()
}

fn finding(setup: &RaceSetup, proposal: &Proposal) -> Finding {
    let Proposal { at, says, reason, by, is_approved, bib, name, checkpoint, time_ms } = proposal;
    let approved = if *is_approved { "" } else { " (not approved)" };
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    let what = match (checkpoint, time_ms) {
        (Some(key), Some(_)) => format!("a record of {bib} at {}", words::place(setup, key)),
        _ => format!("{bib}{name}"),
    };
    let says_what = proposal.words(setup);
    let reason = reason.as_ref().map(|reason| format!(", because: {reason}")).unwrap_or_default();
    let text = format!(
        "{by}{approved} says of {what}: {says_what}{reason}. It counts once somebody who may says so too"
    );
    let right = Suggestion {
        reason: format!("{by} is right: {says_what}"),
        acts: vec![Act::Put(says.clone())],
        cost: 100,
    };
    Finding {
        checkpoint: checkpoint.clone(),
        time_ms: *time_ms,
        said: Some(*at),
        suggestions: vec![right],
        ..Finding::about(Kind::Proposed, bib, text)
    }
}
