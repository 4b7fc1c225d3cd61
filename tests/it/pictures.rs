//! The pictures that headquarters keeps up to date are those that would be made from nothing.
//!
//! Invariant: after every change of a drawn history, of scans, corrections, entrants, settings, rights, clocks and forks,
//! all that a picture holds and all that is served of it is compared, byte by byte; a difference names seed and change.

use std::{
    collections::BTreeMap,
    fmt::Write,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use bibtrail_core::{
    ids::{BootId, LogId},
    op::{Approve, ClockContact, Entity, Role, Scan, ScanKind, Source, Value, field},
    store::{Durability, FileJournal, Place, Store},
    time::Reading,
};
use bibtrail_server::{
    keeper::Home,
    picture::{Brush, Picture},
    shown::Shown,
};
use bibtrail_tests::world::{self, START_MS, bib, identity, key};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

const PLACES: [&str; 4] = ["start", "k1", "k2", "finish"];
const BIBS: [&str; 12] = ["1", "2", "3", "4", "5", "6", "7", "8", "99", "W1", "1*", ""];

/// A machine whose clock stands where it was put.
#[derive(Default)]
struct Desk(AtomicI64);

impl Home for Desk {
    fn now(&self) -> Option<Reading> {
        let ms = self.0.load(Ordering::Relaxed);
        Some(Reading { boot: BootId([9; 8]), boot_ms: ms.cast_unsigned(), wall_ms: START_MS + ms })
    }

    fn tidy(&self, _: &mut Store) -> Result<bool, String> {
        Ok(false)
    }
}

fn place(folder: &Path, name: &str) -> Place {
    let at = |kind: &str| folder.join(format!("{name}.{kind}"));
    let journal = Box::new(FileJournal::open(&at("journal")).unwrap());
    Place { database: at("sqlite"), vfs: None, journal, durability: Durability::Off }
}

/// Headquarters, its painter, and phones.
struct Race {
    hq: Store,
    brush: Brush,
    home: Arc<Desk>,
    /// Two captains, two volunteers, one whom nobody invited, and a copy of the second volunteer.
    phones: Vec<Store>,
    rng: ChaCha8Rng,
    has_frozen: bool,
}

impl Race {
    fn new(folder: &Path, seed: u64) -> Self {
        let mut hq = world::director(place(folder, "hq"), 8).unwrap();
        let race = hq.bundle(&BTreeMap::new()).unwrap();
        let mut phones = Vec::new();
        for (n, who) in [1, 2, 3, 4, 5, 4].into_iter().enumerate() {
            let mut phone = Store::join(place(folder, &format!("phone-{n}")), identity(who), &race).unwrap();
            match who {
                1 => world::enrol(&mut phone, 1, Role::Captain, &PLACES).unwrap(),
                2 => world::enrol(&mut phone, 2, Role::Captain, &["k1"]).unwrap(),
                5 => {}
                _ => world::enrol(&mut phone, who, Role::Volunteer, &[]).unwrap(),
            }
            phones.push(phone);
        }
        let home = Arc::new(Desk::default());
        let brush = Brush::new(hq.reader().unwrap(), home.clone());
        Self { hq, brush, home, phones, rng: ChaCha8Rng::seed_from_u64(seed), has_frozen: false }
    }

    /// One change at headquarters, or something that comes there; says what it was.
    fn change(&mut self) -> String {
        self.home.0.fetch_add(self.rng.random_range(0..8) * 60_000, Ordering::Relaxed);
        match self.rng.random_range(0..100) {
            0..45 => self.bring(),
            45..60 => self.correct(),
            60..72 => self.tell_of_runner(),
            72..78 => self.enter(),
            78..84 => self.meet(),
            84..90 => self.judge(),
            90..94 => self.set(),
            94..96 => self.dismiss(),
            96..97 if !self.has_frozen => {
                self.has_frozen = true;
                self.hq.freeze(None).unwrap();
                "times are frozen".to_owned()
            }
            _ => "nothing".to_owned(),
        }
    }

    fn phone(&mut self) -> usize {
        // The copy comes seldom, and most histories are without forks.
        let is_copy = self.rng.random_bool(0.01);
        if is_copy { 5 } else { self.rng.random_range(0..5) }
    }

    fn scans(&mut self, phone: usize, count: usize) -> Vec<Scan> {
        let now_ms = self.home.0.load(Ordering::Relaxed);
        let scan = |_| {
            let ms = now_ms + self.rng.random_range(0..60_000);
            let mut scan = world::scan(
                BIBS.choose(&mut self.rng).unwrap(),
                PLACES.choose(&mut self.rng).unwrap(),
                if self.rng.random_bool(0.2) { ScanKind::Out } else { ScanKind::In },
                ms,
            );
            scan.reading.boot = BootId([phone as u8 + 1; 8]);
            if self.rng.random_bool(0.1) {
                let record = self.rng.random_range(0..4_u8).to_string();
                scan.source = Some(Source::new("mats", &record, 1_000).unwrap());
            }
            scan
        };
        (0..count).map(scan).collect()
    }

    /// A phone records, and brings what it has; at times a lot.
    fn bring(&mut self) -> String {
        let (phone, count) = (self.phone(), if self.rng.random_bool(0.1) { 30 } else { 1 });
        let scans = self.scans(phone, count);
        self.phones[phone].record(&scans).unwrap();
        let known = self.hq.heads().unwrap();
        // At times of a log only what comes later is there at first.
        let known = if self.rng.random_bool(0.9) { known } else { BTreeMap::new() };
        let bundle = self.phones[phone].bundle(&known).unwrap();
        self.hq.merge(&bundle).unwrap();
        format!("phone {phone} brought {scans:?}")
    }

    fn correct(&mut self) -> String {
        let scans = self.hq.scans().unwrap();
        let Some(scan) = scans.choose(&mut self.rng) else { return "nothing to correct".to_owned() };
        let value = match self.rng.random_range(0..4) {
            0 => (field::VOID, Value::Bool(self.rng.random())),
            1 => (field::TIME, (START_MS + self.rng.random_range(0..9) * 600_000).into()),
            2 => (field::CHECKPOINT, (*PLACES.choose(&mut self.rng).unwrap()).into()),
            _ => (field::BIB, (*BIBS[..9].choose(&mut self.rng).unwrap()).into()),
        };
        let told = format!("{} is {value:?}", scan.at);
        let entity = Entity::Scan(scan.at);
        if self.rng.random_bool(0.5) {
            self.hq.put(entity, vec![value], Some("looked")).unwrap();
            return told;
        }
        // A phone says so, which may not have the scan: then it waits for it there. It counts if that phone may say so.
        let phone = self.rng.random_range(0..5);
        self.said_by(phone, entity, value);
        format!("phone {phone}: {told}")
    }

    fn tell_of_runner(&mut self) -> String {
        let code = *["dnf", "dns", "ok"].choose(&mut self.rng).unwrap();
        let place = PLACES.choose(&mut self.rng).map(|place| (*place).into()).unwrap_or(Value::Null);
        let status = Value::List(vec![code.into(), place]);
        let entity = match self.rng.random_bool(0.5) {
            true => world::entrant(self.rng.random_range(1..9)).0,
            false => Entity::Bib(bib(["99", "W1"].choose(&mut self.rng).unwrap())),
        };
        let told = format!("{entity:?} is {status:?}");
        if self.rng.random_bool(0.4) {
            let phone = self.rng.random_range(0..5);
            self.said_by(phone, entity, (field::STATUS, status));
            return format!("phone {phone}: {told}");
        }
        self.hq.put(entity, vec![(field::STATUS, status)], Some("said")).unwrap();
        told
    }

    fn said_by(&mut self, phone: usize, entity: Entity, value: (u16, Value)) {
        self.phones[phone].put(entity, vec![value], Some("looked")).unwrap();
        let bundle = self.phones[phone].bundle(&BTreeMap::new()).unwrap();
        self.hq.merge(&bundle).unwrap();
    }

    fn enter(&mut self) -> String {
        let count = if self.rng.random_bool(0.2) { 12 } else { 1 };
        let first = self.rng.random_range(1..20);
        let entrants = (first..first + count).map(world::entrant).collect::<Vec<_>>();
        let told = format!("entrants {first} and {count} on");
        if self.rng.random_bool(0.3) {
            let bib = *BIBS[..9].choose(&mut self.rng).unwrap();
            self.hq.put(entrants[0].0.clone(), vec![(field::BIB, bib.into())], Some("swapped")).unwrap();
            return format!("{told} wears {bib}");
        }
        self.hq.put_all(entrants, None).unwrap();
        told
    }

    /// Two phones compare their clocks.
    fn meet(&mut self) -> String {
        let (phone, peer) = (self.rng.random_range(0..4), self.rng.random_range(0..4_u8));
        let ms = self.home.0.load(Ordering::Relaxed);
        let boot = BootId([phone as u8 + 1; 8]);
        let reading = Reading { boot, boot_ms: ms.cast_unsigned(), wall_ms: START_MS + ms };
        let lo_ms = self.rng.random_range(-3_000..3_000);
        let contact = ClockContact {
            reading,
            peer: BootId([if peer == phone as u8 { 9 } else { peer + 1 }; 8]),
            lo_ms: Some(lo_ms),
            hi_ms: Some(lo_ms + 40),
        };
        let told = format!("{contact:?}");
        self.phones[phone].note_contact(contact).unwrap();
        let bundle = self.phones[phone].bundle(&BTreeMap::new()).unwrap();
        self.hq.merge(&bundle).unwrap();
        told
    }

    /// The director gives rights, and takes them.
    fn judge(&mut self) -> String {
        let log: LogId = identity(self.rng.random_range(1..6)).log();
        if self.rng.random_bool(0.4) {
            self.hq.revoke(log, None, Some("lost"), None).unwrap();
            return format!("{} is revoked", log.short());
        }
        let role = *[Role::Volunteer, Role::Captain].choose(&mut self.rng).unwrap();
        let approve = Approve { log, role, checkpoints: vec![key("k1")], cancels: Vec::new(), reason: None };
        self.hq.approve(approve).unwrap();
        format!("{} is {role:?}", log.short())
    }

    fn set(&mut self) -> String {
        match self.rng.random_range(0..3) {
            0 => {
                let window_ms = self.rng.random_range(1..9) * 30_000;
                self.hq.put(Entity::Race, vec![(field::WINDOW, window_ms.into())], None).unwrap();
                format!("a window of {window_ms}")
            }
            1 => {
                let name = format!("Race {}", self.rng.random_range(0..9));
                self.hq.put(Entity::Race, vec![(field::NAME, name.as_str().into())], None).unwrap();
                name
            }
            _ => {
                let log = identity(self.rng.random_range(0..4)).log();
                self.hq.set_reference(log, None).unwrap();
                format!("by the clock of {}", log.short())
            }
        }
    }

    fn dismiss(&mut self) -> String {
        let picture = self.fresh();
        let Some(finding) = picture.findings().choose(&mut self.rng) else { return "no findings".to_owned() };
        let is_nothing = Value::Bool(self.rng.random_bool(0.7));
        self.hq.put(Entity::Finding(finding.id), vec![(field::DISMISSED, is_nothing)], None).unwrap();
        format!("a finding is nothing: {finding:?}")
    }

    fn fresh(&self) -> Picture {
        Brush::new(self.hq.reader().unwrap(), self.home.clone()).paint().unwrap()
    }

    fn compare(&mut self, what: &str) {
        let (kept, fresh) = (self.brush.paint().unwrap(), self.fresh());
        let (kept_text, fresh_text) = (text(&kept), text(&fresh));
        for (kept, fresh) in kept_text.lines().zip(fresh_text.lines()) {
            assert_eq!(kept, fresh, "after {what}");
        }
        assert_eq!(kept_text.len(), fresh_text.len(), "after {what}");
    }

    /// When nothing has come for a moment, findings are by what is usual by now.
    fn compare_findings(&mut self, what: &str) {
        assert!(self.brush.paint().unwrap().findings().len() < 10_000);
        let (kept, fresh) = (self.brush.paint().unwrap(), self.fresh());
        for (kept, fresh) in kept.findings().iter().zip(fresh.findings()) {
            assert_eq!(kept, fresh, "findings after {what}");
        }
        assert_eq!(kept.findings().len(), fresh.findings().len(), "findings after {what}");
    }
}

/// All that a picture holds but findings, and what everybody is shown of it.
fn text(picture: &Picture) -> String {
    let mut text = String::new();
    let known = &picture.known;
    writeln!(text, "{} {} {:?}", picture.digest, picture.now_ms, known.setup).unwrap();
    known.entrants.iter().for_each(|entrant| writeln!(text, "{entrant:?}").unwrap());
    known.scans.iter().for_each(|scan| writeln!(text, "{scan:?}").unwrap());
    writeln!(text, "{:?}\n{:?}\n{:?}", known.said, known.dismissed, known.proposals).unwrap();
    text.push_str(&crate::live::tell(&picture.results));
    writeln!(text, "{:?}\n{:?}\n{:#?}", picture.provisional, picture.open, picture.heard).unwrap();
    writeln!(text, "{:#?}\n{:?}\n{:?}", picture.watch, picture.revoked, picture.members).unwrap();
    writeln!(text, "{:?}\n{:?}", picture.heads, picture.conflicts).unwrap();
    let shown = Shown::of(picture);
    writeln!(text, "{}", serde_json::to_string(&shown.race).unwrap()).unwrap();
    writeln!(text, "{}", serde_json::to_string_pretty(&shown.runners).unwrap()).unwrap();
    writeln!(text, "{}", serde_json::to_string(&shown.latest).unwrap()).unwrap();
    writeln!(text, "{:?}", shown.groups).unwrap();
    text
}

#[test]
fn pictures_kept_up_to_date_are_those_from_nothing() {
    for seed in 0..40 {
        let folder = tempfile::tempdir().unwrap();
        let mut race = Race::new(folder.path(), seed);
        for n in 0..60 {
            let what = format!("seed {seed}, change {n}: {}", race.change());
            race.compare(&what);
            if n % 15 == 14 {
                race.compare_findings(&what);
            }
        }
    }
}
