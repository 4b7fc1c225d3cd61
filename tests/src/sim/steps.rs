//! What happens in the world: people scan and correct, phones meet, and everything that can go wrong does.
//!
//! Invariant: each step is drawn from the seed and written into the trace; a step that cannot happen now does nothing.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::{Bib, Key},
    invitation::Invitation,
    log::Identity,
    members::ticket_signature,
    op::{Enrol, Entity, Role, Scan, ScanKind, Status, StatusCode, Ticket, Value, field},
    race::Origin,
    store::Store,
};
use rand::{RngExt, seq::SliceRandom};

use super::{Confirmed, World};
use crate::{
    disk::Fault,
    world::{self, key},
};

const PLACES: [&str; 4] = ["start", "k1", "k2", "finish"];

impl World {
    /// Headquarters begins the race, phones join by tickets, without any link.
    pub(super) fn begin(&mut self) {
        let hq = self.add_device("hq", "none", true);
        debug_assert_eq!(hq, Some(0));
        let identity = Identity::from_seed(self.devices[0].seed);
        let nonce = self.rng.random();
        let Ok(mut store) = Store::create(self.place(0), identity, "Simulated", self.root.log(), nonce)
        else {
            return;
        };
        self.origin = Origin { race: store.race(), director: store.own_log(), root: self.root.log() };
        let reading = self.devices[0].reading(self.now_ms);
        let enrol = Enrol { name: "hq".to_owned(), reading: Some(reading), ..Enrol::default() };
        let _begun = store.enrol(enrol);
        let _set = store.put_all(world::setup().values(), None);
        self.devices[0].store = Some(store);
        self.invite("captain", Role::Captain, &["k1", "finish"], true);
        self.invite("volunteer", Role::Volunteer, &[], false);
        self.invite("pool", Role::Pending, &[], true);
        let phones = self.rng.random_range(2..=5);
        for n in 1..=phones {
            let ticket = ["captain", "volunteer", "volunteer", "pool"][self.rng.random_range(0..4)];
            self.join(&format!("phone-{n}"), ticket);
        }
        self.link();
    }

    fn invite(&mut self, name: &'static str, role: Role, checkpoints: &[&str], by_root: bool) {
        let secret: [u8; 32] = self.rng.random();
        let checkpoints = checkpoints.iter().map(|name| key(name)).collect();
        let mut ticket = Ticket { key: Identity::from_seed(secret).log(), role, checkpoints, root: None };
        if by_root {
            ticket.root = Some(ticket_signature(&self.root, self.origin.race, &ticket));
        }
        let Some(store) = &mut self.devices[0].store else { return };
        let genesis = store.genesis().ok().flatten().unwrap_or_default();
        let _said = store.invite(ticket.clone());
        self.tickets.insert(name, Invitation { genesis, ticket, secret, servers: Vec::new() });
    }

    fn join(&mut self, name: &str, ticket: &'static str) {
        let Some(n) = self.add_device(name, ticket, false) else { return };
        let identity = Identity::from_seed(self.devices[n].seed);
        let Ok(mut store) = Store::join_empty(self.place(n), identity, self.origin) else { return };
        let enrol = Enrol {
            name: name.to_owned(),
            reading: Some(self.devices[n].reading(self.now_ms)),
            ticket: self.proof(n, self.devices[n].seed),
            ..Enrol::default()
        };
        let _joined = store.enrol(enrol);
        self.devices[n].store = Some(store);
        self.devices[n].is_hostile = self.rng.random_range(0..12) == 0;
        self.note(format!("{name} joins as {ticket}"));
    }

    /// Who can meet: a chain, a ring, a star, or anybody.
    fn link(&mut self) {
        let n = self.devices.len();
        let shape = self.rng.random_range(0..4);
        for a in 0..n {
            match shape {
                0 if a + 1 < n => drop(self.links.insert((a, a + 1))),
                1 => drop(self.links.insert((a.min((a + 1) % n), a.max((a + 1) % n)))),
                2 if a > 0 => drop(self.links.insert((0, a))),
                3 => self.links.extend((a + 1..n).map(|b| (a, b))),
                _ => {}
            }
        }
        self.links.retain(|(a, b)| a != b);
        self.note(format!("links {:?}", self.links));
    }

