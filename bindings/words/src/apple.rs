//! Apple's string catalogues: `Localizable.xcstrings`, and `InfoPlist.xcstrings` for what the system asks on our behalf.
//!
//! Invariant: the places of arguments are those of Android's file.

use serde_json::{Map, Value, json};

use crate::{Body, Language, Marks, Message, Words};

const MARKS: Marks = Marks { text: "@", number: "lld" };

/// The keys whose text the system shows when it asks for a permission, and the key of `Info.plist` that each belongs to.
pub const PERMISSIONS: [(&str, &str); 2] = [
    ("permission_camera", "NSCameraUsageDescription"),
    ("permission_local_network", "NSLocalNetworkUsageDescription"),
];

/// All texts.
pub fn localizable(words: &Words) -> String {
    catalogue(words, |key| Some(key.to_owned()))
}

/// What the system asks on our behalf.
pub fn info_plist(words: &Words) -> String {
    let wanted = |key: &str| PERMISSIONS.iter().find(|(ours, _)| *ours == key);
    catalogue(words, |key| wanted(key).map(|(_, theirs)| (*theirs).to_owned()))
}

fn catalogue(words: &Words, name: impl Fn(&str) -> Option<String>) -> String {
    let mut strings = Map::new();
    let keys = words.languages.first().map(Language::keys).unwrap_or_default();
    for key in keys {
        let Some(name) = name(key) else { continue };
        let mut localizations = Map::new();
        for language in &words.languages {
            if let Some(message) = language.message(key) {
                localizations.insert(language.tag.clone(), localization(words, message));
            }
        }
        let comment = words.languages.first().and_then(|english| english.message(key));
        let comment = comment.map_or("", |message| message.comment.as_str());
        let mut entry = Map::new();
        if !comment.is_empty() {
            entry.insert("comment".to_owned(), json!(comment));
        }
        entry.insert("extractionState".to_owned(), json!("manual"));
        entry.insert("localizations".to_owned(), Value::Object(localizations));
        strings.insert(name, Value::Object(entry));
    }
    let all = json!({ "sourceLanguage": "en", "strings": strings, "version": "1.0" });
    format!("{all:#}\n")
}

fn localization(words: &Words, message: &Message) -> Value {
    match &message.body {
        Body::Plain(pattern) => unit(&words.formatted(message, pattern, MARKS)),
        Body::Plural { by, variants } => {
            let mut plural = Map::new();
            for (category, pattern) in variants {
                let text = words.formatted(message, pattern, MARKS);
                plural.insert(category.clone(), unit(&text));
            }
            let variations = json!({ "plural": plural });
            if words.arguments(&message.key).len() == 1 {
                return json!({ "variations": variations });
            }
            // With other arguments beside the number the catalogue must be told which of them the choice goes by.
            let place = words.place(&message.key, by);
            let chosen = json!({ "argNum": place, "formatSpecifier": "lld", "variations": variations });
            let mut whole = unit(&format!("%#@{by}@"));
            if let Value::Object(fields) = &mut whole {
                fields.insert("substitutions".to_owned(), json!({ by: chosen }));
            }
            whole
        }
    }
}

fn unit(text: &str) -> Value {
    json!({ "stringUnit": { "state": "translated", "value": text } })
}
