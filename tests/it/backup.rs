//! `backup` and `restore`: of a folder that is at rest and of one that is being served; with keys and without; damaged.
//!
//! Invariant: a file that is called good brings everything back that was vouched for, and nothing restored writes on in
//! the old log.

use std::{collections::BTreeMap, fs};

use bibtrail_core::bundle::{self, Bundle};

use crate::children::{Desk, Listening};

/// Backs up, restores, and gives what the two folders hold: scans by bib.
fn check(desk: &Desk, from: &str, keys: &str, expected_bibs: &[&str]) {
    let said = desk.run(&format!("backup @{from} @{from}.backup --force --json"));
    assert!(said.is_ok, "{said:?}");
    let folder = format!("{from}-restored");
    let _gone = fs::remove_dir_all(desk.path(&folder));
    desk.ok(&format!("restore @{from}.backup @{folder} {keys}"));
    let log = desk.ok(&format!("log @{folder}"));
    for bib in expected_bibs {
        assert!(log.contains(&format!(" {bib} ")), "{bib}: {log}");
    }
    desk.ok(&format!("verify @{folder}"));
    let of = |name: &str| fs::read_to_string(desk.path(name).join("key")).unwrap();
    assert_ne!(of(&folder), of(from), "it writes a log of its own");
}

#[test]
fn a_folder_comes_back_from_one_file() {
    let desk = Desk::new();
    desk.scan("phone-1", &["7".to_owned(), "8".to_owned()]);
    check(&desk, "phone-1", "", &["7", "8"]);
    check(&desk, "phone-1", "--keys @phone-1", &["7", "8"]);
    // With the old keys it is trusted at once, and goes on.
    desk.scan("phone-1-restored", &["9".to_owned()]);
    let hq = desk.listen("hq", "");
    desk.ok(&format!("sync @phone-1-restored {}", hq.address()));
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    desk.ok(&format!("sync @phone-1-restored {}", hq.address()));
    drop(hq);
    let log = desk.ok("log @hq");
    assert!(["7", "8", "9"].iter().all(|bib| log.contains(&format!(" {bib} "))), "{log}");
    assert!(!desk.ok("results @hq --json").contains("\"bib\":\"none\""));
}

#[test]
fn headquarters_is_backed_up_while_it_serves() {
    let desk = Desk::new();
    desk.scan("phone-1", &["7".to_owned(), "8".to_owned()]);
    let hq = desk.serve("serve @hq --phones 127.0.0.1:0 --log off", 1);
    desk.ok(&format!("sync @phone-1 {}", hq.address()));
    let said = desk.run("log @hq");
    assert!(!said.is_ok && said.err.contains("another program is using"), "{said:?}");
    check(&desk, "hq", "--keys @hq", &["7", "8"]);
    desk.ok(&format!("sync @hq-restored {}", hq.address()));
    drop(hq);
    desk.same("hq", "hq-restored");
}

/// Nothing is left of it, no key and no copy: a new one that knows no more than the race's link is filled by who comes.
#[test]
fn phones_fill_a_headquarters_that_was_wiped() {
    let desk = Desk::new();
    let serve = |name: &str| desk.serve(&format!("serve @{name} --phones 127.0.0.1:0 --log off"), 1);
    let sync = |phone: &str, hq: &Listening| desk.ok(&format!("sync @{phone} {}", hq.address()));
    desk.scan("phone-1", &["7".to_owned()]);
    desk.scan("phone-2", &["8".to_owned()]);
    let mut hq = serve("hq");
    sync("phone-1", &hq);
    sync("phone-2", &hq);
    assert!(hq.stop().success());
    fs::remove_dir_all(desk.path("hq")).unwrap();
    desk.scan("phone-1", &["9".to_owned()]);
    desk.ok(&format!("join {} @hq --name Headquarters", desk.ticket));
    let mut hq = serve("hq");
    // Phone 1 never heard phone 2 again, and both know what the old one told them.
    sync("phone-1", &hq);
    sync("phone-2", &hq);
    sync("phone-1", &hq);
    assert!(hq.stop().success());
    desk.same("hq", "phone-1");
    let log = desk.ok("log @hq");
    assert!(["7", "8", "9"].iter().all(|bib| log.contains(&format!(" {bib} "))), "{log}");
}

