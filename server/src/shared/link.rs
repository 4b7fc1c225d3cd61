//! A connection to the shared database: how it is opened, and what is said over it.
//!
//! Invariant: what [`Link::append`] says is written was committed, with the database's own sync; an append is one
//! statement, so it is there as a whole or not at all. Numbers of segments come in the order of commits, so who has
//! read up to one has missed nothing below it.

use std::{net::IpAddr, path::Path, str::FromStr, time::Duration};

use bibtrail_core::{
    ids::{Hash, LogId, RaceId},
    log::Segment,
    race::Origin,
    store::{Following, Head},
};
use postgres::{
    Client, Config, NoTls,
    config::{Host, SslMode},
    error::SqlState,
};
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::SharedError;

/// How long to wait for an answer to a dial, in seconds.
const CONNECT_S: u64 = 5;

/// After how many milliseconds the database gives a statement up.
const STATEMENT_MAX_MS: u64 = 30_000;

/// After how many seconds without a sign the system gives a connection up.
const SILENCE_MAX_S: u64 = 15;

/// The channel on which servers tell each other that something came.
const CHANNEL: &str = "bibtrail";

const MIGRATIONS: &[&str] =
    &[include_str!("migrations/001-first.sql"), include_str!("migrations/002-erasure.sql")];

/// How an operation begins that may have words after it (docs/wire.md, Sealed put).
const SEALED_PUT: [u8; 2] = [0x83, 0x11];

/// Any number, but the same for all who bring the tables up to date.
const MIGRATION_LOCK: i64 = 0x6269_6274_7261_696c;

/// Where the shared database is.
#[derive(Clone)]
pub struct Address {
    config: Config,
    tls: MakeRustlsConnect,
}

impl Address {
    /// From an URL or key-value text as PostgreSQL's own tools take it. `authority` is a PEM file with the certificates
    /// that sign the database's own; without it those of the public authorities count.
    ///
    /// # Errors
    /// When either does not read.
    pub fn parse(text: &str, authority: Option<&Path>) -> Result<Self, SharedError> {
        let mut config = Config::from_str(text).map_err(SharedError::Address)?;
        config
            .connect_timeout(Duration::from_secs(CONNECT_S))
            .tcp_user_timeout(Duration::from_secs(SILENCE_MAX_S))
            .keepalives_idle(Duration::from_secs(SILENCE_MAX_S))
            .application_name("bibtrail");
        let mut roots = rustls::RootCertStore::empty();
        match authority {
            None => roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned()),
            Some(path) => {
                let wrong = |what: String| SharedError::Authority(format!("{}: {what}", path.display()));
                let read =
                    CertificateDer::pem_file_iter(path).and_then(Iterator::collect::<Result<Vec<_>, _>>);
                let read = read.map_err(|error| wrong(error.to_string()))?;
                if read.is_empty() {
                    return Err(wrong("no certificates are in it".to_owned()));
                }
                for certificate in read {
                    roots.add(certificate).map_err(|error| wrong(error.to_string()))?;
                }
                // Who names an authority means that it be asked.
                config.ssl_mode(SslMode::Require);
            }
        }
        if config.get_ssl_mode() == SslMode::Prefer && !is_near(&config) {
            // Whoever stands in between could say that there is no TLS.
            config.ssl_mode(SslMode::Require);
        }
        let provider = std::sync::Arc::new(rustls::crypto::ring::default_provider());
        let tls = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .map_err(|error| SharedError::Authority(error.to_string()))?
            .with_root_certificates(roots)
            .with_no_client_auth();
        Ok(Self { config, tls: MakeRustlsConnect::new(tls) })
    }

    fn connect(&self) -> Result<Client, postgres::Error> {
        // A socket in the file system has no name that a certificate could be for.
        if self.config.get_hosts().iter().all(is_socket) {
            self.config.connect(NoTls)
        } else {
            self.config.connect(self.tls.clone())
        }
    }
}

fn is_socket(host: &Host) -> bool {
    match host {
        Host::Tcp(_) => false,
        #[cfg(unix)]
        Host::Unix(_) => true,
    }
}

/// Whether no wire leads there.
fn is_near(config: &Config) -> bool {
    let is_loopback =
        |name: &str| name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback());
    config.get_hosts().iter().all(|host| match host {
        Host::Tcp(name) => is_loopback(name),
        #[cfg(unix)]
        Host::Unix(_) => true,
    })
}

