//! What a race amounts to, kept up to date: one scan that comes in changes what it touches, and nothing else is worked
//! out again.
//!
//! Invariant: after any change, results, pace and watch are what they would be if worked out from nothing, and findings
//! what they would be by the yardstick that was measured last (test `live`).

mod doubts;
mod marks;
mod scans;

use std::{collections::BTreeMap, ops::Range, sync::Arc};

use doubts::{Doubts, Race};
use marks::Marks;
use scans::Scans;

use crate::{
    ids::{Bib, EntrantId, FindingId},
    op::Entity,
    pace::{Pace, times},
    proposal::Proposal,
    race::RaceSetup,
    results::{CourseResults, Filed, Known, Results, Roll, Runner, in_order, is_unread},
    review::{Evidence, Finding, Kind, Yardstick},
    state::{EntrantRow, Said, Sighting},
    watch::{Basis, Field, Heard, State, Watch, Watched},
};

/// By entrant, in the order of the roll: the course that they are on, and their line.
type Lines = [(Option<usize>, Arc<Runner>)];

/// A race as it stands. Changes go in one by one; what is asked for is what they amount to.
#[derive(Clone, Debug)]
pub struct Live {
    setup: RaceSetup,
    said: BTreeMap<Bib, Said>,
    heard: Heard,
    roll: Roll,
    scans: Scans,
    /// By entrant, in the order of the roll: the course that they are on, and their line.
    lines: Vec<(Option<usize>, Arc<Runner>)>,
    results: Results,
    pace: Pace,
    marks: Marks,
    doubts: Doubts,
}

impl Live {
    /// A race from nothing.
    #[must_use]
    pub fn new(known: Known, heard: Heard) -> Self {
        let filed = Filed::of(&known);
        let results = filed.results(&known);
        let pace = Pace::of(&results);
        let roll = filed.roll;
        let lines = lines(&roll, &results);
        let Known { setup, scans, said, dismissed, proposals, .. } = known;
        let (marks, doubts) = (Marks::none(&lines, &results), Doubts::none(dismissed, proposals));
        Self { scans: Scans::of(&scans), setup, said, heard, roll, lines, results, pace, marks, doubts }
    }

    /// The results as they stand.
    #[must_use]
    pub fn results(&self) -> &Results {
        &self.results
    }

    /// The line of a bib, with the course that it stands on; of several who wear it, of the first.
    #[must_use]
    pub fn line(&self, bib: &Bib) -> Option<(Option<&CourseResults>, &Runner)> {
        let entrant = self.roll.wearers(bib).next().and_then(|n| self.lines.get(n));
        let stranger = || self.results.stranger(bib).map(|other| (None, &**other));
        entrant
            .map(|(course, runner)| (course.map(|n| &self.results.courses[n]), &**runner))
            .or_else(stranger)
    }

    /// How fast the field goes.
    #[must_use]
    pub fn pace(&self) -> &Pace {
        &self.pace
    }

    /// A scan that is new, or that counts for something else than before.
    pub fn take(&mut self, scan: Sighting) {
        self.marks.touch();
        let at = scan.at;
        let touched = self.scans.take(scan);
        if touched.old.is_some() {
            self.marks.expire_late();
        }
        self.doubts.record(at, touched.old);
        touched.scans.iter().for_each(|at| self.doubts.weigh(*at));
        for at in &touched.scans {
            self.results.unread.retain(|scan| scan.at != *at);
            if let Some(scan) =
                self.scans.find(*at).filter(|scan| self.scans.counts(scan) && is_unread(&scan.bib))
            {
                let place = self.results.unread.partition_point(|other| in_order(other) < in_order(scan));
                self.results.unread.insert(place, scan.clone());
            }
        }
        touched.bibs.iter().filter(|bib| !is_unread(bib)).for_each(|bib| self.renew_lines(bib));
    }