    pub(super) fn step(&mut self) {
        let ms = self.rng.random_range(200..240_000);
        self.pass(ms);
        let n = self.rng.random_range(0..self.devices.len());
        match self.rng.random_range(0..100) {
            0..38 => self.scan(n),
            38..46 => self.correct(n),
            46..66 => self.some_meet(),
            66..70 => self.write_file(n),
            70..74 => self.read_file(n),
            74..79 => self.crash(n),
            79..82 => self.fill_disk(n),
            82..84 => self.back_up(n),
            84..86 => self.restore(n),
            86..88 => self.clone_device(n),
            88..91 => self.step_clock(n),
            91..93 => self.revoke_or_approve(),
            93..95 => self.write_as_newer_app(n),
            95..97 => self.freeze_or_status(),
            _ => self.lose_key(n),
        }
    }

    /// A runner passes: one to three scans, confirmed together.
    fn scan(&mut self, n: usize) {
        if !self.open(n) {
            return;
        }
        let (now, count) = (self.now_ms, self.rng.random_range(1..=3));
        let reading = self.devices[n].reading(now);
        let first = self.next_bib;
        self.next_bib += count;
        let scans: Vec<Scan> = (first..first + count)
            .filter_map(|bib| {
                let checkpoint = key(PLACES[self.rng.random_range(0..PLACES.len())]);
                let bib = Bib::new(&bib.to_string()).ok()?;
                Some(Scan::new(bib, checkpoint, ScanKind::In, reading))
            })
            .collect();
        let Some(store) = &mut self.devices[n].store else { return };
        // The beep is out with the confirmation; vouching for it comes after.
        let recorded = store.record(&scans).map(|confirmed| (confirmed.len(), store.settle()));
        let name = self.devices[n].name.clone();
        match recorded {
            Ok((confirmed, settled)) => {
                self.note(format!("{name} scans {first}+{count}"));
                debug_assert_eq!(confirmed as u64, count);
                for bib in first..first + count {
                    self.ledger.insert(bib, Confirmed { device: n, true_ms: now, is_gone: false });
                }
                if let Err(error) = settled {
                    self.failed(n, &error);
                }
            }
            Err(error) => self.failed(n, &error),
        }
    }

    /// Somebody corrects a scan, whether they may or not.
    fn correct(&mut self, n: usize) {
        if !self.open(n) {
            return;
        }
        let pick: usize = self.rng.random_range(0..1000);
        let value = match self.rng.random_range(0..3) {
            0 => (field::VOID, Value::Bool(self.rng.random())),
            1 => (field::NOTE, "looked again".into()),
            _ => (field::CHECKPOINT, PLACES[self.rng.random_range(0..4)].into()),
        };
        let Some(store) = &mut self.devices[n].store else { return };
        let scans = store.scans().unwrap_or_default();
        let Some(scan) = scans.get(pick % scans.len().max(1)) else { return };
        let at = scan.at;
        let said = store.put(Entity::Scan(at), vec![value], Some("simulated"));
        let name = self.devices[n].name.clone();
        self.note(format!("{name} corrects {at}"));
        if let Err(error) = said {
            self.failed(n, &error);
        }
    }

    fn some_meet(&mut self) {
        let links: Vec<(usize, usize)> = self.links.iter().copied().collect();
        if let Some((a, b)) = links.get(self.rng.random_range(0..links.len().max(1))).copied() {
            let (a, b) = if self.rng.random() { (a, b) } else { (b, a) };
            self.meet(a, b, true);
        }
    }

    fn write_file(&mut self, n: usize) {
        if !self.open(n) {
            return;
        }
        let Some(store) = &mut self.devices[n].store else { return };
        match store.bundle(&BTreeMap::new()) {
            Ok(bytes) => {
                self.files.push((n, bytes));
                let name = self.devices[n].name.clone();
                self.note(format!("{name} writes a file"));
            }
            Err(error) => self.failed(n, &error),
        }
    }

    /// A courier brings a file: whole, torn or spoilt.
    fn read_file(&mut self, n: usize) {
        if self.files.is_empty() || !self.open(n) {
            return;
        }
        let which = self.rng.random_range(0..self.files.len());
        let mut bytes = self.files[which].1.clone();
        match self.rng.random_range(0..4) {
            0 => bytes.truncate(self.rng.random_range(0..bytes.len())),
            1 => {
                let at = self.rng.random_range(0..bytes.len());
                bytes[at] ^= 1 << self.rng.random_range(0..8);
            }
            _ => {}
        }
        let is_whole = bytes == self.files[which].1;
        let Some(store) = &mut self.devices[n].store else { return };
        let merged = store.merge(&bytes);
        let name = self.devices[n].name.clone();
        self.note(format!("{name} reads file {which}, whole {is_whole}: {}", merged.is_ok()));
        self.rotate_if_due(n);
    }

