//! What only others read, read back by others' libraries, cell by cell, beside what the core's results say.
//!
//! Invariant: the truth is [`results`]; nothing of the writers is used to say what a cell must hold.

use std::collections::BTreeMap;

use bibtrail_core::{
    race::RankBy,
    results::{Results, Runner, State, results},
};
use bibtrail_formats::write::{self, Format};
use quick_xml::{Reader, events::Event};
use serde_json::Value;

use super::{
    export,
    files::{cells, page_rows, utf16},
    known, options, outcome, race, text,
};

/// A runner as every list has them.
struct Truth {
    place: String,
    /// Whole seconds of their net time, if they have a place.
    seconds: Option<i64>,
    /// And if they were seen at the finish, whatever became of them.
    net_s: Option<i64>,
    state: State,
    name: String,
    given: String,
    family: String,
}

/// Every runner of the only course by bib.
fn truth() -> BTreeMap<String, Truth> {
    let known = known();
    let results: Results = results(&known);
    let one = |runner: &Runner| {
        let entrant = runner.entrant.as_ref().unwrap();
        let clean = |text: &str| text.replace(|c: char| c.is_control(), " ").trim().to_owned();
        let part = |text: &Option<String>| text.as_deref().map(clean);
        let name = clean(&entrant.name);
        let truth = Truth {
            place: results.courses[0]
                .ranks(runner)
                .map(|ranks| ranks.overall.to_string())
                .unwrap_or_default(),
            seconds: runner.ranked_ms(RankBy::Net).map(|ms| ms / 1000),
            net_s: runner.net_ms.map(|ms| ms / 1000),
            state: runner.state,
            given: part(&entrant.given_name).unwrap_or_default(),
            family: part(&entrant.family_name).unwrap_or_else(|| name.clone()),
            name,
        };
        (runner.bib.to_string(), truth)
    };
    results.courses[0].runners.iter().map(|runner| one(runner)).collect()
}

fn clock(seconds: Option<i64>, pad: usize) -> String {
    let show = |s: i64| format!("{:0pad$}:{:02}:{:02}", s / 3600, s / 60 % 60, s % 60);
    seconds.map(show).unwrap_or_default()
}

/// Rows of a table by bib, which stands in that column.
fn by_bib(rows: Vec<Vec<String>>, column: usize) -> BTreeMap<String, Vec<String>> {
    rows.into_iter().map(|row| (row[column].clone(), row)).collect()
}

