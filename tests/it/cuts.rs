//! Links that break at every byte, and what a session weighs with its TLS records.
//!
//! Invariant: wherever a link is cut, in whichever direction, nothing is lost, and the next meeting makes both equal.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{self, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use bibtrail_core::{
    op::ScanKind,
    store::{Durability, Store},
    sync::{Outcome, Session},
};
use bibtrail_tests::{
    disk::{Disk, Files},
    pipe::{self, reading},
    world::{self, identity, scan},
};
use bibtrail_transport::{
    frame::{self, FrameError},
    meeting::{self, Host},
    tls,
};

/// Shown with `--nocapture`.
#[allow(clippy::print_stderr, reason = "a test's figures")]
fn say(text: std::fmt::Arguments<'_>) {
    eprintln!("{text}");
}

/// Two phones that differ, to be had again and again as they were.
struct Pair {
    disks: [(Disk, String, Files); 2],
    bibs: BTreeSet<String>,
}

impl Pair {
    fn new() -> Self {
        let disk = || {
            let disk = Disk::default();
            let vfs = disk.register();
            (disk, vfs)
        };
        let (hq_disk, hq_vfs) = disk();
        let mut hq = world::director(hq_disk.place(&hq_vfs, Durability::Off), 2).unwrap();
        let race = hq.bundle(&BTreeMap::new()).unwrap();
        let mut bibs = BTreeSet::new();
        let disks = [1_u64, 2].map(|n| {
            let (disk, vfs) = disk();
            let mut phone = world::join(disk.place(&vfs, Durability::Off), n, &race).unwrap();
            for nth in 0..4 * n.cast_signed() {
                let bib = format!("{n}{nth}");
                phone.record(&[scan(&bib, "k1", ScanKind::In, 1000 * nth)]).unwrap();
                bibs.insert(bib);
            }
            phone.settle().unwrap();
            drop(phone);
            let files = disk.files();
            (disk, vfs, files)
        });
        Self { disks, bibs }
    }

    /// Both as they were in the beginning. Those given out before must be gone.
    fn fresh(&self) -> [Store; 2] {
        self.disks.iter().for_each(|(disk, _, files)| disk.load(files.clone()));
        self.again()
    }

    /// Both as they are.
    fn again(&self) -> [Store; 2] {
        [0, 1].map(|n| {
            let (disk, vfs, _) = &self.disks[n];
            Store::open(disk.place(vfs, Durability::Off), identity(n as u64 + 1)).unwrap().0
        })
    }

    /// The two meet again, undisturbed, and all is there.
    fn mend(&self, [mut one, mut two]: [Store; 2], context: std::fmt::Arguments<'_>) {
        // What they note of each other's clocks at the end of the first time is told in the second.
        for ms in [600_000, 660_000] {
            let met = pipe::meet(&mut one, &mut two, ms).unwrap();
            assert!(met.dialled.is_converged && met.answered.is_converged, "{context}: {met:?}");
        }
        assert_eq!(one.digest().unwrap(), two.digest().unwrap(), "{context}");
        for store in [&mut one, &mut two] {
            let found: BTreeSet<String> =
                store.scans().unwrap().iter().map(|scan| scan.bib.as_str().to_owned()).collect();
            assert_eq!(found, self.bibs, "{context}");
            assert_eq!(store.verify().unwrap().problems, [], "{context}");
        }
    }
}

/// One direction of a link: what was sent, of which only the first bytes arrive.
struct Way {
    bytes: Vec<u8>,
    read: usize,
    most: usize,
}

impl Way {
    fn new(most: usize) -> Self {
        Self { bytes: Vec::new(), read: 0, most }
    }

    /// The next message that arrived whole; an error if it was cut.
    fn receive(&mut self) -> Result<Option<Vec<u8>>, FrameError> {
        let arrived = self.bytes.len().min(self.most);
        let is_cut = self.bytes.len() > self.most;
        let mut rest = &self.bytes[self.read..arrived];
        let message = frame::receive(&mut rest)?;
        self.read = arrived - rest.len();
        match message {
            None if is_cut => Err(FrameError::Cut { got: 0, bytes: 0 }),
            message => Ok(message),
        }
    }
}

/// A session of which only so many bytes arrive each way. Gives the bytes that were sent each way.
fn meet_cut(one: &mut Store, two: &mut Store, most: [usize; 2]) -> [usize; 2] {
    let mut sessions = [Session::dial(two.own_log()), Session::answer(one.own_log())];
    let stores = [one, two];
    let mut ways = most.map(Way::new);
    let mut now = 1000;
    'link: loop {
        let mut is_quiet = true;
        for me in [0, 1] {
            let device = |side: usize| side as u8 + 1;
            while let Some(message) = sessions[me].poll(stores[me], reading(device(me), now)).unwrap() {
                frame::send(&mut ways[me].bytes, &message).unwrap();
            }
            let other = 1 - me;
            loop {
                now += 5;
                match ways[me].receive() {
                    Ok(Some(message)) => {
                        sessions[other].handle(stores[other], &message, reading(device(other), now)).unwrap();
                        is_quiet = false;
                    }
                    Ok(None) => break,
                    Err(_) => break 'link,
                }
            }
        }
        if is_quiet {
            break;
        }
    }
    ways.map(|way| way.bytes.len())
}

