//! Fonts of this machine, for what the font that ships with the program lacks.
//!
//! Invariant: which fonts are taken follows from the files that are installed and the characters that are needed, in one
//! order, so the same machine prints the same bytes.

use std::{cmp::Reverse, collections::BTreeSet, fs, path::Path, sync::Arc};

use bibtrail_print::font::{Fonts, by_script, coverage};
use fontdb::{Database, FaceInfo, Source, Style, Weight};

use crate::Error;

/// The fonts for a text: the one given, the one that ships with the program, and of this machine those that are needed.
/// What no font has is said when it is printed.
pub(crate) fn for_text(text: &str, given: Option<&Path>) -> Result<Fonts, Error> {
    let mut fonts = Fonts::default();
    if let Some(path) = given {
        let bytes: Arc<Vec<u8>> = Arc::new(fs::read(path).map_err(Error::file(path))?);
        let font = |source| Error::Font { path: path.to_owned(), source };
        fonts.prefer(&(bytes as _)).map_err(font)?;
    }
    let lacking = fonts.lacks(text);
    if lacking.is_empty() {
        return Ok(fonts);
    }
    let mut installed = Database::new();
    installed.load_system_fonts();
    let mut faces: Vec<&FaceInfo> = installed.faces().collect();
    let bold: BTreeSet<_> =
        faces.iter().filter(|face| is_bold(face)).filter_map(|face| family(face)).collect();
    faces.sort_by_cached_key(|face| preference(face, &bold));
    // Fonts of Han have letters of other scripts too, less well drawn: they come last.
    let (han, others): (Vec<_>, Vec<_>) =
        by_script(&lacking).into_iter().partition(|(script, _)| *script == "Han");
    for (_, mut wanted) in others.into_iter().chain(han) {
        while let Some(best) = best(&installed, &faces, &wanted) {
            take(&installed, &faces, best, &mut fonts)?;
            let left: String = wanted.iter().collect();
            let still = fonts.lacks(&left);
            // A face that reads and cannot be embedded would be chosen for ever.
            if still.len() == wanted.len() {
                break;
            }
            wanted = still;
        }
    }
    Ok(fonts)
}

fn family(face: &FaceInfo) -> Option<String> {
    face.families.first().map(|family| family.0.clone())
}

fn is_bold(face: &FaceInfo) -> bool {
    // Some families call 600 bold.
    face.weight >= Weight::SEMIBOLD && face.style == Style::Normal
}

/// Upright, regular, proportional sans serifs that have a bold face go first; then by file, so that the order is one.
fn preference(face: &FaceInfo, bold: &BTreeSet<String>) -> impl Ord + use<> {
    let family = family(face).unwrap_or_default();
    let has_bold = bold.contains(&family);
    let is_sans = ["Sans", "Gothic", "Grotesk", "Arial", "Segoe"].iter().any(|word| family.contains(word));
    let weight = face.weight.0.abs_diff(Weight::NORMAL.0);
    let upright = face.style == Style::Normal;
    (!upright, face.monospaced, !is_sans, !has_bold, weight, family, path(face), face.index)
}

fn path(face: &FaceInfo) -> Option<std::path::PathBuf> {
    match &face.source {
        Source::File(path) | Source::SharedFile(path, _) => Some(path.clone()),
        Source::Binary(_) => None,
    }
}

/// The face that has most of the characters; of several the one that comes first.
fn best<'a>(installed: &Database, faces: &[&'a FaceInfo], wanted: &BTreeSet<char>) -> Option<&'a FaceInfo> {
    let has = |face: &FaceInfo| {
        installed.with_face_data(face.id, |bytes, index| coverage(bytes, index, wanted)).unwrap_or_default()
    };
    let counted = faces.iter().enumerate().map(|(n, face)| ((has(face), Reverse(n)), *face));
    counted.filter(|((count, _), _)| *count > 0).max_by_key(|(rank, _)| *rank).map(|(_, face)| face)
}

/// Adds a face, and the bold one of its family.
fn take(installed: &Database, faces: &[&FaceInfo], face: &FaceInfo, fonts: &mut Fonts) -> Result<(), Error> {
    let is_its_bold = |other: &&&FaceInfo| is_bold(other) && family(other) == family(face);
    for face in std::iter::once(face).chain(faces.iter().find(is_its_bold).copied()) {
        let bytes = installed.with_face_data(face.id, |bytes, _| bytes.to_vec());
        if let Some(bytes) = bytes {
            fonts.add(Arc::new(bytes), face.index)?;
        }
    }
    Ok(())
}
