//! Signed results: what a stranger believes, and what nobody should.
//!
//! Invariant: a file that differs in one bit from one that a director signed is refused; so is one by anybody else.

use std::{ffi::OsString, fs, path::PathBuf};

use bibtrail_core::{
    attest::{self, AttestError, Evidence, Made, RaceKey, Signed, Statement, Verified},
    ids::{LogId, RaceId},
    log::{Identity, sign_statement},
    members,
    op::{Enrol, Role, ScanKind},
    results::results,
    store::{Durability, Store},
    view::{Open, Standings},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, START_MS, identity, log, scan},
};

const RESULTS: &str = "bibtrail 2026 results v0";
const CERTIFICATE: &str = "bibtrail 2026 results certificate v0";
/// Whose is the root key of the test race.
const ROOT: u64 = 999;

fn place() -> bibtrail_core::store::Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

/// A race in which one of two came in.
fn race() -> Store {
    let mut store = world::director(place(), 2).unwrap();
    let scans = [
        scan("1", "start", ScanKind::In, 1_000),
        scan("1", "finish", ScanKind::In, 3_600_000),
        scan("2", "k2", ScanKind::In, 2_400_000),
    ];
    store.record(&scans).unwrap();
    store
}

/// What `signer` has to sign of a race, at a fixed time.
fn statement(store: &Store, signer: LogId) -> Result<Statement, AttestError> {
    let known = store.known().unwrap();
    let setup = known.setup.clone();
    let scans = known.scans.len() as u64;
    let results = results(&known);
    let digest = store.digest().unwrap();
    let evidence = Evidence {
        operations: digest.op_count,
        logs: store.logs().unwrap().len() as u64,
        scans,
        operation_set: digest.ops.to_string(),
    };
    let made = Made {
        genesis: &store.genesis().unwrap().unwrap(),
        facts: &store.facts().unwrap(),
        setup: &setup,
        results: &results,
        standings: &Standings::judged(&setup, &results, &Open::default()),
        evidence: &evidence,
        now_ms: START_MS + 7_200_000,
    };
    Statement::of(made, signer)
}

fn file(store: &Store, signer: u64, root: Option<u64>) -> Vec<u8> {
    let statement = statement(store, log(signer)).unwrap();
    attest::sign(&statement, &identity(signer), root.map(identity).as_ref()).unwrap()
}

fn verify(bytes: &[u8], key: RaceKey) -> Result<Verified, AttestError> {
    Signed::read(bytes)?.verify(key)
}

fn by_id(store: &Store) -> RaceKey {
    RaceKey::Race(store.race())
}

fn by_root() -> RaceKey {
    RaceKey::Root(log(ROOT))
}

/// A file such as the core would not write: whatever is claimed, signed by whomever.
fn forged(claim: &Statement, race: RaceId, by: &Identity, certificate: Option<[u8; 64]>) -> Vec<u8> {
    let mut bytes = serde_json::to_vec(claim).unwrap();
    bytes.push(b'\n');
    let part = certificate.as_ref().map_or(&[][..], |certificate| certificate);
    let signature = hex::encode(sign_statement(by, RESULTS, race, &[&bytes, part]));
    let certificate = certificate.map(hex::encode);
    let seal = serde_json::json!({ "certificate": certificate, "signature": signature });
    bytes.extend(format!("{seal}\n").into_bytes());
    bytes
}

#[test]
fn ours_is_believed() {
    let store = race();
    let plain = file(&store, 0, None);
    let certified = file(&store, 0, Some(ROOT));
    let verified = verify(&plain, by_id(&store)).unwrap();
    assert_eq!((verified.signer, verified.is_certified), (log(0), false));
    assert_eq!(verified.origin.root, log(ROOT));
    for key in [by_id(&store), by_root()] {
        assert!(verify(&certified, key).unwrap().is_certified);
    }
    // What nobody who holds the root key signed proves nothing to those who know that key alone.
    assert_eq!(verify(&plain, by_root()), Err(AttestError::Unrooted));
    assert_eq!(plain, file(&store, 0, None), "the same race gives the same bytes");
    let told = &Signed::read(&plain).unwrap().statement;
    let runner = &told.courses[0].runners[0];
    assert_eq!((runner.bib.as_str(), runner.rank, runner.net_ms), ("1", Some(1), Some(3_599_000)));
    assert_eq!(runner.times_ms[0], Some(START_MS + 1_000));
    assert_eq!((told.evidence.scans, told.evidence.logs, told.is_official), (3, 1, false));
    assert_eq!(told.courses[0].provisional, ["times are not frozen", "1 runner is unaccounted for"]);
}

