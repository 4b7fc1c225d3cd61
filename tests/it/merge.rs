//! Registers and replicas: any order, any grouping, any repetition, the same bytes.
//!
//! Invariant: the oracle knows nothing of version clocks: a put lives while no other put names it as seen.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::OpRef,
    op::{Entity, Role, ScanKind, Value, Write, field},
    registers::{Register, Registers},
    store::{Durability, Store},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, log, scan},
};
use rand::{
    RngExt, SeedableRng,
    seq::{IndexedRandom, SliceRandom},
};
use rand_chacha::ChaCha8Rng;

/// A history of one register: who wrote what, having seen what.
struct History {
    puts: Vec<(OpRef, u64, Write)>,
}

/// Some replicas write, each after seeing part of what the others wrote.
fn history(rng: &mut ChaCha8Rng) -> History {
    let writers = rng.random_range(1..5_usize);
    let mut views: Vec<Register> = vec![Register::default(); writers];
    let mut seqs = vec![0_u64; writers];
    let mut puts: Vec<(OpRef, u64, Write)> = Vec::new();
    for depth in 0..rng.random_range(1..9_u64) {
        let writer = rng.random_range(0..writers);
        for (at, depth, write) in &puts {
            if rng.random_range(0..3) == 0 {
                views[writer].apply(*at, *depth, write, |seen| seen);
            }
        }
        // Holes between the puts: other operations of the same log.
        seqs[writer] += rng.random_range(1..4);
        let at = OpRef { log: log(writer as u64), seq: seqs[writer] };
        let value = Value::Int(rng.random_range(0..3));
        let write = Write { field: field::BIB, value, saw: views[writer].seen() };
        views[writer].apply(at, depth, &write, |seen| seen);
        puts.push((at, depth, write));
    }
    History { puts }
}

/// The heads: of the puts that arrived, those that none of them has seen, directly or through another.
fn heads(history: &History, arrived: &BTreeSet<usize>) -> BTreeSet<OpRef> {
    let all: BTreeSet<OpRef> = arrived.iter().map(|n| history.puts[*n].0).collect();
    let mut superseded = BTreeSet::new();
    for (at, _, write) in arrived.iter().map(|n| &history.puts[*n]) {
        // A version clock names the last put seen of each log; earlier ones of that log were seen before it.
        for seen in &write.saw {
            superseded
                .extend(all.iter().filter(|p| p.log == seen.log && p.seq <= seen.seq && *p != at).copied());
        }
    }
    all.difference(&superseded).copied().collect()
}

#[test]
fn registers_agree_with_the_oracle_in_100_000_histories() {
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    let (mut contested, mut longest) = (0, 0);
    for number in 0..100_000 {
        let history = history(&mut rng);
        // Some puts never arrive, some arrive twice.
        let mut order: Vec<usize> = (0..history.puts.len()).filter(|_| rng.random_range(0..8) != 0).collect();
        order.extend(
            (0..rng.random_range(0..3)).filter_map(|_| order.choose(&mut rng).copied()).collect::<Vec<_>>(),
        );
        order.shuffle(&mut rng);
        let expected = heads(&history, &order.iter().copied().collect());
        let mut registers = Registers::default();
        for n in order {
            let (at, depth, write) = &history.puts[n];
            registers.apply(*at, *depth, write, |seen| seen);
            if rng.random_range(0..4) == 0 {
                // As the database keeps it between two operations.
                registers = minicbor::decode(&minicbor::to_vec(&registers).unwrap()).unwrap();
            }
        }
        let siblings = registers.get(field::BIB).map(Register::siblings).unwrap_or_default();
        let found: BTreeSet<OpRef> = siblings.iter().map(|s| s.at).collect();
        assert_eq!(found, expected, "history {number}: {:?}", history.puts);
        contested += usize::from(expected.len() > 1);
        longest = longest.max(history.puts.len());
    }
    assert!(contested > 20_000 && longest == 8, "{contested} contested: too tame a test");
}

/// Replicas of one race, on disks of their own.
fn replicas(count: u64) -> (Vec<Store>, Vec<u8>) {
    let place = || {
        let disk = Disk::default();
        let vfs = disk.register();
        disk.place(&vfs, Durability::Off)
    };
    let mut director = world::director(place(), 8).unwrap();
    let race = director.bundle(&BTreeMap::new()).unwrap();
    let mut stores = vec![director];
    for n in 1..count {
        let mut store = Store::join(place(), world::identity(n), &race).unwrap();
        // The first is a captain everywhere, the next at one checkpoint, the others are volunteers.
        match n {
            1 => world::enrol(&mut store, n, Role::Captain, &["start", "k1", "k2", "finish"]).unwrap(),
            2 => world::enrol(&mut store, n, Role::Captain, &["k1"]).unwrap(),
            _ => world::enrol(&mut store, n, Role::Volunteer, &[]).unwrap(),
        }
        stores.push(store);
    }
    (stores, race)
}

