//! Whom and where people mean.
//!
//! Invariant: what is not known is said with what there is; nothing is guessed.

use bibtrail_core::{
    ids::{Bib, Key},
    op::Entity,
    race::RaceSetup,
    store::Store,
};

use crate::ClerkError;

/// Somebody of whom something is said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whom {
    /// What they wear.
    pub bib: Bib,
    /// The entrant who wears it, or the bib itself if nobody entered under it.
    pub entity: Entity,
}

impl Whom {
    /// Whom a bib means.
    ///
    /// # Errors
    /// When it is none, or several wear it.
    pub fn of(store: &Store, text: &str) -> Result<Self, ClerkError> {
        let bib = Bib::new(text)?;
        if bib.is_empty() {
            return Err(ClerkError::EmptyBib);
        }
        let entity = match store.entrants_with(&bib)?.as_slice() {
            [] => Entity::Bib(bib.clone()),
            [entrant] => Entity::Entrant(entrant.id),
            several => return Err(ClerkError::SharedBib(bib.to_string(), several.len())),
        };
        Ok(Self { bib, entity })
    }

    /// Whether somebody entered under it.
    #[must_use]
    pub fn is_entered(&self) -> bool {
        matches!(self.entity, Entity::Entrant(_))
    }
}

/// The checkpoint that a person means, by key or name.
///
/// # Errors
/// When the race has none of that name.
pub fn checkpoint(setup: &RaceSetup, text: &str) -> Result<Key, ClerkError> {
    let known = || setup.checkpoints.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", ");
    let found = setup.find_checkpoint(text).map(|c| c.key.clone());
    found.ok_or_else(|| ClerkError::UnknownCheckpoint { given: text.to_owned(), known: known() })
}