    /// What is said of an entrant is something else than before, or somebody entered.
    pub fn enter(&mut self, entrant: EntrantRow) {
        self.marks.touch();
        let filled = Roll::of(&self.setup, vec![entrant.clone()]).entrants.remove(0);
        let known = self.roll.entrants.iter_mut().find(|known| known.id == entrant.id);
        match known.filter(|known| known.bib == entrant.bib && known.course == entrant.course) {
            Some(known) => {
                self.doubts.enter(known, &filled);
                *known = filled;
                match entrant.bib {
                    Some(bib) => self.renew_lines(&bib),
                    None => self.begin_again(None),
                }
            }
            // Who wears what is the order of everything.
            None => self.begin_again(Some(entrant)),
        }
    }

    /// What is said of a bib that no entrant wears is something else than before.
    pub fn say(&mut self, bib: Bib, said: Said) {
        self.marks.touch();
        self.doubts.say();
        self.said.insert(bib.clone(), said);
        if is_unread(&bib) { self.begin_again(None) } else { self.renew_lines(&bib) }
    }

    /// What was heard of phones, conflicts and closings.
    pub fn hear(&mut self, heard: Heard) {
        self.marks.touch();
        if heard.conflicts != self.heard.conflicts {
            self.marks.expire_all();
        }
        self.marks.expire_late();
        self.heard = heard;
    }

    /// How many runners are in each state, the worst first. `now_ms`: milliseconds since 1970-01-01 UTC.
    pub fn counts(&mut self, now_ms: i64) -> BTreeMap<State, usize> {
        self.look_again(now_ms);
        self.marks.counts()
    }

    /// The runners in states that are `wanted`, in the order of the watch list: those in `page`.
    pub fn watched(
        &mut self,
        now_ms: i64,
        wanted: &dyn Fn(State) -> bool,
        page: Range<usize>,
    ) -> Vec<Watched> {
        self.look_again(now_ms);
        self.with_field(now_ms, |field| self.marks.page(field, &self.lines, wanted, &page))
    }

    /// Everybody, and every checkpoint.
    #[must_use]
    pub fn watch(&self, now_ms: i64) -> Watch {
        self.with_field(now_ms, |field| Watch::of(field, &self.scans.bibs()))
    }

    /// Judges those again whose state may be another by now.
    fn look_again(&mut self, now_ms: i64) {
        let mut marks = std::mem::take(&mut self.marks);
        self.with_field(now_ms, |field| marks.renew(field, &self.lines));
        self.marks = marks;
    }

