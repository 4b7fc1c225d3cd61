//! `sync`, `share`: replicas meeting over links, and without any. Those that are met are in `serve.rs`.
//!
//! Invariant: "synced" is said only when both sides computed the same digest; whatever else happened is said in its own
//! words, and what came in stays.

use std::{
    io::{Read, Write},
    path::Path,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use bibtrail_core::{ids::LogId, log::Identity, store::Store, sync::Outcome};
use bibtrail_transport::{
    backoff::Backoff,
    cancel::Cancel,
    discovery,
    meeting::{self, Host},
    qr, tcp, tls, websocket,
};
use serde_json::json;

use super::open;
use crate::{Error, args, console::Console, host, replica::Folder};

/// How long a connection may take to come to be, in milliseconds.
const DIAL_MS: u64 = 10_000;

/// How long to look for others in the network, in milliseconds.
const BROWSE_MS: u64 = 3_000;

/// A replica that several links may use.
pub(super) struct Replica {
    folder: Folder,
    pub(super) store: Mutex<Store>,
}

impl Replica {
    pub(super) fn open(dir: &Path, console: &mut Console<'_>) -> Result<Self, Error> {
        Ok(Self { folder: Folder::new(dir), store: Mutex::new(open(dir, console)?) })
    }

    /// The key that it writes under now.
    pub(super) fn identity(&self) -> Identity {
        self.with(|store| store.identity().clone())
    }

    pub(super) fn with<T>(&self, work: impl FnOnce(&mut Store) -> T) -> T {
        work(&mut self.store.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Whom it remembers from earlier meetings.
    fn met(&self) -> Result<Vec<LogId>, Error> {
        self.with(|store| Ok(store.peers()?.into_iter().map(|peer| peer.log).collect()))
    }

    /// After a meeting the replica may have learned that it must go on under a new key.
    pub(super) fn settle(&self) -> Result<bool, Error> {
        self.with(|store| {
            store.settle()?;
            self.folder.leave_mark(store);
            self.folder.rotate_if_due(store)
        })
    }
}

/// Where somebody may be met.
struct Target {
    address: String,
    expected: Option<LogId>,
}

pub(super) fn sync(args: &args::Sync, console: &mut Console<'_>) -> Result<u8, Error> {
    let cancel = stop_on_interrupt();
    let mut backoff = Backoff::new(1_000, 60_000);
    loop {
        let replica = Replica::open(&args.dir, console)?;
        let targets = targets(args, &replica, &cancel, console)?;
        if targets.is_empty() {
            return Err(Error::NobodyFound);
        }
        let mut all_well = true;
        for target in &targets {
            let known = replica.met()?;
            let mut met = dial(&replica, target, &cancel, console);
            if met.is_err() && replica.met()? != known {
                // It was put back to before it knew this phone, which was forgotten for that: now both begin anew.
                met = dial(&replica, target, &cancel, console);
            }
            all_well &= met.as_ref().is_ok_and(|outcome| outcome.is_converged);
            tell(args.json, &target.address, met, console)?;
            if replica.settle()? {
                console.remark(
                    "! this replica was copied or rolled back: it goes on under a new key, nothing is lost",
                );
                break;
            }
        }
        if !args.keep || cancel.is_cancelled() {
            return Ok(if all_well { crate::OK } else { crate::FAILED });
        }
        drop(replica);
        if all_well {
            backoff.reset();
        }
        wait(&cancel, backoff.next_ms(u64::from_le_bytes(host::random()?)));
    }
}

/// Sleeps, unless somebody stops it.
pub(super) fn wait(cancel: &Cancel, ms: u64) {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let hook = cancel.on_cancel(move || drop(sender));
    // Either the time is up or the sender is gone.
    let _woken = receiver.recv_timeout(Duration::from_millis(ms));
    drop(hook);
}

fn targets(
    args: &args::Sync,
    replica: &Replica,
    cancel: &Cancel,
    console: &mut Console<'_>,
) -> Result<Vec<Target>, Error> {
    let known = replica.folder.servers()?;
    let key = args.key.as_deref().map(|text| LogId::parse(text).ok_or_else(|| Error::NoKey(text.to_owned())));
    let key = key.transpose()?;
    if args.address != "all" {
        let listed = known.iter().find(|server| server.address == args.address).and_then(|server| server.log);
        return Ok(vec![Target { address: args.address.clone(), expected: key.or(listed) }]);
    }
    let mut targets: Vec<Target> =
        known.into_iter().map(|server| Target { address: server.address, expected: server.log }).collect();
    let (race, own) = replica.with(|store| (store.race(), store.own_log()));
    match discovery::browse(race, BROWSE_MS, cancel) {
        Ok(found) => {
            let others = found.into_iter().filter(|found| !own.to_string().starts_with(&found.log_hint));
            targets.extend(others.filter_map(|found| {
                Some(Target { address: found.addresses.first()?.to_string(), expected: None })
            }));
        }
        Err(error) => console.remark(format_args!("! {error}")),
    }
    Ok(targets)
}

fn dial(
    replica: &Replica,
    target: &Target,
    cancel: &Cancel,
    console: &mut Console<'_>,
) -> Result<Outcome, Error> {
    let whom = tls::Whom { log: target.expected, race: Some(replica.with(|store| store.race())) };
    if target.address.contains("://") {
        let socket = websocket::dial(&target.address, DIAL_MS, cancel)?;
        return meet(replica, tls::connect(socket, &replica.identity(), whom)?, console);
    }
    let stream = tcp::dial(&target.address, DIAL_MS, cancel)?;
    meet(replica, tls::connect(stream, &replica.identity(), whom)?, console)
}

fn meet<S: Read + Write>(
    replica: &Replica,
    mut link: tls::Secure<S>,
    console: &mut Console<'_>,
) -> Result<Outcome, Error> {
    let race = replica.with(|store| store.race());
    let now = move || host::reading(race).ok();
    let bar = console.spinner();
    let mut progress = |outcome: &Outcome| {
        bar.set_message(format!("{} in, {} out", outcome.new_ops, outcome.sent_ops));
        bar.tick();
    };
    let host = Host { store: &replica.store, now: &now, progress: &mut progress };
    let met = meeting::dial(&mut link, host);
    bar.finish_and_clear();
    Ok(met?)
}

pub(super) fn tell(
    as_json: bool,
    who: &str,
    met: Result<Outcome, Error>,
    console: &mut Console<'_>,
) -> Result<(), Error> {
    if as_json {
        return match met {
            Ok(outcome) => console.json(&json!({
                "with": who,
                "synced": outcome.is_converged,
                "operations_in": outcome.new_ops,
                "operations_out": outcome.sent_ops,
                "refused_here": outcome.refused_here,
                "refused_there": outcome.refused_there,
                "forked": outcome.forked.iter().map(ToString::to_string).collect::<Vec<_>>(),
                "clock_ms": outcome.clock_ms,
            })),
            Err(error) => console.json(&json!({ "with": who, "synced": false, "error": error.to_string() })),
        };
    }
    match met {
        Ok(outcome) => {
            let (mark, end) = if outcome.is_converged {
                ("✓", "both hold the same")
            } else {
                ("✗", "not the same yet")
            };
            console.line(format_args!(
                "{mark} {who}: {} in, {} out, {end}",
                outcome.new_ops, outcome.sent_ops
            ))?;
            if let Some((lo, hi)) = outcome.clock_ms {
                console.line(format_args!("  clocks compared to ±{} ms", (hi - lo) / 2 + 1))?;
            }
            outcome
                .refused_here
                .iter()
                .for_each(|why| console.remark(format_args!("  ✗ not taken here: {why}")));
            outcome
                .refused_there
                .iter()
                .for_each(|why| console.remark(format_args!("  ✗ not taken there: {why}")));
            for key in &outcome.forked {
                console.remark(format_args!(
                    "  ! two phones write under the key {}: both histories are kept, and both phones take new keys",
                    key.short()
                ));
            }
        }
        Err(error) => console.remark(format_args!("✗ {who}: {error}")),
    }
    Ok(())
}

/// One interrupt ends what goes on, in good order.
pub(super) fn stop_on_interrupt() -> Cancel {
    let cancel = Cancel::new();
    let on_interrupt = cancel.clone();
    // Within one process only the first command hears it; tests run many.
    let _heard = ctrlc::set_handler(move || on_interrupt.cancel());
    cancel
}

/// Symbols of this size make codes that phones read at arm's length.
const SYMBOL_BYTES: usize = qr::SYMBOL_BYTES;

pub(super) fn share(args: &args::Share, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let since = super::exchange::held_in(&args.since)?;
    let bytes = store.bundle(&since)?;
    let animation = qr::Animation::new(&bytes, SYMBOL_BYTES)?;
    let needed = animation.frames_needed();
    if let Some(dir) = &args.png_dir {
        std::fs::create_dir_all(dir).map_err(Error::file(dir))?;
        let frames = args.frames.unwrap_or(needed + needed / 5 + 2);
        for (n, frame) in animation.take(frames).enumerate() {
            let path = dir.join(format!("frame-{n:04}.png"));
            std::fs::write(&path, qr::png(&frame, 4)?).map_err(Error::file(&path))?;
        }
        console.line(format_args!(
            "{}: {frames} frames, {} bytes; any {needed} are enough",
            dir.display(),
            bytes.len()
        ))?;
        return Ok(crate::OK);
    }
    let cancel = stop_on_interrupt();
    let frames = args.frames.unwrap_or(usize::MAX);
    for frame in animation.take(frames) {
        if cancel.is_cancelled() {
            break;
        }
        console.picture(&qr::terminal(&frame)?)?;
        console.remark(format_args!("{} bytes, about {needed} codes; interrupt to end", bytes.len()));
        wait(&cancel, args.frame_ms);
    }
    Ok(crate::OK)
}
