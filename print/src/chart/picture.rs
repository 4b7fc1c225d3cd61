//! SVG to PNG.
//!
//! Invariant: a picture takes its letters from the fonts that were handed in, and from no others.

use std::sync::Arc;

use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{
        Options, Tree,
        fontdb::{Database, Source},
    },
};

use crate::{PrintError, font::Fonts};

/// The widest picture, in pixels.
const WIDTH_MAX: u32 = 20_000;

/// A chart as PNG, so many pixels wide (200 to 20,000; others become the nearest).
///
/// # Errors
/// When a character has no font, or the text is no SVG.
pub fn png(svg: &str, width_px: u32, fonts: &Fonts) -> Result<Vec<u8>, PrintError> {
    let tree = tree(svg, fonts)?;
    let wrong = |what: &str| PrintError::Picture(what.to_owned());
    let size = tree.size().to_int_size().scale_to_width(width_px.clamp(200, WIDTH_MAX));
    let size = size.ok_or_else(|| wrong("it would be empty"))?;
    let mut pixels =
        Pixmap::new(size.width(), size.height()).ok_or_else(|| wrong("it would be too large"))?;
    #[allow(clippy::cast_precision_loss, reason = "at most 20,000 pixels")]
    let scale = size.width() as f32 / tree.size().width();
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| PrintError::Picture(error.to_string()))
}

/// A chart as shapes and shaped text.
pub(crate) fn tree(svg: &str, fonts: &Fonts) -> Result<Tree, PrintError> {
    let lacking = fonts.lacks(svg);
    if !lacking.is_empty() {
        return Err(PrintError::Lacking(lacking));
    }
    let mut database = Database::new();
    for face in fonts.faces().iter().filter(|face| face.index == 0) {
        database.load_font_source(Source::Binary(face.bytes.clone()));
    }
    let family =
        database.faces().next().and_then(|face| face.families.first()).map(|family| family.0.clone());
    let mut options = Options { fontdb: Arc::new(database), ..Options::default() };
    if let Some(family) = family {
        options.font_family.clone_from(&family);
        options.fontdb_mut().set_sans_serif_family(family);
    }
    Tree::from_str(svg, &options).map_err(|error| PrintError::Picture(error.to_string()))
}
