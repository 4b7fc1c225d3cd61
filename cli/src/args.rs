//! The command line.
//!
//! Invariant: every command has an example in its help.

mod attest;
mod course;
mod erase;
mod export;
mod import;
mod keep;
mod link;
mod play;
mod print;
mod review;
mod serve;
mod sign_in;
mod watch;

use std::path::PathBuf;

pub(crate) use attest::{SignResults, VerifyResults};
use clap::{Args as ClapArgs, Parser, Subcommand, ValueEnum};
pub(crate) use course::Course;
pub(crate) use erase::{Erase, Retain};
pub(crate) use export::Export;
pub(crate) use import::{Import, RaceFile};
pub(crate) use keep::{Backup, Bundle, Merge, Move, Restore};
pub(crate) use link::{Approve, Clock, Join, Listen, Revoke, RoleName, Share, Sync, Ticket};
pub(crate) use play::{Demo, Edition, Play, Rehearse};
pub(crate) use print::{Chart, Codes, Paper, Picture, Print, Printed};
pub(crate) use review::Review;
pub(crate) use serve::{LogLevel, Serve, ServeOptions};
pub(crate) use sign_in::SignIn;
pub(crate) use watch::{Close, STATES, Safe, Watch};

/// Who passed where in a race, with no network: record bibs, merge phones, get results.
#[derive(Debug, Parser)]
#[command(name = "bibtrail", version, max_term_width = 100, arg_required_else_help = true)]
#[command(after_help = "Try it: bibtrail demo")]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Begin a race
    #[command(subcommand)]
    Race(RaceCommand),
    /// Invite phones: a link and a QR code that let them join, with no network at all
    #[command(after_help = "Examples:
  bibtrail ticket hq --checkpoint arch                       a volunteer at the arch
  bibtrail ticket hq --role captain --checkpoint arch --server 192.168.4.1:4747
  bibtrail ticket hq --role pending                          a pool: its phones wait for approval")]
    Ticket(Ticket),
    /// Let people work at headquarters in a browser, or other systems post there
    #[command(after_help = "Examples:
  bibtrail sign-in hq --role captain --checkpoint arch --url https://hq.example.org
  bibtrail sign-in hq --door --url https://hq.example.org            OST Remote or a RACE RESULT box")]
    SignIn(SignIn),
    /// Join a race by a ticket
    #[command(after_help = "Examples:
  bibtrail join bibtrail:AKFi… phone-1 --name \"Phone 1\" --checkpoint arch
  bibtrail join bibtrail:AKFi… phone-1 --file race.bibtrail  with what the director's file already tells")]
    Join(Join),
    /// Let a phone count, or give it a role
    #[command(after_help = "Example: bibtrail approve hq 3fa2b1c0 --role volunteer --reason \"I know her\"")]
    Approve(Approve),
    /// Trust a phone no further; what it recorded stays and is shown
    #[command(after_help = "Example: bibtrail revoke hq 3fa2b1c0 --reason \"phone lost\"")]
    Revoke(Revoke),
    /// Meet another replica over a network: both hold the same afterwards
    #[command(after_help = "Examples:
  bibtrail sync phone-1 192.168.4.1:4747        a phone that listens, or a server
  bibtrail sync phone-1 wss://race.example.org/sync
  bibtrail sync phone-1 all                     the servers of the ticket, and whoever is in the same network
  bibtrail sync phone-1 all --keep              again and again, until interrupted")]
    Sync(Sync),
    /// Let others sync with this replica
    #[command(after_help = "Example: bibtrail listen hq")]
    Listen(Listen),
    /// Headquarters: serve many races at once, to hundreds of phones and over HTTP
    #[command(after_help = "Examples:
  bibtrail serve --demo                                             a race under way, to look at in a browser
  bibtrail serve spring-race autumn-race                            phones come to port 4747
  bibtrail serve spring-race --public 0.0.0.0:8080 --staff 127.0.0.1:8081
  bibtrail serve spring-race --public 0.0.0.0:443 --cert chain.pem --key key.pem
  BIBTRAIL_STAFF=127.0.0.1:8081 bibtrail serve --config serve.toml  flags win over the environment, that over the file

