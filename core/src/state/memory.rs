//! The state in memory: what `verify` holds the database against, and what tests compare.
//!
//! Invariant: the same tables as the database, in the same order.

use std::{collections::BTreeMap, convert::Infallible};

use super::{EntrantRow, ScanRow, Tables, apply};
use crate::{
    ids::{EntrantId, LogId, OpRef},
    members::Members,
    op::{Body, Enrol, Entity, Op, Scan},
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
    recorded: BTreeMap<OpRef, (u64, Scan)>,
}

impl Memory {
    /// Takes one operation in.
    pub fn apply(&mut self, members: Members, at: OpRef, bytes: &[u8]) {
        match apply(self, members, at, bytes) {
            Ok(Some(Op { depth, body: Body::Scan(scan) })) => {
                self.recorded.insert(at, (depth, scan));
            }
            Ok(_) => {}
            Err(never) => match never {},
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
}
