//! What a code on a bib, a poster or a screen says to the camera of a checkpoint. The table is in `docs/phones.md`.
//!
//! Invariant: a code either names one bib, or is told apart by what it is; nothing is guessed from a code that is
//! damaged, and a code of another race never counts as a bare number of this one.

mod foreign;
mod seen;
#[cfg(test)]
mod tests;

use crate::{
    ids::{Bib, RaceId},
    invitation::{Invitation, InvitationError, SCHEME},
};
pub use seen::SeenFrames;

/// What our own bib codes begin with. The digit is the version.
pub const BIB_CODE: &str = "BT0/";

/// The longest text that is looked at, in bytes: longer than any join code.
pub const CODE_MAX_BYTES: usize = 2048;

/// What a code says.
#[derive(Clone, Debug, PartialEq)]
pub enum Code {
    /// A runner of this race, or of a race that the code does not tell.
    Bib(Bib),
    /// A runner of another race.
    OtherRace(Bib),
    /// An invitation: a join code.
    Join(Box<Invitation>),
    /// One frame of a moving code, from another phone's screen.
    Frame,
    /// One of ours, and a character of it is wrong.
    Damaged,
    /// One of ours, by a newer app.
    Newer,
    /// Nothing that names a bib.
    Unreadable,
}

/// Reads what a camera saw as text. `race`: the race of this phone.
#[must_use]
pub fn read(text: &str, race: RaceId) -> Code {
    let is_blank = |c: char| c.is_whitespace() || c == '\0';
    let text = text.trim_end_matches(is_blank).trim_start_matches(|c| is_blank(c) || c == '\u{feff}');
    if text.len() > CODE_MAX_BYTES {
        return Code::Unreadable;
    }
    if text.starts_with(SCHEME) {
        return match Invitation::read(text) {
            Ok(invitation) => Code::Join(Box::new(invitation)),
            Err(InvitationError::Future { .. }) => Code::Newer,
            Err(_) => Code::Damaged,
        };
    }
    if text.starts_with("BQ\u{1}") {
        return Code::Frame;
    }
    if let Some(rest) = text.strip_prefix(BIB_CODE) {
        return own(rest, race);
    }
    if is_newer(text) {
        return Code::Newer;
    }
    foreign::bib(text).map_or(Code::Unreadable, Code::Bib)
}

/// Reads what a camera saw as bytes: what is no text may be a frame of a moving code.
#[must_use]
pub fn read_bytes(bytes: &[u8], race: RaceId) -> Code {
    if bytes.starts_with(b"BQ\x01") {
        return Code::Frame;
    }
    std::str::from_utf8(bytes).map_or(Code::Unreadable, |text| read(text, race))
}

/// The text of the code for a bib of this race: `BT0/`, eight digits of the race, four of a check, the bib. With a bib
/// of digits and capitals it is a small QR code.
#[must_use]
pub fn bib_code(race: RaceId, bib: &Bib) -> String {
    let race = race_digits(race);
    format!("{BIB_CODE}{race}/{}/{bib}", check(&race, bib.as_str()))
}

/// `race/check/bib`.
fn own(rest: &str, race: RaceId) -> Code {
    let mut parts = rest.splitn(3, '/');
    let (Some(of), Some(said), Some(bib)) = (parts.next(), parts.next(), parts.next()) else {
        return Code::Damaged;
    };
    match Bib::new(bib) {
        Ok(bib) if !bib.is_empty() && said == check(of, bib.as_str()) => {
            if of == race_digits(race) {
                Code::Bib(bib)
            } else {
                Code::OtherRace(bib)
            }
        }
        _ => Code::Damaged,
    }
}

/// `BT`, another digit, `/`.
fn is_newer(text: &str) -> bool {
    let version = text.strip_prefix("BT").and_then(|rest| rest.split_once('/')).map(|(version, _)| version);
    version.is_some_and(|version| {
        (1..=2).contains(&version.len()) && version.bytes().all(|byte| byte.is_ascii_digit())
    })
}

fn race_digits(race: RaceId) -> String {
    race.0.as_bytes().iter().take(4).map(|byte| format!("{byte:02X}")).collect()
}

/// Two bytes of a hash: one code in 65,536 that was misread passes. QR codes correct most errors before.
fn check(race: &str, bib: &str) -> String {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 bib code v0");
    hasher.update(race.as_bytes()).update(b"/").update(bib.as_bytes());
    let hash = hasher.finalize();
    hash.as_bytes().iter().take(2).map(|byte| format!("{byte:02X}")).collect()
}
