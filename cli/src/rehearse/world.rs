//! The world of a rehearsal: headquarters and phones that meet in real sessions, and what becomes of some phones.
//!
//! Invariant: replicas learn from each other by sessions alone; phones without a way to headquarters are reached through
//! others. What a lost phone had not handed on would be gone, so it is lost after a meeting.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use bibtrail_core::{
    ids::{BootId, OpRef},
    invitation::Invitation,
    log::Identity,
    op::{Enrol, Entity, Role, Scan, Status, Ticket, Value, field},
    store::{Confirmed, Store},
    sync::Session,
    time::Reading,
};
use indicatif::ProgressBar;
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;
use tempfile::TempDir;

use super::{
    ClockError, Plan, Script,
    inject::{Dealt, Facet, Seen},
    lanes::side_by_side,
};
use crate::{
    Error,
    replica::{Folder, NewKeys},
    setup,
};

/// How often during the race the phones meet.
const ROUNDS: usize = 3;

/// How often everybody meets before it is given up that all hold the same.
const PASSES_MAX: usize = 8;

/// The longest burst a phone records in one commit.
const BURST_MAX: usize = 200;

const HOUR_MS: i64 = 3_600_000;

pub(super) struct World {
    /// Headquarters first.
    pub(super) replicas: Vec<Replica>,
    /// True time.
    now_ms: i64,
    start_ms: i64,
    end_ms: i64,
    root: PathBuf,
    plan: Plan,
    rng: ChaCha8Rng,
    progress: ProgressBar,
    // Dropped last: the folders of replicas that nobody wants to keep.
    _temporary: Option<TempDir>,
}

pub(super) struct Replica {
    pub(super) store: Store,
    folder: Folder,
    clock: DeviceClock,
    /// The scans it recorded, in order, for the corrections.
    recorded: Vec<(Seen, OpRef)>,
    /// Where the clocks of a whole station were set wrong.
    clock_errors: Vec<ClockError>,
    rng: ChaCha8Rng,
}

/// A device's clocks: the boot clock drifts, the wall clock is off besides.
#[derive(Clone, Debug)]
struct DeviceClock {
    boot: BootId,
    booted_ms: i64,
    skew_ppm: i64,
    wall_off_ms: i64,
}

impl DeviceClock {
    fn read(&self, true_ms: i64) -> Reading {
        if true_ms < self.booted_ms {
            // A time from before the device was on was set by hand: no clock stands behind it.
            return Reading { boot: BootId([0; 8]), boot_ms: 0, wall_ms: true_ms };
        }
        let since = true_ms - self.booted_ms;
        let boot_ms = (since + since * self.skew_ppm / 1_000_000).cast_unsigned();
        Reading { boot: self.boot, boot_ms, wall_ms: true_ms + self.wall_off_ms }
    }
}

