//! The key pad, key by key.

use bibtrail_bindings::{
    keypad::{KeyPad, PadKey, press},
    screen::Way,
};

use crate::tell::word;

/// Presses the keys of `typed` (`<` delete, `C` clear, `I` in, `O` out, `T` the time only, `R` and `r` the camera reads
/// 250 where runners go both ways, and out alone) and compares what stands on the
/// display, what is recorded, and the last sound.
fn check(typed: &str, expected: &str) {
    let (mut pad, mut said, mut sound) = (KeyPad::default(), Vec::new(), String::new());
    for key in typed.chars() {
        let key = match key {
            '<' => PadKey::Delete,
            'C' => PadKey::Clear,
            'I' => PadKey::Record { way: Way::In },
            'O' => PadKey::Record { way: Way::Out },
            'R' => PadKey::Read { bib: "250".to_owned(), way: None },
            'r' => PadKey::Read { bib: "250".to_owned(), way: Some(Way::Out) },
            'T' => PadKey::TimeOnly { way: Way::In },
            digit => PadKey::Character { character: digit.to_string() },
        };
        let step = press(pad, key).unwrap();
        said.extend(step.record.map(|entry| format!("{}:{}", word(entry.way), entry.bib)));
        (pad, sound) = (step.pad, word(step.sound));
    }
    assert_eq!(format!("[{}] {} {sound}", pad.digits, said.join(" ")), expected, "{typed}");
}

#[test]
fn keys_do_what_they_say() {
    check("117", "[117]  key");
    check("117I", "[] in:117 silent");
    check("007O", "[] out:007 silent");
    check("118<7I", "[] in:117 silent");
    check("<", "[]  silent");
    check("11C", "[]  delete");
    check("C", "[]  silent");
    check("I", "[] in: silent");
    check("11T7I", "[] in: in:117 silent");
    check("1*7I", "[] in:1*7 silent");
    check("R", "[250]  key");
    check("RI", "[] in:250 silent");
    check("RR", "[250]  key");
    check("117R", "[117]  key");
    check("117RRI", "[250] in:117 silent");
    check("117RIO", "[] in:117 out:250 silent");
    check("117RC", "[250]  delete");
    check("1R<", "[]  delete");
    check("1R<7I", "[250] in:7 silent");
    check("11r7I", "[] out:250 in:117 silent");
    check("12345678901234567", "[1234567890123456]  warned");
    check("12345678901234567I", "[] in:1234567890123456 silent");
}

#[test]
fn what_is_no_character_of_a_bib_is_refused() {
    for key in ["", " ", "12", "\n", "\u{7}"] {
        assert!(
            press(KeyPad::default(), PadKey::Character { character: key.to_owned() }).is_err(),
            "{key:?}"
        );
    }
    let step = press(KeyPad::default(), PadKey::Character { character: "가".to_owned() }).unwrap();
    assert_eq!(step.pad.digits, "가");
}
