//! Real links between real processes: TCP, WebSocket, files, QR codes, and processes that are killed meanwhile.
//!
//! Invariant: whatever way was taken, both ends hold the same afterwards, and no confirmed scan is lost.

use std::{
    collections::BTreeSet,
    fs,
    io::{Cursor, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    process::Child,
    sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::{Sender, channel},
    },
    thread,
};

use bibtrail_transport::qr::{Collector, Progress};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use crate::children::{Desk, Listening};

/// Shown with `--nocapture`.
#[allow(clippy::print_stderr, reason = "a test's figures")]
fn say(text: std::fmt::Arguments<'_>) {
    eprintln!("{text}");
}

fn bibs(range: std::ops::Range<u32>) -> Vec<String> {
    range.map(|n| n.to_string()).collect()
}

#[test]
fn two_processes_meet_over_tcp_and_websocket() {
    let desk = Desk::new();
    desk.scan("hq", &bibs(1..4));
    desk.scan("phone-1", &bibs(4..9));
    desk.scan("phone-2", &bibs(9..12));
    let hq = desk.listen("hq", "--once 4");
    let (tcp, key) = (hq.address().to_owned(), hq.log.to_string());
    for (phone, address) in [
        ("phone-1", tcp.clone()),
        ("phone-2", format!("ws://{tcp}/sync")),
        ("phone-1", format!("ws://{tcp}/")),
    ] {
        let out = desk.ok(&format!("sync @{phone} {address} --key {key}"));
        assert!(out.starts_with(&format!("✓ {address}: ")) && out.contains("both hold the same"), "{out}");
        assert!(hq.verdict().ends_with("both hold the same"));
    }
    // What the last one took to hq is not on phone-2 yet: it came before.
    let json: serde_json::Value =
        serde_json::from_str(&desk.ok(&format!("sync @phone-2 {tcp} --json"))).unwrap();
    assert_eq!((&json["synced"], &json["refused_here"]), (&true.into(), &serde_json::json!([])), "{json}");
    hq.join();
    let nobody = desk.run(&format!("sync @phone-1 {tcp}"));
    assert!(!nobody.is_ok && nobody.err.contains("cannot be reached"), "{nobody:?}");
    desk.same("hq", "phone-2");
    assert_eq!(desk.open("phone-2").scans().unwrap().len(), 11);
}

#[test]
fn one_process_serves_two_races() {
    let (desk, other) = (Desk::new(), Desk::new());
    other.scan("phone-1", &bibs(1..3));
    desk.scan("phone-1", &bibs(3..6));
    let folder = other.path("hq");
    let mut both = desk.serve(&format!("serve @hq {} --phones 127.0.0.1:0", folder.display()), 2);
    let address = both.address().to_owned();
    other.ok(&format!("sync @phone-1 {address}"));
    desk.ok(&format!("sync @phone-1 {address}"));
    assert!(both.stop().success());
    desk.same("hq", "phone-1");
    other.same("hq", "phone-1");
}

#[test]
fn files_carry_both_ways() {
    let desk = Desk::new();
    desk.scan("phone-1", &bibs(1..40));
    desk.scan("phone-2", &bibs(30..60));
    desk.ok("bundle @phone-1 -o @one.bibtrail");
    desk.ok("merge @phone-2 @one.bibtrail");
    desk.ok("bundle @phone-2 -o @two.bibtrail --since @one.bibtrail");
    desk.ok("merge @phone-1 @two.bibtrail");
    desk.same("phone-1", "phone-2");
}

/// What a camera reads from a picture.
fn read_code(picture: &[u8]) -> Vec<u8> {
    let mut decoder = png::Decoder::new(Cursor::new(picture));
    decoder.set_transformations(png::Transformations::normalize_to_color8());
    let mut reader = decoder.read_info().unwrap();
    let mut pixels = vec![0; reader.output_buffer_size().unwrap()];
    let info = reader.next_frame(&mut pixels).unwrap();
    let (width, height) = (info.width as usize, info.height as usize);
    let mut image =
        rqrr::PreparedImage::prepare_from_bitmap(width, height, |x, y| pixels[y * width + x] < 128);
    let mut bytes = Vec::new();
    image.detect_grids()[0].decode_to(&mut bytes).unwrap();
    bytes
}

