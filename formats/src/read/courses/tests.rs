use super::*;
use crate::read::{
    gpx::{Gpx, Waypoint},
    race_file,
};

/// Lines `trk Name: lat,lon lat,lon,elevation …` and `wpt Name: lat,lon`. Shown for each course: its key, the visits and
/// metres of climb; then the remarks.
fn check(map: &str, expected: &str) {
    let courses = of_gpx(&gpx(map), NEAR_M_DEFAULT);
    let mut lines: Vec<String> = Vec::new();
    for way in &courses.courses {
        let visits: Vec<String> = way.visits.iter().map(|v| format!("{} {}", v.at, v.distance_m)).collect();
        let climb = way.climb_m.map_or_else(String::new, |(up, down)| format!(" +{up} -{down}"));
        lines.push(format!("{}: {}{climb}", way.key, visits.join(", ")));
    }
    lines.extend(courses.remarks.iter().map(ToString::to_string));
    let trim =
        |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    assert_eq!(lines.join("\n"), trim(expected));
    reads_as_a_race_file(&courses);
}

/// With its gun set, what is written is read again as the same places and visits.
fn reads_as_a_race_file(courses: &Courses) {
    let text = courses.race_file();
    assert!(race_file::parse(text.as_bytes()).is_err(), "a race without a gun");
    let race = race_file::parse(text.replace("# start =", "start =").as_bytes()).unwrap();
    let names: Vec<&String> = race.checkpoints.iter().map(|c| &c.name).collect();
    assert_eq!(names, courses.checkpoints.iter().map(|place| &place.name).collect::<Vec<_>>());
    for (course, way) in race.courses.iter().zip(&courses.courses) {
        let read: Vec<_> = course.visits.iter().map(|v| (v.checkpoint.to_string(), v.distance_m)).collect();
        assert_eq!(read, way.visits.iter().map(|v| (v.at.clone(), v.distance_m)).collect::<Vec<_>>());
    }
}

fn gpx(map: &str) -> Gpx {
    let mut gpx = Gpx::default();
    for line in map.trim().lines().map(str::trim) {
        let (head, points) = line.split_once(": ").unwrap();
        let (kind, name) = head.split_once(' ').unwrap();
        let points: Vec<Point> = points.split(' ').map(point).collect();
        match kind {
            "trk" => gpx.tracks.push(Track { name: Some(name.to_owned()), points }),
            _ => gpx.waypoints.push(Waypoint { name: name.trim_matches('-').to_owned(), point: points[0] }),
        }
    }
    gpx
}

fn point(text: &str) -> Point {
    let numbers: Vec<f64> = text.split(',').map(|number| number.parse().unwrap()).collect();
    Point { latitude: numbers[0], longitude: numbers[1], elevation_m: numbers.get(2).copied() }
}

#[test]
fn places_along_a_track() {
    // On the equator a hundredth of a degree is 1113.19 m.
    check(
        "trk Ten: 0,0 0,0.03 0,0.09
         wpt Start: 0,0\nwpt Second: 0.0005,0.05\nwpt First: 0,0.01\nwpt Finish: 0,0.09",
        "ten: start 0, first 1113, second 5566, finish 10019",
    );
    // A start and a finish are made where no waypoint stands.
    check("trk Ten: 0,0 0,0.09\nwpt Aid: 0,0.03", "ten: start 0, aid 3340, finish 10019");
    check("trk Ten: 0,0 0,0.09", "ten: start 0, finish 10019");
    // Near the ends is at the ends.
    check("trk Ten: 0,0 0,0.09\nwpt Go: 0,0.0005\nwpt Arch: 0,0.0895", "ten: go 0, arch 10019");
    // Beyond the date line.
    check("trk East: 0,179.99 0,-179.97\nwpt Aid: 0.0001,-179.995", "east: start 0, aid 1670, finish 4453");
}

