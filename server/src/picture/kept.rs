//! What the painter keeps from one picture to the next: a race as it stands, which takes in what came since.
//!
//! Invariant: it is what would be read and worked out from nothing (test `pictures`). What came is found in the same moment
//! of the database that the picture shows. Where it may mean something else for what is there already (somebody's standing
//! changed, histories parted), everything is read again.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use bibtrail_core::{
    ids::{Bib, BootId, FindingId, LogId, OpRef},
    live::Live,
    members::Standing,
    op::{Body, Entity},
    proposal::Proposal,
    race::RaceSetup,
    results::Known,
    review::Finding,
    state::{EntrantRow, Said, Sighting},
    store::{LogInfo, Reader, StoreError, Timing},
    time::Reading,
    watch::Heard,
};

use super::{Scans, Seen};

/// Beginning again costs as much as taking in one by one as many scans as there are of this part of all.
const PART: usize = 8;

/// So many entrants are taken in one by one. More come by an import: then beginning again is cheaper.
const ENTRANTS_MAX: usize = 8;

/// After so many pictures with something new, what is usual in the field is measured again for the findings.
const MEASURE_EVERY: u32 = 64;

/// The last reading of each run of each log's clocks.
type Boots = BTreeMap<(LogId, BootId), Reading>;

/// What people wrote of entrants and of bibs that nobody wears.
#[derive(Clone)]
struct Words {
    entrants: Arc<Vec<EntrantRow>>,
    said: BTreeMap<Bib, Said>,
    dismissed: BTreeSet<FindingId>,
    proposals: Arc<Vec<Proposal>>,
}

/// A race as it stands.
pub(super) struct Kept {
    pub(super) live: Live,
    pub(super) scans: Scans,
    pub(super) heard: Heard,
    setup: Arc<RaceSetup>,
    words: Words,
    boots: Boots,
    timing: Arc<Timing>,
    standings: BTreeMap<LogId, Standing>,
    pub(super) heads: BTreeMap<LogId, u64>,
    /// Pictures with something new since the field was measured.
    unmeasured: u32,
    /// Whether nothing came before this picture.
    is_quiet: bool,
}

/// What came since the last picture.
#[derive(Default)]
struct News {
    /// New ones, and those that count for something else now, in order.
    scans: BTreeMap<OpRef, Sighting>,
    has_words: bool,
    has_settings: bool,
}

impl Kept {
    /// A race as a reader shows it.
    pub(super) fn of(reader: &Reader) -> Result<Self, StoreError> {
        let (words, setup) = (Words::of(reader)?, reader.setup()?);
        let mut known = words.known(&setup);
        known.scans = reader.scans()?;
        let mut boots = Boots::new();
        known.scans.iter().for_each(|scan| note(&mut boots, scan));
        let heard = reader.heard_by(&listed(&boots))?;
        let scans = Scans::of(known.scans.clone());
        Ok(Self {
            live: Live::new(known, heard.clone()),
            scans,
            heard,
            setup: Arc::new(setup),
            words,
            boots,
            timing: reader.timing()?,
            standings: reader.members().standings().clone(),
            heads: heads(&reader.logs()?),
            unmeasured: 0,
            is_quiet: true,
        })
    }

    /// The race as the reader shows it now.
    pub(super) fn follow(self, reader: &Reader) -> Result<Self, StoreError> {
        let logs = reader.logs()?;
        match self.news(reader, &logs)? {
            Some(news) => self.take(reader, &logs, news),
            None => {
                // First the old goes: both would need twice the memory.
                drop(self);
                Self::of(reader)
            }
        }
    }

    /// All that is known, for a picture.
    pub(super) fn seen(&self) -> Seen {
        let Words { entrants, said, dismissed, proposals } = &self.words;
        Seen {
            setup: self.setup.clone(),
            entrants: entrants.clone(),
            scans: self.scans.clone(),
            said: said.clone(),
            dismissed: dismissed.clone(),
            proposals: proposals.clone(),
        }
    }

    /// What wants a person's look. Measured anew when nothing comes, and now and then while something does.
    pub(super) fn findings(&mut self) -> Vec<Finding> {
        let is_due = self.is_quiet && self.unmeasured > 0 || self.unmeasured >= MEASURE_EVERY;
        if is_due || self.live.yardstick().is_none() {
            self.live.measure();
            self.unmeasured = 0;
        }
        self.live.findings().collect()
    }

    /// What came since; nothing if everything must be read again.
    fn news(&self, reader: &Reader, logs: &[LogInfo]) -> Result<Option<News>, StoreError> {
        let (members, now) = (reader.members(), heads(logs));
        let holds = |(log, seq): (&LogId, &u64)| {
            now.get(log).is_some_and(|now| now >= seq)
                && self.standings.get(log) == members.standings().get(log)
        };
        if !members.branches().is_empty() || !self.heads.iter().all(holds) {
            return Ok(None);
        }
        let mut news = News::default();
        for info in logs {
            let seq = self.heads.get(&info.log).copied().unwrap_or_default();
            if info.seq > seq && !news.read(reader, info.log, seq)? {
                return Ok(None);
            }
        }
        let timing = reader.timing()?;
        if timing != self.timing {
            for scan in self.scans.iter() {
                let (time_ms, moment) = timing.times(scan);
                if (time_ms, moment) != (scan.time_ms, scan.moment) {
                    news.scans.entry(scan.at).or_insert_with(|| Sighting { time_ms, moment, ..scan.clone() });
                }
            }
        }
        Ok(Some(news))
    }

