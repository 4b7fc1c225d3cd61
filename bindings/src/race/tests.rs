use std::{
    collections::BTreeMap,
    io,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
};

use bibtrail_core::{
    log::Identity,
    op::Enrol,
    race::Origin,
    store::{Durability, FileJournal, JournalFile, Place, Store},
    sync::Session,
};
use bibtrail_transport::meeting::Keeper;
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{meet::DeskKeeper, *};
use crate::{
    host::ClockReading,
    screen::Way,
    session::{SyncSession, SyncTarget},
};

/// A journal on a disk that can be full.
struct Disk {
    file: FileJournal,
    is_full: Arc<AtomicBool>,
}

impl JournalFile for Disk {
    fn len(&mut self) -> io::Result<u64> {
        self.file.len()
    }

    fn read(&mut self, offset: u64, bytes_max: u64) -> io::Result<Vec<u8>> {
        self.file.read(offset, bytes_max)
    }

    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.is_full.load(Ordering::SeqCst) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.file.sync()
    }

    fn truncate(&mut self, length: u64) -> io::Result<()> {
        self.file.truncate(length)
    }
}

/// A clock that goes on by a second with each look, and keys in memory.
#[derive(Default)]
struct Phone {
    ms: AtomicI64,
    kept: Mutex<BTreeMap<String, Vec<u8>>>,
}

impl Clock for Phone {
    fn now(&self) -> Result<ClockReading, CoreError> {
        let ms = self.ms.fetch_add(1_000, Ordering::SeqCst);
        Ok(ClockReading { boot: "boot".to_owned(), boot_ms: ms, wall_ms: 1_743_897_600_000 + ms })
    }
}

impl KeyStore for Phone {
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, CoreError> {
        Ok(lock(&self.kept).get(&name).cloned())
    }

    fn save(&self, name: String, secret: Vec<u8>) -> Result<(), CoreError> {
        lock(&self.kept).insert(name, secret);
        Ok(())
    }
}

/// A phone at the aid station, and its disk. The first makes the race; the others come from it.
fn phone(folder: &Path, number: u8, origin: Option<Origin>) -> (Race, Arc<AtomicBool>) {
    let is_full = Arc::new(AtomicBool::new(false));
    let file = FileJournal::open(&folder.join("journal")).unwrap();
    let place = Place {
        database: folder.join("store.sqlite"),
        vfs: None,
        journal: Box::new(Disk { file, is_full: Arc::clone(&is_full) }),
        durability: Durability::Off,
    };
    let identity = Identity::from_seed([number; 32]);
    let mut store = match origin {
        None => Store::create(place, identity, "Night Run", Identity::from_seed([99; 32]).log(), [7; 16]),
        Some(origin) => Store::join_empty(place, identity, origin),
    }
    .unwrap();
    let checkpoint = Some(Key::new("aid").unwrap());
    store.enrol(Enrol { name: format!("phone {number}"), checkpoint, ..Enrol::default() }).unwrap();
    let host = Arc::new(Phone::default());
    host.save("log".to_owned(), vec![number; 32]).unwrap();
    let home = Home::new(folder.to_str().unwrap(), host.clone(), host);
    (Race::new(home, store.race(), Desk::new(store, false, false)), is_full)
}

fn entry(bib: u64) -> Entry {
    Entry { bib: bib.to_string(), way: Way::In, checkpoint: None, at: None, with_pacer: None }
}

/// The bibs in the list of entries, oldest first, void ones in brackets.
fn listed(race: &Race) -> Vec<String> {
    let screen = race.corrections_screen(u32::MAX, None).unwrap();
    let bib = |line: &crate::screen::ScanLine| {
        if line.is_void { format!("({})", line.bib) } else { line.bib.clone() }
    };
    screen.lines.iter().rev().map(bib).collect()
}