#[test]
fn every_bit_counts() {
    let store = race();
    for (bytes, key) in [
        (file(&store, 0, None), by_id(&store)),
        (file(&store, 0, Some(ROOT)), by_id(&store)),
        (file(&store, 0, Some(ROOT)), by_root()),
    ] {
        verify(&bytes, key).unwrap();
        let mut changed = bytes.clone();
        for at in 0..bytes.len() {
            for bit in 0..8 {
                changed[at] ^= 1 << bit;
                assert!(verify(&changed, key).is_err(), "byte {at}, bit {bit}");
                changed[at] = bytes[at];
            }
            assert!(verify(&bytes[..at], key).is_err(), "cut at {at}");
        }
        for more in [&b"\n"[..], b" ", b"{}", &bytes] {
            assert!(verify(&[&bytes, more].concat(), key).is_err());
        }
    }
}

#[test]
fn another_form_of_the_same_words_is_refused() {
    let store = race();
    let text = String::from_utf8(file(&store, 0, Some(ROOT))).unwrap();
    let refused = |text: String| assert!(verify(text.as_bytes(), by_id(&store)).is_err(), "{text}");
    verify(text.as_bytes(), by_id(&store)).unwrap();
    let (line, seal) = text.split_once('\n').unwrap();
    refused(format!("{line}\n{}", seal.to_uppercase()));
    refused(format!("{line}\n{}", seal.replace(':', ": ")));
    refused(format!("{}\n{seal}", line.replacen("Test", "T\\u0065st", 1)));
    // Without its certificate it is another file.
    let signature = seal.split_once("\"signature\"").unwrap().1;
    refused(format!("{line}\n{{\"certificate\":null,\"signature\"{signature}"));
    refused(text.replacen("\"version\":0", "\"version\":1", 1));
    let newer = text.replacen("\"version\":0", "\"version\":7", 1);
    assert_eq!(verify(newer.as_bytes(), by_id(&store)), Err(AttestError::Future(7)));
    assert!(matches!(verify(b"BIBTRAIL", by_id(&store)), Err(AttestError::NotResults(_))));
}

#[test]
fn another_race() {
    let (store, other) = (race(), Store::create(place(), identity(5), "Other", log(888), [8; 16]).unwrap());
    let bytes = file(&store, 0, Some(ROOT));
    let wrong = AttestError::WrongRace { race: store.race(), root: log(ROOT) };
    assert_eq!(verify(&bytes, by_id(&other)), Err(wrong));
    for key in [log(888), log(0)].map(RaceKey::Root) {
        assert!(matches!(verify(&bytes, key), Err(AttestError::WrongRace { .. })));
    }
    assert_eq!(RaceKey::parse(&store.race().to_string()), Some(by_id(&store)));
    assert_eq!(RaceKey::parse(&store.race().to_string().replace('-', "")), Some(by_id(&store)));
    assert_eq!(RaceKey::parse(&log(ROOT).to_string()), Some(by_root()));
    assert_eq!(RaceKey::parse("5f0c"), None);
}

#[test]
fn directors_by_ticket_and_by_succession() {
    let mut store = race();
    let bundle = store.bundle(&Default::default()).unwrap();
    let mut second = Store::join(place(), identity(1), &bundle).unwrap();
    world::enrol(&mut second, 1, Role::Director, &[]).unwrap();
    store.merge(&second.bundle(&Default::default()).unwrap()).unwrap();
    // The root key signed the ticket: no certificate is needed.
    for key in [by_id(&store), by_root()] {
        assert_eq!(verify(&file(&store, 1, None), key).unwrap().signer, log(1));
    }
    // A log that goes on from the director's.
    let succession = Some(members::succession(&identity(0), store.race(), log(2)));
    let mut third = Store::join(place(), identity(2), &bundle).unwrap();
    third.enrol(Enrol { name: "hq again".to_owned(), succession, ..Enrol::default() }).unwrap();
    let bytes = file(&third, 2, None);
    assert_eq!(verify(&bytes, by_id(&store)).unwrap().signer, log(2));
    assert_eq!(verify(&bytes, by_root()), Err(AttestError::Unrooted));
}

