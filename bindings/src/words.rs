//! All that is ever said to people, by key: an app shows a text of its own language for each.
//!
//! Invariant: what is said is said through [`Say`], so the table [`keys`] is complete; `bindings/words/keys.txt` is that
//! table (test `words`), and the texts of every language are checked against it.

mod table;

pub use table::{Say, keys};

/// A text by key, with what stands in it. The host puts it into the language of its user.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Wording {
    /// The key: one of `bindings/words/keys.txt`.
    pub key: String,
    /// What stands in it, in the order of the table.
    pub args: Vec<WordingArg>,
}

/// Something that stands in a text.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct WordingArg {
    /// Its name in the text.
    pub name: String,
    /// What it is.
    pub value: WordingValue,
}

/// What stands in a text.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum WordingValue {
    /// A name or a bib: shown as it is.
    Word {
        /// The word.
        word: String,
    },
    /// A whole number; it decides the plural.
    Number {
        /// The number.
        number: i64,
    },
    /// A moment: milliseconds since 1970-01-01 UTC.
    Time {
        /// The moment.
        time_ms: i64,
    },
    /// A span in milliseconds.
    Span {
        /// The span.
        span_ms: i64,
    },
    /// Another text that has no arguments of its own, by key.
    Key {
        /// The key.
        key: String,
    },
}

impl Wording {
    /// As one line, `key name=value name=value`: for logs and for tests that compare languages.
    #[must_use]
    pub fn line(&self) -> String {
        let args = self.args.iter().map(|arg| {
            let value = match &arg.value {
                WordingValue::Word { word } => word.clone(),
                WordingValue::Key { key } => key.clone(),
                WordingValue::Number { number: n }
                | WordingValue::Time { time_ms: n }
                | WordingValue::Span { span_ms: n } => n.to_string(),
            };
            format!(" {}={value}", arg.name)
        });
        std::iter::once(self.key.clone()).chain(args).collect()
    }
}
