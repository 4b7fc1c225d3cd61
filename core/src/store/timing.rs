//! When scans really were: the clocks of the race, solved from what devices proved when they met.
//!
//! Invariant: a function of the operations alone. Wall clocks come in once, as the first reading of the reference log;
//! a step of any wall clock later changes no corrected time. What was frozen keeps the times it had.

use std::{collections::BTreeMap, sync::Arc};

use rusqlite::params;

use super::{Store, StoreError, rows};
use crate::{
    clocks::{Anchor, Clocks, Contact, Moment},
    ids::{LogId, OpRef},
    members::{Act, Verdict},
    op::{Body, ClockContact, Entity, Freeze, FrozenHead, Op, field},
    state::{ScanRow, Sighting},
    time::Reading,
};

/// The clocks of a race.
#[derive(Debug, PartialEq)]
pub struct Timing {
    /// The log whose clock is the race's time.
    pub reference: LogId,
    /// As all contacts say.
    pub clocks: Clocks,
    /// As those said that were here when official times were frozen, and how far each log had come then.
    frozen: Option<(BTreeMap<[u8; 8], u64>, Clocks)>,
}

impl Timing {
    /// What a reading says by the race's clock, as far as it is known, else by the device's wall clock: milliseconds since
    /// 1970-01-01 UTC.
    #[must_use]
    pub fn time_ms(&self, reading: Reading) -> i64 {
        self.clocks.at(reading.boot, reading.boot_ms).map_or(reading.wall_ms, |moment| moment.ms)
    }

    /// When a scan was, by the clocks; nothing if its device's clock never met the others.
    #[must_use]
    pub fn moment(&self, scan: &ScanRow) -> Option<Moment> {
        let (boot, boot_ms) = (scan.reading.boot, scan.reading.boot_ms);
        if let Some((_, frozen)) = &self.frozen
            && self.is_frozen_at(scan.at)
        {
            return frozen.at(boot, boot_ms);
        }
        self.clocks.at(boot, boot_ms)
    }

    /// When a scan counts as made (milliseconds since 1970-01-01 UTC), and how sure the clocks are of it: as
    /// [`Sighting`] has them.
    #[must_use]
    pub fn times(&self, scan: &ScanRow) -> (i64, Option<Moment>) {
        match (scan.set_ms, self.moment(scan)) {
            (Some(set_ms), _) => (set_ms, None),
            (None, moment) => (moment.map_or(scan.reading.wall_ms, |moment| moment.ms), moment),
        }
    }

    /// Whether official times were frozen.
    #[must_use]
    pub fn is_frozen(&self) -> bool {
        self.frozen.is_some()
    }

    /// Whether an operation was there when official times were frozen.
    #[must_use]
    pub fn is_frozen_at(&self, at: OpRef) -> bool {
        let heads = self.frozen.as_ref().map(|(heads, _)| heads);
        heads.and_then(|heads| heads.get(&prefix(at.log))).is_some_and(|seq| at.seq <= *seq)
    }
}

fn prefix(log: LogId) -> [u8; 8] {
    let mut cut = [0; 8];
    cut.copy_from_slice(&log.0[..8]);
    cut
}

impl Store {
    /// The clocks of the race, as of now.
    ///
    /// # Errors
    /// When the database fails.
    pub fn timing(&self) -> Result<Arc<Timing>, StoreError> {
        if let Some(known) = self.timing.borrow().as_ref() {
            return Ok(Arc::clone(known));
        }
        let solved = Arc::new(self.solve()?);
        *self.timing.borrow_mut() = Some(Arc::clone(&solved));
        Ok(solved)
    }

    fn solve(&self) -> Result<Timing, StoreError> {
        let reference = self.reference()?;
        let first = self.first_reading(reference)?;
        let anchors: Vec<Anchor> = first
            .iter()
            .map(|reading| Anchor {
                boot: reading.boot,
                offset_ms: reading.wall_ms.saturating_sub(i64::try_from(reading.boot_ms).unwrap_or(i64::MAX)),
            })
            .collect();
        let contacts = self.contacts()?;
        let all: Vec<Contact> = contacts.iter().map(|(_, contact)| *contact).collect();
        let frozen = self.last_freeze()?.map(|freeze| {
            let heads: BTreeMap<[u8; 8], u64> =
                freeze.heads.iter().map(|head| (head.log, head.seq)).collect();
            let was_here = |at: &OpRef| heads.get(&prefix(at.log)).is_some_and(|seq| at.seq <= *seq);
            let early: Vec<Contact> =
                contacts.iter().filter(|(at, _)| was_here(at)).map(|(_, c)| *c).collect();
            let clocks = Clocks::solve(&anchors, &early);
            (heads, clocks)
        });
        Ok(Timing { reference, clocks: Clocks::solve(&anchors, &all), frozen })
    }

    /// The log whose clock is the race's time: the director's choice, else the director's own.
    fn reference(&self) -> Result<LogId, StoreError> {
        let settings = self.registers(&Entity::Race)?.unwrap_or_default();
        let chosen = settings.text(field::CLOCK_REFERENCE, &self.members);
        Ok(chosen.and_then(|text| LogId::parse(&text)).unwrap_or(self.members.director()))
    }

