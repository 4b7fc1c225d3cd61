//! The reference tool's own races (OpenSplitTime's fixtures): slots, missing times, stops, and the status of every time
//! beside the status that stands in its data.
//!
//! Invariant: every difference is in a list here with its reason, and a new one fails.
//!
//! *Same inputs.* The reference judged with the statistics of its whole database; its fixtures keep a part of that. A
//! time has the same inputs in both where the fixtures hold a status, and times enough to tell what the rule asks for:
//! at least four sound ones for the way from the last sound place, and for the way there from the start. Four is the
//! reference's own bound; `typical` below is its trimmed mean, over all events of one course.

mod events;

use std::{collections::BTreeMap, sync::Arc};

use bibtrail_core::{
    pace::{Pace, RUNNERS_MIN, times},
    passings::Slot,
    plausibility::{Grade, Judgement, Reason, Way, judge, of_runner},
    race::FACTORS_DEFAULT,
    results::{Results, Runner, State, results},
};
use bibtrail_tests::world::key;
use events::{Event, Time, data, dnf, events};

/// How long the reference finds typical for a way: of those who were sound at both ends and of whom none is more than one
/// and a half times the middle half's width outside of it, the mean.
fn typical(events: &[Event], course: &str, from: usize, to: usize) -> Option<i64> {
    let at = |event: &Event, slot: usize| -> BTreeMap<String, i64> {
        let is_sound =
            |time: &&Time| time.slot == slot && !matches!(time.status.as_str(), "bad" | "questionable");
        event.times.iter().filter(is_sound).map(|time| (time.bib.clone(), time.time_ms)).collect()
    };
    let mut spans: Vec<i64> = Vec::new();
    for event in events.iter().filter(|event| event.course == course) {
        let (starts, ends) = (at(event, from), at(event, to));
        spans.extend(starts.iter().filter_map(|(bib, start)| Some(ends.get(bib)? - start)));
    }
    spans.sort_unstable();
    let (low, high) = (quarter(&spans, 1)?, quarter(&spans, 3)?);
    let width = (high - low) * 3 / 2;
    spans.retain(|span| (low - width..=high + width).contains(span));
    let count = i64::try_from(spans.len()).unwrap();
    (count >= 4).then(|| spans.iter().sum::<i64>() / count)
}

/// So many quarters of the way through sorted values, between two where it falls between them.
fn quarter(sorted: &[i64], quarters: usize) -> Option<i64> {
    let place = sorted.len().checked_sub(1)? * quarters;
    let (low, rest) = (sorted[place / 4], i64::try_from(place % 4).unwrap());
    let high = sorted[(place / 4 + 1).min(sorted.len() - 1)];
    Some(low + (high - low) * rest / 4)
}

/// One time with both statuses.
struct Compared<'a> {
    event: &'a Event,
    time: &'a Time,
    /// `event bib slot`.
    name: String,
    theirs: String,
    ours: Judgement,
    has_same_inputs: bool,
}

fn runners(results: &Results) -> &[Arc<Runner>] {
    &results.courses[0].runners
}

fn find<'a>(results: &'a Results, bib: &str) -> &'a Runner {
    runners(results).iter().find(|runner| runner.bib.as_str() == bib).unwrap()
}

fn place(event: &Event, slot: usize) -> String {
    let Slot { visit, checkpoint, kind, .. } = &event.slots[slot];
    format!("{checkpoint}#{visit} {}", kind.as_str())
}

/// Ours with the statistics that the reference's rule takes from the fixtures: what differs is the rule.
fn with_their_statistics(events: &[Event]) -> Vec<Compared<'_>> {
    let mut compared = Vec::new();
    for event in events {
        let results = results(&event.known);
        let typical = |from: usize, to: usize| typical(events, &event.course, from, to);
        for runner in runners(&results) {
            let of_runner: Vec<&Time> = event.times.iter().filter(|t| runner.bib.as_str() == t.bib).collect();
            let stops = of_runner.iter().filter(|time| time.has_stopped).map(|time| time.slot);
            let way =
                Way { times: &times(runner), gun_ms: event.known.setup.start_ms, stopped_at: stops.min() };
            let judged = judge(&event.slots, &way, &typical, &FACTORS_DEFAULT);
            for time in of_runner {
                let ours = judged[time.slot].unwrap();
                let told = |to: usize| to == 0 || typical(0, to).is_some();
                let since = ours.since.unwrap_or(0);
                let is_told = time.slot == 0 || (typical(since, time.slot).is_some() && told(since));
                let needs_none = matches!(
                    ours.reason,
                    Some(Reason::AfterStop | Reason::OutBeforeIn | Reason::BeforePrevious)
                );
                compared.push(Compared {
                    event,
                    time,
                    name: format!("{} {} {}", event.name, time.bib, place(event, time.slot)),
                    theirs: time.status.clone(),
                    ours,
                    has_same_inputs: !time.status.is_empty() && (is_told || needs_none),
                });
            }
        }
    }
    compared
}

