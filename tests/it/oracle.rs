//! The watch against a second, naive statement of its rules, over every small world.
//!
//! Invariant: what is called safe in any world is safe by the words of `docs/watch.md`; here they are said again, without
//! the core, over the bare list of what three phones did.
//!
//! A world is a list of up to six operations, ten minutes apart: by the director D, by C (captain of k1), and by X, who
//! records (a volunteer, or a phone that nobody approved). All hear X at once; either D and C hear each other too, or
//! they do not. The operations run through the very code of the store (`state::apply`, members, registers) into memory;
//! a sample is played on real stores, too.

mod stores;

use std::{collections::BTreeMap, rc::Rc};

use bibtrail_core::{
    ids::{OpRef, RaceId},
    members::Members,
    op::{Approve, Body, Entity, Op, Put, Role, Safety, Scan, ScanKind, Status, StatusCode, Value, field},
    registers::Registers,
    results::Known,
    state::{Memory, Said, Sighting},
    watch::{Heard, State, watch},
};
use bibtrail_tests::world::{self, START_MS, bib, entrant, identity, key, log, scan, setup};

/// Who does something. Numbers of logs: 0, 1 and 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Who {
    D,
    C,
    X,
}

/// What they do, always about runner 1. `Void` and `Rebib` are about the last scan so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    See(&'static str),
    Void,
    Rebib(&'static str),
    Dnf,
    Dns,
    Safe(&'static str),
    Unsafe,
}

type Step = (Who, What);

/// Everything that bears on safety, in worlds of up to four operations.
const WIDE: [Step; 14] = [
    (Who::X, What::See("k1")),
    (Who::X, What::See("k2")),
    (Who::X, What::See("finish")),
    (Who::X, What::Void),
    (Who::D, What::Dnf),
    (Who::D, What::Dns),
    (Who::D, What::Safe("k1")),
    (Who::D, What::Unsafe),
    (Who::D, What::Void),
    (Who::D, What::Rebib("2")),
    (Who::C, What::Dnf),
    (Who::C, What::Safe("k1")),
    (Who::C, What::Void),
    (Who::C, What::Rebib("3")),
];

/// With what those say who have no right to, in worlds of up to three.
const ALL: [Step; 17] = [
    WIDE[0],
    WIDE[1],
    WIDE[2],
    WIDE[3],
    WIDE[4],
    WIDE[5],
    WIDE[6],
    WIDE[7],
    WIDE[8],
    WIDE[9],
    WIDE[10],
    WIDE[11],
    WIDE[12],
    WIDE[13],
    (Who::X, What::Safe("k1")),
    (Who::C, What::Safe("k2")),
    (Who::C, What::Dns),
];

/// What matters most, in worlds of up to six.
const DEEP: [Step; 6] = [
    (Who::X, What::See("k2")),
    (Who::X, What::See("finish")),
    (Who::X, What::Void),
    (Who::D, What::Dns),
    (Who::C, What::Dnf),
    (Who::C, What::Safe("k1")),
];

/// How a kind of world differs from the others.
#[derive(Clone, Copy, Debug)]
struct Rules {
    /// Whether X was approved.
    trusted: bool,
    /// Whether D and C hear each other.
    together: bool,
}

/// So long after the gun the operation of this number was.
fn time_ms(n: usize) -> i64 {
    (n as i64 + 1) * 600_000
}

fn number(who: Who) -> u64 {
    match who {
        Who::D => 0,
        Who::C => 1,
        Who::X => 2,
    }
}

/// The value that a word puts into which register of whom.
fn word(what: What, n: usize, target: Option<OpRef>) -> Option<(Entity, u16, Value)> {
    let status = |code, place: Option<&str>| Status { code, checkpoint: place.map(key) }.value();
    let safety = |is_safe, place: &str| {
        Safety { is_safe, place: place.to_owned(), said_ms: START_MS + time_ms(n) }.value()
    };
    let of_runner = |field, value| Some((entrant(1).0, field, value));
    match what {
        What::See(_) => None,
        What::Void => Some((Entity::Scan(target?), field::VOID, Value::Bool(true))),
        What::Rebib(bib) => Some((Entity::Scan(target?), field::BIB, bib.into())),
        What::Dnf => of_runner(field::STATUS, status(StatusCode::Dnf, Some("k1"))),
        What::Dns => of_runner(field::STATUS, status(StatusCode::Dns, None)),
        What::Safe(place) => of_runner(field::SAFETY, safety(true, place)),
        What::Unsafe => of_runner(field::SAFETY, safety(false, "k1")),
    }
}

fn sight(place: &str, n: usize) -> Scan {
    scan("1", place, ScanKind::In, time_ms(n))
}

/// A world on its way: what each of the three holds, and all of it together.
#[derive(Clone)]
struct World {
    members: Rc<Members>,
    /// Nothing where they all hold the same.
    held: BTreeMap<Who, Memory>,
    all: Memory,
    seqs: BTreeMap<Who, u64>,
    depth: u64,
    last_scan: Option<OpRef>,
}

impl World {
    fn new(rules: Rules) -> Self {
        let mut members = Members::new(RaceId::of_genesis(b"oracle"), log(0), log(999));
        let role = if rules.trusted { Role::Volunteer } else { Role::Pending };
        for (n, (who, role)) in [(1, Role::Captain), (2, role)].into_iter().enumerate() {
            let approve = Approve {
                log: log(who),
                role,
                checkpoints: vec![key("k1")],
                cancels: Vec::new(),
                reason: None,
            };
            let at = OpRef { log: log(0), seq: n as u64 + 1 };
            if role != Role::Pending {
                members.take(at, &Body::Approve(approve));
            }
        }
        members.judge();
        let who: &[Who] = if rules.together { &[] } else { &[Who::D, Who::C] };
        let mut world = Self {
            members: Rc::new(members),
            held: who.iter().map(|who| (*who, Memory::default())).collect(),
            all: Memory::default(),
            seqs: [(Who::D, 10), (Who::C, 10), (Who::X, 10)].into(),
            depth: 10,
            last_scan: None,
        };
        let (entity, values) = entrant(1);
        let writes =
            values.into_iter().map(|(field, value)| Registers::default().write(field, value)).collect();
        world.say(Who::D, true, Body::Put(Put { entity, writes, reason: None, check: None, seal: None }));
        world
    }

    /// Lets somebody say something, for the others to hear; `aloud` for all.
    fn say(&mut self, who: Who, aloud: bool, body: Body) -> OpRef {
        self.depth += 1;
        let seq = self.seqs.entry(who).or_default();
        *seq += 1;
        let at = OpRef { log: log(number(who)), seq: *seq };
        let bytes = Op { depth: self.depth, body }.encode();
        self.all.apply(&self.members, at, &bytes);
        for (hearer, memory) in &mut self.held {
            if aloud || *hearer == who {
                memory.apply(&self.members, at, &bytes);
            }
        }
        at
    }

    fn step(&mut self, rules: Rules, (who, what): Step, n: usize) {
        let aloud = rules.together || who == Who::X;
        if let What::See(place) = what {
            self.last_scan = Some(self.say(who, aloud, Body::Scan(sight(place, n))));
            return;
        }
        let Some((entity, field, value)) = word(what, n, self.last_scan) else { return };
        let held = self.held.get(&who).unwrap_or(&self.all);
        let registers = held.registers.get(&entity).cloned().unwrap_or_default();
        let writes = vec![registers.write(field, value)];
        self.say(who, aloud, Body::Put(Put { entity, writes, reason: None, check: None, seal: None }));
    }

    /// What is known, as the store says it.
    fn known(&self) -> (Known, Heard) {
        let sighting = |row: &bibtrail_core::state::ScanRow| Sighting {
            time_ms: row.reading.wall_ms,
            moment: None,
            is_approved: self.members.is_approved(row.at),
            scan: row.clone(),
        };
        let mut heard = Heard::default();
        let mut said = BTreeMap::new();
        for (entity, registers) in &self.all.registers {
            for (field, register) in registers.contested() {
                let values = register.siblings().into_iter().map(|sibling| sibling.value).collect();
                heard.conflicts.entry(entity.clone()).or_default().insert(field, values);
            }
            if let Entity::Bib(bib) = entity {
                said.insert(bib.clone(), Said::read(registers, &self.members));
            }
        }
        let known = Known {
            setup: setup(),
            entrants: self.all.entrants.values().cloned().collect(),
            scans: self.all.scans.values().map(sighting).collect(),
            said,
            dismissed: [].into(),
            proposals: Vec::new(),
        };
        (known, heard)
    }
}

/// What the watch says of bibs 1, 2 and 3: a state, or nothing where there is no line.
fn shown(known: &Known, heard: &Heard) -> [Option<&'static str>; 3] {
    let watch = watch(known, heard, START_MS + time_ms(20));
    ["1", "2", "3"].map(|text| {
        watch.find(&bib(text)).map(|runner| match runner.state {
            State::OnCourse | State::Inside | State::Overdue | State::Unknown => "out",
            state => state.as_str(),
        })
    })
}

/// The naive statement.
mod naive {
    use super::{Rules, Step, What, Who, time_ms};

    struct Sight {
        place: &'static str,
        at: i64,
        /// What it may be read as.
        bibs: Vec<&'static str>,
    }

    /// The scan that a correction is about: the last one before it.
    fn about(steps: &[Step], n: usize) -> Option<usize> {
        steps[..n].iter().rposition(|(_, what)| matches!(what, What::See(_)))
    }

    /// Whether anybody has to listen to it.
    fn counts(rules: Rules, steps: &[Step], n: usize) -> bool {
        let at_k1 = || about(steps, n).is_some_and(|scan| steps[scan].1 == What::See("k1"));
        match steps[n] {
            (Who::D, _) => true,
            (Who::C, What::Dnf | What::Safe("k1")) => true,
            (Who::C, What::Void | What::Rebib(_)) => at_k1(),
            (Who::X, What::See(_)) => rules.trusted,
            // Own scans, whoever X is.
            (Who::X, What::Void) => true,
            _ => false,
        }
    }

    /// The words of one kind that stand: the last one, or where D and C do not hear each other the last of each; D first.
    fn standing(rules: Rules, steps: &[Step], is_kind: impl Fn(usize) -> bool) -> Vec<usize> {
        let last = |who: &[Who]| {
            (0..steps.len())
                .rev()
                .find(|n| who.contains(&steps[*n].0) && is_kind(*n) && counts(rules, steps, *n))
        };
        if rules.together {
            return last(&[Who::D, Who::C]).into_iter().collect();
        }
        last(&[Who::D]).into_iter().chain(last(&[Who::C])).collect()
    }

    fn sights(rules: Rules, steps: &[Step]) -> Vec<Sight> {
        let mut sights = Vec::new();
        for (n, (_, what)) in steps.iter().enumerate() {
            let What::See(place) = *what else { continue };
            let on_this = |m: usize| about(steps, m) == Some(n);
            if (0..steps.len()).any(|m| steps[m].1 == What::Void && on_this(m) && counts(rules, steps, m)) {
                continue;
            }
            let words = standing(rules, steps, |m| matches!(steps[m].1, What::Rebib(_)) && on_this(m));
            let mut bibs: Vec<&str> = words
                .into_iter()
                .filter_map(|m| if let What::Rebib(bib) = steps[m].1 { Some(bib) } else { None })
                .collect();
            if bibs.is_empty() {
                bibs.push("1");
            }
            sights.push(Sight { place, at: time_ms(n), bibs });
        }
        sights
    }

    /// What must be said of a bib.
    pub(super) fn state(rules: Rules, steps: &[Step], bib: &str) -> Option<&'static str> {
        let all: Vec<Sight> = sights(rules, steps).into_iter().filter(|s| s.bibs.contains(&bib)).collect();
        let is_sure = |s: &&Sight| rules.trusted && s.bibs.len() == 1;
        if bib != "1" {
            let line = all.iter().rfind(|s| is_sure(s));
            let finish = all.iter().filter(is_sure).filter(|s| s.place == "finish").map(|s| s.at).max();
            let disputed = all.iter().any(|s| s.bibs.len() > 1 && line.is_none_or(|sure| s.at > sure.at));
            let strays = finish.is_some_and(|ms| all.iter().any(|s| s.place != "finish" && s.at > ms));
            return match (all.is_empty(), finish) {
                (true, _) => None,
                (_, Some(_)) => Some(if strays { "contested" } else { "finished" }),
                _ if disputed => Some("contested"),
                _ => Some("out"),
            };
        }
        let words = standing(rules, steps, |n| matches!(steps[n].1, What::Safe(_) | What::Unsafe));
        if words.len() > 1 {
            return Some("contested");
        }
        let word = words.first().map(|n| (steps[*n].1, time_ms(*n)));
        let safe_at = word.filter(|(what, _)| matches!(what, What::Safe(_))).map(|(_, at)| at);
        let unsafe_at = word.filter(|(what, _)| *what == What::Unsafe).map(|(_, at)| at);
        let statuses = standing(rules, steps, |n| matches!(steps[n].1, What::Dnf | What::Dns));
        let status = statuses.first().map(|n| steps[*n].1);
        let quarrel = statuses.iter().any(|n| Some(steps[*n].1) != status);
        let (dropped, absent) = (status == Some(What::Dnf), status == Some(What::Dns));
        let finish = all.iter().filter(is_sure).filter(|s| s.place == "finish").map(|s| s.at).max();
        let sure_until = all.iter().filter(is_sure).map(|s| s.at).max();

        let mut doubted = quarrel;
        doubted |= absent && !all.is_empty();
        doubted |= dropped && all.iter().any(|s| s.place != "k1");
        doubted |= finish.is_some_and(|ms| all.iter().any(|s| s.place != "finish" && s.at > ms));
        doubted |= unsafe_at.is_some_and(|at| finish.map_or(absent, |ms| at > ms));
        doubted |=
            finish.is_none() && all.iter().any(|s| s.bibs.len() > 1 && sure_until.is_none_or(|ms| s.at > ms));
        let seen_since = safe_at.is_some_and(|at| all.iter().any(|s| s.place != "finish" && s.at > at));

        Some(match (safe_at.is_some() && !seen_since, doubted) {
            (true, false) if finish.is_some() => "finished",
            (true, _) if absent && all.is_empty() => "did not start",
            (true, _) if dropped => "dropped and collected",
            (true, _) => "safe by word",
            (false, true) => "contested",
            (false, false) if finish.is_some() => "finished",
            (false, false) if seen_since => "contested",
            (false, false) if absent => "did not start",
            (false, false) if dropped => "dropped, not collected",
            (false, false) if all.is_empty() => "not started",
            (false, false) => "out",
        })
    }
}

