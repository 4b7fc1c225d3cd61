//! Text in any script: direction, fonts character by character, shaping, width.
//!
//! Invariant: what is drawn is the text in Unicode's order of direction, each stretch shaped by the first font that has
//! it; characters that no font has are gathered, so that the document can say all of them at once.

use std::{collections::BTreeSet, ops::Range};

use krilla::text::{Font as PdfFont, GlyphId, KrillaGlyph};
use rustybuzz::{Direction, UnicodeBuffer};
use unicode_bidi::{BidiInfo, Level};
use unicode_normalization::UnicodeNormalization;
use unicode_script::{Script, UnicodeScript};

use crate::font::{Fonts, is_unseen};

/// A line of text, shaped. Lengths are in units of the font size.
pub(crate) struct Shaped {
    pub(crate) text: String,
    pub(crate) runs: Vec<Run>,
    pub(crate) width: f32,
}

/// A stretch of one font and direction.
pub(crate) struct Run {
    pub(crate) font: PdfFont,
    pub(crate) glyphs: Vec<KrillaGlyph>,
    pub(crate) width: f32,
}

/// A stretch of characters that one font shapes at once.
struct Stretch {
    face: usize,
    script: Script,
    range: Range<usize>,
}

pub(crate) struct Shaper<'f> {
    fonts: &'f Fonts,
    faces: Vec<Option<rustybuzz::Face<'f>>>,
    lacking: BTreeSet<char>,
}

impl<'f> Shaper<'f> {
    pub(crate) fn new(fonts: &'f Fonts) -> Self {
        let faces = fonts.faces().iter().map(|face| face.shaping()).collect();
        Self { fonts, faces, lacking: BTreeSet::new() }
    }

    /// The characters met so far that no font has.
    pub(crate) fn lacking(self) -> BTreeSet<char> {
        self.lacking
    }

    /// Shapes a line. Control characters and line breaks become spaces.
    pub(crate) fn shape(&mut self, text: &str, is_bold: bool) -> Shaped {
        let text: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let mut runs = Vec::new();
        // Lists run from the left: a name from the right in one stays where it was put.
        let bidi = BidiInfo::new(&text, Some(Level::ltr()));
        for paragraph in &bidi.paragraphs {
            let (levels, visual) = bidi.visual_runs(paragraph, paragraph.range.clone());
            for range in visual {
                let is_rtl = levels.get(range.start).is_some_and(|level| level.is_rtl());
                let mut stretches = self.stretches(&text, range, is_bold);
                if is_rtl {
                    stretches.reverse();
                }
                runs.extend(stretches.iter().filter_map(|stretch| self.run(&text, stretch, is_rtl)));
            }
        }
        let width = runs.iter().map(|run| run.width).sum();
        Shaped { text, runs, width }
    }

    /// Shapes as much of a line as fits, with `…` for what does not.
    pub(crate) fn shape_within(&mut self, text: &str, is_bold: bool, width: f32) -> Shaped {
        let mut shaped = self.shape(text, is_bold);
        let mut kept: Vec<char> = text.nfc().collect();
        while shaped.width > width && !kept.is_empty() {
            // As many as would fit if all were equally wide, and at least one less than now.
            let keep = kept.len().saturating_sub(1).min(fraction(kept.len(), width / shaped.width));
            kept.truncate(keep);
            let shorter: String = kept.iter().collect();
            shaped = self.shape(&format!("{}…", shorter.trim_end()), is_bold);
        }
        shaped
    }

    fn stretches(&mut self, text: &str, range: Range<usize>, is_bold: bool) -> Vec<Stretch> {
        let mut stretches: Vec<Stretch> = Vec::new();
        for (offset, c) in text[range.clone()].char_indices() {
            let start = range.start + offset;
            let end = start + c.len_utf8();
            let script = c.script();
            let is_any = matches!(script, Script::Common | Script::Inherited);
            if let Some(last) = stretches.last_mut() {
                let suits = is_any || last.script == script || last.script == Script::Common;
                let goes_on = is_unseen(c) || script == Script::Inherited || self.has(last.face, c);
                if suits && goes_on && (is_any || self.face(c, is_bold) == Some(last.face)) {
                    last.range.end = end;
                    last.script = if is_any { last.script } else { script };
                    continue;
                }
            }
            let face = self.face(c, is_bold);
            if face.is_none() && !is_unseen(c) {
                self.lacking.insert(c);
            }
            stretches.push(Stretch { face: face.unwrap_or_default(), script, range: start..end });
        }
        stretches
    }

