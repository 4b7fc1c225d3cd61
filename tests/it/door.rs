//! Doors for other systems: OpenSplitTime's app and RACE RESULT's boxes post as they always do; each record has its fate.
//!
//! Invariant: one record is one scan, however often it is posted and in whatever spelling; one that is refused blocks none.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
    path::PathBuf,
};

use bibtrail::replica::Folder;
use bibtrail_server::{door::number, settings::Settings};
use bibtrail_tests::desk::Desk;
use serde_json::{Value, json};

use crate::browser::{Answer, Hq, sign_in};

/// Rows of a CSV file of the shared data, by column; nothing if the data is not here.
fn data(path: &str) -> Option<Vec<BTreeMap<String, String>>> {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data").join(path);
    if !file.exists() {
        println!("SKIPPED: {} is not here; this test posts real records from it", file.display());
        return None;
    }
    Some(csv::Reader::from_path(file).unwrap().deserialize().map(Result::unwrap).collect())
}

/// A race of these places, in and out where somebody went out, with 200 entrants.
fn race(places: &BTreeMap<u32, (String, bool)>) -> Desk {
    let mut race = String::from(
        "name = \"Test Lonesome 100\"\nstart = \"2022-07-22T06:00:00-06:00\"\ntime_zone = \"America/Denver\"\n",
    );
    let mut visits = Vec::new();
    for (n, (distance_m, (name, in_out))) in places.iter().enumerate() {
        writeln!(race, "[[checkpoint]]\nkey = \"p{n}\"\nname = \"{name}\"").unwrap();
        let record = if *in_out { "in-out" } else { "in" };
        visits.push(format!("{{ at = \"p{n}\", distance_m = {distance_m}, record = \"{record}\" }}"));
    }
    writeln!(race, "[[course]]\nkey = \"hundred\"\nname = \"Hundred\"\nvisits = [{}]", visits.join(", "))
        .unwrap();
    let entrants: String = (1..=200).map(|bib| format!("{bib},Runner {bib}\n")).collect();
    Desk::of(&race, &format!("bib,name\n{entrants}"))
}

/// A door of some role, and headquarters behind it.
fn open(desk: &Desk, options: &str) -> (Hq, String) {
    let (token, _) = sign_in(desk, &format!("--door {options}"));
    (Hq::open(desk, Settings::default()), token)
}

fn post(hq: &Hq, path: &str, token: &str, body: &Value) -> (u16, Value) {
    let headers = format!("Authorization: bearer {token}\r\nContent-Type: application/json\r\n");
    read(&hq.ask("POST", path, &headers, &body.to_string()))
}

fn get(hq: &Hq, path: &str, token: &str) -> (u16, Value) {
    read(&hq.ask("GET", path, &format!("Authorization: Bearer {token}\r\n"), ""))
}

fn read(answer: &Answer) -> (u16, Value) {
    (answer.status, serde_json::from_str(&answer.body).unwrap_or(Value::Null))
}

/// How often each fate was answered, in order of its name.
fn fates(answer: &Value) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let all = answer["data"].as_array().or_else(|| answer["fates"].as_array()).unwrap();
    all.iter().for_each(|fate| *counts.entry(fate["fate"].as_str().unwrap()).or_default() += 1);
    counts.iter().map(|(fate, count)| format!("{count} {fate}")).collect::<Vec<_>>().join(", ")
}

/// Scans that are held, as bib, place, way and moment.
fn held(desk: &Desk) -> Vec<(String, String, String, i64)> {
    let store = Folder::new(&desk.path("hq")).open().unwrap().0;
    let setup = store.setup().unwrap();
    let name = |key| setup.checkpoint(key).unwrap().name.clone();
    let scans = store.scans().unwrap();
    let each = scans.iter().map(|scan| {
        (scan.bib.to_string(), name(&scan.checkpoint), scan.kind.as_str().to_owned(), scan.reading.wall_ms)
    });
    each.collect()
}

const CAMEL: [&str; 7] =
    ["bibNumber", "splitName", "subSplitKind", "enteredTime", "withPacer", "stoppedHere", "source"];
const SNAKE: [&str; 7] =
    ["bib_number", "split_name", "sub_split_kind", "entered_time", "with_pacer", "stopped_here", "source"];

