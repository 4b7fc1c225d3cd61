//! Corrected times against true ones: phones with crystals of their own, pings, chains, files, lies.
//!
//! Invariant: the simulation knows the true time of every reading, and shares no code with what it tests.
#![allow(
    clippy::print_stderr,
    clippy::cast_precision_loss,
    clippy::cast_sign_loss,
    reason = "figures; small numbers"
)]

use bibtrail_core::{
    clocks::{Anchor, Clocks, Contact, Suspect},
    ids::BootId,
};
use rand::{RngExt, SeedableRng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

const HOUR: f64 = 3_600_000.0;
const DAY: f64 = 24.0 * HOUR;
const UTC: i64 = 1_790_000_000_000;

/// A boot clock: an offset of hours, a constant skew, and a temperature that swings with the day.
#[derive(Clone, Debug)]
struct Device {
    boot: BootId,
    start: f64,
    skew: f64,
    /// Amplitude of the swing of the rate, and its phase.
    swing: (f64, f64),
}

impl Device {
    fn new(rng: &mut ChaCha8Rng, n: u8, skew_ppm: f64, swing_ppm: f64) -> Self {
        let start = rng.random_range(0.0..100.0 * HOUR).floor();
        let skew = rng.random_range(-1.0..1.0) * skew_ppm * 1e-6;
        let phase = rng.random_range(0.0..std::f64::consts::TAU);
        Self { boot: BootId([n; 8]), start, skew, swing: (swing_ppm * 1e-6, phase) }
    }

    /// A reference: perfect.
    fn server(n: u8) -> Self {
        Self { boot: BootId([n; 8]), start: f64::from(n) * 1e6, skew: 0.0, swing: (0.0, 0.0) }
    }

    /// What it shows `now` ms (true time) after the simulation began, with fractions.
    fn clock(&self, now: f64) -> f64 {
        let turn = std::f64::consts::TAU / DAY;
        let swing = self.swing.0 / turn * ((self.swing.1).cos() - (turn * now + self.swing.1).cos());
        self.start + now * (1.0 + self.skew) + swing
    }

    /// The same in whole milliseconds, as a device says it.
    fn reads(&self, now: f64) -> u64 {
        self.clock(now).floor() as u64
    }

    /// When it turned to `boot_ms`.
    fn truth(&self, boot_ms: u64) -> f64 {
        let mut now = boot_ms as f64 - self.start;
        for _ in 0..8 {
            now -= self.clock(now) - boot_ms as f64;
        }
        now
    }

    fn anchor(&self) -> Anchor {
        Anchor { boot: self.boot, offset_ms: UTC - self.start as i64 }
    }
}

/// One leg of an exchange: 5 ms and an exponential rest.
fn leg(rng: &mut ChaCha8Rng, mean: f64) -> f64 {
    5.0 - mean * (1.0 - rng.random_range(0.0..1.0_f64)).ln()
}

/// Eight exchanges, 80 ms there and back on average, more on one leg than on the other; the intersection of what
/// they prove.
fn ping(rng: &mut ChaCha8Rng, mine: &Device, peer: &Device, now: f64) -> Contact {
    let lean = rng.random_range(0.3..0.7);
    let (mut lo, mut hi, mut at) = (i64::MIN, i64::MAX, now);
    for _ in 0..8 {
        let t1 = mine.reads(at);
        at += leg(rng, 70.0 * lean);
        let t2 = peer.reads(at);
        at += 2.0;
        let t3 = peer.reads(at);
        at += leg(rng, 70.0 * (1.0 - lean));
        let t4 = mine.reads(at);
        lo = lo.max(t3 as i64 - t4 as i64 - 1);
        hi = hi.min(t2 as i64 - t1 as i64 + 1);
    }
    Contact { boot: mine.boot, boot_ms: mine.reads(at), peer: peer.boot, lo_ms: Some(lo), hi_ms: Some(hi) }
}

/// A bundle that `from` closed and `to` opened `delay` later: `from`'s clock is at least that far.
fn file(from: &Device, to: &Device, now: f64, delay: f64) -> Contact {
    let (closed, opened) = (from.reads(now), to.reads(now + delay));
    let lo_ms = Some(closed as i64 - opened as i64 - 1);
    Contact { boot: to.boot, boot_ms: opened, peer: from.boot, lo_ms, hi_ms: None }
}

/// What came of many questions.
#[derive(Default)]
struct Tally {
    errors: Vec<f64>,
    widths: Vec<f64>,
    covered: usize,
    /// Squares of errors in standard errors.
    squares: f64,
}

impl Tally {
    /// Asks when `device` turned to what it shows at `now`; the truth must be inside the bounds.
    fn ask(&mut self, clocks: &Clocks, device: &Device, now: f64, context: &str) {
        let boot_ms = device.reads(now);
        let truth = device.truth(boot_ms);
        let moment = clocks.at(device.boot, boot_ms).unwrap_or_else(|| panic!("unconnected: {context}"));
        let (earliest, latest) = (moment.earliest_ms - UTC, moment.latest_ms - UTC);
        let inside = earliest as f64 <= truth + 1e-3 && truth <= latest as f64 + 1e-3;
        assert!(inside, "{truth} is not in {earliest}..{latest}: {context}");
        let error = ((moment.ms - UTC) as f64 - truth).abs();
        self.errors.push(error);
        self.widths.push((latest - earliest) as f64 / 2.0);
        self.squares += (error / moment.sigma_ms as f64).powi(2);
        self.covered += usize::from(error <= 3.0 * moment.sigma_ms as f64);
    }

    fn quantile(values: &[f64], q: f64) -> f64 {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        sorted[((sorted.len() - 1) as f64 * q) as usize]
    }

    fn print(&self, title: &str) {
        let [p50, p99] = [0.5, 0.99].map(|q| Self::quantile(&self.errors, q));
        let [mid, max] = [0.5, 1.0].map(|q| Self::quantile(&self.widths, q));
        let (covered, rms) = (self.coverage(), (self.squares / self.errors.len() as f64).sqrt());
        eprintln!(
            "{title:34} {p50:6.0} {p99:6.0}   ±{mid:6.0} ±{max:6.0}   {covered:6.2} % in 3 sigma, rms {rms:.2}"
        );
    }

    /// How many errors were within three standard errors, in per cent.
    fn coverage(&self) -> f64 {
        100.0 * self.covered as f64 / self.errors.len() as f64
    }
}

/// The table of the design: two contacts or more with a perfect server over 12 hours.
#[test]
fn errors_and_bounds_of_one_phone() {
    eprintln!("ms                                    p50    p99   guaranteed p50/max");
    for (title, every, skew, swing, p99_ms) in [
        ("before + after 12 h, 20/2 ppm", 12.0, 20.0, 2.0, 38.0),
        ("before + after 12 h, 80/5 ppm", 12.0, 80.0, 5.0, 75.0),
        ("every 4 h, 80/5 ppm", 4.0, 80.0, 5.0, 20.0),
        ("every 1 h, 80/5 ppm", 1.0, 80.0, 5.0, 10.0),
    ] {
        let (mut tally, mut last) = (Tally::default(), Tally::default());
        for seed in 0..400 {
            let mut rng = ChaCha8Rng::seed_from_u64(seed);
            let (server, phone) = (Device::server(9), Device::new(&mut rng, 1, skew, swing));
            let times = (0..).map(|n| f64::from(n) * every).take_while(|hours| *hours <= 12.0);
            let contacts: Vec<Contact> = times.map(|h| ping(&mut rng, &phone, &server, h * HOUR)).collect();
            let clocks = Clocks::solve(&[server.anchor()], &contacts);
            assert_eq!(clocks.suspects(), [], "seed {seed}");
            let context = format!("{title}, seed {seed}");
            for _ in 0..25 {
                let now = rng.random_range(0.0..12.0 * HOUR);
                tally.ask(&clocks, &phone, now, &context);
            }
            // Nothing after the start of the last stretch is known yet.
            let known = Clocks::solve(&[server.anchor()], &contacts[..contacts.len() - 1]);
            for _ in 0..10 {
                last.ask(&known, &phone, rng.random_range(12.0 - every..12.0) * HOUR, &context);
            }
        }
        tally.print(title);
        last.print("  without the last contact");
        assert!(Tally::quantile(&tally.errors, 0.99) <= p99_ms, "{title}");
        // Half the way from one contact to the next, at 100 ppm, and the contacts' own widths.
        assert!(Tally::quantile(&tally.widths, 1.0) <= every * HOUR * 1e-4 / 2.0 + 100.0, "{title}");
        assert!(tally.coverage() >= 97.0 && last.coverage() >= 97.0, "{title}");
    }
}

/// Phones that reach the server through others, or in a ring, or all at once.
#[test]
fn chains_stars_and_rings() {
    let shapes: [(&str, &[(usize, usize)]); 4] = [
        ("chain of 3", &[(1, 0), (2, 1), (3, 2)]),
        ("chain of 6", &[(1, 0), (2, 1), (3, 2), (4, 3), (5, 4), (6, 5)]),
        ("star", &[(1, 0), (2, 1), (3, 1), (4, 1), (5, 1)]),
        ("ring", &[(1, 0), (2, 1), (3, 2), (4, 3), (0, 4), (2, 4)]),
    ];
    for (title, pairs) in shapes {
        for times in 1..=3 {
            let mut tally = Tally::default();
            for seed in 0..60 {
                let mut rng = ChaCha8Rng::seed_from_u64(seed);
                let mut devices = vec![Device::server(9)];
                devices.extend((1..7).map(|n| Device::new(&mut rng, n, 80.0, 5.0)));
                let mut contacts = Vec::new();
                for (one, other) in pairs.iter().flat_map(|pair| std::iter::repeat_n(pair, times)) {
                    let now = rng.random_range(0.0..12.0 * HOUR);
                    contacts.push(ping(&mut rng, &devices[*one], &devices[*other], now));
                }
                contacts.shuffle(&mut rng);
                let clocks = Clocks::solve(&[devices[0].anchor()], &contacts);
                assert_eq!(clocks.suspects(), [], "{title}, seed {seed}");
                for device in devices[1..].iter().filter(|device| clocks.is_connected(device.boot)) {
                    for _ in 0..8 {
                        let now = rng.random_range(0.0..14.0 * HOUR);
                        tally.ask(&clocks, device, now, &format!("{title}, seed {seed}"));
                    }
                }
                let met = 1 + pairs.iter().flat_map(|pair| [pair.0, pair.1]).max().unwrap();
                assert!(devices[..met].iter().all(|device| clocks.is_connected(device.boot)));
            }
            tally.print(&format!("{title}, {times} contact(s) each"));
            assert!(tally.coverage() >= 97.0, "{title}");
        }
    }
}

/// Files carried both ways bound an offset, though no one measured it.
#[test]
fn one_way_contacts_make_an_interval() {
    let mut tally = Tally::default();
    for seed in 0..300 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (server, phone) = (Device::server(9), Device::new(&mut rng, 1, 80.0, 5.0));
        let mut contacts = Vec::new();
        for _ in 0..rng.random_range(1..4) {
            let (now, delay) = (rng.random_range(0.0..10.0 * HOUR), rng.random_range(1e3..6e5));
            contacts.push(file(&server, &phone, now, delay));
        }
        let context = format!("seed {seed}");
        let half = Clocks::solve(&[server.anchor()], &contacts);
        assert_eq!(half.at(phone.boot, phone.reads(0.0)), None, "{context}");
        contacts.push(file(&phone, &server, rng.random_range(0.0..10.0 * HOUR), rng.random_range(1e3..6e5)));
        let clocks = Clocks::solve(&[server.anchor()], &contacts);
        assert_eq!(clocks.suspects(), [], "{context}");
        for _ in 0..10 {
            tally.ask(&clocks, &phone, rng.random_range(0.0..12.0 * HOUR), &context);
        }
        // A half bound narrows what pings have left open.
        let first = ping(&mut rng, &phone, &server, 0.0);
        let [few, all] = [vec![first], [vec![first], contacts].concat()]
            .map(|contacts| Clocks::solve(&[server.anchor()], &contacts))
            .map(|clocks| clocks.at(phone.boot, phone.reads(10.0 * HOUR)).unwrap());
        assert!(few.earliest_ms <= all.earliest_ms && all.latest_ms <= few.latest_ms, "{context}");
    }
    tally.print("files both ways");
    assert!(tally.coverage() >= 97.0);
}

