//! Options of `import`.
//!
//! Invariant: what a file leaves open (who, where, which way, which day) is an option.

use std::path::PathBuf;

use bibtrail_formats::read::records::Format;
use clap::{Args as ClapArgs, builder::PossibleValuesParser};

use super::{Encoding, Kind};

#[derive(Debug, ClapArgs)]
pub(crate) struct Import {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Files: sheets that somebody typed, radio messages, exports of other tools
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Who recorded it, where the file does not say: "paper sheet 2". Default: the file's name
    #[arg(long)]
    pub(crate) source: Option<String>,
    /// Where, for records that do not say: key or name
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// What a place is called in the file, and which it is: "CH=k1". As often as needed
    #[arg(long, value_name = "NAME=KEY")]
    pub(crate) station: Vec<String>,
    /// Which way, for records that do not say
    #[arg(long, value_enum, default_value_t = Kind::In)]
    pub(crate) kind: Kind,
    /// The day of the first time that has no date; the later ones follow
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(crate) date: Option<String>,
    /// From when the file's times after the gun count, where it is not the race's gun: 2025-04-06T09:30:00+09:00, or
    /// 09:30 on the race's day
    #[arg(long, value_name = "TIME")]
    pub(crate) gun: Option<String>,
    /// What the file is (docs/formats.md)
    #[arg(long, default_value = "auto", value_parser = formats())]
    pub(crate) format: String,
    /// How the text is encoded
    #[arg(long, value_enum, default_value_t = Encoding::Utf8)]
    pub(crate) encoding: Encoding,
    /// Say what would be taken, and write nothing down
    #[arg(long)]
    pub(crate) dry_run: bool,
    /// Show every line, not only those that are refused or remarkable
    #[arg(long)]
    pub(crate) all: bool,
    /// Print JSON, with every line
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct RaceFile {
    /// Stations: OpenSplitTime's splits (CSV), or Ultra-Tracker's stations (JSON)
    pub(crate) file: PathBuf,
    /// How the text is encoded
    #[arg(long, value_enum, default_value_t = Encoding::Utf8)]
    pub(crate) encoding: Encoding,
}

fn formats() -> PossibleValuesParser {
    PossibleValuesParser::new(std::iter::once("auto").chain(Format::ALL.into_iter().map(Format::as_str)))
}
