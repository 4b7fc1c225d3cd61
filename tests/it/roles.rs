//! The table of rights in `docs/roles.md`, cell by cell, with real stores and in every order of arrival.
//!
//! Invariant: the document is what is tested: a row or column that no test knows fails, and so does one that is gone.

mod flood;
mod lineage;
mod phones;
mod rows;
mod tickets;

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    bundle,
    ids::{BootId, LogId, OpRef, RaceId},
    log::{Segment, chain_next, chain_start},
    members::{enrol_signature, ticket_signature},
    op::{Approve, Body, Enrol, Op, Role, ScanKind, Ticket, TicketProof},
    race::Origin,
    state::Sighting,
    store::{Durability, Place, Store},
    time::Reading,
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, identity, key, log, scan},
};
use rows::{ROWS, Row, Subject, Whose};

const DOC: &str = include_str!("../../docs/roles.md");

/// The number of the root key.
const ROOT: u64 = 999;
/// The numbers of the phone that acts, of another that recorded something, of one that is spoken about, of a ticket.
const ACTOR: u64 = 1;
const OTHER: u64 = 2;
const SUBJECT: u64 = 3;
const TICKET: u64 = 4;

fn place() -> Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

/// A replica of headquarters' race, with what is in the bundle.
fn phone(n: u64, bundle: &[u8]) -> Store {
    Store::join(place(), identity(n), bundle).unwrap()
}

fn all(store: &mut Store) -> Vec<u8> {
    store.bundle(&BTreeMap::new()).unwrap()
}

/// Joins with no ticket.
fn introduce(store: &mut Store, checkpoint: Option<&str>) {
    store.enrol(Enrol { checkpoint: checkpoint.map(key), ..Enrol::default() }).unwrap();
}

/// Joins by a ticket; `is_signed` by the root key.
fn enrol_by(store: &mut Store, n: u64, role: Role, checkpoints: &[&str], is_signed: bool) {
    let ticket = ticket(role, checkpoints);
    let root = is_signed.then(|| ticket_signature(&identity(ROOT), store.race(), &ticket));
    let ticket = Ticket { root, ..ticket };
    let signature = enrol_signature(&identity(TICKET), store.race(), log(n));
    let ticket = Some(TicketProof { ticket, signature });
    store.enrol(Enrol { ticket, checkpoint: Some(key("k1")), ..Enrol::default() }).unwrap();
}

fn ticket(role: Role, checkpoints: &[&str]) -> Ticket {
    Ticket {
        key: log(TICKET),
        role,
        checkpoints: checkpoints.iter().map(|name| key(name)).collect(),
        root: None,
    }
}

fn approval(log: LogId, role: Role, checkpoints: &[&str]) -> Approve {
    let checkpoints = checkpoints.iter().map(|name| key(name)).collect();
    Approve { log, role, checkpoints, cancels: Vec::new(), reason: None }
}

/// Headquarters: two entrants, the second said to have dropped out; its clock is the race's.
fn headquarters() -> Store {
    let mut hq = world::director(place(), 2).unwrap();
    let reading = Reading { boot: BootId([9; 8]), boot_ms: 0, wall_ms: world::START_MS };
    hq.enrol(Enrol { reading: Some(reading), ..Enrol::default() }).unwrap();
    hq.put(world::entrant(2).0, vec![rows::status("dnf", Some("k2"))], None).unwrap();
    hq
}

/// What a row's closures need to know.
struct Case {
    /// The scan that is corrected.
    scan: OpRef,
    /// The operation that is tried.
    at: OpRef,
}

/// Who acts: the columns of the table; two kinds of revoked ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Actor {
    Director,
    Captain,
    Volunteer,
    Pending,
    OnceCaptain,
    OnceDirector,
}

impl Actor {
    fn of_column(column: &str) -> &'static [Self] {
        match column {
            "director" => &[Self::Director],
            "captain" => &[Self::Captain],
            "volunteer" => &[Self::Volunteer],
            "pending" => &[Self::Pending],
            "revoked" => &[Self::OnceCaptain, Self::OnceDirector],
            other => panic!("no test knows the column {other}"),
        }
    }

    fn granted(self) -> Option<Role> {
        match self {
            Self::Captain | Self::OnceCaptain => Some(Role::Captain),
            Self::Volunteer => Some(Role::Volunteer),
            _ => None,
        }
    }

    fn is_revoked(self) -> bool {
        matches!(self, Self::OnceCaptain | Self::OnceDirector)
    }
}

/// The table: for each row its name, and column by column whether it counts.
fn table() -> BTreeMap<String, BTreeMap<String, bool>> {
    let cells = |line: &str| -> Vec<String> {
        line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect()
    };
    let lines: Vec<&str> = DOC.lines().skip_while(|line| !line.starts_with("| operation |")).collect();
    let columns = cells(lines[0]);
    let mut table = BTreeMap::new();
    for line in lines[2..].iter().take_while(|line| line.starts_with('|')) {
        let row = cells(line);
        assert_eq!(row.len(), columns.len(), "{line}");
        let verdict = |cell: &String| match cell.as_str() {
            "counts" => true,
            "shown" => false,
            other => panic!("{other} in the row {}", row[0]),
        };
        let verdicts = columns[1..].iter().cloned().zip(row[1..].iter().map(verdict)).collect();
        assert!(table.insert(row[0].clone(), verdicts).is_none(), "{} stands there twice", row[0]);
    }
    table
}