/// A name for a server process, for as long as it lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Writer(Vec<u8>);

/// What the database says of a segment, without its bytes.
#[derive(Clone, Debug)]
pub struct Entry {
    /// Its number in the race.
    pub number: i64,
    /// Whose.
    pub key: LogId,
    /// Where it ends.
    pub head: Head,
    /// What it follows.
    pub after: Option<Head>,
}

/// A segment as another process wrote it.
#[derive(Clone, Debug)]
pub struct Written {
    /// What the database says of it.
    pub entry: Entry,
    /// It; nothing if this process wrote it.
    pub bytes: Option<Vec<u8>>,
}

/// A connection.
pub struct Link {
    client: Client,
}

impl Link {
    /// Connects, and brings the tables up to date.
    ///
    /// # Errors
    /// When the database is not there, is careless, or is newer.
    pub fn open(address: &Address) -> Result<Self, SharedError> {
        let mut client = address.connect()?;
        client.batch_execute(&format!("SET statement_timeout = {STATEMENT_MAX_MS}"))?;
        let say = |client: &mut Client, what: &str| -> Result<String, SharedError> {
            Ok(client.query_one(&format!("SHOW {what}"), &[])?.get(0))
        };
        if say(&mut client, "fsync")? == "off" {
            return Err(SharedError::Careless);
        }
        if say(&mut client, "synchronous_commit")? == "off" {
            client.batch_execute("SET synchronous_commit = on")?;
        }
        migrate(&mut client)?;
        Ok(Self { client })
    }

    /// A name that no other process has.
    ///
    /// # Errors
    /// When the database fails.
    pub fn new_name(&mut self) -> Result<Writer, SharedError> {
        Ok(Writer(self.client.query_one("SELECT uuid_send(gen_random_uuid())", &[])?.get(0)))
    }

    /// The races that are there, in order of id.
    ///
    /// # Errors
    /// When the database fails.
    pub fn races(&mut self) -> Result<Vec<Origin>, SharedError> {
        let rows = self.client.query("SELECT race, director, root FROM bibtrail.race ORDER BY race", &[])?;
        Ok(rows.iter().filter_map(|row| origin(row.get(0), row.get(1), row.get(2))).collect())
    }

    /// Makes room for a race, if there is none yet.
    ///
    /// # Errors
    /// When the database fails, or holds another race under this id.
    pub fn begin(&mut self, race: Origin) -> Result<(), SharedError> {
        let id: &[u8] = race.race.0.as_bytes();
        self.client.execute(
            "INSERT INTO bibtrail.race (race, director, root, last) VALUES ($1, $2, $3, 0) ON CONFLICT (race) DO NOTHING",
            &[&id, &&race.director.0[..], &&race.root.0[..]],
        )?;
        let row = self
            .client
            .query_one("SELECT race, director, root FROM bibtrail.race WHERE race = $1", &[&id])?;
        if origin(row.get(0), row.get(1), row.get(2)) == Some(race) {
            Ok(())
        } else {
            Err(SharedError::Foreign(race.race))
        }
    }