/// Replicas do all kinds of things and send bundles of all kinds of cuts. Gives the bundles.
fn bustle(stores: &mut [Store], rng: &mut ChaCha8Rng) -> Vec<Vec<u8>> {
    let mut bundles = Vec::new();
    let mut sent: Vec<BTreeMap<_, _>> = vec![BTreeMap::new(); stores.len()];
    for n in 0..60 {
        let who = rng.random_range(0..stores.len());
        let store = &mut stores[who];
        match rng.random_range(0..10) {
            0..5 => {
                let bib = rng.random_range(1..12).to_string();
                let place = ["start", "k1", "k2", "finish"][rng.random_range(0..4)];
                let kind = if rng.random() { ScanKind::In } else { ScanKind::Out };
                store.record(&[scan(&bib, place, kind, n * 40_000)]).unwrap();
            }
            5..7 => {
                let scans = store.scans().unwrap();
                if let Some(scan) = scans.get(rng.random_range(0..scans.len().max(1))) {
                    let value = match rng.random_range(0..3) {
                        0 => (field::VOID, Value::Bool(rng.random())),
                        1 => (field::BIB, rng.random_range(1..9).to_string().as_str().into()),
                        _ => (field::TIME, (world::START_MS + rng.random_range(0..9) * 60_000).into()),
                    };
                    store.put(Entity::Scan(scan.at), vec![value], Some("bustle")).unwrap();
                }
            }
            7 => {
                let (entity, _) = world::entrant(rng.random_range(1..9));
                let status =
                    Value::List(vec![["dnf", "ok", "dns"][rng.random_range(0..3)].into(), Value::Null]);
                store.put(entity, vec![(field::STATUS, status)], Some("bustle")).unwrap();
            }
            8 => {
                // Only what is new since this replica sent last, of some logs: the receiver may lack what comes before.
                bundles.push(store.bundle(&sent[who]).unwrap());
                sent[who] = store.heads().unwrap();
            }
            _ => {
                if let Some(bundle) = bundles.get(rng.random_range(0..bundles.len().max(1))) {
                    store.merge(bundle).unwrap();
                }
            }
        }
    }
    bundles.extend(stores.iter_mut().zip(sent).map(|(store, sent)| store.bundle(&sent).unwrap()));
    bundles
}

fn results_text(store: &Store) -> String {
    let standings = bibtrail_core::view::Standings::of(&store.setup().unwrap(), &store.results().unwrap());
    serde_json::to_string(&standings).unwrap()
}

#[test]
fn any_order_any_grouping_any_repetition() {
    for seed in 0..150 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (mut stores, _) = replicas(4);
        let bundles = bustle(&mut stores, &mut rng);
        for store in &mut stores {
            let mut order: Vec<usize> = (0..bundles.len()).chain(0..bundles.len() / 2).collect();
            order.shuffle(&mut rng);
            for n in order {
                let report = store.merge(&bundles[n]).unwrap();
                assert!(report.rejected.is_empty(), "seed {seed}: {report:?}");
            }
        }
        let digests: BTreeSet<String> = stores.iter().map(|s| format!("{:?}", s.digest().unwrap())).collect();
        let printed: BTreeSet<String> = stores.iter().map(results_text).collect();
        assert_eq!((digests.len(), printed.len()), (1, 1), "seed {seed}");
        for store in &mut stores {
            assert_eq!(store.verify().unwrap().problems, [], "seed {seed}");
        }
    }
}

#[test]
fn conflicts_show_everywhere_settle_everywhere_and_open_again() {
    let (mut stores, _) = replicas(3);
    let everyone = |stores: &mut [Store]| {
        let bundles: Vec<_> = stores.iter_mut().map(|s| s.bundle(&BTreeMap::new()).unwrap()).collect();
        for store in stores.iter_mut() {
            bundles.iter().rev().for_each(|bundle| drop(store.merge(bundle).unwrap()));
        }
    };
    let at = stores[1].record(&[scan("7", "k1", ScanKind::In, 0)]).unwrap()[0].at();
    everyone(&mut stores);
    let put = |store: &mut Store, bib: &str| {
        store.put(Entity::Scan(at), vec![(field::BIB, bib.into())], Some("looked again")).unwrap();
    };
    put(&mut stores[1], "1");
    put(&mut stores[2], "2");
    everyone(&mut stores);
    let shown = |stores: &[Store]| -> BTreeSet<String> {
        let show = |s: &Store| {
            let conflicts = s.conflicts().unwrap();
            let values: Vec<_> =
                conflicts.iter().map(|c| (c.id(), c.siblings.len(), &c.provisional.value)).collect();
            format!("{values:?} {}", s.scan(at).unwrap().unwrap().bib)
        };
        stores.iter().map(show).collect()
    };
    let contested = shown(&stores);
    assert_eq!(contested.len(), 1, "{contested:?}");
    assert!(contested.first().unwrap().contains(", 2, "), "{contested:?}");

    // Settled by the director; at the same time phone 2, who has not heard of it, changes its mind.
    put(&mut stores[0], "1");
    everyone(&mut stores[..2]);
    assert_eq!(shown(&stores[..2]), BTreeSet::from(["[] 1".to_owned()]));
    put(&mut stores[2], "3");
    everyone(&mut stores);
    let again = shown(&stores);
    assert_eq!(again.len(), 1, "{again:?}");
    // Same role rule everywhere: the director's value is shown until somebody settles it again.
    assert!(
        again.first().unwrap().contains(", 2, Text(\"1\")") && again.first().unwrap().ends_with(" 1"),
        "{again:?}"
    );
    put(&mut stores[0], "3");
    everyone(&mut stores);
    assert_eq!(shown(&stores), BTreeSet::from(["[] 3".to_owned()]));
}
