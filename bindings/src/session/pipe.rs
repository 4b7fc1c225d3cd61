//! A pipe in memory between the host's calls and the thread that works on a meeting.
//!
//! Invariant: [`Pipe::exchange`] returns when the worker wants more bytes or has ended: the host waits for work, never
//! for the other side.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
};

#[derive(Default)]
struct State {
    incoming: VecDeque<u8>,
    outgoing: Vec<u8>,
    is_hungry: bool,
    has_ended: bool,
    is_done: bool,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait<'a>(&self, state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        self.changed.wait(state).unwrap_or_else(PoisonError::into_inner)
    }
}

/// The host's side.
pub(super) struct Pipe {
    shared: Arc<Shared>,
}

/// The worker's side.
pub(super) struct End {
    shared: Arc<Shared>,
}

/// Says that the worker has ended, whichever way.
pub(super) struct Done {
    shared: Arc<Shared>,
}

impl Pipe {
    pub(super) fn new() -> (Self, End) {
        let shared: Arc<Shared> = Arc::default();
        (Self { shared: Arc::clone(&shared) }, End { shared })
    }

    /// Gives the worker these bytes, waits until it wants more or has ended, and takes what it wants sent.
    pub(super) fn exchange(&self, bytes: &[u8]) -> Vec<u8> {
        let mut state = self.shared.lock();
        state.incoming.extend(bytes);
        if !bytes.is_empty() {
            state.is_hungry = false;
        }
        self.shared.changed.notify_all();
        while !state.is_done && (!state.is_hungry || state.has_ended) {
            state = self.shared.wait(state);
        }
        std::mem::take(&mut state.outgoing)
    }

    /// No more bytes come.
    pub(super) fn end(&self) {
        self.shared.lock().has_ended = true;
        self.shared.changed.notify_all();
    }

    /// What is to be sent and was not taken.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.shared.lock().outgoing)
    }

    /// Puts back what was taken and not sent.
    pub(super) fn keep(&self, bytes: Vec<u8>) {
        let mut state = self.shared.lock();
        let later = std::mem::replace(&mut state.outgoing, bytes);
        state.outgoing.extend(later);
    }
}

impl End {
    pub(super) fn done(&self) -> Done {
        Done { shared: Arc::clone(&self.shared) }
    }
}

impl Done {
    pub(super) fn say(self) {
        self.shared.lock().is_done = true;
        self.shared.changed.notify_all();
    }
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut state = self.shared.lock();
        while state.incoming.is_empty() && !state.has_ended {
            state.is_hungry = true;
            self.shared.changed.notify_all();
            state = self.shared.wait(state);
        }
        let count = buffer.len().min(state.incoming.len());
        for (to, from) in buffer.iter_mut().zip(state.incoming.drain(..count)) {
            *to = from;
        }
        Ok(count)
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.shared.lock();
        if state.has_ended {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        state.outgoing.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
