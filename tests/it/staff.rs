//! Those who work at headquarters: who is let in where, what is written for them, and what is refused.
//!
//! Invariant: a route is open to exactly whom the table says; nobody writes at headquarters what they could not say on a
//! phone.

use std::fmt::Write;

use bibtrail::replica::Folder;
use bibtrail_server::{
    routes::{Policy, TABLE},
    settings::Settings,
};
use bibtrail_tests::desk::Desk;

use crate::browser::{self, Answer, Hq, Person, ask, hidden, raw, sign_in};

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
    let form = browser::form(&[("link", link.as_str()), ("name", "Ann")]);
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

/// A captain of the arch, a volunteer and a director at headquarters.
struct Team {
    desk: Desk,
    captain: String,
    volunteer: String,
    director: String,
}

impl Team {
    fn new() -> Self {
        let desk = Desk::new();
        let link = |role: &str| sign_in(&desk, &format!("--role {role}")).0;
        let (captain, volunteer, director) =
            (link("captain --checkpoint arch"), link("volunteer"), link("director"));
        Self { desk, captain, volunteer, director }
    }

    /// What the replica says when the server has ended.
    fn told(&self, line: &str) -> String {
        self.desk.ok(line)
    }
}

fn says(answer: &Answer, status: u16, text: &str) {
    assert!(
        answer.status == status && answer.body.contains(text),
        "{text}: {} {}",
        answer.status,
        answer.body
    );
}

#[test]
fn live_entry_takes_typed_lines_once_each() {
    let team = Team::new();
    let hq = Hq::open(&team.desk, Settings::default());
    let ann = hq.sign_in(&team.volunteer, "Ann").unwrap();
    let page = ann.get("/entry");
    says(&page, 200, "autofocus");
    let form = hidden(&page.body, "form");
    let enter = |form: &str, lines: &str| {
        ann.post("/entry", &[("form", form), ("checkpoint", "arch"), ("kind", "in"), ("lines", lines)])
    };
    let check = |lines: &str, expected: &[&str]| {
        let answer = enter("other", lines);
        let fates: Vec<&str> = answer.body.split("class=\"fate ").skip(1).collect();
        assert_eq!(fates.len(), expected.len(), "{lines}: {}", answer.body);
        for (fate, expected) in fates.iter().zip(expected) {
            let (class, text) = expected.split_once(": ").unwrap();
            assert!(fate.starts_with(class) && fate.contains(text), "{lines}: {expected}: {fate}");
        }
    };
    says(&enter(&form, "117"), 200, "fate taken");
    // Sent again, by a browser that heard no answer.
    says(&enter(&form, "117"), 200, "fate held");
    check(
        "117 9:15\n117 09:15\nnobody knows what\nW1 out\n999",
        &[
            "taken: arch in",
            "held: recorded already",
            "refused: ",
            "taken: arch out",
            "taken: nobody entered",
        ],
    );
    check("117 9:15", &["held: recorded already"]);
    // A volunteer records, and says nothing of what became of runners.
    check("118 DROP 1149 6 arch", &["refused: a volunteer may not"]);
    // What somebody entered they may take back; what others did they may not.
    let answer = enter("third", "118");
    says(&ann.undo(&answer), 200, "Taken back.");
    let bo = hq.sign_in(&team.volunteer, "Bo").unwrap();
    let answer = enter("fourth", "118");
    says(&bo.undo(&answer), 403, "a volunteer may not correct this scan");
    // The name is text, whatever it is.
    let eve = hq.sign_in(&team.captain, "<script>alert(1)</script>").unwrap();
    assert!(!eve.get("").body.contains("<script>alert"));
    hq.close();
    let store = Folder::new(&team.desk.path("hq")).open().unwrap().0;
    let scans = store.scans().unwrap();
    let mut held: Vec<String> =
        scans.iter().map(|scan| format!("{}{}", scan.bib, if scan.is_void { " void" } else { "" })).collect();
    held.sort();
    assert_eq!(held, ["117", "117", "118", "118 void", "999", "W1"].map(str::to_owned));
    assert!(
        scans.iter().all(|scan| scan.source.as_ref().is_some_and(|source| source.name == "typed by Ann"))
    );
}

