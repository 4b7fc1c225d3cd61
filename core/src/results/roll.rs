//! The roll: who entered, whose scans are whose, and the line of each.
//!
//! Invariant: every scan that counts is filed under one bib, or as unread; every entrant has one line, and every bib that
//! was seen or spoken of and that nobody wears has one.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    CourseResults, Known, Results, Runner,
    runner::{Subject, runner},
};
use crate::{
    ids::{Bib, Headed, OpRef},
    passings::{self, Slot},
    race::RaceSetup,
    state::{EntrantRow, Said, Sighting},
};

/// What is known, filed.
pub(crate) struct Filed<'a> {
    /// Who entered.
    pub(crate) roll: Roll,
    /// Scans that count, by bib and in order.
    pub(crate) by_bib: BTreeMap<&'a Bib, Vec<&'a Sighting>>,
    /// Those whose bib is not known yet, in order.
    unread: Vec<&'a Sighting>,
}

impl<'a> Filed<'a> {
    pub(crate) fn of(known: &'a Known) -> Self {
        let repeats = repeats(&known.scans);
        let counts = |scan: &&Sighting| !scan.is_void && (repeats.is_empty() || !repeats.contains(&scan.at));
        let all = by_bib(known.scans.iter().filter(counts));
        let of_bib = all.chunk_by(|a, b| a.bib == b.bib).filter(|scans| !is_unread(&scans[0].bib));
        let by_bib = of_bib.map(|scans| (&scans[0].bib, scans.to_vec())).collect();
        let mut unread: Vec<&Sighting> = all.into_iter().filter(|scan| is_unread(&scan.bib)).collect();
        unread.sort_by_key(|scan| in_order(scan));
        Self { roll: Roll::of(&known.setup, known.entrants.clone()), by_bib, unread }
    }

    /// The scans of a bib that count, in order.
    pub(crate) fn scans(&self, bib: &Bib) -> &[&'a Sighting] {
        self.by_bib.get(bib).map_or(&[], Vec::as_slice)
    }

    pub(crate) fn results(&self, known: &Known) -> Results {
        let (setup, roll) = (&known.setup, &self.roll);
        let mut lines: Vec<Vec<Arc<Runner>>> = vec![Vec::new(); setup.courses.len()];
        let mut others = Vec::new();
        for n in 0..roll.entrants.len() {
            let scans = roll.bib(n).map_or(&[][..], |bib| self.scans(bib));
            let (course, runner) = roll.entrant(setup, &known.said, n, scans);
            course.map_or(&mut others, |course| &mut lines[course]).push(Arc::new(runner));
        }
        let mut strangers: Vec<&Bib> = self.by_bib.keys().copied().chain(known.said.keys()).collect();
        strangers.sort_unstable();
        strangers.dedup();
        for bib in strangers.into_iter().filter(|bib| roll.wearers(bib).is_empty()) {
            others.push(Arc::new(roll.stranger(setup, known.said.get(bib), bib, self.scans(bib))));
        }
        let others = sorted(&others, |runner| runner.list_order());
        let courses = setup.courses.iter().zip(lines);
        Results {
            courses: courses.map(|(course, runners)| CourseResults::of(setup, course, &runners)).collect(),
            others,
            unread: self.unread.iter().map(|scan| (*scan).clone()).collect(),
        }
    }
}

/// Who entered, and the courses.
#[derive(Clone, Debug)]
pub(crate) struct Roll {
    /// In order of bib and id.
    pub(crate) entrants: Vec<EntrantRow>,
    /// The slots of each course.
    slots: Vec<Vec<Slot>>,
}

impl Roll {
    pub(crate) fn of(setup: &RaceSetup, mut entrants: Vec<EntrantRow>) -> Self {
        entrants.sort_by(|a, b| (&a.bib, a.id).cmp(&(&b.bib, b.id)));
        for entrant in entrants.iter_mut().filter(|entrant| entrant.category.is_none()) {
            let category = setup.rules.category(entrant.gender.as_deref(), entrant.age);
            entrant.category = category.map(str::to_owned);
        }
        Self { entrants, slots: setup.courses.iter().map(passings::slots).collect() }
    }

    /// The bib whose scans are this entrant's. Of two entrants with one bib the scans go to the first, and both lines say
    /// so.
    pub(crate) fn bib(&self, n: usize) -> Option<&Bib> {
        self.entrants[n].bib.as_ref().filter(|_| !self.is_second(n))
    }

    fn is_second(&self, n: usize) -> bool {
        n.checked_sub(1).is_some_and(|before| self.share(before, n))
    }

    fn share(&self, n: usize, other: usize) -> bool {
        let bib = |n: usize| self.entrants.get(n).and_then(|entrant| entrant.bib.as_ref());
        bib(n).is_some() && bib(n) == bib(other)
    }

