//! Findings about what was said by somebody who may not settle it alone.
//!
//! Invariant: what one log says of one runner or scan has one finding, named after the last operation that says it, so that
//! looking at one settles no other. A stranger's words stand behind everything else.

use super::{Act, Finding, Kind, Suggestion, words};
use crate::{proposal::Proposal, race::RaceSetup};

pub(super) fn findings(setup: &RaceSetup, proposals: &[Proposal]) -> Vec<Finding> {
    proposals.iter().map(|proposal| finding(setup, proposal)).collect()
}

fn finding(setup: &RaceSetup, proposal: &Proposal) -> Finding {
    let Proposal { at, says, reason, bib, name, checkpoint, time_ms, .. } = proposal;
    let (author, what_is_said) = (proposal.author(), proposal.words(setup));
    let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
    let what = match (checkpoint, time_ms) {
        (Some(key), Some(_)) => format!("a record of {bib} at {}", words::place(setup, key)),
        _ => format!("{bib}{name}"),
    };
    let reason = reason.as_ref().map(|reason| format!(", because: {reason}")).unwrap_or_default();
    let stands =
        proposal.standing(setup).map(|stands| format!(". What stands: {stands}")).unwrap_or_default();
    let text = format!(
        "{author} says of {what}: {what_is_said}{reason}{stands}. It counts once somebody who may says so too"
    );
    let right = Suggestion {
        reason: format!("{author} is right about {what}: {what_is_said}"),
        // One operation for each register: who may say one of them may not the other.
        acts: says.1.iter().map(|value| Act::Put((says.0.clone(), vec![value.clone()]))).collect(),
        cost: 100,
    };
    let kind = if proposal.is_urgent() { Kind::Told } else { Kind::Proposed };
    Finding {
        checkpoint: checkpoint.clone(),
        time_ms: *time_ms,
        said: Some(*at),
        suggestions: vec![right],
        ..Finding::about(kind, bib, text)
    }
}