#[test]
fn whoever_is_no_director() {
    let mut store = race();
    for (n, role) in [(1, Role::Volunteer), (2, Role::Captain)] {
        let mut phone =
            Store::join(place(), identity(n), &store.bundle(&Default::default()).unwrap()).unwrap();
        world::enrol(&mut phone, n, role, &["k1"]).unwrap();
        store.merge(&phone.bundle(&Default::default()).unwrap()).unwrap();
        assert_eq!(statement(&store, log(n)), Err(AttestError::NoDirector(log(n))));
    }
    let honest = statement(&store, log(0)).unwrap();
    assert_eq!(
        attest::sign(&honest, &identity(1), None),
        Err(AttestError::NoDirector(log(1))),
        "nobody signs for another"
    );
    // In the director's name, by another key.
    let bytes = forged(&honest, store.race(), &identity(1), None);
    assert_eq!(verify(&bytes, by_id(&store)), Err(AttestError::Signature(log(0))));
    // In their own name: alone, after the director, with a volunteer's ticket, with the director's place.
    let enrolment = |n: u64| {
        let ticket = world::invitation(&store, n).proof(log(n)).unwrap();
        Some(hex::encode(minicbor::to_vec(Enrol { ticket: Some(ticket), ..Enrol::default() }).unwrap()))
    };
    let name = |n: u64| log(n).to_string();
    for signer in [
        vec![(name(1), None)],
        vec![(name(1), enrolment(1))],
        vec![(name(0), None), (name(1), None)],
        vec![(name(0), None), (name(1), enrolment(1))],
        vec![(name(0), enrolment(0)), (name(1), None)],
    ] {
        let claim = Statement { signer, ..honest.clone() };
        for certificate in [None, Some([7; 64])] {
            let bytes = forged(&claim, store.race(), &identity(1), certificate);
            assert!(matches!(verify(&bytes, by_id(&store)), Err(AttestError::NoDirector(_))));
        }
    }
    let nobody = Statement { signer: Vec::new(), ..honest };
    let bytes = forged(&nobody, store.race(), &identity(1), None);
    assert!(matches!(verify(&bytes, by_id(&store)), Err(AttestError::Changed(_))));
}

#[test]
fn a_revoked_director() {
    let mut store = race();
    let mut second = Store::join(place(), identity(1), &store.bundle(&Default::default()).unwrap()).unwrap();
    world::enrol(&mut second, 1, Role::Director, &[]).unwrap();
    store.merge(&second.bundle(&Default::default()).unwrap()).unwrap();
    assert_eq!(attest::may_sign(store.members(), log(1)), Ok(()));
    store.revoke(log(1), None, Some("lost"), Some(&identity(ROOT))).unwrap();
    assert_eq!(attest::may_sign(store.members(), log(1)), Err(AttestError::NotTrusted(log(1))));
    assert_eq!(attest::may_sign(store.members(), log(0)), Ok(()));
    assert_eq!(attest::may_sign(store.members(), log(7)), Err(AttestError::NotTrusted(log(7))));
    // A certificate that was made for other results does not carry over.
    let old = file(&store, 1, Some(ROOT));
    let old = Signed::read(&old).unwrap().statement;
    let line = format!("{}\n", serde_json::to_string(&old).unwrap());
    let certificate =
        sign_statement(&identity(ROOT), CERTIFICATE, store.race(), &[&log(1).0, line.as_bytes()]);
    verify(&forged(&old, store.race(), &identity(1), Some(certificate)), by_root()).unwrap();
    let mut lie = old;
    lie.courses[0].runners[0].name = "Somebody Else".to_owned();
    let bytes = forged(&lie, store.race(), &identity(1), Some(certificate));
    assert_eq!(verify(&bytes, by_root()), Err(AttestError::Certificate));
}

