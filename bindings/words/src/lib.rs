//! The apps' texts: one Fluent file per language, checked, and written as Android and Apple want them.
//!
//! Invariant: both platforms get the same texts under the same keys, with the same arguments in the same places.
//!
//! A message is either plain, or one choice by a number:
//!
//! ```fluent
//! record_held = { $devices ->
//!     [one] On { $devices } phone
//!    *[other] On { $devices } phones
//! }
//! ```
//!
//! The argument chosen by is a whole number, and so is what the core calls a number; every other argument is text. Keys
//! are `[a-z0-9_]`, because Android's are.

pub mod android;
pub mod apple;
pub mod check;
pub mod read;
#[cfg(test)]
mod tests;

use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
};

/// Every language: its tag (BCP 47), and the folder of Android's resources. English, the first, is the source.
pub const LANGUAGES: [(&str, &str); 7] = [
    ("en", "values"),
    ("ko", "values-ko"),
    ("de", "values-de"),
    ("fr", "values-fr"),
    ("es", "values-es"),
    ("zh-Hans", "values-b+zh+Hans"),
    ("ar", "values-ar"),
];

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Text as it stands.
    Text(String),
    /// The argument of this name.
    Argument(String),
}

/// A text with arguments.
pub type Pattern = Vec<Piece>;

/// What a message says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// Always the same.
    Plain(Pattern),
    /// By a number.
    Plural {
        /// The argument that holds the number.
        by: String,
        /// The texts, by CLDR's category: `zero`, `one`, `two`, `few`, `many`, `other`.
        variants: BTreeMap<String, Pattern>,
    },
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Its key.
    pub key: String,
    /// What translators are told of it; may be empty.
    pub comment: String,
    /// What it says.
    pub body: Body,
}

impl Message {
    /// All its texts.
    pub fn patterns(&self) -> Vec<&Pattern> {
        match &self.body {
            Body::Plain(pattern) => vec![pattern],
            Body::Plural { variants, .. } => variants.values().collect(),
        }
    }

    /// Its arguments in the order in which its fullest text first names them; the number comes first.
    pub fn arguments(&self) -> Vec<String> {
        let mut names: Vec<String> = match &self.body {
            Body::Plain(_) => Vec::new(),
            Body::Plural { by, .. } => vec![by.clone()],
        };
        for pattern in self.patterns() {
            for piece in pattern {
                if let Piece::Argument(name) = piece
                    && !names.contains(name)
                {
                    names.push(name.clone());
                }
            }
        }
        names
    }

    /// The argument that is a number, if one is.
    pub fn number(&self) -> Option<&str> {
        match &self.body {
            Body::Plain(_) => None,
            Body::Plural { by, .. } => Some(by),
        }
    }
}

/// The messages of one language, in the order of its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Language {
    /// Its tag.
    pub tag: String,
    /// Its messages.
    pub messages: Vec<Message>,
}

impl Language {
    /// The message with this key.
    pub fn message(&self, key: &str) -> Option<&Message> {
        self.messages.iter().find(|message| message.key == key)
    }

    /// All keys.
    pub fn keys(&self) -> BTreeSet<&str> {
        self.messages.iter().map(|message| message.key.as_str()).collect()
    }
}

/// All languages, English first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// The languages, in the order of [`LANGUAGES`].
    pub languages: Vec<Language>,
    /// The arguments of the keys that the core names (`keys.txt`), in the order in which it gives them.
    pub core: BTreeMap<String, Vec<Argument>>,
}

/// What the core gives a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// Its name.
    pub name: String,
    /// `number` for a whole number; every other kind reaches a text as text.
    pub kind: String,
}

impl Words {
    /// The arguments of a key in the order in which both platforms take them: the core's where it names the key, else
    /// that of the English text.
    pub fn arguments(&self, key: &str) -> Vec<String> {
        let english = || self.languages.first()?.message(key).map(Message::arguments);
        let core = || {
            let given = self.core.get(key)?.iter();
            Some(given.map(|argument| argument.name.clone()).collect())
        };
        core().or_else(english).unwrap_or_default()
    }

    /// Whether an argument of a message is a whole number: one that the message chooses by, or that the core calls so.
    fn is_number(&self, message: &Message, name: &str) -> bool {
        let given = self.core.get(&message.key).into_iter().flatten();
        message.number() == Some(name)
            || given.into_iter().any(|argument| argument.name == name && argument.kind == "number")
    }

    /// Where an argument stands among those of its key, from 1.
    fn place(&self, key: &str, argument: &str) -> usize {
        self.arguments(key).iter().position(|name| name == argument).map_or(0, |at| at + 1)
    }

    /// A text with its arguments written as the platform wants them: `text` and `number` say how, after `%n$`.
    fn formatted(&self, message: &Message, pattern: &Pattern, marks: Marks) -> String {
        let has_arguments = !self.arguments(&message.key).is_empty();
        let mut out = String::new();
        for piece in pattern {
            match piece {
                Piece::Text(text) if has_arguments => out.push_str(&text.replace('%', "%%")),
                Piece::Text(text) => out.push_str(text),
                Piece::Argument(name) if self.is_number(message, name) => {
                    out.push_str(&format!("%{}${}", self.place(&message.key, name), marks.number));
                }
                Piece::Argument(name) => {
                    let place = self.place(&message.key, name);
                    out.push_str(&format!("%{place}${}", marks.text));
                }
            }
        }
        out
    }
}

/// How a platform marks arguments.
#[derive(Clone, Copy, Debug)]
struct Marks {
    text: &'static str,
    number: &'static str,
}

/// Every file that the platforms read, by its path in the repository.
pub fn files(words: &Words) -> Vec<(PathBuf, String)> {
    let mut files = Vec::new();
    for (language, (_, folder)) in words.languages.iter().zip(LANGUAGES) {
        let path = Path::new("android/app/src/main/res").join(folder).join("strings.xml");
        files.push((path, android::strings(words, language)));
    }
    files.push((PathBuf::from("ios/App/Resources/Localizable.xcstrings"), apple::localizable(words)));
    files.push((PathBuf::from("ios/App/Resources/InfoPlist.xcstrings"), apple::info_plist(words)));
    files
}
