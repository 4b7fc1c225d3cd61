//! The filter behind a camera: a code counts when it was seen in several frames in a row, and once per visit.
//!
//! Invariant: a code that was read wrong in one frame records nothing; a runner who stays before the camera is recorded
//! once.

/// How many frames without a code end its visit: at 30 frames a second about half a second.
const GONE_FRAMES: u32 = 15;

/// Counts in how many frames in a row the same text was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeenFrames {
    needed: u32,
    text: String,
    run: u32,
    /// The text that was passed on and has not gone away yet, and for how many frames it was not seen.
    passed: Option<(String, u32)>,
}

impl SeenFrames {
    /// A filter that passes a text on when it was seen in `needed` frames in a row; 0 is as 1.
    #[must_use]
    pub fn new(needed: u32) -> Self {
        Self { needed: needed.max(1), text: String::new(), run: 0, passed: None }
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
        let is_new = self.passed.as_ref().is_none_or(|(passed, _)| passed != text);
        if self.run < self.needed || !is_new {
            return false;
        }
        self.passed = Some((text.to_owned(), 0));
        true
    }

    /// A text that was not seen for a while may come again.
    fn forget(&mut self, text: Option<&str>) {
        if let Some((passed, gone)) = &mut self.passed {
            *gone = if text == Some(passed) { 0 } else { gone.saturating_add(1) };
            if *gone >= GONE_FRAMES {
                self.passed = None;
            }
        }
    }
}
