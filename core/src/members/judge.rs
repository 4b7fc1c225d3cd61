//! The judgement: from facts to standings, one level of authority after the other.
//!
//! Invariant: each level is judged by the levels above it alone (root key, directors, captains), so there is no circle,
//! and no two logs can revoke each other.

use std::collections::{BTreeMap, BTreeSet};

use super::{Members, Standing};
use crate::{
    ids::{Key, LogId, OpRef},
    op::Role,
};

/// How many times a log may go on from another.
pub(super) const SUCCESSIONS_MAX: usize = 64;

/// Whose word a statement is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Authority {
    Captain,
    Director,
    Root,
}

struct Judge<'a> {
    members: &'a Members,
    standings: BTreeMap<LogId, Standing>,
    /// Revocations that stand, by authority.
    cuts: BTreeMap<LogId, u64>,
}

pub(super) fn judge(members: &Members) -> BTreeMap<LogId, Standing> {
    let mut judge = Judge { members, standings: BTreeMap::new(), cuts: BTreeMap::new() };
    judge.grant(members.director, Role::Director, &[]);
    for authority in [Authority::Root, Authority::Director, Authority::Captain] {
        judge.revoke(authority);
        judge.enrol(authority);
        judge.approve(authority);
        judge.succeed(authority);
    }
    let of_branches = members.branches.keys().filter_map(|log| Some((*log, judge.standing(*log)?)));
    let of_branches: Vec<(LogId, Standing)> = of_branches.collect();
    judge.standings.extend(of_branches);
    judge.standings
}

