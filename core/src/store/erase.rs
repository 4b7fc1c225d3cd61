//! Erasing: the personal words of those who are to be erased go out of every file of a replica.
//!
//! Invariant: what the chain covers stays byte for byte. What is still to be done is written down in the commit that makes
//! it due, and struck out in the one that did it, so no power cut leaves a name behind for good.

use std::collections::BTreeSet;

use rusqlite::{Connection, OptionalExtension, params};

use super::{Store, StoreError, append::Transaction, rebuild, rows, sql::SqlTables, tree};
use crate::{
    ids::{Bib, EntrantId},
    log::Segment,
    op::{Body, Entity, Op, Scan, chained, open_about},
    state::Tables,
};

/// Somebody was erased: whatever comes of them later is erased as well.
const SOMEBODY: i64 = 1;
/// Words may stand in the log and what follows from it.
const LOG: i64 = 2;
/// Words may stand in the journal.
const JOURNAL: i64 = 4;
/// Words may stand in the write-ahead log of the database.
const WAL: i64 = 8;

/// Notes that personal words must go, inside the transaction that brought them or the word that erases them.
pub(super) fn make_due(db: &Connection, somebody_is_erased: bool) -> Result<(), StoreError> {
    let due = if somebody_is_erased { SOMEBODY | LOG } else { LOG };
    let mut update = db.prepare_cached("UPDATE race SET erasure = erasure | ?1 WHERE ?2 OR erasure <> 0")?;
    update.execute(params![due, somebody_is_erased])?;
    Ok(())
}

/// A segment that is about to be taken in, without the words of those who were erased before; nothing if it has none.
pub(super) fn without_erased(db: &Connection, segment: &Segment) -> Result<Option<Segment>, StoreError> {
    let has_words = segment.ops.iter().any(|op| chained(op).len() < op.len());
    if !has_words || due(db)? & SOMEBODY == 0 {
        return Ok(None);
    }
    let mut shorter = segment.clone();
    Ok(Erased::read(db)?.shorten(db, &mut shorter)?.then_some(shorter))
}

/// Whose words go.
struct Erased {
    entrants: BTreeSet<EntrantId>,
    bibs: BTreeSet<Bib>,
}

impl Store {
    /// Whether personal words that are to be erased may still stand in a file of this replica: a reader that still looks
    /// at an earlier moment keeps them there for as long.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_erasing(&self) -> Result<bool, StoreError> {
        Ok(due(self.db()?)? & !SOMEBODY != 0)
    }

    /// Does what is due of erasing. Every call that writes or takes in does it too; whoever wants to know that it is done
    /// calls this.
    ///
    /// # Errors
    /// When a file cannot be written. It stays due, and the next call goes on.
    pub fn erase(&mut self) -> Result<(), StoreError> {
        // What waits for its confirmation counts on the journal as it is.
        if self.group.is_some() || self.pending.is_some() {
            return Ok(());
        }
        self.reopen_database()?;
        let due_now = due(self.db()?)?;
        self.is_erasing = due_now & !SOMEBODY != 0;
        if due_now & SOMEBODY != 0 {
            self.erasures = self.erasures.max(1);
        }
        if !self.is_erasing {
            return Ok(());
        }
        if due_now & LOG != 0 {
            self.erase_from_log()?;
        }
        if due(self.db()?)? & JOURNAL != 0 {
            self.rewrite_journal()?;
            strike(self.db()?, JOURNAL)?;
        }
        if due(self.db()?)? & WAL != 0 && empty_wal(self.db()?)? {
            strike(self.db()?, WAL)?;
        }
        self.is_erasing = due(self.db()?)? & !SOMEBODY != 0;
        Ok(())
    }

    /// Grows whenever this replica erased words, and is 0 if it knows of nobody who was erased. For those who keep copies
    /// of segments, and must erase there too ([`Store::shorten`]).
    #[must_use]
    pub fn erasures(&self) -> u64 {
        self.erasures
    }

    /// Takes the words of all who were erased out of a segment that is kept elsewhere. Says whether there were any.
    ///
    /// # Errors
    /// When the database fails.
    pub fn shorten(&self, segment: &mut Segment) -> Result<bool, StoreError> {
        let db = self.db()?;
        Erased::read(db)?.shorten(db, segment)
    }

    /// Erases after a commit that is good by itself: what fails here stays due, and is no failure of what was done.
    pub(super) fn erase_after(&mut self) {
        if self.erase().is_err() {
            self.database = None;
        }
    }

    fn erase_from_log(&mut self) -> Result<(), StoreError> {
        let Self { database: Some(db), place, members, race, .. } = self else {
            return Err(StoreError::Closed);
        };
        place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let erased = Erased::read(db)?;
        let found = erased.shorten_log(db)? + erased.shorten_staged(db)?;
        if found > 0 {
            rebuild::projections(db, *race, members)?;
            db.execute("UPDATE race SET erasure = erasure | ?1", [JOURNAL | WAL])?;
        }
        strike(db, LOG)?;
        transaction.commit()?;
        self.erasures += u64::from(found > 0);
        self.timing.take();
        Ok(())
    }
}

