//! What people say of runners' safety, as it stands in a register.
//!
//! Invariant: a word that does not read makes nobody safe.

use super::Value;
use crate::ids::Key;

/// A person's word that a runner is safe, or that it is not known any more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Safety {
    /// Whether they are.
    pub is_safe: bool,
    /// Where they are: a checkpoint's key, or other words.
    pub place: String,
    /// When it was said: milliseconds since 1970-01-01 UTC, by the clock of who said it.
    pub said_ms: i64,
}

impl Safety {
    /// The longest text for a place, in characters.
    pub const PLACE_MAX_CHARS: usize = 120;

    /// As a register's value.
    #[must_use]
    pub fn value(&self) -> Value {
        Value::List(vec![Value::Bool(self.is_safe), self.place.as_str().into(), self.said_ms.into()])
    }

    /// The word in a register, if it makes sense.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let [Value::Bool(is_safe), Value::Text(place), Value::Int(said_ms)] = value.as_list()? else {
            return None;
        };
        let is_good = place.chars().count() <= Self::PLACE_MAX_CHARS;
        is_good.then(|| Self { is_safe: *is_safe, place: place.clone(), said_ms: *said_ms })
    }

    /// The checkpoint that the place means, if it is one.
    #[must_use]
    pub fn checkpoint(&self) -> Option<Key> {
        Key::new(&self.place).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::{Safety, Value};

    #[test]
    fn a_word_that_does_not_read_is_none() {
        let word = Safety { is_safe: true, place: "k1".to_owned(), said_ms: 7 };
        assert_eq!(Safety::read(&word.value()), Some(word.clone()));
        assert_eq!(word.checkpoint().unwrap().as_str(), "k1");
        for wrong in [
            Value::Null,
            Value::Bool(true),
            Value::List(vec![]),
            Value::List(vec![1.into(), "k1".into(), 7.into()]),
            Value::List(vec![Value::Bool(true), "k1".into()]),
            Value::List(vec![Value::Bool(true), "x".repeat(121).as_str().into(), 7.into()]),
        ] {
            assert_eq!(Safety::read(&wrong), None, "{wrong}");
        }
    }
}
