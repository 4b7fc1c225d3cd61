//! Options of `review`.
//!
//! Invariant: what settles a finding names it, and says why.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Review {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Only this kind, as the list names it: unknown-bib, twice-here, missed …
    #[arg(long)]
    pub(crate) kind: Option<String>,
    /// Only this checkpoint: key or name
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// Those dismissed and runners missed somewhere too
    #[arg(long)]
    pub(crate) all: bool,
    /// Take a suggestion: the finding, by its first digits, and which one (the first if left out)
    #[arg(long, value_names = ["FINDING", "N"], num_args = 1..=2, conflicts_with_all = ["dismiss", "undismiss"])]
    pub(crate) accept: Vec<String>,
    /// Say that it is nothing: the finding, by its first digits
    #[arg(long, value_name = "FINDING", requires = "reason", conflicts_with = "undismiss")]
    pub(crate) dismiss: Option<String>,
    /// Bring one back that was dismissed
    #[arg(long, value_name = "FINDING")]
    pub(crate) undismiss: Option<String>,
    /// Why; what is accepted gives its own reason if left out
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
