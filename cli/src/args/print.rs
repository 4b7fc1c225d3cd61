//! Options of what is printed and drawn.
//!
//! Invariant: an option that does not go with a document is refused, never passed over.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

use super::RoleName;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Printed {
    /// What runners wear: number, name, course, and a code that phones read
    Bibs,
    /// A poster for each checkpoint by which phones join
    Posters,
    /// The roster of a checkpoint, with boxes for times
    Tally,
    /// Forms for runners who stop
    Drops,
    /// The standings of each course, and its charts
    Results,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Paper {
    A4,
    A5,
    Letter,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Codes {
    /// A QR code
    Qr,
    /// A Code 128, for laser scanners: letters without accents, digits, signs
    Code128,
    /// Both; the QR code alone where Code 128 does not hold the bib
    Both,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Print {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// What
    #[arg(value_enum)]
    pub(crate) what: Printed,
    /// File to write
    #[arg(short, long, value_name = "FILE.pdf")]
    pub(crate) output: PathBuf,
    /// Only this course (bibs, results)
    #[arg(long)]
    pub(crate) course: Option<String>,
    /// Only this checkpoint, by key or name; may be given several times (posters, tally, drops)
    #[arg(long)]
    pub(crate) checkpoint: Vec<String>,
    /// Only this bib; may be given several times (bibs)
    #[arg(long)]
    pub(crate) bib: Vec<String>,
    /// The size of the paper
    #[arg(long, value_enum, default_value_t = Paper::A4)]
    pub(crate) paper: Paper,
    /// Bibs to a page: 1, 2, 4 or 8 (bibs; default 2)
    #[arg(long, value_name = "N")]
    pub(crate) per_page: Option<usize>,
    /// Which codes a bib has (bibs; default qr)
    #[arg(long, value_enum)]
    pub(crate) code: Option<Codes>,
    /// Show where to cut (bibs)
    #[arg(long)]
    pub(crate) crop_marks: bool,
    /// The role that the poster's ticket gives (posters; default volunteer)
    #[arg(long, value_enum)]
    pub(crate) role: Option<RoleName>,
    /// Where this replica can be reached, for the ticket: host:port, ws://… or wss://… (posters)
    #[arg(long)]
    pub(crate) server: Vec<String>,
    /// A font file to take before all others
    #[arg(long, value_name = "FILE")]
    pub(crate) font: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Picture {
    /// Distance against time of day, a line for each runner
    Splits,
    /// Runners per minute at each place
    Rates,
    /// Time behind the median at each place
    Behind,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Chart {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// What
    #[arg(value_enum)]
    pub(crate) what: Picture,
    /// File to write
    #[arg(short, long, value_name = "FILE.svg|FILE.png")]
    pub(crate) output: PathBuf,
    /// Which course, by key or name. Default: the first that was run
    #[arg(long)]
    pub(crate) course: Option<String>,
    /// A runner to be seen among the others; may be given several times (splits, behind)
    #[arg(long)]
    pub(crate) bib: Vec<String>,
    /// Width in pixels
    #[arg(long, default_value_t = 1400, value_parser = clap::value_parser!(u32).range(600..=20_000))]
    pub(crate) width: u32,
    /// A font file to take before all others (PNG; an SVG takes the fonts of whoever looks at it)
    #[arg(long, value_name = "FILE")]
    pub(crate) font: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