#[test]
fn entries_wait_on_the_screen_while_the_disk_is_full_and_drain_later() {
    let folder = tempfile::tempdir().unwrap();
    let (race, is_full) = phone(folder.path(), 1, None);
    assert!(race.record(entry(1)).unwrap().is_confirmed);
    is_full.store(true, Ordering::SeqCst);
    let second = race.record(entry(2)).unwrap();
    assert!(!second.is_confirmed && second.tone == crate::screen::Tone::Alarm, "{second:?}");
    let third = race.record(entry(3)).unwrap();
    let fourth = race.record(entry(4)).unwrap();
    assert!(race.undo(third.scan.clone()).unwrap().is_void);
    race.give_bib(fourth.scan.clone(), "44".to_owned()).unwrap();
    assert_eq!(listed(&race), ["1", "2", "(3)", "44"]);
    let screen = race.record_screen().unwrap();
    assert_eq!((screen.unconfirmed, screen.pending_scans), (3, 4));
    let notices: Vec<String> = screen.notices.iter().map(|notice| notice.text.line()).collect();
    assert_eq!(notices[..2], ["notice.unconfirmed scans=3", "notice.disk-full"]);
    assert!(race.shut_down().is_err(), "what only memory holds keeps the race open");
    assert_eq!(race.suspend().unwrap().unconfirmed, 3);
    is_full.store(false, Ordering::SeqCst);
    race.resume().unwrap();
    assert_eq!(race.drain().unwrap(), 0);
    assert_eq!(listed(&race), ["1", "2", "(3)", "44"]);
    assert!(race.undo(second.scan).unwrap().is_confirmed, "its first name still finds it");
    assert_eq!(race.record_screen().unwrap().unconfirmed, 0);
    race.shut_down().unwrap();
    let host = Arc::new(Phone::default());
    host.save("log".to_owned(), vec![1; 32]).unwrap();
    let again = Race::open(folder.path().to_str().unwrap().to_owned(), host.clone(), host).unwrap();
    assert_eq!(listed(&again), ["1", "(2)", "(3)", "44"]);
}

/// A time whose bib is still to come is a runner who passed, be it on the disk or not; once it has its bib it is that
/// runner, and no other.
#[test]
fn times_without_a_bib_are_counted_each() {
    let folder = tempfile::tempdir().unwrap();
    let (race, is_full) = phone(folder.path(), 1, None);
    let time = || race.record(Entry { bib: String::new(), ..entry(0) }).unwrap().scan;
    let shown = || {
        let screen = race.record_screen().unwrap();
        (screen.counts[0].runners, screen.times_waiting)
    };
    assert_eq!(shown(), (0, 0));
    race.record(entry(1)).unwrap();
    let (first, second) = (time(), time());
    assert_eq!(shown(), (3, 2));
    race.give_bib(first, "1".to_owned()).unwrap();
    assert_eq!(shown(), (2, 1), "1 was seen twice, and somebody else");
    race.undo(second).unwrap();
    assert_eq!(shown(), (1, 0));
    is_full.store(true, Ordering::SeqCst);
    let third = time();
    assert_eq!(shown().1, 1);
    is_full.store(false, Ordering::SeqCst);
    assert_eq!((race.drain().unwrap(), shown()), (0, (2, 1)));
    race.give_bib(third, "2".to_owned()).unwrap();
    assert_eq!(shown(), (2, 0));
}

/// A key that is gone takes nothing off what is still to be shared, nor off the times whose bibs are to come; neither does
/// a database that is built again from the journal.
#[test]
fn what_was_recorded_under_a_lost_key_is_still_to_be_shared() {
    let folder = tempfile::tempdir().unwrap();
    let path = || folder.path().to_str().unwrap().to_owned();
    let shown = |race: &Race| {
        let (screen, times) = (race.record_screen().unwrap(), race.times_screen().unwrap().lines);
        assert!(times.iter().all(|line| line.is_own && line.bib.is_empty()));
        (screen.pending_scans, screen.times_waiting, times.len())
    };
    let (race, _) = phone(folder.path(), 1, None);
    race.record(entry(1)).unwrap();
    race.record(Entry { bib: String::new(), ..entry(0) }).unwrap();
    assert_eq!(shown(&race), (2, 1, 1));
    race.shut_down().unwrap();
    let host = Arc::new(Phone::default());
    let race = Race::open(path(), host.clone(), host.clone()).unwrap();
    assert_eq!(shown(&race), (2, 1, 1));
    race.record(entry(2)).unwrap();
    race.shut_down().unwrap();
    std::fs::remove_file(folder.path().join("store.sqlite")).unwrap();
    let race = Race::open(path(), host.clone(), host).unwrap();
    assert_eq!(shown(&race), (3, 1, 1));
}

