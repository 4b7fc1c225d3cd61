//! The table of texts that the apps' languages are checked against is the table that the library speaks from.

use std::{collections::BTreeSet, fs, path::PathBuf};

use bibtrail_bindings::words::keys;

#[test]
fn keys_txt_is_the_table() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("words/keys.txt");
    let listed = fs::read_to_string(path).unwrap();
    let listed: Vec<&str> = listed.lines().filter(|line| !line.starts_with('#')).collect();
    let line = |(key, args): (&str, Vec<(&str, &str)>)| {
        let args: String = args.iter().map(|(name, kind)| format!(" {name}:{kind}")).collect();
        format!("{key}{args}")
    };
    let table: Vec<String> = keys().into_iter().map(line).collect();
    assert_eq!(listed, table, "run bindings/generate");
}

#[test]
fn no_key_stands_twice() {
    let all: Vec<&str> = keys().into_iter().map(|(key, _)| key).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
