//! The race file as TOML spells it.
//!
//! Invariant: only spelling is checked here; a key that the format does not have is refused.

use std::collections::BTreeMap;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Raw {
    pub(super) name: String,
    #[serde(default)]
    pub(super) names: BTreeMap<String, String>,
    pub(super) start: String,
    pub(super) time_zone: Option<String>,
    #[serde(default)]
    pub(super) rank_by: RawRankBy,
    pub(super) window_s: Option<i64>,
    #[serde(default)]
    pub(super) checkpoint: Vec<RawCheckpoint>,
    #[serde(default)]
    pub(super) course: Vec<RawCourse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCheckpoint {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) names: BTreeMap<String, String>,
    pub(super) latitude: Option<f64>,
    pub(super) longitude: Option<f64>,
    pub(super) pick: Option<RawPick>,
    pub(super) window_s: Option<i64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCourse {
    pub(super) key: String,
    pub(super) name: String,
    #[serde(default)]
    pub(super) names: BTreeMap<String, String>,
    pub(super) start: Option<String>,
    pub(super) laps: Option<u32>,
    pub(super) lap_distance_m: Option<f64>,
    pub(super) visits: Vec<RawVisit>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawVisit {
    pub(super) at: String,
    pub(super) distance_m: f64,
    #[serde(default)]
    pub(super) record: Record,
}

#[derive(Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawRankBy {
    #[default]
    Gun,
    Net,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawPick {
    First,
    Last,
    Middle,
}

#[derive(Deserialize, Default, PartialEq, Clone, Copy)]
pub(super) enum Record {
    #[default]
    #[serde(rename = "in")]
    In,
    #[serde(rename = "in-out")]
    InOut,
}