    /// What people wrote, if that is something else than before. Any scan may be what a proposal is about, and an erasure
    /// changes what was said without a new operation.
    fn words(&self, reader: &Reader, has_words: bool) -> Result<Option<Words>, StoreError> {
        if has_words {
            return Ok(Some(Words::of(reader)?));
        }
        let proposals = Arc::new(reader.proposals()?);
        Ok((proposals != self.words.proposals).then(|| Words { proposals, ..self.words.clone() }))
    }

    fn take(mut self, reader: &Reader, logs: &[LogInfo], news: News) -> Result<Self, StoreError> {
        let scans: Vec<Sighting> = news.scans.into_values().collect();
        self.is_quiet = scans.is_empty() && !news.has_words && !news.has_settings;
        self.unmeasured += u32::from(!self.is_quiet);
        scans.iter().for_each(|scan| note(&mut self.boots, scan));
        let heard = reader.heard_by(&listed(&self.boots))?;
        let setup = news.has_settings.then(|| reader.setup()).transpose()?;
        let words = self.words(reader, news.has_words)?;
        let setup = setup.filter(|setup| *setup != *self.setup);
        let entered = words.as_ref().map(|words| self.words.entered(words)).unwrap_or_default();
        let is_other = setup.is_some() || words.as_ref().is_some_and(|words| self.words.lacks(words));
        if is_other || entered.len() > ENTRANTS_MAX || scans.len() > self.scans.count() / PART {
            let (setup, words) = (setup.map(Arc::new).unwrap_or(self.setup), words.unwrap_or(self.words));
            // The lines of before go first.
            drop(self.live);
            self.scans.take(&scans);
            drop(scans);
            let mut known = words.known(&setup);
            known.scans = self.scans.iter().cloned().collect();
            (self.live, self.setup, self.words) = (Live::new(known, heard.clone()), setup, words);
        } else {
            self.scans.take(&scans);
            scans.into_iter().for_each(|scan| self.live.take(scan));
            entered.into_iter().for_each(|entrant| self.live.enter(entrant));
            if let Some(words) = words {
                self.words.tell(&words, &mut self.live);
                self.words = words;
            }
            self.live.hear(heard.clone());
        }
        (self.heard, self.timing, self.heads) = (heard, reader.timing()?, heads(logs));
        self.standings.clone_from(reader.members().standings());
        Ok(self)
    }
}

impl News {
    /// Reads what a log says beyond a place. Says whether it changes nothing but what it names.
    fn read(&mut self, reader: &Reader, log: LogId, seq: u64) -> Result<bool, StoreError> {
        for op in reader.ops(log, seq + 1)? {
            match op.op.map(|op| op.body) {
                Some(Body::Put(put)) => match put.entity {
                    Entity::Scan(at) => drop(reader.scan(at)?.map(|scan| self.scans.insert(at, scan))),
                    Entity::Entrant(_) | Entity::Bib(_) | Entity::Finding(_) => self.has_words = true,
                    _ => self.has_settings = true,
                },
                // Whose scans were whose follows from it.
                Some(Body::Enrol(enrol)) if enrol.succession.is_some() => return Ok(false),
                _ => {}
            }
        }
        self.scans.extend(reader.scans_beyond(log, seq)?.into_iter().map(|scan| (scan.at, scan)));
        Ok(true)
    }
}

impl Words {
    fn of(reader: &Reader) -> Result<Self, StoreError> {
        let (said, dismissed) = reader.words()?;
        let (entrants, proposals) = (Arc::new(reader.entrants()?), Arc::new(reader.proposals()?));
        Ok(Self { entrants, said, dismissed, proposals })
    }

    /// All that is known but the scans.
    fn known(&self, setup: &RaceSetup) -> Known {
        Known {
            setup: setup.clone(),
            entrants: (*self.entrants).clone(),
            scans: Vec::new(),
            said: self.said.clone(),
            dismissed: self.dismissed.clone(),
            proposals: self.proposals.to_vec(),
        }
    }

    /// The entrants that are new or others.
    fn entered(&self, now: &Self) -> Vec<EntrantRow> {
        let known: BTreeMap<_, _> = self.entrants.iter().map(|entrant| (entrant.id, entrant)).collect();
        let is_other = |entrant: &&EntrantRow| known.get(&entrant.id) != Some(entrant);
        now.entrants.iter().filter(is_other).cloned().collect()
    }

    /// Whether something is gone that was said.
    fn lacks(&self, now: &Self) -> bool {
        self.said.keys().any(|bib| !now.said.contains_key(bib)) || self.entrants.len() > now.entrants.len()
    }

    fn tell(&self, now: &Self, live: &mut Live) {
        for (bib, said) in &now.said {
            if self.said.get(bib) != Some(said) {
                live.say(bib.clone(), said.clone());
            }
        }
        for finding in self.dismissed.symmetric_difference(&now.dismissed) {
            live.dismiss(*finding, now.dismissed.contains(finding));
        }
        if self.proposals != now.proposals {
            live.propose(now.proposals.to_vec());
        }
    }
}

fn heads(logs: &[LogInfo]) -> BTreeMap<LogId, u64> {
    logs.iter().map(|info| (info.log, info.seq)).collect()
}

fn note(boots: &mut Boots, scan: &Sighting) {
    let last = boots.entry((scan.at.log, scan.reading.boot)).or_insert(scan.reading);
    if last.boot_ms < scan.reading.boot_ms {
        *last = scan.reading;
    }
}

fn listed(boots: &Boots) -> Vec<(LogId, Reading)> {
    boots.iter().map(|((log, _), reading)| (*log, *reading)).collect()
}
