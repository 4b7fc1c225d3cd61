use super::*;

const GOOD: &str = r#"
name = "Night Run"
start = "2025-04-06T09:00:00+09:00"
time_zone = "Asia/Seoul"

[[checkpoint]]
key = "start"
name = "Start"

[[checkpoint]]
key = "arch"
name = "Arch"

[[course]]
key = "ten"
name = "Ten"
visits = [{ at = "start", distance_m = 0 }, { at = "arch", distance_m = 10000.4, record = "in-out" }]
"#;

/// The good file with one text replaced, and what comes of it.
fn check(from: &str, to: &str, expected: &str) {
    assert!(GOOD.contains(from), "the good file has no {from:?}");
    let shown = match parse(GOOD.replacen(from, to, 1).as_bytes()) {
        Err(error) => error.to_string(),
        Ok(file) => file.courses[0]
            .visits
            .iter()
            .map(|v| format!("{} {}{}", v.checkpoint, v.distance_m, if v.in_out { " in-out" } else { "" }))
            .collect::<Vec<_>>()
            .join(", "),
    };
    assert_eq!(shown.trim_end(), expected);
}

#[test]
fn good() {
    check("Night", "밤", "start 0, arch 10000 in-out");
    check(
        "key = \"ten\"",
        "key = \"ten\"\nlaps = 2\nlap_distance_m = 10000.4",
        "start 0, arch 10000 in-out, arch 20001 in-out",
    );
}

#[test]
fn unknown_keys_are_named_with_their_place() {
    check(
        "time_zone",
        "timezone",
        "TOML parse error at line 4, column 1
  |
4 | timezone = \"Asia/Seoul\"
  | ^^^^^^^^
unknown field `timezone`, expected one of `name`, `names`, `start`, `time_zone`, `rank_by`, `window_s`, `checkpoint`, `course`",
    );
}

#[test]
fn courses_and_distances() {
    check(
        "at = \"arch\"",
        "at = \"ark\"",
        "course \"ten\", visit 2: there is no checkpoint \"ark\". The checkpoints are: start, arch",
    );
    check("10000.4", "-5", "course \"ten\", visit 2 (arch): -5 m is no distance");
    check("10000.4", "nan", "course \"ten\", visit 2 (arch): NaN m is no distance");
    check("10000.4", "0", "course \"ten\", visit 2 (arch): 0 m is not farther than the visit before");
    check("10000.4", "4e7", "course \"ten\", visit 2 (arch): 40000000 m is more than 1000 km");
    check(
        "distance_m = 0 ",
        "distance_m = 5 ",
        "course \"ten\", visit 1 (start): 5 m is not 0, but this is the start",
    );
    check(
        "{ at = \"start\", distance_m = 0 }, ",
        "",
        "course \"ten\" needs at least a start and a finish in its visits",
    );
    check(
        "key = \"ten\"",
        "key = \"ten\"\nlaps = 0\nlap_distance_m = 10000.4",
        "course \"ten\": laps must be 1 to 200 and come with lap_distance_m, the distance of its last visit",
    );
    check(
        "key = \"ten\"",
        "key = \"ten\"\nlaps = 200\nlap_distance_m = 10000.4",
        "course \"ten\" has 201 visits; 120 fit. Record fewer checkpoints a lap",
    );
}

#[test]
fn names_keys_times_places() {
    check("key = \"arch\"", "key = \"start\"", "checkpoint key \"start\" stands twice. Give each its own");
    check(
        "key = \"arch\"",
        "key = \"Arch\"",
        "checkpoint key \"Arch\": use 1 to 16 of the characters a-z, 0-9 and -",
    );
    check(
        "\"Night Run\"",
        "\"\"",
        "the name of the race must have 1 to 120 characters and no control characters",
    );
    check(
        "2025-04-06T09:00:00+09:00",
        "6 April, 9:00",
        "start \"6 April, 9:00\" does not read. Write it with its offset, as 2025-04-06T09:00:00+09:00",
    );
    check(
        "Asia/Seoul",
        "Asia/Soul",
        "time zone \"Asia/Soul\" is not known. Write an IANA name, as Asia/Pyongyang",
    );
    check(
        "name = \"Arch\"",
        "name = \"Arch\"\nwindow_s = 0",
        "window_s of checkpoint \"arch\" is 0; it must be 1 to 3600 seconds",
    );
    check(
        "name = \"Arch\"",
        "name = \"Arch\"\nlatitude = 1.5",
        "checkpoint \"arch\": give both latitude (-90 to 90) and longitude (-180 to 180), or neither",
    );
}