/// A raw time in one of the spellings.
fn datum(names: [&str; 7], row: &BTreeMap<String, String>) -> Value {
    let values =
        [&row["bib"], &row["split_name"], &row["sub_split_kind"], &row["absolute_time"]].map(String::as_str);
    let values = values.into_iter().chain(["false", "false", "ost-remote-1"]);
    let attributes: serde_json::Map<String, Value> =
        names.into_iter().map(str::to_owned).zip(values.map(Value::from)).collect();
    json!({ "type": "raw_time", "attributes": attributes })
}

/// The real records of an ultra, as the app posts them: in batches of 300, with a bad one in the second, three times, in
/// both spellings, with the fields that tell records apart named or not.
#[test]
fn a_real_ultra_posted_three_times_is_there_once() {
    let Some(rows) = data("lonesome-100/lonesome_raw_times_flat.csv") else { return };
    let mut places: BTreeMap<u32, (String, bool)> = BTreeMap::new();
    for row in &rows {
        let place = places.entry(row["distance_m"].parse().unwrap()).or_default();
        *place = (row["split_name"].clone(), place.1 || row["sub_split_kind"] == "out");
    }
    let desk = race(&places);
    let (hq, token) = open(&desk, "");
    let path = format!("/api/v1/event_groups/{}/import?data_format=jsonapi_batch", number(hq.race));
    let mut answered = Vec::new();
    for (names, key) in [(CAMEL, true), (SNAKE, false), (CAMEL, false)] {
        let mut told: BTreeMap<u16, BTreeSet<String>> = BTreeMap::new();
        for (n, batch) in rows.chunks(300).enumerate() {
            let mut data: Vec<Value> = batch.iter().map(|row| datum(names, row)).collect();
            if n == 1 {
                data[150]["attributes"][names[0]] = json!("=1+1");
            }
            let mut body = json!({ "data": data });
            if key {
                body["uniqueKey"] = json!([
                    "enteredTime",
                    "splitName",
                    "bitkey",
                    "bibNumber",
                    "source",
                    "withPacer",
                    "stoppedHere"
                ]);
            }
            let (status, answer) = post(&hq, &path, &token, &body);
            if status == 422 {
                let wrong = &answer["errors"][0]["detail"];
                assert!(
                    wrong["record"] == 151 && wrong["messages"][0].as_str().unwrap().contains("is no bib"),
                    "{wrong}"
                );
            }
            told.entry(status).or_default().insert(fates(&answer));
        }
        answered.push(format!("{told:?}"));
    }
    let told = |word: &str| {
        format!(
            "{{201: {{\"300 {word}\", \"76 {word}\"}}, 422: {{\"{}\"}}}}",
            if word == "held" { "299 held, 1 refused" } else { "1 refused, 299 taken" }
        )
    };
    assert_eq!(answered, [told("taken"), told("held"), told("held")]);
    hq.close();
    let expected: BTreeSet<(String, String, String, i64)> = rows
        .iter()
        .enumerate()
        .filter(|(n, _)| *n != 450)
        .map(|(_, row)| {
            let ms = row["absolute_time"].parse::<jiff::Timestamp>().unwrap().as_millisecond();
            (row["bib"].clone(), row["split_name"].clone(), row["sub_split_kind"].clone(), ms)
        })
        .collect();
    let held = held(&desk);
    assert_eq!((held.len(), held.into_iter().collect::<BTreeSet<_>>()), (2775, expected));
}

/// The fixtures of OpenSplitTime's own tests: times of day, doubles, several sources, one time that is none.
#[test]
fn fixtures_of_opensplittime_have_their_fates() {
    let Some(rows) = data("opensplittime-fixtures/raw_times.csv") else { return };
    let mut names: Vec<String> = rows.iter().map(|row| row["split_name"].clone()).collect();
    names.sort();
    names.dedup();
    let places = (0..).step_by(10_000).zip(names.into_iter().map(|name| (name, true))).collect();
    let desk = race(&places);
    let (hq, token) = open(&desk, "--role director");
    let path = "/api/v1/event_groups/test-lonesome-100/import?dataFormat=jsonapi_batch";
    let fields = |row: &BTreeMap<String, String>| {
        let named = [
            "bib_number",
            "split_name",
            "bitkey",
            "entered_time",
            "absolute_time",
            "stopped_here",
            "with_pacer",
            "source",
        ];
        let pairs = named.iter().map(|name| ((*name).to_owned(), Value::from(row[*name].as_str())));
        json!({ "type": "raw_time", "attributes": pairs.collect::<serde_json::Map<_, _>>() })
    };
    let body = json!({ "data": rows.iter().map(fields).collect::<Vec<_>>() });
    let first = post(&hq, path, &token, &body);
    assert_eq!((first.0, fates(&first.1)), (422, "1 refused, 1 same, 38 taken".to_owned()));
    assert!(
        first.1["errors"][0]["detail"]["messages"][0].as_str().unwrap().contains("09:mm:ss"),
        "{}",
        first.1["errors"]
    );
    for _ in 0..2 {
        let again = post(&hq, path, &token, &body);
        assert_eq!((again.0, fates(&again.1)), (422, "38 held, 1 refused, 1 same".to_owned()));
    }
}

