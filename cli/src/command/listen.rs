//! `listen`: others come and sync, many at a time. For many races and hundreds of phones there is `serve`.
//!
//! Invariant: nobody who is silent, slow or endless keeps anybody else waiting: each visit has a thread of its own, and
//! when there are too many, who was not yet admitted goes first. All output leaves from one thread.

use std::{
    net::{Shutdown, SocketAddr, TcpStream},
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
        mpsc::{Sender, channel},
    },
    thread::Scope,
};

use bibtrail_core::{ids::LogId, sync::Outcome};
use bibtrail_transport::{
    backoff::Backoff,
    cancel::Cancel,
    detect, discovery,
    meeting::{self, Host},
    tcp, tls,
};

use super::link::{Replica, stop_on_interrupt, tell, wait};
use crate::{Error, args, console::Console, host};

/// The most visits at a time.
const VISITS_MAX: usize = 64;

/// A race that others may sync with.
struct Post {
    replica: Replica,
    /// What keeps it announced in the network.
    _announced: Option<discovery::Announcement>,
}

/// Somebody who is here.
struct Visit {
    number: u64,
    stream: TcpStream,
    is_admitted: Arc<AtomicBool>,
}

/// What the threads tell the one that prints.
enum Event {
    /// Somebody dialled.
    Came(TcpStream, SocketAddr),
    /// Nobody could be let in.
    Trouble(tcp::TcpError),
    /// Nobody is let in any more.
    Closed,
    /// A visit ended.
    Left(Box<Ended>),
}

/// How a visit ended.
struct Ended {
    number: u64,
    from: SocketAddr,
    outcome: Result<Outcome, Error>,
    rotated: Result<bool, Error>,
}

pub(super) fn listen(args: &args::Listen, console: &mut Console<'_>) -> Result<u8, Error> {
    // One that only this command knows: it ends on an error as well as on an interrupt.
    let (interrupt, cancel) = (stop_on_interrupt(), Cancel::new());
    let _hook = interrupt.on_cancel({
        let cancel = cancel.clone();
        move || cancel.cancel()
    });
    let (post, listener) = open_post(&args.dir, args.port, !args.quiet, console)?;
    console.flush()?;
    std::thread::scope(|scope| {
        let (events, heard) = channel();
        scope.spawn({
            let (events, cancel) = (events.clone(), &cancel);
            move || let_in(listener, args.once, &events, cancel)
        });
        let mut hall = Hall { post: &post, visits: Vec::new(), next: 0, events };
        let served = hall.attend(scope, &heard, console);
        cancel.cancel();
        hall.visits.iter().for_each(Visit::end);
        served
    })?;
    Ok(crate::OK)
}

fn open_post(
    dir: &Path,
    port: u16,
    announces: bool,
    console: &mut Console<'_>,
) -> Result<(Post, tcp::Listener), Error> {
    let replica = Replica::open(dir, console)?;
    let listener = tcp::Listener::bind(SocketAddr::from(([0, 0, 0, 0], port)))?;
    let port = listener.address().port();
    let (race, own, name) = replica.with(|store| {
        let name = store.own_enrolment().ok().flatten().map(|enrol| enrol.name).unwrap_or_default();
        (store.race(), store.own_log(), name)
    });
    let announced = announces.then(|| discovery::announce(race, own, port, &name)).transpose();
    let announced = announced.unwrap_or_else(|error| {
        console.remark(format_args!("! {error}"));
        None
    });
    console.line(format_args!("{} listens on port {port} as {own}", dir.display()))?;
    Ok((Post { replica, _announced: announced }, listener))
}

