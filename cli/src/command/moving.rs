//! `move`: a race from a folder into a PostgreSQL database that servers share, and back.
//!
//! Invariant: nothing is taken away where it was, and it is called moved only after a replica made from the database
//! alone came to the same digest.

use bibtrail_core::{race::Origin, store::Store};
use bibtrail_server::{
    ServerError,
    shared::{Address, Link, SharedError, Side},
};
use serde_json::json;

use super::open;
use crate::{Error, args, console::Console, host, replica::Folder};

pub(super) fn moving(args: &args::Move, console: &mut Console<'_>) -> Result<u8, Error> {
    let url = args.to_postgres.as_ref().or(args.from_postgres.as_ref());
    let url = url.map_or("", String::as_str);
    let address = Address::parse(url, args.postgres_ca.as_deref()).map_err(ServerError::from)?;
    let folder = Folder::new(&args.dir);
    let is_new = args.from_postgres.is_some() && !folder.is_taken();
    let mut store = if is_new {
        folder.join(wanted(&address, args)?, None, host::random()?)?
    } else {
        open(&args.dir, console)?
    };
    let mut side = Side::begin(address.clone(), &mut store).map_err(ServerError::from)?;
    if folder.rotate_if_due(&mut store)? {
        // It was behind what it once said; what it says in its new log belongs there too.
        side.push(&mut store).map_err(ServerError::from)?;
    }
    folder.leave_mark(&store);
    let (here, there) = (store.digest()?, made_from(&address, &store)?);
    let is_same = here == there;
    if args.json {
        console.json(&json!({
            "race_id": store.race().to_string(),
            "operations": here.op_count,
            "state_here": here.state.to_string(),
            "state_there": there.state.to_string(),
            "is_same": is_same,
        }))?;
    } else if is_same {
        let (dir, race) = (args.dir.display(), store.race());
        console.line(format_args!(
            "{dir} and the database hold the same {} operations of {race}: state {}",
            here.op_count, here.state
        ))?;
    }
    if !is_same {
        console.remark(format_args!(
            "✗ the folder and the database differ: {} operations here, {} there. Nothing was taken away; if servers are \
             at work, try again when they are quiet",
            here.op_count, there.op_count
        ));
    }
    if is_new {
        console.remark(format_args!(
            "This folder has a new key. If it is to write, a captain or the director approves it: bibtrail approve DIR {}",
            store.own_log().short()
        ));
    }
    Ok(if is_same { crate::OK } else { crate::FAILED })
}

/// The race that is meant.
fn wanted(address: &Address, args: &args::Move) -> Result<Origin, Error> {
    let mut races = Link::open(address).and_then(|mut link| link.races()).map_err(ServerError::from)?;
    if let Some(race) = args.race {
        let found = races.into_iter().find(|origin| origin.race == race);
        return found.ok_or_else(|| ServerError::from(SharedError::NoRace(race)).into());
    }
    match (races.pop(), races.is_empty()) {
        (Some(only), true) => Ok(only),
        (last, _) => {
            let known = races.into_iter().chain(last).map(|origin| origin.race.to_string());
            Err(Error::WhichRace(known.collect::<Vec<_>>().join(", ")))
        }
    }
}

/// What a replica comes to that is made from the database alone.
fn made_from(address: &Address, store: &Store) -> Result<bibtrail_core::store::Digest, Error> {
    let room = tempfile::tempdir()?;
    let folder = Folder::ephemeral(&room.path().join("copy"));
    let mut copy = folder.join(store.origin(), None, host::random()?)?;
    Side::begin(address.clone(), &mut copy).map_err(ServerError::from)?;
    Ok(copy.digest()?)
}
