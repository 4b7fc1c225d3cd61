//! The limits of headquarters: how much it takes at a time, and how often.
//!
//! Invariant: every number has a unit in its name, a default that a small machine bears, and is enforced.

/// The limits. See `docs/headquarters.md` for what each costs.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// The most phones at a time, whether they have shown a key or not. Each costs a thread.
    pub visits_max: usize,
    /// The stack of a phone's thread, in bytes.
    pub stack_bytes: usize,
    /// How many phones may arrive at once before they are made to wait in the system's queue.
    pub arrivals_burst: u32,
    /// How many may arrive in a second after that.
    pub arrivals_per_second: u32,
    /// How often one device key may come at once.
    pub key_burst: u32,
    /// How often it may come in a minute after that.
    pub key_per_minute: u32,
    /// The most messages in one commit.
    pub group_max: usize,
    /// The most requests that wait for one race's thread.
    pub queue_max: usize,
    /// How long a race's picture stands at least, in milliseconds.
    pub picture_min_ms: u64,
    /// How long a race's picture stands at most, in milliseconds: who is overdue changes with nothing coming in.
    pub picture_max_ms: u64,
    /// The most HTTP connections at a time, on each address.
    pub http_connections_max: usize,
    /// The most streams of events at a time. Each is a connection that stays.
    pub streams_max: usize,
    /// How long an HTTP request's head may take, in milliseconds.
    pub http_head_ms: u64,
    /// How long its body may take, in milliseconds.
    pub http_body_ms: u64,
    /// The most bytes of an HTTP request's body.
    pub http_body_max_bytes: usize,
    /// Whether browsers come by HTTPS, by a certificate of ours or a proxy's: then cookies go no other way.
    pub is_https: bool,
    /// How long those who are here are given to end when it stops, in milliseconds.
    pub stop_ms: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            visits_max: 640,
            stack_bytes: 256 * 1024,
            arrivals_burst: 1_000,
            arrivals_per_second: 100,
            key_burst: 10,
            key_per_minute: 30,
            group_max: 64,
            queue_max: 2_048,
            picture_min_ms: 1_000,
            picture_max_ms: 30_000,
            http_connections_max: 4_096,
            streams_max: 2_048,
            http_head_ms: 10_000,
            http_body_ms: 20_000,
            http_body_max_bytes: 256 * 1024,
            is_https: false,
            stop_ms: 10_000,
        }
    }
}
