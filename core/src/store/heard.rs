//! What a replica has heard of the race's phones and checkpoints, for the watch.
//!
//! Invariant: a phone is heard of when something that it wrote is here, or when it met this replica; records count as
//! existing only where somebody who knew said so.

use std::collections::BTreeMap;

use super::{Peer, Store, StoreError, rows};
use crate::{
    closing::Closing,
    ids::{Key, LogId},
    op::{Entity, Role},
    time::Reading,
    watch::{Heard, Phone},
};

impl Store {
    /// What was heard of phones and checkpoints, and where people contradict each other.
    ///
    /// # Errors
    /// When the database fails.
    pub fn heard(&self) -> Result<Heard, StoreError> {
        self.heard_by(&self.boots()?)
    }

    /// The same, for who knows the last reading of each run of each log's clocks in scans ([`Store::boots`]) already.
    ///
    /// # Errors
    /// When the database fails.
    pub fn heard_by(&self, boots: &[(LogId, Reading)]) -> Result<Heard, StoreError> {
        let mut heard = Heard { phones: self.phones(boots)?, closings: self.closings()?, ..Heard::default() };
        for conflict in self.conflicts()? {
            let values = conflict.siblings.into_iter().map(|sibling| sibling.value).collect();
            heard.conflicts.entry(conflict.entity).or_default().insert(conflict.field, values);
        }
        Ok(heard)
    }

    fn phones(&self, boots: &[(LogId, Reading)]) -> Result<Vec<Phone>, StoreError> {
        let peers = self.peers()?;
        let (exist, last) = (self.exist(&peers)?, self.last_readings(boots, &peers)?);
        let phone = |info: super::LogInfo| {
            let enrolment = info.enrolment.as_ref();
            let exist = exist.get(&info.log).copied().unwrap_or_default();
            Phone {
                log: info.log,
                name: enrolment.map_or_else(|| info.log.short(), |enrol| enrol.name.clone()),
                checkpoint: enrolment.and_then(|enrol| enrol.checkpoint.clone()),
                last_ms: last.get(&info.log).copied(),
                is_trusted: self.members.standing(info.log).role_at(info.seq) >= Role::Volunteer,
                held: info.seq,
                exist: exist.max(info.seq),
            }
        };
        let mut phones: Vec<Phone> = self.logs()?.into_iter().map(phone).collect();
        // A log of which only later parts came is a phone too.
        for (log, exist) in exist.into_iter().filter(|(_, exist)| *exist > 0) {
            if !phones.iter().any(|phone| phone.log == log) {
                let last_ms = last.get(&log).copied();
                phones.push(Phone {
                    log,
                    name: log.short(),
                    checkpoint: None,
                    last_ms,
                    is_trusted: self.members.standing(log).role.is_some_and(|role| role >= Role::Volunteer),
                    held: 0,
                    exist,
                });
            }
        }
        phones.sort_by_key(|phone| phone.log);
        Ok(phones)
    }

    /// When each log last said anything: the latest reading of its clocks that is here, corrected; or the last meeting.
    fn last_readings(
        &self,
        boots: &[(LogId, Reading)],
        peers: &[Peer],
    ) -> Result<BTreeMap<LogId, i64>, StoreError> {
        let timing = self.timing()?;
        let ms = |reading: Reading| timing.time_ms(reading);
        let mut last: BTreeMap<LogId, i64> = BTreeMap::new();
        let mut note = |log: LogId, ms: i64| {
            let known = last.entry(log).or_insert(ms);
            *known = ms.max(*known);
        };
        boots.iter().for_each(|(log, reading)| note(*log, ms(*reading)));
        self.readings_of_contacts()?.into_iter().for_each(|(log, reading)| note(log, ms(reading)));
        for info in self.logs()? {
            if let Some(reading) = info.enrolment.as_ref().and_then(|enrol| enrol.reading) {
                note(info.log, ms(reading));
            }
        }
        peers.iter().for_each(|peer| note(peer.log, ms(peer.met)));
        Ok(last)
    }

    /// How many operations of each log are known to exist: from parts that wait for earlier ones, from what peers said
    /// that they hold, and from revocations.
    fn exist(&self, peers: &[Peer]) -> Result<BTreeMap<LogId, u64>, StoreError> {
        let mut exist: BTreeMap<LogId, u64> = BTreeMap::new();
        let mut note = |log: LogId, seq: u64| {
            let known = exist.entry(log).or_default();
            *known = seq.max(*known);
        };
        let mut select =
            self.db()?.prepare_cached("SELECT log_id, max(last_seq) FROM staged GROUP BY log_id")?;
        let mut rows = select.query([])?;
        while let Some(row) = rows.next()? {
            note(LogId(row.get(0)?), rows::unsigned(row, 1)?);
        }
        for tip in peers.iter().flat_map(|peer| &peer.held) {
            note(tip.key, tip.mark.seq);
        }
        for (log, standing) in self.members.standings() {
            note(*log, standing.cut.unwrap_or_default());
        }
        Ok(exist)
    }

    /// What was said about closing each checkpoint.
    ///
    /// # Errors
    /// When the database fails.
    pub fn closings(&self) -> Result<BTreeMap<Key, Closing>, StoreError> {
        let mut closings = BTreeMap::new();
        for (entity, registers) in self.registers_of(&[3])? {
            if let Entity::Checkpoint(key) = entity {
                let closing = Closing::read(&key, &registers, &self.members);
                closings.insert(key, closing);
            }
        }
        Ok(closings)
    }
}
