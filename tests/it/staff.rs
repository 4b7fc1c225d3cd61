//! Those who work at headquarters: who is let in where, what is written for them, and what is refused.
//!
//! Invariant: a route is open to exactly whom the table says; nobody writes at headquarters what they could not say on a
//! phone.

mod work;

use std::fmt::Write;

use bibtrail_server::{
    routes::{Policy, TABLE},
    settings::Settings,
};
use bibtrail_tests::desk::Desk;

use crate::{
    browser::{self, Answer, Hq, Person, form, raw, sign_in},
    children, server,
};
use work::says;

const ORIGIN: &str = "Content-Type: application/x-www-form-urlencoded\r\nSec-Fetch-Site: same-origin\r\n";

/// Who asks, in the order of the columns.
const WHO: [&str; 6] = ["nobody", "volunteer", "captain", "director", "door", "revoked"];

/// Each route, and whom it lets in at the public address; `0` where it is not there.
const MATRIX: &str = "
/healthz                                       + + + + + +
/readyz                                        + + + + + +
/assets/{name}                                 + + + + + +
/                                              + + + + + +
/r/{race}                                      + + + + + +
/r/{race}/course/{course}                      + + + + + +
/r/{race}/runner                               + + + + + +
/r/{race}/chart                                + + + + + +
/r/{race}/groups                               + + + + + +
/r/{race}/group                                + + + + + +
/r/{race}/search                               + + + + + +
/api/v1/openapi.json                           + + + + + +
/api/v1/races                                  + + + + + +
/api/v1/races/{race}                           + + + + + +
/api/v1/races/{race}/results                   + + + + + +
/api/v1/races/{race}/results.csv               + + + + + +
/api/v1/races/{race}/splits                    + + + + + +
/api/v1/races/{race}/runners                   + + + + + +
/api/v1/races/{race}/runners/{bib}             + + + + + +
/api/v1/races/{race}/groups                    + + + + + +
/api/v1/races/{race}/latest                    + + + + + +
/api/v1/races/{race}/events                    + + + + + +
/api/v1/races/{race}/watch                     - + + + + -
/api/v1/races/{race}/findings                  - + + + + -
/api/v1/races/{race}/exports/{format}          - + + + + -
/staff/{name}                                  + + + + + +
/sign-in                                       + + + + + +
/hq/{race}                                     - + + + - -
/hq/{race}/find                                - + + + - -
/hq/{race}/runner/{bib}                        - + + + - -
/hq/{race}/safe                                - + + + - -
/hq/{race}/status                              - + + + - -
/hq/{race}/void                                - + + + - -
/hq/{race}/stations                            - + + + - -
/hq/{race}/station/{key}                       - + + + - -
/hq/{race}/close/{key}                         - - + + - -
/hq/{race}/entry                               - + + + - -
/hq/{race}/review                              - + + + - -
/hq/{race}/conflicts                           - + + + - -
/hq/{race}/devices                             - - + + - -
/hq/{race}/files                               - + + + - -
/hq/{race}/export/{name}                       - + + + - -
/hq/{race}/chart                               - + + + - -
/hq/{race}/chart/{key}                         - + + + - -
/hq/{race}/undo                                - + + + - -
/api/v1/auth                                   + + + + + +
/api/v1/event_groups                           - - - - + -
/api/v1/event_groups/{group}                   - - - - + -
/api/v1/event_groups/{group}/import            - - - - + -
/api/v1/event_groups/{group}/not_expected      - - - - + -
/api/v1/event_groups/{group}/raw_times         - - - - + -
/webhooks/raceresult                           - - - - + -
/metrics                                       0 0 0 0 0 0
/sync/{race}                                   + + + + + +
/hq/{race}/sign-out                            - + + + - -
";

