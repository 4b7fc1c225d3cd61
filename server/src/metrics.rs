//! What is counted, for Prometheus.
//!
//! Invariant: numbers and ids of races only: no name, no bib, no key of a phone, no address.

use std::sync::{Arc, atomic::AtomicU64};

use prometheus_client::{
    encoding::{EncodeLabelSet, text::encode},
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};

/// How something ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Ended {
    /// In a word.
    pub how: &'static str,
}

/// Which race.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct OfRace {
    /// Its id.
    pub race: String,
}

/// An answer over HTTP.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Answered {
    /// The route, as it stands in the table.
    pub route: String,
    /// The status.
    pub status: u16,
}

/// All that is counted. Clones are the same.
#[derive(Clone)]
pub struct Metrics {
    registry: Arc<Registry>,
    /// Phones that left, by how.
    pub visits: Family<Ended, Counter>,
    /// Phones that are here.
    pub guests: Gauge,
    /// Operations taken in.
    pub ops_in: Family<OfRace, Counter>,
    /// Operations given out.
    pub ops_out: Family<OfRace, Counter>,
    /// How long a message waited and was worked on, until it was on the disk.
    pub step_seconds: Histogram,
    /// How many messages went into one commit.
    pub group_messages: Histogram,
    /// Commits that failed.
    pub groups_failed: Counter,
    /// How long it takes to bring a commit into the shared database.
    pub share_seconds: Histogram,
    /// How often that failed.
    pub shares_failed: Counter,
    /// Requests that wait for a race's thread.
    pub queued: Family<OfRace, Gauge>,
    /// How long a picture takes to make.
    pub picture_seconds: Histogram,
    /// When the last picture was made, in seconds since 1970-01-01 UTC.
    pub picture_made: Family<OfRace, Gauge<f64, AtomicU64>>,
    /// Answers over HTTP.
    pub http: Family<Answered, Counter>,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = || Histogram::new(exponential_buckets(0.001, 2.0, 14));
        let mut metrics = Self {
            registry: Arc::default(),
            visits: Family::default(),
            guests: Gauge::default(),
            ops_in: Family::default(),
            ops_out: Family::default(),
            step_seconds: seconds(),
            group_messages: Histogram::new(exponential_buckets(1.0, 2.0, 8)),
            groups_failed: Counter::default(),
            share_seconds: seconds(),
            shares_failed: Counter::default(),
            queued: Family::default(),
            picture_seconds: seconds(),
            picture_made: Family::default(),
            http: Family::default(),
        };
        let mut registry = Registry::with_prefix("bibtrail");
        let unit = Unit::Seconds;
        registry.register("visits", "Phones that left", metrics.visits.clone());
        registry.register("guests", "Phones that are here", metrics.guests.clone());
        registry.register("operations_in", "Operations taken in", metrics.ops_in.clone());
        registry.register("operations_out", "Operations given out", metrics.ops_out.clone());
        let help = "How long a message took, from its coming to the disk";
        registry.register_with_unit("step", help, unit.clone(), metrics.step_seconds.clone());
        registry.register("group_messages", "Messages in one commit", metrics.group_messages.clone());
        registry.register("groups_failed", "Commits that failed", metrics.groups_failed.clone());
        let help = "How long a commit took to reach the shared database";
        registry.register_with_unit("share", help, unit.clone(), metrics.share_seconds.clone());
        registry.register("shares_failed", "Commits that did not reach it", metrics.shares_failed.clone());
        registry.register("queued", "Requests that wait", metrics.queued.clone());
        let help = "How long a picture took to make";
        registry.register_with_unit("picture", help, unit.clone(), metrics.picture_seconds.clone());
        let help = "When the last picture was made";
        registry.register_with_unit("picture_made", help, unit, metrics.picture_made.clone());
        registry.register("http_answers", "Answers over HTTP", metrics.http.clone());
        metrics.registry = Arc::new(registry);
        metrics
    }
}

impl Metrics {
    /// As Prometheus reads it (OpenMetrics text).
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing into memory does not fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}
