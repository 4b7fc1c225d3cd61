//! A device: a disk, clocks, a key that is not on the disk, and a store while it runs.
//!
//! Invariant: the key and the device's clocks survive whatever becomes of the disk; what the disk held is only what was
//! synced.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    log::Identity,
    store::{Durability, Opened, Store, StoreError},
    time::Reading,
};
use rand::RngExt;

use super::{World, clock::Clock};
use crate::disk::{Cut, Disk, Files};

/// The most devices of a world, copies and their like included.
pub(super) const DEVICES_MAX: usize = 12;

/// A device of the world.
pub(super) struct Device {
    pub(super) name: String,
    pub(super) disk: Disk,
    pub(super) vfs: String,
    pub(super) clock: Clock,
    /// The key's secret, outside the disk.
    pub(super) seed: [u8; 32],
    /// The ticket it joined by, kept beside the store.
    pub(super) ticket: &'static str,
    pub(super) store: Option<Store>,
    /// What a backup took of the disk, and what the device knew of others then.
    pub(super) backup: Option<(Files, BTreeMap<usize, BTreeSet<u64>>)>,
    /// Spoils what it sends.
    pub(super) is_hostile: bool,
}

impl Device {
    pub(super) fn reading(&self, now_ms: i64) -> Reading {
        self.clock.read(now_ms)
    }
}

impl World {
    /// A disk and clocks, and nothing on them yet.
    pub(super) fn add_device(
        &mut self,
        name: &str,
        ticket: &'static str,
        is_reference: bool,
    ) -> Option<usize> {
        let (disk, vfs) = self.disks.pop()?;
        let clock = if is_reference { Clock::right(self.rng.random()) } else { Clock::wrong(&mut self.rng) };
        self.devices.push(Device {
            name: name.to_owned(),
            disk,
            vfs,
            clock,
            seed: self.rng.random(),
            ticket,
            store: None,
            backup: None,
            is_hostile: false,
        });
        Some(self.devices.len() - 1)
    }

    pub(super) fn place(&self, n: usize) -> bibtrail_core::store::Place {
        self.devices[n].disk.place(&self.devices[n].vfs, Durability::Full)
    }

    /// The store of a device, opened if need be. Nothing if its disk does not allow it now.
    pub(super) fn open(&mut self, n: usize) -> bool {
        if self.devices[n].store.is_some() {
            return true;
        }
        let identity = Identity::from_seed(self.devices[n].seed);
        match Store::open(self.place(n), identity.clone()) {
            Ok((store, opened)) => {
                self.devices[n].store = Some(store);
                self.tell_opened(n, &opened);
                self.rotate_if_due(n)
            }
            Err(error) if error.is_damage() => self.recover(n, identity),
            Err(error) => {
                let name = self.devices[n].name.clone();
                self.note(format!("{name} does not open: {error}"));
                false
            }
        }
    }

    fn tell_opened(&mut self, n: usize, opened: &Opened) {
        if *opened != Opened::default() {
            let name = self.devices[n].name.clone();
            self.note(format!("{name} opens: {opened:?}"));
        }
    }

    fn recover(&mut self, n: usize, identity: Identity) -> bool {
        let mut files = self.devices[n].disk.files();
        files.retain(|name, _| !name.starts_with(crate::disk::DATABASE));
        self.devices[n].disk.load(files);
        let Ok((store, opened)) = Store::recover(self.place(n), identity) else { return false };
        self.devices[n].store = Some(store);
        self.tell_opened(n, &opened);
        self.rotate_if_due(n)
    }

    /// What an app does whenever its store says so: a new key, kept outside the disk once the store has it.
    pub(super) fn rotate_if_due(&mut self, n: usize) -> bool {
        let seed: [u8; 32] = self.rng.random();
        let proof = self.proof(n, seed);
        let reading = self.devices[n].reading(self.now_ms);
        let Some(store) = &mut self.devices[n].store else { return false };
        if !store.must_rotate() {
            return true;
        }
        let rotated = store.rotate(Identity::from_seed(seed), Some(reading), proof);
        let name = self.devices[n].name.clone();
        match rotated {
            Ok(()) => {
                self.devices[n].seed = seed;
                self.note(format!("{name} goes on under a new key"));
                true
            }
            Err(error) => {
                self.devices[n].store = None;
                self.note(format!("{name} cannot rotate: {error}"));
                false
            }
        }
    }

    /// Proof that the device's author held its ticket.
    pub(super) fn proof(&self, n: usize, seed: [u8; 32]) -> Option<bibtrail_core::op::TicketProof> {
        let log = Identity::from_seed(seed).log();
        self.tickets.get(self.devices[n].ticket).and_then(|ticket| ticket.proof(log).ok())
    }

    /// The power goes. What was confirmed is on the disk; the rest may be.
    pub(super) fn crash(&mut self, n: usize) {
        let cut = Cut::ALL[self.rng.random_range(0..Cut::ALL.len())];
        let seed = self.rng.random();
        self.devices[n].store = None;
        self.devices[n].disk.mend();
        self.devices[n].disk.crash(cut, seed);
        let (now, name) = (self.now_ms, self.devices[n].name.clone());
        if self.rng.random() && n > 0 {
            self.devices[n].clock.reboot(now, &mut self.rng);
        }
        self.note(format!("{name} crashes ({cut:?})"));
    }

    /// After a failed call: the app closes the store, and opens it again when it is next used.
    pub(super) fn failed(&mut self, n: usize, error: &StoreError) {
        let name = self.devices[n].name.clone();
        self.devices[n].store = None;
        self.note(format!("{name}: {error}"));
    }
}