/// Devices, an anchor and contacts among all of them, some of them one-way.
fn crowd(rng: &mut ChaCha8Rng, phones: u8, contacts: usize) -> (Vec<Device>, Vec<Contact>) {
    let mut devices = vec![Device::server(99)];
    devices.extend((1..=phones).map(|n| Device::new(rng, n, 60.0, 5.0)));
    let made = (0..contacts).map(|_| {
        let one = rng.random_range(0..devices.len());
        let other = (one + rng.random_range(1..devices.len())) % devices.len();
        let now = rng.random_range(0.0..24.0 * HOUR);
        match rng.random_range(0..4) {
            0 => file(&devices[one], &devices[other], now, rng.random_range(0.0..1e6)),
            _ => ping(rng, &devices[one], &devices[other], now),
        }
    });
    let made = made.collect();
    (devices, made)
}

#[test]
fn order_and_repetition_change_nothing() {
    for seed in 0..40 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let phones = rng.random_range(1..12);
        let (devices, mut contacts) = crowd(&mut rng, phones, 60);
        if seed % 2 == 1 {
            for _ in 0..4 {
                let n = rng.random_range(0..contacts.len());
                contacts[n].boot_ms += rng.random_range(0..7_200_000);
            }
        }
        let mut anchors = vec![devices[0].anchor(), Device::server(98).anchor()];
        let clocks = Clocks::solve(&anchors, &contacts);
        for _ in 0..4 {
            contacts.extend(contacts[..rng.random_range(0..20)].to_vec());
            contacts.shuffle(&mut rng);
            anchors.reverse();
            let again = Clocks::solve(&anchors, &contacts);
            assert_eq!(clocks, again, "seed {seed}");
            for (device, at) in devices.iter().zip([0, 150_000_000, 400_000_000].into_iter().cycle()) {
                assert_eq!(clocks.at(device.boot, at), again.at(device.boot, at), "seed {seed}");
            }
        }
    }
}

