//! `ticket`, `join`, `approve`, `revoke`: who may say what.
//!
//! Invariant: a ticket that is damaged, of another race or not honest is refused before a folder is made or changed.

use std::{fs, path::Path};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use bibtrail_core::{
    ids::Key,
    invitation::{Invitation, SCHEME, Server},
    log::Identity,
    members::ticket_signature,
    op::{Approve, Enrol, Role, Ticket},
    store::{Store, StoreError},
};
use bibtrail_formats::record::parameterized;
use bibtrail_transport::qr;
use serde_json::json;

use super::{find_checkpoint, keep, open};
use crate::{
    Error,
    args::{self, RoleName},
    console::Console,
    host,
    replica::Folder,
};

pub(super) fn ticket(args: &args::Ticket, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let own = store.own_log();
    let servers =
        args.server.iter().map(|address| Server { address: address.clone(), log: Some(own) }).collect();
    let invitation = mint(&mut store, &args.dir, role(args.role), &args.checkpoint)?;
    let link = Invitation { servers, ..invitation }.link();
    show_ticket(args, &link, console)
}

/// Makes a ticket, signed by the root key where that is here, and writes it down.
pub(super) fn mint(
    store: &mut Store,
    dir: &Path,
    role: Role,
    places: &[String],
) -> Result<Invitation, Error> {
    let invitation = draw_up(store, dir, role, places)?;
    store.invite(invitation.ticket.clone())?;
    store.settle()?;
    Folder::new(dir).leave_mark(store);
    Ok(invitation)
}

/// A ticket, signed by the root key where that is here.
fn draw_up(store: &Store, dir: &Path, role: Role, places: &[String]) -> Result<Invitation, Error> {
    let race = store.setup()?;
    let checkpoints: Vec<Key> =
        places.iter().map(|text| find_checkpoint(&race, text)).collect::<Result<_, _>>()?;
    if role == Role::Captain && checkpoints.is_empty() {
        return Err(Error::CaptainWhere);
    }
    let root = Folder::new(dir).root()?;
    if role == Role::Director && root.is_none() {
        return Err(Error::NoRootKey(dir.to_owned()));
    }
    let secret: [u8; 32] = host::random()?;
    let mut ticket = Ticket { key: Identity::from_seed(secret).log(), role, checkpoints, root: None };
    ticket.root = root.map(|root| ticket_signature(&root, store.race(), &ticket));
    let genesis = store.genesis()?.ok_or_else(|| Error::NoGenesis(dir.to_owned()))?;
    Ok(Invitation { genesis, ticket, secret, servers: Vec::new() })
}

pub(super) fn sign_in(args: &args::SignIn, console: &mut Console<'_>) -> Result<u8, Error> {
    let room = tempfile::tempdir()?;
    let (store, invitation, is_in_use) = match open(&args.dir, console) {
        Ok(mut store) => {
            let invitation = mint(&mut store, &args.dir, role(args.role), &args.checkpoint)?;
            (store, invitation, false)
        }
        Err(Error::Replica { source: StoreError::Locked, .. }) => {
            // What the root key signed counts wherever it is shown. Anything else must be written down to count.
            if args.door || Folder::new(&args.dir).root()?.is_none() {
                return Err(Error::WhileServed(args.dir.clone()));
            }
            let store = keep::beside(&args.dir, room.path())?;
            let invitation = draw_up(&store, &args.dir, role(args.role), &args.checkpoint)?;
            (store, invitation, true)
        }
        Err(error) => return Err(error),
    };
    let (key, url) = (invitation.ticket.key, args.url.trim_end_matches('/'));
    let secret = URL_SAFE_NO_PAD.encode(invitation.secret);
    let number = bibtrail_server::door::number(store.race());
    let name = parameterized(&store.setup()?.name);
    // What stands after # stays in the browser, and comes into no log of a proxy.
    let text = match args.door {
        true => format!("{url}/webhooks/raceresult?token={secret}&event_group_name={name}"),
        false => format!("{url}{}", sign_in_path(&invitation)),
    };
    if let Some(path) = &args.png {
        fs::write(path, qr::text_png(&text, 6)?).map_err(Error::file(path))?;
    }
    if args.json {
        let token = args.door.then_some(&secret);
        let role = invitation.ticket.role.as_str();
        console.json(&json!({ "link": text, "token": token, "role": role, "ticket": key.to_string(), "group": number }))?;
        return Ok(crate::OK);
    }
    if args.door {
        console.line(format_args!("RACE RESULT, exporter \"Raw Data Record JSON\":\n  {text}"))?;
        console.line(format_args!(
            "OST Remote and others that speak to OpenSplitTime: server {url}, any e-mail address, event group {number}, password\n  {secret}"
        ))?;
    } else {
        console.line(&text)?;
        console.line(qr::text_terminal(&text)?)?;
    }
    // A ticket that stands in no log is known by its whole key alone.
    let (dir, name) = (args.dir.display(), if is_in_use { key.to_string() } else { key.short() });
    console.line(format_args!("Take it back: bibtrail revoke {dir} {name}"))?;
    Ok(crate::OK)
}

