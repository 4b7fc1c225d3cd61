//! What readers see of a race: a picture of one moment, made beside the thread that writes, and shared by all.
//!
//! Invariant: a picture is never changed. It is at most as old as its limit or shows all there is; making one delays no
//! scan, and however many look, one is made.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, OnceLock,
        mpsc::{Receiver, RecvTimeoutError},
    },
    time::{Duration, Instant},
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    members::Members,
    results::{Known, Results, results},
    review::{Finding, review},
    store::{Conflict, Reader, Snapshot},
    view::{Open, Standings},
    watch::{Heard, Watch, watch},
};
use tokio::sync::watch::Sender;

use crate::{
    ServerError,
    keeper::Home,
    metrics::{Metrics, OfRace},
    settings::Settings,
};

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
    pub known: Known,
    /// The results.
    pub results: Results,
    /// The standings, and whether they are official.
    pub standings: Standings,
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
}

impl Picture {
    /// A tag for HTTP (`ETag`): changes whenever the picture may.
    #[must_use]
    pub fn tag(&self) -> String {
        format!("\"{}-{}\"", self.digest, self.now_ms)
    }

    /// What wants a person's look. Worked out when the first asks.
    #[must_use]
    pub fn findings(&self) -> &[Finding] {
        self.findings.get_or_init(|| review(&self.known, &self.results))
    }

    /// Works a picture out.
    ///
    /// # Errors
    /// When the database fails, or the clocks cannot be read.
    pub fn of(reader: &Reader, home: &dyn Home, version: u64) -> Result<Self, ServerError> {
        let (known, heard) = (reader.known()?, reader.heard()?);
        // Without a time nobody would be overdue.
        let now_ms = reader.timing()?.time_ms(home.now().ok_or(ServerError::Clock)?);
        let open = Open::of(reader, &known)?;
        // The watch first: what it needs for itself is gone when the results are made.
        let watch = watch(&known, &heard, now_ms);
        let results = results(&known);
        let standings = Standings::judged(&known.setup, &results, &open);
        let logs = reader.logs()?;
        let revoked =
            logs.iter().filter(|info| reader.members().standing(info.log).cut.is_some()).map(|info| info.log);
        let revoked = revoked.collect();
        let heads = logs.iter().map(|info| (info.log, info.seq)).collect();
        let members = reader.members().clone();
        let conflicts = reader.conflicts()?;
        let findings = OnceLock::new();
        let digest = reader.set_digest(&Snapshot::default(), &BTreeMap::new())?;
        let digest = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let race = reader.race();
        Ok(Self {
            race,
            version,
            digest,
            now_ms,
            known,
            results,
            standings,
            open,
            heard,
            watch,
            revoked,
            members,
            heads,
            conflicts,
            findings,
        })
    }
}

/// Makes pictures until nobody tells of changes any more.
pub(crate) struct Painter {
    pub(crate) reader: Reader,
    pub(crate) home: Arc<dyn Home>,
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
            // Pictures take at most half of one core's time.
            let took = began.elapsed();
            let rest_until = Instant::now() + least.saturating_sub(took).max(took);
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
        let version = self.shown.borrow().version + 1;
        let looked = self.reader.look().map_err(ServerError::from);
        let made = looked.and_then(|()| Picture::of(&self.reader, &*self.home, version));
        let rested = self.reader.rest();
        match made.and_then(|picture| Ok(rested.map(|()| picture)?)) {
            Ok(picture) => {
                self.metrics.picture_seconds.observe(began.elapsed().as_secs_f64());
                note_made(&self.metrics, &picture);
                self.shown.send_replace(Arc::new(picture));
            }
            // The old one stands, with the time on it; readiness tells of it.
            Err(error) => tracing::error!(race = %self.reader.race(), %error, "no new picture"),
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
