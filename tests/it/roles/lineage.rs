//! Authority handed on: successions, forks of a revoked key, what captains and directors cannot do.
//!
//! Invariant: no role outlives the revocation of what it comes from, in whatever order the two become known.

use bibtrail_core::{
    ids::{LogId, OpRef},
    members::succession,
    op::{Body, Enrol, Entity, Put, Role, ScanKind, Write, field},
    store::Store,
};
use bibtrail_tests::world::{self, identity, key, log, scan};

use super::{
    ACTOR, OTHER, ROOT, SUBJECT, all, approval, bibs, bundle_of, enrolment, finish, headquarters,
    headquarters_race, in_every_order, introduce, names, phone, word,
};

const NEXT: u64 = 71;

fn role(store: &Store, log: LogId) -> Option<Role> {
    store.members().standing(log).role
}

/// A phone of this role goes on in a new log. Gives what it wrote before, and in the new log.
fn gone_on(base: &[u8], granted: Role) -> (Vec<u8>, Vec<u8>) {
    let mut phone = phone(ACTOR, base);
    world::enrol(&mut phone, ACTOR, granted, if granted == Role::Director { &[] } else { &["k1"] }).unwrap();
    phone.record(&[scan("1", "k1", ScanKind::In, 1000)]).unwrap();
    let before = all(&mut phone);
    let known = phone.heads().unwrap();
    phone.rotate(identity(NEXT), None, None).unwrap();
    phone.record(&[scan("2", "k1", ScanKind::In, 2000)]).unwrap();
    (before, phone.bundle(&known).unwrap())
}

#[test]
fn a_new_log_has_the_role_of_the_one_it_goes_on_from() {
    for granted in [Role::Volunteer, Role::Captain, Role::Director] {
        let base = all(&mut headquarters());
        let (before, after) = gone_on(&base, granted);
        in_every_order(&[], &[base, before, after], |store, order| {
            assert_eq!(role(store, log(NEXT)), Some(granted), "{order:?}");
            assert_eq!(bibs(store), (names(&["1", "2"]), names(&[])), "{granted:?} {order:?}");
        });
    }
}

/// Whoever revokes: the root key, a director, a captain.
#[test]
fn a_new_log_has_no_role_from_a_revoked_one() {
    let ways = [
        (Role::Volunteer, "director"),
        (Role::Volunteer, "captain"),
        (Role::Volunteer, "root"),
        (Role::Captain, "director"),
        (Role::Captain, "root"),
        (Role::Director, "root"),
    ];
    for (granted, by) in ways {
        let mut hq = headquarters();
        let base = all(&mut hq);
        let (before, after) = gone_on(&base, granted);
        let mut judge = if by == "captain" { phone(OTHER, &base) } else { hq };
        if by == "captain" {
            world::enrol(&mut judge, OTHER, Role::Captain, &["k1"]).unwrap();
        }
        judge.merge(&before).unwrap();
        judge.settle().unwrap();
        let mut known = judge.heads().unwrap();
        known.remove(&log(OTHER));
        let root = (by == "root").then(|| identity(ROOT));
        judge.revoke(log(ACTOR), None, None, root.as_ref()).unwrap();
        let revocation = judge.bundle(&known).unwrap();
        in_every_order(&[], &[base, before, after, revocation], |store, order| {
            assert_eq!(role(store, log(NEXT)), None, "{granted:?} by {by} {order:?}");
            assert_eq!(bibs(store), (names(&["1"]), names(&["2"])), "{granted:?} by {by} {order:?}");
        });
    }
}

/// Nobody but a captain of the place may cut off the log that goes on from a volunteer there; they may.
#[test]
fn a_captain_may_revoke_the_log_that_goes_on_from_a_volunteer_at_their_checkpoint() {
    for (place, counts) in [("k1", true), ("k2", false)] {
        let base = all(&mut headquarters());
        let (before, after) = gone_on(&base, Role::Volunteer);
        let mut captain = phone(OTHER, &base);
        world::enrol(&mut captain, OTHER, Role::Captain, &[place]).unwrap();
        captain.merge(&before).unwrap();
        captain.merge(&after).unwrap();
        let known = [(log(ACTOR), u64::MAX), (log(NEXT), u64::MAX), (log(0), u64::MAX)].into();
        captain.revoke(log(NEXT), Some(0), None, None).unwrap();
        let word = captain.bundle(&known).unwrap();
        in_every_order(&[], &[base, before, after, word], |store, order| {
            assert_eq!(store.members().standing(log(NEXT)).cut.is_some(), counts, "{place} {order:?}");
        });
    }
}

