//! Floods: a log that nobody vouched for has room for some days of a busy checkpoint, and stops no other.
//!
//! Invariant: what counts, or once counted, always has room; on every replica, and when a replica is made again.

use bibtrail_core::{
    bundle,
    op::{Body, Role},
    store::{Durability, Store},
};
use bibtrail_tests::{
    disk::{Disk, JOURNAL},
    world::{self, identity, log},
};

use super::{ACTOR, OTHER, all, approval, bundle_of, enrolment, finish, headquarters, observer, phone, word};

/// As `UNAPPROVED_OPS_MAX`, in numbers: the document says so too.
const ROOM: usize = 20_000;

fn scans(count: usize) -> impl Iterator<Item = Body> {
    (0..count).map(|n| finish(&n.to_string()))
}

fn held(store: &Store, n: u64) -> u64 {
    store.heads().unwrap().get(&log(n)).copied().unwrap_or_default()
}

fn together(bundles: &[&[u8]]) -> Vec<u8> {
    let mut segments = Vec::new();
    for bytes in bundles {
        let mut bundle = bundle::Bundle::open(bytes).unwrap();
        segments.extend(std::iter::from_fn(|| bundle.next_segment().unwrap()).map(|(segment, _)| segment));
    }
    bundle::encode(super::headquarters_race(), &segments)
}

#[test]
fn a_flood_by_a_stranger_is_refused_and_stops_no_other() {
    let mut hq = headquarters();
    let base = all(&mut hq);
    let flood = bundle_of(ACTOR, scans(ROOM + 200));
    let mut honest = phone(OTHER, &base);
    world::enrol(&mut honest, OTHER, Role::Volunteer, &[]).unwrap();
    let honest = all(&mut honest);
    let mut store = observer();
    let report = store.merge(&together(&[&flood, &base, &honest])).unwrap();
    let reasons: Vec<String> = report.rejected.iter().map(|refused| refused.reason.to_string()).collect();
    assert_eq!(reasons.len(), 1);
    assert!(reasons[0].ends_with("Approve it, then take this again"), "{reasons:?}");
    assert_eq!(store.refused().unwrap(), reasons);
    assert_eq!((held(&store, ACTOR), held(&store, OTHER)), (ROOM as u64, 1));
    assert_eq!(store.verify().unwrap().problems, []);
    // Approved, it is taken whole.
    let approval = word(&mut hq, |hq| drop(hq.approve(approval(log(ACTOR), Role::Volunteer, &[]))));
    store.merge(&approval).unwrap();
    assert!(store.merge(&flood).unwrap().rejected.is_empty());
    assert_eq!(held(&store, ACTOR), ROOM as u64 + 200);
}

/// The word for an author and the whole log come in one bundle.
#[test]
fn a_long_log_with_a_ticket_comes_whole_at_once() {
    let base = all(&mut headquarters());
    let bodies = std::iter::once(enrolment(ACTOR, Role::Volunteer, &[])).chain(scans(ROOM + 200));
    let long = bundle_of(ACTOR, bodies);
    let mut store = observer();
    let report = store.merge(&together(&[&long, &base])).unwrap();
    assert!(report.rejected.is_empty(), "{:?}", report.rejected);
    assert_eq!(held(&store, ACTOR), ROOM as u64 + 201);
}

/// A long log is revoked late: what counts is taken everywhere, and so is what it captured since.
#[test]
fn a_revoked_log_keeps_room_for_what_counted() {
    let mut hq = headquarters();
    let base = all(&mut hq);
    let bodies = || std::iter::once(enrolment(ACTOR, Role::Volunteer, &[])).chain(scans(ROOM + 300));
    let long = bundle_of(ACTOR, bodies());
    let up_to = ROOM as u64 + 50;
    hq.merge(&long).unwrap();
    let revocation = word(&mut hq, |hq| drop(hq.revoke(log(ACTOR), Some(up_to), None, None)));
    for order in [[&base, &long, &revocation], [&base, &revocation, &long]] {
        let mut store = observer();
        for part in order {
            assert!(store.merge(part).unwrap().rejected.is_empty());
        }
        assert_eq!(held(&store, ACTOR), ROOM as u64 + 301);
        let evidence = store.scans().unwrap().iter().filter(|scan| scan.is_approved).count() as u64;
        assert_eq!(evidence, up_to - 1);
    }
}

/// The journal, written again, holds logs in order of their names: the approval may come after what it approves.
#[test]
fn a_replica_made_again_from_its_journal_has_all_it_had() {
    let disk = Disk::default();
    let vfs = disk.register();
    let hq_log = log(0);
    let first = (100..).find(|n| log(*n) < hq_log).unwrap();
    let mut hq = headquarters();
    hq.approve(approval(log(first), Role::Volunteer, &[])).unwrap();
    let base = all(&mut hq);
    let mut store = Store::join(disk.place(&vfs, Durability::Off), identity(70), &base).unwrap();
    assert!(store.merge(&bundle_of(first, scans(ROOM + 200))).unwrap().rejected.is_empty());
    store.mend_journal().unwrap();
    let digest = store.digest().unwrap();
    drop(store);
    let journal = disk.files().remove(JOURNAL).unwrap();
    let again = Disk::with([(JOURNAL.to_owned(), journal)].into());
    let vfs = again.register();
    let (mut store, _) = Store::recover(again.place(&vfs, Durability::Off), identity(70)).unwrap();
    assert_eq!(store.digest().unwrap(), digest);
    assert_eq!(store.verify().unwrap().problems, []);
}
