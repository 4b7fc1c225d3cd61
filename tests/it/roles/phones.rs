//! Phones that wait for approval, and phones that were revoked: all they captured is kept and shown, and clears nobody.
//!
//! Invariant: what is seen here is seen by every replica, whatever came first.

use bibtrail_core::{
    op::{Entity, Role, ScanKind, field},
    results::{Doubt, Runner, State},
    store::Store,
};
use bibtrail_tests::world::{self, bib, log, scan};

use super::{
    ACTOR, OTHER, all, approval, bibs, headquarters, in_every_order, introduce, names, phone, rows, word,
};

fn runner(store: &Store, text: &str) -> Runner {
    let results = store.results().unwrap();
    let mut runners = results.runners().map(|(_, runner)| runner.clone());
    runners.find(|runner| runner.bib == bib(text)).unwrap()
}

/// A pending phone sees runner 1 at the finish. Until it is approved nobody has finished, and whoever said that the
/// runner is safe elsewhere is contradicted.
#[test]
fn a_pending_phone_raises_alarms_and_clears_nobody() {
    let said = [
        (None, None),
        (Some(("dnf", Some("k1"))), Some(Doubt::SeenAfterDrop)),
        (Some(("dns", None)), Some(Doubt::SeenThoughNotStarted)),
    ];
    for (status, doubt) in said {
        let mut hq = headquarters();
        let mut parts = vec![all(&mut hq)];
        if let Some((code, place)) = status {
            let value = rows::status(code, place);
            parts.push(word(&mut hq, |hq| drop(hq.put(world::entrant(1).0, vec![value], None))));
        }
        let mut pending = phone(ACTOR, &parts[0]);
        introduce(&mut pending, Some("finish"));
        pending.record(&[scan("1", "finish", ScanKind::In, 3_600_000)]).unwrap();
        parts.push(all(&mut pending));
        in_every_order(&[], &parts, |store, order| {
            let runner = runner(store, "1");
            let what = format!("{status:?} {order:?} {runner:?}");
            assert_eq!((runner.state, runner.unapproved.len()), (State::OnCourse, 1), "{what}");
            assert!(runner.is_unaccounted() && runner.net_ms.is_none() && runner.gun_ms.is_none(), "{what}");
            assert!(runner.doubts.contains(&Doubt::Unapproved), "{what}");
            assert!(doubt.is_none_or(|doubt| runner.doubts.contains(&doubt)), "{what}");
        });
        assert_eq!(Doubt::Unapproved.as_str(), "seen by a phone that is not approved");
        parts.push(word(&mut hq, |hq| {
            hq.approve(approval(log(ACTOR), Role::Volunteer, &["finish"])).unwrap();
        }));
        in_every_order(&[], &parts, |store, order| {
            let runner = runner(store, "1");
            assert_eq!((runner.state, runner.unapproved.len()), (State::Finished, 0), "{status:?} {order:?}");
            assert!(runner.gun_ms.is_some() && !runner.doubts.contains(&Doubt::Unapproved), "{order:?}");
        });
    }
}

/// A phone with a ticket sees runner 1 at the finish; headquarters trusts it so far and no further; it sees runner 2.
fn revoked(hq: &mut Store) -> (Vec<Vec<u8>>, Store) {
    let base = all(hq);
    let mut phone = phone(ACTOR, &base);
    world::enrol(&mut phone, ACTOR, Role::Volunteer, &["finish"]).unwrap();
    phone.record(&[scan("1", "finish", ScanKind::In, 3_600_000)]).unwrap();
    let before = all(&mut phone);
    let known = phone.heads().unwrap();
    hq.merge(&before).unwrap();
    let revocation = word(hq, |hq| drop(hq.revoke(log(ACTOR), None, Some("lost"), None)));
    phone.record(&[scan("2", "finish", ScanKind::In, 3_700_000)]).unwrap();
    let after = phone.bundle(&known).unwrap();
    (vec![base, before, revocation, after], phone)
}

