//! A wire in memory for tests: it records, it may flip bits, and it knows when both ends wait for each other.
//!
//! Invariant: two ends that wait for each other forever both get an error at once; no test needs a clock.

use std::{
    collections::VecDeque,
    io::{self, Read, Write},
    sync::{Arc, Condvar, Mutex, MutexGuard},
};

/// The direction from the first end to the second.
pub(crate) const THERE: usize = 0;
/// The direction from the second end to the first.
pub(crate) const BACK: usize = 1;

/// Changes a byte on its way: direction, offset, byte.
pub(crate) type Tamper = Box<dyn FnMut(usize, usize, &mut u8) + Send>;

#[derive(Default)]
struct State {
    waiting_bytes: [VecDeque<u8>; 2],
    sent: [Vec<u8>; 2],
    closed: [bool; 2],
    reading: [bool; 2],
    stalled: bool,
    tamper: Option<Tamper>,
}

#[derive(Default)]
struct Wire {
    state: Mutex<State>,
    changed: Condvar,
}

impl Wire {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }
}

/// One end of a wire.
pub(crate) struct End {
    wire: Arc<Wire>,
    side: usize,
}

/// What went over a wire; it outlives the ends.
pub(crate) struct Tap(Arc<Wire>);

impl Tap {
    /// What was sent in a direction, before any tampering.
    pub(crate) fn sent(&self, direction: usize) -> Vec<u8> {
        self.0.lock().sent[direction].clone()
    }
}

/// A wire and its ends.
pub(crate) fn wire() -> (End, End, Tap) {
    wire_with(None)
}

/// A wire on which `tamper` sees every byte.
pub(crate) fn tampered(tamper: Tamper) -> (End, End, Tap) {
    wire_with(Some(tamper))
}

fn wire_with(tamper: Option<Tamper>) -> (End, End, Tap) {
    let wire = Arc::new(Wire::default());
    wire.lock().tamper = tamper;
    (End { wire: wire.clone(), side: 0 }, End { wire: wire.clone(), side: 1 }, Tap(wire))
}

impl Read for End {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let (me, other) = (self.side, 1 - self.side);
        let mut state = self.wire.lock();
        loop {
            // What the other side sends is in the queue of its direction, which has its number.
            if !state.waiting_bytes[other].is_empty() {
                return state.waiting_bytes[other].read(buffer);
            }
            if state.closed[other] && !state.stalled {
                return Ok(0);
            }
            if state.reading[other] && state.waiting_bytes[me].is_empty() {
                state.stalled = true;
                self.wire.changed.notify_all();
            }
            if state.stalled {
                return Err(io::Error::new(io::ErrorKind::TimedOut, "both ends wait"));
            }
            state.reading[me] = true;
            state = self.wire.changed.wait(state).unwrap();
            state.reading[me] = false;
        }
    }
}

impl Write for End {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut state = self.wire.lock();
        if state.closed[1 - self.side] {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        for byte in bytes {
            let mut byte = *byte;
            let at = state.sent[self.side].len();
            state.sent[self.side].push(byte);
            if let Some(tamper) = &mut state.tamper {
                tamper(self.side, at, &mut byte);
            }
            state.waiting_bytes[self.side].push_back(byte);
        }
        self.wire.changed.notify_all();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for End {
    fn drop(&mut self) {
        self.wire.lock().closed[self.side] = true;
        self.wire.changed.notify_all();
    }
}
