//! Closing a checkpoint over radio: the words to read, and the answer as somebody typed it.
//!
//! Invariant: what is read out by [`script`] and typed back word for word is understood as it was meant.

use thiserror::Error;

use super::{Answer, CODE_CHARS, Closing, Stage};
use crate::ids::{Bib, BibError, Key};

/// The spelling alphabet of radio traffic (ICAO).
const SPELLED: [(&str, char); 34] = [
    ("alfa", 'A'),
    ("bravo", 'B'),
    ("charlie", 'C'),
    ("delta", 'D'),
    ("echo", 'E'),
    ("foxtrot", 'F'),
    ("golf", 'G'),
    ("hotel", 'H'),
    ("india", 'I'),
    ("juliett", 'J'),
    ("kilo", 'K'),
    ("lima", 'L'),
    ("mike", 'M'),
    ("november", 'N'),
    ("oscar", 'O'),
    ("papa", 'P'),
    ("quebec", 'Q'),
    ("romeo", 'R'),
    ("sierra", 'S'),
    ("tango", 'T'),
    ("uniform", 'U'),
    ("victor", 'V'),
    ("whiskey", 'W'),
    ("xray", 'X'),
    ("yankee", 'Y'),
    ("zulu", 'Z'),
    ("two", '2'),
    ("three", '3'),
    ("four", '4'),
    ("five", '5'),
    ("six", '6'),
    ("seven", '7'),
    ("eight", '8'),
    ("nine", '9'),
];

/// Other ways in which people write them.
const ALSO: [(&str, char); 7] = [
    ("alpha", 'A'),
    ("juliet", 'J'),
    ("whisky", 'W'),
    ("x-ray", 'X'),
    ("niner", '9'),
    ("fower", '4'),
    ("fife", '5'),
];

/// Why an answer cannot be understood.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum AnswerError {
    /// No code in it.
    #[error("\"{0}\" holds no code; begin with the {CODE_CHARS} characters that headquarters read out")]
    NoCode(String),
    /// A word that is neither a bib nor one of ours.
    #[error("\"{0}\" stands where nothing was announced; say came, out or dropped before bibs")]
    Stray(String),
    /// A bib that is none.
    #[error(transparent)]
    Bib(#[from] BibError),
    /// The same bib twice, for two things.
    #[error("bib {0} is said to be two things at once; say one")]
    Twice(Bib),
}

/// A code letter by letter, as it is read out.
#[must_use]
pub fn phonetic(code: &str) -> String {
    let word = |letter: char| {
        let known = SPELLED.iter().find(|(_, spelled)| *spelled == letter.to_ascii_uppercase());
        known.map_or_else(|| letter.to_string(), |(word, _)| (*word).to_owned())
    };
    code.chars().map(word).collect::<Vec<_>>().join(" ")
}

/// The answer that somebody typed: the code, spelled or written, then `came`, `out`, `dropped` with bibs after each.
/// Case, commas and `#` do not matter.
///
/// # Errors
/// When the code is missing, or a word makes no sense where it stands.
pub fn answer_from(text: &str) -> Result<Answer, AnswerError> {
    let mut answer = Answer::default();
    let mut to: Option<&'static str> = None;
    for word in text.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':')) {
        let word = word.trim_matches(|c: char| matches!(c, '#' | '.' | '!' | '"'));
        let lower = word.to_lowercase();
        match lower.as_str() {
            "" | "code" | "and" | "i" | "agree" | "agreed" | "runner" | "runners" => {}
            "came" | "through" | "passed" => to = Some("came"),
            "out" | "waiting" => to = Some("out"),
            "dropped" | "drop" | "dnf" => to = Some("dropped"),
            // "still" goes with "out", "also" with whatever follows.
            "still" | "also" => {}
            _ => match to {
                None => {
                    answer.code.push_str(&spelled(&lower).ok_or_else(|| AnswerError::Stray(word.into()))?)
                }
                Some("came") => answer.came.push(Bib::new(word)?),
                Some("out") => answer.out.push(Bib::new(word)?),
                Some(_) => answer.dropped.push(Bib::new(word)?),
            },
        }
    }
    if answer.code.chars().count() != CODE_CHARS {
        return Err(AnswerError::NoCode(text.to_owned()));
    }
    let mut all: Vec<&Bib> = answer.came.iter().chain(&answer.out).chain(&answer.dropped).collect();
    all.sort();
    match all.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(AnswerError::Twice(pair[0].clone())),
        None => Ok(answer),
    }
}

/// A part of a code: a spelled letter, or letters as they are.
fn spelled(word: &str) -> Option<String> {
    if let Some((_, letter)) = SPELLED.iter().chain(&ALSO).find(|(known, _)| *known == word) {
        return Some(letter.to_string());
    }
    let is_code = word.len() <= CODE_CHARS && word.chars().all(|c| c.is_ascii_alphanumeric());
    is_code.then(|| word.to_uppercase())
}

/// The words for the next step, line by line: who says what.
#[must_use]
pub fn script(checkpoint: &Key, name: &str, closing: &Closing, expected: &[Bib]) -> Vec<String> {
    let code = super::code(checkpoint, closing.round, expected);
    let spelled = phonetic(&code);
    let hq = |text: String| format!("HEADQUARTERS  {name}, this is headquarters. {text}");
    let station = |text: String| format!("STATION       Headquarters, this is {name}. {text}");
    match closing.stage(checkpoint, expected) {
        Stage::Open | Stage::Asked | Stage::Contested | Stage::Stale => vec![
            hq(format!("{} Code {spelled}. Please confirm.", still_out(expected))),
            station(format!("Code {spelled}. I agree.")),
            "   or, where something is different, after the code:".to_owned(),
            station(format!(
                "Code {spelled}. Came <bibs that came through unrecorded>. Dropped <bibs that stopped here>. Out <bibs \
                 that I am waiting for too>."
            )),
            hq(format!("I have written it down. Code {spelled}. Stay open until I say so.")),
        ],
        Stage::Agreed => vec![
            hq(format!(
                "{} Who was the last runner through, and have the sweepers passed?",
                still_out(expected)
            )),
            station("The last runner through was <bib>. The sweepers have passed.".to_owned()),
            hq(format!("I have written it down. Code {spelled}. Stay open until I say so.")),
        ],
        Stage::Ready => vec![
            hq(format!("Nobody is left to reach you. Code {spelled}. You may close.")),
            station(format!("Code {spelled}. We are closed.")),
        ],
        Stage::Closed => vec![hq("You are closed. Thank you.".to_owned())],
        Stage::ClosedStale => vec![
            hq(format!("We know more now. {} Please open again and look.", still_out(expected))),
            station("We are open again.".to_owned()),
        ],
    }
}

fn still_out(expected: &[Bib]) -> String {
    let bibs: Vec<String> = expected.iter().map(|bib| format!("{bib} ({})", digits(bib))).collect();
    match bibs.as_slice() {
        [] => "I have nobody left to reach you.".to_owned(),
        [one] => format!("I have one runner left to reach you: {one}."),
        many => format!("I have {} runners left to reach you: {}.", many.len(), many.join(", ")),
    }
}

/// A bib figure by figure.
fn digits(bib: &Bib) -> String {
    let word = |c: char| match c {
        '0' => "zero".to_owned(),
        '1' => "one".to_owned(),
        other => phonetic(&other.to_string()),
    };
    bib.as_str().chars().map(word).collect::<Vec<_>>().join(" ")
}