#[test]
fn places_that_come_twice() {
    // Out and back: the place on the way twice, the turn once.
    check(
        "trk OB: 0,0 0,0.02 0,0.04 0,0.02 0,0\nwpt Start: 0,0\nwpt Aid: 0,0.02\nwpt Turn: 0,0.04",
        "ob: start 0, aid 2226, turn 4453, aid 6679, start 8906",
    );
    // A map that has the place twice, for the way out and the way back.
    check(
        "trk OB: 0,0 0,0.02 0,0.04 0,0.02 0,0\nwpt Start: 0,0\nwpt Aid: 0,0.02\nwpt Aid: 0.0001,0.02",
        "ob: start 0, aid 2226, aid 6679, start 8906",
    );
    // A line that wavers about the place passes it once.
    check(
        "trk W: 0,0 0.0005,0.02 0.0012,0.0203 0.0005,0.0206 0.0012,0.0209 0.0005,0.0212 0,0.05\nwpt Aid: 0,0.0206",
        "w: start 0, aid 2396, finish 5771",
    );
}

#[test]
fn courses_share_places() {
    check(
        "trk Long: 0,0 0,0.09\ntrk Short: 0,0 0,0.03\nwpt Start: 0,0\nwpt Aid: 0,0.03",
        "long: start 0, aid 3340, finish 10019\nshort: start 0, aid 3340",
    );
}

#[test]
fn what_a_person_should_know() {
    check(
        "trk Ten: 0,0 0,0.09\nwpt Summit: 0.01,0.03\nwpt ---: 0,0.05",
        "ten: start 0, waypoint-2 5566, finish 10019
         a waypoint without a name was called \"Waypoint 2\"
         \"Summit\" is 1106 m from the nearest track, farther than 100 m: left out",
    );
    check(
        "trk Ten: 0,0 0,0.09\nwpt Water: 0,0.03\nwpt Food: 0,0.03",
        "ten: start 0, water 3340, food 3341, finish 10019
         \"Food\" is at the same metre of \"Ten\" as the place before: written one metre on",
    );
    check(
        "trk Still: 0,0 0,0\ntrk World: 0,0 0,100\ntrk Ten: 0,0 0,0.09",
        "ten: start 0, finish 10019
         the track \"Still\" is left out: it is shorter than a metre
         the track \"World\" is left out: it is longer than 1000 km",
    );
}

#[test]
fn climbs_without_wiggles() {
    check("trk Up: 0,0,100 0,0.01,104 0,0.02,101 0,0.03,160 0,0.09,120", "up: start 0, finish 10019 +60 -40");
    // An elevation is lacking: nothing is claimed.
    check("trk Up: 0,0,100 0,0.01 0,0.09,120", "up: start 0, finish 10019");
}

#[test]
fn keys_in_any_script() {
    let key = |name: &str| key(name, "place", |taken| taken == "aid");
    let names = [
        "개선문",
        "Åsa's Hütte",
        "Ай-Петри",
        "東京",
        "مكة",
        "Aid",
        "#!",
        "A very long name of a place",
        "\u{1f3c1}",
    ];
    let keys: Vec<String> = names.map(key).into();
    assert_eq!(
        keys,
        [
            "gaeseonmun",
            "asa-s-hutte",
            "ay-petri",
            "dongjing",
            "mkh",
            "aid-2",
            "place",
            "a-very-long-name",
            "checkered-flag"
        ]
    );
}

#[test]
fn markup_and_quotes_stay_text() {
    check(
        "trk \"\"\" ]] x = 1: 0,0 0,0.09\nwpt '\\u0041\" <script>: 0,0.03",
        "x-1: start 0, u0041-script 3340, finish 10019",
    );
}

/// Geodesics of the library beside formulas of their own: the equator is a circle, a meridian has a series.
#[test]
fn known_lengths() {
    let length = |map: &str| Line::new(&gpx(map).tracks[0].points).length_m();
    let equator_m = 6_378_137.0 * 1.0_f64.to_radians();
    assert!((length("trk A: 0,10 0,11") - equator_m).abs() < 0.001);
    for latitude in [0.0, 39.5, 60.5, 88.5] {
        let (two, four) = (2.0 * f64::to_radians(latitude), 4.0 * f64::to_radians(latitude));
        let meridian_m = 111_132.954 - 559.822 * two.cos() + 1.175 * four.cos();
        let found_m = length(&format!("trk A: {},125 {},125", latitude - 0.5, latitude + 0.5));
        assert!((found_m - meridian_m).abs() < 0.5, "{latitude}: {found_m} {meridian_m}");
    }
}
