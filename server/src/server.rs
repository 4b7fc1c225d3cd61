//! The whole: races, the port for phones, the addresses for HTTP; begun together, and stopped in good order.
//!
//! Invariant: stopping loses nothing: nobody new is let in, what was heard is committed and answered, each replica is
//! tidied up, and only then does it end.

use std::{net::SocketAddr, path::PathBuf, sync::Arc, thread::JoinHandle};

use bibtrail_transport::cancel::Cancel;
use tokio::{
    runtime::{Builder, Runtime},
    sync::watch,
};

use crate::{
    ServerError,
    hub::{Hub, Replica},
    listener,
    routes::{self, Side},
    settings::Settings,
    web,
};

/// Where headquarters can be reached.
#[derive(Clone, Debug, Default)]
pub struct Front {
    /// Phones, over TCP or WebSocket. Port 0 is any free one, here and below.
    pub phones: Option<SocketAddr>,
    /// Everybody, over HTTP.
    pub public: Option<SocketAddr>,
    /// Those who work here, over HTTP.
    pub staff: Option<SocketAddr>,
    /// Certificate chain and key for both HTTP addresses; without them a proxy in front does TLS.
    pub pem: Option<(PathBuf, PathBuf)>,
}

/// Headquarters, at work.
pub struct Server {
    hub: Arc<Hub>,
    front: Front,
    cancel: Cancel,
    stop: watch::Sender<bool>,
    listening: Option<JoinHandle<()>>,
    serving: Vec<tokio::task::JoinHandle<std::io::Result<()>>>,
    runtime: Runtime,
}

impl Server {
    /// Begins to serve these races.
    ///
    /// # Errors
    /// When a race, a port or a certificate cannot be used.
    pub fn begin(replicas: Vec<Replica>, front: Front, settings: Settings) -> Result<Self, ServerError> {
        let pem = front.pem.as_ref();
        let tls = pem.map(|(chain, key)| web::certificate(chain, key)).transpose()?;
        let sides = [(Side::Public, front.public), (Side::Staff, front.staff)];
        let mut bound = Vec::new();
        for (side, address) in sides {
            bound.push((side, address.map(web::bind).transpose()?));
        }
        let runtime = Builder::new_multi_thread().worker_threads(2).thread_name("http").enable_all().build();
        let hub = Arc::new(Hub::open(replicas, settings)?);
        let (stop, stopped) = watch::channel(false);
        let mut server = Self {
            hub,
            front,
            cancel: Cancel::new(),
            stop,
            listening: None,
            serving: Vec::new(),
            runtime: runtime.map_err(ServerError::Runtime)?,
        };
        for (side, bound) in bound {
            let Some((listener, address)) = bound else { continue };
            match side {
                Side::Public => server.front.public = Some(address),
                Side::Staff => server.front.staff = Some(address),
            }
            let router = routes::router(&server.hub, side);
            let work = web::serve(listener, router, tls.clone(), settings, stopped.clone());
            server.serving.push(server.runtime.spawn(work));
        }
        if let Some(address) = server.front.phones {
            let (address, thread) = listener::listen(&server.hub, address, &server.cancel)?;
            (server.front.phones, server.listening) = (Some(address), Some(thread));
        }
        Ok(server)
    }

    /// Where it can be reached, with the real ports.
    #[must_use]
    pub fn front(&self) -> &Front {
        &self.front
    }

    /// The races.
    #[must_use]
    pub fn hub(&self) -> &Arc<Hub> {
        &self.hub
    }

    /// Stops in good order.
    pub fn stop(self) {
        let Self { hub, cancel, stop, listening, serving, runtime, .. } = self;
        cancel.cancel();
        // Nobody serves any more, if nobody hears it.
        let _heard = stop.send(true);
        if listening.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the thread that listens for phones ended by a fault");
        }
        hub.close();
        runtime.block_on(async {
            for task in serving {
                if let Ok(Err(error)) = task.await {
                    tracing::error!(%error, "an address for HTTP ended by a fault");
                }
            }
        });
    }
}
