//! WebSocket as a stream of bytes, for networks that let nothing but HTTP through. The links' own TLS runs inside it.
//!
//! Invariant: it promises nothing about who is at the other end, and one read takes in a bounded number of bytes for a
//! bounded time, whatever a stranger sends.

mod https;
#[cfg(test)]
mod tests;

use std::{
    io::{self, Read, Write},
    net::TcpStream,
};

use rustls::RootCertStore;
use thiserror::Error;
use tungstenite::{
    HandshakeError, Message, WebSocket,
    error::ProtocolError,
    handshake::HandshakeRole,
    http::{self, Uri},
    protocol::{Role, WebSocketConfig},
};

use crate::{
    bounded::{Bounded, Excess},
    cancel::Cancel,
    tcp::{self, TcpError},
};

/// The most bytes in a message that is received. Ours have up to [`MESSAGE_BYTES`].
pub const MESSAGE_MAX_BYTES: usize = 256 * 1024;

/// Bytes are sent once there are as many, and when they are flushed.
pub const MESSAGE_BYTES: usize = 64 * 1024;

/// The most bytes of an HTTP greeting.
pub const GREETING_MAX_BYTES: usize = 16 * 1024;

/// The longest a greeting may take, in milliseconds (and one read timeout of the stream more).
pub const GREETING_MAX_MS: u64 = 20_000;

/// How long one read may go on over pings and empty messages, in milliseconds.
const READ_MAX_MS: u64 = 60_000;

