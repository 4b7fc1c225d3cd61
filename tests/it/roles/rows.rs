//! The rows of the table of rights: how each operation is tried, and how to see whether it took effect.
//!
//! Invariant: a row is named as in `docs/roles.md`; `k1` is the actor's own checkpoint, `k2` is elsewhere.

use bibtrail_core::{
    closing::Closing,
    ids::{BootId, FindingId, LogId},
    op::{ClockContact, Entity, Role, Safety, ScanKind, Status, StatusCode, Value, field},
    store::Store,
    time::Reading,
};
use bibtrail_tests::world::{self, bib, identity, key, log, scan};

use super::{Case, ROOT, SUBJECT, approval, ticket};

/// Whose scan is corrected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whose {
    Nobody,
    Own,
    Another(&'static str),
}

/// Who is spoken about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Subject {
    None,
    /// A phone without a ticket that says where it stands.
    Pending(&'static str),
    /// One with a ticket of the root key.
    Granted(Role, &'static [&'static str]),
    /// One with a ticket that somebody must have written down.
    Invited(Role, &'static [&'static str]),
}

pub(super) struct Row {
    pub(super) name: &'static str,
    pub(super) scan: Whose,
    pub(super) subject: Subject,
    pub(super) act: fn(&mut Store, &Case),
    pub(super) took: fn(&Store, &Case) -> bool,
}

type Act = fn(&mut Store, &Case);
type Took = fn(&Store, &Case) -> bool;

const fn plain(name: &'static str, act: Act, took: Took) -> Row {
    Row { name, scan: Whose::Nobody, subject: Subject::None, act, took }
}

const fn correct(name: &'static str, scan: Whose, act: Act, took: Took) -> Row {
    Row { name, scan, subject: Subject::None, act, took }
}

const fn about(name: &'static str, subject: Subject, act: Act, took: Took) -> Row {
    Row { name, scan: Whose::Nobody, subject, act, took }
}

const HERE: Whose = Whose::Another("k1");
const THERE: Whose = Whose::Another("k2");
const VOLUNTEER_HERE: Subject = Subject::Granted(Role::Volunteer, &["k1"]);
const VOLUNTEER_THERE: Subject = Subject::Granted(Role::Volunteer, &["k2"]);
const CAPTAIN_HERE: Subject = Subject::Granted(Role::Captain, &["k1"]);
const DIRECTOR: Subject = Subject::Granted(Role::Director, &[]);

