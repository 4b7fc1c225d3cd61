//! How fast the spine is, each figure as a ratio to a floor that runs beside it.
//!
//! Invariant: floor and store take turns in one run, on one disk, under the same settings; medians are compared.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark: its output is its purpose, a failure ends it"
)]
#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_possible_wrap,
    reason = "small counts"
)]

use std::{
    collections::BTreeMap,
    path::Path,
    time::{Duration, Instant},
};

use bibtrail_core::{
    ids::BootId,
    op::{Entity, Scan, ScanKind, field},
    store::{Durability, FileJournal, JournalFile, Place, Store},
    time::Reading,
};
use bibtrail_tests::world::{self, START_MS, bib, identity, key};
use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rusqlite::{Connection, OpenFlags, params, types::Value};

const LOGS: u64 = 20;
const SCANS_PER_LOG: usize = 5_000;

fn main() {
    let folder = tempfile::tempdir_in(".").unwrap();
    let root = folder.path();
    if std::env::args().any(|arg| arg == "--peak") {
        return peak(root);
    }
    durable_scan(root);
    let bundles = bundles(root);
    merge(root, &bundles);
    reopen(root);
    let scans = LOGS as usize * SCANS_PER_LOG;
    let bytes: usize = bundles[1..].iter().map(Vec::len).sum();
    println!(
        "bundles: {:.2} bytes a scan ({bytes} bytes, {scans} scans and their edits)",
        bytes as f64 / scans as f64
    );
}

fn place(folder: &Path) -> Place {
    std::fs::create_dir_all(folder).unwrap();
    let journal = Box::new(FileJournal::open(&folder.join("journal")).unwrap());
    Place { database: folder.join("store.sqlite"), vfs: None, journal, durability: Durability::Full }
}

/// A raw database under the store's settings.
fn raw(path: &Path) -> Connection {
    let flags =
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags_and_vfs(path, flags, "unix-excl").unwrap();
    db.execute_batch(
        "PRAGMA cell_size_check = ON; PRAGMA secure_delete = ON; PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -16384; PRAGMA journal_size_limit = 4194304; PRAGMA synchronous = FULL;",
    )
    .unwrap();
    db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(())).unwrap();
    db
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[times.len() / 2]
}

/// One scan, durable and confirmed, against one commit of the same bytes into one table.
fn durable_scan(root: &Path) {
    let mut store = world::director(place(&root.join("scan")), 100).unwrap();
    let db = raw(&root.join("scan-raw.sqlite"));
    db.execute_batch(
        "CREATE TABLE op (log_ix INT, seq INT, bytes BLOB, PRIMARY KEY (log_ix, seq)) WITHOUT ROWID",
    )
    .unwrap();
    let mut file = FileJournal::open(&root.join("scan-raw.journal")).unwrap();
    let (mut ours, mut floors, mut settles, mut appends) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for n in 0..600_i64 {
        let scan = world::scan(&(n % 100).to_string(), "k1", ScanKind::In, n * 3_000);
        let bytes = [7_u8; 48];
        let begun = Instant::now();
        db.prepare_cached("INSERT INTO op VALUES (1, ?1, ?2)").unwrap().execute(params![n, bytes]).unwrap();
        floors.push(begun.elapsed());
        let begun = Instant::now();
        file.append(&bytes).unwrap();
        file.sync().unwrap();
        appends.push(begun.elapsed());
        let begun = Instant::now();
        store.record(&[scan]).unwrap();
        ours.push(begun.elapsed());
        let begun = Instant::now();
        store.settle().unwrap();
        settles.push(begun.elapsed());
    }
    let (ours, floor) = (median(ours), median(floors));
    println!(
        "durable scan: {ours:?} to the confirmation, raw commit {floor:?}, ratio {:.2}; settling after it {:?}",
        ours.as_secs_f64() / floor.as_secs_f64(),
        median(settles)
    );
    // Which of the two is synced before the confirmation: the cheaper.
    println!("one sync: appending to a file {:?}, committing to SQLite {floor:?}", median(appends));
}

/// The race's bundle, then one of each phone: 5,000 scans, 5 % recorded twice, 2 % edited.
fn bundles(root: &Path) -> Vec<Vec<u8>> {
    let mut director = world::director(place(&root.join("director")), 0).unwrap();
    let race = director.bundle(&BTreeMap::new()).unwrap();
    let held = director.heads().unwrap();
    let mut bundles = vec![race.clone()];
    let mut rng = ChaCha8Rng::seed_from_u64(1);
    for log in 0..LOGS {
        let mut phone = world::join(place(&root.join(format!("phone-{log}"))), 100 + log, &race).unwrap();
        let scans = scans(log, &mut rng);
        let confirmed = phone.record(&scans).unwrap();
        let edits = confirmed.iter().zip(&scans).filter(|_| rng.random_range(0..50) == 0);
        let puts = edits.map(|(done, scan)| {
            let right = format!("{}1", scan.bib.as_str());
            (Entity::Scan(done.at()), vec![(field::BIB, right.as_str().into())])
        });
        phone.put_all(puts.collect(), Some("misread")).unwrap();
        bundles.push(phone.bundle(&held).unwrap());
    }
    bundles
}

