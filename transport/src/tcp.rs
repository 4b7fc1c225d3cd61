//! TCP: listening and dialling, both to be stopped at any time.
//!
//! Invariant: every stream given out is blocking, sends at once, and no read or write of it waits longer than
//! [`SILENCE_MAX_MS`].

use std::{
    io,
    net::{SocketAddr, TcpStream, ToSocketAddrs},
    sync::Arc,
    time::{Duration, Instant},
};

use mio::{Events, Interest, Poll, Token, Waker, net};
use thiserror::Error;

use crate::cancel::{Cancel, Hook};

/// How long a read or write waits, in milliseconds. The caller may set another time on the stream.
pub const SILENCE_MAX_MS: u64 = 30_000;

const SOCKET: Token = Token(0);
const WAKER: Token = Token(1);

/// Why there is no TCP link.
#[derive(Debug, Error)]
pub enum TcpError {
    /// Another thread stopped it.
    #[error("stopped")]
    Cancelled,
    /// The address is none.
    #[error("\"{address}\" leads nowhere: {source}. An address is a host and a port, as in 192.168.1.4:7117")]
    Address {
        /// As it was given.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// Nobody answers.
    #[error(
        "{address} cannot be reached: {source}. Check that both are in the same network and the other is listening"
    )]
    Unreachable {
        /// Whom.
        address: String,
        /// Why.
        source: io::Error,
    },
    /// The port cannot be listened on.
    #[error("cannot listen on {address}: {source}. Choose another port, or 0 for any free one")]
    Bind {
        /// Where.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
    /// The system refuses.
    #[error("the system refuses a network link: {0}. Close other links and try again")]
    System(#[from] io::Error),
}

/// A poll that a [`Cancel`] wakes.
struct Wait {
    poll: Poll,
    events: Events,
    // Held here as well: a waker that goes with its hook takes back its wake.
    _waker: Arc<Waker>,
    _hook: Hook,
}

impl Wait {
    fn new(cancel: &Cancel) -> io::Result<Self> {
        let poll = Poll::new()?;
        let waker = Arc::new(Waker::new(poll.registry(), WAKER)?);
        let hook = cancel.on_cancel({
            let waker = waker.clone();
            move || {
                // A waker fails only when its poll is gone.
                let _gone = waker.wake();
            }
        });
        Ok(Self { poll, events: Events::with_capacity(4), _waker: waker, _hook: hook })
    }

    fn wait(&mut self, limit: Option<Duration>) -> io::Result<()> {
        match self.poll.poll(&mut self.events, limit) {
            Err(error) if error.kind() == io::ErrorKind::Interrupted => Ok(()),
            done => done,
        }
    }
}

/// A port that others can dial.
#[derive(Debug)]
pub struct Listener {
    socket: net::TcpListener,
    address: SocketAddr,
}

impl Listener {
    /// Listens on `address`; port 0 is any free one.
    ///
    /// # Errors
    /// When the port is taken or not allowed.
    pub fn bind(address: SocketAddr) -> Result<Self, TcpError> {
        let bound = net::TcpListener::bind(address).and_then(|socket| Ok((socket.local_addr()?, socket)));
        let (address, socket) = bound.map_err(|source| TcpError::Bind { address, source })?;
        Ok(Self { socket, address })
    }

    /// Where it listens, with the real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the next who dials, and gives the link and the address it came from.
    ///
    /// # Errors
    /// [`TcpError::Cancelled`], or what the system says, mostly that there are too many links: wait before trying
    /// again.
    pub fn accept(&mut self, cancel: &Cancel) -> Result<(TcpStream, SocketAddr), TcpError> {
        let mut wait = Wait::new(cancel)?;
        wait.poll.registry().register(&mut self.socket, SOCKET, Interest::READABLE)?;
        let accepted = self.accept_in(&mut wait, cancel);
        wait.poll.registry().deregister(&mut self.socket)?;
        accepted
    }

    fn accept_in(&self, wait: &mut Wait, cancel: &Cancel) -> Result<(TcpStream, SocketAddr), TcpError> {
        loop {
            if cancel.is_cancelled() {
                return Err(TcpError::Cancelled);
            }
            match self.socket.accept() {
                Ok((stream, from)) => return Ok((prepare(stream)?, from)),
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => wait.wait(None)?,
                // Who hung up before he was answered, and signals.
                Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => {}
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// Dials `address`, a host and a port, for at most `timeout_ms` milliseconds in all. Looking up a host's name is the
/// system's affair and counts to no limit; an IP address needs none.
///
/// # Errors
/// When the address is none, nobody answers in time, or it is cancelled.
pub fn dial(address: &str, timeout_ms: u64, cancel: &Cancel) -> Result<TcpStream, TcpError> {
    let wrong = |source| TcpError::Address { address: address.to_owned(), source };
    let unreachable = |source| TcpError::Unreachable { address: address.to_owned(), source };
    let targets: Vec<SocketAddr> = address.to_socket_addrs().map_err(wrong)?.collect();
    let end = Instant::now() + Duration::from_millis(timeout_ms);
    let mut last = wrong(io::ErrorKind::NotFound.into());
    for (n, target) in targets.iter().enumerate() {
        // Each gets an even part of what is left: the first may be a dead end.
        let left = end.saturating_duration_since(Instant::now());
        let parts = u32::try_from(targets.len() - n).unwrap_or(u32::MAX);
        match dial_one(*target, left / parts, cancel) {
            Err(_) if cancel.is_cancelled() => return Err(TcpError::Cancelled),
            Err(source) => last = unreachable(source),
            Ok(stream) => return Ok(stream),
        }
    }
    Err(last)
}

fn dial_one(target: SocketAddr, limit: Duration, cancel: &Cancel) -> io::Result<TcpStream> {
    let end = Instant::now() + limit;
    let mut wait = Wait::new(cancel)?;
    let mut stream = net::TcpStream::connect(target)?;
    wait.poll.registry().register(&mut stream, SOCKET, Interest::WRITABLE)?;
    loop {
        let left = end.saturating_duration_since(Instant::now());
        if cancel.is_cancelled() || left.is_zero() {
            return Err(io::Error::new(io::ErrorKind::TimedOut, "no answer in time"));
        }
        wait.wait(Some(left))?;
        if let Some(error) = stream.take_error()? {
            return Err(error);
        }
        match stream.peer_addr() {
            Ok(_) => break,
            Err(error) if error.kind() == io::ErrorKind::NotConnected => {}
            Err(error) => return Err(error),
        }
    }
    wait.poll.registry().deregister(&mut stream)?;
    prepare(stream)
}

fn prepare(stream: net::TcpStream) -> io::Result<TcpStream> {
    let stream = TcpStream::from(stream);
    stream.set_nonblocking(false)?;
    stream.set_nodelay(true)?;
    let limit = Some(Duration::from_millis(SILENCE_MAX_MS));
    stream.set_read_timeout(limit)?;
    stream.set_write_timeout(limit)?;
    Ok(stream)
}

#[cfg(test)]
mod tests {
    use std::{io::Read, io::Write, thread};

    use super::*;

    fn here() -> SocketAddr {
        SocketAddr::from(([127, 0, 0, 1], 0))
    }

    #[test]
    fn who_dials_is_accepted_and_bytes_go_both_ways() {
        let mut listener = Listener::bind(here()).unwrap();
        let address = listener.address().to_string();
        let dialling = thread::spawn(move || {
            for _ in 0..3 {
                let mut stream = dial(&address, 60_000, &Cancel::new()).unwrap();
                stream.write_all(b"ping").unwrap();
                let mut answer = [0; 4];
                stream.read_exact(&mut answer).unwrap();
                assert_eq!(&answer, b"pong");
            }
        });
        for _ in 0..3 {
            let (mut stream, from) = listener.accept(&Cancel::new()).unwrap();
            assert!(from.ip().is_loopback() && stream.nodelay().unwrap());
            assert_eq!(stream.read_timeout().unwrap(), Some(Duration::from_secs(30)));
            let mut question = [0; 4];
            stream.read_exact(&mut question).unwrap();
            stream.write_all(b"pong").unwrap();
        }
        dialling.join().unwrap();
    }

    #[test]
    fn a_cancelled_wait_ends() {
        let mut listener = Listener::bind(here()).unwrap();
        let address = listener.address();
        let cancel = Cancel::new();
        let waiting = {
            let cancel = cancel.clone();
            thread::spawn(move || listener.accept(&cancel).map(drop))
        };
        cancel.cancel();
        assert!(matches!(waiting.join().unwrap(), Err(TcpError::Cancelled)));
        assert!(matches!(dial(&address.to_string(), 60_000, &cancel), Err(TcpError::Cancelled)));
    }

    #[test]
    fn a_wait_that_begins_after_the_wake_ends() {
        let cancel = Cancel::new();
        let mut wait = Wait::new(&cancel).unwrap();
        cancel.cancel();
        wait.wait(Some(Duration::from_secs(600))).unwrap();
        assert!(wait.events.iter().any(|event| event.token() == WAKER));
    }

    #[test]
    fn what_cannot_be_reached_is_named() {
        let free = Listener::bind(here()).unwrap().address().to_string();
        let error = dial(&free, 60_000, &Cancel::new()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("{free} cannot be reached: ")), "{error}");
        let error = dial("192.168.1.4", 60_000, &Cancel::new()).unwrap_err().to_string();
        assert!(error.starts_with("\"192.168.1.4\" leads nowhere"), "{error}");
        let taken = Listener::bind(here()).unwrap();
        let error = Listener::bind(taken.address()).unwrap_err().to_string();
        assert!(error.starts_with(&format!("cannot listen on {}", taken.address())), "{error}");
    }
}
