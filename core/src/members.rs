//! Who may say what: the standing of each log, as a pure function of the operation set. Rights in `docs/roles.md`.
//!
//! Invariant: a log's standing decides what its operations *count for*, never whether they are kept and relayed. The
//! same facts give the same standings, in whatever order they came.

mod facts;
mod judge;

use std::collections::{BTreeMap, BTreeSet};

pub use facts::{Facts, enrol_signature, revoke_signature, succession, ticket_signature};

use crate::{
    ids::{Key, LogId, OpRef, RaceId},
    log::Branch,
    op::{Body, Enrol, Role, Status, StatusCode, Ticket, TicketProof},
};

/// What a log may say, and how far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Its role; none for a log that nobody vouched for.
    pub role: Option<Role>,
    /// Where the role counts.
    pub checkpoints: BTreeSet<Key>,
    /// The last operation that counts, if it was revoked.
    pub cut: Option<u64>,
}

impl Standing {
    /// Its role at an operation: pending after a revocation.
    #[must_use]
    pub fn role_at(&self, seq: u64) -> Role {
        if self.is_revoked_at(seq) { Role::Pending } else { self.role.unwrap_or(Role::Pending) }
    }

    /// Whether a revocation comes before the operation.
    #[must_use]
    pub fn is_revoked_at(&self, seq: u64) -> bool {
        self.cut.is_some_and(|cut| seq > cut)
    }
}

/// What an operation wants to do.
#[derive(Clone, Debug)]
pub enum Act<'a> {
    /// Record a scan, or say that clocks met.
    Capture,
    /// Correct a scan.
    Correct {
        /// Who recorded it.
        scan: OpRef,
        /// Where it was recorded; nothing if the scan is not here yet.
        checkpoint: Option<&'a Key>,
        /// Whether it is only a remark.
        is_note: bool,
    },
    /// Say what became of a runner; nothing if the words make no sense.
    Status(Option<Status>),
    /// Say that a runner is safe at a checkpoint, or what becomes of one; nothing if it is none.
    Station(Option<Key>),
    /// Say that a finding is nothing.
    Dismiss,
    /// Change an entrant, a setting, or freeze times.
    Direct,
}

/// Whether another replica may sync with this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Admission {
    /// It is of the race, or was invited.
    Welcome,
    /// Nobody invited it.
    Stranger,
    /// It was revoked.
    Revoked,
}

/// What an operation counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// All it says.
    Counts,
    /// Nothing: it is kept, relayed and shown.
    Shown,
    /// Nothing yet: whether it counts depends on an operation that is not here.
    Waits,
}

/// What an enrolment proves by itself, whoever shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Proof {
    /// The role that a ticket by the root key gives.
    pub by_root: Option<Role>,
    /// The log whose key vouched for this one.
    pub previous: Option<LogId>,
}

/// What an enrolment of `log` in a race with this root key proves by itself.
#[must_use]
pub fn proof(race: RaceId, root: LogId, log: LogId, enrol: &Enrol) -> Proof {
    let joined = facts::joined(race, root, log, enrol);
    Proof { by_root: joined.by_root.map(|(role, _)| role), previous: joined.previous }
}

/// Where whoever holds a ticket's secret would speak: the first operation of a log that is named after the ticket.
#[must_use]
pub fn bearer(proof: &TicketProof) -> OpRef {
    OpRef { log: proof.ticket.key, seq: 1 }
}

/// The race's logs, judged.
#[derive(Clone, Debug)]
pub struct Members {
    race: RaceId,
    director: LogId,
    root: LogId,
    facts: Facts,
    branches: BTreeMap<LogId, Branch>,
    standings: BTreeMap<LogId, Standing>,
}

impl Members {
    /// Members of a race whose genesis names `director` and `root`.
    #[must_use]
    pub fn new(race: RaceId, director: LogId, root: LogId) -> Self {
        let (facts, branches, standings) = (Facts::default(), BTreeMap::new(), BTreeMap::new());
        let mut members = Self { race, director, root, facts, branches, standings };
        members.judge();
        members
    }

    /// The director's first log.
    #[must_use]
    pub fn director(&self) -> LogId {
        self.director
    }

    /// The race's root key.
    #[must_use]
    pub fn root(&self) -> LogId {
        self.root
    }

    /// Notes that a log branched. Call [`Members::judge`] after the last of several.
    pub fn add_branch(&mut self, name: LogId, branch: Branch) {
        self.branches.insert(name, branch);
    }

