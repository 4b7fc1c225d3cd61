//! What another thread says to stop a wait.
//!
//! Invariant: once cancelled, always cancelled; every wait that knows the [`Cancel`] ends at once.

use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Stops waits. Clones are the same.
#[derive(Clone, Default)]
pub struct Cancel {
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    is_cancelled: bool,
    next_hook: u64,
    hooks: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
}

/// As long as it lives, the hook does.
#[must_use = "dropping it takes the hook away"]
pub struct Hook {
    cancel: Cancel,
    number: u64,
}

impl Cancel {
    /// Nothing is cancelled yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Stops all waits, now and later.
    pub fn cancel(&self) {
        let mut state = self.lock();
        state.is_cancelled = true;
        let hooks = std::mem::take(&mut state.hooks);
        // A hook may be anything: not under the lock.
        drop(state);
        hooks.into_values().for_each(|hook| hook());
    }

    /// Whether it was.
    #[must_use]
    pub fn is_cancelled(&self) -> bool {
        self.lock().is_cancelled
    }

    /// Runs `hook` on cancelling, or now if that was before. It has to end a wait and no more: to wake a poll, to shut
    /// a socket down.
    pub fn on_cancel(&self, hook: impl FnOnce() + Send + 'static) -> Hook {
        let mut state = self.lock();
        let number = state.next_hook;
        state.next_hook += 1;
        if state.is_cancelled {
            drop(state);
            hook();
        } else {
            state.hooks.insert(number, Box::new(hook));
        }
        Hook { cancel: self.clone(), number }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that can panic runs under the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Hook {
    fn drop(&mut self) {
        let hook = self.cancel.lock().hooks.remove(&self.number);
        drop(hook);
    }
}

impl fmt::Debug for Cancel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Cancel").field(&self.is_cancelled()).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_hook_runs_once_if_it_is_still_wanted() {
        let cancel = Cancel::new();
        let runs = Arc::new(AtomicUsize::new(0));
        let count = || {
            let runs = runs.clone();
            move || {
                runs.fetch_add(1, Ordering::SeqCst);
            }
        };
        let _kept = cancel.on_cancel(count());
        drop(cancel.on_cancel(count()));
        assert!(!cancel.is_cancelled());
        cancel.clone().cancel();
        cancel.cancel();
        assert_eq!((cancel.is_cancelled(), runs.load(Ordering::SeqCst)), (true, 1));
        let _late = cancel.on_cancel(count());
        assert_eq!(runs.load(Ordering::SeqCst), 2);
    }
}
