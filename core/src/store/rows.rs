//! The rows of the log: logs and branches, operations, signed heads.
//!
//! Invariant: operations and heads are only ever added; a fork moves them to a branch, unchanged.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::StoreError;
use crate::{
    ids::{Hash, LogId},
    log::SignedHead,
};

/// A log or branch as its row says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct LogRow {
    pub(super) ix: i64,
    pub(super) log: LogId,
    pub(super) key: LogId,
    pub(super) parent_ix: Option<i64>,
    pub(super) base_seq: u64,
    pub(super) base_hash: Hash,
    pub(super) seq: u64,
    pub(super) hash: Hash,
    pub(super) depth: u64,
    pub(super) signed_seq: u64,
}

const SELECT_LOG: &str = "SELECT log_ix, log_id, key, parent_ix, base_seq, base_hash, head_seq, head_hash, head_depth, \
     signed_seq FROM log";

fn read_log(row: &Row<'_>) -> rusqlite::Result<LogRow> {
    Ok(LogRow {
        ix: row.get(0)?,
        log: LogId(row.get(1)?),
        key: LogId(row.get(2)?),
        parent_ix: row.get(3)?,
        base_seq: unsigned(row, 4)?,
        base_hash: Hash(row.get(5)?),
        seq: unsigned(row, 6)?,
        hash: Hash(row.get(7)?),
        depth: unsigned(row, 8)?,
        signed_seq: unsigned(row, 9)?,
    })
}

pub(super) fn log_row(db: &Connection, log: LogId) -> Result<Option<LogRow>, StoreError> {
    let mut select = db.prepare_cached(&format!("{SELECT_LOG} WHERE log_id = ?1"))?;
    Ok(select.query_row([log.0], read_log).optional()?)
}

/// The log of a key and its branches, in order of name.
pub(super) fn logs_of_key(db: &Connection, key: LogId) -> Result<Vec<LogRow>, StoreError> {
    let mut select = db.prepare_cached(&format!("{SELECT_LOG} WHERE key = ?1 ORDER BY log_id"))?;
    let rows = select.query_map([key.0], read_log)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// All logs and branches, in order of name.
pub(super) fn all_logs(db: &Connection) -> Result<Vec<LogRow>, StoreError> {
    let mut select = db.prepare_cached(&format!("{SELECT_LOG} ORDER BY log_id"))?;
    let rows = select.query_map([], read_log)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// A row for a log of which nothing is here yet.
pub(super) fn new_log(db: &Connection, log: LogId, start: Hash) -> Result<LogRow, StoreError> {
    let row = LogRow {
        ix: 0,
        log,
        key: log,
        parent_ix: None,
        base_seq: 0,
        base_hash: start,
        seq: 0,
        hash: start,
        depth: 0,
        signed_seq: 0,
    };
    insert_log(db, row)
}

/// Adds a row, and gives it with its number.
pub(super) fn insert_log(db: &Connection, row: LogRow) -> Result<LogRow, StoreError> {
    db.execute(
        "INSERT INTO log (log_id, key, parent_ix, base_seq, base_hash, head_seq, head_hash, head_depth, signed_seq)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            row.log.0,
            row.key.0,
            row.parent_ix,
            signed(row.base_seq),
            row.base_hash.0,
            signed(row.seq),
            row.hash.0,
            signed(row.depth),
            signed(row.signed_seq),
        ],
    )?;
    Ok(LogRow { ix: db.last_insert_rowid(), ..row })
}

pub(super) fn set_log(db: &Connection, row: LogRow) -> Result<(), StoreError> {
    let mut update = db.prepare_cached(
        "UPDATE log SET head_seq = ?2, head_hash = ?3, head_depth = ?4, signed_seq = ?5 WHERE log_ix = ?1",
    )?;
    update.execute(params![
        row.ix,
        signed(row.seq),
        row.hash.0,
        signed(row.depth),
        signed(row.signed_seq)
    ])?;
    Ok(())
}

pub(super) fn add_head(db: &Connection, ix: i64, head: &SignedHead) -> Result<(), StoreError> {
    let mut insert = db.prepare_cached(
        "INSERT OR IGNORE INTO head (log_ix, seq, hash, signature) VALUES (?1, ?2, ?3, ?4)",
    )?;
    insert.execute(params![ix, signed(head.seq), head.hash.0, head.signature])?;
    Ok(())
}

pub(super) fn op_bytes(db: &Connection, ix: i64, seq: u64) -> Result<Option<Vec<u8>>, StoreError> {
    let mut select = db.prepare_cached("SELECT bytes FROM op WHERE log_ix = ?1 AND seq = ?2")?;
    Ok(select.query_row(params![ix, signed(seq)], |row| row.get(0)).optional()?)
}

pub(super) fn mark_journal(db: &Connection, length: u64) -> Result<(), StoreError> {
    db.prepare_cached("UPDATE race SET journal_bytes = ?1")?.execute([signed(length)])?;
    Ok(())
}

/// How many logs and branches there are.
pub(super) fn count_logs(db: &Connection) -> Result<usize, StoreError> {
    let count: i64 = db.query_row("SELECT count(*) FROM log", [], |row| row.get(0))?;
    Ok(usize::try_from(count).unwrap_or(usize::MAX))
}

/// Notes that this replica writes a log.
pub(super) fn add_own(db: &Connection, log: LogId) -> Result<(), StoreError> {
    db.execute("INSERT OR IGNORE INTO own_log (log_id, is_retired) VALUES (?1, 0)", [log.0])?;
    Ok(())
}

/// Notes that a log of this replica is never to be written again.
pub(super) fn retire(db: &Connection, log: LogId) -> Result<(), StoreError> {
    db.execute("UPDATE own_log SET is_retired = 1 WHERE log_id = ?1", [log.0])?;
    Ok(())
}

/// Whether the row's last operation is covered by a head, here or in a branch that goes on from it.
pub(super) fn is_last_vouched(db: &Connection, row: &LogRow) -> Result<bool, StoreError> {
    if row.signed_seq >= row.seq {
        return Ok(true);
    }
    let mut select = db.prepare_cached("SELECT 1 FROM log WHERE parent_ix = ?1 LIMIT 1")?;
    Ok(select.exists([row.ix])?)
}

/// Whether this replica wrote a log.
pub(super) fn is_own(db: &Connection, log: LogId) -> Result<bool, StoreError> {
    Ok(db.prepare_cached("SELECT 1 FROM own_log WHERE log_id = ?1")?.exists([log.0])?)
}

/// The last log that this replica wrote, and whether it is retired.
pub(super) fn last_own(db: &Connection) -> Result<Option<(LogId, bool)>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT log_id, is_retired FROM own_log ORDER BY number DESC LIMIT 1")?;
    Ok(select.query_row([], |row| Ok((LogId(row.get(0)?), row.get(1)?))).optional()?)
}

