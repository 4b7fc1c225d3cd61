//! The thread's own side of a keeper: what it takes from the queue, writes together, and answers.
//!
//! Invariant: nobody is answered before what they brought is as safe as it must be.

use std::{
    sync::{PoisonError, atomic::Ordering, mpsc::SyncSender},
    time::{Duration, Instant},
};

use bibtrail_core::{
    store::{Store, StoreError},
    sync::Session,
    time::Reading,
};
use bibtrail_transport::meeting::MeetingError;

use super::{Desk, Home, Step, Stepped, TIDY_MS, Work};
use crate::shared::SharedError;

impl Desk {
    pub(super) fn work(mut self) {
        loop {
            match self.next() {
                Work::Steps(steps) => self.take(steps),
                Work::Alone(work) => {
                    let tell = work(&mut self.store);
                    self.is_tidy = false;
                    tell(self.share());
                    self.announce();
                    (self.changed)();
                }
                Work::Share(work) => {
                    if let Some(side) = &mut self.side {
                        work(&mut self.store, side);
                    }
                    self.is_tidy = false;
                    (self.changed)();
                }
                Work::Tidy => self.tidy(),
                Work::End => break,
            }
        }
        self.tidy();
    }

    fn next(&self) -> Work {
        let mut queue = self.keeper.lock();
        loop {
            let work = if let Some(alone) = queue.alone.pop_front() {
                Some(Work::Alone(alone))
            } else if let Some(sharing) = queue.sharing.pop_front() {
                // The feed waits for this one before it brings more, so phones have their turn between two.
                Some(Work::Share(sharing))
            } else if !queue.heard.is_empty() {
                let most = if self.is_careful { 1 } else { self.group_max };
                let count = queue.heard.len().min(most);
                Some(Work::Steps(queue.heard.drain(..count).collect()))
            } else {
                // One at a time: what is brought meanwhile waits for one message, not for a whole race.
                queue.fetching.pop_front().map(|step| Work::Steps(vec![step]))
            };
            if let Some(work) = work {
                self.keeper.count(&queue);
                return work;
            }
            if queue.is_closed {
                return Work::End;
            }
            let condition = &self.keeper.queue.1;
            if self.is_tidy {
                queue = condition.wait(queue).unwrap_or_else(PoisonError::into_inner);
                continue;
            }
            let waited = condition.wait_timeout(queue, Duration::from_millis(TIDY_MS));
            let (next, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
            if timeout.timed_out() && next.len() == 0 && !next.is_closed {
                return Work::Tidy;
            }
            queue = next;
        }
    }

    /// One commit for all of them; then the answers.
    fn take(&mut self, steps: Vec<Step>) {
        let metrics = self.keeper.metrics.clone();
        #[allow(clippy::cast_precision_loss, reason = "a count of some hundreds")]
        metrics.group_messages.observe(steps.len() as f64);
        let (home, is_shared) = (self.keeper.home.clone(), self.side.is_some());
        let mut replies = Vec::with_capacity(steps.len());
        let done = self.store.together(|store| {
            let mut answers = Vec::with_capacity(steps.len());
            for step in steps {
                let Step { session, heard, now, came, reply } = step;
                answers.push(one(store, session, heard, now, &*home));
                replies.push((came, reply));
            }
            if is_shared {
                // What it wrote itself is vouched for in the same commit. If that fails the group does.
                let _settled = store.settle();
            }
            answers
        });
        self.is_tidy = false;
        self.is_careful = done.is_err();
        match done {
            Ok(answers) if !self.share() => {
                drop(answers);
                self.refuse(replies.into_iter().map(|(_, reply)| reply));
                (self.changed)();
            }
            Ok(answers) => {
                for (answer, (came, reply)) in answers.into_iter().zip(replies) {
                    metrics.step_seconds.observe(came.elapsed().as_secs_f64());
                    // Whoever brought it may be gone; it is kept all the same.
                    let _gone = reply.send(answer);
                }
                self.announce();
                (self.changed)();
            }
            Err(error) => {
                metrics.groups_failed.inc();
                tracing::error!(race = %self.keeper.race, messages = replies.len(), %error, "a commit failed");
                self.refuse(replies.into_iter().map(|(_, reply)| reply));
            }
        }
    }

    /// Nobody is told of success.
    fn refuse(&self, replies: impl Iterator<Item = SyncSender<Stepped>>) {
        for reply in replies {
            let _gone = reply.send(Err(MeetingError::Session(StoreError::Closed.into())));
        }
    }

    /// Brings what is here into the shared database, if there is one. Says whether all of it is there.
    fn share(&mut self) -> bool {
        let Some(side) = &mut self.side else { return true };
        let began = Instant::now();
        let pushed = side.push(&mut self.store);
        if pushed.as_ref().map_or(true, |pushed| *pushed) {
            // Without anything to push the database was not asked.
            self.keeper.is_cut_off.store(pushed.is_err(), Ordering::Relaxed);
        }
        match pushed {
            Ok(pushed) => {
                self.is_to_announce |= pushed;
                if pushed {
                    self.keeper.metrics.share_seconds.observe(began.elapsed().as_secs_f64());
                }
                true
            }
            Err(error) => {
                self.keeper.metrics.shares_failed.inc();
                if !matches!(error, SharedError::Waiting) {
                    tracing::error!(race = %self.keeper.race, %error, "not shared: nobody is answered until it is");
                }
                false
            }
        }
    }

    /// Tells other processes, when all who wait here were answered.
    fn announce(&mut self) {
        if std::mem::take(&mut self.is_to_announce)
            && let Some(side) = &mut self.side
        {
            side.announce();
        }
    }

    fn tidy(&mut self) {
        self.is_tidy = true;
        match self.keeper.home.tidy(&mut self.store) {
            Ok(false) => {}
            Ok(true) => {
                tracing::warn!(race = %self.keeper.race, "copied or rolled back: goes on under a new key, nothing is lost");
                (self.rotated)(&self.store);
                (self.changed)();
            }
            Err(error) => tracing::error!(race = %self.keeper.race, error, "the replica cannot be tidied up"),
        }
        // What did not reach the shared database is tried again soon.
        self.is_tidy = self.share();
        self.announce();
    }
}

/// What one session makes of what it heard, and what it says then.
fn one(
    store: &mut Store,
    mut session: Session,
    heard: Option<Vec<u8>>,
    now: Reading,
    home: &dyn Home,
) -> Stepped {
    if let Some(heard) = heard {
        session.handle(store, &heard, now)?;
    }
    let now = home.now().ok_or(MeetingError::Clock)?;
    let said = session.poll(store, now)?;
    Ok((session, said))
}