#[test]
fn the_table_has_the_rows_and_columns_that_are_tried() {
    let table = table();
    let known: BTreeSet<&str> = ROWS.iter().map(|row| row.name).collect();
    assert_eq!(known.len(), ROWS.len());
    assert_eq!(table.keys().map(String::as_str).collect::<BTreeSet<_>>(), known);
    let columns = BTreeSet::from(["director", "captain", "volunteer", "pending", "revoked"]);
    for (name, row) in &table {
        assert_eq!(row.keys().map(String::as_str).collect::<BTreeSet<_>>(), columns, "{name}");
    }
}

fn check_column(column: &str) {
    let table = table();
    let (mut cells, mut orders) = (0, 0);
    for row in ROWS {
        for actor in Actor::of_column(column) {
            orders += check(row, *actor, table[row.name][column]);
            cells += 1;
        }
    }
    println!("{column}: {cells} cells in {orders} orders");
}

#[test]
fn what_a_director_may() {
    check_column("director");
}

#[test]
fn what_a_captain_may() {
    check_column("captain");
}

#[test]
fn what_a_volunteer_may() {
    check_column("volunteer");
}

#[test]
fn what_a_pending_phone_may() {
    check_column("pending");
}

#[test]
fn what_a_revoked_phone_may() {
    check_column("revoked");
}

/// The other phone's part in a row: it recorded the scan, or it is spoken about.
fn bystander(row: &Row, base: &[u8]) -> Option<(Vec<u8>, Option<OpRef>)> {
    let (mut store, mut at) = (None, None);
    if let Whose::Another(checkpoint) = row.scan {
        let other = store.insert(phone(OTHER, base));
        world::enrol(other, OTHER, Role::Volunteer, &[]).unwrap();
        at = Some(other.record(&[scan("1", checkpoint, ScanKind::In, 1000)]).unwrap()[0].at());
    }
    if row.subject != Subject::None {
        let subject = store.insert(phone(SUBJECT, base));
        match row.subject {
            Subject::None => {}
            Subject::Pending(checkpoint) => introduce(subject, Some(checkpoint)),
            Subject::Granted(role, checkpoints) => world::enrol(subject, SUBJECT, role, checkpoints).unwrap(),
            Subject::Invited(role, checkpoints) => enrol_by(subject, SUBJECT, role, checkpoints, false),
        }
    }
    store.map(|mut store| (all(&mut store), at))
}

/// Lets the actor try what the row says. Gives the bundles: of what comes first in every order, of the rest.
fn play(row: &Row, actor: Actor) -> (Option<Vec<u8>>, Vec<Vec<u8>>, Case) {
    let mut hq = headquarters();
    let base = all(&mut hq);
    let mut parts = Vec::new();
    let mut phone = phone(ACTOR, &base);
    let mut corrected = OpRef { log: log(ACTOR), seq: 0 };
    if let Some((bundle, at)) = bystander(row, &base) {
        phone.merge(&bundle).unwrap();
        parts.push(bundle);
        corrected = at.unwrap_or(corrected);
    }
    introduce(&mut phone, Some("k1"));
    if actor == Actor::OnceDirector {
        world::enrol(&mut phone, ACTOR, Role::Director, &[]).unwrap();
    }
    let mut since = BTreeMap::new();
    if row.scan == Whose::Own {
        corrected = phone.record(&[scan("1", "k1", ScanKind::In, 1000)]).unwrap()[0].at();
        parts.push(all(&mut phone));
        since = phone.heads().unwrap();
    }
    if let Some(role) = actor.granted() {
        parts.push(word(&mut hq, |hq| drop(hq.approve(approval(log(ACTOR), role, &["k1"])))));
    }
    if actor.is_revoked() {
        hq.merge(&all(&mut phone)).unwrap();
        let root = (actor == Actor::OnceDirector).then(|| identity(ROOT));
        parts.push(word(&mut hq, |hq| drop(hq.revoke(log(ACTOR), None, None, root.as_ref()))));
    }
    (row.act)(&mut phone, &Case { scan: corrected, at: corrected });
    phone.settle().unwrap();
    let at = OpRef { log: log(ACTOR), seq: phone.heads().unwrap()[&log(ACTOR)] };
    parts.push(phone.bundle(&since).unwrap());
    if actor == Actor::Director {
        let known = phone.heads().unwrap();
        world::enrol(&mut phone, ACTOR, Role::Director, &[]).unwrap();
        parts.push(phone.bundle(&known).unwrap());
    }
    // With a revocation there are parts enough: the race's beginning comes first then.
    let first = actor.is_revoked().then(|| base.clone());
    parts.extend((!actor.is_revoked()).then_some(base));
    (first, parts, Case { scan: corrected, at })
}

