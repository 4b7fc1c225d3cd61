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
unknown field `timezone`, expected one of `name`, `names`, `start`, `time_zone`, `rank_by`, `window_s`, `team_score`, `overdue_min`, `factors`, `category`, `wave`, `checkpoint`, `course`
Did you mean `time_zone`?",
    );
    check(
        "distance_m = 0 ",
        "distance = 0 ",
        "TOML parse error at line 17, column 27
   |
17 | visits = [{ at = \"start\", distance = 0 }, { at = \"arch\", distance_m = 10000.4, record = \"in-out\" }]
   |                           ^^^^^^^^
unknown field `distance`, expected one of `at`, `distance_m`, `record`, `cut_off`
Did you mean `distance_m`?",
    );
    check(
        "time_zone",
        "colour = 1\ntime_zone",
        "TOML parse error at line 4, column 1
  |
4 | colour = 1
  | ^^^^^^
unknown field `colour`, expected one of `name`, `names`, `start`, `time_zone`, `rank_by`, `window_s`, `team_score`, `overdue_min`, `factors`, `category`, `wave`, `checkpoint`, `course`",
    );
}

#[test]
fn what_toml_refuses_comes_with_advice() {
    check(
        "time_zone",
        "rank_by = \"nett\"\ntime_zone",
        "TOML parse error at line 4, column 11
  |
4 | rank_by = \"nett\"
  |           ^^^^^^
unknown variant `nett`, expected `gun` or `net`
Did you mean `net`?",
    );
    check(
        "name = \"Night Run\"\n",
        "",
        "TOML parse error at line 1, column 1
  |
1 | 
  | ^
missing field `name`
Add it; docs/race-file.md has an example",
    );
    check(
        "\"2025-04-06T09:00:00+09:00\"",
        "2025-04-06T09:00:00+09:00",
        "TOML parse error at line 3, column 9
  |
3 | start = 2025-04-06T09:00:00+09:00
  |         ^^^^^^^^^^^^^^^^^^^^^^^^^
invalid type: map, expected a string
Write texts and times in quotes",
    );
    check(
        "distance_m = 0 ",
        "distance_m = \"0\" ",
        "TOML parse error at line 17, column 40
   |
17 | visits = [{ at = \"start\", distance_m = \"0\" }, { at = \"arch\", distance_m = 10000.4, record = \"in-out\" }]
   |                                        ^^^
invalid type: string \"0\", expected f64
Write numbers without quotes",
    );
    check(
        "time_zone",
        "name = \"Day Run\"\ntime_zone",
        "TOML parse error at line 4, column 1
  |
4 | name = \"Day Run\"
  | ^^^^
duplicate key",
    );
}

#[test]
fn rules_are_read_or_refused() {
    let check = |rules: &str, expected: &str| {
        let text = GOOD.replacen("time_zone", &format!("{rules}\ntime_zone"), 1);
        let shown = match parse(text.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(setup) => {
                let rules = setup.rules;
                let of = |gender, age| rules.category(Some(gender), Some(age)).unwrap_or("-").to_owned();
                let categories = [of("F", 17), of("F", 40), of("M", 40), of("X", 70)].join(" ");
                format!("{categories}; {} {} {:?}", rules.team_score, rules.overdue_ms, rules.waves)
            }
        };
        assert_eq!(shown, expected);
    };
    check("", "- - - -; 3 1800000 {}");
    check("team_score = 5\noverdue_min = 10\nfactors = [0.3, 0.4, 2.2, 3]", "- - - -; 5 600000 {}");
    check(
        "category = [{ name = \"U18\", to_age = 17 }, { name = \"W\", gender = \"F\" }, { name = \"70+\", from_age = 70 }]",
        "U18 W - 70+; 3 1800000 {}",
    );
    check("wave = [{ name = \"A\", start = \"1970-01-01T00:00:01Z\" }]", "- - - -; 3 1800000 {\"A\": 1000}");
    check("team_score = 0", "team_score is 0; it must be 1 to 50");
    check("overdue_min = 2000", "overdue_min is 2000; it must be 1 to 1440 minutes");
    check(
        "factors = [0.6, 0.4, 1.7, 2.5]",
        "factors is [0.6, 0.4, 1.7, 2.5]; it must be four growing factors, two of 0.001 to 1 and two of 1 to 100, \
         as [0.4, 0.6, 1.7, 2.5]",
    );
    check(
        "category = [{ name = \"U18\", from_age = 18, to_age = 17 }]",
        "category \"U18\": from_age must not be above to_age, and both are 0 to 120",
    );
    check(
        "wave = [{ name = \"A\", start = \"1970-01-01T00:00:01Z\" }, { name = \"A\", start = \"1970-01-01T00:00:01Z\" }]",
        "wave key \"A\" stands twice. Give each its own",
    );
}

#[test]
fn cut_offs_grow_along_the_course() {
    let check = |at: &str, expected: &str| {
        let text =
            GOOD.replacen("distance_m = 10000.4,", &format!("distance_m = 10000.4, cut_off = \"{at}\","), 1);
        let shown = match parse(text.as_bytes()) {
            Err(error) => error.to_string(),
            Ok(setup) => {
                format!("{:?}", setup.courses[0].visits.iter().map(|v| v.cut_off_ms).collect::<Vec<_>>())
            }
        };
        assert_eq!(shown, expected);
    };
    check("36:00", "[None, Some(129600000)]");
    check("0:00:01", "[None, Some(1000)]");
    for wrong in ["0:00", "soon", "1:60", "-1:00", "201:00"] {
        let expected = "must be h:mm or h:mm:ss after the gun, later than the one before, within 200 hours";
        check(wrong, &format!("course \"ten\", visit 2: cut_off \"{wrong}\" {expected}"));
    }
}

#[test]
fn a_race_has_checkpoints_and_courses() {
    let check = |lists: &str, expected: &str| {
        let text = format!("name = \"x\"\nstart = \"2025-04-06T09:00:00Z\"\n{lists}");
        assert_eq!(parse(text.as_bytes()).unwrap_err().to_string(), expected);
    };
    check("", "the race has no [[checkpoint]]. Add at least one");
    check("checkpoint = []\ncourse = []", "the race has no [[checkpoint]]. Add at least one");
    check("[[checkpoint]]\nkey = \"a\"\nname = \"A\"", "the race has no [[course]]. Add at least one");
}

#[test]
fn what_is_no_text() {
    let error = |bytes: &[u8]| parse(bytes).unwrap_err().to_string();
    assert_eq!(error(b"\nname = \"Caf\xe9\""), "line 2, byte 12 (0xE9) is not UTF-8. Save the file as UTF-8");
    assert_eq!(error(b"\xfe\xff\0n"), "the file is UTF-16 (\"Unicode text\"). Save it as UTF-8");
    assert!(parse(format!("\u{feff}{GOOD}").as_bytes()).is_ok(), "a byte order mark does not matter");
}

#[test]
fn the_example_in_the_document_reads() {
    let document = include_str!("../../../../docs/race-file.md");
    let toml = document.split("```toml\n").nth(1).unwrap().split("```").next().unwrap();
    let race = parse(toml.as_bytes()).unwrap();
    assert_eq!((race.checkpoints.len(), race.courses.len()), (2, 1));
}

#[test]
fn zones_are_spelt_as_phones_look_them_up() {
    let zone = |name: &str| parse(GOOD.replace("Asia/Seoul", name).as_bytes()).unwrap().time_zone;
    assert_eq!(zone("asia/seoul"), "Asia/Seoul");
    assert_eq!(zone("UTC"), "UTC");
    assert_eq!(parse(GOOD.replace("time_zone = \"Asia/Seoul\"", "").as_bytes()).unwrap().time_zone, "UTC");
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
        "10000.4",
        "0.3",
        "course \"ten\", visit 2 (arch): 0.3 m is not farther than the visit before, in whole metres",
    );
    check("10000.4", "inf", "course \"ten\", visit 2 (arch): inf m is no distance");
    check(
        "name = \"Ten\"\nvisits = [{ at = \"start\", distance_m = 0 }, { at = \"arch\", distance_m = 10000.4",
        "name = \"Ten\"\nlaps = 3\nlap_distance_m = 9e5\n\
         visits = [{ at = \"start\", distance_m = 0 }, { at = \"arch\", distance_m = 9e5",
        "course \"ten\", visit 2 (arch): 1800000 m is more than 1000 km, with the laps before",
    );
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
        "the start of the race, \"6 April, 9:00\", does not read. Write it with its offset, as 2025-04-06T09:00:00+09:00",
    );
    check(
        "name = \"Ten\"",
        "name = \"Ten\"\nstart = \"2025-04-06T09:00:00\"",
        "the start of course \"ten\", \"2025-04-06T09:00:00\", does not read. Write it with its offset, as 2025-04-06T09:00:00+09:00",
    );
    check(
        "name = \"Arch\"",
        "name = \"Arch\"\nnames = { ko = \"a\\u0007\" }",
        "the name of checkpoint \"arch\" must have 1 to 120 characters and no control characters",
    );
    check(
        "name = \"Ten\"",
        "name = \"Te\\u000an\"",
        "the name of course \"ten\" must have 1 to 120 characters and no control characters",
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
    check(
        "name = \"Arch\"",
        "name = \"Arch\"\nlatitude = 90.5\nlongitude = 0",
        "checkpoint \"arch\": give both latitude (-90 to 90) and longitude (-180 to 180), or neither",
    );
    check(
        "[[course]]",
        "[[course]]\nkey = \"ten\"\nname = \"Other\"\nvisits = [{ at = \"start\", distance_m = 0 }, { at = \"arch\", distance_m = 9 }]\n[[course]]",
        "course key \"ten\" stands twice. Give each its own",
    );
}