    /// The key that signs a log: its own name, but for a branch.
    #[must_use]
    pub fn key_of(&self, log: LogId) -> LogId {
        self.branches.get(&log).map_or(log, |branch| branch.key)
    }

    /// Whether the key of this log signed two histories.
    #[must_use]
    pub fn is_forked(&self, log: LogId) -> bool {
        let key = self.key_of(log);
        self.branches.values().any(|branch| branch.key == key)
    }

    /// The branches, by name.
    #[must_use]
    pub fn branches(&self) -> &BTreeMap<LogId, Branch> {
        &self.branches
    }

    /// Takes in what an operation says about members; others say nothing. `body` names logs and branches as they are
    /// called here. Says whether it did; then [`Members::judge`] is due.
    pub fn take(&mut self, at: OpRef, body: &Body) -> bool {
        let key = self.key_of(at.log);
        self.facts.take(self.race, self.root, key, at, body)
    }

    /// Judges all logs again, and names those whose standing changed.
    pub fn judge(&mut self) -> BTreeSet<LogId> {
        let standings = judge::judge(self);
        let logs: BTreeSet<LogId> = self.standings.keys().chain(standings.keys()).copied().collect();
        let changed = logs.into_iter().filter(|log| self.standings.get(log) != standings.get(log)).collect();
        self.standings = standings;
        changed
    }

    /// The members as they would be if this were said at `at` as well. For judging beforehand what a word would do.
    #[must_use]
    pub fn with(&self, at: OpRef, body: &Body) -> Self {
        let mut members = self.clone();
        members.take(at, body);
        members.judge();
        members
    }

    /// The members, and among them whoever holds this ticket's secret, as if a log named after the ticket had enrolled by
    /// it: what that log may say is what the holder may. `proof` must be for the ticket's own key; else it gives nothing.
    #[must_use]
    pub fn with_bearer(&self, proof: &TicketProof) -> Self {
        let enrol = Enrol { ticket: Some(proof.clone()), ..Enrol::default() };
        self.with(bearer(proof), &Body::Enrol(Box::new(enrol)))
    }

    /// The ticket of this key, if somebody wrote it down.
    #[must_use]
    pub fn ticket(&self, key: LogId) -> Option<&Ticket> {
        self.facts.tickets.values().find(|ticket| ticket.key == key)
    }

    /// The keys of all tickets that somebody wrote down.
    pub fn tickets(&self) -> impl Iterator<Item = LogId> {
        self.facts.tickets.values().map(|ticket| ticket.key)
    }

    /// The standings of all logs that somebody said something about.
    #[must_use]
    pub fn standings(&self) -> &BTreeMap<LogId, Standing> {
        &self.standings
    }

    /// The standing of a log.
    #[must_use]
    pub fn standing(&self, log: LogId) -> Standing {
        self.standings.get(&log).cloned().unwrap_or_default()
    }

    /// The role of a log's author at an operation: the weight of that word where values contend.
    #[must_use]
    pub fn role_at(&self, at: OpRef) -> Role {
        self.standings.get(&at.log).map_or(Role::Pending, |standing| standing.role_at(at.seq))
    }

    /// What a claim to have seen `seen`, made at `at`, means now that logs have branched: the author's own history, or
    /// of another log as much as all its branches share. So a value that nobody surely saw stays in sight.
    #[must_use]
    pub fn seen_from(&self, at: OpRef, seen: OpRef) -> OpRef {
        if self.key_of(at.log) == self.key_of(seen.log) {
            let mut log = at.log;
            while let Some(branch) = self.branches.get(&log).filter(|branch| branch.base_seq >= seen.seq) {
                log = branch.parent;
            }
            return OpRef { log, seq: seen.seq };
        }
        let end = self.branches.values().find(|b| b.parent == seen.log).map_or(u64::MAX, |b| b.base_seq);
        OpRef { log: seen.log, seq: seen.seq.min(end) }
    }

    /// Whether a scan at this place is evidence: captured by a log that is trusted that far.
    #[must_use]
    pub fn is_approved(&self, at: OpRef) -> bool {
        self.role_at(at) >= Role::Volunteer
    }

    /// Revocations that stand against a log's key, for the approval that takes them back.
    #[must_use]
    pub fn revocations_of(&self, log: LogId) -> Vec<OpRef> {
        let key = self.key_of(log);
        self.facts.revocations_of(|revoked| self.key_of(revoked) == key)
    }

