//! A small race for tests: its setup, its identities, its scans.
//!
//! Invariant: everything is made from numbers the test gives, so a failure can be played again.

use bibtrail_core::{
    ids::{Bib, BootId, EntrantId, Key, LogId, RaceId},
    invitation::Invitation,
    log::Identity,
    members::{enrol_signature, ticket_signature},
    op::{Enrol, Entity, EntityValues, Role, Scan, ScanKind, Ticket, TicketProof, field},
    race::{Checkpoint, Course, RaceSetup, RankBy, Rules, Visit},
    store::{Place, Store, StoreError},
    time::Reading,
};

/// The gun of the test race: 2025-04-06T00:00:00Z.
pub const START_MS: i64 = 1_743_897_600_000;

/// The identity of number `n`.
#[must_use]
pub fn identity(n: u64) -> Identity {
    let mut seed = [0; 32];
    seed[..8].copy_from_slice(&n.to_le_bytes());
    seed[31] = 1;
    Identity::from_seed(seed)
}

/// The log of number `n`.
#[must_use]
pub fn log(n: u64) -> LogId {
    identity(n).log()
}

/// A key; `text` must be one.
///
/// # Panics
/// When it is none.
#[must_use]
#[allow(clippy::expect_used, reason = "a test's own literal")]
pub fn key(text: &str) -> Key {
    Key::new(text).expect("a key")
}

/// A bib; `text` must be one.
///
/// # Panics
/// When it is none.
#[must_use]
#[allow(clippy::expect_used, reason = "a test's own literal")]
pub fn bib(text: &str) -> Bib {
    Bib::new(text).expect("a bib")
}

/// A race from start over k1 (in and out) and k2 to the finish.
#[must_use]
pub fn setup() -> RaceSetup {
    let checkpoint = |name: &str| Checkpoint {
        key: key(name),
        name: name.to_uppercase(),
        names: [("ko".to_owned(), format!("지점 {name}"))].into(),
        place: None,
        pick: None,
        window_ms: None,
    };
    let visit = |name: &str, distance_m, in_out| Visit {
        checkpoint: key(name),
        distance_m,
        in_out,
        cut_off_ms: None,
    };
    RaceSetup {
        name: "Test Race".to_owned(),
        names: [("ko".to_owned(), "시험 경기".to_owned())].into(),
        start_ms: START_MS,
        time_zone: "UTC".to_owned(),
        rank_by: RankBy::Net,
        window_ms: 60_000,
        rules: Rules::default(),
        checkpoints: ["start", "k1", "k2", "finish"].map(checkpoint).into(),
        courses: vec![Course {
            key: key("ten"),
            name: "Ten".to_owned(),
            names: [].into(),
            start_ms: None,
            visits: vec![
                visit("start", 0, false),
                visit("k1", 3000, true),
                visit("k2", 7000, false),
                visit("finish", 10_000, false),
            ],
        }],
    }
}

/// Joins the race of a bundle as identity `n`, a volunteer by a ticket of the root key.
///
/// # Errors
/// When the store fails.
pub fn join(place: Place, n: u64, race: &[u8]) -> Result<Store, StoreError> {
    let mut store = Store::join(place, identity(n), race)?;
    enrol(&mut store, n, Role::Volunteer, &[])?;
    Ok(store)
}

/// Enrols identity `n` by a ticket of the root key.
///
/// # Errors
/// When the store fails.
pub fn enrol(store: &mut Store, n: u64, role: Role, checkpoints: &[&str]) -> Result<(), StoreError> {
    let ticket = Some(proof(store.race(), n, role, checkpoints));
    store.enrol(Enrol { name: format!("phone {n}"), ticket, ..Enrol::default() })?;
    Ok(())
}

/// What proves that identity `n` may join as `role`: a ticket of the root key.
#[must_use]
pub fn proof(race: RaceId, n: u64, role: Role, checkpoints: &[&str]) -> TicketProof {
    let secret = identity(10_000 + n);
    let mut ticket = Ticket {
        key: secret.log(),
        role,
        checkpoints: checkpoints.iter().map(|name| key(name)).collect(),
        root: None,
    };
    ticket.root = Some(ticket_signature(&identity(999), race, &ticket));
    let signature = enrol_signature(&secret, race, identity(n).log());
    TicketProof { ticket, signature }
}

/// A volunteer's invitation by the root key, to the race of the director's replica.
///
/// # Panics
/// When the replica does not hold the race's beginning.
#[must_use]
#[allow(clippy::expect_used, reason = "a test's own replica")]
pub fn invitation(director: &Store, n: u64) -> Invitation {
    let secret = identity(10_000 + n);
    let mut ticket = Ticket { key: secret.log(), role: Role::Volunteer, checkpoints: Vec::new(), root: None };
    ticket.root = Some(ticket_signature(&identity(999), director.race(), &ticket));
    let genesis = director.genesis().ok().flatten().expect("the race's beginning");
    Invitation { genesis, ticket, secret: secret.secret(), servers: Vec::new() }
}

/// A director's replica with the test race and `entrants` entrants, bibs from 1.
///
/// # Errors
/// When the store fails.
pub fn director(place: Place, entrants: u32) -> Result<Store, StoreError> {
    let mut store = Store::create(place, identity(0), "Test Race", log(999), [7; 16])?;
    store.put_all(setup().values(), None)?;
    store.put_all((1..=entrants).map(entrant).collect(), None)?;
    store.settle()?;
    Ok(store)
}

/// Entrant number `n`, who wears bib `n`.
#[must_use]
pub fn entrant(n: u32) -> EntityValues {
    let mut random = [0; 16];
    random[..4].copy_from_slice(&n.to_le_bytes());
    let values = vec![
        (field::BIB, n.to_string().as_str().into()),
        (field::NAME, format!("Runner {n}").as_str().into()),
        (field::GENDER, if n.is_multiple_of(2) { "F" } else { "M" }.into()),
        (field::NATION, ["KOR", "ETH", "GBR"][n as usize % 3].into()),
    ];
    (Entity::Entrant(EntrantId::from_random(random)), values)
}

/// A scan, `ms` after the gun.
#[must_use]
pub fn scan(bib_text: &str, checkpoint: &str, kind: ScanKind, ms: i64) -> Scan {
    let reading =
        Reading { boot: BootId([1; 8]), boot_ms: ms.max(0).cast_unsigned(), wall_ms: START_MS + ms };
    Scan::new(bib(bib_text), key(checkpoint), kind, reading)
}
