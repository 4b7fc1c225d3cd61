//! Options of `erase` and `retain`.
//!
//! Invariant: nobody is erased who was not named, but for a whole race that is over.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Erase {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Bibs of those who are to be erased
    #[arg(required = true)]
    pub(crate) bibs: Vec<String>,
    /// Also who is not known to be safe yet
    #[arg(long)]
    pub(crate) even_if_out: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Retain {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// How many days after the last scan names are kept
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) days: u16,
    /// As of when: 2025-04-06T09:12:31+09:00, or 09:12:31 on the day of the race. Default: now
    #[arg(long)]
    pub(crate) at: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