#[test]
fn a_revoked_phone_counts_up_to_the_cut() {
    let (parts, _) = revoked(&mut headquarters());
    in_every_order(&[], &parts, |store, order| {
        assert_eq!(bibs(store), (names(&["1"]), names(&["2"])), "{order:?}");
        assert_eq!(runner(store, "1").state, State::Finished, "{order:?}");
        // Headquarters had said that runner 2 dropped out before the finish: that is contradicted.
        let second = runner(store, "2");
        assert_eq!(second.state, State::OnCourse, "{order:?}");
        assert!(second.doubts.contains(&Doubt::Unapproved), "{order:?}");
        assert!(second.doubts.contains(&Doubt::SeenAfterDrop), "{order:?}");
    });
}

#[test]
fn a_revocation_is_taken_back_by_those_who_saw_it() {
    let mut hq = headquarters();
    let (mut parts, _) = revoked(&mut hq);
    // Another director has not heard of the revocation and vouches for the phone.
    let mut second = phone(OTHER, &parts[0]);
    world::enrol(&mut second, OTHER, Role::Director, &[]).unwrap();
    second.approve(approval(log(ACTOR), Role::Volunteer, &["finish"])).unwrap();
    parts.push(all(&mut second));
    let first = parts.remove(0);
    in_every_order(std::slice::from_ref(&first), &parts, |store, order| {
        assert_eq!(bibs(store), (names(&["1"]), names(&["2"])), "{order:?}");
    });
    // Now they hear of it, and vouch for it again.
    parts.iter().for_each(|part| drop(second.merge(part).unwrap()));
    parts.push(word(&mut second, |second| {
        second.approve(approval(log(ACTOR), Role::Volunteer, &["finish"])).unwrap();
    }));
    in_every_order(&[first], &parts, |store, order| {
        assert_eq!(bibs(store), (names(&["1", "2"]), names(&[])), "{order:?}");
    });
}

/// What a revoked phone recorded in good time is evidence: neither it nor a log that goes on from it may change that.
#[test]
fn the_hands_of_a_revoked_phone_leave_its_evidence_alone() {
    for goes_on in [false, true] {
        let (mut parts, mut phone) = revoked(&mut headquarters());
        let at = phone.scans().unwrap().into_iter().find(|scan| scan.bib == bib("1")).unwrap().at;
        let known = phone.heads().unwrap();
        if goes_on {
            phone.rotate(world::identity(71), None, None).unwrap();
        }
        phone.put(Entity::Scan(at), vec![(field::BIB, "2".into())], Some("mine")).unwrap();
        let correction = phone.own_log();
        parts.push(phone.bundle(&known).unwrap());
        let first = parts.remove(0);
        in_every_order(&[first], &parts, |store, order| {
            assert_eq!(bibs(store), (names(&["1"]), names(&["2"])), "{goes_on} {order:?}");
            assert!(store.heads().unwrap().contains_key(&correction));
            assert_eq!(runner(store, "1").state, State::Finished, "{goes_on} {order:?}");
        });
    }
}

/// A second revocation goes back further: what was evidence is none any more, and then the same hands may correct it.
#[test]
fn a_correction_is_judged_again_when_the_standing_of_the_scan_changes() {
    let mut hq = headquarters();
    let (mut parts, mut phone) = revoked(&mut hq);
    parts.push(word(&mut hq, |hq| drop(hq.revoke(log(ACTOR), Some(0), Some("stolen before"), None))));
    let at = phone.scans().unwrap().into_iter().find(|scan| scan.bib == bib("1")).unwrap().at;
    let known = phone.heads().unwrap();
    phone.rotate(world::identity(71), None, None).unwrap();
    phone.put(Entity::Scan(at), vec![(field::BIB, "3".into())], Some("misread")).unwrap();
    parts.push(phone.bundle(&known).unwrap());
    let first = parts.remove(0);
    in_every_order(&[first], &parts, |store, order| {
        assert_eq!(bibs(store), (names(&[]), names(&["2", "3"])), "{order:?}");
    });
}
