//! The phone around the race: power, room on the disk, going to sleep, and the end.
//!
//! Invariant: after [`Race::suspend`] no transaction is open and no statement runs, whatever other threads were doing;
//! meetings stay away until [`Race::resume`], entries do not.

use std::sync::atomic::Ordering;

use bibtrail_core::sync::Battery;

use super::{Race, lock};
use crate::{
    CoreError,
    host::Change,
    screen::{Notice, Tone, count},
    words::Say,
};

/// Below this the disk is low, in bytes: the scans of a long race, twice.
const ROOM_LOW_BYTES: i64 = 64 * 1024 * 1024;

/// What the host knows of the phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, uniffi::Record)]
pub struct HostState {
    /// The battery's charge in hundredths; nothing if not known.
    pub battery_percent: Option<u32>,
    /// Whether it is being charged.
    pub is_charging: bool,
    /// Free bytes on the disk; nothing if not known.
    pub free_bytes: Option<i64>,
}

/// What going to sleep left.
#[derive(Clone, Debug, PartialEq, Eq, uniffi::Record)]
pub struct Rest {
    /// Whether no transaction is open and no statement runs.
    pub is_at_rest: bool,
    /// Entries that are in memory only: the system must not end the app before they are drained.
    pub unconfirmed: u32,
}

#[uniffi::export]
impl Race {
    /// Tells what the host knows of the phone: for the notices, and of the battery whoever this phone dials.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn set_host_state(&self, state: HostState) -> Result<(), CoreError> {
        let is_new = std::mem::replace(&mut *lock(&self.inner.host), state.clone()) != state;
        if is_new {
            self.inner.tell(&Change::Settings);
        }
        Ok(())
    }

    /// Before the app goes to sleep: ends meetings, brings onto the disk what waits, and leaves no transaction open.
    ///
    /// # Errors
    /// When the race was shut down. A disk that fails is no error: `unconfirmed` tells.
    pub fn suspend(&self) -> Result<Rest, CoreError> {
        self.inner.is_suspended.store(true, Ordering::SeqCst);
        self.inner.interrupt();
        self.work(|inner, desk| {
            let _waits = desk.drain(&inner.home);
            inner.settle(desk);
            let unconfirmed = count(desk.waiting.len());
            Ok(Rest { is_at_rest: desk.store()?.is_at_rest(), unconfirmed })
        })
    }

    /// After the app woke: meetings may begin again.
    ///
    /// # Errors
    /// When the race was shut down.
    pub fn resume(&self) -> Result<(), CoreError> {
        self.inner.is_suspended.store(false, Ordering::SeqCst);
        self.work(|inner, desk| {
            let _waits = desk.drain(&inner.home);
            desk.store().map(|_| ())
        })
    }

    /// Ends the meetings that are going on.
    ///
    /// # Errors
    /// Never; all functions have one shape.
    pub fn interrupt(&self) -> Result<(), CoreError> {
        self.inner.interrupt();
        Ok(())
    }

    /// Ends all, and lets go of the files, so that the race can be opened again. What is called after that says
    /// [`CoreError::Closed`].
    ///
    /// # Errors
    /// When entries still wait for the disk: then the race stays open, so that they are not lost.
    pub fn shut_down(&self) -> Result<(), CoreError> {
        self.inner.interrupt();
        self.work(|inner, desk| desk.close(&inner.home))
    }
}

/// What is told of the battery when this phone dials.
pub(super) fn battery(state: &HostState) -> Option<Battery> {
    let percent = u8::try_from(state.battery_percent?).ok().filter(|percent| *percent <= 100)?;
    Some(Battery { percent, is_charging: state.is_charging })
}

/// What the host's state asks attention for.
pub(super) fn warnings(state: &HostState) -> Vec<Notice> {
    let mut notices = Vec::new();
    if let Some(bytes) = state.free_bytes.filter(|bytes| *bytes < ROOM_LOW_BYTES) {
        let say = Say::NoticeDiskLow { megabytes: bytes.max(0) / 1024 / 1024 };
        notices.push(Notice::new(Tone::Warning, &say));
    }
    if let Some(battery) = battery(state).filter(|battery| battery.is_low()) {
        let say = Say::NoticeBatteryLow { percent: battery.percent.into() };
        notices.push(Notice::new(Tone::Warning, &say));
    }
    notices
}
