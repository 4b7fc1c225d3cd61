//! The SQLite file: how it is opened, with which settings, and how it is brought up to date.
//!
//! Invariant: one process, one writer, a known SQLite. The settings are those of `docs/store.md`.

use std::path::PathBuf;

use rusqlite::{Connection, OpenFlags, config::DbConfig, limits::Limit};
use rusqlite_migration::{M, Migrations};

use super::{Durability, StoreError};

/// The oldest SQLite without the WAL-reset bug.
const SQLITE_OLDEST: i32 = 3_051_003;

const MIGRATIONS: &[M<'_>] = &[
    M::up(include_str!("migrations/001-first.sql")),
    M::up(include_str!("migrations/002-sources.sql")),
    M::up(include_str!("migrations/003-erasure.sql")),
];

/// Where the database is, and how hard it is to be on the disk.
#[derive(Clone, Debug)]
pub(super) struct DatabasePlace {
    pub(super) path: PathBuf,
    pub(super) vfs: Option<String>,
    pub(super) durability: Durability,
}

impl DatabasePlace {
    /// Opens the file, making it if `create`, and brings its tables up to date.
    pub(super) fn open(&self, create: bool) -> Result<Connection, StoreError> {
        if rusqlite::version_number() < SQLITE_OLDEST {
            return Err(StoreError::SqliteTooOld(rusqlite::version()));
        }
        let mut database = self.connect(create)?;
        self.configure(&database).map_err(|error| self.explain(error))?;
        self.migrate(&mut database)?;
        Ok(database)
    }

    /// Opens the file once more in this process, only to read.
    pub(super) fn open_to_read(&self) -> Result<Connection, StoreError> {
        let database = self.connect(false)?;
        limit(&database)
            // A checkpoint or a new beginning of the WAL is over in a moment.
            .and_then(|()| database.busy_timeout(std::time::Duration::from_secs(10)))
            .and_then(|()| database.execute_batch("PRAGMA query_only = ON; PRAGMA cache_size = -16384;"))
            .map_err(|error| self.explain(error))?;
        Ok(database)
    }

    fn connect(&self, create: bool) -> Result<Connection, StoreError> {
        let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
        let opened = match self.vfs_name() {
            Some(vfs) => Connection::open_with_flags_and_vfs(&self.path, flags, vfs),
            None => Connection::open_with_flags(&self.path, flags),
        };
        opened.map_err(|error| self.explain(error))
    }

    /// `unix-excl` keeps the shared memory of the WAL in the heap: no `-shm` file to kill the process on a full disk,
    /// and a second process is told that the file is taken.
    fn vfs_name(&self) -> Option<&str> {
        self.vfs.as_deref().or(cfg!(unix).then_some("unix-excl"))
    }

    fn configure(&self, database: &Connection) -> rusqlite::Result<()> {
        database.busy_timeout(std::time::Duration::ZERO)?;
        limit(database)?;
        database.execute_batch(
            "PRAGMA foreign_keys = ON;
             PRAGMA secure_delete = ON;
             PRAGMA cache_size = -16384;
             PRAGMA journal_size_limit = 4194304;",
        )?;
        if cfg!(not(unix)) {
            database.execute_batch("PRAGMA locking_mode = EXCLUSIVE;")?;
        }
        if cfg!(target_vendor = "apple") {
            database.execute_batch("PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON;")?;
        }
        database.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        // Nobody else may write between two of our transactions, and a second program shall learn it at once.
        database.execute_batch("BEGIN IMMEDIATE; COMMIT;")?;
        self.sync_database(database)
    }

    /// Commits from now on wait for the disk. A group's does in any case: how hard was said when it began.
    pub(super) fn sync_database(&self, database: &Connection) -> rusqlite::Result<()> {
        if !database.is_autocommit() {
            return Ok(());
        }
        database.execute_batch(match self.durability {
            Durability::Full => "PRAGMA synchronous = FULL",
            Durability::Normal => "PRAGMA synchronous = NORMAL",
            Durability::Off => "PRAGMA synchronous = OFF",
        })
    }

    /// Commits from now on are kept by the journal's sync, and need none of their own.
    pub(super) fn lean_on_journal(&self, database: &Connection) -> rusqlite::Result<()> {
        match self.durability {
            Durability::Full if database.is_autocommit() => {
                database.execute_batch("PRAGMA synchronous = NORMAL")
            }
            Durability::Full | Durability::Normal | Durability::Off => Ok(()),
        }
    }

    fn migrate(&self, database: &mut Connection) -> Result<(), StoreError> {
        let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
        let found: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if found > known {
            return Err(StoreError::Future { found, known });
        }
        if found == known {
            return Ok(());
        }
        Migrations::from_slice(MIGRATIONS).to_latest(database).map_err(|error| match error {
            rusqlite_migration::Error::RusqliteError { err, .. } => self.explain(err),
            other => StoreError::Damaged(other.to_string()),
        })
    }

    fn explain(&self, error: rusqlite::Error) -> StoreError {
        match error.sqlite_error_code() {
            Some(rusqlite::ErrorCode::CannotOpen) => StoreError::CannotOpen(self.path.clone()),
            _ => error.into(),
        }
    }
}

/// What holds for every connection, whoever wrote the file.
fn limit(database: &Connection) -> rusqlite::Result<()> {
    database.set_prepared_statement_cache_capacity(64);
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    database.set_limit(Limit::SQLITE_LIMIT_LENGTH, 16 * 1024 * 1024)?;
    database.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    database.execute_batch(
        "PRAGMA trusted_schema = OFF;
         PRAGMA cell_size_check = ON;
         PRAGMA mmap_size = 0;
         PRAGMA temp_store = MEMORY;",
    )
}
