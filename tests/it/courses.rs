//! Courses from maps, by the command and beside a formula of their own.
//!
//! Invariant: what the command prints is a race file once its gun is set.

use std::{fs, path::PathBuf};

use bibtrail_formats::read::{courses, gpx, race_file};

/// Runs a command line: exit code, output, remarks.
fn run(args: &[&str]) -> (u8, String, String) {
    let args = std::iter::once("bibtrail").chain(args.iter().copied()).map(Into::into);
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = bibtrail::run(args, &mut &b""[..], &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn seed(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/corpus/gpx").join(name)
}

#[test]
fn the_command_begins_a_race_file() {
    let file = seed("out-and-back.gpx");
    let path = file.to_str().unwrap();
    let (code, out, err) = run(&["race", "course", path]);
    // A place was left out: found something.
    assert_eq!(code, 1, "{err}");
    let far = "\"Far hut\" is 17784 m from the nearest track, farther than 100 m: left out";
    assert_eq!(err, format!("{path}: {far}\n"));
    let expected = r#"name = "Night Run"
# The gun and the time zone: set them, then take away the #.
# start = "2025-04-06T09:00:00+09:00"
# time_zone = "Asia/Seoul"

[[checkpoint]]
key = "chulbal"
name = "출발"
latitude = 39.000000
longitude = 125.750000

[[checkpoint]]
key = "aid-water"
name = "Aid & water"
latitude = 39.020000
longitude = 125.750000

[[course]]
key = "ten"
name = "Ten"
# 130 m up, 130 m down
# Where both ways are recorded, add: record = "in-out"
visits = [
    { at = "chulbal", distance_m = 0 },
    { at = "aid-water", distance_m = 2220 },
    { at = "aid-water", distance_m = 6987 },
    { at = "chulbal", distance_m = 9207 },
]
"#;
    assert_eq!(out, expected);
    let race = race_file::parse(out.replace("# start =", "start =").as_bytes()).unwrap();
    assert_eq!(race.courses[0].visits.len(), 4);
    let (_, out, err) = run(&["race", "course", path, "--json"]);
    let json: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((json["race"]["courses"][0]["length_m"].as_i64(), err.as_str()), (Some(9207), ""));
    assert_eq!(json["remarks"], serde_json::json!([far]));
}

#[test]
fn what_is_no_map_is_refused() {
    let (code, out, err) = run(&["race", "course", "/nowhere.gpx"]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("/nowhere.gpx"), "{err}");
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("map.gpx");
    fs::write(&file, "<!DOCTYPE gpx [<!ENTITY a 'b'>]><gpx>&a;</gpx>").unwrap();
    let (code, out, err) = run(&["race", "course", file.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (1, ""), "{err}");
    assert!(err.contains("declares a document type"), "{err}");
    let (code, _, err) = run(&["race", "course", file.to_str().unwrap(), "--near", "0"]);
    assert_eq!(code, 2, "{err}");
}

/// On a sphere, by half angles: another formula and another figure of the earth, so a little off.
fn on_a_sphere_m(points: &[gpx::Point]) -> f64 {
    let metres = |pair: &[gpx::Point]| {
        let [a, b] = [pair[0], pair[1]].map(|p| (p.latitude.to_radians(), p.longitude.to_radians()));
        let half = |a: f64, b: f64| ((b - a) / 2.0).sin().powi(2);
        2.0 * 6_371_008.8 * (half(a.0, b.0) + a.0.cos() * b.0.cos() * half(a.1, b.1)).sqrt().asin()
    };
    points.windows(2).map(metres).sum()
}

#[test]
#[allow(clippy::cast_precision_loss, reason = "metres of a run")]
fn a_recorded_run() {
    let file = "../../shared/data/opensplittime-fixtures/test_track.gpx";
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(file);
    let Ok(text) = fs::read_to_string(&file) else {
        println!("SKIPPED: {} is not here; this test measures a recorded run", file.display());
        return;
    };
    let map = gpx::parse(text.as_bytes()).unwrap();
    let points = &map.tracks[0].points;
    assert_eq!(points.len(), text.matches("<trkpt").count());
    let made = courses::of_gpx(&map, courses::NEAR_M_DEFAULT);
    let (course, sphere_m) = (&made.courses[0], on_a_sphere_m(points));
    println!(
        "{} m on the ellipsoid, {sphere_m:.0} m on a sphere; climb {:?}",
        course.length_m, course.climb_m
    );
    assert!((course.length_m as f64 / sphere_m - 1.0).abs() < 0.003, "{} {sphere_m}", course.length_m);
    assert_eq!((course.key.as_str(), made.checkpoints.len(), made.remarks.len()), ("morning-run", 2, 0));
}
