//! Registers: everything that can change, each holding every value that no later put supersedes.
//!
//! Invariant: a register is a pure function of the set of its puts. The merge is `MVReg` of the crate `crdts`, taken
//! alone and op-based; dots come from the log's sequence numbers, never from the register (`ARCHITECTURE.md`).

use std::collections::BTreeMap;

use crdts::{CmRDT, MVReg, VClock, mvreg};
use minicbor::{Decode, Decoder, Encode, Encoder, decode, encode};

use crate::{
    ids::{LogId, OpRef},
    members::Members,
    op::{Value, Write},
};

/// A value in a register: who put it there, and what they had seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sibling {
    /// The put.
    pub at: OpRef,
    /// Its Lamport depth.
    pub depth: u64,
    /// The value.
    pub value: Value,
    clock: VClock<LogId>,
}

/// One multi-value register.
#[derive(Clone, Debug, Default)]
pub struct Register {
    inner: MVReg<Sibling, LogId>,
}

impl Register {
    /// Takes in one put. Order, repetition and gaps do not matter. `seen_from` says what each claim to have seen a put
    /// means here.
    pub fn apply(&mut self, at: OpRef, depth: u64, write: &Write, seen_from: impl Fn(OpRef) -> OpRef) {
        let seen = write.saw.iter().map(|dot| seen_from(*dot));
        // A claim to have seen the author's own future would break the rule that the dot is the put's own place.
        let seen = seen.filter(|dot| dot.log != at.log || dot.seq < at.seq);
        let mut clock: VClock<LogId> = seen.map(|dot| crdts::Dot::new(dot.log, dot.seq)).collect();
        clock.apply(crdts::Dot::new(at.log, at.seq));
        self.restore(Sibling { at, depth, value: write.value.clone(), clock });
    }

    fn restore(&mut self, sibling: Sibling) {
        self.inner.apply(mvreg::Op::Put { clock: sibling.clock.clone(), val: sibling });
    }

    /// The values that nothing supersedes, in order of log and place: the same on every replica.
    #[must_use]
    pub fn siblings(&self) -> Vec<Sibling> {
        let mut siblings = self.inner.read().val;
        siblings.sort_by_key(|s| s.at);
        siblings
    }

    /// What a put must name to supersede all that stands here now: a version clock as (log, last put seen).
    #[must_use]
    pub fn seen(&self) -> Vec<OpRef> {
        self.inner
            .read_ctx()
            .add_clock
            .into_iter()
            .map(|dot| OpRef { log: dot.actor, seq: dot.counter })
            .collect()
    }

    /// The value to show. While several contend it is provisional: that of the highest role, then of the greatest
    /// Lamport depth, then of the greatest log id. No clock decides.
    #[must_use]
    pub fn shown(&self, members: &Members) -> Option<Sibling> {
        self.siblings().into_iter().max_by_key(|s| (members.role_at(s.at), s.depth, s.at))
    }

    /// Whether different values contend.
    #[must_use]
    pub fn is_contested(&self) -> bool {
        let siblings = self.inner.read().val;
        siblings.windows(2).any(|pair| pair[0].value != pair[1].value)
    }
}

/// The registers of one entity, by field.
#[derive(Clone, Debug, Default)]
pub struct Registers {
    fields: BTreeMap<u16, Register>,
}

impl Registers {
    /// Takes in one write of a put.
    pub fn apply(&mut self, at: OpRef, depth: u64, write: &Write, seen_from: impl Fn(OpRef) -> OpRef) {
        self.fields.entry(write.field).or_default().apply(at, depth, write, seen_from);
    }

    /// The register of `field`, if anything was ever put there.
    #[must_use]
    pub fn get(&self, field: u16) -> Option<&Register> {
        self.fields.get(&field)
    }

    /// The value of `field` to show.
    #[must_use]
    pub fn shown(&self, field: u16, members: &Members) -> Option<Value> {
        self.fields.get(&field)?.shown(members).map(|s| s.value)
    }

