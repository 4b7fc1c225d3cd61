//! The findings of a race that changes: what has changed since the last look, and what of it is in the findings.
//!
//! Invariant: changes are gathered and put in all at once, so that no finding is made from half of them.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{Lines, scans::Scans};
use crate::{
    ids::{Bib, FindingId, OpRef},
    proposal::Proposal,
    race::RaceSetup,
    results::{Results, Roll, Runner, in_order, is_unread},
    review::{Changes, Evidence, Finding, Kept, Kind, Yardstick, has_way},
    state::{EntrantRow, Said, Sighting},
};

/// What findings are made from.
pub(super) struct Race<'a> {
    pub(super) setup: &'a RaceSetup,
    pub(super) said: &'a BTreeMap<Bib, Said>,
    pub(super) roll: &'a Roll,
    pub(super) scans: &'a Scans,
    pub(super) lines: &'a Lines,
    pub(super) results: &'a Results,
}

impl Race<'_> {
    /// The line of an entrant, with times put right.
    fn entrant(&self, yard: &Yardstick, n: usize) -> Arc<Runner> {
        let line = self.lines[n].1.clone();
        if !yard.puts_right() {
            return line;
        }
        let scans = self.right(yard, &line.bib);
        let scans: Vec<&Sighting> = scans.iter().filter(|_| self.roll.bib(n).is_some()).collect();
        Arc::new(self.roll.entrant(self.setup, self.said, n, &scans).1)
    }

    /// The line of a bib that no entrant wears, with times put right; nothing if there is none.
    fn stranger(&self, yard: &Yardstick, bib: &Bib) -> Option<Arc<Runner>> {
        let line = self.results.stranger(bib)?;
        if !yard.puts_right() {
            return Some(line.clone());
        }
        let scans = self.right(yard, bib);
        let scans: Vec<&Sighting> = scans.iter().collect();
        Some(Arc::new(self.roll.stranger(self.setup, self.said.get(bib), bib, &scans)))
    }

    /// The records of a bib that count, with times put right, in order.
    fn right(&self, yard: &Yardstick, bib: &Bib) -> Vec<Sighting> {
        let mut scans: Vec<Sighting> =
            self.scans.counting(bib).into_iter().map(|scan| yard.right(scan)).collect();
        scans.sort_by_key(in_order);
        scans
    }
}

/// The findings, and what has changed since they were made.
#[derive(Clone, Debug, Default)]
pub(super) struct Doubts {
    dismissed: BTreeSet<FindingId>,
    proposals: Vec<Proposal>,
    kept: Option<Box<Kept>>,
    /// By entrant: their place among those with a way.
    ways: Vec<Option<usize>>,
    /// Records as they were when the findings were made; nothing for new ones.
    records: BTreeMap<OpRef, Option<Sighting>>,
    /// Those that count now and did not, or the other way round.
    weighed: BTreeSet<OpRef>,
    entrants: BTreeSet<usize>,
    strangers: BTreeSet<Bib>,
    has_said: bool,
    has_proposed: bool,
}

impl Doubts {
    pub(super) fn none(dismissed: BTreeSet<FindingId>, proposals: Vec<Proposal>) -> Self {
        Self { dismissed, proposals, ..Self::default() }
    }

    pub(super) fn dismissed(&self) -> &BTreeSet<FindingId> {
        &self.dismissed
    }

    pub(super) fn dismiss(&mut self, finding: FindingId, is_dismissed: bool) {
        if is_dismissed {
            self.dismissed.insert(finding)
        } else {
            self.dismissed.remove(&finding)
        };
    }

    pub(super) fn proposals(&self) -> &[Proposal] {
        &self.proposals
    }

    pub(super) fn propose(&mut self, proposals: Vec<Proposal>) {
        self.proposals = proposals;
        self.has_proposed = true;
    }

    pub(super) fn is_measured(&self) -> bool {
        self.kept.is_some()
    }

