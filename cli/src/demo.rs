//! stub
#![allow(missing_docs, reason = "stub")]
pub enum Edition { Y2025, Y2019 }
pub struct DemoRace { pub race_toml: String, pub entrants_csv: String, pub splits_csv: String }
pub fn race(_e: Edition, _seed: u64) -> Result<DemoRace, csv::Error> { Ok(DemoRace { race_toml: String::new(), entrants_csv: String::new(), splits_csv: String::new() }) }
