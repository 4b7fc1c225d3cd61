//! Beginning, joining, opening and rebuilding a replica.
//!
//! Invariant: an open store holds everything its journal holds, and its journal everything the store holds.

use std::{cell::RefCell, path::PathBuf};

use rusqlite::{Connection, OptionalExtension, params};

use super::{
    Durability, JournalFile, OwnLog, Store, StoreError, append,
    append::Transaction,
    database::DatabasePlace,
    journal::{Contents, Journal, Record},
    merge, rebuild, rows,
    sql::SqlTables,
};
use crate::{
    bundle::Bundle,
    ids::{LogId, RaceId},
    log::Identity,
    members::Members,
    op::{Body, Op, Race},
    race::Origin,
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
        let origin = Origin { race, director: identity.log(), root };
        let mut store = Self::found(place, identity, origin)?;
        store.write(vec![genesis], true)?;
        Ok(store)
    }

    /// Joins the race of a bundle that holds its beginning.
    ///
    /// # Errors
    /// When the bundle is refused, lacks the race's beginning, or the files cannot be made.
    pub fn join(place: Place, identity: Identity, bundle: &[u8]) -> Result<Self, StoreError> {
        let mut store = Self::found(place, identity, genesis_of(bundle)?)?;
        store.merge(bundle)?;
        Ok(store)
    }

    /// Joins a race of which nothing is here but where it comes from: by a ticket, with no network at all. Scans can be
    /// recorded at once; the race's settings come with the first meeting.
    ///
    /// # Errors
    /// When the files cannot be made.
    pub fn join_empty(place: Place, identity: Identity, origin: Origin) -> Result<Self, StoreError> {
        Self::found(place, identity, origin)
    }

    /// The first commit: after it scans are allowed.
    fn found(place: Place, identity: Identity, origin: Origin) -> Result<Self, StoreError> {
        let (place, file) = place.split();
        let database = place.open(true)?;
        let is_taken = database.query_row("SELECT 1 FROM race", [], |_| Ok(())).optional()?.is_some();
        if is_taken {
            return Err(StoreError::Exists(place.path));
        }
        let journal = Journal::create(file, origin).map_err(StoreError::Journal)?;
        set_race_row(&database, origin, journal.length())?;
        Self::assemble(place, database, journal, identity, origin)
    }

    /// Opens a replica, and takes in what only its journal holds.
    ///
    /// # Errors
    /// When it is locked, damaged, of a newer app, or not there.
    pub fn open(place: Place, identity: Identity) -> Result<(Self, Opened), StoreError> {
        let (place, file) = place.split();
        let database = place.open(false)?;
        let (origin, mark) = race_row(&database)?;
        let (journal, header) = Journal::open(file).map_err(StoreError::Journal)?;
        if header.is_some_and(|other| other.race != origin.race) {
            return Err(StoreError::ForeignJournal);
        }
        let is_whole = header == Some(origin) && journal.length() >= mark;
        let mut store = Self::assemble(place, database, journal, identity, origin)?;
        store.project_again_if_newer()?;
        let mut opened = Opened::default();
        if is_whole {
            store.replay(mark, &mut opened)?;
        } else {
            store.rewrite_journal()?;
            opened.journal_rewritten = true;
        }
        store.erase()?;
        Ok((store, opened))
    }

    /// Rebuilds the database from the journal alone. The damaged one must be out of the way.
    ///
    /// # Errors
    /// When the journal has no header, or the database cannot be made.
    pub fn recover(place: Place, identity: Identity) -> Result<(Self, Opened), StoreError> {
        let (place, file) = place.split();
        let (mut journal, header) = Journal::open(file).map_err(StoreError::Journal)?;
        let origin = header.ok_or(StoreError::NoJournal)?;
        let database = place.open(true)?;
        if database.query_row("SELECT 1 FROM race", [], |_| Ok(())).optional()?.is_some() {
            return Err(StoreError::Exists(place.path));
        }
        let start = super::journal::HEADER_BYTES as u64;
        set_race_row(&database, origin, start)?;
        // Whose device it was the journal says: the key may be another by now.
        if let Some(log) = last_own(&journal.read(start).map_err(StoreError::Journal)?) {
            rows::add_own(&database, log)?;
        }
        let mut store = Self::assemble(place, database, journal, identity, origin)?;
        let mut opened = Opened { rebuilt: true, ..Opened::default() };
        store.replay(start, &mut opened)?;
        // Whether the journal held everything cannot be known: the own log is closed where it stands.
        let own = rows::last_own(store.db()?)?.map_or(store.own.log, |(log, _)| log);
        rows::retire(store.db()?, own)?;
        store.load_own()?;
        store.erase()?;
        Ok((store, opened))
    }

    fn assemble(
        place: DatabasePlace,
        database: Connection,
        journal: Journal,
        identity: Identity,
        origin: Origin,
    ) -> Result<Self, StoreError> {
        let race = origin.race;
        let own = append::fresh(race, identity.log());
        let members = rebuild::members(&database, race, &Members::new(race, origin.director, origin.root))?;
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
            group: None,
            timing: RefCell::default(),
            is_erasing: false,
            erasures: 0,
        };
        if rows::last_own(store.db()?)?.is_none() {
            rows::add_own(store.db()?, store.own.log)?;
        }
        store.load_own()?;
        Ok(store)
    }

    /// An app that understands more reads the log again.
    fn project_again_if_newer(&mut self) -> Result<(), StoreError> {
        let Self { database: Some(db), members, race, .. } = self else { return Err(StoreError::Closed) };
        let made_by: i64 = db.query_row("SELECT projection_version FROM race", [], |row| row.get(0))?;
        if made_by != rebuild::PROJECTION_VERSION {
            let transaction = Transaction::begin(db)?;
            rebuild::from_nothing(db, *race, members)?;
            transaction.commit()?;
        }
        Ok(())
    }

    /// Takes in the journal's records from `mark` on, and removes what a power cut tore.
    fn replay(&mut self, mark: u64, opened: &mut Opened) -> Result<(), StoreError> {
        if self.journal.length() == mark {
            return Ok(());
        }
        let contents = self.journal.read(mark).map_err(StoreError::Journal)?;
        let Self { database: Some(db), place, members, race, own, .. } = self else {
            return Err(StoreError::Closed);
        };
        place.sync_database(db)?;
        let transaction = Transaction::begin(db)?;
        let mut tables = SqlTables::new(db);
        for record in contents.records {
            match record {
                Record::Own(at, bytes) => replay_own(db, &mut tables, members, *race, at, &bytes, opened)?,
                Record::Segment(segment) => {
                    let ops = segment.ops.len() as u64;
                    match merge::take(db, &mut tables, members, *race, &segment)? {
                        merge::Fate::Taken { new_ops, .. } => {
                            opened.replayed_ops += new_ops;
                            if segment.log == own.log {
                                // It had come from elsewhere: the log was rolled back, or is written twice.
                                rows::retire(db, own.log)?;
                            }
                        }
                        merge::Fate::Held => {}
                        merge::Fate::Early | merge::Fate::Refused(_) => opened.unusable_ops += ops,
                    }
                }
                Record::Head(log, head) => {
                    if let Some(row) =
                        rows::log_row(db, log)?.filter(|row| row.seq == head.seq && row.hash == head.hash)
                    {
                        rows::add_head(db, row.ix, &head)?;
                        rows::set_log(db, rows::LogRow { signed_seq: head.seq, ..row })?;
                    }
                }
            }
        }
        if tables.finish(members)? {
            rebuild::projections(db, *race, members)?;
        }
        rows::mark_journal(db, contents.end)?;
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
        // Until it is whole again no opening may take it for whole.
        let db = self.db()?;
        self.place.sync_database(db)?;
        rows::mark_journal(db, u64::MAX)?;
        self.journal.restart(self.origin()).map_err(StoreError::Journal)?;
        let records = self.all_records()?;
        let length = self.journal.append(&records).map_err(StoreError::Journal)?;
        self.journal.sync(length).map_err(StoreError::Journal)?;
        let db = self.db()?;
        self.place.sync_database(db)?;
        rows::mark_journal(db, length)
    }

    /// Reads from the database where this replica's own log stands, and how deep the race is.
    pub(super) fn load_own(&mut self) -> Result<(), StoreError> {
        let db = self.database.as_ref().ok_or(StoreError::Closed)?;
        let depth: i64 =
            db.query_row("SELECT coalesce(max(head_depth), 0) FROM log", [], |row| row.get(0))?;
        let mut own = append::fresh(self.race, self.own.log);
        // Not the last log of this replica: its key was lost, or is not the one that belongs here.
        own.is_retired = rows::last_own(db)?.is_some_and(|(last, is_retired)| is_retired || last != own.log)
            || rows::is_forked(db, own.log)?;
        if let Some(row) = rows::log_row(db, self.own.log)? {
            let unsigned: i64 = db.query_row(
                "SELECT coalesce(sum(length(bytes)), 0) FROM op WHERE log_ix = ?1 AND seq > ?2",
                params![row.ix, rows::signed(row.signed_seq)],
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
        if self.is_group_broken() {
            // What it did until now is rolled back: it fails as a whole.
            return Err(StoreError::Closed);
        }
        if self.database.is_none() {
            let database = self.place.open(false)?;
            // What a failed commit taught is not known.
            self.members = rebuild::members(&database, self.race, &self.members)?;
            self.database = Some(database);
        }
        Ok(())
    }
}

impl Place {
    fn split(self) -> (DatabasePlace, Box<dyn JournalFile>) {
        (DatabasePlace { path: self.database, vfs: self.vfs, durability: self.durability }, self.journal)
    }
}

fn race_row(database: &Connection) -> Result<(Origin, u64), StoreError> {
    let read = |row: &rusqlite::Row<'_>| {
        let race = RaceId(uuid::Uuid::from_bytes(row.get(0)?));
        let origin = Origin { race, director: LogId(row.get(1)?), root: LogId(row.get(2)?) };
        Ok((origin, rows::unsigned(row, 3)?))
    };
    let sql = "SELECT race_id, director, root, journal_bytes FROM race";
    let row = database.query_row(sql, [], read).optional()?;
    row.ok_or_else(|| StoreError::Damaged("it names no race".to_owned()))
}

