//! The one error: what went wrong, as a variant that an app acts on, with the core's own words beside it.
//!
//! Invariant: a panic becomes [`CoreError::Panic`]; none crosses the border. Each variant has the wording
//! `error.<its name in kebab case>`; `detail` is for logs and for people who help.

use std::panic::{AssertUnwindSafe, catch_unwind};

use bibtrail_clerk::ClerkError;
use bibtrail_core::{
    ids::{BibError, KeyError},
    invitation::InvitationError,
    store::StoreError,
    sync::SyncError,
};
use bibtrail_transport::{
    frame::FrameError, meeting::MeetingError, qr::QrError, tcp::TcpError, tls::TlsError,
};

use crate::words::Say;

/// Why something is not done. Unless the variant says otherwise nothing was changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error, uniffi::Error)]
pub enum CoreError {
    /// There is no replica in the folder.
    #[error("{detail}")]
    NoReplica {
        /// The core's words.
        detail: String,
    },
    /// There is a replica in the folder already.
    #[error("{detail}")]
    Exists {
        /// The core's words.
        detail: String,
    },
    /// The race was shut down, or another part of the app has it open.
    #[error("{detail}")]
    Closed {
        /// The core's words.
        detail: String,
    },
    /// No room on the disk.
    #[error("{detail}")]
    DiskFull {
        /// The core's words.
        detail: String,
    },
    /// The disk fails, or may not be written (a locked phone).
    #[error("{detail}")]
    Disk {
        /// The core's words.
        detail: String,
    },
    /// The database is damaged. Opening the race again builds it anew from the journal.
    #[error("{detail}")]
    Damaged {
        /// The core's words.
        detail: String,
    },
    /// Written by a newer app: update this one.
    #[error("{detail}")]
    NewerApp {
        /// The core's words.
        detail: String,
    },
    /// No bib.
    #[error("{detail}")]
    BadBib {
        /// What was given.
        bib: String,
        /// The core's words.
        detail: String,
    },
    /// A join code that does not read or is not honest.
    #[error("{detail}")]
    BadTicket {
        /// The core's words.
        detail: String,
    },
    /// It belongs to another race.
    #[error("{detail}")]
    OtherRace {
        /// The core's words.
        detail: String,
    },
    /// This phone does not know where it stands.
    #[error("{detail}")]
    NoCheckpoint {
        /// The core's words.
        detail: String,
    },
    /// There is no such scan, finding, checkpoint or phone.
    #[error("{detail}")]
    NotFound {
        /// What was looked for.
        what: String,
        /// The core's words.
        detail: String,
    },
    /// The phone's role does not allow it.
    #[error("{detail}")]
    NotAllowed {
        /// The core's words.
        detail: String,
    },
    /// What was given makes no sense.
    #[error("{detail}")]
    Invalid {
        /// Which argument.
        what: String,
        /// The core's words.
        detail: String,
    },
    /// The link broke or never came to be. What came in until then is kept; sync again.
    #[error("{detail}")]
    Link {
        /// The core's words.
        detail: String,
    },
    /// The other side does not admit this phone, or is not who was asked for.
    #[error("{detail}")]
    Refused {
        /// The core's words.
        detail: String,
    },
    /// `interrupt()` or `suspend()` ended it.
    #[error("{detail}")]
    Interrupted {
        /// The core's words.
        detail: String,
    },
    /// The host's clock, key store or listener failed.
    #[error("{detail}")]
    Host {
        /// What the host said.
        detail: String,
    },
    /// A fault of the core itself. The race goes on; report it.
    #[error("{detail}")]
    Panic {
        /// What it said.
        detail: String,
    },
}

/// A `detail` from whatever went wrong.
macro_rules! told {
    ($variant:ident, $error:expr) => {
        CoreError::$variant { detail: $error.to_string() }
    };
}

impl From<StoreError> for CoreError {
    fn from(error: StoreError) -> Self {
        match &error {
            StoreError::Full => told!(DiskFull, error),
            StoreError::Journal(source) if source.kind() == std::io::ErrorKind::StorageFull => {
                told!(DiskFull, error)
            }
            StoreError::Damaged(_) | StoreError::Decode(_) | StoreError::NoJournal => told!(Damaged, error),
            StoreError::Future { .. } => told!(NewerApp, error),
            StoreError::Exists(_) => told!(Exists, error),
            StoreError::Locked | StoreError::Closed => told!(Closed, error),
            StoreError::NoScan(what) | StoreError::NoConflict(what) | StoreError::NoLog(what) => {
                Self::NotFound { what: what.clone(), detail: error.to_string() }
            }
            StoreError::ForeignJournal => told!(OtherRace, error),
            StoreError::TooLong(_) => Self::Invalid { what: "text".to_owned(), detail: error.to_string() },
            StoreError::Bundle(_) | StoreError::Segment(_) | StoreError::NoGenesis => {
                Self::Invalid { what: "bundle".to_owned(), detail: error.to_string() }
            }
            _ => told!(Disk, error),
        }
    }
}

