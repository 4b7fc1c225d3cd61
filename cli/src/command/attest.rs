//! `sign-results`, `verify-results`: results that prove themselves to strangers.
//!
//! Invariant: what is printed of a file was proven first; a file that is not believed shows nothing of what it says.

use std::{fs, path::Path};

use bibtrail_core::{
    attest::{self, AttestError, CourseProof, Evidence, Made, RaceKey, Signed, Statement, Verified},
    store::Store,
    time::span,
};
use serde_json::json;

use super::{open, standings};
use crate::{
    Error,
    args::{SignResults, VerifyResults},
    clock::RaceClock,
    console::Console,
    host,
    replica::Folder,
    table::{or_blank, right, table},
};

/// So many of each course are shown of a file.
const SHOWN: usize = 10;

pub(super) fn sign_results(args: &SignResults, console: &mut Console<'_>) -> Result<u8, Error> {
    let store = open(&args.dir, console)?;
    if attest::may_sign(store.members(), store.own_log()).is_err() {
        return Err(Error::MayNotSign(args.dir.clone()));
    }
    let bytes = signed(&store, args)?;
    fs::write(&args.output, &bytes).map_err(Error::file(&args.output))?;
    let read = Signed::read(&bytes).map_err(refused(&args.output))?;
    let verified = read.verify(RaceKey::Race(store.race())).map_err(refused(&args.output))?;
    if !verified.is_certified {
        console.remark(
            "! without a certificate: the root key is not here. Readers cannot see from the file whether this phone was \
             revoked since, and need the race's id",
        );
    }
    if args.json {
        console.json(&told(&read.statement, &verified))?;
        return Ok(crate::OK);
    }
    let (file, bytes) = (args.output.display(), bytes.len());
    let standing = if read.statement.is_official { "official" } else { "provisional" };
    console.line(format_args!("{file}: {standing} results, {bytes} bytes"))?;
    let (race, root) = (store.race(), store.members().root());
    console.line(format_args!("race {race}\nroot key {root}"))?;
    console.line(format_args!("Anybody checks it by: bibtrail verify-results {file} --race-key {race}"))?;
    Ok(crate::OK)
}

fn signed(store: &Store, args: &SignResults) -> Result<Vec<u8>, Error> {
    let known = store.known()?;
    let scans = known.scans.len() as u64;
    let setup = known.setup.clone();
    let standings = standings::judged(store)?;
    if !standings.is_official && !args.provisional {
        let courses = standings.courses.iter().filter(|course| !course.is_official);
        let why = courses.map(|course| format!("{}: {}", course.name, course.provisional.join(", ")));
        return Err(Error::NotOfficial(why.collect::<Vec<_>>().join("; ")));
    }
    let digest = store.digest()?;
    let evidence = Evidence {
        operations: digest.op_count,
        logs: store.logs()?.len() as u64,
        scans,
        operation_set: digest.ops.to_string(),
    };
    let genesis = store.genesis()?.ok_or_else(|| Error::NoGenesis(args.dir.clone()))?;
    let made = Made {
        genesis: &genesis,
        facts: &store.facts()?,
        setup: &setup,
        results: &bibtrail_core::results::results(&known),
        standings: &standings,
        evidence: &evidence,
        now_ms: host::reading(store.race())?.wall_ms,
    };
    let root = Folder::new(&args.dir).root()?.filter(|root| root.log() == store.members().root());
    Statement::of(made, store.own_log())
        .and_then(|statement| attest::sign(&statement, store.identity(), root.as_ref()))
        .map_err(refused(&args.output))
}

fn refused(path: &Path) -> impl FnOnce(AttestError) -> Error {
    let path = path.to_owned();
    move |source| Error::Results { path, source }
}

