//! Options of `bundle`, `merge`, `move`, `backup` and `restore`.
//!
//! Invariant: none of them changes what it copies from.

use std::path::PathBuf;

use bibtrail_core::ids::RaceId;
use clap::{ArgGroup, Args as ClapArgs};

#[derive(Debug, ClapArgs)]
pub(crate) struct Bundle {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// File to write
    #[arg(short, long)]
    pub(crate) output: PathBuf,
    /// Leave out what these bundles hold already
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) since: Vec<PathBuf>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Merge {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Bundles
    #[arg(required = true)]
    pub(crate) files: Vec<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(group(ArgGroup::new("where").required(true).args(["to_postgres", "from_postgres"])))]
pub(crate) struct Move {
    /// Folder of the replica; with --from-postgres it may be new
    pub(crate) dir: PathBuf,
    /// Bring the race into this database: postgresql://USER@HOST/DATABASE
    #[arg(long, value_name = "URL")]
    pub(crate) to_postgres: Option<String>,
    /// Bring the race from this database into the folder
    #[arg(long, value_name = "URL")]
    pub(crate) from_postgres: Option<String>,
    /// Certificates (PEM) of the authority that signs the database's; it is then reached over TLS only
    #[arg(long, value_name = "FILE")]
    pub(crate) postgres_ca: Option<PathBuf>,
    /// Which race, if the folder is new and the database holds several
    #[arg(long, value_name = "ID", value_parser = race_id, requires = "from_postgres")]
    pub(crate) race: Option<RaceId>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

fn race_id(text: &str) -> Result<RaceId, String> {
    let id = uuid::Uuid::try_parse(text);
    id.map(RaceId).map_err(|_| "not a race's id: `bibtrail verify DIR` shows it".to_owned())
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Backup {
    /// Folder of the replica; it may be in use
    pub(crate) dir: PathBuf,
    /// File to write
    pub(crate) file: PathBuf,
    /// Write over a file that is there
    #[arg(long)]
    pub(crate) force: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Restore {
    /// A backup, or any bundle that holds the race's beginning
    pub(crate) file: PathBuf,
    /// Folder for the replica; nothing may be in it
    pub(crate) dir: PathBuf,
    /// A folder with the keys of the replica that was: key, root.key, ticket, whichever is left
    #[arg(long, value_name = "DIR")]
    pub(crate) keys: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