/// The last signed head of a row at or below `seq`.
pub(super) fn head_below(db: &Connection, ix: i64, seq: u64) -> Result<Option<SignedHead>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT seq, hash, signature FROM head WHERE log_ix = ?1 AND seq <= ?2 ORDER BY seq DESC LIMIT 1",
    )?;
    Ok(select.query_row(params![ix, signed(seq)], read_head).optional()?)
}

/// The signed heads of a row beyond `seq`, in order, at most so many.
pub(super) fn heads_beyond(
    db: &Connection,
    ix: i64,
    seq: u64,
    most: usize,
) -> Result<Vec<SignedHead>, StoreError> {
    let mut select = db.prepare_cached(
        "SELECT seq, hash, signature FROM head WHERE log_ix = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3",
    )?;
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    let heads = select.query_map(params![ix, signed(seq), most], read_head)?;
    Ok(heads.collect::<Result<_, _>>()?)
}

fn read_head(row: &Row<'_>) -> rusqlite::Result<SignedHead> {
    Ok(SignedHead { seq: unsigned(row, 0)?, hash: Hash(row.get(1)?), signature: row.get(2)? })
}

pub(super) fn is_known_head(db: &Connection, ix: i64, head: &SignedHead) -> Result<bool, StoreError> {
    let mut select = db.prepare_cached("SELECT 1 FROM head WHERE log_ix = ?1 AND seq = ?2 AND hash = ?3")?;
    Ok(select.exists(params![ix, signed(head.seq), head.hash.0])?)
}

pub(super) fn is_forked(db: &Connection, key: LogId) -> Result<bool, StoreError> {
    let mut select =
        db.prepare_cached("SELECT 1 FROM log WHERE key = ?1 AND parent_ix IS NOT NULL LIMIT 1")?;
    Ok(select.exists([key.0])?)
}

/// The operations of a row from `first` to `last`.
pub(super) fn ops_between(
    db: &Connection,
    ix: i64,
    first: u64,
    last: u64,
) -> Result<Vec<Vec<u8>>, StoreError> {
    let mut select =
        db.prepare_cached("SELECT bytes FROM op WHERE log_ix = ?1 AND seq BETWEEN ?2 AND ?3 ORDER BY seq")?;
    let ops = select.query_map(params![ix, signed(first), signed(last)], |row| row.get(0))?;
    Ok(ops.collect::<Result<_, _>>()?)
}

/// SQLite's integers are signed; places and depths stay far below 2^63.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(row: &Row<'_>, column: usize) -> rusqlite::Result<u64> {
    Ok(row.get::<_, i64>(column)?.max(0).cast_unsigned())
}
