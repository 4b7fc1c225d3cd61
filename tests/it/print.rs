//! What is printed is read again by others: codes by readers, names by text extraction, tickets by joining.
//!
//! Invariant: the truth is what was entered. Where a tool or a font is not here, the test says that it skipped, and
//! `.ci/run` sees to it that they are.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use bibtrail_core::{
    ids::Bib,
    results::results,
    view::{Open, Standings},
};
use bibtrail_print::{
    bibs,
    chart::{self, Chart},
    font::Fonts,
    page, standings,
};
use bibtrail_tests::{desk, story};
use tempfile::TempDir;

const LATIN: [(&str, &str); 9] = [
    ("1", "Zoë Ångström"),
    ("0042", "Łukasz Dvořák"),
    ("117", "Nguyễn Văn An"),
    ("118", "Ελένη Παππά"),
    ("20417", "Щукин Пётр"),
    ("W1", "Maximiliane Alexandra von und zu Hohenlohe-Schillingsfürst"),
    ("a-9", "José \"Pepe\" <Núñez> & Co"),
    ("123456", "O'Brien"),
    ("ABCDEFGH-1234567", "Long Bib"),
];

const KOREAN: [(&str, &str); 4] =
    [("117", "김철수"), ("204", "박봄이"), ("W1", "Ann 리영희 Lee"), ("가7", "오철수")];

