//! What a register may hold.
//!
//! Invariant: one value has one encoding, so equal values are equal bytes on every replica.

use minicbor::{
    Decode, Decoder, Encode, Encoder,
    data::Type,
    decode,
    encode::{self, Write},
};

/// How deep lists may nest.
const DEPTH_MAX: u32 = 4;

/// A register's value: plain CBOR.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// Nothing: what was there is taken back.
    Null,
    /// Yes or no.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A text.
    Text(String),
    /// Several values.
    List(Vec<Value>),
}

impl Value {
    /// The text, if it is one.
    #[must_use]
    pub fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// The number, if it is one.
    #[must_use]
    pub fn as_int(&self) -> Option<i64> {
        if let Self::Int(int) = self { Some(*int) } else { None }
    }

    /// The parts, if it is a list.
    #[must_use]
    pub fn as_list(&self) -> Option<&[Value]> {
        if let Self::List(list) = self { Some(list) } else { None }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<i64> for Value {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl std::fmt::Display for Value {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Null => f.write_str("nothing"),
            Self::Bool(true) => f.write_str("yes"),
            Self::Bool(false) => f.write_str("no"),
            Self::Int(int) => write!(f, "{int}"),
            Self::Text(text) => f.write_str(text),
            Self::List(list) => {
                for (n, part) in list.iter().filter(|v| **v != Self::Null).enumerate() {
                    write!(f, "{}{part}", if n == 0 { "" } else { " " })?;
                }
                Ok(())
            }
        }
    }
}

impl<C> Encode<C> for Value {
    fn encode<W: Write>(&self, e: &mut Encoder<W>, ctx: &mut C) -> Result<(), encode::Error<W::Error>> {
        match self {
            Self::Null => e.null()?.ok(),
            Self::Bool(yes) => e.bool(*yes)?.ok(),
            Self::Int(int) => e.i64(*int)?.ok(),
            Self::Text(text) => e.str(text)?.ok(),
            Self::List(list) => list.encode(e, ctx),
        }
    }
}

impl<'b, C> Decode<'b, C> for Value {
    fn decode(d: &mut Decoder<'b>, _: &mut C) -> Result<Self, decode::Error> {
        decode_within(d, DEPTH_MAX)
    }
}

fn decode_within(d: &mut Decoder<'_>, depth: u32) -> Result<Value, decode::Error> {
    let at = d.position();
    Ok(match d.datatype()? {
        Type::Null => {
            d.null()?;
            Value::Null
        }
        Type::Bool => Value::Bool(d.bool()?),
        Type::String => Value::Text(d.str()?.to_owned()),
        Type::Array if depth > 0 => {
            let parts = d.array()?.ok_or_else(|| decode::Error::message("endless list").at(at))?;
            // No capacity from the claimed length: it may be a lie.
            Value::List((0..parts).map(|_| decode_within(d, depth - 1)).collect::<Result<_, _>>()?)
        }
        Type::Array => return Err(decode::Error::message("lists nest too deep").at(at)),
        _ => Value::Int(d.i64()?),
    })
}
