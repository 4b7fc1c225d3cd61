//! One log in a PostgreSQL that servers share: it keeps what a folder keeps, and whatever dies or is put back, phones and
//! servers bring everything there again.
//!
//! Invariant: what was confirmed on a phone is on every replica in the end, and all of them agree; nobody is asked to do
//! anything for it.

mod accidents;

use std::{collections::BTreeMap, fs, path::Path};

use base64::prelude::{BASE64_STANDARD, Engine};
use bibtrail_core::{
    bundle::{self, Bundle},
    log::{Segment, chain_next, chain_start},
    op::{Body, Op, Role, ScanKind},
    store::{Durability, Store},
};
use bibtrail_server::shared::{Address, Side};
use bibtrail_tests::{
    disk::{Disk, Files},
    postgres::Postgres,
    storm::{self, Plan},
    world::{self, identity, scan},
};

use crate::{children::Desk, server};

/// A replica on a disk in memory.
struct Replica {
    disk: Disk,
    vfs: String,
    store: Store,
}

impl Replica {
    fn new(make: impl FnOnce(bibtrail_core::store::Place) -> Store) -> Self {
        let disk = Disk::default();
        let vfs = disk.register();
        let store = make(disk.place(&vfs, Durability::Off));
        Self { disk, vfs, store }
    }

    fn phone(race: &[u8], n: u64) -> Self {
        Self::new(|place| world::join(place, n, race).unwrap())
    }

    fn server(race: &[u8], n: u64) -> Self {
        Self::new(|place| Store::join(place, identity(n), race).unwrap())
    }

    /// What the disk holds, opened again.
    fn open(files: Files, n: u64) -> Self {
        let disk = Disk::with(files);
        let vfs = disk.register();
        let store = Store::open(disk.place(&vfs, Durability::Off), identity(n)).unwrap().0;
        Self { disk, vfs, store }
    }

    fn restart(self, n: u64) -> Self {
        let Self { disk, vfs, store } = self;
        drop(store);
        let store = Store::open(disk.place(&vfs, Durability::Off), identity(n)).unwrap().0;
        Self { disk, vfs, store }
    }

    fn all(&mut self) -> Vec<u8> {
        self.store.bundle(&BTreeMap::new()).unwrap()
    }

    fn scan(&mut self, bib: &str, ms: i64) {
        self.store.record(&[scan(bib, "k1", ScanKind::In, ms)]).unwrap();
    }

    fn told(&self) -> String {
        let (ops, logs) = (self.store.digest().unwrap().op_count, self.store.logs().unwrap().len());
        let (scans, unread) = (self.store.scans().unwrap().len(), self.store.unread().unwrap().len());
        format!("{ops} operations of {logs} logs, {scans} scans, {unread} unread")
    }
}

/// A race of its own for each `seed`.
fn director(seed: u64) -> Replica {
    let mut nonce = [0; 16];
    nonce[..8].copy_from_slice(&seed.to_le_bytes());
    Replica::new(|place| {
        let mut store = Store::create(place, identity(0), "Test Race", world::log(999), nonce).unwrap();
        store.put_all(world::setup().values(), None).unwrap();
        store.settle().unwrap();
        store
    })
}

fn address(database: &Postgres) -> Address {
    Address::parse(&database.url(), None).unwrap()
}

/// Brings bundles to one folder, and to two servers in turn that share a database; all of them are stopped and started
/// between any two bundles. What is kept must be the same, also for a third server that never saw a phone.
fn check(database: &Postgres, race: &[u8], bundles: &[Vec<u8>], expected: &str) {
    let mut alone = Replica::server(race, 70);
    let mut shared = [71, 72].map(|n| Replica::server(race, n));
    for (n, bundle) in bundles.iter().enumerate() {
        alone.store.merge(bundle).unwrap();
        alone = alone.restart(70);
        let mut m = 71;
        shared = shared.map(|server| {
            let mut server = server.restart(m);
            let mut side = Side::begin(address(database), &mut server.store).unwrap();
            if n as u64 % 2 == m - 71 {
                server.store.merge(bundle).unwrap();
                side.push(&mut server.store).unwrap();
            }
            m += 1;
            server
        });
    }
    let mut third =
        Replica::new(|place| Store::join_empty(place, identity(73), alone.store.origin()).unwrap());
    for server in shared.iter_mut().chain([&mut third]) {
        Side::begin(address(database), &mut server.store).unwrap();
        assert_eq!(server.told(), expected);
        assert_eq!(server.store.digest().unwrap(), alone.store.digest().unwrap());
        assert_eq!(server.store.verify().unwrap().problems, []);
    }
    assert_eq!(alone.told(), expected);
}

