//! What a rehearsal injected, what the replicas found, and whether the truth came out.
//!
//! Invariant: the truth is the script; nothing here asks a replica what it believes the truth to be.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    alarm,
    ids::{Bib, Key},
    op::ScanKind,
    passings::Passing,
    results::{Results, State},
    state::Sighting,
    store::Digest,
    view::{Standings, splits},
};
use serde::Serialize;

use super::{
    Outcome, Plan, Script,
    inject::{Dealt, Injected},
    world::{Replica, World},
};
use crate::{Error, console::Console};

/// How many differences are named before the rest is only counted.
const NAMED_MAX: usize = 10;

/// The report of a rehearsal.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The race.
    pub race: String,
    /// Phones, headquarters not counted.
    pub phones: usize,
    /// The seed.
    pub seed: u64,
    /// What went in.
    pub injected: Injected,
    /// What came out.
    pub found: Found,
    /// How it compares with the truth.
    pub truth: Truth,
    /// How the replicas compare with each other.
    pub replicas: Replicas,
    /// Stations whose clocks are off, as the runners' times say.
    pub alarms: Vec<String>,
}

/// What the results say.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Found {
    /// Scans that count.
    pub scans: usize,
    /// Passings.
    pub passings: usize,
    /// Passings with more than one witness.
    pub with_several_witnesses: usize,
    /// Runners not seen where they must have passed.
    pub runners_missing_a_time: usize,
    /// Bibs nobody entered under.
    pub unknown_bibs: usize,
    /// Runners with scans out of place.
    pub runners_with_scans_out_of_place: usize,
    /// Registers with contending values, before anybody resolved them.
    pub conflicts: usize,
    /// Those left after headquarters resolved them.
    pub conflicts_left: usize,
    /// Runners by state.
    pub states: BTreeMap<&'static str, usize>,
}

/// Results held against the script.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Truth {
    /// Splits of runners whom no mistake touched.
    pub splits_compared: usize,
    /// Those that came out: to the millisecond, or within what the clocks guarantee where they run wrong.
    pub splits_equal: usize,
    /// The errors of corrected times in milliseconds: the median, one in a hundred is greater, the greatest.
    pub errors_ms: (i64, i64, i64),
    /// What the clocks guarantee, in milliseconds.
    pub within_ms: i64,
    /// Runners whom a missed or misread bib touched; they are not compared.
    pub runners_touched: usize,
    /// The first differences.
    pub differences: Vec<String>,
}

/// Replicas held against each other.
#[derive(Clone, Debug, Serialize)]
pub struct Replicas {
    /// How many, headquarters included.
    pub count: usize,
    /// Whether all hold the same operations and derive the same state, before and after the conflicts were resolved.
    pub digests_equal: bool,
    /// Whether all show the same conflicts with the same provisional values.
    pub conflicts_equal: bool,
    /// Whether all print the same results, byte for byte.
    pub results_equal: bool,
    /// Operations each holds.
    pub operations: u64,
    /// The digest of the set of operations.
    pub digest: String,
    /// The digest of the derived state.
    pub state: String,
}

impl Report {
    /// Whether everything came out as it should.
    #[must_use]
    pub fn is_right(&self) -> bool {
        let Self { injected, found, truth, replicas, .. } = self;
        replicas.digests_equal
            && replicas.conflicts_equal
            && replicas.results_equal
            && truth.splits_equal == truth.splits_compared
            && truth.differences.is_empty()
            && found.conflicts == injected.contested
            && found.conflicts_left == 0
    }

