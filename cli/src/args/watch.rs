//! Options of the commands about people on the course and the closing of checkpoints.
//!
//! Invariant: what is asked for stands here; what it means, in the core.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Watch {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// As of when: 2025-04-06T09:12:31+09:00, or 09:12:31 on the day of the race. Default: now
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Show it again whenever something comes in, and every minute, until interrupted
    #[arg(long, conflicts_with_all = ["at", "json"])]
    pub(crate) follow: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
    /// Only runners in this state. Default: all who are not known to be safe
    #[arg(long, value_parser = STATES)]
    pub(crate) state: Option<String>,
    /// Only runners who are still to come through this checkpoint
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
}

/// The words for states on the command line, the worst first, as in the core; and for several of them.
pub(crate) const STATES: [&str; 13] = [
    "contested",
    "overdue",
    "unknown",
    "on-course",
    "in-aid-station",
    "dropped",
    "not-started",
    "collected",
    "safe-by-word",
    "finished",
    "did-not-start",
    "out",
    "all",
];

#[derive(Debug, ClapArgs)]
pub(crate) struct Safe {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Whose
    pub(crate) bib: String,
    /// Where they are: a checkpoint by key or name, or other words
    #[arg(long)]
    pub(crate) place: String,
    /// Say that it is not known any more that they are safe
    #[arg(long)]
    pub(crate) not: bool,
    /// Who says so, or why
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[allow(clippy::struct_excessive_bools, reason = "one switch for each step of the protocol")]
pub(crate) struct Close {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Which: key or name
    pub(crate) checkpoint: String,
    /// Headquarters asks: these are still to reach you; do you agree?
    #[arg(long, group = "step")]
    pub(crate) ask: bool,
    /// The station answers, with the code that was read out, or the whole answer as it was heard
    #[arg(long, group = "step", value_name = "CODE")]
    pub(crate) answer: Option<String>,
    /// With --answer: came through and was not recorded
    #[arg(long, num_args = 1.., value_name = "BIB", requires = "answer")]
    pub(crate) came: Vec<String>,
    /// With --answer: the station waits for them too
    #[arg(long, num_args = 1.., value_name = "BIB", requires = "answer")]
    pub(crate) out: Vec<String>,
    /// With --answer: stopped here
    #[arg(long, num_args = 1.., value_name = "BIB", requires = "answer")]
    pub(crate) dropped: Vec<String>,
    /// The station says who was the last runner through
    #[arg(long, value_name = "BIB", conflicts_with = "step")]
    pub(crate) last: Option<String>,
    /// The station says that the sweepers passed
    #[arg(long, conflicts_with = "step")]
    pub(crate) swept: bool,
    /// Headquarters lets the station go
    #[arg(long, group = "step")]
    pub(crate) release: bool,
    /// Either side opens it again
    #[arg(long, group = "step", requires = "reason")]
    pub(crate) reopen: bool,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Print the words to read over radio
    #[arg(long, conflicts_with_all = ["step", "json"])]
    pub(crate) script: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