type Bundles = Vec<Vec<u8>>;

/// What a phone holds after each of three scans.
fn grown(race: &[u8]) -> Bundles {
    let mut phone = Replica::phone(race, 1);
    let bundles = (1..=3).map(|n| {
        phone.scan(&n.to_string(), n * 1000);
        phone.all()
    });
    bundles.collect()
}

#[test]
fn a_shared_database_keeps_what_a_folder_keeps() {
    let Some(database) = Postgres::begin() else { return };
    let mut seed = 0;
    let mut case = |make: &dyn Fn(&mut Replica, &[u8]) -> Bundles, expected: &str| {
        seed += 1;
        let mut director = director(seed);
        let race = director.all();
        let bundles = make(&mut director, &race);
        check(&database, &race, &bundles, expected);
    };
    // What grows, in order; and again, and backwards.
    case(&|_, race| grown(race), "11 operations of 2 logs, 3 scans, 0 unread");
    case(
        &|_, race| {
            let bundles = grown(race);
            bundles.iter().chain(bundles.iter().rev()).chain(&bundles).cloned().collect()
        },
        "11 operations of 2 logs, 3 scans, 0 unread",
    );
    // A part that comes before the one that it follows.
    case(
        &|_, race| {
            let mut phone = Replica::phone(race, 1);
            let parts = (1..=3).map(|n| {
                let since = phone.store.heads().unwrap();
                phone.scan(&n.to_string(), n * 1000);
                phone.store.bundle(&since).unwrap()
            });
            let mut parts: Vec<_> = parts.collect();
            parts.reverse();
            parts.push(phone.all());
            parts
        },
        "11 operations of 2 logs, 3 scans, 0 unread",
    );
    // A phone that was copied: both histories, which come to different servers, and grow there.
    case(
        &|_, race| {
            let mut phone = Replica::phone(race, 1);
            phone.scan("1", 1000);
            phone.store.settle().unwrap();
            let mut copy = Replica::open(phone.disk.files(), 1);
            let mut bundles = Vec::new();
            for n in 2..=4 {
                phone.scan(&n.to_string(), n * 1000);
                copy.scan(&(n + 10).to_string(), n * 1000);
                bundles.extend([phone.all(), copy.all()]);
            }
            bundles
        },
        "15 operations of 4 logs, 7 scans, 0 unread",
    );
    // An operation of an app to come, byte for byte; and one that its author did not sign, which goes nowhere.
    case(
        &|director, race| {
            let (author, id) = (identity(5), director.store.race());
            let op = Op { depth: 9, body: Body::Unknown { kind: 4_242 } }.encode();
            let hash = chain_next(chain_start(id, author.log()), &op);
            let head = author.sign_head(id, 1, hash);
            let mut segment = Segment { log: author.log(), first_seq: 1, ops: vec![op], head };
            let honest = bundle::encode(id, [&segment]);
            segment.ops = vec![Op { depth: 9, body: Body::Unknown { kind: 4_244 } }.encode()];
            let mut bundles = vec![bundle::encode(id, [&segment]), honest];
            bundles.extend(grown(race));
            bundles
        },
        "12 operations of 3 logs, 3 scans, 1 unread",
    );
}