    /// The text of `field` to show.
    #[must_use]
    pub fn text(&self, field: u16, members: &Members) -> Option<String> {
        self.shown(field, members)?.as_text().map(str::to_owned)
    }

    /// The number of `field` to show.
    #[must_use]
    pub fn int(&self, field: u16, members: &Members) -> Option<i64> {
        self.shown(field, members)?.as_int()
    }

    /// A write that supersedes all that stands in `field` now.
    #[must_use]
    pub fn write(&self, field: u16, value: Value) -> Write {
        Write { field, value, saw: self.get(field).map(Register::seen).unwrap_or_default() }
    }

    /// The fields in which different values contend.
    pub fn contested(&self) -> impl Iterator<Item = (u16, &Register)> {
        self.fields.iter().filter(|(_, r)| r.is_contested()).map(|(field, r)| (*field, r))
    }

    /// The registers, by field.
    pub fn iter(&self) -> impl Iterator<Item = (u16, &Register)> {
        self.fields.iter().map(|(field, r)| (*field, r))
    }
}

/// As it stands in a database: the logs named, then per field its siblings with clocks that point into that list.
/// Siblings and logs are in order, so equal registers are equal bytes on every replica.
impl<C> Encode<C> for Registers {
    fn encode<W: encode::Write>(
        &self,
        e: &mut Encoder<W>,
        ctx: &mut C,
    ) -> Result<(), encode::Error<W::Error>> {
        let fields: Vec<(u16, Vec<Sibling>)> = self.fields.iter().map(|(f, r)| (*f, r.siblings())).collect();
        let logs: BTreeMap<LogId, u64> = fields
            .iter()
            .flat_map(|(_, s)| s)
            .flat_map(|s| s.clock.iter())
            .map(|dot| (*dot.actor, 0))
            .collect();
        let logs: BTreeMap<LogId, u64> = logs.into_keys().zip(0..).collect();
        let number = |log: &LogId| logs.get(log).copied().unwrap_or_default();
        e.array(2)?.encode_with(logs.keys().collect::<Vec<_>>(), ctx)?.map(fields.len() as u64)?;
        for (field, siblings) in &fields {
            e.u16(*field)?.array(siblings.len() as u64)?;
            for s in siblings {
                e.array(4)?.u64(number(&s.at.log))?.u64(s.depth)?.encode_with(&s.value, ctx)?;
                e.map(s.clock.iter().count() as u64)?;
                for dot in s.clock.iter() {
                    e.u64(number(dot.actor))?.u64(dot.counter)?;
                }
            }
        }
        Ok(())
    }
}

impl<'b, C> Decode<'b, C> for Registers {
    fn decode(d: &mut Decoder<'b>, ctx: &mut C) -> Result<Self, decode::Error> {
        d.array()?;
        let logs: Vec<LogId> = d.decode_with(ctx)?;
        let log = |n: u64| {
            let known = usize::try_from(n).ok().and_then(|n| logs.get(n));
            known.copied().ok_or_else(|| decode::Error::message("a log that is not named"))
        };
        let mut registers = Self::default();
        for _ in 0..d.map()?.unwrap_or_default() {
            let register = registers.fields.entry(d.u16()?).or_default();
            for _ in 0..d.array()?.unwrap_or_default() {
                register.restore(decode_sibling(d, ctx, &log)?);
            }
        }
        Ok(registers)
    }
}

fn decode_sibling<C>(
    d: &mut Decoder<'_>,
    ctx: &mut C,
    log: &impl Fn(u64) -> Result<LogId, decode::Error>,
) -> Result<Sibling, decode::Error> {
    d.array()?;
    let (author, depth, value) = (log(d.u64()?)?, d.u64()?, d.decode_with(ctx)?);
    let mut clock = VClock::new();
    for _ in 0..d.map()?.unwrap_or_default() {
        clock.apply(crdts::Dot::new(log(d.u64()?)?, d.u64()?));
    }
    Ok(Sibling { at: OpRef { log: author, seq: clock.get(&author) }, depth, value, clock })
}
