//! The table of texts that the apps' languages are checked against is the table that the library speaks from.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::PathBuf,
};

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

/// A text that nobody says is translated six times for nothing, and hides that something is not told.
#[test]
fn every_text_is_said_somewhere() {
    let source = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src");
    let table = fs::read_to_string(source.join("words/table.rs")).unwrap();
    let mut said = String::new();
    let mut folders = vec![source.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path != source.join("words/table.rs") {
                said.push_str(&fs::read_to_string(path).unwrap());
            }
        }
    }
    let names: BTreeMap<&str, &str> = table
        .lines()
        .filter_map(|line| line.trim().strip_prefix('"')?.split_once("\" "))
        .filter_map(|(key, rest)| Some((key, rest.split_once('(')?.0)))
        .collect();
    let is_said = |name: &str| {
        said.match_indices(&format!("Say::{name}"))
            .any(|(at, found)| !said[at + found.len()..].starts_with(|next: char| next.is_alphanumeric()))
    };
    let unsaid: Vec<_> = keys().into_iter().filter(|(key, _)| !is_said(names[key])).collect();
    assert_eq!(unsaid, []);
}

#[test]
fn no_key_stands_twice() {
    let all: Vec<&str> = keys().into_iter().map(|(key, _)| key).collect();
    assert_eq!(all.iter().collect::<BTreeSet<_>>().len(), all.len());
}
