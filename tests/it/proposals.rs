//! Words of people who may not settle it alone: they stay in sight until somebody who may has looked.
//!
//! Invariant: a volunteer's word that a runner stopped clears nobody, and is not lost from view either.

use std::collections::{BTreeMap, BTreeSet};

use bibtrail_core::{
    ids::OpRef,
    op::{Approve, Entity, Role, Safety, ScanKind, Status, StatusCode, Value, field},
    results::results,
    review::{Act, Finding, Kind, review},
    store::{Durability, Place, Store},
};
use bibtrail_tests::{
    disk::Disk,
    world::{self, START_MS, identity, key, log, scan},
};

fn place() -> Place {
    let disk = Disk::default();
    let vfs = disk.register();
    disk.place(&vfs, Durability::Off)
}

/// Headquarters, a volunteer, and somebody whom nobody invited; what each says reaches headquarters at once.
struct Team {
    stores: BTreeMap<String, Store>,
    scan: Option<OpRef>,
}

impl Team {
    fn new() -> Self {
        let mut hq = world::director(place(), 3).unwrap();
        let race = hq.bundle(&BTreeMap::new()).unwrap();
        let volunteer = world::join(place(), 1, &race).unwrap();
        let guest = Store::join(place(), identity(2), &race).unwrap();
        let stores = [("hq", hq), ("volunteer", volunteer), ("guest", guest)];
        Self { stores: stores.map(|(name, store)| (name.to_owned(), store)).into(), scan: None }
    }

    fn play(&mut self, step: &str) {
        let words: Vec<&str> = step.split_whitespace().collect();
        let proposed = self.findings();
        let store = self.stores.get_mut(words[0]).unwrap();
        let (told, reason) = (words.get(2).copied().unwrap_or_default(), Some("saw them"));
        let runner = || world::entrant(told.parse().unwrap()).0;
        match words[1] {
            "records" => {
                self.scan = Some(store.record(&[scan(told, "k1", ScanKind::In, 60_000)]).unwrap()[0].at());
            }
            "status" => {
                let code = StatusCode::parse(words[3]).unwrap();
                let status = Status { code, checkpoint: words.get(4).map(|name| key(name)) };
                store.put(runner(), vec![(field::STATUS, status.value())], reason).unwrap();
            }
            "safe" | "unsafe" => {
                let word =
                    Safety { is_safe: words[1] == "safe", place: words[3].to_owned(), said_ms: START_MS };
                store.put(runner(), vec![(field::SAFETY, word.value())], None).unwrap();
            }
            "bib" => correct(store, self.scan, (field::BIB, told.into())),
            "enters" => {
                let (entity, values) = world::entrant(told.parse().unwrap());
                store.put(entity, values[..2].to_vec(), None).unwrap();
            }
            "wearer" => {
                let status = Status { code: StatusCode::Dnf, checkpoint: Some(key("k1")) };
                store
                    .put(Entity::Bib(world::bib(told)), vec![(field::STATUS, status.value())], None)
                    .unwrap();
            }
            "later" => correct(store, self.scan, (field::TIME, (START_MS + 95_000).into())),
            "void" => correct(store, self.scan, (field::VOID, Value::Bool(true))),
            "accepts" => {
                for act in &proposed[0].suggestions[0].acts {
                    let Act::Put((entity, values)) = act else { panic!("{act:?}") };
                    store.put(entity.clone(), values.clone(), reason).unwrap();
                }
            }
            "dismisses" => {
                let is_nothing = vec![(field::DISMISSED, Value::Bool(true))];
                store.put(Entity::Finding(proposed[0].id), is_nothing, reason).unwrap();
            }
            "erases" => {
                store.put(runner(), vec![(field::ERASED, Value::Bool(true))], None).unwrap();
            }
            "approves" => {
                let approve = Approve {
                    log: log(2),
                    role: Role::Captain,
                    checkpoints: vec![key("k1")],
                    cancels: Vec::new(),
                    reason: None,
                };
                store.approve(approve).unwrap();
            }
            other => panic!("{other} is no step"),
        }
        self.meet();
    }

    /// Everybody hears from headquarters, and headquarters from everybody.
    fn meet(&mut self) {
        let mut hq = self.stores.remove("hq").unwrap();
        for store in self.stores.values_mut() {
            hq.merge(&store.bundle(&BTreeMap::new()).unwrap()).unwrap();
        }
        let all = hq.bundle(&BTreeMap::new()).unwrap();
        self.stores.values_mut().for_each(|store| drop(store.merge(&all).unwrap()));
        self.stores.insert("hq".to_owned(), hq);
    }

    fn findings(&self) -> Vec<Finding> {
        let known = self.stores["hq"].known().unwrap();
        let mut all = review(&known, &results(&known));
        all.retain(|finding| matches!(finding.kind, Kind::Told | Kind::Proposed));
        all
    }
}

fn correct(store: &mut Store, scan: Option<OpRef>, value: (u16, Value)) {
    store.put(Entity::Scan(scan.unwrap()), vec![value], None).unwrap();
}

