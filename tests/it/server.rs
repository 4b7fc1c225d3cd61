//! Headquarters in a process of its own: the storm, its limits, what it serves to whom, and how it begins and ends.
//!
//! Invariant: what a phone was told is there, whoever else came and whatever was killed.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::Path,
    sync::Arc,
};

use base64::prelude::{BASE64_STANDARD, Engine};
use bibtrail_core::{
    ids::RaceId,
    store::{Durability, FileJournal, Place, Store},
    time::Reading,
};
use bibtrail_server::{
    hub::{Hub, Replica},
    keeper::Home,
    routes::{Policy, Side, TABLE},
    settings::Settings,
};
use bibtrail_tests::{
    storm::{self, Plan},
    world,
};

use crate::children::{Desk, Listening};

const CALM: Plan = Plan {
    phones: 40,
    scans: 40,
    processes: 1,
    postgres: false,
    kills: 0,
    database_kills: 0,
    cut_percent: 10,
    twice_percent: 10,
    within_ms: 0,
    fetch: false,
    viewers: 0,
    streams: 0,
    seed: 1,
};

fn storm(plan: Plan) -> storm::Report {
    let root = tempfile::tempdir().unwrap();
    let report = storm::play(plan, Path::new(env!("CARGO_BIN_EXE_command")), root.path()).unwrap();
    println!("{plan:?}: {:?}, p99 {:?}, {} failed links", report.whole, report.percentile(99), report.failed);
    let found = (report.held as u64, report.lost, report.doubled, report.problems, report.kills);
    assert_eq!(found, (plan.phones * plan.scans, 0, 0, 0, plan.kills));
    report
}

#[test]
fn a_storm_with_cuts_and_copies_loses_nothing() {
    storm(CALM);
}

#[test]
fn a_storm_in_which_the_server_is_killed_three_times_loses_nothing() {
    storm(Plan { kills: 3, ..CALM });
}

#[test]
fn phones_that_stay_hold_what_headquarters_holds() {
    storm(Plan { phones: 12, fetch: true, ..CALM });
}

/// A machine whose clocks cannot be read.
struct Timeless;

impl Home for Timeless {
    fn now(&self) -> Option<Reading> {
        None
    }

    fn tidy(&self, _: &mut Store) -> Result<bool, String> {
        Ok(false)
    }
}

/// At no time nobody would be overdue: nothing is shown rather than that.
#[test]
fn without_a_clock_there_is_no_picture() {
    let folder = tempfile::tempdir().unwrap();
    let journal = FileJournal::open(&folder.path().join("journal")).unwrap();
    let place = Place {
        database: folder.path().join("db"),
        vfs: None,
        durability: Durability::Full,
        journal: Box::new(journal),
    };
    let store = world::director(place, 3).unwrap();
    let replica = Replica { store, home: Arc::new(Timeless) };
    let error = Hub::open(vec![replica], Settings::default()).err().unwrap();
    assert!(error.to_string().starts_with("this device's clocks cannot be read"), "{error}");
}

/// A server with both HTTP addresses, on any ports.
pub(crate) struct Hall {
    pub(crate) process: Listening,
    pub(crate) public: String,
    staff: String,
    pub(crate) race: RaceId,
}

pub(crate) fn hall(desk: &Desk, more: &str) -> Hall {
    let race = desk.open("hq").race();
    let any = "--phones 127.0.0.1:0 --public 127.0.0.1:0 --staff 127.0.0.1:0";
    let process = desk.serve(&format!("serve @hq {any} {more}"), 1);
    let address = |side: &str| {
        let line = process.line();
        let (_, address) = line.strip_prefix(side).and_then(|rest| rest.split_once("://")).unwrap();
        address.to_owned()
    };
    Hall { public: address("public"), staff: address("staff"), process, race }
}

/// What an address answers: status and body.
pub(crate) fn get(address: &str, path: &str) -> (u16, String) {
    ask(TcpStream::connect(address).unwrap(), path)
}

fn ask(mut stream: impl Read + Write, path: &str) -> (u16, String) {
    write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").unwrap();
    let (mut bytes, mut part) = (Vec::new(), [0; 4096]);
    // A TLS stream may end without a goodbye; a stream of events does not end.
    while let Ok(count @ 1..) = stream.read(&mut part) {
        bytes.extend(&part[..count]);
        if bytes.windows(14).any(|window| window == b"event: picture") {
            break;
        }
    }
    let answer = String::from_utf8_lossy(&bytes);
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.contains("x-content-type-options: nosniff"), "{head}");
    (head.split(' ').nth(1).unwrap().parse().unwrap(), body.to_owned())
}