/// A folder that was copied writes the same log on two phones. What this one wrote is to be shared, whoever's branch of it
/// is whose.
#[test]
fn what_was_written_beside_a_copy_is_still_to_be_shared() {
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let open = |folder: &Path| {
        let host = Arc::new(Phone::default());
        host.save("log".to_owned(), vec![1; 32]).unwrap();
        Race::open(folder.to_str().unwrap().to_owned(), host.clone(), host).unwrap()
    };
    let (race, _) = phone(one.path(), 1, None);
    race.record(entry(1)).unwrap();
    race.shut_down().unwrap();
    for file in std::fs::read_dir(one.path()).unwrap() {
        let file = file.unwrap();
        std::fs::copy(file.path(), two.path().join(file.file_name())).unwrap();
    }
    let (race, copy) = (open(one.path()), open(two.path()));
    for bib in [2, 3] {
        race.record(entry(bib)).unwrap();
    }
    race.record(Entry { bib: String::new(), ..entry(0) }).unwrap();
    copy.record(entry(4)).unwrap();
    race.import_bundle(copy.export_bundle().unwrap()).unwrap();
    let screen = race.record_screen().unwrap();
    assert!(screen.pending_scans >= 4, "{}", screen.pending_scans);
    assert_eq!((screen.times_waiting, race.times_screen().unwrap().lines.len()), (1, 1));
}

/// "Time now" goes the way of the last entry that counts, also of one that was made before the app was opened.
#[test]
fn time_now_goes_the_way_of_the_last_entry() {
    let folder = tempfile::tempdir().unwrap();
    let (race, is_full) = phone(folder.path(), 1, None);
    let way = |race: &Race| race.record_screen().unwrap().time_way;
    let out = |race: &Race| race.record(Entry { way: Way::Out, ..entry(1) }).unwrap().scan;
    assert_eq!(way(&race), Way::In);
    let first = out(&race);
    assert_eq!(way(&race), Way::Out);
    race.undo(first).unwrap();
    assert_eq!(way(&race), Way::In);
    out(&race);
    is_full.store(true, Ordering::SeqCst);
    let third = race.record(entry(2)).unwrap().scan;
    assert_eq!(way(&race), Way::In);
    race.undo(third).unwrap();
    assert_eq!(way(&race), Way::Out);
    is_full.store(false, Ordering::SeqCst);
    race.drain().unwrap();
    race.shut_down().unwrap();
    let host = Arc::new(Phone::default());
    host.save("log".to_owned(), vec![1; 32]).unwrap();
    let again = Race::open(folder.path().to_str().unwrap().to_owned(), host.clone(), host).unwrap();
    assert_eq!(way(&again), Way::Out);
}

/// The disk is full and free again at random, with everything that a phone does in between: each entry is there once.
#[test]
fn a_disk_that_comes_and_goes_neither_loses_nor_doubles_an_entry() {
    for seed in 0..20 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let (race, is_full) = phone(one.path(), 1, None);
        let origin = race.work(|_, desk| Ok(desk.store()?.origin())).unwrap();
        let (other, _) = phone(two.path(), 2, Some(origin));
        let mut expected = Vec::new();
        for bib in 0..120 {
            is_full.store(random.next_u32().is_multiple_of(3), Ordering::SeqCst);
            let badge = race.record(entry(bib)).unwrap();
            expected.push(bib.to_string());
            match random.next_u32() % 8 {
                0 => drop(race.suspend().and_then(|_| race.resume())),
                1 => drop(race.give_bib(badge.scan, bib.to_string())),
                2 => drop(race.export_bundle().and_then(|bytes| other.import_bundle(bytes))),
                3 => drop(meet(&race, &other, &mut random, u32::MAX)),
                4 => drop(race.drain()),
                _ => {}
            }
        }
        is_full.store(false, Ordering::SeqCst);
        assert_eq!(race.drain().unwrap(), 0);
        assert_eq!(listed(&race), expected, "seed {seed}");
    }
}

