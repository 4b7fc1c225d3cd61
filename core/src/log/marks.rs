//! Places in a log that two replicas can compare without sending the log.
//!
//! Invariant: equal marks mean equal histories up to there, as surely as 8 bytes of a hash can say it.

use minicbor::{Decode, Encode};

use crate::{ids::LogId, op::Check};

/// A place in a key's log, and which history leads there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Mark {
    /// The operation's number.
    #[n(0)]
    pub seq: u64,
    /// The chain's check there.
    #[n(1)]
    pub check: Check,
}

/// How far a replica holds a key's log. A log that was forked has several tips.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(array)]
pub struct Tip {
    /// The key.
    #[n(0)]
    pub key: LogId,
    /// The last operation.
    #[n(1)]
    pub mark: Mark,
}

impl Tip {
    /// Tips as they stand in a database.
    #[must_use]
    pub fn encode_all(tips: &[Self]) -> Vec<u8> {
        minicbor::to_vec(tips).unwrap_or_default()
    }

    /// Reads what [`Tip::encode_all`] wrote.
    #[must_use]
    pub fn decode_all(bytes: &[u8]) -> Option<Vec<Self>> {
        minicbor::decode(bytes).ok()
    }
}

/// A segment as sessions carry it: without what the receiver knows. Its hash follows from what is held before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Packed {
    /// Whose.
    pub key: LogId,
    /// The place of the first operation.
    pub first_seq: u64,
    /// How many there are.
    pub count: usize,
    /// The author's signature under the last.
    pub signature: [u8; 64],
    /// The operations, as columns.
    pub ops: Vec<u8>,
}
