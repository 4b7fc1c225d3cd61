//! What each screen shows, as plain data: what is said by key, which colour by meaning, which sound and touch.
//!
//! Invariant: pure functions of what the replica holds and of the time; a screen decides nothing, and nothing here
//! refuses anything.

mod acts;
mod badge;
mod checkpoint;
mod corrections;
mod devices;
mod meaning;
mod stations;
mod zone;

pub(crate) use acts::SoFar;
pub use acts::{ActOffer, RunnerAct};
pub use badge::{Badge, RecordScreen, WayCount};
pub(crate) use badge::{Entered, LETTERS_MAX, count, expectations};
pub use checkpoint::{CheckpointScreen, RunnerLine};
pub use corrections::{CorrectionsScreen, ScanLine};
pub(crate) use corrections::{lines, mark};
pub use devices::{ClockStatus, DeviceLine, DevicesScreen};
pub(crate) use devices::{clock_status, device_lines};
pub use meaning::{Haptic, Notice, Sound, Tone};
pub use stations::{ClosingAct, ClosingScreen, FindingLine, ReviewScreen, SuggestionLine};
pub use zone::{RaceZone, clock_text};

use bibtrail_core::{op::ScanKind, race::RaceSetup};

use crate::words::Say;

/// Which way a runner goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum Way {
    /// Comes in, or passes.
    In,
    /// Goes out again.
    Out,
}

impl Way {
    /// As the core says it.
    pub(crate) fn kind(self) -> ScanKind {
        match self {
            Self::In => ScanKind::In,
            Self::Out => ScanKind::Out,
        }
    }

    pub(crate) fn of(kind: ScanKind) -> Self {
        match kind {
            ScanKind::In => Self::In,
            ScanKind::Out => Self::Out,
        }
    }

    pub(crate) fn say(self) -> Say {
        match self {
            Self::In => Say::WayIn {},
            Self::Out => Say::WayOut {},
        }
    }
}

/// A checkpoint, as it is called.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Place {
    /// Its key, the same on every phone.
    pub key: String,
    /// Its name; the key where the race's settings are not here yet.
    pub name: String,
    /// Whether runners are recorded coming in and going out there.
    pub has_both_ways: bool,
}

impl Place {
    pub(crate) fn of(setup: &RaceSetup, key: &str) -> Self {
        let known = setup.checkpoints.iter().find(|checkpoint| checkpoint.key.as_str() == key);
        let mut visits = setup.courses.iter().flat_map(|course| &course.visits);
        Self {
            key: key.to_owned(),
            name: known.map_or_else(|| key.to_owned(), |checkpoint| checkpoint.name.clone()),
            // Before the settings are here nobody knows; two buttons lose nothing.
            has_both_ways: setup.courses.is_empty()
                || visits.any(|visit| visit.checkpoint.as_str() == key && visit.in_out),
        }
    }
}
