//! HTTP: a bounded number of connections, each with a bounded time for its requests' heads, with TLS or without.
//!
//! Invariant: however many come and however slow they are, phones are met by other threads, and notice nothing.

use std::{
    io,
    net::{SocketAddr, TcpListener},
    path::Path,
    pin::pin,
    sync::Arc,
    time::Duration,
};

use axum::Router;
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    service::TowerToHyperService,
};
use rustls::{
    ServerConfig,
    crypto::ring,
    pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject},
    version::TLS13,
};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    sync::{Semaphore, watch},
};
use tokio_rustls::TlsAcceptor;

use crate::{ServerError, settings::Settings};

/// How long to wait after the system refused a connection, in milliseconds.
const PAUSE_MS: u64 = 100;

/// Opens a port.
///
/// # Errors
/// When it is taken or not allowed.
pub fn bind(address: SocketAddr) -> Result<(TcpListener, SocketAddr), ServerError> {
    let bound = TcpListener::bind(address).and_then(|listener| {
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        Ok((listener, address))
    });
    bound.map_err(|source| ServerError::Bind { address, source })
}

/// The certificates and their key, from PEM files. TLS 1.3, as browsers have it since 2018.
///
/// # Errors
/// When a file does not read, or they do not go together.
pub fn certificate(chain: &Path, key: &Path) -> Result<TlsAcceptor, ServerError> {
    let wrong =
        |path: &Path, expected, what: String| ServerError::Pem { path: path.to_owned(), expected, what };
    let certificates = CertificateDer::pem_file_iter(chain).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let certificates = certificates.map_err(|error| wrong(chain, "certificates", error.to_string()))?;
    if certificates.is_empty() {
        return Err(wrong(chain, "certificates", "it holds none".to_owned()));
    }
    let secret = PrivateKeyDer::from_pem_file(key);
    let secret = secret.map_err(|error| wrong(key, "a private key", error.to_string()))?;
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_protocol_versions(&[&TLS13])
        .and_then(|config| config.with_no_client_auth().with_single_cert(certificates, secret));
    let mut config = config.map_err(ServerError::Certificate)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Serves until `stop` changes, then waits for those who are being answered, but not for long.
///
/// # Errors
/// When the port cannot be used by the runtime.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    tls: Option<TlsAcceptor>,
    settings: Settings,
    mut stop: watch::Receiver<bool>,
) -> io::Result<()> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(settings.http_connections_max));
    let stopped = stop.clone();
    loop {
        let accepted = tokio::select! {
            _ = stop.changed() => break,
            accepted = accept(&listener, &room) => accepted,
        };
        let (stream, place) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::error!(%error, "nobody can be let in");
                tokio::time::sleep(Duration::from_millis(PAUSE_MS)).await;
                continue;
            }
        };
        let (router, tls, stopped) = (router.clone(), tls.clone(), stopped.clone());
        tokio::spawn(async move {
            answer(stream, router, tls, settings, stopped).await;
            drop(place);
        });
    }
    drop(listener);
    // All places are free when all have left. Whoever is not done by then is cut off with the runtime.
    let all = u32::try_from(settings.http_connections_max).unwrap_or(u32::MAX);
    let _late = tokio::time::timeout(Duration::from_millis(settings.stop_ms), room.acquire_many(all)).await;
    Ok(())
}

async fn accept(
    listener: &tokio::net::TcpListener,
    room: &Arc<Semaphore>,
) -> io::Result<(TcpStream, tokio::sync::OwnedSemaphorePermit)> {
    // First the place, then the connection: who finds none waits in the system's queue.
    let place = room.clone().acquire_owned().await.map_err(io::Error::other)?;
    let (stream, _) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, place))
}

async fn answer(
    stream: TcpStream,
    router: Router,
    tls: Option<TlsAcceptor>,
    settings: Settings,
    stopped: watch::Receiver<bool>,
) {
    let limit = Duration::from_millis(settings.http_head_ms);
    match tls {
        None => converse(stream, router, limit, stopped).await,
        Some(tls) => {
            if let Ok(Ok(stream)) = tokio::time::timeout(limit, tls.accept(stream)).await {
                converse(stream, router, limit, stopped).await;
            }
        }
    }
}

async fn converse<S>(stream: S, router: Router, limit: Duration, mut stopped: watch::Receiver<bool>)
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(limit).max_buf_size(64 * 1024);
    let connection =
        http.serve_connection(TokioIo::new(stream), TowerToHyperService::new(router)).with_upgrades();
    let mut connection = pin!(connection);
    // People close their browsers: that is no news.
    let _ended = tokio::select! {
        ended = connection.as_mut() => ended,
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
    };
}
