//! Where places stand along a line on earth.
//!
//! Invariant: lengths are those of geodesics on the WGS 84 ellipsoid (Karney's algorithm, by the library); the plane is
//! used only to find the nearest point of a short piece.

use geographiclib_rs::{Geodesic, InverseGeodesic};

use super::super::gpx::Point;

/// Ups and downs of less than this are the barometer's, in metres.
const CLIMB_MIN_M: f64 = 5.0;
/// The ellipsoid's half axis, in metres, and the square of its eccentricity (WGS 84).
const AXIS_M: f64 = 6_378_137.0;
/// See [`AXIS_M`].
const ECCENTRICITY_SQUARE: f64 = 0.006_694_379_990_14;

/// A line with its length up to each point.
pub(super) struct Line {
    points: Vec<Point>,
    /// Metres from the first point.
    at_m: Vec<f64>,
}

/// Metres between two places.
pub(super) fn distance_m(a: Point, b: Point) -> f64 {
    Geodesic::wgs84().inverse(a.latitude, a.longitude, b.latitude, b.longitude)
}

impl Line {
    pub(super) fn new(points: &[Point]) -> Self {
        let wgs84 = Geodesic::wgs84();
        let (mut at_m, mut sum_m) = (vec![0.0], 0.0);
        for pair in points.windows(2) {
            let metres: f64 =
                wgs84.inverse(pair[0].latitude, pair[0].longitude, pair[1].latitude, pair[1].longitude);
            sum_m += metres;
            at_m.push(sum_m);
        }
        Self { points: points.to_vec(), at_m }
    }

    pub(super) fn length_m(&self) -> f64 {
        self.at_m.last().copied().unwrap_or_default()
    }

    /// How near the line comes to a place, and where along it, in metres: once for every time that it comes within
    /// `near_m`. It has left when it was twice as far, so that a line that wavers passes once.
    pub(super) fn passes(&self, place: Point, near_m: f64) -> (f64, Vec<f64>) {
        let view = View::from(place);
        let mut nearest_at = (f64::INFINITY, place);
        let (mut passes, mut open): (Vec<f64>, Option<(f64, f64)>) = (Vec::new(), None);
        for (n, pair) in self.points.windows(2).enumerate() {
            let (away_m, part) = view.nearest(pair[0], pair[1]);
            if away_m < nearest_at.0 {
                nearest_at = (away_m, between(pair[0], pair[1], part));
            }
            let at_m = self.at_m[n] + part * (self.at_m[n + 1] - self.at_m[n]);
            if away_m <= near_m && open.is_none_or(|(best_m, _)| away_m < best_m) {
                open = Some((away_m, at_m));
            }
            // The end of this piece tells whether the line has gone away.
            let (east_m, north_m) = view.of(pair[1]);
            if east_m.hypot(north_m) > 2.0 * near_m {
                passes.extend(open.take().map(|(_, at_m)| at_m));
            }
        }
        passes.extend(open.map(|(_, at_m)| at_m));
        (distance_m(place, nearest_at.1), passes)
    }
}

/// What is near a place, on the plane that touches the ellipsoid there.
struct View {
    place: Point,
    /// Metres in a degree.
    east_m: f64,
    north_m: f64,
}

impl View {
    fn from(place: Point) -> Self {
        let (sine, cosine) = place.latitude.to_radians().sin_cos();
        let root = (1.0 - ECCENTRICITY_SQUARE * sine * sine).sqrt();
        let degree_m = AXIS_M.to_radians() / root;
        let north_m = degree_m * (1.0 - ECCENTRICITY_SQUARE) / (root * root);
        Self { place, east_m: degree_m * cosine, north_m }
    }

    /// Metres east and north. Beyond the date line a point is as near as on this side.
    fn of(&self, point: Point) -> (f64, f64) {
        let north = point.latitude - self.place.latitude;
        (turn(self.place, point) * self.east_m, north * self.north_m)
    }

    /// How far a piece of line is, and after which part of it that is.
    fn nearest(&self, from: Point, to: Point) -> (f64, f64) {
        let (a, b) = (self.of(from), self.of(to));
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let square = dx * dx + dy * dy;
        let part = if square > 0.0 { (-(a.0 * dx + a.1 * dy) / square).clamp(0.0, 1.0) } else { 0.0 };
        ((a.0 + part * dx).hypot(a.1 + part * dy), part)
    }
}

/// Degrees east from one place to another, the short way round.
fn turn(from: Point, to: Point) -> f64 {
    (to.longitude - from.longitude + 540.0).rem_euclid(360.0) - 180.0
}

/// The point after a part of a piece of line.
fn between(from: Point, to: Point, part: f64) -> Point {
    let latitude = from.latitude + part * (to.latitude - from.latitude);
    Point { latitude, longitude: from.longitude + part * turn(from, to), elevation_m: None }
}

/// Metres up and down; nothing if a point has no elevation.
#[allow(clippy::cast_possible_truncation, reason = "500,000 points times 20 km are far below 2^53")]
pub(super) fn climb_m(points: &[Point]) -> Option<(i64, i64)> {
    let (mut up_m, mut down_m) = (0.0, 0.0);
    let mut last_m = points.first()?.elevation_m?;
    for point in points {
        let change_m = point.elevation_m? - last_m;
        if change_m.abs() < CLIMB_MIN_M {
            continue;
        }
        last_m += change_m;
        if change_m > 0.0 { up_m += change_m } else { down_m -= change_m }
    }
    Some((f64::round(up_m) as i64, f64::round(down_m) as i64))
}
