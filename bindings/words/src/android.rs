//! Android's `strings.xml`.
//!
//! Invariant: what Android's resource compiler changes in a text (quotes, apostrophes, `@`, `?`, white space) is escaped,
//! so that the screen shows what the Fluent file says.

use crate::{Body, Language, Marks, Pattern, Words};

const MARKS: Marks = Marks { text: "s", number: "d" };

/// The file of one language.
pub fn strings(words: &Words, language: &Language) -> String {
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<!-- Written by bibtrail-words from bindings/words; change it there. -->\n<resources>\n",
    );
    for message in &language.messages {
        let key = &message.key;
        let text = |pattern: &Pattern| escaped(&words.formatted(message, pattern, MARKS));
        match &message.body {
            Body::Plain(pattern) => {
                out.push_str(&format!("    <string name=\"{key}\">{}</string>\n", text(pattern)));
            }
            Body::Plural { variants, .. } => {
                out.push_str(&format!("    <plurals name=\"{key}\">\n"));
                for (category, pattern) in variants {
                    let text = text(pattern);
                    out.push_str(&format!("        <item quantity=\"{category}\">{text}</item>\n"));
                }
                out.push_str("    </plurals>\n");
            }
        }
    }
    out.push_str("</resources>\n");
    out
}

/// A text as it stands between tags.
fn escaped(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.chars().enumerate() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\'' => out.push_str("\\'"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '@' | '?' if at == 0 => {
                out.push('\\');
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}