    fn has(&self, face: usize, c: char) -> bool {
        self.faces.get(face).and_then(Option::as_ref).is_some_and(|face| face.glyph_index(c).is_some())
    }

    /// The first face that has the character, of the wanted weight if one has.
    fn face(&self, c: char, is_bold: bool) -> Option<usize> {
        let mut having = (0..self.faces.len()).filter(|face| self.has(*face, c));
        let first = having.clone().next();
        having.find(|face| self.fonts.faces()[*face].is_bold == is_bold).or(first)
    }

    fn run(&self, text: &str, stretch: &Stretch, is_rtl: bool) -> Option<Run> {
        let face = self.faces.get(stretch.face)?.as_ref()?;
        let mut buffer = UnicodeBuffer::new();
        buffer.push_str(&text[stretch.range.clone()]);
        buffer.set_direction(if is_rtl { Direction::RightToLeft } else { Direction::LeftToRight });
        buffer.guess_segment_properties();
        let shaped = rustybuzz::shape(face, &[], buffer);
        #[allow(clippy::cast_precision_loss, reason = "units of a font are small numbers")]
        let em = |units: i32| units as f32 / face.units_per_em().max(1) as f32;
        let clusters: BTreeSet<usize> =
            shaped.glyph_infos().iter().map(|info| info.cluster as usize).collect();
        let end_of =
            |cluster: usize| clusters.range(cluster + 1..).next().copied().unwrap_or(stretch.range.len());
        let glyph = |(info, at): (&rustybuzz::GlyphInfo, &rustybuzz::GlyphPosition)| {
            let cluster = info.cluster as usize;
            let range = stretch.range.start + cluster..stretch.range.start + end_of(cluster);
            let (x, dx, dy) = (em(at.x_advance), em(at.x_offset), em(at.y_offset));
            KrillaGlyph::new(GlyphId::new(info.glyph_id), x, dx, dy, em(at.y_advance), range, None)
        };
        let glyphs: Vec<_> = shaped.glyph_infos().iter().zip(shaped.glyph_positions()).map(glyph).collect();
        let width = glyphs.iter().map(|glyph| glyph.x_advance).sum();
        Some(Run { font: self.fonts.faces()[stretch.face].pdf.clone(), glyphs, width })
    }
}

/// `share` of `count`, rounded down.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a line has few characters, and the share is between 0 and 1"
)]
fn fraction(count: usize, share: f32) -> usize {
    (count as f32 * share.clamp(0.0, 1.0)) as usize
}

#[cfg(test)]
mod tests {
    use super::Shaper;
    use crate::font::Fonts;

    #[test]
    fn width_and_cutting() {
        let fonts = Fonts::default();
        let mut shaper = Shaper::new(&fonts);
        let (one, two) = (shaper.shape("000", false).width, shaper.shape("000000", false).width);
        assert!((two - 2.0 * one).abs() < 0.001 && one > 1.0, "{one} {two}");
        assert!(shaper.shape("nnn", true).width > shaper.shape("nnn", false).width);
        let cut = shaper.shape_within("Maximiliane von und zu Hohenlohe", false, 8.0);
        assert!(cut.width <= 8.0 && cut.text.ends_with('…') && cut.text.starts_with("Maxi"), "{}", cut.text);
        assert_eq!(shaper.shape_within("Max", false, 8.0).text, "Max");
        assert_eq!(shaper.shape("a\nb\u{7}c", false).text, "a b c");
    }

    #[test]
    fn right_to_left_is_drawn_from_the_right() {
        let fonts = Fonts::default();
        let mut shaper = Shaper::new(&fonts);
        // Noto Sans has no Hebrew: what is lacking is gathered, and numbers inside keep their order.
        let shaped = shaper.shape("שלום 117", false);
        assert!(
            shaped.runs.first().is_some_and(|run| run.glyphs.first().is_some_and(|g| g.text_range.start > 7))
        );
        assert_eq!(shaper.lacking().into_iter().collect::<String>(), "ולםש");
    }
}