impl From<ClerkError> for CoreError {
    fn from(error: ClerkError) -> Self {
        let detail = error.to_string();
        match error {
            ClerkError::Store(store) => store.into(),
            ClerkError::Bib(_) | ClerkError::EmptyBib | ClerkError::SharedBib(..) => {
                Self::BadBib { bib: String::new(), detail }
            }
            ClerkError::MayNot { .. } => Self::NotAllowed { detail },
            ClerkError::UnknownCheckpoint { given, .. } => Self::NotFound { what: given, detail },
            ClerkError::NoFinding(what) => Self::NotFound { what, detail },
            ClerkError::NoSuggestion { finding, .. } => Self::NotFound { what: finding, detail },
            _ => Self::Invalid { what: "word".to_owned(), detail },
        }
    }
}

impl From<BibError> for CoreError {
    fn from(error: BibError) -> Self {
        Self::BadBib { bib: String::new(), detail: error.to_string() }
    }
}

impl From<KeyError> for CoreError {
    fn from(error: KeyError) -> Self {
        Self::Invalid { what: error.text.clone(), detail: error.to_string() }
    }
}

impl From<InvitationError> for CoreError {
    fn from(error: InvitationError) -> Self {
        match error {
            InvitationError::Future { .. } => told!(NewerApp, error),
            _ => told!(BadTicket, error),
        }
    }
}

impl From<SyncError> for CoreError {
    fn from(error: SyncError) -> Self {
        match error {
            SyncError::Store(store) => store.into(),
            SyncError::OtherRace => told!(OtherRace, error),
            SyncError::Future(_) => told!(NewerApp, error),
            SyncError::Stranger(_) | SyncError::Revoked(_) => told!(Refused, error),
            _ => told!(Link, error),
        }
    }
}

impl From<MeetingError> for CoreError {
    fn from(error: MeetingError) -> Self {
        match error {
            MeetingError::Session(session) => session.into(),
            _ => told!(Link, error),
        }
    }
}

impl From<TlsError> for CoreError {
    fn from(error: TlsError) -> Self {
        match error {
            TlsError::WrongPeer { .. }
            | TlsError::NotAdmitted(_)
            | TlsError::Refused(_)
            | TlsError::WeakKey
            | TlsError::Forged => told!(Refused, error),
            _ => told!(Link, error),
        }
    }
}

impl From<TcpError> for CoreError {
    fn from(error: TcpError) -> Self {
        told!(Link, error)
    }
}

impl From<FrameError> for CoreError {
    fn from(error: FrameError) -> Self {
        told!(Link, error)
    }
}

impl From<QrError> for CoreError {
    fn from(error: QrError) -> Self {
        match error {
            QrError::Version(_) => told!(NewerApp, error),
            _ => Self::Invalid { what: "code".to_owned(), detail: error.to_string() },
        }
    }
}

impl From<uniffi::UnexpectedUniFFICallbackError> for CoreError {
    fn from(error: uniffi::UnexpectedUniFFICallbackError) -> Self {
        Self::Host { detail: error.reason }
    }
}

impl CoreError {
    /// What is said to people.
    pub(crate) fn say(&self) -> Say {
        match self {
            Self::NoReplica { .. } => Say::ErrorNoReplica {},
            Self::Exists { .. } => Say::ErrorExists {},
            Self::Closed { .. } => Say::ErrorClosed {},
            Self::DiskFull { .. } => Say::ErrorDiskFull {},
            Self::Disk { .. } => Say::ErrorDisk {},
            Self::Damaged { .. } => Say::ErrorDamaged {},
            Self::NewerApp { .. } => Say::ErrorNewerApp {},
            Self::BadBib { .. } => Say::ErrorBadBib {},
            Self::BadTicket { .. } => Say::ErrorBadTicket {},
            Self::OtherRace { .. } => Say::ErrorOtherRace {},
            Self::NoCheckpoint { .. } => Say::ErrorNoCheckpoint {},
            Self::NotFound { .. } => Say::ErrorNotFound {},
            Self::NotAllowed { .. } => Say::ErrorNotAllowed {},
            Self::Invalid { .. } => Say::ErrorInvalid {},
            Self::Link { .. } => Say::ErrorLink {},
            Self::Refused { .. } => Say::ErrorRefused {},
            Self::Interrupted { .. } => Say::ErrorInterrupted {},
            Self::Host { .. } => Say::ErrorHost {},
            Self::Panic { .. } => Say::ErrorPanic {},
        }
    }
}

/// Runs `work`; a panic in it becomes an error.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, CoreError>) -> Result<T, CoreError> {
    // What a panic may leave half done is behind locks whose owners stay consistent: the store's own promises hold.
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<&str>().map(|text| (*text).to_owned());
        let detail = text.or_else(|| panic.downcast_ref::<String>().cloned()).unwrap_or_default();
        Err(CoreError::Panic { detail })
    })
}

/// There is no such thing.
pub(crate) fn not_found(what: &str) -> CoreError {
    CoreError::NotFound { what: what.to_owned(), detail: format!("there is no {what} here") }
}
