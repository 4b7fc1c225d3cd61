//! What readers see of a race: a picture of one moment, made beside the thread that writes, and shared by all.
//!
//! Invariant: a picture is never changed. It is at most as old as its limit or shows all there is; making one delays no
//! scan, and however many look, one is made.

mod kept;
mod scans;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering},
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use bibtrail_core::{
    ids::{Bib, FindingId, LogId, RaceId},
    members::Members,
    proposal::Proposal,
    race::RaceSetup,
    results::{Known, Results},
    review::{Finding, review},
    state::{EntrantRow, Said},
    store::{Conflict, Reader, Snapshot},
    view::Open,
    watch::{Heard, Watch},
};
use tokio::sync::watch::Sender;

use crate::{
    ServerError,
    keeper::Home,
    metrics::{Metrics, OfRace},
    settings::Settings,
};
use kept::Kept;
pub use scans::Scans;

/// All that is known of a race. Pictures share what did not change between them.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The race.
    pub setup: Arc<RaceSetup>,
    /// The entrants.
    pub entrants: Arc<Vec<EntrantRow>>,
    /// The scans, void ones included.
    pub scans: Scans,
    /// What people say of bibs that no entrant wears.
    pub said: BTreeMap<Bib, Said>,
    /// Findings that somebody looked at, and that are nothing.
    pub dismissed: BTreeSet<FindingId>,
    /// What people said who may not settle it alone.
    pub proposals: Arc<Vec<Proposal>>,
}

/// A race at one moment.
#[derive(Debug)]
pub struct Picture {
    /// The race.
    pub race: RaceId,
    /// Grows with each picture of this process.
    pub version: u64,
    /// Names what is known (32 hexadecimal digits): equal exactly if two pictures are made of the same operations.
    pub digest: String,
    /// As of when, by the race's clock where it is known: milliseconds since 1970-01-01 UTC.
    pub now_ms: i64,
    /// All that results are made of.
    pub known: Seen,
    /// The results.
    pub results: Results,
    /// Course by course as in the results, why the standings are provisional; nothing for those that are official.
    pub provisional: Vec<Vec<String>>,
    /// What is open still, and keeps standings from being official.
    pub open: Open,
    /// What was heard of phones and checkpoints.
    pub heard: Heard,
    /// Who is out there.
    pub watch: Watch,
    /// Logs that were revoked.
    pub revoked: BTreeSet<LogId>,
    /// Who may say what.
    pub members: Members,
    /// How far each log is in it.
    pub heads: BTreeMap<LogId, u64>,
    /// Where different values contend.
    pub conflicts: Vec<Conflict>,
    findings: OnceLock<Vec<Finding>>,
    /// Whether anybody ever asked for findings: then they are kept up to date.
    are_findings_wanted: Arc<AtomicBool>,
}

impl Picture {
    /// A tag for HTTP (`ETag`): changes whenever the picture may.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("\"{}-{}\"", self.digest, self.now_ms)
    }

    /// Whether the standings of all courses are official.
    #[must_use]
    pub fn is_official(&self) -> bool {
        !self.provisional.is_empty() && self.provisional.iter().all(Vec::is_empty)
    }

    /// What wants a person's look. Whoever asks first waits until it is worked out; from then on the painter keeps it up
    /// to date.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| {
            self.are_findings_wanted.store(true, Ordering::Relaxed);
            let Seen { setup, entrants, scans, said, dismissed, proposals } = self.known.clone();
            let known = Known {
                setup: (*setup).clone(),
                entrants: (*entrants).clone(),
                scans: scans.to_vec(),
                said,
                dismissed,
                proposals: proposals.to_vec(),
            };
            review(&known, &self.results)
        })
    }
}

/// A race that is looked at again and again.
pub struct Brush {
    reader: Reader,
    home: Arc<dyn Home>,
    kept: Option<Kept>,
    version: u64,
    are_findings_wanted: Arc<AtomicBool>,
}

impl Brush {
    /// Begins with nothing.
    #[must_use]
    pub fn new(reader: Reader, home: Arc<dyn Home>) -> Self {
        Self { reader, home, kept: None, version: 0, are_findings_wanted: Arc::default() }
    }

    /// The race.
    #[must_use]
    pub fn race(&self) -> RaceId {
        self.reader.race()
    }