/// Ours as it is shown in a race: with the statistics of the one event.
fn as_shown(events: &[Event]) -> Vec<Compared<'_>> {
    let mut compared = Vec::new();
    for event in events {
        let results = results(&event.known);
        let pace = Pace::of(&results);
        let course = &results.courses[0];
        let pace = pace.course(&course.course.key).unwrap();
        for runner in runners(&results) {
            let judged = of_runner(&event.known.setup, &course.course, &course.slots, pace, runner);
            for time in event.times.iter().filter(|time| runner.bib.as_str() == time.bib) {
                compared.push(Compared {
                    event,
                    time,
                    name: format!("{} {} {}", event.name, time.bib, place(event, time.slot)),
                    theirs: time.status.clone(),
                    ours: judged[time.slot].unwrap(),
                    has_same_inputs: false,
                });
            }
        }
    }
    compared
}

fn print(title: &str, compared: &[&Compared<'_>]) {
    println!("{title}: {} times", compared.len());
    println!(
        "  {:>14} {:>6} {:>12} {:>6} {:>11}",
        "theirs \\ ours", "good", "questionable", "bad", "not judged"
    );
    for theirs in ["good", "questionable", "bad", ""] {
        let count = |grade| compared.iter().filter(|c| c.theirs == theirs && c.ours.grade == grade).count();
        let [good, questionable, bad, none] =
            [Grade::Good, Grade::Questionable, Grade::Bad, Grade::Unjudged].map(count);
        let theirs = if theirs.is_empty() { "no status" } else { theirs };
        println!("  {theirs:>14} {good:>6} {questionable:>12} {bad:>6} {none:>11}");
    }
}

/// `event bib slot: theirs -> ours, reason` of those that have a status and another than ours, in order.
fn differences(compared: &[&Compared<'_>]) -> Vec<String> {
    let differ = compared.iter().filter(|c| !c.theirs.is_empty() && c.theirs != c.ours.grade.as_str());
    let line = |c: &&Compared<'_>| {
        let reason = c.ours.reason.map_or_else(String::new, |reason| format!(", {}", reason.as_str()));
        format!("{}: {} -> {}{reason}", c.name, c.theirs, c.ours.grade.as_str())
    };
    let mut lines: Vec<String> = differ.map(line).collect();
    lines.sort();
    lines
}

/// Why a status differs, and what the fixtures themselves show of it.
#[derive(Clone, Copy, PartialEq)]
enum Why {
    /// Whatever the reference's statistics were: no typical time makes this status beside those that are good.
    NoTypical,
    /// No typical time makes this one and the other one in this list for the same place.
    NoTypicalForBoth,
    /// The way in is in doubt, here or there, so that the way out is compared with the place before too.
    Follows,
    /// The fixtures say "stopped" of an earlier time of this runner. By the reference's rule of today all that comes
    /// later is questionable: the stop was entered, or the rule made, after these times were judged.
    AfterTheirStop,
}

use Why::{AfterTheirStop, Follows, NoTypical, NoTypicalForBoth};

const DIFFERENCES: [(&str, Why); 13] = [
    ("hardrock_2015 108 telluride#5 in: questionable -> good", NoTypicalForBoth),
    ("hardrock_2015 108 telluride#5 out: questionable -> good", Follows),
    ("hardrock_2015 156 telluride#5 in: questionable -> good", NoTypicalForBoth),
    ("hardrock_2015 156 telluride#5 out: questionable -> good", Follows),
    ("hardrock_2015 35 telluride#5 in: bad -> good", NoTypical),
    ("hardrock_2015 35 telluride#5 out: bad -> good", Follows),
    ("rufa_2017_24h 142 base#6 in: good -> questionable, seen after they stopped", AfterTheirStop),
    ("rufa_2017_24h 142 grandeur-peak#5 in: good -> questionable, seen after they stopped", AfterTheirStop),
    ("sum_55k 101 bandera-mine-aid#3 in: good -> questionable, too soon", NoTypical),
    ("sum_55k 101 bandera-mine-aid#3 out: good -> questionable, too soon", Follows),
    ("sum_55k 105 bandera-mine-aid#3 in: good -> questionable, too long on the way", NoTypical),
    ("sum_55k 134 bandera-mine-aid#3 in: good -> questionable, too soon", NoTypical),
    ("sum_55k 134 bandera-mine-aid#3 out: good -> questionable, too soon", Follows),
];

#[test]
fn statuses_from_the_same_inputs() {
    let Some(events) = events() else { return };
    let compared = with_their_statistics(&events);
    let same: Vec<_> = compared.iter().filter(|c| c.has_same_inputs).collect();
    print("same inputs", &same);
    assert_eq!(differences(&same), DIFFERENCES.map(|(line, _)| line.to_owned()));
    assert_eq!((same.len(), same.len() - DIFFERENCES.len()), (753, 740));
    for (line, why) in DIFFERENCES {
        let c = same.iter().find(|c| line.starts_with(&c.name)).unwrap();
        assert!(is_shown(c, why), "{line}");
    }
    let other: Vec<_> = compared.iter().filter(|c| !c.has_same_inputs).collect();
    print("no status, or too few in the fixtures for the reference's rule", &other);
    // Two runners finished the whole course, and there is no place between: nobody can tell.
    let differ = ["ramble R1 finish#1 in: good -> not judged", "ramble R2 finish#1 in: good -> not judged"];
    assert_eq!(differences(&other), differ);
}

/// Whether the fixtures show what the reason says.
fn is_shown(c: &Compared<'_>, why: Why) -> bool {
    let good = shares(c.event, c.time.slot, &["good"]);
    let own = (share(c.event, &c.time.bib, c.time.slot).unwrap_or_default(), c.theirs.as_str());
    let with_good = |rows: &[(f64, &str)]| {
        let rows: Vec<_> = good.iter().map(|share| (*share, "good")).chain(rows.iter().copied()).collect();
        has_typical(&rows)
    };
    match why {
        NoTypical => !with_good(&[own]),
        NoTypicalForBoth => {
            let others = shares(c.event, c.time.slot, &["questionable"]);
            let other = others.iter().find(|share| **share != own.0).unwrap();
            with_good(&[own])
                && with_good(&[(*other, "questionable")])
                && !with_good(&[own, (*other, "questionable")])
        }
        Follows => {
            let way_in = c.name.replace(" out", " in:");
            DIFFERENCES.iter().any(|(line, why)| *why != Follows && line.starts_with(&way_in))
        }
        AfterTheirStop => {
            let is_earlier = |time: &&Time| time.bib == c.time.bib && time.slot < c.time.slot;
            c.event.times.iter().filter(is_earlier).any(|time| time.has_stopped)
        }
    }
}

/// Whether any typical time, as a share of the time so far, makes these statuses of these shares, by either set of factors
/// that the reference uses with statistics.
fn has_typical(rows: &[(f64, &str)]) -> bool {
    let makes = |factors: [f64; 4], typical: f64| {
        rows.iter().all(|(share, status)| match share / typical {
            ratio if ratio < factors[0] || ratio > factors[3] => *status == "bad",
            ratio if ratio < factors[1] || ratio > factors[2] => *status == "questionable",
            _ => *status == "good",
        })
    };
    // What a row says changes at its share by a factor only: it is enough to try just above and just below each.
    let edges =
        |factors: [f64; 4]| rows.iter().flat_map(move |(share, _)| factors.map(|factor| share / factor));
    [[0.4, 0.6, 1.7, 2.5], [0.5, 0.7, 1.5, 2.2]].into_iter().any(|factors| {
        edges(factors).any(|edge| makes(factors, edge * 0.999_999) || makes(factors, edge * 1.000_001))
    })
}

/// The shares of all whose time there has one of these statuses, and whose time at the place before is not in doubt.
fn shares(event: &Event, slot: usize, statuses: &[&str]) -> Vec<f64> {
    let here = event.times.iter().filter(|t| t.slot == slot && statuses.contains(&t.status.as_str()));
    here.filter_map(|time| share(event, &time.bib, slot)).collect()
}

/// The way from the last time at the place before, as a share of the time on the way until there.
#[allow(clippy::cast_precision_loss, reason = "a day in milliseconds is far below 2^53")]
fn share(event: &Event, bib: &str, slot: usize) -> Option<f64> {
    let visit = event.slots[slot].visit;
    let since = event.slots.iter().rposition(|slot| slot.visit < visit)?;
    let sound =
        |slot| event.times.iter().find(|t| t.bib == bib && t.slot == slot && t.status != "questionable");
    let (start, since) = (sound(0)?.time_ms, sound(since)?.time_ms);
    let time = event.times.iter().find(|t| t.bib == bib && t.slot == slot)?;
    Some((time.time_ms - since) as f64 / (since - start) as f64)
}

#[test]
fn statuses_as_a_race_shows_them() {
    let Some(events) = events() else { return };
    let compared = as_shown(&events);
    let all: Vec<_> = compared.iter().collect();
    print("as shown, by the one event's own times", &all);
    // Fewer than five went there in this year, and no place before tells their pace.
    let (unjudged, differ): (Vec<&Compared<'_>>, Vec<_>) =
        all.iter().partition(|c| c.ours.grade == Grade::Unjudged);
    let is_lonely = |c: &&Compared<'_>| {
        let there = |slot: usize| c.event.times.iter().filter(|time| time.slot == slot).count();
        c.ours.since == Some(0) && (1..=c.time.slot).any(|slot| there(slot) < RUNNERS_MIN)
    };
    let crowded: Vec<&str> = unjudged.iter().filter(|c| !is_lonely(c)).map(|c| c.name.as_str()).collect();
    assert_eq!(crowded, Vec::<&str>::new());
    let known: Vec<&str> = DIFFERENCES.iter().map(|(line, _)| *line).collect();
    let new: Vec<String> =
        differences(&differ).into_iter().filter(|line| !known.contains(&line.as_str())).collect();
    assert_eq!(new, Vec::<String>::new());
    let doubted = differ.iter().filter(|c| c.theirs.is_empty() && c.ours.grade > Grade::Unjudged);
    let line = |c: &&Compared<'_>| {
        format!("{}: {}, {}", c.name, c.ours.grade.as_str(), c.ours.reason.unwrap().as_str())
    };
    let doubted: Vec<String> = doubted.map(line).collect();
    // A runner made up for tests: a night at one place, then places in an order that cannot be.
    assert_eq!(
        doubted,
        [
            "sum_100k 999 rolling-pass-aid#2 out: questionable, too long at one place",
            "sum_100k 999 cascade-creek-rd#3 in: bad, too long on the way",
            "sum_100k 999 cascade-creek-rd#3 out: bad, too long on the way",
            "sum_100k 999 engineer-mtn-th#4 in: bad, too long on the way",
            "sum_100k 999 engineer-mtn-th#4 out: bad, too long on the way",
            "sum_100k 999 anvil-cg-aid6#6 in: bad, too long on the way",
            "sum_100k 999 anvil-cg-aid6#6 out: bad, too long on the way",
        ]
    );
}

