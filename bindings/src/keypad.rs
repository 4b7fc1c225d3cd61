//! The key pad: digits, delete, and the two big buttons, as a state that goes in and comes out.
//!
//! Invariant: what is recorded is what stood on the display, leading zeros included; no key is ever refused silently.

use bibtrail_core::ids::BIB_MAX_CHARS;

use crate::{
    CoreError,
    screen::{Haptic, Sound, Way},
};

/// What stands on the display.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct KeyPad {
    /// The bib as typed so far.
    pub digits: String,
}

/// A key.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum PadKey {
    /// A digit or letter; `*` for a character nobody could read.
    Character {
        /// It.
        character: String,
    },
    /// Takes the last character back.
    Delete,
    /// Takes all back.
    Clear,
    /// One of the big buttons.
    Record {
        /// Which.
        way: Way,
    },
    /// The time now, the bib later.
    TimeOnly {
        /// Which way.
        way: Way,
    },
    /// The camera read a bib: it is recorded the one way that runners go here, else typed, and the volunteer says which. What
    /// is typed already stays, and a warning is heard.
    Read {
        /// It.
        bib: String,
        /// The record screen's `camera_way`.
        way: Option<Way>,
    },
}

/// What a key does.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PadStep {
    /// What stands on the display now.
    pub pad: KeyPad,
    /// What is to be recorded at once, if anything: the bib, empty when it comes later.
    pub record: Option<PadEntry>,
    /// What is heard.
    pub sound: Sound,
    /// What is felt.
    pub haptic: Haptic,
}

/// What the key pad wants recorded.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct PadEntry {
    /// The bib; empty when it comes later.
    pub bib: String,
    /// Which way.
    pub way: Way,
}

/// Presses a key.
///
/// # Errors
/// When the key is no character of a bib.
#[uniffi::export]
pub fn press(pad: KeyPad, key: PadKey) -> Result<PadStep, CoreError> {
    Ok(match key {
        PadKey::Character { character } => type_in(pad, &character)?,
        PadKey::Delete => {
            let mut digits = pad.digits;
            let sound = if digits.pop().is_some() { Sound::Delete } else { Sound::Silent };
            step(digits, sound)
        }
        PadKey::Clear if pad.digits.is_empty() => step(pad.digits, Sound::Silent),
        PadKey::Clear => step(String::new(), Sound::Delete),
        // With nothing typed the big button still means something: somebody passed, now.
        PadKey::Record { way } => entry(pad.digits, way),
        // What was typed stays: it is for the next button.
        PadKey::TimeOnly { way } => PadStep { pad, ..entry(String::new(), way) },
        PadKey::Read { bib, way: Some(way) } => PadStep { pad, ..entry(bib, way) },
        PadKey::Read { bib, way: None } if pad.digits.is_empty() || pad.digits == bib => {
            step(bib, Sound::Key)
        }
        // Whoever was typed or read before has no button yet: they are not to be forgotten for the next.
        PadKey::Read { .. } => PadStep { haptic: Haptic::Twice, ..step(pad.digits, Sound::Warned) },
    })
}

fn type_in(pad: KeyPad, character: &str) -> Result<PadStep, CoreError> {
    let mut chars = character.chars();
    let (Some(one), None) = (chars.next(), chars.next()) else { return Err(no_key(character)) };
    if one.is_whitespace() || one.is_control() {
        return Err(no_key(character));
    }
    if pad.digits.chars().count() >= BIB_MAX_CHARS {
        return Ok(PadStep { haptic: Haptic::Long, ..step(pad.digits, Sound::Warned) });
    }
    Ok(step(format!("{}{one}", pad.digits), Sound::Key))
}

fn no_key(character: &str) -> CoreError {
    CoreError::Invalid { what: "key".to_owned(), detail: format!("{character:?} is no character of a bib") }
}

fn step(digits: String, sound: Sound) -> PadStep {
    let haptic = if sound == Sound::Silent { Haptic::Still } else { Haptic::Tick };
    PadStep { pad: KeyPad { digits }, record: None, sound, haptic }
}

/// The record itself says with its badge how it sounds and feels.
fn entry(bib: String, way: Way) -> PadStep {
    PadStep {
        pad: KeyPad::default(),
        record: Some(PadEntry { bib, way }),
        sound: Sound::Silent,
        haptic: Haptic::Still,
    }
}