impl Judge<'_> {
    fn grant(&mut self, log: LogId, role: Role, checkpoints: &[Key]) {
        let cut = self.cuts.get(&log).copied();
        let standing = self.standings.entry(log).or_default();
        standing.cut = cut;
        if standing.role < Some(role) {
            standing.role = Some(role);
            standing.checkpoints.clear();
        }
        if standing.role == Some(role) {
            standing.checkpoints.extend(checkpoints.iter().cloned());
        }
    }

    /// The standing of a log; a branch that nobody vouched for has its parent's role.
    fn standing(&self, log: LogId) -> Option<Standing> {
        let mut standing = self.standings.get(&log).cloned();
        let mut log = log;
        for _ in 0..self.members.branches.len() {
            if standing.as_ref().is_some_and(|standing| standing.role.is_some()) {
                break;
            }
            let Some(branch) = self.members.branches.get(&log) else { break };
            log = branch.parent;
            if let Some(above) = self.standings.get(&log) {
                let cut = standing.as_ref().map_or(above.cut, |standing| standing.cut);
                standing = Some(Standing { cut, ..above.clone() });
            }
        }
        standing
    }

    /// Whether the author of the operation at `at` has this authority there.
    fn speaks(&self, at: OpRef, authority: Authority) -> bool {
        let role = match authority {
            Authority::Root => return false,
            Authority::Director => Role::Director,
            Authority::Captain => Role::Captain,
        };
        self.standing(at.log).is_some_and(|standing| standing.role_at(at.seq) == role)
    }

    /// Whether a captain at `at` may decide about a log that stands at these checkpoints.
    fn is_place_of(&self, at: OpRef, checkpoints: &BTreeSet<Key>) -> bool {
        let own = self.standing(at.log).map(|standing| standing.checkpoints);
        !checkpoints.is_empty() && own.is_some_and(|own| checkpoints.is_subset(&own))
    }

    /// Where a log stands: where its role counts, or that of the log it goes on from, or where it says so itself.
    fn places(&self, log: LogId) -> BTreeSet<Key> {
        let mut before = Some(log);
        for _ in 0..SUCCESSIONS_MAX {
            let Some(known) = before else { break };
            let granted = self.standing(known).map(|standing| standing.checkpoints).unwrap_or_default();
            if !granted.is_empty() {
                return granted;
            }
            before = self.members.facts.previous_of(known);
        }
        let of_log = OpRef { log, seq: 0 }..=OpRef { log, seq: u64::MAX };
        let said = self.members.facts.joined.range(of_log);
        said.filter_map(|(_, joined)| joined.checkpoint.clone()).collect()
    }

    fn role(&self, log: LogId) -> Option<Role> {
        self.standing(log).and_then(|standing| standing.role)
    }

    /// Revocations by this authority. A director is revoked by the root key alone, a captain by a director.
    fn revoke(&mut self, authority: Authority) {
        let mut found = Vec::new();
        for (at, (revoke, by_root)) in &self.members.facts.revocations {
            let target = revoke.up_to.log;
            let is_theirs = match authority {
                Authority::Root => *by_root,
                Authority::Director => {
                    self.speaks(*at, authority) && self.role(target) != Some(Role::Director)
                }
                Authority::Captain => {
                    self.speaks(*at, authority)
                        && self.role(target) < Some(Role::Captain)
                        && self.is_place_of(*at, &self.places(target))
                }
            };
            if is_theirs && (authority == Authority::Root || !self.is_taken_back(*at, target, authority)) {
                found.push(revoke.up_to);
            }
        }
        for up_to in found {
            self.cut(up_to);
        }
    }

    /// Whether somebody of this or a higher authority saw the revocation and approved the log all the same.
    fn is_taken_back(&self, revocation: OpRef, target: LogId, authority: Authority) -> bool {
        self.members.facts.approvals.iter().any(|(at, approve)| {
            let may = self.speaks(*at, Authority::Director)
                || (authority == Authority::Captain
                    && self.speaks(*at, Authority::Captain)
                    && self.is_place_of(*at, &self.places(target)));
            let is_of_key = self.members.key_of(approve.log) == self.members.key_of(target);
            may && is_of_key && approve.cancels.contains(&revocation)
        })
    }

    /// Cuts a log, its branches, and what those who forked it wrote beside it.
    fn cut(&mut self, up_to: OpRef) {
        let members = self.members;
        let key = members.key_of(up_to.log);
        let is_of_key = |log: &LogId| members.key_of(*log) == key;
        let kin: BTreeSet<LogId> = members.branches.keys().copied().filter(is_of_key).chain([key]).collect();
        let trusted = ancestry(members, up_to.log);
        for log in kin {
            let is_trusted = trusted.contains(&log) || ancestry(members, log).contains(&up_to.log);
            let seq = if is_trusted { up_to.seq } else { 0 };
            let cut = self.cuts.entry(log).or_insert(u64::MAX);
            *cut = seq.min(*cut);
            self.standings.entry(log).or_default().cut = Some(*cut);
        }
    }

    /// Roles that tickets give. A ticket counts as far as those may give roles who wrote it.
    fn enrol(&mut self, authority: Authority) {
        let facts = &self.members.facts;
        let mut granted: Vec<(LogId, Role, Vec<Key>)> = Vec::new();
        for (at, joined) in &facts.joined {
            match (authority, &joined.by_root) {
                (Authority::Root, Some((role, checkpoints))) => {
                    granted.push((at.log, *role, checkpoints.clone()));
                }
                (Authority::Root, None) | (_, Some(_)) => {}
                (_, None) => {
                    let Some(key) = joined.ticket else { continue };
                    let tickets = facts.tickets.iter().filter(|(at, ticket)| {
                        ticket.key == key && self.may_grant(**at, authority, ticket.role, &ticket.checkpoints)
                    });
                    granted.extend(tickets.map(|(_, t)| (at.log, t.role, t.checkpoints.clone())));
                }
            }
        }
        for (log, role, checkpoints) in granted {
            self.grant(log, role, &checkpoints);
        }
    }

    fn may_grant(&self, at: OpRef, authority: Authority, role: Role, checkpoints: &[Key]) -> bool {
        let is_within = match authority {
            Authority::Root => false,
            Authority::Director => role <= Role::Captain,
            Authority::Captain => {
                let places = checkpoints.iter().cloned().collect();
                role <= Role::Volunteer && self.is_place_of(at, &places)
            }
        };
        is_within && self.speaks(at, authority)
    }

    /// Roles that people gave to a log by name.
    fn approve(&mut self, authority: Authority) {
        let facts = &self.members.facts;
        let granted: Vec<(LogId, Role, Vec<Key>)> = facts
            .approvals
            .iter()
            .filter(|(at, approve)| {
                let places = match authority {
                    // Both where the log stands and where it is to count must be the captain's.
                    Authority::Captain => {
                        let stands_at = self.places(approve.log);
                        if stands_at.is_empty() {
                            return false;
                        }
                        stands_at.into_iter().chain(approve.checkpoints.iter().cloned()).collect()
                    }
                    _ => approve.checkpoints.clone(),
                };
                self.may_grant(**at, authority, approve.role, &places)
            })
            .map(|(_, approve)| (approve.log, approve.role, approve.checkpoints.clone()))
            .collect();
        for (log, role, checkpoints) in granted {
            self.grant(log, role, &checkpoints);
        }
    }

    /// A log that goes on from another has its standing, unless that one was revoked: then somebody must say so. A role
    /// goes on once all have spoken who may revoke it, so that no role outlives the one that it comes from.
    fn succeed(&mut self, authority: Authority) {
        let is_settled = |role: Role| match authority {
            Authority::Root => role == Role::Director,
            Authority::Director => role == Role::Captain,
            Authority::Captain => role <= Role::Volunteer,
        };
        for _ in 0..SUCCESSIONS_MAX {
            let mut granted: Vec<(LogId, Role, Vec<Key>)> = Vec::new();
            for (at, joined) in &self.members.facts.joined {
                let Some(before) = joined.previous.and_then(|previous| self.standing(previous)) else {
                    continue;
                };
                let Some(role) = before.role.filter(|role| before.cut.is_none() && is_settled(*role)) else {
                    continue;
                };
                if self.standings.get(&at.log).and_then(|standing| standing.role) < Some(role) {
                    granted.push((at.log, role, before.checkpoints.iter().cloned().collect()));
                }
            }
            if granted.is_empty() {
                return;
            }
            for (log, role, checkpoints) in granted {
                self.grant(log, role, &checkpoints);
            }
        }
    }
}

/// A log and the logs it branched from.
fn ancestry(members: &Members, log: LogId) -> BTreeSet<LogId> {
    let mut found = BTreeSet::from([log]);
    let mut log = log;
    while let Some(branch) = members.branches.get(&log) {
        log = branch.parent;
        if !found.insert(log) {
            break;
        }
    }
    found
}
