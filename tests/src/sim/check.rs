//! The checkers: what must hold after everything, whatever happened.
//!
//! Invariant: each looks at the world from outside, by another way than the code it checks.

mod conflicts;
mod copies;
mod digests;
mod ledger;
mod projections;
mod safety;
mod success;
mod times;

use super::World;
pub(super) use success::success;

/// What a checker found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// Which checker.
    pub checker: &'static str,
    /// What it saw.
    pub what: String,
}

impl Broken {
    fn new(checker: &'static str, what: impl Into<String>) -> Option<Self> {
        Some(Self { checker, what: what.into() })
    }
}

/// Asks all checkers; the first that finds something speaks.
pub(super) fn all(world: &mut World) -> Option<Broken> {
    digests::check(world)
        .or_else(|| projections::check(world))
        .or_else(|| ledger::check(world))
        .or_else(|| conflicts::check(world))
        .or_else(|| times::check(world))
        .or_else(|| copies::check(world))
        .or_else(|| safety::check(world))
}
