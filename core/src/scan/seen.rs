//! The filter behind a camera: a code counts when it was seen in several frames in a row, and once per visit.
//!
//! Invariant: a code that was read wrong in one frame records nothing; runners who stay before the camera, one or several
//! in turns, are recorded once each.

use std::collections::BTreeMap;

/// How many frames without a code end its visit: at 30 frames a second about half a second.
const GONE_FRAMES: u32 = 15;

/// Counts in how many frames in a row the same text was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFrames {
    needed: u32,
    text: String,
    run: u32,
    /// The texts that were passed on and have not gone away yet, and for how many frames each was not seen.
    passed: BTreeMap<String, u32>,
}

impl SeenFrames {
    /// A filter that passes a text on when it was seen in `needed` frames in a row; 0 is as 1.
    #[must_use]
    pub fn new(needed: u32) -> Self {
        Self { needed: needed.max(1), text: String::new(), run: 0, passed: BTreeMap::new() }
    }

    /// Takes what one frame showed, nothing if it showed no code. Says whether that counts now.
    pub fn see(&mut self, text: Option<&str>) -> bool {
        self.forget(text);
        let Some(text) = text else {
            (self.text, self.run) = (String::new(), 0);
            return false;
        };
        if self.text == text {
            self.run = self.run.saturating_add(1);
        } else {
            (self.text, self.run) = (text.to_owned(), 1);
        }
        if self.run < self.needed || self.passed.contains_key(text) {
            return false;
        }
        self.passed.insert(text.to_owned(), 0);
        true
    }

    /// A text that was not seen for a while may come again.
    fn forget(&mut self, text: Option<&str>) {
        self.passed.retain(|passed, gone| {
            *gone = if text == Some(passed) { 0 } else { gone.saturating_add(1) };
            *gone < GONE_FRAMES
        });
    }
}