/// Many phones, many contacts.
#[test]
fn a_whole_race_of_phones() {
    let mut tally = Tally::default();
    for seed in 0..3 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (devices, contacts) = crowd(&mut rng, 90, 3_000);
        let clocks = Clocks::solve(&[devices[0].anchor()], &contacts);
        assert_eq!(clocks.suspects(), [], "seed {seed}");
        for device in &devices[1..] {
            for _ in 0..10 {
                let now = rng.random_range(0.0..24.0 * HOUR);
                tally.ask(&clocks, device, now, &format!("seed {seed}"));
            }
        }
    }
    tally.print("90 phones, 3,000 contacts");
    assert!(tally.coverage() >= 97.0);
}

#[test]
fn a_reboot_is_a_new_clock() {
    let mut rng = ChaCha8Rng::seed_from_u64(5);
    let (server, phone) = (Device::server(9), Device::new(&mut rng, 1, 80.0, 5.0));
    let reborn = Device { boot: BootId([2; 8]), start: -6.0 * HOUR, ..phone.clone() };
    let mut contacts = vec![ping(&mut rng, &phone, &server, 0.0)];
    let before = Clocks::solve(&[server.anchor()], &contacts);
    assert!(before.is_connected(phone.boot) && !before.is_connected(reborn.boot));
    assert_eq!(before.at(reborn.boot, 5), None);
    contacts.push(ping(&mut rng, &reborn, &server, 8.0 * HOUR));
    let after = Clocks::solve(&[server.anchor()], &contacts);
    let mut tally = Tally::default();
    tally.ask(&after, &reborn, 7.0 * HOUR, "after the reboot");
    assert_eq!(
        after.at(phone.boot, 5),
        before.at(phone.boot, 5),
        "the old clock learns nothing from the new one"
    );
    // The server may be the one that began anew.
    let second = Device { boot: BootId([8; 8]), start: -5.0 * HOUR, ..server.clone() };
    contacts.push(ping(&mut rng, &phone, &second, 10.0 * HOUR));
    let both = Clocks::solve(&[server.anchor(), second.anchor()], &contacts);
    assert_eq!(both.suspects(), []);
    tally.ask(&both, &phone, 9.0 * HOUR, "two servers");
}

