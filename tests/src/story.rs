//! Stories: what was seen and said at a race, as lines of text, for tests of what it amounts to.
//!
//! Invariant: a story names no API, so the same story is told to every part of the core that makes sense of scans.
//!
//! | line | meaning |
//! |---|---|
//! | `7 k1 4:20`, `7 k1 out 5:00` | bib 7 was seen at k1, so long after the gun |
//! | `~7 k1 4:20` | the same, by a phone that nobody approved |
//! | `void 7 k1 4:20` | a scan that was taken back |
//! | `?`, `2*` for a bib | not read yet, read in part |
//! | `enter 1 2 3` | entrants who wear these bibs |
//! | `about 2 F 34 KOR Team-A` | gender, age, nation, team (`-` for none) |
//! | `dnf 7 k1`, `dns 7`, `dsq`, `otl`, `ok` | what a person said of a runner |
//! | `safe 7 k1 6:00`, `unsafe 7 k1 6:00` | a person's word, and when it was given |
//! | `course start@0 k1+@3 finish@10` | the course in kilometres; `+` records both ways |
//! | `pick k1 last` | which scan of a passing gives its time |
//! | `7 k1 4:20 paper±30` | copied from a record that is 30 s sure either way; `paper?` says no time |
//! | `7 k1 4:20 b±2` | seen by phone `b`, whose clock is 2 s sure either way |
//! | `cut k1 4:00` | when k1 closes, after the gun |
//! | `wave 7 red 5:00` | a wave, and its gun after the race's |
//! | `relay 7 Ann Bob` | who runs one after the other under one bib |
//! | `score 2`, `rank gun` | finishers who make a team's time, the time that ranks |
//!
//! Times are `m:ss` or `h:mm:ss` after the gun.

use std::collections::BTreeMap;

use bibtrail_core::{
    clocks::Moment,
    ids::{BootId, EntrantId, OpRef},
    op::{ScanKind, Source, Status, StatusCode},
    race::{Course, Pick, RaceSetup, RankBy, Visit},
    results::Known,
    state::{EntrantRow, SafetyRow, ScanRow, Sighting},
};

use crate::world::{self, START_MS, bib, key, log, setup};

/// What a story amounts to. The setup is that of [`world::setup`], unless the story has a course.
///
/// # Panics
/// When a line is none of the table above.
#[must_use]
#[allow(clippy::panic, reason = "a test's own text")]
pub fn known(story: &str) -> Known {
    let mut known = Known {
        setup: setup(),
        entrants: Vec::new(),
        scans: Vec::new(),
        said: BTreeMap::new(),
        dismissed: [].into(),
        proposals: Vec::new(),
    };
    for line in story.trim().lines().map(str::trim).filter(|line| !line.is_empty()) {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["course", visits @ ..] => known.setup.courses = vec![course(visits)],
            ["pick", place, how] => pick(&mut known.setup, place, how),
            ["enter", bibs @ ..] => bibs.iter().for_each(|bib| enter(&mut known, bib)),
            ["about", bib, rest @ ..] => about(&mut known, bib, rest),
            ["void", bib, place, time] => see(&mut known, bib, place, ScanKind::In, time, true),
            ["safe", bib, place, time] => vouch(&mut known, bib, place, time, true),
            ["unsafe", bib, place, time] => vouch(&mut known, bib, place, time, false),
            [code @ ("dnf" | "dns" | "dsq" | "otl" | "ok"), bib] => say(&mut known, code, bib, None),
            [code @ ("dnf" | "dns" | "dsq" | "otl"), bib, place] => say(&mut known, code, bib, Some(place)),
            ["cut", place, time] => cut(&mut known.setup, place, time),
            ["wave", bib, wave, time] => {
                known.setup.rules.waves.insert((*wave).to_owned(), START_MS + ms(time));
                entrant(&mut known, bib).into_iter().for_each(|e| e.wave = Some((*wave).to_owned()));
            }
            ["relay", bib, legs @ ..] => {
                let legs: Vec<String> = legs.iter().map(|leg| (*leg).to_owned()).collect();
                entrant(&mut known, bib).into_iter().for_each(|e| e.legs.clone_from(&legs));
            }
            ["score", count] => known.setup.rules.team_score = count.parse().unwrap_or_default(),
            ["rank", "gun"] => known.setup.rank_by = RankBy::Gun,
            [seen @ .., by] if by.contains(['±', '?']) && seen.len() > 2 => see_by(&mut known, seen, by),
            [bib, place, "out", time] => see(&mut known, bib, place, ScanKind::Out, time, false),
            [bib, place, "in", time] | [bib, place, time] => {
                see(&mut known, bib, place, ScanKind::In, time, false);
            }
            other => panic!("no such line: {other:?}"),
        }
    }
    known
}

