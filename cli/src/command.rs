//! The commands.
//!
//! Invariant: each reads its replica, does one thing, and prints it; what it prints follows from the core's views.

mod attest;
mod change;
mod chart;
mod check;
mod clock;
mod close;
mod course;
mod erase;
mod exchange;
mod export;
mod import;
mod keep;
mod link;
mod listen;
mod members;
mod moving;
mod peers;
mod print;
mod race;
mod review;
mod scan;
mod serve;
mod show;
mod standings;
mod watch;

use std::path::Path;

use bibtrail_clerk::whom;
use bibtrail_core::{
    ids::Key,
    race::RaceSetup,
    store::{Opened, Store},
};

use crate::{
    Error,
    args::{Command, RaceCommand},
    console::Console,
    rehearse,
    replica::Folder,
};

pub(crate) fn run(command: Command, console: &mut Console<'_>) -> Result<u8, Error> {
    match command {
        Command::Race(RaceCommand::New(args)) => race::new(&args, console),
        Command::Race(RaceCommand::Course(args)) => course::course(&args, console),
        Command::Race(RaceCommand::File(args)) => import::race_file(&args, console),
        Command::Ticket(args) => members::ticket(&args, console),
        Command::SignIn(args) => members::sign_in(&args, console),
        Command::Join(args) => members::join(&args, console),
        Command::Approve(args) => members::approve(&args, console),
        Command::Revoke(args) => members::revoke(&args, console),
        Command::Sync(args) => link::sync(&args, console),
        Command::Listen(args) => listen::listen(&args, console),
        Command::Serve(args) => serve::serve(*args, console),
        Command::Move(args) => moving::moving(&args, console),
        Command::Backup(args) => keep::backup(&args, console),
        Command::Restore(args) => keep::restore(&args, console),
        Command::Erase(args) => erase::erase(&args, console),
        Command::Retain(args) => erase::retain(&args, console),
        Command::Share(args) => link::share(&args, console),
        Command::Peers(args) => peers::peers(&args, console),
        Command::Clock(args) => clock::clock(&args, console),
        Command::Scan(args) => scan::scan(&args, console),
        Command::Void(args) => change::void(&args, console),
        Command::Amend(args) => change::amend(&args, console),
        Command::Status(args) => change::status(&args, console),
        Command::Review(args) => review::review(&args, console),
        Command::Resolve(args) => change::resolve(&args, console),
        Command::Watch(args) => watch::watch(&args, console),
        Command::Safe(args) => watch::safe(&args, console),
        Command::Close(args) => close::close(&args, console),
        Command::Bundle(args) => exchange::bundle(&args, console),
        Command::Merge(args) => exchange::merge(&args, console),
        Command::Results(args) => standings::show(&args, console),
        Command::SignResults(args) => attest::sign_results(&args, console),
        Command::VerifyResults(args) => attest::verify_results(&args, console),
        Command::Import(args) => import::import(&args, console),
        Command::Splits(args) => show::splits(&args, console),
        Command::Runner(args) => show::runner(&args, console),
        Command::Export(args) => export::export(&args, console),
        Command::Print(args) => print::print(&args, console),
        Command::Chart(args) => chart::chart(&args, console),
        Command::Conflicts(args) => show::conflicts(&args, console),
        Command::Log(args) => show::log(&args, console),
        Command::Digest(args) => check::digest(&args, console),
        Command::Verify(args) => check::verify(&args, console),
        Command::Recover(args) => check::recover(&args, console),
        Command::Rehearse(args) => rehearse::rehearse_command(&args, console),
        Command::Demo(args) => rehearse::demo_command(&args, console),
    }
}

/// Opens a replica, and says so if something had to be mended.
fn open(dir: &Path, console: &mut Console<'_>) -> Result<Store, Error> {
    let (store, opened, rotated) = Folder::new(dir).open()?;
    tell_mended(dir, &opened, rotated, console);
    match store.unread()?.len() {
        0 => {}
        n => console.remark(format_args!(
            "! {n} records need a newer app: they are kept and passed on, but results may be incomplete"
        )),
    }
    Ok(store)
}

fn tell_mended(dir: &Path, opened: &Opened, rotated: bool, console: &mut Console<'_>) {
    let dir = dir.display();
    if rotated {
        console.remark(format_args!(
            "{dir}: this replica was restored, copied or rolled back, so it goes on under a new key. Nothing is lost; \
             if the phone is not known under the new key, a captain must approve it"
        ));
    }
    if opened.rebuilt {
        let ops = opened.replayed_ops;
        console.remark(format_args!(
            "{dir}: the database was missing or damaged and was built again from the journal: {ops} operations. \
             The damaged one is kept as store.damaged-*.sqlite"
        ));
    } else if opened.replayed_ops > 0 {
        let ops = opened.replayed_ops;
        console
            .remark(format_args!("{dir}: {ops} operations came back from the journal after an interruption"));
    }
    if opened.unusable_ops > 0 {
        let ops = opened.unusable_ops;
        console.remark(format_args!(
            "{dir}: {ops} operations in the journal follow one that is missing. Merge a bundle from a phone that has \
             them; keep this folder"
        ));
    }
    if opened.journal_rewritten {
        console.remark(format_args!(
            "{dir}: the journal was incomplete and was written again from the database"
        ));
    }
}

/// The checkpoint that a person means.
fn find_checkpoint(setup: &RaceSetup, text: &str) -> Result<Key, Error> {
    Ok(whom::checkpoint(setup, text)?)
}