/// What is said where no route is.
const NOTHING: &str = "nothing is here\n";

#[test]
fn every_route_has_a_policy() {
    let desk = Desk::new();
    let hall = hall(&desk, "");
    for (path, policy, _) in TABLE {
        for (side, address) in [(Side::Public, &hall.public), (Side::Staff, &hall.staff)] {
            let answer = get(address, &path.replace("{race}", &hall.race.to_string()));
            // What a route says of things that are not there is a sentence of its own.
            let is_there = answer.0 != 404 || answer.1 != NOTHING;
            assert_eq!(is_there, policy.is_served(side), "{path} at {side:?}: {answer:?}");
        }
    }
    assert!(
        TABLE.iter().any(|(_, policy, _)| *policy == Policy::Staff),
        "something is hidden from the public"
    );
    for path in
        ["/sync", "/sync/nobody", "/sync/00000000-0000-8000-8000-000000000000", "/metrics/", "/../key"]
    {
        assert_eq!(get(&hall.public, path).0, 404, "{path}");
    }
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../server/src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let mounts = fs::read_to_string(&path).unwrap_or_default().contains(".route(");
            assert!(
                !mounts || path.ends_with("routes.rs"),
                "{} mounts a route beside the table",
                path.display()
            );
            folders.extend(path.is_dir().then_some(path));
        }
    }
}

#[test]
fn a_phone_comes_through_http_and_is_counted_without_its_name() {
    let desk = Desk::new();
    desk.scan("phone-1", &["1".to_owned(), "CANARY".to_owned()]);
    let mut hall = hall(&desk, "");
    assert_eq!(
        (get(&hall.public, "/healthz"), get(&hall.public, "/readyz").0),
        ((200, "ok\n".to_owned()), 200)
    );
    let out = desk.ok(&format!("sync @phone-1 ws://{}/sync/{}", hall.public, hall.race));
    assert!(out.contains("both hold the same"), "{out}");
    let said = desk.run(&format!("sync @phone-1 ws://{}/sync/{}", hall.public, "0".repeat(32)));
    assert!(!said.is_ok && said.err.contains("HTTP status 404"), "{said:?}");
    let metrics = get(&hall.staff, "/metrics").1;
    for line in ["bibtrail_visits_total{how=\"synced\"} 1", "bibtrail_groups_failed_total 0", "# EOF"] {
        assert!(metrics.contains(line), "{line}: {metrics}");
    }
    assert!(hall.process.stop().success());
    let said: Vec<String> = std::iter::from_fn(|| hall.process.last_line()).collect();
    let logged: Vec<serde_json::Value> = said
        .iter()
        .filter(|line| line.starts_with('{'))
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(
        logged.iter().any(|line| line["message"] == "a phone left" && line["operations_in"] == 3),
        "{said:?}"
    );
    for name in ["CANARY", "phone-1"] {
        assert!(
            !metrics.contains(name) && logged.iter().all(|line| !line.to_string().contains(name)),
            "{said:?}"
        );
    }
    assert_eq!(said.last().unwrap(), "stopped; everything is on the disk");
    desk.same("hq", "phone-1");
}

#[test]
fn a_folder_is_served_by_one_process_and_a_race_once() {
    let desk = Desk::new();
    let hall = hall(&desk, "");
    for line in
        ["serve @hq --phones 127.0.0.1:0", "listen @hq --port 0 --quiet", "scan @hq 7 --checkpoint k1"]
    {
        let said = desk.run(line);
        assert!(
            !said.is_ok && said.err.contains("another program is using this replica"),
            "{line}: {said:?}"
        );
    }
    drop(hall);
    let said = desk.run("serve @hq @phone-1 --phones 127.0.0.1:0");
    assert!(!said.is_ok && said.err.contains("is in two of these folders"), "{said:?}");
    assert!(desk.run("scan @hq 7 --checkpoint k1").is_ok, "nothing was harmed");
}

