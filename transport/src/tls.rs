//! TLS 1.3 between two logs, over any stream: raw public keys (RFC 7250) at both ends, and the key is the log's own.
//!
//! Invariant: a [`Secure`] exists only when both ends proved their keys, the dialling end got the log it asked for, and
//! the accepting end admitted the other. There are no certificates, names, tickets, resumption or early data.
//!
//! In TLS 1.3 the dialling end is done before the other has judged it. So the accepting end's first byte is its
//! verdict, and `connect` waits for it: "not admitted" is an answer and not a link that breaks later.

mod door;
mod keys;
#[cfg(test)]
mod tests;

use std::{
    fmt,
    io::{self, Read, Write},
    sync::Arc,
};

use bibtrail_core::{
    ids::{LogId, RaceId},
    log::Identity,
};
pub use door::Door;
use keys::{Disbelief, Verifier};
use rustls::{
    ClientConfig, ClientConnection, Connection,
    client::{AlwaysResolvesClientRawPublicKeys, Resumption},
    crypto::{CryptoProvider, ring},
    pki_types::ServerName,
    version::TLS13,
};
use thiserror::Error;

use crate::bounded::{Bounded, Excess};

/// The protocol both ends must name (ALPN).
pub const PROTOCOL: &[u8] = b"bibtrail/1";

/// The most bytes a stranger may send in a handshake. An honest one sends about 400.
pub const HANDSHAKE_MAX_BYTES: usize = 64 * 1024;

/// The longest a stranger may take over a handshake, in milliseconds (and one read timeout of the stream more).
pub const HANDSHAKE_MAX_MS: u64 = 20_000;

/// Bytes that one record adds to what is sent in it; a record holds up to 16,384.
pub const RECORD_OVERHEAD_BYTES: usize = 22;

/// RFC 6761: a name that is nobody's.
const NOBODY: &str = "bibtrail.invalid";

/// How many bytes of a race's id stand in a name.
const RACE_BYTES: usize = 8;

const NOT_ADMITTED: u8 = 0;
const ADMITTED: u8 = 1;
const LATER: u8 = 2;

/// What the accepting end says of a log that proved its key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Come in.
    Admitted,
    /// Not at all.
    NotAdmitted,
    /// Not now: it comes too often. An older app takes it for a refusal.
    Later,
}

/// Why there is no secure link.
#[derive(Debug, Error)]
pub enum TlsError {
    /// Somebody else answered.
    #[error("log {} answered where log {} was expected. Nothing was sent to it; scan its code again", found.short(), expected.short())]
    WrongPeer {
        /// Who was asked for.
        expected: LogId,
        /// Who it says it is; not proven.
        found: LogId,
    },
    /// Said by the accepting end: the dialling log proved its key, and is not admitted.
    #[error("log {} is not admitted to this race; the link was refused. Let its owner show a ticket", .0.short())]
    NotAdmitted(LogId),
    /// Said by the dialling end.
    #[error("log {} does not admit this phone's log. Show it your ticket, or ask the race's director", .0.short())]
    Refused(LogId),
    /// Said by both ends.
    #[error("log {} comes too often to be answered now. Nothing is lost; try again in a minute", .0.short())]
    Later(LogId),
    /// The key is not Ed25519, or breaks its rules.
    #[error("the other end shows no usable Ed25519 key; it is no Bibtrail. Check the address")]
    NotEd25519,
    /// A key that anybody can sign for.
    #[error("the other end shows a weak key, which anybody could use; the link was refused")]
    WeakKey,
    /// The key is shown, but not held.
    #[error(
        "the other end shows a key that it does not hold; the link was refused. Somebody may be in between"
    )]
    Forged,
    /// It speaks TLS, but not Bibtrail.
    #[error("the other end speaks TLS, but not bibtrail/1. Check the address, or update the older app")]
    OtherProtocol,
    /// It speaks no TLS.
    #[error("the other end does not speak TLS (its first byte is 0x{0:02x}). Check the address and the port")]
    NotTls(u8),
    /// It sent too much, or took too long.
    #[error(transparent)]
    Excess(Excess),
    /// The handshake went wrong.
    #[error("the TLS handshake failed: {0}. Try again; if it goes on, somebody may be in between")]
    Handshake(rustls::Error),
    /// The link broke.
    #[error("the link broke during the TLS handshake: {0}. Try again")]
    Link(io::Error),
    /// This phone's own key or settings.
    #[error("TLS cannot begin here: {0}")]
    Local(rustls::Error),
}

/// A stream to a log that proved its key. Reading and writing take turns: one end must read while the
/// other writes.
pub struct Secure<S> {
    stream: Bounded<S>,
    connection: Connection,
    peer: LogId,
}

