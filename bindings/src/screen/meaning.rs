//! Colours, sounds and touches by what they mean; an app decides how each looks, sounds and feels.
//!
//! Invariant: nothing is said by colour or sound alone: a wording stands beside each.

use crate::words::{Say, Wording};

/// What a colour means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, uniffi::Enum)]
pub enum Tone {
    /// As it should be.
    Good,
    /// Nothing to do.
    Quiet,
    /// Worth knowing.
    Notice,
    /// Worth a second look.
    Warning,
    /// Somebody must act.
    Alarm,
}

/// What a sound means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Sound {
    /// None.
    Silent,
    /// A key was pressed.
    Key,
    /// A character was taken back.
    Delete,
    /// Recorded.
    Recorded,
    /// Recorded, with a warning.
    Warned,
    /// Kept in memory: not on the disk yet.
    Alarm,
    /// Taken back.
    Undone,
}

/// What a touch means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Haptic {
    /// None.
    Still,
    /// A key was pressed.
    Tick,
    /// Recorded.
    Once,
    /// Recorded, with a warning.
    Twice,
    /// Kept in memory: not on the disk yet.
    Long,
}

/// Something that wants attention beside everything else.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Notice {
    /// What.
    pub text: Wording,
    /// How much.
    pub tone: Tone,
}

impl Notice {
    pub(crate) fn new(tone: Tone, say: &Say) -> Self {
        Self { text: say.wording(), tone }
    }
}