/// Walks through all worlds that begin with `steps`. Gives how many there are, and those that come out wrong.
fn walk(
    rules: Rules,
    alphabet: &[Step],
    depth: usize,
    world: &World,
    steps: &mut Vec<Step>,
    wrong: &mut Vec<String>,
) -> usize {
    let (known, heard) = world.known();
    let (said, must) = (shown(&known, &heard), ["1", "2", "3"].map(|bib| naive::state(rules, steps, bib)));
    if said != must {
        wrong.push(format!("{rules:?} {steps:?}: {said:?}, must be {must:?}"));
    }
    let mut count = 1;
    if steps.len() < depth {
        for step in alphabet {
            let mut next = world.clone();
            next.step(rules, *step, steps.len());
            steps.push(*step);
            count += walk(rules, alphabet, depth, &next, steps, wrong);
            steps.pop();
        }
    }
    count
}

const ALL_RULES: [Rules; 4] = [
    Rules { trusted: true, together: true },
    Rules { trusted: true, together: false },
    Rules { trusted: false, together: true },
    Rules { trusted: false, together: false },
];

fn check(alphabet: &[Step], depth: usize) {
    let play = |rules: Rules| {
        let mut wrong = Vec::new();
        (walk(rules, alphabet, depth, &World::new(rules), &mut Vec::new(), &mut wrong), wrong)
    };
    let all = std::thread::scope(|scope| {
        let threads = ALL_RULES.map(|rules| scope.spawn(move || play(rules)));
        threads.map(|thread| thread.join().unwrap())
    });
    let worlds: usize = all.iter().map(|(worlds, _)| worlds).sum();
    let mut wrong: Vec<String> = all.into_iter().flat_map(|(_, wrong)| wrong).collect();
    println!(
        "{worlds} worlds of up to {depth} operations out of {}: {} wrong states",
        alphabet.len(),
        wrong.len()
    );
    wrong.truncate(10);
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_world_of_four_operations_of_fourteen() {
    check(&WIDE, 4);
}

#[test]
fn every_world_of_three_operations_of_seventeen() {
    check(&ALL, 3);
}

#[test]
fn every_world_of_six_operations_of_six() {
    check(&DEEP, 6);
}
