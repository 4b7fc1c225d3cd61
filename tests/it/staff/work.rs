//! The work at headquarters: live entry, closing, conflicts, findings and files, each as on a phone.
//!
//! Invariant: what is written stands in the replica when the server has ended, once.

use std::{net::TcpStream, sync::Mutex};

use bibtrail::replica::Folder;
use bibtrail_core::sync::{Battery, Outcome, Session};
use bibtrail_server::settings::Settings;
use bibtrail_tests::{desk::Desk, pipe::reading};
use bibtrail_transport::{
    meeting::{self, Host, Keeper, MeetingError},
    tls,
};

use crate::browser::{Answer, Hq, Person, ask, hidden, sign_in};

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

pub(super) fn says(answer: &Answer, status: u16, text: &str) {
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

/// A phone that tells how its battery stands.
struct Charged<'a>(Host<'a>, Battery);

impl Keeper for Charged<'_> {
    fn step(
        &mut self,
        mut session: Session,
        heard: Option<Vec<u8>>,
    ) -> Result<(Session, Option<Vec<u8>>), MeetingError> {
        session.tell_battery(Some(self.1));
        self.0.step(session, heard)
    }

    fn progress(&mut self, outcome: &Outcome) {
        self.0.progress(outcome);
    }
}

#[test]
fn a_battery_stands_beside_its_phone_where_it_was_told() {
    let team = Team::new();
    let hq = Hq::open(&team.desk, Settings::default());
    let captain = hq.sign_in(&team.captain, "Ann").unwrap();
    team.desk.ok(&format!("sync @phone-2 {}", hq.phones()));
    let (store, _, _) = Folder::new(&team.desk.path("phone-1")).open().unwrap();
    let (identity, store) = (store.identity().clone(), Mutex::new(store));
    let met = |percent, is_charging| {
        let mut link = tls::connect(TcpStream::connect(hq.phones()).unwrap(), &identity, None).unwrap();
        let now = || Some(reading(1, 1000));
        let host = Host { store: &store, now: &now, progress: &mut |_| () };
        meeting::dial(&mut link, Charged(host, Battery { percent, is_charging })).unwrap();
        captain.get("/devices").body.split("<dt>Battery</dt>").skip(1).map(str::to_owned).collect::<Vec<_>>()
    };
    for (percent, is_charging, said) in [
        (20, false, "<dd class=\"\">20 %, "),
        (19, false, "<dd class=\"old\">19 %, "),
        (19, true, "<dd class=\"\">19 %, charging, "),
    ] {
        let shown = met(percent, is_charging);
        assert!(shown.len() == 1 && shown[0].starts_with(said), "{said}: {shown:?}");
    }
}

/// Who may not settle it says it all the same; who may sees it wherever they look, and makes it count by one button.
#[test]
fn a_volunteers_word_is_seen_and_made_to_count() {
    let team = Team::new();
    let link = team.desk.ticket("volunteer");
    team.desk.ok(&format!("join {link} @mia --file @race.bibtrail --name Mia --checkpoint arch"));
    team.desk.ok("status @mia 118 dnf --checkpoint arch --reason knee");
    team.desk.ok("bundle @mia -o @word.bibtrail");
    team.desk.ok("merge @hq @word.bibtrail");
    for (line, expected) in [
        ("watch @hq", "! Mia says of 118: status dnf at Arch of Triumph. Not settled"),
        ("runner @hq 118", "! status dnf at Arch of Triumph · said by Mia"),
    ] {
        let told = team.told(line);
        assert!(told.contains(expected), "{told}");
    }
    // What it says to do can be done as it stands there.
    let told = team.told("watch @hq");
    let command = told.split("Not settled: bibtrail ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
    assert!(team.desk.run(command, "").out.contains("Mia is right about 118"), "{command}");
    let hq = Hq::open(&team.desk, Settings::default());
    let captain = hq.sign_in(&team.captain, "Ann").unwrap();
    let word = "says: <bdi>status dnf at Arch of Triumph</bdi>";
    for page in ["", "/runner/118"] {
        says(&captain.get(page), 200, word);
    }
    let page = captain.get("/review");
    says(&page, 200, "Mia is right about 118 (Åsa Ødegård): status dnf at Arch of Triumph");
    let finding = hidden(&page.body, "finding");
    says(&captain.post("/review", &[("finding", &finding), ("act", "accept"), ("n", "1")]), 200, "");
    let page = captain.get("/runner/118");
    says(&page, 200, "dropped, not collected");
    assert!(!page.body.contains(word), "{}", page.body);
    hq.close();
    assert!(!team.told("watch @hq").contains("Not settled"));
}
