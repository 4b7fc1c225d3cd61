//! Logs: dense, append-only, hash-chained, vouched for by signed heads. The format stands in `docs/wire.md`.
//!
//! Invariant: a [`Segment`] that verified is what its author wrote: one signature covers the whole chain below it.

mod columns;
mod marks;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use thiserror::Error;

pub use marks::{Mark, Packed, Tip};

use crate::{
    ids::{Hash, LogId, OpRef, RaceId},
    op::{SALT_BYTES, chained},
};

/// The most operations in one segment, and so between two signed heads of a log.
pub const SEGMENT_MAX_OPS: usize = 256;

/// The most bytes of a segment, as it travels.
pub const SEGMENT_MAX_BYTES: usize = 256 * 1024;

/// The last place a log may have: beyond any race, and far from where sums overflow.
pub const SEQ_MAX: u64 = 1 << 40;

/// The key of a log. It lives outside the database, and outside backups.
#[derive(Clone)]
pub struct Identity {
    key: SigningKey,
}

impl Identity {
    /// The identity of 32 secret bytes that the caller drew at random or kept.
    #[must_use]
    pub fn from_seed(seed: [u8; 32]) -> Self {
        Self { key: SigningKey::from_bytes(&seed) }
    }

    /// The log it writes.
    #[must_use]
    pub fn log(&self) -> LogId {
        LogId(self.key.verifying_key().to_bytes())
    }

    /// The 32 secret bytes, for a link that proves with the same key whose phone this is. Never print or store them.
    #[must_use]
    pub fn secret(&self) -> [u8; 32] {
        self.key.to_bytes()
    }

    /// A salt for personal words that come after `previous` in its log. Who has not the secret cannot tell it from a
    /// random one; it needs no randomness, so a log that is written again is the same.
    #[must_use]
    pub fn salt(&self, previous: Hash, words: &[u8]) -> [u8; SALT_BYTES] {
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 salt of sealed words v0");
        hasher.update(&self.secret()).update(&previous.0).update(words);
        let mut salt = [0; SALT_BYTES];
        hasher.finalize_xof().fill(&mut salt);
        salt
    }

    /// Vouches for its log up to `seq`.
    #[must_use]
    pub fn sign_head(&self, race: RaceId, seq: u64, hash: Hash) -> SignedHead {
        let signature = self.key.sign(&head_message(race, self.log(), seq, hash)).to_bytes();
        SignedHead { seq, hash, signature }
    }
}

/// The author's word for a log: these operations, in this order, up to here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignedHead {
    /// The last operation it covers.
    pub seq: u64,
    /// The chain's hash there.
    pub hash: Hash,
    /// Ed25519, over [race, log, seq, hash].
    pub signature: [u8; 64],
}

impl SignedHead {
    /// Whether `log` really signed it.
    ///
    /// # Errors
    /// When the key is no key, is weak, or the signature is not its own (`verify_strict`: the same verdict everywhere).
    pub fn verify(&self, race: RaceId, log: LogId) -> Result<(), SegmentError> {
        let wrong = || SegmentError::Signature { log, seq: self.seq };
        let key = VerifyingKey::from_bytes(&log.0).map_err(|_| wrong())?;
        if key.is_weak() {
            return Err(wrong());
        }
        let signature = Signature::from_bytes(&self.signature);
        key.verify_strict(&head_message(race, log, self.seq, self.hash), &signature).map_err(|_| wrong())
    }
}

/// Signs a statement other than a head: `context` says what is stated, `parts` are its words.
#[must_use]
pub fn sign_statement(identity: &Identity, context: &str, race: RaceId, parts: &[&[u8]]) -> [u8; 64] {
    identity.key.sign(&statement(context, race, parts).0).to_bytes()
}

/// Whether `key` signed that statement. Weak keys sign nothing.
#[must_use]
pub fn verify_statement(
    key: LogId,
    context: &str,
    race: RaceId,
    parts: &[&[u8]],
    signature: &[u8; 64],
) -> bool {
    let Ok(key) = VerifyingKey::from_bytes(&key.0) else { return false };
    let message = statement(context, race, parts);
    !key.is_weak() && key.verify_strict(&message.0, &Signature::from_bytes(signature)).is_ok()
}

/// A hash of the words, each with its length, so that no two statements are the same bytes.
fn statement(context: &str, race: RaceId, parts: &[&[u8]]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key(context);
    hasher.update(race.0.as_bytes());
    for part in parts {
        hasher.update(&(part.len() as u64).to_le_bytes()).update(part);
    }
    Hash(hasher.finalize().into())
}

fn head_message(race: RaceId, log: LogId, seq: u64, hash: Hash) -> [u8; 106] {
    let mut message = [0; 106];
    message[..18].copy_from_slice(b"bibtrail head v0\0\0");
    message[18..34].copy_from_slice(race.0.as_bytes());
    message[34..66].copy_from_slice(&log.0);
    message[66..74].copy_from_slice(&seq.to_be_bytes());
    message[74..].copy_from_slice(&hash.0);
    message
}

