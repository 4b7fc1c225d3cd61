//! Options of the commands about members and links.
//!
//! Invariant: what a command needs to reach others stands here, what it shows does not.

use std::path::PathBuf;

use clap::{Args as ClapArgs, ValueEnum};

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum RoleName {
    /// Captures; counts when somebody approves
    Pending,
    /// Captures, and corrects its own scans
    Volunteer,
    /// Corrects at its checkpoints and vouches for their volunteers
    Captain,
    /// May say everything
    Director,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Ticket {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The role it gives
    #[arg(long, value_enum, default_value_t = RoleName::Volunteer)]
    pub(crate) role: RoleName,
    /// Where: key or name; may be given several times
    #[arg(long)]
    pub(crate) checkpoint: Vec<String>,
    /// Where this replica can be reached: host:port, ws://… or wss://…
    #[arg(long)]
    pub(crate) server: Vec<String>,
    /// Write the QR code as a picture
    #[arg(long)]
    pub(crate) png: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Join {
    /// The ticket's link
    pub(crate) link: String,
    /// Folder for the replica
    pub(crate) dir: PathBuf,
    /// A bundle of the race, if one is at hand
    #[arg(long)]
    pub(crate) file: Option<PathBuf>,
    /// Name of this replica in lists
    #[arg(long, default_value = "phone")]
    pub(crate) name: String,
    /// Where it will stand: key or name. Default: where the ticket says
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Approve {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The phone: its name, or the first digits of its log
    pub(crate) log: String,
    /// Its role
    #[arg(long, value_enum, default_value_t = RoleName::Volunteer)]
    pub(crate) role: RoleName,
    /// Where: key or name; may be given several times
    #[arg(long)]
    pub(crate) checkpoint: Vec<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Revoke {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The phone: its name, or the first digits of its log
    pub(crate) log: String,
    /// The last operation that counts. Default: the last one here
    #[arg(long)]
    pub(crate) up_to: Option<u64>,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Sync {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// host:port, ws://… or wss://…, or all
    pub(crate) address: String,
    /// The log that must answer there, as 64 hexadecimal digits
    #[arg(long)]
    pub(crate) key: Option<String>,
    /// Go on until interrupted
    #[arg(long)]
    pub(crate) keep: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Listen {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Port; 0 for any free one
    #[arg(long, default_value_t = 4747)]
    pub(crate) port: u16,
    /// End after so many visits
    #[arg(long)]
    pub(crate) once: Option<usize>,
    /// Do not announce it in the network
    #[arg(long)]
    pub(crate) quiet: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Share {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Leave out what these bundles hold already
    #[arg(long, value_name = "BUNDLE")]
    pub(crate) since: Vec<PathBuf>,
    /// Write the codes as pictures into this folder
    #[arg(long)]
    pub(crate) png_dir: Option<PathBuf>,
    /// How many codes. Default: without end; as pictures, a fifth more than needed
    #[arg(long)]
    pub(crate) frames: Option<usize>,
    /// How long each code stands, in milliseconds
    #[arg(long, default_value_t = 200)]
    pub(crate) frame_ms: u64,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Clock {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Make this log's clock the race's time: its name, or its first digits
    #[arg(long)]
    pub(crate) reference: Option<String>,
    /// Make the times as they stand now official: they move no more
    #[arg(long)]
    pub(crate) freeze: bool,
    /// Why
    #[arg(long)]
    pub(crate) reason: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
