//! Options of `sign-in`.
//!
//! Invariant: as a ticket's; beside them only where headquarters is.

use std::path::PathBuf;

use clap::Args as ClapArgs;

use super::RoleName;

#[derive(Debug, ClapArgs)]
pub(crate) struct SignIn {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Where browsers reach headquarters: https://hq.example.org
    #[arg(long)]
    pub(crate) url: String,
    /// What they may there, as on phones; directors need the race's root key, that is the director's own replica
    #[arg(long, value_enum, default_value_t = RoleName::Volunteer)]
    pub(crate) role: RoleName,
    /// Where a captain's word counts, once for each
    #[arg(long)]
    pub(crate) checkpoint: Vec<String>,
    /// For another system instead of a person: OST Remote, a RACE RESULT box
    #[arg(long)]
    pub(crate) door: bool,
    /// Also write the QR code as PNG
    #[arg(long, value_name = "FILE")]
    pub(crate) png: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
