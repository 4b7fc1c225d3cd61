//! `print`: bibs, posters, tally sheets, drop forms and results as PDF.
//!
//! Invariant: printing writes one file and no operation; the same replica prints the same bytes.

use std::collections::BTreeSet;

use bibtrail_core::{
    ids::{Bib, Key},
    invitation::{Invitation, Server},
    log::Identity,
    members::ticket_signature,
    op::{Role, Ticket},
    race::{Checkpoint, Course, RaceSetup},
    results::results,
    state::EntrantRow,
    store::Store,
    view::Standings,
};
use bibtrail_print::{bibs, drops, font::Fonts, page, posters, standings, tally};
use serde_json::json;

use super::{exchange::write_whole, find_checkpoint, members, open, standings::known_and_open};
use crate::{
    Error,
    args::{self, Codes, Paper, Printed},
    console::Console,
    fonts,
    replica::Folder,
};

/// A document, and what it holds so many of.
type Made = (Vec<u8>, usize, &'static str);

pub(super) fn print(args: &args::Print, console: &mut Console<'_>) -> Result<u8, Error> {
    refuse_strangers(args)?;
    let store = open(&args.dir, console)?;
    let setup = store.setup()?;
    let entrants = store.entrants()?;
    let mut needed = text_of(&setup, &entrants);
    if args.what == Printed::Posters {
        needed.push_str(&bibtrail_print::words_for(&setup));
    }
    let fonts = fonts::for_text(&needed, args.font.as_deref())?;
    let bar = console.spinner();
    let mut progress = |done: usize| bar.set_message(format!("{done} done"));
    let (bytes, count, of) = match args.what {
        Printed::Bibs => print_bibs(args, &setup, entrants, &fonts, &mut progress)?,
        Printed::Posters => print_posters(args, &store, &setup, &fonts)?,
        Printed::Tally => print_tally(args, &setup, &entrants, &fonts, &mut progress)?,
        Printed::Drops => {
            let checkpoints = checkpoints(args, &setup)?;
            (drops::pdf(&setup, &checkpoints, paper(args), &fonts)?, checkpoints.len(), "checkpoints")
        }
        Printed::Results => print_results(args, &store, &setup, &fonts)?,
    };
    bar.finish_and_clear();
    write_whole(&args.output, &bytes)?;
    if args.json {
        console.json(&json!({ "file": args.output, "bytes": bytes.len(), "holds": of, "count": count }))?;
    } else {
        console.line(format_args!("{}: {count} {of}, {} bytes", args.output.display(), bytes.len()))?;
    }
    Ok(crate::OK)
}

/// Options that belong to another document.
fn refuse_strangers(args: &args::Print) -> Result<(), Error> {
    use Printed::{Bibs, Drops, Posters, Results, Tally};
    let given: [(&'static str, bool, &[Printed]); 8] = [
        ("course", args.course.is_some(), &[Bibs, Results]),
        ("checkpoint", !args.checkpoint.is_empty(), &[Posters, Tally, Drops]),
        ("bib", !args.bib.is_empty(), &[Bibs]),
        ("per-page", args.per_page.is_some(), &[Bibs]),
        ("code", args.code.is_some(), &[Bibs]),
        ("crop-marks", args.crop_marks, &[Bibs]),
        ("role", args.role.is_some(), &[Posters]),
        ("server", !args.server.is_empty(), &[Posters]),
    ];
    let printed = match args.what {
        Bibs => "bibs",
        Posters => "posters",
        Tally => "tally sheets",
        Drops => "drop forms",
        Results => "results",
    };
    match given.into_iter().find(|(_, is_given, with)| *is_given && !with.contains(&args.what)) {
        Some((option, ..)) => Err(Error::NotForThis { option, printed }),
        None => Ok(()),
    }
}

/// All that people wrote in this race: what fonts are looked for by.
pub(super) fn text_of(setup: &RaceSetup, entrants: &[EntrantRow]) -> String {
    let names = |name: &str, names: &std::collections::BTreeMap<String, String>| {
        std::iter::once(name.to_owned()).chain(names.values().cloned()).collect::<String>()
    };
    let mut characters: BTreeSet<char> = names(&setup.name, &setup.names).chars().collect();
    setup.checkpoints.iter().for_each(|c| characters.extend(names(&c.name, &c.names).chars()));
    setup.courses.iter().for_each(|c| characters.extend(names(&c.name, &c.names).chars()));
    for entrant in entrants {
        let bib = entrant.bib.as_ref().map(Bib::as_str);
        let facts = [&entrant.team, &entrant.nation, &entrant.category, &entrant.wave, &entrant.gender];
        let texts = facts.into_iter().flatten().map(String::as_str).chain(bib);
        let texts = texts.chain(entrant.legs.iter().map(String::as_str));
        texts.chain([entrant.name.as_str()]).for_each(|text| characters.extend(text.chars()));
    }
    characters.into_iter().collect()
}

fn paper(args: &args::Print) -> page::Paper {
    match args.paper {
        Paper::A4 => page::Paper::A4,
        Paper::A5 => page::Paper::A5,
        Paper::Letter => page::Paper::Letter,
    }
}

/// The course that a person means, by key or name.
pub(super) fn find_course<'a>(setup: &'a RaceSetup, given: &str) -> Result<&'a Course, Error> {
    let is_meant = |course: &&Course| course.key.as_str() == given || course.name.eq_ignore_ascii_case(given);
    setup.courses.iter().find(is_meant).ok_or_else(|| Error::NoCourse {
        given: given.to_owned(),
        known: setup.courses.iter().map(|c| c.key.to_string()).collect::<Vec<_>>().join(", "),
    })
}