    /// Works out the next picture: what came since the last one is taken in. The first, and the one after a failure, is
    /// worked out from nothing.
    ///
    /// # Errors
    /// When the database fails, or the clocks cannot be read.
    pub fn paint(&mut self) -> Result<Picture, ServerError> {
        self.reader.look()?;
        let painted = self.draw();
        self.reader.rest()?;
        painted
    }

    fn draw(&mut self) -> Result<Picture, ServerError> {
        let reader = &self.reader;
        // Without a time nobody would be overdue.
        let now_ms = reader.timing()?.time_ms(self.home.now().ok_or(ServerError::Clock)?);
        let mut kept = match self.kept.take() {
            Some(kept) => kept.follow(reader)?,
            None => Kept::of(reader)?,
        };
        let findings = OnceLock::new();
        if self.are_findings_wanted.load(Ordering::Relaxed) {
            findings.get_or_init(|| kept.findings());
        }
        let (results, open) = (kept.live.results().clone(), Open::of(reader, kept.scans.iter())?);
        let logs = reader.logs()?;
        let revoked =
            logs.iter().filter(|info| reader.members().standing(info.log).cut.is_some()).map(|info| info.log);
        let digest = reader.set_digest(&Snapshot::default(), &BTreeMap::new())?;
        self.version += 1;
        let picture = Picture {
            race: reader.race(),
            version: self.version,
            digest: digest.iter().map(|byte| format!("{byte:02x}")).collect(),
            now_ms,
            known: kept.seen(),
            provisional: results.courses.iter().map(|course| open.reasons(course)).collect(),
            results,
            open,
            heard: kept.heard.clone(),
            watch: kept.live.watch(now_ms),
            revoked: revoked.collect(),
            members: reader.members().clone(),
            heads: kept.heads.clone(),
            conflicts: reader.conflicts()?,
            findings,
            are_findings_wanted: self.are_findings_wanted.clone(),
        };
        self.kept = Some(kept);
        Ok(picture)
    }
}

/// Makes pictures until nobody tells of changes any more.
pub(crate) struct Painter {
    pub(crate) brush: Brush,
    pub(crate) settings: Settings,
    pub(crate) metrics: Metrics,
    pub(crate) shown: Sender<Arc<Picture>>,
}

impl Painter {
    pub(crate) fn work(mut self, changes: &Receiver<()>) {
        let least = Duration::from_millis(self.settings.picture_min_ms);
        let most = Duration::from_millis(self.settings.picture_max_ms.max(self.settings.picture_min_ms));
        let mut is_due = false;
        loop {
            if !is_due && changes.recv_timeout(most) == Err(RecvTimeoutError::Disconnected) {
                return;
            }
            let began = Instant::now();
            // All that was told of until now is in it.
            while changes.try_recv().is_ok() {}
            self.paint();
            // Pictures take at most a quarter of one core's time: what phones bring goes first, also where cores are few.
            let took = began.elapsed();
            let rest_until = Instant::now() + least.saturating_sub(took).max(took * 3);
            is_due = false;
            while let Some(rest) = rest_until.checked_duration_since(Instant::now()) {
                match changes.recv_timeout(rest) {
                    Ok(()) => is_due = true,
                    Err(RecvTimeoutError::Timeout) => break,
                    Err(RecvTimeoutError::Disconnected) => return,
                }
            }
        }
    }

    fn paint(&mut self) {
        let began = Instant::now();
        match self.brush.paint() {
            Ok(picture) => {
                self.metrics.picture_seconds.observe(began.elapsed().as_secs_f64());
                note_made(&self.metrics, &picture);
                self.shown.send_replace(Arc::new(picture));
            }
            // The old one stands, with the time on it; readiness tells of it.
            Err(error) => tracing::error!(race = %self.brush.race(), %error, "no new picture"),
        }
    }
}

pub(crate) fn note_made(metrics: &Metrics, picture: &Picture) {
    let of = OfRace { race: picture.race.to_string() };
    #[allow(
        clippy::cast_precision_loss,
        reason = "a time in seconds: exact to the millisecond until the year 2200"
    )]
    metrics.picture_made.get_or_create(&of).set(picture.now_ms as f64 / 1000.0);
}
