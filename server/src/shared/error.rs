//! What goes wrong between a server and the database that it shares with others.
//!
//! Invariant: each says what, and what to do; none holds the password of the address.

use bibtrail_core::{ids::RaceId, store::StoreError};
use thiserror::Error;

/// Why the shared log did not do what was asked. Nothing that failed was answered to anybody.
#[derive(Debug, Error)]
pub enum SharedError {
    /// Not an address.
    #[error(
        "the address of the database cannot be read: {0}. Write postgresql://USER:PASSWORD@HOST/DATABASE, and ?sslmode=require for TLS"
    )]
    Address(#[source] postgres::Error),
    /// The certificates of the database's authority.
    #[error("the certificates of the database cannot be used: {0}. The file must hold them as PEM")]
    Authority(String),
    /// The database failed, or is not there.
    #[error("the database: {}. Nothing was lost: it is tried again", told(.0))]
    Database(#[from] postgres::Error),
    /// It was not there a moment ago.
    #[error("the database was not to be reached a moment ago; it is tried again soon. Nothing was lost")]
    Waiting,
    /// Its tables are of a newer build.
    #[error("the database has tables of version {found}, this build knows {known}. Update this server")]
    Future {
        /// Theirs.
        found: i32,
        /// Ours.
        known: i32,
    },
    /// It forgets in a power cut.
    #[error(
        "the database runs with fsync off, so a power cut would take what phones were told is safe. Set fsync = on in its configuration"
    )]
    Careless,
    /// The race is not there.
    #[error("the database does not hold the race {0}. `bibtrail move DIR --to-postgres URL` brings it there")]
    NoRace(RaceId),
    /// Another race under the same id.
    #[error(
        "the database holds the race {0} under another director or root key. It was not made by Bibtrail, or is damaged"
    )]
    Foreign(RaceId),
    /// The own replica.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// With what the database said, which `postgres` itself leaves out. It names tables and columns, and no one's data.
fn told(error: &postgres::Error) -> String {
    let said = error.as_db_error().map(|said| said.message().to_owned());
    let beneath = || std::error::Error::source(error).map(ToString::to_string);
    match said.or_else(beneath) {
        Some(why) => format!("{error}: {why}"),
        None => error.to_string(),
    }
}
