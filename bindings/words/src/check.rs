//! Whether the texts are complete, in every language.
//!
//! Invariant: what is not found here is there on both platforms: every key, every argument, and a text for every number.

use std::collections::BTreeSet;

use intl_pluralrules::{PluralCategory, PluralRuleType, PluralRules};
use unic_langid::LanguageIdentifier;

use crate::{Body, Language, Message, Words};

/// Everything that is wrong, one line each with language and key; empty if all is well.
pub fn all(words: &Words) -> Vec<String> {
    let mut wrong = Vec::new();
    let Some(english) = words.languages.first() else { return vec!["no language is there".to_owned()] };
    for (key, arguments) in &words.core {
        match english.message(key) {
            None => wrong.push(format!("en, {key}: missing; the core says it")),
            Some(message) => {
                let (given, used): (BTreeSet<String>, _) = (
                    arguments.iter().map(|argument| argument.name.clone()).collect(),
                    set(message.arguments()),
                );
                if let Some(unknown) = used.difference(&given).next() {
                    wrong.push(format!("en, {key}: ${unknown} is not given by the core"));
                }
                if let Some(by) = message.number()
                    && !arguments.iter().any(|argument| argument.name == by && argument.kind == "number")
                {
                    wrong.push(format!("en, {key}: chooses by ${by}, which the core does not call a number"));
                }
            }
        }
    }
    for language in &words.languages {
        one(english, language, &mut wrong);
    }
    wrong
}

fn one(english: &Language, language: &Language, wrong: &mut Vec<String>) {
    let tag = &language.tag;
    let categories = categories(tag);
    for key in english.keys().difference(&language.keys()) {
        wrong.push(format!("{tag}, {key}: missing; translate it from en.ftl"));
    }
    let mut seen = BTreeSet::new();
    for message in &language.messages {
        let key = &message.key;
        let mut say = |why: String| wrong.push(format!("{tag}, {key}: {why}"));
        if !seen.insert(key) {
            say("is there twice".to_owned());
        }
        if key.chars().any(|c| !matches!(c, 'a'..='z' | '0'..='9' | '_')) {
            say("Android's keys have a-z, 0-9 and _ only".to_owned());
        }
        match english.message(key) {
            None => say("is not in en.ftl".to_owned()),
            Some(source) => arguments(source, message, &mut say),
        }
        plurals(message, &categories, &mut say);
    }
}

fn arguments(source: &Message, message: &Message, say: &mut impl FnMut(String)) {
    let (wanted, here) = (set(source.arguments()), set(message.arguments()));
    for lost in wanted.difference(&here) {
        say(format!("${lost} is lost"));
    }
    for unknown in here.difference(&wanted) {
        say(format!("${unknown} is not in the English text"));
    }
    if source.number() != message.number() {
        say("chooses by a number where the English does not, or the other way round".to_owned());
    }
}

/// A text for each category of numbers that the language has; `zero` may always stand beside them.
fn plurals(message: &Message, categories: &BTreeSet<&'static str>, say: &mut impl FnMut(String)) {
    let Body::Plural { variants, .. } = &message.body else { return };
    for category in categories {
        if !variants.contains_key(*category) {
            say(format!("no text for [{category}]"));
        }
    }
    for category in variants.keys() {
        if !categories.contains(category.as_str()) {
            say(format!("[{category}] is never chosen in this language"));
        }
    }
}

/// The categories that a language has for whole numbers up to a thousand: more than a race counts.
pub fn categories(tag: &str) -> BTreeSet<&'static str> {
    let rules = tag
        .split('-')
        .next()
        .and_then(|language| language.parse::<LanguageIdentifier>().ok())
        .and_then(|language| PluralRules::create(language, PluralRuleType::CARDINAL).ok());
    let Some(rules) = rules else { return BTreeSet::from(["other"]) };
    let chosen = (0..=1_000_u32).filter_map(|n| rules.select(n).ok()).map(name);
    chosen.chain(["other"]).collect()
}

fn name(category: PluralCategory) -> &'static str {
    match category {
        PluralCategory::ZERO => "zero",
        PluralCategory::ONE => "one",
        PluralCategory::TWO => "two",
        PluralCategory::FEW => "few",
        PluralCategory::MANY => "many",
        PluralCategory::OTHER => "other",
    }
}

fn set(names: Vec<String>) -> BTreeSet<String> {
    names.into_iter().collect()
}
