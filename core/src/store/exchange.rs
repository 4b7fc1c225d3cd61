//! What a session asks of a store: what is held, in one digest; what follows a place; what came in.
//!
//! Invariant: only what its author signed is offered, and an answer is about one moment: what is recorded meanwhile
//! belongs to the next session.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, params};

use super::{
    MergeReport, Store, StoreError,
    cut::Path,
    rows::{self, LogRow, unsigned},
    tree,
};
use crate::{
    ids::{BootId, Hash, LogId, OpRef},
    log::{Mark, Packed, Segment, SignedHead, Tip, chain_next, chain_start},
    op::{Body, Check, ClockContact, Enrol, Op},
    time::Reading,
};

/// How far each log and branch had come at one moment.
#[derive(Clone, Debug, Default)]
pub struct Snapshot {
    held: BTreeMap<LogId, u64>,
}

impl Snapshot {
    /// How far a row counts: as it was, and what came in since. Of a branch that is new all counts: it may be what was
    /// held under another name. A log that is new counts as far as this session brought it: others may meet this
    /// replica at the same time.
    fn seq(&self, row: &LogRow, received: &BTreeMap<LogId, u64>) -> u64 {
        let came = received.get(&row.key).copied().unwrap_or_default();
        match self.held.get(&row.log) {
            Some(held) => row.seq.min(came.max(*held)),
            None if row.parent_ix.is_some() => row.seq,
            None => row.seq.min(came),
        }
    }
}

/// What this replica remembers of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Peer {
    /// Its log.
    pub log: LogId,
    /// The digest of what both held when they last parted as equals.
    pub digest: [u8; 16],
    /// That in full.
    pub held: Vec<Tip>,
    /// When that was, by the clocks of this device.
    pub met: Reading,
}

impl Store {
    /// What is held and vouched for, as of now. Vouches for the own log first.
    ///
    /// # Errors
    /// When the store fails.
    pub fn snapshot(&mut self) -> Result<Snapshot, StoreError> {
        self.settle()?;
        let rows = rows::all_logs(self.db()?)?;
        Ok(Snapshot { held: rows.iter().map(|row| (row.log, row.seq)).collect() })
    }

    /// The tips of every key's tree at that moment, in order of key and mark.
    ///
    /// # Errors
    /// When the database fails.
    pub fn tips(&self, at: &Snapshot, received: &BTreeMap<LogId, u64>) -> Result<Vec<Tip>, StoreError> {
        let db = self.db()?;
        let logs = rows::all_logs(db)?;
        let parents: BTreeSet<i64> = logs.iter().filter_map(|row| row.parent_ix).collect();
        let mut tips = Vec::new();
        for row in &logs {
            let has_children = parents.contains(&row.ix);
            let seq = at.seq(row, received);
            if !has_children && seq > row.base_seq {
                let check = Check::of(tree::hash_at(db, row, seq)?);
                tips.push(Tip { key: row.key, mark: Mark { seq, check } });
            }
        }
        tips.sort();
        Ok(tips)
    }

    /// A digest of what was held at `at` and what came in since: `received` says how far each key came in.
    ///
    /// # Errors
    /// When the database fails.
    pub fn set_digest(&self, at: &Snapshot, received: &BTreeMap<LogId, u64>) -> Result<[u8; 16], StoreError> {
        let db = self.db()?;
        let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 sync digest v0");
        hasher.update(self.race.0.as_bytes());
        for row in rows::all_logs(db)? {
            let seq = at.seq(&row, received);
            if seq > row.base_seq {
                let hash = tree::hash_at(db, &row, seq)?;
                hasher.update(&row.log.0).update(&seq.to_le_bytes()).update(&hash.0);
            }
        }
        let mut digest = [0; 16];
        hasher.finalize_xof().fill(&mut digest);
        Ok(digest)
    }

