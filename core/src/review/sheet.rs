//! The list of findings, in order: by subject put in, by urgency taken out.
//!
//! Invariant: a function of the findings of all subjects, whatever the order in which they came. A gap mentions what the
//! findings of others suggest for it, and nothing else of a finding hangs on another.

use std::collections::{BTreeMap, BTreeSet};

use super::{Act, Finding, Kind, SUGGESTIONS_MAX, Subject, Suggestion};
use crate::{
    ids::{Bib, FindingId, Key},
    op::{Entity, field as fields},
    proposal::finding_id,
};

/// At most so many suggestions of other findings are mentioned at a gap.
const MENTIONED_MAX: usize = 3;

/// Suggestions dearer than this are no better than none, for the order of findings.
const FAR_FETCHED: i64 = 600;

/// Whose bib, and where.
type There = (Bib, Key);

/// Where a suggestion stands: how far-fetched it is, whose finding, which of theirs, and which of its suggestions.
type Offer = (i64, Subject, usize, usize);

/// Where a finding stands in the list: kind, cost, time, bibs, name; whose, and which of theirs.
type Place = (Kind, i64, Option<i64>, Vec<Bib>, FindingId, Subject, usize);

/// All findings.
#[derive(Clone, Debug, Default)]
pub(super) struct Sheet {
    findings: BTreeMap<Subject, Vec<Finding>>,
    /// Suggestions that give a record to somebody, in order.
    offers: BTreeMap<There, Vec<Offer>>,
    /// In order.
    gaps: BTreeMap<There, Vec<(Subject, usize)>>,
    /// What several subjects say alike stands once: where the first of them puts it.
    list: BTreeSet<Place>,
    /// All places of a finding, in order; nearly always one.
    places: BTreeMap<FindingId, Vec<Place>>,
    counts: BTreeMap<Kind, usize>,
}

impl Sheet {
    /// The findings of all subjects, each of which comes once.
    pub(super) fn of(all: impl IntoIterator<Item = (Subject, Vec<Finding>)>) -> Self {
        let mut sheet = Self::default();
        for (subject, mut findings) in all.into_iter().filter(|(_, findings)| !findings.is_empty()) {
            for (n, finding) in (0..).zip(&mut findings) {
                finding.id = id(finding);
                sheet.file(&subject, n, finding, true);
            }
            sheet.findings.insert(subject, findings);
        }
        // Only now is known what is offered for each gap.
        let mut list: Vec<Place> = Vec::new();
        for (subject, findings) in &sheet.findings {
            list.extend((0..).zip(findings).map(|(n, finding)| sheet.place(subject, n, finding)));
        }
        list.sort_unstable();
        for place in &list {
            sheet.places.entry(place.4).or_default().push(place.clone());
        }
        list.retain(|place| sheet.places[&place.4].first() == Some(place));
        for (kind, ..) in &list {
            *sheet.counts.entry(*kind).or_default() += 1;
        }
        sheet.list = list.into_iter().collect();
        sheet
    }

    /// Puts the findings of a subject in the place of those before.
    pub(super) fn put(&mut self, subject: &Subject, mut findings: Vec<Finding>) {
        if findings.is_empty() && !self.findings.contains_key(subject) {
            return;
        }
        for finding in &mut findings {
            finding.id = id(finding);
        }
        if self.findings.get(subject) == Some(&findings) {
            return;
        }
        let old = self.findings.remove(subject).unwrap_or_default();
        let offered: BTreeSet<There> =
            old.iter().chain(&findings).flat_map(offers).map(|(there, ..)| there).collect();
        // What stands where an offer comes or goes is put in its place again.
        let beside = offered.iter().filter_map(|there| self.gaps.get(there)).flatten();
        let mut moved: BTreeSet<(Subject, usize)> =
            beside.filter(|(other, _)| other != subject).cloned().collect();
        moved.iter().for_each(|(other, n)| {
            let place = self.place(other, *n, &self.findings[other][*n]);
            self.list(place, false);
        });
        for (n, finding) in (0..).zip(&old) {
            let place = self.place(subject, n, finding);
            self.list(place, false);
        }
        for (n, finding) in (0..).zip(&old) {
            self.file(subject, n, finding, false);
        }
        for (n, finding) in (0..).zip(&findings) {
            self.file(subject, n, finding, true);
            moved.insert((subject.clone(), n));
        }
        if !findings.is_empty() {
            self.findings.insert(subject.clone(), findings);
        }
        for (other, n) in moved {
            let place = self.place(&other, n, &self.findings[&other][n]);
            self.list(place, true);
        }
    }

    /// How many there are of each kind.
    pub(super) fn counts(&self, dismissed: &BTreeSet<FindingId>) -> BTreeMap<Kind, usize> {
        let mut counts = self.counts.clone();
        for (kind, ..) in dismissed.iter().filter_map(|id| self.places.get(id)?.first()) {
            *counts.entry(*kind).or_default() -= 1;
        }
        counts.retain(|_, count| *count > 0);
        counts
    }

    /// The findings, best first.
    pub(super) fn findings(&self, dismissed: &BTreeSet<FindingId>) -> impl Iterator<Item = Finding> {
        self.list.iter().map(|(.., subject, n)| {
            let finding = &self.findings[subject][*n];
            let is_dismissed = dismissed.contains(&finding.id);
            Finding { suggestions: self.suggestions(finding), is_dismissed, ..finding.clone() }
        })
    }

