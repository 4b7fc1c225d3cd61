//! Fonts: which there are, in which order they are tried, and what they lack.
//!
//! Invariant: a character takes the first font that has it, bold before regular where bold is asked for, so equal fonts
//! in equal order give equal pages. Noto Sans comes with the program, so Latin, Greek and Cyrillic always print.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use krilla::text::Font as PdfFont;
use unicode_normalization::UnicodeNormalization;
use unicode_script::UnicodeScript;

use crate::PrintError;

/// The bytes of a font file, however they are held.
pub type FontBytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// Fonts in the order in which they are tried.
pub struct Fonts {
    faces: Vec<Face>,
}

pub(crate) struct Face {
    pub(crate) bytes: FontBytes,
    pub(crate) index: u32,
    pub(crate) is_bold: bool,
    pub(crate) pdf: PdfFont,
}

impl Default for Fonts {
    /// Noto Sans (SIL Open Font License 1.1), regular and bold.
    fn default() -> Self {
        let mut fonts = Self { faces: Vec::new() };
        for bytes in [notosans::REGULAR_TTF, notosans::BOLD_TTF] {
            // They ship with the program; that they are fonts is tested below.
            let _added = fonts.add(Arc::new(bytes), 0);
        }
        fonts
    }
}

impl Fonts {
    /// Adds face `index` (0 but for collections) of a font file, to be tried after those that are here.
    ///
    /// # Errors
    /// When it is no font.
    pub fn add(&mut self, bytes: FontBytes, index: u32) -> Result<(), PrintError> {
        let face = Face::read(bytes, index)?;
        self.faces.push(face);
        Ok(())
    }

    /// Adds a font file to be tried before all others; of a collection, all its faces.
    ///
    /// # Errors
    /// When it is no font.
    pub fn prefer(&mut self, bytes: &FontBytes) -> Result<(), PrintError> {
        let count = rustybuzz::ttf_parser::fonts_in_collection((**bytes).as_ref()).unwrap_or(1);
        let faces = (0..count).map(|index| Face::read(bytes.clone(), index));
        let faces = faces.collect::<Result<Vec<_>, _>>()?;
        self.faces.splice(0..0, faces);
        Ok(())
    }

    /// Those of the characters of `text` that no font has, as they would be printed.
    #[must_use]
    pub fn lacks(&self, text: &str) -> BTreeSet<char> {
        let faces: Vec<_> = self.faces.iter().filter_map(Face::shaping).collect();
        let has = |c: char| faces.iter().any(|face| face.glyph_index(c).is_some());
        text.nfc().filter(|c| !is_unseen(*c) && !has(*c)).collect()
    }

    pub(crate) fn faces(&self) -> &[Face] {
        &self.faces
    }
}

impl Face {
    fn read(bytes: FontBytes, index: u32) -> Result<Self, PrintError> {
        let pdf = PdfFont::new(bytes.clone().into(), index).ok_or(PrintError::NoFont)?;
        let shaping = rustybuzz::Face::from_slice((*bytes).as_ref(), index).ok_or(PrintError::NoFont)?;
        // Some bold fonts do not say so, but their weight does.
        let is_bold = shaping.is_bold() || shaping.weight().to_number() >= 600;
        drop(shaping);
        Ok(Self { bytes, index, is_bold, pdf })
    }

    pub(crate) fn shaping(&self) -> Option<rustybuzz::Face<'_>> {
        rustybuzz::Face::from_slice((*self.bytes).as_ref(), self.index)
    }
}

/// How many of these characters face `index` of a font file has; none if it is no font.
#[must_use]
pub fn coverage(bytes: &[u8], index: u32, characters: &BTreeSet<char>) -> usize {
    let Ok(face) = rustybuzz::ttf_parser::Face::parse(bytes, index) else { return 0 };
    characters.iter().filter(|c| face.glyph_index(**c).is_some()).count()
}

/// Characters by the name of their script: each script may want a font of its own.
#[must_use]
pub fn by_script(characters: &BTreeSet<char>) -> BTreeMap<&'static str, BTreeSet<char>> {
    let mut scripts: BTreeMap<_, BTreeSet<char>> = BTreeMap::new();
    for character in characters {
        scripts.entry(character.script().full_name()).or_default().insert(*character);
    }
    scripts
}

/// What has no picture of its own: white space, marks of direction, joiners, variation selectors.
pub(crate) fn is_unseen(c: char) -> bool {
    c.is_whitespace()
        || c.is_control()
        || matches!(c, '\u{AD}' | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}')
        || matches!(c, '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{E0100}'..='\u{E01EF}')
}

#[cfg(test)]
mod tests {
    use super::Fonts;

    #[test]
    fn what_ships_with_the_program_has_latin_greek_and_cyrillic() {
        let fonts = Fonts::default();
        assert_eq!(fonts.faces().iter().map(|face| face.is_bold).collect::<Vec<_>>(), [false, true]);
        assert!(fonts.lacks("Zoë Ångström-Nuñez, Łódź, Dvořák, Nguyễn, Ελένη, Щукин · – … ✂ 2*").len() <= 1);
        // Decomposed: the letter and its accent print as one.
        assert_eq!(fonts.lacks("e\u{301} a\u{200D}b\u{FE0F}").len(), 0);
        let lacking: String = fonts.lacks("김철수 7").into_iter().collect();
        assert_eq!(lacking, "김수철");
        // Decomposed Hangul is named as it is written.
        let lacking: String = fonts.lacks("\u{1100}\u{1175}\u{11B7}").into_iter().collect();
        assert_eq!(lacking, "김");
    }

    #[test]
    fn no_font() {
        assert!(Fonts::default().prefer(&(std::sync::Arc::new(*b"not a font") as super::FontBytes)).is_err());
    }
}