    fn with_field<T>(&self, now_ms: i64, what: impl FnOnce(&Field<'_>) -> T) -> T {
        let scans = |bib: &Bib| self.scans.counting(bib);
        let conflicts = self.heard.conflicts.keys();
        let contested = conflicts.filter_map(|entity| match entity {
            Entity::Scan(at) => self.scans.find(*at),
            _ => None,
        });
        what(&Field::new(Basis {
            setup: &self.setup,
            said: &self.said,
            roll: &self.roll,
            results: &self.results,
            pace: &self.pace,
            heard: &self.heard,
            scans: &scans,
            contested: contested.collect(),
            ahead: self.scans.ahead(now_ms),
            latest_ms: &self.scans.latest_ms(now_ms),
            now_ms,
        }))
    }

    /// Makes the lines of a bib again.
    fn renew_lines(&mut self, bib: &Bib) {
        let scans = self.scans.counting(bib);
        let wearers = self.roll.wearers(bib);
        if wearers.is_empty() {
            let is_here = !scans.is_empty() || self.said.contains_key(bib);
            let stranger = || self.roll.stranger(&self.setup, self.said.get(bib), bib, &scans);
            let new = is_here.then(|| Arc::new(stranger()));
            self.results.replace_other(|other| other.bib == *bib && other.entrant.is_none(), new);
            self.marks.expire_stranger(bib);
            self.doubts.stranger(bib);
        }
        for n in wearers {
            let own = if self.roll.bib(n).is_some() { &scans[..] } else { &[] };
            let (course, new) = self.roll.entrant(&self.setup, &self.said, n, own);
            let new = (course, Arc::new(new));
            let (_, old) = std::mem::replace(&mut self.lines[n], new.clone());
            self.marks.expire(n);
            self.doubts.entrant(n);
            match course {
                Some(course) => {
                    let results = &mut self.results.courses[course];
                    results.replace(Some(&old), Some(&new.1));
                    let others = self.pace.replace(&results.course.key, &times(&old), &times(&new.1));
                    self.marks.expire_on_the_way(&self.lines, course, &others);
                }
                None => {
                    let id = self.roll.entrants[n].id;
                    let is_theirs = |other: &Runner| other.entrant.as_ref().is_some_and(|e| e.id == id);
                    self.results.replace_other(is_theirs, Some(new.1));
                }
            }
        }
    }

    /// Somebody looked at a finding, and it is nothing; or they took that back.
    pub fn dismiss(&mut self, finding: FindingId, is_dismissed: bool) {
        self.doubts.dismiss(finding, is_dismissed);
    }

    /// Other words than before count for nothing so far.
    pub fn propose(&mut self, proposals: Vec<Proposal>) {
        self.doubts.propose(proposals);
    }

    /// Measures the field anew. Findings hang on what is usual, and that moves a little with every runner; it is held
    /// from one measuring to the next, so that one scan more changes a few findings only. Who shows findings measures
    /// when nothing comes for a moment, and now and then while it does: then every replica lists the same.
    pub fn measure(&mut self) {
        let evidence = Evidence {
            setup: &self.setup,
            entrants: &self.roll.entrants,
            said: &self.said,
            scans: self.scans.all().collect(),
        };
        self.doubts.measure(&evidence, &self.results, &self.lines);
    }

    /// What is wrong with the records, best first: what [`crate::review::review_by`] says by the yardstick measured last.
    pub fn findings(&mut self) -> impl Iterator<Item = Finding> {
        self.look_at_doubts();
        self.doubts.list()
    }

    /// How many findings there are of each kind, without those that were dismissed.
    pub fn doubts(&mut self) -> BTreeMap<Kind, usize> {
        self.look_at_doubts();
        self.doubts.counts()
    }

    /// What findings are measured by; nothing before they were asked for.
    #[must_use]
    pub fn yardstick(&self) -> Option<&Yardstick> {
        self.doubts.yardstick()
    }

    fn look_at_doubts(&mut self) {
        if !self.doubts.is_measured() {
            self.measure();
        }
        let mut doubts = std::mem::take(&mut self.doubts);
        doubts.renew(&Race {
            setup: &self.setup,
            said: &self.said,
            roll: &self.roll,
            scans: &self.scans,
            lines: &self.lines,
            results: &self.results,
        });
        self.doubts = doubts;
    }

    /// All that is known.
    fn known(&self) -> Known {
        Known {
            setup: self.setup.clone(),
            entrants: self.roll.entrants.clone(),
            scans: self.scans.all().cloned().collect(),
            said: self.said.clone(),
            dismissed: self.doubts.dismissed().clone(),
            proposals: self.doubts.proposals().to_vec(),
        }
    }

    fn begin_again(&mut self, entrant: Option<EntrantRow>) {
        let mut known = self.known();
        if let Some(entrant) = entrant {
            known.entrants.retain(|known| known.id != entrant.id);
            known.entrants.push(entrant);
        }
        *self = Self::new(known, self.heard.clone());
    }
}

/// By entrant: the course that they are on, and their line.
fn lines(roll: &Roll, results: &Results) -> Vec<(Option<usize>, Arc<Runner>)> {
    let on_courses = (0..)
        .zip(&results.courses)
        .flat_map(|(n, course)| course.runners.iter().map(move |runner| (Some(n), runner)));
    let all = on_courses.chain(results.others.iter().map(|runner| (None, runner)));
    let mut by_id: BTreeMap<EntrantId, (Option<usize>, Arc<Runner>)> = all
        .filter_map(|(course, runner)| Some((runner.entrant.as_ref()?.id, (course, runner.clone()))))
        .collect();
    roll.entrants.iter().filter_map(|entrant| by_id.remove(&entrant.id)).collect()
}
