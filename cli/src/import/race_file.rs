//! stub
#![allow(missing_docs, reason = "stub")]
use std::collections::BTreeMap;
#[derive(Debug, thiserror::Error)]
pub enum RaceFileError { #[error("{0}")] Toml(String) }
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Raw { name: String, #[serde(default)] names: BTreeMap<String,String>, start: String, #[serde(default)] time_zone: Option<String>, rank_by: Option<String>, window_s: Option<i64>, checkpoint: Vec<RawC>, course: Vec<RawK> }
#[derive(serde::Deserialize)]
struct RawC { key: String, name: String, #[serde(default)] names: BTreeMap<String,String>, window_s: Option<i64> }
#[derive(serde::Deserialize)]
struct RawK { key: String, name: String, #[serde(default)] names: BTreeMap<String,String>, visits: Vec<RawV> }
#[derive(serde::Deserialize)]
struct RawV { at: String, distance_m: u32, #[serde(default)] record: Option<String> }
pub struct RaceFile { pub name: String, pub names: BTreeMap<String,String>, pub start_ms: i64, pub time_zone: String, pub rank_by: RankBy, pub window_ms: i64, pub checkpoints: Vec<CheckpointSpec>, pub courses: Vec<CourseSpec> }
#[derive(Clone, Copy)] pub enum RankBy { Gun, Net }
#[derive(Clone, Copy)] pub enum Pick { First, Last, Middle }
pub struct CheckpointSpec { pub key: String, pub name: String, pub names: BTreeMap<String,String>, pub place: Option<(f64,f64)>, pub pick: Option<Pick>, pub window_ms: Option<i64> }
pub struct CourseSpec { pub key: String, pub name: String, pub names: BTreeMap<String,String>, pub start_ms: Option<i64>, pub visits: Vec<Visit> }
pub struct Visit { pub at: String, pub distance_m: u32, pub in_out: bool }
pub fn parse(text: &[u8]) -> Result<RaceFile, RaceFileError> {
    let raw: Raw = toml::from_str(&String::from_utf8_lossy(text)).map_err(|e| RaceFileError::Toml(e.to_string()))?;
    let start_ms = raw.start.parse::<jiff::Timestamp>().map_err(|e| RaceFileError::Toml(e.to_string()))?.as_millisecond();
    Ok(RaceFile { name: raw.name, names: raw.names, start_ms, time_zone: raw.time_zone.unwrap_or("UTC".into()), rank_by: if raw.rank_by.as_deref()==Some("net") {RankBy::Net} else {RankBy::Gun}, window_ms: raw.window_s.unwrap_or(120)*1000,
      checkpoints: raw.checkpoint.into_iter().map(|c| CheckpointSpec { key: c.key, name: c.name, names: c.names, place: None, pick: None, window_ms: c.window_s.map(|s| s*1000) }).collect(),
      courses: raw.course.into_iter().map(|c| CourseSpec { key: c.key, name: c.name, names: c.names, start_ms: None, visits: c.visits.into_iter().map(|v| Visit { at: v.at, distance_m: v.distance_m, in_out: v.record.as_deref()==Some("in-out") }).collect() }).collect() })
}