/// Waits for those who dial, and passes them on; until `once` of them came, or it is stopped.
fn let_in(mut listener: tcp::Listener, once: Option<usize>, events: &Sender<Event>, cancel: &Cancel) {
    let mut failures = Backoff::new(50, 5_000);
    let mut came = 0;
    while once.is_none_or(|once| came < once) {
        // Whom the events are for lives longer than this thread.
        let _told = match listener.accept(cancel) {
            Ok((stream, from)) => {
                failures.reset();
                came += 1;
                events.send(Event::Came(stream, from))
            }
            Err(tcp::TcpError::Cancelled) => break,
            Err(error) => {
                let told = events.send(Event::Trouble(error));
                wait(cancel, failures.next_ms(host::random().map_or(0, u64::from_le_bytes)));
                told
            }
        };
    }
    let _told = events.send(Event::Closed);
}

/// The post, and who is at it.
struct Hall<'env> {
    post: &'env Post,
    visits: Vec<Visit>,
    next: u64,
    events: Sender<Event>,
}

impl<'env> Hall<'env> {
    /// Prints what happens until it is closed and all have left.
    fn attend<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'env>,
        heard: &std::sync::mpsc::Receiver<Event>,
        console: &mut Console<'_>,
    ) -> Result<(), Error> {
        let mut is_open = true;
        while is_open || !self.visits.is_empty() {
            match heard.recv().map_err(|_| Error::Worker)? {
                Event::Came(stream, from) => self.greet(scope, stream, from, console),
                Event::Trouble(error) => console.remark(format_args!("! {error}")),
                Event::Closed => is_open = false,
                Event::Left(ended) => {
                    self.visits.retain(|visit| visit.number != ended.number);
                    tell(false, &ended.from.to_string(), ended.outcome, console)?;
                    console.flush()?;
                    if ended.rotated? {
                        console.remark(
                            "! this replica was copied or rolled back: it goes on under a new key, nothing is lost",
                        );
                    }
                }
            }
        }
        Ok(())
    }

    fn greet<'scope>(
        &mut self,
        scope: &'scope Scope<'scope, 'env>,
        stream: TcpStream,
        from: SocketAddr,
        console: &mut Console<'_>,
    ) {
        if self.visits.len() >= VISITS_MAX {
            // The first that has not said how it joined. It may be honest, and slow: then it comes again.
            match self.visits.iter().position(|visit| !visit.is_admitted.load(Ordering::Relaxed)) {
                Some(stranger) => self.visits.remove(stranger).end(),
                None => {
                    console.remark(format_args!("! {from} is one too many: {VISITS_MAX} are here already"));
                    return;
                }
            }
        }
        let handle = match stream.try_clone() {
            Ok(handle) => handle,
            Err(error) => return console.remark(format_args!("! {from} cannot be let in: {error}")),
        };
        let (number, is_admitted) = (self.next, Arc::new(AtomicBool::new(false)));
        self.next += 1;
        self.visits.push(Visit { number, stream: handle, is_admitted: is_admitted.clone() });
        let (post, events) = (self.post, self.events.clone());
        scope.spawn(move || {
            let outcome = answer(&post.replica, stream, &is_admitted);
            let rotated = post.replica.settle();
            let _told = events.send(Event::Left(Box::new(Ended { number, from, outcome, rotated })));
        });
    }
}

impl Visit {
    /// Ends its link; its thread finds out at once.
    fn end(&self) {
        // A link that is gone already is what was wanted.
        let _gone = self.stream.shutdown(Shutdown::Both);
    }
}

fn answer(replica: &Replica, stream: TcpStream, is_admitted: &AtomicBool) -> Result<Outcome, Error> {
    let incoming = detect::accept(stream)?;
    // Whoever proves a key may greet; the session then asks how it joined, and refuses strangers by name.
    let may_greet = |log: LogId| replica.with(|store| store.members().standing(log).cut.is_none());
    let mut link = tls::accept(incoming, &replica.identity(), &may_greet)?;
    let race = replica.with(|store| store.race());
    let now = move || host::reading(race).ok();
    // Told once before the greeting, and again when it was taken.
    let mut told = 0_u32;
    let mut progress = |_: &Outcome| {
        is_admitted.store(told > 0, Ordering::Relaxed);
        told += 1;
    };
    let host = Host { store: &replica.store, now: &now, progress: &mut progress };
    Ok(meeting::answer(&mut link, host)?)
}