    /// Whether the place lies on a path that is held.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_mark(&self, key: LogId, mark: Mark) -> Result<bool, StoreError> {
        if mark.seq == 0 {
            return Ok(true);
        }
        let db = self.db()?;
        for row in rows::logs_of_key(db, key)? {
            if row.base_seq < mark.seq
                && mark.seq <= row.seq
                && Check::of(tree::hash_at(db, &row, mark.seq)?) == mark.check
            {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Marks of a key's log, from its tip back in growing steps: with them another replica finds where two histories
    /// part, within a factor of two.
    ///
    /// # Errors
    /// When the database fails.
    pub fn ladder(&self, tip: Tip) -> Result<Vec<Mark>, StoreError> {
        let db = self.db()?;
        let logs = rows::logs_of_key(db, tip.key)?;
        let mut marks = vec![tip.mark];
        let Some(path) = self.path_to(&logs, tip)? else { return Ok(marks) };
        let mut step = 1;
        while let Some(seq) = tip.mark.seq.checked_sub(step).filter(|seq| *seq > 0) {
            if let Some(row) = path.row_at(seq) {
                marks.push(Mark { seq, check: Check::of(tree::hash_at(db, &row, seq)?) });
            }
            step *= 2;
        }
        Ok(marks)
    }

    /// The way through a log and its branches that leads to a tip; nothing if that is not held.
    pub(super) fn path_to(&self, logs: &[LogRow], tip: Tip) -> Result<Option<Path>, StoreError> {
        for path in Path::all(logs) {
            if let Some(row) = path.row_at(tip.mark.seq)
                && Check::of(tree::hash_at(self.db()?, &row, tip.mark.seq)?) == tip.mark.check
            {
                return Ok(Some(path));
            }
        }
        Ok(None)
    }

    /// How far the way to `mark` and the way to `tip` are one; 0 if the mark is not held.
    ///
    /// # Errors
    /// When the database fails.
    pub fn common(&self, mark: Mark, tip: Tip) -> Result<u64, StoreError> {
        let logs = rows::logs_of_key(self.db()?, tip.key)?;
        let to_mark = self.path_to(&logs, Tip { key: tip.key, mark })?;
        let (Some(to_tip), Some(to_mark)) = (self.path_to(&logs, tip)?, to_mark) else { return Ok(0) };
        let shared = to_tip.rows().iter().zip(to_mark.rows()).take_while(|(a, b)| a.ix == b.ix).last();
        Ok(shared.map_or(0, |(row, _)| row.seq).min(mark.seq).min(tip.mark.seq))
    }

    /// The next segment after `seq` on the way to `tip`, packed for a receiver who has what comes before it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn next_packed(&self, tip: Tip, seq: u64) -> Result<Option<Packed>, StoreError> {
        let db = self.db()?;
        let logs = rows::logs_of_key(db, tip.key)?;
        let Some(path) = self.path_to(&logs, tip)? else { return Ok(None) };
        let Some(segment) = path.next(db, seq, tip.mark.seq)? else { return Ok(None) };
        let before = match path.row_at(seq) {
            Some(row) => rows::op_bytes(db, row.ix, seq)?,
            None => None,
        };
        Ok(Some(Packed {
            key: segment.log,
            first_seq: segment.first_seq,
            count: segment.ops.len(),
            signature: segment.head.signature,
            ops: segment.encode_ops(before.as_deref()),
        }))
    }

    /// Takes packed segments in, in one commit. Those that do not unpack or prove right are named in the report.
    ///
    /// # Errors
    /// When the store fails. Then nothing was taken.
    pub fn take_packed(&mut self, packed: &[Packed]) -> Result<MergeReport, StoreError> {
        let race = self.race;
        let mut packed = packed.iter();
        self.take_all(|db| {
            let Some(next) = packed.next() else { return Ok(None) };
            let segment = unpack(db, race, next)?;
            Ok(Some((segment.clone(), segment.encode())))
        })
    }

    /// What is remembered of the replica that writes `log`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn peer(&self, log: LogId) -> Result<Option<Peer>, StoreError> {
        Ok(self.peers()?.into_iter().find(|peer| peer.log == log))
    }