    /// The disk is full, or dying, for a while: until the app is started again.
    fn fill_disk(&mut self, n: usize) {
        let (ahead, fault) =
            (self.rng.random_range(1..30), [Fault::Full, Fault::Device][self.rng.random_range(0..2)]);
        let for_good = self.rng.random();
        self.devices[n].disk.fail(ahead, fault, for_good);
        let name = self.devices[n].name.clone();
        self.note(format!("{name}: {fault:?} after {ahead}, for good {for_good}"));
        self.scan(n);
        self.scan(n);
        self.devices[n].disk.mend();
        self.devices[n].store = None;
    }

    fn back_up(&mut self, n: usize) {
        // A backup is taken of a store that is closed.
        self.devices[n].store = None;
        self.devices[n].backup = Some((self.devices[n].disk.files(), self.known_of_others(n)));
        let name = self.devices[n].name.clone();
        self.note(format!("{name} is backed up"));
    }

    /// What a device may know of others, as it parted from them.
    fn known_of_others(&self, n: usize) -> BTreeMap<usize, BTreeSet<u64>> {
        let of_n = self.parted.iter().filter(|((observer, _), _)| *observer == n);
        of_n.map(|((_, other), held)| (*other, held.clone())).collect()
    }

    /// The device is put back to its backup. What only it held since then is physically gone; all else must return.
    fn restore(&mut self, n: usize) {
        let Some((backup, known)) = self.devices[n].backup.take() else { return };
        self.parted.retain(|(observer, _), _| *observer != n);
        self.parted.extend(known.into_iter().map(|(other, held)| ((n, other), held)));
        self.devices[n].store = None;
        let before = self.held_physically(n);
        self.devices[n].disk.load(backup);
        let after = self.held_physically(n);
        self.lose(n, before.difference(&after).copied().collect());
        let name = self.devices[n].name.clone();
        self.note(format!("{name} is restored"));
    }

    /// Scans that no disk and no file holds any more are nobody's fault.
    fn lose(&mut self, n: usize, lost: BTreeSet<u64>) {
        let mut elsewhere = BTreeSet::new();
        for other in (0..self.devices.len()).filter(|other| *other != n) {
            elsewhere.extend(self.held_physically(other));
        }
        for bib in lost.difference(&elsewhere) {
            if let Some(confirmed) = self.ledger.get_mut(bib) {
                confirmed.is_gone = true;
            }
        }
    }

    /// A phone and its copy, key and all: a transfer from phone to phone.
    fn clone_device(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        self.devices[n].store = None;
        let ticket = self.devices[n].ticket;
        let name = format!("{}'", self.devices[n].name);
        let Some(copy) = self.add_device(&name, ticket, false) else { return };
        let files = self.devices[n].disk.files();
        let known = self.known_of_others(n);
        self.parted.extend(known.into_iter().map(|(other, held)| ((copy, other), held)));
        self.devices[copy].disk.load(files);
        self.devices[copy].seed = self.devices[n].seed;
        let links: Vec<(usize, usize)> = self.links.iter().copied().collect();
        for (a, b) in links {
            if a == n || b == n {
                let other = if a == n { b } else { a };
                self.links.insert((other.min(copy), other.max(copy)));
            }
        }
        self.note(format!("{name} is a copy"));
    }

    fn step_clock(&mut self, n: usize) {
        let mut clock = self.devices[n].clock.clone();
        let by = clock.step(&mut self.rng);
        if n > 0 && self.rng.random_range(0..3) == 0 {
            self.devices[n].store = None;
            clock.reboot(self.now_ms, &mut self.rng);
        }
        self.devices[n].clock = clock;
        let name = self.devices[n].name.clone();
        self.note(format!("{name}'s wall clock steps by {by} ms"));
    }

    fn revoke_or_approve(&mut self) {
        if !self.open(0) || self.devices.len() < 2 {
            return;
        }
        let n = self.rng.random_range(1..self.devices.len());
        let log = Identity::from_seed(self.devices[n].seed).log();
        let name = self.devices[n].name.clone();
        let revokes = self.rng.random_range(0..3) == 0;
        let Some(store) = &mut self.devices[0].store else { return };
        let said = if revokes {
            store.revoke(log, None, Some("simulated"), None)
        } else {
            let (role, checkpoints) = (Role::Volunteer, Vec::<Key>::new());
            store.approve(bibtrail_core::op::Approve {
                log,
                role,
                checkpoints,
                cancels: Vec::new(),
                reason: None,
            })
        };
        match said {
            Ok(_) if !revokes => drop(self.approved.insert(name.trim_end_matches('\'').to_owned())),
            Ok(_) => {}
            Err(error) => self.failed(0, &error),
        }
        self.note(format!("hq {} {name}", if revokes { "revokes" } else { "approves" }));
    }