/// Whom a dialling end asks for.
#[derive(Clone, Copy, Debug, Default)]
pub struct Whom {
    /// The log that must answer. With none given whichever answers is taken; its identity is then the caller's to judge
    /// by [`Secure::peer`], and it learns this phone's log.
    pub log: Option<LogId>,
    /// The race, for a server that holds several under different keys. Said in the clear, by its first digits, like in
    /// announcements.
    pub race: Option<RaceId>,
}

impl From<Option<LogId>> for Whom {
    fn from(log: Option<LogId>) -> Self {
        Self { log, race: None }
    }
}

/// Dials: gives a link to whom is asked for. Returns when the other end has admitted this one.
///
/// # Errors
/// When the other end is another log, does not prove its key, does not admit this one, or speaks something else.
pub fn connect<S: Read + Write>(
    stream: S,
    identity: &Identity,
    whom: impl Into<Whom>,
) -> Result<Secure<S>, TlsError> {
    let Whom { log: expected, race } = whom.into();
    let mut config = client_config(identity, expected).map_err(TlsError::Local)?;
    config.enable_sni = race.is_some();
    // Without a race it is not sent.
    let name = race.map_or_else(|| NOBODY.to_owned(), name_of);
    let name = ServerName::try_from(name).map_err(|_| TlsError::NotEd25519)?;
    let connection = ClientConnection::new(Arc::new(config), name).map_err(TlsError::Local)?;
    let mut link = shake_hands(stream, connection.into(), expected)?;
    let mut verdict = [NOT_ADMITTED];
    link.read_exact(&mut verdict).map_err(|error| link.explain(error, expected))?;
    match verdict {
        [ADMITTED] => {
            link.stream.lift();
            Ok(link)
        }
        [LATER] => Err(TlsError::Later(link.peer)),
        _ => Err(TlsError::Refused(link.peer)),
    }
}

/// Accepts: gives a link to the log that dialled, if `is_admitted`, which is asked only about a proven key.
///
/// # Errors
/// When the other end does not prove its key, is not admitted, or speaks something else.
pub fn accept<S: Read + Write>(
    stream: S,
    identity: &Identity,
    is_admitted: &dyn Fn(LogId) -> bool,
) -> Result<Secure<S>, TlsError> {
    let judge = |_, log| if is_admitted(log) { Verdict::Admitted } else { Verdict::NotAdmitted };
    Door::of(identity)?.accept(stream, &judge).map(|(link, _)| link)
}

/// The verdict is said, and a link that is not admitted ended.
fn end_by<S: Read + Write>(mut link: Secure<S>, verdict: Verdict) -> Result<Secure<S>, TlsError> {
    let (byte, error) = match verdict {
        Verdict::Admitted => {
            link.write_all(&[ADMITTED]).and_then(|()| link.flush()).map_err(TlsError::Link)?;
            link.stream.lift();
            return Ok(link);
        }
        Verdict::NotAdmitted => (NOT_ADMITTED, TlsError::NotAdmitted(link.peer)),
        Verdict::Later => (LATER, TlsError::Later(link.peer)),
    };
    // The verdict is a courtesy: that it may not arrive changes nothing here.
    let _courtesy = link.write_all(&[byte]).and_then(|()| link.close());
    Err(error)
}

fn shake_hands<S: Read + Write>(
    stream: S,
    connection: Connection,
    expected: Option<LogId>,
) -> Result<Secure<S>, TlsError> {
    let stream = Bounded::new(stream, HANDSHAKE_MAX_BYTES, HANDSHAKE_MAX_MS);
    let mut link = Secure { stream, connection, peer: LogId([0; 32]) };
    while link.connection.is_handshaking() {
        link.progress().map_err(|error| link.explain(error, expected))?;
    }
    if link.connection.alpn_protocol() != Some(PROTOCOL) {
        return Err(TlsError::OtherProtocol);
    }
    let shown = link.connection.peer_certificates().and_then(|keys| keys.first());
    link.peer = shown.and_then(keys::log_of).ok_or(TlsError::NotEd25519)?;
    Ok(link)
}

/// The name by which a race is asked for: its first 16 hexadecimal digits, below a name that is nobody's.
fn name_of(race: RaceId) -> String {
    let digits: String =
        race.0.as_bytes().iter().take(RACE_BYTES).map(|byte| format!("{byte:02x}")).collect();
    format!("{digits}.{NOBODY}")
}