pub(super) const ROWS: &[Row] = &[
    plain("record a scan", record, |store, case| store.scan(case.at).unwrap().unwrap().is_approved),
    plain("say that clocks met", meet, |store, _| {
        store.timing().unwrap().clocks.at(BootId([5; 8]), 0).is_some()
    }),
    correct("void own scan", Whose::Own, void, is_void),
    correct("amend own scan", Whose::Own, amend, is_amended),
    correct("void another's scan at own checkpoint", HERE, void, is_void),
    correct("void another's scan elsewhere", THERE, void, is_void),
    correct("amend another's scan at own checkpoint", HERE, amend, is_amended),
    correct("amend another's scan elsewhere", THERE, amend, is_amended),
    correct("note on another's scan", THERE, note, |store, case| {
        let registers = store.registers(&Entity::Scan(case.scan)).unwrap();
        registers.is_some_and(|r| r.get(field::NOTE).is_some())
    }),
    plain("status dnf at own checkpoint", |s, _| say(s, "dnf", Some("k1")), |s, _| is_said(s, "dnf")),
    plain("status otl at own checkpoint", |s, _| say(s, "otl", Some("k1")), |s, _| is_said(s, "otl")),
    plain("status dns at own checkpoint", |s, _| say(s, "dns", Some("k1")), |s, _| is_said(s, "dns")),
    plain("status dnf elsewhere", |s, _| say(s, "dnf", Some("k2")), |s, _| is_said(s, "dnf")),
    plain("status otl elsewhere", |s, _| say(s, "otl", Some("k2")), |s, _| is_said(s, "otl")),
    plain("status dns elsewhere", |s, _| say(s, "dns", Some("k2")), |s, _| is_said(s, "dns")),
    plain("status without a checkpoint", |s, _| say(s, "dnf", None), |s, _| is_said(s, "dnf")),
    plain("status ok", take_back, |store, _| status_of(store, "2") == Some(StatusCode::Ok)),
    plain("status dsq", |s, _| say(s, "dsq", Some("k1")), |s, _| is_said(s, "dsq")),
    plain("safe at own checkpoint", |s, _| vouch(s, "k1"), |s, _| is_safe(s)),
    plain("safe elsewhere", |s, _| vouch(s, "k2"), |s, _| is_safe(s)),
    plain(
        "dismiss a finding",
        |s, _| put(s, Entity::Finding(FINDING), (field::DISMISSED, Value::Bool(true))),
        |store, _| store.known().unwrap().dismissed.contains(&FINDING),
    ),
    plain(
        "entrant field",
        |s, _| set(s, world::entrant(1).0, field::NAME),
        |store, _| store.entrants().unwrap().iter().any(|e| e.name == "changed"),
    ),
    plain(
        "race setting",
        |s, _| set(s, Entity::Race, field::NAME),
        |store, _| store.setup().unwrap().name == "changed",
    ),
    plain(
        "course setting",
        |s, _| set(s, Entity::Course(key("ten")), field::NAME),
        |store, _| store.setup().unwrap().courses[0].name == "changed",
    ),
    plain(
        "checkpoint setting",
        |s, _| set(s, Entity::Checkpoint(key("k1")), field::NAME),
        |store, _| store.setup().unwrap().checkpoint(&key("k1")).unwrap().name == "changed",
    ),
    plain("ask whether a checkpoint can close", |s, _| ask(s, "k1"), |s, _| closing(s, "k1").asked.is_some()),
    plain("answer for own checkpoint", |s, _| answer(s, "k1"), |s, _| closing(s, "k1").last.is_some()),
    plain("answer for another checkpoint", |s, _| answer(s, "k2"), |s, _| closing(s, "k2").last.is_some()),
    plain("let a checkpoint go", |s, _| release(s, "k1"), |s, _| closing(s, "k1").is_closed()),
    plain("open own checkpoint again", |s, _| reopen(s, "k1"), |s, _| closing(s, "k1").round == 1),
    plain("open another checkpoint again", |s, _| reopen(s, "k2"), |s, _| closing(s, "k2").round == 1),
    plain("freeze times", freeze, |s, _| s.timing().unwrap().is_frozen()),
    about(
        "ticket for a volunteer at own checkpoint",
        Subject::Invited(Role::Volunteer, &["k1"]),
        |s, _| invite(s, Role::Volunteer, &["k1"]),
        |s, _| has(s, Role::Volunteer),
    ),
    about(
        "ticket for a volunteer elsewhere",
        Subject::Invited(Role::Volunteer, &["k2"]),
        |s, _| invite(s, Role::Volunteer, &["k2"]),
        |s, _| has(s, Role::Volunteer),
    ),
    about(
        "ticket for pending at own checkpoint",
        Subject::Invited(Role::Pending, &["k1"]),
        |s, _| invite(s, Role::Pending, &["k1"]),
        |s, _| has(s, Role::Pending),
    ),
    about(
        "ticket for a captain",
        Subject::Invited(Role::Captain, &["k1"]),
        |s, _| invite(s, Role::Captain, &["k1"]),
        |s, _| has(s, Role::Captain),
    ),
    about(
        "ticket for a director without the root key",
        Subject::Invited(Role::Director, &[]),
        |s, _| invite(s, Role::Director, &[]),
        |s, _| has(s, Role::Director),
    ),
    about(
        "approve volunteer at own checkpoint",
        Subject::Pending("k1"),
        |s, _| approve(s, Role::Volunteer, &["k1"]),
        |s, _| has(s, Role::Volunteer),
    ),
    about(
        "approve volunteer elsewhere",
        Subject::Pending("k2"),
        |s, _| approve(s, Role::Volunteer, &["k2"]),
        |s, _| has(s, Role::Volunteer),
    ),
    about(
        "approve captain",
        Subject::Pending("k1"),
        |s, _| approve(s, Role::Captain, &["k1"]),
        |s, _| has(s, Role::Captain),
    ),
    about("revoke volunteer at own checkpoint", VOLUNTEER_HERE, revoke, is_cut),
    about("revoke volunteer elsewhere", VOLUNTEER_THERE, revoke, is_cut),
    about("revoke captain", CAPTAIN_HERE, revoke, is_cut),
    about("revoke director without the root key", DIRECTOR, revoke, is_cut),
    about("revoke director with the root key", DIRECTOR, revoke_by_root, is_cut),
];

const FINDING: FindingId = FindingId([7; 8]);

/// A status as a register's value.
pub(super) fn status(code: &str, checkpoint: Option<&str>) -> (u16, Value) {
    let status = Status { code: StatusCode::parse(code).unwrap(), checkpoint: checkpoint.map(key) };
    (field::STATUS, status.value())
}

