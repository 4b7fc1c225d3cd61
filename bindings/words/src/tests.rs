use std::{collections::BTreeMap, fs, path::Path};

use crate::{LANGUAGES, Language, Words, android, apple, check, read};

fn ours() -> Words {
    read::folder(Path::new(env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn small(english: &str, other: (&str, &str), core: &str) -> Words {
    let languages = vec![read::language("en", english).unwrap(), read::language(other.0, other.1).unwrap()];
    Words { languages, core: read::keys(core) }
}

/// What is wrong with two languages, one of them English.
#[track_caller]
fn check_words(english: &str, other: (&str, &str), core: &str, expected: &[&str]) {
    assert_eq!(check::all(&small(english, other, core)), expected);
}

/// What Android and Apple get for the second language.
#[track_caller]
fn check_files(core: &str, tag: &str, text: &str, xml: &str, apple: &serde_json::Value) {
    let words = small(text, (tag, text), core);
    let android = android::strings(&words, &words.languages[1]);
    let inner = android.split_once("<resources>\n").unwrap().1.split_once("</resources>").unwrap().0;
    let lines: Vec<&str> = inner.lines().map(str::trim).collect();
    assert_eq!(lines.join("\n"), xml);
    let catalogue: serde_json::Value = serde_json::from_str(&apple::localizable(&words)).unwrap();
    assert_eq!(&catalogue["strings"]["key"]["localizations"][tag], apple);
}

#[test]
fn every_text_is_there_in_every_language() {
    assert_eq!(check::all(&ours()), Vec::<String>::new());
}

#[test]
fn the_platforms_files_say_what_the_fluent_files_say() {
    let (words, root) = (ours(), Path::new(env!("CARGO_MANIFEST_DIR")).join("../.."));
    for (path, text) in crate::files(&words) {
        let there = fs::read_to_string(root.join(&path)).unwrap_or_default();
        assert!(there == text, "{} is not what the Fluent files say; run bibtrail-words", path.display());
    }
}

/// A translation that is the English text is one that was forgotten; these words are the same in both.
#[test]
fn nothing_is_left_in_english() {
    let same = [
        "app_name",
        "close_code",
        "screen_corrections",
        "settings_text_normal",
        "settings_version",
        "settings_vibration",
    ];
    let words = ours();
    let (english, others) = words.languages.split_first().unwrap();
    let mut left = Vec::new();
    for language in others {
        for message in &language.messages {
            let is_english = english.message(&message.key).is_some_and(|source| source.body == message.body);
            let has_letters = text(language, &message.key).contains(|c: char| c.is_alphabetic());
            if is_english && has_letters && !same.contains(&message.key.as_str()) {
                left.push(format!("{}, {}", language.tag, message.key));
            }
        }
    }
    assert_eq!(left, Vec::<String>::new());
}

/// Buttons are pressed with gloves and read in passing: their words stay short in every language.
#[test]
fn what_stands_on_buttons_is_short() {
    let limits =
        BTreeMap::from([("record_in", 8), ("record_out", 8), ("record_undo", 20), ("record_time_now", 32)]);
    for language in &ours().languages {
        for (key, length_max) in &limits {
            let length = text(language, key).chars().count();
            assert!(length <= *length_max, "{}, {key}: {length} characters", language.tag);
        }
    }
}

fn text(language: &Language, key: &str) -> String {
    let message = language.message(key).unwrap();
    let pieces = message.patterns()[0].iter().map(|piece| match piece {
        crate::Piece::Text(text) => text.clone(),
        crate::Piece::Argument(_) => "…".to_owned(),
    });
    pieces.collect()
}

#[test]
fn every_android_file_is_xml_with_the_same_keys() {
    let words = ours();
    let keys = |language: &Language| {
        let file = android::strings(&words, language);
        let document = roxmltree::Document::parse(&file).unwrap();
        let named = document.root_element().children().filter_map(|node| node.attribute("name"));
        named.map(str::to_owned).collect::<Vec<_>>()
    };
    let english = keys(&words.languages[0]);
    assert!(english.len() > 200);
    for language in &words.languages {
        let mut there = keys(language);
        let mut wanted = english.clone();
        there.sort();
        wanted.sort();
        assert_eq!(there, wanted, "{}", language.tag);
    }
}

#[test]
fn plural_categories_are_those_of_each_language() {
    let all: Vec<String> = LANGUAGES
        .iter()
        .map(|(tag, _)| format!("{tag} {}", check::categories(tag).into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    let expected = [
        "en one other",
        "ko other",
        "de one other",
        "fr one other",
        "es one other",
        "zh-Hans other",
        "ar few many one other two zero",
    ];
    assert_eq!(all, expected);
}

#[test]
fn what_is_missing_is_named() {
    check_words("a = A\nb = B\n", ("de", "a = Ä\n"), "", &["de, b: missing; translate it from en.ftl"]);
    check_words("a = A\n", ("de", "a = Ä\nb = B\n"), "", &["de, b: is not in en.ftl"]);
    check_words("a = A\n", ("de", "a = Ä\na = Ä\n"), "", &["de, a: is there twice"]);
    check_words("a = A\n", ("de", "a = Ä\n"), "b.c-d x:word", &["en, b_c_d: missing; the core says it"]);
    check_words(
        "A = A\n",
        ("de", "A = Ä\n"),
        "",
        &["en, A: Android's keys have a-z, 0-9 and _ only", "de, A: Android's keys have a-z, 0-9 and _ only"],
    );
}

#[test]
fn arguments_are_the_same_everywhere() {
    check_words("a = { $x }\n", ("de", "a = Ä\n"), "", &["de, a: $x is lost"]);
    check_words("a = A\n", ("de", "a = { $x }\n"), "", &["de, a: $x is not in the English text"]);
    check_words("a = { $x }\n", ("de", "a = { $x }\n"), "a y:word", &["en, a: $x is not given by the core"]);
    let plural = "a = { $n ->\n    [one] 1\n   *[other] { $n }\n}\n";
    check_words(plural, ("de", plural), "a n:number", &[]);
    check_words(
        plural,
        ("de", plural),
        "a n:word",
        &["en, a: chooses by $n, which the core does not call a number"],
    );
    check_words(
        plural,
        ("de", "a = { $n }\n"),
        "",
        &["de, a: chooses by a number where the English does not, or the other way round"],
    );
}

#[test]
fn every_number_has_a_text() {
    let plural = "a = { $n ->\n    [one] { $n }\n   *[other] { $n }\n}\n";
    check_words(
        plural,
        ("ar", plural),
        "",
        &[
            "ar, a: no text for [few]",
            "ar, a: no text for [many]",
            "ar, a: no text for [two]",
            "ar, a: no text for [zero]",
        ],
    );
    check_words(plural, ("ko", plural), "", &["ko, a: [one] is never chosen in this language"]);
}

#[test]
fn what_one_platform_cannot_say_is_refused() {
    for (text, why) in [
        ("a = A\n    .b = B\n", "en.ftl, a: has attributes, which no platform knows; make keys of them"),
        ("-a = A\n", "en.ftl, a: is a term; write its words where they are used"),
        (
            "a = { NUMBER($n) }\n",
            "en.ftl, a: has more than arguments between braces; a choice must be the whole text",
        ),
        (
            "a = { $n ->\n    [1] A\n   *[other] B\n}\n",
            "en.ftl, a: chooses by one exact number; use the categories zero, one, two, few, many, other",
        ),
        ("a = {\n", "en.ftl: not Fluent near byte 6: Expected an inline expression"),
    ] {
        assert_eq!(read::language("en", text).unwrap_err().to_string(), why);
    }
}

#[test]
fn texts_are_escaped_as_each_platform_wants() {
    let unit = |text: &str| serde_json::json!({ "stringUnit": { "state": "translated", "value": text } });
    check_files(
        "",
        "de",
        "key = It's \"R&D\" < 5\n",
        "<string name=\"key\">It\\'s \\\"R&amp;D\\\" &lt; 5</string>",
        &unit("It's \"R&D\" < 5"),
    );
    check_files("", "de", "key = ?who\n", "<string name=\"key\">\\?who</string>", &unit("?who"));
    // A per cent sign is one only where nothing is put in.
    check_files("", "de", "key = 5 %\n", "<string name=\"key\">5 %</string>", &unit("5 %"));
    check_files("", "de", "key = { $p } %\n", "<string name=\"key\">%1$s %%</string>", &unit("%1$@ %%"));
    // The core's order of arguments is that of both platforms, whatever the order of words.
    check_files(
        "key a:number b:word",
        "de",
        "key = { $b } { $a }\n",
        "<string name=\"key\">%2$s %1$d</string>",
        &unit("%2$@ %1$lld"),
    );
}

#[test]
fn plurals_are_written_as_each_platform_wants() {
    let unit = |text: &str| serde_json::json!({ "stringUnit": { "state": "translated", "value": text } });
    check_files(
        "",
        "ko",
        "key = { $n ->\n   *[other] { $n }\n}\n",
        "<plurals name=\"key\">\n<item quantity=\"other\">%1$d</item>\n</plurals>",
        &serde_json::json!({ "variations": { "plural": { "other": unit("%1$lld") } } }),
    );
    let plural = serde_json::json!({ "plural": { "other": unit("%1$@ %2$lld") } });
    check_files(
        "key b:word n:number",
        "ko",
        "key = { $n ->\n   *[other] { $b } { $n }\n}\n",
        "<plurals name=\"key\">\n<item quantity=\"other\">%1$s %2$d</item>\n</plurals>",
        &serde_json::json!({
            "stringUnit": { "state": "translated", "value": "%#@n@" },
            "substitutions": { "n": { "argNum": 2, "formatSpecifier": "lld", "variations": plural } },
        }),
    );
}
