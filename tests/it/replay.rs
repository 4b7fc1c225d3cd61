//! Real races, dealt to phones: what is known of them must come out.
//!
//! Invariant: the conversions are written here, and nothing is left out of the sources but names.
//!
//! *Boston 2014* gives minutes since each runner's own start, to a hundredth. Here the runner in line `n` of the file
//! crosses the start `n × 137 ms` after the gun, and a split of `x` minutes is `round(x × 60,000)` ms later.
//! *Lonesome 100* gives times of day with offset, to the millisecond; they are taken as they are, and a runner whose rows
//! say `dropped` gets the status DNF, without a place, because the source names none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::PathBuf,
    sync::Arc,
};

use bibtrail::rehearse::{ClockError, Outcome, Plan, Script, rehearse};
use bibtrail_core::results::{CourseResults, Runner, State};
use bibtrail_tests::world::key;

/// Rows of a CSV file of the shared data, by column; nothing if the data is not here.
fn data(path: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    if !file.exists() {
        println!("SKIPPED: {} is not here; this test replays a real race from it", file.display());
        return None;
    }
    Some(csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect())
}

fn play(race: &str, entrants: &str, splits: &str, plan: &Plan) -> Outcome {
    let script = Script::read(
        (&"race.toml".into(), race.as_bytes()),
        (&"entrants.csv".into(), entrants.as_bytes()),
        (&"splits.csv".into(), splits.as_bytes()),
    );
    rehearse(&script.unwrap(), plan, false).unwrap()
}

fn plan(phones: usize) -> Plan {
    Plan { phones, seed: 7, twice: 0.05, wrong_bib: 0.0, missed: 0.0, late_edit: 0.0, ..Plan::default() }
}

const BOSTON: [(&str, u32); 9] = [
    ("5k", 5_000),
    ("10k", 10_000),
    ("20k", 20_000),
    ("half", 21_097),
    ("25k", 25_000),
    ("30k", 30_000),
    ("35k", 35_000),
    ("40k", 40_000),
    ("finish", 42_195),
];
/// 2014-04-21T10:00:00-04:00.
const BOSTON_START_MS: i64 = 1_398_088_800_000;

fn boston_race() -> String {
    let mut race = String::from(
        "name = \"Boston 2014\"\nstart = \"2014-04-21T10:00:00-04:00\"\ntime_zone = \"America/New_York\"\n\
         rank_by = \"net\"\nwindow_s = 60\n[[checkpoint]]\nkey = \"start\"\nname = \"Start\"\n",
    );
    let mut visits = String::from("{ at = \"start\", distance_m = 0 }");
    for (key, distance_m) in BOSTON {
        writeln!(race, "[[checkpoint]]\nkey = \"{key}\"\nname = \"{key}\"").unwrap();
        write!(visits, ", {{ at = \"{key}\", distance_m = {distance_m} }}").unwrap();
    }
    race + &format!("[[course]]\nkey = \"marathon\"\nname = \"Marathon\"\nvisits = [{visits}]\n")
}

fn ms(minutes: &str) -> i64 {
    let (whole, hundredths) = minutes.split_once('.').unwrap_or((minutes, "0"));
    whole.parse::<i64>().unwrap() * 60_000 + format!("{hundredths:0<2}").parse::<i64>().unwrap() * 600
}