    /// A phone whose app is newer writes a kind that this one does not know; here it comes as a file.
    fn write_as_newer_app(&mut self, n: usize) {
        let seed: [u8; 32] = self.rng.random();
        let author = Identity::from_seed(seed);
        let log = author.log();
        let kind: u8 = if self.rng.random() { 1 } else { 2 };
        let ops: Vec<Vec<u8>> =
            (0..3_u8).map(|i| vec![0x83, 0x19, 1, kind, i + 1, 0xa1, 0x00, 0x18, 99]).collect();
        let start = bibtrail_core::log::chain_start(self.origin.race, log);
        let hash = ops.iter().fold(start, |hash, op| bibtrail_core::log::chain_next(hash, op));
        let head = author.sign_head(self.origin.race, 3, hash);
        let segment = bibtrail_core::log::Segment { log, first_seq: 1, ops, head };
        let bytes = bibtrail_core::bundle::encode(self.origin.race, &[segment]);
        self.files.push((n, bytes));
        self.note("a newer app writes a file");
    }

    fn freeze_or_status(&mut self) {
        if !self.open(0) {
            return;
        }
        let bib = self.rng.random_range(1..self.next_bib.max(2));
        let freezes = self.rng.random_range(0..4) == 0;
        let Some(store) = &mut self.devices[0].store else { return };
        let said = if freezes {
            store.freeze(Some("simulated"))
        } else {
            let Ok(bib) = Bib::new(&bib.to_string()) else { return };
            let status = Status { code: StatusCode::Dnf, checkpoint: Some(key("k1")) };
            store.put(Entity::Bib(bib), vec![(field::STATUS, status.value())], None)
        };
        self.note(if freezes { "hq freezes times".to_owned() } else { format!("hq says {bib} dropped") });
        if let Err(error) = said {
            self.failed(0, &error);
        }
    }

    /// The key is gone: another phone under the same store, or a keystore that was wiped.
    fn lose_key(&mut self, n: usize) {
        if n == 0 {
            return;
        }
        self.devices[n].store = None;
        self.devices[n].seed = self.rng.random();
        let name = self.devices[n].name.clone();
        self.note(format!("{name} loses its key"));
    }

    /// The faults end. Everybody meets everybody they can, until nothing is new.
    pub(super) fn calm(&mut self) {
        self.note("calm");
        for n in 0..self.devices.len() {
            self.devices[n].disk.mend();
            self.devices[n].is_hostile = false;
            self.open(n);
        }
        // Revoked phones hand their files in; what they captured counts for nothing, and is kept.
        let mut links: Vec<(usize, usize)> = self.links.iter().copied().collect();
        for _ in 0..2 * self.devices.len() + 6 {
            links.shuffle(&mut self.rng);
            for (a, b) in links.clone() {
                self.pass(1_000);
                self.meet(a, b, false);
            }
            self.carry_files();
            if self.is_quiet() {
                return;
            }
        }
    }

    /// What sessions refuse (a revoked phone) still comes by file, and goes by file.
    fn carry_files(&mut self) {
        for n in 0..self.devices.len() {
            let Some(store) = &mut self.devices[n].store else { continue };
            let Ok(bytes) = store.bundle(&BTreeMap::new()) else { continue };
            for other in (0..self.devices.len()).filter(|other| *other != n) {
                if self.is_revoked(n) || self.is_revoked(other) {
                    let Some(store) = &mut self.devices[other].store else { continue };
                    let _merged = store.merge(&bytes);
                    self.rotate_if_due(other);
                }
            }
        }
    }

    /// Whether anybody who runs holds this device for revoked.
    fn is_revoked(&self, n: usize) -> bool {
        let log = self.devices[n].store.as_ref().map(Store::own_log);
        let knows = |store: &Store| log.is_some_and(|log| store.members().standing(log).cut.is_some());
        self.devices.iter().filter_map(|device| device.store.as_ref()).any(knows)
    }

    fn is_quiet(&mut self) -> bool {
        let mut digests = Vec::new();
        for device in &mut self.devices {
            let Some(store) = &mut device.store else { return false };
            if store.settle().is_err() {
                return false;
            }
            digests.extend(store.digest().ok());
        }
        digests.len() == self.devices.len() && digests.windows(2).all(|pair| pair[0] == pair[1])
    }
}