impl World {
    /// Headquarters begins the race, every phone joins by a ticket and meets headquarters, hours before the gun.
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
        let start_ms = script.setup.start_ms;
        let end_ms = script.passings.iter().map(|passed| passed.time_ms).max().unwrap_or(start_ms);
        let hq = headquarters(script, plan, &root, &mut rng)?;
        let mut world = Self {
            replicas: vec![hq],
            now_ms: start_ms - 3 * HOUR_MS,
            start_ms,
            end_ms,
            root,
            plan: plan.clone(),
            rng,
            progress,
            _temporary: temporary,
        };
        world.progress.inc(1);
        let invitation = invite(&mut world.replicas[0].store, &mut world.rng)?;
        for number in 1..=plan.phones {
            let phone = join(plan, &world.root, number, &invitation, start_ms, &mut world.rng)?;
            world.replicas.push(phone);
            world.progress.inc(1);
        }
        world.all_meet("phones meet headquarters")?;
        Ok(world)
    }

    /// The race: phones record and meet, in rounds; statuses come from headquarters.
    pub(super) fn race(
        &mut self,
        dealt: &Dealt,
        statuses: &[(bibtrail_core::ids::Bib, Status)],
    ) -> Result<(), Error> {
        self.say("phones record", dealt.phones.iter().map(Vec::len).sum());
        // What is still to be recorded. A copied phone shares its part with its copy.
        let mut shares: Vec<&[Seen]> = dealt.phones.iter().map(Vec::as_slice).collect();
        let mut for_copies: Vec<(usize, Vec<Seen>)> = Vec::new();
        for round in 0..ROUNDS {
            let progress = self.progress.clone();
            let mut phones: Vec<(&mut Replica, Vec<Seen>)> = Vec::new();
            for (n, replica) in self.replicas[1..].iter_mut().enumerate() {
                let Some(share) = shares.get_mut(n) else { continue };
                let (now, later) = share.split_at(share.len() / (ROUNDS - round));
                *share = later;
                let copied = for_copies.iter().position(|(of, _)| *of == n + 1);
                phones.push((replica, copied.map_or_else(|| now.to_vec(), |_| every_other(now, 0))));
                if let Some(copied) = copied {
                    for_copies[copied].1 = every_other(now, 1);
                }
            }
            side_by_side(phones, |(replica, seen)| replica.record(&seen, &progress))?;
            // Copies stand at the end, in the order in which they were made.
            let copies = self.replicas.len() - for_copies.len();
            for (replica, (_, given)) in self.replicas[copies..].iter_mut().zip(&for_copies) {
                replica.record(given, &progress)?;
            }
            self.now_ms = self.start_ms + (self.end_ms - self.start_ms) * (round as i64 + 1) / ROUNDS as i64;
            self.some_meet()?;
            match round {
                0 => self.restore_some()?,
                1 => for_copies = self.clone_some()?,
                _ => {}
            }
        }
        self.now_ms = self.end_ms + HOUR_MS;
        for (bib, status) in statuses {
            let hq = &mut self.replicas[0].store;
            let entity =
                hq.entrants_with(bib)?.first().map_or(Entity::Bib(bib.clone()), |e| Entity::Entrant(e.id));
            hq.put(entity, vec![(field::STATUS, status.value())], Some("reported by radio"))?;
        }
        self.all_meet("everybody meets")
    }

    /// Corrections by those who recorded, contradictions by headquarters, at the same time. Then all is told to all.
    pub(super) fn correct(&mut self, dealt: &Dealt) -> Result<(), Error> {
        self.say("corrections", dealt.injected.late_edits);
        let mut contradictions = Vec::new();
        for replica in &mut self.replicas[1..] {
            let mut puts = Vec::new();
            for (seen, at) in &replica.recorded {
                let Some(edit) = &seen.edit else { continue };
                let at = replica.find(seen, *at)?;
                puts.push((Entity::Scan(at), vec![edit.right.value()]));
                contradictions
                    .extend(edit.contradiction.iter().map(|facet| (Entity::Scan(at), vec![facet.value()])));
            }
            self.progress.inc(puts.len() as u64);
            replica.store.put_all(puts, Some("looked again"))?;
        }
        self.replicas[0].store.put_all(contradictions, Some("read from the paper"))?;
        self.all_meet("corrections travel")?;
        self.lose_some();
        Ok(())
    }

    /// Headquarters settles every conflict by what the recording phone said. Then that is told to all.
    pub(super) fn resolve(&mut self) -> Result<(), Error> {
        let hq = &mut self.replicas[0].store;
        let own = hq.own_log();
        for conflict in hq.conflicts()? {
            let Some(right) = conflict.siblings.iter().find(|s| s.at.log != own) else { continue };
            hq.put(conflict.entity, vec![(conflict.field, right.value.clone())], Some("asked the runner"))?;
        }
        self.all_meet("resolutions travel")
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

    /// Some phones meet on the way: each then holds what the other does, relayed logs included.
    fn some_meet(&mut self) -> Result<(), Error> {
        let mut order: Vec<usize> = (0..self.replicas.len()).collect();
        order.shuffle(&mut self.rng);
        let pairs =
            order.chunks_exact(2).take(self.replicas.len() / 4 + 1).map(|pair| (pair[0], pair[1])).collect();
        self.meet_in_pairs(pairs)
    }

    /// Everybody meets somebody, until what anybody held is with headquarters; and back the same way. Whoever has no
    /// way to headquarters is reached through the others.
    fn all_meet(&mut self, message: &'static str) -> Result<(), Error> {
        let mut order: Vec<usize> = (1..self.replicas.len()).collect();
        order.shuffle(&mut self.rng);
        order.insert(0, 0);
        let mut rounds: Vec<Vec<(usize, usize)>> = Vec::new();
        let mut step = 1;
        while step < order.len() {
            let to = (0..order.len()).step_by(2 * step).filter(|n| n + step < order.len());
            rounds.push(to.map(|n| (order[n], order[n + step])).collect());
            step *= 2;
        }
        // The last round up is not repeated on the way back.
        let back: Vec<Vec<(usize, usize)>> = rounds.iter().rev().skip(1).cloned().collect();
        rounds.extend(back);
        // Meetings leave something to tell, too: who met whom, and who took a new key. The same pairs soon have no more.
        for _ in 0..PASSES_MAX {
            self.say(message, rounds.iter().map(Vec::len).sum());
            for pairs in rounds.clone() {
                self.meet_in_pairs(pairs)?;
            }
            let heads = self.ask_all(message, |replica| Ok(replica.store.heads()?))?;
            if heads.windows(2).all(|pair| pair[0] == pair[1]) {
                break;
            }
        }
        Ok(())
    }

    /// Meetings that have nobody in common, side by side.
    fn meet_in_pairs(&mut self, pairs: Vec<(usize, usize)>) -> Result<(), Error> {
        self.now_ms += 1_000;
        let now_ms = self.now_ms;
        let mut free: Vec<Option<&mut Replica>> = self.replicas.iter_mut().map(Some).collect();
        let mut meetings = Vec::new();
        for (a, b) in pairs {
            if let (Some(a), Some(b)) = (free[a].take(), free[b].take()) {
                meetings.push((a, b));
            }
        }
        let progress = self.progress.clone();
        // Where clocks are right, so is the air between them: then times come out to the millisecond.
        let latency_ms_max = if self.plan.clock_skew_ppm == 0 { 0 } else { 40 };
        side_by_side(meetings, |(a, b)| {
            meet(a, b, now_ms, latency_ms_max)?;
            progress.inc(1);
            Ok(())
        })?;
        Ok(())
    }

    /// Some phones are put back to a backup after they handed their scans on, and go on recording.
    fn restore_some(&mut self) -> Result<(), Error> {
        for n in self.some_phones(self.plan.restored_phones, 0) {
            let backup = self.root.join(format!("backup-{n}"));
            self.reopen(n, |folder| folder.copy_to(&backup, false))?;
            self.meet_in_pairs(vec![(0, n)])?;
            self.reopen(n, |folder| folder.put_back(&backup))?;
        }
        Ok(())
    }

    /// Some phones are copied, key and all. Phone and copy share the scans to come. Says which.
    fn clone_some(&mut self) -> Result<Vec<(usize, Vec<Seen>)>, Error> {
        let cloned = self.some_phones(self.plan.cloned_phones, self.plan.restored_phones);
        for n in &cloned {
            let path = self.root.join(format!("phone-{n}-copy"));
            self.reopen(*n, |folder| folder.copy_to(&path, true))?;
            let (seed, mut clock) = (self.rng.random(), self.replicas[*n].clock.clone());
            clock.boot = BootId(self.rng.random());
            let folder = self.folder(&path);
            let store = folder.open_with(seed, clock.read(self.now_ms))?;
            let clock_errors = self.replicas[*n].clock_errors.clone();
            let rng = ChaCha8Rng::from_seed(self.rng.random());
            self.replicas.push(Replica { store, folder, clock, recorded: Vec::new(), clock_errors, rng });
        }
        Ok(cloned.into_iter().map(|n| (n, Vec::new())).collect())
    }

    fn folder(&self, path: &Path) -> Folder {
        // Replicas to be kept are written as a phone's; the others are gone in a minute.
        if self.plan.keep.is_some() { Folder::new(path) } else { Folder::ephemeral(path) }
    }

    /// Closes a replica, does something with its folder, and opens it again.
    fn reopen(&mut self, n: usize, between: impl FnOnce(&Folder) -> Result<(), Error>) -> Result<(), Error> {
        let mut replica = self.replicas.remove(n);
        replica.store.settle()?;
        let Replica { store, folder, clock, recorded, clock_errors, mut rng } = replica;
        drop(store);
        between(&folder)?;
        let store = folder.open_with(rng.random(), clock.read(self.now_ms))?;
        self.replicas.insert(n, Replica { store, folder, clock, recorded, clock_errors, rng });
        Ok(())
    }

    /// Some phones are lost for good. What they had not handed on would be gone, so it is after a meeting.
    fn lose_some(&mut self) {
        let taken = self.plan.restored_phones + self.plan.cloned_phones;
        let lost: BTreeSet<usize> = self.some_phones(self.plan.lost_phones, taken).into_iter().collect();
        let mut n = 0;
        self.replicas.retain(|_| {
            n += 1;
            !lost.contains(&(n - 1))
        });
    }

    /// Phones that something happens to: the first ones not spoken for.
    fn some_phones(&self, count: usize, after: usize) -> Vec<usize> {
        (1..=self.plan.phones).skip(after).take(count).collect()
    }
}