fn due(db: &Connection) -> Result<i64, StoreError> {
    Ok(db
        .prepare_cached("SELECT erasure FROM race")?
        .query_row([], |row| row.get(0))
        .optional()?
        .unwrap_or(0))
}

fn strike(db: &Connection, done: i64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE race SET erasure = erasure & ~?1")?.execute([done])?;
    Ok(())
}

/// Brings all into the database file and cuts the write-ahead log to nothing; not while a reader looks at what is in it.
fn empty_wal(db: &Connection) -> Result<bool, StoreError> {
    let is_busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    Ok(is_busy == 0)
}

impl Erased {
    fn read(db: &Connection) -> Result<Self, StoreError> {
        let mut erased = Self { entrants: BTreeSet::new(), bibs: BTreeSet::new() };
        let mut select = db.prepare("SELECT shown FROM entrant")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            let shown = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an entrant"))?;
            let entrant: crate::state::EntrantRow =
                minicbor::decode(shown).map_err(|_| StoreError::Decode("an entrant"))?;
            if entrant.is_erased {
                erased.entrants.insert(entrant.id);
                erased.bibs.extend(entrant.bib);
            }
        }
        Ok(erased)
    }

    /// What stays of an operation, if words of it must go.
    fn shortened<'b>(&self, db: &Connection, bytes: &'b [u8]) -> Result<Option<&'b [u8]>, StoreError> {
        let Some(about) = open_about(bytes) else { return Ok(None) };
        let goes = match about {
            Entity::Entrant(id) => self.entrants.contains(&id),
            Entity::Bib(bib) => self.bibs.contains(&bib),
            Entity::Scan(at) => {
                let check = match Op::decode(bytes).map(|op| op.body) {
                    Ok(Body::Put(put)) => put.check,
                    _ => None,
                };
                self.is_of(db, tree::resolve(db, at, check)?)?
            }
            Entity::Race | Entity::Checkpoint(_) | Entity::Course(_) | Entity::Finding(_) => false,
        };
        Ok(goes.then(|| chained(bytes)))
    }

    /// Whether a scan was recorded of one of them, or counts as one of theirs now.
    fn is_of(&self, db: &Connection, at: crate::ids::OpRef) -> Result<bool, StoreError> {
        let Some(row) = rows::log_row(db, at.log)? else { return Ok(false) };
        let mut select = db.prepare_cached("SELECT bib FROM scan WHERE log_ix = ?1 AND seq = ?2")?;
        let counts_as: Option<String> =
            select.query_row(params![row.ix, rows::signed(at.seq)], |row| row.get(0)).optional()?;
        let counts_as = counts_as.and_then(|bib| Bib::new(&bib).ok());
        let recorded = SqlTables::new(db).recorded(at)?.map(|(_, Scan { bib, .. })| bib);
        Ok([counts_as, recorded].iter().flatten().any(|bib| self.bibs.contains(bib)))
    }

    fn shorten_log(&self, db: &Connection) -> Result<usize, StoreError> {
        let mut shorter: Vec<(i64, i64, Vec<u8>)> = Vec::new();
        let mut select =
            db.prepare("SELECT log_ix, seq, bytes FROM op WHERE substr(bytes, 1, 2) = x'8311'")?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            let bytes = row.get_ref(2)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
            if let Some(stays) = self.shortened(db, bytes)? {
                shorter.push((row.get(0)?, row.get(1)?, stays.to_vec()));
            }
        }
        let mut update = db.prepare("UPDATE op SET bytes = ?3 WHERE log_ix = ?1 AND seq = ?2")?;
        for (log_ix, seq, bytes) in &shorter {
            update.execute(params![log_ix, seq, bytes])?;
        }
        Ok(shorter.len())
    }

    /// Takes their words out of a segment. Says whether there were any.
    fn shorten(&self, db: &Connection, segment: &mut Segment) -> Result<bool, StoreError> {
        let mut is_shorter = false;
        for op in &mut segment.ops {
            if let Some(length) = self.shortened(db, op)?.map(<[u8]>::len) {
                op.truncate(length);
                is_shorter = true;
            }
        }
        Ok(is_shorter)
    }

    fn shorten_staged(&self, db: &Connection) -> Result<usize, StoreError> {
        let mut shorter: Vec<(Vec<u8>, i64, i64, Vec<u8>)> = Vec::new();
        let mut select = db.prepare("SELECT log_id, first_seq, last_seq, bytes FROM staged")?;
        let mut found = select.query([])?;
        while let Some(row) = found.next()? {
            let mut segment = Segment::decode(&row.get::<_, Vec<u8>>(3)?)?;
            if self.shorten(db, &mut segment)? {
                shorter.push((row.get(0)?, row.get(1)?, row.get(2)?, segment.encode()));
            }
        }
        let mut update = db
            .prepare("UPDATE staged SET bytes = ?4 WHERE log_id = ?1 AND first_seq = ?2 AND last_seq = ?3")?;
        for (log, first_seq, last_seq, bytes) in &shorter {
            update.execute(params![log, first_seq, last_seq, bytes])?;
        }
        Ok(shorter.len())
    }
}
