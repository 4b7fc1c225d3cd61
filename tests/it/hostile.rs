//! Peers that mean harm, against a replica that listens in a process of its own.
//!
//! Invariant: each is refused with a line that says why; the memory of who listens does not grow, and honest peers get
//! through, meanwhile and afterwards.

mod bytes;

use std::{
    fs,
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    thread,
};

use bibtrail_core::{
    ids::LogId,
    invitation::Invitation,
    log::Identity,
    op::{Enrol, Role},
    store::{Durability, Store},
    sync::Session,
};
use bibtrail_tests::{disk::Disk, pipe::reading, world};
use bibtrail_transport::{
    frame,
    tls::{self, Secure},
};

use crate::children::{Desk, Listening};

/// The most that hostile peers may make a listening process grow.
const GROWTH_MAX_BYTES: u64 = 8 * 1024 * 1024;

/// Shown with `--nocapture`.
#[allow(clippy::print_stderr, reason = "a test's figures")]
fn say(text: std::fmt::Arguments<'_>) {
    eprintln!("{text}");
}

impl Listening {
    /// The most memory it ever held at once since [`Listening::forget_peak`], in bytes.
    fn peak_bytes(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    /// Lets the peak begin again at what it holds now (proc(5), `clear_refs`), and gives that.
    fn forget_peak(&self) -> u64 {
        fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
        self.peak_bytes()
    }

    fn stream(&self) -> TcpStream {
        TcpStream::connect(self.address()).unwrap()
    }

    /// A link to it under a key.
    fn link(&self, identity: &Identity) -> Secure<TcpStream> {
        tls::connect(self.stream(), identity, Some(self.log)).unwrap()
    }
}

/// The greeting of a replica that is admitted.
fn greeting(store: &mut Store, to: LogId) -> Vec<u8> {
    Session::dial(to).poll(store, reading(9, 1000)).unwrap().unwrap()
}

/// A desk where a phone differs from `hq`, `hq` listening, and the phone's key and greeting.
fn scene() -> (Desk, Listening, Identity, Vec<u8>) {
    let desk = Desk::new();
    desk.scan("hq", &["1".to_owned(), "2".to_owned()]);
    desk.scan("phone-2", &["3".to_owned()]);
    let hq = desk.listen("hq", "");
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    assert!(hq.verdict().starts_with('✓'));
    let mut foe = desk.open("phone-2");
    let hello = greeting(&mut foe, hq.log);
    (desk, hq, foe.identity().clone(), hello)
}

/// An honest phone meets it, and says so.
fn honest(desk: &Desk, hq: &Listening) {
    let out = desk.ok(&format!("sync @phone-1 {}", hq.address()));
    assert!(out.contains("both hold the same"), "{out}");
    while !hq.verdict().starts_with('✓') {}
}

/// Whoever came over this stream was refused, with a line that begins like this. Others may end meanwhile.
fn refused(hq: &Listening, stream: &TcpStream, what: &str, expected: &str) {
    let from = format!("✗ {}: ", stream.local_addr().unwrap());
    loop {
        let line = hq.line();
        if let Some(verdict) = line.strip_prefix(&from) {
            return assert!(verdict.starts_with(expected), "{what}: {verdict}");
        }
    }
}

#[test]
fn a_member_that_breaks_every_rule() {
    let (desk, hq, foe, hello) = scene();
    let base = hq.forget_peak();
    // They greeted, and say nothing more: they are there all the time.
    let silent_stream = hq.stream();
    let silent_stranger = hq.link(&world::identity(66));
    let mut silent_member = hq.link(&foe);
    frame::send(&mut silent_member, &hello).unwrap();
    let attacks = bytes::attacks();
    let (mut worst, mut before) = ("nothing", base);
    for (what, bytes, expected) in &attacks {
        let mut link = hq.link(&foe);
        frame::send(&mut link, &hello).unwrap();
        // The answer, and what is held: now it is the foe's turn.
        for _ in 0..2 {
            frame::receive(&mut link).unwrap().unwrap();
        }
        // It may be refused before all is said.
        let _refused = bytes(&mut link);
        refused(&hq, link.get_ref(), what, expected);
        let peak = hq.peak_bytes();
        if peak > before {
            (worst, before) = (what, peak);
        }
        honest(&desk, &hq);
    }
    let grown = hq.peak_bytes() - base;
    say(format_args!(
        "{} attacks by a member: memory grew by {} KiB at most, last by {worst}",
        attacks.len(),
        grown / 1024
    ));
    assert!(grown <= GROWTH_MAX_BYTES, "{grown} bytes, last by {worst}");
    drop((silent_stream, silent_stranger, silent_member));
    hq.kill();
    desk.same("hq", "phone-1");
}

#[test]
fn who_was_not_invited() {
    let (desk, hq, _, _) = scene();
    let base = hq.forget_peak();
    let race = fs::read(desk.path("race.bibtrail")).unwrap();
    let other = Desk::new();
    let elsewhere = Invitation::read(&other.ticket).unwrap();
    let phone = |n: u64| {
        let disk = Disk::default();
        let vfs = disk.register();
        Store::join(disk.place(&vfs, Durability::Off), world::identity(n), &race).unwrap()
    };
    let mut stranger = phone(71);
    let mut wrong_ticket = phone(72);
    // Signed for this race, but by a ticket and a root key of another.
    let mut proof = elsewhere.proof(world::log(72)).unwrap();
    proof.signature = bibtrail_core::members::enrol_signature(
        &Identity::from_seed(elsewhere.secret),
        wrong_ticket.race(),
        world::log(72),
    );
    wrong_ticket.enrol(Enrol { name: "x".to_owned(), ticket: Some(proof), ..Enrol::default() }).unwrap();
    // A ticket that somebody made himself, for a director.
    let mut own_ticket = phone(73);
    world::enrol(&mut own_ticket, 73, Role::Director, &[]).unwrap();
    for store in [&mut stranger, &mut wrong_ticket, &mut own_ticket] {
        let mut link = hq.link(&store.identity().clone());
        let hello = greeting(store, hq.log);
        frame::send(&mut link, &hello).unwrap();
        let told = frame::receive(&mut link).unwrap().unwrap();
        let who = store.own_log().short();
        refused(
            &hq,
            link.get_ref(),
            "not invited",
            &format!("{who} is a stranger: nobody invited it to this race"),
        );
        assert!(String::from_utf8_lossy(&told).contains("is a stranger"), "{told:?}");
        assert_eq!(frame::receive(&mut link).unwrap(), None, "the link is closed");
    }
    // A phone of another race.
    let said = other.run(&format!("sync @phone-1 {}", hq.address()));
    assert!(!said.is_ok && said.err.contains("the other side is at another race"), "{said:?}");
    assert!(hq.verdict().contains("the other side is at another race"));
    honest(&desk, &hq);
    let grown = hq.peak_bytes() - base;
    say(format_args!("strangers: memory grew by {} KiB", grown / 1024));
    assert!(grown <= GROWTH_MAX_BYTES, "{grown}");
}

#[test]
fn a_revoked_phone_is_let_in_nowhere() {
    let desk = Desk::new();
    desk.ok("bundle @phone-2 -o @two.bibtrail");
    desk.ok("merge @hq @two.bibtrail");
    desk.ok("revoke @hq phone-2 --reason lost");
    let hq = desk.listen("hq", "");
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    assert!(hq.verdict().starts_with('✓'));
    let said = desk.run(&format!("sync @phone-2 {}", hq.address()));
    assert!(!said.is_ok && said.err.contains("does not admit this phone's log"), "{said:?}");
    let verdict = hq.verdict();
    assert!(verdict.contains("is not admitted to this race; the link was refused"), "{verdict}");
    hq.kill();
    // Who heard of it refuses it too, and does not go to it.
    let phone = desk.listen("phone-1", "");
    let said = desk.run(&format!("sync @phone-2 {}", phone.address()));
    assert!(!said.is_ok && said.err.contains("does not admit this phone's log"), "{said:?}");
    phone.kill();
    let lost = desk.listen("phone-2", "");
    let said = desk.run(&format!("sync @phone-1 {}", lost.address()));
    assert!(!said.is_ok && said.err.contains("was revoked"), "{said:?}");
}

#[test]
fn a_ticket_with_any_bit_flipped_is_refused() {
    let desk = Desk::new();
    let link = desk.ticket.as_bytes();
    let mut flips = 0;
    for at in 0..link.len() {
        for bit in 0..8 {
            let mut flipped = link.to_vec();
            flipped[at] ^= 1 << bit;
            // What is no text cannot be typed.
            let Ok(flipped) = String::from_utf8(flipped) else { continue };
            flips += 1;
            assert!(Invitation::read(&flipped).is_err(), "{flipped}");
        }
    }
    let mut flipped = link.to_vec();
    flipped[link.len() / 2] ^= 1;
    let line = format!("join {} @new --file @race.bibtrail", String::from_utf8(flipped).unwrap());
    let said = desk.run(&line);
    assert!(!said.is_ok && said.err.contains("the ticket is damaged"), "{said:?}");
    assert!(!desk.path("new").exists());
    say(format_args!("{flips} flipped bits of a ticket, all refused"));
}

/// Lets a phone sync through a relay, and gives what it sent; `change` sees each piece on its way there.
fn tapped(desk: &Desk, hq: &Listening, change: impl FnMut(&mut [u8]) + Send) -> (Vec<u8>, bool) {
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let line = format!("sync @phone-1 {} --key {}", relay.local_addr().unwrap(), hq.log);
    let mut phone = desk.command(&line).spawn().unwrap();
    let near = relay.accept().unwrap().0;
    let far = hq.stream();
    let sent = thread::scope(|scope| {
        let (mut from, mut to) = (far.try_clone().unwrap(), near.try_clone().unwrap());
        scope.spawn(move || {
            let _ended = std::io::copy(&mut from, &mut to);
            let _gone = to.shutdown(Shutdown::Both);
        });
        let (mut from, mut to, mut change) = (near, far, change);
        let (mut sent, mut piece) = (Vec::new(), [0; 4096]);
        while let Ok(count @ 1..) = from.read(&mut piece) {
            sent.extend_from_slice(&piece[..count]);
            change(&mut piece[..count]);
            if to.write_all(&piece[..count]).is_err() {
                break;
            }
        }
        let _gone = to.shutdown(Shutdown::Write);
        sent
    });
    (sent, phone.wait().unwrap().success())
}

#[test]
fn a_recorded_session_cannot_be_played_again() {
    let (desk, hq, _, _) = scene();
    let (sent, is_ok) = tapped(&desk, &hq, |_| ());
    assert!(is_ok && hq.verdict().starts_with('✓'));
    let base = hq.forget_peak();
    for _ in 0..5 {
        let mut stream = hq.stream();
        stream.write_all(&sent).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let mut answer = Vec::new();
        // It may be reset while it answers.
        let _ended = stream.read_to_end(&mut answer);
        refused(&hq, &stream, "a replay", "the TLS handshake failed: cannot decrypt peer's message");
    }
    // One bit changed on its way, behind the greeting; what is shorter is only there for old middleboxes.
    let mut passed = 0;
    let (_, is_ok) = tapped(&desk, &hq, |piece| {
        if passed > 0 && piece.len() > 100 {
            piece[piece.len() - 1] ^= 1;
        }
        passed += piece.len();
    });
    assert!(!is_ok);
    let verdict = hq.verdict();
    assert!(verdict.contains("cannot decrypt peer's message"), "{verdict}");
    honest(&desk, &hq);
    assert!(hq.peak_bytes() - base <= GROWTH_MAX_BYTES);
}

#[test]
fn a_man_in_the_middle_learns_nothing_from_a_phone_that_knows_whom_it_wants() {
    let (desk, hq, foe, _) = scene();
    let middle = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = middle.local_addr().unwrap();
    // The pinned key comes by hand, or with the ticket.
    let link = desk.ticket.clone();
    let mut invitation = Invitation::read(&link).unwrap();
    invitation
        .servers
        .push(bibtrail_core::invitation::Server { address: address.to_string(), log: Some(hq.log) });
    desk.ok(&format!("join {} @phone-3 --file @race.bibtrail --name Three", invitation.link()));
    for line in [format!("sync @phone-1 {address} --key {}", hq.log), format!("sync @phone-3 {address}")] {
        let phone = desk.command(&line).spawn().unwrap();
        let met = tls::accept(middle.accept().unwrap().0, &foe, &|_| true);
        let ended = phone.wait_with_output().unwrap();
        let err = String::from_utf8(ended.stderr).unwrap();
        let expected =
            format!("log {} answered where log {} was expected", foe.log().short(), hq.log.short());
        assert!(!ended.status.success() && err.contains(&expected), "{err}");
        assert!(met.is_err(), "the phone's key was not shown");
    }
}

#[test]
fn who_is_no_bibtrail_is_told_so() {
    let (desk, hq, _, _) = scene();
    let base = hq.forget_peak();
    let plain: [(&[u8], &str); 4] = [
        (b"", "the other end hung up before it said anything"),
        (b"SSH-2.0-x\r\n", "the other end speaks neither TLS nor HTTP (its first byte is 0x53)"),
        (b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", "the other end speaks no WebSocket"),
        (&[0x16; 70_000], "the "),
    ];
    for (bytes, expected) in plain {
        let mut stream = hq.stream();
        let _refused = stream.write_all(bytes).and_then(|()| stream.shutdown(Shutdown::Write));
        let _ended = stream.read_to_end(&mut Vec::new());
        refused(&hq, &stream, "no Bibtrail", expected);
    }
    let stream = hq.stream();
    bytes::dial_weakly(stream.try_clone().unwrap());
    refused(&hq, &stream, "a weak key", "the other end shows a weak key, which anybody could use");
    honest(&desk, &hq);
    let grown = hq.peak_bytes() - base;
    assert!(grown <= GROWTH_MAX_BYTES, "{grown}");
}

#[test]
fn a_crowd_of_silent_strangers_keeps_nobody_out() {
    let (desk, hq, foe, hello) = scene();
    let base = hq.forget_peak();
    let mut member = hq.link(&foe);
    frame::send(&mut member, &hello).unwrap();
    frame::receive(&mut member).unwrap().unwrap();
    // More than may be there at once: some say nothing at all, some prove a key and then say nothing.
    let mut streams = Vec::new();
    let mut links = Vec::new();
    for n in 0..150 {
        match n % 3 {
            0 => links.push(hq.link(&world::identity(1000 + n))),
            _ => streams.push(hq.stream()),
        }
        if n % 30 == 29 {
            honest(&desk, &hq);
        }
    }
    let grown = hq.peak_bytes() - base;
    say(format_args!("150 silent strangers at once: memory grew by {} KiB", grown / 1024));
    assert!(grown <= GROWTH_MAX_BYTES, "{grown}");
    // Who was admitted was not the one that had to go.
    let vector = frame::receive(&mut member).unwrap();
    assert!(vector.is_some());
    frame::send(&mut member, &bytes::nothing(true)).unwrap();
    assert!(frame::receive(&mut member).unwrap().is_some(), "its session goes on");
}

#[test]
fn a_hostile_server_is_refused_by_who_dials() {
    let (desk, _, foe, _) = scene();
    let server = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = server.local_addr().unwrap();
    for (what, bytes, expected) in bytes::answers() {
        let mut phone = desk.command(&format!("sync @phone-1 {address}")).spawn().unwrap();
        let mut link = tls::accept(server.accept().unwrap().0, &foe, &|_| true).unwrap();
        let hello = frame::receive(&mut link).unwrap().unwrap();
        let mut store = desk.open("phone-2");
        let mut session = Session::answer(link.peer());
        session.handle(&mut store, &hello, reading(9, 1000)).unwrap();
        let welcome = session.poll(&mut store, reading(9, 1000)).unwrap().unwrap();
        frame::send(&mut link, &welcome).unwrap();
        let _refused = bytes(&mut link);
        // Until it hangs up.
        while let Ok(Some(_)) = frame::receive(&mut link) {}
        drop(link);
        assert!(!phone.wait().unwrap().success(), "{what}");
        let mut err = String::new();
        phone.stderr.take().unwrap().read_to_string(&mut err).unwrap();
        assert!(err.contains(expected), "{what}: {err}");
    }
    desk.ok("verify @phone-1");
}
