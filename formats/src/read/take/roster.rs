//! What is odd about a bib, or about the name beside it.
//!
//! Invariant: what is odd is said, and changes nothing: who it was is for a person to decide.

use std::collections::{BTreeMap, BTreeSet};

use any_ascii::any_ascii;
use bibtrail_core::ids::Bib;

use super::Entered;
use crate::record::{Record, parameterized};

/// The entrants.
pub(super) struct Roster<'a> {
    entered: &'a BTreeMap<Bib, Entered>,
    /// Their bibs by what is left of them without leading zeros.
    bare: BTreeMap<&'a str, Vec<&'a str>>,
}

impl<'a> Roster<'a> {
    pub(super) fn new(entered: &'a BTreeMap<Bib, Entered>) -> Self {
        let mut bare: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for bib in entered.keys().map(Bib::as_str) {
            bare.entry(bib.trim_start_matches('0')).or_default().push(bib);
        }
        Self { entered, bare }
    }

    /// What is odd about a bib.
    pub(super) fn bib_remark(&self, bib: &Bib) -> Option<String> {
        if bib.is_empty() {
            return Some("no bib: its time is kept, add the bib with `bibtrail amend`".to_owned());
        }
        if bib.is_uncertain() {
            return Some("not all of the bib was read: complete it with `bibtrail amend`".to_owned());
        }
        if self.entered.contains_key(bib) {
            return None;
        }
        let same = self.bare.get(bib.as_str().trim_start_matches('0')).map(Vec::as_slice).unwrap_or_default();
        Some(match same {
            [] => "nobody entered under this bib".to_owned(),
            same => format!(
                "nobody entered under {bib}, but under {}: if they are one, correct it with `bibtrail amend`",
                same.join(", ")
            ),
        })
    }

    /// Whether the name beside a bib is another's: it has no word in common with the name of whoever wears it.
    pub(super) fn name_remark(&self, record: &Record) -> Option<String> {
        let given = record.name.as_deref().filter(|name| *name != UNKNOWN)?;
        let worn_by = &self.entered.get(&record.bib)?.name;
        let said = words(given);
        if said.is_empty() || worn_by.is_empty() || !said.is_disjoint(&words(worn_by)) {
            return None;
        }
        let is_it = |(_, entered): &(&Bib, &Entered)| words(&entered.name) == said;
        let others: Vec<&str> =
            self.entered.iter().filter(is_it).map(|(bib, _)| bib.as_str()).take(3).collect();
        let others = match others.as_slice() {
            [] => String::new(),
            others => format!(", and {given} has {}", others.join(", ")),
        };
        Some(format!(
            "{given:?} stands beside {}, which {worn_by} wears{others}: ask who it was, and correct it with `bibtrail amend`",
            record.bib
        ))
    }
}

/// What stands for a name that the sender does not know.
const UNKNOWN: &str = "unknown";

/// The words of a name, in small Latin letters: what two people write of one name.
fn words(name: &str) -> BTreeSet<String> {
    let plain = parameterized(name);
    plain.split('-').filter(|word| !word.is_empty()).map(|word| any_ascii(word).to_lowercase()).collect()
}
