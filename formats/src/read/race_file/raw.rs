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
    pub(super) team_score: Option<i64>,
    pub(super) overdue_min: Option<i64>,
    pub(super) factors: Option<[f64; 4]>,
    #[serde(default)]
    pub(super) category: Vec<RawCategory>,
    #[serde(default)]
    pub(super) wave: Vec<RawWave>,
    #[serde(default)]
    pub(super) checkpoint: Vec<RawCheckpoint>,
    #[serde(default)]
    pub(super) course: Vec<RawCourse>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawCategory {
    pub(super) name: String,
    pub(super) gender: Option<RawGender>,
    pub(super) from_age: Option<i64>,
    pub(super) to_age: Option<i64>,
}

#[derive(Deserialize)]
pub(super) enum RawGender {
    M,
    F,
    X,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWave {
    pub(super) name: String,
    pub(super) start: String,
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
    pub(super) cut_off: Option<String>,
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
