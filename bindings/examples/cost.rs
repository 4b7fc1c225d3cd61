//! What the library costs on this machine: memory of an idle replica with 100,000 scans, and an entry through the library
//! beside the core's own. The figures stand in `docs/phones.md`: `cargo run --release -p bibtrail-bindings --example cost`.
//! `cost entries FOLDER BEFORE TIMED` times entries alone: `bindings/kotlin/cost` sets Kotlin's beside them.
#![allow(
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a measurement fails loudly, and reads clocks"
)]

use std::{
    fs,
    io::{Write, stdout},
    ops::Range,
    path::Path,
    process::Command,
    sync::Arc,
    time::Instant,
};

use bibtrail_bindings::{
    CoreError,
    host::{Clock, ClockReading, KeyStore},
    race::{Entry, JoinRequest, Race},
    screen::Way,
};
use bibtrail_core::{
    ids::{Bib, BootId, Key},
    log::Identity,
    op::{Enrol, Scan, ScanKind},
    store::{Durability, FileJournal, Place, Store},
    time::Reading,
};

const SCANS: usize = 100_000;
const TRIES: usize = 1_000;

struct Host;

impl Clock for Host {
    fn now(&self) -> Result<ClockReading, CoreError> {
        Ok(ClockReading { boot: "boot".to_owned(), boot_ms: 1_000_000, wall_ms: 1_743_897_600_000 })
    }
}

impl KeyStore for Host {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, CoreError> {
        Ok((name == "log").then(|| vec![1; 32]))
    }

    fn save(&self, _name: String, _secret: Vec<u8>) -> Result<(), CoreError> {
        Ok(())
    }
}

fn main() {
    let mut out = stdout().lock();
    let args: Vec<String> = std::env::args().skip(1).collect();
    let told = match args.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["entries", folder, before, timed] => {
            scripted(folder, before.parse().unwrap(), timed.parse().unwrap())
        }
        [folder] => idle(Path::new(folder)),
        _ => {
            let folder = tempfile::tempdir().unwrap();
            fill(folder.path());
            let program = std::env::current_exe().unwrap();
            let child = Command::new(program).arg(folder.path()).output().unwrap();
            String::from_utf8(child.stdout).unwrap() + &entries(folder.path())
        }
    };
    write!(out, "{told}").unwrap();
}

fn place(folder: &Path, durability: Durability) -> Place {
    Place {
        database: folder.join("store.sqlite"),
        vfs: None,
        journal: Box::new(FileJournal::open(&folder.join("journal")).unwrap()),
        durability,
    }
}

fn scan(store: &Store, n: usize) -> Scan {
    let reading = Reading { boot: BootId::of(store.race(), b"boot"), boot_ms: n as u64, wall_ms: 0 };
    Scan::new(Bib::new(&(n % 3_000).to_string()).unwrap(), Key::new("aid").unwrap(), ScanKind::In, reading)
}

fn fill(folder: &Path) {
    let root = Identity::from_seed([9; 32]).log();
    let identity = Identity::from_seed([1; 32]);
    let mut store = Store::create(place(folder, Durability::Off), identity, "Cost", root, [0; 16]).unwrap();
    let checkpoint = Some(Key::new("aid").unwrap());
    store.enrol(Enrol { name: "phone".to_owned(), checkpoint, ..Enrol::default() }).unwrap();
    for first in (0..SCANS).step_by(1_000) {
        let scans: Vec<Scan> = (first..first + 1_000).map(|n| scan(&store, n)).collect();
        store.record(&scans).unwrap();
    }
    store.settle().unwrap();
}

/// Resident memory in KiB, as the system counts it.
fn resident_kib() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

fn idle(folder: &Path) -> String {
    let before = resident_kib();
    let race = Race::open(folder.to_str().unwrap().to_owned(), Arc::new(Host), Arc::new(Host)).unwrap();
    let screen = race.record_screen().unwrap();
    let after = resident_kib();
    assert_eq!(screen.pending_scans as usize, SCANS);
    format!(
        "idle with {SCANS} scans: {:.1} MiB resident, {:.1} MiB more than before opening\n",
        after as f64 / 1024.0,
        (after - before) as f64 / 1024.0
    )
}

/// The middle of the times that `work` takes, in microseconds.
fn middle_us(numbers: Range<usize>, mut work: impl FnMut(usize)) -> f64 {
    let mut times: Vec<f64> = numbers
        .map(|n| {
            let began = Instant::now();
            work(n);
            began.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}

/// Entries of a phone that joined the scripted race, as Kotlin's `Cost` makes them.
fn scripted(folder: &str, before: usize, timed: usize) -> String {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/data/phone");
    let tickets = fs::read_to_string(data.join("tickets.txt")).unwrap();
    let link = tickets.lines().find_map(|line| line.strip_prefix("volunteer ")).unwrap().to_owned();
    let request = JoinRequest {
        folder: folder.to_owned(),
        link,
        name: "phone 1".to_owned(),
        checkpoint: Some("aid".to_owned()),
    };
    let race = Race::join(request, Arc::new(Host), Arc::new(Host)).unwrap();
    race.import_bundle(fs::read(data.join("race.bibtrail")).unwrap()).unwrap();
    middle_us(0..before, |n| record(&race, n));
    let middle = middle_us(before..before + timed, |n| record(&race, n));
    race.shut_down().unwrap();
    format!("{middle:.1}\n")
}

fn record(race: &Race, n: usize) {
    let entry = Entry { bib: n.to_string(), way: Way::In, checkpoint: None, at: None, with_pacer: None };
    assert!(race.record(entry).unwrap().is_confirmed);
}

fn entries(folder: &Path) -> String {
    let race = Race::open(folder.to_str().unwrap().to_owned(), Arc::new(Host), Arc::new(Host)).unwrap();
    let through = middle_us(0..TRIES, |n| record(&race, n));
    race.shut_down().unwrap();
    let (mut store, _) = Store::open(place(folder, Durability::Full), Identity::from_seed([1; 32])).unwrap();
    let own = middle_us(0..TRIES, |n| {
        let scan = scan(&store, n);
        store.record(&[scan]).unwrap();
        store.settle().unwrap();
    });
    format!("an entry: {through:.0} us through the library, {own:.0} us by the core alone\n")
}
