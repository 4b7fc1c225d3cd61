//! Closing a checkpoint: a dialogue that both sides confirm. What is said stands in registers of the checkpoint; the words
//! and the order are in `docs/watch.md`.
//!
//! Invariant: an agreement is about one list of runners. Where the list is another now, or two people said different
//! things, there is none.

mod words;

use crate::{
    ids::{Bib, Key},
    members::Members,
    op::{Value, Write, field},
    registers::Registers,
};
pub use words::{AnswerError, answer_from, phonetic, script};

/// How many characters a code has.
pub const CODE_CHARS: usize = 6;

/// No letter that is read or heard as another: no I, no O, no 0, no 1.
const CODE_ALPHABET: &[u8; 32] = b"23456789ABCDEFGHJKLMNPQRSTUVWXYZ";

/// The most bibs that one question may name; with more on the way it is too early to close.
pub const EXPECTED_MAX: usize = 150;

/// What was said about closing a checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Closing {
    /// Which closing this is: 0, and one more whenever the checkpoint was opened again.
    pub round: i64,
    /// Why it was opened again.
    pub reopened: Option<String>,
    /// The runners whom headquarters asked about.
    pub asked: Option<Vec<Bib>>,
    /// The station's answers to that: several if captains contradict each other.
    pub answers: Vec<Answer>,
    /// The last runner who came through.
    pub last: Option<Bib>,
    /// Whether the sweepers passed.
    pub is_swept: bool,
    /// The code of the runners whom headquarters expected there when it let the station go.
    pub released: Option<String>,
    /// Whether different words contend in any of it.
    pub is_contested: bool,
    /// The code of the question.
    pub code: Option<String>,
}

/// What a station answers.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The code of the question.
    pub code: String,
    /// Who came through unrecorded.
    pub came: Vec<Bib>,
    /// Who is still out too, says the station.
    pub out: Vec<Bib>,
    /// Who dropped here.
    pub dropped: Vec<Bib>,
}

/// How far the closing of a checkpoint has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nobody asked yet.
    Open,
    /// Headquarters asked, and the station has not answered.
    Asked,
    /// People said different things.
    Contested,
    /// The list is another than the one that was agreed on.
    Stale,
    /// Both sides agree who is still to come; somebody is, or the last runner or the sweepers are not told yet.
    Agreed,
    /// Nobody is to come, the last runner is named, the sweepers passed: headquarters may let the station go.
    Ready,
    /// Headquarters let it go.
    Closed,
    /// Headquarters let it go, and what is known now says something else about who is still to come.
    ClosedStale,
}

impl Stage {
    /// The words for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Asked => "asked, no answer yet",
            Self::Contested => "contradicting words",
            Self::Stale => "agreement out of date",
            Self::Agreed => "agreed",
            Self::Ready => "ready to close",
            Self::Closed => "closed",
            Self::ClosedStale => "closed, but the list changed since",
        }
    }
}

/// The code of a list of runners: six characters that differ when the list, the checkpoint or the round does.
#[must_use]
pub fn code(checkpoint: &Key, round: i64, bibs: &[Bib]) -> String {
    let mut sorted: Vec<&str> = bibs.iter().map(Bib::as_str).collect();
    sorted.sort_unstable();
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 close-out code v0");
    hasher.update(checkpoint.as_str().as_bytes()).update(&[0]).update(&round.to_le_bytes());
    for bib in sorted {
        // No bib holds a control character.
        hasher.update(bib.as_bytes()).update(&[0]);
    }
    let letter = |byte: &u8| char::from(CODE_ALPHABET[usize::from(byte % 32)]);
    hasher.finalize().as_bytes().iter().take(CODE_CHARS).map(letter).collect()
}

/// Whether these are all words that a station may say of itself.
#[must_use]
pub fn is_of_station(writes: &[Write]) -> bool {
    let own = [field::CLOSE_ANSWER, field::CLOSE_LAST, field::CLOSE_SWEPT, field::CLOSE_REOPEN];
    !writes.is_empty() && writes.iter().all(|write| own.contains(&write.field))
}

impl Closing {
    /// What the registers of a checkpoint say. What does not read was not said.
    #[must_use]
    pub fn read(checkpoint: &Key, registers: &Registers, members: &Members) -> Self {
        let said = |field| -> Vec<Value> {
            let Some(register) = registers.get(field) else { return Vec::new() };
            // The one to show first, then the others.
            let shown = register.shown(members).map(|sibling| sibling.value);
            let mut values: Vec<Value> = shown.into_iter().collect();
            values.extend(register.siblings().into_iter().map(|sibling| sibling.value));
            values
        };
        let reopened = said(field::CLOSE_REOPEN).into_iter().filter_map(|value| opened(&value));
        let (round, reopened) = reopened.max_by_key(|(round, _)| *round).unwrap_or_default();
        let now = |field| -> Vec<Vec<Value>> {
            let mut found: Vec<Vec<Value>> = Vec::new();
            for value in said(field).iter().filter_map(|value| in_round(value, round)) {
                if !found.iter().any(|known| known == value) {
                    found.push(value.to_vec());
                }
            }
            found
        };
        let (asks, answers, lasts) =
            (now(field::CLOSE_ASK), now(field::CLOSE_ANSWER), now(field::CLOSE_LAST));
        let (swept, released) = (now(field::CLOSE_SWEPT), now(field::CLOSE_RELEASE));
        let asked = asks.first().and_then(|parts| bibs(parts.first()?));
        let code = asked.as_ref().map(|bibs| code(checkpoint, round, bibs));
        let answers: Vec<Answer> = answers.iter().filter_map(|parts| Answer::read(parts)).collect();
        let to_this = |answer: &Answer| Some(&answer.code) == code.as_ref();
        let answers: Vec<Answer> = answers.into_iter().filter(to_this).collect();
        Self {
            is_contested: asks.len() > 1
                || answers.len() > 1
                || lasts.len() > 1
                || swept.len() > 1
                || released.len() > 1,
            round,
            reopened,
            asked,
            answers,
            last: lasts.first().and_then(|parts| Bib::new(parts.first()?.as_text()?).ok()),
            is_swept: swept == [vec![Value::Bool(true)]],
            released: released.first().and_then(|parts| Some(parts.first()?.as_text()?.to_owned())),
            code,
        }
    }