    /// The entrants who wear a bib.
    pub(crate) fn wearers(&self, bib: &Bib) -> std::ops::Range<usize> {
        let from = self.entrants.partition_point(|entrant| entrant.bib.as_ref() < Some(bib));
        let to = self.entrants.partition_point(|entrant| entrant.bib.as_ref() <= Some(bib));
        from..to
    }

    /// The line of an entrant, and the course that it stands on. `scans` are those of their bib that count, in order.
    pub(crate) fn entrant(
        &self,
        setup: &RaceSetup,
        said: &BTreeMap<Bib, Said>,
        n: usize,
        scans: &[&Sighting],
    ) -> (Option<usize>, Runner) {
        let entrant = &self.entrants[n];
        let bib = entrant.bib.clone().unwrap_or_default();
        let of_bib = said.get(&bib);
        let subject = Subject {
            said: entrant.status.clone().or_else(|| of_bib.and_then(|said| said.status.clone())),
            is_contested: entrant.is_contested || of_bib.is_some_and(|said| said.is_contested),
            shares_bib: self.is_second(n) || self.share(n, n + 1),
            bib,
            entrant: Some(entrant.clone()),
        };
        let course = setup.course(entrant.course.as_ref());
        let at = course.and_then(|course| setup.courses.iter().position(|other| other.key == course.key));
        let along = at.map(|at| (&setup.courses[at], &self.slots[at][..]));
        let scans = if self.is_second(n) { &[] } else { scans };
        (at, runner(setup, along, subject, scans))
    }

    /// The line of a bib under which nobody entered. On the only course there is, its way can be shown; ranked it is not.
    pub(crate) fn stranger(
        &self,
        setup: &RaceSetup,
        said: Option<&Said>,
        bib: &Bib,
        scans: &[&Sighting],
    ) -> Runner {
        let subject = Subject {
            said: said.and_then(|s| s.status.clone()),
            is_contested: said.is_some_and(|s| s.is_contested),
            shares_bib: false,
            bib: bib.clone(),
            entrant: None,
        };
        let along = match setup.courses.as_slice() {
            [only] => Some((only, &self.slots[0][..])),
            _ => None,
        };
        runner(setup, along, subject, scans)
    }
}

/// Scans by bib, and in order. What nearly always tells stands side by side: a race has half a million scans.
pub(crate) fn by_bib<'a>(scans: impl Iterator<Item = &'a Sighting>) -> Vec<&'a Sighting> {
    let keyed = |scan: &'a Sighting| (Headed::of(scan.bib.as_str()), scan.time_ms, scan);
    let mut all: Vec<(Headed<'_>, i64, &Sighting)> = scans.map(keyed).collect();
    all.sort_unstable_by(|(bib, ms, one), (other_bib, other_ms, other)| {
        (bib, ms).cmp(&(other_bib, other_ms)).then_with(|| in_order(one).cmp(&in_order(other)))
    });
    all.into_iter().map(|(.., scan)| scan).collect()
}

/// Lines in an order that is worked out once for each: it may read a bib as a number.
pub(super) fn sorted<'a, K: Ord>(
    lines: &'a [Arc<Runner>],
    order: impl Fn(&'a Runner) -> K,
) -> Vec<Arc<Runner>> {
    let mut all: Vec<&'a Arc<Runner>> = lines.iter().collect();
    all.sort_by_cached_key(|line| order(line));
    all.into_iter().cloned().collect()
}

/// In which order scans are looked at: by time, then as all replicas agree.
pub(crate) fn in_order(scan: &Sighting) -> impl Ord + use<> {
    (scan.time_ms, scan.depth, scan.at)
}

/// Whether it is not known whose a scan is.
pub(crate) fn is_unread(bib: &Bib) -> bool {
    bib.is_empty() || bib.is_uncertain()
}

/// Of copies of one record, by whomever, one counts: what a person corrected goes before what nobody touched.
pub(crate) fn copy_rank(scan: &Sighting) -> impl Ord + use<> {
    (scan.is_approved, scan.is_corrected, std::cmp::Reverse((scan.depth, scan.at)))
}

/// Of several copies of a record, those that do not count.
fn repeats(scans: &[Sighting]) -> BTreeSet<OpRef> {
    let mut best: BTreeMap<(&str, [u8; 8]), &Sighting> = BTreeMap::new();
    let mut repeats = BTreeSet::new();
    for scan in scans {
        let Some(source) = &scan.source else { continue };
        let kept = best.entry((&source.name, source.item)).or_insert(scan);
        if kept.at == scan.at {
            continue;
        }
        let (better, worse) = if copy_rank(scan) > copy_rank(kept) { (scan, *kept) } else { (*kept, scan) };
        repeats.insert(worse.at);
        *kept = better;
    }
    repeats
}