/// A contact that is an hour off is named and left out; what the honest ones say still holds.
#[test]
fn a_lie_is_named() {
    for seed in 0..100 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut devices = vec![Device::server(9)];
        devices.extend((1..4).map(|n| Device::new(&mut rng, n, 80.0, 5.0)));
        let [server, a, b, c] = [0, 1, 2, 3].map(|n| devices[n].clone());
        let mut contacts = vec![ping(&mut rng, &c, &b, 4.0 * HOUR)];
        for hours in [0.0, 12.0] {
            contacts.push(ping(&mut rng, &a, &server, hours * HOUR));
            contacts.push(ping(&mut rng, &b, &server, hours * HOUR));
        }
        // Of two phones about each other, or of one about the server.
        let peer = if seed % 2 == 0 { &b } else { &server };
        let mut lie = ping(&mut rng, &a, peer, 6.0 * HOUR);
        let by = if seed % 4 < 2 { 3_600_000 } else { -3_600_000 };
        (lie.lo_ms, lie.hi_ms) = (lie.lo_ms.map(|lo| lo + by), lie.hi_ms.map(|hi| hi + by));
        let honest = Clocks::solve(&[server.anchor()], &contacts);
        contacts.push(lie);
        contacts.shuffle(&mut rng);
        let clocks = Clocks::solve(&[server.anchor()], &contacts);
        match clocks.suspects() {
            [Suspect::Contact { contact, excess_ms, certain: true }] => {
                assert_eq!(*contact, lie, "seed {seed}");
                assert!((3_590_000..3_600_000).contains(excess_ms), "{excess_ms}, seed {seed}");
            }
            other => panic!("{other:?}, seed {seed}"),
        }
        let mut tally = Tally::default();
        for device in [&a, &b, &c] {
            let now = rng.random_range(0.0..12.0 * HOUR);
            tally.ask(&clocks, device, now, &format!("seed {seed}"));
            let at = device.reads(now);
            assert_eq!(clocks.at(device.boot, at), honest.at(device.boot, at), "seed {seed}");
        }
    }
}