#[test]
fn every_time_lands_in_its_slot_and_missing_ones_are_named() {
    let Some(events) = events() else { return };
    let mut missed = Vec::new();
    for event in &events {
        let results = results(&event.known);
        for time in &event.times {
            let runner = find(&results, &time.bib);
            let passing = runner.passings[time.slot].as_ref().map(|passing| passing.time_ms);
            assert_eq!(
                passing,
                Some(time.time_ms),
                "{} {} {}",
                event.name,
                time.bib,
                place(event, time.slot)
            );
        }
        for runner in runners(&results).iter().filter(|runner| !runner.missed().is_empty()) {
            let places: Vec<String> = runner.missed().into_iter().map(|slot| place(event, slot)).collect();
            missed.push(format!("{} {}: {}", event.name, runner.bib, places.join(", ")));
        }
    }
    assert_eq!(events.iter().map(|event| event.times.len()).sum::<usize>(), 1009);
    assert_eq!(
        missed,
        [
            "hardrock_2014 119: start#0 in",
            "hardrock_2015 8: ouray#4 in, ouray#4 out",
            "hardrock_2015 144: ouray#4 in, ouray#4 out",
            "hardrock_2016 121: telluride#1 out",
            "rufa_2016 6: base#2 in, base#2 out, base#4 out, base#6 in, base#6 out",
            "rufa_2016 8: base#4 out, base#8 out",
            "rufa_2017_12h 63: grandeur-peak#1 in",
            "rufa_2017_24h 142: base#4 out",
            "sum_100k 999: bandera-mine-aid#5 in, bandera-mine-aid#5 out",
        ]
    );
}