#[test]
fn qr_codes_carry_though_a_fifth_is_missed() {
    let desk = Desk::new();
    desk.scan("phone-1", &bibs(1..400));
    desk.ok("share @phone-1 --png-dir @codes --frames 30");
    let mut frames: Vec<_> = fs::read_dir(desk.path("codes")).unwrap().map(|e| e.unwrap().path()).collect();
    frames.sort();
    let mut rng = ChaCha8Rng::seed_from_u64(11);
    for _ in 0..frames.len() / 5 {
        frames.remove(rng.random_range(0..frames.len()));
    }
    let (mut collector, mut payload, mut read) = (Collector::new(), None, 0);
    for frame in &frames {
        read += 1;
        if let Progress::Complete(all) = collector.push(&read_code(&fs::read(frame).unwrap())).unwrap() {
            payload = Some(all);
            break;
        }
    }
    let payload = payload.unwrap();
    say(format_args!("qr: {} bytes, {read} of {} codes read", payload.len(), frames.len()));
    assert!(read > 3, "more than one code, or this says little");
    fs::write(desk.path("seen.bibtrail"), &payload).unwrap();
    desk.ok("merge @phone-2 @seen.bibtrail");
    desk.ok("bundle @phone-2 -o @back.bibtrail");
    desk.ok("merge @phone-1 @back.bibtrail");
    desk.same("phone-1", "phone-2");
}

/// Carries bytes one way until so many went, both ways counted; then nothing more, and says so.
fn carry(mut from: TcpStream, mut to: TcpStream, carried: &AtomicUsize, most: usize, full: &Sender<()>) {
    let mut byte = [0; 256];
    while let Ok(count @ 1..) = from.read(&mut byte) {
        let before = carried.fetch_add(count, Ordering::SeqCst);
        let allowed = count.min(most.saturating_sub(before));
        if to.write_all(&byte[..allowed]).is_err() {
            break;
        }
        if allowed < count {
            let _told = full.send(());
            return;
        }
    }
    let _ended = to.shutdown(Shutdown::Write);
}

/// A phone syncs through a relay; after `most` bytes one of the two processes is killed. Gives the bytes that went, and
/// whether anybody was killed.
fn sync_and_kill(desk: &Desk, hq: &mut Listening, most: usize, kills_phone: bool) -> (usize, bool) {
    let relay = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = relay.local_addr().unwrap();
    let mut phone: Child = desk.command(&format!("sync @phone-1 {address}")).spawn().unwrap();
    let (near, _) = relay.accept().unwrap();
    let far = TcpStream::connect(hq.address()).unwrap();
    let carried = AtomicUsize::new(0);
    let (full, is_full) = channel();
    let was_killed = thread::scope(|scope| {
        let ends = [(&near, &far), (&far, &near)];
        for (from, to) in ends.map(|(from, to)| (from.try_clone().unwrap(), to.try_clone().unwrap())) {
            let (full, carried) = (full.clone(), &carried);
            scope.spawn(move || carry(from, to, carried, most, &full));
        }
        drop(full);
        let was_killed = is_full.recv().is_ok();
        if was_killed {
            let victim = if kills_phone { &mut phone } else { &mut hq.child };
            victim.kill().unwrap();
            victim.wait().unwrap();
            // The link ends with it.
            let _gone = (near.shutdown(Shutdown::Both), far.shutdown(Shutdown::Both));
        }
        was_killed
    });
    phone.wait().unwrap();
    (carried.into_inner(), was_killed)
}

#[test]
fn two_hundred_kills_while_syncing_lose_nothing() {
    let desk = Desk::new();
    let mut rng = ChaCha8Rng::seed_from_u64(12);
    let mut hq = desk.listen("hq", "");
    let (usual, _) = sync_and_kill(&desk, &mut hq, usize::MAX, false);
    let (mut confirmed, mut kills, mut meetings) = (Vec::new(), [0; 2], 0_u32);
    while kills.iter().sum::<u32>() < 200 {
        meetings += 1;
        let new = bibs(meetings * 10..meetings * 10 + rng.random_range(1..4));
        desk.scan("phone-1", &new);
        confirmed.extend(new);
        let kills_phone = rng.random_bool(0.5);
        let (_, was_killed) = sync_and_kill(&desk, &mut hq, rng.random_range(0..usual), kills_phone);
        kills[usize::from(kills_phone)] += u32::from(was_killed);
        if was_killed && !kills_phone {
            hq.kill();
            // Alone for a while, it records too.
            let own = vec![format!("H{meetings}")];
            desk.scan("hq", &own);
            confirmed.extend(own);
            hq = desk.listen("hq", "");
        }
    }
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    hq.kill();
    desk.same("hq", "phone-1");
    let held: BTreeSet<String> =
        desk.open("phone-1").scans().unwrap().iter().map(|scan| scan.bib.as_str().to_owned()).collect();
    let lost: Vec<&String> = confirmed.iter().filter(|bib| !held.contains(*bib)).collect();
    assert!(lost.is_empty(), "{lost:?}");
    say(format_args!(
        "{} kills of the listening process, {} of the other, in {meetings} meetings of {usual} B or more; {} confirmed scans, 0 lost",
        kills[0],
        kills[1],
        confirmed.len()
    ));
}
