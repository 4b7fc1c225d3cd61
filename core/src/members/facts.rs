//! What operations say about members, with every signature checked once, when the operation comes in.
//!
//! Invariant: a fact is kept by the place of its operation, so the same operations give the same facts in any order.

use std::collections::BTreeMap;

use crate::{
    ids::{Key, LogId, OpRef, RaceId},
    log::{Identity, sign_statement, verify_statement},
    op::{Approve, Body, Enrol, Revoke, Role, Succession, Ticket},
};

const TICKET: &str = "bibtrail 2026 ticket v0";
const ENROL: &str = "bibtrail 2026 enrolment v0";
const SUCCESSION: &str = "bibtrail 2026 succession v0";
const REVOKE: &str = "bibtrail 2026 revocation v0";

/// An enrolment, as far as it proved true.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Joined {
    /// Where it says to stand.
    pub(super) checkpoint: Option<Key>,
    /// The ticket whose secret its author held.
    pub(super) ticket: Option<LogId>,
    /// That ticket's role and checkpoints, if the root key signed them.
    pub(super) by_root: Option<(Role, Vec<Key>)>,
    /// The log whose key vouched for this one.
    pub(super) previous: Option<LogId>,
}

/// All that is known about members.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub(super) joined: BTreeMap<OpRef, Joined>,
    pub(super) tickets: BTreeMap<OpRef, Ticket>,
    pub(super) approvals: BTreeMap<OpRef, Approve>,
    /// Revocations, and whether the root key signed them.
    pub(super) revocations: BTreeMap<OpRef, (Revoke, bool)>,
}

impl Facts {
    pub(super) fn take(&mut self, race: RaceId, root: LogId, author: LogId, at: OpRef, body: &Body) -> bool {
        match body {
            Body::Enrol(enrol) => {
                self.joined.insert(at, joined(race, root, author, enrol));
            }
            Body::Ticket(ticket) => {
                self.tickets.insert(at, ticket.clone());
            }
            Body::Approve(approve) => {
                self.approvals.insert(at, approve.clone());
            }
            Body::Revoke(revoke) => {
                let parts = revoke_parts(revoke.up_to);
                let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
                let by_root = revoke.root.is_some_and(|s| verify_statement(root, REVOKE, race, &parts, &s));
                self.revocations.insert(at, (revoke.clone(), by_root));
            }
            _ => return false,
        }
        true
    }

    pub(super) fn previous_of(&self, log: LogId) -> Option<LogId> {
        self.joined_by(log).find_map(|joined| joined.previous)
    }

    /// How a log joined: once or several times.
    pub(super) fn joined_by(&self, log: LogId) -> impl Iterator<Item = &Joined> {
        let of_log = OpRef { log, seq: 0 }..=OpRef { log, seq: u64::MAX };
        self.joined.range(of_log).map(|(_, joined)| joined)
    }

    /// Revocations of logs that `is_meant` picks.
    pub(super) fn revocations_of(&self, is_meant: impl Fn(LogId) -> bool) -> Vec<OpRef> {
        let names = self.revocations.iter().filter(|(_, (revoke, _))| is_meant(revoke.up_to.log));
        names.map(|(at, _)| *at).collect()
    }
}

pub(super) fn joined(race: RaceId, root: LogId, author: LogId, enrol: &Enrol) -> Joined {
    let proof = enrol
        .ticket
        .as_ref()
        .filter(|proof| verify_statement(proof.ticket.key, ENROL, race, &[&author.0], &proof.signature));
    let by_root = proof.and_then(|proof| {
        if proof.ticket.key == root {
            return Some((Role::Director, Vec::new()));
        }
        let parts = ticket_parts(&proof.ticket);
        let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
        let is_true = proof.ticket.root.is_some_and(|s| verify_statement(root, TICKET, race, &parts, &s));
        is_true.then(|| (proof.ticket.role, proof.ticket.checkpoints.clone()))
    });
    let previous = enrol
        .succession
        .as_ref()
        .filter(|proof| verify_statement(proof.log, SUCCESSION, race, &[&author.0], &proof.signature));
    let previous = previous.map(|proof| proof.log);
    Joined { checkpoint: enrol.checkpoint.clone(), ticket: proof.map(|p| p.ticket.key), by_root, previous }
}

/// The root key's word for a ticket.
#[must_use]
pub fn ticket_signature(root: &Identity, race: RaceId, ticket: &Ticket) -> [u8; 64] {
    let parts = ticket_parts(ticket);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    sign_statement(root, TICKET, race, &parts)
}

/// The root key's word for a revocation: it takes this to revoke a director.
#[must_use]
pub fn revoke_signature(root: &Identity, race: RaceId, up_to: OpRef) -> [u8; 64] {
    let parts = revoke_parts(up_to);
    let parts: Vec<&[u8]> = parts.iter().map(Vec::as_slice).collect();
    sign_statement(root, REVOKE, race, &parts)
}

/// Proof that the author of `log` held the ticket's secret.
#[must_use]
pub fn enrol_signature(ticket: &Identity, race: RaceId, log: LogId) -> [u8; 64] {
    sign_statement(ticket, ENROL, race, &[&log.0])
}

/// Proof that the hands that held `previous` hold `log` too.
#[must_use]
pub fn succession(previous: &Identity, race: RaceId, log: LogId) -> Succession {
    Succession { log: previous.log(), signature: sign_statement(previous, SUCCESSION, race, &[&log.0]) }
}

fn ticket_parts(ticket: &Ticket) -> Vec<Vec<u8>> {
    let mut parts = vec![ticket.key.0.to_vec(), ticket.role.as_str().as_bytes().to_vec()];
    parts.extend(ticket.checkpoints.iter().map(|key| key.as_str().as_bytes().to_vec()));
    parts
}

fn revoke_parts(up_to: OpRef) -> Vec<Vec<u8>> {
    vec![up_to.log.0.to_vec(), up_to.seq.to_le_bytes().to_vec()]
}