#[test]
fn two_servers_over_one_database_lose_nothing_when_killed() {
    let plan = Plan {
        phones: 24,
        scans: 20,
        processes: 2,
        postgres: true,
        kills: 2,
        database_kills: 1,
        cut_percent: 10,
        twice_percent: 10,
        within_ms: 0,
        fetch: false,
        viewers: 0,
        streams: 0,
        seed: 3,
    };
    let root = tempfile::tempdir().unwrap();
    let Some(report) = storm::play(plan, Path::new(env!("CARGO_BIN_EXE_command")), root.path()) else {
        return;
    };
    println!("{plan:?}: {:?}, p99 {:?}, {} failed links", report.whole, report.percentile(99), report.failed);
    let found =
        (report.held as u64, report.lost, report.doubled, report.problems, report.kills, report.digests);
    assert_eq!(found, (plan.phones * plan.scans, 0, 0, 0, plan.kills, 1));
}

/// The real thing, once each: restored, moved, killed, replaced, and moved back.
#[test]
fn servers_in_processes_of_their_own() {
    let Some(mut database) = Postgres::begin() else { return };
    let desk = Desk::new();
    let bibs = |n: u32| vec![n.to_string(), (n + 1).to_string()];
    let serve = |name: &str, more: &str| {
        desk.serve(&format!("serve @{name} --phones 127.0.0.1:0 --log off --key-burst 100000 {more}"), 1)
    };
    let shared = format!("--postgres {}", database.url());
    // Headquarters in one folder is put back to what it was before a phone came.
    let copy = |from: &str, to: &str| {
        fs::create_dir_all(desk.path(to)).unwrap();
        for entry in fs::read_dir(desk.path(from)).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), desk.path(to).join(entry.file_name())).unwrap();
        }
    };
    desk.scan("phone-1", &bibs(1));
    copy("hq", "hq-old");
    let mut hq = serve("hq", "");
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    assert!(hq.stop().success());
    fs::remove_dir_all(desk.path("hq")).unwrap();
    copy("hq-old", "hq");
    // In the middle of the race it moves; phones bring what it forgot.
    let moved = desk.ok(&format!("move @hq --to-postgres {}", database.url()));
    assert!(moved.contains("hold the same"), "{moved}");
    let mut hq = serve("hq", &shared);
    // It does not know the phone any more, and says so; the phone introduces itself at once.
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    // A second server; what one hears the other tells.
    desk.join("hq-2");
    let second = serve("hq-2", &shared);
    desk.scan("phone-2", &bibs(3));
    desk.ok(&format!("sync @phone-2 {}", second.address()));
    second.kill();
    // The database dies, and comes back; a phone that comes meanwhile is told nothing false.
    database.kill();
    desk.scan("phone-1", &bibs(5));
    let said = desk.run(&format!("sync @phone-1 {}", hq.address()));
    assert!(!said.is_ok, "{said:?}");
    database.start();
    // The server waits a second before it tries the database again, and phones try until they are answered.
    let address = hq.address().to_owned();
    let tries = (0..600).find(|_| desk.run(&format!("sync @phone-1 {address}")).is_ok);
    assert!(tries.is_some(), "the server finds the database again");
    // The second server's disk is gone. Another takes its place.
    fs::remove_dir_all(desk.path("hq-2")).unwrap();
    desk.join("hq-3");
    let mut third = serve("hq-3", &shared);
    desk.ok(&format!("sync @phone-2 {}", third.address()));
    assert!(third.stop().success());
    assert!(hq.stop().success());
    // Back into folders: one that was there, and a new one.
    for name in ["hq-3", "hq", "new", "hq-3"] {
        let said = desk.ok(&format!("move @{name} --from-postgres {}", database.url()));
        assert!(said.contains("hold the same"), "{said}");
    }
    desk.same("hq", "hq-3");
    desk.same("hq", "new");
    let log = desk.ok("log @hq");
    (1..=6).for_each(|bib| assert!(log.contains(&format!(" {bib} ")), "bib {bib} is there: {log}"));
}

