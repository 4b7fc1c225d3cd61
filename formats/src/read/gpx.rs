//! GPX files (1.0 and 1.1, topografix.com): tracks, routes and waypoints.
//!
//! Invariant: a file costs bounded memory, and no entity or document type is ever read. What makes no sense is named with
//! its line; the rest is taken.

use roxmltree::{Document, Node, ParsingOptions};
use thiserror::Error;

use super::text::{self, Encoding, TextError};

/// The largest file, in bytes: two days recorded once a second, with a watch's extras, have 43 million.
pub const BYTES_MAX: usize = 64 << 20;
/// The most points of all tracks, or of all routes.
pub const POINTS_MAX: usize = 500_000;
/// The most tracks, or routes.
pub const TRACKS_MAX: usize = 50;
/// The most waypoints.
pub const WAYPOINTS_MAX: usize = 500;
/// The most XML nodes.
const NODES_MAX: u32 = 8_000_000;
/// The longest tag, in bytes, and the most declarations of namespaces: a reader of XML compares those of one tag, and of
/// those around it, with each other.
const TAG_MAX: usize = 4096;
/// See [`TAG_MAX`].
const NAMESPACES_MAX: usize = 64;
/// The longest name that is kept, in characters: as the race file allows.
const NAME_MAX: usize = 120;

/// What a file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Gpx {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// Its tracks; its routes, where it has no track.
    pub tracks: Vec<Track>,
    /// Its waypoints, in its order.
    pub waypoints: Vec<Waypoint>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

/// A line through points.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Track {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// At least two. Segments follow each other.
    pub points: Vec<Point>,
}

/// A place on earth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// Degrees north, -90 to 90 (WGS 84).
    pub latitude: f64,
    /// Degrees east, -180 to 180.
    pub longitude: f64,
    /// Metres above the sea, if the file says so.
    pub elevation_m: Option<f64>,
}

/// A place with a name.
#[derive(Clone, Debug, PartialEq)]
pub struct Waypoint {
    /// As the file has it, on one line; empty if it has none.
    pub name: String,
    /// Where.
    pub point: Point,
}

/// What was left out, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "line {line}: a {what} without a latitude from -90 to 90 and a longitude from -180 to 180 was left out"
)]
pub struct Skipped {
    /// From 1.
    pub line: u32,
    /// `wpt`, `trkpt`, `rtept`.
    pub what: &'static str,
}

/// Why a file is refused.
#[derive(Debug, Error)]
pub enum GpxError {
    /// Not text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// Too large.
    #[error("the file has {bytes} bytes, more than {BYTES_MAX}. Simplify the track, or cut it into courses")]
    Large {
        /// Its size.
        bytes: usize,
    },
    /// It declares a document type: GPX has none, and entities could grow without end.
    #[error(
        "the file declares a document type (<!DOCTYPE …>), which GPX has not. Export it again, or delete that part"
    )]
    DocumentType,
    /// Not XML.
    #[error("this is no XML: {0}. Export the file as GPX again")]
    Xml(String),
    /// Another kind of XML.
    #[error("this is no GPX: its outermost element is <{0}>, not <gpx>")]
    NotGpx(String),
    /// Nothing to measure along.
    #[error("the file has no track and no route of two points or more. Export the course as a track")]
    NoTrack,
    /// Something that no map program writes, and that could take a reader hours.
    #[error(
        "line {line}: a tag of more than {TAG_MAX} bytes. This is no GPX that a program wrote; export it again"
    )]
    Tag {
        /// From 1.
        line: usize,
    },
    /// Too much of something.
    #[error("the file has more than {max} {what}. Simplify it, or cut it into courses")]
    Many {
        /// Of what.
        what: &'static str,
        /// The most.
        max: usize,
    },
}

/// Reads a GPX file.
///
/// # Errors
/// When it is no GPX, has nothing to measure along, or is larger than a course can be.
pub fn parse(bytes: &[u8]) -> Result<Gpx, GpxError> {
    if bytes.len() > BYTES_MAX {
        return Err(GpxError::Large { bytes: bytes.len() });
    }
    let text = text::decode(bytes, Encoding::Utf8)?;
    check_tags(&text)?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES_MAX, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).map_err(xml_error)?;
    let root = document.root_element();
    if root.tag_name().name() != "gpx" {
        return Err(GpxError::NotGpx(one_line(root.tag_name().name())));
    }
    let mut gpx = Gpx { name: child(root, "metadata").or(Some(root)).and_then(name), ..Gpx::default() };
    gpx.waypoints = waypoints(&document, &mut gpx.skipped)?;
    gpx.tracks = tracks(&document, "trk", "trkpt", &mut gpx.skipped)?;
    if gpx.tracks.is_empty() {
        gpx.tracks = tracks(&document, "rte", "rtept", &mut gpx.skipped)?;
    }
    if gpx.tracks.is_empty() { Err(GpxError::NoTrack) } else { Ok(gpx) }
}

