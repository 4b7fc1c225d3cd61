//! Whether standings are official, and if not, why.
//!
//! Invariant: standings are official only if nothing that is known to be open can still change them: what concerns a
//! course for sure or perhaps counts against it.

use crate::{
    ids::{Bib, EntrantId},
    op::{Entity, field},
    results::{CourseResults, Runner},
};
#[cfg(feature = "sqlite")]
use crate::{
    state::Sighting,
    store::{Store, StoreError},
};

/// What is open still. By default nothing is known to be settled.
#[derive(Clone, Debug, Default)]
pub struct Open {
    /// Whether official times were frozen.
    pub is_frozen: bool,
    /// How many scans came in after that.
    pub scans_since: usize,
    /// The registers in which different values contend: whose, and which field.
    pub conflicts: Vec<(Entity, u16)>,
}

impl Open {
    /// What a replica holds open; `scans` are all of its scans.
    ///
    /// # Errors
    /// When the database fails.
    #[cfg(feature = "sqlite")]
    pub fn of<'a>(store: &Store, scans: impl IntoIterator<Item = &'a Sighting>) -> Result<Self, StoreError> {
        let timing = store.timing()?;
        Ok(Self {
            is_frozen: timing.is_frozen(),
            scans_since: scans.into_iter().filter(|scan| !timing.is_frozen_at(scan.at)).count(),
            conflicts: store.conflicts()?.into_iter().map(|open| (open.entity, open.field)).collect(),
        })
    }

    /// Why the standings of a course are provisional; nothing if they are official.
    #[must_use]
    pub fn reasons(&self, course: &CourseResults) -> Vec<String> {
        let conflicts =
            self.conflicts.iter().filter(|(entity, field)| concerns(entity, *field, course)).count();
        let unaccounted = course.runners.iter().filter(|runner| runner.is_unaccounted()).count();
        let reason = |count: usize, one: &str, many: &str| {
            let words = if count == 1 { one } else { many };
            (count > 0).then(|| format!("{count} {words}"))
        };
        let late = if self.is_frozen { self.scans_since } else { 0 };
        [
            (!self.is_frozen).then(|| "times are not frozen".to_owned()),
            reason(late, "scan came in after times were frozen", "scans came in after times were frozen"),
            reason(conflicts, "conflict is open", "conflicts are open"),
            reason(unaccounted, "runner is unaccounted for", "runners are unaccounted for"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// Whether a conflict may change the standings of a course. Whose a scan is, what an entrant wears and where they run may
/// be just what it is about: such a conflict concerns every course.
fn concerns(entity: &Entity, field: u16, course: &CourseResults) -> bool {
    let has = |is_meant: &dyn Fn(&Runner) -> bool| course.runners.iter().any(|runner| is_meant(runner));
    let is_entrant = |id: EntrantId| has(&|runner| runner.entrant.as_ref().is_some_and(|e| e.id == id));
    let wears = |bib: &Bib| has(&|runner| runner.bib == *bib);
    match entity {
        Entity::Race | Entity::Scan(_) => true,
        Entity::Course(key) => course.course.key == *key,
        Entity::Checkpoint(key) => course.slots.iter().any(|slot| slot.checkpoint == *key),
        Entity::Entrant(_) if matches!(field, field::BIB | field::COURSE) => true,
        Entity::Entrant(id) => is_entrant(*id),
        Entity::Bib(bib) => wears(bib),
        Entity::Finding(_) => false,
    }
}
