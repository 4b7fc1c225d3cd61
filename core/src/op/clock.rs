//! Operations about time: how clocks stood when they met, and which times are official.
//!
//! Invariant: evidence only. What time it really was is worked out by `clocks`.

use minicbor::{Decode, Encode};

use crate::{ids::BootId, time::Reading};

/// How two clocks stood when they met: when the author's boot clock said `reading.boot_ms`, the peer's was ahead of it
/// by no less than `lo_ms` and no more than `hi_ms`. One-way media prove one side only.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct ClockContact {
    /// What the author's clocks said.
    #[n(0)]
    pub reading: Reading,
    /// The run of the peer's clock.
    #[n(1)]
    pub peer: BootId,
    /// At least this far ahead, in milliseconds.
    #[n(2)]
    pub lo_ms: Option<i64>,
    /// At most this far ahead, in milliseconds.
    #[n(3)]
    pub hi_ms: Option<i64>,
}

/// Official times move no more: scans up to these heads keep the times that follow from these heads alone.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Freeze {
    /// Per log its last operation that the author held: the first 8 bytes of its id, and the place.
    #[n(0)]
    pub heads: Vec<FrozenHead>,
    /// Why, in the author's words.
    #[n(1)]
    pub reason: Option<String>,
}

/// How far a log had come when times were frozen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, Decode)]
#[cbor(array)]
pub struct FrozenHead {
    /// The first 8 bytes of the log's id.
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    pub log: [u8; 8],
    /// Its last operation.
    #[n(1)]
    pub seq: u64,
}
