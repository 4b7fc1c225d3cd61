//! What a command says when it cannot do its work.
//!
//! Invariant: each message says what is wrong, where, and what to do.

use std::{io, path::PathBuf};

use bibtrail_clerk::ClerkError;
use bibtrail_core::{
    attest::AttestError,
    ids::{BibError, RaceId},
    invitation::InvitationError,
    store::StoreError,
    sync::SyncError,
};
use bibtrail_transport::{
    detect::DetectError, meeting::MeetingError, qr::QrError, tcp::TcpError, tls::TlsError,
    websocket::WebSocketError,
};
use thiserror::Error;

use bibtrail_formats::{
    read::{
        entrants::EntrantsError, gpx::GpxError, race_file::RaceFileError, skeleton::SkeletonError,
        splits::SplitsError,
    },
    write::WriteError,
};

/// A command's failure.
#[derive(Debug, Error)]
pub enum Error {
    /// The replica's.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What a person wants at a replica.
    #[error(transparent)]
    Clerk(#[from] ClerkError),
    /// No bib.
    #[error(transparent)]
    Bib(#[from] BibError),
    /// The replica's, with its folder.
    #[error("{folder}: {source}")]
    Replica {
        /// Where.
        folder: PathBuf,
        /// What.
        source: StoreError,
    },
    /// A ticket that must be written down, into a folder that a program has open.
    #[error(
        "another program is using {0}, and this ticket counts only when it is written into that folder's log: it is for a door, or the root key is not here. Make it in a folder with the director's role that syncs with this one, or end the program for a moment"
    )]
    WhileServed(PathBuf),
    /// A bib that nobody wears.
    #[error("nobody entered under bib {0}. `bibtrail results` lists who did; nothing was erased")]
    NobodyEntered(String),
    /// Runners who may have to be looked for.
    #[error(
        "not known to be safe: {0}. Whoever looks for them needs their names; nothing was erased. Settle them first (`bibtrail watch`), or pass --even-if-out"
    )]
    StillOut(String),
    /// A folder without a replica.
    #[error("{0} holds no replica. Begin one with `bibtrail race new` or `bibtrail join`")]
    NoReplica(PathBuf),
    /// A folder with something in it.
    #[error("{0} already holds a replica. Choose another folder; nothing was changed")]
    Taken(PathBuf),
    /// A file that cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The race file.
    #[error("{path}: {source}")]
    RaceFile {
        /// Which.
        path: PathBuf,
        /// What.
        source: RaceFileError,
    },
    /// A map.
    #[error("{path}: {source}")]
    Gpx {
        /// Which.
        path: PathBuf,
        /// What.
        source: GpxError,
    },
    /// The entrants.
    #[error("{path}: {source}")]
    Entrants {
        /// Which.
        path: PathBuf,
        /// What.
        source: EntrantsError,
    },
    /// The splits.
    #[error("{path}: {source}")]
    Splits {
        /// Which.
        path: PathBuf,
        /// What.
        source: SplitsError,
    },
    /// A key file that is none.
    #[error(
        "{0} is not a key: 64 hexadecimal digits. Put the right file back, or move it away to go on under a new key"
    )]
    Key(PathBuf),
    /// An entrant on a course that the race does not have.
    #[error(
        "line {line}: bib {bib} is entered for the course \"{course}\", which the race does not have. Its courses: {known}"
    )]
    UnknownCourse {
        /// Where.
        line: u64,
        /// Whose.
        bib: String,
        /// What was written.
        course: String,
        /// What there is.
        known: String,
    },
    /// A course that the race does not have, asked for on the command line.
    #[error("the race has no course \"{given}\". Its courses: {known}")]
    NoCourse {
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// A file of one course, of a race with several.
    #[error("{format} is a list of one course: pass --course, and export each. The race has: {known}")]
    WhichCourse {
        /// The format.
        format: &'static str,
        /// What there is.
        known: String,
    },
    /// A format that there is not.
    #[error("there is no format \"{0}\". `bibtrail export --formats` lists them")]
    NoFormat(String),
    /// A file in the way.
    #[error("{0} is there already. Choose another name, or pass --force to write over it")]
    Exists(PathBuf),
    /// Two things for one output.
    #[error("the file and the report cannot both go to the output: leave out --json, or name a file")]
    TwoOutputs,
    /// Results with values in conflict.
    #[error(
        "nothing was written: {0} values are in conflict, named above. Settle them, or pass --provisional to mark the file"
    )]
    Unresolved(usize),
    /// A format has no room for it.
    #[error(transparent)]
    Write(#[from] WriteError),
    /// No checkpoint given.
    #[error("which checkpoint? Pass --checkpoint, or join with one. The race has: {0}")]
    WhichCheckpoint(String),
    /// A ticket.
    #[error(transparent)]
    Invitation(#[from] InvitationError),
    /// A ticket of another race.
    #[error(
        "the ticket is for another race ({ticket}) than the bundle ({bundle}). Take both from the same director"
    )]
    WrongRace {
        /// The ticket's.
        ticket: RaceId,
        /// The bundle's.
        bundle: RaceId,
    },
    /// A captain without a place.
    #[error("a captain of what? Pass --checkpoint, once for each")]
    CaptainWhere,
    /// Directors come from the root key.
    #[error(
        "{0} does not hold the race's root key, and only with it can somebody become director. Use the director's own replica and `ticket --role director`"
    )]
    NoRootKey(PathBuf),
    /// No genesis.
    #[error("{0} does not hold the race's beginning yet, so it cannot invite. Sync with the director first")]
    NoGenesis(PathBuf),
    /// Signed results.
    #[error("{path}: {source}")]
    Results {
        /// Which.
        path: PathBuf,
        /// What.
        source: AttestError,
    },
    /// Not a race's id and not a root key.
    #[error(
        "\"{0}\" is no race's id (a UUID) and no root key (64 hexadecimal digits). `bibtrail verify DIR` shows both for a replica of the race"
    )]
    RaceKey(String),
    /// Not official.
    #[error("the results are not official: {0}. Settle that, or pass --provisional: the file then says so")]
    NotOfficial(String),
    /// Who signs must be a director.
    #[error(
        "{0} is not a director's replica, or was revoked, so nobody would believe its signature. Sign on the director's own"
    )]
    MayNotSign(PathBuf),
    /// Not a key.
    #[error(
        "\"{0}\" is no checkpoint's key. The race's settings are not here yet, so names are not known: pass the key, or leave it out and sync first"
    )]
    CheckpointKey(String),
    /// Nobody to sync with.
    #[error(
        "nobody of this race was found in the network, and the ticket names no server. Pass an address: bibtrail sync DIR HOST:PORT"
    )]
    NobodyFound,
    /// Not a log.
    #[error("\"{0}\" is no log: 64 hexadecimal digits, as `listen` prints them")]
    NoKey(String),
    /// Headquarters.
    #[error(transparent)]
    Server(#[from] bibtrail_server::ServerError),
    /// A file of settings.
    #[error("{}: {what}. Its keys are the options of serve without their dashes", .path.display())]
    Settings {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// Nothing to serve.
    #[error(
        "no folder is given. Name one or more: bibtrail serve DIR…, or dirs = [\"…\"] in the file of --config"
    )]
    NothingToServe,
    /// A backup that does not hold what it should.
    #[error("{path} is no good backup: {what}. Run `bibtrail verify` on the replica, and make another")]
    Backup {
        /// Which.
        path: PathBuf,
        /// What.
        what: String,
    },
    /// A database with several races, or none.
    #[error("which race? Pass --race. The database holds: {0}")]
    WhichRace(String),
    /// TCP.
    #[error(transparent)]
    Tcp(#[from] TcpError),
    /// WebSocket.
    #[error(transparent)]
    WebSocket(#[from] WebSocketError),
    /// TLS.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// What came in is neither.
    #[error(transparent)]
    Detect(#[from] DetectError),
    /// A meeting.
    #[error(transparent)]
    Meeting(#[from] MeetingError),
    /// QR codes.
    #[error(transparent)]
    Qr(#[from] QrError),
    /// Said, and without effect.
    #[error(
        "this replica has no right to say so: it is written down, and counts for nothing (docs/roles.md)"
    )]
    NoRight,
    /// Nothing to amend.
    #[error("nothing to amend: pass at least one of --bib, --time, --checkpoint, --kind, --note")]
    NothingToAmend,
    /// Another tool's stations.
    #[error("{path}: {source}")]
    Stations {
        /// Which.
        path: PathBuf,
        /// What.
        source: SkeletonError,
    },
    /// A station that says nothing.
    #[error("\"{0}\" names no station. Write what the file calls it, =, and its key: --station CH=antero")]
    Station(String),
    /// A day that is none.
    #[error("\"{0}\" is no day. Write 2025-04-06")]
    Date(String),
    /// A gun that is none.
    #[error("\"{0}\" is no gun. Write 2025-04-06T09:30:00+09:00, or 09:30 for the day of the race")]
    Gun(String),
    /// Nobody wears it.
    #[error("nobody entered under bib {0}, and no scan shows it")]
    UnknownBib(String),
    /// A kind of finding that there is not.
    #[error("\"{given}\" is no kind of finding. The kinds: {known}")]
    NoKind {
        /// What was given.
        given: String,
        /// What there is.
        known: String,
    },
    /// The system has no clock or no randomness.
    #[error("the system gives no {0}")]
    Host(&'static str),
    /// Lines that were refused.
    #[error("{0} of the lines were not recorded; they are named above. All others were")]
    Lines(usize),
    /// Nothing was read.
    #[error("no bibs given. Pass bibs, or --stdin")]
    NoBibs,
    /// Percentages that make no sense.
    #[error("\"{0}\" is no share: write a percentage from 0% to 100%")]
    Share(String),
    /// A clock's error that makes no sense.
    #[error("\"{0}\" is no clock error: write a checkpoint and a span, as in 5K=1h or finish=-90s")]
    ClockError(String),
    /// More accidents than phones.
    #[error("there are only {0} phones to lose, copy and restore")]
    TooManyAccidents(usize),
    /// Two replicas of a rehearsal could not meet.
    #[error(transparent)]
    Sync(#[from] SyncError),
    /// A rehearsal without phones.
    #[error("a rehearsal needs 1 to {0} phones")]
    Phones(usize),
    /// Where a rehearsal's checkpoints and its splits disagree.
    #[error("line {line} of the splits names the checkpoint \"{given}\", which the race does not have")]
    SplitCheckpoint {
        /// Where.
        line: u64,
        /// What was written.
        given: String,
    },
    /// A thread of the rehearsal died.
    #[error("a worker of the rehearsal stopped early; this is a fault in Bibtrail")]
    Worker,
    /// Printed matter.
    #[error(transparent)]
    Print(#[from] bibtrail_print::PrintError),
    /// A font file.
    #[error("{path}: {source}")]
    Font {
        /// Which.
        path: PathBuf,
        /// What.
        source: bibtrail_print::PrintError,
    },
    /// An empty document.
    #[error("there is nothing to print: {0}. Nothing was written")]
    NothingToPrint(&'static str),
    /// An option that belongs to another document.
    #[error("--{option} does not go with {printed}. Leave it out; nothing was written")]
    NotForThis {
        /// What was given.
        option: &'static str,
        /// What is printed.
        printed: &'static str,
    },
    /// Posters without the root key.
    #[error(
        "{0} does not hold the race's root key, by which posters' tickets are made. Print them with the director's own \
         replica, or make a ticket with `bibtrail ticket --png`"
    )]
    NoPosters(PathBuf),
    /// A runner of another course.
    #[error("bib {bib} is not on the course \"{course}\". Choose another with --course")]
    NotOnCourse {
        /// Whose.
        bib: String,
        /// Where they are not.
        course: String,
    },
    /// A picture of another kind.
    #[error("{0}: a chart is written as .svg or .png. Choose one of these endings")]
    PictureEnding(PathBuf),
    /// The output.
    #[error("cannot write the output: {0}")]
    Output(#[from] io::Error),
    /// JSON.
    #[error("cannot write JSON: {0}")]
    Json(#[from] serde_json::Error),
    /// CSV.
    #[error("cannot write CSV: {0}")]
    Csv(#[from] csv::Error),
}

impl Error {
    /// For `map_err` on files.
    pub fn file(path: &std::path::Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File { path, source }
    }
}
