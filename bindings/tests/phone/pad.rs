//! The key pad, key by key.

use bibtrail_bindings::{
    host::ClockReading,
    keypad::{KeyPad, PadKey, ReadBib, press},
    screen::Way,
};

use crate::tell::word;

/// What the camera reads, at a moment of its own.
fn read(key: char) -> ReadBib {
    let ms = if key == 'R' { 250 } else { 300 };
    let at = ClockReading { boot: "phone".to_owned(), boot_ms: ms, wall_ms: ms };
    ReadBib { bib: ms.to_string(), at: Some(at) }
}

/// Presses the keys of `typed` (`<` delete, `C` clear, `I` in, `O` out, `T` the time only, `R` and `S` the camera reads
/// 250 and 300 where runners go both ways, `r` 250 where they go out alone) and compares what stands on the
/// display, what is recorded, and the last sound.
fn check(typed: &str, expected: &str) {
    let (mut pad, mut said, mut sound) = (KeyPad::default(), Vec::new(), String::new());
    for key in typed.chars() {
        let key = match key {
            '<' => PadKey::Delete,
            'C' => PadKey::Clear,
            'I' => PadKey::Record { way: Way::In },
            'O' => PadKey::Record { way: Way::Out },
            'R' | 'S' => PadKey::Read { bib: read(key), way: None },
            'r' => PadKey::Read { bib: read('R'), way: Some(Way::Out) },
            'T' => PadKey::TimeOnly { way: Way::In },
            digit => PadKey::Character { character: digit.to_string() },
        };
        let step = press(pad, key).unwrap();
        said.extend(step.record.map(|entry| {
            let at = entry.at.map(|at| format!("@{}", at.wall_ms)).unwrap_or_default();
            format!("{}:{}{at}", word(entry.way), entry.bib)
        }));
        (pad, sound) = (step.pad, word(step.sound));
    }
    let waiting = if pad.waiting > 0 { format!("+{}", pad.waiting) } else { String::new() };
    assert_eq!(format!("[{}]{waiting} {} {sound}", pad.digits, said.join(" ")), expected, "{typed}");
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
    check("RI", "[] in:250@250 silent");
    check("RR", "[250]  key");
    check("RSIO", "[] in:250@250 out:300@300 silent");
    check("117R", "[117]+1  key");
    check("117RRI", "[250] in:117 silent");
    check("117RI88I", "[250] in:117 in:88 silent");
    check("RS88", "[88]+2  key");
    check("RS88IOO", "[] in:88 out:250@250 out:300@300 silent");
    check("117RC", "[250]  delete");
    check("117RCC", "[]  delete");
    check("RSC", "[300]  delete");
    check("RS<", "[300]  delete");
    check("1R<", "[250]  delete");
    check("1R<R7I", "[250] in:7 silent");
    check("25R0I", "[] in:250 silent");
    check("250RI", "[] in:250 silent");
    check("11r7I", "[] out:250@250 in:117 silent");
    check("RT", "[250] in: silent");
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
