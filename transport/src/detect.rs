//! Raw links and WebSockets on one port, told apart by their first byte.
//!
//! Invariant: nothing is taken from a stream that is neither, and nothing is answered to it.

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use thiserror::Error;

use crate::websocket::{self, Socket, WebSocketError};

/// A TLS handshake begins with this byte.
const TLS: u8 = 0x16;

/// `GET`, with which a WebSocket begins.
const HTTP: u8 = b'G';

/// Why a stream is neither.
#[derive(Debug, Error)]
pub enum DetectError {
    /// It ended before its first byte.
    #[error("the other end hung up before it said anything")]
    Silent,
    /// Another protocol.
    #[error("the other end speaks neither TLS nor HTTP (its first byte is 0x{0:02x}); the link was dropped")]
    Unknown(u8),
    /// HTTP, but no WebSocket.
    #[error(transparent)]
    WebSocket(#[from] WebSocketError),
    /// The link broke.
    #[error("the link broke before the other end said anything: {0}")]
    Link(#[source] io::Error),
}

/// A stream of bytes from who dialled; TLS comes next on it.
#[derive(Debug)]
pub enum Incoming {
    /// TCP itself.
    Raw(TcpStream),
    /// A WebSocket over it.
    WebSocket(Box<Socket<TcpStream>>),
}

/// Waits for the first byte, for as long as the stream's read timeout, and greets a WebSocket.
///
/// # Errors
/// When it is neither.
pub fn accept(stream: TcpStream) -> Result<Incoming, DetectError> {
    let mut first = [0];
    match stream.peek(&mut first).map_err(DetectError::Link)? {
        0 => Err(DetectError::Silent),
        _ if first == [TLS] => Ok(Incoming::Raw(stream)),
        _ if first == [HTTP] => Ok(Incoming::WebSocket(Box::new(websocket::accept(stream)?))),
        _ => Err(DetectError::Unknown(first[0])),
    }
}

impl Incoming {
    /// The TCP stream at the bottom, to set its timeouts.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        match self {
            Self::Raw(stream) => stream,
            Self::WebSocket(socket) => socket.get_ref(),
        }
    }
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Raw(stream) => stream.read(buffer),
            Self::WebSocket(socket) => socket.read(buffer),
        }
    }
}

impl Write for Incoming {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Raw(stream) => stream.write(bytes),
            Self::WebSocket(socket) => socket.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Raw(stream) => stream.flush(),
            Self::WebSocket(socket) => socket.flush(),
        }
    }
}

#[cfg(test)]
mod tests;
