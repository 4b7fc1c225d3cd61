//! What to do about a TOML error, in a director's words.
//!
//! Invariant: a hint only follows the parser's own message; a message it does not know gets none.

/// A line to put under the parser's message, or nothing.
pub(super) fn of(message: &str) -> String {
    let mut quoted = message.split('`').skip(1).step_by(2);
    if message.starts_with("unknown ") {
        let given = quoted.next().unwrap_or_default();
        return match nearest(given, quoted) {
            Some(near) => format!("\nDid you mean `{near}`?"),
            None => String::new(),
        };
    }
    if message.starts_with("missing field ") {
        return "\nAdd it; docs/race-file.md has an example".to_owned();
    }
    if message.starts_with("invalid type: ") && message.ends_with(" a string") {
        return "\nWrite texts and times in quotes".to_owned();
    }
    if message.starts_with("invalid type: string") {
        return "\nWrite numbers without quotes".to_owned();
    }
    String::new()
}

/// The known text that takes the fewest changes to reach, if those are few.
fn nearest<'a>(given: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let few = given.chars().count().div_ceil(3);
    known.map(|text| (changes(given, text), text)).filter(|(n, _)| *n <= few).min().map(|(_, text)| text)
}

/// How many characters to insert, drop or replace to make one text the other.
fn changes(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (n, a) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = n + 1;
        for (m, b) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(a != *b);
            diagonal = row[m + 1];
            row[m + 1] = replaced.min(diagonal + 1).min(row[m] + 1);
        }
    }
    row[to.len()]
}