/// The hash before the first operation of a log: it ties the chain to its race and log.
#[must_use]
pub fn chain_start(race: RaceId, log: LogId) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 log chain v0");
    hasher.update(race.0.as_bytes());
    hasher.update(&log.0);
    Hash(hasher.finalize().into())
}

/// The hash after one more operation: `BLAKE3(previous ‖ bytes)`, without personal words, whose seal stands in for them.
#[must_use]
pub fn chain_next(previous: Hash, op: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&previous.0);
    hasher.update(chained(op));
    Hash(hasher.finalize().into())
}

/// What came of a key that signed two histories: operations after the fork are a log of their own, with a name that
/// follows from what they say, so that both histories stand side by side on every replica.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Branch {
    /// The key that signs it.
    pub key: LogId,
    /// The log it leaves: the key's own, or another branch.
    pub parent: LogId,
    /// The last operation it shares with its parent.
    pub base_seq: u64,
}

/// The name of the branch whose first operation leads the chain of `key` to `hash`.
#[must_use]
pub fn branch_name(key: LogId, hash: Hash) -> LogId {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 branch v0");
    hasher.update(&key.0).update(&hash.0);
    LogId(hasher.finalize().into())
}

/// Consecutive operations of one log that end at a signed head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Whose they are.
    pub log: LogId,
    /// The place of the first.
    pub first_seq: u64,
    /// Their bytes, verbatim.
    pub ops: Vec<Vec<u8>>,
    /// The author's word for the log up to the last of them.
    pub head: SignedHead,
}

/// Why a segment is not believed.
#[derive(Debug, Error)]
pub enum SegmentError {
    /// The signature is not the log's.
    #[error("the signature under operation {seq} of log {} is not its author's", log.short())]
    Signature {
        /// The log.
        log: LogId,
        /// The head.
        seq: u64,
    },
    /// The operations do not lead to the head that was signed.
    #[error("operations {first} to {last} of log {} do not lead to the hash their author signed", log.short())]
    Chain {
        /// The log.
        log: LogId,
        /// First operation.
        first: u64,
        /// Last operation.
        last: u64,
    },
    /// The bytes are no segment.
    #[error("segment does not decode at byte {at}: {what}")]
    Malformed {
        /// Where.
        at: usize,
        /// What was expected.
        what: &'static str,
    },
}

impl Segment {
    /// The place after its last operation.
    #[must_use]
    pub fn end_seq(&self) -> u64 {
        self.head.seq + 1
    }

    /// Checks chain and signature; `previous` is the chain's hash before the first operation.
    /// Gives the hash after each operation.
    ///
    /// # Errors
    /// When the chain does not lead to the head, or the head is not signed by the log.
    pub fn verify(&self, race: RaceId, previous: Hash) -> Result<Vec<Hash>, SegmentError> {
        let mut hash = previous;
        let hashes: Vec<Hash> = self
            .ops
            .iter()
            .map(|op| {
                hash = chain_next(hash, op);
                hash
            })
            .collect();
        if hash != self.head.hash {
            let (first, last) = (self.first_seq, self.head.seq);
            return Err(SegmentError::Chain { log: self.log, first, last });
        }
        self.head.verify(race, self.log)?;
        Ok(hashes)
    }

    /// The segment as it travels: column-coded, not yet compressed.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        columns::encode(self)
    }

    /// Reads a segment. It is not verified yet.
    ///
    /// # Errors
    /// When the bytes are no segment or break a limit.
    pub fn decode(bytes: &[u8]) -> Result<Self, SegmentError> {
        columns::decode(bytes)
    }

    /// Its operations alone, for a reader who has what comes before them: `before` is the operation before the first.
    #[must_use]
    pub fn encode_ops(&self, before: Option<&[u8]>) -> Vec<u8> {
        let mut out = Vec::with_capacity(16 + self.ops.len() * 6);
        columns::encode_ops(&mut out, &self.ops, before);
        out
    }

    /// Reads what [`Segment::encode_ops`] wrote.
    ///
    /// # Errors
    /// When the bytes are not so many operations.
    pub fn decode_ops(
        bytes: &[u8],
        count: usize,
        before: Option<&[u8]>,
    ) -> Result<Vec<Vec<u8>>, SegmentError> {
        columns::decode_only_ops(bytes, count.min(SEGMENT_MAX_OPS), before)
    }

    /// The operations with their places.
    pub fn iter(&self) -> impl Iterator<Item = (OpRef, &[u8])> {
        let log = self.log;
        (self.first_seq..).zip(&self.ops).map(move |(seq, op)| (OpRef { log, seq }, op.as_slice()))
    }
}