    /// All replicas that this one has parted from as equals, in order of log.
    ///
    /// # Errors
    /// When the database fails.
    pub fn peers(&self) -> Result<Vec<Peer>, StoreError> {
        let mut select =
            self.db()?.prepare_cached("SELECT log_id, digest, held, met FROM peer ORDER BY log_id")?;
        let rows = select.query_map([], |row| {
            Ok((LogId(row.get(0)?), row.get(1)?, row.get::<_, Vec<u8>>(2)?, row.get::<_, Vec<u8>>(3)?))
        })?;
        let mut peers = Vec::new();
        for row in rows {
            let (log, digest, held, met) = row?;
            let (held, met) = (Tip::decode_all(&held), minicbor::decode(&met));
            // A cache: what does not read is forgotten.
            if let (Some(held), Ok(met)) = (held, met) {
                peers.push(Peer { log, digest, held, met });
            }
        }
        Ok(peers)
    }

    /// Remembers what another replica holds. It said so after its own commit, over a channel that only it can speak on.
    ///
    /// # Errors
    /// When the database fails.
    pub fn remember(&mut self, peer: &Peer) -> Result<(), StoreError> {
        self.db()?.execute(
            "INSERT OR REPLACE INTO peer (log_id, digest, held, met) VALUES (?1, ?2, ?3, ?4)",
            params![peer.log.0, peer.digest, Tip::encode_all(&peer.held), super::sql::cbor(&peer.met)],
        )?;
        Ok(())
    }

    /// Forgets what another replica held: it has shown to know less.
    ///
    /// # Errors
    /// When the database fails.
    pub fn forget(&mut self, peer: LogId) -> Result<(), StoreError> {
        self.db()?.execute("DELETE FROM peer WHERE log_id = ?1", [peer.0])?;
        Ok(())
    }