It ends in good order on an interrupt or SIGTERM. Over HTTP: the board at /, the API at /api/v1/openapi.json, /healthz,
/readyz, /sync/RACE for phones that only HTTPS lets through, and, for staff, /metrics. See docs/headquarters.md.")]
    Serve(Box<Serve>),
    /// Bring a race into a PostgreSQL database that servers share, or back into a folder
    #[command(
        name = "move",
        after_help = "Examples:
  bibtrail move hq --to-postgres postgresql://bibtrail@db.example/races
  bibtrail move hq --from-postgres postgresql://bibtrail@db.example/races    back, or into a new folder
Nothing is taken away where it was. See docs/scaling.md."
    )]
    Move(Move),
    /// Write all that a replica holds into one file, and prove the file; the replica may be in use
    #[command(after_help = "Example: bibtrail backup hq hq-saturday.bibtrail")]
    Backup(Backup),
    /// Make a replica from a backup
    #[command(after_help = "Examples:
  bibtrail restore hq-saturday.bibtrail hq-new --keys hq-old    with what is left of the old folder
  bibtrail restore hq-saturday.bibtrail hq-new                  somebody approves it then")]
    Restore(Restore),
    /// Erase who runners are, everywhere: names go, bibs and times stay
    #[command(after_help = "Examples:
  bibtrail erase hq 117
  bibtrail erase hq 117 204 --json
It takes a director's phone, and cannot be taken back. What goes and what stays: docs/erasure.md")]
    Erase(Erase),
    /// Erase who all runners are, so many days after the last scan
    #[command(after_help = "Examples:
  bibtrail retain hq --days 30                once a day, by a timer; nothing happens before its time
  bibtrail retain hq --days 30 --dry-run      from when on")]
    Retain(Retain),
    /// Show what this replica holds as moving QR codes: from screen to camera, with no link at all
    #[command(after_help = "Examples:
  bibtrail share phone-1                                    in this terminal, until interrupted
  bibtrail share phone-1 --since hq.bibtrail --png-dir codes   as pictures, only what that file lacks")]
    Share(Share),
    /// Who is in the race: role, last met, what they lack, how sure their clock is
    #[command(after_help = "Example: bibtrail peers hq")]
    Peers(Show),
    /// The clocks of the race: whose is the reference, how sure each is, which are in doubt
    #[command(after_help = "Examples:
  bibtrail clock hq
  bibtrail clock hq --reference server --reason \"it has a network\"
  bibtrail clock hq --freeze --reason \"results are official\"")]
    Clock(Clock),
    /// Record bibs at a checkpoint, now
    #[command(after_help = "Examples:
  bibtrail scan phone-1 117 118 W1 --checkpoint arch
  bibtrail scan phone-1 117 --kind out
  bibtrail scan phone-1 --stdin       one line per scan: 117, or 117 out, or ? for a bib that comes later")]
    Scan(Scan),
    /// Take a scan back (it stays in the log, and counts for nothing)
    #[command(after_help = "Example: bibtrail void phone-1 12 --reason \"wrong bib\"
         bibtrail void phone-1 12 --undo --reason \"it was right\"")]
    Void(Void),
    /// Correct a scan: bib, time, checkpoint, way, note
    #[command(
        after_help = "Example: bibtrail amend phone-1 3fa2b1c0:12 --bib 118 --reason \"read from the photo\""
    )]
    Amend(Amend),
    /// Say that a runner did not start, dropped, was disqualified…
    #[command(
        after_help = "Example: bibtrail status hq 117 dnf --checkpoint antero --reason \"ankle, in the van\""
    )]
    Status(Status),
    /// Who is out there: where each runner was seen last, who is overdue, what nobody reported
    #[command(after_help = "Examples:
  bibtrail watch hq
  bibtrail watch hq --follow                   again whenever something comes in, until interrupted
  bibtrail watch hq --state overdue
  bibtrail watch hq --checkpoint antero --at 14:30")]
    Watch(Watch),
    /// Say that a runner is safe, or not known to be any more
    #[command(after_help = "Examples:
  bibtrail safe hq 117 --place antero --reason \"in the tent, warm\"
  bibtrail safe hq 117 --place \"Salida hospital\"
  bibtrail safe hq 117 --place antero --not --reason \"left the tent\"")]
    Safe(Safe),
    /// Close a checkpoint: headquarters asks, the station answers, both confirm
    #[command(after_help = "Examples:
  bibtrail close hq antero                     how far it is, and the next step
  bibtrail close hq antero --ask
  bibtrail close hq antero --script            the words to read over radio
  bibtrail close antero-1 antero --answer A7K2QX --came 15 --dropped 71
  bibtrail close hq antero --answer \"alfa seven kilo two quebec xray came 15 dropped 71\"
  bibtrail close antero-1 antero --last 100 --swept
  bibtrail close hq antero --release
  bibtrail close hq antero --reopen --reason \"22 is on the way back\"")]
    Close(Close),
    /// Write what this replica holds into a file that anyone can carry
    #[command(after_help = "Examples:
  bibtrail bundle phone-1 -o phone-1.bibtrail
  bibtrail bundle phone-1 -o news.bibtrail --since phone-1.bibtrail     only what that file lacks")]
    Bundle(Bundle),
    /// Take bundles in, in any order, as often as you like
    #[command(after_help = "Example: bibtrail merge hq *.bibtrail")]
    Merge(Merge),
    /// Take in what paper, radio and other tools recorded, line by line, as often as you like
    #[command(after_help = "Examples:
  bibtrail import hq sheet2.txt --source \"paper sheet 2\" --checkpoint antero
  bibtrail import hq report.txt --station CH=antero --dry-run     a bib report by radio
  bibtrail import hq ost-remote.csv --all                         with every line