#[test]
fn a_genesis_that_names_anothers_root_key() {
    let mut store = race();
    // The forger's own race: the root key of ours, the forger as its director.
    let forger = Store::create(place(), identity(66), "Test Race", log(ROOT), [7; 16]).unwrap();
    let bytes = file(&forger, 66, None);
    assert_eq!(verify(&bytes, by_root()), Err(AttestError::Unrooted));
    assert!(matches!(verify(&bytes, by_id(&store)), Err(AttestError::WrongRace { .. })));
    // With what the root key signed for our race: a certificate, a director's ticket.
    let ours = String::from_utf8(file(&store, 0, Some(ROOT))).unwrap();
    let mut certificate = [0; 64];
    let digits = ours.split("\"certificate\":\"").nth(1).unwrap();
    hex::decode_to_slice(&digits[..128], &mut certificate).unwrap();
    let claim = statement(&forger, log(66)).unwrap();
    let bytes = forged(&claim, forger.race(), &identity(66), Some(certificate));
    assert_eq!(verify(&bytes, by_root()), Err(AttestError::Certificate));
    let mut second = Store::join(place(), identity(1), &store.bundle(&Default::default()).unwrap()).unwrap();
    world::enrol(&mut second, 1, Role::Director, &[]).unwrap();
    let signer = statement(&second, log(1)).unwrap().signer;
    let bytes = forged(&Statement { signer, ..claim }, forger.race(), &identity(1), None);
    assert_eq!(verify(&bytes, by_root()), Err(AttestError::NoDirector(log(1))));
}

/// The seed of the fuzzer is what this build writes: a change of the format fails here, and `docs/results.md` is to be
/// changed first.
#[test]
fn the_format_is_as_it_was() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("data/corpus/signed_results/day");
    let bytes = file(&race(), 0, Some(ROOT));
    if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, &bytes).unwrap();
    }
    assert!(fs::read(&path).unwrap() == bytes, "signed results are not what they were");
}

const RACE: &str = r#"
name = "Night Run"
start = "2025-04-06T09:00:00+09:00"
time_zone = "Asia/Seoul"
checkpoint = [{ key = "start", name = "Start" }, { key = "finish", name = "Finish" }]
course = [{ key = "ten", name = "Ten", visits = [{ at = "start", distance_m = 0 }, { at = "finish", distance_m = 9000 }] }]
"#;

