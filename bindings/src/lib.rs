//! Bibtrail for Kotlin, Swift and Python: coarse objects, plain records, one flat error. The only crate that knows
//! UniFFI.
//!
//! Invariant: every function is fallible and takes at most five arguments, every time is a signed number of
//! milliseconds, no foreign trait is asynchronous (`bindings/uniffi-bindgen` reads that from the built library). What
//! the host's code does wrong becomes an error or is passed over; it never costs a scan.
//!
//! The modules stand in the order in which they use each other:
//!
//! * [`error`]: the one error. [`host`]: what the host supplies. [`words`]: all that is ever said, by key.
//! * [`screen`]: what screens show. [`keypad`]: what the keys do. [`scanner`]: what the camera reads.
//! * [`home`]: a replica's folder and keys. [`desk`]: the replica, and scans that wait for the disk. [`race`]: all that
//!   a phone does at a race. [`session`]: meetings over the host's pipes. [`frames`]: from screen to camera.

pub mod error;

pub mod host;

pub mod words;

pub mod screen;

pub mod keypad;

pub mod scanner;

mod home;

mod desk;

pub mod race;

pub mod session;

pub mod frames;

pub use error::CoreError;

uniffi::setup_scaffolding!();

/// The version of this library, as the app's "about" shows it.
///
/// # Errors
/// Never; all functions have one shape.
#[uniffi::export]
pub fn core_version() -> Result<String, CoreError> {
    Ok(env!("CARGO_PKG_VERSION").to_owned())
}

/// Fails in the way that is asked for: apps check with it, once at start, that failures arrive as errors.
///
/// # Errors
/// Always: [`CoreError::Panic`] with `with_panic`, else [`CoreError::Invalid`].
#[uniffi::export]
#[allow(clippy::panic, reason = "it is what this function is for")]
pub fn fail_on_purpose(with_panic: bool) -> Result<(), CoreError> {
    error::guard(|| match with_panic {
        true => panic!("on purpose"),
        false => Err(CoreError::Invalid { what: "purpose".to_owned(), detail: "on purpose".to_owned() }),
    })
}
