//! Devices: who is in the race, what each is known to hold, and how sure its clock is.
//!
//! Invariant: what others hold is what they said when last met; it is never too much.

use std::collections::BTreeMap;

use bibtrail_core::{
    ids::LogId,
    op::Role,
    store::{LogInfo, Store, StoreError},
};

use super::{Notice, Place, Tone};
use crate::{
    session::SyncTarget,
    words::{Say, Wording},
};

/// A clock that differs by more from the race's is worth a notice, in milliseconds.
const OFF_MS: i64 = 2_000;

/// A phone or server of the race.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DeviceLine {
    /// Its log: 64 hexadecimal digits.
    pub log: String,
    /// What it calls itself.
    pub name: String,
    /// Where it says that it stands.
    pub place: Option<Place>,
    /// What it may do.
    pub role: Wording,
    /// Whether it is this phone.
    pub is_this: bool,
    /// How many of its operations are here.
    pub operations: i64,
    /// When it was met last, in words.
    pub met: Wording,
    /// That moment: milliseconds since 1970-01-01 UTC.
    pub met_ms: Option<i64>,
    /// What it lacked then of what is here now; nothing if it was never met.
    pub lacks: Option<Wording>,
    /// How sure its clock is, either way, in milliseconds; nothing if it never met the others.
    pub clock_within_ms: Option<i64>,
}

/// How this phone's clock stands to the race's.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ClockStatus {
    /// In words.
    pub text: Wording,
    /// Its colour.
    pub tone: Tone,
    /// How far this phone's wall clock is ahead of the race's, in milliseconds; nothing while that is not known.
    pub ahead_ms: Option<i64>,
    /// How sure that is, either way, in milliseconds.
    pub within_ms: Option<i64>,
}

/// What "devices and sync" shows.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct DevicesScreen {
    /// Who is in the race: this phone first, then by name.
    pub devices: Vec<DeviceLine>,
    /// Where the race can be reached, as the join code said.
    pub servers: Vec<SyncTarget>,
    /// Scans of this phone that no other device is known to hold.
    pub pending_scans: u32,
    /// That in words.
    pub pending: Wording,
    /// This phone's clock.
    pub clock: ClockStatus,
    /// What wants attention, the worst first.
    pub notices: Vec<Notice>,
}

/// The lines of all devices. `wall_ms`: now, by this phone's clock.
///
/// # Errors
/// When the database fails.
pub(crate) fn device_lines(store: &Store, wall_ms: i64) -> Result<Vec<DeviceLine>, StoreError> {
    let (logs, setup, timing, peers) = (store.logs()?, store.setup()?, store.timing()?, store.peers()?);
    let mut within: BTreeMap<LogId, i64> = BTreeMap::new();
    for (log, reading) in store.boots()? {
        if let Some(moment) = timing.clocks.at(reading.boot, reading.boot_ms) {
            within.insert(log, moment.latest_ms.saturating_sub(moment.earliest_ms) / 2);
        }
    }
    let line = |info: &LogInfo| {
        let enrolment = info.enrolment.as_ref();
        let peer = peers.iter().find(|peer| peer.log == info.log);
        let held = |log: LogId| {
            let tips = peer.iter().flat_map(|peer| &peer.held);
            tips.filter(|tip| tip.key == log).map(|tip| tip.mark.seq).max().unwrap_or_default()
        };
        let lacks: u64 = logs.iter().map(|other| other.seq.saturating_sub(held(other.log))).sum();
        let met_ms = peer.map(|peer| peer.met.wall_ms);
        DeviceLine {
            log: info.log.to_string(),
            name: enrolment.map_or_else(|| info.log.short(), |enrol| enrol.name.clone()),
            place: enrolment
                .and_then(|enrol| enrol.checkpoint.as_ref())
                .map(|key| Place::of(&setup, key.as_str())),
            role: role(store, info).wording(),
            is_this: info.log == store.own_log(),
            operations: i64::try_from(info.seq).unwrap_or(i64::MAX),
            met: met_ms.map_or(Say::MetNever {}, |ms| Say::MetAgo { ago: ago(wall_ms, ms) }).wording(),
            met_ms,
            lacks: peer.map(|_| lack(lacks).wording()),
            clock_within_ms: within.get(&info.log).copied(),
        }
    };
    let mut lines: Vec<DeviceLine> = logs.iter().map(line).collect();
    lines.sort_by(|a, b| (!a.is_this, &a.name, &a.log).cmp(&(!b.is_this, &b.name, &b.log)));
    Ok(lines)
}

/// A span as a screen shows it: whole seconds, never negative.
fn ago(now_ms: i64, ms: i64) -> i64 {
    now_ms.saturating_sub(ms).max(0) / 1000 * 1000
}

fn lack(operations: u64) -> Say {
    match operations {
        0 => Say::LacksNothing {},
        n => Say::LacksOperations { operations: i64::try_from(n).unwrap_or(i64::MAX) },
    }
}

fn role(store: &Store, info: &LogInfo) -> Say {
    let standing = store.members().standing(info.log);
    if standing.is_revoked_at(info.seq) {
        return Say::RoleRevoked {};
    }
    match standing.role_at(info.seq) {
        Role::Pending => Say::RolePending {},
        Role::Volunteer => Say::RoleVolunteer {},
        Role::Captain => Say::RoleCaptain {},
        Role::Director => Say::RoleDirector {},
    }
}

/// How this phone's clock stands.
///
/// # Errors
/// When the database fails.
pub(crate) fn clock_status(
    store: &Store,
    now: bibtrail_core::time::Reading,
) -> Result<ClockStatus, StoreError> {
    let timing = store.timing()?;
    let moment = timing.clocks.at(now.boot, now.boot_ms);
    let ahead_ms = moment.map(|moment| now.wall_ms.saturating_sub(moment.ms));
    let within_ms = moment.map(|moment| moment.latest_ms.saturating_sub(moment.earliest_ms) / 2);
    let is_off = ahead_ms.is_some_and(|ms| ms.saturating_abs() > OFF_MS);
    let text = match (timing.reference == store.own_log(), ahead_ms, within_ms) {
        (true, ..) => Say::ClockReference {},
        (_, Some(off), _) if is_off => Say::NoticeClockOff { off },
        (.., Some(within)) => Say::ClockWithin { within },
        _ => Say::ClockAlone {},
    };
    let tone = match (moment, is_off) {
        (None, _) => Tone::Quiet,
        (_, true) => Tone::Notice,
        (Some(_), false) => Tone::Good,
    };
    Ok(ClockStatus { text: text.wording(), tone, ahead_ms, within_ms })
}
