//! Options of the commands about signed results.
//!
//! Invariant: who reads results names the race by what they know from elsewhere, never by what the file says.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct SignResults {
    /// Folder of a director's replica
    pub(crate) dir: PathBuf,
    /// File to write
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Sign results that are not official; the file says so, and why
    #[arg(long)]
    pub(crate) provisional: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct VerifyResults {
    /// The file
    pub(crate) file: PathBuf,
    /// The race's id, or its root key, as the organiser made it known; `verify` shows both
    #[arg(long, required_unless_present = "replica")]
    pub(crate) race_key: Option<String>,
    /// A replica of the race: it knows the race's id, and who was revoked
    #[arg(long, value_name = "DIR")]
    pub(crate) replica: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
