//! What the host supplies: its clocks, a safe place for keys, and ears.
//!
//! Invariant: whatever the host's code throws is an error here or is passed over. It is called while no lock is held.

use std::sync::{Arc, Mutex, PoisonError};

use bibtrail_core::{
    ids::{BootId, RaceId},
    time::Reading,
};

use crate::{CoreError, screen::Badge, session::SyncState};

/// What the phone's clocks say at one moment.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct ClockReading {
    /// The name of this start of the phone: another after each restart. Android: `boot_count`; Apple: the boot time.
    pub boot: String,
    /// Milliseconds since the phone started, by a clock that runs through sleep. Never negative.
    pub boot_ms: i64,
    /// Milliseconds since 1970-01-01 UTC, as the phone believes.
    pub wall_ms: i64,
}

/// The phone's clocks.
#[uniffi::export(foreign)]
pub trait Clock: Send + Sync {
    /// What they say now.
    ///
    /// # Errors
    /// When they cannot be read. Scans are then stamped by the system's wall clock alone.
    fn now(&self) -> Result<ClockReading, CoreError>;
}

/// A safe place for secrets, on this device only: Keychain, or wrapped by the Android key store.
#[uniffi::export(foreign)]
pub trait KeyStore: Send + Sync {
    /// The secret of this name, if there is one.
    ///
    /// # Errors
    /// When the place cannot be read (a locked phone).
    fn load(&self, name: String) -> Result<Option<Vec<u8>>, CoreError>;

    /// Keeps a secret, in place of what was kept under this name. It must be durable on return.
    ///
    /// # Errors
    /// When it cannot be kept.
    fn save(&self, name: String, secret: Vec<u8>) -> Result<(), CoreError>;
}

/// Something that changed.
#[allow(clippy::large_enum_variant, reason = "it is made once per change, and goes over the border at once")]
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum Change {
    /// A scan was recorded, confirmed or not.
    Recorded {
        /// Its badge.
        badge: Badge,
    },
    /// Scans that waited for the disk are on it now.
    Drained {
        /// How many still wait.
        unconfirmed: u32,
    },
    /// A person's word was written: a correction, a status, a step of closing.
    Said,
    /// A meeting went on or ended.
    Synced {
        /// How far it is.
        state: SyncState,
    },
    /// Records came in, by any way: look at the screens again.
    TookIn {
        /// How many were new.
        new_operations: i64,
    },
    /// Settings or the host's state changed.
    Settings,
}

/// Hears of changes. It is called on whichever thread made the change, after the work is done.
#[uniffi::export(foreign)]
pub trait Listener: Send + Sync {
    /// Something changed.
    ///
    /// # Errors
    /// Whatever the host's code throws; it is passed over.
    fn changed(&self, change: Change) -> Result<(), CoreError>;
}

/// How much a line of the log matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, uniffi::Enum)]
pub enum LogLevel {
    /// Something failed.
    Error,
    /// Something is odd.
    Warn,
    /// Something happened.
    Info,
}

/// The host's own log.
#[uniffi::export(foreign)]
pub trait LogSink: Send + Sync {
    /// A line. It names no person and no bib.
    ///
    /// # Errors
    /// Whatever the host's code throws; it is passed over.
    fn log(&self, level: LogLevel, target: String, message: String) -> Result<(), CoreError>;
}

static SINK: Mutex<Option<Arc<dyn LogSink>>> = Mutex::new(None);

/// From now on lines of the log go to `sink`.
///
/// # Errors
/// Never; all functions have one shape.
#[uniffi::export]
pub fn set_log_sink(sink: Arc<dyn LogSink>) -> Result<(), CoreError> {
    *SINK.lock().unwrap_or_else(PoisonError::into_inner) = Some(sink);
    Ok(())
}

/// From now on lines of the log go nowhere.
///
/// # Errors
/// Never; all functions have one shape.
#[uniffi::export]
pub fn clear_log_sink() -> Result<(), CoreError> {
    *SINK.lock().unwrap_or_else(PoisonError::into_inner) = None;
    Ok(())
}

/// Says a line to the host's log.
pub(crate) fn log(level: LogLevel, target: &str, message: &str) {
    let sink = SINK.lock().unwrap_or_else(PoisonError::into_inner).clone();
    if let Some(sink) = sink {
        // A log that fails must not fail what it tells of.
        let _passed_over = sink.log(level, target.to_owned(), message.to_owned());
    }
}

impl ClockReading {
    /// As the core takes it.
    pub(crate) fn reading(&self, race: RaceId) -> Reading {
        Reading {
            boot: BootId::of(race, self.boot.as_bytes()),
            boot_ms: self.boot_ms.max(0).cast_unsigned(),
            wall_ms: self.wall_ms,
        }
    }
}

/// What the host's clocks say; where they fail, the system's wall clock stands in for both: no scan waits for a clock.
pub(crate) fn reading(clock: &dyn Clock, race: RaceId) -> Reading {
    match clock.now() {
        Ok(now) => now.reading(race),
        Err(error) => {
            log(LogLevel::Error, "clock", &error.to_string());
            let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
            let wall_ms = since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX));
            ClockReading { boot: String::new(), boot_ms: wall_ms, wall_ms }.reading(race)
        }
    }
}
