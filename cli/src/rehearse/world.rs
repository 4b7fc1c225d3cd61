//! The world of a rehearsal: headquarters, phones, and couriers who carry files between them.
//!
//! Invariant: replicas learn from each other by bundles alone. At the end of each act every replica was given every file,
//! each in an order of its own, some more than once.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use bibtrail_core::{
    ids::{BootId, LogId, OpRef},
    invitation::Invitation,
    log::Identity,
    op::{Enrol, Entity, Role, Status, Ticket, Value, field},
    store::{Confirmed, NewScan, Store},
    time::Reading,
};
use indicatif::ProgressBar;
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::{
    Plan, Script,
    inject::{Dealt, Facet, Seen},
};
use crate::{
    Error,
    replica::{Folder, NewKeys},
    setup,
};

/// How often during the race the phones meet and send files.
const ROUNDS: usize = 3;

/// The longest burst a phone records in one commit.
const BURST_MAX: usize = 200;

pub(super) struct World {
    /// Headquarters first.
    pub(super) replicas: Vec<Replica>,
    files: Vec<Vec<u8>>,
    delivered: usize,
    rng: ChaCha8Rng,
    progress: ProgressBar,
    // Dropped last: the folders of replicas that nobody wants to keep.
    _temporary: Option<TempDir>,
}

pub(super) struct Replica {
    pub(super) store: Store,
    /// How much of its own log is in files already.
    sent: u64,
    boot: BootId,
    booted_ms: i64,
    /// The scans it recorded, in order, for the corrections.
    recorded: Vec<OpRef>,
    rng: ChaCha8Rng,
}

impl World {
    /// Headquarters begins the race, and every phone joins.
    pub(super) fn begin(script: &Script, plan: &Plan, progress: ProgressBar) -> Result<Self, Error> {
        let mut rng = ChaCha8Rng::seed_from_u64(plan.seed ^ 0x0062_6962_7472_6169);
        let temporary = match &plan.keep {
            Some(_) => None,
            None => Some(tempfile::tempdir().map_err(Error::file(&std::env::temp_dir()))?),
        };
        let root: PathBuf = match (&plan.keep, &temporary) {
            (Some(keep), _) => keep.clone(),
            (None, Some(temporary)) => temporary.path().to_owned(),
            (None, None) => std::env::temp_dir(),
        };
        progress.set_message("phones join");
        progress.set_length(plan.phones as u64 + 1);
        let hq = headquarters(script, plan, &root, &mut rng)?;
        let mut world = Self {
            replicas: vec![hq],
            files: Vec::new(),
            delivered: 0,
            rng,
            progress,
            _temporary: temporary,
        };
        world.progress.inc(1);
        let invitation = invite(&mut world.replicas[0].store, &mut world.rng)?;
        let race = world.replicas[0].store.bundle(&BTreeMap::new())?;
        for number in 1..=plan.phones {
            let phone = join(script, plan, &root, number, (&invitation, &race), &mut world.rng)?;
            world.replicas.push(phone);
            world.progress.inc(1);
        }
        world.replicas[0].sent = world.replicas[0].store.heads()?[&world.replicas[0].store.own_log()];
        Ok(world)
    }

    /// The race: phones record, meet and send, in rounds; statuses come from headquarters.
    pub(super) fn race(
        &mut self,
        dealt: &Dealt,
        statuses: &[(bibtrail_core::ids::Bib, Status)],
    ) -> Result<(), Error> {
        let total: usize = dealt.phones.iter().map(Vec::len).sum();
        self.say("phones record", total);
        for round in 0..ROUNDS {
            let progress = self.progress.clone();
            let phones: Vec<(&mut Replica, &[Seen])> = self.replicas[1..]
                .iter_mut()
                .zip(&dealt.phones)
                .map(|(replica, seen)| {
                    let (from, to) = (seen.len() * round / ROUNDS, seen.len() * (round + 1) / ROUNDS);
                    (replica, &seen[from..to])
                })
                .collect();
            side_by_side(phones, |(replica, seen)| replica.record(seen, &progress))?;
            self.some_meet()?;
            self.everyone_sends()?;
        }
        for (bib, status) in statuses {
            let hq = &mut self.replicas[0].store;
            let entity =
                hq.entrants_with(bib)?.first().map_or(Entity::Bib(bib.clone()), |e| Entity::Entrant(e.id));
            hq.put(entity, vec![(field::STATUS, status.value())], Some("reported by radio"))?;
        }
        self.everyone_sends()?;
        self.deliver("couriers deliver")
    }

