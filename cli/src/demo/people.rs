//! The people of the demo.
//!
//! Invariant: bibs are unique; elite women wear letters, so that bibs are never taken for numbers.

use rand::{Rng, RngExt, seq::IndexedRandom};

use super::names::{CLUBS, ELITE, FOREIGN, GROUPS, LOCAL, Names};

/// An invented entrant.
pub(super) struct Person {
    pub(super) bib: String,
    pub(super) name: String,
    pub(super) gender: &'static str,
    pub(super) age: u8,
    pub(super) category: String,
    pub(super) nation: &'static str,
    pub(super) team: String,
    pub(super) course: &'static str,
}

/// So many foreign entrants (the elite among them) in tour groups, and so many local ones in clubs.
pub(super) fn people(rng: &mut impl Rng, foreign: usize, local: usize) -> Vec<Person> {
    let mut people = Vec::with_capacity(foreign + local);
    let mut elite_seen = [0, 0];
    for (nation, gender, name) in ELITE {
        let seen = &mut elite_seen[usize::from(*gender == "F")];
        *seen += 1;
        people.push(Person {
            bib: if *gender == "F" { format!("F{seen}") } else { seen.to_string() },
            name: (*name).to_owned(),
            gender,
            age: rng.random_range(21..35),
            category: "Elite".to_owned(),
            nation,
            team: format!("Team {nation}"),
            course: "marathon",
        });
    }
    let mut next_bib = [101, 2001, 4001];
    for n in ELITE.len()..foreign {
        let names = FOREIGN.choose(rng).unwrap_or(&LOCAL);
        people.push(amateur(rng, names, &group(n % foreign.div_ceil(GROUP_SIZE)), &mut next_bib));
    }
    for n in 0..local {
        people.push(amateur(rng, &LOCAL, CLUBS[n % CLUBS.len()], &mut next_bib));
    }
    people
}

/// How many travel together, at most.
const GROUP_SIZE: usize = 25;

fn group(n: usize) -> String {
    let (name, bus) = (GROUPS[n % GROUPS.len()], n / GROUPS.len());
    if bus == 0 { name.to_owned() } else { format!("{name}, bus {}", bus + 1) }
}

fn amateur(rng: &mut impl Rng, names: &Names, team: &str, next_bib: &mut [u32; 3]) -> Person {
    let gender = if rng.random_range(0..5) < 2 { "F" } else { "M" };
    let given = if gender == "F" { names.women } else { names.men };
    let (given, family) = (pick(rng, given), pick(rng, names.families));
    let age: u8 = rng.random_range(18..72);
    let course = match rng.random_range(0..10) {
        0..4 => 0,
        4..7 => 1,
        _ => 2,
    };
    next_bib[course] += 1;
    Person {
        bib: (next_bib[course] - 1).to_string(),
        name: if names.family_first { format!("{family}{given}") } else { format!("{given} {family}") },
        gender,
        age,
        category: category(gender, age),
        nation: pick(rng, names.nations),
        team: team.to_owned(),
        course: ["marathon", "half", "10k"][course],
    }
}

fn category(gender: &str, age: u8) -> String {
    let years = match age {
        0..40 => "18-39",
        40..50 => "40-49",
        50..60 => "50-59",
        _ => "60+",
    };
    format!("{gender}{years}")
}

fn pick(rng: &mut impl Rng, from: &[&'static str]) -> &'static str {
    from.choose(rng).copied().unwrap_or_default()
}
