//! Verifying a replica: the file, the chains, the signatures, the projections, the journal.
//!
//! Invariant: what is compared was made again from the log alone, by the same code that made it first, in memory.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::Connection;
use thiserror::Error;

use super::{
    Store, StoreError,
    journal::Record,
    rebuild,
    rows::{self, LogRow, unsigned},
    sql::cbor,
};
use crate::{
    ids::{Hash, Key, LogId, OpRef},
    log::{SignedHead, chain_next, chain_start},
    members::Members,
    op::{Check, ClockContact, ScanKind},
    state::Memory,
};

/// Something that is not as it should be.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Problem {
    /// SQLite finds its own file damaged.
    #[error("the database file is damaged: {0}")]
    File(String),
    /// A log's chain does not lead where its row says.
    #[error("log {} is not what was written: its chain breaks at operation {seq}", log.short())]
    Chain {
        /// The log.
        log: LogId,
        /// Where.
        seq: u64,
    },
    /// A head that its author did not sign.
    #[error("the signature under operation {seq} of log {} is not its author's", log.short())]
    Signature {
        /// The log.
        log: LogId,
        /// Where.
        seq: u64,
    },
    /// A projection is not what follows from the log.
    #[error("the table `{0}` is not what follows from the log")]
    Projection(&'static str),
    /// The journal does not hold what the database holds.
    #[error("the journal holds log {} to operation {journal}, the database to {database}", log.short())]
    Journal {
        /// The log.
        log: LogId,
        /// How far the journal goes.
        journal: u64,
        /// How far the database goes.
        database: u64,
    },
    /// A stretch of the journal is no record.
    #[error("the journal is damaged at byte {0}")]
    JournalDamaged(u64),
}

/// What verifying found.
#[derive(Clone, Debug, Default)]
pub struct Verification {
    /// Logs checked.
    pub logs: usize,
    /// Operations checked.
    pub ops: u64,
    /// Signatures checked.
    pub signatures: u64,
    /// Records of the journal checked.
    pub journal_records: usize,
    /// What is wrong; nothing, if all is well.
    pub problems: Vec<Problem>,
}

impl Verification {
    /// Whether the database is what is wrong, so that the journal should rebuild it.
    #[must_use]
    pub fn database_is_damaged(&self) -> bool {
        self.problems.iter().any(|p| !matches!(p, Problem::Journal { .. } | Problem::JournalDamaged(_)))
    }
}

impl Store {
    /// Checks everything that can be checked. Reads the whole database and the whole journal.
    ///
    /// # Errors
    /// When the database cannot even be read; that is damage too ([`StoreError::is_damage`]).
    pub fn verify(&mut self) -> Result<Verification, StoreError> {
        self.reopen_database()?;
        let mut found = Verification::default();
        let db = self.db()?;
        check_file(db, &mut found)?;
        let mut memory = Memory::default();
        let logs = rows::all_logs(db)?;
        note_branches(db, &logs, &mut memory)?;
        let members = rebuild::judged(db, self.race, &self.members)?;
        if members.standings() != self.members.standings() {
            found.problems.push(Problem::Projection("fact"));
        }
        for log in &logs {
            self.check_log(db, log, &members, &mut memory, &mut found)?;
        }
        for (table, is_same) in [
            ("register", registers_match(db, &memory)?),
            ("conflict", conflicts_match(db, &memory)?),
            ("scan", self.scans_match(&memory)?),
            ("tally", self.tallies_match(&memory)?),
            ("entrant", self.entrants()?.iter().eq(memory.entrants.values())),
            ("log", self.enrolments_match(&memory)?),
            ("unread", self.unread()?.iter().eq(memory.unread.iter())),
            ("contact", contacts(db)?.iter().eq(memory.contacts.iter())),
            ("held", held(db)? == held_in(&memory)),
            ("fact", places(db, "fact")?.iter().eq(memory.facts.iter())),
        ] {
            if !is_same {
                found.problems.push(Problem::Projection(table));
            }
        }
        self.check_journal(&mut found)?;
        Ok(found)
    }

    /// Mends the journal from a database that proved right.
    ///
    /// # Errors
    /// When the journal cannot be written.
    pub fn mend_journal(&mut self) -> Result<(), StoreError> {
        self.settle()?;
        self.rewrite_journal()
    }

