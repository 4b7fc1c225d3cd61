//! The board and its API: who sees what, that names are only names, and that many who look cost little.
//!
//! Invariant: nothing that is private is at any public address; the tests put a canary into each private field and ask
//! for every route of the table.

use std::{
    collections::BTreeSet,
    io::{Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpStream},
    sync::Arc,
    time::Duration,
};

use bibtrail::{host, replica::Folder};
use bibtrail_core::{ids::RaceId, store::Store, time::Reading};
use bibtrail_server::{
    board::encoded,
    hub::Replica,
    keeper::Home,
    routes::{Policy, Side, TABLE},
    server::{Front, Server},
    settings::Settings,
};
use bibtrail_tests::desk::{Desk, RACE};
use serde_json::Value as Json;

/// Names and other texts that want to be more than text.
const HOSTILE: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "'; DROP TABLE entrants; --",
    "=HYPERLINK(\"http://evil.example\";\"x\")",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "</title></main>",
    "{{7*7}} ${7*7} %s %n",
    "\u{202e}drawkcab",
    "../../../etc/passwd",
    "javascript:alert(1)",
    "&lt;b&gt; &amp;",
];

struct Here(RaceId);

impl Home for Here {
    fn now(&self) -> Option<Reading> {
        host::reading(self.0).ok()
    }

    fn tidy(&self, _: &mut Store) -> Result<bool, String> {
        Ok(false)
    }
}

/// Headquarters with both HTTP addresses, in this process.
struct Hall {
    server: Option<Server>,
    race: RaceId,
}

impl Hall {
    fn of(desk: &Desk) -> Self {
        Self::with(desk, Settings { picture_min_ms: 10, ..Settings::default() })
    }

    fn with(desk: &Desk, settings: Settings) -> Self {
        let (store, _, _) = Folder::new(&desk.path("hq")).open().unwrap();
        let race = store.race();
        let any = Some(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)));
        let front = Front { phones: None, public: any, staff: any, pem: None };
        let replica = Replica { store, home: Arc::new(Here(race)) };
        Self { server: Some(Server::begin(vec![replica], front, settings).unwrap()), race }
    }

    fn address(&self, side: Side) -> SocketAddr {
        let front = self.server.as_ref().unwrap().front();
        if side == Side::Public { front.public.unwrap() } else { front.staff.unwrap() }
    }

    fn get(&self, side: Side, path: &str) -> Answer {
        self.ask(side, path, "")
    }

    /// Asks with more lines in the head; gives what came of a stream so far, and the whole of anything else.
    fn ask(&self, side: Side, path: &str, more: &str) -> Answer {
        let mut stream = TcpStream::connect(self.address(side)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n{more}\r\n").unwrap();
        let mut bytes = Vec::new();
        let mut part = [0; 4096];
        while !String::from_utf8_lossy(&bytes).contains("event: picture") {
            match stream.read(&mut part).unwrap() {
                0 => break,
                count => bytes.extend(&part[..count]),
            }
        }
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        Answer { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// A path under the race, at the address for everybody.
    fn page(&self, path: &str) -> Answer {
        self.get(Side::Public, &format!("/r/{}{path}", self.race))
    }

    fn api(&self, side: Side, path: &str) -> Json {
        let answer = self.get(side, &format!("/api/v1/races/{}{path}", self.race));
        assert_eq!(answer.status, 200, "{path}: {}", answer.body);
        serde_json::from_str(&answer.body).unwrap()
    }

    /// Every address at which there is something, with parameters that find something.
    fn paths(&self, allowed: impl Fn(Policy) -> bool, bib: &str, group: &str) -> Vec<String> {
        let filled = |path: &str| {
            path.replace("{race}", &self.race.to_string())
                .replace("{course}", "ten")
                .replace("{bib}", &encoded(bib))
                .replace("{format}", "csv")
        };
        let served = TABLE.iter().filter(|(path, policy, _)| {
            let is_open = matches!(policy, Policy::Anyone | Policy::Public | Policy::Staff);
            let is_told = !path.contains("{name}") && !matches!(*path, "/sign-in" | "/api/v1/auth");
            allowed(*policy) && is_open && is_told
        });
        let asked = |path: &str| match path.rsplit('/').next() {
            Some("runner" | "chart") => format!("?bib={}", encoded(bib)),
            Some("group") => format!("?name={}", encoded(group)),
            Some("search" | "runners") => format!("?q={}", encoded(bib)),
            _ => String::new(),
        };
        served.map(|(path, ..)| filled(path) + &asked(path)).collect()
    }
}

impl Drop for Hall {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            server.stop();
        }
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| line.strip_prefix(&format!("{name}: ")))
    }
}

