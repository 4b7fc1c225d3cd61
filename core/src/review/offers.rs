//! What would fill a gap: the suggestions of other findings, mentioned where their runner was missed.
//!
//! Invariant: made after all findings, from them alone; it adds suggestions to gaps, and changes nothing else.

use super::{Act, Finding, Kind, Suggestion};
use crate::op::{Entity, field as fields};

/// At most so many suggestions of other findings are mentioned at a gap.
const MENTIONED_MAX: usize = 3;

/// A suggestion that gives a record to somebody: whose bib, where, how far-fetched, and where it stands.
type Offer<'a> = (&'a str, &'a str, i64, usize, usize);

pub(super) fn join(findings: &mut [Finding]) {
    let mut offers: Vec<Offer<'_>> = Vec::new();
    for (n, finding) in (0..).zip(findings.iter()).filter(|(_, finding)| is_about_record(finding.kind)) {
        let Some(place) = &finding.checkpoint else { continue };
        for (m, suggestion) in (0..).zip(&finding.suggestions) {
            offers.extend(bibs(suggestion).map(|bib| (bib, place.as_str(), suggestion.cost, n, m)));
        }
    }
    offers.sort_unstable();
    offers.dedup();
    let gaps = (0..).zip(findings.iter()).filter(|(_, finding)| finding.kind == Kind::Missed);
    let filled = gaps.filter_map(|(n, gap): (usize, _)| {
        let key = (gap.bibs.first()?.as_str(), gap.checkpoint.as_ref()?.as_str());
        let from = offers.partition_point(|offer| (offer.0, offer.1) < key);
        let here = offers[from..].iter().take_while(|offer| (offer.0, offer.1) == key);
        let mentioned: Vec<Suggestion> =
            here.take(MENTIONED_MAX).map(|(.., n, m)| mention(&findings[*n], *m)).collect();
        (!mentioned.is_empty()).then_some((n, mentioned))
    });
    for (n, mentioned) in filled.collect::<Vec<_>>() {
        findings[n].suggestions.extend(mentioned);
    }
}

/// What is said against a word or a pace gives no record to anybody by itself.
fn is_about_record(kind: Kind) -> bool {
    !matches!(kind, Kind::AfterDrop | Kind::SeenThoughDns | Kind::TooFast | Kind::TooSlow | Kind::Missed)
}

fn mention(finding: &Finding, suggestion: usize) -> Suggestion {
    let about = finding.bibs.first().map(ToString::to_string).unwrap_or_default();
    let suggestion = &finding.suggestions[suggestion];
    let reason = format!("the record of {about}: {}", suggestion.reason);
    Suggestion { reason, ..suggestion.clone() }
}

/// The bibs that a suggestion gives to records.
fn bibs(suggestion: &Suggestion) -> impl Iterator<Item = &str> {
    suggestion.acts.iter().filter_map(|act| match act {
        Act::Record { bib, .. } => Some(bib.as_str()),
        Act::Put((Entity::Scan(_), values)) => {
            values.iter().find(|(field, _)| *field == fields::BIB).and_then(|(_, value)| value.as_text())
        }
        Act::Put(_) => None,
    })
}