#[test]
fn a_session_cut_at_every_byte() {
    let pair = Pair::new();
    let [mut one, mut two] = pair.fresh();
    let whole = meet_cut(&mut one, &mut two, [usize::MAX; 2]);
    pair.mend([one, two], format_args!("whole"));
    let mut cuts = 0;
    for direction in [0, 1] {
        for at in 0..whole[direction] {
            let [mut one, mut two] = pair.fresh();
            let mut most = [usize::MAX; 2];
            most[direction] = at;
            meet_cut(&mut one, &mut two, most);
            // As after a restart: what was not written is not known.
            drop([one, two]);
            pair.mend(pair.again(), format_args!("direction {direction} cut after {at} bytes"));
            cuts += 1;
        }
    }
    say(format_args!("plain session of {whole:?} B there and back: cut at {cuts} places, 0 lost"));
    assert!(cuts > 1000, "{cuts}");
}

/// A stream that counts what is written, and breaks after so many bytes.
struct Wire<'a, S> {
    stream: S,
    written: &'a AtomicUsize,
    most: usize,
    shut: fn(&S),
}

impl<S: Read> Read for Wire<'_, S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.read(buffer)
    }
}

impl<S: Write> Write for Wire<'_, S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let left = self.most.saturating_sub(self.written.load(Ordering::SeqCst));
        if left == 0 && !bytes.is_empty() {
            (self.shut)(&self.stream);
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let count = self.stream.write(&bytes[..bytes.len().min(left)])?;
        self.written.fetch_add(count, Ordering::SeqCst);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

/// A session over TLS over these two ends, which break after so many bytes. Gives the bytes each way, and what came of it.
fn meet_tls<S: Read + Write + Send>(
    ends: (S, S),
    shut: fn(&S),
    stores: [&Mutex<Store>; 2],
    (most, ms): ([usize; 2], u64),
) -> ([usize; 2], [Option<Outcome>; 2]) {
    let written = [AtomicUsize::new(0), AtomicUsize::new(0)];
    let [one, two] = stores;
    let dials = Wire { stream: ends.0, written: &written[0], most: most[0], shut };
    let answers = Wire { stream: ends.1, written: &written[1], most: most[1], shut };
    let outcomes = thread::scope(|scope| {
        let answering = scope.spawn(|| {
            let now = || Some(reading(2, ms));
            let identity = two.lock().unwrap().identity().clone();
            let mut link = tls::accept(answers, &identity, &|_| true).ok()?;
            meeting::answer(&mut link, Host { store: two, now: &now, progress: &mut |_| () }).ok()
        });
        let dialled = || {
            let now = || Some(reading(1, ms));
            let identity = one.lock().unwrap().identity().clone();
            let mut link = tls::connect(dials, &identity, None).ok()?;
            meeting::dial(&mut link, Host { store: one, now: &now, progress: &mut |_| () }).ok()
        };
        [dialled(), answering.join().unwrap()]
    });
    (written.map(AtomicUsize::into_inner), outcomes)
}

fn shut_unix(stream: &UnixStream) {
    let _gone = stream.shutdown(Shutdown::Both);
}

#[test]
fn a_tls_session_cut_anywhere() {
    let pair = Pair::new();
    let meet = |most: [usize; 2]| {
        let [one, two] = pair.fresh();
        let (one, two) = (Mutex::new(one), Mutex::new(two));
        let ends = UnixStream::pair().unwrap();
        meet_tls(ends, shut_unix, [&one, &two], (most, 1000))
    };
    let (whole, outcomes) = meet([usize::MAX; 2]);
    assert!(outcomes.iter().flatten().all(|met| met.is_converged) && outcomes.len() == 2, "{outcomes:?}");
    pair.mend(pair.again(), format_args!("whole"));
    let (mut cuts, mut cut_short) = (0, 0);
    for direction in [0, 1] {
        // Handshake, verdict, records: each is longer than 7 bytes, so none is passed over.
        for at in (direction..whole[direction]).step_by(7) {
            let mut most = [usize::MAX; 2];
            most[direction] = at;
            let (_, outcomes) = meet(most);
            cut_short += usize::from(outcomes.iter().any(Option::is_none));
            pair.mend(pair.again(), format_args!("TLS, direction {direction} cut after {at} bytes"));
            cuts += 1;
        }
    }
    say(format_args!(
        "TLS session of {whole:?} B there and back: cut at {cuts} places, {cut_short} told, 0 lost"
    ));
    assert!(cuts >= 200 && cut_short > cuts / 2, "{cuts} {cut_short}");
}

#[test]
fn bytes_on_the_wire_with_tls() {
    let pair = Pair::new();
    let [one, two] = pair.fresh();
    let (one, two) = (Mutex::new(one), Mutex::new(two));
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let mut ms = 0;
    let mut meet = |one: &Mutex<Store>, two: &Mutex<Store>| {
        ms += 10_000;
        let dials = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        let ends = (dials, listener.accept().unwrap().0);
        let shut = |stream: &TcpStream| stream.shutdown(Shutdown::Both).unwrap();
        let (bytes, outcomes) = meet_tls(ends, shut, [one, two], ([usize::MAX; 2], ms));
        assert!(outcomes.iter().all(|met| met.as_ref().is_some_and(|met| met.is_converged)), "{outcomes:?}");
        bytes.iter().sum::<usize>()
    };
    let first = meet(&one, &two);
    meet(&one, &two);
    let same = meet(&one, &two);
    one.lock().unwrap().record(&[scan("117", "k1", ScanKind::In, 9000)]).unwrap();
    meet(&one, &two);
    one.lock().unwrap().record(&[scan("118", "k1", ScanKind::In, 12_345)]).unwrap();
    let new = meet(&one, &two);
    say(format_args!(
        "in the TCP stream, TLS and its handshake included: first meeting {first} B, identical {same} B, one new scan {new} B"
    ));
    assert!(same <= 1050 && new <= 1250 && first <= 2700, "{first} {same} {new}");
    let equal = one.lock().unwrap().digest().unwrap() == two.lock().unwrap().digest().unwrap();
    assert!(equal);
}
