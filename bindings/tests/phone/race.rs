//! The scripted race ends in the same lines and digests in every language.

use std::fs;

use bibtrail_bindings::race::Amendment;

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