#[test]
fn a_key_that_comes_too_often_waits_and_no_other_does() {
    let desk = Desk::new();
    let hall = hall(&desk, "--key-burst 2 --key-per-minute 1");
    let sync = |phone: &str| desk.run(&format!("sync @{phone} {}", hall.process.address()));
    assert!(sync("phone-1").is_ok && sync("phone-1").is_ok);
    let said = sync("phone-1");
    assert!(!said.is_ok && said.err.contains("comes too often to be answered now"), "{said:?}");
    assert!(sync("phone-2").is_ok);
}

#[test]
fn a_crowd_of_silent_strangers_keeps_nobody_out() {
    let desk = Desk::new();
    desk.scan("phone-1", &["1".to_owned()]);
    let hall = hall(&desk, "--visits-max 4 --http-connections-max 8");
    let strangers: Vec<TcpStream> =
        (0..20).map(|_| TcpStream::connect(hall.process.address()).unwrap()).collect();
    let slow: Vec<TcpStream> = (0..8)
        .map(|_| {
            let mut stream = TcpStream::connect(&hall.public).unwrap();
            stream.write_all(b"GET /hea").unwrap();
            stream
        })
        .collect();
    desk.ok(&format!("sync @phone-1 {}", hall.process.address()));
    // Whoever asks slowly is cut off, and the next is answered.
    assert_eq!(get(&hall.public, "/healthz").0, 200);
    drop((strangers, slow));
}

#[test]
fn https_by_files() {
    let desk = Desk::new();
    let made = rcgen::generate_simple_self_signed(vec!["hq.example".to_owned()]).unwrap();
    let pem = |kind: &str, der: &[u8]| {
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", BASE64_STANDARD.encode(der))
    };
    fs::write(desk.path("cert.pem"), pem("CERTIFICATE", made.cert.der())).unwrap();
    fs::write(desk.path("key.pem"), pem("PRIVATE KEY", &made.signing_key.serialize_der())).unwrap();
    let hall = hall(&desk, "--cert @cert.pem --key @key.pem");
    let mut roots = rustls::RootCertStore::empty();
    roots.add(made.cert.der().clone()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&rustls::version::TLS13])
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = "hq.example".to_owned().try_into().unwrap();
    let client = rustls::ClientConnection::new(Arc::new(config), name).unwrap();
    let stream = rustls::StreamOwned::new(client, TcpStream::connect(&hall.public).unwrap());
    assert_eq!(ask(stream, "/healthz"), (200, "ok\n".to_owned()));
    drop(hall);
    for (cert, key, why) in [
        ("cert.pem", "race.toml", "It must hold a private key as PEM"),
        ("race.toml", "key.pem", "It must hold certificates as PEM"),
        ("nothing.pem", "key.pem", "nothing.pem"),
    ] {
        let said = desk.run(&format!("serve @hq --public 127.0.0.1:0 --cert @{cert} --key @{key}"));
        assert!(!said.is_ok && said.err.contains(why), "{said:?}");
    }
}

#[test]
fn options_from_flags_environment_and_file() {
    let desk = Desk::new();
    let check = |file: &str, line: &str, expected: &str| {
        fs::write(desk.path("serve.toml"), file).unwrap();
        let said = desk.run(line);
        assert!(!said.is_ok && said.err.contains(expected), "{line}: {said:?}");
    };
    check("", "serve --config @serve.toml", "no folder is given");
    check("port = 1", "serve --config @serve.toml", "unknown field `port`");
    check("phones = \"here\"", "serve --config @serve.toml", "invalid socket address");
    check("dirs = [\"no\"]", "serve --config @serve.toml", "no");
    check("", "serve @hq --config @nothing.toml", "nothing.toml");
    check("", "serve @hq --cert @cert.pem", "--key <FILE>");
    // The file says where, from its own folder; the environment changes one, a flag another.
    let file = "dirs = [\"hq\"]\nphones = \"127.0.0.1:1\"\npublic = \"127.0.0.1:0\"\nstaff = \"127.0.0.1:1\"\nlog = \"off\"";
    fs::write(desk.path("serve.toml"), file).unwrap();
    let mut command = desk.command("serve --config @serve.toml --phones 127.0.0.1:0");
    command.env("BIBTRAIL_STAFF", "127.0.0.1:0");
    let mut process = desk.spawn(command, 1);
    assert!(process.line().starts_with("public: http://127.0.0.1:") && process.line().starts_with("staff: "));
    assert!(process.stop().success());
}
