//! Puts whose personal words can be taken out again. Bytes in `docs/wire.md`, "Sealed put".
//!
//! Invariant: the chain covers the put without its personal words, and the seal of those. So they prove right while they
//! are there, and can go without anything that was hashed or signed changing.

use minicbor::{Decode, Decoder, Encode, Encoder, decode};

use super::{Check, Entity, Put, Value, Write, field, kind};
use crate::ids::Hash;

/// Makes the seal of equal words different each time, so that nobody finds erased words by trying.
pub const SALT_BYTES: usize = 16;

/// How the personal words of a put stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seal {
    /// They are here: the salt that goes into the seal with them.
    Open([u8; SALT_BYTES]),
    /// They were erased: the seal alone is left.
    Closed(Hash),
}

/// What the chain covers.
#[derive(Encode, Decode)]
#[cbor(map)]
struct Outside {
    #[n(0)]
    entity: Entity,
    /// Nothing where the value is personal.
    #[n(1)]
    writes: Vec<Write>,
    #[n(3)]
    check: Option<Check>,
    #[n(4)]
    #[cbor(with = "minicbor::bytes")]
    seal: [u8; 32],
}

/// What stands after it while it was not erased.
#[derive(Encode, Decode)]
#[cbor(array)]
struct Inside {
    #[n(0)]
    #[cbor(with = "minicbor::bytes")]
    salt: [u8; SALT_BYTES],
    /// The personal values, in the order of their writes.
    #[n(1)]
    values: Vec<Value>,
    #[n(2)]
    reason: Option<String>,
}

/// Whether the values of this register tell who somebody is.
#[must_use]
pub fn is_personal(entity: &Entity, field: u16) -> bool {
    match entity {
        Entity::Entrant(_) => matches!(
            field,
            field::NAME
                | field::GIVEN_NAME
                | field::FAMILY_NAME
                | field::LEGS
                | field::AGE
                | field::NATION
                | field::TEAM
        ),
        Entity::Scan(_) => field == field::NOTE,
        Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Bib(_) | Entity::Finding(_) => {
            false
        }
    }
}

/// What of an operation the chain covers: all of it, but for personal words that are what their seal says. Words under
/// which the seal is not theirs are left on, so that the chain breaks there.
#[must_use]
pub fn chained(bytes: &[u8]) -> &[u8] {
    let end = if is_sealed(bytes) {
        outside(bytes).and_then(|(outside, end)| {
            let inside = bytes.get(end..)?;
            (!inside.is_empty() && seal_of(inside).0 == outside.seal).then_some(end)
        })
    } else {
        None
    };
    end.map_or(bytes, |end| &bytes[..end])
}

/// Whom a sealed put is about, if its personal words are still there.
#[must_use]
pub fn open_about(bytes: &[u8]) -> Option<Entity> {
    if chained(bytes).len() == bytes.len() {
        return None;
    }
    outside(bytes).map(|(outside, _)| outside.entity)
}

/// Whether these bytes begin like a sealed put.
fn is_sealed(bytes: &[u8]) -> bool {
    bytes.first() == Some(&0x83) && bytes.get(1).is_some_and(|first| u16::from(*first) == kind::SEALED_PUT)
}

/// The outside, and where it ends.
fn outside(bytes: &[u8]) -> Option<(Outside, usize)> {
    let mut d = Decoder::new(bytes);
    let (_, _, _) = (d.array().ok()?, d.u16().ok()?, d.u64().ok()?);
    let outside = d.decode().ok()?;
    Some((outside, d.position()))
}

fn seal_of(inside: &[u8]) -> Hash {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 sealed words v0");
    hasher.update(inside);
    Hash(hasher.finalize().into())
}

impl Put {
    /// Whether it says anything that may have to be erased: a personal value, or why, of a runner.
    #[must_use]
    pub fn has_personal_words(&self) -> bool {
        let is_of_runner = matches!(self.entity, Entity::Entrant(_) | Entity::Bib(_) | Entity::Scan(_));
        is_of_runner
            && (self.reason.is_some()
                || self.writes.iter().any(|write| is_personal(&self.entity, write.field)))
    }

    /// What is hashed into the salt of its seal, beside what only its author knows.
    #[must_use]
    pub fn personal_words(&self) -> Vec<u8> {
        minicbor::to_vec(self.inside([0; SALT_BYTES])).unwrap_or_default()
    }

    fn inside(&self, salt: [u8; SALT_BYTES]) -> Inside {
        let personal = self.writes.iter().filter(|write| is_personal(&self.entity, write.field));
        let values = personal.map(|write| write.value.clone()).collect();
        Inside { salt, values, reason: self.reason.clone() }
    }

    /// Writes the body of a sealed put, and gives what stands after the operation.
    pub(super) fn encode_sealed<W: minicbor::encode::Write>(
        &self,
        seal: Seal,
        e: &mut Encoder<W>,
    ) -> Result<Vec<u8>, minicbor::encode::Error<W::Error>> {
        let (hash, inside) = match seal {
            Seal::Closed(hash) => (hash, Vec::new()),
            Seal::Open(salt) => {
                let inside = minicbor::to_vec(self.inside(salt)).unwrap_or_default();
                (seal_of(&inside), inside)
            }
        };
        let writes = self.writes.iter().cloned().map(|write| self.without_personal(write)).collect();
        let outside = Outside { entity: self.entity.clone(), writes, check: self.check, seal: hash.0 };
        e.encode(outside)?;
        Ok(inside)
    }

    fn without_personal(&self, write: Write) -> Write {
        if is_personal(&self.entity, write.field) { Write { value: Value::Null, ..write } } else { write }
    }

    /// Reads a sealed put, with what stands after the operation, and moves behind that.
    pub(super) fn decode_sealed(d: &mut Decoder<'_>) -> Result<Self, decode::Error> {
        let Outside { entity, writes, check, seal } = d.decode()?;
        let inside = d.input().get(d.position()..).unwrap_or_default();
        let closed = Self { entity, writes, reason: None, check, seal: Some(Seal::Closed(Hash(seal))) };
        let closed = Self {
            writes: closed.writes.iter().cloned().map(|w| closed.without_personal(w)).collect(),
            ..closed
        };
        if inside.is_empty() {
            return Ok(closed);
        }
        if seal_of(inside).0 != seal {
            return Err(decode::Error::message(
                "the words after a sealed put are not those that were sealed",
            ));
        }
        let Inside { salt, values, reason } = d.decode()?;
        let mut values = values.into_iter();
        let mut writes = closed.writes;
        for write in writes.iter_mut().filter(|write| is_personal(&closed.entity, write.field)) {
            write.value =
                values.next().ok_or_else(|| decode::Error::message("a sealed put lacks a personal value"))?;
        }
        if values.next().is_some() {
            return Err(decode::Error::message("a sealed put has more personal values than writes"));
        }
        Ok(Self { writes, reason, seal: Some(Seal::Open(salt)), ..closed })
    }
}
