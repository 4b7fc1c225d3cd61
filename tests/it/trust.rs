//! Whole bundles that are not honest: each log has its own fate.
//!
//! Invariant: what is refused is named, leaves the digest as it was, and stops no other log.

use std::collections::BTreeMap;

use bibtrail_core::{
    bundle::{self, Bundle},
    ids::{Hash, LogId},
    log::{Segment, SignedHead, chain_next, chain_start},
    op::{Entity, Role, ScanKind, field},
    race::Origin,
    store::{Durability, Store, StoreError},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, identity, scan},
};

fn replica(join: Option<(&[u8], u64)>) -> Store {
    let disk = Disk::default();
    let vfs = disk.register();
    let place = disk.place(&vfs, Durability::Off);
    match join {
        None => world::director(place, 2).unwrap(),
        Some((race, n)) => world::join(place, n, race).unwrap(),
    }
}

/// Headquarters, and two phones that recorded one scan each.
fn three() -> (Store, Store, Store) {
    let mut hq = replica(None);
    let race = hq.bundle(&BTreeMap::new()).unwrap();
    let mut phones = [1, 2].map(|n| replica(Some((&race, n))));
    for (n, phone) in phones.iter_mut().enumerate() {
        phone.record(&[scan(&format!("{n}"), "k1", ScanKind::In, 1000)]).unwrap();
    }
    let [one, two] = phones;
    (hq, one, two)
}

fn segments(store: &mut Store) -> Vec<Segment> {
    let bytes = store.bundle(&BTreeMap::new()).unwrap();
    let mut bundle = Bundle::open(&bytes).unwrap();
    std::iter::from_fn(|| bundle.next_segment().unwrap()).map(|(segment, _)| segment).collect()
}

/// The segment of `log` is changed; the bundle around it is whole. It must be refused for this, and the others land.
fn check(change: impl Fn(&mut Segment), expected: &str) {
    let (mut hq, mut one, mut two) = three();
    let liar = one.own_log();
    let mut sent = segments(&mut one);
    sent.iter_mut().filter(|segment| segment.log == liar).for_each(change);
    sent.extend(segments(&mut two));
    let report = hq.merge(&bundle::encode(hq.race(), &sent)).unwrap();
    let reasons: Vec<String> = report.rejected.iter().map(|r| r.reason.to_string()).collect();
    assert_eq!(reasons, [expected.replace("LOG", &report.rejected[0].log.short())]);
    let bibs: Vec<String> = hq.scans().unwrap().iter().map(|scan| scan.bib.to_string()).collect();
    assert_eq!(bibs, ["1"], "the honest phone's scan is here, the other's is not");
    assert_eq!(hq.verify().unwrap().problems, []);
}

#[test]
fn a_changed_signature() {
    check(
        |segment| segment.head.signature[5] ^= 1,
        "the signature under operation 2 of log LOG is not its author's",
    );
}

#[test]
fn a_changed_operation() {
    check(
        |segment| {
            segment.ops[1] =
                segment.ops[1].iter().map(|byte| if *byte == b'0' { b'7' } else { *byte }).collect()
        },
        "operations 1 to 2 of log LOG do not lead to the hash their author signed",
    );
}

#[test]
fn operations_put_under_another_name() {
    check(
        |segment| segment.log = world::log(77),
        "operations 1 to 2 of log LOG do not lead to the hash their author signed",
    );
}

#[test]
fn a_key_that_anybody_can_sign_for() {
    check(
        |segment| {
            // The neutral element of the curve: a weak key, under which one signature fits any message.
            let mut weak = [0; 32];
            weak[0] = 1;
            segment.log = LogId(weak);
            let race = replica(None).race();
            let start = chain_start(race, segment.log);
            segment.head.hash = segment.ops.iter().fold(start, |hash, op| chain_next(hash, op));
            segment.head.signature = [0; 64];
            segment.head.signature[0] = 1;
        },
        "the signature under operation 2 of log LOG is not its author's",
    );
}

#[test]
fn a_scan_moved_to_another_race() {
    let (_, mut one, _) = three();
    let disk = Disk::default();
    let vfs = disk.register();
    let place = disk.place(&vfs, Durability::Off);
    let mut other = Store::create(place, identity(8), "Another", world::log(9), [0; 16]).unwrap();
    let before = other.digest().unwrap();
    // The bundle claims the other race; the chains and signatures know better.
    let report = other.merge(&bundle::encode(other.race(), &segments(&mut one))).unwrap();
    assert_eq!((report.new_ops, report.rejected.len()), (0, 2), "{report:?}");
    assert_eq!(other.digest().unwrap(), before);
}

/// Facts and erased words are looked for by the first two bytes: a known kind cannot hide from that.
#[test]
fn a_known_kind_in_other_bytes_is_not_understood() {
    let (mut hq, one, _) = three();
    let log = one.own_log();
    let plain = bibtrail_core::op::Op {
        depth: 1,
        body: bibtrail_core::op::Body::Scan(scan("5", "k1", ScanKind::In, 0)),
    }
    .encode();
    let (kind, rest) = (plain[1], &plain[2..]);
    let ops: Vec<Vec<u8>> = [&[0x83, 0x18, kind][..], &[0x83, 0x19, 0, kind], &[0x98, 3, kind]]
        .into_iter()
        .map(|head| [head, rest].concat())
        .collect();
    let hash = ops.iter().fold(chain_start(hq.race(), log), |hash, op| chain_next(hash, op));
    let head = identity(1).sign_head(hq.race(), 3, hash);
    let segment = Segment { log, first_seq: 1, ops, head };
    let report = hq.merge(&bundle::encode(hq.race(), &[segment])).unwrap();
    assert_eq!((report.new_ops, report.rejected.len()), (3, 0));
    let unread: Vec<_> = hq.unread().unwrap().into_iter().map(|(at, kind)| (at.seq, kind)).collect();
    assert_eq!(unread, [(1, None), (2, None), (3, None)]);
    assert_eq!(hq.scans().unwrap().len(), 0);
    assert_eq!(hq.verify().unwrap().problems, []);
}

