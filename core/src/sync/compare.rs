//! Comparing what two replicas hold, without sending it.
//!
//! Invariant: nothing the other side lacks is passed over: what cannot be told apart is sent, and what is held already
//! costs bytes, never truth.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    Transfer,
    wire::{KeyRef, Need, Vector},
};
use crate::{
    ids::LogId,
    log::{Mark, Tip},
    store::{Store, StoreError},
};

/// The keys that both sides can name by number. Where the other side named one that is not known here, a gap.
#[derive(Clone, Debug, Default)]
pub(super) struct Keys {
    list: Vec<Option<LogId>>,
}

impl Keys {
    pub(super) fn of(tips: &[Tip]) -> Self {
        let keys: BTreeSet<LogId> = tips.iter().map(|tip| tip.key).collect();
        Self { list: keys.into_iter().map(Some).collect() }
    }

    pub(super) fn refer(&self, key: LogId) -> KeyRef {
        let place = self.list.iter().position(|known| *known == Some(key));
        place.map_or(KeyRef::Full(key), KeyRef::Listed)
    }

    pub(super) fn key(&self, key: KeyRef) -> Option<LogId> {
        match key {
            KeyRef::Full(key) => Some(key),
            KeyRef::Listed(place) => self.list.get(place).copied().flatten(),
        }
    }
}

/// The tips of each key.
pub(super) fn by_key(tips: &[Tip]) -> BTreeMap<LogId, Vec<Mark>> {
    let mut keys: BTreeMap<LogId, Vec<Mark>> = BTreeMap::new();
    for tip in tips {
        keys.entry(tip.key).or_default().push(tip.mark);
    }
    keys
}

/// All that is held, for a side that remembers nothing, and the keys as it lists them.
pub(super) fn full(tips: &[Tip]) -> (Vector, Keys) {
    let entries = by_key(tips).into_iter().map(|(key, marks)| {
        let mut prefix = [0; 8];
        prefix.copy_from_slice(&key.0[..8]);
        (prefix, marks)
    });
    (Vector::Full(entries.collect()), Keys::of(tips))
}

/// What differs from `base`, and the keys as `base` lists them.
pub(super) fn delta(base: &[Tip], tips: &[Tip]) -> (Vector, Keys) {
    let (keys, before) = (Keys::of(base), by_key(base));
    let changed = by_key(tips).into_iter().filter(|(key, marks)| before.get(key) != Some(marks));
    (Vector::Delta(changed.map(|(key, marks)| (keys.refer(key), marks)).collect()), keys)
}

/// What the other side holds, as far as it can be named here.
#[derive(Debug, Default)]
pub(super) struct Theirs {
    /// Tips by key.
    pub(super) known: BTreeMap<LogId, Vec<Mark>>,
    /// Keys that mean nothing here.
    pub(super) unknown: Vec<KeyRef>,
    pub(super) keys: Keys,
}

impl Theirs {
    /// Reads a full vector. A prefix that fits several keys here fits none: both sides then send what they have.
    pub(super) fn of_full(entries: Vec<([u8; 8], Vec<Mark>)>, tips: &[Tip]) -> Self {
        let mine: BTreeSet<LogId> = tips.iter().map(|tip| tip.key).collect();
        let mut theirs = Self::default();
        for (place, (prefix, marks)) in entries.into_iter().enumerate() {
            let mut fitting = mine.iter().filter(|key| key.0[..8] == prefix);
            let key = fitting.next().copied().filter(|_| fitting.next().is_none());
            match key {
                Some(key) => theirs.known.entry(key).or_default().extend(marks),
                None => theirs.unknown.push(KeyRef::Listed(place)),
            }
            theirs.keys.list.push(key);
        }
        theirs
    }

    /// Reads what differs from `base`.
    pub(super) fn of_delta(entries: Vec<(KeyRef, Vec<Mark>)>, base: &[Tip], tips: &[Tip]) -> Self {
        let mine: BTreeSet<LogId> = tips.iter().map(|tip| tip.key).collect();
        let mut theirs = Self { known: by_key(base), keys: Keys::of(base), ..Self::default() };
        for (reference, marks) in entries {
            if let Some(key) = theirs.keys.key(reference) {
                theirs.known.insert(key, marks);
                if !mine.contains(&key) {
                    theirs.unknown.push(reference);
                }
            }
        }
        theirs
    }
}

/// What to send and what to ask for, once the other side's tips are known.
pub(super) fn compare(
    store: &Store,
    tips: &[Tip],
    theirs: &Theirs,
) -> Result<(Vec<Transfer>, Vec<Need>), StoreError> {
    let (mut transfers, mut needs) = (Vec::new(), Vec::new());
    for (key, mine) in by_key(tips) {
        let reference = theirs.keys.refer(key);
        let marks = theirs.known.get(&key).map(Vec::as_slice).unwrap_or_default();
        let mut unheld = Vec::new();
        for mark in marks {
            if !store.has_mark(key, *mark)? {
                unheld.push(*mark);
            }
        }
        if unheld.is_empty() {
            for mark in mine.iter().filter(|mark| !marks.contains(mark)) {
                let tip = Tip { key, mark: *mark };
                let seq = common(store, marks, tip)?;
                transfers.push(Transfer { tip, seq, key: reference });
            }
        } else {
            let highest = mine.iter().map(|mark| mark.seq).max().unwrap_or_default();
            let is_ahead = unheld.iter().all(|mark| mark.seq > highest);
            let marks = if is_ahead { mine } else { ladders(store, key, &mine)? };
            needs.push(Need { key: reference, marks });
        }
    }
    needs.extend(theirs.unknown.iter().map(|key| Need { key: *key, marks: Vec::new() }));
    Ok((transfers, needs))
}

/// How far somebody who holds these places has the way to `tip`, as far as can be told here; 0 if it cannot.
pub(super) fn common(store: &Store, marks: &[Mark], tip: Tip) -> Result<u64, StoreError> {
    let mut highest = 0;
    for mark in marks {
        highest = store.common(*mark, tip)?.max(highest);
    }
    Ok(highest)
}

/// Enough places of a key's log for the other side to find where histories part.
pub(super) fn ladders(store: &Store, key: LogId, tips: &[Mark]) -> Result<Vec<Mark>, StoreError> {
    let mut marks = Vec::new();
    for mark in tips {
        marks.extend(store.ladder(Tip { key, mark: *mark })?);
    }
    Ok(marks)
}