/// Plays the steps, one in each line, and compares what headquarters is shown as proposed.
#[track_caller]
fn check(steps: &str, expected: &[&str]) {
    let mut team = Team::new();
    steps.lines().map(str::trim).filter(|step| !step.is_empty()).for_each(|step| team.play(step));
    let shown = |finding: Finding| {
        // A stranger's word, and any about a record, stands behind everything else.
        assert_eq!(finding.kind == Kind::Told, is_told(&finding.text), "{}", finding.text);
        let dismissed = if finding.is_dismissed { " (dismissed)" } else { "" };
        assert_eq!(finding.suggestions.len(), 1);
        let text = finding.text.replace(". It counts once somebody who may says so too", "");
        format!("{text}{dismissed}")
    };
    // Of one kind and one bib the names of findings give the order.
    let found: BTreeSet<String> = team.findings().into_iter().map(shown).collect();
    assert_eq!(found, expected.iter().map(ToString::to_string).collect());
    let (hq, volunteer) = (&team.stores["hq"], &team.stores["volunteer"]);
    assert_eq!(hq.proposals().unwrap(), volunteer.proposals().unwrap(), "everybody is shown the same");
    assert_eq!(hq.digest().unwrap().state, volunteer.digest().unwrap().state);
}

fn is_told(text: &str) -> bool {
    !text.contains("(not approved)")
        && (text.contains(": status") || text.contains(": safe") || text.contains(": not known to be safe"))
}

#[test]
fn what_a_volunteer_says_of_a_runner_is_proposed() {
    check(
        "volunteer status 2 dnf k1",
        &["phone 1 says of 2 (Runner 2): status dnf at K1, because: saw them"],
    );
    check(
        "volunteer safe 2 k2
         volunteer status 3 otl",
        &[
            "phone 1 says of 2 (Runner 2): safe, K2",
            "phone 1 says of 3 (Runner 3): status otl, because: saw them",
        ],
    );
}

#[test]
fn what_stands_is_no_proposal() {
    check("hq status 2 dnf k1\nvolunteer status 2 dnf k1", &[]);
    check("volunteer status 2 dnf k1\nhq accepts", &[]);
    check("volunteer status 2 ok", &[]);
    // Who takes it back proposes nothing any more.
    check("volunteer status 2 dnf k1\nvolunteer status 2 ok", &[]);
    // Another place is another word.
    check(
        "hq status 2 dnf k2\nvolunteer status 2 dnf k1",
        &["phone 1 says of 2 (Runner 2): status dnf at K1, because: saw them. What stands: status dnf at K2"],
    );
    // A captain's own word counts.
    check("guest status 2 dnf k1\nhq approves", &[]);
}

#[test]
fn who_is_not_approved_is_heard_too() {
    let guest = log(2).short();
    check(
        "guest status 1 dnf k1",
        &[&format!("{guest} (not approved) says of 1 (Runner 1): status dnf at K1, because: saw them")],
    );
}

#[test]
fn scans_have_proposals() {
    let said = "phone 1 says of a record of 3 at K1:";
    check("hq records 3\nvolunteer bib 2", &[&format!("{said} bib 2")]);
    check("hq records 3\nvolunteer bib 2\nvolunteer later", &[&format!("{said} bib 2, 0:35 later")]);
    check("hq records 3\nvolunteer bib 2\nvolunteer bib 3", &[]);
    check("hq records 3\nvolunteer void", &[&format!("{said} it counts for nothing")]);
    check("hq records 3\nvolunteer bib 2\nhq void", &[]);
    check("hq records 3\nvolunteer bib 2\nhq accepts", &[]);
}

#[test]
fn a_word_that_was_looked_at_stays_looked_at() {
    check(
        "volunteer status 2 dnf k1
         hq dismisses
         guest status 2 dnf k1",
        &[
            &format!(
                "{} (not approved) says of 2 (Runner 2): status dnf at K1, because: saw them",
                log(2).short()
            ),
            "phone 1 says of 2 (Runner 2): status dnf at K1, because: saw them (dismissed)",
        ],
    );
}

/// The phone at the aid station had the list of before: the runner is the one who wears the bib.
#[test]
fn a_word_about_a_bib_is_about_who_wears_it() {
    let said = "phone 1 says of 2 (Runner 2): status dnf at K1";
    check("volunteer wearer 2", &[said]);
    check("hq status 2 ok\nvolunteer wearer 2", &[&format!("{said}. What stands: status ok")]);
    check("hq status 2 ok\nvolunteer wearer 2\nhq accepts", &[]);
    check("volunteer wearer 77", &["phone 1 says of 77: status dnf at K1"]);
}

#[test]
fn who_was_entered_by_a_volunteer_is_told() {
    check("volunteer enters 9", &["phone 1 says of 9 (Runner 9): bib 9, name Runner 9"]);
}

#[test]
fn what_one_phone_says_of_one_runner_is_one_finding() {
    check(
        "volunteer status 2 dnf k1\nvolunteer safe 2 k1",
        &["phone 1 says of 2 (Runner 2): status dnf at K1, safe, K1"],
    );
    check("volunteer status 2 dnf k1\nvolunteer safe 2 k1\nhq accepts", &[]);
    // A captain of k1 said it of k2, and then of the place where their word counts.
    check("guest status 2 dnf k2\nguest status 2 ok\nhq approves", &[]);
}

/// A volunteer who takes "safe" back leaves nothing of it to be accepted by mistake.
#[test]
fn a_word_of_safety_is_taken_back_by_its_author() {
    check("volunteer safe 2 k1\nvolunteer unsafe 2 k1", &[]);
    check("volunteer unsafe 2 k1", &["phone 1 says of 2 (Runner 2): not known to be safe, K1"]);
}

/// What counted once and was overruled does not raise what the same log had said before.
#[test]
fn an_overruled_word_raises_no_older_one() {
    check("guest status 2 dnf k2\nhq approves\nguest status 2 ok\nhq status 2 dnf k1", &[]);
}

#[test]
fn of_who_is_erased_nothing_is_shown() {
    check("volunteer status 2 dnf k1\nhq erases 2", &[]);
}