    /// What the clocks of a log's device said when it first said anything of them.
    fn first_reading(&self, log: LogId) -> Result<Option<Reading>, StoreError> {
        let db = self.db()?;
        let Some(row) = rows::log_row(db, log)? else { return Ok(None) };
        let mut select = db.prepare_cached("SELECT bytes FROM op WHERE log_ix = ?1 ORDER BY seq")?;
        let mut ops = select.query([row.ix])?;
        while let Some(op) = ops.next()? {
            let bytes = op.get_ref(0)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
            let reading = match Op::decode(bytes).map(|op| op.body) {
                Ok(Body::Enrol(enrol)) => enrol.reading,
                Ok(Body::Scan(scan)) => Some(scan.reading),
                Ok(Body::ClockContact(contact)) => Some(contact.reading),
                _ => None,
            };
            if reading.is_some() {
                return Ok(reading);
            }
        }
        Ok(None)
    }

    /// What each log's clocks said at its contacts with others, in order of log and place.
    pub(super) fn readings_of_contacts(&self) -> Result<Vec<(LogId, Reading)>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT log_id, contact FROM contact JOIN log USING (log_ix) ORDER BY log_id, seq",
        )?;
        let mut rows = select.query([])?;
        let mut readings = Vec::new();
        while let Some(row) = rows.next()? {
            let bytes: Vec<u8> = row.get(1)?;
            let said: ClockContact = minicbor::decode(&bytes).map_err(|_| StoreError::Decode("a contact"))?;
            readings.push((LogId(row.get(0)?), said.reading));
        }
        Ok(readings)
    }

    /// Contacts by devices that are trusted that far.
    fn contacts(&self) -> Result<Vec<(OpRef, Contact)>, StoreError> {
        let mut select = self.db()?.prepare_cached(
            "SELECT log_id, seq, contact FROM contact JOIN log USING (log_ix) ORDER BY log_id, seq",
        )?;
        let mut rows = select.query([])?;
        let mut contacts = Vec::new();
        while let Some(row) = rows.next()? {
            let at = OpRef { log: LogId(row.get(0)?), seq: rows::unsigned(row, 1)? };
            let bytes: Vec<u8> = row.get(2)?;
            let said: ClockContact = minicbor::decode(&bytes).map_err(|_| StoreError::Decode("a contact"))?;
            if self.members.verdict(at, Act::Capture) == Verdict::Counts {
                let Reading { boot, boot_ms, .. } = said.reading;
                let (peer, lo_ms, hi_ms) = (said.peer, said.lo_ms, said.hi_ms);
                contacts.push((at, Contact { boot, boot_ms, peer, lo_ms, hi_ms }));
            }
        }
        Ok(contacts)
    }

    /// The freeze that holds: of those who may, the one with the greatest depth, then log and place.
    fn last_freeze(&self) -> Result<Option<Freeze>, StoreError> {
        let freezes = self.facts()?.into_iter().filter_map(|(at, op)| match op.body {
            Body::Freeze(freeze) if self.members.verdict(at, Act::Direct) == Verdict::Counts => {
                Some(((op.depth, at), freeze))
            }
            _ => None,
        });
        Ok(freezes.max_by_key(|(order, _)| *order).map(|(_, freeze)| freeze))
    }

    /// A scan with what follows from everything known beside it.
    pub(super) fn sighting(&self, scan: ScanRow) -> Result<Sighting, StoreError> {
        let (time_ms, moment) = self.timing()?.times(&scan);
        Ok(Sighting { time_ms, moment, is_approved: self.members.is_approved(scan.at), scan })
    }

    /// The runs of clocks that a log's readings belong to, with the log: for lists.
    ///
    /// # Errors
    /// When the database fails.
    pub fn boots(&self) -> Result<Vec<(LogId, Reading)>, StoreError> {
        let mut boots = Vec::new();
        for row in rows::all_logs(self.db()?)? {
            let mut select = self.db()?.prepare_cached(
                "SELECT boot_id, max(boot_ms), wall_ms FROM scan JOIN boot USING (boot_ix) WHERE log_ix = ?1
                 GROUP BY boot_id ORDER BY boot_id",
            )?;
            let found = select.query_map(params![row.ix], |found| {
                let boot = crate::ids::BootId(found.get(0)?);
                let boot_ms = found.get::<_, i64>(1)?.cast_unsigned();
                Ok(Reading { boot, boot_ms, wall_ms: found.get(2)? })
            })?;
            for reading in found {
                boots.push((row.log, reading?));
            }
        }
        Ok(boots)
    }

    /// Makes another log's clock the race's time.
    ///
    /// # Errors
    /// As [`Store::put`].
    pub fn set_reference(&mut self, log: LogId, reason: Option<&str>) -> Result<(), StoreError> {
        let values = vec![(field::CLOCK_REFERENCE, log.to_string().as_str().into())];
        self.put(Entity::Race, values, reason)?;
        Ok(())
    }
}

/// How far each log has come, for a freeze.
pub(super) fn frozen_heads(logs: &[rows::LogRow]) -> Vec<FrozenHead> {
    logs.iter().map(|row| FrozenHead { log: prefix(row.log), seq: row.seq }).collect()
}