/// A session between two replicas, by their own clocks.
fn meet(a: &mut Replica, b: &mut Replica, now_ms: i64, latency_ms_max: i64) -> Result<(), Error> {
    let mut sessions = (Session::dial(b.store.own_log()), Session::answer(a.store.own_log()));
    let mut now_ms = now_ms;
    loop {
        let mut is_quiet = true;
        while let Some(message) = sessions.0.poll(&mut a.store, a.clock.read(now_ms))? {
            now_ms += a.rng.random_range(0..=latency_ms_max);
            sessions.1.handle(&mut b.store, &message, b.clock.read(now_ms))?;
            is_quiet = false;
        }
        while let Some(message) = sessions.1.poll(&mut b.store, b.clock.read(now_ms))? {
            now_ms += a.rng.random_range(0..=latency_ms_max);
            sessions.0.handle(&mut a.store, &message, a.clock.read(now_ms))?;
            is_quiet = false;
        }
        if is_quiet {
            break;
        }
    }
    for replica in [a, b] {
        let (seed, reading) = (replica.rng.random(), replica.clock.read(now_ms));
        replica.folder.rotate_with(&mut replica.store, seed, reading)?;
        replica.folder.leave_mark(&replica.store);
    }
    Ok(())
}

impl Replica {
    fn record(&mut self, seen: &[Seen], progress: &ProgressBar) -> Result<(), Error> {
        let mut rest = seen;
        while !rest.is_empty() {
            let burst = self.rng.random_range(1..=BURST_MAX).min(rest.len());
            let (now, later) = rest.split_at(burst);
            let scans: Vec<Scan> = now.iter().map(|seen| self.scan(seen)).collect();
            let confirmed = self.store.record(&scans)?;
            self.recorded.extend(now.iter().cloned().zip(confirmed.iter().map(Confirmed::at)));
            progress.inc(burst as u64);
            rest = later;
        }
        self.store.settle()?;
        self.folder.leave_mark(&self.store);
        Ok(())
    }