The source, not the file, tells records apart: keep --source when you import a corrected sheet")]
    Import(Import),
    /// Show the standings
    #[command(after_help = "Examples:
  bibtrail results hq
  bibtrail results hq --course marathon --unaccounted
  bibtrail results hq --teams
  bibtrail results hq --csv > results.csv")]
    Results(Results),
    /// Write the results into a file that proves itself: signed by a director's key, certified by the race's root key
    #[command(after_help = "Examples:
  bibtrail sign-results hq -o results.json
  bibtrail sign-results hq -o first.json --provisional       before they are official; the file says so")]
    SignResults(SignResults),
    /// Check a file of signed results; needs no replica and no network
    #[command(after_help = "Examples:
  bibtrail verify-results results.json --race-key 5f0c…      the race's id or root key, from the organiser
  bibtrail verify-results results.json --replica hq          by what a replica knows, revocations too")]
    VerifyResults(VerifyResults),
    /// Show the times at every checkpoint
    #[command(after_help = "Example: bibtrail splits hq --missed      only runners with a time missing")]
    Splits(Splits),
    /// Show all that is known of one runner
    #[command(after_help = "Example: bibtrail runner hq 117")]
    Runner(Runner),
    /// Write results or records in a format of others
    #[command(after_help = "Examples:
  bibtrail export --formats                                   what there is
  bibtrail export hq --format html -o results.html
  bibtrail export hq --format itra --course ultra -o itra.xlsx
  bibtrail export hq --format iof -o live.xml --provisional   while values are in conflict
  bibtrail export phone-1 --format winlink --checkpoint arch --station AR -o -")]
    Export(Box<Export>),
    /// Print bibs, join posters, tally sheets, drop forms or results as PDF
    #[command(after_help = "Examples:
  bibtrail print hq bibs -o bibs.pdf --per-page 2 --code both --crop-marks
  bibtrail print hq bibs -o lost.pdf --bib 117
  bibtrail print hq posters -o posters.pdf --server 192.168.4.1:4747
  bibtrail print hq tally -o arch.pdf --checkpoint arch
  bibtrail print hq drops -o drops.pdf --paper a5
  bibtrail print hq results -o results.pdf --course marathon --paper letter")]
    Print(Print),
    /// Draw charts as SVG or PNG: everybody's way, how far apart they are, how many pass in a minute
    #[command(after_help = "Examples:
  bibtrail chart hq splits -o marathon.svg --course marathon --bib 117 --bib 204
  bibtrail chart hq behind -o behind.png --width 2400
  bibtrail chart hq rates -o rates.svg")]
    Chart(Chart),
    /// List values that contradict each other
    #[command(after_help = "Example: bibtrail conflicts hq")]
    Conflicts(Show),
    /// Which records are wrong, and what would settle each; nothing is changed until you say so
    #[command(after_help = "Examples:
  bibtrail review hq                                        what to look at, best first
  bibtrail review hq --checkpoint antero --kind unknown-bib
  bibtrail review hq --accept 1f3a55c0 2                    take the second suggestion
  bibtrail review hq --dismiss 1f3a55c0 --reason \"she walked that part\"