/// A race in which everything private holds a canary.
fn with_canaries() -> Desk {
    let entrants = "bib,name,gender,age,nation,team,phone,emergency contact,birthdate\n\
        117,Kim Chol-su,M,87,PRK,Heron,CANARY-number,CANARY-contact,1938-01-02\n\
        118,Åsa Ødegård,F,86,NOR,Heron,,,\n119,Ann,F,85,GBR,Heron,,,\n";
    let desk = Desk::of(RACE, entrants);
    let link = desk.ticket("captain --checkpoint start --checkpoint arch --checkpoint finish");
    desk.ok(&format!("join {link} @phone-1 --file @race.bibtrail --name CANARY-device --checkpoint arch"));
    desk.ok("scan @phone-1 117 118 119 404");
    desk.ok("scan @phone-1 117 --checkpoint finish");
    desk.ok("amend @phone-1 2 --note CANARY-note --reason CANARY-reason-1");
    desk.ok("void @phone-1 5 --reason CANARY-reason-2");
    desk.ok("status @phone-1 118 dnf --checkpoint arch --reason CANARY-reason-3");
    desk.ok("safe @phone-1 118 --place arch --reason CANARY-reason-4");
    desk.ok("safe @hq 119 --place CANARY-hospital --reason CANARY-reason-5");
    desk.write("sheet.txt", b"119\t0:30:00\n");
    desk.ok("import @hq @sheet.txt --format paper --source CANARY-source --checkpoint arch");
    desk.ok("bundle @phone-1 -o @phone-1.bibtrail");
    desk.ok("merge @hq @phone-1.bibtrail");
    desk
}

#[test]
fn nothing_private_is_at_a_public_address() {
    let desk = with_canaries();
    let hall = Hall::of(&desk);
    let mut told = String::new();
    for path in hall.paths(|policy| policy.is_served(Side::Public), "117", "Heron") {
        let answer = hall.get(Side::Public, &path);
        assert!([200, 307].contains(&answer.status), "{path}: {}", answer.status);
        for secret in ["CANARY", "emergency", "\"age\"", "birth"] {
            assert!(!answer.body.contains(secret), "{secret} at {path}");
        }
        // Years of age and of birth; a chart is full of figures.
        let mut words = answer.body.split(|c: char| !c.is_ascii_alphanumeric());
        let is_told = words.any(|word| ["87", "86", "85", "1938"].contains(&word));
        assert!(!is_told || path.contains("/chart"), "{path}: {}", answer.body);
        told.push_str(&answer.body);
    }
    for path in
        ["/runner?bib=118", "/runner?bib=119", "/runner?bib=404", "/course/ten?part=live", "/search?q=kim"]
    {
        let body = hall.page(path).body;
        assert!(!body.contains("CANARY"), "{path}");
        told.push_str(&body);
    }
    // The canaries are there, and the pages tell what they may.
    for public in ["Kim Chol-su", "Heron", "Arch of Triumph", "Finished"] {
        assert!(told.contains(public), "{public}");
    }
    let watch = hall.api(Side::Staff, "/watch").to_string();
    assert!(watch.contains("CANARY-hospital"), "{watch}");
    assert!(hall.page("/runner?bib=404").status == 404, "a bib that nobody entered under is nobody");
}

/// Headquarters after these command lines, with two groups.
fn with_groups(lines: &[&str]) -> (Desk, Hall) {
    let entrants =
        "bib,name,team\n117,Kim Chol-su,Heron\n118,Åsa Ødegård,Heron\n119,Ann,Heron\n120,Bo,Crane\n";
    let desk = Desk::of(RACE, entrants);
    let link = desk.ticket("captain --checkpoint start --checkpoint arch --checkpoint finish");
    desk.ok(&format!("join {link} @phone-1 --file @race.bibtrail --name One --checkpoint arch"));
    lines.iter().for_each(|line| drop(desk.ok(line)));
    desk.ok("bundle @phone-1 -o @phone-1.bibtrail");
    desk.ok("merge @hq @phone-1.bibtrail");
    let hall = Hall::of(&desk);
    (desk, hall)
}

/// Runs command lines, and says who of the group is not in.
fn check_group(lines: &[&str], expected: &str) {
    let (_desk, hall) = with_groups(lines);
    let page = hall.page("/group?name=Heron").body;
    let answer = page.split_once("class=\"answer ").unwrap().1.split_once("</p>").unwrap().0;
    assert_eq!(answer.split_once("\">").unwrap().1.trim(), expected, "{lines:?}");
    let groups = hall.api(Side::Public, "/groups");
    assert_eq!(groups[1]["name"], "Heron");
    assert_eq!(groups[1]["out"] == 0, expected.starts_with('✓'), "{groups}");
}