    fn scan(&self, seen: &Seen) -> Scan {
        let passed = &seen.passed;
        let mut reading = self.clock.read(passed.time_ms);
        let error = self.clock_errors.iter().find(|error| error.checkpoint == passed.checkpoint);
        reading.wall_ms += error.map_or(0, |error| error.off_ms);
        Scan::new(passed.bib.clone(), passed.checkpoint.clone(), passed.kind, reading)
    }

    /// Where a scan stands now: the log of a phone that was copied has branched since.
    fn find(&self, seen: &Seen, at: OpRef) -> Result<OpRef, Error> {
        if self.store.scan(at)?.is_some() {
            return Ok(at);
        }
        let scan = self.scan(seen);
        let scans = self.store.scans()?;
        let found = scans.iter().find(|known| known.reading == scan.reading && known.bib == scan.bib);
        Ok(found.map_or(at, |known| known.at))
    }
}

fn every_other(seen: &[Seen], from: usize) -> Vec<Seen> {
    seen.iter().skip(from).step_by(2).cloned().collect()
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

fn headquarters(script: &Script, plan: &Plan, root: &Path, rng: &mut ChaCha8Rng) -> Result<Replica, Error> {
    let keys = NewKeys { root: rng.random(), log: rng.random(), nonce: rng.random() };
    let folder = folder(plan, root, "hq");
    let mut store = folder.create(&script.setup.name, keys)?;
    let entrants = setup::entrant_values(&script.setup, &script.entrants, || Ok(rng.random()))?;
    // Headquarters' clock is right, and the race's time.
    let clock = DeviceClock {
        boot: BootId::of(store.race(), b"hq"),
        booted_ms: script.setup.start_ms - 24 * HOUR_MS,
        skew_ppm: 0,
        wall_off_ms: 0,
    };
    let reading = clock.read(script.setup.start_ms - 4 * HOUR_MS);
    setup::begin(&mut store, "headquarters", &script.setup, entrants, reading)?;
    let rng = ChaCha8Rng::from_seed(rng.random());
    Ok(Replica { store, folder, clock, recorded: Vec::new(), clock_errors: Vec::new(), rng })
}

fn folder(plan: &Plan, root: &Path, name: &str) -> Folder {
    let path = root.join(name);
    if plan.keep.is_some() { Folder::new(&path) } else { Folder::ephemeral(&path) }
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
    plan: &Plan,
    root: &Path,
    number: usize,
    invitation: &Invitation,
    start_ms: i64,
    rng: &mut ChaCha8Rng,
) -> Result<Replica, Error> {
    let name = format!("phone-{number}");
    let folder = folder(plan, root, &name);
    let mut store = folder.join(invitation.origin()?, None, rng.random())?;
    let ppm = plan.clock_skew_ppm;
    let clock = DeviceClock {
        boot: BootId::of(store.race(), name.as_bytes()),
        // Switched on some hours before the gun.
        booted_ms: start_ms - rng.random_range(4 * HOUR_MS..24 * HOUR_MS),
        skew_ppm: if ppm == 0 { 0 } else { rng.random_range(-ppm..=ppm) },
        wall_off_ms: if ppm == 0 { 0 } else { rng.random_range(-90_000..90_000) },
    };
    let ticket = Some(invitation.proof(store.own_log())?);
    let reading = Some(clock.read(start_ms - 3 * HOUR_MS));
    store.enrol(Enrol { name, reading, ticket, ..Enrol::default() })?;
    folder.keep_ticket(invitation)?;
    let rng = ChaCha8Rng::from_seed(rng.random());
    let clock_errors = plan.clock_errors.clone();
    Ok(Replica { store, folder, clock, recorded: Vec::new(), clock_errors, rng })
}