/// Two lies of one phone among three honest contacts.
#[test]
fn two_lies_are_named() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (server, a) = (Device::server(9), Device::new(&mut rng, 1, 80.0, 5.0));
        let mut contacts: Vec<Contact> =
            (0..5).map(|n| ping(&mut rng, &a, &server, f64::from(n) * 3.0 * HOUR)).collect();
        for (n, by) in [(1, 900_000), (3, -2_000_000)] {
            contacts[n].lo_ms = contacts[n].lo_ms.map(|lo| lo + by);
            contacts[n].hi_ms = contacts[n].hi_ms.map(|hi| hi + by);
        }
        let clocks = Clocks::solve(&[server.anchor()], &contacts);
        let contact_of = |suspect: &Suspect| match suspect {
            Suspect::Contact { contact, .. } => Some(*contact),
            _ => None,
        };
        let named: Vec<Contact> = clocks.suspects().iter().filter_map(contact_of).collect();
        assert_eq!(named, [contacts[1], contacts[3]], "seed {seed}");
        Tally::default().ask(&clocks, &a, 7.0 * HOUR, &format!("seed {seed}"));
    }
}

/// A clock that stood still for half an hour: whatever is named is about it, and all others keep their times.
#[test]
fn a_clock_that_stopped_harms_no_other() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut devices = vec![Device::server(9)];
        devices.extend((1..6).map(|n| Device::new(&mut rng, n, 80.0, 5.0)));
        let late = Device { start: devices[1].start - HOUR / 2.0, ..devices[1].clone() };
        let mut contacts = Vec::new();
        for hours in [0.0, 2.0, 4.0, 7.0, 9.0, 12.0] {
            for n in 1..6 {
                let device = if n == 1 && hours > 5.0 { &late } else { &devices[n] };
                let peer = &devices[if n % 2 == 0 && rng.random_range(0..2) == 0 { 3 } else { 0 }];
                contacts.push(ping(&mut rng, device, peer, hours * HOUR));
            }
        }
        let clocks = Clocks::solve(&[devices[0].anchor()], &contacts);
        let about = |suspect: &Suspect| match suspect {
            Suspect::Contact { contact, .. } => contact.boot,
            Suspect::Rate { boot, .. } | Suspect::Anchor { boot, .. } => *boot,
        };
        assert!(!clocks.suspects().is_empty(), "seed {seed}");
        assert!(clocks.suspects().iter().all(|s| about(s) == devices[1].boot), "seed {seed}");
        for device in &devices[2..] {
            let now = rng.random_range(0.0..12.0 * HOUR);
            Tally::default().ask(&clocks, device, now, &format!("seed {seed}"));
        }
    }
}

