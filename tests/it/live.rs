//! What is kept up to date scan by scan is what would be worked out from nothing.
//!
//! Invariant: after every change of a drawn history, everything that is shown is compared, byte by byte; a difference
//! names its seed and the change that made it.

use std::{collections::BTreeMap, fmt::Write};

use bibtrail_core::{
    closing::Closing,
    ids::{EntrantId, OpRef},
    live::Live,
    op::{Entity, ScanKind, Source, Status, StatusCode, Value, field},
    pace::Pace,
    results::{Known, Results, results},
    review::{Finding, review, review_by},
    state::{EntrantRow, SafetyRow, Said, ScanRow, Sighting},
    watch::{Heard, Phone, State, watch},
};
use bibtrail_tests::{
    story,
    world::{self, START_MS, bib, key, log},
};
use rand::{RngExt, SeedableRng, seq::IndexedRandom};
use rand_chacha::ChaCha8Rng;

const COURSE: &str = "course start@0 k1+@5 k2@12 k1+@18 finish@25\n";
const PLACES: [&str; 4] = ["start", "k1", "k2", "finish"];
const WAY: [(&str, ScanKind); 7] = [
    ("start", ScanKind::In),
    ("k1", ScanKind::In),
    ("k1", ScanKind::Out),
    ("k2", ScanKind::In),
    ("k1", ScanKind::In),
    ("k1", ScanKind::Out),
    ("finish", ScanKind::In),
];
const BIBS: [&str; 16] =
    ["1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "99", "W1", "1*", ""];
const MINUTE_MS: i64 = 60_000;

/// A race that changes, kept twice: as what is known, and live.
struct Twice {
    known: Known,
    heard: Heard,
    live: Live,
    now_ms: i64,
    /// Whether clocks are wrong.
    is_odd: bool,
    rng: ChaCha8Rng,
}

impl Twice {
    fn new(seed: u64) -> Self {
        let mut known = story::known(&format!("{COURSE}cut k2 4:00:00\nenter 1 2 3 4 5 6 7 8 9 10 11 12"));
        for (n, entrant) in known.entrants.iter_mut().enumerate() {
            entrant.team = Some(["red", "blue"][n % 2].to_owned());
            entrant.nation = (n % 3 > 0).then(|| "KOR".to_owned());
        }
        known.setup.rules.team_score = 2;
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        if rng.random_bool(0.2) {
            // Two entrants with one bib, one without any.
            known.entrants[11].bib = Some(bib("1"));
            known.entrants[10].bib = None;
        }
        let heard = Heard::default();
        let live = Live::new(known.clone(), heard.clone());
        Self { known, heard, live, now_ms: START_MS, is_odd: seed % 2 == 1, rng }
    }

    /// One change; says what it was.
    fn change(&mut self) -> String {
        self.now_ms += self.rng.random_range(0..8) * MINUTE_MS;
        match self.rng.random_range(0..100) {
            0..60 => self.scan(),
            60..72 => self.correct(),
            72..82 => self.say_of_entrant(),
            82..88 => self.say_of_bib(),
            88..96 => self.hear(),
            96..97 => self.enter(),
            97..98 => self.dismiss(),
            _ => {
                self.now_ms -= 30 * MINUTE_MS;
                "an earlier look".to_owned()
            }
        }
    }

    fn put(&mut self, scan: Sighting) -> String {
        let told = format!("{scan:?}");
        match self.known.scans.iter_mut().find(|known| known.at == scan.at) {
            Some(known) => *known = scan.clone(),
            None => self.known.scans.push(scan.clone()),
        }
        self.live.take(scan);
        told
    }

    fn scan(&mut self) -> String {
        let n = self.known.scans.len() as u64;
        let mut bib = *BIBS.choose(&mut self.rng).unwrap();
        let mut place = *PLACES.choose(&mut self.rng).unwrap();
        let mut kind = if self.rng.random_bool(0.3) { ScanKind::Out } else { ScanKind::In };
        if self.rng.random_bool(0.8) {
            // The race goes on: somebody comes to the next place.
            bib = BIBS[self.rng.random_range(0..12)];
            let seen = self.known.scans.iter().filter(|scan| scan.bib.as_str() == bib).count();
            (place, kind) = WAY[seen % WAY.len()];
        }
        let at_ms = match self.rng.random_range(0..20) {
            0 if self.is_odd => self.now_ms - START_MS + self.rng.random_range(50..200) * MINUTE_MS,
            1..4 if self.is_odd => self.rng.random_range(0..300) * MINUTE_MS,
            _ => self.now_ms - START_MS,
        };
        let mut scan = world::scan(bib, place, kind, at_ms);
        if self.rng.random_bool(0.2) {
            let within_ms = *[0, 30_000, Source::WITHIN_MAX_MS].choose(&mut self.rng).unwrap();
            let record = format!("line {}", self.rng.random_range(0..6));
            scan.source = Some(Source::new("paper", &record, within_ms).unwrap());
        }
        let row = ScanRow::recorded(OpRef { log: log(1 + n % 3), seq: 1 + n / 3 }, n, &scan);
        let is_approved = self.rng.random_bool(0.9);
        self.put(Sighting { scan: row, time_ms: START_MS + at_ms, moment: None, is_approved })
    }

    fn correct(&mut self) -> String {
        let is_contested = |scan: &&Sighting| self.heard.conflicts.contains_key(&Entity::Scan(scan.at));
        let contested = self.known.scans.iter().find(is_contested).cloned();
        let any = self.known.scans.choose(&mut self.rng).cloned();
        let Some(mut scan) = contested.filter(|_| self.rng.random_bool(0.5)).or(any) else {
            return self.scan();
        };
        scan.scan.is_corrected = true;
        match self.rng.random_range(0..5) {
            0 => scan.scan.bib = bib(BIBS.choose(&mut self.rng).unwrap()),
            1 => scan.scan.is_void = !scan.is_void,
            2 => scan.scan.checkpoint = key(PLACES.choose(&mut self.rng).unwrap()),
            3 => scan.is_approved = !scan.is_approved,
            _ => {
                scan.time_ms += self.rng.random_range(-40..40) * MINUTE_MS;
                scan.scan.set_ms = Some(scan.time_ms);
            }
        }
        self.put(scan)
    }

    fn status(&mut self) -> Option<Status> {
        let codes = [StatusCode::Dnf, StatusCode::Dns, StatusCode::Dsq, StatusCode::Otl, StatusCode::Ok];
        let code = *codes.choose(&mut self.rng).unwrap();
        let place = self.rng.random_bool(0.7).then(|| key(PLACES.choose(&mut self.rng).unwrap()));
        self.rng.random_bool(0.8).then_some(Status { code, checkpoint: place })
    }

    fn word(&mut self) -> Option<SafetyRow> {
        let (is_safe, is_contested) = (self.rng.random_bool(0.7), self.rng.random_bool(0.1));
        let said_ms = self.now_ms + self.rng.random_range(-60..80) * MINUTE_MS;
        let place = (*PLACES.choose(&mut self.rng).unwrap()).to_owned();
        self.rng.random_bool(0.8).then_some(SafetyRow { is_safe, place, said_ms, by: log(1), is_contested })
    }

    fn say_of_entrant(&mut self) -> String {
        let n = self.rng.random_range(0..self.known.entrants.len());
        match self.rng.random_range(0..5) {
            4 => self.known.entrants[n].name = format!("Renamed {n} at {}", self.now_ms),
            0 => self.known.entrants[n].safety = self.word(),
            1 => self.known.entrants[n].is_contested = self.rng.random_bool(0.5),
            2 => self.known.entrants[n].team = self.rng.random_bool(0.5).then(|| "green".to_owned()),
            _ => self.known.entrants[n].status = self.status(),
        }
        let entrant = self.known.entrants[n].clone();
        let told = format!("{entrant:?}");
        self.live.enter(entrant);
        told
    }

    fn say_of_bib(&mut self) -> String {
        let of = bib(BIBS.choose(&mut self.rng).unwrap());
        let said =
            Said { status: self.status(), safety: self.word(), is_contested: self.rng.random_bool(0.1) };
        let told = format!("{of} {said:?}");
        self.known.said.insert(of.clone(), said.clone());
        self.live.say(of, said);
        told
    }

    fn enter(&mut self) -> String {
        let n = u8::try_from(self.known.entrants.len()).unwrap();
        let entrant = EntrantRow {
            bib: self.rng.random_bool(0.7).then(|| bib(BIBS[usize::from(n) % BIBS.len()])),
            name: format!("Late {n}"),
            course: self.rng.random_bool(0.2).then(|| key("nowhere")),
            ..EntrantRow::new(EntrantId::from_random([n; 16]))
        };
        let told = format!("{entrant:?}");
        self.known.entrants.push(entrant.clone());
        self.live.enter(entrant);
        told
    }

    fn dismiss(&mut self) -> String {
        let Some(finding) = self.live.findings().collect::<Vec<_>>().choose(&mut self.rng).cloned() else {
            return "no finding".to_owned();
        };
        let is_dismissed = !finding.is_dismissed;
        if is_dismissed {
            self.known.dismissed.insert(finding.id);
        } else {
            self.known.dismissed.remove(&finding.id);
        }
        self.live.dismiss(finding.id, is_dismissed);
        format!("{finding:?} {is_dismissed}")
    }

    /// Phones that report, a checkpoint that is closed, and people who contradict each other.
    fn hear(&mut self) -> String {
        let place = *PLACES.choose(&mut self.rng).unwrap();
        let last_ms = Some(self.now_ms - self.rng.random_range(-20..60) * MINUTE_MS);
        let (held, exist) = (5, self.rng.random_range(4..8));
        let phone = Phone {
            log: log(self.rng.random_range(1..4)),
            name: "phone".to_owned(),
            checkpoint: Some(key(place)),
            last_ms,
            is_trusted: self.rng.random_bool(0.8),
            held,
            exist,
        };
        self.heard.phones.retain(|known| known.log != phone.log);
        self.heard.phones.push(phone);
        self.heard.phones.sort_by_key(|phone| phone.log);
        if self.rng.random_bool(0.1) {
            let closing = Closing { released: Some("ab".to_owned()), ..Closing::default() };
            self.heard.closings.insert(key(place), closing);
        }
        if self.rng.random_bool(0.5) {
            self.heard.conflicts.clear();
        } else if let Some(scan) = self.known.scans.choose(&mut self.rng) {
            let other = BIBS.choose(&mut self.rng).unwrap();
            let (field, values) = match self.rng.random_range(0..4) {
                0 => (field::BIB, vec![Value::from(scan.bib.as_str()), Value::from(*other)]),
                1 => (field::VOID, vec![Value::Bool(true), Value::Bool(false)]),
                2 => (field::TIME, vec![Value::Int(scan.time_ms), Value::Int(scan.time_ms + 9 * MINUTE_MS)]),
                _ => (field::CHECKPOINT, vec![Value::from("k1"), Value::from("finish")]),
            };
            self.heard.conflicts.entry(Entity::Scan(scan.at)).or_default().insert(field, values);
        }
        self.live.hear(self.heard.clone());
        format!("{:?}", self.heard)
    }

    /// Findings are compared by the yardstick that is held; now and then it is measured anew.
    fn compare_findings(&mut self, results: &Results, what: &str) {
        if self.rng.random_bool(0.1) {
            self.live.measure();
            assert_findings(self.live.findings(), review(&self.known, results), &format!("{what}, measured"));
        }
        if self.rng.random_bool(0.5) {
            return;
        }
        let found: Vec<Finding> = self.live.findings().collect();
        let expected = review_by(self.live.yardstick().unwrap(), &self.known, results);
        let open = expected.iter().filter(|finding| !finding.is_dismissed);
        let counts = open.fold(BTreeMap::new(), |mut counts, finding| {
            *counts.entry(finding.kind).or_insert(0) += 1;
            counts
        });
        assert_findings(found.into_iter(), expected, what);
        assert_eq!(self.live.doubts(), counts, "doubts after {what}");
    }

    fn compare(&mut self, what: &str) {
        let from_nothing = results(&self.known);
        assert_eq!(tell(self.live.results()), tell(&from_nothing), "results after {what}");
        assert_eq!(
            format!("{:?}", self.live.pace()),
            format!("{:?}", Pace::of(&from_nothing)),
            "pace after {what}"
        );
        let expected = watch(&self.known, &self.heard, self.now_ms);
        let live = self.live.watch(self.now_ms);
        assert_eq!(format!("{live:#?}"), format!("{expected:#?}"), "watch after {what}");
        assert_eq!(self.live.counts(self.now_ms), expected.counts(), "counts after {what}");
        self.compare_findings(&from_nothing, what);
        let is_wanted = |state: State| !matches!(state, State::Finished | State::Dropped);
        let wanted: Vec<_> = expected.runners.iter().filter(|runner| is_wanted(runner.state)).collect();
        let cut = self.rng.random_range(0..=wanted.len());
        let mut pages = self.live.watched(self.now_ms, &is_wanted, 0..cut);
        pages.extend(self.live.watched(self.now_ms, &is_wanted, cut..usize::MAX));
        assert_eq!(pages.iter().collect::<Vec<_>>(), wanted, "pages after {what}");
    }
}

/// All that results say.
pub(crate) fn tell(results: &Results) -> String {
    let mut text = String::new();
    for course in &results.courses {
        for runner in &course.runners {
            let beside = (course.ranks(runner), course.order_within_ms(runner));
            writeln!(text, "{runner:?} {beside:?}").unwrap();
        }
        writeln!(text, "{:?} {:?}", course.teams, course.nations).unwrap();
    }
    results.others.iter().for_each(|runner| writeln!(text, "{runner:?}").unwrap());
    results.unread.iter().for_each(|scan| writeln!(text, "{scan:?}").unwrap());
    text
}

fn assert_findings(found: impl Iterator<Item = Finding>, expected: Vec<Finding>, what: &str) {
    let found: Vec<Finding> = found.collect();
    for (n, (found, expected)) in found.iter().zip(&expected).enumerate() {
        assert_eq!(found, expected, "finding {n} after {what}");
    }
    assert_eq!(found.len(), expected.len(), "findings after {what}");
}

/// A time that is still to come bears on nobody's pace; once it has come, the others are late by it.
#[test]
fn a_time_that_has_come_bears_on_the_pace() {
    let story = "course start@0 k1@5 finish@10\nenter 1 2 3 4 5 6\n\
        1 start 0:00\n2 start 0:00\n3 start 0:00\n4 start 0:00\n5 start 0:00\n6 start 0:00\n\
        1 k1 30:00\n2 k1 30:00\n3 k1 30:00\n4 k1 30:00\n5 k1 3:00:00";
    let known = story::known(story);
    let mut live = Live::new(known.clone(), Heard::default());
    for (minutes, unknown) in [(60, 1), (185, 5)] {
        let now_ms = START_MS + minutes * MINUTE_MS;
        let expected = watch(&known, &Heard::default(), now_ms).counts();
        assert_eq!(live.counts(now_ms), expected, "after {minutes} minutes");
        assert_eq!(expected.get(&State::Unknown), Some(&unknown), "{expected:?}");
    }
}

#[test]
fn after_any_change_it_is_what_it_would_be_from_nothing() {
    let mut states: BTreeMap<State, usize> = BTreeMap::new();
    for seed in 0..100 {
        let mut race = Twice::new(seed);
        for n in 0..140 {
            let what = race.change();
            race.compare(&format!("change {n} of seed {seed}: {what}"));
            race.live
                .counts(race.now_ms)
                .into_keys()
                .for_each(|state| *states.entry(state).or_default() += 1);
        }
    }
    println!("{states:?}");
    let all: Vec<State> = states.keys().copied().collect();
    assert_eq!(all, State::ALL, "{states:?}: every state must come up");
}

/// Hundreds of runners, and many mistakes: bibs read wrong, glued, of the next runner, or not at all; records that are
/// missing, doubled, or late because a phone came late.
#[test]
fn findings_of_a_crowd_follow_scan_by_scan() {
    let (mut found, mut made) = (0, BTreeMap::new());
    for seed in 0..4 {
        let (known, scans) = crowd(seed);
        let mut known = Known { scans: scans[..200].to_vec(), ..known };
        let mut live = Live::new(known.clone(), Heard::default());
        for (n, scan) in scans.into_iter().enumerate().skip(200) {
            known.scans.push(scan.clone());
            live.take(scan);
            if n % 700 == 0 {
                live.measure();
            }
            // Every scan is put in by itself: of many at once more is made again.
            live.doubts();
            if n % 41 == 0 {
                let expected = review_by(live.yardstick().unwrap(), &known, &results(&known));
                found += expected.len();
                expected.iter().for_each(|finding| *made.entry(finding.kind).or_insert(0) += 1);
                assert_findings(live.findings(), expected, &format!("scan {n} of seed {seed}"));
            }
        }
    }
    println!("{found} findings compared: {made:?}");
    assert!(found > 10_000 && made.len() >= 8, "{found} findings compared: {made:?}");
}

const CROWD: u32 = 240;
const CROWD_PLACES: [&str; 7] = ["start", "k1", "k2", "k3", "k4", "k5", "finish"];

fn crowd(seed: u64) -> (Known, Vec<Sighting>) {
    let mut rng = ChaCha8Rng::seed_from_u64(seed);
    let bibs: Vec<String> = (0..CROWD).map(|n| (101 + n).to_string()).collect();
    let course = "course start@0 k1@5 k2@10 k3@15 k4@20 k5@25 finish@30\n";
    let known = story::known(&format!("{course}enter {}", bibs.join(" ")));
    let mut records = Vec::new();
    for (n, bib) in bibs.iter().enumerate() {
        let (mut at_ms, pace_ms) = (i64::try_from(n).unwrap() * 700, rng.random_range(1_200_000..2_400_000));
        for place in CROWD_PLACES {
            let late_ms = if rng.random_bool(0.03) { 40 * MINUTE_MS } else { 0 };
            let read = misread(&mut rng, bib);
            let again = rng.random_bool(0.08).then(|| (at_ms + rng.random_range(500..20_000), bib.clone()));
            for (at_ms, bib) in read.map(|read| (at_ms, read)).into_iter().chain(again) {
                records.push((at_ms + late_ms, at_ms, place, bib));
            }
            at_ms += pace_ms * rng.random_range(90..118) / 100;
        }
    }
    records.sort();
    // Neighbours changed places.
    for n in 1..records.len() {
        if rng.random_bool(0.03) && records[n].2 == records[n - 1].2 {
            let other = records[n].3.clone();
            records[n].3 = std::mem::replace(&mut records[n - 1].3, other);
        }
    }
    let scan = |(n, (_, at_ms, place, bib)): (u64, (i64, i64, &str, String))| {
        let recorded = world::scan(&bib, place, ScanKind::In, at_ms);
        let scan = ScanRow::recorded(OpRef { log: log(1 + n % 5), seq: 1 + n / 5 }, n, &recorded);
        Sighting { scan, time_ms: START_MS + at_ms, moment: None, is_approved: true }
    };
    (known, (0..).zip(records).map(scan).collect())
}

/// What was read of a bib; nothing if they were missed.
fn misread(rng: &mut ChaCha8Rng, bib: &str) -> Option<String> {
    let mut chars: Vec<char> = bib.chars().collect();
    match rng.random_range(0..100) {
        0..2 => return None,
        2..4 => chars.swap(1, 2),
        4..6 => chars[2] = char::from_digit(rng.random_range(0..10), 10).unwrap(),
        6 => chars.extend(['1', '7', '7']),
        7 => chars[1] = '*',
        8 => chars.clear(),
        9..11 => return Some((bib.parse::<u32>().unwrap() + 1).to_string()),
        _ => {}
    }
    Some(chars.into_iter().collect())
}
