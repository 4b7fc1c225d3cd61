//! What the camera reads: which code it is, and whether it was seen long enough.
//!
//! Invariant: a code that names no bib of this race records nothing by itself; it is said what it is.

use std::sync::{Mutex, PoisonError};

use bibtrail_core::scan::SeenFrames;

use crate::{
    CoreError,
    screen::{Haptic, Sound, Tone},
    words::Wording,
};

/// What a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum CodeKind {
    /// A bib of this race, or of one that the code does not tell.
    Bib,
    /// A bib of another race.
    OtherRace,
    /// An invitation.
    Join,
    /// One frame of a moving code: hand its bytes to `FrameTake`.
    Frame,
    /// One of ours, and damaged.
    Damaged,
    /// One of ours, by a newer app.
    Newer,
    /// Nothing that names a bib.
    Unreadable,
}

/// What a code says.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct CodeRead {
    /// What it is.
    pub kind: CodeKind,
    /// The bib; of another race's code too, for whoever wants to record it all the same. Else empty.
    pub bib: String,
    /// What is said.
    pub text: Wording,
    /// Its colour.
    pub tone: Tone,
    /// What is heard; a bib is silent, for its badge sounds.
    pub sound: Sound,
    /// What is felt.
    pub haptic: Haptic,
}

/// Passes a code on when it was seen in several frames in a row, and once per visit.
#[derive(uniffi::Object)]
pub struct FrameFilter {
    frames: Mutex<SeenFrames>,
}

#[uniffi::export]
impl FrameFilter {
    /// A filter that wants `needed` frames in a row; 3 is a good number at 30 frames a second.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    #[uniffi::constructor]
    pub fn new(needed: u32) -> Result<Self, CoreError> {
        Ok(Self { frames: Mutex::new(SeenFrames::new(needed)) })
    }

    /// Takes what one frame showed, nothing if it showed no code. Says whether that counts now.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn see(&self, text: Option<String>) -> Result<bool, CoreError> {
        Ok(self.frames.lock().unwrap_or_else(PoisonError::into_inner).see(text.as_deref()))
    }
}