/// Why there is no WebSocket.
#[derive(Debug, Error)]
pub enum WebSocketError {
    /// The address is none.
    #[error("\"{url}\" is no address of a WebSocket: {what}. It looks like wss://race.example/sync")]
    Url {
        /// As it was given.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// No TCP link.
    #[error(transparent)]
    Tcp(#[from] TcpError),
    /// No HTTPS.
    #[error("no trusted HTTPS with {host}: {source}. Check the name and this phone's date")]
    Https {
        /// The front.
        host: String,
        /// Why.
        source: io::Error,
    },
    /// HTTP, but no WebSocket.
    #[error("the server answers with HTTP status {0} and no WebSocket. Check the path in the address")]
    Status(u16),
    /// Something else.
    #[error("the other end speaks no WebSocket: {0}. Check the address and the port")]
    NotWebSocket(String),
    /// It sent too much, or took too long.
    #[error(transparent)]
    Excess(Excess),
    /// The link broke.
    #[error("the link broke during the WebSocket greeting: {0}. Try again")]
    Link(io::Error),
}

/// A WebSocket as a stream of bytes. Where messages begin and end means nothing.
#[derive(Debug)]
pub struct Socket<S> {
    socket: WebSocket<Bounded<S>>,
    received: Vec<u8>,
    used: usize,
    to_send: Vec<u8>,
    is_ended: bool,
}

/// What a WebSocket that was dialled runs over.
#[derive(Debug)]
pub struct Carrier(Way);

#[derive(Debug)]
enum Way {
    Http(TcpStream),
    Https(Box<https::Https>),
}

/// Dials `url`, which begins with `ws://` or `wss://`; connecting takes at most `timeout_ms` milliseconds. `wss` is
/// HTTPS as browsers do it, of TLS 1.3.
///
/// # Errors
/// When the address is none, nobody answers in time, the front is not trusted, or no WebSocket is there.
pub fn dial(url: &str, timeout_ms: u64, cancel: &Cancel) -> Result<Socket<Carrier>, WebSocketError> {
    dial_trusting(https::public_roots, url, timeout_ms, cancel)
}

fn dial_trusting(
    roots: impl FnOnce() -> RootCertStore,
    url: &str,
    timeout_ms: u64,
    cancel: &Cancel,
) -> Result<Socket<Carrier>, WebSocketError> {
    let wrong = |what: String| WebSocketError::Url { url: url.to_owned(), what };
    let uri: Uri = url.parse().map_err(|error: http::uri::InvalidUri| wrong(error.to_string()))?;
    let host =
        uri.host().filter(|host| !host.is_empty()).ok_or_else(|| wrong("it has no host".to_owned()))?;
    let (is_https, port) = match uri.scheme_str() {
        Some("ws") => (false, uri.port_u16().unwrap_or(80)),
        Some("wss") => (true, uri.port_u16().unwrap_or(443)),
        _ => return Err(wrong("it begins with neither ws:// nor wss://".to_owned())),
    };
    let stream = tcp::dial(&format!("{host}:{port}"), timeout_ms, cancel)?;
    let way = match is_https {
        false => Way::Http(stream),
        true => Way::Https(Box::new(https::connect(stream, host, roots())?)),
    };
    connect(Carrier(way), url)
}

/// The dialling end over a stream that is there already; `url` names host and path to the server.
///
/// # Errors
/// When the address is none, or the other end speaks no WebSocket.
pub fn connect<S: Read + Write>(stream: S, url: &str) -> Result<Socket<S>, WebSocketError> {
    let stream = Bounded::new(stream, GREETING_MAX_BYTES, GREETING_MAX_MS);
    let done = tungstenite::client::client_with_config(url, stream, Some(config()));
    done.map(|(socket, _)| Socket::over(socket)).map_err(explain)
}

/// The accepting end. Any path will do.
///
/// # Errors
/// When the other end asks for no WebSocket.
pub fn accept<S: Read + Write>(stream: S) -> Result<Socket<S>, WebSocketError> {
    let stream = Bounded::new(stream, GREETING_MAX_BYTES, GREETING_MAX_MS);
    tungstenite::accept_with_config(stream, Some(config())).map(Socket::over).map_err(explain)
}

/// The accepting end of a greeting that somebody else has read and answered with [`welcome`].
pub fn greeted<S: Read + Write>(stream: S) -> Socket<S> {
    let stream = Bounded::new(stream, MESSAGE_MAX_BYTES, READ_MAX_MS);
    Socket::over(WebSocket::from_raw_socket(stream, Role::Server, Some(config())))
}

/// The answer to a greeting that an HTTP server has read.
///
/// # Errors
/// When it asks for no WebSocket.
pub fn welcome(greeting: &http::Request<()>) -> Result<http::Response<()>, WebSocketError> {
    let answer = tungstenite::handshake::server::create_response(greeting);
    answer.map_err(|error| WebSocketError::NotWebSocket(error.to_string()))
}

fn config() -> WebSocketConfig {
    WebSocketConfig::default()
        .read_buffer_size(16 * 1024)
        .max_message_size(Some(MESSAGE_MAX_BYTES))
        .max_frame_size(Some(MESSAGE_MAX_BYTES))
}

fn explain<R: HandshakeRole>(error: HandshakeError<R>) -> WebSocketError {
    use tungstenite::Error;
    match error {
        HandshakeError::Interrupted(_) => WebSocketError::Excess(Excess::Time),
        HandshakeError::Failure(Error::Io(error)) => match Excess::of(&error) {
            Some(excess) => WebSocketError::Excess(excess),
            None => WebSocketError::Link(error),
        },
        HandshakeError::Failure(Error::AttackAttempt) => WebSocketError::Excess(Excess::Bytes),
        HandshakeError::Failure(Error::Http(response)) => WebSocketError::Status(response.status().as_u16()),
        HandshakeError::Failure(error) => WebSocketError::NotWebSocket(error.to_string()),
    }
}

impl<S> Socket<S> {
    fn over(socket: WebSocket<Bounded<S>>) -> Self {
        Self { socket, received: Vec::new(), used: 0, to_send: Vec::new(), is_ended: false }
    }

    /// The stream below, to set its timeouts.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        self.socket.get_ref().get_ref()
    }
}

impl<S: Read + Write> Socket<S> {
    /// Says goodbye. What the other end has sent can still be read.
    ///
    /// # Errors
    /// When the link is broken.
    pub fn close(&mut self) -> io::Result<()> {
        self.flush()?;
        self.socket.close(None).and_then(|()| self.socket.flush()).or_else(ended)
    }