    /// Writes segments, in one commit. What is there already stays as it is. Says whether all that they follow is there;
    /// if not, nothing was written.
    ///
    /// # Errors
    /// When the database fails; then whether it was written is not known.
    pub fn append(
        &mut self,
        race: RaceId,
        writer: &Writer,
        segments: &[Following],
    ) -> Result<bool, SharedError> {
        let id: &[u8] = race.0.as_bytes();
        let keys: Vec<&[u8]> = segments.iter().map(|next| &next.segment.log.0[..]).collect();
        let heads: Vec<Head> = segments.iter().map(Following::head).collect();
        let seqs: Vec<i64> = heads.iter().map(|head| signed(head.seq)).collect();
        let hashes: Vec<&[u8]> = heads.iter().map(|head| &head.hash.0[..]).collect();
        let after_seqs: Vec<Option<i64>> =
            segments.iter().map(|next| next.after.map(|head| signed(head.seq))).collect();
        let after_hashes: Vec<Option<&[u8]>> =
            segments.iter().map(|next| next.after.as_ref().map(|head| &head.hash.0[..])).collect();
        let bytes: Vec<Vec<u8>> = segments.iter().map(|next| next.segment.encode()).collect();
        let count = i64::try_from(segments.len()).unwrap_or(i64::MAX);
        let written = self.client.query_one(
            "WITH place AS (
               UPDATE bibtrail.race SET last = last + $3 WHERE race = $1 RETURNING last - $3 AS before
             ), written AS (
               INSERT INTO bibtrail.segment (race, key, seq, hash, after_seq, after_hash, number, writer, bytes)
               SELECT $1, key, seq, hash, after_seq, after_hash, place.before + nth, $2, bytes
               FROM place, unnest($4::bytea[], $5::bigint[], $6::bytea[], $7::bigint[], $8::bytea[], $9::bytea[])
                 WITH ORDINALITY AS given (key, seq, hash, after_seq, after_hash, bytes, nth)
               ON CONFLICT (race, key, seq, hash) DO NOTHING
               RETURNING 1
             )
             SELECT (SELECT count(*) FROM place), (SELECT count(*) FROM written)",
            &[
                &id,
                &writer.0,
                &count,
                &keys,
                &seqs,
                &hashes,
                &after_seqs,
                &after_hashes,
                &bytes,
            ],
        );
        match written {
            Ok(row) if row.get::<_, i64>(0) == 1 => Ok(true),
            Ok(_) => Err(SharedError::NoRace(race)),
            Err(error) if error.code() == Some(&SqlState::FOREIGN_KEY_VIOLATION) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Tells other processes that something came. They look by themselves too, only later.
    pub fn announce(&mut self, race: RaceId) {
        // Not every database that speaks PostgreSQL's protocol can; the looking brings it all the same.
        let _told = self.client.execute("SELECT pg_notify($1, $2)", &[&CHANNEL, &race.to_string()]);
    }

    /// What is there after `number`, without the bytes, at most `most`.
    ///
    /// # Errors
    /// When the database fails.
    pub fn entries(&mut self, race: RaceId, number: i64, most: i64) -> Result<Vec<Entry>, SharedError> {
        let rows = self.client.query(
            "SELECT number, key, seq, hash, after_seq, after_hash FROM bibtrail.segment
             WHERE race = $1 AND number > $2 ORDER BY number LIMIT $3",
            &[&&race.0.as_bytes()[..], &number, &most],
        )?;
        Ok(rows.iter().filter_map(entry).collect())
    }

    /// The segments under these numbers, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub fn segments(&mut self, race: RaceId, numbers: &[i64]) -> Result<Vec<Vec<u8>>, SharedError> {
        let rows = self.client.query(
            "SELECT bytes FROM bibtrail.segment WHERE race = $1 AND number = ANY ($2) ORDER BY number",
            &[&&race.0.as_bytes()[..], &numbers],
        )?;
        Ok(rows.iter().map(|row| row.get(0)).collect())
    }

    /// The next segment after `number` in which sealed words may stand, with its number.
    ///
    /// # Errors
    /// When the database fails.
    pub fn sealed(&mut self, race: RaceId, number: i64) -> Result<Option<(i64, Vec<u8>)>, SharedError> {
        let row = self.client.query_opt(
            "SELECT number, bytes FROM bibtrail.segment
             WHERE race = $1 AND number > $2 AND position($3::BYTEA IN bytes) > 0 ORDER BY number LIMIT 1",
            &[&&race.0.as_bytes()[..], &number, &&SEALED_PUT[..]],
        )?;
        Ok(row.map(|row| (row.get(0), row.get(1))))
    }

    /// Puts a segment's shorter bytes in place of those with words of runners who were erased.
    ///
    /// # Errors
    /// When the database fails, or the bytes are not shorter.
    pub fn shorten(&mut self, race: RaceId, number: i64, bytes: &[u8]) -> Result<(), SharedError> {
        let mut transaction = self.client.transaction()?;
        transaction.batch_execute("SET LOCAL bibtrail.erases = 'yes'")?;
        transaction.execute(
            "UPDATE bibtrail.segment SET bytes = $3::BYTEA
             WHERE race = $1 AND number = $2 AND length(bytes) > length($3::BYTEA)",
            &[&&race.0.as_bytes()[..], &number, &bytes],
        )?;
        Ok(transaction.commit()?)
    }

