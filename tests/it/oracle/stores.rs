//! A sample of the oracle's worlds, played on real stores.
//!
//! Invariant: what the store says is what the oracle's memory says, so that the oracle speaks of the store.

use bibtrail_core::{
    log::Identity,
    op::{Approve, Role},
    store::{Durability, Place, Store},
};
use bibtrail_tests::disk::Disk;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::{
    ALL, ALL_RULES, Rules, Step, What, Who, World, identity, key, log, naive, number, shown, sight, word,
    world,
};

fn place() -> Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

fn everything(store: &mut Store) -> Vec<u8> {
    store.bundle(&[].into()).unwrap()
}

/// Three replicas: the director's, the captain's, and that of X.
fn begin(rules: Rules) -> Vec<Store> {
    let mut director = world::director(place(), 1).unwrap();
    let role = if rules.trusted { Role::Volunteer } else { Role::Pending };
    for (n, role) in [(1, Role::Captain), (2, role)] {
        if role != Role::Pending {
            let checkpoints = vec![key("k1")];
            let approve = Approve { log: log(n), role, checkpoints, cancels: Vec::new(), reason: None };
            director.approve(approve).unwrap();
        }
    }
    let race = everything(&mut director);
    let join = |n: u64| -> Store {
        let who: Identity = identity(n);
        Store::join(place(), who, &race).unwrap()
    };
    let phones = [join(1), join(2)];
    std::iter::once(director).chain(phones).collect()
}

fn play(rules: Rules, steps: &[Step]) -> [Option<&'static str>; 3] {
    let mut stores = begin(rules);
    let mut last_scan = None;
    for (n, (who, what)) in steps.iter().enumerate() {
        let store = &mut stores[number(*who) as usize];
        if let What::See(place) = what {
            last_scan = Some(store.record(&[sight(place, n)]).unwrap()[0].at());
        } else if let Some((entity, field, value)) = word(*what, n, last_scan) {
            store.put(entity, vec![(field, value)], None).unwrap();
        } else {
            continue;
        }
        if rules.together || *who == Who::X {
            let news = everything(store);
            for other in &mut stores {
                other.merge(&news).unwrap();
            }
        }
    }
    let (director, phones) = stores.split_at_mut(1);
    for phone in phones {
        director[0].merge(&everything(phone)).unwrap();
    }
    shown(&director[0].known().unwrap(), &director[0].heard().unwrap())
}

#[test]
fn a_sample_of_worlds_on_real_stores() {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    for n in 0..160 {
        let rules = ALL_RULES[n % ALL_RULES.len()];
        let steps: Vec<Step> = (0..5).map(|_| ALL[rng.random_range(0..ALL.len())]).collect();
        let mut memory = World::new(rules);
        steps.iter().enumerate().for_each(|(n, step)| memory.step(rules, *step, n));
        let (known, heard) = memory.known();
        let of_memory = shown(&known, &heard);
        assert_eq!(play(rules, &steps), of_memory, "{rules:?} {steps:?}");
        assert_eq!(
            of_memory,
            ["1", "2", "3"].map(|bib| naive::state(rules, &steps, bib)),
            "{rules:?} {steps:?}"
        );
    }
}