Exit code 1 while something is left to look at. What each finding means: docs/review.md")]
    Review(Review),
    /// Settle a conflict
    #[command(after_help = "Example: bibtrail resolve hq 1f3a55c0 118 --reason \"asked the runner\"")]
    Resolve(Resolve),
    /// Show the operations, log by log
    #[command(after_help = "Example: bibtrail log hq --of 3fa2b1c0")]
    Log(Log),
    /// One line that two replicas share exactly when they hold the same and make the same of it
    #[command(after_help = "Example: bibtrail digest hq")]
    Digest(Show),
    /// Check the file, chains, signatures, projections and journal
    #[command(after_help = "Example: bibtrail verify phone-1")]
    Verify(Show),
    /// Build the database again from the journal
    #[command(
        after_help = "Example: bibtrail recover phone-1       the old database is set aside, not deleted"
    )]
    Recover(Show),
    /// Play a known race on many phones and see whether the truth comes out
    #[command(
        after_help = "Example: bibtrail rehearse --file race.toml --entrants entrants.csv --splits splits.csv \\
           --phones 20 --seed 7 --twice 5% --wrong-bib 1% --missed 1% --late-edit 2%"
    )]
    Rehearse(Rehearse),
    /// A city marathon behind a closed border, from the first scan to the standings
    #[command(after_help = "Examples:
  bibtrail demo
  bibtrail demo --edition 2019 --seed 7 --json")]
    Demo(Demo),
}

#[derive(Debug, Subcommand)]
pub(crate) enum RaceCommand {
    /// Begin a race from a race file; this replica is the director's
    #[command(after_help = "Example: bibtrail race new hq --file race.toml --entrants entrants.csv")]
    New(New),
    /// Begin a race file from a map: checkpoints from its waypoints, distances along its tracks
    #[command(after_help = "Examples:
  bibtrail race course night-run.gpx > race.toml           then set its gun, and: bibtrail race new hq --file race.toml
  bibtrail race course night-run.gpx --near 250            waypoints that stand farther from the track")]
    Course(Course),
    /// Begin a race file from the stations that another tool knows (docs/formats.md)
    #[command(after_help = "Examples:
  bibtrail race file splits.csv > race.toml        OpenSplitTime's splits
  bibtrail race file stations.json > race.toml     Ultra-Tracker's stations")]
    File(RaceFile),
}