    /// What is there from `number` on, at most `most`; without the bytes of what `writer` wrote.
    ///
    /// # Errors
    /// When the database fails.
    pub fn written(
        &mut self,
        race: RaceId,
        number: i64,
        writer: &Writer,
        most: i64,
    ) -> Result<Vec<Written>, SharedError> {
        let rows = self.client.query(
            "SELECT number, key, seq, hash, after_seq, after_hash, CASE WHEN writer = $3 THEN NULL ELSE bytes END
             FROM bibtrail.segment WHERE race = $1 AND number >= $2 ORDER BY number LIMIT $4",
            &[&&race.0.as_bytes()[..], &number, &writer.0, &most],
        )?;
        let written = |row| Some(Written { entry: entry(row)?, bytes: row.get(6) });
        Ok(rows.iter().filter_map(written).collect())
    }

    /// Wants to be told when something comes.
    ///
    /// # Errors
    /// When the database cannot do that.
    pub fn listen(&mut self) -> Result<(), SharedError> {
        Ok(self.client.batch_execute(&format!("LISTEN {CHANNEL}"))?)
    }

    /// Waits until something came, at most so long.
    ///
    /// # Errors
    /// When the connection ended.
    pub fn wait(&mut self, most: Duration) -> Result<(), SharedError> {
        use postgres::fallible_iterator::FallibleIterator;
        let mut notifications = self.client.notifications();
        notifications.timeout_iter(most).next()?;
        // Many came while one was worked on: they are all the same.
        while notifications.iter().next()?.is_some() {}
        Ok(())
    }
}

fn migrate(client: &mut Client) -> Result<(), SharedError> {
    let known = i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX);
    let has_tables = "SELECT to_regclass('bibtrail.version') IS NOT NULL";
    // Only who makes tables needs the right to.
    if !client.query_one(has_tables, &[])?.get::<_, bool>(0) {
        client.query_one("SELECT pg_advisory_lock($1) IS NULL", &[&MIGRATION_LOCK])?;
        client.batch_execute(
            "CREATE SCHEMA IF NOT EXISTS bibtrail;
             CREATE TABLE IF NOT EXISTS bibtrail.version (number INTEGER PRIMARY KEY);",
        )?;
        client.query_one("SELECT pg_advisory_unlock($1)", &[&MIGRATION_LOCK])?;
    }
    let at = "SELECT coalesce(max(number), 0) FROM bibtrail.version";
    let mut found: i32 = client.query_one(at, &[])?.get(0);
    if found > known {
        return Err(SharedError::Future { found, known });
    }
    while found < known {
        let mut transaction = client.transaction()?;
        transaction.query_one("SELECT pg_advisory_xact_lock($1) IS NULL", &[&MIGRATION_LOCK])?;
        // Another process may have been faster.
        found = transaction.query_one(at, &[])?.get(0);
        if let Some(migration) = usize::try_from(found).ok().and_then(|found| MIGRATIONS.get(found)) {
            transaction.batch_execute(migration)?;
            transaction.execute("INSERT INTO bibtrail.version (number) VALUES ($1)", &[&(found + 1)])?;
            found += 1;
        }
        transaction.commit()?;
    }
    Ok(())
}

fn signed(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn origin(race: &[u8], director: &[u8], root: &[u8]) -> Option<Origin> {
    let race = RaceId(uuid::Uuid::from_slice(race).ok()?);
    Some(Origin { race, director: LogId(director.try_into().ok()?), root: LogId(root.try_into().ok()?) })
}

fn head(seq: Option<i64>, hash: Option<&[u8]>) -> Option<Head> {
    Some(Head { seq: u64::try_from(seq?).ok()?, hash: Hash(hash?.try_into().ok()?) })
}

/// Nothing for a row that no build of ours wrote.
fn entry(row: &postgres::Row) -> Option<Entry> {
    Some(Entry {
        number: row.get(0),
        key: LogId(row.get::<_, &[u8]>(1).try_into().ok()?),
        head: head(row.get(2), row.get(3))?,
        after: head(row.get(4), row.get(5)),
    })
}

/// The segment of these bytes, if it is the one that the database says.
#[must_use]
pub(super) fn decode(entry: &Entry, bytes: &[u8]) -> Option<Segment> {
    let segment = Segment::decode(bytes).ok()?;
    let head = Head { seq: segment.head.seq, hash: segment.head.hash };
    (segment.log == entry.key && head == entry.head).then_some(segment)
}
