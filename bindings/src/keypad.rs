//! The key pad: digits, delete, and the two big buttons, as a state that goes in and comes out.
//!
//! Invariant: what a big button records is what stood on the display, leading zeros included; no key is ever refused
//! silently, and no runner whom the camera read is forgotten for the next while the app runs.

use std::collections::VecDeque;

use bibtrail_core::ids::BIB_MAX_CHARS;

use crate::{
    CoreError,
    host::ClockReading,
    screen::{Haptic, Sound, Way},
};

/// What stands on the display, and who waits behind it. An app begins with `digits` empty, keeps what `press` gives back, and
/// shows `digits` and `waiting`.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct KeyPad {
    /// The bib as typed so far, or as the camera read it.
    pub digits: String,
    /// Whether the camera read it: typing begins anew, and it comes back after that.
    #[uniffi(default = false)]
    pub is_read: bool,
    /// How many more were read, and wait for their turn on the display.
    #[uniffi(default = 0)]
    pub waiting: u32,
    /// Whoever was read and has no button yet, in order.
    #[uniffi(default = [])]
    pub read: Vec<ReadBib>,
}

/// A bib that the camera read.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ReadBib {
    /// It.
    pub bib: String,
    /// When: what the clocks said then.
    pub at: Option<ClockReading>,
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
    /// or waits behind what stands there, and the volunteer says which way; the time stays that of the reading.
    Read {
        /// What was read, and when.
        bib: ReadBib,
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
    /// When, if that was before the key.
    pub at: Option<ClockReading>,
}

/// Presses a key.
///
/// # Errors
/// When the key is no character of a bib.
#[uniffi::export]
pub fn press(pad: KeyPad, key: PadKey) -> Result<PadStep, CoreError> {
    let mut hand = Hand::of(pad);
    Ok(match key {
        PadKey::Character { character } => type_in(hand, &character)?,
        PadKey::Delete => match hand.typed.pop() {
            Some(_) => step(hand, Sound::Delete),
            None => forget_first(hand),
        },
        PadKey::Clear if hand.typed.is_empty() => forget_first(hand),
        PadKey::Clear => {
            hand.typed.clear();
            step(hand, Sound::Delete)
        }
        PadKey::Record { way } => {
            let (bib, at) = hand.take();
            entry(hand, PadEntry { bib, way, at })
        }
        // What was typed or read stays: it is for the next button.
        PadKey::TimeOnly { way } => entry(hand, PadEntry { bib: String::new(), way, at: None }),
        PadKey::Read { bib: ReadBib { bib, at }, way: Some(way) } => entry(hand, PadEntry { bib, way, at }),
        PadKey::Read { bib, way: None } => {
            // Who stands there already, or waits, is not read twice.
            if hand.typed != bib.bib && hand.read.iter().all(|known| known.bib != bib.bib) {
                hand.read.push_back(bib);
            }
            step(hand, Sound::Key)
        }
    })
}

/// What is typed, and whoever was read: the first of them stands on the display while nothing is typed.
struct Hand {
    typed: String,
    read: VecDeque<ReadBib>,
}

impl Hand {
    fn of(pad: KeyPad) -> Self {
        let typed = if pad.is_read { String::new() } else { pad.digits };
        Self { typed, read: pad.read.into() }
    }

    /// Whom a big button means. With nothing on the display it still means something: somebody passed, now.
    fn take(&mut self) -> (String, Option<ClockReading>) {
        if self.typed.is_empty() {
            return self.read.pop_front().map_or_else(Default::default, |read| (read.bib, read.at));
        }
        let typed = std::mem::take(&mut self.typed);
        self.read.retain(|read| read.bib != typed);
        (typed, None)
    }

    fn shown(self) -> KeyPad {
        let first = self.read.front().filter(|_| self.typed.is_empty());
        let waiting = self.read.len() - usize::from(first.is_some());
        KeyPad {
            is_read: first.is_some(),
            waiting: u32::try_from(waiting).unwrap_or(u32::MAX),
            digits: first.map(|read| read.bib.clone()).unwrap_or(self.typed),
            read: self.read.into(),
        }
    }
}

/// Whoever was read and stands on the display was not meant.
fn forget_first(mut hand: Hand) -> PadStep {
    let sound = if hand.read.pop_front().is_some() { Sound::Delete } else { Sound::Silent };
    step(hand, sound)
}

fn type_in(mut hand: Hand, character: &str) -> Result<PadStep, CoreError> {
    let mut chars = character.chars();
    let (Some(one), None) = (chars.next(), chars.next()) else { return Err(no_key(character)) };
    if one.is_whitespace() || one.is_control() {
        return Err(no_key(character));
    }
    if hand.typed.chars().count() >= BIB_MAX_CHARS {
        return Ok(PadStep { haptic: Haptic::Long, ..step(hand, Sound::Warned) });
    }
    hand.typed.push(one);
    Ok(step(hand, Sound::Key))
}

fn no_key(character: &str) -> CoreError {
    CoreError::Invalid { what: "key".to_owned(), detail: format!("{character:?} is no character of a bib") }
}

fn step(hand: Hand, sound: Sound) -> PadStep {
    let haptic = if sound == Sound::Silent { Haptic::Still } else { Haptic::Tick };
    PadStep { pad: hand.shown(), record: None, sound, haptic }
}

/// The record itself says with its badge how it sounds and feels.
fn entry(hand: Hand, entry: PadEntry) -> PadStep {
    PadStep { record: Some(entry), ..step(hand, Sound::Silent) }
}