/// Plays one cell and shows it to observers, to each in another order. Gives the number of orders.
fn check(row: &Row, actor: Actor, counts: bool) -> usize {
    let (first, parts, case) = play(row, actor);
    let first: Vec<Vec<u8>> = first.into_iter().collect();
    in_every_order(&first, &parts, |observer, order| {
        let what = format!("{} by {actor:?} in the order {order:?}", row.name);
        let op = observer.ops(case.at.log, case.at.seq).unwrap()[0].op.clone();
        assert_eq!((row.took)(observer, &case), counts, "{what}");
        if matches!(op, Some(Op { body: Body::Put(_), .. })) {
            assert_eq!(observer.counts(case.at).unwrap(), counts, "{what}");
        }
    })
}

/// Shows bundles to observers, to each in another order, and what came of it to `look`; it must be the same for all.
/// Gives the number of orders.
fn in_every_order(first: &[Vec<u8>], parts: &[Vec<u8>], look: impl Fn(&Store, &[usize])) -> usize {
    let orders = permutations(parts.len());
    let mut seen = BTreeSet::new();
    for order in &orders {
        let mut observer = observer();
        for bundle in first.iter().chain(order.iter().map(|n| &parts[*n])) {
            let report = observer.merge(bundle).unwrap();
            assert!(report.rejected.is_empty(), "{order:?}: {report:?}");
        }
        look(&observer, order);
        assert_eq!(observer.verify().unwrap().problems, [], "{order:?}");
        seen.insert(format!("{:?} {:?}", observer.digest().unwrap(), observer.members().standings()));
    }
    assert_eq!(seen.len(), 1, "the order of arrival decides");
    orders.len()
}

/// The log of number `n` with these operations, as a bundle of its own.
fn bundle_of(n: u64, bodies: impl IntoIterator<Item = Body>) -> Vec<u8> {
    let ops: Vec<Vec<u8>> = (2..).zip(bodies).map(|(depth, body)| Op { depth, body }.encode()).collect();
    let race = headquarters_race();
    let (mut hash, mut segments, mut first_seq) = (chain_start(race, log(n)), Vec::new(), 1);
    for ops in ops.chunks(200) {
        hash = ops.iter().fold(hash, |hash, op| chain_next(hash, op));
        let next_seq = first_seq + ops.len() as u64;
        let head = identity(n).sign_head(race, next_seq - 1, hash);
        segments.push(Segment { log: log(n), first_seq, ops: ops.to_vec(), head });
        first_seq = next_seq;
    }
    bundle::encode(race, &segments)
}

/// A scan of a bib at the finish, as an operation.
fn finish(bib: &str) -> Body {
    Body::Scan(scan(bib, "finish", ScanKind::In, 3_600_000))
}

/// An enrolment by a ticket that the root key signed for this race.
fn enrolment(n: u64, role: Role, checkpoints: &[&str]) -> Body {
    let race = headquarters_race();
    let mut ticket = ticket(role, checkpoints);
    ticket.root = Some(ticket_signature(&identity(ROOT), race, &ticket));
    let signature = enrol_signature(&identity(TICKET), race, log(n));
    Body::Enrol(Box::new(Enrol { ticket: Some(TicketProof { ticket, signature }), ..Enrol::default() }))
}

/// The bibs whose scans are evidence, and those that are only shown.
fn bibs(store: &Store) -> (Vec<String>, Vec<String>) {
    let mut scans = store.scans().unwrap();
    scans.sort_by(|a, b| a.bib.as_str().cmp(b.bib.as_str()));
    let (sure, shown): (Vec<_>, Vec<_>) = scans.into_iter().partition(|scan| scan.is_approved);
    let names = |scans: Vec<Sighting>| scans.iter().map(|scan| scan.bib.to_string()).collect();
    (names(sure), names(shown))
}

fn names(bibs: &[&str]) -> Vec<String> {
    bibs.iter().map(|bib| (*bib).to_owned()).collect()
}

/// What headquarters says next, as a bundle of that alone.
fn word(hq: &mut Store, say: impl FnOnce(&mut Store)) -> Vec<u8> {
    hq.settle().unwrap();
    let known = hq.heads().unwrap();
    say(hq);
    hq.bundle(&known).unwrap()
}

/// A replica that knows only where the race comes from.
fn observer() -> Store {
    let race = headquarters_race();
    let origin = Origin { race, director: log(0), root: log(ROOT) };
    Store::join_empty(place(), identity(70), origin).unwrap()
}

fn headquarters_race() -> RaceId {
    static RACE: std::sync::OnceLock<RaceId> = std::sync::OnceLock::new();
    *RACE.get_or_init(|| headquarters().race())
}

fn permutations(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: Vec<usize>| {
        (0..count).map(move |at| {
            let mut longer = order.clone();
            longer.insert(at, count - 1);
            longer
        })
    };
    permutations(count - 1).into_iter().flat_map(insert).collect()
}