fn checkpoints<'a>(args: &args::Print, setup: &'a RaceSetup) -> Result<Vec<&'a Checkpoint>, Error> {
    let wanted: Vec<Key> =
        args.checkpoint.iter().map(|text| find_checkpoint(setup, text)).collect::<Result<_, _>>()?;
    let is_wanted = |c: &&Checkpoint| wanted.is_empty() || wanted.contains(&c.key);
    let found: Vec<_> = setup.checkpoints.iter().filter(is_wanted).collect();
    if found.is_empty() { Err(Error::NothingToPrint("the race has no checkpoints yet")) } else { Ok(found) }
}

fn print_bibs(
    args: &args::Print,
    setup: &RaceSetup,
    mut entrants: Vec<EntrantRow>,
    fonts: &Fonts,
    progress: &mut dyn FnMut(usize),
) -> Result<Made, Error> {
    let course = args.course.as_ref().map(|given| find_course(setup, given)).transpose()?;
    let wanted: Vec<Bib> = args.bib.iter().map(|bib| Bib::new(bib)).collect::<Result<_, _>>()?;
    let wears = |entrant: &EntrantRow, bib: &Bib| entrant.bib.as_ref() == Some(bib);
    if let Some(bib) = wanted.iter().find(|bib| !entrants.iter().any(|entrant| wears(entrant, bib))) {
        return Err(Error::UnknownBib(bib.to_string()));
    }
    entrants.retain(|entrant| {
        let is_on = course.is_none_or(|course| {
            setup.course(entrant.course.as_ref()).is_some_and(|own| own.key == course.key)
        });
        let has_bib = entrant.bib.as_ref().is_some_and(|bib| !bib.is_empty());
        is_on && has_bib && (wanted.is_empty() || wanted.iter().any(|bib| wears(entrant, bib)))
    });
    if entrants.is_empty() {
        return Err(Error::NothingToPrint("no entrant has a bib here"));
    }
    let codes = match args.code {
        None | Some(Codes::Qr) => bibs::Codes::Qr,
        Some(Codes::Code128) => bibs::Codes::Code128,
        Some(Codes::Both) => bibs::Codes::Both,
    };
    let job = bibs::Job {
        setup,
        entrants: &entrants,
        paper: paper(args),
        per_page: args.per_page.unwrap_or(2),
        codes,
        crop_marks: args.crop_marks,
    };
    Ok((bibs::pdf(&job, fonts, progress)?, entrants.len(), "bibs"))
}