pub(super) fn verify_results(args: &VerifyResults, console: &mut Console<'_>) -> Result<u8, Error> {
    let key =
        args.race_key.as_ref().map(|text| RaceKey::parse(text).ok_or_else(|| Error::RaceKey(text.clone())));
    let key = key.transpose()?;
    let store = args.replica.as_ref().map(|dir| open(dir, console)).transpose()?;
    let bytes = fs::read(&args.file).map_err(Error::file(&args.file))?;
    let (read, verified) = believed(&bytes, key, store.as_ref()).map_err(refused(&args.file))?;
    if args.json {
        console.json(&told(&read.statement, &verified))?;
        return Ok(crate::OK);
    }
    print(&read.statement, &verified, console)?;
    if let Some(store) = store {
        let digest = store.digest()?;
        let holds = if digest.ops.to_string() == read.statement.evidence.operation_set {
            "This replica holds the same operations"
        } else {
            "This replica holds other operations than the results were made of: compare them by `bibtrail results`"
        };
        console.line(holds)?;
    } else if !verified.is_certified {
        console.remark(
            "! no certificate by the root key: the file cannot show whether its signer was revoked. --replica checks that",
        );
    }
    Ok(crate::OK)
}

/// The file, if a director of the race signed it whom nobody revoked, as far as can be known here.
fn believed<'a>(
    bytes: &'a [u8],
    key: Option<RaceKey>,
    replica: Option<&Store>,
) -> Result<(Signed<'a>, Verified), AttestError> {
    let read = Signed::read(bytes)?;
    let of_replica = replica.map(|store| RaceKey::Race(store.race()));
    let mut found = None;
    for key in key.into_iter().chain(of_replica) {
        found = Some(read.verify(key)?);
    }
    let verified = found.ok_or(AttestError::Unrooted)?;
    if let Some(store) = replica
        && !verified.is_certified
    {
        attest::may_sign(store.members(), verified.signer)?;
    }
    Ok((read, verified))
}

fn told(statement: &Statement, verified: &Verified) -> serde_json::Value {
    json!({
        "race_id": verified.origin.race.to_string(),
        "root_key": verified.origin.root.to_string(),
        "signed_by": verified.signer.to_string(),
        "is_certified": verified.is_certified,
        "results": statement,
    })
}

fn print(statement: &Statement, verified: &Verified, console: &mut Console<'_>) -> Result<(), Error> {
    let clock = RaceClock::of(&statement.time_zone, statement.start_ms);
    let Evidence { operations, logs, scans, .. } = statement.evidence;
    let by = if verified.is_certified { ", certified by the root key" } else { "" };
    console.line(format_args!("✓ {} · signed by a director's key{by}", statement.race))?;
    console.line(format_args!("race {} · root key {}", verified.origin.race, verified.origin.root))?;
    console.line(format_args!(
        "{scans} scans among {operations} operations of {logs} phones · written {}",
        clock.show_exactly(statement.exported_ms)
    ))?;
    statement.courses.iter().try_for_each(|course| print_course(statement, course, console))
}

fn print_course(statement: &Statement, course: &CourseProof, console: &mut Console<'_>) -> Result<(), Error> {
    let standing = match course.provisional.as_slice() {
        [] => "official".to_owned(),
        why => format!("provisional: {}", why.join(", ")),
    };
    let finished = course.runners.iter().filter(|runner| runner.rank.is_some()).count();
    let (name, of) = (&course.name, course.runners.len());
    console.line(format_args!("\n{name} · {finished} of {of} ranked · {standing}"))?;
    let mut shown = table(&["#", "Bib", "Name", "Nat", "Time", "State"]);
    right(&mut shown, &[0, 1, 4]);
    for runner in course.runners.iter().take(SHOWN) {
        let time_ms = if statement.rank_by == "net" { runner.net_ms } else { runner.gun_ms };
        let doubts = runner.doubts.iter().map(|doubt| format!("; {doubt}")).collect::<String>();
        shown.add_row([
            or_blank(runner.rank),
            runner.bib.clone(),
            runner.name.clone(),
            or_blank(runner.nation.as_ref()),
            or_blank(time_ms.map(span)),
            format!("{}{doubts}", runner.state),
        ]);
    }
    console.line(shown)?;
    match course.runners.len().saturating_sub(SHOWN) {
        0 => Ok(()),
        more => console.line(format_args!("and {more} more; --json shows all, with their times")),
    }
}