#[test]
fn a_team_stands_by_the_times_of_its_best() {
    let start = "scan @phone-1 117 118 119 120 --checkpoint start";
    let (_desk, hall) = with_groups(&[start, "scan @phone-1 117 118 120 --checkpoint finish"]);
    assert!(!hall.page("/groups").body.contains("Teams"), "two of three are too few");
    let (_desk, hall) = with_groups(&[start, "scan @phone-1 117 118 119 120 --checkpoint finish"]);
    let groups = hall.api(Side::Public, "/groups");
    let [crane, heron] = [&groups[0]["standings"][0], &groups[1]["standings"][0]];
    assert_eq!((&heron["place"], &heron["finishers"]), (&1.into(), &3.into()), "{groups}");
    assert_eq!(heron["scorers"].as_array().unwrap().len(), 3, "{groups}");
    assert_eq!((&crane["place"], &crane["finishers"]), (&serde_json::Value::Null, &1.into()), "{groups}");
    let page = hall.page("/groups").body;
    let table = page.split_once("Teams").unwrap().1;
    assert!(table.contains("Heron") && !table.contains("Crane"), "{table}");
    assert!(hall.page("/group?name=Heron").body.contains("Place <strong>1</strong> of the teams"));
    assert!(!hall.page("/group?name=Crane").body.contains("Place"));
}

#[test]
fn a_group_is_in_when_somebody_answers_for_each() {
    let start = "scan @phone-1 117 118 119 --checkpoint start";
    let finish = "scan @phone-1 117 118 119 --checkpoint finish";
    let two = "scan @phone-1 117 118 --checkpoint finish";
    let stops = "status @phone-1 119 dnf --checkpoint arch --reason seen";
    check_group(&[], "Nobody of this group was seen yet.");
    check_group(&[start], "3 of 3 are not in yet: 3 on the course.");
    check_group(&[start, finish], "✓ Everybody is in: all 3.");
    check_group(&[start, two], "1 of 3 are not in yet: 1 on the course.");
    check_group(&[start, two, stops], "1 of 3 are not in yet: 1 stopped and not met yet.");
    check_group(
        &[start, two, stops, "safe @phone-1 119 --place arch --reason seen"],
        "✓ Everybody is in: all 3.",
    );
    check_group(&[two], "1 of 3 are not in yet: 1 not seen at all.");
    check_group(&[two, "status @hq 119 dns --reason told"], "✓ Everybody is in: all 3.");
    // Of whom people say that they never started, and phones that they came in, nobody can say that they are in.
    let away = "status @hq 119 dns --reason told";
    check_group(&[start, finish, away], "1 of 3 are not in yet: 1 being looked into.");
}

#[test]
fn whether_standings_are_official_is_plain_to_see() {
    let desk = Desk::new();
    for place in ["start", "arch", "finish"] {
        desk.ok(&format!("scan @phone-1 117 118 W1 --checkpoint {place}"));
    }
    desk.ok("bundle @phone-1 -o @phone-1.bibtrail");
    desk.ok("merge @hq @phone-1.bibtrail");
    let check = |expected: &str, other: &str| {
        let hall = Hall::of(&desk);
        for path in ["", "/course/ten", "/runner?bib=117"] {
            let body = hall.page(path).body;
            assert!(body.contains(expected) && !body.contains(other), "{path}: {body}");
        }
    };
    check("Provisional", "✓ Official");
    desk.ok("clock @hq --freeze --reason official");
    check("✓ Official", "Provisional");
}

#[test]
fn texts_are_only_texts_at_every_address() {
    let mut entrants = csv::Writer::from_writer(Vec::new());
    entrants.write_record(["bib", "name", "nation", "team", "category"]).unwrap();
    for (n, text) in HOSTILE.iter().enumerate() {
        entrants.write_record([format!("B{n}").as_str(), text, text, text, text]).unwrap();
    }
    let entrants = String::from_utf8(entrants.into_inner().unwrap()).unwrap();
    let race = RACE
        .replace("\"Night Run\"", "'''<script>alert(1)</script>'''")
        .replace("\"Arch of Triumph\"", "'''\"><img src=x>'''");
    let desk = Desk::of(&race, &entrants);
    let link = desk.ticket("volunteer");
    desk.ok(&format!("join {link} @phone-1 --file @race.bibtrail --name One --checkpoint arch"));
    let bibs: Vec<String> = (0..HOSTILE.len()).map(|n| format!("B{n}")).collect();
    desk.ok(&format!("scan @phone-1 {}", bibs.join(" ")));
    desk.ok("bundle @phone-1 -o @phone-1.bibtrail");
    desk.ok("merge @hq @phone-1.bibtrail");
    let hall = Hall::of(&desk);
    for (n, text) in HOSTILE.iter().enumerate() {
        for path in hall.paths(|policy| policy == Policy::Public, &format!("B{n}"), text) {
            let answer = hall.get(Side::Public, &path);
            if answer.header("content-type").is_some_and(|kind| kind.starts_with("text/html")) {
                for markup in ["<script>", "<img src=x", "onerror=alert(1)>", "</title></main>"] {
                    assert!(!answer.body.contains(markup), "{markup} at {path}");
                }
            }
        }
        let runner = hall.api(Side::Public, &format!("/runners/B{n}"));
        assert_eq!(runner[0]["name"].as_str(), Some(*text));
        let group = hall.page(&format!("/group?name={}", encoded(text)));
        assert_eq!(group.status, 200, "{text}");
    }
    let table = hall.get(Side::Public, &format!("/api/v1/races/{}/results.csv", hall.race)).body;
    let mut rows = csv::Reader::from_reader(table.as_bytes());
    let rows: Vec<csv::StringRecord> = rows.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), HOSTILE.len());
    for cell in rows.iter().flat_map(csv::StringRecord::iter) {
        assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
    }
}