/// Where a browser signs in by an invitation.
pub(super) fn sign_in_path(invitation: &Invitation) -> String {
    format!("/sign-in#{}", invitation.link().trim_start_matches(SCHEME))
}

fn show_ticket(args: &args::Ticket, link: &str, console: &mut Console<'_>) -> Result<u8, Error> {
    if let Some(path) = &args.png {
        fs::write(path, qr::text_png(link, 6)?).map_err(Error::file(path))?;
    }
    if args.json {
        console.json(&json!({ "link": link, "role": role(args.role).as_str() }))?;
        return Ok(crate::OK);
    }
    console.line(link)?;
    console.line(qr::text_terminal(link)?)?;
    Ok(crate::OK)
}

pub(super) fn role(name: RoleName) -> Role {
    match name {
        RoleName::Pending => Role::Pending,
        RoleName::Volunteer => Role::Volunteer,
        RoleName::Captain => Role::Captain,
        RoleName::Director => Role::Director,
    }
}

pub(super) fn join(args: &args::Join, console: &mut Console<'_>) -> Result<u8, Error> {
    let invitation = Invitation::read(&args.link)?;
    let origin = invitation.origin()?;
    let folder = Folder::new(&args.dir);
    let bundle = args.file.as_ref().map(|path| fs::read(path).map_err(Error::file(path))).transpose()?;
    let mut store = folder.join(origin, bundle.as_deref(), host::random()?)?;
    let enrolled = enrol(&mut store, args, &invitation).and_then(|()| folder.keep_ticket(&invitation));
    if enrolled.is_err() {
        drop(store);
        folder.unmake();
    }
    enrolled?;
    let role = invitation.ticket.role.as_str();
    console.line(format_args!(
        "{} · joined as {} ({role}) in {}",
        invitation.race_name(),
        args.name,
        args.dir.display()
    ))?;
    if invitation.ticket.role == Role::Pending {
        console
            .line("Scans are kept and shown at once; they count when a captain or the director approves")?;
    }
    for server in &invitation.servers {
        let (dir, address) = (args.dir.display(), &server.address);
        console.line(format_args!("Next: bibtrail sync {dir} {address}"))?;
    }
    Ok(crate::OK)
}

fn enrol(store: &mut Store, args: &args::Join, invitation: &Invitation) -> Result<(), Error> {
    let race = store.setup()?;
    let checkpoint = match &args.checkpoint {
        Some(text) if race.checkpoints.is_empty() => {
            // The settings are not here yet; a key can be taken on trust, a name cannot.
            Some(Key::new(text).map_err(|_| Error::CheckpointKey(text.clone()))?)
        }
        Some(text) => Some(find_checkpoint(&race, text)?),
        None => invitation.ticket.checkpoints.first().cloned(),
    };
    let enrol = Enrol {
        name: args.name.clone(),
        checkpoint,
        reading: Some(host::reading(store.race())?),
        ticket: Some(invitation.proof(store.own_log())?),
        ..Enrol::default()
    };
    store.enrol(enrol)?;
    store.settle()?;
    Ok(())
}

pub(super) fn approve(args: &args::Approve, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let race = store.setup()?;
    let log = store.find_log(&args.log)?;
    let checkpoints: Vec<Key> =
        args.checkpoint.iter().map(|text| find_checkpoint(&race, text)).collect::<Result<_, _>>()?;
    let role = role(args.role);
    if role == Role::Captain && checkpoints.is_empty() {
        return Err(Error::CaptainWhere);
    }
    if role == Role::Director {
        return Err(Error::NoRootKey(args.dir.clone()));
    }
    let reason = args.reason.clone();
    store.approve(Approve { log, role, checkpoints, cancels: Vec::new(), reason })?;
    store.settle()?;
    told(&store, log, role, console)
}

/// Says what the log may do now; not what was asked for, if this replica had no right to give it.
fn told(
    store: &Store,
    log: bibtrail_core::ids::LogId,
    wanted: Role,
    console: &mut Console<'_>,
) -> Result<u8, Error> {
    let standing = store.members().standing(log);
    let held = standing.role.unwrap_or(Role::Pending);
    if held < wanted || standing.cut.is_some() {
        return Err(Error::NoRight);
    }
    console.line(format_args!("✓ {} is {}", log.short(), held.as_str()))?;
    Ok(crate::OK)
}

pub(super) fn revoke(args: &args::Revoke, console: &mut Console<'_>) -> Result<u8, Error> {
    let mut store = open(&args.dir, console)?;
    let log = store.find_log(&args.log)?;
    let root = Folder::new(&args.dir).root()?;
    store.revoke(log, args.up_to, args.reason.as_deref(), root.as_ref())?;
    store.settle()?;
    match store.members().standing(log).cut {
        Some(cut) => {
            console.line(format_args!(
                "✓ {} counts up to operation {cut}; what comes after is kept and shown, and clears nobody",
                log.short()
            ))?;
            Ok(crate::OK)
        }
        None => Err(Error::NoRight),
    }
}
