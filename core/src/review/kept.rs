//! The findings of a race, kept up to date: what changes makes those findings again that read it, and no others.
//!
//! Invariant: after any changes the findings are what they would be from nothing by the same yardstick (test `live`).

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use super::{
    Evidence, Finding, Kind, Subject, Yardstick, all_of, entrants, field::Field, of_subject, proposed,
    reads::Readers, sheet::Sheet,
};
use crate::{
    ids::{Bib, FindingId, OpRef},
    proposal::Proposal,
    race::RaceSetup,
    results::{Results, Runner},
    state::{EntrantRow, Said, Sighting},
};

/// What has changed since the last look. Times are those that the yardstick puts right.
#[derive(Debug, Default)]
pub(crate) struct Changes {
    /// Records: as they were, and as they are.
    pub(crate) records: Vec<(Option<Sighting>, Option<Sighting>)>,
    /// Records that nobody could read and that count; nothing for those that do not any more.
    pub(crate) unread: Vec<(OpRef, Option<Sighting>)>,
    /// Lines of entrants with a course and a bib, by their place among these.
    pub(crate) entrants: Vec<(usize, Arc<Runner>)>,
    /// Lines of bibs that no entrant wears; nothing for those that are not there any more.
    pub(crate) strangers: Vec<(Bib, Option<Arc<Runner>>)>,
}

/// The findings, and all that they were made from.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    field: Field,
    readers: Readers,
    sheet: Sheet,
}

impl Kept {
    /// Measures a race, and makes all findings.
    pub(crate) fn measured(evidence: &Evidence<'_>, proposals: &[Proposal], results: &Results) -> Self {
        let field = super::measured(evidence, results);
        field.notes.begin();
        let mut readers = Readers::default();
        let entrants = entrants::findings(evidence.entrants, evidence.said);
        let proposed = proposed::findings(evidence.setup, proposals);
        let sheet = all_of(&field, entrants, proposed, |subject| readers.file(subject, field.notes.take()));
        Self { field, readers, sheet }
    }

    /// What the records are measured by.
    pub(crate) fn yardstick(&self) -> &Yardstick {
        &self.field.yard
    }

    /// What is said of entrants is something else than before.
    pub(crate) fn enter(&mut self, entrants: &[EntrantRow], said: &BTreeMap<Bib, Said>) {
        self.sheet.put(&Subject::Entrants, entrants::findings(entrants, said));
    }

    /// Other words than before count for nothing so far.
    pub(crate) fn propose(&mut self, setup: &RaceSetup, proposals: &[Proposal]) {
        self.sheet.put(&Subject::Proposals, proposed::findings(setup, proposals));
    }

    /// Makes those findings again that hang on what has changed.
    pub(crate) fn take(&mut self, changes: Changes) {
        for subject in self.change(changes) {
            let mut findings = Vec::new();
            of_subject(&self.field, &subject, &mut findings);
            self.readers.file(&subject, self.field.notes.take());
            self.sheet.put(&subject, findings);
        }
    }

    /// How many findings there are of each kind, without those that were dismissed.
    pub(crate) fn counts(&self, dismissed: &BTreeSet<FindingId>) -> BTreeMap<Kind, usize> {
        self.sheet.counts(dismissed)
    }

    /// The findings, best first.
    pub(crate) fn list(&self, dismissed: &BTreeSet<FindingId>) -> impl Iterator<Item = Finding> {
        self.sheet.findings(dismissed)
    }

    /// Puts all changes in; says whose findings are to be made again.
    fn change(&mut self, changes: Changes) -> BTreeSet<Subject> {
        let mut again = BTreeSet::new();
        for (old, new) in &changes.records {
            self.field.replace_record(old.as_ref(), new.as_ref());
            for record in old.iter().chain(new) {
                again.extend(self.readers.of_scan(record.at).cloned());
                again.extend(self.readers.of_record(&record.checkpoint, record.time_ms).cloned());
            }
        }
        for (at, scan) in changes.unread {
            let subject = Subject::Unread(at);
            match scan {
                Some(scan) => drop(self.field.unread.insert(at, scan)),
                None => drop(self.field.unread.remove(&at)),
            }
            again.insert(subject);
        }
        for (bib, runner) in changes.strangers {
            let subject = Subject::Stranger(bib.clone());
            match runner {
                Some(runner) => drop(self.field.strangers.insert(bib, runner)),
                None => drop(self.field.strangers.remove(&bib)),
            }
            again.insert(subject);
        }
        let mut doubles = Vec::new();
        for (n, runner) in changes.entrants {
            let course = self.field.ways[n].course;
            let moved = self.field.replace_way(n, runner);
            again.insert(Subject::Runner(n));
            for slot in moved.slots {
                again.extend(self.readers.of_way(n, slot).cloned());
            }
            for (slot, likely_ms) in moved.gaps {
                again.extend(self.readers.of_gap(course, slot, likely_ms).cloned());
            }
            for number in moved.unseen {
                again.extend(self.readers.of_unseen(number).cloned());
            }
            doubles.extend(moved.doubles.into_iter().map(|(slot, double)| (course, slot, double)));
        }
        for (course, slot, double) in &doubles {
            let beside = self.field.missing_beside(*course, *slot, double, doubles.len());
            again.extend(beside.into_iter().map(Subject::Runner));
        }
        again
    }
}
