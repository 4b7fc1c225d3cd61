//! Whose processor time a storm took, and what it would have taken at least.
//!
//! Invariant: measured in the same run and on the same machine as the storm itself.

use std::{
    collections::BTreeMap,
    fs,
    net::{TcpListener, TcpStream},
    path::Path,
    process::Child,
    time::Duration,
};

use bibtrail::replica::Folder;
use bibtrail_core::store::Store;
use bibtrail_transport::tls;
use cpu_time::ProcessTime;

use super::Phone;
use crate::world::identity;

/// How many handshakes are measured.
const SHAKEN: u32 = 100;

/// How many messages a server takes in one commit.
const GROUP: usize = 64;

/// What the work cannot do without: processor time on one core.
#[derive(Clone, Copy, Debug, Default)]
pub struct Floor {
    /// A handshake of TLS, both sides.
    pub handshake: Duration,
    /// All that phones bring, taken into a replica on the disk, in groups.
    pub take: Duration,
}

impl Floor {
    /// How long two cores would take for so many links.
    #[must_use]
    pub fn of(&self, links: usize, cores: u32) -> Duration {
        (self.handshake * u32::try_from(links).unwrap() + self.take) / cores
    }
}

pub(super) fn floor(phones: &[Phone], hq: &Store, race: &[u8], root: &Path) -> Floor {
    Floor { handshake: handshake(), take: take(phones, hq, race, root) }
}

fn handshake() -> Duration {
    let (server, phone) = (identity(1), identity(2));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let began = ProcessTime::now();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for _ in 0..SHAKEN {
                let (stream, _) = listener.accept().unwrap();
                drop(tls::accept(stream, &server, &|_| true).unwrap());
            }
        });
        for _ in 0..SHAKEN {
            let stream = TcpStream::connect(address).unwrap();
            drop(tls::connect(stream, &phone, Some(server.log())).unwrap());
        }
    });
    began.elapsed() / SHAKEN
}

fn take(phones: &[Phone], hq: &Store, race: &[u8], root: &Path) -> Duration {
    let known = hq.heads().unwrap();
    let bundles: Vec<Vec<u8>> =
        phones.iter().map(|phone| phone.store.lock().unwrap().bundle(&known).unwrap()).collect();
    let joined = Folder::new(&root.join("floor")).join(hq.origin(), Some(race), identity(9_000).secret());
    let mut store = joined.unwrap();
    let began = ProcessTime::now();
    for group in bundles.chunks(GROUP) {
        store.together(|store| group.iter().for_each(|bundle| drop(store.merge(bundle).unwrap()))).unwrap();
    }
    began.elapsed()
}

/// A process's processor time so far: of its threads by name, as far as they still live, and `""` of all that ever were.
pub(super) fn of_process(process: u32) -> BTreeMap<String, Duration> {
    let mut used = BTreeMap::new();
    let whole = format!("/proc/{process}/stat");
    used.insert(String::new(), fs::read_to_string(whole).map(|stat| ticks(&stat)).unwrap_or_default());
    let threads = fs::read_dir(format!("/proc/{process}/task")).into_iter().flatten().flatten();
    for thread in threads {
        // It may have ended meanwhile.
        let Ok(stat) = fs::read_to_string(thread.path().join("stat")) else { continue };
        let name = stat.split(['(', ')']).nth(1).unwrap_or_default().to_owned();
        *used.entry(name).or_default() += ticks(&stat);
    }
    used
}

/// That of servers, all together.
pub(super) fn of_servers(servers: &[Child]) -> BTreeMap<String, Duration> {
    let mut all = BTreeMap::new();
    for (name, used) in servers.iter().flat_map(|server| of_process(server.id())) {
        *all.entry(name).or_default() += used;
    }
    all
}

/// What was used between two looks.
pub(super) fn since(
    before: &BTreeMap<String, Duration>,
    now: BTreeMap<String, Duration>,
) -> BTreeMap<String, Duration> {
    let was = |name: &str| before.get(name).copied().unwrap_or_default();
    now.into_iter().map(|(name, used)| (name.clone(), used.saturating_sub(was(&name)))).collect()
}

/// User and system time from a line of `/proc/…/stat`, which counts in hundredths of a second.
fn ticks(stat: &str) -> Duration {
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    let ticks = fields.into_iter().flatten().filter_map(|field| field.parse::<u64>().ok());
    Duration::from_millis(ticks.sum::<u64>() * 10)
}