/// A newer app writes a kind this one does not know, and something that is no operation at all. Both are kept, counted
/// and relayed byte for byte; the scan between them counts.
#[test]
fn what_this_app_does_not_understand_travels_on() {
    let (mut hq, one, _) = three();
    let log = one.own_log();
    let body = scan("5", "k1", ScanKind::In, 0);
    let scan_op = bibtrail_core::op::Op { depth: 2, body: bibtrail_core::op::Body::Scan(body) }.encode();
    let newer = vec![0x83, 0x19, 0x01, 0x01, 0x01, 0xa1, 0x00, 0x63, b'n', b'e', b'w'];
    let ops = vec![newer.clone(), scan_op, vec![0xff, 0x00]];
    let hash = ops.iter().fold(chain_start(hq.race(), log), |hash, op| chain_next(hash, op));
    let head = identity(1).sign_head(hq.race(), 3, hash);
    let segment = Segment { log, first_seq: 1, ops: ops.clone(), head };
    let report = hq.merge(&bundle::encode(hq.race(), &[segment])).unwrap();
    assert_eq!((report.new_ops, report.rejected.len()), (3, 0));
    let unread: Vec<_> = hq.unread().unwrap().into_iter().map(|(at, kind)| (at.seq, kind)).collect();
    assert_eq!(unread, [(1, Some(257)), (3, None)]);
    assert_eq!(hq.scans().unwrap().len(), 1);
    assert_eq!(hq.verify().unwrap().problems, []);
    let relayed = segments(&mut hq).into_iter().find(|segment| segment.log == log).unwrap();
    assert_eq!(relayed.ops, ops);
}

/// A phone and its copy write under one key. Both scans are kept, on every replica in the same way, whoever came first.
#[test]
fn two_phones_under_one_key() {
    let (mut hq, mut one, _) = three();
    let mut copied = {
        let disk = Disk::default();
        let vfs = disk.register();
        let mut copied = Store::join_empty(
            disk.place(&vfs, Durability::Off),
            identity(1),
            Origin { race: hq.race(), director: hq.own_log(), root: world::log(999) },
        )
        .unwrap();
        copied.merge(&hq.bundle(&BTreeMap::new()).unwrap()).unwrap();
        world::enrol(&mut copied, 1, Role::Volunteer, &[]).unwrap();
        copied
    };
    copied.record(&[scan("9", "k2", ScanKind::In, 9000)]).unwrap();
    one.put(Entity::Scan(one.scans().unwrap()[0].at), vec![(field::BIB, "6".into())], None).unwrap();
    let bundles = [one.bundle(&BTreeMap::new()).unwrap(), copied.bundle(&BTreeMap::new()).unwrap()];
    let mut other = replica(None);
    for (store, order) in [(&mut hq, [0, 1]), (&mut other, [1, 0])] {
        store.merge(&bundles[order[0]]).unwrap();
        let report = store.merge(&bundles[order[1]]).unwrap();
        assert_eq!((report.forked, report.rejected.len()), (vec![one.own_log()], 0));
        let seen: Vec<_> =
            store.scans().unwrap().iter().map(|s| (s.bib.to_string(), s.is_approved)).collect();
        assert_eq!(BTreeMap::from_iter(seen), [("6".to_owned(), true), ("9".to_owned(), true)].into());
        assert!(store.members().is_forked(one.own_log()));
        assert_eq!(store.verify().unwrap().problems, []);
    }
    assert_eq!(hq.digest().unwrap(), other.digest().unwrap());
    // Each learns of the other and goes on under a key of its own, with the same rights.
    for (store, theirs, next) in [(&mut one, 1, 71), (&mut copied, 0, 72)] {
        store.merge(&bundles[theirs]).unwrap();
        assert!(store.must_rotate());
        let refused = store.record(&[scan("5", "k1", ScanKind::In, 0)]);
        assert!(matches!(refused, Err(StoreError::Retired(_))), "{refused:?}");
        store.rotate(identity(next), None, None).unwrap();
        let at = store.record(&[scan("5", "k1", ScanKind::In, 20_000)]).unwrap()[0].at();
        hq.merge(&store.bundle(&BTreeMap::new()).unwrap()).unwrap();
        assert!(hq.members().is_approved(at));
    }
    assert_eq!(hq.scans().unwrap().len(), 4);
    assert_eq!(hq.verify().unwrap().problems, []);
}

#[test]
fn a_head_signed_for_one_place_fits_no_other() {
    let (hq, one, _) = three();
    let head = identity(1).sign_head(hq.race(), 5, Hash([3; 32]));
    let log = one.own_log();
    assert!(head.verify(hq.race(), log).is_ok());
    for other in [
        SignedHead { seq: 6, ..head },
        SignedHead { hash: Hash([4; 32]), ..head },
        SignedHead { signature: [0; 64], ..head },
    ] {
        assert!(other.verify(hq.race(), log).is_err());
    }
    assert!(head.verify(hq.race(), world::log(2)).is_err());
}
