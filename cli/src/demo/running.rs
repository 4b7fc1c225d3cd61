//! What happened: who passed where, who stopped, and three whom nobody saw again.
//!
//! Invariant: a runner's times run forward, and everybody either finishes, is accounted for by a status, or is one of
//! the three.

use bibtrail_core::race::{Course, RaceSetup};
use rand::{Rng, RngExt};

use super::people::Person;

/// How many simply stop appearing.
const VANISHED: usize = 3;

/// A line of the splits: when, whose, where, what.
pub(super) type Line = (i64, String, String, &'static str);

/// What becomes of a runner.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    Finishes,
    NeverStarts,
    Drops,
    Vanishes,
}

/// Runs the race. Lines come by time, then bib.
pub(super) fn run(rng: &mut impl Rng, race: &RaceSetup, people: &[Person]) -> Vec<Line> {
    let mut fates: Vec<Fate> = people.iter().map(|person| fate(rng, person)).collect();
    let mut vanished = 0;
    while vanished < VANISHED {
        let n = rng.random_range(0..people.len());
        if fates[n] == Fate::Finishes && people[n].category != "Elite" {
            fates[n] = Fate::Vanishes;
            vanished += 1;
        }
    }
    let mut lines = Vec::new();
    for (person, fate) in people.iter().zip(fates) {
        let Some(course) = race.courses.iter().find(|course| course.key.as_str() == person.course) else {
            continue;
        };
        let gun_ms = course.start_ms.unwrap_or(race.start_ms);
        person_runs(rng, person, fate, course, gun_ms, &mut lines);
    }
    lines.sort();
    lines
}

fn fate(rng: &mut impl Rng, person: &Person) -> Fate {
    match rng.random_range(0..100) {
        _ if person.category == "Elite" => Fate::Finishes,
        0..2 => Fate::NeverStarts,
        2..5 => Fate::Drops,
        _ => Fate::Finishes,
    }
}

fn person_runs(
    rng: &mut impl Rng,
    person: &Person,
    fate: Fate,
    course: &Course,
    gun_ms: i64,
    lines: &mut Vec<Line>,
) {
    let line = |time_ms: i64, place: &str, kind| (time_ms, person.bib.clone(), place.to_owned(), kind);
    if fate == Fate::NeverStarts {
        lines.push(line(gun_ms, "", "dns"));
        return;
    }
    // Whoever does not finish is seen at the start and at least one place more, and never at the finish.
    let last = match fate {
        Fate::Drops | Fate::Vanishes => rng.random_range(1..course.visits.len() - 1),
        _ => course.visits.len() - 1,
    };
    let is_elite = person.category == "Elite";
    let start_ms = gun_ms + if is_elite { 1_200 } else { rng.random_range(3_000..90_000) };
    let pace = pace_ms_per_m(rng, person);
    let mut time_ms = start_ms;
    let mut before_m = 0;
    for (n, visit) in course.visits.iter().enumerate().take(last + 1) {
        // The second half is run a little slower than the first.
        let tired = 1.0 + 0.06 * metres(visit.distance_m) / 42_195.0;
        let uneven = rng.random_range(0.97..1.03);
        time_ms += if n == 0 { 0 } else { ms(metres(visit.distance_m - before_m) * pace * tired * uneven) };
        before_m = visit.distance_m;
        lines.push(line(time_ms, visit.checkpoint.as_str(), "in"));
    }
    if fate == Fate::Drops {
        lines.push(line(time_ms + 600_000, course.visits[last].checkpoint.as_str(), "dnf"));
    }
}

/// Elite men come in after some 2:13, women after some 2:29; the others after 2:50 to 6:30, most around 4:10.
fn pace_ms_per_m(rng: &mut impl Rng, person: &Person) -> f64 {
    let marathon_s = match (person.category.as_str(), person.gender) {
        ("Elite", "M") => rng.random_range(7_750.0..8_200.0),
        ("Elite", _) => rng.random_range(8_600.0..9_100.0),
        _ => {
            let slow: f64 = (0..4).map(|_| rng.random_range(0.0..1.0)).sum::<f64>() / 4.0;
            10_200.0 + 13_200.0 * slow * slow * 1.6
        }
    };
    marathon_s * 1000.0 / 42_195.0
}

#[allow(clippy::cast_precision_loss, reason = "a distance of a race, in metres: far below 2^53")]
fn metres(distance_m: i64) -> f64 {
    distance_m as f64
}

#[allow(clippy::cast_possible_truncation, reason = "a span of a race, in milliseconds: far below 2^53")]
fn ms(ms: f64) -> i64 {
    ms.round() as i64
}