    /// What the operation at `at` counts for, if it wants to do this.
    #[must_use]
    pub fn verdict(&self, at: OpRef, act: Act<'_>) -> Verdict {
        let role = self.role_at(at);
        let is_own_place = |checkpoint: Option<&Key>| {
            checkpoint.is_some_and(|key| self.standing(at.log).checkpoints.contains(key))
        };
        let counts = match (role, &act) {
            (Role::Director, _) => true,
            // What is evidence already, only those who are trusted now may change.
            (Role::Pending, Act::Correct { scan, .. }) => {
                !self.standing(at.log).is_revoked_at(at.seq)
                    && !self.is_approved(*scan)
                    && self.is_own(at, *scan)
            }
            (Role::Pending, _) | (Role::Captain | Role::Volunteer, Act::Direct) => false,
            (Role::Captain | Role::Volunteer, Act::Capture) => true,
            (Role::Captain, Act::Correct { scan, checkpoint: None, is_note }) => {
                if !*is_note && !self.is_own(at, *scan) {
                    return Verdict::Waits;
                }
                true
            }
            (Role::Captain, Act::Correct { scan, checkpoint, is_note }) => {
                *is_note || self.is_own(at, *scan) || is_own_place(*checkpoint)
            }
            (Role::Volunteer, Act::Correct { scan, is_note, .. }) => *is_note || self.is_own(at, *scan),
            (Role::Captain, Act::Status(Some(Status { code: StatusCode::Ok, .. }))) => true,
            (Role::Captain, Act::Status(Some(Status { code, checkpoint }))) => {
                *code != StatusCode::Dsq && is_own_place(checkpoint.as_ref())
            }
            (Role::Captain, Act::Station(checkpoint)) => is_own_place(checkpoint.as_ref()),
            (Role::Captain, Act::Dismiss) => true,
            (Role::Captain | Role::Volunteer, Act::Status(_))
            | (Role::Volunteer, Act::Station(_) | Act::Dismiss) => false,
        };
        if counts { Verdict::Counts } else { Verdict::Shown }
    }

    /// Whether one key signed both, or the newer log proved that the same hands hold the older.
    fn is_own(&self, at: OpRef, scan: OpRef) -> bool {
        let scan_key = self.key_of(scan.log);
        let mut key = self.key_of(at.log);
        for _ in 0..judge::SUCCESSIONS_MAX {
            if key == scan_key {
                return true;
            }
            // Each proof is about the key, on whichever branch it stands.
            let kin = self.branches.iter().filter(|(_, branch)| branch.key == key).map(|(name, _)| *name);
            let previous = std::iter::once(key).chain(kin).find_map(|log| self.facts.previous_of(log));
            let Some(previous) = previous else { return false };
            key = self.key_of(previous);
        }
        false
    }

    /// Whether the author of `log` may sync with the author of `own`. `enrol` is how it says that it joined: a ticket
    /// that the root key signed, that was written down, or that this replica joined by too; or the key of a member.
    #[must_use]
    pub fn admission(&self, log: LogId, enrol: Option<&Enrol>, own: LogId) -> Admission {
        let standing = self.standing(log);
        if standing.cut.is_some() {
            return Admission::Revoked;
        }
        let said = enrol.map(|enrol| facts::joined(self.race, self.root, log, enrol));
        let is_invited = standing.role.is_some()
            || self.facts.joined_by(log).any(|joined| self.is_known(joined, own))
            || said.is_some_and(|joined| self.is_known(&joined, own));
        if is_invited { Admission::Welcome } else { Admission::Stranger }
    }

    fn is_known(&self, joined: &facts::Joined, own: LogId) -> bool {
        let by_ticket = joined.ticket.is_some_and(|ticket| {
            self.facts.tickets.values().any(|known| known.key == ticket)
                || self.facts.joined_by(own).any(|joined| joined.ticket == Some(ticket))
        });
        let by_member = joined.previous.is_some_and(|previous| {
            let standing = self.standing(previous);
            standing.cut.is_none()
                && (standing.role.is_some() || self.facts.joined_by(previous).next().is_some())
        });
        joined.by_root.is_some() || by_ticket || by_member
    }

    /// The log that went before, if its key vouched for this one: the same device wrote both.
    #[must_use]
    pub fn previous_of(&self, log: LogId) -> Option<LogId> {
        self.facts.previous_of(log)
    }
}
