//! Options of exports.
//!
//! Invariant: what a format leaves open is an option with a default, and an option that the format does not know changes
//! nothing.

use std::path::PathBuf;

use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Export {
    /// Folder of the replica
    #[arg(required_unless_present = "formats")]
    pub(crate) dir: Option<PathBuf>,
    /// Format: `bibtrail export --formats` lists them
    #[arg(long, value_name = "NAME", required_unless_present = "formats")]
    pub(crate) format: Option<String>,
    /// List the formats
    #[arg(long)]
    pub(crate) formats: bool,
    /// File to write; - for the output
    #[arg(short, long, required_unless_present = "formats")]
    pub(crate) output: Option<PathBuf>,
    /// Only this course: key or name
    #[arg(long)]
    pub(crate) course: Option<String>,
    /// Only this checkpoint: key or name (records)
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// Write results though values are in conflict, and mark them as provisional
    #[arg(long)]
    pub(crate) provisional: bool,
    /// Every scan that counts, in place of every passing (records)
    #[arg(long)]
    pub(crate) raw: bool,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Begin CSV with a byte order mark, by which Excel knows UTF-8
    #[arg(long)]
    pub(crate) bom: bool,
    /// UTF-8 in place of UTF-16 (webscorer)
    #[arg(long)]
    pub(crate) utf8: bool,
    /// Heading of the bibs; ITRA's pages have "Bib number" and "Bib no." (itra)
    #[arg(long, value_name = "TEXT", default_value = "Bib number")]
    pub(crate) bib_heading: String,
    /// Number of the event (runsignup-json)
    #[arg(long, value_name = "NUMBER")]
    pub(crate) event: Option<u64>,
    /// What the station is called; default: the checkpoint's key in capitals (winlink)
    #[arg(long, value_name = "CODE")]
    pub(crate) station: Option<String>,
    /// A finisher who was not seen at every checkpoint is MissingPunch, as in orienteering (iof)
    #[arg(long)]
    pub(crate) strict: bool,
    /// Print what was written, and what was not, as JSON
    #[arg(long)]
    pub(crate) json: bool,
}
