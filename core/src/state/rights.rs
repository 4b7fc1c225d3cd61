//! What an operation wants to do, for judging whether its author may.
//!
//! Invariant: one place says which right each operation takes, whether it is judged when it comes in or before it is
//! written.

use crate::{
    closing,
    ids::{Key, OpRef},
    members::{Act, Members, Verdict},
    op::{Body, Entity, Safety, Status, Write, field},
};

/// What an operation that says this would count for at `at`. `checkpoint` is where the scan was recorded that it corrects.
/// What is said of members and official times is judged by [`Members::with`], from its effect: here it waits.
#[must_use]
pub fn verdict(members: &Members, at: OpRef, body: &Body, checkpoint: Option<&Key>) -> Verdict {
    match body {
        Body::Scan(_) | Body::ClockContact(_) => members.verdict(at, Act::Capture),
        Body::Put(put) => of_put(members, at, &put.entity, &put.writes, checkpoint),
        Body::Freeze(_) => members.verdict(at, Act::Direct),
        Body::Race(_)
        | Body::Ticket(_)
        | Body::Enrol(_)
        | Body::Revoke(_)
        | Body::Approve(_)
        | Body::Unknown { .. } => Verdict::Waits,
    }
}

pub(super) fn of_put(
    members: &Members,
    at: OpRef,
    entity: &Entity,
    writes: &[Write],
    checkpoint: Option<&Key>,
) -> Verdict {
    members.verdict(at, act(entity, writes, checkpoint))
}

fn act<'a>(entity: &Entity, writes: &[Write], checkpoint: Option<&'a Key>) -> Act<'a> {
    match entity {
        Entity::Scan(scan) => Act::Correct {
            scan: *scan,
            checkpoint,
            is_note: writes.iter().all(|write| write.field == field::NOTE),
        },
        Entity::Entrant(_) | Entity::Bib(_) => match writes {
            [Write { field: field::STATUS, value, .. }] => Act::Status(Status::read(value)),
            [Write { field: field::SAFETY, value, .. }] => {
                Act::Station(Safety::read(value).and_then(|safety| safety.checkpoint()))
            }
            _ => Act::Direct,
        },
        Entity::Finding(_) => Act::Dismiss,
        Entity::Checkpoint(key) if closing::is_of_station(writes) => Act::Station(Some(key.clone())),
        Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) => Act::Direct,
    }
}