/// What one bundle cannot hold goes on in the next, in the same file.
#[test]
fn bundles_in_a_row_are_one_file() {
    let desk = Desk::new();
    let bibs: Vec<String> = (1..=300).map(|bib: u32| bib.to_string()).collect();
    desk.scan("phone-1", &bibs);
    let mut store = desk.open("phone-1");
    let whole = store.bundle(&BTreeMap::new()).unwrap();
    let segments = |bytes: &[u8]| {
        let (mut bundle, mut segments) = (Bundle::open(bytes).unwrap(), Vec::new());
        while let Some((segment, _)) = bundle.next_segment().unwrap() {
            segments.push(segment);
        }
        segments
    };
    let all = segments(&whole);
    let row = bundle::encode_in_parts(store.race(), &all, 1);
    let count = row.windows(8).filter(|window| window == b"BIBTRAIL").count();
    assert!(all.len() > 2 && count == all.len() && segments(&row) == all);
    drop(store);
    fs::write(desk.path("row.bibtrail"), &row).unwrap();
    desk.ok("restore @row.bibtrail @restored --keys @phone-1");
    desk.ok("merge @hq @row.bibtrail");
    let log = desk.ok("log @restored");
    assert!(bibs.iter().all(|bib| log.contains(&format!(" {bib} "))), "{log}");
    // A row is whole or nothing: torn between two, changed in the last, of two races, or too long.
    let check = |bytes: &[u8], expected: &str| {
        fs::write(desk.path("bad.bibtrail"), bytes).unwrap();
        let said = desk.run("merge @phone-2 @bad.bibtrail");
        assert!(!said.is_ok && said.err.contains(expected), "{expected}: {said:?}");
    };
    check(&row[..row.len() - 40], "cut short");
    let mut changed = row.clone();
    *changed.last_mut().unwrap() ^= 1;
    check(&changed, "damaged");
    check(&[&row[..], b"BIBTRAIL"].concat(), "cut short");
    check(&[&row[..], b"more"].concat(), "damaged");
    let other = Desk::new().open("hq").bundle(&BTreeMap::new()).unwrap();
    check(&[&row[..], &other].concat(), "belongs to another race");
    check(&whole.repeat(bundle::PARTS_MAX + 1), "damaged");
    assert!(!desk.ok("log @phone-2").contains(" 300 "), "nothing of any was taken");
}

#[test]
fn a_backup_that_is_not_whole_is_refused_and_nothing_is_written_over() {
    let desk = Desk::new();
    desk.ok("backup @hq @hq.backup");
    let fails = |line: &str, expected: &str| {
        let said = desk.run(line);
        assert!(!said.is_ok && said.err.contains(expected), "{line}: {said:?}");
    };
    fails("backup @hq @hq.backup", "is there already");
    fails("restore @hq.backup @hq", "already holds a replica");
    fails("backup @nothing @x.backup", "holds no replica");
    fails("restore @race.toml @new", "not a Bibtrail bundle");
    let mut bytes = fs::read(desk.path("hq.backup")).unwrap();
    let at = bytes.len() / 2;
    bytes[at] ^= 1;
    fs::write(desk.path("bad.backup"), &bytes).unwrap();
    fails("restore @bad.backup @new", "damaged");
    fs::write(desk.path("bad.backup"), &bytes[..at]).unwrap();
    fails("restore @bad.backup @new", "cut short");
    assert!(!desk.path("new").join("key").exists(), "what failed left nothing");
    desk.ok("restore @hq.backup @new --keys @hq");
    let said = desk.ok("restore @hq.backup @newer --json");
    assert!(said.contains("\"is_trusted\": false"), "{said}");
}
