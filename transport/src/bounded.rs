//! A stream of which a stranger may use only so much, until it is known who he is.
//!
//! Invariant: while the bound stands, no more than its bytes are read and no read begins after its deadline.

use std::{
    io::{self, IoSlice, Read, Write},
    time::{Duration, Instant},
};

use thiserror::Error;

/// What stopped a stranger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Excess {
    /// Too many bytes.
    #[error("the other end sent more bytes than belong here; the link was dropped. Check the address")]
    Bytes,
    /// Too long.
    #[error("the other end took too long; the link was dropped. Move closer and try again")]
    Time,
}

impl Excess {
    /// The excess behind an error of a stream, if that is what it was.
    #[must_use]
    pub fn of(error: &io::Error) -> Option<Self> {
        error.get_ref().and_then(|inner| inner.downcast_ref::<Self>()).copied()
    }
}

/// A stream under a bound, until [`Bounded::lift`] ends it.
#[derive(Debug)]
pub struct Bounded<S> {
    stream: S,
    bound: Option<Bound>,
    first_byte: Option<u8>,
}

#[derive(Debug)]
struct Bound {
    bytes_left: usize,
    deadline: Instant,
}

impl<S> Bounded<S> {
    /// Allows `max_bytes` to be read, by reads that begin within `max_ms` milliseconds from now. How long one read may
    /// take is the stream's own affair (a socket's read timeout).
    pub fn new(stream: S, max_bytes: usize, max_ms: u64) -> Self {
        let mut bounded = Self { stream, bound: None, first_byte: None };
        bounded.renew(max_bytes, max_ms);
        bounded
    }

    /// Puts a new bound in place of the old one, or of none.
    pub fn renew(&mut self, max_bytes: usize, max_ms: u64) {
        let deadline = Instant::now() + Duration::from_millis(max_ms);
        self.bound = Some(Bound { bytes_left: max_bytes, deadline });
    }

    /// Ends the bound: the other end is known.
    pub fn lift(&mut self) {
        self.bound = None;
    }

    /// The first byte that ever came, which tells one protocol from another.
    #[must_use]
    pub fn first_byte(&self) -> Option<u8> {
        self.first_byte
    }

    /// The stream itself, to set its timeouts.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        &self.stream
    }
}

impl<S: Read> Read for Bounded<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let Some(bound) = &mut self.bound else { return self.stream.read(buffer) };
        if bound.bytes_left == 0 {
            return Err(io::Error::other(Excess::Bytes));
        }
        if Instant::now() >= bound.deadline {
            return Err(io::Error::new(io::ErrorKind::TimedOut, Excess::Time));
        }
        let most = buffer.len().min(bound.bytes_left);
        let count = self.stream.read(&mut buffer[..most])?;
        bound.bytes_left -= count;
        if self.first_byte.is_none() {
            self.first_byte = buffer[..count].first().copied();
        }
        Ok(count)
    }
}

impl<S: Write> Write for Bounded<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn write_vectored(&mut self, slices: &[IoSlice<'_>]) -> io::Result<usize> {
        self.stream.write_vectored(slices)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_bytes_than_the_bound_until_it_is_lifted() {
        let mut stream = Bounded::new(&b"0123456789"[..], 4, 60_000);
        let mut buffer = [0; 8];
        assert_eq!(stream.read(&mut buffer).unwrap(), 4);
        assert_eq!(Excess::of(&stream.read(&mut buffer).unwrap_err()), Some(Excess::Bytes));
        stream.lift();
        assert_eq!(stream.read(&mut buffer).unwrap(), 6);
        assert_eq!((&buffer[..6], stream.first_byte()), (&b"456789"[..], Some(b'0')));
    }

    #[test]
    fn no_read_after_the_deadline() {
        let mut stream = Bounded::new(&b"0123456789"[..], 4, 0);
        assert_eq!(Excess::of(&stream.read(&mut [0; 8]).unwrap_err()), Some(Excess::Time));
    }
}