const BODY: &str = r#"{"data":[{"type":"raw_time","attributes":{"bibNumber":"4","splitName":"Antero","subSplitKind":"in","enteredTime":"2022-07-22 09:16:01-06:00","withPacer":"false","stoppedHere":"true","source":"ost-remote-2"}}]}"#;

fn small() -> Desk {
    race(
        &[(0, "Start"), (27_198, "Antero"), (160_000, "Finish")]
            .map(|(m, name)| (m, (name.to_owned(), m == 27_198)))
            .into(),
    )
}

/// What the app asks, in its order.
#[test]
fn the_app_signs_in_and_finds_its_way() {
    let desk = small();
    let (hq, token) = open(&desk, "");
    let auth = |kind: &str, body: &str| {
        read(&hq.ask("POST", "/api/v1/auth", &format!("Content-Type: {kind}\r\n"), body))
    };
    let form = |password: &str| {
        auth(
            "application/x-www-form-urlencoded",
            &format!("user%5Bemail%5D=a%40b.c&user%5Bpassword%5D={password}"),
        )
    };
    assert_eq!(form("wrong").0, 401);
    let (status, answer) = form(&token);
    assert!(status == 200 && answer["token"] == json!(token) && answer["expiration"].is_string(), "{answer}");
    assert_eq!(
        auth("application/json", &json!({ "user": { "email": "a", "password": token } }).to_string()).0,
        200
    );
    let id = number(hq.race);
    let (_, groups) = get(&hq, "/api/v1/event_groups?filter%5Beditable%5D=true", &token);
    assert!(
        groups["data"][0]["id"] == json!(id.to_string())
            && groups["data"][0]["attributes"]["slug"] == "test-lonesome-100"
    );
    let path = format!("/api/v1/event_groups/{id}");
    let (_, group) = get(&hq, &format!("{path}?include=events.efforts"), &token);
    let stations = &group["data"]["attributes"]["dataEntryGroups"];
    assert_eq!(
        stations[0],
        json!({ "title": "Start", "entries": [{ "subSplitKind": "in", "label": "Start", "splitName": "Start", "parameterizedSplitName": "start" }] })
    );
    assert_eq!(stations[1]["entries"][1]["label"], "Antero Out");
    let efforts: Vec<&Value> =
        group["included"].as_array().unwrap().iter().filter(|one| one["type"] == "efforts").collect();
    let first = efforts.iter().find(|effort| effort["attributes"]["bibNumber"] == 1).unwrap();
    assert_eq!((efforts.len(), &first["attributes"]["fullName"]), (200, &json!("Runner 1")));
    let import = format!("{path}/import?data_format=jsonapi_batch&limitedResponse=true");
    let sent = read(&hq.ask("POST", &import, &format!("Authorization: bearer {token}\r\n"), BODY));
    // A door without a captain's right keeps what it may not say beside the scan.
    assert_eq!((sent.0, fates(&sent.1)), (422, "1 refused, 1 taken".to_owned()));
    assert!(sent.1["fates"][1]["why"].as_str().unwrap().contains("stands beside the scan"), "{}", sent.1);
    let mut raw = get(
        &hq,
        &format!("{path}/raw_times?filter%5Bsplit_name%5D=Antero&sort=-id&page%5Bsize%5D=50"),
        &token,
    )
    .1;
    while raw["data"].as_array().unwrap().is_empty() {
        raw = get(&hq, &format!("{path}/raw_times?filter%5Bsplit_name%5D=Antero"), &token).1;
    }
    let one = &raw["data"][0]["attributes"];
    assert!(
        one["bibNumber"] == "4" && one["source"] == "ost-remote-2" && one["subSplitKind"] == "in",
        "{one}"
    );
    let (status, rest) = get(&hq, &format!("{path}/not_expected?split_name=Start"), &token);
    assert!(status == 200 && rest["data"]["bib_numbers"] == json!([4]), "{rest}");
    assert_eq!(get(&hq, &format!("{path}/not_expected?split_name=Nowhere"), &token).0, 422);
    assert_eq!(get(&hq, "/api/v1/event_groups/other", &token).0, 404);
    assert_eq!(get(&hq, &path, "wrong").0, 401);
    hq.close();
    assert!(desk.ok("runner @hq 4").contains("Antero"));
    let store = Folder::new(&desk.path("hq")).open().unwrap().0;
    let at = store.scans().unwrap()[0].at;
    let registers = store.registers(&bibtrail_core::op::Entity::Scan(at)).unwrap().unwrap();
    let note = registers.text(bibtrail_core::op::field::NOTE, store.members()).unwrap();
    assert!(note.contains("dnf"), "{note}");
}

