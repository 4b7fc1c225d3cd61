//! The HTTPS in front of a server on the internet, as every browser does it.
//!
//! Invariant: it only carries. Who is at the other end is known from the log keys inside; a front that is not trusted
//! is refused all the same.

use std::{io, net::TcpStream, sync::Arc};

use rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring, pki_types::ServerName,
    version::TLS13,
};

use super::{GREETING_MAX_MS, WebSocketError};
use crate::bounded::Bounded;

/// The most bytes of the front's handshake, its certificates with it.
const HANDSHAKE_MAX_BYTES: usize = 128 * 1024;

/// A link through HTTPS.
pub(super) type Https = StreamOwned<ClientConnection, Bounded<TcpStream>>;

/// The authorities that browsers trust.
pub(super) fn public_roots() -> RootCertStore {
    RootCertStore { roots: webpki_roots::TLS_SERVER_ROOTS.to_vec() }
}

/// Begins HTTPS with the front called `host`.
pub(super) fn connect(stream: TcpStream, host: &str, roots: RootCertStore) -> Result<Https, WebSocketError> {
    let failed = |source: io::Error| WebSocketError::Https { host: host.to_owned(), source };
    // A URL has an IPv6 address in brackets.
    let plain = host.trim_start_matches('[').trim_end_matches(']').to_owned();
    let name = ServerName::try_from(plain).map_err(|error| failed(io::Error::other(error)))?;
    let client = client(name, roots).map_err(|error| failed(io::Error::other(error)))?;
    let mut https = StreamOwned::new(client, Bounded::new(stream, HANDSHAKE_MAX_BYTES, GREETING_MAX_MS));
    while https.conn.is_handshaking() {
        https.conn.complete_io(&mut https.sock).map_err(failed)?;
    }
    https.sock.lift();
    Ok(https)
}

fn client(name: ServerName<'static>, roots: RootCertStore) -> Result<ClientConnection, rustls::Error> {
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    ClientConnection::new(Arc::new(config), name)
}