/// An oscillator that breaks the assumption is named, and the truth stays inside its wider bounds.
#[test]
fn a_bad_oscillator_is_named() {
    for seed in 0..100 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let (server, mut bad, good) =
            (Device::server(9), Device::new(&mut rng, 1, 0.0, 5.0), Device::new(&mut rng, 2, 80.0, 5.0));
        bad.skew = if seed % 2 == 0 { 500e-6 } else { -500e-6 };
        let mut contacts = Vec::new();
        for n in 0..=3 {
            contacts.push(ping(&mut rng, &bad, &server, f64::from(n) * 4.0 * HOUR));
            contacts.push(ping(&mut rng, &good, &server, f64::from(n) * 4.0 * HOUR));
        }
        contacts.push(ping(&mut rng, &bad, &good, 5.0 * HOUR));
        let clocks = Clocks::solve(&[server.anchor()], &contacts);
        assert!(clocks.suspects().contains(&Suspect::Rate { boot: bad.boot, ppm: 800 }), "seed {seed}");
        assert!(!clocks.suspects().iter().any(|s| matches!(s, Suspect::Contact { .. })), "seed {seed}");
        let mut tally = Tally::default();
        for device in [&bad, &good] {
            for _ in 0..10 {
                tally.ask(&clocks, device, rng.random_range(0.0..12.0 * HOUR), &format!("seed {seed}"));
            }
        }
        assert!(Tally::quantile(&tally.errors, 1.0) < 150.0, "seed {seed}");
    }
}

/// Contacts made of anything at all: it ends, nothing panics, the interval is one, the reference is untouched.
#[test]
fn nonsense_ends_in_names() {
    for seed in 0..60 {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let any = |rng: &mut ChaCha8Rng| match rng.random_range(0..6) {
            0 => None,
            1 => Some(i64::MAX - rng.random_range(0..2)),
            2 => Some(i64::MIN + rng.random_range(0..2)),
            3 => Some(rng.random_range(-10_000..10_000)),
            _ => Some(rng.random_range(i64::MIN..i64::MAX) >> rng.random_range(0..60)),
        };
        let contacts: Vec<Contact> = (0..rng.random_range(0..60))
            .map(|_| Contact {
                boot: BootId([rng.random_range(0..6); 8]),
                boot_ms: rng.random_range(0..=u64::MAX) >> rng.random_range(0..60),
                peer: BootId([rng.random_range(0..6); 8]),
                lo_ms: any(&mut rng),
                hi_ms: any(&mut rng),
            })
            .collect();
        let anchor = Anchor { boot: BootId([0; 8]), offset_ms: UTC };
        let clocks = Clocks::solve(&[anchor], &contacts);
        for boot in (0..6).map(|n| BootId([n; 8])) {
            for boot_ms in [0, rng.random_range(0..=u64::MAX), u64::MAX] {
                let Some(moment) = clocks.at(boot, boot_ms) else { continue };
                let span = moment.earliest_ms..=moment.latest_ms;
                assert!(span.contains(&moment.ms) && moment.sigma_ms >= 0, "{moment:?}, seed {seed}");
            }
        }
        assert_eq!(clocks.at(anchor.boot, 7).unwrap().ms, UTC + 7, "seed {seed}");
        assert_eq!(Clocks::solve(&[], &contacts).at(anchor.boot, 7), None);
    }
}