/// Whether the text can be read in time that grows with its length alone.
fn check_tags(text: &str) -> Result<(), GpxError> {
    if text.matches("xmlns").count() > NAMESPACES_MAX {
        return Err(GpxError::Many { what: "namespaces", max: NAMESPACES_MAX });
    }
    let bytes = text.as_bytes();
    let is_tag = |at: &usize| bytes.get(at + 1).is_some_and(|next| !matches!(next, b'!' | b'?'));
    let mut tags = text.match_indices('<').map(|(at, _)| at).filter(is_tag);
    let is_long = |at: &usize| bytes.len() > at + TAG_MAX && !bytes[*at..at + TAG_MAX].contains(&b'>');
    match tags.find(is_long) {
        None => Ok(()),
        Some(at) => Err(GpxError::Tag { line: text[..at].matches('\n').count() + 1 }),
    }
}

fn xml_error(error: roxmltree::Error) -> GpxError {
    match error {
        roxmltree::Error::DtdDetected => GpxError::DocumentType,
        roxmltree::Error::NodesLimitReached => {
            GpxError::Many { what: "XML elements and texts", max: NODES_MAX as usize }
        }
        // Its text may quote the file: on one line, and without what a terminal would obey.
        error => GpxError::Xml(one_line(&error.to_string())),
    }
}

fn named<'a, 'd>(parent: Node<'a, 'd>, tag: &'static str) -> impl Iterator<Item = Node<'a, 'd>> {
    parent.children().filter(move |node| node.tag_name().name() == tag)
}

fn child<'a, 'd>(parent: Node<'a, 'd>, tag: &'static str) -> Option<Node<'a, 'd>> {
    named(parent, tag).next()
}

fn name(node: Node<'_, '_>) -> Option<String> {
    Some(one_line(child(node, "name")?.text()?)).filter(|name| !name.is_empty())
}

/// Words with single spaces between them, without control characters, and no longer than a name may be.
fn one_line(text: &str) -> String {
    let words = text.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty());
    let line = words.collect::<Vec<_>>().join(" ");
    line.chars().take(NAME_MAX).collect::<String>().trim_end().to_owned()
}

fn waypoints(document: &Document<'_>, skipped: &mut Vec<Skipped>) -> Result<Vec<Waypoint>, GpxError> {
    let mut waypoints = Vec::new();
    for node in named(document.root_element(), "wpt") {
        let Some(point) = point(document, node, "wpt", skipped) else { continue };
        waypoints.push(Waypoint { name: name(node).unwrap_or_default(), point });
        if waypoints.len() > WAYPOINTS_MAX {
            return Err(GpxError::Many { what: "waypoints", max: WAYPOINTS_MAX });
        }
    }
    Ok(waypoints)
}

/// Tracks hold their points in segments, routes without.
fn tracks(
    document: &Document<'_>,
    tag: &'static str,
    point_tag: &'static str,
    skipped: &mut Vec<Skipped>,
) -> Result<Vec<Track>, GpxError> {
    let (mut tracks, mut count) = (Vec::new(), 0);
    for node in named(document.root_element(), tag) {
        let mut points = Vec::new();
        let inside = node.descendants().filter(|inner| inner.tag_name().name() == point_tag);
        for inner in inside {
            points.extend(point(document, inner, point_tag, skipped));
            count += 1;
            if count > POINTS_MAX {
                return Err(GpxError::Many { what: "points", max: POINTS_MAX });
            }
        }
        if points.len() >= 2 {
            tracks.push(Track { name: name(node), points });
        }
        if tracks.len() > TRACKS_MAX {
            return Err(GpxError::Many { what: "tracks", max: TRACKS_MAX });
        }
    }
    Ok(tracks)
}

fn point(
    document: &Document<'_>,
    node: Node<'_, '_>,
    what: &'static str,
    skipped: &mut Vec<Skipped>,
) -> Option<Point> {
    let degrees = |attribute: &str, most: f64| {
        let degrees: f64 = node.attribute(attribute)?.trim().parse().ok()?;
        (-most..=most).contains(&degrees).then_some(degrees)
    };
    let Some((latitude, longitude)) = degrees("lat", 90.0).zip(degrees("lon", 180.0)) else {
        skipped.push(Skipped { line: document.text_pos_at(node.range().start).row, what });
        return None;
    };
    let elevation_m = child(node, "ele").and_then(|ele| ele.text()?.trim().parse::<f64>().ok());
    // From the deepest sea to above the highest mountain; a lost barometer says other things.
    let elevation_m = elevation_m.filter(|metres| (-11_000.0..=9_000.0).contains(metres));
    Some(Point { latitude, longitude, elevation_m })
}

#[cfg(test)]
mod tests;
