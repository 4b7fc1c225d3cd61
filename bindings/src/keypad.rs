//! The key pad: digits, delete, and the two big buttons, as a state that goes in and comes out.
//!
//! Invariant: what a big button records is what stood on the display, leading zeros included; no key is ever refused
//! silently, and no runner whom the camera read is forgotten for the next.

use bibtrail_core::ids::BIB_MAX_CHARS;

use crate::{
    CoreError,
    screen::{Haptic, Sound, Way},
};

/// What stands on the display.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct KeyPad {
    /// The bib as typed or read so far.
    pub digits: String,
    /// Bibs that the camera read after it, and that wait for their turn on the display.
    #[uniffi(default)]
    pub next: Vec<String>,
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
    /// The camera read a bib: it is recorded the one way that runners go here. Where they go both it stands on the display,
    /// or waits behind what stands there, and the volunteer says which way.
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
            let mut pad = pad;
            let sound = if pad.digits.pop().is_some() { Sound::Delete } else { Sound::Silent };
            step(pad, sound)
        }
        PadKey::Clear if pad.digits.is_empty() => step(pad, Sound::Silent),
        PadKey::Clear => step(turned(pad), Sound::Delete),
        // With nothing typed the big button still means something: somebody passed, now.
        PadKey::Record { way } => entry(pad.digits.clone(), way, turned(pad)),
        // What was typed stays: it is for the next button.
        PadKey::TimeOnly { way } => entry(String::new(), way, pad),
        PadKey::Read { bib, way: Some(way) } => entry(bib, way, pad),
        PadKey::Read { bib, way: None } => step(read(pad, bib), Sound::Key),
    })
}

/// The display is free: whoever was read next comes onto it.
fn turned(pad: KeyPad) -> KeyPad {
    let mut next = pad.next.into_iter();
    KeyPad { digits: next.next().unwrap_or_default(), next: next.collect() }
}

/// Somebody was read. Who stands there already, or waits, is not read twice.
fn read(mut pad: KeyPad, bib: String) -> KeyPad {
    if pad.digits.is_empty() {
        pad.digits = bib;
    } else if pad.digits != bib && !pad.next.contains(&bib) {
        pad.next.push(bib);
    }
    pad
}

fn type_in(mut pad: KeyPad, character: &str) -> Result<PadStep, CoreError> {
    let mut chars = character.chars();
    let (Some(one), None) = (chars.next(), chars.next()) else { return Err(no_key(character)) };
    if one.is_whitespace() || one.is_control() {
        return Err(no_key(character));
    }
    if pad.digits.chars().count() >= BIB_MAX_CHARS {
        return Ok(PadStep { haptic: Haptic::Long, ..step(pad, Sound::Warned) });
    }
    pad.digits.push(one);
    Ok(step(pad, Sound::Key))
}

fn no_key(character: &str) -> CoreError {
    CoreError::Invalid { what: "key".to_owned(), detail: format!("{character:?} is no character of a bib") }
}

fn step(pad: KeyPad, sound: Sound) -> PadStep {
    let haptic = if sound == Sound::Silent { Haptic::Still } else { Haptic::Tick };
    PadStep { pad, record: None, sound, haptic }
}

/// The record itself says with its badge how it sounds and feels.
fn entry(bib: String, way: Way, pad: KeyPad) -> PadStep {
    PadStep { pad, record: Some(PadEntry { bib, way }), sound: Sound::Silent, haptic: Haptic::Still }
}
