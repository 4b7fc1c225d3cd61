//! How one bib becomes another: what eyes misread and fingers mistype.
//!
//! Invariant: a slip is judged from the two texts alone. Bibs are texts in any script; rules that speak of digits hold
//! for every character.

/// How a recorded bib came from the true one, the likeliest first. The order is the one that the users of the reference
/// tool worked out (`docs/review.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Slip {
    /// Leading zeros, or capital letters.
    Spelling,
    /// `*` stands where a character could not be read.
    Unread,
    /// One character is missing, or one too many.
    Length,
    /// Two neighbouring characters changed places.
    Transposed,
    /// One digit is its neighbour on the keypad.
    NextKey,
    /// One character is another.
    Misread,
}

impl Slip {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Spelling => "the same but for leading zeros or capital letters",
            Self::Unread => "fits what could be read",
            Self::Length => "one digit missing or too many",
            Self::Transposed => "two digits changed places",
            Self::NextKey => "one digit is its neighbour on the keypad",
            Self::Misread => "one digit is another",
        }
    }

    /// How far-fetched it is, in hundredths.
    pub(super) fn cost(self) -> i64 {
        match self {
            Self::Spelling => 0,
            Self::Unread => 10,
            Self::Length | Self::Transposed => 60,
            Self::NextKey => 70,
            Self::Misread => 100,
        }
    }

    /// How `recorded` may have come from `meant`; nothing if it takes more than one slip.
    #[must_use]
    pub fn between(recorded: &str, meant: &str) -> Option<Self> {
        if recorded == meant || recorded.is_empty() {
            return None;
        }
        let (wrong, right): (Vec<char>, Vec<char>) = (recorded.chars().collect(), meant.chars().collect());
        if wrong.contains(&'*') {
            return fills(&wrong, &right).then_some(Self::Unread);
        }
        if plain(recorded) == plain(meant) {
            return Some(Self::Spelling);
        }
        let same_start = wrong.iter().zip(&right).take_while(|(a, b)| a == b).count();
        let ends = wrong[same_start..].iter().rev().zip(right[same_start..].iter().rev());
        let same_end = ends.take_while(|(a, b)| a == b).count();
        let (wrong, right) =
            (&wrong[same_start..wrong.len() - same_end], &right[same_start..right.len() - same_end]);
        match (wrong, right) {
            ([], [_]) | ([_], []) => Some(Self::Length),
            ([a, b], [c, d]) if a == d && b == c => Some(Self::Transposed),
            ([a], [b]) if are_neighbours(*a, *b) => Some(Self::NextKey),
            ([_], [_]) => Some(Self::Misread),
            _ => None,
        }
    }
}

/// Each `*` stands for one character.
fn fills(wrong: &[char], right: &[char]) -> bool {
    wrong.len() == right.len() && wrong.iter().zip(right).all(|(a, b)| *a == '*' || a == b)
}

fn plain(bib: &str) -> String {
    let text = bib.to_lowercase();
    let trimmed = text.trim_start_matches('0');
    if trimmed.is_empty() { text } else { trimmed.to_owned() }
}

/// On a keypad of three columns: side by side, or one above the other. The 0 stands below the 8.
fn are_neighbours(a: char, b: char) -> bool {
    let place = |c: char| match c.to_digit(10)? {
        0 => Some((3, 1)),
        digit => Some(((digit - 1) / 3, (digit - 1) % 3)),
    };
    match (place(a), place(b)) {
        (Some(a), Some(b)) => a.0.abs_diff(b.0) + a.1.abs_diff(b.1) == 1,
        _ => false,
    }
}

