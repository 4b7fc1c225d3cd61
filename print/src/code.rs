//! Codes as rectangles: QR and Code 128.
//!
//! Invariant: what a reader gets from a code is the text that was given, to the letter; quiet zones are the caller's.

use barcoders::sym::code128::Code128;
use qrcodegen::{QrCode, QrCodeEcc};

use crate::PrintError;

/// Dark stretches of a code, in modules from its upper left corner.
pub(crate) struct Modules {
    /// How wide it is.
    pub(crate) across: u16,
    /// Row, first module, count of modules. A bar code has one row.
    pub(crate) dark: Vec<(u16, u16, u16)>,
}

/// A QR code at medium correction, or better where it costs no space.
pub(crate) fn qr(text: &str) -> Result<Modules, PrintError> {
    let code = QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| PrintError::TooLong(text.len()))?;
    let across = u16::try_from(code.size()).unwrap_or(0);
    let mut dark = Vec::new();
    for y in 0..across {
        let row = stretches(across, |x| code.get_module(i32::from(x), i32::from(y)));
        dark.extend(row.into_iter().map(|(x, count)| (y, x, count)));
    }
    Ok(Modules { across, dark })
}

/// A Code 128: pairs of digits in character set C, everything else in B.
pub(crate) fn code128(text: &str) -> Result<Modules, PrintError> {
    let cannot = || PrintError::NotCode128(text.to_owned());
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(cannot());
    }
    let is_pairs = text.len().is_multiple_of(2) && text.bytes().all(|byte| byte.is_ascii_digit());
    // The library names its character sets by these letters.
    let set = if is_pairs { 'Ć' } else { 'Ɓ' };
    let bars = Code128::new(format!("{set}{text}")).map_err(|_| cannot())?.encode();
    let across = u16::try_from(bars.len()).map_err(|_| cannot())?;
    let dark = stretches(across, |x| bars[usize::from(x)] == 1);
    Ok(Modules { across, dark: dark.into_iter().map(|(x, count)| (0, x, count)).collect() })
}

fn stretches(across: u16, is_dark: impl Fn(u16) -> bool) -> Vec<(u16, u16)> {
    let mut found: Vec<(u16, u16)> = Vec::new();
    for x in (0..across).filter(|x| is_dark(*x)) {
        match found.last_mut() {
            Some((start, count)) if *start + *count == x => *count += 1,
            _ => found.push((x, 1)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{code128, qr};

    #[test]
    fn sizes() {
        assert_eq!(qr("117").map(|code| code.across).ok(), Some(21));
        // Start, one character for two digits, check, stop (13 modules).
        assert_eq!(code128("17").map(|code| code.across).ok(), Some(11 * 3 + 13));
        assert_eq!(code128("117").map(|code| code.across).ok(), Some(11 * 5 + 13));
        assert!(qr(&"x".repeat(3000)).is_err());
    }

    #[test]
    fn what_code_128_does_not_hold() {
        for bib in ["가7", "é1", "", "a b"] {
            assert!(code128(bib).is_err(), "{bib}");
        }
    }
}