fn run(line: &[&str]) -> (u8, String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let args = std::iter::once("bibtrail").chain(line.iter().copied()).map(Into::into);
    let code = bibtrail::run(args, &mut std::io::empty(), &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn well(line: &[&str]) -> String {
    let (code, out, err) = run(line);
    assert_eq!(code, 0, "{line:?}: {err}");
    out
}

/// A race of these runners, three of whom were seen.
struct Race {
    dir: TempDir,
}

impl Race {
    fn of(entrants: &[(&str, &str)]) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let race = Self { dir };
        fs::write(race.path("race.toml"), desk::RACE).unwrap();
        let mut csv = csv::Writer::from_path(race.path("entrants.csv")).unwrap();
        csv.write_record(["bib", "name", "team"]).unwrap();
        entrants.iter().for_each(|(bib, name)| csv.write_record([*bib, *name, "Team"]).unwrap());
        drop(csv);
        let (hq, toml, list) = (race.text("hq"), race.text("race.toml"), race.text("entrants.csv"));
        well(&["race", "new", &hq, "--file", &toml, "--entrants", &list]);
        well(&["scan", &hq, entrants[0].0, entrants[1].0, entrants[2].0, "--checkpoint", "start"]);
        well(&["scan", &hq, entrants[0].0, entrants[1].0, "--checkpoint", "arch"]);
        well(&["status", &hq, entrants[1].0, "dnf", "--checkpoint", "arch", "--reason", "ankle"]);
        race
    }

    fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    fn text(&self, name: &str) -> String {
        self.path(name).to_str().unwrap().to_owned()
    }

    fn print(&self, what: &str, file: &str, more: &[&str]) -> (u8, String) {
        let (hq, file) = (self.text("hq"), self.text(file));
        let (code, _, err) = run(&[&["print", &hq, what, "-o", &file], more].concat());
        (code, err)
    }
}

/// Whether a tool is here; says so if not.
fn has(tool: &str) -> bool {
    let found = Command::new(tool).arg("-h").output().is_ok();
    if !found {
        println!("SKIPPED: {tool} is not here; this test reads by it what was printed");
    }
    found
}

/// Whether a font with Hangul is here: printing says what is lacking.
fn has_hangul(err: &str) -> bool {
    let lacks = err.contains("(Hangul)");
    if lacks {
        println!("SKIPPED: no font here has Hangul; this test reads Korean names from what was printed");
    }
    !lacks
}

/// The pages of a PDF as pictures.
fn pictures(pdf: &Path) -> Vec<PathBuf> {
    let folder = pdf.with_extension("pages");
    fs::create_dir(&folder).unwrap();
    let status =
        Command::new("pdftoppm").args(["-r", "150", "-gray", "-png"]).arg(pdf).arg(folder.join("p")).status();
    assert!(status.unwrap().success());
    let mut pages: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.sort();
    pages
}

/// The texts of all QR codes in a picture.
fn qr_codes(page: &Path) -> BTreeSet<String> {
    let mut reader =
        png::Decoder::new(std::io::BufReader::new(fs::File::open(page).unwrap())).read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    // Grey pages come as three equal parts, or as one.
    let (step, line) = (info.color_type.samples(), info.line_size);
    let (width, height) = (info.width as usize, info.height as usize);
    // The reader finds some codes at one size of the picture and not at another; what it takes for a code and cannot
    // read is none.
    let mut read = BTreeSet::new();
    for scale in 1..=4 {
        let mean = |x: usize, y: usize| {
            let cells = (0..scale * scale).map(|n| (x * scale + n % scale, y * scale + n / scale));
            let sum: usize = cells.map(|(x, y)| usize::from(pixels[y * line + x * step])).sum();
            (sum / (scale * scale)) as u8
        };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(width / scale, height / scale, mean);
        read.extend(image.detect_grids().iter().filter_map(|grid| Some(grid.decode().ok()?.1)));
    }
    read
}

fn bars(page: &Path) -> Vec<String> {
    let output =
        Command::new("zbarimg").args(["--raw", "-q", "-Sdisable", "-Scode128.enable"]).arg(page).output();
    String::from_utf8(output.unwrap().stdout).unwrap().lines().map(str::to_owned).collect()
}

fn all(entrants: &[(&str, &str)]) -> BTreeSet<String> {
    entrants.iter().map(|(bib, _)| (*bib).to_owned()).collect()
}

#[test]
fn the_same_replica_prints_the_same_bytes_and_latin_needs_no_font() {
    let race = Race::of(&LATIN);
    let digest = || well(&["digest", &race.text("hq")]);
    let before = digest();
    for what in ["bibs", "posters", "tally", "drops", "results"] {
        for file in ["one.pdf", "two.pdf"] {
            let (code, err) = race.print(what, file, &[]);
            assert_eq!((code, err.as_str()), (0, ""), "{what}");
        }
        let one = fs::read(race.path("one.pdf")).unwrap();
        assert!(one.starts_with(b"%PDF-") && one == fs::read(race.path("two.pdf")).unwrap(), "{what}");
    }
    for what in ["splits", "behind", "rates"] {
        for ending in ["svg", "png"] {
            let files = ["one", "two"].map(|name| race.text(&format!("{name}.{ending}")));
            files.iter().for_each(|file| drop(well(&["chart", &race.text("hq"), what, "-o", file])));
            let [one, two] = files.map(|file| fs::read(file).unwrap());
            assert!(!one.is_empty() && one == two, "{what} {ending}");
        }
    }
    assert_eq!(digest(), before, "printing writes no operation");
}

#[test]
fn every_code_of_a_sheet_is_the_bib() {
    let race = Race::of(&LATIN);
    for (per_page, paper) in [("1", "a5"), ("2", "a4"), ("4", "letter"), ("8", "a4")] {
        let file = format!("bibs-{per_page}.pdf");
        let more = ["--per-page", per_page, "--paper", paper, "--code", "both", "--crop-marks"];
        assert_eq!(race.print("bibs", &file, &more), (0, String::new()));
        if !has("pdftoppm") {
            return;
        }
        let pages = pictures(&race.path(&file));
        assert_eq!(pages.len(), LATIN.len().div_ceil(per_page.parse().unwrap()));
        let read: BTreeSet<String> = pages.iter().flat_map(|page| qr_codes(page)).collect();
        assert_eq!(read, all(&LATIN), "QR codes, {per_page} to a page");
        // Small cards have no room for long bar codes that every reader takes: those are read from the larger ones.
        if per_page != "8" && has("zbarimg") {
            let read: BTreeSet<String> = pages.iter().flat_map(|page| bars(page)).collect();
            assert_eq!(read, all(&LATIN), "Code 128, {per_page} to a page");
        }
    }
}

#[test]
fn korean_names_are_shown_and_their_bibs_are_read() {
    let race = Race::of(&KOREAN);
    let (code, err) = race.print("bibs", "bibs.pdf", &["--code", "both"]);
    if !has_hangul(&err) || !has("pdftoppm") || !has("pdftotext") {
        return;
    }
    assert_eq!((code, err.as_str()), (0, ""));
    let read: BTreeSet<String> =
        pictures(&race.path("bibs.pdf")).iter().flat_map(|page| qr_codes(page)).collect();
    assert_eq!(read, all(&KOREAN));
    for what in ["bibs", "tally", "results"] {
        assert_eq!(race.print(what, "shown.pdf", &[]), (0, String::new()));
        let output = Command::new("pdftotext").arg(race.path("shown.pdf")).arg("-").output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let lacking: Vec<_> = KOREAN.iter().filter(|(_, name)| !text.contains(name)).collect();
        assert!(lacking.is_empty(), "{what}: {lacking:?} in {text}");
    }
    let (code, _, err) = run(&["print", &race.text("hq"), "bibs", "-o", "x.pdf", "--code", "code128"]);
    assert!(code == 1 && err.contains("bib 가7 cannot be a Code 128"), "{err}");
}

#[test]
fn a_poster_lets_a_phone_join_and_is_the_same_tomorrow() {
    let race = Race::of(&LATIN);
    assert_eq!(race.print("posters", "posters.pdf", &["--server", "192.168.4.1:4747"]), (0, String::new()));
    if !has("pdftoppm") {
        return;
    }
    let links: Vec<String> =
        pictures(&race.path("posters.pdf")).iter().flat_map(|page| qr_codes(page)).collect();
    assert_eq!(links.len(), 3);
    let phone = race.text("phone-1");
    let said = well(&["join", &links[1], &phone, "--name", "Phone 1"]);
    assert!(said.contains("joined as Phone 1 (volunteer)"), "{said}");
    well(&["scan", &phone, "117"]);
    let (bundle, hq) = (race.text("phone-1.bibtrail"), race.text("hq"));
    well(&["bundle", &phone, "-o", &bundle]);
    well(&["merge", &hq, &bundle]);
    let peers = well(&["peers", &hq]);
    assert!(peers.lines().any(|line| line.contains("Phone 1") && line.contains("volunteer")), "{peers}");
    // A phone has no root key: it says who prints posters.
    let (code, _, err) = run(&["print", &phone, "posters", "-o", &race.text("no.pdf")]);
    assert!(code == 1 && err.contains("root key"), "{err}");
}

#[test]
fn sheets_name_their_source_and_hold_everybody_once() {
    let race = Race::of(&LATIN);
    assert_eq!(race.print("tally", "tally.pdf", &["--checkpoint", "arch"]), (0, String::new()));
    if !has("pdftotext") {
        return;
    }
    let output =
        Command::new("pdftotext").arg("-layout").arg(race.path("tally.pdf")).arg("-").output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Source: paper arch sheet 1") && text.contains("Sheet 1 of 1"), "{text}");
    assert!(text.contains("In") && text.contains("Out") && text.contains("Not on this list"), "{text}");
    for (bib, _) in LATIN {
        let found = text.split_whitespace().filter(|word| word == &bib).count();
        // `1` stands in the sheet's number and name too.
        assert_eq!(found, if bib == "1" { 4 } else { 1 }, "{bib} in {text}");
    }
}

/// The text of a document, line by line.
fn text_of(pdf: &[u8]) -> Option<String> {
    if !has("pdftotext") {
        return None;
    }
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("x.pdf");
    fs::write(&file, pdf).unwrap();
    let output = Command::new("pdftotext").arg("-layout").arg(&file).arg("-").output().unwrap();
    Some(String::from_utf8(output.stdout).unwrap())
}

#[test]
fn results_say_whether_they_are_official_and_what_is_doubtful() {
    let known = story::known(
        "score 2\nenter 7 8 9\nabout 7 M 34 PRK Team-A\nabout 8 F 29 PRK Team-A\nabout 9 M 41 GBR Team-B
         7 start 0:00\n7 finish 60:00\n8 start 0:00\n8 finish 61:00 b±30\n9 start 0:00\n9 finish 61:10 c±30",
    );
    let (setup, results) = (known.setup.clone(), results(&known));
    let printed = |open: &Open| {
        let standings = Standings::judged(&setup, &results, open);
        let job = standings::Job {
            setup: &setup,
            results: &results,
            course: None,
            standings: &standings,
            paper: page::Paper::A4,
        };
        standings::pdf(&job, &Fonts::default()).unwrap()
    };
    let frozen = Open { is_frozen: true, ..Open::default() };
    let late = Open { scans_since: 2, ..frozen.clone() };
    let (Some(official), Some(provisional)) = (text_of(&printed(&frozen)), text_of(&printed(&late))) else {
        return;
    };
    assert!(official.contains("OFFICIAL RESULTS") && !official.contains("PROVISIONAL"), "{official}");
    assert!(provisional.contains("PROVISIONAL RESULTS"), "{provisional}");
    assert!(provisional.contains("2 scans came in after times were frozen"), "{provisional}");
    let words = |line: &str| line.split_whitespace().collect::<Vec<_>>().join(" ");
    let lines: Vec<String> = official.lines().map(words).collect();
    for line in [
        "Teams · by the sum of the best 2",
        "1 Team-A 7, 8 2:01:00",
        "Team-B 9 1 of 1 finished",
        "1 PRK 7, 8 2:01:00",
        "order not certain within ±60 s",
    ] {
        assert!(lines.iter().any(|found| found == line), "{line:?} is not in {official}");
    }
}

#[test]
fn a_relay_s_bib_names_who_runs() {
    let mut known = story::known("enter 7\nrelay 7 Ann Bob Chol-su");
    known.entrants[0].wave = Some("red".to_owned());
    let job = bibs::Job {
        setup: &known.setup,
        entrants: &known.entrants,
        paper: page::Paper::A4,
        per_page: 2,
        codes: bibs::Codes::Both,
        crop_marks: false,
    };
    let Some(text) = text_of(&bibs::pdf(&job, &Fonts::default(), &mut |_| ()).unwrap()) else { return };
    assert!(text.contains("Wave red · 1 Ann · 2 Bob · 3 Chol-su"), "{text}");
}

#[test]
fn what_cannot_be_printed_is_said_and_nothing_is_written() {
    // No font has a character that Unicode never gave out.
    let race = Race::of(&[("1", "A\u{378}b"), ("2", "C"), ("3", "D")]);
    let refuse = |what: &str, more: &[&str], word: &str| {
        let (code, err) = race.print(what, "no.pdf", more);
        assert!(code == 1 && err.contains(word), "{what} {more:?}: {code} {err}");
        assert!(!race.path("no.pdf").exists(), "{what} {more:?}");
    };
    refuse("bibs", &[], "no font here has \u{378}");
    refuse("results", &[], "no font here has \u{378}");
    refuse("bibs", &["--bib", "99"], "bib 99");
    refuse("bibs", &["--per-page", "3"], "choose 1, 2, 4 or 8");
    refuse("bibs", &["--course", "five"], "no course \"five\"");
    refuse("tally", &["--checkpoint", "moon"], "no checkpoint \"moon\"");
    refuse("tally", &["--per-page", "2"], "--per-page does not go with tally sheets");
    refuse("bibs", &["--font", &race.text("race.toml")], "this is no font");
    refuse("bibs", &["--font", &race.text("none.ttf")], "none.ttf");
    // The others print.
    assert_eq!(race.print("bibs", "two.pdf", &["--bib", "2", "--bib", "3"]), (0, String::new()));
    let chart = |file: &str, more: &[&str]| {
        let (hq, file) = (race.text("hq"), race.text(file));
        run(&[&["chart", &hq, "splits", "-o", &file], more].concat())
    };
    assert!(chart("a.jpg", &[]).2.contains(".svg or .png"));
    assert!(chart("a.svg", &["--bib", "99"]).2.contains("bib 99 is not on the course"));
    assert_eq!(chart("a.svg", &["--width", "5"]).0, 2);
}

#[test]
fn charts_show_who_is_asked_for() {
    let race = Race::of(&LATIN);
    let (hq, file) = (race.text("hq"), race.text("a.svg"));
    let draw = |what: &str, more: &[&str]| {
        well(&[&["chart", &hq, what, "-o", &file], more].concat());
        fs::read_to_string(&file).unwrap()
    };
    let svg = draw("splits", &["--bib", "117"]);
    for word in
        ["Night Run · Ten", "2 on course", "1 dropped", "117 · Nguyễn Văn An", "Time of day (Asia/Seoul)"]
    {
        assert!(svg.contains(word), "{word} in {svg}");
    }
    assert!(draw("behind", &[]).contains("Behind the median"));
    let rates = draw("rates", &[]);
    assert!(rates.contains("3 · peak 3/min at") && rates.contains("nobody yet"), "{rates}");
}

/// A chart's SVG for so many runners, of whom every hundredth dropped at k2; bib 7 is asked for.
fn drawn(runners: usize, draw: fn(&Chart<'_>) -> String) -> String {
    let mut text = String::new();
    for n in 1..=runners {
        let time = |minutes: usize| format!("{}:{:02}", minutes + n % 90, n % 60);
        text +=
            &format!("enter {n}\n{n} start 0:{:02}\n{n} k1 in {}\n{n} k2 {}\n", n % 60, time(20), time(45));
        text += &if n % 100 == 0 { format!("dnf {n} k2\n") } else { format!("{n} finish {}\n", time(70)) };
    }
    let known = story::known(&text);
    let setup = known.setup.clone();
    let results = results(&known);
    let bibs = [Bib::new("7").unwrap()];
    draw(&Chart { bibs: &bibs, ..Chart::new(&setup, &results.courses[0]) })
}

/// A chart of one runner tells of nobody else, and says of a place only what is known of the whole field there.
#[test]
fn a_chart_of_one_shows_no_other() {
    // Four have started, one of them was at k1.
    let text = "enter 7\nenter 8\nenter 9\nenter 10\n7 start 0:01\n8 start 0:02\n9 start 0:03\n10 start 0:04\n7 k1 in 20:00";
    let known = story::known(text);
    let (setup, results, bibs) = (known.setup.clone(), results(&known), [Bib::new("7").unwrap()]);
    let of_all = Chart { bibs: &bibs, ..Chart::new(&setup, &results.courses[0]) };
    let of_one = chart::splits(&Chart { is_of_few: true, ..of_all });
    assert!(of_one.contains("7 · Runner 7") && of_one.contains("4 runners: middle half"), "{of_one}");
    for other in ["Runner 8", "Runner 9", "Runner 10"] {
        assert!(chart::splits(&of_all).contains(other) && !of_one.contains(other), "{other}");
    }
    // The median of the field was not at k1 yet, so its line has one point and is none.
    let before = of_one.split_once("<title>median").unwrap().0;
    let way = before.rsplit_once("<path d=\"").unwrap().1.split('"').next().unwrap();
    assert!(!way.contains('L'), "{way}");
}

#[test]
fn a_few_are_lines_and_many_are_bands_that_hide_nobody_who_is_out() {
    for draw in [chart::splits as fn(&Chart<'_>) -> String, chart::behind] {
        let few = drawn(300, draw);
        let lines = |svg: &str| svg.matches("· finished</title>").count();
        assert_eq!((lines(&few), few.matches("· dropped</title>").count()), (297, 3));
        let many = drawn(1500, draw);
        // Of those who finished the first alone; of those who dropped everybody.
        assert_eq!((lines(&many), many.matches("· dropped</title>").count()), (1, 15));
        assert!(many.contains("1500 runners: middle half") && many.contains("7 · Runner 7"));
        assert!(many.len() < few.len(), "{} bytes for many, {} for few", many.len(), few.len());
    }
    let rates = drawn(1500, chart::rates);
    let totals = ["1500 · peak", "1485 · peak"].map(|total| rates.matches(&format!(">{total}")).count());
    assert_eq!(totals, [3, 1], "{rates}");
}