#[test]
fn nobody_says_more_than_on_a_phone() {
    let team = Team::new();
    let hq = Hq::open(&team.desk, Settings::default());
    let [captain, volunteer, director] =
        [&team.captain, &team.volunteer, &team.director].map(|link| hq.sign_in(link, "Ann").unwrap());
    let safe = |who: &Person<'_>, place: &str| {
        who.post("/safe", &[("bib", "117"), ("place", place), ("reason", "by radio"), ("word", "safe")])
    };
    says(&safe(&volunteer, "arch"), 403, "a volunteer may not say that of this runner");
    says(&safe(&captain, "finish"), 403, "a captain may not say that of this runner");
    says(&safe(&captain, "arch"), 200, "Bib 117 is said to be safe.");
    says(&director.get("/runner/117"), 200, "safe by word");
    let answer = safe(&director, "finish");
    says(&answer, 200, "is said to be safe");
    // What stood before stands again.
    says(&director.undo(&answer), 200, "Taken back.");
    says(&director.get("/runner/117"), 200, "arch");
    let status = |who: &Person<'_>, status: &str, place: &str| {
        who.post("/status", &[("bib", "118"), ("status", status), ("checkpoint", place), ("reason", "knee")])
    };
    says(&status(&captain, "dsq", "arch"), 403, "may not");
    says(&status(&captain, "dnf", ""), 403, "may not");
    says(&status(&captain, "dnf", "arch"), 200, "Bib 118: ");
    says(&status(&captain, "nonsense", "arch"), 422, "is no status");
    says(&director.get("/?state=all"), 404, "nothing is here");
    says(&director.get("?state=all"), 200, "dropped");
    // What the script asks for is what changes, and no page.
    let part = director.get("?part=live");
    assert!(
        part.status == 200 && part.body.contains("Who is out") && !part.body.contains("<html"),
        "{}",
        part.body
    );
    hq.close();
    let log = team.told("log @hq");
    assert!(log.contains("Ann: knee") && log.contains("Ann: by radio"), "{log}");
}

#[test]
fn a_checkpoint_is_closed_step_by_step() {
    let team = Team::new();
    team.desk.ok("scan @hq 117 118 W1 --checkpoint start");
    team.desk.ok("scan @hq 117 118 --checkpoint arch --kind out");
    let hq = Hq::open(&team.desk, Settings::default());
    let [captain, director] = [&team.captain, &team.director].map(|link| hq.sign_in(link, "Ann").unwrap());
    let page = director.get("/station/arch");
    says(&page, 200, "Still to come: W1");
    let (old, act) = (hidden(&page.body, "code"), |who: &Person<'_>, fields: &[(&str, &str)]| {
        who.post("/close/arch", fields)
    });
    says(
        &act(&captain, &[("act", "ask"), ("code", &old)]),
        403,
        "a captain may not say that of this checkpoint",
    );
    says(&act(&director, &[("act", "ask"), ("code", "AAAAAA")]), 422, "has changed since you looked");
    says(
        &act(&director, &[("act", "release"), ("code", &old), ("reason", "")]),
        422,
        "is not ready to close",
    );
    says(&act(&director, &[("act", "ask"), ("code", &old)]), 200, "It is said.");
    says(&act(&captain, &[("act", "answer"), ("heard", "nonsense")]), 422, "Nothing was written");
    says(&act(&captain, &[("act", "answer"), ("heard", &format!("{old} dropped W1"))]), 200, "It is said.");
    says(&act(&captain, &[("act", "last"), ("bib", "118")]), 200, "It is said.");
    says(&act(&captain, &[("act", "swept")]), 200, "It is said.");
    let page = director.get("/station/arch");
    says(&page, 200, "ready to close");
    let code = hidden(&page.body, "code");
    says(&act(&director, &[("act", "release"), ("code", &code)]), 200, "It is said.");
    says(&director.get("/station/arch"), 200, "<strong>closed</strong>");
    says(&act(&captain, &[("act", "reopen"), ("reason", "")]), 422, "say why");
    hq.close();
    assert!(team.told("close @hq arch").contains("closed"));
}