#[test]
fn boston() {
    let Some(rows) = data("boston-2014/boston_2014.csv") else { return };
    let mut entrants = String::from("bib,name,gender,age,nation\n");
    let mut splits = String::from("bib,checkpoint,kind,time\n");
    for (n, row) in (0..).zip(&rows) {
        let bib = &row["bib"];
        writeln!(entrants, "{bib},Runner {bib},{},{},{}", row["gender"], row["age"], row["country"]).unwrap();
        let start = BOSTON_START_MS + n * 137;
        let mut split = |place: &str, time_ms: i64| {
            writeln!(splits, "{bib},{place},in,1970-01-01T00:00:00Z+{time_ms}").unwrap();
        };
        split("start", start);
        for (key, _) in BOSTON {
            let minutes = &row[&format!("{key}_min")];
            if !minutes.is_empty() {
                split(key, start + ms(minutes));
            }
        }
    }
    let splits = since_start(&splits);
    // Somebody sets the clocks of a whole station wrong: the meetings make up for it, and the alarm names the place.
    let clock_errors = vec![ClockError { checkpoint: key("5k"), off_ms: 3_600_000 }];
    let plan = Plan { clock_errors, cloned_phones: 1, restored_phones: 1, lost_phones: 1, ..plan(40) };
    let outcome = play(&boston_race(), &entrants, &splits, &plan);

    assert!(outcome.report.is_right(), "{:#?}", outcome.report);
    let [alarm] = outcome.report.alarms.as_slice() else { panic!("{:?}", outcome.report.alarms) };
    assert!(
        alarm.starts_with("5k (5k): its clocks are 1:0") || alarm.starts_with("5k (5k): its clocks are 59:"),
        "{alarm}"
    );
    assert!(alarm.contains("ahead") && alarm.ends_with("the results are corrected"), "{alarm}");
    assert_eq!(outcome.report.truth.splits_equal, outcome.report.injected.passings);
    let course = &outcome.results.courses[0];
    let runners = &course.runners;
    assert_eq!(runners.len(), 31_984);
    assert!(outcome.results.others.is_empty() && runners.iter().all(|r| r.state == State::Finished));
    missed_mats(&rows, runners);
    finish_order(&rows, course);
    let not_numeric = |bib: &str| bib.parse::<u64>().is_err();
    let survivors = runners.iter().filter(|r| not_numeric(r.bib.as_str())).count();
    assert_eq!((survivors, rows.iter().filter(|row| not_numeric(&row["bib"])).count()), (101, 101));
}

/// The helper above writes absolute milliseconds; the splits file wants a time since the start.
fn since_start(splits: &str) -> String {
    let mut out = String::with_capacity(splits.len());
    for line in splits.lines() {
        match line.split_once("1970-01-01T00:00:00Z+") {
            None => writeln!(out, "{line}").unwrap(),
            Some((before, at)) => {
                let ms = at.parse::<i64>().unwrap() - BOSTON_START_MS;
                let (h, m, s) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
                writeln!(out, "{before}{h}:{m:02}:{s:02}.{:03}", ms % 1000).unwrap();
            }
        }
    }
    out
}

/// The runners with a missed mat are listed with just those mats, and no others are.
fn missed_mats(rows: &[BTreeMap<String, String>], runners: &[Arc<Runner>]) {
    let source: BTreeMap<&str, Vec<usize>> = rows
        .iter()
        .map(|row| {
            let blank = |n: &usize| row[&format!("{}_min", BOSTON[*n].0)].is_empty();
            (row["bib"].as_str(), (0..BOSTON.len()).filter(blank).map(|n| n + 1).collect::<Vec<_>>())
        })
        .filter(|(_, blanks)| !blanks.is_empty())
        .collect();
    let listed: BTreeMap<&str, Vec<usize>> = runners
        .iter()
        .map(|r| (r.bib.as_str(), r.missed()))
        .filter(|(_, missed)| !missed.is_empty())
        .collect();
    assert_eq!(source.len(), 335);
    assert_eq!(listed, source);
}

/// Ranks are those of the source's finish times: equal times share one, the next counts all before.
fn finish_order(rows: &[BTreeMap<String, String>], course: &CourseResults) {
    let runners = &course.runners;
    let times: BTreeMap<&str, i64> =
        rows.iter().map(|row| (row["bib"].as_str(), ms(&row["finish_min"]))).collect();
    let mut sorted: Vec<i64> = times.values().copied().collect();
    sorted.sort_unstable();
    let mut ties = 0;
    for runner in runners {
        let time = times[runner.bib.as_str()];
        let better = sorted.partition_point(|other| *other < time);
        ties += usize::from(sorted.get(better + 1) == Some(&time));
        assert_eq!(runner.net_ms, Some(time), "{}", runner.bib);
        assert_eq!(course.ranks(runner).unwrap().overall, better + 1, "{}", runner.bib);
    }
    let in_order = runners.windows(2).all(|pair| times[pair[0].bib.as_str()] <= times[pair[1].bib.as_str()]);
    assert!(in_order && ties > 1000, "{ties} runners share their time with another");
}