    /// Whether headquarters let the station go, and nobody opened it again or says otherwise.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.released.is_some() && !self.is_contested
    }

    /// The runners of whom both sides agreed that they are still to come.
    #[must_use]
    pub fn agreed(&self) -> Option<Vec<Bib>> {
        let (Some(asked), [answer]) = (&self.asked, self.answers.as_slice()) else { return None };
        let is_settled = |bib: &&Bib| answer.came.contains(bib) || answer.dropped.contains(bib);
        let mut agreed: Vec<Bib> = asked.iter().filter(|bib| !is_settled(bib)).cloned().collect();
        agreed.extend(answer.out.iter().filter(|bib| !asked.contains(bib)).cloned());
        agreed.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
        agreed.dedup();
        Some(agreed)
    }

    /// How far it has come, if these runners are still to come as far as is known now.
    #[must_use]
    pub fn stage(&self, checkpoint: &Key, expected: &[Bib]) -> Stage {
        let same =
            |bibs: &[Bib]| code(checkpoint, self.round, bibs) == code(checkpoint, self.round, expected);
        match (&self.released, self.agreed()) {
            _ if self.is_contested => Stage::Contested,
            (Some(released), _) if *released == code(checkpoint, self.round, expected) => Stage::Closed,
            (Some(_), _) => Stage::ClosedStale,
            (None, Some(agreed)) if !same(&agreed) => Stage::Stale,
            (None, Some(_)) if expected.is_empty() && self.last.is_some() && self.is_swept => Stage::Ready,
            (None, Some(_)) => Stage::Agreed,
            (None, None) if self.asked.is_some() => Stage::Asked,
            (None, None) => Stage::Open,
        }
    }

    /// The question of headquarters.
    #[must_use]
    pub fn ask(&self, expected: &[Bib]) -> (u16, Value) {
        (field::CLOSE_ASK, Value::List(vec![self.round.into(), list(expected)]))
    }

    /// The station's answer.
    #[must_use]
    pub fn answer(&self, answer: &Answer) -> (u16, Value) {
        let parts = vec![
            self.round.into(),
            answer.code.as_str().into(),
            list(&answer.came),
            list(&answer.out),
            list(&answer.dropped),
        ];
        (field::CLOSE_ANSWER, Value::List(parts))
    }

    /// The station's word that this was the last runner through.
    #[must_use]
    pub fn last_through(&self, bib: &Bib) -> (u16, Value) {
        (field::CLOSE_LAST, Value::List(vec![self.round.into(), bib.as_str().into()]))
    }

    /// The station's word that the sweepers passed.
    #[must_use]
    pub fn swept(&self) -> (u16, Value) {
        (field::CLOSE_SWEPT, Value::List(vec![self.round.into(), Value::Bool(true)]))
    }

    /// Headquarters lets the station go.
    #[must_use]
    pub fn release(&self, checkpoint: &Key, expected: &[Bib]) -> (u16, Value) {
        let code = code(checkpoint, self.round, expected);
        (field::CLOSE_RELEASE, Value::List(vec![self.round.into(), code.as_str().into()]))
    }

    /// Either side opens it again: all that was said before is of an earlier round.
    #[must_use]
    pub fn reopen(&self, reason: &str) -> (u16, Value) {
        let round = self.round.saturating_add(1);
        (field::CLOSE_REOPEN, Value::List(vec![round.into(), reason.into()]))
    }
}

impl Answer {
    fn read(parts: &[Value]) -> Option<Self> {
        let [code, came, out, dropped] = parts else { return None };
        Some(Self {
            code: code.as_text()?.to_owned(),
            came: bibs(came)?,
            out: bibs(out)?,
            dropped: bibs(dropped)?,
        })
    }
}

fn opened(value: &Value) -> Option<(i64, Option<String>)> {
    let [round, reason] = value.as_list()? else { return None };
    // A round that nobody can count up to would keep the checkpoint from ever being opened again.
    let round = round.as_int().filter(|round| (1..=1_000_000).contains(round))?;
    Some((round, reason.as_text().map(str::to_owned)))
}

fn in_round(value: &Value, round: i64) -> Option<&[Value]> {
    let (first, rest) = value.as_list()?.split_first()?;
    (first.as_int() == Some(round)).then_some(rest)
}

fn list(bibs: &[Bib]) -> Value {
    let mut sorted: Vec<&Bib> = bibs.iter().collect();
    sorted.sort_by(|a, b| a.list_order().cmp(&b.list_order()));
    sorted.dedup();
    Value::List(sorted.into_iter().map(|bib| bib.as_str().into()).collect())
}

fn bibs(value: &Value) -> Option<Vec<Bib>> {
    value.as_list()?.iter().map(|bib| Bib::new(bib.as_text()?).ok()).collect()
}
