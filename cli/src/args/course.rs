//! The command line for courses from maps.
//!
//! Invariant: every command has an example in its help.

use std::path::PathBuf;

use bibtrail_formats::read::courses::NEAR_M_DEFAULT;
use clap::Args as ClapArgs;

#[derive(Debug, ClapArgs)]
pub(crate) struct Course {
    /// GPX file: tracks (or routes) and waypoints
    pub(crate) file: PathBuf,
    /// A waypoint is on a course that leads by it so near, in metres
    #[arg(long, value_name = "METRES", default_value_t = NEAR_M_DEFAULT, value_parser = clap::value_parser!(u32).range(1..=5000))]
    pub(crate) near: u32,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
