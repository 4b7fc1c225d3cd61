//! From screen to camera, where there is no link at all: a moving QR code of which any few frames are enough.
//!
//! Invariant: frames may be lost, repeated, out of order, foreign or hostile; what comes out is what went in, or an
//! error.

use std::sync::Mutex;

use bibtrail_transport::qr::{self, Animation, Collector, Progress};

use crate::{
    CoreError,
    error::guard,
    race::lock,
    words::{Say, Wording},
};

/// Shows a payload.
#[derive(uniffi::Object)]
pub struct FrameShow {
    animation: Mutex<Animation>,
    needed: u32,
}

/// Collects the frames of one payload, the first that comes.
#[derive(uniffi::Object)]
pub struct FrameTake {
    collector: Mutex<Collector>,
}

/// How far a collection is.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct FrameProgress {
    /// How many different frames have come.
    pub have: u32,
    /// How many are needed, seldom one more.
    pub need: u32,
    /// In words.
    pub text: Wording,
    /// All of it, for `import_bundle`, once it is whole.
    pub payload: Option<Vec<u8>>,
}

/// Shows these bytes.
pub(crate) fn show(bytes: &[u8]) -> Result<FrameShow, CoreError> {
    let animation = Animation::new(bytes, qr::SYMBOL_BYTES)?;
    let needed = u32::try_from(animation.frames_needed()).unwrap_or(u32::MAX);
    Ok(FrameShow { animation: Mutex::new(animation), needed })
}

#[uniffi::export]
impl FrameShow {
    /// The bytes of the next frame, without end. Show each for about a tenth of a second.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn next_frame(&self) -> Result<Vec<u8>, CoreError> {
        guard(|| Ok(lock(&self.animation).next().unwrap_or_default()))
    }

    /// How many different frames carry the payload.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn frames_needed(&self) -> Result<u32, CoreError> {
        Ok(self.needed)
    }
}

#[uniffi::export]
impl FrameTake {
    /// Waits for any payload.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    #[uniffi::constructor]
    pub fn new() -> Result<Self, CoreError> {
        Ok(Self { collector: Mutex::new(Collector::new()) })
    }

    /// Takes the bytes that a camera read. Frames may come in any order, again, or never.
    ///
    /// # Errors
    /// Why the frame was left out. What was collected stays, unless all came and it is not what was announced.
    pub fn push(&self, frame: Vec<u8>) -> Result<FrameProgress, CoreError> {
        guard(|| {
            let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
            let (have, need, payload) = match lock(&self.collector).push(&frame)? {
                Progress::Partial { have, need } => (count(have), count(need), None),
                Progress::Complete(payload) => (1, 1, Some(payload)),
            };
            let text = Say::FramesHave { have: have.into(), need: need.into() }.wording();
            Ok(FrameProgress { have, need, text, payload })
        })
    }
}

/// A QR code of these bytes as a PNG picture; each module is `scale` pixels wide.
///
/// # Errors
/// When they do not fit into one code.
#[uniffi::export]
pub fn qr_png(bytes: Vec<u8>, scale: u32) -> Result<Vec<u8>, CoreError> {
    guard(|| Ok(qr::png(&bytes, scale.clamp(1, 64))?))
}

/// A QR code of a text, such as a join code, as a PNG picture; each module is `scale` pixels wide.
///
/// # Errors
/// When it does not fit into one code.
#[uniffi::export]
pub fn qr_text_png(text: String, scale: u32) -> Result<Vec<u8>, CoreError> {
    guard(|| Ok(qr::text_png(&text, scale.clamp(1, 64))?))
}