/// What watches over servers asks `/readyz`: traffic goes elsewhere, and the process is left alone, for it finds back.
#[test]
fn a_server_whose_database_is_gone_is_not_ready() {
    let Some(mut database) = Postgres::begin() else { return };
    let desk = Desk::new();
    desk.ok(&format!("move @hq --to-postgres {}", database.url()));
    let mut hall = server::hall(&desk, &format!("--key-burst 100000 --postgres {}", database.url()));
    let is_ready = || server::get(&hall.public, "/readyz");
    assert_eq!(is_ready(), (200, "ready\n".to_owned()));
    desk.scan("phone-1", &["1".to_owned()]);
    database.kill();
    let sync = format!("sync @phone-1 {}", hall.process.address());
    let said = desk.run(&sync);
    assert!(!said.is_ok, "{said:?}");
    let (status, body) = is_ready();
    assert!(status == 503 && body.contains("the database does not answer"), "{status}: {body}");
    assert_eq!(server::get(&hall.public, "/healthz").0, 200);
    database.start();
    assert!((0..600).any(|_| desk.run(&sync).is_ok), "the server finds the database again");
    assert_eq!(is_ready().0, 200);
    assert!(hall.process.stop().success());
}

#[test]
fn a_database_that_cannot_keep_a_promise_is_not_used() {
    let Some(mut database) = Postgres::begin() else { return };
    let desk = Desk::new();
    let check = |database: &Postgres, expected: &str| {
        let said = desk.run(&format!("serve @hq --phones 127.0.0.1:0 --postgres {}", database.url()));
        assert!(!said.is_ok && said.err.contains(expected), "{said:?}");
    };
    let _done = database.sql("ALTER SYSTEM SET fsync = off");
    database.stop();
    check(&database, "the database: ");
    database.start();
    check(&database, "fsync off");
    let _done = database.sql("ALTER SYSTEM SET fsync = on");
    database.stop();
    database.start();
    desk.ok(&format!("move @hq --to-postgres {}", database.url()));
    let _done = database.sql("INSERT INTO bibtrail.version VALUES (99)");
    check(&database, "tables of version 99");
    let said = desk.run("serve @hq --postgres nonsense");
    assert!(!said.is_ok && said.err.contains("cannot be read"), "{said:?}");
    for statement in ["DELETE FROM bibtrail.segment", "UPDATE bibtrail.segment SET bytes = ''"] {
        let said = database.try_sql(statement);
        assert!(said.is_err_and(|said| said.contains("append-only")), "{statement}");
    }
}

#[test]
fn a_wire_to_the_database_is_tls_to_the_right_one() {
    let Some(mut database) = Postgres::begin() else { return };
    let desk = Desk::new();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let pem = |kind: &str, der: &[u8]| {
        format!("-----BEGIN {kind}-----\n{}\n-----END {kind}-----\n", BASE64_STANDARD.encode(der))
    };
    let certificate = pem("CERTIFICATE", made.cert.der());
    fs::write(desk.path("ca.pem"), &certificate).unwrap();
    let url = database.speak_tls(&certificate, &pem("PRIVATE KEY", &made.signing_key.serialize_der()));
    database.stop();
    database.start();
    let check = |more: &str, expected: Result<&str, &str>| {
        let said = desk.run(&format!("move @hq --to-postgres {url}{more}"));
        match expected {
            Ok(text) => assert!(said.is_ok && said.out.contains(text), "{more}: {said:?}"),
            Err(text) => assert!(!said.is_ok && said.err.contains(text), "{more}: {said:?}"),
        }
    };
    check(" --postgres-ca @ca.pem", Ok("hold the same"));
    check("", Err("UnknownIssuer"));
    check("?sslmode=disable", Ok("hold the same"));
    check(" --postgres-ca @race.toml", Err("certificates"));
}

/// Byte for byte.
#[test]
fn what_is_in_the_database_is_what_travels() {
    let Some(database) = Postgres::begin() else { return };
    let mut director = director(77);
    let bytes = director.all();
    Side::begin(address(&database), &mut director.store).unwrap();
    let mut bundle = Bundle::open(&bytes).unwrap();
    let mut travels = Vec::new();
    while let Some((_, bytes)) = bundle.next_segment().unwrap() {
        travels.push(hex::encode(bytes));
    }
    let kept = database.sql("SELECT encode(bytes, 'hex') FROM bibtrail.segment ORDER BY number");
    assert_eq!(kept.lines().collect::<Vec<_>>(), travels);
    assert_eq!(director.store.members().standing(world::log(0)).role, Some(Role::Director));
}
