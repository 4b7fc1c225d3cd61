//! Races in which headquarters is put back, wiped, moved, replaced, and its database put back, at any moment.
//!
//! Invariant: phones come as they always do, and fill it again; nobody is asked to do anything.

use bibtrail_core::{op::Role, store::Store};
use bibtrail_server::shared::Side;
use bibtrail_tests::{
    disk::Files,
    pipe,
    postgres::Postgres,
    world::{self, identity},
};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{Replica, address, director};

/// How many races are played; more with `BIBTRAIL_SEEDS`.
const SEEDS: u64 = 25;

/// A headquarters to which accidents happen.
struct Headquarters<'a> {
    database: &'a Postgres,
    race: Vec<u8>,
    server: Replica,
    /// The key that it writes under.
    key: u64,
    side: Option<Side>,
    backup: Option<(Files, u64)>,
    number: i64,
}

impl Headquarters<'_> {
    /// A phone comes. What was recorded is answered only when the database has it.
    fn meet(&mut self, phone: &mut Replica, ms: u64) -> bool {
        let met = pipe::meet(&mut phone.store, &mut self.server.store, ms);
        if let Some(side) = &mut self.side {
            side.push(&mut self.server.store).unwrap();
        }
        if met.is_err() {
            // The phone is told why, and introduces itself next time: this headquarters may not know it any more.
            phone.store.forget(self.server.store.own_log()).unwrap();
        }
        self.go_on();
        met.is_ok_and(|met| met.dialled.is_converged && met.answered.is_converged)
    }

    /// Under a new key, if that is due.
    fn go_on(&mut self) {
        if self.server.store.must_rotate() {
            self.key += 1;
            let ticket = world::proof(self.server.store.race(), self.key, Role::Volunteer, &[]);
            self.server.store.rotate(identity(self.key), Some(pipe::reading(2, 0)), Some(ticket)).unwrap();
        }
    }

    fn share(&mut self) {
        self.side = Some(Side::begin(address(self.database), &mut self.server.store).unwrap());
        self.go_on();
    }

    fn accident(&mut self, which: u32) {
        let was_shared = self.side.is_some();
        match which {
            0 => {
                // Put back from a copy; the key is not in it.
                let Some((files, key)) = self.backup.clone() else { return };
                self.side = None;
                self.server = Replica::open(files, key);
            }
            1 => {
                // Wiped, and joined anew.
                self.side = None;
                self.key += 1;
                self.server = Replica::phone(&self.race, self.key);
            }
            2 => self.share(),
            3 if was_shared => {
                // Another machine, which has nothing but the address of the database.
                self.side = None;
                self.key += 1;
                let (key, origin) = (self.key, self.server.store.origin());
                self.server = Replica::new(|place| {
                    let mut store = Store::join_empty(place, identity(key), origin).unwrap();
                    world::enrol(&mut store, key, Role::Volunteer, &[]).unwrap();
                    store
                });
            }
            4 if was_shared => {
                // The database itself is put back to an earlier moment.
                self.side = None;
                let id = self.server.store.race().0.simple().to_string();
                let of = format!("WHERE race = '\\x{id}'");
                let _done = self.database.sql(&format!(
                    "BEGIN; ALTER TABLE bibtrail.segment DISABLE TRIGGER segment_never_changes;
                     DELETE FROM bibtrail.segment {of} AND number > {};
                     UPDATE bibtrail.race SET last = least(last, {}) {of};
                     ALTER TABLE bibtrail.segment ENABLE TRIGGER segment_never_changes; COMMIT;",
                    self.number, self.number
                ));
                self.number += 2;
            }
            _ => {}
        }
        if was_shared {
            self.share();
        }
    }
}

fn play(database: &Postgres, seed: u64) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let race = director(1_000_000 + seed).all();
    let mut phones: Vec<Replica> = (1..=3).map(|n| Replica::phone(&race, n)).collect();
    let server = Replica::phone(&race, 70);
    let mut hq = Headquarters { database, race, server, key: 70, side: None, backup: None, number: 2 };
    let mut confirmed = Vec::new();
    for step in 0..18_u64 {
        let at = rng.random_range(0..phones.len());
        match rng.random_range(0..8) {
            0..3 => {
                let bib = format!("s{step}");
                phones[at].scan(&bib, step.cast_signed() * 1000);
                confirmed.push(bib);
            }
            3..6 => drop(hq.meet(&mut phones[at], step * 60_000)),
            6 => {
                hq.server.store.settle().unwrap();
                hq.backup = Some((hq.server.disk.files(), hq.key));
            }
            _ => hq.accident(rng.random_range(0..5)),
        }
    }
    // Phones come again, as they do; nobody tells them that anything happened.
    confirmed.sort();
    let bibs = |replica: &Replica| {
        let scans = replica.store.scans().unwrap();
        let mut bibs: Vec<String> = scans.iter().map(|scan| scan.bib.to_string()).collect();
        bibs.sort();
        bibs
    };
    let mut rounds = 0;
    loop {
        let met: Vec<bool> = phones.iter_mut().map(|phone| hq.meet(phone, 3_000_000)).collect();
        let all_have = phones.iter().all(|phone| bibs(phone) == confirmed);
        if met.iter().all(|met| *met) && all_have && bibs(&hq.server) == confirmed {
            break;
        }
        rounds += 1;
        let held: Vec<_> = phones.iter().map(&bibs).collect();
        assert!(rounds < 6, "seed {seed}: {met:?} {:?} {held:?} of {confirmed:?}", bibs(&hq.server));
    }
    if hq.side.is_some() {
        hq.server.store.settle().unwrap();
        hq.share();
        let origin = hq.server.store.origin();
        let mut copy = Replica::new(|place| Store::join_empty(place, identity(69), origin).unwrap());
        Side::begin(address(database), &mut copy.store).unwrap();
        assert_eq!(copy.store.digest().unwrap(), hq.server.store.digest().unwrap(), "seed {seed}");
    }
    assert_eq!(hq.server.store.verify().unwrap().problems, [], "seed {seed}");
}

#[test]
fn whatever_happens_to_headquarters_phones_fill_it_again() {
    let Some(database) = Postgres::begin() else { return };
    let seeds = std::env::var("BIBTRAIL_SEEDS").ok().and_then(|seeds| seeds.parse().ok()).unwrap_or(SEEDS);
    (1..=seeds).for_each(|seed| play(&database, seed));
    println!("{seeds} races with accidents at headquarters, nothing lost");
}