/// X25519 only, and the two suites every phone has in hardware or runs fast without.
fn provider() -> CryptoProvider {
    let suites =
        [ring::cipher_suite::TLS13_AES_128_GCM_SHA256, ring::cipher_suite::TLS13_CHACHA20_POLY1305_SHA256];
    CryptoProvider {
        cipher_suites: suites.into(),
        kx_groups: vec![ring::kx_group::X25519],
        ..ring::default_provider()
    }
}

fn client_config(identity: &Identity, expected: Option<LogId>) -> Result<ClientConfig, rustls::Error> {
    let key = keys::certified(identity)?;
    let mut config = ClientConfig::builder_with_provider(provider().into())
        .with_protocol_versions(&[&TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Verifier { expected }))
        .with_client_cert_resolver(Arc::new(AlwaysResolvesClientRawPublicKeys::new(key)));
    config.alpn_protocols = vec![PROTOCOL.to_vec()];
    config.enable_sni = false;
    config.resumption = Resumption::disabled();
    Ok(config)
}

impl<S> fmt::Debug for Secure<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secure").field("peer", &self.peer).finish_non_exhaustive()
    }
}

impl<S> Secure<S> {
    /// The log at the other end. It proved its key.
    #[must_use]
    pub fn peer(&self) -> LogId {
        self.peer
    }

    /// The stream below, to set its timeouts.
    #[must_use]
    pub fn get_ref(&self) -> &S {
        self.stream.get_ref()
    }

    /// The name by which the dialling end asked.
    fn asked_for(&self) -> Option<&str> {
        match &self.connection {
            Connection::Server(server) => server.server_name(),
            Connection::Client(_) => None,
        }
    }

    fn explain(&self, error: io::Error, expected: Option<LogId>) -> TlsError {
        if let Some(excess) = Excess::of(&error) {
            return TlsError::Excess(excess);
        }
        if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) {
            return TlsError::Excess(Excess::Time);
        }
        // TLS begins with a handshake record (0x16) or an alert (0x15).
        if let Some(byte) = self.stream.first_byte().filter(|byte| !matches!(byte, 0x15 | 0x16)) {
            return TlsError::NotTls(byte);
        }
        let Some(tls) = error.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) else {
            return TlsError::Link(error);
        };
        let rustls::Error::InvalidCertificate(rustls::CertificateError::Other(other)) = tls else {
            return match tls {
                rustls::Error::NoApplicationProtocol | rustls::Error::PeerIncompatible(_) => {
                    TlsError::OtherProtocol
                }
                _ => TlsError::Handshake(tls.clone()),
            };
        };
        match (other.0.downcast_ref::<Disbelief>(), expected) {
            (Some(Disbelief::WrongPeer(found)), Some(expected)) => {
                TlsError::WrongPeer { expected, found: *found }
            }
            (Some(Disbelief::NotEd25519), _) => TlsError::NotEd25519,
            (Some(Disbelief::Weak), _) => TlsError::WeakKey,
            (Some(Disbelief::Forged), _) => TlsError::Forged,
            _ => TlsError::Handshake(tls.clone()),
        }
    }
}

impl<S: Read + Write> Secure<S> {
    /// Says that nothing more will be written, so that the other end knows it has all. Reading goes on.
    ///
    /// # Errors
    /// When the link is broken.
    pub fn close(&mut self) -> io::Result<()> {
        self.connection.send_close_notify();
        self.drain()?;
        self.stream.flush()
    }

    /// Bytes read and written, as far as it goes without waiting in vain.
    fn progress(&mut self) -> io::Result<(usize, usize)> {
        let done = self.connection.complete_io(&mut self.stream);
        if done.is_err() {
            // The other end is told why, if it still listens.
            let _courtesy = self.drain();
        }
        done
    }

    fn drain(&mut self) -> io::Result<()> {
        while self.connection.wants_write() {
            if self.connection.write_tls(&mut self.stream)? == 0 {
                return Err(io::ErrorKind::WriteZero.into());
            }
        }
        Ok(())
    }
}

/// `Ok(0)` is the clean end, said by the other end under its key. A link that just stops is an error of the kind
/// `UnexpectedEof`: somebody may have cut it.
impl<S: Read + Write> Read for Secure<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            match self.connection.reader().read(buffer) {
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => {}
                done => return done,
            }
            if self.progress()? == (0, 0) {
                return self.connection.reader().read(buffer);
            }
        }
    }
}

impl<S: Read + Write> Write for Secure<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.drain()?;
        let count = self.connection.writer().write(bytes)?;
        match self.drain() {
            Err(error) if count == 0 => Err(error),
            // The bytes are taken; if the link is broken, the next call says so.
            _ => Ok(count),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.connection.writer().flush()?;
        self.drain()?;
        self.stream.flush()
    }
}