    /// Corrections by those who recorded, contradictions by headquarters, at the same time. Then all is told to all.
    pub(super) fn correct(&mut self, dealt: &Dealt) -> Result<(), Error> {
        self.say("corrections", dealt.injected.late_edits);
        let mut contradictions = Vec::new();
        for (replica, seen) in self.replicas[1..].iter_mut().zip(&dealt.phones) {
            let mut puts = Vec::new();
            for (seen, at) in seen.iter().zip(&replica.recorded) {
                let Some(edit) = &seen.edit else { continue };
                puts.push((Entity::Scan(*at), vec![edit.right.value()]));
                contradictions
                    .extend(edit.contradiction.iter().map(|facet| (Entity::Scan(*at), vec![facet.value()])));
            }
            self.progress.inc(puts.len() as u64);
            replica.store.put_all(puts, Some("looked again"))?;
        }
        self.replicas[0].store.put_all(contradictions, Some("read from the paper"))?;
        self.everyone_sends()?;
        self.deliver("corrections travel")
    }

    /// Headquarters settles every conflict by what the recording phone said. Then that is told to all.
    pub(super) fn resolve(&mut self) -> Result<(), Error> {
        let hq = &mut self.replicas[0].store;
        let own = hq.own_log();
        for conflict in hq.conflicts()? {
            let Some(right) = conflict.siblings.iter().find(|s| s.at.log != own) else { continue };
            hq.put(conflict.entity, vec![(conflict.field, right.value.clone())], Some("asked the runner"))?;
        }
        self.everyone_sends()?;
        self.deliver("resolutions travel")
    }

    /// Does something with every replica, side by side, and gives what came of it in their order.
    pub(super) fn ask_all<T: Send>(
        &mut self,
        message: &'static str,
        ask: impl Fn(&Replica) -> Result<T, Error> + Sync,
    ) -> Result<Vec<T>, Error> {
        self.say(message, self.replicas.len());
        let progress = self.progress.clone();
        side_by_side(self.replicas.iter_mut().collect(), |replica| {
            let answer = ask(replica);
            progress.inc(1);
            answer
        })
    }

    pub(super) fn finish(&self) {
        self.progress.finish_and_clear();
    }

    fn say(&self, message: &'static str, length: usize) {
        self.progress.set_position(0);
        self.progress.set_length(length as u64);
        self.progress.set_message(message);
    }

    /// Two phones meet: each gives the other what it lacks, relayed logs included.
    fn some_meet(&mut self) -> Result<(), Error> {
        for _ in 0..self.replicas.len() / 4 {
            let a = self.rng.random_range(0..self.replicas.len());
            let b = self.rng.random_range(0..self.replicas.len());
            if a != b {
                let lacking = self.replicas[b].store.heads()?;
                let news = self.replicas[a].store.bundle(&lacking)?;
                self.replicas[b].store.merge(&news)?;
            }
        }
        Ok(())
    }

    /// Each replica puts what is new in its own log into a file.
    fn everyone_sends(&mut self) -> Result<(), Error> {
        for replica in &mut self.replicas {
            let own = replica.store.own_log();
            let mut held: BTreeMap<LogId, u64> = replica.store.heads()?;
            let now = held.insert(own, replica.sent).unwrap_or_default();
            if now > replica.sent {
                self.files.push(replica.store.bundle(&held)?);
                replica.sent = now;
            }
        }
        Ok(())
    }

    /// Couriers bring every file to every replica: in an order of its own each, one in ten twice.
    fn deliver(&mut self, message: &'static str) -> Result<(), Error> {
        let files = &self.files[self.delivered..];
        self.progress.set_position(0);
        self.progress.set_length((files.len() * self.replicas.len()) as u64);
        self.progress.set_message(message);
        let progress = self.progress.clone();
        side_by_side(self.replicas.iter_mut().collect(), |replica| {
            let mut order: Vec<usize> = (0..files.len()).collect();
            order.extend((0..files.len() / 10).map(|_| replica.rng.random_range(0..files.len())));
            order.shuffle(&mut replica.rng);
            for file in order {
                replica.store.merge(&files[file])?;
                progress.inc(1);
            }
            Ok(())
        })?;
        self.delivered = self.files.len();
        Ok(())
    }
}

impl Replica {
    fn record(&mut self, seen: &[Seen], progress: &ProgressBar) -> Result<(), Error> {
        let mut rest = seen;
        while !rest.is_empty() {
            let burst = self.rng.random_range(1..=BURST_MAX).min(rest.len());
            let (now, later) = rest.split_at(burst);
            let scans: Vec<NewScan> = now.iter().map(|seen| self.scan(seen)).collect();
            let confirmed = self.store.record(&scans)?;
            self.recorded.extend(confirmed.iter().map(Confirmed::at));
            progress.inc(burst as u64);
            rest = later;
        }
        Ok(())
    }

