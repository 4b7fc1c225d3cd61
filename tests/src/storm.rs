//! The finish storm: hundreds of phones that were alone all day bring what they hold to headquarters at one moment, over
//! real sockets, with links that are cut inside a frame, pushes that come twice, and a server that is killed. Headquarters
//! is one process with a folder, or several that share a PostgreSQL.
//!
//! Invariant: a scan counts as received only when headquarters spoke again after it took the message with it: that is
//! after its commit. What was received must be there afterwards, once.
#![allow(clippy::unwrap_used, reason = "a proving ground: a failure is a panic")]

mod crowd;
mod used;

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{BufRead, BufReader, Write},
    net::Shutdown,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU16, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use bibtrail::replica::Folder;
use bibtrail_core::{
    ids::{BootId, LogId, RaceId},
    op::{Role, ScanKind},
    store::{Durability, FileJournal, Place, Store},
    sync::Session,
    time::Reading,
};
use bibtrail_server::shared::{Address, Side};
use bibtrail_transport::{
    backoff::Backoff,
    cancel::Cancel,
    frame, tcp,
    tls::{self, Secure},
};
use integer_encoding::VarInt;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crowd::Crowd;
pub use crowd::Looked;
pub use used::Floor;

use crate::postgres::Postgres;
use crate::world::{self, START_MS, identity, scan};

/// How many runners there are.
const RUNNERS: u32 = 4_000;

/// What storm.
#[derive(Clone, Copy, Debug, clap::Args)]
pub struct Plan {
    /// How many phones.
    #[arg(long, default_value_t = 500)]
    pub phones: u64,
    /// How many scans each brings.
    #[arg(long, default_value_t = 400)]
    pub scans: u64,
    /// How many server processes. Each phone begins with one, and tries the next when a link came to nothing.
    #[arg(long, default_value_t = 1)]
    pub processes: usize,
    /// Whether they share a PostgreSQL; several must.
    #[arg(long)]
    pub postgres: bool,
    /// How often a server is killed: any of them.
    #[arg(long, default_value_t = 0)]
    pub kills: usize,
    /// How often the database is killed.
    #[arg(long, default_value_t = 0)]
    pub database_kills: usize,
    /// In how many of 100 phones the first link is cut inside a frame.
    #[arg(long, default_value_t = 10)]
    pub cut_percent: u64,
    /// How many of 100 phones bring everything twice, at the same time.
    #[arg(long, default_value_t = 10)]
    pub twice_percent: u64,
    /// Within how many milliseconds all phones come; 0 is at one moment.
    #[arg(long, default_value_t = 0)]
    pub within_ms: u64,
    /// Whether phones stay until they hold all that headquarters holds.
    #[arg(long)]
    pub fetch: bool,
    /// How many people look at the standings of the first server without a stream, and ask now and then.
    #[arg(long, default_value_t = 0)]
    pub viewers: u64,
    /// How many look by a stream of events.
    #[arg(long, default_value_t = 0)]
    pub streams: u64,
    /// Of the random choices.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
}

/// What came of it.
#[derive(Debug)]
pub struct Report {
    /// From the first dial to the last receipt.
    pub whole: Duration,
    /// From each phone's dial to its receipt, shortest first; only of links that were not cut.
    pub pushes: Vec<Duration>,
    /// Links that came to nothing, and were tried again.
    pub failed: usize,
    /// The servers' peak memory, of those that lived to the end, in kB each.
    pub peak_kb: u64,
    /// Scans that were received and are not there.
    pub lost: usize,
    /// Scans that are there more than once.
    pub doubled: usize,
    /// Scans that are there.
    pub held: usize,
    /// What `verify` finds in headquarters' replica.
    pub problems: usize,
    /// How often a server was killed.
    pub kills: usize,
    /// How many different digests the servers' replicas have in the end.
    pub digests: usize,
    /// What those who looked saw.
    pub looked: Looked,
    /// The processor time of the servers that lived to the end: `""` is all, then by thread, of those that live still.
    pub used: BTreeMap<String, Duration>,
    /// That of phones and viewers, likewise.
    pub used_here: BTreeMap<String, Duration>,
    /// What the work cannot do without.
    pub floor: Floor,
}

impl Report {
    /// The time within which so many of 100 pushes were received.
    #[must_use]
    pub fn percentile(&self, percent: usize) -> Duration {
        let at = (self.pushes.len() * percent).div_ceil(100).saturating_sub(1);
        self.pushes.get(at).copied().unwrap_or_default()
    }
}

struct Phone {
    number: u64,
    store: Mutex<Store>,
}

