//! Beginning, joining, opening and rebuilding a replica.
//!
//! Invariant: an open store holds everything its journal holds, and its journal everything the store holds.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Durability, JournalFile, OwnLog, Store, StoreError, append,
    append::Transaction,
    database::DatabasePlace,
    journal::{Journal, Record},
    merge, sql,
    sql::SqlTables,
};
use crate::{
    bundle::Bundle,
    ids::{LogId, RaceId},
    log::Identity,
    members::Members,
    op::{Body, Op, Race},
};

/// Where a replica lives.
pub struct Place {
    /// The database file.
    pub database: PathBuf,
    /// The SQLite file system to use; without one `unix-excl` where there is one.
    pub vfs: Option<String>,
    /// The journal.
    pub journal: Box<dyn JournalFile>,
    /// What must be on the disk before a scan is confirmed.
    pub durability: Durability,
}

/// What opening a replica had to mend.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Opened {
    /// Operations that only the journal held.
    pub replayed_ops: u64,
    /// Operations in the journal that could not be used, because one before them is missing.
    pub unusable_ops: u64,
    /// Whether the journal was incomplete and was written again from the database.
    pub journal_rewritten: bool,
    /// Whether the database was rebuilt from the journal.
    pub rebuilt: bool,
}

impl Store {
    /// Begins a race: this replica is the director's.
    ///
    /// # Errors
    /// When the files cannot be made.
    pub fn create(
        place: Place,
        identity: Identity,
        name: &str,
        root: LogId,
        nonce: [u8; 16],
    ) -> Result<Self, StoreError> {
        let race = Race { name: name.to_owned(), root, director: identity.log(), nonce };
        let genesis = Body::Race(race);
        let race = RaceId::of_genesis(&Op { depth: 1, body: genesis.clone() }.encode());
        let director = identity.log();
        let mut store = Self::found(place, identity, race, director)?;
        store.write(vec![genesis], true)?;
        Ok(store)
    }

    /// Joins the race of a bundle that holds its beginning.
    ///
    /// # Errors
    /// When the bundle is refused, lacks the race's beginning, or the files cannot be made.
    pub fn join(place: Place, identity: Identity, bundle: &[u8]) -> Result<Self, StoreError> {
        let (race, director) = genesis_of(bundle)?;
        let mut store = Self::found(place, identity, race, director)?;
        store.merge(bundle)?;
        Ok(store)
    }

    /// The first commit: after it scans are allowed.
    fn found(place: Place, identity: Identity, race: RaceId, director: LogId) -> Result<Self, StoreError> {
        let (place, file) = place.split();
        let database = place.open(true)?;
        let is_taken = database.query_row("SELECT 1 FROM race", [], |_| Ok(())).optional()?.is_some();
        if is_taken {
            return Err(StoreError::Exists(place.path));
        }
        let journal = Journal::create(file, race, director).map_err(StoreError::Journal)?;
        database.execute(
            "INSERT INTO race (only, race_id, director, journal_bytes) VALUES (1, ?1, ?2, ?3)",
            params![race.0.as_bytes(), director.0, sql::signed(journal.length())],
        )?;
        Self::assemble(place, database, journal, identity, (race, director))
    }

    /// Opens a replica, and takes in what only its journal holds.
    ///
    /// # Errors
    /// When it is locked, damaged, of a newer app, or not there.
    pub fn open(place: Place, identity: Identity) -> Result<(Self, Opened), StoreError> {
        let (place, file) = place.split();
        let database = place.open(false)?;
        let (race, director, mark) = race_row(&database)?;
        let (journal, header) = Journal::open(file).map_err(StoreError::Journal)?;
        if header.is_some_and(|(other, _)| other != race) {
            return Err(StoreError::ForeignJournal);
        }
        let is_whole = header == Some((race, director)) && journal.length() >= mark;
        let mut store = Self::assemble(place, database, journal, identity, (race, director))?;
        let mut opened = Opened::default();
        if is_whole {
            store.replay(mark, &mut opened)?;
        } else {
            store.rewrite_journal()?;
            opened.journal_rewritten = true;
        }
        Ok((store, opened))
    }