#[test]
fn who_has_a_page_is_told_that_nothing_changed() {
    let desk = Desk::new();
    desk.ok("scan @phone-1 117 118");
    let hall = Hall::of(&desk);
    for path in hall.paths(|policy| policy == Policy::Public, "117", "x") {
        let answer = hall.get(Side::Public, &path);
        let Some(tag) = answer.header("etag").filter(|_| answer.status == 200) else { continue };
        assert_eq!(answer.header("cache-control"), Some("no-cache"), "{path}");
        let again = hall.ask(Side::Public, &path, &format!("If-None-Match: {tag}\r\n"));
        // A whole page says as of when it is; what the script asks for does not.
        if !path.contains("/r/") {
            assert_eq!((again.status, again.body.as_str()), (304, ""), "{path}");
        }
    }
    let live = hall.page("?part=live");
    let tag = live.header("etag").unwrap();
    assert!(!live.body.contains("<html") && live.body.contains("Ten"));
    let path = format!("/r/{}?part=live", hall.race);
    assert_eq!(hall.ask(Side::Public, &path, &format!("If-None-Match: {tag}\r\n")).status, 304);
}

#[test]
fn the_document_tells_of_every_route_of_the_api() {
    let desk = Desk::new();
    let hall = Hall::of(&desk);
    let answer = hall.get(Side::Public, "/api/v1/openapi.json");
    let document: Json = serde_json::from_str(&answer.body).unwrap();
    let told: BTreeSet<&str> = document["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    // What the apps of another system ask for is told by that system.
    let is_ours = |path: &&str| path.starts_with("/api/v1/races");
    let served: BTreeSet<&str> = TABLE.iter().map(|(path, ..)| *path).filter(is_ours).collect();
    let lacking: Vec<_> = served.difference(&told).collect();
    assert!(lacking.is_empty() && told.is_subset(&served), "{lacking:?}, {:?}", told.difference(&served));
    let fields = &document["components"]["schemas"]["Runner"]["properties"];
    let runner = hall.api(Side::Public, "/runners/117");
    for field in runner[0].as_object().unwrap().keys() {
        assert!(!fields[field].is_null(), "{field} is not told of");
    }
    for (path, policy, _) in TABLE.iter().filter(|(path, ..)| path.starts_with("/api/")) {
        let tag = &document["paths"][*path]["get"]["tags"][0];
        assert!(
            tag != "staff" || matches!(policy, Policy::Staff | Policy::Api(_)),
            "{path} is for staff, and served to everybody"
        );
    }
}

#[test]
fn streams_are_bounded_and_tell_of_pictures() {
    let desk = Desk::new();
    let hall = Hall::with(&desk, Settings { streams_max: 2, ..Settings::default() });
    let path = format!("/api/v1/races/{}/events", hall.race);
    let listen = || {
        let mut stream = TcpStream::connect(hall.address(Side::Public)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\n\r\n").unwrap();
        let mut head = [0; 1024];
        let count = stream.read(&mut head).unwrap();
        (String::from_utf8_lossy(&head[..count]).into_owned(), stream)
    };
    let (first, second) = (listen(), listen());
    assert!(first.0.starts_with("HTTP/1.1 200") && second.0.starts_with("HTTP/1.1 200"), "{}", first.0);
    let third = listen();
    assert!(third.0.starts_with("HTTP/1.1 503") && third.0.contains("retry-after: 15"), "{}", third.0);
    // The first message may come with the head or after it.
    let mut stream = first.1;
    let mut told = first.0;
    while !told.contains("\n\n") {
        let mut part = [0; 1024];
        let count = stream.read(&mut part).unwrap();
        told.push_str(&String::from_utf8_lossy(&part[..count]));
    }
    assert!(told.contains("event: picture\ndata: {\"version\":1,"), "{told}");
}
