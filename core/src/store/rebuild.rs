//! Making the projections again from the log.
//!
//! Invariant: what comes out is what would have come out had everything been known from the start. It is due when a
//! standing changed under something already judged, when a fork came to light, and when a newer app reads the log. Nobody's
//! standing says anything of a scan that nobody corrected: those, nearly all of a race, stay as they are but for a newer app.

use rusqlite::{Connection, params};

use super::{
    StoreError,
    rows::{self, LogRow},
    sql::{self, SqlTables},
    tree,
};
use crate::{
    ids::{OpRef, RaceId},
    members::Members,
    op::{Op, kind},
};

/// What this build makes of a log. Raise it with every change of meaning: older databases are read again.
pub(super) const PROJECTION_VERSION: i64 = 5;

/// Makes the projections from nothing, inside the caller's transaction: the app that made them understood less.
pub(super) fn from_nothing(db: &Connection, race: RaceId, members: &mut Members) -> Result<(), StoreError> {
    db.execute("DELETE FROM scan", [])?;
    projections(db, race, members)?;
    db.execute("UPDATE race SET projection_version = ?1", [PROJECTION_VERSION])?;
    Ok(())
}

/// Makes again whatever may follow from standings and from forks, inside the caller's transaction.
pub(super) fn projections(db: &Connection, race: RaceId, members: &mut Members) -> Result<(), StoreError> {
    db.execute_batch(
        "DELETE FROM register; DELETE FROM conflict; DELETE FROM unread; DELETE FROM fact; DELETE FROM held;
         DELETE FROM contact; DELETE FROM tally; DELETE FROM entrant;
         UPDATE log SET enrolment = NULL, is_judged = 0;",
    )?;
    keep_plain_scans(db)?;
    *members = judged(db, race, members)?;
    let mut tables = SqlTables::new(db);
    for log in rows::all_logs(db)? {
        each_op(db, &log, LACKING, |at, bytes| tables.project(members, at, bytes).map(drop))?;
    }
    tables.finish(members)?;
    Ok(())
}

/// Forgets the scans of which the rows may change, and counts the others: as they were recorded, in a log of one history.
fn keep_plain_scans(db: &Connection) -> Result<(), StoreError> {
    db.execute_batch(
        "DELETE FROM scan WHERE is_corrected = 1
             OR log_ix IN (SELECT log_ix FROM log WHERE key IN (SELECT key FROM log WHERE parent_ix IS NOT NULL));
         INSERT INTO tally (checkpoint, kind, scans, bibs)
             SELECT checkpoint, kind, count(*), count(DISTINCT bib) FROM scan
             WHERE is_void = 0 GROUP BY checkpoint, kind;",
    )?;
    Ok(())
}

/// The members that follow from the whole log.
pub(super) fn judged(db: &Connection, race: RaceId, known: &Members) -> Result<Members, StoreError> {
    let mut members = Members::new(race, known.director(), known.root());
    for (name, branch) in tree::branches(db)? {
        members.add_branch(name, branch);
    }
    for log in rows::all_logs(db)? {
        each_op(db, &log, ALL, |at, bytes| take_fact(db, &mut members, at, bytes))?;
    }
    members.judge();
    Ok(members)
}

/// The members that follow from the facts noted.
pub(super) fn members(db: &Connection, race: RaceId, known: &Members) -> Result<Members, StoreError> {
    let mut members = Members::new(race, known.director(), known.root());
    for (name, branch) in tree::branches(db)? {
        members.add_branch(name, branch);
    }
    let mut select = db.prepare_cached(
        "SELECT log_id, seq, bytes FROM fact JOIN op USING (log_ix, seq) JOIN log USING (log_ix)",
    )?;
    let mut rows = select.query([])?;
    while let Some(row) = rows.next()? {
        let at = OpRef { log: crate::ids::LogId(row.get(0)?), seq: rows::unsigned(row, 1)? };
        take_fact(db, &mut members, at, &row.get::<_, Vec<u8>>(2)?)?;
    }
    members.judge();
    Ok(members)
}

fn take_fact(db: &Connection, members: &mut Members, at: OpRef, bytes: &[u8]) -> Result<(), StoreError> {
    let kinds = [kind::TICKET, kind::ENROL, kind::REVOKE, kind::APPROVE];
    let may_be_fact = bytes.get(1).is_some_and(|first| kinds.contains(&u16::from(*first)));
    if may_be_fact && let Ok(op) = Op::decode(bytes) {
        let body = sql::resolved(db, members, &op.body)?;
        members.take(at, &body);
    }
    Ok(())
}

/// The operations of a log.
const ALL: &str = "SELECT seq, bytes FROM op WHERE log_ix = ?1 ORDER BY seq";

/// Those of which no scan is in the projections.
const LACKING: &str = "SELECT seq, bytes FROM op WHERE log_ix = ?1
    AND NOT EXISTS (SELECT 1 FROM scan WHERE scan.log_ix = op.log_ix AND scan.seq = op.seq) ORDER BY seq";

fn each_op(
    db: &Connection,
    log: &LogRow,
    which: &str,
    mut take: impl FnMut(OpRef, &[u8]) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut select = db.prepare_cached(which)?;
    let mut rows = select.query(params![log.ix])?;
    while let Some(row) = rows.next()? {
        let bytes = row.get_ref(1)?.as_blob().map_err(|_| StoreError::Decode("an operation"))?;
        take(OpRef { log: log.log, seq: rows::unsigned(row, 0)? }, bytes)?;
    }
    Ok(())
}