    /// Measures the field, and makes all findings anew.
    pub(super) fn measure(&mut self, evidence: &Evidence<'_>, results: &Results, lines: &Lines) {
        let kept = Some(Box::new(Kept::measured(evidence, &self.proposals, results)));
        let mut places = 0..;
        let mut way = |(course, runner): &(Option<usize>, Arc<Runner>)| {
            course.filter(|_| has_way(runner)).and_then(|_| places.next())
        };
        let ways = lines.iter().map(&mut way).collect();
        let (dismissed, proposals) =
            (std::mem::take(&mut self.dismissed), std::mem::take(&mut self.proposals));
        *self = Self { kept, ways, ..Self::none(dismissed, proposals) };
    }

    /// A record is something else than it was.
    pub(super) fn record(&mut self, at: OpRef, old: Option<Sighting>) {
        if self.is_measured() {
            self.records.entry(at).or_insert(old);
        }
    }

    /// A record may count now and not before, or the other way round.
    pub(super) fn weigh(&mut self, at: OpRef) {
        if self.is_measured() {
            self.weighed.insert(at);
        }
    }

    /// The line of an entrant is another.
    pub(super) fn entrant(&mut self, n: usize) {
        if self.is_measured() {
            self.entrants.insert(n);
        }
    }

    /// The line of a bib that no entrant wears is another, or came, or went.
    pub(super) fn stranger(&mut self, bib: &Bib) {
        if self.is_measured() {
            self.strangers.insert(bib.clone());
        }
    }

    /// Something else is said of an entrant. The findings about the list hang on a part of it only.
    pub(super) fn enter(&mut self, old: &EntrantRow, new: &EntrantRow) {
        let part = |entrant: &EntrantRow| (entrant.name.clone(), entrant.age, entrant.is_contested);
        self.has_said |= part(old) != part(new);
    }

    /// Something else is said of a bib.
    pub(super) fn say(&mut self) {
        self.has_said = true;
    }

    /// What the findings are measured by; nothing if they never were.
    pub(super) fn yardstick(&self) -> Option<&Yardstick> {
        self.kept.as_ref().map(|kept| kept.yardstick())
    }

    /// Puts what has changed into the findings.
    pub(super) fn renew(&mut self, race: &Race<'_>) {
        let Some(kept) = &mut self.kept else { return };
        if std::mem::take(&mut self.has_said) {
            kept.enter(&race.roll.entrants, race.said);
        }
        if std::mem::take(&mut self.has_proposed) {
            kept.propose(race.setup, &self.proposals);
        }
        let yard = kept.yardstick();
        let now = |at: &OpRef| race.scans.find(*at).map(|scan| yard.right(scan));
        let records = std::mem::take(&mut self.records).into_iter();
        let records = records.map(|(at, old)| (old.map(|old| yard.right(&old)), now(&at))).collect();
        let unread = std::mem::take(&mut self.weighed).into_iter().map(|at| {
            let scan = race.scans.find(at).filter(|scan| is_unread(&scan.bib) && race.scans.counts(scan));
            (at, scan.map(|scan| yard.right(scan)))
        });
        let unread = unread.collect();
        let entrants = std::mem::take(&mut self.entrants).into_iter();
        let entrants = entrants.filter_map(|n| Some((self.ways[n]?, race.entrant(yard, n)))).collect();
        let strangers = std::mem::take(&mut self.strangers).into_iter();
        let strangers = strangers.map(|bib| (bib.clone(), race.stranger(yard, &bib))).collect();
        kept.take(Changes { records, unread, entrants, strangers });
    }

    pub(super) fn counts(&self) -> BTreeMap<Kind, usize> {
        self.kept.as_ref().map(|kept| kept.counts(&self.dismissed)).unwrap_or_default()
    }

    pub(super) fn list(&self) -> impl Iterator<Item = Finding> {
        self.kept.iter().flat_map(|kept| kept.list(&self.dismissed))
    }
}
