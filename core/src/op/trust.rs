//! Operations about who may say what: tickets, enrolments, approvals, revocations. Rights in `docs/roles.md`.
//!
//! Invariant: these are claims. What they count for is decided by `members`, from all of them together.

use minicbor::{Decode, Encode};

use crate::{
    ids::{Hash, Key, LogId, OpRef},
    time::Reading,
};

/// What a log may say, and how much its word weighs where values contend. Greater outranks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(index_only)]
pub enum Role {
    /// Captures; counts for nothing until somebody with the right says so.
    #[n(0)]
    Pending,
    /// Captures, and corrects its own scans.
    #[n(1)]
    Volunteer,
    /// Corrects and reports at its checkpoints, and vouches for their volunteers.
    #[n(2)]
    Captain,
    /// May say everything.
    #[n(3)]
    Director,
}

impl Role {
    /// All of them, the weakest first.
    pub const ALL: [Self; 4] = [Self::Pending, Self::Volunteer, Self::Captain, Self::Director];

    /// The word for it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Volunteer => "volunteer",
            Self::Captain => "captain",
            Self::Director => "director",
        }
    }
}

/// An invitation: whoever holds the ticket's secret may enrol with this role. A ticket for `Pending` is a pool ticket:
/// its phones capture at once and wait for approval.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Ticket {
    /// The ticket's own Ed25519 public key.
    #[n(0)]
    pub key: LogId,
    /// The role it gives, at most.
    #[n(1)]
    pub role: Role,
    /// Where it counts; a captain needs at least one.
    #[n(2)]
    pub checkpoints: Vec<Key>,
    /// The root key's signature over race, key, role and checkpoints: with it the ticket needs nobody else's word.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub root: Option<[u8; 64]>,
}

/// A log introduces itself.
#[derive(Clone, Debug, Default, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Enrol {
    /// Who or what writes it, in the words of the person who joined.
    #[n(0)]
    pub name: String,
    /// Where it mostly stands.
    #[n(1)]
    pub checkpoint: Option<Key>,
    /// The log it goes on from, as the device's own store remembers.
    #[n(2)]
    pub previous: Option<LogId>,
    /// What the device's clocks said.
    #[n(3)]
    pub reading: Option<Reading>,
    /// The ticket it joins by. The root key is a ticket too: it makes a director.
    #[n(4)]
    pub ticket: Option<TicketProof>,
    /// Proof by the key that the device held before: the same hands held both, so the role goes on.
    #[n(5)]
    pub succession: Option<Succession>,
}

/// Proof that the author of a log held the key of another.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(array)]
pub struct Succession {
    /// That other log.
    #[n(0)]
    pub log: LogId,
    /// By its key, over race and the new log.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// Proof that the author of a log held a ticket's secret.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct TicketProof {
    /// The ticket as it was written on the QR code.
    #[n(0)]
    pub ticket: Ticket,
    /// By the ticket's key, over race and log.
    #[n(1)]
    #[cbor(with = "minicbor::bytes")]
    pub signature: [u8; 64],
}

/// A log counts only up to a place; what comes after is kept, relayed and shown, and clears nobody.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Revoke {
    /// The log, and the last operation that counts; 0 for none.
    #[n(0)]
    pub up_to: OpRef,
    /// Which of several branches is meant ([`Check::of`] the chain there); nothing for 0.
    #[n(1)]
    pub check: Option<Check>,
    /// Why, in the author's words.
    #[n(2)]
    pub reason: Option<String>,
    /// The root key's signature over race, log and place; it takes this to revoke a director.
    #[n(3)]
    #[cbor(with = "minicbor::bytes")]
    pub root: Option<[u8; 64]>,
}

/// A log gets a role.
#[derive(Clone, Debug, PartialEq, Encode, Decode)]
#[cbor(map)]
pub struct Approve {
    /// The log.
    #[n(0)]
    pub log: LogId,
    /// Its role.
    #[n(1)]
    pub role: Role,
    /// Where it counts; a captain needs at least one.
    #[n(2)]
    pub checkpoints: Vec<Key>,
    /// Revocations of it that the author saw and takes back. One they did not see stands.
    #[n(3)]
    pub cancels: Vec<OpRef>,
    /// Why, in the author's words.
    #[n(4)]
    pub reason: Option<String>,
}

/// The first 8 bytes of a chain's hash at an operation: tells the branches of a forked log apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Encode, Decode)]
#[cbor(transparent)]
pub struct Check(#[cbor(with = "minicbor::bytes")] pub [u8; 8]);

impl Check {
    /// The check of an operation at which the chain's hash is `hash`.
    #[must_use]
    pub fn of(hash: Hash) -> Self {
        let mut cut = [0; 8];
        cut.copy_from_slice(&hash.0[..8]);
        Self(cut)
    }
}