/// Up to `rounds` exchanges of a meeting, the bytes cut anywhere.
fn meet(from: &Race, to: &Race, random: &mut ChaCha8Rng, rounds: u32) -> Result<(), CoreError> {
    let (dialling, answering): (SyncSession, SyncSession) = (from.begin_sync(None)?, to.answer_sync()?);
    let mut bytes = dialling.receive(Vec::new())?;
    for _ in 0..rounds {
        if bytes.is_empty() {
            break;
        }
        let cut = random.next_u32() as usize % bytes.len();
        let mut back = answering.receive(bytes[..cut].to_vec())?;
        back.extend(answering.receive(bytes[cut..].to_vec())?);
        bytes = dialling.receive(back)?;
    }
    Ok(())
}

/// What the host says of the battery arrives where this phone dials, and only what a battery can be.
#[test]
fn who_is_dialled_hears_of_the_battery() {
    let (here, there) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (race, _) = phone(here.path(), 1, None);
    let origin = race.work(|_, desk| Ok(desk.store()?.origin())).unwrap();
    let (other, _) = phone(there.path(), 2, Some(origin));
    let keeper = |race: &Race| DeskKeeper { inner: Arc::clone(&race.inner), tells: false };
    let (log, other_log) = (race.inner.identity().unwrap().log(), other.inner.identity().unwrap().log());
    let heard = |battery_percent, is_charging| {
        race.set_host_state(HostState { battery_percent, is_charging, free_bytes: None }).unwrap();
        let (_, said) = keeper(&race).step(Session::dial(other_log), None).unwrap();
        let (answer, _) = keeper(&other).step(Session::answer(log), said).unwrap();
        answer.outcome().battery_there.map(|battery| (battery.percent, battery.is_charging))
    };
    assert_eq!(heard(None, false), None);
    assert_eq!(heard(Some(63), true), Some((63, true)));
    assert_eq!(heard(Some(101), false), None);
}

/// A meeting that is ended while it dials was ended, too: no link is to blame.
#[test]
fn dialling_that_is_ended_is_no_broken_link() {
    let here = tempfile::tempdir().unwrap();
    let (race, _) = phone(here.path(), 1, None);
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let ended = Cancel::new();
    ended.cancel();
    for scheme in ["", "ws://"] {
        let target = SyncTarget { address: format!("{scheme}{}", listener.local_addr().unwrap()), log: None };
        let error = race.inner.dial(&target, &ended).unwrap_err();
        assert!(matches!(error, CoreError::Interrupted { .. }), "{scheme}: {error}");
    }
}

/// `BIBTRAIL_SEEDS` interleavings (300 without): after each sleep no transaction is open on either phone, and what was
/// confirmed is there.
#[test]
fn no_transaction_is_open_in_sleep() {
    let seeds = std::env::var("BIBTRAIL_SEEDS").ok().and_then(|text| text.parse().ok()).unwrap_or(300);
    let (one, two) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (here, is_full) = phone(one.path(), 1, None);
    let origin = here.work(|_, desk| Ok(desk.store()?.origin())).unwrap();
    let (there, _) = phone(two.path(), 2, Some(origin));
    let mut count = 0_u32;
    for seed in 0..seeds {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        is_full.store(random.next_u32().is_multiple_of(10), Ordering::SeqCst);
        for _ in 0..random.next_u32() % 3 {
            match random.next_u32() % 6 {
                0 => drop(here.overview()),
                1 => drop(here.void(format!("waiting:{count}"), None)),
                2 | 3 => {
                    let rounds = random.next_u32() % 4;
                    drop(meet(&here, &there, &mut random, rounds));
                }
                _ => {
                    here.record(entry(seed % 900)).unwrap();
                    count += 1;
                }
            }
        }
        let rest = here.suspend().unwrap();
        assert!(rest.is_at_rest, "seed {seed}: a transaction is open");
        assert!(rest.unconfirmed == 0 || is_full.load(Ordering::SeqCst), "seed {seed}");
        here.resume().unwrap();
    }
    is_full.store(false, Ordering::SeqCst);
    assert_eq!(here.drain().unwrap(), 0);
    assert_eq!(listed(&here).len(), count as usize);
}
