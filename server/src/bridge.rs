//! A stream of the HTTP server as one that blocks, so that a phone behind HTTPS is met like any other.
//!
//! Invariant: no read or write waits longer than the links' own limit, and one that was ended waits no more.

use std::{
    future::Future,
    io::{self, Read, Write},
    sync::Arc,
    time::Duration,
};

use bibtrail_transport::tcp::SILENCE_MAX_MS;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt},
    runtime::Handle,
    sync::Notify,
};

/// The stream. Used by one thread, which is none of the runtime's.
pub struct Bridge<S> {
    stream: S,
    runtime: Handle,
    ended: Arc<Notify>,
}

impl<S> Bridge<S> {
    /// Over `stream`, whose runtime this is; `ended` stops whatever waits.
    pub fn new(stream: S, runtime: Handle, ended: Arc<Notify>) -> Self {
        Self { stream, runtime, ended }
    }
}

async fn limited<T>(ended: &Notify, work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    tokio::select! {
        done = tokio::time::timeout(Duration::from_millis(SILENCE_MAX_MS), work) => {
            done.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        }
        () = ended.notified() => {
            // The next wait ends as well.
            ended.notify_one();
            Err(io::ErrorKind::ConnectionAborted.into())
        }
    }
}

impl<S: AsyncRead + Unpin> Read for Bridge<S> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.runtime.block_on(limited(&self.ended, self.stream.read(buffer)))
    }
}

impl<S: AsyncWrite + Unpin> Write for Bridge<S> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.runtime.block_on(limited(&self.ended, self.stream.write(bytes)))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.runtime.block_on(limited(&self.ended, self.stream.flush()))
    }
}
