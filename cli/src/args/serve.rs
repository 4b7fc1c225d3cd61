//! Options of `serve`: as flags, from the environment, and in a file, under the same names.
//!
//! Invariant: an option means the same wherever it stands; a flag wins over the environment, that over the file.

use std::{net::SocketAddr, path::PathBuf};

use clap::{Args as ClapArgs, ValueEnum};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum LogLevel {
    /// Nothing
    Off,
    /// What went wrong
    Error,
    /// And what wants a look
    Warn,
    /// And every phone that came
    Info,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Serve {
    /// A TOML file with these options, named as here without the dashes; what stands here wins
    #[arg(long, env = "BIBTRAIL_CONFIG", value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,
    /// A race under way, invented, in a folder that goes when it ends; its pages are at http://127.0.0.1:8080, those for
    /// staff at http://127.0.0.1:8081, unless other addresses are given
    #[arg(long, conflicts_with_all = ["dirs", "config"])]
    pub(crate) demo: bool,
    #[command(flatten)]
    pub(crate) options: ServeOptions,
}

/// Each is nothing where it is not given; the defaults are those of the server.
#[derive(Debug, Default, ClapArgs, Deserialize)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub(crate) struct ServeOptions {
    /// Folders of the replicas, one race each
    #[arg(value_name = "DIR")]
    pub(crate) dirs: Vec<PathBuf>,
    /// Where phones of all races come [default: 0.0.0.0:4747]; port 0 is any free one
    #[arg(long, env = "BIBTRAIL_PHONES", value_name = "ADDR")]
    pub(crate) phones: Option<SocketAddr>,
    /// Where everybody may come, over HTTP [default: nowhere]
    #[arg(long, env = "BIBTRAIL_PUBLIC", value_name = "ADDR")]
    pub(crate) public: Option<SocketAddr>,
    /// Where those who work here come, over HTTP [default: nowhere]; not to be reached from outside
    #[arg(long, env = "BIBTRAIL_STAFF", value_name = "ADDR")]
    pub(crate) staff: Option<SocketAddr>,
    /// Certificate chain (PEM) for both HTTP addresses; without it a proxy in front does TLS
    #[arg(long, env = "BIBTRAIL_CERT", value_name = "FILE", requires = "key")]
    pub(crate) cert: Option<PathBuf>,
    /// Its private key (PEM)
    #[arg(long, env = "BIBTRAIL_KEY", value_name = "FILE", requires = "cert")]
    pub(crate) key: Option<PathBuf>,
    /// The database that keeps the logs, so that other servers may serve the same races: postgresql://USER@HOST/DATABASE.
    /// Everybody on this machine can read a password that stands on the command line: use the environment or the file
    #[arg(long, env = "BIBTRAIL_POSTGRES", value_name = "URL", hide_env_values = true)]
    pub(crate) postgres: Option<String>,
    /// Certificates (PEM) of the authority that signs the database's; it is then reached over TLS only
    #[arg(long, env = "BIBTRAIL_POSTGRES_CA", value_name = "FILE", requires = "postgres")]
    pub(crate) postgres_ca: Option<PathBuf>,
    /// Browsers come by HTTPS because a proxy in front does TLS: cookies then go no other way. Given with --cert by itself
    #[arg(long, env = "BIBTRAIL_HTTPS")]
    pub(crate) https: bool,
    /// What is written to stderr, as lines of JSON without anybody's data [default: info]
    #[arg(long, env = "BIBTRAIL_LOG", value_enum)]
    pub(crate) log: Option<LogLevel>,
    /// Phones at a time [default: 640]
    #[arg(long, env = "BIBTRAIL_VISITS_MAX", value_name = "N", help_heading = "Limits")]
    pub(crate) visits_max: Option<usize>,
    /// Phones that may arrive at once [default: 1000]
    #[arg(long, env = "BIBTRAIL_ARRIVALS_BURST", value_name = "N", help_heading = "Limits")]
    pub(crate) arrivals_burst: Option<u32>,
    /// Phones that may arrive in a second after that [default: 100]
    #[arg(long, env = "BIBTRAIL_ARRIVALS_PER_SECOND", value_name = "N", help_heading = "Limits")]
    pub(crate) arrivals_per_second: Option<u32>,
    /// Times that one device key may come at once [default: 10]
    #[arg(long, env = "BIBTRAIL_KEY_BURST", value_name = "N", help_heading = "Limits")]
    pub(crate) key_burst: Option<u32>,
    /// Times that it may come in a minute after that [default: 30]
    #[arg(long, env = "BIBTRAIL_KEY_PER_MINUTE", value_name = "N", help_heading = "Limits")]
    pub(crate) key_per_minute: Option<u32>,
    /// Messages in one commit [default: 64]
    #[arg(long, env = "BIBTRAIL_GROUP_MAX", value_name = "N", help_heading = "Limits")]
    pub(crate) group_max: Option<usize>,
    /// Requests that wait for one race [default: 2048]
    #[arg(long, env = "BIBTRAIL_QUEUE_MAX", value_name = "N", help_heading = "Limits")]
    pub(crate) queue_max: Option<usize>,
    /// How long what readers see stands at least, in milliseconds [default: 1000]
    #[arg(long, env = "BIBTRAIL_PICTURE_MIN_MS", value_name = "MS", help_heading = "Limits")]
    pub(crate) picture_min_ms: Option<u64>,
    /// How long what readers see stands at most, in milliseconds [default: 30000]
    #[arg(long, env = "BIBTRAIL_PICTURE_MAX_MS", value_name = "MS", help_heading = "Limits")]
    pub(crate) picture_max_ms: Option<u64>,
    /// HTTP connections at a time, on each address [default: 4096]
    #[arg(long, env = "BIBTRAIL_HTTP_CONNECTIONS_MAX", value_name = "N", help_heading = "Limits")]
    pub(crate) http_connections_max: Option<usize>,
    /// Streams of events at a time: browsers that keep a page up to date [default: 2048]
    #[arg(long, env = "BIBTRAIL_STREAMS_MAX", value_name = "N", help_heading = "Limits")]
    pub(crate) streams_max: Option<usize>,
    /// How long those who are here are given to end when it stops, in milliseconds [default: 10000]
    #[arg(long, env = "BIBTRAIL_STOP_MS", value_name = "MS", help_heading = "Limits")]
    pub(crate) stop_ms: Option<u64>,
}