/// Tickets of posters are made from the root key, so a poster that was rained on is printed again as it was, and nothing
/// needs to be written down: the root key's word proves itself.
fn print_posters(args: &args::Print, store: &Store, setup: &RaceSetup, fonts: &Fonts) -> Result<Made, Error> {
    let root = Folder::new(&args.dir).root()?.ok_or_else(|| Error::NoPosters(args.dir.clone()))?;
    let checkpoints = checkpoints(args, setup)?;
    let genesis = store.genesis()?.ok_or_else(|| Error::NoGenesis(args.dir.clone()))?;
    let role = args.role.map_or(Role::Volunteer, members::role);
    let own = store.own_log();
    let servers: Vec<Server> =
        args.server.iter().map(|address| Server { address: address.clone(), log: Some(own) }).collect();
    let invite = |checkpoint: &Checkpoint| {
        let secret = ticket_secret(&root, store, role, &checkpoint.key);
        let key = Identity::from_seed(secret).log();
        let mut ticket = Ticket { key, role, checkpoints: vec![checkpoint.key.clone()], root: None };
        ticket.root = Some(ticket_signature(&root, store.race(), &ticket));
        let invitation = Invitation { genesis: genesis.clone(), ticket, secret, servers: servers.clone() };
        (invitation.link(), key.short())
    };
    let tickets: Vec<_> = checkpoints.iter().map(|checkpoint| invite(checkpoint)).collect();
    let posters: Vec<posters::Poster<'_>> = checkpoints
        .iter()
        .zip(&tickets)
        .map(|(checkpoint, (link, ticket))| posters::Poster {
            checkpoint,
            role,
            link,
            ticket: ticket.to_string(),
        })
        .collect();
    Ok((posters::pdf(setup, &posters, paper(args), fonts)?, posters.len(), "posters"))
}

/// The seed of a poster's ticket (docs/print.md).
fn ticket_secret(root: &Identity, store: &Store, role: Role, checkpoint: &Key) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new_derive_key("bibtrail 2026 poster ticket v0");
    hasher.update(&root.secret());
    hasher.update(store.race().0.as_bytes());
    hasher.update(role.as_str().as_bytes());
    hasher.update(&[0]);
    hasher.update(checkpoint.as_str().as_bytes());
    hasher.finalize().into()
}

fn print_tally(
    args: &args::Print,
    setup: &RaceSetup,
    entrants: &[EntrantRow],
    fonts: &Fonts,
    progress: &mut dyn FnMut(usize),
) -> Result<Made, Error> {
    let checkpoints = checkpoints(args, setup)?;
    let job = tally::Job { setup, entrants, checkpoints: &checkpoints, paper: paper(args) };
    Ok((tally::pdf(&job, fonts, progress)?, checkpoints.len(), "checkpoints"))
}

fn print_results(args: &args::Print, store: &Store, setup: &RaceSetup, fonts: &Fonts) -> Result<Made, Error> {
    let course = args.course.as_ref().map(|given| find_course(setup, given)).transpose()?;
    let (known, still_open) = known_and_open(store)?;
    let results = results(&known);
    let shown = Standings::judged(setup, &results, &still_open);
    let is_wanted = |key: &Key| course.is_none_or(|course| course.key == *key);
    let courses = results.courses.iter().filter(|c| is_wanted(&c.course.key));
    let count = courses.map(|course| course.runners.len()).sum::<usize>()
        + if course.is_none() { results.others.len() } else { 0 };
    if count == 0 {
        return Err(Error::NothingToPrint("nobody is entered, and nobody was seen"));
    }
    let job = standings::Job {
        setup,
        results: &results,
        course: course.map(|course| course.key.as_str()),
        standings: &shown,
        paper: paper(args),
    };
    Ok((standings::pdf(&job, fonts)?, count, "runners"))
}
