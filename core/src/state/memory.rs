//! The state in memory: what `verify` holds the database against, and what tests compare.
//!
//! Invariant: the same tables as the database, in the same order.

use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

use super::{EntrantRow, ScanRow, Tables, apply};
use crate::{
    ids::{EntrantId, LogId, OpRef},
    members::Members,
    op::{Body, Check, ClockContact, Enrol, Entity, Op, Scan},
    registers::Registers,
};

/// The state of a race, in ordered maps.
#[derive(Clone, Debug, Default)]
pub struct Memory {
    /// Registers by entity.
    pub registers: BTreeMap<Entity, Registers>,
    /// Scans as they count.
    pub scans: BTreeMap<OpRef, ScanRow>,
    /// Entrants.
    pub entrants: BTreeMap<EntrantId, EntrantRow>,
    /// What the logs said of themselves.
    pub enrolments: BTreeMap<LogId, Enrol>,
    /// Operations this app does not understand.
    pub unread: BTreeMap<OpRef, Option<u16>>,
    /// How clocks stood when they met.
    pub contacts: BTreeMap<OpRef, ClockContact>,
    /// Puts that count for nothing, or not yet, by what they would change.
    pub held: BTreeSet<(Entity, OpRef)>,
    /// Operations about members and official times.
    pub facts: BTreeSet<OpRef>,
    recorded: BTreeMap<OpRef, (u64, Scan)>,
    held_at: BTreeSet<OpRef>,
    /// Bytes of what is held.
    puts: BTreeMap<OpRef, Vec<u8>>,
    branched: BTreeMap<(OpRef, Check), OpRef>,
}

impl Memory {
    /// Says that the operation at `at` of a branch is what a reference to `said` with this check means.
    pub fn note_branched(&mut self, said: OpRef, check: Check, at: OpRef) {
        self.branched.insert((said, check), at);
    }

    /// Takes one operation in.
    pub fn apply(&mut self, members: &Members, at: OpRef, bytes: &[u8]) {
        match Op::decode(bytes) {
            Ok(Op { depth, body: Body::Scan(scan) }) => drop(self.recorded.insert(at, (depth, scan))),
            Ok(Op { body: Body::Put(_), .. }) => drop(self.puts.insert(at, bytes.to_vec())),
            _ => {}
        }
        let Ok(_) = apply(self, members, at, bytes);
        if !self.held_at.contains(&at) {
            self.puts.remove(&at);
        }
    }
}

impl Tables for Memory {
    type Error = Infallible;

    fn registers(&mut self, entity: &Entity) -> Result<Option<Registers>, Infallible> {
        Ok(self.registers.get(entity).cloned())
    }

    fn set_registers(&mut self, entity: &Entity, registers: &Registers) -> Result<(), Infallible> {
        self.registers.insert(entity.clone(), registers.clone());
        Ok(())
    }

    fn recorded(&mut self, at: OpRef) -> Result<Option<(u64, Scan)>, Infallible> {
        Ok(self.recorded.get(&at).cloned())
    }

    fn set_scan(&mut self, row: &ScanRow, _is_new: bool) -> Result<(), Infallible> {
        self.scans.insert(row.at, row.clone());
        Ok(())
    }

    fn set_entrant(&mut self, row: &EntrantRow) -> Result<(), Infallible> {
        self.entrants.insert(row.id, row.clone());
        Ok(())
    }

    fn set_unread(&mut self, at: OpRef, kind: Option<u16>) -> Result<(), Infallible> {
        self.unread.insert(at, kind);
        Ok(())
    }

    fn set_enrolment(&mut self, log: LogId, enrol: &Enrol) -> Result<(), Infallible> {
        self.enrolments.insert(log, enrol.clone());
        Ok(())
    }

    fn set_fact(&mut self, at: OpRef) -> Result<(), Infallible> {
        self.facts.insert(at);
        Ok(())
    }

    fn set_contact(&mut self, at: OpRef, contact: &ClockContact) -> Result<(), Infallible> {
        self.contacts.insert(at, contact.clone());
        Ok(())
    }

    fn resolve(&mut self, at: OpRef, check: Option<Check>) -> Result<OpRef, Infallible> {
        Ok(check.and_then(|check| self.branched.get(&(at, check)).copied()).unwrap_or(at))
    }

    fn hold(&mut self, entity: &Entity, at: OpRef) -> Result<(), Infallible> {
        self.held.insert((entity.clone(), at));
        self.held_at.insert(at);
        Ok(())
    }

    fn take_held(&mut self, entity: &Entity) -> Result<Vec<(OpRef, Vec<u8>)>, Infallible> {
        let (first, last) =
            (OpRef { log: LogId([0; 32]), seq: 0 }, OpRef { log: LogId([255; 32]), seq: u64::MAX });
        let of_entity = (entity.clone(), first)..=(entity.clone(), last);
        let held: Vec<(Entity, OpRef)> = self.held.range(of_entity).cloned().collect();
        for taken in &held {
            self.held.remove(taken);
            self.held_at.remove(&taken.1);
        }
        Ok(held.into_iter().filter_map(|(_, at)| Some((at, self.puts.get(&at)?.clone()))).collect())
    }
}