/// The key of a phone signs three histories: one parts before the cut, one after it.
#[test]
fn a_revocation_survives_a_fork_of_the_key_and_so_does_its_end() {
    let enrol = || enrolment(ACTOR, Role::Volunteer, &["k1"]);
    let trunk = bundle_of(ACTOR, [enrol(), finish("1")]);
    let branches = [
        bundle_of(ACTOR, [enrol(), finish("1"), finish("2")]),
        bundle_of(ACTOR, [enrol(), finish("3"), finish("4")]),
        bundle_of(ACTOR, [enrol(), finish("1"), finish("5")]),
    ];
    let mut hq = headquarters();
    let base = all(&mut hq);
    hq.merge(&trunk).unwrap();
    let revocation = word(&mut hq, |hq| drop(hq.revoke(log(ACTOR), None, None, None)));
    let parts = |word: &[u8]| [&branches[..], &[word.to_vec()]].concat();
    in_every_order(std::slice::from_ref(&base), &parts(&revocation), |store, order| {
        assert!(store.members().is_forked(log(ACTOR)));
        assert_eq!(bibs(store), (names(&["1"]), names(&["2", "3", "4", "5"])), "{order:?}");
    });
    let approval = word(&mut hq, |hq| {
        hq.approve(approval(log(ACTOR), Role::Volunteer, &["k1"])).unwrap();
    });
    let mut parts = parts(&revocation);
    parts.push(approval);
    in_every_order(&[base], &parts, |store, order| {
        assert_eq!(bibs(store), (names(&["1", "2", "3", "4", "5"]), names(&[])), "{order:?}");
    });
}

/// A captain of `k1` approves phones that stand at `stands`, for `gives`.
#[test]
fn a_captain_approves_volunteers_at_their_own_checkpoints_alone() {
    let cases: [(Option<&str>, &[&str], Role, bool); 6] = [
        (Some("k1"), &["k1"], Role::Volunteer, true),
        (Some("k1"), &[], Role::Volunteer, true),
        (Some("k2"), &["k1"], Role::Volunteer, false),
        (Some("k1"), &["k1", "k2"], Role::Volunteer, false),
        (None, &["k1"], Role::Volunteer, false),
        (Some("k1"), &["k1"], Role::Captain, false),
    ];
    for (stands, gives, granted, counts) in cases {
        let base = all(&mut headquarters());
        let mut captain = phone(OTHER, &base);
        world::enrol(&mut captain, OTHER, Role::Captain, &["k1"]).unwrap();
        captain.approve(approval(log(SUBJECT), granted, gives)).unwrap();
        let mut subject = phone(SUBJECT, &base);
        introduce(&mut subject, stands);
        let parts = [base, all(&mut captain), all(&mut subject)];
        in_every_order(&[], &parts, |store, order| {
            let expected = counts.then_some(granted);
            assert_eq!(role(store, log(SUBJECT)), expected, "{stands:?} {gives:?} {order:?}");
        });
    }
}

/// The root key cuts a director off: what they said before holds, what they say after does not, and no director can
/// take that back.
#[test]
fn a_director_is_revoked_by_the_root_key_for_good() {
    let mut hq = headquarters();
    let base = all(&mut hq);
    let mut second = phone(OTHER, &base);
    world::enrol(&mut second, OTHER, Role::Director, &[]).unwrap();
    second.approve(approval(log(ACTOR), Role::Volunteer, &["k1"])).unwrap();
    let before = all(&mut second);
    let known = second.heads().unwrap();
    second.approve(approval(log(SUBJECT), Role::Volunteer, &["k1"])).unwrap();
    let after = second.bundle(&known).unwrap();
    hq.merge(&before).unwrap();
    let refused = word(&mut hq, |hq| drop(hq.revoke(log(OTHER), Some(1), None, None)));
    let mut parts = vec![before, after, refused];
    let look = |is_cut: bool| {
        move |store: &Store, order: &[usize]| {
            assert_eq!(role(store, log(ACTOR)), Some(Role::Volunteer), "{order:?}");
            assert_eq!(role(store, log(SUBJECT)).is_none(), is_cut, "{order:?}");
        }
    };
    in_every_order(std::slice::from_ref(&base), &parts, look(false));
    let root = identity(ROOT);
    parts.push(word(&mut hq, |hq| drop(hq.revoke(log(OTHER), None, None, Some(&root)))));
    in_every_order(std::slice::from_ref(&base), &parts, look(true));
    parts.push(word(&mut hq, |hq| drop(hq.approve(approval(log(OTHER), Role::Captain, &["k1"])))));
    in_every_order(&[base], &parts, look(true));
}

