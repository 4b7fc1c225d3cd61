//! Who may say what: the standing of each log, as a pure function of the operation set.
//!
//! Invariant: a log's standing decides what its operations *count for*, never whether they are kept and relayed.
//! For now every log of the race counts, and the director's outranks the others where two values contend; tickets,
//! roles and revocation come with the sync issue and change only this module.

use crate::ids::LogId;

/// How much a log's word weighs where values contend. Greater outranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Any log of the race.
    Volunteer,
    /// The log named by the race's genesis.
    Director,
}

/// The race's logs, judged.
#[derive(Clone, Copy, Debug)]
pub struct Members {
    director: LogId,
}

impl Members {
    /// Members of a race whose genesis names `director`.
    #[must_use]
    pub fn new(director: LogId) -> Self {
        Self { director }
    }

    /// The director's first log.
    #[must_use]
    pub fn director(&self) -> LogId {
        self.director
    }

    /// The weight of `log`'s word.
    #[must_use]
    pub fn rank(&self, log: LogId) -> Rank {
        if log == self.director { Rank::Director } else { Rank::Volunteer }
    }
}
