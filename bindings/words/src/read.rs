//! Fluent files, read into messages.
//!
//! Invariant: what the platforms cannot say the same way (terms, attributes, functions, choices inside a text) is
//! refused with its key, never dropped.

use std::{collections::BTreeMap, fs, path::Path};

use fluent_syntax::{
    ast::{Entry, Expression, InlineExpression, Pattern as Parsed, PatternElement, Variant, VariantKey},
    parser,
};

use crate::{Argument, Body, LANGUAGES, Language, Message, Pattern, Piece, Words};

/// Why texts cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file is not there or cannot be read.
    #[error("{path} cannot be read: {source}")]
    File {
        /// Which.
        path: String,
        /// Why.
        source: std::io::Error,
    },
    /// A file is not Fluent.
    #[error("{tag}.ftl: not Fluent near byte {at}: {why}")]
    Syntax {
        /// The language.
        tag: String,
        /// Where.
        at: usize,
        /// What the parser says.
        why: String,
    },
    /// A message says what one of the platforms cannot.
    #[error("{tag}.ftl, {key}: {why}")]
    Message {
        /// The language.
        tag: String,
        /// The key.
        key: String,
        /// What to do.
        why: String,
    },
}

/// Reads all languages, and the core's keys, from a folder.
///
/// # Errors
///
/// If a file is missing, or a message is not one that both platforms can show.
pub fn folder(folder: &Path) -> Result<Words, Error> {
    let text = |name: &str| {
        let path = folder.join(name);
        fs::read_to_string(&path).map_err(|source| Error::File { path: path.display().to_string(), source })
    };
    let mut languages = Vec::new();
    for (tag, _) in LANGUAGES {
        languages.push(language(tag, &text(&format!("{tag}.ftl"))?)?);
    }
    Ok(Words { languages, core: keys(&text("keys.txt")?) })
}

/// Reads the core's table of keys: a line per key, the key and then its arguments as `name:kind`; `#` begins a remark.
/// A key has `_` here where the core has `.` and `-`.
pub fn keys(text: &str) -> BTreeMap<String, Vec<Argument>> {
    let lines = text.lines().map(|line| line.split('#').next().unwrap_or_default());
    lines
        .filter_map(|line| {
            let mut words = line.split_whitespace();
            let key = words.next()?.replace(['.', '-'], "_");
            Some((key, words.map(argument).collect()))
        })
        .collect()
}

fn argument(word: &str) -> Argument {
    let (name, kind) = word.split_once(':').unwrap_or((word, "word"));
    Argument { name: name.to_owned(), kind: kind.to_owned() }
}

/// Reads one language.
///
/// # Errors
///
/// If the text is not Fluent, or a message is not one that both platforms can show.
pub fn language(tag: &str, text: &str) -> Result<Language, Error> {
    let resource = parser::parse(text).map_err(|(_, errors)| Error::Syntax {
        tag: tag.to_owned(),
        at: errors.first().map_or(0, |error| error.pos.start),
        why: errors.first().map_or_else(String::new, |error| error.kind.to_string()),
    })?;
    let mut messages = Vec::new();
    for entry in resource.body {
        let refused = |key: &str, why: &str| {
            Err(Error::Message { tag: tag.to_owned(), key: key.to_owned(), why: why.to_owned() })
        };
        match entry {
            Entry::Message(message) => {
                let key = message.id.name;
                let Some(value) = &message.value else {
                    return refused(key, "has no text; write one after =");
                };
                if !message.attributes.is_empty() {
                    return refused(key, "has attributes, which no platform knows; make keys of them");
                }
                let body = match body(value) {
                    Ok(body) => body,
                    Err(why) => return refused(key, why),
                };
                let comment = message.comment.map_or_else(String::new, |comment| comment.content.join(" "));
                messages.push(Message { key: key.to_owned(), comment, body });
            }
            Entry::Term(term) => {
                return refused(term.id.name, "is a term; write its words where they are used");
            }
            _ => {}
        }
    }
    Ok(Language { tag: tag.to_owned(), messages })
}

fn body(value: &Parsed<&str>) -> Result<Body, &'static str> {
    if let [PatternElement::Placeable { expression: Expression::Select { selector, variants } }] =
        value.elements.as_slice()
    {
        let InlineExpression::VariableReference { id } = selector else {
            return Err("chooses by something that is no argument; write { $argument -> … }");
        };
        return Ok(Body::Plural { by: id.name.to_owned(), variants: by_category(variants)? });
    }
    Ok(Body::Plain(pattern(value)?))
}

fn by_category(variants: &[Variant<&str>]) -> Result<BTreeMap<String, Pattern>, &'static str> {
    let mut all = BTreeMap::new();
    for variant in variants {
        let VariantKey::Identifier { name } = &variant.key else {
            return Err("chooses by one exact number; use the categories zero, one, two, few, many, other");
        };
        all.insert((*name).to_owned(), pattern(&variant.value)?);
    }
    Ok(all)
}

fn pattern(value: &Parsed<&str>) -> Result<Pattern, &'static str> {
    let mut pieces: Pattern = Vec::new();
    for element in &value.elements {
        match element {
            // The parser hands over one text in several where lines end.
            PatternElement::TextElement { value } => match pieces.last_mut() {
                Some(Piece::Text(before)) => before.push_str(value),
                _ => pieces.push(Piece::Text((*value).to_owned())),
            },
            PatternElement::Placeable {
                expression: Expression::Inline(InlineExpression::VariableReference { id }),
            } => {
                pieces.push(Piece::Argument(id.name.to_owned()));
            }
            PatternElement::Placeable { .. } => {
                return Err("has more than arguments between braces; a choice must be the whole text");
            }
        }
    }
    Ok(pieces)
}