/// A server process's place.
struct House {
    folder: PathBuf,
    log: LogId,
    port: AtomicU16,
    /// Where its board is, once it is open.
    board: Arc<Mutex<Option<String>>>,
}

impl House {
    fn of(folder: PathBuf, log: LogId) -> Self {
        Self { folder, log, port: AtomicU16::new(0), board: Arc::default() }
    }
}

struct Storm<'a> {
    plan: Plan,
    race: RaceId,
    houses: Vec<House>,
    received: Vec<AtomicUsize>,
    done: AtomicUsize,
    failed: AtomicUsize,
    pushes: Mutex<Vec<Duration>>,
    command: &'a Path,
    /// How the database is reached.
    url: Option<String>,
}

/// Plays a storm with the `bibtrail` program `command`, in folders below `root`. Nothing if it needs a database and there
/// is none to be had.
#[must_use]
pub fn play(plan: Plan, command: &Path, root: &Path) -> Option<Report> {
    let mut database = if plan.postgres { Some(Postgres::begin()?) } else { None };
    let (phones, storm, floor) = prepare(plan, command, root, database.as_ref().map(Postgres::url));
    let mut servers: Vec<Child> = storm.houses.iter().map(|house| storm.serve(house)).collect();
    let crowd = storm.gather();
    let (before, before_here) = (used::of_servers(&servers), used::of_process(std::process::id()));
    let began = Instant::now();
    let kills = std::thread::scope(|scope| {
        for phone in &phones {
            let twice = lot(phone.number) < plan.twice_percent;
            for copy in 0..if twice { 2 } else { 1 } {
                let storm = &storm;
                let thread = std::thread::Builder::new().stack_size(512 * 1024);
                thread.spawn_scoped(scope, move || storm.bring(phone, copy)).unwrap();
            }
        }
        storm.strike(&mut servers, database.as_mut())
    });
    let whole = began.elapsed();
    let used = used::since(&before, used::of_servers(&servers));
    let used_here = used::since(&before_here, used::of_process(std::process::id()));
    let looked = crowd.map(Crowd::leave).unwrap_or_default();
    let peak_kb = servers.iter().map(|server| peak_kb(server.id())).max().unwrap_or_default();
    for server in &mut servers {
        rustix::process::kill_process(
            rustix::process::Pid::from_child(server),
            rustix::process::Signal::TERM,
        )
        .unwrap();
        assert!(server.wait().unwrap().success(), "the server ends well");
    }
    let report = storm.report(&phones, whole, peak_kb, kills);
    Some(Report { looked, used, used_here, floor, ..report })
}

/// A number below 100 for each phone; all come as often.
fn lot(phone: u64) -> u64 {
    phone * 37 % 100
}

/// Some thousand runners, seen by many.
fn bib(phone: u64, n: u64) -> String {
    (1 + (phone * 7 + n * 11) % u64::from(RUNNERS)).to_string()
}

fn at_ms(phone: u64, n: u64) -> u64 {
    n * 1500 + phone
}

fn prepare<'a>(
    plan: Plan,
    command: &'a Path,
    root: &Path,
    url: Option<String>,
) -> (Vec<Phone>, Storm<'a>, Floor) {
    let folder = root.join("hq");
    let keys = bibtrail::replica::NewKeys {
        root: identity(999).secret(),
        log: identity(0).secret(),
        nonce: [7; 16],
    };
    let mut hq = Folder::ephemeral(&folder).create("Storm", keys).unwrap();
    hq.put_all(world::setup().values(), None).unwrap();
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let mut houses = vec![House::of(folder, hq.own_log())];
    for n in 1..plan.processes {
        let (folder, number) = (root.join(format!("hq-{n}")), 10 + n as u64);
        let joined = Folder::ephemeral(&folder).join(hq.origin(), Some(&race), identity(number).secret());
        let mut store = joined.unwrap();
        world::enrol(&mut store, number, Role::Volunteer, &[]).unwrap();
        store.settle().unwrap();
        houses.push(House::of(folder, store.own_log()));
    }
    let storm = Storm {
        plan,
        race: hq.race(),
        houses,
        received: (0..plan.phones).map(|_| AtomicUsize::new(0)).collect(),
        done: AtomicUsize::new(0),
        failed: AtomicUsize::new(0),
        pushes: Mutex::default(),
        command,
        url,
    };
    let phones = (0..plan.phones).map(|number| {
        let at = |kind: &str| root.join(format!("phone-{number}.{kind}"));
        let journal = Box::new(FileJournal::open(&at("journal")).unwrap());
        let place = Place { database: at("sqlite"), vfs: None, journal, durability: Durability::Off };
        let mut store = world::join(place, 100 + number, &race).unwrap();
        let scans: Vec<_> = (0..plan.scans)
            .map(|n| scan(&bib(number, n), "finish", ScanKind::In, at_ms(number, n).cast_signed()))
            .collect();
        store.record(&scans).unwrap();
        store.settle().unwrap();
        Phone { number, store: Mutex::new(store) }
    });
    let phones: Vec<Phone> = phones.collect();
    let floor = used::floor(&phones, &hq, &race, root);
    // Runners entered late: phones know of none, and the board shows them all.
    hq.put_all((1..=RUNNERS).map(world::entrant).collect(), None).unwrap();
    (phones, storm, floor)
}