    fn scan(&self, seen: &Seen) -> NewScan {
        let passed = &seen.passed;
        let boot_ms = passed.time_ms.saturating_sub(self.booted_ms).max(0).cast_unsigned();
        NewScan {
            bib: passed.bib.clone(),
            checkpoint: passed.checkpoint.clone(),
            kind: passed.kind,
            reading: Reading { boot: self.boot, boot_ms, wall_ms: passed.time_ms },
        }
    }
}

impl Facet {
    fn value(&self) -> (u16, Value) {
        match self {
            Self::Bib(bib) => (field::BIB, bib.as_str().into()),
            Self::Time(ms) => (field::TIME, (*ms).into()),
            Self::Void(yes) => (field::VOID, Value::Bool(*yes)),
        }
    }
}

fn folder(plan: &Plan, root: &Path, name: &str) -> Folder {
    let path = root.join(name);
    // Replicas to be kept are written as a phone's; the others are gone in a minute.
    if plan.keep.is_some() { Folder::new(&path) } else { Folder::ephemeral(&path) }
}

fn headquarters(script: &Script, plan: &Plan, root: &Path, rng: &mut ChaCha8Rng) -> Result<Replica, Error> {
    let keys = NewKeys { root: rng.random(), log: rng.random(), nonce: rng.random() };
    let mut store = folder(plan, root, "hq").create(&script.setup.name, keys)?;
    let entrants = setup::entrant_values(&script.setup, &script.entrants, || Ok(rng.random()))?;
    let reading = Reading {
        boot: BootId::of(store.race(), b"hq"),
        boot_ms: 1_000,
        wall_ms: script.setup.start_ms - 4 * 3_600_000,
    };
    setup::begin(&mut store, "headquarters", &script.setup, entrants, reading)?;
    Ok(replica("hq", store, script, rng))
}

/// One ticket for all phones.
fn invite(store: &mut Store, rng: &mut ChaCha8Rng) -> Result<Invitation, Error> {
    let secret: [u8; 32] = rng.random();
    let key = Identity::from_seed(secret).log();
    let ticket = Ticket { key, role: Role::Volunteer, checkpoints: Vec::new(), root: None };
    store.invite(ticket.clone())?;
    let genesis = store.genesis()?.unwrap_or_default();
    Ok(Invitation { genesis, ticket, secret, servers: Vec::new() })
}

fn join(
    script: &Script,
    plan: &Plan,
    root: &Path,
    number: usize,
    (invitation, race): (&Invitation, &[u8]),
    rng: &mut ChaCha8Rng,
) -> Result<Replica, Error> {
    let name = format!("phone-{number}");
    let (origin, race) = (invitation.origin()?, Some(race));
    let mut store = folder(plan, root, &name).join(origin, race, rng.random())?;
    let ticket = Some(invitation.proof(store.own_log())?);
    store.enrol(Enrol { name: name.clone(), ticket, ..Enrol::default() })?;
    Ok(replica(&name, store, script, rng))
}

fn replica(name: &str, store: Store, script: &Script, rng: &mut ChaCha8Rng) -> Replica {
    let boot = BootId::of(store.race(), name.as_bytes());
    // Switched on some hours before the gun.
    let booted_ms = script.setup.start_ms - rng.random_range(3_600_000..24 * 3_600_000);
    let rng = ChaCha8Rng::from_seed(rng.random());
    Replica { store, sent: 0, boot, booted_ms, recorded: Vec::new(), rng }
}

/// Works on each item, on as many threads as there are processors. What comes out does not depend on how many.
fn side_by_side<T: Send, R: Send>(
    items: Vec<T>,
    work: impl Fn(T) -> Result<R, Error> + Sync,
) -> Result<Vec<R>, Error> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let mut lanes: Vec<Vec<(usize, T)>> = (0..threads).map(|_| Vec::new()).collect();
    for (n, item) in items.into_iter().enumerate() {
        lanes[n % threads].push((n, item));
    }
    let work = &work;
    let mut done = std::thread::scope(|scope| {
        let handles: Vec<_> = lanes
            .into_iter()
            .map(|lane| {
                scope.spawn(move || {
                    lane.into_iter().map(|(n, item)| Ok((n, work(item)?))).collect::<Result<Vec<_>, Error>>()
                })
            })
            .collect();
        let lanes = handles.into_iter().map(|handle| handle.join().map_err(|_| Error::Worker)?);
        lanes.collect::<Result<Vec<_>, Error>>()
    })?
    .into_iter()
    .flatten()
    .collect::<Vec<_>>();
    done.sort_by_key(|(n, _)| *n);
    Ok(done.into_iter().map(|(_, result)| result).collect())
}