/// Runs a command line; `@name` is a path in the folder. Gives the exit code, the output and the complaints.
fn run(folder: &std::path::Path, line: &str) -> (u8, String, String) {
    let word = |word: &str| match word.strip_prefix('@') {
        Some(name) => folder.join(name).into_os_string(),
        None => OsString::from(word),
    };
    let args = std::iter::once("bibtrail".into()).chain(line.split_whitespace().map(word));
    let (mut out, mut err) = (Vec::new(), Vec::new());
    let code = bibtrail::run(args, &mut &b""[..], &mut out, &mut err);
    (code, String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

#[test]
fn from_the_director_to_a_stranger() {
    let folder = tempfile::tempdir().unwrap();
    let ok = |line: &str| {
        let (code, out, err) = run(folder.path(), line);
        assert_eq!(code, 0, "{line}: {err}");
        out
    };
    let refused = |line: &str, why: &str| {
        let (code, out, err) = run(folder.path(), line);
        assert!(code == 1 && err.contains(why) && out.is_empty(), "{line}: {out} {err}");
    };
    fs::write(folder.path().join("race.toml"), RACE).unwrap();
    fs::write(folder.path().join("entrants.csv"), "bib,name,nation,team\n7,김철수,PRK,North\n").unwrap();
    ok("race new @hq --file @race.toml --entrants @entrants.csv");
    ok("scan @hq 7 --checkpoint start");
    refused("sign-results @hq -o @r.json", "Ten: times are not frozen, 1 runner is unaccounted for");
    assert!(ok("results @hq").contains("provisional: times are not frozen"));
    ok("sign-results @hq -o @first.json --provisional");
    ok("scan @hq 7 --checkpoint finish");
    ok("clock @hq --freeze --reason done");
    let shown = ok("results @hq");
    assert!(shown.contains("official") && !shown.contains("provisional"), "{shown}");
    ok("sign-results @hq -o @r.json");
    let told: serde_json::Value = serde_json::from_str(&ok("digest @hq --json")).unwrap();
    let (race, root) = (told["race_id"].as_str().unwrap(), told["root_key"].as_str().unwrap());
    assert!(ok("verify @hq").contains(&format!("race {race} · root key {root}")));
    for key in [race, root] {
        let shown = ok(&format!("verify-results @r.json --race-key {key}"));
        assert!(
            shown.contains("김철수") && shown.contains("official") && shown.contains("certified"),
            "{shown}"
        );
        let shown = ok(&format!("verify-results @first.json --race-key {key}"));
        assert!(shown.contains("provisional: times are not frozen"), "{shown}");
    }
    assert!(ok("verify-results @r.json --replica @hq").contains("holds the same operations"));
    let json: serde_json::Value =
        serde_json::from_str(&ok(&format!("verify-results @r.json --race-key {race} --json"))).unwrap();
    assert_eq!(json["results"]["courses"][0]["runners"][0]["team"], "North");

    let good = fs::read(folder.path().join("r.json")).unwrap();
    let mut changed = good.clone();
    let at = good.len() / 2;
    changed[at] ^= 1;
    fs::write(folder.path().join("changed.json"), changed).unwrap();
    let (code, out, err) = run(folder.path(), &format!("verify-results @changed.json --race-key {race}"));
    assert!(code == 1 && out.is_empty() && err.contains("changed.json: "), "{out} {err}");
    refused(
        "verify-results @r.json --race-key 00000000-0000-8000-8000-000000000000",
        "the results are of another race: its id is",
    );
    refused("verify-results @r.json --race-key xyz", "is no race's id");
    assert_eq!(run(folder.path(), "verify-results @r.json").0, 2);

    // A phone that is no director signs nothing; a director that was revoked neither, and is not believed.
    let link = |role: &str| ok(&format!("ticket @hq --role {role}")).lines().next().unwrap().to_owned();
    let (volunteer, director) = (link("volunteer"), link("director"));
    ok("bundle @hq -o @race.bibtrail");
    ok(&format!("join {volunteer} @phone --file @race.bibtrail"));
    refused("sign-results @phone -o @p.json --provisional", "is not a director's replica");
    ok(&format!("join {director} @second --file @race.bibtrail --name second"));
    ok("sign-results @second -o @s.json --provisional");
    ok(&format!("verify-results @s.json --race-key {root}"));
    refused("verify-results @s.json --replica @hq", "by what this replica knows it is no director");
    ok("bundle @second -o @s.bibtrail");
    ok("merge @hq @s.bibtrail");
    ok("verify-results @s.json --replica @hq");
    ok("revoke @hq second --reason stolen");
    refused("verify-results @s.json --replica @hq", "it is no director, or was revoked");
    ok("bundle @hq -o @race.bibtrail");
    ok("merge @second @race.bibtrail");
    refused("sign-results @second -o @s.json --provisional", "is not a director's replica, or was revoked");
}

#[test]
fn who_said_what_of_a_runner() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("race.toml"), RACE).unwrap();
    fs::write(folder.path().join("entrants.csv"), "bib,name,team\n7,Ann,A\n8,Bob,A\n").unwrap();
    for line in [
        "race new @hq --file @race.toml --entrants @entrants.csv",
        "scan @hq 7 --checkpoint start",
        "status @hq 7 dnf --checkpoint start --reason ankle",
    ] {
        assert_eq!(run(folder.path(), line).0, 0, "{line}");
    }
    let (code, out, _) = run(folder.path(), "runner @hq 7");
    assert!(code == 0 && out.contains("said by director: “ankle”"), "{out}");
    let (_, out, _) = run(folder.path(), "runner @hq 7 --json");
    let told: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&told["said"][0]["reason"], &told["said"][0]["by"]), (&"ankle".into(), &"director".into()));
    let (code, out, _) = run(folder.path(), "results @hq --teams");
    assert!(code == 0 && out.contains("0 of 3"), "{out}");
    let (code, out, _) = run(folder.path(), "results @hq --teams --csv");
    assert!(code == 0 && out.contains("ten,,A,,0,2,"), "{out}");
    let (code, out, _) = run(folder.path(), "results @hq --nations --json");
    assert!(code == 0 && out.contains("\"groups\": []"), "{out}");
}