impl Storm<'_> {
    /// Starts a server; once it listens, phones find it.
    fn serve(&self, house: &House) -> Child {
        let port = house.port.load(Ordering::SeqCst);
        let mut command = Command::new(self.command);
        command.arg("serve").arg(&house.folder);
        command.args(["--phones", &format!("127.0.0.1:{port}"), "--log", "off"]);
        if self.plan.viewers + self.plan.streams > 0 {
            command.args(["--public", "127.0.0.1:0"]);
            // Everybody has a connection.
            command.args(["--http-connections-max", "8192"]);
        }
        if let Some(url) = &self.url {
            command.arg("--postgres").arg(url);
        }
        let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.find(|line| line.as_ref().unwrap().contains(" listens on port ")).unwrap().unwrap();
        let port = line.split(" port ").nth(1).unwrap().split(' ').next().unwrap().parse().unwrap();
        house.port.store(port, Ordering::SeqCst);
        // What it says further is read, so that it never waits for a reader.
        let board = house.board.clone();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok).filter(|line| line.starts_with("public")) {
                *board.lock().unwrap() = line.split_once("://").map(|(_, address)| address.to_owned());
            }
        });
        child
    }

    /// Those who look, once each of them has seen something.
    fn gather(&self) -> Option<Crowd> {
        let Plan { viewers, streams, .. } = self.plan;
        if viewers + streams == 0 {
            return None;
        }
        let board = loop {
            if let Some(address) = self.houses[0].board.lock().unwrap().clone() {
                break address;
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let crowd = Crowd::gather(&board, &self.race.to_string(), viewers, streams);
        while crowd.answered() < usize::try_from(viewers + streams).unwrap() {
            std::thread::sleep(Duration::from_millis(50));
        }
        Some(crowd)
    }

    /// Kills servers and the database, each time that a further part of the phones has its receipts.
    fn strike(&self, servers: &mut [Child], mut database: Option<&mut Postgres>) -> usize {
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed);
        let strikes = self.plan.kills.max(self.plan.database_kills);
        let mut kills = 0;
        for strike in 1..=strikes {
            let due = usize::try_from(self.plan.phones).unwrap() * strike / (strikes + 1);
            while self.done.load(Ordering::SeqCst) < due {
                std::thread::sleep(Duration::from_millis(1));
            }
            if strike <= self.plan.database_kills
                && let Some(database) = &mut database
            {
                database.kill();
                database.start();
            }
            if strike <= self.plan.kills {
                let at = rng.random_range(0..servers.len());
                servers[at].kill().unwrap();
                servers[at].wait().unwrap();
                kills += 1;
                servers[at] = self.serve(&self.houses[at]);
            }
        }
        kills
    }

    /// What the servers' folders hold in the end.
    fn report(self, phones: &[Phone], whole: Duration, peak_kb: u64, kills: usize) -> Report {
        let mut stores: Vec<Store> =
            self.houses.iter().map(|house| Folder::new(&house.folder).open().unwrap().0).collect();
        if let Some(url) = &self.url {
            // What one wrote last, the others fetch now; the first also what the last wrote.
            let address = Address::parse(url, None).unwrap();
            for _ in 0..2 {
                for store in &mut stores {
                    Side::begin(address.clone(), store).unwrap();
                }
            }
        }
        let digests: BTreeSet<_> = stores.iter().map(|store| store.digest().unwrap().state).collect();
        let problems = stores.iter_mut().map(|store| store.verify().unwrap().problems.len()).sum();
        let mut held: BTreeMap<(LogId, u64, String), usize> = BTreeMap::new();
        for scan in stores[0].scans().unwrap() {
            let what = (scan.at.log, scan.reading.boot_ms, scan.bib.as_str().to_owned());
            *held.entry(what).or_default() += 1;
        }
        let lost = phones.iter().zip(&self.received).map(|(phone, received)| {
            let log = identity(100 + phone.number).log();
            let received = 0..received.load(Ordering::SeqCst) as u64;
            let what = |n| (log, at_ms(phone.number, n), bib(phone.number, n));
            received.filter(|n| !held.contains_key(&what(*n))).count()
        });
        let mut pushes = self.pushes.into_inner().unwrap();
        pushes.sort();
        Report {
            whole,
            pushes,
            failed: self.failed.into_inner(),
            peak_kb,
            lost: lost.sum(),
            doubled: held.values().filter(|count| **count > 1).count(),
            held: held.len(),
            problems,
            kills,
            digests: digests.len(),
            looked: Looked::default(),
            used: BTreeMap::new(),
            used_here: BTreeMap::new(),
            floor: Floor::default(),
        }
    }

    /// A phone tries until all that it has was received.
    fn bring(&self, phone: &Phone, copy: u64) {
        let mut rng = ChaCha8Rng::seed_from_u64(self.plan.seed ^ (phone.number << 8) ^ copy);
        let mut backoff = Backoff::new(100, 2_000);
        let nth = Duration::from_millis(self.plan.within_ms * phone.number / self.plan.phones.max(1));
        std::thread::sleep(nth);
        let mut cuts = copy == 0 && lot(phone.number) >= 100 - self.plan.cut_percent;
        for house in
            self.houses.iter().cycle().skip(usize::try_from(phone.number).unwrap() % self.houses.len())
        {
            let began = Instant::now();
            let is_cut = std::mem::take(&mut cuts);
            if let Some(received) = self.visit(phone, house, is_cut) {
                self.pushes.lock().unwrap().push(received.duration_since(began));
                break;
            }
            if !is_cut {
                self.failed.fetch_add(1, Ordering::SeqCst);
            }
            std::thread::sleep(Duration::from_millis(backoff.next_ms(rng.random())));
        }
        if copy == 0 {
            self.done.fetch_add(1, Ordering::SeqCst);
        }
    }

    /// One visit. Gives when all was received.
    fn visit(&self, phone: &Phone, house: &House, is_cut: bool) -> Option<Instant> {
        let address = format!("127.0.0.1:{}", house.port.load(Ordering::SeqCst));
        let stream = tcp::dial(&address, 30_000, &Cancel::new()).ok()?;
        let handle = stream.try_clone().ok()?;
        let whom = tls::Whom { log: Some(house.log), race: Some(self.race) };
        let identity = identity(100 + phone.number);
        let mut link = tls::connect(stream, &identity, whom).ok()?;
        let mut session = Session::dial(house.log);
        let (mut received, mut turns) = (None, 0);
        loop {
            turns += u32::from(session.speaks());
            while let Some(message) = {
                let mut store = phone.store.lock().unwrap();
                session.poll(&mut store, now(phone.number)).ok()?
            } {
                if is_cut && message.len() > 1_000 {
                    cut_inside(&mut link, &message);
                    let _gone = handle.shutdown(Shutdown::Both);
                    return None;
                }
                frame::send(&mut link, &message).ok()?;
            }
            if received.is_some() && (!self.plan.fetch || session.is_over()) {
                let _courtesy = link.close();
                return received.filter(|_| !self.plan.fetch || session.outcome().is_converged);
            }
            let heard = frame::receive(&mut link).ok()??;
            let mut store = phone.store.lock().unwrap();
            session.handle(&mut store, &heard, now(phone.number)).ok()?;
            drop(store);
            // It heard all of the second turn, which brought everything, and speaks again: that is on its disk.
            let has_all = turns > 1 || session.is_decided();
            if received.is_none() && has_all && session.outcome().refused_there.is_empty() {
                received = Some(Instant::now());
                let all = usize::try_from(self.plan.scans).unwrap();
                self.received[usize::try_from(phone.number).unwrap()].store(all, Ordering::SeqCst);
            }
        }
    }
}

fn cut_inside(link: &mut Secure<std::net::TcpStream>, message: &[u8]) {
    let mut bytes = (message.len() as u64).encode_var_vec();
    bytes.extend_from_slice(&message[..message.len() / 2]);
    let _written = link.write_all(&bytes).and_then(|()| link.flush());
}

fn now(phone: u64) -> Reading {
    let mut boot = [0; 8];
    boot.copy_from_slice(&(phone + 1).to_le_bytes());
    let elapsed = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    let ms = u64::try_from(elapsed.as_millis()).unwrap();
    Reading { boot: BootId(boot), boot_ms: ms - START_MS.cast_unsigned(), wall_ms: ms.cast_signed() }
}

/// The most memory that a process has had, in kB, as the system says.
fn peak_kb(process: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or_default()
}