fn csv_rows(text: &str) -> Vec<Vec<String>> {
    let mut reader = csv::Reader::from_reader(text.as_bytes());
    reader.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// Holds rows against the truth: place, time and names are in these columns.
fn hold(
    format: Format,
    rows: &BTreeMap<String, Vec<String>>,
    columns: [Option<usize>; 5],
    pad: usize,
    word: fn(State) -> Option<&'static str>,
) {
    for (bib, truth) in truth() {
        let is_in = word(truth.state).is_some();
        assert_eq!(rows.contains_key(&bib), is_in, "{}: {bib}", format.name());
        let Some(row) = rows.get(&bib) else { continue };
        let place = match truth.state {
            State::Finished => truth.place.clone(),
            other => word(other).unwrap().to_owned(),
        };
        let expected = [place, clock(truth.seconds, pad), truth.name, truth.given, truth.family];
        for (column, expected) in columns.iter().zip(expected) {
            let Some(column) = column else { continue };
            // In CSV what begins like a formula has an apostrophe before it.
            let cell = row[*column].strip_prefix('\'').filter(|_| !expected.starts_with('\''));
            assert_eq!(cell.unwrap_or(&row[*column]), expected, "{}: {bib}", format.name());
        }
    }
}

#[test]
fn every_cell_is_what_the_results_say() {
    let rows = |format| csv_rows(&text(&export(format, false)));
    let nothing = |state| (state == State::Finished).then_some("");
    let any = |_| Some("");
    hold(Format::Csv, &by_bib(rows(Format::Csv), 2), [Some(1), None, Some(3), Some(4), None], 1, any);
    let columns = [Some(0), Some(1), None, Some(2), Some(3)];
    hold(Format::UltraSignup, &by_bib(rows(Format::UltraSignup), 9), columns, 2, any);
    let columns = [Some(0), None, None, Some(2), Some(3)];
    hold(Format::RunSignupCsv, &by_bib(rows(Format::RunSignupCsv), 1), columns, 2, nothing);
    let itra = by_bib(cells(&export(Format::Itra, false).bytes).split_off(1), 7);
    let dnf = |state| match state {
        State::Finished => Some(""),
        State::Dropped | State::OverTime => Some("DNF"),
        _ => None,
    };
    hold(Format::Itra, &itra, [Some(0), Some(1), None, Some(3), Some(2)], 2, dnf);
    let webscorer = utf16(&export(Format::Webscorer, false).bytes);
    // It writes quotes as the curly ones, for a straight one would swallow tabs.
    let webscorer: Vec<Vec<String>> = webscorer
        .lines()
        .skip(1)
        .map(|line| line.split('\t').map(|cell| cell.replace('”', "\"")).collect())
        .collect();
    let letters = |state| match state {
        State::Finished | State::OnCourse | State::NotStarted => Some(""),
        State::Dropped => Some("DNF"),
        State::OverTime => Some("DNP"),
        State::Disqualified => Some("DSQ"),
        State::DidNotStart => Some("DNS"),
    };
    hold(Format::Webscorer, &by_bib(webscorer, 1), [Some(0), None, None, Some(3), Some(2)], 1, letters);
    let html = by_bib(page_rows(&text(&export(Format::Html, false))), 1);
    let words = |state| match state {
        State::OnCourse => Some("on course"),
        State::NotStarted => Some("not seen"),
        State::Dropped => Some("DNF"),
        State::OverTime => Some("OTL"),
        State::Disqualified => Some("DSQ"),
        State::DidNotStart => Some("DNS"),
        State::Finished => Some(""),
    };
    hold(Format::Html, &html, [Some(0), Some(6), Some(2), None, None], 1, words);
    let title_off = |format| text(&export(format, false)).split_once('\n').unwrap().1.to_owned();
    let finishers = csv_rows(&title_off(Format::OstFinishers));
    let columns = [Some(0), Some(1), None, Some(2), Some(3)];
    hold(Format::OstFinishers, &by_bib(finishers, 8), columns, 2, nothing);
}

#[test]
fn every_posted_value_is_what_the_results_say() {
    let body: Value = serde_json::from_slice(&export(Format::RunSignupJson, false).bytes).unwrap();
    let posted: BTreeMap<&str, (u64, &str)> = body["results"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| {
            let text = |name: &str| r[name].as_str().unwrap();
            (text("bib_num"), (r["place"].as_u64().unwrap(), text("chip_time")))
        })
        .collect();
    let truth = truth();
    let finished = truth.iter().filter(|(_, truth)| truth.state == State::Finished);
    let expected: BTreeMap<&str, (u64, String)> =
        finished.map(|(bib, t)| (bib.as_str(), (t.place.parse().unwrap(), clock(t.seconds, 2)))).collect();
    assert_eq!(posted.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (bib, (place, time)) in posted {
        assert_eq!(
            (place, time.split('.').next()),
            (expected[bib].0, Some(expected[bib].1.as_str())),
            "{bib}"
        );
    }
}

#[test]
fn every_name_and_time_of_the_xml_is_what_the_results_say() {
    let written = write::results(Format::Iof, &outcome(&race(known())), &options()).unwrap();
    let xml = text(&written);
    let mut reader = Reader::from_str(&xml);
    reader.config_mut().trim_text(true);
    let (mut path, mut person): (Vec<String>, BTreeMap<String, String>) = (Vec::new(), BTreeMap::new());
    let (mut found, truth) = (0, truth());
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) => path.push(start.name().as_ref().to_owned()),
            Event::Text(words) => *person.entry(path.join("/")).or_default() += &words,
            Event::GeneralRef(entity) => {
                let plain = quick_xml::escape::resolve_predefined_entity(&entity).unwrap();
                *person.entry(path.join("/")).or_default() += plain;
            }
            Event::End(end) => {
                if end.name().as_ref() == "PersonResult" {
                    let get = |tail: &str| {
                        let path = format!("ResultList/ClassResult/PersonResult/{tail}");
                        person.get(&path).cloned().unwrap_or_default()
                    };
                    let one = &truth[&get("Result/BibNumber")];
                    let squeezed = |text: &str| text.replace(' ', "");
                    assert_eq!(squeezed(&get("Person/Name/Family")), squeezed(&one.family));
                    assert_eq!(squeezed(&get("Person/Name/Given")), squeezed(&one.given));
                    assert_eq!(get("Result/Position"), one.place);
                    let time = one.net_s.map(|s| s.to_string()).unwrap_or_default();
                    assert_eq!(get("Result/Time"), time, "{}", one.name);
                    person.retain(|path, _| !path.contains("PersonResult"));
                    found += 1;
                }
                path.pop();
            }
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(found, truth.len());
}
