//! Options of rehearsals and the demo.
//!
//! Invariant: every chance and accident of a rehearsal is an option with a default.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

#[derive(Debug, ClapArgs)]
pub(crate) struct Rehearse {
    /// Race file (docs/race-file.md)
    #[arg(long)]
    pub(crate) file: PathBuf,
    /// Entrants, as CSV
    #[arg(long)]
    pub(crate) entrants: PathBuf,
    /// What is known to have happened, as CSV: bib,checkpoint,kind,time
    #[arg(long)]
    pub(crate) splits: PathBuf,
    #[command(flatten)]
    pub(crate) play: Play,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Demo {
    /// 2025 (200 foreign entrants) or 2019 (950)
    #[arg(long, value_enum, default_value_t = Edition::Y2025)]
    pub(crate) edition: Edition,
    #[command(flatten)]
    pub(crate) play: Play,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Edition {
    #[value(name = "2025")]
    Y2025,
    #[value(name = "2019")]
    Y2019,
}

/// How a rehearsal is played.
#[derive(Debug, ClapArgs)]
pub(crate) struct Play {
    /// How many phones, headquarters not counted
    #[arg(long, default_value_t = 12)]
    pub(crate) phones: usize,
    /// What chance does is the same for the same seed
    #[arg(long, default_value_t = 1)]
    pub(crate) seed: u64,
    /// Share of passings that two phones record
    #[arg(long, value_name = "SHARE", default_value = "5%")]
    pub(crate) twice: String,
    /// Share of passings recorded under a wrong bib
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub(crate) wrong_bib: String,
    /// Share of passings that nobody records
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub(crate) missed: String,
    /// Share of scans corrected later, some of them by two people at once
    #[arg(long, value_name = "SHARE", default_value = "0%")]
    pub(crate) late_edit: String,
    /// Phones' clocks run wrong by up to so many millionths, and are minutes off; meetings correct them
    #[arg(long, value_name = "PPM", default_value_t = 0)]
    pub(crate) clock_skew: i64,
    /// A station whose clocks are set wrong: 5K=1h, finish=-90s
    #[arg(long, value_name = "STATION=SPAN")]
    pub(crate) clock_error: Vec<String>,
    /// So many phones are lost for good
    #[arg(long, value_name = "PHONES", default_value_t = 0)]
    pub(crate) lost_phone: usize,
    /// So many phones are copied during the race, key and all
    #[arg(long, value_name = "PHONES", default_value_t = 0)]
    pub(crate) clone_phone: usize,
    /// So many phones are put back to a backup during the race
    #[arg(long, value_name = "PHONES", default_value_t = 0)]
    pub(crate) restore_phone: usize,
    /// Leave the replicas in this folder
    #[arg(long)]
    pub(crate) keep: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