/// The runner of `bib` once somebody has said that they stopped at `stop`: state, doubts, and their times with what those
/// are worth.
fn stopped(events: &[Event], name: &str, bib: &str, stop: &str) -> String {
    let event = events.iter().find(|event| event.name == name).unwrap();
    let mut known = event.known.clone();
    let entrant = known.entrants.iter_mut().find(|e| e.bib.as_ref().is_some_and(|b| b.as_str() == bib));
    entrant.unwrap().status = Some(dnf(&key(stop)));
    let results = results(&known);
    let (pace, course, runner) = (Pace::of(&results), &results.courses[0], find(&results, bib));
    let pace = pace.course(&course.course.key).unwrap();
    let judged = of_runner(&event.known.setup, &course.course, &course.slots, pace, runner);
    let doubts: Vec<&str> = runner.doubts.iter().map(|doubt| doubt.as_str()).collect();
    let mut text = format!("{} [{}]", runner.state.as_str(), doubts.join(", "));
    for (slot, judgement) in judged.iter().enumerate() {
        let Some(judgement) = judgement else { continue };
        assert!(runner.passings[slot].is_some());
        let why = judgement.reason.map_or_else(String::new, |reason| format!(" ({})", reason.as_str()));
        text += &format!("; {} {}{why}", place(event, slot), judgement.grade.as_str());
    }
    text
}

