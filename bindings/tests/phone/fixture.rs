//! The race of the script: made from fixed keys, kept as a file that all languages read.

use std::{collections::BTreeMap, fs, path::PathBuf};

use bibtrail_core::{
    ids::{BootId, EntrantId, Key},
    invitation::{Invitation, Server},
    log::Identity,
    members::ticket_signature,
    op::{Enrol, Entity, Role, Ticket, field},
    store::{Durability, FileJournal, Place, Store},
    time::Reading,
};

use crate::host::GUN_MS;

/// Where the files of the script lie.
pub(crate) fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../tests/data/phone")
}

/// The race, as a bundle and its tickets by name.
pub(crate) fn race(name: &str) -> (Vec<u8>, Vec<(&'static str, String)>) {
    let place = tempfile::tempdir().unwrap();
    let root = Identity::from_seed([201; 32]);
    let at = Place {
        database: place.path().join("store.sqlite"),
        vfs: None,
        journal: Box::new(FileJournal::open(&place.path().join("journal")).unwrap()),
        durability: Durability::Off,
    };
    let mut store = Store::create(at, Identity::from_seed([200; 32]), name, root.log(), [7; 16]).unwrap();
    let boot = BootId::of(store.race(), b"hq");
    let reading = Reading { boot, boot_ms: 5_000_000, wall_ms: GUN_MS - 1_000_000 };
    store.enrol(Enrol { name: "hq".to_owned(), reading: Some(reading), ..Enrol::default() }).unwrap();
    let file = fs::read(folder().join("race.toml")).unwrap();
    let setup = bibtrail_formats::read::race_file::parse(&file).unwrap();
    store.put_all(setup.values(), None).unwrap();
    store.put_all(entrants(), None).unwrap();
    let mut tickets = Vec::new();
    for (n, (name, role, places)) in
        [("volunteer", Role::Volunteer, vec![]), ("captain", Role::Captain, vec!["aid"])]
            .into_iter()
            .enumerate()
    {
        let secret = [210 + u8::try_from(n).unwrap(); 32];
        let checkpoints = places.iter().map(|key| Key::new(key).unwrap()).collect();
        let mut ticket = Ticket { key: Identity::from_seed(secret).log(), role, checkpoints, root: None };
        ticket.root = Some(ticket_signature(&root, store.race(), &ticket));
        let genesis = store.genesis().unwrap().unwrap();
        store.invite(ticket.clone()).unwrap();
        let servers = vec![Server { address: "192.0.2.7:4747".to_owned(), log: Some(store.own_log()) }];
        tickets.push((name, Invitation { genesis, ticket, secret, servers }.link()));
    }
    store.settle().unwrap();
    (store.bundle(&BTreeMap::new()).unwrap(), tickets)
}

fn entrants() -> Vec<bibtrail_core::op::EntityValues> {
    let long = (101..=106).map(|bib| (bib, "long"));
    let short = (201..=203).map(|bib| (bib, "short"));
    let names = ["김하나", "Ana Ruiz", "Tom Berg", "ليلى", "王芳", "Zoé", "Ida", "Max", "Lee"];
    let entrant = |(n, (bib, course)): (u8, (i32, &str))| {
        let id = EntrantId::from_random([n; 16]);
        let values = vec![
            (field::BIB, bib.to_string().as_str().into()),
            (field::NAME, names[usize::from(n)].into()),
            (field::COURSE, course.into()),
        ];
        (Entity::Entrant(id), values)
    };
    (0..).zip(long.chain(short)).map(entrant).collect()
}

/// The files that languages without the core read are what the core makes.
#[test]
fn files_of_the_script_are_current() {
    let (bundle, tickets) = race("Ridge Run");
    let (other, _) = race("Another Run");
    let mut damaged = bundle.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 1;
    let links: String = tickets.iter().map(|(name, link)| format!("{name} {link}\n")).collect();
    for (name, made) in [
        ("race.bibtrail", bundle),
        ("other-race.bibtrail", other),
        ("damaged.bibtrail", damaged),
        ("tickets.txt", links.into_bytes()),
    ] {
        let path = folder().join(name);
        if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
            fs::write(&path, &made).unwrap();
        }
        assert!(fs::read(&path).unwrap() == made, "{name} is another now: a format changed");
    }
}