#[derive(Debug, ClapArgs)]
pub(crate) struct New {
    /// Folder for the replica
    pub(crate) dir: PathBuf,
    /// Race file (docs/race-file.md)
    #[arg(long)]
    pub(crate) file: PathBuf,
    /// Entrants, as CSV
    #[arg(long)]
    pub(crate) entrants: Option<PathBuf>,
    /// How the entrants' text is encoded
    #[arg(long, value_enum, default_value_t = Encoding::Utf8)]
    pub(crate) encoding: Encoding,
    /// Name of this replica in lists
    #[arg(long, default_value = "director")]
    pub(crate) name: String,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Encoding {
    Utf8,
    Latin1,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Kind {
    In,
    Out,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Scan {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Bibs; ? for one that comes later
    pub(crate) bibs: Vec<String>,
    /// Where: key or name. Default: where this replica joined
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// Which way
    #[arg(long, value_enum, default_value_t = Kind::In)]
    pub(crate) kind: Kind,
    /// Read lines: for keyboards and barcode scanners
    #[arg(long, conflicts_with = "bibs")]
    pub(crate) stdin: bool,
    /// Print JSON, one object per scan
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Void {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The scan, as printed when it was recorded: 12, or 3fa2b1c0:12
    pub(crate) scan: String,
    /// Let it count again
    #[arg(long)]
    pub(crate) undo: bool,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Amend {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The scan, as printed when it was recorded: 12, or 3fa2b1c0:12
    pub(crate) scan: String,
    /// The right bib
    #[arg(long)]
    pub(crate) bib: Option<String>,
    /// The right time: 2025-04-06T09:12:31+09:00, or 09:12:31 on the day of the race
    #[arg(long)]
    pub(crate) time: Option<String>,
    /// The right checkpoint
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// The right way
    #[arg(long, value_enum)]
    pub(crate) kind: Option<Kind>,
    /// A remark
    #[arg(long)]
    pub(crate) note: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Status {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Whose
    pub(crate) bib: String,
    /// dns, dnf, dsq, otl, or ok to take one back
    pub(crate) status: String,
    /// Where they stopped
    #[arg(long)]
    pub(crate) checkpoint: Option<String>,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Show {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Results {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Only this course
    #[arg(long)]
    pub(crate) course: Option<String>,
    /// Only this category
    #[arg(long)]
    pub(crate) category: Option<String>,
    /// Only this nation
    #[arg(long)]
    pub(crate) nation: Option<String>,
    /// Only this team or tour group
    #[arg(long)]
    pub(crate) team: Option<String>,
    /// Only runners who were seen, have not finished and are not accounted for
    #[arg(long)]
    pub(crate) unaccounted: bool,
    /// Teams or tour groups by the sum of their best finishers' times, in place of runners
    #[arg(long, conflicts_with_all = ["unaccounted", "category"])]
    pub(crate) teams: bool,
    /// Nations, likewise
    #[arg(long, conflicts_with_all = ["unaccounted", "category", "teams"])]
    pub(crate) nations: bool,
    /// Print JSON
    #[arg(long, conflicts_with = "csv")]
    pub(crate) json: bool,
    /// Print CSV
    #[arg(long)]
    pub(crate) csv: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Splits {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Only this course
    #[arg(long)]
    pub(crate) course: Option<String>,
    /// Only runners who were not seen where they must have passed
    #[arg(long)]
    pub(crate) missed: bool,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Runner {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Whose
    pub(crate) bib: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Resolve {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// The conflict, as `conflicts` names it
    pub(crate) conflict: String,
    /// The right value: one of those in conflict, as shown, or #1, #2 … for its place in the list
    pub(crate) value: String,
    /// Why
    #[arg(long)]
    pub(crate) reason: String,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, ClapArgs)]
pub(crate) struct Log {
    /// Folder of the replica
    pub(crate) dir: PathBuf,
    /// Only this log, by its first digits
    #[arg(long)]
    pub(crate) of: Option<String>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}