/// A path of the table with everything filled in.
fn filled(path: &str, hq: &Hq) -> String {
    let race = hq.race.to_string();
    let parts = [
        ("{race}", race.as_str()),
        ("{group}", &race),
        ("{bib}", "117"),
        ("{key}", "arch"),
        ("{course}", "ten"),
        ("{format}", "csv"),
        ("{name}", "csv"),
    ];
    parts.iter().fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

/// Whether the route lets in, by every method that it has.
fn mark(hq: &Hq, path: &str, headers: &str) -> char {
    let answers = ["GET", "POST"].map(|method| hq.ask(method, path, &format!("{ORIGIN}{headers}"), ""));
    let has_method = |answer: &&Answer| answer.status != 405;
    let marks = answers.iter().filter(has_method).map(|answer| {
        let is_there = answer.body != "nothing is here\n";
        match answer.status {
            401 | 403 if path != "/api/v1/auth" => '-',
            404 if !is_there => '0',
            _ => '+',
        }
    });
    let marks: Vec<char> = marks.collect();
    assert!(marks.windows(2).all(|pair| pair[0] == pair[1]), "{path}: {marks:?}");
    marks[0]
}

#[test]
fn every_route_lets_in_exactly_whom_the_table_says() {
    let desk = Desk::new();
    let links = ["volunteer", "captain --checkpoint arch", "director"]
        .map(|role| sign_in(&desk, &format!("--role {role}")).0);
    let (revoked, ticket) = sign_in(&desk, "--role captain --checkpoint arch");
    let (door, _) = sign_in(&desk, "--door");
    let hq = Hq::open(&desk, Settings::default());
    let [volunteer, captain, director] = links.each_ref().map(|link| hq.sign_in(link, "Ann").unwrap());
    let gone = hq.sign_in(&revoked, "Bo").unwrap();
    assert_eq!(gone.get("").status, 200, "before the revocation");
    let said = director.post("/devices", &[("log", &ticket), ("role", ""), ("act", "revoke")]);
    assert!(said.status == 200 && said.body.contains("It is revoked"), "{}", said.body);
    let cookie = |person: &Person<'_>| format!("Cookie: {}\r\n", person.cookie);
    let mut told = String::from("\n");
    let (mut out, mut rows) = (Vec::new(), TABLE.to_vec());
    // What ends the session comes last.
    rows.sort_by_key(|(path, ..)| path.ends_with("/sign-out"));
    for (path, policy, _) in &rows {
        let who = [
            String::new(),
            cookie(&volunteer),
            cookie(&captain),
            cookie(&director),
            format!("Authorization: bearer {door}\r\n"),
            cookie(&gone),
        ];
        let marks: Vec<String> =
            who.iter().map(|headers| mark(&hq, &filled(path, &hq), headers).to_string()).collect();
        writeln!(told, "{path:<46} {}", marks.join(" ")).unwrap();
        if matches!(policy, Policy::Signed(_) | Policy::Api(_) | Policy::Door) && marks[0] != "-" {
            out.push(*path);
        }
    }
    assert_eq!(told, MATRIX, "columns: {WHO:?}");
    assert!(out.is_empty(), "{out:?} are open to nobody in particular");
}

/// What programs of those who work here read at the public address.
#[test]
fn programs_show_a_ticket_or_a_session_of_this_race() {
    let desk = Desk::new();
    let (token, ticket) = sign_in(&desk, "--door");
    let (link, _) = sign_in(&desk, "--role director");
    let hq = Hq::open(&desk, Settings::default());
    let watch = format!("/api/v1/races/{}/watch", hq.race);
    let check = |path: &str, headers: &str, status: u16, text: &str| {
        says(&hq.ask("GET", path, headers, ""), status, text);
    };
    let bearer = format!("Authorization: Bearer {token}\r\n");
    check(&watch, "", 401, "bibtrail sign-in --door");
    check(&watch, &bearer, 200, "Kim Chol-su");
    check(&watch.replace(&hq.race.to_string(), &hq.race.to_string()[..8]), &bearer, 200, "Kim Chol-su");
    // An address stands in logs.
    check(&format!("{watch}?token={token}"), "", 401, "error");
    check(&watch, "Authorization: Bearer nonsense\r\n", 401, "error");
    let elsewhere = format!("/api/v1/races/{}/watch", "0".repeat(32));
    check(&elsewhere, &bearer, 401, "error");
    let director = hq.sign_in(&link, "Ann").unwrap();
    let cookie = format!("Cookie: {}\r\n", director.cookie);
    check(&watch, &cookie, 200, "Kim Chol-su");
    // A revocation ends it at once, and so does the end of a session.
    let said = director.post("/devices", &[("log", &ticket), ("role", ""), ("act", "revoke")]);
    says(&said, 200, "It is revoked");
    check(&watch, &bearer, 401, "error");
    assert_eq!(director.post("/sign-out", &[]).status, 303);
    check(&watch, &cookie, 401, "error");
}

#[test]
fn a_link_that_is_no_good_lets_nobody_in() {
    let desk = Desk::new();
    let other = Desk::new();
    let (link, _) = sign_in(&desk, "--role volunteer");
    let pool = desk.ticket("pending");
    let hq = Hq::open(&desk, Settings::default());
    let check = |link: &str, name: &str, expected: &str| {
        let answer = hq.sign_in(link, name).err().unwrap();
        assert!(answer.status == 422 && answer.body.contains(expected), "{expected}: {answer:?}");
        assert!(!answer.head.contains("set-cookie"), "{answer:?}");
    };
    check("", "Ann", "the ticket is damaged");
    check(&link[..link.len() - 1], "Ann", "the ticket is damaged");
    check(&sign_in(&other, "--role volunteer").0, "Ann", "for another race");
    check(&pool, "Ann", "gives no right here");
    check(&link, " ", "what you are called");
    check(&link, &"x".repeat(41), "what you are called");
    // A phone's ticket is as good, and so is what stands after # alone.
    let secret = link.split_once('#').unwrap().1;
    assert!(hq.sign_in(secret, "Ann").is_ok());
    // From another site nobody signs in, and nobody writes.
    let form = form(&[("link", link.as_str()), ("name", "Ann")]);
    for origin in
        ["", "Origin: https://elsewhere.example\r\n", "Origin: null\r\n", "Sec-Fetch-Site: cross-site\r\n"]
    {
        let headers = format!("Content-Type: application/x-www-form-urlencoded\r\n{origin}");
        assert_eq!(hq.ask("POST", "/sign-in", &headers, &form).status, 403, "{origin}");
        let ann = hq.sign_in(&link, "Ann").unwrap();
        let path = format!("/hq/{}/entry", hq.race);
        let answer = hq.ask("POST", &path, &format!("{headers}Cookie: {}\r\n", ann.cookie), "lines=117");
        assert_eq!(answer.status, 403, "{origin}");
    }
    // A secret of one race is none at another, and an end is an end.
    let ann = hq.sign_in(&link, "Ann").unwrap();
    let elsewhere = format!("/hq/{}", "0".repeat(32));
    assert_eq!(hq.ask("GET", &elsewhere, &format!("Cookie: {}\r\n", ann.cookie), "").status, 401);
    assert_eq!(ann.post("/sign-out", &[]).status, 303);
    assert_eq!(ann.get("").status, 401);
}

#[test]
fn what_strangers_send_is_bounded() {
    let desk = Desk::new();
    let (door, _) = sign_in(&desk, "--door");
    let hq = Hq::open(&desk, Settings { http_body_ms: 100, http_head_ms: 100, ..Settings::default() });
    let large = "x".repeat(300 * 1024);
    assert_eq!(hq.ask("POST", "/sign-in", ORIGIN, &large).status, 413);
    assert_eq!(hq.ask("POST", "/api/v1/auth", "", &large).status, 413);
    // Whoever is not known is turned away before the body is read.
    let group = format!("/api/v1/event_groups/{}/import", hq.race);
    assert_eq!(hq.ask("POST", &group, "", &large).status, 401);
    let entry = format!("/hq/{}/entry", hq.race);
    assert_eq!(hq.ask("POST", &entry, ORIGIN, &large).status, 401);
    // Nothing is unpacked for anybody.
    let token = format!("Authorization: Bearer {door}\r\n");
    assert_eq!(hq.ask("POST", &group, &format!("{token}Content-Encoding: gzip\r\n"), "x").status, 415);
    assert_eq!(hq.ask("POST", "/sign-in", "Content-Encoding: br\r\n", "x").status, 415);
    // A body that does not come, and a head that does not end.
    let slow = |path: &str, headers: &str| {
        format!("POST {path} HTTP/1.1\r\nHost: {}\r\n{headers}Content-Length: 50\r\n\r\nx", hq.address)
    };
    assert_eq!(raw(&hq.address, &slow("/sign-in", "")).status, 408);
    assert_eq!(raw(&hq.address, &slow(&group, &token)).status, 408);
    let endless = format!("GET /healthz HTTP/1.1\r\nHost: here\r\nX: {}", "y".repeat(100 * 1024));
    assert!(matches!(raw(&hq.address, &endless).status, 0 | 408 | 431));
    assert_eq!(hq.ask("GET", "/healthz", "", "").status, 200);
}

/// Who comes late is invited while the server holds the folder.
#[test]
fn a_link_made_beside_a_running_server_lets_in() {
    let desk = children::Desk::new();
    let mut hall = server::hall(&desk, "");
    let made = desk.ok("sign-in @hq --url https://hq.example/ --json --role director");
    let made: serde_json::Value = serde_json::from_str(&made).unwrap();
    let body = form(&[("link", made["link"].as_str().unwrap()), ("name", "Ann")]);
    let answer = browser::ask(&hall.public, "POST", "/sign-in", ORIGIN, &body);
    assert_eq!(answer.status, 303, "{answer:?}");
    let cookie = answer.head.lines().find_map(|line| line.strip_prefix("set-cookie: ")).unwrap();
    let headers = format!("Cookie: {}\r\n", cookie.split(';').next().unwrap());
    let page = browser::ask(&hall.public, "GET", &format!("/hq/{}", hall.race), &headers, "");
    assert_eq!(page.status, 200, "{page:?}");
    assert!(page.body.contains("Ann"), "{page:?}");
    assert!(hall.process.stop().success());
}