#[test]
fn a_conflict_settled_at_headquarters_is_settled_on_the_phone() {
    let team = Team::new();
    let desk = &team.desk;
    desk.ok("scan @phone-1 117 --checkpoint arch");
    desk.ok("bundle @phone-1 -o @one.bibtrail");
    desk.ok("merge @phone-2 @one.bibtrail");
    let at = Folder::new(&desk.path("phone-1")).open().unwrap().0.scans().unwrap()[0].at;
    for (phone, bib) in [("phone-1", "118"), ("phone-2", "W1")] {
        desk.ok(&format!("amend @{phone} {at} --bib {bib} --reason misread"));
    }
    let hq = Hq::open(desk, Settings::default());
    for phone in ["phone-1", "phone-2"] {
        desk.ok(&format!("sync @{phone} {}", hq.phones()));
    }
    let director = hq.sign_in(&team.director, "Ann").unwrap();
    let mut page = director.get("/conflicts");
    while !page.body.contains("name=\"conflict\"") {
        page = director.get("/conflicts");
    }
    let conflict = hidden(&page.body, "conflict");
    let volunteer = hq.sign_in(&team.volunteer, "Bo").unwrap();
    let chosen = [("conflict", conflict.as_str()), ("value", "W1"), ("reason", "the photo shows it")];
    says(&volunteer.post("/conflicts", &chosen), 403, "may not correct this scan");
    says(&director.post("/conflicts", &chosen), 200, "bib is W1.");
    says(&director.get("/conflicts"), 200, "Nobody contradicts anybody.");
    desk.ok(&format!("sync @phone-1 {}", hq.phones()));
    assert_eq!(desk.ok("conflicts @phone-1"), "no conflicts\n");
    assert!(desk.ok("runner @phone-1 W1").contains("Ann"), "the runner was seen");
}

#[test]
fn a_finding_is_settled_with_one_button() {
    let team = Team::new();
    let desk = &team.desk;
    desk.ok("scan @hq 117 118 W1 --checkpoint start");
    desk.ok("scan @hq 11* --checkpoint arch");
    let hq = Hq::open(desk, Settings::default());
    let director = hq.sign_in(&team.director, "Ann").unwrap();
    let page = director.get("/review");
    says(&page, 200, "11*");
    let finding = hidden(&page.body, "finding");
    let volunteer = hq.sign_in(&team.volunteer, "Bo").unwrap();
    let press =
        |who: &Person<'_>, act: &str| who.post("/review", &[("finding", &finding), ("act", act), ("n", "1")]);
    says(&press(&volunteer, "dismiss"), 403, "may not dismiss findings");
    let dismissed = press(&director, "dismiss");
    says(&dismissed, 200, "is nothing");
    assert!(!director.get("/review").body.contains(&format!("f-{finding}")));
    says(&director.undo(&dismissed), 200, "Taken back.");
    says(&director.get("/review"), 200, &format!("f-{finding}"));
    says(&press(&director, "accept"), 200, "Done");
    assert!(!director.get("/review").body.contains(&format!("f-{finding}")));
}

#[test]
fn files_come_in_and_go_out() {
    let team = Team::new();
    let hq = Hq::open(&team.desk, Settings::default());
    let director = hq.sign_in(&team.director, "Ann").unwrap();
    let records = "117\t0:31:00\n118\t0:32:00\nwhat\n";
    let given = [("source", "sheet 1"), ("checkpoint", "arch"), ("date", ""), ("records", records)];
    says(&director.post("/files", &given), 200, "2 taken, 0 held already, 0 twice, 1 refused");
    says(&director.post("/files", &given), 200, "0 taken, 2 held already, 0 twice, 1 refused");
    says(&director.get("/export/log"), 200, "117\t");
    says(&director.get("/export/csv"), 200, "Kim Chol-su");
    says(&director.get("/export/key"), 404, "There is no such file.");
    says(&director.get("/chart/ten?bibs=117"), 200, "<svg");
    says(&director.get("/find?q=%C3%85sa"), 200, "118");
    assert_eq!(director.get("/find?q=117").status, 303);
}

#[test]
fn a_server_that_may_not_say_so_tells_it() {
    let desk = Desk::new();
    let (link, _) = sign_in(&desk, "--role director");
    // Another replica serves, which nobody approved.
    let pool = desk.ticket("pending");
    std::fs::rename(desk.path("hq"), desk.path("home")).unwrap();
    desk.ok("bundle @home -o @race.bibtrail");
    desk.ok(&format!("join {pool} @hq --file @race.bibtrail --name HQ"));
    let hq = Hq::open(&desk, Settings::default());
    let ann = hq.sign_in(&link, "Ann").unwrap();
    let given = [("bib", "117"), ("status", "dnf"), ("checkpoint", "arch"), ("reason", "knee")];
    says(&ann.post("/status", &given), 200, "counts for nothing yet");
    assert_eq!(ask(&hq.staff, "GET", "/healthz", "", "").status, 200);
}
