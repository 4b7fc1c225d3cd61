//! Reading a replica: what screens, results and digests are made of.
//!
//! Invariant: reading changes nothing, and what is opened first on a phone (the last scans, the counts) costs the same
//! at a hundred scans and at a hundred thousand.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::{
    Store, StoreError,
    rows::{self, unsigned},
    sql::{self, SELECT_SCAN, cbor, scan_row},
};
use crate::{
    ids::{Bib, FindingId, Hash, Key, LogId, OpRef},
    op::{Body, Enrol, Entity, Op, ScanKind, Value, field},
    race::RaceSetup,
    registers::{Registers, Sibling},
    results::{self, Known, Results},
    state::{EntrantRow, Said, Sighting},
};

/// How many scans and different bibs count at a checkpoint, one way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tally {
    /// The checkpoint.
    pub checkpoint: Key,
    /// Which way.
    pub kind: ScanKind,
    /// Scans that count.
    pub scans: u64,
    /// Different bibs among them.
    pub bibs: u64,
}

/// A register in which different values contend.
#[derive(Clone, Debug)]
pub struct Conflict {
    /// Whose register.
    pub entity: Entity,
    /// Which.
    pub field: u16,
    /// The values, in order of log and place.
    pub siblings: Vec<Sibling>,
    /// The one every replica shows until someone resolves it.
    pub provisional: Sibling,
}

impl Conflict {
    /// A name for exactly this state of the conflict: 8 hexadecimal digits. Another value makes another name.
    #[must_use]
    pub fn id(&self) -> String {
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 conflict v0");
        hasher.update(&cbor(&self.entity));
        hasher.update(&self.field.to_le_bytes());
        for sibling in &self.siblings {
            hasher.update(&cbor(&sibling.at));
        }
        Hash(hasher.finalize().into()).to_string()[..8].to_owned()
    }
}

/// One line that says what a replica holds and what it makes of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Digest {
    /// How many operations.
    pub op_count: u64,
    /// Of the set of operations: logs, heads, hashes.
    pub ops: Hash,
    /// Of the derived state.
    pub state: Hash,
}

/// A log, as a list shows it.
#[derive(Clone, Debug)]
pub struct LogInfo {
    /// Its id.
    pub log: LogId,
    /// How many operations are here.
    pub seq: u64,
    /// The chain's hash there.
    pub hash: Hash,
    /// What it says of itself.
    pub enrolment: Option<Enrol>,
}

/// An operation, as a list shows it.
#[derive(Clone, Debug)]
pub struct LoggedOp {
    /// Its place.
    pub at: OpRef,
    /// What it says; nothing if this app cannot read it.
    pub op: Option<Op>,
}

impl Store {
    /// The registers of an entity.
    ///
    /// # Errors
    /// When the database fails.
    pub fn registers(&self, entity: &Entity) -> Result<Option<Registers>, StoreError> {
        registers(self.db()?, entity)
    }

    /// The race's settings.
    ///
    /// # Errors
    /// When the database fails.
    pub fn setup(&self) -> Result<RaceSetup, StoreError> {
        let settings = self.registers_of(&[0, 3, 4])?;
        Ok(RaceSetup::read(&settings, &self.members))
    }

    /// The registers of all entities of these kinds (the numbers of `docs/wire.md`).
    pub(super) fn registers_of(&self, kinds: &[u8]) -> Result<BTreeMap<Entity, Registers>, StoreError> {
        let db = self.db()?;
        let mut select = db.prepare_cached(
            "SELECT entity, state FROM register WHERE entity >= ?1 AND entity < ?2 ORDER BY entity",
        )?;
        let mut found = BTreeMap::new();
        for kind in kinds {
            // An entity is an array of two whose first part is its kind: 0x82, kind.
            let range = params![[0x82, *kind], [0x82, *kind + 1]];
            let rows =
                select.query_map(range, |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
            for row in rows {
                let (entity, state) = row?;
                let entity = minicbor::decode(&entity).map_err(|_| StoreError::Decode("an entity"))?;
                let state = minicbor::decode(&state).map_err(|_| StoreError::Decode("a register"))?;
                found.insert(entity, state);
            }
        }
        Ok(found)
    }

    /// All that results are made of.
    ///
    /// # Errors
    /// When the database fails.
    pub fn known(&self) -> Result<Known, StoreError> {
        let (said, dismissed) = self.words()?;
        let (setup, entrants, scans) = (self.setup()?, self.entrants()?, self.scans()?);
        Ok(Known { setup, entrants, scans, said, dismissed, proposals: self.proposals()? })
    }

    /// What people say of bibs that no entrant wears, and the findings that somebody dismissed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn words(&self) -> Result<(BTreeMap<Bib, Said>, BTreeSet<FindingId>), StoreError> {
        let (mut said, mut dismissed) = (BTreeMap::new(), BTreeSet::new());
        for (entity, registers) in self.registers_of(&[5, 6])? {
            match entity {
                Entity::Bib(bib) => drop(said.insert(bib, Said::read(&registers, &self.members))),
                Entity::Finding(id)
                    if registers.shown(field::DISMISSED, &self.members) == Some(Value::Bool(true)) =>
                {
                    dismissed.insert(id);
                }
                _ => {}
            }
        }
        Ok((said, dismissed))
    }