/// The same record at a door whose ticket may say that runners stopped.
#[test]
fn a_captains_door_says_who_stopped() {
    let desk = small();
    let (hq, token) = open(&desk, "--role captain --checkpoint p1");
    let import =
        format!("/api/v1/event_groups/{}/import?data_format=jsonapi_batch&limitedResponse=true", hq.race);
    let headers = format!("Authorization: Bearer {token}\r\n");
    for _ in 0..3 {
        let sent = hq.ask("POST", &import, &headers, BODY);
        assert_eq!((sent.status, sent.body.as_str()), (201, "{}"));
    }
    hq.close();
    let log = desk.ok("log @hq");
    assert_eq!(log.matches("dnf").count(), 1, "{log}");
    assert_eq!(held(&desk).len(), 1);
}

#[test]
fn a_box_posts_to_the_webhook() {
    let desk = small();
    let (token, ticket) = sign_in(&desk, "--door");
    let (link, _) = sign_in(&desk, "--role director");
    let hq = Hq::open(&desk, Settings::default());
    let check = |query: &str, body: &str, status: u16, expected: &str| {
        let answer = hq.ask(
            "POST",
            &format!("/webhooks/raceresult?{query}"),
            "Content-Type: application/json\r\n",
            body,
        );
        assert!(answer.status == status && answer.body.contains(expected), "{body}: {answer:?}");
    };
    let query = format!("token={token}&event_group_name=test-lonesome-100");
    let passing = |bib: &str, place: &str, time: &str| {
        format!(
            r#"{{"Bib":{bib},"TimingPoint":"{place}","ID":162,"Passing":{{"UTCTime":"{time}","DeviceID":"D-55570"}}}}"#
        )
    };
    let good = passing("69", "Start", "2022-07-22T06:00:42.611-06:00");
    check(&query, &good, 201, "\"fate\":\"taken\"");
    check(&query, &good, 201, "\"fate\":\"held\"");
    check(&query, &good, 201, "\"fate\":\"held\"");
    check(&query, &passing("0", "Finish", "2022-07-22T16:00:00.000-06:00"), 201, "taken");
    check(&query, &passing("\"7a\"", "Antero", "2022-07-22T09:00:00.000-06:00"), 201, "taken");
    check(&query, &passing("69", "Nowhere", "2022-07-22T09:00:00.000-06:00"), 422, "no place");
    check(&query, &passing("69", "Start", "yesterday"), 422, "does not read");
    check(&query, "no json", 422, "is not the JSON");
    let several = format!(
        "[{good},{},{}]",
        passing("70", "Start", "x"),
        passing("71", "Start", "2022-07-22T06:00:43.000-06:00")
    );
    check(&query, &several, 422, "\"fate\":\"taken\"");
    check("token=wrong&event_group_name=test-lonesome-100", &good, 401, "token");
    check("event_group_name=test-lonesome-100", &good, 401, "token");
    check(&format!("token={token}&event_group_name=other"), &good, 404, "for the race");
    // A lost token is taken back.
    let director = hq.sign_in(&link, "Ann").unwrap();
    let said = director.post("/devices", &[("log", &ticket), ("role", ""), ("act", "revoke")]);
    assert_eq!(said.status, 200, "{}", said.body);
    check(&query, &good, 401, "revoked");
    hq.close();
    let mut bibs: Vec<String> = held(&desk).into_iter().map(|(bib, ..)| bib).collect();
    bibs.sort();
    assert_eq!(bibs, ["69", "71", "7a", "?"].map(str::to_owned));
}
