//! When things really were.
//!
//! Invariant: placeholder until the clocks branch is merged.

/// A moment in UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    /// Best estimate, UTC ms.
    pub ms: i64,
    /// Standard error.
    pub sigma_ms: i64,
    /// No earlier than this.
    pub earliest_ms: i64,
    /// No later than this.
    pub latest_ms: i64,
}
