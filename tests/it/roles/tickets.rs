//! Tickets that were not given: of another race, changed on paper, changed by their holder.
//!
//! Invariant: what the root key did not sign for this race gives nothing, and a damaged link is no other ticket.

use bibtrail_core::{
    ids::{LogId, RaceId},
    invitation::Invitation,
    members::{enrol_signature, ticket_signature},
    op::{Enrol, Role, Ticket, TicketProof},
    store::Store,
};
use bibtrail_tests::world::{identity, key, log};

use super::{ACTOR, ROOT, TICKET, all, headquarters, in_every_order, phone, place, ticket};

/// Enrols by this ticket and looks what came of it.
fn gives(change: impl FnOnce(&mut TicketProof, RaceId)) -> Option<Role> {
    let base = all(&mut headquarters());
    let mut phone = phone(ACTOR, &base);
    let race = phone.race();
    let mut ticket = ticket(Role::Volunteer, &["k1"]);
    ticket.root = Some(ticket_signature(&identity(ROOT), race, &ticket));
    let mut proof = TicketProof { ticket, signature: enrol_signature(&identity(TICKET), race, log(ACTOR)) };
    change(&mut proof, race);
    phone.enrol(Enrol { ticket: Some(proof), ..Enrol::default() }).unwrap();
    let found = std::cell::Cell::new(None);
    let look = |store: &Store, _: &[usize]| found.set(store.members().standing(log(ACTOR)).role);
    in_every_order(&[], &[base, all(&mut phone)], look);
    found.get()
}

#[test]
fn a_ticket_gives_what_the_root_key_signed_and_nothing_else() {
    let elsewhere = || Store::create(place(), identity(8), "Another", log(ROOT), [0; 16]).unwrap().race();
    let signed_by =
        |n: u64, race: RaceId, ticket: &Ticket| Some(ticket_signature(&identity(n), race, ticket));
    assert_eq!(gives(|_, _| {}), Some(Role::Volunteer));
    assert_eq!(gives(|proof, _| proof.ticket.role = Role::Director), None);
    assert_eq!(gives(|proof, _| proof.ticket.role = Role::Captain), None);
    assert_eq!(gives(|proof, _| proof.ticket.checkpoints.push(key("k2"))), None);
    assert_eq!(gives(|proof, _| proof.ticket.checkpoints.clear()), None);
    assert_eq!(gives(|proof, _| proof.ticket.root = None), None);
    // Signed for another race by the same root key; signed by another key.
    assert_eq!(gives(|proof, _| proof.ticket.root = signed_by(ROOT, elsewhere(), &proof.ticket)), None);
    assert_eq!(gives(|proof, race| proof.ticket.root = signed_by(ACTOR, race, &proof.ticket)), None);
    // The holder's own proof: for another race, for another log, by another secret.
    let held = |n: u64, race: RaceId, log: LogId| enrol_signature(&identity(n), race, log);
    assert_eq!(gives(|proof, _| proof.signature = held(TICKET, elsewhere(), log(ACTOR))), None);
    assert_eq!(gives(|proof, race| proof.signature = held(TICKET, race, log(7))), None);
    assert_eq!(gives(|proof, race| proof.signature = held(5, race, log(ACTOR))), None);
    // The root key is a ticket, for those who hold it.
    let by_root = |proof: &mut TicketProof| proof.ticket = Ticket { key: log(ROOT), ..proof.ticket.clone() };
    assert_eq!(gives(|proof, _| by_root(proof)), None);
    let with_root = gives(|proof, race| {
        by_root(proof);
        proof.signature = held(ROOT, race, log(ACTOR));
    });
    assert_eq!(with_root, Some(Role::Director));
}

/// Somebody writes down that the ticket gives more than it says: what counts is the word of those who may give it.
#[test]
fn a_ticket_written_down_by_its_holder_gives_nothing() {
    let base = all(&mut headquarters());
    let mut phone = phone(ACTOR, &base);
    phone.invite(ticket(Role::Captain, &["k1"])).unwrap();
    super::enrol_by(&mut phone, ACTOR, Role::Captain, &["k1"], false);
    in_every_order(&[], &[base, all(&mut phone)], |store, order| {
        assert_eq!(store.members().standing(log(ACTOR)).role, None, "{order:?}");
    });
}

#[test]
fn a_link_with_any_character_changed_is_refused() {
    let hq = headquarters();
    let mut ticket = ticket(Role::Volunteer, &["k1"]);
    ticket.root = Some(ticket_signature(&identity(ROOT), hq.race(), &ticket));
    // The seed of `identity(TICKET)`; a link whose secret is not its ticket's would not read.
    let mut secret = [0; 32];
    secret[..8].copy_from_slice(&TICKET.to_le_bytes());
    secret[31] = 1;
    let genesis = hq.genesis().unwrap().unwrap();
    let link = Invitation { genesis, ticket, secret, servers: Vec::new() }.link();
    assert!(Invitation::read(&link).is_ok());
    let others: Vec<u8> = (b' '..=b'~').collect();
    let mut bytes = link.clone().into_bytes();
    for at in 0..bytes.len() {
        let was = bytes[at];
        for other in others.iter().filter(|other| **other != was) {
            bytes[at] = *other;
            let text = std::str::from_utf8(&bytes).unwrap();
            assert!(Invitation::read(text).is_err(), "character {at} of {link} as {text}");
        }
        bytes[at] = was;
        assert!(Invitation::read(&link[..at]).is_err(), "cut at {at}");
    }
}