#[test]
fn who_stopped_and_went_on_stays_visible() {
    let Some(events) = events() else { return };
    // Two stops: when the first was said, the runner was seen at Grouse. They are looked for, and nothing is hidden.
    assert_eq!(
        stopped(&events, "hardrock_2014", "187", "ouray"),
        "on course [seen after the drop]; start#0 in good; telluride#1 in good; telluride#1 out good; ouray#2 in good; \
         ouray#2 out good; grouse#3 in questionable (seen after they stopped); \
         grouse#3 out questionable (seen after they stopped)"
    );
    // When the second is said, all fits.
    assert_eq!(
        stopped(&events, "hardrock_2014", "187", "grouse"),
        "dropped []; start#0 in good; telluride#1 in good; telluride#1 out good; ouray#2 in good; ouray#2 out good; \
         grouse#3 in good; grouse#3 out good"
    );
    // By laps: stopped at the base after the second, and went on. The base comes again, so the word fits the third too.
    assert_eq!(
        stopped(&events, "rufa_2017_24h", "142", "base"),
        "dropped []; base#0 in good; grandeur-peak#1 in good; base#2 in good; base#2 out good; grandeur-peak#3 in good; \
         base#4 in good; grandeur-peak#5 in good; base#6 in good"
    );
}

#[test]
fn who_dropped_at_an_aid_station_has_dropped() {
    let Some(events) = events() else { return };
    let mut dropped = Vec::new();
    for event in &events {
        let results = results(&event.known);
        let in_state = runners(&results).iter().filter(|runner| runner.state == State::Dropped);
        dropped.extend(in_state.map(|runner| format!("{} {}", event.name, runner.bib)));
    }
    // As their own word of each effort has it.
    let theirs = data("efforts.csv").unwrap();
    let theirs = theirs.iter().filter(|effort| effort["dropped"] == "True");
    let mut theirs: Vec<String> =
        theirs.map(|effort| format!("{} {}", effort["event"], effort["bib_number"])).collect();
    dropped.sort();
    theirs.sort();
    assert_eq!((dropped.len(), dropped), (14, theirs));
}
