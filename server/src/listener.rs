//! The port for phones: TLS with log keys over TCP, or in a WebSocket, for all races of the process.
//!
//! Invariant: strangers cost a bounded number of threads, and arrive no faster than the limit: more wait in the system's
//! queue.

use std::{
    net::{Shutdown, SocketAddr},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

use bibtrail_transport::{cancel::Cancel, detect, tcp};

use crate::{
    ServerError,
    bucket::{Bucket, Rate},
    hub::Hub,
    visit,
};

/// How long to wait after the system refused a link, in milliseconds.
const PAUSE_MS: u64 = 100;

/// Listens for phones until it is cancelled. Gives where, and the thread that does.
///
/// # Errors
/// When the port is taken, or there is no thread.
pub fn listen(
    hub: &Arc<Hub>,
    address: SocketAddr,
    cancel: &Cancel,
) -> Result<(SocketAddr, JoinHandle<()>), ServerError> {
    let listener = tcp::Listener::bind(address)?;
    let address = listener.address();
    let (hub, cancel) = (hub.clone(), cancel.clone());
    let thread = std::thread::Builder::new().name("listener".to_owned());
    let thread = thread.spawn(move || let_in(&hub, listener, &cancel)).map_err(ServerError::Thread)?;
    Ok((address, thread))
}

fn let_in(hub: &Arc<Hub>, mut listener: tcp::Listener, cancel: &Cancel) {
    let rate =
        Rate { burst: hub.settings.arrivals_burst, count: hub.settings.arrivals_per_second, per_ms: 1_000 };
    let mut arrivals = Bucket::full(rate, hub.now_ms());
    while !cancel.is_cancelled() {
        if !arrivals.take(rate, hub.now_ms()) {
            wait(cancel, arrivals.wait_ms(rate, hub.now_ms()));
            continue;
        }
        match listener.accept(cancel) {
            Ok((stream, _)) => match stream.try_clone() {
                Ok(handle) => {
                    let end = Box::new(move || {
                        // A link that is gone already is what was wanted.
                        let _gone = handle.shutdown(Shutdown::Both);
                    });
                    visit::receive(hub, end, None, move || Ok(detect::accept(stream)?));
                }
                Err(error) => tracing::error!(%error, "the system refuses a link"),
            },
            Err(tcp::TcpError::Cancelled) => return,
            Err(error) => {
                tracing::error!(%error, "nobody can be let in");
                wait(cancel, PAUSE_MS);
            }
        }
    }
}

/// Sleeps, unless somebody stops it.
fn wait(cancel: &Cancel, ms: u64) {
    let (sender, receiver) = std::sync::mpsc::channel::<()>();
    let hook = cancel.on_cancel(move || drop(sender));
    // Either the time is up or the sender is gone.
    let _woken = receiver.recv_timeout(Duration::from_millis(ms));
    drop(hook);
}
