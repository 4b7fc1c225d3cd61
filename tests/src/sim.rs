//! The simulator: phones, couriers and headquarters under virtual time, with the real core on crashing disks.
//!
//! Invariant: one thread, one seed. The same seed gives the same world, the same faults and the same trace; nothing is
//! read from the machine. After the faults end and everybody has met, named checkers look at every replica.

mod check;
mod clock;
mod device;
mod meeting;
mod steps;

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{ids::RaceId, invitation::Invitation, log::Identity, race::Origin};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::disk::Disk;
pub use check::Broken;
use device::Device;

/// How a simulation is played.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Whether the trace is kept in words, for a failure to be read.
    pub keep_trace: bool,
}

/// What came of a simulation.
#[derive(Debug)]
pub struct Report {
    /// A hash of everything that happened.
    pub trace_hash: String,
    /// It in words, if asked for.
    pub trace: Vec<String>,
    /// Scans confirmed to users.
    pub confirmed: usize,
    /// Sessions, and how many of them said that they succeeded.
    pub sessions: (usize, usize),
    /// What a checker found.
    pub broken: Option<Broken>,
}

/// Disks that simulations of one thread use one after the other: SQLite never forgets a file system it was told of.
pub struct Disks {
    free: Vec<(Disk, String)>,
}

impl Disks {
    /// So many disks as the largest world needs.
    #[must_use]
    pub fn new() -> Self {
        let disk = || {
            let disk = Disk::default();
            let vfs = disk.register();
            (disk, vfs)
        };
        Self { free: std::iter::repeat_with(disk).take(device::DEVICES_MAX).collect() }
    }
}

impl Default for Disks {
    fn default() -> Self {
        Self::new()
    }
}

/// The simulated world.
pub(crate) struct World {
    rng: ChaCha8Rng,
    /// Milliseconds since the gun, by no clock that anybody has.
    now_ms: i64,
    origin: Origin,
    root: Identity,
    tickets: BTreeMap<&'static str, Invitation>,
    devices: Vec<Device>,
    /// Disks that no device uses yet.
    disks: Vec<(Disk, String)>,
    /// Which devices can ever meet.
    links: BTreeSet<(usize, usize)>,
    /// Files under way: who wrote them.
    files: Vec<(usize, Vec<u8>)>,
    /// Every scan confirmed to a user: its bib is its own.
    ledger: BTreeMap<u64, Confirmed>,
    next_bib: u64,
    /// What an observer may believe another device to hold: the scans that it held when they last parted as equals.
    parted: BTreeMap<(usize, usize), BTreeSet<u64>>,
    sessions: (usize, usize),
    /// Devices that the director approved by name, copies by the name of what they are copied from.
    approved: BTreeSet<String>,
    trace: Trace,
    /// Something that a checker saw on the way.
    broken: Option<Broken>,
}

/// A scan that was confirmed.
#[derive(Clone, Debug)]
pub(crate) struct Confirmed {
    /// By which device.
    pub(crate) device: usize,
    /// When it really was.
    pub(crate) true_ms: i64,
    /// Whether it is physically gone: its only disk was put back to an earlier state.
    pub(crate) is_gone: bool,
}

struct Trace {
    hasher: blake3::Hasher,
    words: Option<Vec<String>>,
}

impl Trace {
    fn note(&mut self, text: &str) {
        self.hasher.update(text.as_bytes()).update(b"\n");
        if let Some(words) = &mut self.words {
            words.push(text.to_owned());
        }
    }
}

/// How many things happen before the faults end.
const STEPS: usize = 70;

/// Plays one seed.
#[must_use]
pub fn run(disks: &mut Disks, seed: u64, options: Options) -> Report {
    let mut world = World::new(std::mem::take(&mut disks.free), seed, options);
    world.begin();
    for _ in 0..STEPS {
        if world.broken.is_some() {
            break;
        }
        world.step();
    }
    if world.broken.is_none() {
        world.calm();
    }
    if world.broken.is_none() {
        world.broken = check::all(&mut world);
    }
    world.finish(disks)
}

impl World {
    fn new(disks: Vec<(Disk, String)>, seed: u64, options: Options) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let root = Identity::from_seed(rng.random());
        let director = Identity::from_seed([0; 32]).log();
        let origin = Origin { race: RaceId::of_genesis(b""), director, root: root.log() };
        Self {
            rng,
            now_ms: -3_600_000,
            origin,
            root,
            tickets: BTreeMap::new(),
            devices: Vec::new(),
            disks,
            links: BTreeSet::new(),
            files: Vec::new(),
            ledger: BTreeMap::new(),
            next_bib: 1,
            parted: BTreeMap::new(),
            sessions: (0, 0),
            approved: BTreeSet::new(),
            trace: Trace { hasher: blake3::Hasher::new(), words: options.keep_trace.then(Vec::new) },
            broken: None,
        }
    }

    fn note(&mut self, text: impl AsRef<str>) {
        let line = format!("{:>9} {}", self.now_ms, text.as_ref());
        self.trace.note(&line);
    }

    fn pass(&mut self, ms: i64) {
        self.now_ms += ms;
    }

    fn finish(mut self, disks: &mut Disks) -> Report {
        let confirmed = self.ledger.len();
        let mut free = std::mem::take(&mut self.disks);
        for device in &mut self.devices {
            device.store = None;
            free.push((device.disk.clone(), device.vfs.clone()));
        }
        // The order in which disks are handed out is part of the world.
        free.sort_by(|a, b| a.1.cmp(&b.1));
        free.iter().for_each(|(disk, _)| {
            disk.load(BTreeMap::new());
            disk.mend();
        });
        disks.free = free;
        Report {
            trace_hash: self.trace.hasher.finalize().to_hex()[..16].to_owned(),
            trace: self.trace.words.unwrap_or_default(),
            confirmed,
            sessions: self.sessions,
            broken: self.broken,
        }
    }
}
