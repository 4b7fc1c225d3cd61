//! A session that says it succeeded left both with all that either held when it began.
//!
//! Invariant: asked at the very moment when a side first says so.

use std::collections::BTreeSet;

use super::Broken;

pub(in crate::sim) fn success(
    observer: &str,
    wanted: &BTreeSet<u64>,
    held: [&BTreeSet<u64>; 2],
) -> Option<Broken> {
    let missing = held.iter().find_map(|held| wanted.difference(held).next());
    missing.and_then(|bib| {
        Broken::new("success", format!("{observer} says that both agree, but scan {bib} is not with both"))
    })
}