/// Saying that one goes on from another log is no proof.
#[test]
fn a_log_that_only_names_another_inherits_nothing() {
    let base = all(&mut headquarters());
    let (before, _) = gone_on(&base, Role::Captain);
    let mut liar = phone(OTHER, &base);
    let enrol = Enrol { previous: Some(log(ACTOR)), checkpoint: Some(key("k1")), ..Enrol::default() };
    liar.enrol(enrol).unwrap();
    in_every_order(&[], &[base, before, all(&mut liar)], |store, order| {
        assert_eq!(role(store, log(OTHER)), None, "{order:?}");
    });
}

/// The new log's key signs two beginnings, each with the proof that it goes on from the old log: the scans of that are
/// its own on both branches.
#[test]
fn scans_of_the_log_before_stay_own_through_a_fork() {
    let base = all(&mut headquarters());
    let old = bundle_of(ACTOR, [enrolment(ACTOR, Role::Volunteer, &[]), finish("1")]);
    let begin = |name: &str| from(ACTOR, NEXT, name);
    let put = amend(OpRef { log: log(ACTOR), seq: 2 });
    let parts = [base, old, bundle_of(NEXT, [begin("one"), put]), bundle_of(NEXT, [begin("two")])];
    in_every_order(&[], &parts, |store, order| {
        assert!(store.members().is_forked(log(NEXT)));
        assert_eq!(bibs(store), (names(&["2"]), names(&[])), "{order:?}");
    });
}

/// A phone goes on twice. Its last log corrects what the first recorded, and the log between becomes known last; or it
/// says only later how it goes on. No role changes by that.
#[test]
fn a_correction_waits_for_the_proof_that_the_scan_is_own() {
    let at = |n: u64, seq| OpRef { log: log(n), seq };
    let base = all(&mut headquarters());
    let first = bundle_of(ACTOR, [finish("1")]);
    let between = bundle_of(OTHER, [from(ACTOR, OTHER, "between")]);
    let last = bundle_of(NEXT, [from(OTHER, NEXT, "last"), amend(at(ACTOR, 1))]);
    in_every_order(&[], &[base.clone(), first, between, last], |store, order| {
        assert_eq!(bibs(store), (names(&[]), names(&["2"])), "{order:?}");
    });
    for granted in [Role::Pending, Role::Volunteer] {
        let first = bundle_of(ACTOR, [enrolment(ACTOR, granted, &[]), finish("1")]);
        let said = [enrolment(NEXT, granted, &[]), amend(at(ACTOR, 2))];
        let early = bundle_of(NEXT, said.clone());
        let late = bundle_of(NEXT, said.into_iter().chain([from(ACTOR, NEXT, "late")]));
        in_every_order(&[], &[base.clone(), first, early, late], |store, order| {
            let (sure, shown) = bibs(store);
            assert_eq!([sure, shown].concat(), names(&["2"]), "{granted:?} {order:?}");
        });
    }
}

/// The log `n` introduces itself, and proves that it goes on from the log `before`.
fn from(before: u64, n: u64, name: &str) -> Body {
    let proof = succession(&identity(before), headquarters_race(), log(n));
    Body::Enrol(Box::new(Enrol { name: name.to_owned(), succession: Some(proof), ..Enrol::default() }))
}

/// The scan is of bib 2.
fn amend(scan: OpRef) -> Body {
    let write = Write { field: field::BIB, value: "2".into(), saw: Vec::new() };
    Body::Put(Put { entity: Entity::Scan(scan), writes: vec![write], reason: None, check: None, seal: None })
}
