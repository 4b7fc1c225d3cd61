//! The demo as a race that is under way: runners move with the wall clock, and phones at the checkpoints bring what they
//! see to headquarters over real links.
//!
//! Invariant: all that headquarters learns of runners comes from phones that join by tickets and sync; who stopped is
//! said by the captain of the place where they stopped.

use std::{net::SocketAddr, path::PathBuf, sync::Mutex};

use bibtrail_core::{
    ids::{Bib, BootId, Key, RaceId},
    invitation::Invitation,
    log::Identity,
    op::{Enrol, Entity, Role, Scan, Status, StatusCode, Ticket, field},
    store::{Store, StoreError},
    time::Reading,
};
use bibtrail_transport::{
    cancel::Cancel,
    meeting::{self, Host},
    tcp, tls,
};
use jiff::Timestamp;
use tempfile::TempDir;

use super::{Edition, race};
use crate::{
    Error, host,
    rehearse::{Passed, Script},
    replica::{Folder, NewKeys},
    setup,
};

/// How long ago the gun went, in milliseconds: some have finished, most are out there.
const SINCE_GUN_MS: i64 = 100 * 60_000;

/// How often phones look for headquarters, in milliseconds.
const ROUND_MS: u64 = 5_000;

/// How long after they were seen last somebody who stopped is reported, in milliseconds.
const REPORT_MS: i64 = 600_000;

/// How long before the gun phones were switched on, in milliseconds.
const BOOTED_MS: i64 = 3_600_000;

/// A race under way, in a folder that goes when it ends.
pub(crate) struct Live {
    root: TempDir,
    phones: Vec<Phone>,
}

/// The phone of one checkpoint.
struct Phone {
    store: Mutex<Store>,
    clock: Clock,
    /// What it will see, by time.
    passings: Vec<Passed>,
    /// What its captain will say, by time.
    words: Vec<(i64, Bib, Status)>,
}

/// A phone's clocks, which are right.
#[derive(Clone, Copy)]
struct Clock {
    boot: BootId,
    booted_ms: i64,
}

impl Clock {
    fn read(self, ms: i64) -> Reading {
        Reading {
            boot: self.boot,
            boot_ms: ms.saturating_sub(self.booted_ms).max(0).cast_unsigned(),
            wall_ms: ms,
        }
    }
}

impl Live {
    /// Begins the race, as if some time ago.
    pub(crate) fn begin(seed: u64) -> Result<Self, Error> {
        let root = tempfile::tempdir().map_err(Error::file(&std::env::temp_dir()))?;
        let script = script(seed)?;
        let folder = Folder::new(&root.path().join("hq"));
        let mut hq = folder.create(&script.setup.name, NewKeys::random()?)?;
        let entrants = setup::entrant_values(&script.setup, &script.entrants, host::random)?;
        let reading = host::reading(hq.race())?;
        setup::begin(&mut hq, "headquarters", &script.setup, entrants, reading)?;
        say_who_stays_away(&mut hq, &script)?;
        let mut live = Self { root, phones: Vec::new() };
        for checkpoint in &script.setup.checkpoints {
            live.phones.push(live.phone(&mut hq, &script, &checkpoint.key)?);
        }
        hq.settle()?;
        folder.leave_mark(&hq);
        Ok(live)
    }

    /// Where headquarters' replica is.
    pub(crate) fn headquarters(&self) -> PathBuf {
        self.root.path().join("hq")
    }

    fn phone(&self, hq: &mut Store, script: &Script, checkpoint: &Key) -> Result<Phone, Error> {
        let secret = host::random()?;
        let key = Identity::from_seed(secret).log();
        let ticket = Ticket { key, role: Role::Captain, checkpoints: vec![checkpoint.clone()], root: None };
        hq.invite(ticket.clone())?;
        let genesis = hq.genesis()?.unwrap_or_default();
        let invitation = Invitation { genesis, ticket, secret, servers: Vec::new() };
        let folder = Folder::ephemeral(&self.root.path().join(checkpoint.as_str()));
        let mut store = folder.join(invitation.origin()?, None, host::random()?)?;
        let clock = Clock {
            boot: BootId::of(store.race(), checkpoint.as_str().as_bytes()),
            booted_ms: script.setup.start_ms - BOOTED_MS,
        };
        let ticket = Some(invitation.proof(store.own_log())?);
        store.enrol(Enrol {
            name: format!("Phone at {checkpoint}"),
            checkpoint: Some(checkpoint.clone()),
            reading: Some(clock.read(script.setup.start_ms)),
            ticket,
            ..Enrol::default()
        })?;
        store.settle()?;
        let mut passings: Vec<Passed> =
            script.passings.iter().filter(|passed| passed.checkpoint == *checkpoint).cloned().collect();
        passings.sort_by_key(|passed| passed.time_ms);
        Ok(Phone { store: Mutex::new(store), clock, passings, words: words(script, checkpoint) })
    }

