//! The scripted race ends in the same lines and digests in every language.

use std::fs;

use bibtrail_bindings::{
    race::{Amendment, Entry},
    screen::{ClosingAct, RunnerAct},
};

use crate::{
    failures::{entry, joined},
    fixture::folder,
    script::play,
};

#[test]
fn the_scripted_race_is_as_expected() {
    let script = fs::read_to_string(folder().join("race.script")).unwrap();
    let told = play(&script);
    let path = folder().join("race.expected");
    if std::env::var_os("BIBTRAIL_WRITE_GOLDEN").is_some() {
        fs::write(&path, &told).unwrap();
    }
    let expected = fs::read_to_string(&path).unwrap();
    for (n, (told, expected)) in told.lines().zip(expected.lines()).enumerate() {
        assert_eq!(told, expected, "line {} of race.expected", n + 1);
    }
    assert_eq!(told.lines().count(), expected.lines().count());
    let digests: Vec<&str> = told.lines().filter(|line| line.starts_with("state ")).collect();
    assert_eq!(digests.len(), 3);
    assert!(digests.windows(2).all(|pair| pair[0] == pair[1]), "all phones hold the same: {digests:?}");
    assert_eq!(told, play(&script), "played again it is the same");
}

/// What nobody may decide alone stands beside the entry until somebody does.
#[test]
fn a_correction_by_who_may_not_is_a_proposal_beside_the_entry() {
    let ((_here, one, ..), (_there, other, ..)) = (joined(1), joined(2));
    let scan = one.record(entry("101")).unwrap().scan;
    other.import_bundle(one.export_bundle().unwrap()).unwrap();
    let marks = || -> Vec<String> {
        let lines = other.corrections_screen(9, None).unwrap().lines;
        let line = lines.into_iter().find(|line| line.scan == scan).unwrap();
        line.marks.into_iter().map(|mark| mark.key).collect()
    };
    assert_eq!(marks(), [""; 0]);
    let amendment = Amendment { bib: Some("102".to_owned()), ..Amendment::default() };
    let said = other.amend(scan.clone(), amendment, None).unwrap();
    assert_eq!((said.operations, said.proposals, said.is_confirmed), (1, 1, true));
    assert_eq!(marks(), ["correction.proposal"]);
}

/// A volunteer goes on from their own word, though it counts for nothing so far, and takes it back.
#[test]
fn a_volunteer_says_that_a_runner_stopped_and_takes_it_back() {
    let (_folder, phone, ..) = joined(1);
    phone.record(entry("101")).unwrap();
    phone.record(Entry { checkpoint: Some("top".to_owned()), ..entry("102") }).unwrap();
    let offered = |bib: &str| -> Vec<RunnerAct> {
        let lines = phone.corrections_screen(9, None).unwrap().lines;
        let line = lines.into_iter().find(|line| line.bib == bib).unwrap();
        line.acts.into_iter().map(|offer| offer.act).collect()
    };
    let told = || phone.review_screen(None).unwrap().findings.len();
    let before = told();
    assert_eq!(offered("101"), [RunnerAct::DroppedHere]);
    assert_eq!(offered("102"), [], "that entry is of another place: nobody stands there");
    let said = phone.say_of_runner("101".to_owned(), RunnerAct::DroppedHere, None).unwrap();
    assert_eq!(said.remark.unwrap().key, "correction.proposal");
    assert_eq!(offered("101"), [RunnerAct::SafeHere, RunnerAct::BackInRace]);
    let screen = phone.checkpoint_screen(None).unwrap();
    assert_eq!(screen.inside[0].acts.len(), 2);
    assert!(screen.inside[0].details.iter().any(|detail| detail.key == "correction.proposal"), "{screen:?}");
    assert_eq!(told(), before + 1);
    // Nor does a word of safety stay behind, to be accepted by mistake.
    phone.say_of_runner("101".to_owned(), RunnerAct::SafeHere, None).unwrap();
    assert_eq!(offered("101"), [RunnerAct::BackInRace]);
    phone.say_of_runner("101".to_owned(), RunnerAct::BackInRace, None).unwrap();
    assert_eq!(offered("101"), [RunnerAct::DroppedHere]);
    assert_eq!(told(), before);
    // What only a role may say is shown to nobody, and that is told.
    let said = phone.close_step("aid".to_owned(), ClosingAct::Ask, None, None).unwrap();
    assert_eq!(said.remark.unwrap().key, "error.not-allowed");
}
