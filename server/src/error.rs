//! Why headquarters does not begin, or ends.
//!
//! Invariant: each says what, where, and what to do.

use std::{io, net::SocketAddr, path::PathBuf};

use bibtrail_core::{ids::RaceId, store::StoreError};
use bibtrail_transport::{tcp::TcpError, tls::TlsError};
use thiserror::Error;

use crate::shared::SharedError;

/// Why headquarters does not begin, or ends.
#[derive(Debug, Error)]
pub enum ServerError {
    /// No time.
    #[error(
        "this device's clocks cannot be read, so nobody can say who is overdue. Set its date and time, and start again"
    )]
    Clock,
    /// No port.
    #[error(transparent)]
    Tcp(#[from] TcpError),
    /// No HTTP port.
    #[error("cannot listen on {address}: {source}. Choose another address, or port 0 for any free one")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// A file with certificates or a key.
    #[error("{}: {what}. It must hold {expected} as PEM", .path.display())]
    Pem {
        /// The file.
        path: PathBuf,
        /// What belongs there.
        expected: &'static str,
        /// What is wrong.
        what: String,
    },
    /// The certificate and the key do not go together.
    #[error("the certificate and its key cannot be used: {0}. Check that they belong together")]
    Certificate(rustls::Error),
    /// Two folders of one race.
    #[error(
        "the race {0} is in two of these folders. Serve one of them: two replicas of one race meet by sync"
    )]
    Twice(RaceId),
    /// The log keys.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// A replica.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No thread.
    #[error("the system gives no more threads: {0}. Close other programs, or raise the limit of threads")]
    Thread(io::Error),
    /// What answers HTTP.
    #[error("HTTP cannot be served: {0}")]
    Runtime(io::Error),
    /// A race's own thread ended.
    #[error("the thread that writes a race has ended. Restart; verify says whether the replica is whole")]
    Stopped,
    /// The database that is shared with other servers.
    #[error(transparent)]
    Shared(#[from] SharedError),
    /// It is not in the shared database yet.
    #[error(
        "it is written on this server, and did not reach the shared database yet. It goes there as soon as that can be reached; look then before you say it again"
    )]
    NotShared,
    /// There is too much to do.
    #[error("the race has more to do than it takes in at a time. Try again in a moment")]
    Busy,
}