    pub(super) fn print(&self, console: &mut Console<'_>) -> Result<(), Error> {
        let Self { injected: i, found: f, truth: t, replicas: r, .. } = self;
        console.line(format_args!(
            "{} · {} phones and headquarters, seed {}",
            self.race, self.phones, self.seed
        ))?;
        console.line(format_args!("\nInjected  {} passings, {} scans", i.passings, i.scans))?;
        console.line(format_args!(
            "          {} recorded twice, {} wrong bibs, {} missed, {} corrected later ({} contested)",
            i.recorded_twice, i.wrong_bibs, i.missed, i.late_edits, i.contested
        ))?;
        console.line(format_args!(
            "Found     {} passings, {} with several witnesses; {} runners miss a time; {} unknown bibs; {} runners \
             with scans out of place; {} conflicts, {} left after resolving",
            f.passings,
            f.with_several_witnesses,
            f.runners_missing_a_time,
            f.unknown_bibs,
            f.runners_with_scans_out_of_place,
            f.conflicts,
            f.conflicts_left
        ))?;
        let states: Vec<String> = f.states.iter().map(|(state, n)| format!("{n} {state}")).collect();
        console.line(format_args!("          {}", states.join(", ")))?;
        console.line(format_args!(
            "Truth     {} of {} splits equal ({} runners touched by a mistake are not compared)",
            t.splits_equal, t.splits_compared, t.runners_touched
        ))?;
        if t.within_ms > 0 {
            let (p50, p99, max) = t.errors_ms;
            console.line(format_args!(
                "          corrected times are off by {p50} ms (median), {p99} ms (99 of 100), {max} ms at most; \
                 guaranteed ± {} ms",
                t.within_ms
            ))?;
        }
        t.differences
            .iter()
            .try_for_each(|difference| console.line(format_args!("          ✗ {difference}")))?;
        console.line(format_args!(
            "Replicas  {} hold {} operations each; digests {}, conflicts {}, results {}",
            r.count,
            r.operations,
            verdict(r.digests_equal),
            verdict(r.conflicts_equal),
            verdict(r.results_equal)
        ))?;
        console.line(format_args!("          {} {}", r.digest, r.state))?;
        self.alarms.iter().try_for_each(|alarm| console.line(format_args!("Alarm     {alarm}")))
    }
}

fn verdict(is_equal: bool) -> &'static str {
    if is_equal { "equal" } else { "DIFFERENT" }
}

/// Compares, resolves, compares again, and holds the results against the script.
pub(super) fn judge(
    script: &Script,
    dealt: &Dealt,
    world: &mut World,
    plan: &Plan,
) -> Result<Outcome, Error> {
    let contested = world.ask_all("replicas compared", conflicts)?;
    let before = world.ask_all("replicas compared", |replica| Ok(replica.store.digest()?))?;
    if contested.iter().any(|conflicts| !conflicts.is_empty()) {
        world.resolve()?;
    }
    let left = world.ask_all("replicas compared", conflicts)?;
    let after = world.ask_all("replicas compared", |replica| Ok(replica.store.digest()?))?;
    let printed = world.ask_all("results compared", printed)?;
    let hq = &world.replicas[0].store;
    let setup = hq.setup()?;
    let results = hq.results()?;
    let width = |scan: &Sighting| scan.moment.map_or(0, |m| (m.latest_ms - m.ms).max(m.ms - m.earliest_ms));
    let within_ms = hq.scans()?.iter().map(width).max().unwrap_or_default();
    let all_same = |digests: &[Digest]| digests.windows(2).all(|pair| pair[0] == pair[1]);
    let report = Report {
        race: setup.name.clone(),
        phones: world.replicas.len() - 1,
        seed: plan.seed,
        injected: dealt.injected,
        found: Found {
            conflicts: contested[0].len(),
            conflicts_left: left[0].len(),
            ..found(&results, hq.scans()?.iter().filter(|scan| !scan.is_void).count())
        },
        truth: truth(script, dealt, &results, if plan.clock_skew_ppm == 0 { 0 } else { within_ms }),
        alarms: alarm::stations(&hq.known()?).iter().map(ToString::to_string).collect(),
        replicas: Replicas {
            count: world.replicas.len(),
            digests_equal: all_same(&before) && all_same(&after),
            conflicts_equal: contested.windows(2).all(|p| p[0] == p[1])
                && left.windows(2).all(|p| p[0] == p[1]),
            results_equal: printed.windows(2).all(|pair| pair[0] == pair[1]),
            operations: after[0].op_count,
            digest: after[0].ops.to_string(),
            state: after[0].state.to_string(),
        },
    };
    Ok(Outcome { report, setup, results })
}

/// The conflicts a replica shows, with their provisional values.
fn conflicts(replica: &Replica) -> Result<Vec<(String, String)>, Error> {
    let conflicts = replica.store.conflicts()?;
    Ok(conflicts.iter().map(|c| (c.id(), c.provisional.value.to_string())).collect())
}

/// The hash of the results a replica prints: standings and every split, as JSON.
fn printed(replica: &Replica) -> Result<blake3::Hash, Error> {
    let setup = replica.store.setup()?;
    let results = replica.store.results()?;
    let mut hasher = blake3::Hasher::new();
    serde_json::to_writer(&mut hasher, &Standings::of(&setup, &results))?;
    for course in &results.courses {
        for runner in &course.runners {
            serde_json::to_writer(&mut hasher, &splits(&setup, &course.course, &course.slots, runner))?;
        }
    }
    Ok(hasher.finalize())
}

