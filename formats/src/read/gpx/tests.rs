use super::*;

/// A file around `inside`, and what is read of it.
fn check(inside: &str, expected: &str) {
    check_file(&format!("<gpx xmlns=\"http://www.topografix.com/GPX/1/1\">{inside}</gpx>"), expected);
}

fn check_file(text: &str, expected: &str) {
    let shown = match parse(text.as_bytes()) {
        Err(error) => error.to_string(),
        Ok(gpx) => {
            let point = |p: &Point| {
                let elevation = p.elevation_m.map_or_else(String::new, |metres| format!("^{metres}"));
                format!("{},{}{elevation}", p.latitude, p.longitude)
            };
            let mut lines = vec![gpx.name.unwrap_or_default()];
            for track in &gpx.tracks {
                let points: Vec<String> = track.points.iter().map(point).collect();
                lines.push(format!("{:?} {}", track.name.clone().unwrap_or_default(), points.join(" ")));
            }
            lines.extend(gpx.waypoints.iter().map(|w| format!("{:?} {}", w.name, point(&w.point))));
            lines.extend(gpx.skipped.iter().map(ToString::to_string));
            lines.join("\n")
        }
    };
    let trim =
        |text: &str| text.trim().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n");
    assert_eq!(trim(&shown), trim(expected));
}

const TRACK: &str = "<trk><name>밤 길</name><trkseg><trkpt lat='39' lon='125'><ele>12.5</ele></trkpt></trkseg>\
                     <trkseg><trkpt lat='39.01' lon='125'/></trkseg></trk>";

#[test]
fn tracks_routes_and_waypoints() {
    check(
        &format!(
            "<metadata><name>Night Run</name></metadata><wpt lat='39' lon='125'><name>개선문</name></wpt>{TRACK}"
        ),
        "Night Run\n\"밤 길\" 39,125^12.5 39.01,125\n\"개선문\" 39,125",
    );
    // GPX 1.0 has the name outside, and other namespaces change nothing.
    check_file(
        &format!(
            "<?xml version='1.0'?><g:gpx xmlns:g='http://www.topografix.com/GPX/1/0'><g:name>Old</g:name>{}</g:gpx>",
            TRACK.replace("</", "</g:").replace('<', "<g:").replace("<g:/g:", "</g:")
        ),
        "Old\n\"밤 길\" 39,125^12.5 39.01,125",
    );
    // A route where there is no track; beside a track it is the same way again, drawn roughly.
    let route = "<rte><name>R</name><rtept lat='1' lon='2'/><rtept lat='1' lon='3'/></rte>";
    check(route, "\n\"R\" 1,2 1,3");
    check(&format!("{route}{TRACK}"), "\n\"밤 길\" 39,125^12.5 39.01,125");
}

#[test]
fn names_are_one_line() {
    let named = |name: &str| format!("<wpt lat='39' lon='125'><name>{name}</name></wpt>{TRACK}");
    check(&named("  Aid\n\t 1 &amp; &#50; "), "\n\"밤 길\" 39,125^12.5 39.01,125\n\"Aid 1 & 2\" 39,125");
    check(&named("<![CDATA[<b>Aid</b>]]>"), "\n\"밤 길\" 39,125^12.5 39.01,125\n\"<b>Aid</b>\" 39,125");
    check(&named("\u{85}"), "\n\"밤 길\" 39,125^12.5 39.01,125\n\"\" 39,125");
}

#[test]
fn what_makes_no_sense_is_named_and_the_rest_taken() {
    check(
        &format!("\n<wpt lat='91' lon='125'/>\n<wpt lon='125'/>\n<wpt lat='NaN' lon='1'/>{TRACK}"),
        "\n\"밤 길\" 39,125^12.5 39.01,125
         line 2: a wpt without a latitude from -90 to 90 and a longitude from -180 to 180 was left out
         line 3: a wpt without a latitude from -90 to 90 and a longitude from -180 to 180 was left out
         line 4: a wpt without a latitude from -90 to 90 and a longitude from -180 to 180 was left out",
    );
}

#[test]
fn what_is_no_gpx() {
    check_file("", "this is no XML: the document does not have a root node. Export the file as GPX again");
    check_file("<html><body/></html>", "this is no GPX: its outermost element is <html>, not <gpx>");
    check("", "the file has no track and no route of two points or more. Export the course as a track");
    check(
        "<wpt lat='1' lon='2'/>",
        "the file has no track and no route of two points or more. Export the course as a track",
    );
    check(
        "<trk><trkseg><trkpt lat='1' lon='2'/></trkseg></trk>",
        "the file has no track and no route of two points or more. Export the course as a track",
    );
    check_file(
        "<gpx><trk>",
        "this is no XML: the root node was opened but never closed. Export the file as GPX again",
    );
    assert!(matches!(parse(b"\xff\xfe<\0"), Err(GpxError::Text(TextError::Utf16))));
}

#[test]
fn entities_are_never_read() {
    let bomb =
        "<!DOCTYPE gpx [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;'>]><gpx>&b;</gpx>";
    let refused = "the file declares a document type (<!DOCTYPE …>), which GPX has not. Export it again, or delete that part";
    check_file(bomb, refused);
    check_file("<!DOCTYPE gpx SYSTEM 'file:///etc/passwd'><gpx/>", refused);
    check(
        "<wpt lat='1' lon='2'><name>&b;</name></wpt>",
        "this is no XML: unknown entity reference 'b' at 1:75. Export the file as GPX again",
    );
}

#[test]
fn what_is_too_much() {
    let many = |count: usize, one: &str| format!("<gpx>{}{TRACK}</gpx>", one.repeat(count));
    check_file(
        &many(501, "<wpt lat='1' lon='2'/>"),
        "the file has more than 500 waypoints. Simplify it, or cut it into courses",
    );
    check_file(
        &many(1, &format!("<trk>{}</trk>", "<trkpt lat='1' lon='2'/>".repeat(500_001))),
        "the file has more than 500000 points. Simplify it, or cut it into courses",
    );
    let track = "<trk><trkpt lat='1' lon='2'/><trkpt lat='1' lon='3'/></trk>";
    check_file(&many(51, track), "the file has more than 50 tracks. Simplify it, or cut it into courses");
    let attributes: String = (0..2_000).map(|n| format!(" a{n}=''")).collect();
    check_file(
        &many(1, &format!("\n<wpt{attributes}/>")),
        "line 2: a tag of more than 4096 bytes. This is no GPX that a program wrote; export it again",
    );
    check_file(
        &many(65, "<a xmlns='b'/>"),
        "the file has more than 64 namespaces. Simplify it, or cut it into courses",
    );
    assert!(matches!(parse(&vec![b' '; BYTES_MAX + 1]), Err(GpxError::Large { .. })));
}

/// As deep as a file of a mebibyte can be: refused or read, never a stack that overflows.
#[test]
fn what_is_deep() {
    let deep = format!("<gpx>{}{}{TRACK}</gpx>", "<a>".repeat(150_000), "</a>".repeat(150_000));
    let _ = parse(deep.as_bytes());
}