fn record(store: &mut Store, _: &Case) {
    store.record(&[scan("1", "finish", ScanKind::In, 3_600_000)]).unwrap();
}

fn meet(store: &mut Store, _: &Case) {
    let reading = Reading { boot: BootId([5; 8]), boot_ms: 0, wall_ms: world::START_MS };
    let contact = ClockContact { reading, peer: BootId([9; 8]), lo_ms: Some(-5), hi_ms: Some(5) };
    store.note_contact(contact).unwrap();
}

fn freeze(store: &mut Store, _: &Case) {
    store.freeze(None).unwrap();
}

fn put(store: &mut Store, entity: Entity, value: (u16, Value)) {
    store.put(entity, vec![value], Some("tried")).unwrap();
}

fn set(store: &mut Store, entity: Entity, field: u16) {
    put(store, entity, (field, "changed".into()));
}

fn void(store: &mut Store, case: &Case) {
    put(store, Entity::Scan(case.scan), (field::VOID, Value::Bool(true)));
}

fn amend(store: &mut Store, case: &Case) {
    put(store, Entity::Scan(case.scan), (field::BIB, "2".into()));
}

fn note(store: &mut Store, case: &Case) {
    put(store, Entity::Scan(case.scan), (field::NOTE, "limps".into()));
}

fn is_void(store: &Store, case: &Case) -> bool {
    store.scan(case.scan).unwrap().unwrap().is_void
}

fn is_amended(store: &Store, case: &Case) -> bool {
    store.scan(case.scan).unwrap().unwrap().bib == bib("2")
}

fn say(store: &mut Store, code: &str, checkpoint: Option<&str>) {
    put(store, world::entrant(1).0, status(code, checkpoint));
}

fn take_back(store: &mut Store, _: &Case) {
    put(store, world::entrant(2).0, status("ok", None));
}

fn status_of(store: &Store, text: &str) -> Option<StatusCode> {
    let entrant = store.entrants_with(&bib(text)).unwrap().pop().unwrap();
    entrant.status.map(|status| status.code)
}

fn is_said(store: &Store, code: &str) -> bool {
    status_of(store, "1") == StatusCode::parse(code)
}

fn vouch(store: &mut Store, place: &str) {
    let safety = Safety { is_safe: true, place: place.to_owned(), said_ms: world::START_MS };
    put(store, world::entrant(1).0, (field::SAFETY, safety.value()));
}

fn is_safe(store: &Store) -> bool {
    let entrant = store.entrants_with(&bib("1")).unwrap().pop().unwrap();
    entrant.safety.is_some_and(|safety| safety.is_safe)
}

fn closing(store: &Store, place: &str) -> Closing {
    store.closings().unwrap().remove(&key(place)).unwrap_or_default()
}

fn ask(store: &mut Store, place: &str) {
    let word = closing(store, place).ask(&[bib("1")]);
    put(store, Entity::Checkpoint(key(place)), word);
}

/// The station's words: the last runner through, and the sweepers.
fn answer(store: &mut Store, place: &str) {
    let now = closing(store, place);
    let words = vec![now.last_through(&bib("1")), now.swept()];
    store.put(Entity::Checkpoint(key(place)), words, None).unwrap();
}

fn release(store: &mut Store, place: &str) {
    let word = closing(store, place).release(&key(place), &[]);
    put(store, Entity::Checkpoint(key(place)), word);
}

fn reopen(store: &mut Store, place: &str) {
    let word = closing(store, place).reopen("one is on the way back");
    put(store, Entity::Checkpoint(key(place)), word);
}

fn invite(store: &mut Store, role: Role, checkpoints: &[&str]) {
    store.invite(ticket(role, checkpoints)).unwrap();
}

fn approve(store: &mut Store, role: Role, checkpoints: &[&str]) {
    store.approve(approval(subject(), role, checkpoints)).unwrap();
}

fn revoke(store: &mut Store, _: &Case) {
    store.revoke(subject(), None, None, None).unwrap();
}

fn revoke_by_root(store: &mut Store, _: &Case) {
    store.revoke(subject(), None, None, Some(&identity(ROOT))).unwrap();
}

fn subject() -> LogId {
    log(SUBJECT)
}

fn has(store: &Store, role: Role) -> bool {
    store.members().standing(subject()).role == Some(role)
}

fn is_cut(store: &Store, _: &Case) -> bool {
    store.members().standing(subject()).cut.is_some()
}