fn found(results: &Results, scans: usize) -> Found {
    let mut found = Found { scans, ..Found::default() };
    for (_, runner) in results.runners() {
        let passings = || runner.passings.iter().flatten();
        found.passings += passings().count();
        found.with_several_witnesses += passings().filter(|p| p.witnesses.len() > 1).count();
        found.runners_missing_a_time += usize::from(!runner.missed().is_empty());
        found.unknown_bibs += usize::from(runner.entrant.is_none());
        found.runners_with_scans_out_of_place += usize::from(!runner.out_of_place.is_empty());
        *found.states.entry(runner.state.as_str()).or_default() += 1;
    }
    found
}

/// Where the results put each time: by bib, checkpoint and way, in course order.
type Times<'a> = BTreeMap<(&'a Bib, &'a Key, ScanKind), Vec<i64>>;

fn truth(script: &Script, dealt: &Dealt, results: &Results, within_ms: i64) -> Truth {
    let mut truth = Truth { runners_touched: dealt.touched.len(), within_ms, ..Truth::default() };
    let mut errors: Vec<i64> = Vec::new();
    let mut shown = times_shown(results, &dealt.touched);
    let mut expected: Times<'_> = BTreeMap::new();
    for passed in script.passings.iter().filter(|passed| !dealt.touched.contains(&passed.bib)) {
        let times = expected.entry((&passed.bib, &passed.checkpoint, passed.kind)).or_default();
        times.push(passed.time_ms);
    }
    for ((bib, checkpoint, kind), mut times) in expected {
        times.sort_unstable();
        let found = shown.remove(&(bib, checkpoint, kind)).unwrap_or_default();
        truth.splits_compared += times.len();
        let of_pairs = || times.iter().zip(&found).map(|(time, found)| (time - found).abs());
        let fitting = of_pairs().filter(|error| *error <= within_ms).count();
        errors.extend(of_pairs());
        truth.splits_equal += fitting;
        if fitting != times.len() || found.len() != times.len() {
            truth.differ(format!(
                "{bib} at {checkpoint} {}: {times:?} went in, {found:?} came out",
                kind.as_str()
            ));
        }
    }
    for ((bib, checkpoint, kind), times) in shown {
        truth.differ(format!("{bib} at {checkpoint} {}: {times:?} came out of nothing", kind.as_str()));
    }
    errors.sort_unstable();
    let at =
        |share: usize| errors.get(errors.len().saturating_sub(1) * share / 100).copied().unwrap_or_default();
    truth.errors_ms = (at(50), at(99), at(100));
    let still_missing = missing(dealt, results);
    still_missing.into_iter().for_each(|difference| truth.differ(difference));
    truth
}

impl Truth {
    fn differ(&mut self, difference: String) {
        if self.differences.len() < NAMED_MAX {
            self.differences.push(difference);
        }
    }
}

fn times_shown<'a>(results: &'a Results, touched: &BTreeSet<Bib>) -> Times<'a> {
    let mut shown: Times<'_> = BTreeMap::new();
    for (course, runner) in results.runners().filter(|(_, runner)| !touched.contains(&runner.bib)) {
        let slots = course.map_or(&[][..], |course| &course.slots);
        for (slot, passing) in slots.iter().zip(&runner.passings) {
            let time = passing.as_ref().map(|p: &Passing| p.time_ms);
            shown.entry((&runner.bib, &slot.checkpoint, slot.kind)).or_default().extend(time);
        }
    }
    shown.retain(|_, times| !times.is_empty());
    shown.values_mut().for_each(|times| times.sort_unstable());
    shown
}

/// A finisher whom nobody recorded somewhere must be listed there as missed, unless another's misread bib fell in.
fn missing(dealt: &Dealt, results: &Results) -> Vec<String> {
    let recorded: BTreeSet<(&Bib, &Key)> =
        dealt.phones.iter().flatten().map(|seen| (&seen.passed.bib, &seen.passed.checkpoint)).collect();
    let mut differences = Vec::new();
    for (course, runner) in results.runners().filter(|(_, runner)| runner.state == State::Finished) {
        let Some(course) = course else { continue };
        let missed = runner.missed();
        for (n, slot) in course.slots.iter().enumerate() {
            let was_missed = dealt.missed.contains(&(runner.bib.clone(), slot.checkpoint.clone(), slot.kind));
            let is_gap = was_missed && !recorded.contains(&(&runner.bib, &slot.checkpoint));
            if is_gap && n + 1 < course.slots.len() && !missed.contains(&n) {
                differences.push(format!(
                    "{} was not recorded at {} and is not listed",
                    runner.bib, slot.checkpoint
                ));
            }
        }
    }
    differences
}
