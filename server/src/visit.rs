//! One phone's visit, from its first byte to its last.
//!
//! Invariant: a phone is told nothing and brings nothing before it has proven its key, its race is known, and it may
//! come now.

use std::{
    io::{Read, Write},
    mem,
    sync::Arc,
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    sync::Outcome,
};
use bibtrail_transport::{
    detect::DetectError,
    meeting::{self, MeetingError},
    tls::{TlsError, Verdict},
};
use thiserror::Error;

use crate::{
    ServerError,
    guests::{End, Seat},
    hub::Hub,
    keeper::Counter,
    metrics::{Ended, OfRace},
};

/// Why a visit came to nothing, or ended early.
#[derive(Debug, Error)]
pub enum VisitError {
    /// It speaks something else.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// Its key.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The meeting.
    #[error(transparent)]
    Meeting(#[from] MeetingError),
    /// Headquarters itself.
    #[error(transparent)]
    Server(#[from] ServerError),
}

impl VisitError {
    fn word(&self) -> &'static str {
        match self {
            Self::Detect(_) => "no_protocol",
            Self::Tls(TlsError::Later(_)) => "too_often",
            Self::Tls(TlsError::NotAdmitted(_)) => "not_admitted",
            Self::Tls(_) => "no_tls",
            Self::Meeting(MeetingError::Session(_)) => "session",
            Self::Meeting(_) => "cut",
            Self::Server(_) => "server",
        }
    }
}

/// Receives a phone on a thread of its own, if there is room. `open` is called there, and gives the stream on which TLS
/// comes next; `end` ends the link; `race` is the one that its address named.
pub fn receive<S: Read + Write>(
    hub: &Arc<Hub>,
    end: End,
    race: Option<RaceId>,
    open: impl FnOnce() -> Result<S, VisitError> + Send + 'static,
) {
    let Some(seat) = hub.guests.enter(end) else {
        note(hub, "full", None);
        return;
    };
    hub.metrics.guests.inc();
    let thread = std::thread::Builder::new().name("visit".to_owned()).stack_size(hub.settings.stack_bytes);
    let begun = {
        let hub = hub.clone();
        thread.spawn(move || {
            let mut met = Met::default();
            let ended = open().and_then(|stream| meet(&hub, stream, race, &seat, &mut met));
            drop(seat);
            hub.metrics.guests.dec();
            tell(&hub, &met, ended);
        })
    };
    if let Err(error) = begun {
        hub.metrics.guests.dec();
        note(hub, "no_thread", None);
        tracing::error!(%error, "the system gives no thread for a phone");
    }
}

/// Who came, and to what.
#[derive(Default)]
struct Met {
    race: Option<RaceId>,
    phone: Option<LogId>,
}

fn meet<S: Read + Write>(
    hub: &Hub,
    stream: S,
    asked: Option<RaceId>,
    seat: &Seat,
    met: &mut Met,
) -> Result<Outcome, VisitError> {
    let first = asked.or_else(|| hub.races().first().map(|race| race.id));
    let judge = |named: Option<RaceId>, log: LogId| {
        let race = named.or(first).and_then(|id| hub.race(id));
        if race.is_none_or(|race| race.picture().revoked.contains(&log)) {
            Verdict::NotAdmitted
        } else if hub.may_come(log) {
            Verdict::Admitted
        } else {
            Verdict::Later
        }
    };
    let (mut link, named) = hub.door(asked)?.accept(stream, &judge)?;
    let phone = link.peer();
    met.phone = Some(phone);
    met.race = named.or(first);
    let race = met.race.and_then(|id| hub.race(id)).ok_or(TlsError::NotAdmitted(phone))?;
    // Told once before the greeting, and again when it was taken.
    let (mut told, mut is_noted) = (0_u32, false);
    let mut progress = |outcome: &Outcome| {
        if told > 0 {
            seat.admit();
        }
        if let Some(battery) = outcome.battery_there.filter(|_| !mem::replace(&mut is_noted, true)) {
            race.batteries.note(phone, battery, race.keeper.now().map(|now| now.wall_ms));
        }
        told += 1;
    };
    Ok(meeting::answer(&mut link, Counter { keeper: &race.keeper, progress: &mut progress })?)
}

fn tell(hub: &Hub, met: &Met, ended: Result<Outcome, VisitError>) {
    let phone = met.phone.map(|log| log.short());
    let race = met.race.map(|race| race.to_string());
    match ended {
        Ok(outcome) => {
            note(hub, if outcome.is_converged { "synced" } else { "differs" }, Some((met, &outcome)));
            tracing::info!(
                race,
                phone,
                is_synced = outcome.is_converged,
                operations_in = outcome.new_ops,
                operations_out = outcome.sent_ops,
                refused = outcome.refused_here.len(),
                forked = outcome.forked.len(),
                "a phone left"
            );
        }
        Err(error) => {
            note(hub, error.word(), None);
            tracing::info!(race, phone, %error, "a phone left early");
        }
    }
}

fn note(hub: &Hub, how: &'static str, met: Option<(&Met, &Outcome)>) {
    hub.metrics.visits.get_or_create(&Ended { how }).inc();
    if let Some((Met { race: Some(race), .. }, outcome)) = met {
        let of = OfRace { race: race.to_string() };
        hub.metrics.ops_in.get_or_create(&of).inc_by(outcome.new_ops);
        hub.metrics.ops_out.get_or_create(&of).inc_by(outcome.sent_ops);
    }
}
