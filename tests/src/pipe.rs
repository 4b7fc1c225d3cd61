//! A session between two replicas in one process, with every message counted.
//!
//! Invariant: messages arrive in order, and unchanged but for what a test does to them; whoever wants it otherwise drives
//! the session by hand.

use bibtrail_core::{
    ids::BootId,
    store::Store,
    sync::{Outcome, Session, SyncError},
    time::Reading,
};

use crate::world::START_MS;

/// What a session took, and what came of it on both sides.
#[derive(Debug)]
pub struct Met {
    /// Bytes of all messages, both ways.
    pub bytes: usize,
    /// Messages.
    pub messages: usize,
    /// Times that the word went there and back until both had decided.
    pub round_trips: usize,
    /// Bytes until both had decided: the comparison of clocks comes after.
    pub bytes_decided: usize,
    /// On the side that dialled.
    pub dialled: Outcome,
    /// On the side that was called.
    pub answered: Outcome,
}

/// What a clock that was started with the race says, `ms` after the gun.
#[must_use]
pub fn reading(device: u8, ms: u64) -> Reading {
    let boot_ms = ms + u64::from(device) * 1_000_000;
    Reading { boot: BootId([device; 8]), boot_ms, wall_ms: START_MS + ms.cast_signed() }
}

/// Runs a session to its end. Devices 1 and 2 are `ms` into the race; each message takes 20 ms.
///
/// # Errors
/// When either side ends it early.
pub fn meet(dialling: &mut Store, answering: &mut Store, ms: u64) -> Result<Met, SyncError> {
    meet_watched(dialling, answering, ms, &mut |_, _| {})
}

/// As [`meet`], with somebody who sees, and may change, each message before it arrives, and the store that will take it.
///
/// # Errors
/// As [`meet`].
pub fn meet_watched(
    dialling: &mut Store,
    answering: &mut Store,
    ms: u64,
    watch: &mut dyn FnMut(&mut Vec<u8>, &mut Store),
) -> Result<Met, SyncError> {
    let mut dial = Session::dial(answering.own_log());
    let mut answer = Session::answer(dialling.own_log());
    let (mut now, mut bytes, mut messages, mut turns) = (ms, 0, 0, 0);
    let (mut bytes_decided, mut turns_decided) = (0, 0);
    loop {
        let mut is_quiet = true;
        while let Some(mut message) = dial.poll(dialling, reading(1, now))? {
            now += 20;
            (bytes, messages, is_quiet) = (bytes + message.len(), messages + 1, false);
            watch(&mut message, answering);
            answer.handle(answering, &message, reading(2, now))?;
        }
        turns += usize::from(!is_quiet);
        note_decided(&dial, &answer, bytes, turns, &mut bytes_decided, &mut turns_decided);
        let before = messages;
        while let Some(mut message) = answer.poll(answering, reading(2, now))? {
            now += 20;
            (bytes, messages, is_quiet) = (bytes + message.len(), messages + 1, false);
            watch(&mut message, dialling);
            dial.handle(dialling, &message, reading(1, now))?;
        }
        turns += usize::from(messages > before);
        note_decided(&dial, &answer, bytes, turns, &mut bytes_decided, &mut turns_decided);
        if is_quiet {
            break;
        }
    }
    Ok(Met {
        bytes,
        messages,
        round_trips: turns_decided.div_ceil(2),
        bytes_decided,
        dialled: dial.outcome().clone(),
        answered: answer.outcome().clone(),
    })
}

fn note_decided(
    dial: &Session,
    answer: &Session,
    bytes: usize,
    turns: usize,
    bytes_decided: &mut usize,
    turns_decided: &mut usize,
) {
    if *turns_decided == 0 && dial.is_decided() && answer.is_decided() {
        (*bytes_decided, *turns_decided) = (bytes, turns);
    }
}
