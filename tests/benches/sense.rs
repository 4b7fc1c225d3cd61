//! How fast scans become results, watch and findings: from nothing, and with each new scan.
//!
//! Invariant: what is kept from scan to scan is compared with what is worked out from nothing; medians are compared.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a benchmark: its output is its purpose, a failure ends it; counts are small"
)]

use std::time::Duration;

use bibtrail_core::{
    alarm,
    ids::{EntrantId, OpRef},
    live::Live,
    op::ScanKind,
    pace::Pace,
    results::{Known, results},
    review::review,
    state::{EntrantRow, ScanRow, Sighting},
    watch::{Heard, State},
};
use bibtrail_tests::{
    story,
    world::{self, START_MS, bib, log},
};
use cpu_time::ProcessTime;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const ENTRANTS: u32 = 50_000;
/// What one scan more may cost.
const AIM: Duration = Duration::from_millis(5);
/// So many scans are taken one by one.
const FOLLOWED: usize = 5_000;
const PLACES: [&str; 10] = ["start", "k1", "k2", "k3", "k4", "k5", "k6", "k7", "k8", "finish"];

fn main() {
    let known = field();
    println!("{} entrants, {} scans", known.entrants.len(), known.scans.len());
    let begin = ProcessTime::now();
    let results = results(&known);
    println!("results from nothing: {:?} of CPU", begin.elapsed());
    let begin = ProcessTime::now();
    let pace = Pace::of(&results);
    println!("pace from nothing: {:?} of CPU", begin.elapsed());
    assert!(pace.course(&results.courses[0].course.key).is_some());
    drop(results);
    let known = with_mistakes(known);
    review_from_nothing(&known);
    for percent in [2, 50, 97] {
        follow(&known, percent);
    }
}

/// Takes scans one by one from some way into the race on. After each, everything on the first screen is asked for: how
/// many are in each state, the first page of the watch list, the place of the runner who came, how many findings of each
/// kind there are, and the first of them.
fn follow(known: &Known, percent: usize) {
    let from = known.scans.len() * percent / 100;
    let (past, next) = known.scans.split_at(from);
    let past = Known { scans: past.to_vec(), ..known.clone() };
    let begin = ProcessTime::now();
    let mut live = Live::new(past, Heard::default());
    live.counts(known.scans[from].time_ms);
    let without = begin.elapsed();
    let begin = ProcessTime::now();
    live.measure();
    let measured = begin.elapsed();
    println!(
        "after {percent} % of the scans: results and watch from nothing {without:?}, findings {measured:?}, all {:?} of CPU",
        without + measured
    );
    let (mut spans, mut of_findings) = (Vec::with_capacity(FOLLOWED), Vec::with_capacity(FOLLOWED));
    for scan in next.iter().take(FOLLOWED) {
        let (now_ms, scan) = (scan.time_ms, scan.clone());
        let bib = scan.bib.clone();
        let begin = ProcessTime::now();
        live.take(scan);
        let counts = live.counts(now_ms);
        let page = live.watched(now_ms, &|state: State| !state.is_safe(), 0..50);
        let line = live.line(&bib).map(|(course, runner)| course.and_then(|course| course.ranks(runner)));
        let between = begin.elapsed();
        let (doubts, findings) = (live.doubts(), live.findings().take(50).count());
        spans.push(begin.elapsed());
        of_findings.push(begin.elapsed().saturating_sub(between));
        assert!(
            counts.values().sum::<usize>() >= known.entrants.len()
                && page.len() == 50
                && line.is_some()
                && findings <= doubts.values().sum()
        );
    }
    tell("each of the next scans", spans);
    tell("  of that for findings", of_findings);
    let begin = ProcessTime::now();
    live.measure();
    println!("  measured anew: {:?} of CPU", begin.elapsed());
}

fn tell(what: &str, mut spans: Vec<Duration>) {
    spans.sort_unstable();
    let mean = spans.iter().sum::<Duration>() / u32::try_from(spans.len()).unwrap();
    let (p99, most) = (spans[spans.len() * 99 / 100], spans[spans.len() - 1]);
    let within = spans.partition_point(|span| *span <= AIM) as f64 / spans.len() as f64 * 100.0;
    println!(
        "  {what}: mean {mean:?}, {within:.1} % within {AIM:?}, 99 % within {p99:?}, at most {most:?} of CPU"
    );
}

/// Of a hundred records one has a wrong bib: two digits changed places, or one digit is another.
fn with_mistakes(mut known: Known) -> Known {
    let mut rng = ChaCha8Rng::seed_from_u64(99);
    for scan in &mut known.scans {
        if rng.random_range(0..100) > 0 {
            continue;
        }
        let mut digits: Vec<char> = scan.bib.as_str().chars().collect();
        let at = rng.random_range(0..digits.len());
        match rng.random::<bool>() {
            true if at > 0 => digits.swap(at - 1, at),
            _ => digits[at] = char::from_digit(rng.random_range(0..10), 10).unwrap(),
        }
        scan.scan.bib = bib(&String::from_iter(digits));
    }
    known
}

fn review_from_nothing(known: &Known) {
    let results = results(known);
    let begin = ProcessTime::now();
    let alarms = alarm::stations(known);
    println!("alarms from nothing: {:?} of CPU, {} of them", begin.elapsed(), alarms.len());
    let begin = ProcessTime::now();
    let findings = review(known, &results);
    println!(
        "review from nothing, one bib in a hundred wrong: {:?} of CPU, {} findings",
        begin.elapsed(),
        findings.len()
    );
}

/// Everybody runs at a pace of their own that changes a little; phones catch nearly all of them.
fn field() -> Known {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let course = "course start@0 k1@5 k2@10 k3@15 k4@20 k5@25 k6@30 k7@35 k8@40 finish@42\n";
    let mut known = story::known(course);
    for n in 0..ENTRANTS {
        let mut random = [0; 16];
        random[..4].copy_from_slice(&n.to_le_bytes());
        known.entrants.push(EntrantRow {
            bib: Some(bib(&(n + 1).to_string())),
            name: format!("Runner {n}"),
            gender: Some(["F", "M"][n as usize % 2].to_owned()),
            ..EntrantRow::new(EntrantId::from_random(random))
        });
        let (mut at_ms, pace) = (i64::from(n) * 30, rng.random_range(1_000_000..2_400_000));
        for place in PLACES {
            if rng.random_range(0..100) > 0 {
                known.scans.push(scan(n + 1, place, at_ms, known.scans.len() as u64));
            }
            at_ms += pace * rng.random_range(95..115) / 100;
        }
    }
    known.scans.sort_by_key(|scan| scan.time_ms);
    known
}

fn scan(n: u32, place: &str, at_ms: i64, seq: u64) -> Sighting {
    let recorded = world::scan(&n.to_string(), place, ScanKind::In, at_ms);
    let scan = ScanRow::recorded(OpRef { log: log(1 + seq % 20), seq: 1 + seq / 20 }, seq, &recorded);
    Sighting { scan, time_ms: START_MS + at_ms, moment: None, is_approved: true }
}