    /// Rebuilds the database from the journal alone. The damaged one must be out of the way.
    ///
    /// # Errors
    /// When the journal has no header, or the database cannot be made.
    pub fn recover(place: Place, identity: Identity) -> Result<(Self, Opened), StoreError> {
        let (place, file) = place.split();
        let (journal, header) = Journal::open(file).map_err(StoreError::Journal)?;
        let (race, director) = header.ok_or(StoreError::NoJournal)?;
        let database = place.open(true)?;
        if database.query_row("SELECT 1 FROM race", [], |_| Ok(())).optional()?.is_some() {
            return Err(StoreError::Exists(place.path));
        }
        let start = super::journal::HEADER_BYTES as u64;
        database.execute(
            "INSERT INTO race (only, race_id, director, journal_bytes) VALUES (1, ?1, ?2, ?3)",
            params![race.0.as_bytes(), director.0, sql::signed(start)],
        )?;
        let mut store = Self::assemble(place, database, journal, identity, (race, director))?;
        let mut opened = Opened { rebuilt: true, ..Opened::default() };
        store.replay(start, &mut opened)?;
        Ok((store, opened))
    }

    fn assemble(
        place: DatabasePlace,
        database: Connection,
        journal: Journal,
        identity: Identity,
        (race, director): (RaceId, LogId),
    ) -> Result<Self, StoreError> {
        let own = append::fresh(race, identity.log());
        let members = Members::new(director);
        let mut store = Self {
            database: Some(database),
            place,
            journal,
            identity,
            race,
            members,
            own,
            depth: 0,
            pending: None,
            database_lags: false,
            unjournaled_head: None,
        };
        store.load_own()?;
        Ok(store)
    }

    /// Takes in the journal's records from `mark` on, and removes what a power cut tore.
    fn replay(&mut self, mark: u64, opened: &mut Opened) -> Result<(), StoreError> {
        if self.journal.length() == mark {
            return Ok(());
        }
        let contents = self.journal.read(mark).map_err(StoreError::Journal)?;
        let db = self.db()?;
        self.place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let mut tables = SqlTables::new(db, self.members);
        for record in contents.records {
            match record {
                Record::Own(at, bytes) => replay_own(db, &mut tables, self.race, at, &bytes, opened)?,
                Record::Segment(segment) => {
                    let ops = segment.ops.len() as u64;
                    match merge::take(db, &mut tables, self.race, &segment)? {
                        merge::Fate::Taken { new_ops } => opened.replayed_ops += new_ops,
                        merge::Fate::Held => {}
                        merge::Fate::Early | merge::Fate::Refused(_) => opened.unusable_ops += ops,
                    }
                }
                Record::Head(log, head) => {
                    if let Some(row) =
                        sql::log_row(db, log)?.filter(|row| row.seq == head.seq && row.hash == head.hash)
                    {
                        sql::add_head(db, row.ix, &head)?;
                        sql::set_log(db, sql::LogRow { signed_seq: head.seq, ..row })?;
                    }
                }
            }
        }
        tables.finish()?;
        sql::mark_journal(db, contents.end)?;
        transaction.commit()?;
        self.load_own()?;
        if contents.damaged.is_empty() {
            self.journal.cut(contents.end).map_err(StoreError::Journal)
        } else {
            // Everything usable is in the database now, and synced; so the journal is written again from it.
            self.rewrite_journal()
        }
    }

