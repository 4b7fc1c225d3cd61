//! The scripted race ends in the same lines and digests in every language.

use std::fs;

use crate::{fixture::folder, script::play};

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
