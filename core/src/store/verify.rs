//! Verifying a replica: the file, the chains, the signatures, the projections, the journal.
//!
//! Invariant: what is compared was made again from the log alone, by the same code that made it first, in memory.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};
use thiserror::Error;

use super::{
    Store, StoreError,
    journal::Record,
    read,
    sql::{self, cbor, unsigned},
};
use crate::{
    ids::{Hash, Key, LogId, OpRef},
    log::{SignedHead, chain_next, chain_start},
    op::ScanKind,
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
        for (log, ix) in read::log_ids(db)? {
            self.check_log(db, log, ix, &mut memory, &mut found)?;
        }
        for (table, is_same) in [
            ("register", registers_match(db, &memory)?),
            ("conflict", conflicts_match(db, &memory)?),
            ("scan", self.scans_match(&memory)?),
            ("tally", self.tallies_match(&memory)?),
            ("entrant", self.entrants()?.iter().eq(memory.entrants.values())),
            ("log", self.enrolments_match(&memory)?),
            ("unread", self.unread()?.iter().eq(memory.unread.iter())),
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
        log: LogId,
        ix: i64,
        memory: &mut Memory,
        found: &mut Verification,
    ) -> Result<(), StoreError> {
        let row = sql::log_row(db, log)?.ok_or(StoreError::Decode("a log"))?;
        let mut heads = heads_of(db, ix)?;
        let mut select = db.prepare_cached("SELECT seq, bytes FROM op WHERE log_ix = ?1 ORDER BY seq")?;
        let mut rows = select.query([ix])?;
        let (mut seq, mut hash) = (0, chain_start(self.race, log));
        while let Some(op) = rows.next()? {
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
                if head.verify(self.race, log).is_err() {
                    found.problems.push(Problem::Signature { log, seq });
                }
            }
            memory.apply(self.members, OpRef { log, seq }, &bytes);
        }
        if seq != row.seq || hash != row.hash || !heads.is_empty() {
            found.problems.push(Problem::Chain { log, seq });
        }
        found.logs += 1;
        found.ops += seq;
        Ok(())
    }

    fn scans_match(&self, memory: &Memory) -> Result<bool, StoreError> {
        Ok(self.scans()?.iter().eq(memory.scans.values()))
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
        let mut chains: BTreeMap<LogId, (u64, Hash)> = BTreeMap::new();
        for record in &contents.records {
            follow(self.race, record, &mut chains);
        }
        for info in self.logs()?.into_iter().filter(|info| info.seq > 0) {
            let (seq, hash) = chains.remove(&info.log).unwrap_or((0, info.hash));
            if seq != info.seq || hash != info.hash {
                found.problems.push(Problem::Journal { log: info.log, journal: seq, database: info.seq });
            }
        }
        Ok(())
    }
}

fn follow(race: crate::ids::RaceId, record: &Record, chains: &mut BTreeMap<LogId, (u64, Hash)>) {
    let mut step = |at: OpRef, bytes: &[u8]| {
        let (seq, hash) = chains.entry(at.log).or_insert_with(|| (0, chain_start(race, at.log)));
        if at.seq == *seq + 1 {
            (*seq, *hash) = (at.seq, chain_next(*hash, bytes));
        }
    };
    match record {
        Record::Own(at, bytes) => step(*at, bytes),
        Record::Segment(segment) => segment.iter().for_each(|(at, bytes)| step(at, bytes)),
        Record::Head(..) => {}
    }
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

fn heads_of(db: &Connection, ix: i64) -> Result<BTreeMap<u64, SignedHead>, StoreError> {
    let mut select = db.prepare_cached("SELECT seq, hash, signature FROM head WHERE log_ix = ?1")?;
    let rows = select.query_map(params![ix], |row| {
        let head = SignedHead { seq: unsigned(row, 0)?, hash: Hash(row.get(1)?), signature: row.get(2)? };
        Ok((head.seq, head))
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
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
