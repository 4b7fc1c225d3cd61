//! Bibs in the codes of other systems: bare numbers, numbers after a word, and addresses that end in one.
//!
//! Invariant: what is taken for a bib stands in the code as it is; of several numbers none is chosen, unless the code
//! itself says which is the bib.

use crate::ids::Bib;

/// Words before a bib, in small letters, longer ones before those that they begin with.
const WORDS: [&str; 9] =
    ["bib_number", "bib-number", "bibnumber", "bib", "number", "no", "nr", "startnummer", "dossard"];

/// Names of the part of an address that holds the bib, in small letters.
const NAMES: [&str; 9] =
    ["bib", "bibnumber", "bib_number", "b", "number", "no", "nr", "startnummer", "dossard"];

/// The bib that a code names; nothing if it names none, or may mean several.
pub(super) fn bib(text: &str) -> Option<Bib> {
    if let Some((scheme, rest)) = text.split_once("://") {
        let is_web = ["http", "https"].iter().any(|web| scheme.eq_ignore_ascii_case(web));
        return if is_web { in_address(rest) } else { None };
    }
    // Code 39 stands between two stars.
    let bare = text.strip_prefix('*').and_then(|rest| rest.strip_suffix('*')).unwrap_or(text);
    after_word(bare).or_else(|| plain(bare))
}

/// `117`, `A-117`, `F0117`, `가나-117`: as it stands, if it looks like a bib at all.
fn plain(text: &str) -> Option<Bib> {
    let holds_digit = text.chars().any(char::is_numeric);
    let is_odd = |c: char| !(c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | '*'));
    if !holds_digit || text.chars().any(is_odd) {
        return None;
    }
    known(text)
}

/// `bib:117`, `BIB 117`, `#117`, `No. 117`.
fn after_word(text: &str) -> Option<Bib> {
    let between = |c: char| c.is_whitespace() || matches!(c, ':' | '=' | '-' | '#' | '.' | '_' | '/');
    let small = text.to_ascii_lowercase();
    let word = WORDS.iter().find(|word| small.starts_with(**word)).map_or(0, |word| word.len());
    let rest = text.get(word..)?;
    // A word alone is a part of another: `bibtrail`, `north`.
    let is_apart = if word == 0 {
        rest.starts_with('#')
    } else {
        rest.starts_with(|c: char| c.is_ascii_digit() || between(c))
    };
    is_apart.then(|| plain(rest.trim_start_matches(between))).flatten()
}

/// `…?bib=117`, `…/117`.
fn in_address(rest: &str) -> Option<Bib> {
    let rest = rest.split_once('#').map_or(rest, |(before, _)| before);
    let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
    let said = query.split('&').filter_map(|pair| pair.split_once('='));
    let mut said = said.filter(|(name, _)| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)));
    match (said.next(), said.next()) {
        (Some((_, value)), None) => return plain(value),
        (Some(_), Some(_)) => return None,
        (None, _) => {}
    }
    // The last part of the path, never the host; a number, for a word there names a page.
    let (_, last) = path
        .trim_end_matches('/')
        .split_once('/')
        .map(|(host, path)| (host, path.rsplit('/').next().unwrap_or_default()))?;
    last.chars().all(|c| c.is_ascii_digit()).then(|| plain(last)).flatten()
}

fn known(text: &str) -> Option<Bib> {
    Bib::new(text).ok().filter(|bib| !bib.is_empty() && !bib.as_str().chars().all(|c| c == '*'))
}