    /// Lists a finding at a place, or no longer.
    fn list(&mut self, place: Place, is_put: bool) {
        let (kind, id) = (place.0, place.4);
        let of_id = self.places.entry(id).or_default();
        let before = of_id.first().cloned();
        keep(of_id, place, is_put);
        let now = of_id.first().cloned();
        if now.is_none() {
            self.places.remove(&id);
        }
        if before == now {
            return;
        }
        let count = self.counts.entry(kind).or_default();
        if let Some(before) = before {
            self.list.remove(&before);
            *count -= 1;
        }
        if let Some(now) = now {
            self.list.insert(now);
            *count += 1;
        }
    }

    fn suggestions(&self, finding: &Finding) -> Vec<Suggestion> {
        let mut all = finding.suggestions.clone();
        all.extend(self.offered(finding).map(|(_, subject, n, m)| mention(&self.findings[subject][*n], *m)));
        all.sort_by_key(|suggestion| suggestion.cost);
        all.truncate(SUGGESTIONS_MAX);
        all
    }

    fn place(&self, subject: &Subject, n: usize, finding: &Finding) -> Place {
        let offered = self.offered(finding).map(|(cost, ..)| *cost);
        let costs = finding.suggestions.iter().map(|suggestion| suggestion.cost);
        let best = costs.chain(offered).min().unwrap_or(i64::MAX).min(FAR_FETCHED);
        (finding.kind, best, finding.time_ms, finding.bibs.clone(), finding.id, subject.clone(), n)
    }

    /// What others suggest for a gap.
    fn offered(&self, finding: &Finding) -> impl Iterator<Item = &Offer> {
        let offers = gap(finding).and_then(|there| self.offers.get(&there));
        offers.into_iter().flatten().take(MENTIONED_MAX)
    }

    fn file(&mut self, subject: &Subject, n: usize, finding: &Finding, is_put: bool) {
        for (there, cost, m) in offers(finding) {
            change(&mut self.offers, there, (cost, subject.clone(), n, m), is_put);
        }
        if let Some(there) = gap(finding) {
            change(&mut self.gaps, there, (subject.clone(), n), is_put);
        }
    }
}

/// Puts something in, or takes it out.
fn change<T: Ord>(all: &mut BTreeMap<There, Vec<T>>, there: There, what: T, is_put: bool) {
    let here = all.entry(there.clone()).or_default();
    keep(here, what, is_put);
    if here.is_empty() {
        all.remove(&there);
    }
}

/// Puts something in, in order and once, or takes it out.
fn keep<T: Ord>(all: &mut Vec<T>, what: T, is_put: bool) {
    match all.binary_search(&what) {
        Err(n) if is_put => all.insert(n, what),
        Ok(n) if !is_put => drop(all.remove(n)),
        _ => {}
    }
}

/// Where a gap is, and whose.
fn gap(finding: &Finding) -> Option<There> {
    let is_gap = finding.kind == Kind::Missed;
    is_gap.then(|| Some((finding.bibs.first()?.clone(), finding.checkpoint.clone()?))).flatten()
}

/// The suggestions that give a record to somebody: where and to whom, how far-fetched, and which.
fn offers(finding: &Finding) -> Vec<(There, i64, usize)> {
    let Some(place) = finding.checkpoint.as_ref().filter(|_| is_about_record(finding.kind)) else {
        return Vec::new();
    };
    let suggestions = (0..).zip(&finding.suggestions);
    let given = |(m, suggestion): (usize, &Suggestion)| {
        let (place, cost) = (place.clone(), suggestion.cost);
        bibs(suggestion).into_iter().map(move |bib| ((bib, place.clone()), cost, m))
    };
    suggestions.flat_map(given).collect()
}

/// What is said against a word or a pace gives no record to anybody by itself.
fn is_about_record(kind: Kind) -> bool {
    use Kind::{AfterDrop, Missed, Proposed, SeenThoughDns, Told, TooFast, TooSlow};
    !matches!(kind, Told | AfterDrop | SeenThoughDns | TooFast | TooSlow | Proposed | Missed)
}

fn mention(finding: &Finding, suggestion: usize) -> Suggestion {
    let about = finding.bibs.first().map(ToString::to_string).unwrap_or_default();
    let suggestion = &finding.suggestions[suggestion];
    let reason = format!("the record of {about}: {}", suggestion.reason);
    Suggestion { reason, ..suggestion.clone() }
}

/// The bibs that a suggestion gives to records.
fn bibs(suggestion: &Suggestion) -> BTreeSet<Bib> {
    let bib = |act: &Act| match act {
        Act::Record { bib, .. } => Some(bib.clone()),
        Act::Put((Entity::Scan(_), values)) => {
            let value = values.iter().find(|(field, _)| *field == fields::BIB)?;
            Bib::new(value.1.as_text()?).ok()
        }
        Act::Put(_) => None,
    };
    suggestion.acts.iter().filter_map(bib).collect()
}

/// The first 8 bytes of a hash of what it is about.
fn id(finding: &Finding) -> FindingId {
    if let Some(said) = finding.said {
        return finding_id(said);
    }
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 finding v0");
    let mut part = |bytes: &[u8]| {
        hasher.update(&(bytes.len() as u64).to_le_bytes()).update(bytes);
    };
    part(finding.kind.as_str().as_bytes());
    part(finding.checkpoint.as_ref().map_or("", Key::as_str).as_bytes());
    finding.bibs.iter().for_each(|bib| part(bib.as_str().as_bytes()));
    let mut scans = finding.scans.clone();
    scans.sort_unstable();
    for scan in scans {
        part(&scan.log.0);
        part(&scan.seq.to_le_bytes());
    }
    let mut cut = [0; 8];
    hasher.finalize_xof().fill(&mut cut);
    FindingId(cut)
}
