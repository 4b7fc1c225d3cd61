//! How a signer is a director: from the race's genesis, or a ticket by its root key, from log to log.
//!
//! Invariant: each step proves itself. A step that needs anybody's word but the root key's, the genesis' or that of the
//! log before is none.

use super::{AttestError, Statement};
use crate::{
    ids::{LogId, OpRef},
    members,
    op::{Body, Enrol, Op, Role},
    race::Origin,
};

/// So many logs at most, each going on from the one before.
const STEPS_MAX: usize = 64;

/// Who signed, as far as the statement itself proves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Signer {
    /// The race.
    pub(super) origin: Origin,
    /// The log whose key signs.
    pub(super) log: LogId,
    /// Whether the chain begins with a ticket by the root key; else with the genesis.
    pub(super) is_rooted: bool,
}

impl Signer {
    /// Follows the chain of a statement to its end.
    pub(super) fn read(statement: &Statement) -> Result<Self, AttestError> {
        let changed = AttestError::Changed;
        let genesis = hex::decode(&statement.genesis).ok();
        let origin = genesis.and_then(|bytes| Origin::of_genesis(&bytes));
        let origin = origin.ok_or(changed("it does not hold the beginning of a race"))?;
        let mut reached: Option<Self> = None;
        if statement.signer.len() > STEPS_MAX {
            return Err(changed("it names too many logs"));
        }
        for (log, enrolment) in &statement.signer {
            let log = LogId::parse(log).ok_or(changed("it names a log that is none"))?;
            let enrol = enrolment.as_deref().map(read_enrolment).transpose()?;
            let proof = enrol.map(|enrol| members::proof(origin.race, origin.root, log, &enrol));
            let by_root = proof.and_then(|proof| proof.by_root) == Some(Role::Director);
            let before = proof.and_then(|proof| proof.previous);
            reached = match reached {
                None if proof.is_none() && log == origin.director => {
                    Some(Self { origin, log, is_rooted: false })
                }
                None if by_root => Some(Self { origin, log, is_rooted: true }),
                Some(above) if before == Some(above.log) => Some(Self { log, ..above }),
                _ => return Err(AttestError::NoDirector(log)),
            };
        }
        reached.ok_or(changed("it names no signer"))
    }
}

fn read_enrolment(text: &str) -> Result<Enrol, AttestError> {
    let bytes = hex::decode(text).ok();
    let enrol = bytes.and_then(|bytes| minicbor::decode(&bytes).ok());
    enrol.ok_or(AttestError::Changed("it holds an enrolment that is none"))
}

/// The chain that makes `log` a director by these facts; nothing if none does. As it stands in a statement.
pub(super) fn find(
    origin: &Origin,
    facts: &[(OpRef, Op)],
    log: LogId,
) -> Option<Vec<(String, Option<String>)>> {
    let (mut steps, mut log) = (Vec::new(), log);
    while steps.len() < STEPS_MAX {
        if log == origin.director {
            steps.push((log.to_string(), None));
            steps.reverse();
            return Some(steps);
        }
        let enrolments = facts.iter().filter(|(at, _)| at.log == log).filter_map(|(_, op)| match &op.body {
            Body::Enrol(enrol) => Some((members::proof(origin.race, origin.root, log, enrol), enrol)),
            _ => None,
        });
        let by_root = |(proof, _): &(members::Proof, _)| proof.by_root == Some(Role::Director);
        let enrolments: Vec<_> = enrolments.collect();
        if let Some((_, enrol)) = enrolments.iter().find(|found| by_root(found)) {
            steps.push((log.to_string(), Some(shown(enrol))));
            steps.reverse();
            return Some(steps);
        }
        let (before, enrol) = enrolments.iter().find_map(|(proof, enrol)| Some((proof.previous?, enrol)))?;
        steps.push((log.to_string(), Some(shown(enrol))));
        log = before;
    }
    None
}

/// Of an enrolment what proves something, and nothing else of its author's.
fn shown(enrol: &Enrol) -> String {
    let (ticket, succession) = (enrol.ticket.clone(), enrol.succession.clone());
    let proof = Enrol { ticket, succession, ..Enrol::default() };
    hex::encode(minicbor::to_vec(&proof).unwrap_or_default())
}
