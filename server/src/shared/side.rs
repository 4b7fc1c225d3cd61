//! A race's own side of the shared log: what the database holds as far as this process knows, and how the replica and
//! the database are made equal.
//!
//! Invariant: after [`Side::push`] said so the database holds all that the replica does. What is known of the database
//! was read from it or committed to it over the present connection; when that ends, all is compared again.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use bibtrail_core::{
    ids::LogId,
    log::Segment,
    race::Origin,
    store::{Head, Heads, RejectReason, Store},
};

use super::{
    SharedError,
    link::{Address, Entry, Link, Writer, Written, decode},
};

/// After a failure the database is left alone for so long, in milliseconds.
const PAUSE_MS: u64 = 1_000;

/// How many segments are written in one commit: at most some 8 MiB.
const APPEND_MAX: usize = 256;

/// How many segments are taken into the replica in one commit.
const TAKE_MAX: usize = 64;

/// How many entries are compared at a time.
const PAGE: i64 = 4_096;

/// How often it is compared again when what a segment follows is not there, although it was.
const TRIES: usize = 3;

/// How far the database was read: the last number, and what stood there.
pub type Seen = Option<(i64, LogId, Head)>;

/// A race's side of the shared log.
pub struct Side {
    address: Address,
    race: Origin,
    /// A name for this process, for as long as it lives.
    writer: Writer,
    link: Option<Link>,
    retry: Option<Instant>,
    held: Heads,
    seen: Seen,
    /// What the database holds and the replica does not take yet: whoever may vouch for it comes later.
    waiting: Vec<Segment>,
    /// How often the replica had erased words when the same words were last taken out of the database.
    erasures: u64,
}

impl Side {
    /// Connects, and makes the replica and the database equal.
    ///
    /// # Errors
    /// When the database cannot be used, or the replica fails.
    pub fn begin(address: Address, store: &mut Store) -> Result<Self, SharedError> {
        let mut link = Link::open(&address)?;
        let mut side = Self {
            writer: link.new_name()?,
            race: store.origin(),
            address,
            link: Some(link),
            retry: None,
            held: Heads::new(),
            seen: None,
            waiting: Vec::new(),
            erasures: 0,
        };
        side.compare(store)?;
        side.push(store)?;
        Ok(side)
    }

    /// The name of this process in the database.
    #[must_use]
    pub fn writer(&self) -> &Writer {
        &self.writer
    }

    /// Where the database is.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// How far the database was read when it was last compared.
    #[must_use]
    pub fn seen(&self) -> Seen {
        self.seen
    }

    /// Brings all that the replica holds into the database. Says whether there was anything.
    ///
    /// # Errors
    /// When the database or the replica fails. Then nobody may be told of success; the next call goes on.
    pub fn push(&mut self, store: &mut Store) -> Result<bool, SharedError> {
        let was_linked = self.link.is_some();
        let mut pushed = self.try_push(store);
        if was_linked && matches!(pushed, Err(SharedError::Database(_))) {
            // The database began anew, perhaps: once more, over a connection of now.
            (self.link, self.retry) = (None, None);
            pushed = self.try_push(store);
        }
        if let Err(error) = &pushed {
            self.give_up(error);
        }
        pushed
    }

    /// Reads all that the database has and brings in what is not here.
    ///
    /// # Errors
    /// When the database or the replica fails.
    pub fn compare(&mut self, store: &mut Store) -> Result<(), SharedError> {
        let compared = self.try_compare(store);
        if let Err(error) = &compared {
            self.give_up(error);
        }
        compared
    }

    /// Takes in what other processes wrote.
    ///
    /// # Errors
    /// When the replica fails; then all is compared again.
    pub fn take(&mut self, store: &mut Store, written: &[Written]) -> Result<(), SharedError> {
        for part in written.chunks(TAKE_MAX) {
            let of_others =
                part.iter().filter_map(|one| segment(&one.entry, one.bytes.as_deref()?)).collect();
            if let Err(error) = self.accept(store, of_others) {
                self.give_up(&error);
                return Err(error);
            }
            part.iter().for_each(|one| self.note(&one.entry));
        }
        Ok(())
    }

    /// Tells other processes that something came. Whoever waits for an answer does not wait for this.
    pub fn announce(&mut self) {
        if let Some(link) = &mut self.link {
            link.announce(self.race.race);
        }
    }