    /// Lets the race go on until it is stopped.
    pub(crate) fn run(mut self, headquarters: SocketAddr, cancel: &Cancel, wait: impl Fn(&Cancel, u64)) {
        while !cancel.is_cancelled() {
            for phone in &mut self.phones {
                if let Err(error) = phone.go_on(headquarters, cancel) {
                    // It keeps what it has, and brings it the next time.
                    tracing::warn!(%error, "a phone of the demo could not bring what it saw");
                }
            }
            wait(cancel, ROUND_MS);
        }
    }
}

/// The race, moved to now.
fn script(seed: u64) -> Result<Script, Error> {
    let files = race(Edition::Y2025, seed)?;
    let name = |name: &str| PathBuf::from(name);
    let mut script = Script::read(
        (&name("race.toml"), files.race_toml.as_bytes()),
        (&name("entrants.csv"), files.entrants_csv.as_bytes()),
        (&name("splits.csv"), files.splits_csv.as_bytes()),
    )?;
    // On a full five minutes, as guns go.
    let start_ms = (Timestamp::now().as_millisecond() - SINCE_GUN_MS).div_euclid(300_000) * 300_000;
    let moved_ms = start_ms - script.setup.start_ms;
    script.setup.start_ms = start_ms;
    script
        .setup
        .courses
        .iter_mut()
        .filter_map(|course| course.start_ms.as_mut())
        .for_each(|ms| *ms += moved_ms);
    script.passings.iter_mut().for_each(|passed| passed.time_ms += moved_ms);
    Ok(script)
}

fn say_who_stays_away(hq: &mut Store, script: &Script) -> Result<(), StoreError> {
    let away = script.statuses.iter().filter(|(_, status)| status.code == StatusCode::Dns);
    for (bib, status) in away {
        say(hq, bib, status)?;
    }
    Ok(())
}

fn say(store: &mut Store, bib: &Bib, status: &Status) -> Result<(), StoreError> {
    let entrants = store.entrants_with(bib)?;
    let entity = entrants.first().map_or(Entity::Bib(bib.clone()), |entrant| Entity::Entrant(entrant.id));
    store.put(entity, vec![(field::STATUS, status.value())], Some("demo"))?;
    Ok(())
}

/// Who stops at a checkpoint, and when its captain says so.
fn words(script: &Script, checkpoint: &Key) -> Vec<(i64, Bib, Status)> {
    let stops = script.statuses.iter().filter(|(_, status)| status.checkpoint.as_ref() == Some(checkpoint));
    let told = stops.filter(|(_, status)| status.code != StatusCode::Dns).map(|(bib, status)| {
        let times = script.passings.iter().filter(|passed| passed.bib == *bib).map(|passed| passed.time_ms);
        (times.max().unwrap_or_default() + REPORT_MS, bib.clone(), status.clone())
    });
    let mut words: Vec<(i64, Bib, Status)> = told.collect();
    words.sort_by_key(|(ms, ..)| *ms);
    words
}

impl Phone {
    /// Records what happened meanwhile, and brings it to headquarters.
    fn go_on(&mut self, headquarters: SocketAddr, cancel: &Cancel) -> Result<(), Error> {
        let now_ms = Timestamp::now().as_millisecond();
        let due = self.passings.partition_point(|passed| passed.time_ms <= now_ms);
        let said = self.words.partition_point(|(ms, ..)| *ms <= now_ms);
        let clock = self.clock;
        let scans: Vec<Scan> = self
            .passings
            .drain(..due)
            .map(|passed| Scan::new(passed.bib, passed.checkpoint, passed.kind, clock.read(passed.time_ms)))
            .collect();
        let store = self.store.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner);
        store.record(&scans)?;
        for (_, bib, status) in self.words.drain(..said) {
            say(store, &bib, &status)?;
        }
        store.settle()?;
        let (race, identity) = (store.race(), store.identity().clone());
        self.sync((race, &identity), headquarters, cancel)
    }

    fn sync(
        &self,
        (race, identity): (RaceId, &Identity),
        headquarters: SocketAddr,
        cancel: &Cancel,
    ) -> Result<(), Error> {
        let stream = tcp::dial(&headquarters.to_string(), ROUND_MS, cancel)?;
        let whom = tls::Whom { log: None, race: Some(race) };
        let mut link = tls::connect(stream, identity, whom)?;
        let clock = self.clock;
        let now = move || Some(clock.read(Timestamp::now().as_millisecond()));
        let host = Host { store: &self.store, now: &now, progress: &mut |_| {} };
        meeting::dial(&mut link, host)?;
        Ok(())
    }
}