fn scans(log: u64, rng: &mut ChaCha8Rng) -> Vec<Scan> {
    let checkpoint = ["start", "k1", "k2", "finish"][log as usize % 4];
    let offset_ms = START_MS - rng.random_range(1_000_000..90_000_000_i64);
    let mut boot_ms = (START_MS - offset_ms) as u64 + log / 4 * 1_800_000;
    let mut scans: Vec<Scan> = Vec::with_capacity(SCANS_PER_LOG);
    while scans.len() < SCANS_PER_LOG {
        // Runners come as they please: a few seconds apart, now and then in a pack.
        boot_ms += rng.random_range(1..5_000);
        let reading = Reading { boot: BootId([log as u8; 8]), boot_ms, wall_ms: boot_ms as i64 + offset_ms };
        let again = rng.random_range(0..20) == 0;
        let bib = match scans.last() {
            Some(last) if again => last.bib.clone(),
            _ => bib(&rng.random_range(1..=5_000).to_string()),
        };
        scans.push(Scan::new(bib, key(checkpoint), ScanKind::In, reading));
    }
    scans
}

fn merged(folder: &Path, bundles: &[Vec<u8>]) -> (Store, usize) {
    let mut store = world::join(place(folder), 1, &bundles[0]).unwrap();
    for bundle in &bundles[1..] {
        assert!(store.merge(bundle).unwrap().rejected.is_empty());
    }
    let runners = store.results().unwrap().runners().count();
    (store, runners)
}

/// Twenty bundles into a fresh replica, results included, against the rows they leave, inserted in one transaction.
fn merge(root: &Path, bundles: &[Vec<u8>]) {
    let (store, _) = merged(&root.join("merged"), bundles);
    drop(store);
    let tables = dump(&root.join("merged/store.sqlite"));
    let rows: usize = tables.iter().map(|(_, rows)| rows.len()).sum();
    let (mut ours, mut floors) = (Vec::new(), Vec::new());
    for n in 0..7 {
        let begun = Instant::now();
        let (_, runners) = merged(&root.join(format!("merge-{n}")), bundles);
        ours.push(begun.elapsed());
        assert!(runners >= 5_000);
        let db = raw(&root.join(format!("merge-{n}.sqlite")));
        db.execute_batch(include_str!("../../core/src/store/migrations/001-first.sql")).unwrap();
        let begun = Instant::now();
        insert(&db, &tables);
        floors.push(begun.elapsed());
    }
    let (ours, floor) = (median(ours), median(floors));
    println!(
        "merge of 100,000 scans: {ours:?}, raw insert of the same {rows} rows with the same indexes {floor:?}, ratio {:.2}",
        ours.as_secs_f64() / floor.as_secs_f64()
    );
    let peak = std::process::Command::new(std::env::current_exe().unwrap()).arg("--peak").output().unwrap();
    print!("{}", String::from_utf8_lossy(&peak.stdout));
}

type Table = (&'static str, Vec<Vec<Value>>);

/// All rows of the tables that grow with the race.
fn dump(path: &Path) -> Vec<Table> {
    let db = raw(path);
    ["log", "op", "head", "register", "conflict", "scan", "tally", "entrant"]
        .map(|table| {
            let mut select = db.prepare(&format!("SELECT * FROM {table}")).unwrap();
            let columns = select.column_count();
            let rows = select.query_map([], |row| (0..columns).map(|n| row.get(n)).collect()).unwrap();
            (table, rows.map(Result::unwrap).collect())
        })
        .into()
}

fn insert(db: &Connection, tables: &[Table]) {
    db.execute_batch("BEGIN").unwrap();
    for (table, rows) in tables.iter().filter(|(_, rows)| !rows.is_empty()) {
        let places = vec!["?"; rows[0].len()].join(", ");
        let mut insert = db.prepare(&format!("INSERT INTO {table} VALUES ({places})")).unwrap();
        for row in rows {
            insert.execute(rusqlite::params_from_iter(row)).unwrap();
        }
    }
    db.execute_batch("COMMIT").unwrap();
}

/// The most memory a process ever held that does nothing but merge, from files.
fn peak(root: &Path) {
    let parent = tempfile::tempdir_in(root).unwrap();
    let bundles = bundles(parent.path());
    let before = status_kib("VmRSS");
    std::fs::write("/proc/self/clear_refs", "5").unwrap();
    merged(&root.join("peak"), &bundles);
    println!(
        "peak memory while merging: {:.1} MiB ({:.1} MiB before)",
        status_kib("VmHWM") / 1024.0,
        before / 1024.0
    );
}

fn status_kib(field: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with(field)).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// Opening at 100,000 scans and showing the last 20 and the counts per checkpoint: processor time.
fn reopen(root: &Path) {
    let mut times = Vec::new();
    for _ in 0..21 {
        let place = place(&root.join("merged"));
        let begun = ProcessTime::now();
        let (store, _) = Store::open(place, identity(1)).unwrap();
        assert_eq!((store.recent(20).unwrap().len(), store.tallies().unwrap().len()), (20, 4));
        times.push(begun.elapsed());
    }
    println!("reopening at 100,000 scans: {:?} of processor time", median(times));
}