    fn try_push(&mut self, store: &mut Store) -> Result<bool, SharedError> {
        if self.link.is_none() {
            self.try_compare(store)?;
        }
        store.settle()?;
        let (mut pushed, mut tries) = (false, 0);
        loop {
            let lacking = store.beyond(&self.held, APPEND_MAX)?;
            if lacking.is_empty() {
                self.erase(store)?;
                return Ok(pushed);
            }
            let link = self.link.as_mut().ok_or(SharedError::Waiting)?;
            if link.append(self.race.race, &self.writer, &lacking)? {
                pushed = true;
                for next in &lacking {
                    note(&mut self.held, next.segment.log, next.head(), next.after);
                }
            } else if tries < TRIES {
                // The database knows less than it did: it was put back.
                tries += 1;
                self.try_compare(store)?;
            } else {
                return Err(SharedError::Waiting);
            }
        }
    }

    /// Takes out of the database what the replica erased, whoever wrote it.
    fn erase(&mut self, store: &Store) -> Result<(), SharedError> {
        let erasures = store.erasures();
        if erasures == self.erasures {
            return Ok(());
        }
        let (race, mut from) = (self.race.race, 0);
        while let Some((number, bytes)) = self.linked()?.sealed(race, from)? {
            from = number;
            // What does not read is told of where it is compared.
            let Ok(mut segment) = Segment::decode(&bytes) else { continue };
            if store.shorten(&mut segment)? {
                self.linked()?.shorten(race, number, &segment.encode())?;
            }
        }
        self.erasures = erasures;
        Ok(())
    }

    fn try_compare(&mut self, store: &mut Store) -> Result<(), SharedError> {
        if self.link.is_none() {
            if self.retry.is_some_and(|retry| Instant::now() < retry) {
                return Err(SharedError::Waiting);
            }
            self.link = Some(Link::open(&self.address)?);
        }
        self.held.clear();
        (self.seen, self.waiting) = (None, Vec::new());
        let origin = self.race;
        let race = origin.race;
        self.linked()?.begin(origin)?;
        loop {
            let from = self.seen.map_or(0, |(number, ..)| number);
            let page = self.linked()?.entries(race, from, PAGE)?;
            let Some(last) = page.last() else { return Ok(()) };
            self.seen = Some((last.number, last.key, last.head));
            let mut lacking = Vec::new();
            for entry in &page {
                if !store.has_head(entry.key, entry.head)? {
                    lacking.push(entry);
                }
            }
            for part in lacking.chunks(TAKE_MAX) {
                let numbers: Vec<i64> = part.iter().map(|entry| entry.number).collect();
                let found = self.linked()?.segments(race, &numbers)?;
                let segments = part.iter().zip(&found).filter_map(|(entry, bytes)| segment(entry, bytes));
                let segments = segments.collect();
                self.accept(store, segments)?;
            }
            page.iter().for_each(|entry| self.note(entry));
        }
    }

    fn linked(&mut self) -> Result<&mut Link, SharedError> {
        self.link.as_mut().ok_or(SharedError::Waiting)
    }

    fn give_up(&mut self, error: &SharedError) {
        self.link = None;
        if matches!(error, SharedError::Waiting) && self.retry.is_some() {
            // Whoever asks meanwhile does not make the wait longer.
            return;
        }
        self.retry = Instant::now().checked_add(Duration::from_millis(PAUSE_MS));
    }

    fn note(&mut self, entry: &Entry) {
        note(&mut self.held, entry.key, entry.head, entry.after);
    }

    /// Takes segments into the replica, and with them those that waited.
    fn accept(&mut self, store: &mut Store, segments: Vec<Segment>) -> Result<(), SharedError> {
        let mut open = std::mem::take(&mut self.waiting);
        open.extend(segments);
        while !open.is_empty() {
            let report = store.take_segments(&open)?;
            let mut refused = BTreeSet::new();
            for one in &report.rejected {
                if matches!(one.reason, RejectReason::Untrue(_)) {
                    // A server took it in before it wrote it, so this is damage in the database.
                    tracing::error!(race = %self.race.race, log = one.log.short(), why = %one.reason, "the database holds something that is not true");
                } else {
                    refused.insert((one.log, one.first_seq, one.last_seq));
                }
            }
            open.retain(|one| refused.contains(&(one.log, one.first_seq, one.head.seq)));
            if report.new_ops == 0 {
                break;
            }
        }
        self.waiting = open;
        Ok(())
    }
}

fn segment(entry: &Entry, bytes: &[u8]) -> Option<Segment> {
    let segment = decode(entry, bytes);
    if segment.is_none() {
        tracing::error!(
            number = entry.number,
            log = entry.key.short(),
            "the database holds something that does not read"
        );
    }
    segment
}

/// A head is there, so the one before it needs no place of its own.
fn note(held: &mut Heads, key: LogId, head: Head, after: Option<Head>) {
    let heads = held.entry(key).or_default();
    if let Some(after) = after {
        heads.remove(&after);
    }
    heads.insert(head);
}