/// Shows `take` every text from which `recorded` comes by one slip, with characters of `alphabet`; some more than once.
/// Where nothing was recorded, or with more than two unread characters, nothing: they fit too much.
pub(super) fn variants(recorded: &str, alphabet: &[char], take: &mut impl FnMut(&str)) {
    let text: Vec<char> = recorded.chars().collect();
    let stars: Vec<usize> = (0..text.len()).filter(|n| text[*n] == '*').collect();
    let mut shown = String::new();
    let mut show = |parts: [&[char]; 3]| {
        shown.clear();
        shown.extend(parts.into_iter().flatten());
        if !shown.is_empty() && shown != recorded {
            take(&shown);
        }
    };
    match stars.as_slice() {
        [] if !text.is_empty() => {
            edits(&text, alphabet, &mut show);
            spellings(recorded).iter().for_each(|other| {
                show([&other.chars().collect::<Vec<char>>(), &[], &[]]);
            });
        }
        [one] => replace(&text, *one, alphabet, &mut show),
        [one, two] => {
            for c in alphabet {
                let mut filled = text.clone();
                filled[*one] = *c;
                replace(&filled, *two, alphabet, &mut show);
            }
        }
        _ => {}
    }
}

fn replace(text: &[char], at: usize, alphabet: &[char], show: &mut impl FnMut([&[char]; 3])) {
    alphabet.iter().for_each(|c| show([&text[..at], &[*c], &text[at + 1..]]));
}

fn edits(text: &[char], alphabet: &[char], show: &mut impl FnMut([&[char]; 3])) {
    for at in 0..=text.len() {
        alphabet.iter().for_each(|c| show([&text[..at], &[*c], &text[at..]]));
    }
    for at in 0..text.len() {
        replace(text, at, alphabet, show);
        show([&text[..at], &[], &text[at + 1..]]);
        if at + 1 < text.len() {
            show([&text[..at], &[text[at + 1], text[at]], &text[at + 2..]]);
        }
    }
}

/// With other leading zeros, or other capitals.
fn spellings(recorded: &str) -> [String; 6] {
    let trimmed = recorded.trim_start_matches('0');
    let zeros = |count| format!("{}{trimmed}", "0".repeat(count));
    [zeros(0), zeros(1), zeros(2), zeros(3), recorded.to_uppercase(), recorded.to_lowercase()]
}

/// The pairs of bibs that `recorded` may be when two were typed without a break; a stray character between them is
/// passed over.
pub(super) fn glued(recorded: &str) -> Vec<(&str, &str)> {
    let cuts: Vec<usize> = recorded.char_indices().map(|(at, _)| at).skip(1).collect();
    let at_once = cuts.iter().map(|cut| recorded.split_at(*cut));
    let with_stray = cuts.windows(2).map(|pair| (&recorded[..pair[0]], &recorded[pair[1]..]));
    at_once.chain(with_stray).collect()
}

#[cfg(test)]
mod tests {
    use super::{Slip, glued, variants};

    fn check(recorded: &str, meant: &str, expected: Option<Slip>) {
        assert_eq!(Slip::between(recorded, meant), expected, "{recorded} for {meant}");
        let alphabet: Vec<char> = "0123456789W가".chars().collect();
        let mut is_listed = false;
        variants(recorded, &alphabet, &mut |text| is_listed |= text == meant);
        assert_eq!(is_listed, expected.is_some(), "{recorded} for {meant}: variants");
    }

    #[test]
    fn slips() {
        check("2*", "27", Some(Slip::Unread));
        check("*1*", "117", Some(Slip::Unread));
        check("2*", "271", None);
        check("007", "7", Some(Slip::Spelling));
        check("7", "007", Some(Slip::Spelling));
        check("w1", "W1", Some(Slip::Spelling));
        check("11", "117", Some(Slip::Length));
        check("1177", "117", Some(Slip::Length));
        check("1", "W1", Some(Slip::Length));
        check("171", "117", Some(Slip::Transposed));
        check("35", "38", Some(Slip::NextKey));
        check("80", "88", Some(Slip::NextKey));
        check("154", "114", Some(Slip::Misread));
        check("89", "19", Some(Slip::Misread));
        check("나1", "가1", Some(Slip::Misread));
        check("117", "117", None);
        check("", "1", None);
        check("117", "991", None);
    }

    #[test]
    fn glued_bibs() {
        assert!(glued("1261104").contains(&("126", "104")));
        assert!(glued("12634").contains(&("126", "34")));
        assert!(glued("7").is_empty());
    }
}