fn set_race_row(database: &Connection, origin: Origin, journal_bytes: u64) -> Result<(), StoreError> {
    database.execute(
        "INSERT INTO race (only, race_id, director, root, journal_bytes, projection_version)
         VALUES (1, ?1, ?2, ?3, ?4, ?5)",
        params![
            origin.race.0.as_bytes(),
            origin.director.0,
            origin.root.0,
            rows::signed(journal_bytes),
            rebuild::PROJECTION_VERSION
        ],
    )?;
    Ok(())
}

/// The log that this device wrote last, as far as the journal tells.
fn last_own(contents: &Contents) -> Option<LogId> {
    let own = |record: &Record| if let Record::Own(at, _) = record { Some(at.log) } else { None };
    contents.records.iter().rev().find_map(own)
}

fn replay_own(
    db: &Connection,
    tables: &mut SqlTables<'_>,
    members: &mut Members,
    race: RaceId,
    at: crate::ids::OpRef,
    bytes: &[u8],
    opened: &mut Opened,
) -> Result<(), StoreError> {
    let start = crate::log::chain_start(race, at.log);
    let row = rows::log_row(db, at.log)?.map_or_else(|| rows::new_log(db, at.log, start), Ok)?;
    if at.seq <= row.seq {
        return Ok(());
    }
    if at.seq != row.seq + 1 {
        opened.unusable_ops += 1;
        return Ok(());
    }
    let op = tables.append(members, row.ix, at, bytes)?;
    let depth = op.map_or(row.depth, |op| op.depth.max(row.depth));
    let hash = crate::log::chain_next(row.hash, bytes);
    opened.replayed_ops += 1;
    rows::set_log(db, rows::LogRow { seq: at.seq, hash, depth, ..row })
}

/// Where the race of a bundle comes from, by the genesis in it.
fn genesis_of(bytes: &[u8]) -> Result<Origin, StoreError> {
    let mut bundle = Bundle::open(bytes)?;
    let race = bundle.race();
    while let Some((segment, _)) = bundle.next_segment()? {
        let first = segment.ops.first().filter(|_| segment.first_seq == 1);
        let origin = first.and_then(|op| Origin::of_genesis(op));
        if let Some(origin) = origin.filter(|origin| origin.race == race && origin.director == segment.log) {
            return Ok(origin);
        }
    }
    Err(StoreError::NoGenesis)
}