    fn send_waiting(&mut self) -> io::Result<()> {
        if self.to_send.is_empty() {
            return Ok(());
        }
        let message = Message::binary(std::mem::take(&mut self.to_send));
        self.socket.write(message).map_err(io_error)
    }

    /// Takes in the next message; true when it may have brought bytes, false at the end.
    fn receive(&mut self) -> io::Result<bool> {
        match self.socket.read() {
            Ok(Message::Binary(bytes)) => {
                self.received = bytes.into();
                self.used = 0;
                Ok(true)
            }
            // Answers to pings are sent by the next read or write.
            Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_)) => Ok(true),
            Ok(Message::Close(_)) => {
                // The answer is a courtesy.
                let _courtesy = self.socket.flush();
                Ok(false)
            }
            Ok(Message::Text(_)) => {
                Err(io::Error::new(io::ErrorKind::InvalidData, "a text came where only bytes do"))
            }
            Err(error) => ended(error).map(|()| false),
        }
    }
}

/// `Ok(0)` is the other end's goodbye, which anybody on the way could have said: the links' own TLS inside knows better.
impl<S: Read + Write> Read for Socket<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if !self.to_send.is_empty() {
            self.flush()?;
        }
        // Pings and empty messages bring nothing up here: without a bound they could go on for ever.
        self.socket.get_mut().renew(MESSAGE_MAX_BYTES + GREETING_MAX_BYTES, READ_MAX_MS);
        while self.used == self.received.len() && !self.is_ended && !buffer.is_empty() {
            self.is_ended = !self.receive()?;
        }
        let count = (&self.received[self.used..]).read(buffer)?;
        self.used += count;
        Ok(count)
    }
}

impl<S: Read + Write> Write for Socket<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.to_send.len() >= MESSAGE_BYTES {
            self.send_waiting()?;
        }
        let count = bytes.len().min(MESSAGE_BYTES - self.to_send.len());
        self.to_send.extend_from_slice(&bytes[..count]);
        Ok(count)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.send_waiting()?;
        self.socket.flush().map_err(io_error)
    }
}

/// A goodbye that was said already is no error.
fn ended(error: tungstenite::Error) -> io::Result<()> {
    match error {
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => Ok(()),
        error => Err(io_error(error)),
    }
}

fn io_error(error: tungstenite::Error) -> io::Error {
    match error {
        tungstenite::Error::Io(error) => error,
        tungstenite::Error::Protocol(ProtocolError::ResetWithoutClosingHandshake) => {
            io::Error::new(io::ErrorKind::UnexpectedEof, "the WebSocket ended without a goodbye")
        }
        tungstenite::Error::ConnectionClosed | tungstenite::Error::AlreadyClosed => {
            io::Error::new(io::ErrorKind::BrokenPipe, "the WebSocket is closed")
        }
        error => io::Error::new(io::ErrorKind::InvalidData, error),
    }
}

impl Carrier {
    /// The TCP stream at the bottom, to set its timeouts.
    #[must_use]
    pub fn tcp(&self) -> &TcpStream {
        match &self.0 {
            Way::Http(stream) => stream,
            Way::Https(https) => https.sock.get_ref(),
        }
    }
}

impl Read for Carrier {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.0 {
            Way::Http(stream) => stream.read(buffer),
            Way::Https(https) => https.read(buffer),
        }
    }
}

impl Write for Carrier {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.0 {
            Way::Http(stream) => stream.write(bytes),
            Way::Https(https) => https.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.0 {
            Way::Http(stream) => stream.flush(),
            Way::Https(https) => https.flush(),
        }
    }
}