    /// Writes the journal again from the database, which has proven to hold more.
    pub(super) fn rewrite_journal(&mut self) -> Result<(), StoreError> {
        let director = self.members.director();
        self.journal.restart(self.race, director).map_err(StoreError::Journal)?;
        let records = self.all_records()?;
        let length = self.journal.append(&records).map_err(StoreError::Journal)?;
        self.journal.sync(length).map_err(StoreError::Journal)?;
        let db = self.db()?;
        self.place.sync_database(db)?;
        sql::mark_journal(db, length)
    }

    /// Reads from the database where this replica's own log stands, and how deep the race is.
    pub(super) fn load_own(&mut self) -> Result<(), StoreError> {
        let db = self.database.as_ref().ok_or(StoreError::Closed)?;
        let depth: i64 =
            db.query_row("SELECT coalesce(max(head_depth), 0) FROM log", [], |row| row.get(0))?;
        let mut own = append::fresh(self.race, self.own.log);
        if let Some(row) = sql::log_row(db, self.own.log)? {
            let unsigned: i64 = db.query_row(
                "SELECT coalesce(sum(length(bytes)), 0) FROM op WHERE log_ix = ?1 AND seq > ?2",
                params![row.ix, sql::signed(row.signed_seq)],
                |row| row.get(0),
            )?;
            own = OwnLog {
                seq: row.seq,
                hash: row.hash,
                signed_seq: row.signed_seq,
                unsigned_bytes: usize::try_from(unsigned).unwrap_or_default(),
                ..own
            };
        }
        (self.own, self.depth) = (own, depth.max(0).cast_unsigned());
        Ok(())
    }

    /// Opens the database again after a failure closed it.
    pub(super) fn reopen_database(&mut self) -> Result<(), StoreError> {
        if self.database.is_none() {
            self.database = Some(self.place.open(false)?);
        }
        Ok(())
    }
}

impl Place {
    fn split(self) -> (DatabasePlace, Box<dyn JournalFile>) {
        (DatabasePlace { path: self.database, vfs: self.vfs, durability: self.durability }, self.journal)
    }
}

fn race_row(database: &Connection) -> Result<(RaceId, LogId, u64), StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        let race = RaceId(uuid::Uuid::from_bytes(row.get(0)?));
        Ok((race, LogId(row.get(1)?), sql::unsigned(row, 2)?))
    };
    let row = database.query_row("SELECT race_id, director, journal_bytes FROM race", [], read).optional()?;
    row.ok_or_else(|| StoreError::Damaged("it names no race".to_owned()))
}

fn replay_own(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    race: RaceId,
    at: crate::ids::OpRef,
    bytes: &[u8],
    opened: &mut Opened,
) -> Result<(), StoreError> {
    let start = crate::log::chain_start(race, at.log);
    let row = sql::log_row(db, at.log)?.map_or_else(|| sql::new_log(db, at.log, start), Ok)?;
    if at.seq <= row.seq {
        return Ok(());
    }
    if at.seq != row.seq + 1 {
        opened.unusable_ops += 1;
        return Ok(());
    }
    let op = tables.append(row.ix, at, bytes)?;
    let depth = op.map_or(row.depth, |op| op.depth.max(row.depth));
    let hash = crate::log::chain_next(row.hash, bytes);
    opened.replayed_ops += 1;
    sql::set_log(db, sql::LogRow { seq: at.seq, hash, depth, ..row })
}

/// The race and the director that a bundle's genesis names.
fn genesis_of(bytes: &[u8]) -> Result<(RaceId, LogId), StoreError> {
    let mut bundle = Bundle::open(bytes)?;
    let race = bundle.race();
    while let Some((segment, _)) = bundle.next_segment()? {
        let first = segment.ops.first().filter(|op| segment.first_seq == 1 && RaceId::of_genesis(op) == race);
        let Some(Body::Race(genesis)) = first.and_then(|op| Op::decode(op).ok()).map(|op| op.body) else {
            continue;
        };
        if genesis.director == segment.log {
            return Ok((race, segment.log));
        }
    }
    Err(StoreError::NoGenesis)
}