    /// The results as they stand now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn results(&self) -> Result<Results, StoreError> {
        Ok(results::results(&self.known()?))
    }

    /// All entrants, in order of id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn entrants(&self) -> Result<Vec<EntrantRow>, StoreError> {
        self.entrants_where("SELECT shown FROM entrant ORDER BY entrant_id", [])
    }

    /// The entrants who wear a bib: one, unless something is wrong.
    ///
    /// # Errors
    /// When the database fails.
    pub fn entrants_with(&self, bib: &Bib) -> Result<Vec<EntrantRow>, StoreError> {
        self.entrants_where("SELECT shown FROM entrant WHERE bib = ?1 ORDER BY entrant_id", [bib.as_str()])
    }

    /// The characters of entrants' bibs that are no digits, the most frequent first.
    ///
    /// # Errors
    /// When the database fails.
    pub fn bib_letters(&self) -> Result<Vec<char>, StoreError> {
        let mut select = self.db()?.prepare_cached("SELECT bib FROM entrant WHERE bib GLOB '*[^0-9]*'")?;
        let mut rows = select.query([])?;
        let mut counts: BTreeMap<char, usize> = BTreeMap::new();
        while let Some(row) = rows.next()? {
            let bib: String = row.get(0)?;
            bib.chars().filter(|c| !c.is_ascii_digit()).for_each(|c| *counts.entry(c).or_default() += 1);
        }
        let mut letters: Vec<(char, usize)> = counts.into_iter().collect();
        letters.sort_by_key(|(letter, count)| (std::cmp::Reverse(*count), *letter));
        Ok(letters.into_iter().map(|(letter, _)| letter).collect())
    }

    pub(super) fn entrants_where(
        &self,
        sql: &str,
        what: impl rusqlite::Params,
    ) -> Result<Vec<EntrantRow>, StoreError> {
        let mut select = self.db()?.prepare_cached(sql)?;
        let mut rows = select.query(what)?;
        let mut entrants = Vec::new();
        while let Some(row) = rows.next()? {
            let shown = row.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an entrant"))?;
            entrants.push(minicbor::decode(shown).map_err(|_| StoreError::Decode("an entrant"))?);
        }
        Ok(entrants)
    }

    /// Scans of a bib at a checkpoint, one way, that count.
    ///
    /// # Errors
    /// When the database fails.
    pub fn seen(&self, checkpoint: &Key, kind: ScanKind, bib: &Bib) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db()?;
        let mut select = db.prepare_cached(
            "SELECT log_id, seq FROM scan JOIN log USING (log_ix)
             WHERE checkpoint = ?1 AND kind = ?2 AND bib = ?3 AND is_void = 0",
        )?;
        let mut rows = select.query(params![checkpoint.as_str(), kind as i64, bib.as_str()])?;
        let mut scans = Vec::new();
        while let Some(row) = rows.next()? {
            scans.extend(self.scan(OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? })?);
        }
        scans.sort_by_key(|scan| (scan.time_ms, scan.depth, scan.at));
        Ok(scans)
    }

    /// The last scans of the race, latest first, in the order that all replicas show: depth, then log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recent(&self, count: usize) -> Result<Vec<Sighting>, StoreError> {
        let db = self.db()?;
        // Depth only grows along a log, so the last scans of the race are among the last of each log.
        let mut select =
            db.prepare_cached(&format!("{SELECT_SCAN} WHERE log_ix = ?1 ORDER BY seq DESC LIMIT ?2"))?;
        let mut scans = Vec::new();
        for (log, ix) in log_ids(db)? {
            let mut rows = select.query(params![ix, i64::try_from(count).unwrap_or(i64::MAX)])?;
            while let Some(row) = rows.next()? {
                scans.push(self.sighting(scan_row(log, row)?)?);
            }
        }
        scans.sort_by_key(|scan| std::cmp::Reverse((scan.depth, scan.at)));
        scans.truncate(count);
        Ok(scans)
    }

    /// How many scans that count at a checkpoint, one way, have no bib yet.
    ///
    /// # Errors
    /// When the database fails.
    pub fn count_times(&self, checkpoint: &Key, kind: ScanKind) -> Result<u64, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT COUNT(*) FROM scan WHERE checkpoint = ?1 AND kind = ?2 AND bib = '' AND is_void = 0",
        )?;
        Ok(select.query_row(params![checkpoint.as_str(), kind as i64], |row| unsigned(row, 0))?)
    }

    /// Counts per checkpoint and way.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tallies(&self) -> Result<Vec<Tally>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT checkpoint, kind, scans, bibs FROM tally WHERE scans > 0 ORDER BY checkpoint, kind",
        )?;
        let mut rows = select.query([])?;
        let mut tallies = Vec::new();
        while let Some(row) = rows.next()? {
            tallies.push(Tally {
                checkpoint: Key::new(row.get_ref(0)?.as_str().unwrap_or_default())
                    .map_err(|_| StoreError::Decode("a checkpoint"))?,
                kind: sql::scan_kind(row.get(1)?)?,
                scans: unsigned(row, 2)?,
                bibs: unsigned(row, 3)?,
            });
        }
        Ok(tallies)
    }

    /// The registers in which different values contend, in order of entity and field.
    ///
    /// # Errors
    /// When the database fails.
    pub fn conflicts(&self) -> Result<Vec<Conflict>, StoreError> {
        let db = self.db()?;
        let mut select = db.prepare_cached("SELECT entity, field FROM conflict ORDER BY entity, field")?;
        let rows = select.query_map([], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, u16>(1)?)))?;
        let mut conflicts = Vec::new();
        for row in rows {
            let (entity, field) = row?;
            let entity: Entity = minicbor::decode(&entity).map_err(|_| StoreError::Decode("an entity"))?;
            let registers = registers(db, &entity)?.unwrap_or_default();
            let register = registers.get(field).ok_or(StoreError::Decode("a conflict"))?;
            let provisional = register.shown(&self.members).ok_or(StoreError::Decode("a conflict"))?;
            conflicts.push(Conflict { siblings: register.siblings(), entity, field, provisional });
        }
        Ok(conflicts)
    }

    /// Operations that this app does not understand, with their kind if that much reads. They are kept and relayed.
    ///
    /// # Errors
    /// When the database fails.
    pub fn unread(&self) -> Result<BTreeMap<OpRef, Option<u16>>, StoreError> {
        let mut select =
            self.db()?.prepare_cached("SELECT log_id, seq, kind FROM unread JOIN log USING (log_ix)")?;
        let rows = select.query_map([], |row| {
            Ok((OpRef { log: LogId(row.get(0)?), seq: unsigned(row, 1)? }, row.get(2)?))
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The logs of the race, in order of id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn logs(&self) -> Result<Vec<LogInfo>, StoreError> {
        let mut select = self
            .db()?
            .prepare_cached("SELECT log_id, head_seq, head_hash, enrolment FROM log ORDER BY log_id")?;
        let rows = select.query_map([], |row| {
            let enrolment: Option<Vec<u8>> = row.get(3)?;
            Ok(LogInfo {
                log: LogId(row.get(0)?),
                seq: unsigned(row, 1)?,
                hash: Hash(row.get(2)?),
                enrolment: enrolment.and_then(|bytes| minicbor::decode(&bytes).ok()),
            })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// How far each log is held and vouched for: what a bundle for this replica need not repeat.
    ///
    /// # Errors
    /// When the database fails.
    pub fn heads(&self) -> Result<BTreeMap<LogId, u64>, StoreError> {
        Ok(self.logs()?.into_iter().map(|log| (log.log, log.seq)).collect())
    }

    /// The operations of a log, in order, from `first` on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ops(&self, log: LogId, first: u64) -> Result<Vec<LoggedOp>, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, log)? else { return Ok(Vec::new()) };
        let mut select =
            db.prepare_cached("SELECT seq, bytes FROM op WHERE log_ix = ?1 AND seq >= ?2 ORDER BY seq")?;
        let ops = select.query_map(params![row.ix, rows::signed(first)], |r| {
            let bytes: Vec<u8> = r.get(1)?;
            Ok(LoggedOp { at: OpRef { log, seq: unsigned(r, 0)? }, op: Op::decode(&bytes).ok() })
        })?;
        Ok(ops.collect::<Result<_, _>>()?)
    }

    /// One operation, if it is here and can be read.
    ///
    /// # Errors
    /// When the database fails.
    pub fn op(&self, at: OpRef) -> Result<Option<Op>, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, at.log)? else { return Ok(None) };
        Ok(rows::op_bytes(db, row.ix, at.seq)?.and_then(|bytes| Op::decode(&bytes).ok()))
    }

    /// The scan that a person means: `log:seq` with the log by its first digits, or `seq` in this replica's own log.
    ///
    /// # Errors
    /// When there is no such scan, or the digits fit several logs.
    pub fn find_scan(&self, text: &str) -> Result<OpRef, StoreError> {
        let missing = || StoreError::NoScan(text.to_owned());
        let (log, seq) = match text.split_once(':') {
            Some((digits, seq)) => {
                let logs = self.logs()?;
                let mut fitting =
                    logs.iter().filter(|info| !digits.is_empty() && info.log.to_string().starts_with(digits));
                match (fitting.next(), fitting.next()) {
                    (Some(only), None) => (only.log, seq),
                    _ => return Err(missing()),
                }
            }
            None => (self.own.log, text.trim_start_matches('#')),
        };
        let at = OpRef { log, seq: seq.parse().map_err(|_| missing())? };
        self.scan(at)?.map(|found| found.at).ok_or_else(missing)
    }

    /// What was recorded at first, whatever was corrected since.
    ///
    /// # Errors
    /// When the database fails.
    pub fn recorded_scan(&self, at: OpRef) -> Result<Option<crate::op::Scan>, StoreError> {
        Ok(self.op(at)?.and_then(|op| match op.body {
            Body::Scan(scan) => Some(scan),
            _ => None,
        }))
    }

    /// The digest of what is held and of what follows from it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn digest(&self) -> Result<Digest, StoreError> {
        let mut ops = blake3::Hasher::new_derive_key("bibtrail 2026 operation set v0");
        let mut op_count = 0;
        for log in rows::all_logs(self.db()?)?.into_iter().filter(|log| log.seq > log.base_seq) {
            op_count += log.seq - log.base_seq;
            ops.update(&log.log.0).update(&log.seq.to_le_bytes()).update(&log.hash.0);
        }
        Ok(Digest { op_count, ops: Hash(ops.finalize().into()), state: self.state_hash()? })
    }

    fn state_hash(&self) -> Result<Hash, StoreError> {
        let db = self.db()?;
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 state v0");
        for sql in [
            "SELECT entity, state FROM register ORDER BY entity",
            "SELECT entity, field FROM conflict ORDER BY entity, field",
            "SELECT entrant_id, shown FROM entrant ORDER BY entrant_id",
            "SELECT checkpoint, kind, scans, bibs FROM tally WHERE scans > 0 ORDER BY checkpoint, kind",
            "SELECT log_id, coalesce(enrolment, x'') FROM log WHERE head_seq > base_seq ORDER BY log_id",
            "SELECT log_id, seq, contact FROM contact JOIN log USING (log_ix) ORDER BY log_id, seq",
            "SELECT entity, log_id, seq FROM held JOIN log USING (log_ix) ORDER BY entity, log_id, seq",
        ] {
            hash_rows(db, sql, [], &mut hasher)?;
        }
        for (log, ix) in log_ids(db)? {
            hasher.update(&log.0);
            let sql = "SELECT seq, depth, checkpoint, kind, bib, boot_ms, wall_ms, set_ms, is_void, is_corrected, source, \
                 with_pacer FROM scan \
                 WHERE log_ix = ?1 ORDER BY seq";
            hash_rows(db, sql, [ix], &mut hasher)?;
        }
        Ok(Hash(hasher.finalize().into()))
    }
}

fn registers(db: &Connection, entity: &Entity) -> Result<Option<Registers>, StoreError> {
    let mut select = db.prepare_cached("SELECT state FROM register WHERE entity = ?1")?;
    let state: Option<Vec<u8>> = select.query_row([cbor(entity)], |row| row.get(0)).optional()?;
    state.map(|bytes| minicbor::decode(&bytes).map_err(|_| StoreError::Decode("a register"))).transpose()
}

/// Logs with something in them, in order of id: never in order of arrival.
pub(super) fn log_ids(db: &Connection) -> Result<Vec<(LogId, i64)>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT log_id, log_ix FROM log WHERE head_seq > base_seq ORDER BY log_id")?;
    let rows = select.query_map([], |row: &Row<'_>| Ok((LogId(row.get(0)?), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Every value with its type and length, so that no two different tables hash alike.
fn hash_rows(
    db: &Connection,
    sql: &str,
    what: impl rusqlite::Params,
    hasher: &mut blake3::Hasher,
) -> Result<(), StoreError> {
    use rusqlite::types::ValueRef;
    let mut select = db.prepare_cached(sql)?;
    let columns = select.column_count();
    let mut rows = select.query(what)?;
    while let Some(row) = rows.next()? {
        for column in 0..columns {
            match row.get_ref(column)? {
                ValueRef::Null => hasher.update(&[0]),
                ValueRef::Integer(int) => hasher.update(&[1]).update(&int.to_le_bytes()),
                ValueRef::Real(real) => hasher.update(&[2]).update(&real.to_bits().to_le_bytes()),
                ValueRef::Text(bytes) => hasher.update(&[3]).update(&bytes.len().to_le_bytes()).update(bytes),
                ValueRef::Blob(bytes) => hasher.update(&[4]).update(&bytes.len().to_le_bytes()).update(bytes),
            };
        }
    }
    hasher.update(&[5]);
    Ok(())
}