#[test]
fn lonesome() {
    let Some(rows) = data("lonesome-100/lonesome_raw_times_flat.csv") else { return };
    let (race, bibs) = (lonesome_race(&rows), bibs(&rows, |_| true));
    let entrants =
        bibs.iter().fold("bib,name\n".to_owned(), |text, bib| text + &format!("{bib},Runner {bib}\n"));
    let mut splits = String::from("bib,checkpoint,kind,time\n");
    for row in &rows {
        writeln!(
            splits,
            "{},{},{},{}",
            row["bib"], row["split_name"], row["sub_split_kind"], row["absolute_time"]
        )
        .unwrap();
    }
    let dropped = bibs_where(&rows, "dropped");
    for bib in &dropped {
        writeln!(splits, "{bib},,dnf,").unwrap();
    }
    let outcome = play(&race, &entrants, &splits, &plan(20));

    assert!(outcome.report.is_right(), "{:#?}", outcome.report);
    assert_eq!((outcome.report.truth.splits_equal, rows.len()), (2776, 2776));
    let in_state = |state: State| -> BTreeSet<String> {
        let runners = outcome.results.runners().filter(|(_, runner)| runner.state == state);
        runners.map(|(_, runner)| runner.bib.to_string()).collect()
    };
    let finished = bibs_where(&rows, "finished");
    let on_course: BTreeSet<String> =
        bibs.difference(&dropped).filter(|bib| !finished.contains(*bib)).cloned().collect();
    assert_eq!((on_course.len(), dropped.len(), finished.len()), (123, 21, 7));
    assert_eq!(in_state(State::OnCourse), on_course);
    assert_eq!(in_state(State::Dropped), dropped);
    assert_eq!(in_state(State::Finished), finished);
}

fn bibs(
    rows: &[BTreeMap<String, String>],
    wanted: impl Fn(&BTreeMap<String, String>) -> bool,
) -> BTreeSet<String> {
    rows.iter().filter(|row| wanted(row)).map(|row| row["bib"].clone()).collect()
}

fn bibs_where(rows: &[BTreeMap<String, String>], column: &str) -> BTreeSet<String> {
    bibs(rows, |row| row[column] == "True")
}

/// Checkpoints and distances as the rows name them; in and out where any row has an out.
fn lonesome_race(rows: &[BTreeMap<String, String>]) -> String {
    let mut places: BTreeMap<u32, (String, bool)> = BTreeMap::new();
    for row in rows {
        let place = places.entry(row["distance_m"].parse().unwrap()).or_default();
        *place = (row["split_name"].clone(), place.1 || row["sub_split_kind"] == "out");
    }
    let mut race = String::from(
        "name = \"Lonesome 100\"\nstart = \"2022-07-22T06:00:00-06:00\"\ntime_zone = \"America/Denver\"\nwindow_s = 60\n",
    );
    let mut visits = Vec::new();
    for (distance_m, (name, in_out)) in &places {
        let key = name.to_lowercase().replace(' ', "-");
        writeln!(race, "[[checkpoint]]\nkey = \"{key}\"\nname = \"{name}\"").unwrap();
        let record = if *in_out { "in-out" } else { "in" };
        visits.push(format!("{{ at = \"{key}\", distance_m = {distance_m}, record = \"{record}\" }}"));
    }
    race + &format!("[[course]]\nkey = \"hundred\"\nname = \"Hundred\"\nvisits = [{}]\n", visits.join(", "))
}
