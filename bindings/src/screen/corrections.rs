//! The list of entries: what was recorded, what was corrected, and what is only in memory.
//!
//! Invariant: nothing that was ever entered is missing from it, taken back or not.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Bib, Key, LogId},
    op::Entity,
    proposal::Proposal,
    race::RaceSetup,
    state::{EntrantRow, Said, Sighting},
    store::{Store, StoreError},
};

use super::{ActOffer, Place, SoFar, Way};
use crate::words::{Say, Wording};

/// An entry of any phone, as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ScanLine {
    /// The scan, for `amend`, `void` and `restore`.
    pub scan: String,
    /// The bib as it counts now; empty if it is still to come.
    pub bib: String,
    /// The runner's name; empty if nobody entered under this bib.
    pub name: String,
    /// Where.
    pub place: Place,
    /// Which way.
    pub way: Way,
    /// When, by the race's clock: milliseconds since 1970-01-01 UTC.
    pub time_ms: i64,
    /// That moment as the race's people read it.
    pub clock: String,
    /// Whether it counts for nothing.
    pub is_void: bool,
    /// Whether this phone recorded it.
    pub is_own: bool,
    /// Whether it is on the disk.
    pub is_confirmed: bool,
    /// Whether somebody trusted recorded it; others are shown and clear nobody.
    pub is_approved: bool,
    /// What is to be known of it.
    pub marks: Vec<Wording>,
    /// What may be said of the runner, of an entry where this phone stands.
    pub acts: Vec<ActOffer>,
}

/// What the list of entries shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CorrectionsScreen {
    /// The entries: those in memory only, then the latest first.
    pub lines: Vec<ScanLine>,
    /// The checkpoints that an entry may be moved to.
    pub places: Vec<Place>,
    /// Characters beside the digits that the race's bibs have, for keys of their own; at most three.
    pub letters: Vec<String>,
}

/// The lines of these scans.
///
/// # Errors
/// When the database fails.
pub(crate) fn lines(
    store: &Store,
    setup: &RaceSetup,
    scans: &[Sighting],
    (clock, here): (&dyn Fn(i64) -> String, Option<&Key>),
) -> Result<Vec<ScanLine>, StoreError> {
    let (said, _) = store.words()?;
    let proposals = store.proposals_about(&spoken_of(store, scans)?)?;
    let doubted = |scan: &Sighting| {
        let entity = Entity::Scan(scan.at);
        proposals.iter().any(|proposal| !proposal.is_dismissed && proposal.says.0 == entity)
    };
    let (own, own_logs) = (store.own_log(), store.own_logs()?);
    let line = |scan: &Sighting| {
        let worn_by = if scan.bib.is_empty() { Vec::new() } else { store.entrants_with(&scan.bib)? };
        Ok(ScanLine {
            scan: scan.at.to_string(),
            name: worn_by.first().map(|entrant| entrant.name.clone()).unwrap_or_default(),
            acts: here.map(|here| acts(scan, (&worn_by, &said, &proposals), (here, own))).unwrap_or_default(),
            bib: scan.bib.as_str().to_owned(),
            place: Place::of(setup, scan.checkpoint.as_str()),
            way: Way::of(scan.kind),
            time_ms: scan.time_ms,
            clock: clock(scan.time_ms),
            is_void: scan.is_void,
            is_own: own_logs.contains(&scan.at.log),
            is_confirmed: true,
            is_approved: scan.is_approved,
            marks: marks(scan, doubted(scan)).iter().map(Say::wording).collect(),
        })
    };
    scans.iter().map(line).collect()
}

/// The entries, and who may be their runners.
fn spoken_of(store: &Store, scans: &[Sighting]) -> Result<BTreeSet<Entity>, StoreError> {
    let mut entities: BTreeSet<Entity> = scans.iter().map(|scan| Entity::Scan(scan.at)).collect();
    let bibs: BTreeSet<&Bib> = scans.iter().map(|scan| &scan.bib).filter(|bib| !bib.is_empty()).collect();
    for bib in bibs {
        entities.insert(Entity::Bib(bib.clone()));
        entities.extend(store.entrants_with(bib)?.into_iter().map(|entrant| Entity::Entrant(entrant.id)));
    }
    Ok(entities)
}

/// Who wears the bib of an entry; what is said of bibs that nobody wears; what counts for nothing so far.
type About<'a> = (&'a [EntrantRow], &'a BTreeMap<Bib, Said>, &'a [Proposal]);

/// What may be said of the runner of an entry: nothing elsewhere, and nothing while nobody knows who that is.
fn acts(scan: &Sighting, (worn_by, said, proposals): About<'_>, (here, own): (&Key, LogId)) -> Vec<ActOffer> {
    let is_known = !scan.is_void && !scan.bib.is_empty() && !scan.bib.is_uncertain();
    let (status, safety) = match worn_by {
        _ if !is_known || scan.checkpoint != *here => return Vec::new(),
        [] => said.get(&scan.bib).map_or((None, None), |said| (said.status.as_ref(), said.safety.as_ref())),
        [entrant] => (entrant.status.as_ref(), entrant.safety.as_ref()),
        _ => return Vec::new(),
    };
    let stands = (status, safety.is_some_and(|word| word.is_safe));
    SoFar::of(stands, (proposals, own, &scan.bib)).offers(here)
}

fn marks(scan: &Sighting, has_proposals: bool) -> Vec<Say> {
    let mut marks = Vec::new();
    if scan.bib.is_empty() {
        marks.push(Say::TimeOnly {});
    }
    if scan.is_void {
        marks.push(Say::CorrectionVoid {});
    } else if scan.is_corrected {
        marks.push(Say::CorrectionCorrected {});
    }
    if has_proposals {
        marks.push(Say::CorrectionProposal {});
    }
    if !scan.is_approved {
        marks.push(Say::WarnNotApproved {});
    }
    marks.extend(scan.source.iter().map(|source| Say::CorrectionCopied { source: source.name.clone() }));
    marks
}

/// The mark of an entry that is in memory only.
pub(crate) fn mark() -> Wording {
    Say::WarnNotOnDisk {}.wording()
}
