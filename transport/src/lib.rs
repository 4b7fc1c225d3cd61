//! Bibtrail's links: how the bytes of one replica reach another, and whose replica that is.
//!
//! Invariant: a link says who is at the other end by a key that was proven, never by an address, a name or a hint.
//!
//! Blocking I/O on the caller's threads; nothing here knows what an operation is, and only [`meeting`] knows a replica. The modules stand in the order in
//! which a link comes to be; a module uses only those before it:
//!
//! * [`cancel`]: what another thread says to stop a wait.
//! * [`backoff`]: how long to wait before the next try.
//! * [`discovery`]: who may be near, as a hint.
//! * [`tcp`]: listening and dialling.
//! * [`bounded`]: a stream whose first bytes, and the time for them, are limited.
//! * [`websocket`]: a stream of bytes through HTTP, where nothing else goes through.
//! * [`detect`]: raw links and WebSockets on one port.
//! * [`tls`]: the log key is the TLS identity, at both ends, over any stream of bytes.
//! * [`frame`]: messages on a stream of bytes.
//! * [`meeting`]: a session of two replicas over a link.
//! * [`qr`]: from screen to camera, where there is no link at all.

pub mod cancel;

pub mod backoff;

pub mod discovery;

pub mod tcp;

pub mod bounded;

pub mod websocket;

pub mod detect;

pub mod tls;

pub mod frame;

pub mod meeting;

pub mod qr;

#[cfg(test)]
mod testing;
