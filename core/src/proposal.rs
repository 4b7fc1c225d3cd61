//! Proposals: what somebody said of a runner or a scan who may not settle it alone.
//!
//! Invariant: it stays in sight until what it says stands, its author says otherwise, or a person looked and called it
//! nothing. A volunteer's word that a runner stopped must reach somebody, though it clears nobody by itself.

use crate::{
    ids::{Bib, FindingId, Key, OpRef},
    op::{EntityValues, Safety, Status, StatusCode, Value, field, field_name},
    race::RaceSetup,
    time::span,
};

/// What one log said of one runner or scan, and what counts for nothing so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The last operation that says some of it.
    pub at: OpRef,
    /// What it says, and of what. What stands already is left out.
    pub says: EntityValues,
    /// What stands in those registers now.
    pub stands: Vec<Option<Value>>,
    /// Why, in the author's words.
    pub reason: Option<String>,
    /// What the author's phone is called.
    pub by: String,
    /// Whether somebody vouched for that phone.
    pub is_approved: bool,
    /// Whether a person looked, and called it nothing.
    pub is_dismissed: bool,
    /// The bib that it is about, as it counts now.
    pub bib: Bib,
    /// The name of the entrant whom it is about; empty where it is not about one.
    pub name: String,
    /// Where.
    pub checkpoint: Option<Key>,
    /// When the scan was that it is about: milliseconds since 1970-01-01 UTC.
    pub time_ms: Option<i64>,
}

impl Proposal {
    /// Whether it says what became of a runner, by a phone that somebody vouched for: that is looked at first.
    #[must_use]
    pub fn is_urgent(&self) -> bool {
        self.is_approved && self.says.1.iter().any(|(field, _)| is_about_runner(*field))
    }

    /// Whether nobody looked so far, and somebody can be found by its bib.
    #[must_use]
    pub fn is_open_about(&self, bib: &Bib) -> bool {
        !self.is_dismissed && !bib.is_empty() && self.bib == *bib
    }

    /// Who says so, and whether somebody vouched for them.
    #[must_use]
    pub fn author(&self) -> String {
        format!("{}{}", self.by, if self.is_approved { "" } else { " (not approved)" })
    }

    /// What it says, in words: `status dnf at Aid`, `35 s later`.
    #[must_use]
    pub fn words(&self, setup: &RaceSetup) -> String {
        let one = |(field, value): &(u16, Value)| self.word(setup, *field, value);
        self.says.1.iter().map(one).collect::<Vec<_>>().join(", ")
    }

    /// What stands instead, in words; nothing if nothing was said so far.
    #[must_use]
    pub fn standing(&self, setup: &RaceSetup) -> Option<String> {
        let fields = self.says.1.iter().map(|(field, _)| *field);
        // What a scan was recorded with is beside it anyway.
        let told = fields.zip(&self.stands).filter(|(field, _)| is_about_runner(*field));
        let words: Vec<String> =
            told.filter_map(|(field, value)| Some(self.word(setup, field, value.as_ref()?))).collect();
        (!words.is_empty()).then(|| words.join(", "))
    }

    fn word(&self, setup: &RaceSetup, field: u16, value: &Value) -> String {
        match field {
            field::TIME => self.time(value),
            field::STATUS => status(setup, value),
            field::SAFETY => safety(setup, value),
            field::VOID if *value == Value::Bool(true) => "it counts for nothing".to_owned(),
            field::VOID => "it counts after all".to_owned(),
            _ => format!("{} {value}", field_name(field)),
        }
    }

    fn time(&self, value: &Value) -> String {
        let Some((ms, was_ms)) = value.as_int().zip(self.time_ms) else { return format!("time {value}") };
        let side = if ms < was_ms { "earlier" } else { "later" };
        format!("{} {side}", span(ms.saturating_sub(was_ms).saturating_abs()))
    }
}

fn place<'a>(setup: &'a RaceSetup, text: &'a str) -> &'a str {
    setup.find_checkpoint(text).map_or(text, |checkpoint| &checkpoint.name)
}

fn status(setup: &RaceSetup, value: &Value) -> String {
    let Some(Status { code, checkpoint }) = Status::read(value) else { return format!("status {value}") };
    let at = checkpoint.map(|key| format!(" at {}", place(setup, key.as_str()))).unwrap_or_default();
    format!("status {}{at}", code.as_str())
}

fn safety(setup: &RaceSetup, value: &Value) -> String {
    let Some(word) = Safety::read(value) else { return format!("safety {value}") };
    let is_safe = if word.is_safe { "safe" } else { "not known to be safe" };
    format!("{is_safe}, {}", place(setup, &word.place))
}

/// Whether a register says what became of a runner: their status, or whether they are safe.
#[must_use]
pub fn is_about_runner(field: u16) -> bool {
    matches!(field, field::STATUS | field::SAFETY)
}

/// Whether a register that shows `shown` says so already.
#[must_use]
pub fn stands(field: u16, value: &Value, shown: Option<&Value>) -> bool {
    match (shown, field) {
        (Some(shown), _) => shown == value,
        (None, field::VOID) => *value == Value::Bool(false),
        // Of whom nothing was said, nothing special is known.
        (None, field::STATUS) => Status::read(value).is_some_and(|status| status.code == StatusCode::Ok),
        (None, _) => false,
    }
}

/// The name of the finding about a word: it stays the same whatever becomes of the runner's bib.
#[must_use]
pub fn finding_id(said: OpRef) -> FindingId {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 proposal v0");
    hasher.update(&said.log.0).update(&said.seq.to_le_bytes());
    let mut cut = [0; 8];
    hasher.finalize_xof().fill(&mut cut);
    FindingId(cut)
}
