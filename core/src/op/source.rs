//! Records that others made (paper, radio, another timing system), and that became scans of this race.
//!
//! Invariant: one record of one source has one name wherever it is read, so reading it twice is one observation.

use minicbor::{Decode, Encode};
use thiserror::Error;

/// The longest name of a source, in bytes.
const NAME_MAX_BYTES: usize = 60;

/// The record that a scan was copied from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(map)]
pub struct Source {
    /// Who or what recorded it: `paper sheet 2`, `ost-remote-3f2a`. 1 to 60 bytes.
    #[n(0)]
    pub name: String,
    /// The record in that source.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub item: [u8; 8],
    /// How exactly it tells the time, in milliseconds either way: 0 to a day.
    #[n(2)]
    pub within_ms: u32,
}

/// Why a source cannot be named so.
#[derive(Debug, Error)]
#[error("a source's name has 1 to 60 bytes and no control characters. Give it a shorter one")]
pub struct SourceError;

impl Source {
    /// The longest that a source's time may be off either way, in milliseconds: a day.
    pub const WITHIN_MAX_MS: u32 = 86_400_000;

    /// A record of the source `name`, which `record` tells from all its others.
    ///
    /// # Errors
    /// When the name is empty, too long, or has control characters.
    pub fn new(name: &str, record: &str, within_ms: u32) -> Result<Self, SourceError> {
        let is_good = (1..=NAME_MAX_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
        if !is_good {
            return Err(SourceError);
        }
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 record of a source v0");
        hasher.update(&(name.len() as u64).to_le_bytes()).update(name.as_bytes()).update(record.as_bytes());
        let mut item = [0; 8];
        hasher.finalize_xof().fill(&mut item);
        Ok(Self { name: name.to_owned(), item, within_ms: within_ms.min(Self::WITHIN_MAX_MS) })
    }
}

#[cfg(test)]
mod tests {
    use super::Source;

    #[test]
    fn a_record_has_one_name() {
        let one = |name, record| Source::new(name, record, 0).unwrap().item;
        assert_eq!(one("paper", "117 9:01"), one("paper", "117 9:01"));
        assert_ne!(one("paper", "117 9:01"), one("paper", "117 9:02"));
        assert_ne!(one("paper1", "17"), one("paper", "117"));
        assert!(Source::new("", "x", 0).is_err() && Source::new(&"n".repeat(61), "x", 0).is_err());
        assert!(Source::new("a\nb", "x", 0).is_err());
        assert_eq!(Source::new("a", "x", u32::MAX).unwrap().within_ms, Source::WITHIN_MAX_MS);
    }
}