    fn check_log(
        &self,
        db: &Connection,
        row: &LogRow,
        members: &Members,
        memory: &mut Memory,
        found: &mut Verification,
    ) -> Result<(), StoreError> {
        let log = row.log;
        let mut heads: BTreeMap<u64, SignedHead> = rows::heads_beyond(db, row.ix, row.base_seq, usize::MAX)?
            .into_iter()
            .map(|head| (head.seq, head))
            .collect();
        let mut select = db.prepare_cached("SELECT seq, bytes FROM op WHERE log_ix = ?1 ORDER BY seq")?;
        let mut ops = select.query([row.ix])?;
        let (mut seq, mut hash) = (row.base_seq, row.base_hash);
        if row.parent_ix.is_none() && hash != chain_start(self.race, log) {
            found.problems.push(Problem::Chain { log, seq });
        }
        while let Some(op) = ops.next()? {
            seq += 1;
            let bytes: Vec<u8> = op.get(1)?;
            hash = chain_next(hash, &bytes);
            let head = heads.remove(&seq);
            if unsigned(op, 0)? != seq || head.is_some_and(|head| head.hash != hash) {
                found.problems.push(Problem::Chain { log, seq });
                return Ok(());
            }
            if let Some(head) = head {
                found.signatures += 1;
                if head.verify(self.race, row.key).is_err() {
                    found.problems.push(Problem::Signature { log, seq });
                }
            }
            memory.apply(members, OpRef { log, seq }, &bytes);
        }
        if seq != row.seq || hash != row.hash || !heads.is_empty() {
            found.problems.push(Problem::Chain { log, seq });
        }
        found.logs += 1;
        found.ops += seq - row.base_seq;
        Ok(())
    }

    fn scans_match(&self, memory: &Memory) -> Result<bool, StoreError> {
        Ok(self.scans()?.iter().map(|seen| &seen.scan).eq(memory.scans.values()))
    }

    fn tallies_match(&self, memory: &Memory) -> Result<bool, StoreError> {
        let mut scans: BTreeMap<(Key, ScanKind), BTreeMap<&str, u64>> = BTreeMap::new();
        for scan in memory.scans.values().filter(|scan| !scan.is_void) {
            let bibs = scans.entry((scan.checkpoint.clone(), scan.kind)).or_default();
            *bibs.entry(scan.bib.as_str()).or_default() += 1;
        }
        let counted = scans.into_iter().map(|((checkpoint, kind), bibs)| super::Tally {
            checkpoint,
            kind,
            scans: bibs.values().sum(),
            bibs: bibs.len() as u64,
        });
        Ok(self.tallies()?.into_iter().eq(counted))
    }

    fn enrolments_match(&self, memory: &Memory) -> Result<bool, StoreError> {
        let logs = self.logs()?;
        let kept = logs.iter().filter_map(|info| info.enrolment.as_ref().map(|enrol| (&info.log, enrol)));
        Ok(kept.eq(memory.enrolments.iter()))
    }

    /// Follows the journal's records along each log, and compares where they lead.
    fn check_journal(&mut self, found: &mut Verification) -> Result<(), StoreError> {
        let contents = self.journal.read(super::journal::HEADER_BYTES as u64).map_err(StoreError::Journal)?;
        found.problems.extend(contents.damaged.iter().map(|at| Problem::JournalDamaged(*at)));
        if contents.end < self.journal.length() {
            found.problems.push(Problem::JournalDamaged(contents.end));
        }
        found.journal_records = contents.records.len();
        let mut places = Places { race: self.race, held: BTreeMap::new() };
        contents.records.iter().for_each(|record| places.follow(record));
        for row in rows::all_logs(self.db()?)?.into_iter().filter(|row| row.seq > row.base_seq) {
            let held = places.held.get(&row.key);
            if !held.is_some_and(|held| held.contains(&(row.seq, row.hash))) {
                let journal = held.and_then(|held| held.last()).map_or(0, |(seq, _)| *seq);
                found.problems.push(Problem::Journal { log: row.log, journal, database: row.seq });
            }
        }
        Ok(())
    }
}

/// Every place in the chains of each key that a journal leads to.
struct Places {
    race: crate::ids::RaceId,
    held: BTreeMap<LogId, BTreeSet<(u64, Hash)>>,
}

