//! What people say of runners, as it stands in a register.
//!
//! Invariant: a status that does not read is none; it never stands for another.

use minicbor::{Decode, Encode};

use super::Value;
use crate::ids::Key;

/// What a person said of a runner.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Status {
    /// What.
    #[n(0)]
    pub code: StatusCode,
    /// Where, for those who stopped.
    #[n(1)]
    pub checkpoint: Option<Key>,
}

/// The statuses of the field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum StatusCode {
    /// Nothing special: an earlier status is taken back.
    #[n(0)]
    Ok,
    /// Did not start.
    #[n(1)]
    Dns,
    /// Did not finish.
    #[n(2)]
    Dnf,
    /// Disqualified.
    #[n(3)]
    Dsq,
    /// Over the time limit.
    #[n(4)]
    Otl,
}

impl StatusCode {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Ok, Self::Dns, Self::Dnf, Self::Dsq, Self::Otl];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Dns => "dns",
            Self::Dnf => "dnf",
            Self::Dsq => "dsq",
            Self::Otl => "otl",
        }
    }

    /// The status of that word.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|code| code.as_str().eq_ignore_ascii_case(text))
    }
}

impl Status {
    /// As a register's value.
    #[must_use]
    pub fn value(&self) -> Value {
        let checkpoint = self.checkpoint.as_ref().map_or(Value::Null, |key| key.as_str().into());
        Value::List(vec![self.code.as_str().into(), checkpoint])
    }

    /// The status in a register, if it makes sense.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let parts = value.as_list()?;
        let code = StatusCode::parse(parts.first()?.as_text()?)?;
        let checkpoint = parts.get(1).and_then(Value::as_text).and_then(|text| Key::new(text).ok());
        Some(Self { code, checkpoint })
    }
}
