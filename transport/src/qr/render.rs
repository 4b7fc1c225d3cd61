//! QR codes as pictures and as text for a terminal.
//!
//! Invariant: every code has its quiet zone of 4 modules; a frame's code is of version 20 at most, at medium correction.

use png::{BitDepth, ColorType, Encoder};
use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

use super::QrError;

/// The white border that the standard asks for, in modules.
const QUIET: i32 = 4;

/// The largest code of a frame.
const FRAME_VERSION: u8 = 20;

/// The largest scale of a picture.
const SCALE_MAX: u32 = 32;

/// A frame's code for a terminal with light text on dark: two modules to a character, quiet zone included.
///
/// # Errors
/// When the frame is longer than 666 bytes.
pub fn terminal(frame: &[u8]) -> Result<String, QrError> {
    Ok(blocks(&of_frame(frame)?))
}

/// A frame's code as a PNG, `scale` pixels to a module (1 to 32; others become the nearest), quiet zone included.
///
/// # Errors
/// When the frame is longer than 666 bytes.
pub fn png(frame: &[u8], scale: u32) -> Result<Vec<u8>, QrError> {
    picture(&of_frame(frame)?, scale)
}

/// A text's code for a terminal with light text on dark.
///
/// # Errors
/// When the text is too long for one code (2,331 bytes always fit).
pub fn text_terminal(text: &str) -> Result<String, QrError> {
    Ok(blocks(&of_text(text)?))
}

/// A text's code as a PNG, `scale` pixels to a module (1 to 32; others become the nearest).
///
/// # Errors
/// When the text is too long for one code (2,331 bytes always fit).
pub fn text_png(text: &str, scale: u32) -> Result<Vec<u8>, QrError> {
    picture(&of_text(text)?, scale)
}

fn of_frame(frame: &[u8]) -> Result<QrCode, QrError> {
    let segment = QrSegment::make_bytes(frame);
    let largest = Version::new(FRAME_VERSION);
    QrCode::encode_segments_advanced(&[segment], QrCodeEcc::Medium, Version::MIN, largest, None, false)
        .map_err(|_| QrError::DoesNotFit { bytes: frame.len() })
}

fn of_text(text: &str) -> Result<QrCode, QrError> {
    QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| QrError::DoesNotFit { bytes: text.len() })
}

/// Modules beyond the code are light: the quiet zone.
fn blocks(code: &QrCode) -> String {
    let range = -QUIET..code.size() + QUIET;
    let mut text = String::new();
    for y in range.clone().step_by(2) {
        text.extend(range.clone().map(|x| {
            let has_lower = y + 1 < range.end;
            match (code.get_module(x, y), code.get_module(x, y + 1) || !has_lower) {
                (false, false) => '█',
                (false, true) => '▀',
                (true, false) => '▄',
                (true, true) => ' ',
            }
        }));
        text.push('\n');
    }
    text
}

fn picture(code: &QrCode, scale: u32) -> Result<Vec<u8>, QrError> {
    let scale = scale.clamp(1, SCALE_MAX);
    let modules = code.size() + 2 * QUIET;
    let side = modules.unsigned_abs() * scale;
    let mut bits = Vec::new();
    for y in -QUIET..code.size() + QUIET {
        let mut row = vec![0_u8; side.div_ceil(8) as usize];
        let light = (0..side).filter(|pixel| {
            let x = (pixel / scale).cast_signed() - QUIET;
            !code.get_module(x, y)
        });
        light.for_each(|pixel| row[(pixel / 8) as usize] |= 0x80 >> (pixel % 8));
        (0..scale).for_each(|_| bits.extend_from_slice(&row));
    }
    let mut bytes = Vec::new();
    let mut encoder = Encoder::new(&mut bytes, side, side);
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.write_header()?.write_image_data(&bits)?;
    Ok(bytes)
}