/// The course that `start@0 k1+@3 finish@10` tells.
#[must_use]
pub fn course(visits: &[&str]) -> Course {
    let visit = |text: &&str| {
        let (place, km) = text.split_once('@').unwrap_or((text, "0"));
        let in_out = place.ends_with('+');
        let distance_m = km.parse::<i64>().unwrap_or_default() * 1000;
        Visit { checkpoint: key(place.trim_end_matches('+')), distance_m, in_out, cut_off_ms: None }
    };
    let visits = visits.iter().map(visit).collect();
    Course { key: key("ten"), name: "Ten".to_owned(), names: BTreeMap::new(), start_ms: None, visits }
}

fn pick(setup: &mut RaceSetup, place: &str, how: &str) {
    if let Some(checkpoint) = setup.checkpoints.iter_mut().find(|c| c.key.as_str() == place) {
        checkpoint.pick = [Pick::First, Pick::Last, Pick::Middle].into_iter().find(|p| p.as_str() == how);
    }
}

fn cut(setup: &mut RaceSetup, place: &str, time: &str) {
    let visits = setup.courses.iter_mut().flat_map(|course| &mut course.visits);
    visits.filter(|visit| visit.checkpoint.as_str() == place).for_each(|v| v.cut_off_ms = Some(ms(time)));
}

fn enter(known: &mut Known, text: &str) {
    let n = u8::try_from(known.entrants.len()).unwrap_or(u8::MAX);
    known.entrants.push(EntrantRow {
        bib: Some(bib(text)),
        name: format!("Runner {text}"),
        gender: Some(if n.is_multiple_of(2) { "F" } else { "M" }.to_owned()),
        ..EntrantRow::new(EntrantId::from_random([n; 16]))
    });
}

fn entrant<'a>(known: &'a mut Known, text: &str) -> Option<&'a mut EntrantRow> {
    known.entrants.iter_mut().find(|e| e.bib.as_ref().is_some_and(|b| b.as_str() == text))
}

fn about(known: &mut Known, text: &str, rest: &[&str]) {
    let word = |n: usize| rest.get(n).filter(|word| **word != "-").map(|word| (*word).to_owned());
    if let Some(entrant) = entrant(known, text) {
        entrant.gender = word(0);
        entrant.age = word(1).and_then(|age| age.parse().ok());
        (entrant.nation, entrant.team) = (word(2), word(3));
    }
}

#[allow(clippy::expect_used, reason = "a test's own text")]
fn say(known: &mut Known, code: &str, text: &str, place: Option<&str>) {
    let code = StatusCode::parse(code).expect("a status");
    let status = Some(Status { code, checkpoint: place.map(key) });
    match entrant(known, text) {
        Some(entrant) => entrant.status = status,
        None => known.said.entry(bib(text)).or_default().status = status,
    }
}

fn vouch(known: &mut Known, text: &str, place: &str, time: &str, is_safe: bool) {
    let (place, said_ms) = (place.to_owned(), START_MS + ms(time));
    let safety = Some(SafetyRow { is_safe, place, said_ms, by: log(0), is_contested: false });
    match entrant(known, text) {
        Some(entrant) => entrant.safety = safety,
        None => known.said.entry(bib(text)).or_default().safety = safety,
    }
}

/// `m:ss` or `h:mm:ss`, in milliseconds.
#[must_use]
pub fn ms(time: &str) -> i64 {
    time.split(':').fold(0, |sum, part| sum * 60 + part.parse::<i64>().unwrap_or_default()) * 1000
}

fn see(known: &mut Known, text: &str, place: &str, kind: ScanKind, time: &str, is_void: bool) {
    let seq = known.scans.len() as u64 + 1;
    let (is_approved, text) = (!text.starts_with('~'), text.trim_start_matches('~'));
    let text = if text == "?" { "" } else { text };
    let recorded = world::scan(text, place, kind, ms(time));
    let scan = ScanRow { is_void, ..ScanRow::recorded(OpRef { log: log(1), seq }, seq, &recorded) };
    known.scans.push(Sighting { scan, time_ms: START_MS + ms(time), moment: None, is_approved });
}

/// A sighting by a record or phone that is only so sure: `paper±30`, `paper?`, `b±2`.
#[allow(clippy::expect_used, reason = "a test's own text")]
fn see_by(known: &mut Known, seen: &[&str], by: &str) {
    let kind = if seen.contains(&"out") { ScanKind::Out } else { ScanKind::In };
    let (bib, place, time) = (seen[0], seen[1], seen[seen.len() - 1]);
    see(known, bib, place, kind, time, false);
    let (name, seconds) = by.split_once(['±', '?']).unwrap_or((by, ""));
    let within_ms = seconds.parse::<u32>().map_or(Source::WITHIN_MAX_MS, |seconds| seconds * 1000);
    let number = known.scans.len();
    let Some(sighting) = known.scans.last_mut() else { return };
    sighting.scan.reading.boot = BootId([name.as_bytes()[0]; 8]);
    if name == "paper" {
        let source = Source::new(name, &number.to_string(), within_ms).expect("a source");
        sighting.scan.source = Some(source);
        return;
    }
    let (ms, off_ms) = (sighting.time_ms, i64::from(within_ms));
    let moment = Moment { ms, sigma_ms: 1, earliest_ms: ms - off_ms, latest_ms: ms + off_ms };
    sighting.moment = Some(moment);
}