impl Places {
    fn follow(&mut self, record: &Record) {
        match record {
            Record::Own(at, bytes) => self.walk(at.log, at.seq, std::slice::from_ref(bytes)),
            Record::Segment(segment) => self.walk(segment.log, segment.first_seq, &segment.ops),
            Record::Head(..) => {}
        }
    }

    /// From every place that the operations may follow; where a log branched there are several.
    fn walk(&mut self, key: LogId, first_seq: u64, ops: &[Vec<u8>]) {
        let start = chain_start(self.race, key);
        let held = self.held.entry(key).or_insert_with(|| BTreeSet::from([(0, start)]));
        let before = first_seq.saturating_sub(1);
        let from: Vec<Hash> =
            held.range((before, Hash([0; 32]))..=(before, Hash([255; 32]))).map(|(_, hash)| *hash).collect();
        for mut hash in from {
            for (seq, op) in (first_seq..).zip(ops) {
                hash = chain_next(hash, op);
                held.insert((seq, hash));
            }
        }
    }
}

/// Tells the memory which operation a reference into a forked log means.
fn note_branches(db: &Connection, logs: &[LogRow], memory: &mut Memory) -> Result<(), StoreError> {
    for row in logs.iter().filter(|row| row.parent_ix.is_some()) {
        let mut hash = row.base_hash;
        for (seq, op) in (row.base_seq + 1..).zip(rows::ops_between(db, row.ix, row.base_seq + 1, row.seq)?) {
            hash = chain_next(hash, &op);
            let said = OpRef { log: row.key, seq };
            memory.note_branched(said, Check::of(hash), OpRef { log: row.log, seq });
        }
    }
    Ok(())
}

fn contacts(db: &Connection) -> Result<BTreeMap<OpRef, ClockContact>, StoreError> {
    let mut select = db.prepare("SELECT log_id, seq, contact FROM contact JOIN log USING (log_ix)")?;
    let mut found = BTreeMap::new();
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let contact: Vec<u8> = row.get(2)?;
        let contact = minicbor::decode(&contact).map_err(|_| StoreError::Decode("a contact"))?;
        found.insert(OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? }, contact);
    }
    Ok(found)
}

fn held(db: &Connection) -> Result<BTreeSet<(Vec<u8>, OpRef)>, StoreError> {
    let mut select = db.prepare("SELECT entity, log_id, seq FROM held JOIN log USING (log_ix)")?;
    let rows = select
        .query_map([], |row| Ok((row.get(0)?, OpRef { log: LogId(row.get(1)?), seq: unsigned(row, 2)? })))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn held_in(memory: &Memory) -> BTreeSet<(Vec<u8>, OpRef)> {
    memory.held.iter().map(|(entity, at)| (cbor(entity), *at)).collect()
}

fn places(db: &Connection, table: &str) -> Result<BTreeSet<OpRef>, StoreError> {
    let mut select = db.prepare(&format!("SELECT log_id, seq FROM {table} JOIN log USING (log_ix)"))?;
    let rows = select.query_map([], |row| Ok(OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn check_file(db: &Connection, found: &mut Verification) -> Result<(), StoreError> {
    let mut check = db.prepare("PRAGMA integrity_check(10)")?;
    let lines = check.query_map([], |row| row.get::<_, String>(0))?;
    for line in lines {
        let line = line?;
        if line != "ok" {
            found.problems.push(Problem::File(line));
        }
    }
    Ok(())
}

fn registers_match(db: &Connection, memory: &Memory) -> Result<bool, StoreError> {
    let mut made: Vec<_> = memory.registers.iter().map(|(entity, r)| (cbor(entity), cbor(r))).collect();
    made.sort();
    let mut select = db.prepare_cached("SELECT entity, state FROM register ORDER BY entity")?;
    let kept = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kept = kept.collect::<Result<Vec<(Vec<u8>, Vec<u8>)>, _>>()?;
    Ok(made == kept)
}

fn conflicts_match(db: &Connection, memory: &Memory) -> Result<bool, StoreError> {
    let mut made: Vec<(Vec<u8>, u16)> = Vec::new();
    for (entity, registers) in &memory.registers {
        made.extend(registers.contested().map(|(field, _)| (cbor(entity), field)));
    }
    made.sort();
    let mut select = db.prepare_cached("SELECT entity, field FROM conflict ORDER BY entity, field")?;
    let kept = select.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let kept = kept.collect::<Result<Vec<(Vec<u8>, u16)>, _>>()?;
    Ok(made == kept)
}