    /// How many devices are known to hold an operation: this one, and those that said so when last met. Never too many:
    /// a device that went on in a new log is counted once, one that was not met not at all.
    ///
    /// # Errors
    /// When the database fails.
    pub fn held_by(&self, at: OpRef) -> Result<usize, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, at.log)?.filter(|row| row.base_seq < at.seq && at.seq <= row.seq)
        else {
            return Ok(0);
        };
        let logs = rows::logs_of_key(db, row.key)?;
        // Logs that go back to one beginning may all be of one device: it is counted once.
        let kin = self.kin()?;
        let first = |log: LogId| kin.get(&log).copied().unwrap_or(log);
        let mut devices = BTreeSet::from([first(self.own.log)]);
        for peer in self.peers()? {
            for tip in peer.held.iter().filter(|tip| tip.key == row.key && tip.mark.seq >= at.seq) {
                let path = self.path_to(&logs, *tip)?;
                if path.is_some_and(|path| path.row_at(at.seq).is_some_and(|found| found.ix == row.ix)) {
                    devices.insert(first(peer.log));
                }
            }
        }
        Ok(devices.len())
    }

    /// For each log one that stands for all that may be of the same device: what each says it goes on from, and what
    /// each proves to go on from.
    fn kin(&self) -> Result<BTreeMap<LogId, LogId>, StoreError> {
        let mut first: BTreeMap<LogId, LogId> = BTreeMap::new();
        for info in self.logs()? {
            let Some(enrol) = info.enrolment else { continue };
            for before in enrol.previous.into_iter().chain(enrol.succession.map(|proof| proof.log)) {
                let (a, b) =
                    (*first.get(&info.log).unwrap_or(&info.log), *first.get(&before).unwrap_or(&before));
                first.entry(info.log).or_insert(info.log);
                first.entry(before).or_insert(before);
                let (keep, join) = (a.min(b), a.max(b));
                first.values_mut().filter(|of| **of == join).for_each(|of| *of = keep);
            }
        }
        Ok(first)
    }

    /// What a log says of itself.
    ///
    /// # Errors
    /// When the database fails.
    pub fn enrolment(&self, log: LogId) -> Result<Option<Enrol>, StoreError> {
        let mut select = self.db()?.prepare_cached("SELECT enrolment FROM log WHERE log_id = ?1")?;
        let bytes: Option<Option<Vec<u8>>> = select.query_row([log.0], |row| row.get(0)).optional()?;
        Ok(bytes.flatten().and_then(|bytes| minicbor::decode(&bytes).ok()))
    }

    /// Notes how this device's clock and another's stood.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn note_contact(&mut self, contact: ClockContact) -> Result<(), StoreError> {
        self.write(vec![Body::ClockContact(contact)], false)?;
        self.timing.take();
        Ok(())
    }

    /// When this device last noted how its clock and that other one stood, by its boot clock, in milliseconds.
    ///
    /// # Errors
    /// When the database fails.
    pub fn last_contact(&self, boot: BootId, peer: BootId) -> Result<Option<u64>, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, self.own.log)? else { return Ok(None) };
        let mut select =
            db.prepare_cached("SELECT seq, contact FROM contact WHERE log_ix = ?1 ORDER BY seq DESC")?;
        let mut rows = select.query([row.ix])?;
        while let Some(row) = rows.next()? {
            let _seq = unsigned(row, 0)?;
            let contact: Vec<u8> = row.get(1)?;
            let contact: Option<ClockContact> = minicbor::decode(&contact).ok();
            if let Some(contact) = contact.filter(|c| c.reading.boot == boot && c.peer == peer) {
                return Ok(Some(contact.reading.boot_ms));
            }
        }
        Ok(None)
    }

    /// The operation by which the own log joined the race, to be shown to those who do not know it.
    ///
    /// # Errors
    /// When the database fails.
    pub fn own_enrolment(&self) -> Result<Option<Enrol>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT bytes FROM fact JOIN op USING (log_ix, seq) JOIN log USING (log_ix) WHERE log_id = ?1
             ORDER BY seq DESC",
        )?;
        let mut rows = select.query([self.own.log.0])?;
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(0)?;
            if let Ok(Op { body: Body::Enrol(enrol), .. }) = Op::decode(&bytes) {
                return Ok(Some(*enrol));
            }
        }
        Ok(None)
    }
}

/// The segment that packed bytes mean, given what is held before them. Where several branches could go on, that whose
/// chain the author signed. What proves under none comes back as it is, to be refused by name.
fn unpack(
    db: &rusqlite::Connection,
    race: crate::ids::RaceId,
    packed: &Packed,
) -> Result<Segment, StoreError> {
    let before = packed.first_seq - 1;
    let mut bases: Vec<(Hash, Option<Vec<u8>>)> = Vec::new();
    if before == 0 {
        bases.push((chain_start(race, packed.key), None));
    }
    for row in rows::logs_of_key(db, packed.key)? {
        if row.base_seq < before && before <= row.seq {
            bases.push((tree::hash_at(db, &row, before)?, rows::op_bytes(db, row.ix, before)?));
        }
    }
    let mut untrue = None;
    for (base, op) in bases {
        let Ok(ops) = Segment::decode_ops(&packed.ops, packed.count, op.as_deref()) else { continue };
        let hash = ops.iter().fold(base, |hash, op| chain_next(hash, op));
        let seq = before + ops.len() as u64;
        let head = SignedHead { seq, hash, signature: packed.signature };
        let segment = Segment { log: packed.key, first_seq: packed.first_seq, ops, head };
        if segment.head.verify(race, packed.key).is_ok() {
            return Ok(segment);
        }
        untrue = Some(segment);
    }
    Ok(untrue.unwrap_or_else(|| {
        let seq = before + packed.count as u64;
        let head = SignedHead { seq, hash: Hash([0; 32]), signature: packed.signature };
        Segment { log: packed.key, first_seq: packed.first_seq, ops: Vec::new(), head }
    }))
}
